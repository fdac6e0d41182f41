"""The words of guard_words.toml, each with what it means for a reply, and the patterns beside them."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from typing import Any


class Means(StrEnum):
    """What finding a word means; the values are also the reason codes of a block."""

    HARMLESS = "harmless"
    COMMITMENT = "commitment"
    ABSOLUTE = "absolute"
    LEAK = "leak"
    CONTACT = "contact"
    CLAIM = "claim"
    FREE = "free"
    GIFT = "gift"
    BOUND = "bound"


@dataclass(frozen=True, slots=True)
class Word:
    means: Means
    facts: re.Pattern[str] | None = None  # for claims: what a supporting phrase of a fact may match
    topic: str = ""  # for claims: what the supporting phrase must be about


def _load(table: dict[str, Any]) -> dict[str, Word]:
    """Later sections win: what is forbidden is never harmless."""
    words = {day: Word(Means.CLAIM) for day in _days()}
    for means in (Means.HARMLESS, Means.BOUND, Means.FREE, Means.GIFT):
        words |= dict.fromkeys(table[means], Word(means))
    for claim in reversed(table["claim"]):
        word = Word(Means.CLAIM, re.compile(claim["facts"]), claim.get("topic", ""))
        words |= dict.fromkeys(claim["words"], word)
    for means in (Means.CONTACT, Means.LEAK, Means.COMMITMENT, Means.ABSOLUTE):
        words |= dict.fromkeys(table[means], Word(means))
    return words


def _days() -> list[str]:
    named = [head + day for head in ("周", "星期", "礼拜") for day in "一二三四五六日天末"]
    return [*named, "本周", "这周", "下周", "下星期", "下礼拜", "下个月", "这个月", "本月", "下月"]


_TABLE = tomllib.loads(resources.files("runtime.generation").joinpath("guard_words.toml").read_text("utf-8"))
WORDS = _load(_TABLE)
LATIN = frozenset(_TABLE["latin"])
LONGEST = max(map(len, WORDS))
PREFIXES = frozenset(word[:end] for word in WORDS for end in range(1, len(word)))

# What may be free; a fact must call the same thing free.
FREE_OF = re.compile(
    r"安装|装|送货|配送|送|运|上楼|上门|清洗|贴膜|维修|修|换|拉走|回收|拆|测量|勘察|量|设计|停车|刻|拼装|调试|导"
    r"|滤芯|挂架|打孔|开孔|改孔|试|搬|抬|清洁|保养|延保|取|洗"
)
NEGATION = re.compile(
    r"(?<![无不非])(?:不|没|没有|不能|不支持|不参加|不可以|不提供|不享受|没法|无法|不参与|不做|暂无)$"
)
# A promise that is not made: 不敢随口答应. Narrow, for 没问题保证… is a promise.
UNPROMISED = re.compile(r"(?:不敢|不能|没法|无法|不好|不便)(?:随口|随便|给您|向您|跟您|替您|轻易|乱)?$")

# 最 is absolute unless a figure follows a measure (最高减300元) or a fact has the same phrase.
MEASURE = re.compile(
    r"风量|容量|功率|面积|承重|尺寸|音量|亮度|吸力|扭矩|速度|负荷|流量|温度|转速|噪音|水量|通量"
)
MEASURED = "高低大小长短快慢轻薄晚早远"

# What a phrase is about. A figure may not wander from one topic to another.
TOPICS = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        (
            "deliver",
            r"送货|送达|送到|配送|到货|发货|到家|运费|上楼|快递|送过去|送来|[能就内天]到(?![店手])|天发|送$|[内天可]送",
        ),
        ("repair", r"保|包修|整机|压缩机|电机|主机|维修"),
        ("return", r"退|无理由|换货|换新|包换"),
        ("install", r"安装|装机|装好|打孔|铜管|挂架|支架|师傅"),
        ("stock", r"库存|现货|剩|有货"),
        ("discount", r"减|优惠|便宜|补贴|折扣|立省|直降|抵|促销"),
        ("battery", r"续航|待机|电池|充电|用电"),
        ("pay", r"分期|免息|利息|手续费|首付"),
    )
)
