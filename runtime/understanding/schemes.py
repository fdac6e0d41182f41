"""Two coarser readings of an intent, for merchants whose reports speak in those terms."""

from __future__ import annotations

from runtime.types import Intent

_A = {
    Intent.PRICE: "询价",
    Intent.BARGAIN: "询价",
    Intent.PROMOTION: "询价",
    Intent.FUNCTION: "功能咨询",
    Intent.COMPARE: "功能咨询",
    Intent.STOCK: "功能咨询",
    Intent.DELIVERY: "售后咨询",
    Intent.INSTALL: "售后咨询",
    Intent.WARRANTY: "售后咨询",
    Intent.COMPLAINT: "售后咨询",
    Intent.NO_INTEREST: "无意向",
    Intent.RECOMMEND: "个性化需求",
    Intent.CUSTOM: "个性化需求",
}

_B = {
    Intent.BARGAIN: "优惠咨询",
    Intent.PROMOTION: "优惠咨询",
    Intent.PRICE: "产品报价",
    Intent.RECOMMEND: "定制需求",
    Intent.CUSTOM: "定制需求",
    Intent.DELIVERY: "服务支持",
    Intent.INSTALL: "服务支持",
    Intent.WARRANTY: "服务支持",
    Intent.COMPLAINT: "服务支持",
    Intent.HUMAN: "服务支持",
    Intent.NO_INTEREST: "拒绝沟通",
}

NEITHER = "其他"


def scheme_a(intent: Intent) -> str:
    """询价, 功能咨询, 售后咨询, 无意向, 个性化需求 or 其他."""
    return _A.get(intent, NEITHER)


def scheme_b(intent: Intent) -> str:
    """优惠咨询, 产品报价, 定制需求, 服务支持, 拒绝沟通 or 其他."""
    return _B.get(intent, NEITHER)
