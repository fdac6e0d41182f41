"""Which slots the customer turns down: 不要变频, 不是冰箱, 空调就算了; but not 不错, 要不要, 不要太吵."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runtime.types import Slot, SlotName
from runtime.understanding.clauses import clause_bounds

# Each pattern must reach the slot, with nothing between but words that carry no wish of their own.
_FILLER = (
    r"(想要?|要|买|看看?|问|说|有|带|那种|这种|什么|那个|这个|那款|这款|选|用|推荐|再|给我|是|的|了|跟|和|一?[台个款件]|"
    r"任何|牌子)*"
)
_NEGATOR = (
    r"(?<![要是用能会可])(不(太|怎么|大|是很)?(想要?|要求?|喜欢|考虑|需要|买|带|用|是|必)|没必要|讨厌|去掉|取消|排除|拒绝|"
    r"(?<![特区级分性差])别(?![的家人处墅]))"
)
_NEGATED_BEFORE = re.compile(_NEGATOR + _FILLER + "$")
_EXCEPT = re.compile(r"除了?" + _FILLER + "$")
_NEGATED_AFTER = re.compile(
    r"(的话|的|功能|牌子|品牌|系列|款|色|那[款个台]|这[款个台]|我|就|也|都|还是|先)*"
    r"((不要|不用|不需要|不考虑|不想要|不喜欢|不买|不看|算了|取消|除外|免谈|没必要)[了啦吧啊的]*$|"
    r"(别|不要|不用|甭|莫)再?(给我?|跟我|替我)?(推荐?|介绍|拿|提|说|看))"
)
_CHOICE = re.compile(r"(.)不(?=\1)")  # 要不要, 是不是: no negation
_JOINED = re.compile(r"[和跟与、或及]?(者|还有|以及)?的?")
_DENIABLE = {SlotName.BRAND, SlotName.CATEGORY, SlotName.MODEL}


def negations(text: str, slots: tuple[Slot, ...]) -> Iterator[bool]:
    """For each of ``slots``, in the order of ``text``, whether it is turned down."""
    plain = _CHOICE.sub(r"\1 ", text)
    reached = False  # the slot before was negated by words in front of it, which may go on to this one
    previous: Slot | None = None
    for slot in slots:
        reached = _negated_before(plain, slot) or (
            reached and previous is not None and _goes_on(plain, previous, slot)
        )
        previous = slot
        yield reached or _negated_after(plain, slot)


def _negated_before(text: str, slot: Slot) -> bool:
    start, end = clause_bounds(text, slot.start, slot.end)
    before, after = text[start : slot.start], text[slot.end : end]
    found = _NEGATED_BEFORE.search(before)
    if found:
        # 不是变频的吗 asks; it does not deny.
        return not (found.group().startswith("不是") and re.search(r"[吗么吧]$", after))
    return slot.name in _DENIABLE and bool(_EXCEPT.search(before))


def _negated_after(text: str, slot: Slot) -> bool:
    _, end = clause_bounds(text, slot.start, slot.end)
    return bool(_NEGATED_AFTER.match(text[slot.end : end]))


def _goes_on(text: str, previous: Slot, slot: Slot) -> bool:
    """不要红色和变频的空调 turns down two features, not air conditioners."""
    between = text[previous.end : slot.start]
    joined = _JOINED.fullmatch(between) is not None
    return joined and (slot.name is previous.name or slot.name not in _DENIABLE)
