"""Goods by what customers say of them: 149的半入耳, 大按键的, 说句晚安就灭的那个.

Every word, figure, colour and feature of the sheet is a witness, and counts the more, the fewer of the goods
in question have it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from runtime.knowledge.asks import parts_of
from runtime.knowledge.items import Item
from runtime.knowledge.words import WordIndex, likest
from runtime.types import Product, Promotion, Quantity
from runtime.understanding.numbers import normalise_text

K = TypeVar("K")

_IN_NAME, _IN_SHEET, _TRAIT, _FIGURE, _ASKED = 1.0, 0.7, 0.8, 1.0, 0.2
_ALONE = 0.6  # a single character, of what a pair of characters counts
_PRICE_NEAR, _WIDEST = 0.005, 2000  # of the price; yuan of a range
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_CANDIDATES = 60  # of a large shop, those that have most of the words


@dataclass(frozen=True, slots=True)
class Description:
    """What was said of the goods that are meant."""

    words: frozenset[str]  # parts of words, as in asked.parts_of
    asked: frozenset[str] = frozenset()  # of the rest of the sentence: 显卡 in 青春版是啥显卡
    amounts: tuple[Quantity, ...] = ()  # sizes and prices
    traits: frozenset[str] = frozenset()  # canonical colours and features


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is known of a product, as witnesses."""

    called: str  # its name without what others have as well, the brand and the kind
    name: frozenset[str]
    words: frozenset[str]  # of all else
    terms: frozenset[str]  # of delivery, installation and warranty
    figures: frozenset[tuple[float, str]]
    numbers: frozenset[str]  # of whatever unit
    prices: tuple[float, ...]
    traits: frozenset[str]

    def tells(self, parts: Iterable[str]) -> bool:
        """Whether all of these stand in it beside its name."""
        return all(part in self.words or part in self.terms for part in parts)


@dataclass(frozen=True, slots=True)
class Descriptions:
    """All goods, ready to be told apart."""

    items: tuple[Item, ...]
    rows: Mapping[str, int]  # product id -> place in ``items``
    index: WordIndex
    kinds: Mapping[str, tuple[int, ...]]  # category or kind -> places
    figured: Mapping[tuple[float, str], tuple[int, ...]]  # sizes, and prices in whole yuan -> places

    @classmethod
    def of(cls, items: Sequence[Item], index: WordIndex) -> Descriptions:
        kinds: defaultdict[str, list[int]] = defaultdict(list)
        figured: defaultdict[tuple[float, str], list[int]] = defaultdict(list)
        for row, item in enumerate(items):
            for kind in {item.product.category, item.kind or item.product.category}:
                kinds[kind].append(row)
            prices = ((int(price), "元") for price in _prices(item))
            for figure in {*prices, *((q.low, q.unit) for q in item.sizes if q.low is not None)}:
                figured[figure].append(row)
        rows = {item.product.id: row for row, item in enumerate(items)}
        return cls(tuple(items), rows, index, _frozen(kinds), _frozen(figured))

    def product(self, id: str) -> Product | None:
        row = self.rows.get(id)
        return None if row is None else self.items[row].product

    def known(self, ids: Iterable[str]) -> list[Item]:
        """The items of ``ids`` that the shop still has."""
        return [self.items[self.rows[id]] for id in ids if id in self.rows]

    def of_kind(self, category: str | None, description: Description) -> list[Item]:
        """Goods of that category, of all where it is None; of many those nearest to the description."""
        shares = self.index.find(description.words)
        for amount in description.amounts:
            shares[list(self._with(amount))] += 1.0
        if category is None:
            return [self.items[row] for row in likest(shares, _CANDIDATES)]
        rows = sorted(self.kinds.get(category, ()), key=lambda row: -shares[row])
        return [self.items[row] for row in rows[:_CANDIDATES]]

    def _with(self, amount: Quantity) -> tuple[int, ...]:
        figure = amount.low or amount.high or 0.0
        found = self.figured.get((figure, amount.unit), ())
        if amount.unit not in ("", "元"):
            return found
        low, high = (figure * (1 - _PRICE_NEAR), (amount.high or figure) * (1 + _PRICE_NEAR))
        prices = range(int(low), min(int(high), int(low) + _WIDEST) + 1)
        return (*found, *(row for price in prices for row in self.figured.get((price, "元"), ())))


