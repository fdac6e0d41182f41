"""What was understood, with more witnesses than the encoder: the words themselves, the goods, the talk.

The encoder may be wrong about a short or dialectal sentence; where plain words or the catalogue contradict
it, they win. What it is sure of stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from runtime.types import DialogueState, Intent, Slot, SlotName, Understanding
from runtime.understanding import lexicon
from runtime.understanding.slots import CatalogueNames, with_mentions

_SURE = 0.6  # an intent above this is not doubted for its words' sake
_VERY_SURE = 0.9
_UNSURE = 0.5
_SHORT = 14  # characters of a sentence that leans on the one before

_ASKS_PRICE = re.compile(
    r"多少钱|几个钱|几多钱|什么价|啥价|价[格钱位]?(是)?多少|怎么卖|咋卖|卖多少|报个价|多少米|几钿|现在(卖)?多少$|^价[格钱]呢?\W*$"
)
_OTHER_FEE = re.compile(r"运费|邮费|送货|配送|上楼|安?装|换|修|拆|滤芯|配件|贴膜|清洗|打孔|优惠|便宜|[减降]")
_PERSON = re.compile(
    r"人工|真人|店[员长]|经理|老板|客服|主管|负责|领导|叫(个|一?下)?人|找(个|一?下)?人|来(个|一)人|转接|售货员|导购员|师傅|"
    r"打(我|给我)?电话|回(个|我)?电话|回电|联系我|投诉"
)
_FAULT = re.compile(
    r"坏|漏|故障|毛病|修|投诉|[退换]|异响|报错|打不|死机|黑屏|差评|没反应|碎|裂|假|骗|质量|态度|没[到来送装]|跳闸|失灵|卡|断|掉|烧|冒|臭|"
    r"不(转|亮|响|动|制冷|热|凉|冷|工作|启动|通电|出|能用|好用|灵|行|对|管|灵敏)|有问题|怎么回事|怎么办|咋办|咋整|太吵|划|磕|少了|缺|生锈"
)
_SLIP = re.compile(r"不是.{1,8}[，,]?是|说错|[搞弄]错|我是说|我说的是")
_WANTS = re.compile(r"(想|要|买|换|来|看|挑|选)(换|买|看看?)?一?[台个款把张套副]|想[买要看换]")
_LEANS = re.compile(r"呢[?。!~]*$|^那.{1,10}$")
_TENDS = (Intent.COMPLAINT, Intent.WARRANTY, Intent.INSTALL, Intent.DELIVERY, Intent.ORDER)
_EACH = re.compile(
    r"各(是|自|卖|要|多|有|几)|分别|挨个|逐个|[它他这那]俩|两[个台款](都|各|一共)|都(多少|几|什么价|啥价)"
)
_OF_GOODS = (Intent.PRICE, Intent.FUNCTION, Intent.RECOMMEND, Intent.STOCK, Intent.OTHER, Intent.CUSTOM)
_LATIN_OR_TWO = re.compile(r"[a-z]{2,}|[\u4e00-\u9fff]{2,}")
_SURE_TAG = 0.85

# A kind of goods said in one character, where the words around it allow no other reading.
_HEADS = {"锁": "智能门锁", "灶": "燃气灶", "灯": "台灯", "扇": "电风扇"}
_HEAD = re.compile(
    r"(?:[把个台只款盏换买装修选挑新旧老那这的]|^)([锁灶灯扇])(?![上门关住定死具台眼片叶光泡具芯舌孔子])"
)
_STEMS = {"静": "静音", "薄": "轻薄", "轻": "轻薄", "省": "省电", "少糖": "低糖", "省水": "节水"}
_ENDING = re.compile(r"(一?[点些])?的?$")


def reconsider(
    state: DialogueState,
    understanding: Understanding,
    names: CatalogueNames,
    sold_under: Callable[[str], str | None],
    *,
    hints: bool,
) -> Understanding:
    """``understanding`` of words said after ``state`` in a shop whose goods are called ``names``.

    ``sold_under``: the shop's category for a kind of goods, None where it has none. ``hints``: whether
    the words point at goods of one category.
    """
    slots = tuple(
        _slots(understanding, names, sold_under, asks=state.focus is not None and _asks(understanding))
    )
    corrected = replace(understanding, slots=slots)
    intent = _intent(state, corrected, hints=hints)
    if intent is understanding.intent:
        return corrected
    return replace(corrected, intents=_led_by(intent, understanding.intents))


# --- intent ----------------------------------------------------------------------------------


def _intent(state: DialogueState, understanding: Understanding, *, hints: bool) -> Intent:
    text, intent, p = understanding.text, understanding.intent, understanding.intent_p
    models = {slot.value for slot in understanding.slots if slot.name is SlotName.MODEL}
    if _EACH.search(text) and intent in _OF_GOODS and max(len(models), len(state.shown)) > 1:
        return Intent.COMPARE
    if intent in _TENDS and _SLIP.search(text) and _names_kind(understanding):
        return Intent.RECOMMEND
    if intent in _TENDS and p < _VERY_SURE and state.focus is None and _names_kind(understanding):
        return Intent.RECOMMEND if _WANTS.search(text) else intent
    if intent is Intent.HUMAN and p < _VERY_SURE and not _PERSON.search(text):
        return _next_best(understanding, intent)
    if intent is Intent.COMPLAINT and p < _VERY_SURE and not _FAULT.search(text):
        return _next_best(understanding, intent)
    if hints and state.category is None and p < _UNSURE and not _names_goods(understanding):
        return Intent.RECOMMEND
    if p >= _SURE or intent in (Intent.BARGAIN, Intent.PROMOTION):
        return intent
    if _ASKS_PRICE.search(text) and not _OTHER_FEE.search(text):
        return Intent.PRICE
    leans = len(text) <= _SHORT and _LEANS.search(text) and _names_goods(understanding)
    return state.goal if leans and state.goal in (Intent.PRICE, Intent.STOCK) else intent


def _next_best(understanding: Understanding, wrong: Intent) -> Intent:
    shares = dict(zip(Intent, understanding.intents, strict=True))
    return max((intent for intent in Intent if intent is not wrong), key=shares.__getitem__)


def _names_kind(understanding: Understanding) -> bool:
    return any(slot.name is SlotName.CATEGORY and not slot.negated for slot in understanding.slots)


def _names_goods(understanding: Understanding) -> bool:
    known = (SlotName.MODEL, SlotName.BRAND, SlotName.CATEGORY, SlotName.SIZE)
    return any(slot.name in known for slot in understanding.slots)


def _led_by(intent: Intent, shares: tuple[float, ...]) -> tuple[float, ...]:
    """The shares with ``intent`` first, as sure as the words are plain."""
    rest = sum(share for known, share in zip(Intent, shares, strict=True) if known is not intent) or 1.0
    return tuple(
        _SURE if known is intent else share * (1 - _SURE) / rest
        for known, share in zip(Intent, shares, strict=True)
    )


# --- slots -----------------------------------------------------------------------------------


def _asks(understanding: Understanding) -> bool:
    """Whether something is asked of goods: 能装显卡吗 names a kind of goods and wishes for none."""
    return understanding.intent in (Intent.FUNCTION, Intent.INSTALL, Intent.WARRANTY, Intent.DELIVERY)


def _slots(
    understanding: Understanding,
    names: CatalogueNames,
    sold_under: Callable[[str], str | None],
    *,
    asks: bool,
) -> Iterator[Slot]:
    sold = _sold(names)
    mentioned = with_mentions(understanding.text, understanding.slots, names)
    found = [known for slot in mentioned if (known := _checked(slot, sold, names, sold_under))]
    if asks:
        found = [slot for slot in found if slot.name is not SlotName.CATEGORY or slot.value in sold]
    kinds = [slot for slot in found if slot.name is SlotName.CATEGORY]
    extra = [feature for slot in kinds if (feature := _feature_in(slot))]
    if not kinds:
        extra += _one_character_kinds(understanding.text, found, sold)
    yield from sorted((*found, *extra), key=lambda slot: (slot.start, slot.end))


def _sold(names: CatalogueNames) -> frozenset[str]:
    return frozenset(value for slot, value in names.entries.values() if slot is SlotName.CATEGORY)


def _checked(
    slot: Slot, sold: frozenset[str], names: CatalogueNames, sold_under: Callable[[str], str | None]
) -> Slot | None:
    """The slot in the shop's own words, or None for a kind or brand that nobody knows."""
    if not isinstance(slot.value, str):
        return slot
    if slot.name is SlotName.CATEGORY:
        kind = _kind(slot.value, sold)
        return replace(slot, value=sold_under(kind) or kind) if kind else None
    if slot.name is SlotName.BRAND:
        known = (SlotName.BRAND, slot.value) in names.entries.values()
        foreign = slot.confidence >= _SURE_TAG and _LATIN_OR_TWO.fullmatch(slot.value)
        return slot if known or foreign else None
    if slot.name is SlotName.FEATURE and lexicon.canonical(SlotName.FEATURE, slot.value) is None:
        stem = _ENDING.sub("", slot.value)
        return replace(slot, value=lexicon.canonical(SlotName.FEATURE, stem) or _STEMS.get(stem, slot.value))
    return slot


