"""Words of the shop that were typed or recognised in other characters that sound alike: 并箱 for 冰箱.

A span is rewritten only where the sounds are those of a word of the shop, tones and the usual confusions
of accents aside, and where the written characters are so much less usual one after the other than the
word's that a mistake is the likelier reading. How usual pairs of characters are is counted in the
hand-written sentences (``python -m export pairs``). Everything here is pure.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from itertools import combinations, pairwise
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from pypinyin import lazy_pinyin
from pypinyin.constants import PHRASES_DICT

from runtime.types import Product, SlotName
from runtime.understanding import lexicon
from runtime.understanding.goods_names import CatalogueNames
from runtime.understanding.numbers import normalise_text

PAIRS_FILE = Path(__file__).with_name("pairs.txt")
EDGE = "_"  # in the table of pairs: the sentence's end, and all that is no Chinese character

_LONGEST = 10  # characters of a word that is looked for
_MAX_TEXT = 200  # characters that are looked through
# In nats, tuned on a tenth of the hand-written sentences with the pairs of the others:
_MISTAKE = 5.5  # what speaks against a mistake in a word,
_CHARACTER = 3.0  # and for each character written otherwise, and against each that stands,
_ENOUGH = 3  # of so many,
_NEAR = 0.5  # and for each sound that is only alike
_NAMED = -5.0  # how often a customer names any of the shop's goods at a given place
_UNSEEN = 5.0  # how many sightings the characters alone weigh, against those of the pair
_KEPT = frozenset("不没无别未")  # turn the meaning

_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_FOLLOWER = re.compile(r"(\D)(\d*)")
_OTHER = re.compile(r"[^\u4e00-\u9fff]+")

Sound = tuple[str, ...]  # syllables without tones
Said = tuple[str, Sound]  # a word, and how it is said


@dataclass(frozen=True, slots=True)
class Repair:
    """What was written at ``start``, and what was meant, which stands there now, up to ``end``."""

    start: int
    end: int
    written: str
    meant: str


@dataclass(frozen=True, slots=True)
class Repaired:
    text: str
    repairs: tuple[Repair, ...] = ()


class _Clear(NamedTuple):
    """A word that is right as it stands; empty where there is none."""

    start: int
    end: int

    def length(self) -> int:
        return self.end - self.start

    def holds(self, start: int, end: int) -> bool:
        """Whether it speaks against another reading there: only a longer one around it may replace it."""
        inside = start <= self.start and self.end <= end
        return self.length() > 0 and not (inside and self.length() < end - start)


class _Reading(NamedTuple):
    gain: float  # nats by which it is likelier than what is written
    start: int
    word: str


@dataclass(frozen=True, slots=True)
class Homophones:
    """The words of one shop by their sounds; built from the goods whenever they change."""

    words: Mapping[Sound, tuple[Said, ...]]  # sounds, confusions aside -> the words that have them
    own: frozenset[str]  # what this shop's goods are called: as usual here as any word
    known: frozenset[str]  # words that are right as they stand

    @classmethod
    def of(cls, products: Iterable[Product], names: CatalogueNames) -> Homophones:
        """Names, colours, features and the names of columns of the goods, and the words of every shop."""
        _pairs()  # read now, not while the first customer waits
        own = _words(names.entries)
        written = {word for product in products for word in _written(product)}
        said = own | _words(map(normalise_text, written)) | _words(_said_in_shops())
        words: defaultdict[Sound, set[Said]] = defaultdict(set)
        for word in said:
            for sound in _sayings(word):
                words[tuple(map(_alike, sound))].add((word, sound))
        return cls(
            {sound: tuple(sorted(found)) for sound, found in words.items()}, own, said | _words(_listed())
        )

    def repair(self, text: str) -> Repaired:
        """``text``, normalised, with the shop's words in their own characters."""
        before, repairs = _respelt(text)
        text = before
        while reading := max(self._readings(text), default=None):
            start, end = reading.start, reading.start + len(reading.word)
            repairs = [repair for repair in repairs if repair.end <= start or end <= repair.start]
            repairs.append(Repair(start, end, before[start:end], reading.word))
            text = text[:start] + reading.word + text[end:]
        return Repaired(text, tuple(sorted(repairs, key=attrgetter("start"))))

    def _readings(self, text: str) -> Iterator[_Reading]:
        """The words of the shop that are likelier than what is written."""
        heard = tuple(map(_sound, text[:_MAX_TEXT]))
        alike = tuple(map(_alike, heard))
        clear = self._clear(text)
        for start in range(len(alike)):
            for end in range(start + 2, min(start + _LONGEST, len(alike)) + 1):
                for word, said in self.words.get(alike[start:end], ()):
                    changed = [at for at in range(start, end) if text[at] != word[at - start]]
                    if changed and not any(
                        text[at] in _KEPT or clear[at].holds(start, end) for at in changed
                    ):
                        near = sum(heard[at] != said[at - start] for at in changed)
                        kept = end - start - len(changed)
                        gain = self._gain(text, start, word) - _doubt(len(changed), near, kept)
                        # A word of which no character stands must sound the very same, and fit in.
                        if gain > 0 and (kept or (not near and _fits(text, start, word))):
                            yield _Reading(gain, start, word)

    def _clear(self, text: str) -> list[_Clear]:
        """For each character the longest word that it belongs to as it stands."""
        clear = [_Clear(at, at) for at in range(len(text))]
        for start in range(len(text)):
            for end in range(start + 2, min(start + _LONGEST, len(text)) + 1):
                if text[start:end] in self.known or text[start:end] in PHRASES_DICT:
                    for at in range(start, end):
                        clear[at] = max(clear[at], _Clear(start, end), key=_Clear.length)
        return clear

    def _gain(self, text: str, start: int, word: str) -> float:
        """How much more usual ``word`` is at ``start`` than what stands there, in nats."""
        end = start + len(word)
        before, after = _char(text, start - 1), _char(text, end)
        meant = _usual(before + word)
        if word in self.own:
            meant = max(meant, _NAMED - math.log(len(self.own)))
        return meant + _usual(word[-1] + after) - _usual(before + text[start:end] + after)


