"""Which facts a sentence asks for by its own words, and whether they answer all of it.

Several witnesses speak for a fact, and the best of them counts: the name of a spec (噪音), the ways in which
customers ask about a topic (吵, 分贝; topics.toml), a feature or colour that was named, words that stand in
the fact itself (铜管 in 铜管超过3米每米80元). The intent speaks last and only breaks ties. A fact answers in
full where it has what kind of thing was wanted (a weight, a sum, a time) and no word of the question is left
over; else it is merely the nearest thing that is known, and the reply has to say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from runtime.knowledge.asks import (
    NAMED,
    Ask,
    Wants,
    as_one,
    attribute,
    content,
    left_over,
    pairs_of,
    rare_characters,
    read_asks,
    units_told,
    unnamed,
)
from runtime.knowledge.topics import spec_name, topics
from runtime.types import DialogueState, Fact, FactKind, Intent, Product, Slot, SlotName, Understanding

# How directly a fact is asked for. What falls below _ASKED is not asked for at all.
_BY_NAME, _BY_ALL, _BY_TOPIC, _BY_WORDS, _BY_PART, _VAGUELY, _ASKED = 4.0, 3.6, 3.0, 2.6, 2.0, 1.6, 1.5
_MORE_PARTS, _BY_INTENT, _SAME_CHARACTER = 0.2, 0.4, 0.1
_NEAR = 1.2  # facts asked for almost as directly as the first are told with it
_MOST_EACH = 3  # facts for one thing that was asked

_K = FactKind
# What customers say when they ask for facts of a kind.
_OFFER = re.compile(
    r"优惠|活动|促销|打.?折|几折|有折|[0-9一二三四五六七八九]折|赠|以旧换新|旧的?折|折[价多]|抵|补贴|[减降]多少|便宜多少|减了|减[0-9几]|半价"
)
_KIND_WORDS = {
    _K.PROMOTION: _OFFER,
    _K.STOCK: re.compile(
        r"有货|现货|缺货|没货|库存|到货|补货|颜色|什么色|啥色|别的色|[红橙黄绿青蓝紫黑白灰金银粉棕]色|还?剩|"
        r"^[几多]少?[台件部把张只套]"
    ),
    _K.WARRANTY: re.compile(
        r"保修|质保|包修|三包|保(不保|几|多|吗|好久|修期[里内外]?)|[^环]保[吗不么]|管.{0,2}修|管(几年|多久|多少年|几个月)|坏了"
    ),
    _K.DELIVERY: re.compile(
        r"[今明后][天晚早].{0,5}送|送货|配送|快递|物流|发货|送[到上过外]|[几多少]天(能|可以|送)?到|多久(能|可以)?到|郊[县区]|[县乡镇村]|"
        r"外[地省]|上楼|自提|(什么时候|啥时候|多久|几天|几点|哪天|怎么)(能|可以)?[送到]|送不送[到得]|[搬抬]上|没电梯|送达|(能|可以)到|"
        r"寄|几号.{0,3}到"
    ),
    _K.INSTALL: re.compile(
        r"安装|装机|怎么装|装要|包装[吗么]|上门装|挂墙|打孔|打眼|调试|[上入]户装|装不装|安要|上门安|接管|铺好|会装|自己装|装[吗么]|要装|叫师傅|师傅.{0,3}装"
    ),
}
_KIND_WORDS_BUT_STOCK = tuple(words for kind, words in _KIND_WORDS.items() if kind is not _K.STOCK)
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
    Intent.PROMOTION: _K.PROMOTION,
    Intent.STOCK: _K.STOCK,
    Intent.DELIVERY: _K.DELIVERY,
    Intent.INSTALL: _K.INSTALL,
    Intent.WARRANTY: _K.WARRANTY,
}
# What no sheet of goods tells.
_OTHER_SHOP = re.compile(r"[比跟和].{0,3}(京东|淘宝|天猫|拼多多|网上|别家|别的店|人家|隔壁)")
_FUTURE = re.compile(
    r"[涨降]价(?!了)|(明年|以后|过段时间|过几天|下个?月|双十[一二]|618|国庆|春节|元旦).{0,8}(便宜|降|贵|涨|价)"
)
_PRICED = (_K.PROMOTION, _K.INSTALL, _K.DELIVERY)  # what may be meant beside the price: 价格加安装多少
_ORIGIN_TOLD = re.compile(r"产|牌|芯片|进口")
_SUM = re.compile(r"[0-9]元|免费|另计|另收|不收|自理|价目表")
_TIME_TOLD = re.compile(
    r"[当次]日|[0-9一二两三四五六七八九十半](天|小时|分钟|秒|点|个?月|年)|月.{1,2}日|上午|下午|预约|24|到货"
)
_COUNT = re.compile(r"[0-9一二两三四五六七八九十]")
_KINDS = re.compile(r"[几哪][种样档]|多少[种样]|哪几")
_MEASURED = {"长": "长宽", "厚": "厚深"}  # what a sheet calls it
_POINTER = re.compile(r"\*|的?那?一?[个款台把张部只支件]")  # after a name
_INSIDE = re.compile(r"(里头|里面|包含|都有).{0,3}(啥|什么|哪)")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of all that one sentence asks."""

    facts: tuple[Fact, ...] = ()  # in the order in which they were asked for
    near: tuple[Fact, ...] = ()  # where there are none, what comes nearest
    asks: bool = False  # about something in particular
    open: tuple[Ask, ...] = ()  # what was asked and is not wholly told

    @property
    def is_unknown(self) -> bool:
        return self.asks and not self.facts

    def is_whole_with(self, answers: Iterable[Fact]) -> bool:
        """Whether nothing is left open, the shop's ``answers`` being told too."""
        told = tuple(answers)
        return all(any(_may_answer(ask, fact) for fact in told) for ask in self.open)


