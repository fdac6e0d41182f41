"""What fills a slot depends on what the sentence wants."""

from __future__ import annotations

import pytest

from runtime.types import Intent, Quantity, Slot, SlotName
from runtime.understanding.fills import IMPLIED, filled

ELDER = Slot(SlotName.WHO, "我妈", 0, 2, "老人")
SUM = Slot(SlotName.BUDGET, "三千", 0, 2, Quantity(3000, 3000, "元"))
LIMIT = Slot(SlotName.BUDGET, "三千以内", 0, 4, Quantity(None, 3000, "元"))
WISH = Slot(SlotName.FEATURE, "拎得动", 0, 3, "轻薄", confidence=IMPLIED)


def wanting(intent: Intent) -> list[float]:
    return [float(each is intent) for each in Intent]


@pytest.mark.parametrize(
    ("slot", "intent", "fills"),
    [
        (ELDER, Intent.RECOMMEND, True),
        (ELDER, Intent.NO_INTEREST, False),
        (SUM, Intent.BARGAIN, True),
        (SUM, Intent.PRICE, False),
        (LIMIT, Intent.PRICE, True),
        (WISH, Intent.RECOMMEND, False),
    ],
)
def test_fills(slot: Slot, intent: Intent, fills: bool) -> None:
    assert filled([slot], wanting(intent)) == ((slot,) if fills else ())


def test_an_unsure_intent_lets_a_slot_stand() -> None:
    halves = [0.5 * (each in (Intent.RECOMMEND, Intent.OTHER)) for each in Intent]
    assert filled([ELDER], halves) == (ELDER,)
