"""Slots of a sentence, merged from four witnesses.

Where two of them claim the same characters, the more literal one wins: names that the shop's goods
carry, then amounts and times, then the lexicon, then the encoder's tags. Everything here is pure; texts
are normalised and offsets refer to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from runtime.types import Quantity, Slot, SlotName
from runtime.understanding import lexicon
from runtime.understanding.amounts import AMOUNTS, amount_of_tag, find_amounts
from runtime.understanding.clauses import cuts_a_word
from runtime.understanding.goods_names import CatalogueNames
from runtime.understanding.negation import negations
from runtime.understanding.numbers import render_quantity

__all__ = ["CatalogueNames", "Tag", "find_slots"]

Tag = tuple[int, int, SlotName, float]  # start, end, slot, probability

_MIN_TAG_P = 0.7


def find_slots(text: str, tags: tuple[Tag, ...], names: CatalogueNames) -> tuple[Slot, ...]:
    """Slots in the order of the text, none overlapping.

    ``tags`` are the encoder's BIO spans. BUDGET, AREA, PEOPLE, QUANTITY and SIZE hold a ``Quantity``
    (BUDGET in 元), the others their canonical word or, where none is known, the customer's own.
    """
    named = [_slot(text, *found) for found in names.find(text)]
    exact = [slot for slot in named if slot.name in (SlotName.MODEL, SlotName.BRAND)]
    # 电视 is a category of the shop, but 电视柜 is another word: such words compete with the lexicon.
    common = [slot for slot in named if slot not in exact]
    vocabulary = common + [_slot(text, *found, 0.9) for found in lexicon.scan(text)]
    vocabulary = [slot for slot in vocabulary if _means_it(text, slot)]
    witnesses = (exact, [*_times(text), *_amounts(text)], vocabulary, [*_tagged(text, tags)])
    slots = tuple(slot for slot in _disjoint(witnesses, len(text)) if not _is_staff(text, slot))
    return tuple(
        replace(slot, negated=negated) for slot, negated in zip(slots, negations(text, slots), strict=True)
    )


def _is_staff(text: str, slot: Slot) -> bool:
    """Someone who is spoken to or spoken of, not someone to buy for: 小伙子，…; 刚才那个小姑娘答应我."""
    if slot.name is not SlotName.WHO:
        return False
    called = slot.value in _ADDRESSED and slot.start == 0 and _CALL_AFTER.match(text, slot.end)
    return bool(called or _SAYS_AFTER.match(text, slot.end))


_ADDRESSED = ("男生", "女生")  # 小伙子, 美女
_CALL_AFTER = re.compile(r"[啊呀哎]?[,!~。、]")
_SAYS_AFTER = re.compile(r"(刚才|刚刚|昨天|上次)?(说|讲|答应|告诉|承诺|保证|介绍)")
_NO_GOODS_AFTER = re.compile(r"号|程序")  # 手机号, 羽绒服程序
_USES = re.compile(r"(一个人)?(家|来)?[用住戴睡吃喝玩看]")
# Words that fill a slot only where this follows: 自己用 names a person, 自己会动 does not.
_ONLY_BEFORE = {
    "自己": _USES,
    "我自己": _USES,
    "我家": re.compile(r"里|[用住]"),
    "能装": re.compile(r"的|得|东西"),
}


def _means_it(text: str, slot: Slot) -> bool:
    needed = _ONLY_BEFORE.get(slot.text)
    return bool(needed.match(text, slot.end) if needed else not _NO_GOODS_AFTER.match(text, slot.end))


def _slot(
    text: str, start: int, end: int, name: SlotName, value: str | Quantity, confidence: float = 1.0
) -> Slot:
    return Slot(name, text[start:end], start, end, value, confidence=confidence)


def _disjoint(witnesses: Iterable[Iterable[Slot]], length: int) -> tuple[Slot, ...]:
    """Earlier witnesses first, longer spans first within one; a span that touches a taken one is dropped."""
    kept: list[Slot] = []
    taken = bytearray(length)
    for slots in witnesses:
        for slot in sorted(slots, key=lambda slot: (slot.start - slot.end, slot.start)):
            if not any(taken[slot.start : slot.end]):
                taken[slot.start : slot.end] = b"\1" * (slot.end - slot.start)
                kept.append(slot)
    return tuple(sorted(kept, key=lambda slot: slot.start))


def _amounts(text: str) -> Iterator[Slot]:
    for start, end, name, amount in find_amounts(text):
        value = render_quantity(amount) if name is SlotName.TIME else amount
        yield _slot(text, start, end, name, value, 0.95)


_TIME = re.compile(
    r"(今|明|后|大后|昨|前|大前)(天|晚|早|儿)(上午|下午|晚上|早上)?|(这|本|下|上)?个?(周|星期|礼拜)[一二三四五六日天末]|"
    r"(上|下|这|本)(周|个?月)|[月年][底初]|明年|周末|双十[一二]|双1[12]|618|国庆节?|春节|元旦|五一|过年"
)


def _times(text: str) -> Iterator[Slot]:
    for hit in _TIME.finditer(text):
        if not cuts_a_word(text, hit.start(), hit.end()):
            yield _slot(text, hit.start(), hit.end(), SlotName.TIME, hit.group(), 0.95)


def _tagged(text: str, tags: tuple[Tag, ...]) -> Iterator[Slot]:
    for start, end, name, p in tags:
        if p < _MIN_TAG_P or not 0 <= start < end <= len(text):
            continue
        span = text[start:end]
        is_amount = name in AMOUNTS
        value = amount_of_tag(text, start, end, name) if is_amount else lexicon.canonical(name, span) or span
        if value is not None:
            yield _slot(text, start, end, name, value, p)
