"""What words point at, whatever list or talk came before them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from runtime.dialogue.fold import fold
from runtime.dialogue.reference import Reference, point_at, without_pointing
from runtime.knowledge.descriptions import Descriptions
from runtime.knowledge.items import make_item
from runtime.knowledge.words import WordIndex
from runtime.types import DialogueState, Intent, Product, Promotion, SlotName, Understanding
from runtime.understanding.numbers import normalise_text
from runtime.understanding.slots import CatalogueNames, find_slots
from tests.dialogue import talk
from tests.dialogue.talk import TODAY, Talk
from tests.knowledge import shop


def tv(number: int, name: str, price: float, inches: int, weight: str, description: str = "") -> Product:
    specs = (("屏幕", f"{inches}英寸"), ("重量", weight))
    return Product(
        f"T{number}", name, "电视", "映岚", f"YL-{number}", price, specs=specs, description=description
    )


GOODS = (
    tv(1, "映岚观澜55寸电视", 1999, 55, "11kg", "没有开机广告"),
    tv(2, "映岚观澜75寸电视", 3799, 75, "24kg", "两人抬上楼"),
    tv(3, "映岚曜光65寸高刷电视", 4999, 65, "19kg", "玩游戏不拖影"),
    tv(4, "映岚长辈65寸电视", 2999, 65, "17kg", "说句话就换台"),
    Product("B1", "星竹竹简平板", "平板", "星竹", "XZ-P1", 1599, features=("大屏",), colors=("灰色",)),
    Product(
        *("B2", "星竹竹简学习平板", "平板", "星竹", "XZ-P2", 2199),
        colors=("绿色",),
        warranty="屏幕一年内换新",
        description="类纸屏不反光，家长能锁游戏",
    ),
    Product("B3", "遥川青春版平板", "平板", "遥川", "YC-P3", 999, colors=("白色",)),
)
OFFERS = {"T3": (Promotion("O3", "直降2500元", "T3", price=2499, ends=TODAY),)}
ITEMS = tuple(make_item(product, OFFERS.get(product.id, ())) for product in GOODS)
SHOP = Descriptions.of(ITEMS, WordIndex.of(ITEMS))
NAMES = CatalogueNames.of(GOODS)

TVS = DialogueState(
    category="电视", focus="T1", shown=("T1", "T2", "T3", "T4"), seen=("T4", "T3", "T2", "T1")
)
TABLETS = DialogueState(category="平板", focus="B1", shown=("B1", "B2"), seen=("B2", "B1"))


def understood(text: str, intent: Intent = Intent.FUNCTION) -> Understanding:
    plain = normalise_text(text)
    return replace(talk.understood(text, intent), slots=find_slots(plain, (), NAMES))


def pointed(text: str, state: DialogueState = TVS, intent: Intent = Intent.FUNCTION) -> Reference:
    return point_at(understood(text, intent), state, NAMES, SHOP, TODAY)


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("贵的那台", "T2"),  # of today's prices: T3 costs 2499 today
        ("便宜的那个呢", "T1"),
        ("贵嗰部呢", "T2"),
        ("还是大的。开专票要什么", "T2"),
        ("小一点的那台多重", "T1"),
        ("最重的多少钱", "T2"),
        ("轻的那个有货吗", "T1"),
        ("普通那个呢", "T1"),
    ],
)
def test_the_end_of_a_scale(text: str, id: str) -> None:
    assert pointed(text).products == (id,)


def test_nothing_is_at_the_end_where_two_are() -> None:
    assert pointed("大的那台呢", replace(TVS, shown=("T3", "T4"), seen=("T3", "T4"))).products != ("T2",)


def test_cheap_is_cheap_for_the_size_that_is_wanted() -> None:
    assert pointed("便宜的那个呢", replace(TVS, size="65寸")).products == ("T3",)
    assert pointed("贵的那个呢", replace(TVS, size="65寸")).products == ("T4",)
    assert pointed("大的那个呢", replace(TVS, size="65寸")).products == ("T2",)


def test_where_one_is_talked_about_the_most_of_all_is_sought_in_the_kind() -> None:
    alone = replace(TVS, shown=("T1",), seen=("T1",))
    assert pointed("最大的多少钱", alone).products == ("T2",)
    assert pointed("大的那个多少钱", alone).products == ("T1",)


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("学习平板送不送笔", "B2"),
        ("青春版多少钱", "B3"),
        ("能锁游戏的是哪台来着", "B2"),
        ("绿色那款呢", "B2"),
        ("那个学习的多少钱", "B2"),
        ("不反光的那个多少钱", "B2"),
        ("遥川那个呢", "B3"),
    ],
)
def test_a_description_or_a_part_of_the_name(text: str, id: str) -> None:
    assert pointed(text, TABLETS).products == (id,)


def test_a_colour_is_that_of_the_one_shown_that_has_it() -> None:
    assert pointed("绿色的给我留一个", TABLETS, Intent.STOCK).products == ("B2",)
    assert pointed("灰色的给我留一个", TABLETS, Intent.STOCK).products in ((), ("B1",))
    assert pointed("白色的给我留一个", TABLETS, Intent.STOCK).products == ()  # B3 was not shown


def test_a_kind_in_the_sheet_of_goods_talked_about_is_theirs() -> None:
    lamp = Product("F1", "凉川吊扇灯", "电风扇", "凉川", "LC-F1", 699, description="带灯，夏天省空调")
    fan = Product("F2", "凉川小风扇", "电风扇", "凉川", "LC-F2", 59)
    items = tuple(make_item(product, ()) for product in (lamp, fan))
    state = DialogueState(category="电风扇", focus="F2", shown=("F2", "F1"), seen=("F1", "F2"))
    goods = Descriptions.of(items, WordIndex.of(items))
    names = CatalogueNames.of((lamp, fan))
    said = replace(talk.understood("贵的那台真省空调吗"), slots=find_slots("贵的那台真省空调吗", (), names))
    assert point_at(said, state, names, goods, TODAY).products == ("F1",)


def test_switching_channels_rejects_nothing() -> None:
    assert not pointed("能说话换台不").rejects
    assert pointed("换一台").rejects


def test_one_character_of_a_name_tells_goods_talked_about_apart() -> None:
    assert pointed("还是学的，多少钱", TABLETS).products == ("B2",)
    assert pointed("还是青的，多少钱", TABLETS).products == ()  # B3 was not talked about


def test_words_of_the_sheet_in_focus_ask_about_it() -> None:
    focus = replace(TABLETS, focus="B2")
    assert pointed("屏幕多大", focus).products == ()
    assert pointed("灰色的有吗", focus).products == ()


@pytest.mark.parametrize("text", ["75的现在卖多少", "75寸的多少钱", "75就75"])
def test_a_size_describes(text: str) -> None:
    assert pointed(text).products == ("T2",)


@pytest.mark.parametrize(("text", "ids"), [("三千七百九十九，抬上楼吗", ("T2",)), ("2499包运费吗", ("T3",))])
def test_a_price_said_back_is_that_of_its_product(text: str, ids: tuple[str, ...]) -> None:
    assert pointed(text).products == ids


@pytest.mark.parametrize("text", ["预算3799", "便宜1999行吗", "3799以内的", "3000能卖吗", "送1999的东西吗"])
def test_other_sums_are_no_product(text: str) -> None:
    assert pointed(text).products == ()


def test_a_number_is_not_cut_out_of_another() -> None:
    assert pointed("1755成交", intent=Intent.BARGAIN).products == ()


def test_the_last_clause_counts() -> None:
    assert pointed("贵的那台太沉了，就曜光这个吧").products == ("T3",)
    assert pointed("曜光太贵了 大的那台呢").products == ("T2",)


def test_what_is_merely_likened_is_not_meant() -> None:
    assert pointed("跟曜光那台一样保吗").products == ()
    assert pointed("这台也像长辈那台一样能说话吗").products == ("T1",)
    assert pointed("跟曜光那台有什么不一样").products == ("T1", "T3")


def test_a_likened_product_leaves_the_focus() -> None:
    conversation = Talk()
    conversation.say("看看空调，预算三千", Intent.RECOMMEND)
    assert conversation.say("跟恒意那台一样保吗", Intent.WARRANTY).focus == "P001"


def test_what_follows_a_comparison_stands_for_itself() -> None:
    assert pointed("比曜光贵这么多呢，长辈那台现在多少").products == ("T4",)
    assert pointed("曜光和观澜75寸电视有什么区别").products == ("T3", "T2")


def test_of_a_series_the_one_talked_about_last_is_meant() -> None:
    series = replace(TVS, focus="T3", seen=("T2", "T1", "T3"))
    assert pointed("观澜多重", series).products == ("T1",)
    assert pointed("观澜多重", replace(series, seen=("T1", "T2", "T3"))).products == ("T2",)


def test_a_size_in_another_clause_tells_which_of_a_series() -> None:
    fresh = DialogueState(category="电视")
    assert pointed("75寸的，观澜", fresh).products == ("T2",)


def test_who_takes_it_after_all_rejects_nothing() -> None:
    assert pointed("要便宜的那个算了").products == ("T1",)
    assert pointed("那个算了").rejects


def test_a_wish_points_at_nothing_unless_it_asks_which() -> None:
    assert pointed("要玩游戏的电视", intent=Intent.RECOMMEND).products == ()
    assert pointed("玩游戏的是哪台", intent=Intent.RECOMMEND).products == ("T3",)


def test_goods_of_another_kind_are_those_seen_last() -> None:
    state = replace(TABLETS, seen=("T2", "T1", "B2", "B1"))
    assert pointed("刚才那个电视多重", state).products == ("T1",)
    assert pointed("想买个电视", state, Intent.RECOMMEND).products == ()


def test_describing_words_become_the_name() -> None:
    said = understood("绿色那款多少钱")
    reference = point_at(said, TABLETS, NAMES, SHOP, TODAY)
    plain = without_pointing(said, reference, SHOP.product)
    (name,) = plain.slots
    assert (name.name, name.text, name.value) == (SlotName.MODEL, "绿色", "XZ-P2")
    assert without_pointing(said, Reference(), SHOP.product) is said


def test_a_description_of_the_focus_stays_in_the_question() -> None:
    assert pointed("灰色那款多少钱", TABLETS) == Reference(("B1",))


def test_a_series_alone_moves_the_focus(tmp_path: Path) -> None:
    view = shop.shop_view(tmp_path)
    state = DialogueState(category="空调", focus="P001", shown=("P001",), seen=("P001",))
    said = shop.understood(view, "阔境多少钱", Intent.PRICE)
    reference = point_at(said, state, view.names, view.described, shop.TODAY)
    assert fold(state, said, reference, view.names, view.product, None).focus == "P003"


def test_a_part_of_a_name_moves_the_focus_in_a_conversation() -> None:
    conversation = Talk()
    conversation.say("看看空调，预算三千", Intent.RECOMMEND)
    assert conversation.state.focus == "P001"
    assert conversation.say("恒意多少钱", Intent.PRICE).focus == "P003"


def test_a_question_that_names_a_feature_keeps_the_product() -> None:
    conversation = Talk()
    conversation.say("看看空调，预算三千", Intent.RECOMMEND)
    assert conversation.say("能自清洁不，夏天想用", Intent.FUNCTION).focus == "P001"
