"""Goods by the end of a scale: 最便宜的, 大的那个, 轻的呢."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from runtime.dialogue.pointing import KIND, NOTHING, Clause, Found, has
from runtime.knowledge.descriptions import Description
from runtime.knowledge.items import Item, comes_in, price_on
from runtime.types import SlotName

_PRICE = "价格"
# The scale that orders goods, a spec, and whether its upper end is meant.
_AXES: tuple[tuple[re.Pattern[str], str, bool], ...] = tuple(
    (
        re.compile(
            rf"最(?:{end})|(?:{end})(一?[点些啲])?的?[那嗰]一?{KIND}|"
            rf"(?:^|[，,。 那就要是])(?:{end})的(?=呢|多少|几|贵|[了吧，。!,. ]|$)"
        ),
        spec,
        high,
    )
    for end, spec, high in (
        ("便宜|低价|实惠|划算|普通|平(?=啲|嗰)", _PRICE, False),
        ("(?<!不)贵", _PRICE, True),
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
    """Of the goods shown, else of those talked about, else of the kind; one alone is both ends."""
    scale = next(((hit, spec) for axis, spec, _ in _AXES if (hit := axis.search(clause.text))), None)
    if scale is None:
        return NOTHING
    named, spec = scale
    state = clause.state
    size = state.size if spec == _PRICE else None  # 便宜的那个 is cheap for its size
    pools = [clause.of_kind(state.shown), clause.of_kind((*state.seen, *state.shown))]
    if clause.category and (size or named[0].startswith("最")):
        pools.append(clause.goods.of_kind(clause.category, Description(frozenset())))
    pools = [_of_size(clause, pool, size) for pool in pools]
    for items in (*(pool for pool in pools if len(pool) > 1), *pools):
        if ends := at_end(clause.text, items, clause.today):
            return (ends[0].product.id,), (named.span(),)
    return NOTHING


def _of_size(clause: Clause, items: Iterable[Item], wanted: str | None) -> list[Item]:
    """Those of the size that is said, else of the size that is wanted if any are."""
    every = list({item.product.id: item for item in items}.values())
    said = [slot for slot in clause.slots if slot.name is SlotName.SIZE and not slot.negated]
    if said or not wanted:
        return [item for item in every if all(has(item, size) for size in said)]
    return [item for item in every if comes_in(item, wanted)] or every


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
    if spec == _PRICE:
        return price_on(item, today)[0]
    if spec == "大小":
        units = (u for u in _SIZED if all(any(q.unit == u for q in other.sizes) for other in items))
        unit = next(units, None)
        return next((q.high or q.low for q in item.sizes if q.unit == unit), None)
    told = next((value for name, value in item.product.specs if name == spec), "")
    return float(hit[1]) if (hit := _NUMBER.search(told)) else None
