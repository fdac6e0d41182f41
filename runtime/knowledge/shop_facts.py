"""What may be said of the shop besides its answers: its promotions and its salespeople's lines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from runtime.knowledge import fact_text
from runtime.knowledge.items import Item
from runtime.knowledge.promotion_facts import promotion_facts
from runtime.types import DialogueState, Fact, FactKind, Script, Understanding

if TYPE_CHECKING:
    from runtime.knowledge.view import View


def offer_facts(view: View, items: list[Item], state: DialogueState, today: date) -> Iterator[Fact]:
    """Promotions of the whole shop, and of the categories talked about."""
    categories = {category for item in items for category in item.categories} | {state.category, None}
    return promotion_facts((p for p in view.shop_promotions if p.category in categories), state, today)


def script_facts(view: View, understanding: Understanding, turn: int) -> Iterator[Fact]:
    """One line of the shop's own for this intent and emotion; from turn to turn another one."""
    intent, emotion = understanding.intent, understanding.emotion.top()

    def fit(script: Script) -> int:
        if script.intent not in (None, intent) or script.emotion not in (None, emotion):
            return 0
        return 1 + 2 * (script.intent is not None) + (script.emotion is not None)

    best = max(map(fit, view.scripts), default=0)
    fitting = [script for script in view.scripts if best and fit(script) == best]
    if fitting:
        script = fitting[turn % len(fitting)]
        yield Fact(script.id, FactKind.SCRIPT, fact_text.script_text(script.text))