def answer(
    text: str,
    slots: Iterable[Slot],
    facts: Iterable[Fact],
    intent: Intent | None = None,
    product: Product | None = None,
) -> Answer:
    """Those of ``facts``, all of one product, that ``text`` asks for, and whether they tell all of it."""
    told, known = tuple(facts), tuple(slots)
    asks = tuple(_by_intent(ask, intent) for ask in _asks(text, known, product))
    found: list[Fact] = []
    left: list[Ask] = []
    for ask in asks:
        ranked = _ranked(ask, told, intent)
        best = [fact for rank, fact in ranked if rank > ranked[0][0] - _NEAR][:_MOST_EACH]
        found += best
        sure = bool(ranked) and ranked[0][0] >= _BY_TOPIC
        if ask.is_particular and not _tells_all(ask, best, product, sure=sure):
            left.append(ask)
        if not best and ask.wants is not Wants.NOTHING:
            found += _expected(told, intent)
    particular = any(ask.is_particular for ask in asks)
    near = () if found or not particular else _nearest(text, known, told, intent)
    return Answer(tuple(dict.fromkeys(found)), near, particular, tuple(left))


def _asks(text: str, slots: tuple[Slot, ...], product: Product | None) -> tuple[Ask, ...]:
    """What ``text`` asks for, words of the name by which ``product`` is pointed at aside: 2匹那个几多."""
    if product and (named := _by_own_name(text, slots, product)):
        asks = read_asks(text, (*slots, *named))
        if any(ask.is_particular or ask.points for ask in asks):
            return asks
    return read_asks(text, slots)


def _by_own_name(text: str, slots: tuple[Slot, ...], product: Product) -> list[Slot]:
    """Words of the name of ``product`` that stand beside its name or before 那个, as names."""
    plain, name = unnamed(text, slots), product.name.lower()
    found, at = [], 0
    while at < len(plain) - 1:
        end = at
        while end < len(plain) and plain[at : end + 1] in name:
            end += 1
        if end - at > 1 and (plain[at - 1 : at] == NAMED or _POINTER.match(plain[end:])):
            found.append(Slot(SlotName.MODEL, text[at:end], at, end, product.model or product.name))
        at = max(end, at + 1)
    return found


