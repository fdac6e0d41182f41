"""A product as searching sees it, and what it costs today."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from runtime.types import Product, Promotion, Quantity, SlotName
from runtime.understanding import lexicon
from runtime.understanding.numbers import normalise_text, parse_quantities

_SIZE_UNITS = {"匹", "寸", "GB", "L", "kg", "m", "cm"}


@dataclass(frozen=True, slots=True)
class Item:
    """A product and what its sheet says, in the words and units that customers' wishes have."""

    product: Product
    categories: frozenset[str]  # canonical; 无线洗地机 of the class 吸尘器 is both
    traits: frozenset[str]  # canonical features and colours
    sizes: tuple[Quantity, ...]
    area: Quantity | None  # ㎡ that it serves
    promotions: tuple[Promotion, ...]  # its own


def make_item(product: Product, promotions: tuple[Promotion, ...]) -> Item:
    areas = [quantity for name, value in product.specs if "面积" in name for quantity in _quantities(value)]
    described = [product.name, *(value for name, value in product.specs if "重" not in name)]
    sizes = [quantity for text in described for quantity in _quantities(text) if quantity.unit in _SIZE_UNITS]
    return Item(
        product=product,
        categories=_categories(product.category, product.name),
        traits=frozenset(
            [_canonical(SlotName.FEATURE, word) for word in product.features]
            + [_canonical(SlotName.COLOR, word) for word in product.colors]
        ),
        sizes=tuple(dict.fromkeys(sizes)),
        area=next((replace(area, unit="㎡") for area in areas if area.unit in ("㎡", "")), None),
        promotions=promotions,
    )


@lru_cache(maxsize=4096)
def _canonical(slot: SlotName, word: str) -> str:
    return lexicon.canonical(slot, normalise_text(word)) or word


@lru_cache(maxsize=65536)
def _quantities(text: str) -> tuple[Quantity, ...]:
    if not re.search(r"[0-9一二两三四五六七八九十百千半]", text):
        return ()
    return tuple(span.quantity for span in parse_quantities(normalise_text(text)))


def _categories(category: str, name: str) -> frozenset[str]:
    """The class of the sheet, and the kind of thing that the name ends in."""
    own = _canonical(SlotName.CATEGORY, category)
    written = normalise_text(name)
    ends = {
        word
        for _, end, slot, word in lexicon.scan(written)
        if slot is SlotName.CATEGORY and end == len(written)
    }
    return frozenset({own} | ends)


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
