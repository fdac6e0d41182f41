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
from runtime.understanding.amounts import AMOUNTS, Amount, amount_of_tag, find_amounts
from runtime.understanding.clauses import cuts_a_word
from runtime.understanding.codes import find_codes
from runtime.understanding.fills import IMPLIED
from runtime.understanding.goods_names import CatalogueNames
from runtime.understanding.negation import negations
from runtime.understanding.persons import find_users, is_spoken_of, whole_person
from runtime.understanding.places import find_places
from runtime.understanding.times import find_times

__all__ = ["CatalogueNames", "Tag", "find_slots", "with_mentions"]

Tag = tuple[int, int, SlotName, float]  # start, end, slot, probability

_MIN_TAG_P = 0.7
# The lists know most goods and brands: what the encoder alone takes for one must be beyond doubt.
_TAG_P = {
    SlotName.CATEGORY: 0.97,
    SlotName.BRAND: 0.97,
    SlotName.WHO: 0.6,
    SlotName.PLACE: 0.9,
    SlotName.FEATURE: 0.95,
}


def find_slots(text: str, tags: tuple[Tag, ...], names: CatalogueNames) -> tuple[Slot, ...]:
    """Slots in the order of the text, none overlapping.

    ``tags`` are the encoder's BIO spans. BUDGET, AREA, PEOPLE, QUANTITY and SIZE hold a ``Quantity``
    (BUDGET in 元), the others their canonical word or, where none is known, the customer's own.
    """
    named = [_slot(text, *found) for found in names.find(text) if not _DEGREE.match(text, found[1])]
    exact = [slot for slot in named if slot.name in (SlotName.MODEL, SlotName.BRAND)]
    # 电视 is a category of the shop, but 电视柜 is another word: such words compete with the lexicon.
    common = [slot for slot in named if slot not in exact and not lexicon.is_doubtful(slot.text)]
    vocabulary = [*common, *_vocabulary(text), *_places(text)]
    vocabulary = [slot for slot in (*vocabulary, *_confirmed(text, tags)) if _means_it(text, slot)]
    codes = [_slot(text, *span, SlotName.MODEL, text[slice(*span)], 0.9) for span in find_codes(text)]
    implied = [_slot(text, *span, IMPLIED) for span in lexicon.implied(text)]
    implied = [slot for slot in implied if _means_it(text, slot)]
    amounts = [*_times(text), *_amounts(text, tags)]
    witnesses = (exact, codes, amounts, vocabulary, implied, [*_tagged(text, tags)])
    return _denied(text, tuple(_core(text, slot) for slot in _disjoint(witnesses, len(text))))


def with_mentions(text: str, slots: tuple[Slot, ...], names: CatalogueNames) -> tuple[Slot, ...]:
    """``slots`` and what else ``text`` names: a talk may lean on it, though it fills nothing."""
    return _denied(text, _disjoint((slots, find_slots(text, (), names)), len(text)))


def _denied(text: str, slots: tuple[Slot, ...]) -> tuple[Slot, ...]:
    return tuple(
        replace(slot, negated=negated) for slot, negated in zip(slots, negations(text, slots), strict=True)
    )


_DEGREE = re.compile(r"一?[点些]")  # 轻凉一点 is no name
_CHOICE = re.compile(r"(.)[不没]\1")  # 费不费电 asks, 不费电 wants
_NO_GOODS_AFTER = re.compile(r"号|程序|式")  # 手机号, 羽绒服程序
_USES = re.compile(r"(一个人)?(家|来)?[用住戴睡吃喝玩看]")
# Words that fill a slot only where this follows: 自己用 names a person, 自己会动 does not.
_ONLY_BEFORE = {
    "自己": _USES,
    "我自己": _USES,
    "我家": re.compile(r"里|[用住]"),
    "能装": re.compile(r"的|得|东西"),
}


def _means_it(text: str, slot: Slot) -> bool:
    if any(_CHOICE.match(text, max(at, 0)) for at in (slot.start - 2, slot.start - 1, slot.end - 1)):
        return False
    needed = _ONLY_BEFORE.get(slot.text)
    return bool(needed.match(text, slot.end) if needed else not _NO_GOODS_AFTER.match(text, slot.end))


_TAIL = re.compile(r"(?<=.)((?<!大)一?[点些])?的?$")
_LEAD = re.compile(r"^自?带(?=..)")
_ATTRIBUTE = re.compile(r"^.*的(?=.)")


def _core(text: str, slot: Slot) -> Slot:
    """The words that matter: 省电 of 省电点的, 白 of 白的, 锅 of 煮饭的锅; 我儿子 where 儿子 was known."""
    start, end = slot.start, slot.end
    if slot.name in (SlotName.FEATURE, SlotName.COLOR):
        end = start + len(_TAIL.sub("", slot.text))
    if slot.name is SlotName.FEATURE:
        start = end - len(_LEAD.sub("", text[start:end]))
    elif slot.name is SlotName.CATEGORY:
        start = end - len(_ATTRIBUTE.sub("", slot.text))
    elif slot.name is SlotName.WHO:
        start, end = whole_person(text, start, end)
    return replace(slot, text=text[start:end], start=start, end=end)


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


def _amounts(text: str, tags: tuple[Tag, ...]) -> Iterator[Slot]:
    """Amounts that the words around make sure of, or that the encoder reads in the same way."""
    for found in find_amounts(text):
        if found.sure or any(_agrees(tag, found) for tag in tags):
            yield _slot(text, found.start, found.end, found.name, found.quantity, 0.95)


def _agrees(tag: Tag, found: Amount) -> bool:
    start, end, name, _ = tag
    return name is found.name and start < found.end and found.start < end


def _vocabulary(text: str) -> Iterator[Slot]:
    for start, end, name, word in lexicon.mentions(text):
        if name is not SlotName.WHO:
            yield _slot(text, start, end, name, word, 0.9)
    for start, end, who in find_users(text):
        yield _slot(text, start, end, SlotName.WHO, who, 0.9)


def _times(text: str) -> Iterator[Slot]:
    for start, end in find_times(text):
        yield _slot(text, start, end, SlotName.TIME, text[start:end], 0.95)


def _places(text: str) -> Iterator[Slot]:
    for start, end in find_places(text):
        place = text[start:end]
        yield _slot(text, start, end, SlotName.PLACE, lexicon.canonical(SlotName.PLACE, place) or place, 0.9)


def _confirmed(text: str, tags: tuple[Tag, ...]) -> Iterator[Slot]:
    """Doubtful words that the encoder takes in the same sense, less surely than alone."""
    for start, end, name, word in lexicon.scan(text):
        agrees = any(tag[2] is name and tag[0] < end and start < tag[1] for tag in tags)
        if agrees and lexicon.is_doubtful(text[start:end]):
            yield _slot(text, start, end, name, word, 0.9)


def _tagged(text: str, tags: tuple[Tag, ...]) -> Iterator[Slot]:
    for start, end, name, p in tags:
        span = text[start:end]
        known = lexicon.canonical(name, span)
        if (
            p < _TAG_P.get(name, _MIN_TAG_P)
            or not 0 <= start < end <= len(text)
            or (len(span) < 2 and known is None)
        ):
            continue
        if cuts_a_word(text, start, end) or (name is SlotName.WHO and is_spoken_of(text, start, end)):
            continue
        if name not in AMOUNTS:
            yield _slot(text, start, end, name, known or span, p)
        elif amount := amount_of_tag(text, start, end, name):
            yield _slot(text, amount.start, amount.end, name, amount.quantity, p)