def _expected(facts: tuple[Fact, ...], intent: Intent | None) -> list[Fact]:
    """The terms that the intent is about, where the words point at nothing."""
    kind = _EXPECTED.get(intent) if intent else None
    return [fact for fact in facts if fact.kind is kind][:1]


def _nearest(
    text: str, slots: tuple[Slot, ...], facts: tuple[Fact, ...], intent: Intent | None
) -> tuple[Fact, ...]:
    """Where no clause by itself finds a fact, what all of them do, or a rare character: 歌 in 歌搁哪."""
    if ranked := _ranked(as_one(text, slots), facts, intent):
        return (ranked[0][1],)
    rare = rare_characters(text, slots)
    sheet = [fact for fact in facts if fact.kind in (_K.FEATURE, _K.SPEC) and rare & set(fact.text)]
    return tuple(sorted(sheet, key=lambda fact: -len(rare & set(fact.text)))[:1])


def _by_intent(ask: Ask, intent: Intent | None) -> Ask:
    """Who asks for a price without saying so: 那个大的呢, 今天多少."""
    bare = ask.wants in (Wants.NOTHING, Wants.ANYTHING) or (
        ask.wants is Wants.FIGURE and not ask.units and not attribute(ask.text)
    )
    unsaid = bare and not ask.topics and not ask.colored
    return replace(ask, wants=Wants.PRICE) if unsaid and intent is Intent.PRICE else ask


def question(said: Understanding, state: DialogueState) -> str:
    """The words of ``said``; where they merely point at goods (另一个呢), with the question before them."""
    asks = read_asks(said.text, said.slots)
    if not state.history or not any(ask.points for ask in asks) or any(ask.is_particular for ask in asks):
        return said.text
    return f"{said.text}，{state.history[-1].customer}"


def asked_for(
    text: str, slots: Iterable[Slot], facts: Iterable[Fact], intent: Intent | None = None
) -> list[Fact]:
    """Those of ``facts`` that ``text`` asks for, in the order in which it does."""
    return list(answer(text, slots, facts, intent).facts)


def is_unanswered(text: str, slots: Iterable[Slot], facts: Iterable[Fact], focused: bool = True) -> bool:
    """Whether ``text`` asks for what only a fact could tell, and none does: 外机多重, 比京东贵多少.

    Of no product in particular (not ``focused``), 有防水的吗 is a wish.
    """
    if _OTHER_SHOP.search(text) or _FUTURE.search(text):
        return True
    return answer(text, slots, facts).is_unknown and (focused or wants_figure(text, slots))


def wants_figure(text: str, slots: Iterable[Slot]) -> bool:
    """Whether something that only the sheet of a product could tell is asked for, and no wish uttered."""
    wanted = (Wants.FIGURE, Wants.COST, Wants.TIME, Wants.ORIGIN)
    return any(
        ask.wants in wanted or any(topic.strict for topic in ask.topics) for ask in read_asks(text, slots)
    )


def asks_offer(text: str, slots: Iterable[Slot], intent: Intent | None) -> bool:
    """Whether the words are about an offer or a gift."""
    asks = read_asks(text, slots)
    return any(_OFFER.search(ask.text) or _asks_gift(ask, intent) for ask in asks)


_SOLD = re.compile(
    r"有没有(卖|得卖)?|有冇|卖不卖|卖[吗么不没]|有货|有卖|(?<=[你们家店])有(?=.+[吗么没不])|有几[款种]"
)