def _frozen(found: Mapping[K, list[int]]) -> dict[K, tuple[int, ...]]:
    return {key: tuple(rows) for key, rows in found.items()}


def likeness(description: Description, goods: Sequence[Item], focus: str | None = None) -> dict[str, float]:
    """How well each of ``goods`` is told from the others; about 1 for each word that only one of them has.

    Terms of delivery, installation and warranty count for the product in ``focus`` alone: 打孔收费不 asks
    about it.
    """
    sheets = {item.product.id: sheet_of(item) for item in goods}
    scores = dict.fromkeys(sheets, 0.0)
    for word in description.words:
        weight = 1.0 if len(word) > 1 else _ALONE
        _add(scores, {id: weight * _word(word, sheet) for id, sheet in sheets.items()})
    for word in description.asked:
        _add(scores, {id: _ASKED * _word(word, sheet) for id, sheet in sheets.items()})
    for amount in description.amounts:
        _add(scores, {id: _FIGURE * _has_figure(amount, sheet) for id, sheet in sheets.items()})
    for trait in description.traits:
        _add(
            scores,
            {id: _TRAIT * (trait in sheet.traits or trait in sheet.called) for id, sheet in sheets.items()},
        )
    if own := sheets.get(focus or ""):
        scores[focus or ""] += _IN_SHEET * len(description.words & (own.terms - own.words - own.name))
    return scores


def _add(scores: dict[str, float], found: Mapping[str, float]) -> None:
    """A witness for all of the goods tells nothing of which is meant."""
    have = sum(share > 0 for share in found.values())
    lack = 1 - have / len(found) if len(found) > 1 else 1.0
    for id, share in found.items():
        scores[id] += share * lack


def _word(word: str, sheet: Sheet) -> float:
    if word in sheet.name:
        return _IN_NAME
    return _IN_SHEET if word in sheet.words else 0.0


def _has_figure(amount: Quantity, sheet: Sheet) -> bool:
    low, high = amount.low or 0.0, amount.high or amount.low or 0.0
    if amount.unit in ("", "元"):
        near = _PRICE_NEAR if low == high else 0.0
        if any(low * (1 - near) <= price <= high * (1 + near) for price in sheet.prices):
            return True
    if amount.unit == "":
        return f"{low:g}" in sheet.numbers
    return amount.unit != "元" and (low, amount.unit) in sheet.figures


def _prices(item: Item) -> tuple[float, ...]:
    """The usual one and those of offers, whether they hold today or not: customers remember either."""
    return (item.product.price, *(p.price for p in item.promotions if p.price is not None))


@lru_cache(maxsize=2048)
def sheet_of(item: Item) -> Sheet:
    product = item.product
    name, brand, kind = map(normalise_text, (product.name, product.brand, product.category))
    told = " ".join((item.sheet.removeprefix(name), *product.colors, *map(_offer, item.promotions)))
    terms = " ".join((product.delivery, product.installation, product.warranty))
    return Sheet(
        called=name.removeprefix(brand).removesuffix(kind),
        name=_parts(product.name),
        words=_parts(told),
        terms=_parts(terms),
        figures=frozenset((q.low, q.unit) for q in item.sizes if q.low is not None and q.low == q.high),
        numbers=frozenset(_NUMBER.findall(" ".join((product.name, *(value for _, value in product.specs))))),
        prices=_prices(item),
        traits=item.traits | {product.brand, *product.features, *product.colors},
    )


def _offer(promotion: Promotion) -> str:
    return promotion.text + (" 打折" if promotion.text.endswith("折") else "")


def _parts(text: str) -> frozenset[str]:
    """Pairs of characters, and each Chinese character alone."""
    low = text.lower()
    return frozenset(parts_of(low, ()) | {char for char in low if "\u4e00" <= char <= "\u9fff"})
