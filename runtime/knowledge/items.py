"""A product as searching sees it, and what it costs today."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from runtime.types import Product, Promotion, Quantity, SlotName
from runtime.understanding import lexicon
from runtime.understanding.numbers import normalise_text, parse_quantities, read_quantity

# Ends of names that say nothing of the kind of thing: 微蒸烤一体机 is no computer.
_VAGUE_ENDS = ("一体机",)


@dataclass(frozen=True, slots=True)
class Item:
    """A product and what its sheet says, in the words and units that customers' wishes have."""

    product: Product
    category: str  # canonical class on the sheet: 吸尘器
    kind: str | None  # canonical, what the name ends in: 洗地机
    categories: frozenset[str]  # both
    traits: frozenset[str]  # canonical features and colours
    sizes: tuple[Quantity, ...]  # amounts in its name and specs, weights left out
    area: Quantity | None  # ㎡ that it serves
    capacity: Quantity | None  # what it holds: 60L, 10kg
    promotions: tuple[Promotion, ...]  # its own
    text: str  # name and description, normalised
    sheet: str  # all words of its sheet, normalised


def make_item(product: Product, promotions: tuple[Promotion, ...]) -> Item:
    written = (product.name, *(value for name, value in product.specs if "重" not in name))
    specs = (f"{name} {value}" for name, value in product.specs)
    category, kind = _canonical(SlotName.CATEGORY, product.category), _kind(product.name)
    area = _first(product, "面积", ("㎡", ""))
    return Item(
        product=product,
        category=category,
        kind=kind,
        categories=frozenset({category, kind or category}),
        traits=frozenset(
            [_canonical(SlotName.FEATURE, word) for word in product.features]
            + [_canonical(SlotName.COLOR, word) for word in product.colors]
            + [word for _, value in product.specs if (word := _feature(value))]
        ),
        sizes=tuple(dict.fromkeys(quantity for text in written for quantity in _quantities(text))),
        area=area and replace(area, unit="㎡"),
        capacity=_first(product, "容量", ("L", "kg")),
        promotions=promotions,
        text=normalise_text(f"{product.name} {product.description}"),
        sheet=normalise_text(" ".join((product.name, product.description, *product.features, *specs))),
    )


def _first(product: Product, spec: str, units: tuple[str, ...]) -> Quantity | None:
    """The first amount in one of the units in the specs of that name; 16L/分钟 is a flow and none."""
    amounts = (
        q for name, value in product.specs if spec in name and "/" not in value for q in _quantities(value)
    )
    return next((amount for amount in amounts if amount.unit in units), None)


@lru_cache(maxsize=4096)
def _canonical(slot: SlotName, word: str) -> str:
    return lexicon.canonical(slot, normalise_text(word)) or word


@lru_cache(maxsize=4096)
def _feature(value: str) -> str | None:
    """What a spec says in so many words: 偏软."""
    return lexicon.canonical(SlotName.FEATURE, normalise_text(value)) if len(value) <= 4 else None


@lru_cache(maxsize=65536)
def _quantities(text: str) -> tuple[Quantity, ...]:
    if not re.search(r"[0-9一二两三四五六七八九十百千半]", text):
        return ()
    return tuple(span.quantity for span in parse_quantities(normalise_text(text)))


def _kind(name: str) -> str | None:
    written = normalise_text(name)
    for start, end, slot, word in lexicon.scan(written):
        if slot is SlotName.CATEGORY and end == len(written) and written[start:] not in _VAGUE_ENDS:
            return word
    return None


def comes_in(item: Item, size: str) -> bool:
    """Whether it has that size: 1.5匹, 60-80L, or a word of its name such as 大号."""
    wanted = _size(size)
    return _any_fits(item.sizes, wanted) if wanted else size in item.product.name


def says_size(written: str, size: str) -> bool:
    """Whether a spec's value says that size."""
    wanted = _size(size)
    return _any_fits(_quantities(written), wanted) if wanted else size in written


@lru_cache(maxsize=256)
def _size(size: str) -> Quantity | None:
    return read_quantity(normalise_text(size))


def _any_fits(own: tuple[Quantity, ...], wanted: Quantity) -> bool:
    return any(quantity.unit == wanted.unit and _overlap(quantity, wanted) for quantity in own)


def _overlap(own: Quantity, wanted: Quantity) -> bool:
    low, high = wanted.low or 0.0, math.inf if wanted.high is None else wanted.high
    own_low, own_high = own.low or 0.0, math.inf if own.high is None else own.high
    return own_low <= high and low <= own_high


def is_valid(promotion: Promotion, today: date) -> bool:
    return (promotion.starts or today) <= today <= (promotion.ends or today)


def price_on(item: Item, today: date) -> tuple[float, Promotion | None]:
    """The price of that day in yuan, and the promotion that sets it."""
    cheapest = min(
        (p for p in item.promotions if p.price is not None and is_valid(p, today)),
        key=lambda p: p.price or 0.0,
        default=None,
    )
    if cheapest is None or cheapest.price is None or cheapest.price >= item.product.price:
        return item.product.price, None
    return cheapest.price, cheapest
