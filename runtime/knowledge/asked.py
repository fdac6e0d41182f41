"""Which facts a sentence asks for by its own words, whatever intent it was taken for.

A fact is asked for by the name of a spec (噪音), by a word that customers use for it (吵, 分贝), or by a word
that stands in it (铜管 in 铜管超过3米每米80元).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from runtime.types import Fact, FactKind, Slot, SlotName

MAX_TEXT = 200  # characters of a customer's text that are looked at
_BY_NAME, _BY_WORD, _BY_MEANING, _BY_PART = 4, 3, 2, 1

# Part of a spec's name -> what customers say when they ask for it.
_SPEC_WORDS = {
    "噪音": "吵 声音 静音 安静 响 分贝",
    "能效": "省电 费电 耗电 电费 能耗",
    "耗电": "省电 费电 电费 能耗 几度电 度电",
    "功率": "费电 耗电 瓦",
    "面积": "多大 平 客厅 卧室 房间",
    "尺寸": "多宽 多高 多长 多深 多大 宽度 高度 深度 长度 大小 放得下",
    "容量": "多大 几升 多少升 装多少 能装 装得下 几个人",
    "重量": "多重 几斤 沉",
    "续航": "多久 几天 充一次 电池",
    "电池": "续航 多久 毫安",
    "充电": "充满 快充 充得",
    "屏幕": "多大 几寸 大屏",
    "存储": "内存 容量",
    "匹": "多大 几匹",
    "防护": "防水 防尘 泡水 进水",
    "气源": "液化气 天然气 煤气",
    "降噪": "分贝 降噪",
    "材料": "材质 面料 什么做",
    "厚度": "多厚",
    "软硬": "硬 软",
}
# What customers say when they ask for facts of a kind.
_KIND_WORDS = {
    FactKind.PROMOTION: re.compile(
        r"优惠|活动|促销|打折|几折|赠|以旧换新|旧的?折|折[价多]|抵|补贴|[减降]多少"
    ),
    FactKind.STOCK: re.compile(
        r"有货|现货|缺货|库存|到货|颜色|什么色|别的色|[红橙黄绿青蓝紫黑白灰金银粉棕]色"
    ),
    FactKind.WARRANTY: re.compile(r"保修|质保|包修|三包|保(几|多)"),
    FactKind.DELIVERY: re.compile(
        r"[今明后][天晚].{0,3}送|送货|配送|快递|物流|发货|送[到上过外]|几天到|多久到|郊[县区]|[县乡镇村]|外[地省]|上楼|自提"
    ),
    FactKind.INSTALL: re.compile(r"安装|装机|怎么装|装要|包装[吗么]|上门装|挂墙|打孔|调试"),
}

_GIFT = re.compile(
    r"(?<![不区县郊乡镇村市城省外地])送(不送)?(?![货到上过装外去来完达安的])(一?[个点些台套副份]|什么|啥|东西)?.{0,4}([吗么不没嘛行]|$)"
)
_MEASURE = re.compile(
    r"多[重高长宽厚深远快久大]|(?<![的匹寸升斤0-9])多少(?!钱)|[^好第]几(?!个人|[款台种件])|"
    r"什么.{0,3}(材[质料]|版本|型号|系统|级)"
)
_PRICE = re.compile(r"价|钱|预算|卖|便宜|优惠|几[款台种]")
# Where it comes from, and what another shop takes: no description answers that.
_ORIGIN = re.compile(
    r"什么.{0,3}(牌子|品牌|芯片)|哪(一?家|国)|哪里(产|生产|做)|产自|产地|代工|贴牌|进口|谁家?(生产|造|做)的"
)
_YES_OR_NO = re.compile(
    r"^(那|它|这|该)?.{0,4}(能|会|可以|支持|带|有|是).{2,}([吗么嘛不没]|没有)$|(能不能|会不会|可不可以|是不是|支不支持).{2,}"
)
_ORIGIN_TOLD = re.compile(r"产|牌|芯片|进口")
_OTHER_SHOP = re.compile(r"[比跟和].{0,3}(京东|淘宝|天猫|拼多多|网上|别家|别的店|人家|隔壁)")

# Words that ask, point or join, and say nothing of what is asked about.
_FUNCTION_WORDS = re.compile(
    r"什么|怎么样?|多少|你们|东西|可以|可不可以|能不能|会不会|是不是|要不要|有没有|没有|这[个款台]|那[个款台]|一下|请问|咋样?|"
    r"[的了吗呢啊吧呀嘛么不没有要是能会也都还就和跟到在给用我你您它他她这那个款台哪几多大]"
)


def content(text: str, slots: Iterable[Slot]) -> list[str]:
    """The words that say what is asked about: without names of goods, function words and punctuation."""
    plain = list(text[:MAX_TEXT])
    for slot in slots:
        old = text[: slot.start].endswith(("旧", "老"))  # an old one is not what the talk is about
        if slot.name in (SlotName.MODEL, SlotName.BRAND, SlotName.CATEGORY) and not old:
            plain[slot.start : slot.end] = " " * len(plain[slot.start : slot.end])
    rest = _FUNCTION_WORDS.sub(" ", "".join(plain))
    return [word for word in re.split(r"\W+", rest) if len(word) > 1]


def pairs_of(words: Iterable[str]) -> set[str]:
    """Neighbouring characters."""
    return {word[at : at + 2] for word in words for at in range(len(word) - 1)}


def spec_words(name: str) -> list[str]:
    """What customers say when they ask for the spec of that name."""
    return [word for part, words in _SPEC_WORDS.items() if part in name for word in words.split()]


def asked_for(text: str, slots: Iterable[Slot], facts: Iterable[Fact]) -> list[Fact]:
    """Those of ``facts`` that ``text`` asks for, the most directly asked first."""
    ranked = _ranked(text, tuple(slots), facts)
    return [fact for rank, fact in sorted(ranked, key=lambda pair: -pair[0]) if rank]


def is_unanswered(text: str, slots: Iterable[Slot], facts: Iterable[Fact], focused: bool = True) -> bool:
    """Whether ``text`` asks for what only a fact could tell, and none does: 外机多重, 比京东贵多少.

    Of no product in particular (not ``focused``), 有防水的吗 is a wish.
    """
    said, known, told = text[:MAX_TEXT], tuple(slots), tuple(facts)
    if _OTHER_SHOP.search(said):
        return True
    if _ORIGIN.search(said):
        return not any(_ORIGIN_TOLD.search(fact.text) for fact in told)
    asks = _MEASURE.search(said) or (focused and _YES_OR_NO.search(said.rstrip(" ?!。~,")))
    if not asks or _PRICE.search(said) or not content(said, known):
        return False
    if not _MEASURE.search(said):
        return not any(rank for rank, _ in _ranked(said, known, told))
    return not any(
        rank >= _BY_WORD or (rank == _BY_PART and re.search("[0-9]", fact.text))
        for rank, fact in _ranked(said, known, told)
    )


def _ranked(text: str, slots: tuple[Slot, ...], facts: Iterable[Fact]) -> list[tuple[int, Fact]]:
    said, pairs = text[:MAX_TEXT], pairs_of(content(text, slots))
    wanted = [slot.value for slot in slots if slot.name is SlotName.FEATURE]
    features = {value for value in wanted if isinstance(value, str)}
    return [(_directness(said, pairs, features, fact), fact) for fact in facts]


def _directness(text: str, pairs: set[str], features: set[str], fact: Fact) -> int:
    if fact.kind is FactKind.SPEC:
        name = fact.id.rpartition(".")[2].lower()
        if name in text:
            return _BY_NAME
        return _BY_WORD * any(word in text for word in spec_words(name))
    kind = _KIND_WORDS.get(fact.kind)
    if kind and kind.search(text):
        return _BY_WORD
    if (
        fact.kind is FactKind.PROMOTION
        and _GIFT.search(text)
        and not _KIND_WORDS[FactKind.DELIVERY].search(text)
    ):
        return _BY_WORD
    own = fact.text.partition(":")[2].lower()
    if fact.kind is FactKind.FEATURE and (meant := features & set(own.split("、"))):
        return _BY_NAME if any(word in text for word in meant) else _BY_MEANING
    return _BY_PART * any(pair in own for pair in pairs)
