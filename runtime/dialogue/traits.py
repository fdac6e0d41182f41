"""What is wanted of the goods themselves: brand, model, colour, size, number."""

from __future__ import annotations

import re
from dataclasses import replace

from runtime.dialogue.reference import Lookup
from runtime.dialogue.said import amounts, joined, without, words
from runtime.types import DialogueState, Slot, SlotName
from runtime.understanding.numbers import render_quantity


def _free(what: str) -> re.Pattern[str]:
    """随便什么牌子, 牌子无所谓, 什么牌子都行."""
    free = "随便|不限|无所谓|都行|都可以|都成|不挑|不讲究|不重要|没要求|不要求|没关系"
    return re.compile(
        rf"(随便|任何|不限|不挑|不讲究)(什么|哪个|啥)?({what})|({what})(上|方面)?(什么的)?(我|也|都|就)?({free})|"
        rf"(什么|哪个|啥)({what})(都|也)(行|可以|成|好|无所谓)"
    )


_ANY_BRAND, _ANY_COLOR, _ANY_SIZE = _free("牌子|品牌"), _free("颜色"), _free("大小|尺寸|匹数|容量")
_OTHER_BRAND = re.compile(r"(换个?|别的|其他|其它|另外的?)(牌子|品牌)|换一个(牌子|品牌)")


def fold_traits(state: DialogueState, text: str, slots: tuple[Slot, ...], lookup: Lookup) -> DialogueState:
    """``state`` with what was last said of the goods, and what was turned down in ``excluded``."""
    brands, models, colors = (words(slots, n) for n in (SlotName.BRAND, SlotName.MODEL, SlotName.COLOR))
    sizes = words(slots, SlotName.SIZE) + [render_quantity(size) for _, size in amounts(slots, SlotName.SIZE)]
    counts = [q.high for _, q in amounts(slots, SlotName.QUANTITY) if q.low and q.high and q.high <= 100_000]
    denied = _denied(state, text, slots, lookup)
    wanted = [*brands, *models, *colors]
    return replace(
        state,
        brand=_latest(state.brand, brands, denied, _ANY_BRAND.search(text)),
        model=_latest(state.model, models, denied),
        color=_latest(state.color, colors, denied, _ANY_COLOR.search(text)),
        size=_latest(state.size, sizes, [], _ANY_SIZE.search(text)),
        quantity=int(counts[-1]) if counts else state.quantity,
        excluded=joined(without(state.excluded, wanted), without(tuple(denied), wanted)),
    )


def _denied(state: DialogueState, text: str, slots: tuple[Slot, ...], lookup: Lookup) -> list[str]:
    """Brands, models and colours turned down; with 换个牌子 the brand that was talked about."""
    names = (SlotName.BRAND, SlotName.MODEL, SlotName.COLOR)
    denied = [word for name in names for word in words(slots, name, negated=True)]
    if _OTHER_BRAND.search(text):
        product = lookup(state.focus) if state.focus else None
        brand = state.brand or (product.brand if product else None)
        denied += [brand] if brand else []
    return denied


def _latest(
    known: str | None, said: list[str], denied: list[str], freed: re.Match[str] | None = None
) -> str | None:
    if said:
        return said[-1]
    return None if freed or known in denied else known
