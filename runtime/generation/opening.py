"""First words that are certain: one fact answers what was asked, and the generator goes on from there."""

from __future__ import annotations

import re

from runtime.dialogue.tactics import Choice
from runtime.types import Intent, Reply, Tactic, Understanding

SURE = 0.5  # probability of the intent from which its fact may open the reply

_ONE_FACT = {
    Intent.PRICE,
    Intent.PROMOTION,
    Intent.STOCK,
    Intent.DELIVERY,
    Intent.INSTALL,
    Intent.WARRANTY,
}
_SENTENCE = re.compile(r"[^。！？]*")


def certain_opening(choice: Choice, understanding: Understanding, template: Reply) -> str:
    """The template's first sentence without its full stop, or nothing where the generator should choose."""
    asked = choice.tactic is Tactic.INFORM and understanding.intent in _ONE_FACT
    certain = asked or choice.tactic in (Tactic.OFFER, Tactic.HOLD_PRICE)
    if not certain or not template.facts or understanding.intent_p < SURE:
        return ""
    found = _SENTENCE.match(template.text)
    return found[0] if found else ""
