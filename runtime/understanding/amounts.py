"""Which slot an amount fills: 三千 a budget or a discount, 1.5匹 a size, 两台 a number, 100平 an area."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from runtime.types import Quantity, SlotName
from runtime.understanding import lexicon
from runtime.understanding.clauses import clause_bounds
from runtime.understanding.numbers import QuantitySpan, parse_quantities, read_quantity

_UNITS = {
    SlotName.BUDGET: "元",
    SlotName.AREA: "㎡",
    SlotName.PEOPLE: "人",
    SlotName.QUANTITY: "台",
}
AMOUNTS = frozenset(_UNITS) | {SlotName.SIZE}  # slots that hold a Quantity
_SLOT_OF_UNIT = (
    {"㎡": SlotName.AREA, "人": SlotName.PEOPLE}
    | dict.fromkeys(("匹", "寸", "GB", "L", "kg", "m", "cm"), SlotName.SIZE)
    | dict.fromkeys(("日期", "时刻"), SlotName.TIME)
)
_COUNTERS = frozenset("台个件套部只张把副双盒箱")

# 便宜一百, 满三千减两百, 原价5999: money, but not what the customer means to spend.
_OTHER_MONEY_BEFORE = re.compile(
    r"(便宜|优惠|减免?|省|返|抵|差价?|送|退|降价?|涨价?|少|让|抹|满|卖|[原现标售]价|价格是|要价|报价|到手价?|"
    r"付|[押定]金|[运装]费|才|收|敢要|要我|花了|[贵差]|多了|问的|(?<!我)说|"
    r"号)[好过出了个我你他们到掉去着过的是]*$"
)
_OTHER_MONEY_AFTER = re.compile(
    r"(块钱?|元)?的?([这那][款个台件]|优惠|[券折]|红包|[押定]金|差价|运费|[手材安]\w{1,3}费)"
)
_ACCEPTED = re.compile(r"(块钱?|元)?(也|都)(行|可以|没关系|没事|能接受|成)")
_BUDGET_BEFORE = re.compile(r"(预算|价位|价格|价钱|心理价|不能超|控制|花|拿出|准备)[了个也就最在是为有到]*$")
_CHANGED_BEFORE = re.compile(r"(再多|多个|贵个|[加提涨降放改调][到成个]?|只有|就)[了个也就最在是为有到]*$")
_BUDGET_AFTER = re.compile(r"的?预算|的?价[位格]|[档吧够的行成卖]|可以|$")
_OTHER_UNIT = re.compile(r"毫|流明|万|步|帕|加仑|[次遍回年度秒倍号色位]|小时")
_LEAST_BUDGET = 10  # yuan
_STORAGE = {128, 256, 512, 1024}
_ORDINAL_BEFORE = re.compile(r"[第这那哪前后上下每另换几]$")
_COUNTED_GOODS = frozenset("台套部份")  # counters that hardly count anything else than what is bought
_ORDER_BEFORE = re.compile(
    r"(要|买|来|拿|[预]?[订定]|购|下|采|需要?|各|一?共|留|带|选|配)[了个上共我着一单]*$"
)
_COUNTED_OTHER = re.compile(
    r"有?(什么|啥)|哪|都|比|[的]?区别|[里中选月号]|孩|老人|房|卧|小时|问题|地方|多|牌|方面"
)
# Lengths and weights of people, doors and pipes are no sizes of goods.
_OTHER_LENGTH = re.compile(r"(门|槛|管|孔|墙|电梯|道|缝|洞|加长|超过?|差|短|少|走|收)\w{0,3}$")
_OWN_LENGTH = re.compile(r"[宽长]?的?([*x×乘]|床|沙发)|[宽长]?的")
_WANTED_BEFORE = re.compile(r"(^|尺寸|规格|[要做选就买])$")
_WEIGHT = re.compile(r"公斤|kg")
_LATIN = re.compile(r"[a-z0-9]")


def find_amounts(text: str) -> Iterator[tuple[int, int, SlotName, Quantity]]:
    """Amounts that fill a slot, as (start, end, slot, amount in the slot's unit)."""
    for span in parse_quantities(text):
        name = _quantity_slot(text, span)
        if name is not None:
            yield span.start, span.end, name, _in_unit(name, span.quantity)


def amount_of_tag(text: str, start: int, end: int, name: SlotName) -> Quantity | None:
    """The amount that a tagged span holds; None if it is none, of another unit, or other money."""
    quantity = read_quantity(text[start:end])
    if quantity is None or not _fits(name, quantity.unit):
        return None
    left, right = clause_bounds(text, start, end)
    if name is SlotName.BUDGET and _is_other_money(text[left:start], text[end:right]):
        return None
    return _in_unit(name, quantity)


def _fits(name: SlotName, unit: str) -> bool:
    if name is SlotName.QUANTITY:
        return unit == "" or unit in _COUNTERS
    return unit in ("", _UNITS.get(name, unit))


def _in_unit(name: SlotName, quantity: Quantity) -> Quantity:
    return replace(quantity, unit=_UNITS[name]) if name in _UNITS else quantity


def _quantity_slot(text: str, span: QuantitySpan) -> SlotName | None:
    """What a number may fill, judged by its unit and, for money and counts, by the words around it."""
    start, end = clause_bounds(text, span.start, span.end)
    before, after = text[start : span.start], text[span.end : end]
    unit = span.quantity.unit
    if unit == "元":
        worth = max(span.quantity.low or 0.0, span.quantity.high or 0.0) >= _LEAST_BUDGET
        return SlotName.BUDGET if worth and not _is_other_money(before, after) else None
    if unit in _COUNTERS:
        if _ORDINAL_BEFORE.search(before) or _COUNTED_OTHER.match(after):
            return None
        goods = any(at == 0 and slot is SlotName.CATEGORY for at, _, slot, _ in lexicon.scan(after[:8]))
        ordered = unit in _COUNTED_GOODS or goods or _ORDER_BEFORE.search(before)
        return SlotName.QUANTITY if ordered else None
    if unit == "":
        return _bare_number_slot(span, before, after)
    if unit in ("m", "cm") and not _is_own_length(before, after):
        return None
    return None if unit == "kg" and not _WEIGHT.search(span.text) else _SLOT_OF_UNIT.get(unit)


def _is_own_length(before: str, after: str) -> bool:
    said_so = _OWN_LENGTH.match(after) or (not after and _WANTED_BEFORE.search(before))
    return bool(said_so) and not _OTHER_LENGTH.search(before)


def _is_other_money(before: str, after: str) -> bool:
    if "预算" in before or (_ACCEPTED.match(after) and re.search("[贵多加]", before)):
        return False
    asks_back = before.endswith("是") and after[:1] in ("吗", "么", "吧")
    return bool(asks_back or _OTHER_MONEY_BEFORE.search(before) or _OTHER_MONEY_AFTER.match(after))


def _bare_number_slot(span: QuantitySpan, before: str, after: str) -> SlotName | None:
    """A number without a unit is money where the words around it or its own form say so."""
    if re.search(r"面积[是有大概约]*$", before):
        return SlotName.AREA
    low, high = span.quantity.low, span.quantity.high
    size = max(low or 0.0, high or 0.0)
    if not 50 <= size <= 1_000_000 or _is_other_money(before, after):
        return None
    if _LATIN.match(before[-1:]) or _LATIN.match(after) or _OTHER_UNIT.match(after):
        return None
    if _BUDGET_BEFORE.search(before):
        return SlotName.BUDGET
    if low is None or high is None:
        return SlotName.BUDGET  # 200以内
    if size < 300 or (size in _STORAGE and span.text.isascii()):
        return None
    if _CHANGED_BEFORE.search(before):
        return SlotName.BUDGET
    bounded = span.quantity.approximate or low < high
    spoken_as_money = bounded or re.search(r"[百千万kw]", span.text)
    return SlotName.BUDGET if spoken_as_money or _BUDGET_AFTER.match(after) else None
