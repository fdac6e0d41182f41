"""Words in other characters that sound alike: which are put right, and that nothing else is touched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.pairs import count_pairs
from runtime.types import Product
from runtime.understanding.goods_names import CatalogueNames
from runtime.understanding.homophones import Homophones, Repair
from runtime.understanding.numbers import normalise_text

GOODS = (
    Product("P1", "凉川静享1.5匹变频空调", "空调", "凉川", "LC-A35J1", 2999, colors=("香槟金",)),
    Product("P2", "凉川静享1匹变频空调", "空调", "凉川", "LC-A26J1", 1999, features=("省电", "静音")),
    Product("P3", "遥川疾风游戏手机", "手机", "遥川", "YC-G3", 3499, specs=(("刷新率", "144Hz"),)),
    Product("P4", "松岭双胞胎冰箱", "冰箱", "松岭", "SL-2", 1299),
    Product("P5", "星竹青叶洗衣机", "洗衣机", "星竹", "XZ-1", 1599),
)
SHOP = Homophones.of(GOODS, CatalogueNames.of(GOODS))
WORDS = sorted(SHOP.known)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("并箱多少钱", "冰箱多少钱"),
        ("我想看一下那个空掉", "我想看一下那个空调"),
        ("空凋多少前", "空调多少钱"),
        ("凉穿静享一批半的", "凉川静享一匹半的"),
        ("良川静享怎么样", "凉川静享怎么样"),
        ("要省店的", "要省电的"),
        ("香宾金还有吗", "香槟金还有吗"),
        ("长者雨音那个多少钱", "长者语音那个多少钱"),
        ("古传导能下水吗", "骨传导能下水吗"),
        ("太贵了便以点", "太贵了便宜点"),
        ("全字动的洗依机", "全自动的洗衣机"),
        ("是变平的吗", "是变频的吗"),
        ("要不要连歪fi", "要不要连wifi"),
        ("旧空调底多少钱", "旧空调抵多少钱"),
        ("65村的电视", "65寸的电视"),
        ("刷新绿是144吗", "刷新率是144吗"),
        ("老人用的摇船疾风手机", "老人用的遥川疾风手机"),
    ],
)
def test_words_of_the_shop_get_their_own_characters(written: str, meant: str) -> None:
    assert SHOP.repair(written).text == meant


@pytest.mark.parametrize(
    "text",
    [
        "到底多少钱",  # not what an old one is worth
        "这一批什么时候到",
        "放水的时候漏电吗",
        "我们村的电视没信号",
        "今天是星期天",
        "不静音也没关系",
        "影响不影响安装",
        "上次那个静像画一样",
        "生日快乐",
        "",
        "???",
        "kfr-35gw",
    ],
)
def test_what_is_right_stays(text: str) -> None:
    assert SHOP.repair(text).text == text


def test_repairs_tell_what_was_written_and_where_the_word_stands_now() -> None:
    repaired = SHOP.repair("并箱能连歪fi吗,要省店的")
    assert repaired.text == "冰箱能连wifi吗,要省电的"
    assert repaired.repairs == (
        Repair(0, 2, "并箱", "冰箱"),
        Repair(4, 8, "歪fi", "wifi"),
        Repair(11, 13, "省店", "省电"),
    )


def test_a_name_is_known_only_where_it_is_sold() -> None:
    assert Homophones.of((), CatalogueNames.of(())).repair("良川静享").text == "良川静享"


def test_negation_is_never_written_over() -> None:
    brands = (Product("P1", "布朗咖啡壶", "咖啡壶", "布朗", "B1", 99),)
    assert Homophones.of(brands, CatalogueNames.of(brands)).repair("不朗咖啡壶").text == "不朗咖啡壶"


SPOKEN = st.text(
    st.sampled_from("并箱空掉条雨音语省店电静享想凉川穿量多少钱前的我要不1一批半匹歪fi,") | st.characters(),
    max_size=40,
).map(normalise_text)


@given(SPOKEN)
def test_what_was_put_right_is_right(text: str) -> None:
    repaired = SHOP.repair(text)
    assert SHOP.repair(repaired.text).text == repaired.text


@given(SPOKEN)
def test_nothing_changes_outside_of_the_repairs(text: str) -> None:
    repaired = SHOP.repair(text)
    back, end = "", 0
    for repair in repaired.repairs:
        assert repaired.text[repair.start : repair.end] == repair.meant
        assert repair.start >= end
        back += repaired.text[end : repair.start] + repair.written
        end = repair.end
    assert back + repaired.text[end:] == text


@given(st.lists(st.sampled_from(WORDS), max_size=6).map("，".join))
def test_the_shops_own_words_are_never_touched(text: str) -> None:
    assert SHOP.repair(text).repairs == ()


def test_pairs_are_counted_within_and_at_the_ends_of_runs() -> None:
    assert count_pairs(["空调,空调", "调"]) == "_3 空2调\n空2 调2\n调3 _3\n"
