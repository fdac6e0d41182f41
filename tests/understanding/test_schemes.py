"""Every fine intent has its place in both schemes."""

from __future__ import annotations

import pytest

from runtime.types import Intent
from runtime.understanding.schemes import scheme_a, scheme_b


@pytest.mark.parametrize(
    ("intent", "a", "b"),
    [
        (Intent.PRICE, "询价", "产品报价"),
        (Intent.BARGAIN, "询价", "优惠咨询"),
        (Intent.PROMOTION, "询价", "优惠咨询"),
        (Intent.FUNCTION, "功能咨询", "其他"),
        (Intent.COMPARE, "功能咨询", "其他"),
        (Intent.STOCK, "功能咨询", "其他"),
        (Intent.DELIVERY, "售后咨询", "服务支持"),
        (Intent.INSTALL, "售后咨询", "服务支持"),
        (Intent.WARRANTY, "售后咨询", "服务支持"),
        (Intent.COMPLAINT, "售后咨询", "服务支持"),
        (Intent.RECOMMEND, "个性化需求", "定制需求"),
        (Intent.CUSTOM, "个性化需求", "定制需求"),
        (Intent.NO_INTEREST, "无意向", "拒绝沟通"),
        (Intent.HUMAN, "其他", "服务支持"),
        (Intent.ORDER, "其他", "其他"),
        (Intent.GREETING, "其他", "其他"),
        (Intent.OTHER, "其他", "其他"),
    ],
)
def test_projections(intent: Intent, a: str, b: str) -> None:
    assert (scheme_a(intent), scheme_b(intent)) == (a, b)
