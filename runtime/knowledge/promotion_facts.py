"""Promotions as facts: only those that are valid on the day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from runtime.knowledge import fact_text
from runtime.knowledge.items import is_valid
from runtime.types import DialogueState, Fact, FactKind, Promotion

_MOST = 2


def promotion_facts(promotions: Iterable[Promotion], state: DialogueState, today: date) -> Iterator[Fact]:
    """Those valid today, not yet offered ones first."""
    valid = [promotion for promotion in promotions if is_valid(promotion, today)]
    for promotion in sorted(valid, key=lambda promotion: promotion.id in state.offered)[:_MOST]:
        text = fact_text.promotion_text(promotion.text, promotion.ends, today)
        yield Fact(promotion.id, FactKind.PROMOTION, text, promotion.product_id, promotion.ends)
