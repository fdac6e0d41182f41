"""Which facts a sentence asks for by its own words, whatever intent it was taken for.

Several witnesses speak for a fact, and the best of them counts: the name of a spec (噪音), the ways in which
customers ask about a topic (吵, 分贝; topics.toml), a feature or colour that was named, words that stand in
the fact itself (铜管 in 铜管超过3米每米80元). The intent speaks last and only breaks ties.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from runtime.types import Fact, FactKind, Intent, Slot, SlotName

MAX_TEXT = 200  # characters of a customer's text that are looked at
# How directly a fact is asked for. What falls below _ASKED is not asked for at all.
_BY_NAME, _BY_ALL, _BY_TOPIC, _BY_WORDS, _BY_PART, _VAGUELY, _ASKED = 4.0, 3.6, 3.0, 2.6, 2.0, 1.6, 1.5
_MORE_PARTS, _BY_INTENT = 0.2, 0.4
_NEAR = 1.2  # facts asked for almost as directly as the first are told with it


@dataclass(frozen=True, slots=True)
class _Topic:
    ask: re.Pattern[str]
    vague: re.Pattern[str]
    spec: re.Pattern[str]
    told: re.Pattern[str]
    strict: bool

    def rank(self, text: str) -> float:
        """How clearly ``text`` asks about it."""
        return _BY_TOPIC if self.ask.search(text) else _VAGUELY if self.vague.search(text) else 0.0

    def tells(self, fact: Fact) -> bool:
        if fact.kind is FactKind.SPEC:
            return bool(self.spec.search(_spec_name(fact)))
        return fact.kind in (FactKind.FEATURE, FactKind.INSTALL) and bool(self.told.search(fact.text))


_NEVER = "(?!)"


@lru_cache(maxsize=1)
def _topics() -> tuple[_Topic, ...]:
    table = tomllib.loads(resources.files(__package__).joinpath("topics.toml").read_text("utf-8"))
    return tuple(_topic(row) for row in table["topic"])


def _topic(row: dict[str, Any]) -> _Topic:
    def pattern(key: str) -> re.Pattern[str]:
        return re.compile(row.get(key, _NEVER))

    return _Topic(
        pattern("ask"), pattern("vague"), pattern("spec"), pattern("told"), strict=row.get("strict", False)
    )


# What customers say when they ask for facts of a kind.
_KIND_WORDS = {
    FactKind.PROMOTION: re.compile(
        r"优惠|活动|促销|打.?折|几折|赠|以旧换新|旧的?折|折[价多]|抵|补贴|[减降]多少|便宜多少"
    ),
    FactKind.STOCK: re.compile(
        r"有货|现货|缺货|没货|库存|到货|颜色|什么色|啥色|别的色|[红橙黄绿青蓝紫黑白灰金银粉棕]色|还?剩"
    ),
    FactKind.WARRANTY: re.compile(r"保修|质保|包修|三包|保(不保|几|多|吗)|[^环]保[吗不么]|管.{0,2}修"),
    FactKind.DELIVERY: re.compile(
        r"[今明后][天晚].{0,3}送|送货|配送|快递|物流|发货|送[到上过外]|几天(能|可以)?到|多久(能|可以)?到|郊[县区]|[县乡镇村]|"
        r"外[地省]|上楼|自提|(什么时候|啥时候|多久|几天|几点|哪天|怎么)(能|可以)?送|送不送[到得]|[搬抬]上|没电梯|送达|(能|可以)到"
    ),
    FactKind.INSTALL: re.compile(
        r"安装|装机|怎么装|装要|包装[吗么]|上门装|挂墙|打孔|调试|[上入]户装|装不装|安要|上门安|接管|铺好"
    ),
}
_COLORS = re.compile(r"颜色|什么色|啥色|别的色|[红橙黄绿青蓝紫黑白灰金银粉棕][色的]|几[种个]色")
_GIFT = re.compile(
    r"(?<![不区县郊乡镇村市城省外地能会么候时久])送(不送)?"
    r"(?![货到上过装外去来完达安的])(一?[个点些台套副份]|什么|啥|东西)?.{0,4}([吗么不没嘛行]|$)"
)
_GIFT_WORDS = re.compile(r"赠|礼品|送(点|些|个)?(什么|啥|东西|礼)|送的?(有|是)(什么|啥)")
_GIFT_OBJECT = re.compile(
    r"送(不送)?(一?[个点些台套副份支])?[^货到上过装外去来完达安的吗么不没啊呢吧]{1,3}[吗么不没嘛]?[?。!]*$"
)
_SENDS = {Intent.DELIVERY, Intent.INSTALL, Intent.ORDER}
_EXPECTED = {
    Intent.PROMOTION: FactKind.PROMOTION,
    Intent.STOCK: FactKind.STOCK,
    Intent.DELIVERY: FactKind.DELIVERY,
    Intent.INSTALL: FactKind.INSTALL,
    Intent.WARRANTY: FactKind.WARRANTY,
}

_MEASURE = re.compile(
    r"多[重高长宽厚深远快久大]|(?<![的匹寸升斤0-9])多少(?!钱)|[^好第]几(?!个人|[款台种件])|"
    r"什么.{0,3}(材[质料]|版本|型号|系统|级|芯片)|(值|率|数|量|度|度数|参数|指标)(是|有|到)?(多少|几)|[a-z]几$"
)
_PRICE = re.compile(r"价|钱|预算|卖|便宜|优惠|几[款台种]|(现在|得|要|的|那[个台款])多少$|^多少$")
_FUTURE = re.compile(
    r"[涨降]价(?!了)|(明年|以后|过段时间|过几天|下个?月|双十[一二]|618|国庆|春节|元旦).{0,8}(便宜|降|贵|涨|价)"
)
_PART_PRICE = re.compile(
    r"(滤芯|滤网|配件|耗材|电池|屏幕?|遥控器?|延保|碎屏险|充电器|支架|内胆|刷头|尘袋).{0,8}"
    r"(多少钱|要花|花多少|贵不贵|贵吗|价格|怎么卖|几个?钱)"
)
# In what a figure is asked for, and how a fact that tells it reads.
_UNITS = tuple(
    (re.compile(asks), re.compile(tells))
    for asks, tells in (
        (r"[几少]度电|多少电|几多度|个字的电", r"度"),
        (r"几分钟|多少分钟|几秒|多少秒|多久.{0,3}[热开好干]", r"分钟|秒|[0-9]小时"),
        (r"几个?(小时|钟头)|多少(个)?小时", r"小时|分钟|天"),
        (r"多重|[几少]斤|[几少]公斤|[几少]克|重多少|重量", r"[0-9] ?k?g|斤"),
        (r"[几少]分贝|多少db", r"db|分贝"),
        (r"[几少]赫兹|多少hz", r"hz"),
        (r"多厚|壁厚", r"厚|[0-9] ?cm"),
    )
)
# Where it comes from, and what another shop takes: no description answers that.
_ORIGIN = re.compile(
    r"什么.{0,3}(牌子|品牌|芯片)|哪(一?家|国)|哪里(产|生产|做)|产自|产地|代工|贴牌|进口|谁家?(生产|造|做)的|哪个厂"
)
_YES_OR_NO = re.compile(
    r"^(那|它|这|该)?.{0,6}(能|会|可以|支持|带|有|是).{1,}([吗么嘛不没]|没有)$|"
    r"(能不能|会不会|可不可以|是不是|支不支持|带不带|有没有|需不需要).{1,}"
)
_ORIGIN_TOLD = re.compile(r"产|牌|芯片|进口")
_OTHER_SHOP = re.compile(r"[比跟和].{0,3}(京东|淘宝|天猫|拼多多|网上|别家|别的店|人家|隔壁)")

# Words that ask, point or join, and say nothing of what is asked about.
_FUNCTION_WORDS = re.compile(
    r"什么|怎么样?|多少|你们|东西|可以|可不可以|能不能|会不会|是不是|要不要|有没有|没有|这[个款台]|那[个款台]|一下|请问|咋样?|"
    r"需不需要|知道|觉得|我们|他们|咱们|时候|现在|[的了吗呢啊吧呀嘛么不没有要是能会也都还就和跟到在给用我你您它他她这那个款台哪几多大]"
)
# Words of a question that ask for nothing of their own.
_SAYS_LITTLE = re.compile(
    r"起来|方便|好用|合适|适合|够不够|需要|支持|一般|大概|左右|平时|家里|我家|使用|自己|直接|正常|随便|一直|真的|到底|应该|还是|"
    r"时间|级别|青春版|已经|今天|明天|晚上|白天|一个|一台|一次|里面|上面|下面|外面|老板|师傅|听说|人家|担心|主要|另外|顺便|还有|买回去|回家|以后|"
    r"[0-9.]+[a-z㎡平米寸匹升斤]*|[一二两三四五六七八九十百]+[个台款次口人天年月]"
)
# Single characters that say nothing of goods.
_LIGHT = frozenset(
    "买看说想好来行号钱请问帮做家人里上下中小新旧去得着过被把让对从很太最再又只才点些样种咋啥谁为所以但如果与及或卖问嗯哦哎诶额"
)


def content(text: str, slots: Iterable[Slot]) -> list[str]:
    """The words that say what is asked about: without names of goods, function words and punctuation."""
    return [word for word in _said(text, slots) if len(word) > 1]


def _said(text: str, slots: Iterable[Slot]) -> list[str]:
    rest = _FUNCTION_WORDS.sub(" ", _unnamed(text, slots))
    return [word for word in re.split(r"\W+", rest) if word]


def _unnamed(text: str, slots: Iterable[Slot]) -> str:
    """Without the names of goods."""
    plain = list(text[:MAX_TEXT])
    for slot in slots:
        old = text[: slot.start].endswith(("旧", "老"))  # an old one is not what the talk is about
        if slot.name in (SlotName.MODEL, SlotName.BRAND, SlotName.CATEGORY) and not old:
            plain[slot.start : slot.end] = " " * len(plain[slot.start : slot.end])
    return "".join(plain)


def pairs_of(words: Iterable[str]) -> set[str]:
    """Neighbouring characters."""
    return {word[at : at + 2] for word in words for at in range(len(word) - 1)}


def parts_of(text: str, slots: Iterable[Slot]) -> set[str]:
    """Pairs of characters of what is asked about, and characters that stand alone: 能烤吗 asks about 烤."""
    words = _said(text, slots)
    return pairs_of(words) | {word for word in words if len(word) == 1 and word not in _LIGHT}


def is_about(feature: str, spec: str) -> bool:
    """Whether the spec of that name tells what somebody wants who wants the feature."""
    return any(topic.ask.search(feature) and topic.spec.search(spec) for topic in _topics())


def asked_for(
    text: str, slots: Iterable[Slot], facts: Iterable[Fact], intent: Intent | None = None
) -> list[Fact]:
    """Those of ``facts`` that ``text`` asks for, the most directly asked first."""
    return [fact for _, fact in _asked(text, tuple(slots), facts, intent)]


def asked_together(
    text: str, slots: Iterable[Slot], facts: Iterable[Fact], intent: Intent | None = None
) -> list[Fact]:
    """The fact most directly asked for, those nearly so, and what holds the other words."""
    known = tuple(slots)
    ranked = _asked(text, known, facts, intent)
    together = [fact for rank, fact in ranked if rank > ranked[0][0] - _NEAR]
    missing = {
        part for part in parts_of(text, known) if not any(part in fact.text.lower() for fact in together)
    }
    for _, fact in ranked[len(together) :]:
        if found := {part for part in missing if part in fact.text.lower()}:
            together.append(fact)
            missing -= found
    return together


def _asked(
    text: str, slots: tuple[Slot, ...], facts: Iterable[Fact], intent: Intent | None
) -> list[tuple[float, Fact]]:
    question = _Question.of(text, slots, intent)
    ranked = [(question.rank(fact), fact) for fact in facts]
    return sorted((pair for pair in ranked if pair[0] >= _ASKED), key=lambda pair: -pair[0])


def is_unanswered(text: str, slots: Iterable[Slot], facts: Iterable[Fact], focused: bool = True) -> bool:
    """Whether ``text`` asks for what only a fact could tell, and none does: 外机多重, 比京东贵多少.

    Of no product in particular (not ``focused``), 有防水的吗 is a wish.
    """
    said, known, told = text[:MAX_TEXT], tuple(slots), tuple(facts)
    if _OTHER_SHOP.search(said) or _FUTURE.search(said):
        return True
    if part := _PART_PRICE.search(said):
        return not any(part[1] in fact.text and "元" in fact.text for fact in told)
    if _ORIGIN.search(said):
        return not any(_ORIGIN_TOLD.search(fact.text) for fact in told)
    measures = _MEASURE.search(said)
    asks = measures or (focused and _YES_OR_NO.search(said.rstrip(" ?!。~,")))
    question = _Question.of(said, known, None)
    if any(topic.strict and not any(map(topic.tells, told)) for topic in question.topics):
        return bool(asks or _YES_OR_NO.search(said.rstrip(" ?!。~,")))
    if not asks or _PRICE.search(said) or not parts_of(said, known):
        return False
    near = [fact.text.lower() for fact in told if question.rank(fact) >= _ASKED]
    if any(asks.search(said) and not any(map(tells.search, near)) for asks, tells in _UNITS):
        return True
    if question.topics:
        return not any(question.is_met_by(fact) for fact in told)
    return not any(
        rank > _BY_PART or (rank == _BY_PART and (not measures or re.search("[0-9]", fact.text)))
        for fact in told
        if (rank := question.rank(fact)) >= _ASKED
    )


def leaves_open(text: str, slots: Iterable[Slot], facts: Iterable[Fact]) -> bool:
    """Whether a question has words that no fact and no topic that is told has: 外机 in 外机有多重."""
    said, known, told = text[:MAX_TEXT], tuple(slots), tuple(facts)
    asks = _MEASURE.search(said) or _YES_OR_NO.search(said.rstrip(" ?!。~,"))
    if not asks or _PRICE.search(said):
        return False
    plain = list(_unnamed(said, known))
    for slot in known:
        if slot.name is SlotName.COLOR:
            plain[slot.start : slot.end] = " " * len(plain[slot.start : slot.end])
    words = re.split(r"\W+", _SAYS_LITTLE.sub(" ", _FUNCTION_WORDS.sub(" ", "".join(plain))))
    topics = [topic for topic in _Question.of(said, known, None).topics if any(map(topic.tells, told))]
    clear = [topic.ask for topic in topics] + [topic.vague for topic in topics] + list(_KIND_WORDS.values())
    whole = "".join(fact.text for fact in told).lower()
    return any(
        len(word) > 1
        and not any(pattern.search(word) for pattern in clear)
        and not any(word[at : at + 2] in whole for at in range(len(word) - 1))
        for word in words
    )


@dataclass(frozen=True, slots=True)
class _Question:
    """What a sentence asks, read once for all facts."""

    text: str
    parts: frozenset[str]
    features: frozenset[str]
    colored: bool
    topics: tuple[_Topic, ...]
    vague: bool  # none of the topics is asked about clearly
    intent: Intent | None

    @classmethod
    def of(cls, text: str, slots: tuple[Slot, ...], intent: Intent | None) -> _Question:
        said = _unnamed(text, slots)
        found = [(rank, topic) for topic in _topics() if (rank := topic.rank(said))]
        clear = tuple(topic for rank, topic in found if rank == _BY_TOPIC)
        wanted = [slot.value for slot in slots if slot.name is SlotName.FEATURE]
        return cls(
            text=said,
            parts=frozenset(parts_of(said, slots)),
            features=frozenset(value for value in wanted if isinstance(value, str)),
            colored=any(s.name is SlotName.COLOR for s in slots) or bool(_COLORS.search(said)),
            topics=clear or tuple(topic for _, topic in found),
            vague=not clear,
            intent=intent,
        )

    def is_met_by(self, fact: Fact) -> bool:
        """Whether ``fact`` answers; of a vague 风叶多大 only where it speaks of the thing: 扇叶750mm."""
        if self.vague and self.parts and self._by_topic(fact):
            return any(char in fact.text for part in self.parts for char in part)
        return self._by_topic(fact) > 0 or self.rank(fact) > _BY_PART

    def rank(self, fact: Fact) -> float:
        expected = _EXPECTED.get(self.intent) is fact.kind if self.intent else False
        return max(self._by_name(fact), self._by_kind(fact), self._by_topic(fact), self._by_words(fact)) + (
            _BY_INTENT if expected else 0.0
        )

    def _by_name(self, fact: Fact) -> float:
        if fact.kind is not FactKind.SPEC:
            return 0.0
        name = _spec_name(fact)
        if name in self.text:
            return _BY_NAME + 0.1 * len(name)
        return 0.0

    def _by_kind(self, fact: Fact) -> float:
        if fact.id.endswith(".colors"):
            return _BY_NAME if self.colored else 0.0
        if fact.kind is FactKind.PROMOTION and self._asks_gift():
            return _BY_TOPIC
        words = _KIND_WORDS.get(fact.kind)
        return _BY_TOPIC if words and words.search(self.text) else 0.0

    def _asks_gift(self) -> bool:
        if _GIFT_WORDS.search(self.text):
            return True
        sends = (self.intent in _SENDS and not _GIFT_OBJECT.search(self.text)) or _KIND_WORDS[
            FactKind.DELIVERY
        ].search(self.text)
        return not sends and bool(_GIFT.search(self.text))

    def _by_topic(self, fact: Fact) -> float:
        if not any(topic.tells(fact) for topic in self.topics):
            return 0.0
        if self.vague:
            return _VAGUELY
        return _BY_TOPIC if fact.kind is FactKind.SPEC else _BY_WORDS

    def _by_words(self, fact: Fact) -> float:
        """By a feature that was named, or by words that stand in the fact."""
        own = (fact.text if fact.kind is FactKind.SPEC else fact.text.partition(":")[2]).lower()
        if fact.kind is FactKind.FEATURE and (meant := self.features & set(own.split("、"))):
            return _BY_NAME if any(word in self.text for word in meant) else _BY_WORDS
        shared = sum(part in own for part in self.parts)
        if shared > 1 and shared == len(self.parts):
            return _BY_ALL
        return min(_BY_PART + _MORE_PARTS * (shared - 1), _BY_TOPIC) if shared else 0.0


def _spec_name(fact: Fact) -> str:
    return fact.id.rpartition(".")[2].lower()
