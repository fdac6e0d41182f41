"""A reply may draw on few facts: true today, and about what was asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.knowledge.evidence import MAX_FACTS, MAX_PRODUCTS, choose_evidence
from runtime.knowledge.view import View
from runtime.store.goods import Goods
from runtime.types import DialogueState, Emotion, Evidence, FactKind, Faq, Intent, Tactic
from tests.knowledge.shop import GOODS, TODAY, find, shop_view, understood


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    return shop_view(tmp_path_factory.mktemp("index"))


def evidence(
    view: View,
    text: str,
    intent: Intent,
    tactic: Tactic = Tactic.INFORM,
    emotion: Emotion = Emotion.NEUTRAL,
    today: date = TODAY,
    **state: object,
) -> Evidence:
    hits = find(view, text, today, **state)
    folded = DialogueState(**state)  # type: ignore[arg-type]
    return choose_evidence(view, hits, folded, understood(view, text, intent, emotion), tactic, today)


def fact_ids(found: Evidence) -> list[str]:
    return [fact.id for fact in found.facts]


def offers(found: Evidence) -> list[str]:
    return [fact.id for fact in found.facts if fact.kind is FactKind.PROMOTION]


@pytest.mark.parametrize(
    ("intent", "fact"),
    [
        (Intent.INSTALL, "P002.installation"),
        (Intent.WARRANTY, "P002.warranty"),
        (Intent.COMPLAINT, "P002.warranty"),
        (Intent.STOCK, "P002.stock"),
        (Intent.STOCK, "P002.colors"),
        (Intent.FUNCTION, "P002.features"),
        (Intent.PROMOTION, "P002.offer"),
        (Intent.BARGAIN, "P002.offer"),
        (Intent.ORDER, "P002.stock"),
    ],
)
def test_the_price_and_what_was_asked_of_the_product_in_focus(view: View, intent: Intent, fact: str) -> None:
    found = evidence(view, "这个呢", intent, focus="P002", category="空调")
    assert [hit.product.id for hit in found.hits] == ["P002"]
    assert found.facts[0].id == "P002.price"
    assert fact in fact_ids(found)


@pytest.mark.parametrize(
    ("text", "sold"),
    [("热气球有货吗", False), ("你们卖不卖宇宙飞船", False), ("洗地机有货吗", True), ("有省电的吗", True)],
)
def test_a_kind_that_is_on_no_sheet_is_not_replaced_by_another(view: View, text: str, sold: bool) -> None:
    assert bool(evidence(view, text, Intent.STOCK, features=("省电",)).hits) is sold


def test_nothing_else_is_shown_for_a_kind_that_is_not_sold(view: View) -> None:
    assert evidence(view, "投影仪有货吗", Intent.STOCK, category="投影仪").hits == ()


def test_what_the_product_does_not_have_is_not_made_up(view: View) -> None:
    found = evidence(view, "能送货吗", Intent.DELIVERY, focus="P002")
    assert FactKind.DELIVERY not in {fact.kind for fact in found.facts}


def test_what_is_not_known_comes_with_the_products_own_answer(view: View) -> None:
    for tactic in (Tactic.ADMIT, Tactic.INFORM):
        found = evidence(view, "墙上挂得住吗", Intent.FUNCTION, tactic, focus="P002")
        assert ("FAQ002" in fact_ids(found)) is (tactic is Tactic.ADMIT)


def test_who_leaves_with_a_question_is_answered(view: View) -> None:
    found = evidence(view, "就这样吧，你们几点关门", Intent.OTHER, Tactic.FAREWELL)
    assert "FAQ001" in fact_ids(found)


def test_the_spec_that_was_asked_for_comes_first(view: View) -> None:
    found = evidence(view, "晚上吵不吵", Intent.FUNCTION, focus="P002")
    specs = [fact.text for fact in found.facts if fact.kind is FactKind.SPEC]
    assert specs[0] == "噪音18dB"


@pytest.mark.parametrize(
    ("today", "price"),
    [
        (date(2026, 10, 31), "现价5400元"),
        (date(2026, 11, 1), "现价4900元"),
        (TODAY, "现价4900元"),
        (date(2026, 11, 22), "现价5400元"),
    ],
)
def test_a_promotional_price_is_told_on_its_days_only(view: View, today: date, price: str) -> None:
    found = evidence(view, "多少钱", Intent.PRICE, today=today, focus="P005")
    assert found.facts[0].text == price
    assert found.facts[0].valid_until == (TODAY if price == "现价4900元" else None)
    assert ("P005.offer" in fact_ids(found)) is (price == "现价4900元")


def test_promotions_of_the_category_and_the_shop(view: View) -> None:
    found = evidence(view, "有优惠吗", Intent.PROMOTION, Tactic.OFFER, focus="P011", category="冰箱")
    assert offers(found) == ["ALL", "COLD"]
    assert {fact.product_id for fact in found.facts if fact.kind is FactKind.PROMOTION} == {None}
    assert "COLD" not in fact_ids(evidence(view, "有优惠吗", Intent.PROMOTION, focus="P002", category="空调"))


def test_a_hesitant_customer_hears_of_the_offer(view: View) -> None:
    assert "P002.offer" in fact_ids(
        evidence(view, "再想想", Intent.FUNCTION, emotion=Emotion.HESITANT, focus="P002")
    )


def test_offers_made_already_come_last(view: View) -> None:
    found = evidence(view, "有优惠吗", Intent.PROMOTION, focus="P011", category="冰箱", offered=("ALL",))
    assert offers(found) == ["COLD", "ALL"]


def test_three_goods_are_recommended_with_their_prices(view: View) -> None:
    found = evidence(
        view, "推荐空调", Intent.RECOMMEND, Tactic.RECOMMEND, category="空调", features=("省电",)
    )
    assert len(found.hits) == 3
    assert {f"{hit.product.id}.price" for hit in found.hits} <= set(fact_ids(found))
    assert all(f"{hit.product.id}.features" in fact_ids(found) for hit in found.hits)


def test_goods_that_were_shown_are_compared_where_they_differ(view: View) -> None:
    found = evidence(view, "哪个好", Intent.COMPARE, Tactic.COMPARE, shown=("P001", "P002"), category="空调")
    assert [hit.product.id for hit in found.hits] == ["P001", "P002"]
    specs = [fact.text for fact in found.facts if fact.kind is FactKind.SPEC]
    assert specs[0] == "适用面积10-15㎡"


def test_a_product_that_is_no_longer_sold_gives_way(view: View) -> None:
    found = evidence(view, "多少钱", Intent.PRICE, focus="P404", category="冰箱")
    assert [hit.product.id for hit in found.hits] == ["P011"]


def test_a_product_named_by_sound_is_the_one_talked_about(view: View) -> None:
    found = evidence(view, "净想一匹变频空调多少钱", Intent.PRICE, focus="P003", category="空调")
    assert [hit.product.id for hit in found.hits] == ["P001"]


def test_the_beginning_of_a_name_is_enough_where_it_is_written(view: View) -> None:
    def goods(text: str, intent: Intent, **state: object) -> list[str]:
        return [hit.product.id for hit in evidence(view, text, intent, **state).hits]  # type: ignore[arg-type]

    assert goods("阔境多少钱", Intent.PRICE) == ["P003"]
    assert goods("阔境多少钱", Intent.PRICE, focus="P002") == ["P002"]  # the fold has read such words
    assert goods("静享的多少钱", Intent.PRICE, focus="P002") == ["P002"]
    assert goods("括镜多少钱", Intent.PRICE, focus="P002") == ["P002"]
    assert goods("阔境和安享哪个好", Intent.COMPARE) == ["P003", "P005"]


def test_nothing_said_of_goods_shows_none(view: View) -> None:
    for intent in (Intent.OTHER, Intent.INSTALL, Intent.RECOMMEND):
        assert evidence(view, "今天天气怎么样", intent).hits == ()


def test_the_shops_answers(view: View) -> None:
    assert fact_ids(evidence(view, "你们几点关门啊", Intent.OTHER)) == ["FAQ001"]
    assert "FAQ003" not in fact_ids(evidence(view, "有优惠吗", Intent.PROMOTION, focus="P002"))
    assert "FAQ002" in fact_ids(evidence(view, "空调要打孔吗", Intent.INSTALL, focus="P002"))
    assert "FAQ002" not in fact_ids(evidence(view, "空调要打孔吗", Intent.INSTALL, focus="P003"))
    assert "FAQ004" not in fact_ids(evidence(view, "轻凉空调要打孔吗", Intent.OTHER))


def test_the_shops_answers_on_a_subject_where_no_goods_are_meant(tmp_path: Path) -> None:
    faqs = (
        Faq("F1", "送货要钱吗", "满99元免费"),
        Faq("F2", "怎么付款", "都行"),
        Faq("F3", "送货多久", "两天", "P001"),
    )
    view = shop_view(tmp_path, Goods(faqs=faqs))
    assert fact_ids(evidence(view, "可以送到我家吗", Intent.DELIVERY)) == ["F1"]


def test_the_script_that_fits_best(view: View) -> None:
    hesitant = evidence(view, "贵了", Intent.BARGAIN, emotion=Emotion.HESITANT, focus="P002")
    assert fact_ids(hesitant)[-1] == "S001"
    assert fact_ids(evidence(view, "贵了", Intent.BARGAIN, focus="P002"))[-1] == "S002"
    greeting = evidence(view, "你好", Intent.GREETING, Tactic.GREET)
    assert (greeting.hits, fact_ids(greeting)) == ((), ["S003"])


ids = st.sampled_from([*(product.id for product in GOODS.products), "P404"])


@given(
    text=st.sampled_from(["空调", "有优惠吗", "静享1匹变频空调", "要打孔吗", ""]),
    intent=st.sampled_from(Intent),
    tactic=st.sampled_from(Tactic),
    emotion=st.sampled_from(Emotion),
    today=st.dates(date(2026, 9, 1), date(2027, 3, 1)),
    focus=st.none() | ids,
    shown=st.lists(ids, max_size=4).map(tuple),
    category=st.sampled_from([None, "空调", "冰箱", "洗碗机"]),
    offered=st.lists(st.sampled_from(["ALL", "P002.offer"]), max_size=2).map(tuple),
)
@settings(deadline=None)
def test_facts_are_few_and_true_on_their_day(view: View, **drawn: object) -> None:
    today = drawn["today"]
    assert isinstance(today, date)
    found = evidence(view, **drawn)  # type: ignore[arg-type]
    assert len(found.hits) <= MAX_PRODUCTS
    assert len(found.facts) <= MAX_FACTS
    assert len(set(fact_ids(found))) == len(found.facts)
    valid = {p.id: (p.starts or today) <= today <= (p.ends or today) for p in GOODS.promotions}
    assert all(valid.get(fact.id, True) for fact in found.facts)
    about = {hit.product.id for hit in found.hits} | {None}
    assert all(fact.product_id in about for fact in found.facts)
    for hit in found.hits:
        assert f"{hit.product.id}.price" in fact_ids(found)


def test_a_changed_price_is_quoted_next(tmp_path: Path) -> None:
    cheaper = replace(GOODS, products=tuple(replace(product, price=1.0) for product in GOODS.products))
    found = evidence(shop_view(tmp_path, cheaper), "多少钱", Intent.PRICE, focus="P001")
    assert found.facts[0].text == "现价1元"
