"""Pairs of a customer's words and the knowledge text that they ask for: what the embedding learns from."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from runtime.knowledge.texts import product_text
from runtime.types import Product, SlotName
from runtime.understanding import lexicon

_BY_NAME = (
    "{0}",
    "{0}多少钱",
    "{0}怎么样",
    "你们那个{0}还有货吗",
    "{0}有优惠吗",
    "介绍一下{0}",
    "{0}能便宜点吗",
)
_BY_KIND = (
    "有没有{0}",
    "想买{0}",
    "推荐一款{0}",
    "{0}",
    "我要{0}",
    "{0}有哪些",
    "给我看看{0}",
    "家里想换{0}",
)
_OPENINGS = ("", "", "", "你好，", "请问", "老板，", "那个", "我想问一下")
_ENDINGS = ("", "", "", "呢", "呀", "？", "，谢谢")


@dataclass(frozen=True, slots=True)
class Pair:
    """``question`` asks for ``product``; every product with what it names answers it as well."""

    question: str
    product: Product
    category: str = ""
    brand: str = ""
    name: str = ""
    features: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        return product_text(self.product)

    def answered_by(self, other: Product) -> bool:
        """Whether another product would answer too, and so must not count as wrong."""
        return (
            self.category in ("", other.category)
            and self.brand in ("", other.brand)
            and self.name in ("", other.name)
            and self.features <= {*other.features}
        )


def by_category(goods: Sequence[Product]) -> list[list[Product]]:
    """The goods, shelf by shelf."""
    shelves: dict[str, list[Product]] = {}
    for product in goods:
        shelves.setdefault(product.category, []).append(product)
    return list(shelves.values())


def pairs(shelves: Sequence[Sequence[Product]], count: int, chance: random.Random) -> list[Pair]:
    """Questions by name, by model and by kind (category with brand and features).

    Half of them are about goods of one category, so that each has negatives that are hard to tell apart.
    """
    shelf = chance.choice(shelves)
    near = [chance.choice(shelf) for _ in range(count // 2)]
    far = [chance.choice(chance.choice(shelves)) for _ in range(count - len(near))]
    return [_pair(product, chance) for product in (*near, *far)]


def _pair(product: Product, chance: random.Random) -> Pair:
    if chance.random() < 0.35:
        called = chance.choice((product.name, product.name, product.model, product.brand + product.model))
        return Pair(_said(chance.choice(_BY_NAME).format(called), chance), product, name=product.name)
    wanted = chance.sample(product.features, min(len(product.features), chance.choice((0, 1, 1, 2))))
    brand = product.brand if chance.random() < 0.3 else ""
    described = chance.choice(("、", "")).join(_called(SlotName.FEATURE, word, chance) for word in wanted)
    category = _called(SlotName.CATEGORY, product.category, chance)
    kind = f"{described}{'的' if described else ''}{brand}{category}"
    question = _said(chance.choice(_BY_KIND).format(kind), chance)
    return Pair(question, product, product.category, brand, features=frozenset(wanted))


def _called(slot: SlotName, word: str, chance: random.Random) -> str:
    return word if chance.random() < 0.5 else chance.choice([word, *lexicon.synonyms(slot).get(word, ())])


def _said(question: str, chance: random.Random) -> str:
    return chance.choice(_OPENINGS) + question + chance.choice(_ENDINGS)
