"""Words that are certain: one fact opens the reply to what was asked; a recommendation tells its price."""

from __future__ import annotations

import re

from runtime.dialogue.tactics import Choice
from runtime.types import Evidence, FactKind, Intent, Reply, Source, Tactic, Understanding

SURE = 0.5  # probability of the intent from which its fact may open the reply

_FROM_FACTS = {Tactic.RECOMMEND, Tactic.COMPARE, Tactic.OFFER, Tactic.HOLD_PRICE}
_ABOUT_FACTS = {
    Intent.PRICE,
    Intent.FUNCTION,
    Intent.PROMOTION,
    Intent.STOCK,
    Intent.DELIVERY,
    Intent.INSTALL,
    Intent.WARRANTY,
}
_SENTENCE = re.compile(r"[^。！？]*")


def certain_opening(choice: Choice, understanding: Understanding, template: Reply) -> str:
    """The template's first sentence without its full stop, or nothing where the generator should choose."""
    asked = choice.tactic is Tactic.INFORM and understanding.intent in _ABOUT_FACTS
    certain = (asked and understanding.intent_p >= SURE) or choice.tactic in _FROM_FACTS
    if not certain or not template.facts:
        return ""
    found = _SENTENCE.match(template.text)
    return found[0] if found else ""


def untold_price(tactic: Tactic, evidence: Evidence, said: str, stated: tuple[str, ...]) -> Reply | None:
    """A sentence with the price of what ``said`` recommends, where it told none."""
    prices = {fact.product_id: fact for fact in evidence.facts if fact.kind is FactKind.PRICE}
    if tactic is not Tactic.RECOMMEND or any(fact.id in stated for fact in prices.values()):
        return None
    goods = [hit.product for hit in evidence.hits if hit.product.id in prices]
    goods.sort(key=lambda product: product.name not in said)
    if not goods:
        return None
    price = prices[goods[0].id]
    return Reply(f"{goods[0].name}{price.text}。", Source.TEMPLATE, (price.id,))
