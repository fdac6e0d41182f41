"""Goods are found by what they are called, however it is spelt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.knowledge.names import NameIndex, sound_of
from runtime.types import Product
from tests.knowledge.shop import GOODS

NAMES = NameIndex.of(GOODS.products)


EXACT, HOMOPHONE = 1.0, 0.95


def found(text: str) -> dict[str, float]:
    return {GOODS.products[row].id: mention.strength for row, mention in NAMES.find(text).items()}


def certain(text: str) -> set[str]:
    return {GOODS.products[row].id for row, mention in NAMES.find(text).items() if mention.whole}


@pytest.mark.parametrize(
    ("text", "id", "strength"),
    [
        ("凉川静享1.5匹变频空调多少钱", "P002", EXACT),
        ("静享1.5匹变频空调", "P002", EXACT),
        ("那个 KF-235X 呢", "P002", EXACT),
        ("kf235x", "P002", EXACT),
        ("良川净想1.5匹变频空调", "P002", HOMOPHONE),
        ("凉川静享一点五匹变频空调", "P002", HOMOPHONE),
        ("凉川静享一匹变频空调", "P001", HOMOPHONE),
        ("凉川静享一匹半变频空调", "P002", EXACT),
        ("星竹墨书十四寸笔记本电脑", "P013", HOMOPHONE),
    ],
)
def test_a_whole_name(text: str, id: str, strength: float) -> None:
    assert found(text)[id] == strength
    assert certain(text) == {id}


def test_the_beginning_of_a_name_is_a_hint() -> None:
    assert certain("凉川静享有货吗") == set()
    assert set(found("凉川静享有货吗")) == {"P001", "P002"}
    assert set(found("阔境那款")) == {"P003"}


@pytest.mark.parametrize(
    "text", ["", "平板", "有平板电脑吗", "空调", "你好", "便宜点", "凉", "1.5匹的", "a", "，。！"]
)
def test_words_that_name_nothing(text: str) -> None:
    assert certain(text) == set()


def test_common_words_are_no_names() -> None:
    names = "眠河折叠云朵床垫", "眠河山丘床垫", "眠河无线吸尘器"
    index = NameIndex.of([Product(name, name, "", "眠河", "", 9) for name in names])
    assert index.find("有折叠的吗") == index.find("要一个无线吸尘器") == {}
    assert set(index.find("折叠云朵")) == {0}
    assert set(index.find("山丘那款")) == {1}


def test_words_that_ask_are_part_of_no_name() -> None:
    youth = Product("P", "眠河少年护脊床垫", "床垫", "眠河", "", 999.0)
    assert NameIndex.of([youth]).find("保多少年") == {}
    assert NameIndex.of([youth]).find("少年那款呢")


def test_a_brand_alone_does_not_choose() -> None:
    assert certain("松岭的") == set()


def test_sounds() -> None:
    assert sound_of("凉川1.5匹 LC-A3") == ("liang", "chuan", "yi", "dian", "wu", "pi", "l", "c", "a", "san")


@given(st.text())
def test_any_text_can_be_searched(text: str) -> None:
    assert all(0 < mention.strength <= 1 for mention in NAMES.find(text).values())


@given(st.lists(st.text(max_size=6), max_size=6))
def test_any_names_can_be_indexed(names: list[str]) -> None:
    goods = [Product(str(n), name, "", name[:2], name[1:], 1.0) for n, name in enumerate(names)]
    index = NameIndex.of(goods)
    for name in names:
        index.find(name)