def asked_kind(understanding: Understanding) -> str:
    """The end of the word for a kind of goods that is asked after: 影仪 in 投影仪有货吗.

    Nothing where none is: a wish (有便宜点的吗) names no kind.
    """
    text = understanding.text
    wished = (SlotName.FEATURE, SlotName.COLOR)
    kinds = [slot for slot in understanding.slots if slot.name in wished]
    for clause in re.split(r"[，,。!?;\s]+", unnamed(text, understanding.slots)):
        if not (sold := _SOLD.search(clause)) or "的" in clause or any(s.text in clause for s in kinds):
            continue
        said = content(clause[: sold.start()], ()) or content(clause[sold.end() :], ())
        if said and not any(words.search(clause) for words in _KIND_WORDS_BUT_STOCK):
            return said[-1][-2:]
    return ""


def asks_sold(text: str) -> bool:
    return bool(_SOLD.search(text))


def features_meant(text: str, features: Iterable[str]) -> list[str]:
    """Those of ``features`` that the words ask about: 语音控制 where somebody says 动嘴."""
    meant = [topic for topic in topics() if topic.ask.search(text)]
    return [word for word in features if word in text or any(topic.told.search(word) for topic in meant)]


# --- one thing that is asked for -------------------------------------------------------------


def _ranked(ask: Ask, facts: Iterable[Fact], intent: Intent | None) -> list[tuple[float, Fact]]:
    pairs = [(_rank(ask, fact, intent), fact) for fact in facts]
    return sorted((pair for pair in pairs if pair[0] >= _ASKED), key=lambda pair: -pair[0])


def _rank(ask: Ask, fact: Fact, intent: Intent | None) -> float:
    if fact.kind is _K.PRICE:
        if ask.wants is Wants.PRICE:
            return _BY_TOPIC
        return _BY_WORDS if _OFFER.search(ask.text) or _asks_gift(ask, intent) else 0.0
    if ask.wants is Wants.PRICE:
        return _by_kind(ask, fact, intent) if fact.kind in _PRICED else 0.0
    if ask.wants is Wants.NOTHING and ask.slots and fact.kind not in _KIND_WORDS:
        return 0.0
    if ask.wants is Wants.COST:
        return _by_subject(ask, fact)
    if ask.wants is Wants.ORIGIN and not _ORIGIN_TOLD.search(fact.text):
        return 0.0
    if any(topic.strict for topic in ask.topics) and not any(topic.tells(fact) for topic in ask.topics):
        return 0.0
    witnesses = (_by_name(ask, fact), _by_kind(ask, fact, intent), _by_topic(ask, fact), _by_words(ask, fact))
    rank = max(*witnesses, _by_unit(ask, fact))
    return rank + (_BY_INTENT if intent and _EXPECTED.get(intent) is fact.kind else 0.0)


def _by_subject(ask: Ask, fact: Fact) -> float:
    shared = [part for part in pairs_of([ask.subject]) or {ask.subject} if part in fact.text]
    if not shared or fact.kind is _K.PROMOTION:
        return 0.0
    return _BY_NAME if _SUM.search(fact.text) else _BY_TOPIC


def _by_name(ask: Ask, fact: Fact) -> float:
    if fact.kind is not _K.SPEC:
        return 0.0
    name = spec_name(fact)
    return _BY_NAME + 0.1 * len(name) if name in ask.text else 0.0


def _by_kind(ask: Ask, fact: Fact, intent: Intent | None) -> float:
    if fact.id.endswith(".colors"):
        return _BY_NAME if ask.colored else 0.0
    if fact.kind is _K.PROMOTION and _asks_gift(ask, intent):
        return _BY_TOPIC
    words = _KIND_WORDS.get(fact.kind)
    return _BY_TOPIC if words and words.search(ask.text) else 0.0


def _asks_gift(ask: Ask, intent: Intent | None) -> bool:
    if _GIFT_WORDS.search(ask.text):
        return True
    sends = (intent in _SENDS and not _GIFT_OBJECT.search(ask.text)) or _KIND_WORDS[_K.DELIVERY].search(
        ask.text
    )
    return not sends and bool(_GIFT.search(ask.text))