def _doubt(changed: int, near: int, kept: int) -> float:
    """Nats that speak against a mistake in a word, by how many characters are written otherwise,
    how many of those that sound only alike, and how many stand."""
    return _MISTAKE + _CHARACTER * (changed - min(kept, _ENOUGH)) + _NEAR * near


def _fits(text: str, start: int, word: str) -> bool:
    """Whether customers have put a character at either side beside the word's."""
    pairs, _, _ = _pairs()
    before, after = _char(text, start - 1), _char(text, start + len(word))
    return before + word[0] in pairs or word[-1] + after in pairs


def in_characters(text: str) -> str:
    """The Chinese characters of ``text``, with ``EDGE`` at its ends and for each run of others."""
    return _OTHER.sub(EDGE, f" {normalise_text(text)} ")


def _char(text: str, at: int) -> str:
    return text[at] if 0 <= at < len(text) and "\u4e00" <= text[at] <= "\u9fff" else EDGE


def _usual(chars: str) -> float:
    """Logarithm of the probability of all but the first of ``chars`` after the first."""
    pairs, counts, total = _pairs()
    probability = 0.0
    for before, char in pairwise(chars):
        alone = (counts.get(char, 0) + 0.5) / total
        seen = pairs.get(before + char, 0) + _UNSEEN * alone
        probability += math.log(seen / (counts.get(before, 0) + _UNSEEN))
    return probability


@lru_cache(maxsize=1)
def _pairs() -> tuple[dict[str, int], dict[str, int], int]:
    """How often each pair of characters and each character was written, and how many there were."""
    pairs, chars = {}, {}
    for line in PAIRS_FILE.read_text("utf-8").splitlines():
        char, (count, followers) = line[0], line[1:].split(" ")
        chars[char] = int(count)
        pairs.update({char + after: int(times or 1) for after, times in _FOLLOWER.findall(followers)})
    return pairs, chars, sum(chars.values())


# --- sounds ----------------------------------------------------------------------------------

