"""Features wished for, turned down or no longer needed; and whether a sentence wishes or asks."""

from __future__ import annotations

import re
from dataclasses import replace

from runtime.dialogue.reference import Reference
from runtime.dialogue.said import joined, without
from runtime.types import DialogueState, Slot, SlotName
from runtime.understanding import lexicon
from runtime.understanding.clauses import clause_bounds

_SOFT_BEFORE = re.compile(r"(不用|不需要|不必|没必要|不要求|不一定|不强求)\w{0,3}$")
_SOFT_AFTER = re.compile(
    r"(功能)?(什么的)?(的话)?(也|都|就|倒)?(不?无所谓|不重要|不强求|没要求|都行|都可以|随便|有没有都|不用了|不需要了?$)"
)
_OPPOSITES = {"大容量": "小巧", "小巧": "大容量", "护脊": "柔软", "柔软": "护脊"}
# What 大 means of a kind of goods; of one with a screen, the screen.
_SCREENS = frozenset({"手机", "平板", "电视", "笔记本电脑", "智能手表"})
_HOLDERS = frozenset(
    {"冰箱", "洗衣机", "热水器", "电饭煲", "微波炉", "净水器", "空气净化器", "扫地机器人", "吸尘器"}
)
_SIZED = {"大": "大", "小": "小巧"}
_CHOICE = re.compile(r"(.)不\1")
_LAST_WORDS = 60  # characters that decide what kind of sentence it is
_QUESTION = re.compile(
    r"[吗么嘛呢不没]$|怎么|如何|(.)不\1|有没有|什么|啥|哪|咋|多[大少久长重高宽厚远快钱]|几[^个款台件]|"
    r"^它?(能|会|可以|是|带|有).*吧$"
)
_MEASURE = re.compile(r"多[大少久长重高宽厚深远]|几[个年天小时升斤公分米瓦度寸]")
_DESCRIBING = re.compile(r".?的(?![吗吧么])")
_WISH = re.compile(
    r"想|(?<![需主重])要(?!求|是)|换|推荐|找|来[个款台一]|最好|希望|有(没有)?.*的([吗么嘛没]|没有)?$|预算|"
    r"[0-9百千万k]\w{0,3}呢$|便宜一?[点些]儿?的|(以[内下]|左右)的?还?有"
)


def _is_question(text: str) -> bool:
    """它静音吗 asks about what is there; 有静音的吗 wishes for it."""
    plain = text[-_LAST_WORDS:].rstrip(" ?!。~,")
    return bool(_QUESTION.search(plain)) and not _WISH.search(_CHOICE.sub("", plain))


def measures(text: str) -> bool:
    """Whether a figure is asked for: 适合多大的客厅."""
    return bool(_MEASURE.search(text)) and not _WISH.search(text)


def asks_about_focus(state: DialogueState, text: str, slots: tuple[Slot, ...], reference: Reference) -> bool:
    """它静音吗 asks about the product in focus; 静音的多少钱 about others that are."""
    described = any(s.name is SlotName.FEATURE and _DESCRIBING.match(text, s.end - 1) for s in slots)
    about = bool(reference.products) or (state.focus is not None and not reference.rejects)
    return about and not described and _is_question(text)


def fold_features(state: DialogueState, text: str, slots: tuple[Slot, ...]) -> DialogueState:
    """``state``, whose category is up to date, with the features wished for, in the order of mention."""
    wanted = [*(_SIZED[size] for size in _sizes_of_kinds(text, slots))]
    if state.focus is None or _WISH.search(text):
        wanted += lexicon.hints(text)
    dropped, refused = [], []
    for slot in slots:
        if slot.name is not SlotName.FEATURE or not isinstance(slot.value, str):
            continue
        soft = _is_soft(text, slot)
        if not slot.negated and not soft:
            wanted.append(slot.value)
        else:
            dropped.append(slot.value)
            refused += [] if soft else [slot.value]
    wanted = [meant for word in wanted if (meant := _meant(word, state.category))]
    opposites = [_OPPOSITES[word] for word in wanted if word in _OPPOSITES]
    return replace(
        state,
        features=joined(without(state.features, (*dropped, *opposites)), wanted),
        excluded=joined(without(state.excluded, wanted), (word for word in refused if word not in wanted)),
    )


def _sizes_of_kinds(text: str, slots: tuple[Slot, ...]) -> list[str]:
    """大 of 大冰箱 and 小 of 小冰箱: a wish that is part of the kind's name."""
    kinds = (slot for slot in slots if slot.name is SlotName.CATEGORY and not slot.negated)
    near = (text[max(slot.start - 1, 0) : slot.start + 1] for slot in kinds)
    return [size for size in (next((c for c in pair if c in _SIZED), None) for pair in near) if size]


def _meant(feature: str, category: str | None) -> str | None:
    if feature != "大":
        return feature
    if category in _SCREENS:
        return "大屏"
    return "大容量" if category in _HOLDERS else None


def _is_soft(text: str, slot: Slot) -> bool:
    """Not required, rather than unwanted: 不用变频, 变频无所谓."""
    start, _ = clause_bounds(text, slot.start, slot.end)
    return bool(_SOFT_BEFORE.search(text[start : slot.start]) or _SOFT_AFTER.match(text, slot.end))