def _by_topic(ask: Ask, fact: Fact) -> float:
    if not any(topic.tells(fact) for topic in ask.topics):
        return 0.0
    if ask.vague:
        return _VAGUELY
    if fact.kind is _K.SPEC:
        return _BY_TOPIC
    return _BY_WORDS + _SAME_CHARACTER * len(rare_characters(ask.text, ()) & set(fact.text))


def _by_unit(ask: Ask, fact: Fact) -> float:
    """A length answers how thick it is, whatever the sheet calls it."""
    if fact.kind is not _K.SPEC or not ask.units or not _is_of_kind(ask, fact):
        return 0.0
    return _VAGUELY


def _by_words(ask: Ask, fact: Fact) -> float:
    """By a feature that was named, or by words that stand in the fact."""
    own = (fact.text if fact.kind is _K.SPEC else fact.text.partition(":")[2]).lower()
    if fact.kind is _K.FEATURE and (meant := ask.features & set(own.split("、"))):
        return _BY_NAME if any(word in ask.text for word in meant) else _BY_WORDS
    shared = sum(part in own for part in ask.parts)
    if shared > 1 and shared == len(ask.parts):
        return _BY_ALL
    return min(_BY_PART + _MORE_PARTS * (shared - 1), _BY_TOPIC) if shared else 0.0


# --- whether it is answered ------------------------------------------------------------------


def _tells_all(ask: Ask, facts: list[Fact], product: Product | None, *, sure: bool) -> bool:
    """Whether ``facts`` have what kind of thing is wanted, and no word of the question is left over.

    Of terms and features that are asked for by their own names (``sure``) all that is known is told.
    """
    if not facts or not any(_is_of_kind(ask, fact) for fact in facts) or _INSIDE.search(ask.text):
        return False
    if ask.wants in (Wants.PRICE, Wants.COST):
        return True
    if ask.wants is Wants.TIME and any(fact.kind is _K.STOCK for fact in facts):
        return False  # when it comes back, no sheet tells
    if any(topic.strict and not any(map(topic.tells, facts)) for topic in ask.topics):
        return False
    if sure and facts[0].kind is not _K.SPEC:
        return True
    met = [topic.ask for topic in ask.topics if any(map(topic.tells, facts))]
    met += [topic.vague for topic in ask.topics if any(map(topic.tells, facts))]
    met += [words for kind, words in _KIND_WORDS.items() if any(fact.kind is kind for fact in facts)]
    return not left_over(ask, met, "".join(fact.text.lower() for fact in facts) + _sheet(product))


def _may_answer(ask: Ask, fact: Fact) -> bool:
    """Whether one of the shop's answers may be what ``ask`` wants."""
    return _is_of_kind(ask, fact) and (ask.wants is not Wants.COST or _by_subject(ask, fact) > 0)


def _is_of_kind(ask: Ask, fact: Fact) -> bool:
    """Whether ``fact`` has what is wanted: a sum, a time, a figure in the unit that was asked for."""
    if ask.wants is Wants.COST:
        return bool(_SUM.search(fact.text))
    if ask.wants is Wants.TIME:
        return bool(_TIME_TOLD.search(fact.text))
    if ask.wants is not Wants.FIGURE:
        return True
    if (measured := attribute(ask.text)) and not set(_MEASURED.get(measured, measured)) & set(fact.text):
        return False
    if ask.units and not ("kg" in ask.units and "重" in fact.text):  # 188g reads as a memory elsewhere
        return bool(ask.units & units_told(fact.text.lower()))
    count = _COUNT.search(fact.text) or (_KINDS.search(ask.text) and "、" in fact.text)
    return bool(count) or fact.kind is _K.STOCK


def _sheet(product: Product | None) -> str:
    """The words by which a product may be pointed at: 养宠那个."""
    if product is None:
        return NAMED
    words = (product.name, product.category, product.description, *product.features, *product.colors)
    return NAMED.join((NAMED, *words)).lower()
