"""Goods by the end of a scale: 最便宜的, 大的那个, 轻的呢."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from runtime.dialogue.pointing import KIND, NOTHING, Clause, Found, has
from runtime.knowledge.descriptions import Description
from runtime.knowledge.items import Item, price_on
from runtime.types import SlotName

# The scale that orders goods, a spec, and whether its upper end is meant.
_AXES: tuple[tuple[re.Pattern[str], str, bool], ...] = tuple(
    (
        re.compile(
            rf"最(?:{end})|(?:{end})(一?[点些])?的?那一?{KIND}|"
            rf"(?:^|[，,。 那就要])(?:{end})的(?=呢|多少|几|[了吧，。!,. ]|$)"
        ),
        spec,
        high,
    )
    for end, spec, high in (
        ("便宜|低价|实惠|划算", "价格", False),
        ("(?<!不)贵", "价格", True),
        ("大(?!的?优惠|能|可|支持|承|功)", "大小", True),
        ("小", "大小", False),
        ("轻|轻便", "重量", False),
        ("重|沉", "重量", True),
        ("薄", "厚度", False),
        ("厚", "厚度", True),
        ("静|安静|小声|声音小|响动小", "噪音", False),
        ("矮", "尺寸", False),
    )
)
_SIZED = ("寸", "匹", "L", "kg", "加仑", "m", "cm")
_NUMBER = re.compile(r"(?:高|^\D*)([0-9]+(?:\.[0-9]+)?)")


def names_an_end(text: str) -> bool:
    return any(axis.search(text) for axis, _, _ in _AXES)


def by_scale(clause: Clause) -> Found:
    """Of the goods shown; where that is one only, of those talked about, else of the kind."""
    scale = next((hit for axis, _, _ in _AXES if (hit := axis.search(clause.text))), None)
    if scale is None:
        return NOTHING
    shown, seen = clause.of_kind(clause.state.shown), clause.of_kind(clause.state.seen)
    whole = clause.category and not shown and not seen and scale[0].startswith("最")
    kind = clause.goods.of_kind(clause.category, Description(frozenset())) if whole else []
    sizes = [slot for slot in clause.slots if slot.name is SlotName.SIZE and not slot.negated]
    talked_of = shown if len(shown) > 1 or not seen else seen
    items = [item for item in talked_of or kind if all(has(item, size) for size in sizes)]
    return tuple(item.product.id for item in at_end(clause.text, items, clause.today)), (scale.span(),)


def at_end(text: str, items: Sequence[Item], today: date) -> list[Item]:
    """The one at the end of a scale that ``text`` names; none if it names no scale or none is ahead."""
    for axis, spec, high in _AXES:
        if axis.search(text):
            measured = ((_measure(spec, item, items, today), item) for item in items)
            known = [(value, item) for value, item in measured if value is not None]
            ends = sorted(known, key=lambda pair: pair[0], reverse=high)
            if len(ends) == 1 or (ends and ends[0][0] != ends[1][0]):
                return [ends[0][1]]
    return []


def _measure(spec: str, item: Item, items: Sequence[Item], today: date) -> float | None:
    """Where it stands on a scale; sizes in the first unit in which all of ``items`` are measured."""
    if spec == "价格":
        return price_on(item, today)[0]
    if spec == "大小":
        units = (u for u in _SIZED if all(any(q.unit == u for q in other.sizes) for other in items))
        unit = next(units, None)
        return next((q.high or q.low for q in item.sizes if q.unit == unit), None)
    told = next((value for name, value in item.product.specs if name == spec), "")
    return float(hit[1]) if (hit := _NUMBER.search(told)) else None
