"""What the customer means to spend: ceilings, ranges, 再加一千, 贵点也行, 有便宜点的吗."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from runtime.dialogue.reference import Lookup
from runtime.dialogue.said import amounts
from runtime.types import DialogueState, Intent, Quantity, Slot, SlotName, Tactic
from runtime.understanding.clauses import clause_bounds
from runtime.understanding.numbers import parse_quantities

_NO_LIMIT = re.compile(
    r"(预算|价格|价钱|价位|钱)(上|方面)?(也|都|就)?(不限|不是问题|无所谓|随便|没上限|不设限|没限制|不用考虑|都行|都可以)|"
    r"不差钱|不在乎(钱|价格)|不考虑(价格|价钱|预算)|多少钱都(行|可以|成)|不限(预算|价格)"
)
_RAISE_BY = re.compile(r"(再|多|往上)?(加|添|涨|提|贵|多)[个上出了]*$")
_LOWER_BY = re.compile(r"(再|往下)?(减|降|少)[个去掉了]*$")
_LOOSER = re.compile(
    r"(贵|超|高|多花)一?(点|些)(儿|钱)?(也|都|其实)?(行|可以|成|没关系|没事|不要紧|能接受|无所谓|ok)|"
    r"(预算|价格)(可以|能)?(再|稍微)?(高|加|提|放宽|多)一?(点|些)"
)
_CHEAPER = re.compile(
    r"(有|换|来|看看?|推荐|要|找)(没有)?(一?[个款台])?(更|再|稍微|比较)?便宜一?[点些]?儿?的(?!那|这)|"
    r"还有更?便宜|更便宜一?[点些]?的?(有|没|吗|呢)|"
    r"便宜一?[点些]儿?的(还?有|呢)"
)
_DEARER = re.compile(
    r"(有|换|来|看看?|推荐|要|找)(没有)?(一?[个款台])?(更|再|稍微|比较)?贵一?[点些]?儿?的(?!那|这)"
)
_CHANGES = re.compile(r"预算|不超|最[多高]|[加提降减改换]|算了")
_LIMITS = re.compile(r"预算|以[内下]|之内|不超|最[多高]|左右|的(有|吗|呢|没)|有没有|有什么|类似|推荐|换")
_LOOSER_BY = 1.2


def fold_budget(
    state: DialogueState, text: str, slots: tuple[Slot, ...], intent: Intent, lookup: Lookup
) -> DialogueState:
    """``state`` with the budget as it is after these words; 有便宜点的吗 means cheaper than the focus."""
    money = amounts(slots, SlotName.BUDGET)
    limits = [(slot, q) for slot, q in money if q.low is None or q.high is None]
    if len(money) > 1 and not _CHANGES.search(text):
        money = limits  # 一个两千一个四千: prices are compared
    product = lookup(state.focus) if state.focus else None
    if product is not None and state.tactic is not Tactic.ASK and not _LIMITS.search(text):
        money = [(slot, q) for slot, q in money if not _is_tag(q, product.price)]
        bids = state.budget_max is None or (_BIDS.search(text) and not _CHANGES.search(text))
        money = limits if intent is Intent.BARGAIN and bids else money
    if money:
        return with_budget(state, *_stated_budget(state, text, *money[-1]))
    if _NO_LIMIT.search(text):
        return replace(state, budget_min=None, budget_max=None)
    if _LOOSER.search(text) and state.budget_max is not None:
        return with_budget(state, state.budget_min, round(state.budget_max * _LOOSER_BY, 2))
    if product is not None and _CHEAPER.search(text):
        return with_budget(state, None, product.price - 1)
    if product is not None and _DEARER.search(text):
        high = state.budget_max if state.budget_max and state.budget_max > product.price else None
        return with_budget(state, product.price + 1, high)
    return state


def _is_tag(money: Quantity, price: float) -> bool:
    """快五千了 of 4999: the price said back."""
    return money.high is not None and abs(money.high - price) <= 0.03 * price


def _stated_budget(
    state: DialogueState, text: str, slot: Slot, money: Quantity
) -> tuple[float | None, float | None]:
    start, _ = clause_bounds(text, slot.start, slot.end)
    before = text[start : slot.start]
    step = money.high or money.low or 0.0
    if state.budget_max is not None and _RAISE_BY.search(before):
        return state.budget_min, state.budget_max + step
    if state.budget_max is not None and _LOWER_BY.search(before):
        return state.budget_min, state.budget_max - step
    exact = money.low == money.high
    return (None if exact or money.approximate else money.low), money.high


def with_budget(state: DialogueState, low: float | None, high: float | None) -> DialogueState:
    """The budget, if it is one: positive, finite, lower end first; else the state as it was."""
    ends = [end for end in (low, high) if end is not None]
    if not ends or not all(math.isfinite(end) and end > 0 for end in ends):
        return state
    if low is not None and high is not None and low > high:
        low = None
    return replace(state, budget_min=low, budget_max=high)


_BIDS = re.compile(
    r"给我|卖不卖|卖[给我吗么]|拿走|(就|马上|立马|现在)(买|要|拿|付)|成交|行不|[行成干][吗么]|[成干中]不[成干中]|一口价"
)
_DISCOUNT_BEFORE = re.compile(r"(便宜|优惠|[减少省降让抹送返])[个了我掉去]*$")
_LEAST_BID = 10  # yuan


def named_bid(text: str) -> float | None:
    """The price that a customer wants to pay: 1900给我就买; None for a discount, 便宜一百行不行."""
    if not _BIDS.search(text):
        return None
    named = [
        span.quantity.high
        for span in parse_quantities(text)
        if span.quantity.unit in ("", "元") and not _DISCOUNT_BEFORE.search(text[: span.start])
    ]
    return next((money for money in reversed(named) if money is not None and money >= _LEAST_BID), None)
