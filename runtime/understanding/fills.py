"""Which slots a sentence fills: 我妈 is a user where goods are wished for, and not in small talk."""

from __future__ import annotations

from collections.abc import Sequence

from runtime.types import Intent, Quantity, Slot, SlotName

# A sentence beside the matter names goods and people, too, but fills little by it.
_MATTERS = frozenset(Intent) - {Intent.OTHER, Intent.GREETING, Intent.HUMAN, Intent.NO_INTEREST}
_HELD = frozenset({Intent.BARGAIN, Intent.PROMOTION, Intent.DELIVERY, Intent.ORDER})

# The intents whose sentences fill a slot more often than not where its words stand in them, counted on
# the hand-written utterances; slots that are not listed are filled by all.
_FILLED_BY = {
    SlotName.WHO: _MATTERS - _HELD,
    SlotName.BUDGET: frozenset({Intent.RECOMMEND, Intent.BARGAIN, Intent.CUSTOM}),
    SlotName.QUANTITY: _MATTERS - {Intent.COMPARE, Intent.FUNCTION},
    **dict.fromkeys(
        (SlotName.PEOPLE, SlotName.FEATURE, SlotName.PLACE, SlotName.COLOR, SlotName.SIZE, SlotName.BRAND),
        _MATTERS,
    ),
}
_LEAST_SHARE = 0.35  # of the intents that fill a slot
IMPLIED = 0.5  # confidence in a feature that a sentence wishes for without naming it


def filled(slots: Sequence[Slot], intents: Sequence[float]) -> tuple[Slot, ...]:
    """Those of ``slots`` that a sentence fills whose intents have these shares, in the order of Intent."""
    shares = dict(zip(Intent, intents, strict=True))
    return tuple(slot for slot in slots if _is_filled(slot, shares))


def _is_filled(slot: Slot, shares: dict[Intent, float]) -> bool:
    if slot.name is SlotName.FEATURE and slot.confidence <= IMPLIED:
        return False
    if slot.name is SlotName.BUDGET and _is_limit(slot):
        return True
    by = _FILLED_BY.get(slot.name)
    return by is None or sum(shares[intent] for intent in by) >= _LEAST_SHARE


def _is_limit(slot: Slot) -> bool:
    """三千以内 is a budget whatever is asked."""
    return isinstance(slot.value, Quantity) and (slot.value.low is None or slot.value.high is None)
