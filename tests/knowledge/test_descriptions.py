"""Goods are told apart by what customers say of them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.knowledge.descriptions import Description, Descriptions, likeness, sheet_of
from runtime.knowledge.items import make_item
from runtime.knowledge.words import WordIndex
from runtime.types import Product, Promotion, Quantity
from tests.knowledge.shop import GOODS as SHOP


def lamp(number: int, name: str, price: float, **more: object) -> Product:
    return Product(f"L{number}", f"萤书{name}台灯", "台灯", "萤书", f"YS-{number}", price, **more)  # type: ignore[arg-type]


GOODS = (
    lamp(1, "护眼", 269, specs=(("功率", "12W"), ("线长", "1.8m")), colors=("白色", "浅蓝")),
    lamp(2, "充电折叠", 89, specs=(("续航", "40小时"),), description="停电也能看书", warranty="电池半年"),
    lamp(
        3, "床头", 129, specs=(("线长", "1.5m"),), description="说句晚安就灭，能看书", features=("语音控制",)
    ),
)
OFFERS = {"L1": (Promotion("O1", "9折", "L1", price=242.1, ends=date(2020, 1, 1)),)}
ITEMS = tuple(make_item(product, OFFERS.get(product.id, ())) for product in GOODS)
LAMPS = Descriptions.of(ITEMS, WordIndex.of(ITEMS))


def scores(*words: str, focus: str | None = None, **more: object) -> dict[str, float]:
    return likeness(Description(frozenset(words), **more), ITEMS, focus)  # type: ignore[arg-type]


def best(found: dict[str, float]) -> set[str]:
    return {id for id, score in found.items() if score == max(found.values())}


def test_a_word_of_one_sheet_tells_more_than_a_word_of_two() -> None:
    assert best(scores("晚安")) == {"L3"}
    assert best(scores("看书")) == {"L2", "L3"}
    assert scores("晚安")["L3"] > scores("看书")["L3"] > 0


def test_a_word_that_all_have_tells_nothing() -> None:
    assert set(scores("台灯").values()) == {0.0}


def test_the_name_is_the_better_witness() -> None:
    assert scores("折叠")["L2"] > scores("停电")["L2"]


@pytest.mark.parametrize(
    ("amount", "ids"),
    [
        (Quantity(1.5, 1.5, "m"), {"L3"}),
        (Quantity(12, 12), {"L1"}),  # whatever its unit
        (Quantity(89, 89, "元"), {"L2"}),
        (Quantity(242, 242, "元"), {"L1"}),  # an offer that is over is remembered all the same
        (Quantity(100, 150, "元"), {"L3"}),
        (Quantity(7, 7, "m"), {"L1", "L2", "L3"}),
    ],
)
def test_figures(amount: Quantity, ids: set[str]) -> None:
    assert best(scores(amounts=(amount,))) == ids


@pytest.mark.parametrize(("trait", "id"), [("浅蓝", "L1"), ("语音控制", "L3"), ("折叠", "L2")])
def test_colours_features_and_what_the_name_says(trait: str, id: str) -> None:
    assert best(scores(traits=frozenset({trait}))) == {id}


def test_terms_count_for_the_product_in_focus_alone() -> None:
    assert set(scores("电池").values()) == {0.0}
    assert best(scores("电池", focus="L2")) == {"L2"}
    assert set(scores("电池", focus="L1").values()) == {0.0}


def test_what_is_asked_helps_a_little() -> None:
    both = scores("看书", asked=frozenset({"停电"}))
    assert best(both) == {"L2"}
    assert both["L2"] < scores("看书", "停电")["L2"]


def test_a_sheet_knows_its_own_words_and_what_else_it_tells() -> None:
    sheet = sheet_of(ITEMS[1])
    assert sheet.called == "充电折叠"
    assert sheet.tells({"停电"})
    assert sheet.tells({"电池"})
    assert not sheet.tells({"折叠"})  # only its name does


def test_goods_that_are_gone_are_not_known() -> None:
    assert [item.product.id for item in LAMPS.known(("L2", "L9", "L1"))] == ["L2", "L1"]
    assert LAMPS.product("L9") is None


def test_of_a_kind_the_nearest_come_first() -> None:
    items = tuple(make_item(product, ()) for product in SHOP.products)
    shop = Descriptions.of(items, WordIndex.of(items))
    aircons = shop.of_kind("空调", Description(frozenset(), amounts=(Quantity(1499, 1499, "元"),)))
    assert {item.product.category for item in aircons} == {"空调"}
    assert aircons[0].product.id == "P004"
    assert [item.product.id for item in shop.of_kind("洗地机", Description(frozenset()))] == ["P012"]
    worded = shop.of_kind(None, Description(frozenset({"云鲜", "对开"})))
    assert [item.product.id for item in worded] == ["P011"]


@given(st.frozensets(st.text(max_size=3)), st.floats(0, 1e9), st.sampled_from(("", "元", "W")))
def test_any_description_can_be_judged(words: frozenset[str], figure: float, unit: str) -> None:
    found = likeness(Description(words, amounts=(Quantity(figure, figure, unit),)), ITEMS, "L1")
    assert set(found) == {"L1", "L2", "L3"}
    assert min(found.values()) >= 0
