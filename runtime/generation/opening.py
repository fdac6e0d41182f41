"""Words that are certain: all that the template says opens the reply; a recommendation tells its price."""

from __future__ import annotations

import re

from runtime.types import Evidence, FactKind, Reply, Source, Tactic

_LEAD_IN = re.compile(r"^(?:现价|标价|售价|价格是?|现在|目前|前者|后者|就|是|有)+")
_CLAUSES = re.compile(r"[，。！？；]")
_REPEATED = 4  # characters


def certain_opening(template: Reply) -> str:
    """The template's words, where they state a fact, or nothing.

    All of them: whatever must be said is said, and a small generator, which learned to go on from there, adds
    to it and never has to repeat it.
    """
    return template.text if template.facts else ""


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


def says_again(said: str, more: str) -> bool:
    """Whether a clause of ``more`` says what was said already: a small model may go in circles."""
    clauses = (_LEAD_IN.sub("", clause) for clause in _CLAUSES.split(more))
    return any(len(clause) >= _REPEATED and clause in said for clause in clauses)
