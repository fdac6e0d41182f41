"""Why a product fits, in short phrases that its own data bear out: 预算内 · 省电 · 适合老人."""

from __future__ import annotations

from datetime import date

from runtime.knowledge.filters import TOLERANCE, wanted_traits
from runtime.knowledge.items import Item, comes_in, price_on
from runtime.types import DialogueState

_MOST = 4


def reason_for(item: Item, state: DialogueState, today: date) -> str:
    """What it meets of the customer's wishes, what it misses first; its features where nothing was wished."""
    product = item.product
    reasons = ["暂时缺货"] if product.stock == 0 else []
    if state.brand and product.brand != state.brand:
        reasons.append("其他品牌")
    if state.budget_max:
        price, _ = price_on(item, today)
        near = price <= state.budget_max * TOLERANCE
        reasons.append("预算内" if price <= state.budget_max else "略超预算" if near else "超出预算")
    reasons += [word for word in wanted_traits(state) if word in item.traits]
    if state.size and comes_in(item, state.size):
        reasons.append(state.size)
    if state.area_m2 and item.area:
        reasons += [f"{name}{value}" for name, value in product.specs if "面积" in name]
    if state.people and item.capacity:
        reasons += [f"{name}{value}" for name, value in product.specs if "容量" in name]
    return " · ".join((reasons or product.features[:2])[:_MOST])