def _kind(word: str, sold: frozenset[str]) -> str | None:
    """电脑 is sold as 笔记本电脑; a kind that is not sold keeps its name, a word that is no kind has none."""
    if word in sold:
        return word
    own = [kind for kind in sold if kind.endswith(word) or word.endswith(kind)]
    if len(own) == 1 and len(word) > 1:
        return own[0]
    return lexicon.canonical(SlotName.CATEGORY, word)


def _feature_in(slot: Slot) -> Slot | None:
    """无线 in 无线耳机: a wish that is part of the kind's name."""
    for end in range(len(slot.text) - 1, 1, -1):
        value = lexicon.canonical(SlotName.FEATURE, slot.text[:end])
        if value is not None and slot.text != slot.value:
            return Slot(SlotName.FEATURE, slot.text[:end], slot.start, slot.start + end, value, slot.negated)
    return None


def _one_character_kinds(text: str, slots: list[Slot], sold: frozenset[str]) -> list[Slot]:
    taken = {place for slot in slots for place in range(slot.start, slot.end)}
    return [
        Slot(SlotName.CATEGORY, hit[1], hit.start(1), hit.end(1), _HEADS[hit[1]])
        for hit in _HEAD.finditer(text)
        if _HEADS[hit[1]] in sold and hit.start(1) not in taken
    ]
