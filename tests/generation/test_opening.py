"""Words that are certain whatever the generator says."""

from __future__ import annotations

import pytest

from runtime.generation.opening import certain_opening, untold_price
from runtime.types import (
    Evidence,
    Fact,
    FactKind,
    Hit,
    Product,
    Reply,
    Source,
    Tactic,
)

FIRST = Product("P1", "凉川静享空调", "空调", "凉川", "KF-1", 2999)
SECOND = Product("P2", "松岭安享空调", "空调", "松岭", "KF-2", 3999)
PRICES = (
    Fact("P1.price", FactKind.PRICE, "现价2999元", "P1"),
    Fact("P2.price", FactKind.PRICE, "现价3999元", "P2"),
)
EVIDENCE = Evidence((Hit(FIRST, 1, ""), Hit(SECOND, 0.5, "")), PRICES)
TOLD = Reply("凉川静享空调现价2999元。您可以再看看。", Source.TEMPLATE, ("P1.price",))


def test_all_that_states_facts_opens_the_reply() -> None:
    assert certain_opening(TOLD) == "凉川静享空调现价2999元。您可以再看看。"


def test_without_a_fact_the_generator_begins() -> None:
    assert certain_opening(Reply("您好，想看点什么？", Source.TEMPLATE)) == ""


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
