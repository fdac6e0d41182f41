"""The goods that fit come first, and the reason given for them is true."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.knowledge import retrieval
from runtime.knowledge.reasons import reason_for
from runtime.knowledge.view import View, build_view
from runtime.store.goods import Goods
from runtime.types import DialogueState, Hit, Intent, Product
from tests.knowledge.shop import GOODS, TODAY, PairEncoder, find, shop_view, understood


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    return shop_view(tmp_path_factory.mktemp("index"))


def ids(hits: tuple[Hit, ...]) -> list[str]:
    return [hit.product.id for hit in hits]


def test_the_seed_dialogue(view: View) -> None:
    hits = find(
        view,
        "我家100平，预算5k，要省电的空调，老人用的",
        category="空调",
        budget_max=5000.0,
        area_m2=100.0,
        features=("省电",),
        who="老人",
    )
    assert ids(hits)[0] == "P003"  # the largest in stock that the budget allows
    assert hits[0].reason == "预算内 · 省电 · 适合老人 · 适用面积30-50㎡"


def test_the_category_is_never_given_up(view: View) -> None:
    assert ids(find(view, "冰箱", category="冰箱", budget_max=100.0)) == ["P011"]
    assert find(view, "洗碗机", category="洗碗机") == ()
    assert find(view, "空调扇", category="空调扇") == ()
    assert ids(find(view, "电脑", category="电脑")) == ["P013"]
    assert ids(find(view, "洗地机", category="洗地机")) == ["P012"]


def test_the_budget_is_given_up_last_and_the_reason_says_so(view: View) -> None:
    near = find(view, "空调", category="空调", budget_max=1400.0)
    assert [(hit.product.id, hit.reason) for hit in near] == [("P004", "略超预算")]
    far = find(view, "空调", category="空调", budget_max=500.0)
    assert far[0].product.id == "P004"
    assert all(hit.reason.startswith("超出预算") for hit in far if hit.product.stock)


def test_a_promotional_price_counts_while_it_lasts(view: View) -> None:
    def at(today: date) -> tuple[Hit, ...]:
        return find(view, "空调", today, category="空调", budget_min=4700.0, budget_max=5000.0)

    assert ids(at(TODAY)) == ["P005"]
    later = at(date(2026, 12, 24))
    assert "预算内" not in [hit.reason.split(" · ")[0] for hit in later if hit.product.id == "P005"]


def test_what_was_turned_down_stays_away(view: View) -> None:
    hits = find(view, "空调", category="空调", excluded=("凉川", "定频"), rejected=("P005",))
    assert ids(hits) == ["P004"]
    assert ids(find(view, "空调", category="空调", excluded=("变频",))) == ["P004"]


def test_a_brand_is_kept_while_it_has_something(view: View) -> None:
    assert ids(find(view, "空调", category="空调", brand="棠岛")) == ["P004"]
    assert ids(find(view, "空调", category="空调", brand="棠岛", budget_max=1000.0)) == ["P004"]
    others = find(view, "空调", category="空调", brand="星竹")
    assert len(others) == 5
    assert others[0].reason == "其他品牌"


def test_features_size_and_colour_rank(view: View) -> None:
    assert ids(find(view, "空调", category="空调", features=("静音", "适合老人")))[0] == "P002"
    assert ids(find(view, "空调", category="空调", size="1.5匹"))[0] == "P002"
    assert find(view, "空调", category="空调", color="白色")[0].reason == "白色"


def test_another_kind_of_the_same_class_comes_later(tmp_path: Path) -> None:
    goods = (
        Product("1", "凉川恒温酒柜", "冰箱", "凉川", "", 9),
        Product("2", "凉川双门冰箱", "冰箱", "凉川", "", 9),
    )
    view = shop_view(tmp_path, Goods(goods))
    assert ids(find(view, "冰箱", category="冰箱")) == ["2", "1"]
    assert ids(find(view, "酒柜", category="酒柜")) == ["1"]


def test_the_household_needs_room(tmp_path: Path) -> None:
    goods = tuple(
        Product(size, f"米{size}电饭煲", "电饭煲", "米", "", 9, specs=(("容量", size),))
        for size in ("1.6L", "3L", "6L")
    )
    view = shop_view(tmp_path, Goods(goods))
    for people, size in ((1, "1.6L"), (3, "3L"), (5, "6L")):
        best = find(view, "电饭煲", category="电饭煲", people=people)[0]
        assert (best.product.id, best.reason) == (size, f"容量{size}")


def test_words_of_the_name_count_where_few_goods_have_them(tmp_path: Path) -> None:
    names = "咕圆小方儿童手表", "遥川行者手表", "星竹雅致手表"
    goods = tuple(Product(name, name, "智能手表", name[:2], "", 9) for name in names[::-1])
    view = shop_view(tmp_path, Goods(goods))
    assert ids(find(view, "儿童手表", category="智能手表"))[0] == "咕圆小方儿童手表"


def test_something_cheap(view: View) -> None:
    assert ids(find(view, "便宜点的空调", category="空调"))[0] == "P004"


def test_goods_out_of_stock_come_later(view: View) -> None:
    hits = find(view, "空调", category="空调", features=("适合老人",))
    assert ids(hits).index("P005") > ids(hits).index("P003")
    assert hits[-1].reason.startswith("暂时缺货") or "P005" not in ids(hits)[:2]


@pytest.mark.parametrize("text", ["静享1匹变频空调", "kf135x多少钱", "凉川净想一匹变频空调"])
def test_goods_named_come_first_whatever_else_was_said(view: View, text: str) -> None:
    assert ids(find(view, text, category="冰箱", budget_max=100.0, rejected=("P001",)))[0] == "P001"


def test_goods_that_the_words_point_at_are_found_behind_many_others(
    view: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrieval, "_SELECTED", 1)
    monkeypatch.setattr(retrieval, "_NEAREST", 1)
    assert ids(find(view, "阔境那款", category="空调"))[0] == "P003"
    assert "P011" not in ids(find(view, "云鲜那款", category="空调"))


def test_words_alone_find_goods(view: View) -> None:
    assert ids(find(view, "对开门冰箱"))[0] == "P011"


def test_an_empty_shop_finds_nothing(tmp_path: Path) -> None:
    empty = build_view(Goods(), PairEncoder(), tmp_path)
    assert find(empty, "空调") == find(empty, "空调", category="空调") == ()
    assert empty.counts() == {"products": 0, "promotions": 0, "faqs": 0, "scripts": 0, "version": 0}


def test_a_new_import_is_a_new_view(tmp_path: Path) -> None:
    before = shop_view(tmp_path)
    dearer = tuple(
        p if p.id != "P011" else p.__class__("P011", p.name, p.category, p.brand, p.model, 3999)
        for p in GOODS.products
    )
    after = shop_view(tmp_path, Goods(dearer))
    assert find(before, "冰箱", category="冰箱")[0].product.price == 3599
    assert find(after, "冰箱", category="冰箱")[0].product.price == 3999


def test_the_situation_counts_what_fits(view: View) -> None:
    state = DialogueState(category="空调")
    situation = view.situation(
        find(view, "空调", category="空调"), state, understood(view, "空调", Intent.RECOMMEND), TODAY
    )
    assert (situation.matches, situation.hits) == (5, 3)
    nothing = view.situation((), DialogueState(), understood(view, "你好", Intent.GREETING), TODAY)
    assert (nothing.matches, nothing.hits, nothing.facts) == (0, 0, 0)


words = st.sampled_from(
    ["空调", "电脑", "冰箱", "凉川", "省电", "白色", "x", "", "1.5匹", "'; DROP TABLE item", "\x00"]
)
money = st.none() | st.floats(0, 1e9, allow_nan=False)


@given(
    text=st.text(max_size=20) | words,
    category=st.none() | words,
    brand=st.none() | words,
    size=st.none() | words,
    color=st.none() | words,
    who=st.none() | words,
    budget_min=money,
    budget_max=money,
    area_m2=money,
    features=st.lists(words, max_size=3).map(tuple),
    excluded=st.lists(words, max_size=3).map(tuple),
    rejected=st.lists(st.sampled_from(["P001", "P404"]), max_size=2).map(tuple),
)
@settings(deadline=None)
def test_any_state_finds_fitting_goods(view: View, text: str, **state: object) -> None:
    hits = find(view, text, TODAY, **state)
    assert len(hits) <= 5
    assert len(set(ids(hits))) == len(hits)
    for hit in hits:
        folded = DialogueState(**state)  # type: ignore[arg-type]
        assert hit.reason == reason_for(view.items[view.rows[hit.product.id]], folded, TODAY)


def test_the_view_is_only_read(view: View) -> None:
    with pytest.raises(sqlite3.OperationalError):
        view.shelf.database.execute("DELETE FROM item")


def test_words_of_one_kind_of_goods_point_at_it(tmp_path: Path) -> None:
    goods = (
        Product("P1", "萤书阅读灯", "台灯", "萤书", "", 299, description="看报纸、看药盒上的小字都清楚"),
        Product("P2", "映岚电视", "电视", "映岚", "", 999, description="看球赛清楚"),
        Product("P3", "灶小满定时双灶", "燃气灶", "灶小满", "", 899, description="怕老人忘关火的装这个"),
    )
    view = shop_view(tmp_path, Goods(goods))

    def hinted(text: str) -> str | None:
        item = view.hinted(text)
        return item.product.id if item else None

    assert hinted("她眼花，看报纸看药盒都费劲") == "P1"
    assert hinted("老忘关火") == "P3"
    assert hinted("看着清楚的") is None
    assert hinted("今天下雨") is None
    assert hinted("") is None
