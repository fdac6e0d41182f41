"""How a fact reads: the one place that knows the wording of each kind of fact.

``knowledge/evidence.py`` writes facts with it, the generator learned from facts written with it, and
the guard checks replies against the same text. A change here needs a retrained generator.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date


def yuan(amount: float) -> str:
    """2999.0 -> 2999元, 19.9 -> 19.9元."""
    return f"{amount:.2f}".rstrip("0").rstrip(".") + "元"


def price_text(price: float) -> str:
    return f"现价{yuan(price)}"


def spec_text(name: str, value: str) -> str:
    return f"{name}{value}"


def features_text(features: Iterable[str]) -> str:
    return "特点:" + "、".join(features)


def description_text(description: str) -> str:
    return f"介绍:{description}"


def colors_text(colors: Iterable[str]) -> str:
    return "颜色:" + "、".join(colors)


def stock_text(stock: int | None) -> str:
    """Few pieces are counted, many are simply there; None (not tracked) reads as there."""
    if stock == 0:
        return "暂时缺货"
    return f"库存{stock}台" if stock is not None and stock <= 20 else "现货"


def warranty_text(warranty: str) -> str:
    return f"保修:{warranty}"


def delivery_text(delivery: str) -> str:
    return f"配送:{delivery}"


def installation_text(installation: str) -> str:
    return f"安装:{installation}"


def promotion_text(text: str, ends: date | None, today: date | None = None) -> str:
    """The last day has its year where that is not this year's: 12月31日 would be taken for the next one."""
    if ends is None:
        return f"促销:{text}"
    year = f"{ends.year}年" if today and ends.year != today.year else ""
    return f"促销:{text}({year}{ends.month}月{ends.day}日止)"


def faq_text(question: str, answer: str) -> str:
    return f"问答:{question}→{answer}"


def script_text(text: str) -> str:
    return f"话术:{text}"


def policy_text(text: str) -> str:
    return f"店规:{text}"