_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_FINALS = (("ang", "an"), ("eng", "en"), ("ing", "in"))
_HU = {
    "hu": "fu",
    "hua": "fa",
    "huai": "fai",
    "huan": "fan",
    "huang": "fang",
    "hui": "fei",
    "hun": "fen",
    "huo": "fo",
}


@lru_cache(maxsize=8192)
def _sound(char: str) -> str:
    """Its syllable without the tone; other characters as they are."""
    return lazy_pinyin(char)[0]


def _sayings(word: str) -> Iterator[Sound]:
    """The sounds of a word, and those of its characters alone: 空调 may have been heard as 空掉."""
    yield tuple(map(_sound, word))
    if any(word[start:end] in PHRASES_DICT for start, end in combinations(range(len(word) + 1), 2)):
        yield tuple(lazy_pinyin(word))


@lru_cache(maxsize=1024)
def _alike(sound: str) -> str:
    """The one sound that stands for all that accents and recognisers confuse with it."""
    sound = _HU.get(sound, sound)
    for written, spoken in _INITIALS:
        if sound.startswith(written) and len(sound) > 1:
            sound = spoken + sound[len(written) :]
            break
    for written, spoken in _FINALS:
        if sound.endswith(written):
            sound = sound[: -len(written)] + spoken
    return sound


# --- words and spellings ---------------------------------------------------------------------


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("homophones.toml").read_text("utf-8"))


def _said_in_shops() -> Iterator[str]:
    """Words that customers of any shop use; of the goods' other names those that can hardly be mistaken."""
    yield from _table()["phrases"]
    for slot in (SlotName.CATEGORY, SlotName.FEATURE, SlotName.COLOR):
        yield from (word for word in lexicon.synonyms(slot) if not lexicon.is_doubtful(word))
    for others in lexicon.synonyms(SlotName.CATEGORY).values():
        yield from (word for word in others if len(word) > 2)


def _written(product: Product) -> Iterator[str]:
    yield from product.features
    for column, _ in product.specs:
        yield column


def _listed() -> Iterator[str]:
    for slot in lexicon.SLOTS:
        for word, others in lexicon.synonyms(slot).items():
            yield from (word, *others)


def _words(phrases: Iterable[str]) -> frozenset[str]:
    """The words of Chinese characters in ``phrases``."""
    found = (word for phrase in phrases for word in _CHINESE.findall(phrase))
    return frozenset(word for word in found if 1 < len(word) <= _LONGEST)


_NUMBER = r"(?:[0-9]|[一二两三四五六七八九十])"
# Words of one character, which only the words around them tell.
_FRAMES = (
    (r"(?:[能可以换器机箱视脑调的旧])([底低])(?=多少|几百|几个钱|几钱)", "抵"),
    (rf"{_NUMBER}([批皮屁疲劈])(?=半|的?(?:变频|空调|挂机|柜机|大?[123一二三]级))", "匹"),
    (rf"{_NUMBER}([村存])(?=的?(?:电视|屏|大屏|显示|$)|的)", "寸"),
    (r"[0-9十百]([声生])(?=的|热水|冰箱|容量|$)", "升"),
)


@lru_cache(maxsize=1)
def _spellings() -> tuple[tuple[re.Pattern[str], str], ...]:
    latin = ((f"({re.escape(written)})", meant) for written, meant in _table()["spelt"].items())
    return tuple((re.compile(written), meant) for written, meant in (*latin, *_FRAMES))


def _respelt(text: str) -> tuple[str, list[Repair]]:
    """``text`` with the spellings that sounds alone cannot tell."""
    repairs: list[Repair] = []
    for pattern, meant in _spellings():
        while hit := pattern.search(text):
            start, end = hit.span(1)
            longer = len(meant) - (end - start)
            repairs = [_moved(repair, longer) if repair.start >= end else repair for repair in repairs]
            repairs.append(Repair(start, start + len(meant), hit[1], meant))
            text = text[:start] + meant + text[end:]
    return text, repairs


def _moved(repair: Repair, by: int) -> Repair:
    return replace(repair, start=repair.start + by, end=repair.end + by)
