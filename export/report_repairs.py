"""How many of a shop's words, spoiled as accents and recognisers spoil them, are put right."""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from export.data.goods import random_goods
from export.data.noise import common_sounds
from export.near_duplicates import DEV
from runtime.knowledge.catalogue import read_catalogue
from runtime.settings import DEMO_GOODS
from runtime.types import Product
from runtime.understanding.goods_names import CatalogueNames
from runtime.understanding.homophones import Homophones
from runtime.understanding.numbers import normalise_text

_CURLED = (("^zh", "z"), ("^ch", "c"), ("^sh", "s"))
_NASAL = (("ing$", "in"), ("eng$", "en"))
# What is told apart no more in each accent; tones in none.
ACCENTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "tones": (),
    "粤": (*_CURLED, ("^n", "l")),
    "川": (*_CURLED, *_NASAL, ("^n", "l"), ("^hu(?=a)", "f")),
    "江浙": (*_CURLED, *_NASAL, ("ang$", "an")),
}
_FRAMES = (
    "{}多少钱",
    "有没有{}",
    "我想看看{}",
    "{}怎么样",
    "要{}的",
    "那个{}还有吗",
    "老人用的{}",
    "{}和别的有什么区别",
)
_SECOND = 0.4  # share of words of more than two characters in which two are others
_CHINESE = re.compile(r"[\u4e00-\u9fff]{2,10}")
_LARGE = 20_000  # goods


@dataclass(frozen=True, slots=True)
class Mention:
    """A sentence with one word in other characters."""

    accent: str
    frame: str
    word: str
    written: str


def mentions(
    words: Sequence[str], known: frozenset[str], count: int, rng: random.Random
) -> Iterator[Mention]:
    """Words of the shop as each accent says them, and a recogniser without a clue writes them."""
    while count:
        word, accent = rng.choice(words), rng.choice(tuple(ACCENTS))
        written = spoil(word, accent, rng)
        if written and written not in known:
            yield Mention(accent, rng.choice(_FRAMES), word, written)
            count -= 1


def spoil(word: str, accent: str, rng: random.Random) -> str | None:
    """``word`` with one or two characters that sound the same in ``accent``; None where there is no such."""
    spoiled = list(word)
    for at in rng.sample(range(len(word)), 2 if len(word) > 2 and rng.random() < _SECOND else 1):
        others = [char for char in _alike(accent).get(_said(word[at], accent), "") if char != word[at]]
        if not others:
            return None
        spoiled[at] = rng.choice(others)
    return "".join(spoiled)


@lru_cache(maxsize=len(ACCENTS))
def _alike(accent: str) -> dict[str, str]:
    alike: defaultdict[str, str] = defaultdict(str)
    for char in common_sounds()[0]:
        alike[_said(char, accent)] += char
    return alike


def _said(char: str, accent: str) -> str:
    sound = common_sounds()[0].get(char, char)
    for pattern, other in ACCENTS[accent]:
        sound = re.sub(pattern, other, sound)
    return sound


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="export report-repairs", description=__doc__)
    parser.add_argument("--mentions", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args(argv)
    products = read_catalogue(DEMO_GOODS).products
    shop, words = _opened(products), _words(products)
    right, all_ = Counter[str](), Counter[str]()
    for mention in mentions(words, shop.known, arguments.mentions, random.Random(arguments.seed)):
        put_right = shop.repair(mention.frame.format(mention.written)).text
        for key in (mention.accent, f"{min(len(mention.word), 4)} characters", "all"):
            all_[key] += 1
            right[key] += put_right == mention.frame.format(mention.word)
    for key, count in sorted(all_.items()):
        print(f"put right, {key}: {right[key] / count:.3f} of {count}")
    texts = [normalise_text(text) for text in _open_texts()]
    touched = [(text, repaired) for text in texts if (repaired := shop.repair(text)).repairs]
    for text, repaired in touched:
        print(f"> {text}: " + ", ".join(f"{one.written} -> {one.meant}" for one in repaired.repairs))
    print(f"{len(touched)} of {len(texts)} sentences of the dev set touched: see whether rightly")
    for count, one in ((len(products), shop), (_LARGE, _opened(random_goods(arguments.seed, _LARGE)))):
        p50, p95, p99 = np.percentile([_milliseconds(one, text) for text in texts], (50, 95, 99))
        print(f"processor time among {count} goods: p50 {p50:.2f} ms, p95 {p95:.2f} ms, p99 {p99:.2f} ms")
    return 0


def _opened(products: tuple[Product, ...]) -> Homophones:
    return Homophones.of(products, CatalogueNames.of(products))


def _words(products: Iterable[Product]) -> list[str]:
    """What the goods are called, are made in and can do, as far as it is written in Chinese."""
    said = {word for product in products for word in (*product.features, *product.colors)}
    return sorted(filter(_CHINESE.fullmatch, said.union(CatalogueNames.of(products).entries)))


def _open_texts() -> Iterator[str]:
    for path in sorted((DEV / "open").glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            said = json.loads(line)
            yield from (turn["text"] for turn in said.get("turns", [said]))


def _milliseconds(shop: Homophones, text: str) -> float:
    begun = time.process_time()
    shop.repair(text)
    return (time.process_time() - begun) * 1000
