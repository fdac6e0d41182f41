"""Words that are certain whatever the generator says."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.dialogue.tactics import Choice
from runtime.generation.opening import certain_opening, untold_price
from runtime.types import (
    EmotionVector,
    Evidence,
    Fact,
    FactKind,
    Hit,
    Intent,
    Product,
    Reply,
    Source,
    Tactic,
    Understanding,
)

FIRST = Product("P1", "凉川静享空调", "空调", "凉川", "KF-1", 2999)
SECOND = Product("P2", "松岭安享空调", "空调", "松岭", "KF-2", 3999)
PRICES = (
    Fact("P1.price", FactKind.PRICE, "现价2999元", "P1"),
    Fact("P2.price", FactKind.PRICE, "现价3999元", "P2"),
)
EVIDENCE = Evidence((Hit(FIRST, 1, ""), Hit(SECOND, 0.5, "")), PRICES)
TOLD = Reply("凉川静享空调现价2999元。您可以再看看。", Source.TEMPLATE, ("P1.price",))


def understood(intent: Intent, p: float = 0.9) -> Understanding:
    shares = tuple(p if one is intent else 0.0 for one in Intent)
    return Understanding("", shares, EmotionVector(0, 0, 1, 0), (), np.zeros(128, np.float32))


def test_the_fact_that_was_asked_for_opens_the_reply() -> None:
    opening = certain_opening(Choice(Tactic.INFORM, ""), understood(Intent.PRICE), TOLD)
    assert opening == "凉川静享空调现价2999元"


@pytest.mark.parametrize(
    ("tactic", "intent", "p", "template"),
    [
        (Tactic.GREET, Intent.GREETING, 0.9, TOLD),
        (Tactic.INFORM, Intent.OTHER, 0.9, TOLD),
        (Tactic.INFORM, Intent.PRICE, 0.3, TOLD),
        (Tactic.INFORM, Intent.PRICE, 0.9, Reply("资料里没有写。", Source.TEMPLATE)),
    ],
)
def test_elsewhere_the_generator_begins(tactic: Tactic, intent: Intent, p: float, template: Reply) -> None:
    assert certain_opening(Choice(tactic, ""), understood(intent, p), template) == ""


def test_a_recommendation_without_its_price_gets_it() -> None:
    last = untold_price(Tactic.RECOMMEND, EVIDENCE, "推荐松岭安享空调，适合您。", ())
    assert last is not None
    assert (last.text, last.facts) == ("松岭安享空调现价3999元。", ("P2.price",))


@pytest.mark.parametrize(
    ("tactic", "evidence", "stated"),
    [
        (Tactic.RECOMMEND, EVIDENCE, ("P1.price",)),
        (Tactic.INFORM, EVIDENCE, ()),
        (Tactic.RECOMMEND, Evidence(), ()),
    ],
)
def test_nothing_is_added_otherwise(tactic: Tactic, evidence: Evidence, stated: tuple[str, ...]) -> None:
    assert untold_price(tactic, evidence, "您看看", stated) is None
