"""Goods found by any words of their sheets."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from runtime.knowledge.asks import parts_of
from runtime.knowledge.items import make_item
from runtime.knowledge.words import WordIndex, likest
from runtime.types import Product

NAMES = ("画框电视", "高刷电视", "儿童电视", "长辈电视")
TOLD = ("不看的时候像挂着一幅画", "接游戏机不拖影", "坐得太近会提醒", "字幕可放大")
INDEX = WordIndex.of(
    [
        make_item(Product(str(row), name, "电视", "映岚", "", 1.0, description=told), ())
        for row, (name, told) in enumerate(zip(NAMES, TOLD, strict=True))
    ]
)


def best(text: str) -> list[int]:
    return likest(INDEX.find(parts_of(text, ())), 1)


def test_the_words_of_a_description_find_it() -> None:
    assert best("挂墙上像画一样") == [0]
    assert best("接游戏机用") == [1]
    assert best("xyz") == []


def test_shares_are_of_what_was_said() -> None:
    shares = INDEX.find(parts_of("坐太近会提醒的", ()))
    assert 0 < shares[2] == shares.max() <= 1
    assert not INDEX.find(parts_of("xyz", ())).any()
    assert not INDEX.find(set()).any()
    assert WordIndex.of(()).find({"画"}).tolist() == []


@given(st.lists(st.integers(0, 3), max_size=12), st.integers(1, 15))
def test_the_likest_are_the_largest_in_their_order(shares: list[int], most: int) -> None:
    rows = [row for row, share in enumerate(shares) if share]
    assert likest(np.array(shares, float), most) == sorted(rows, key=lambda row: -shares[row])[:most]
