"""Goods found by any words of their sheets."""

from __future__ import annotations

from runtime.knowledge.asked import parts_of
from runtime.knowledge.items import make_item
from runtime.knowledge.words import WordIndex
from runtime.types import Product

NAMES = ("画框电视", "高刷电视", "儿童电视", "长辈电视")
TOLD = ("不看的时候像挂着一幅画", "接游戏机不拖影", "坐得太近会提醒", "字幕可放大")
INDEX = WordIndex.of(
    [
        make_item(Product(str(row), name, "电视", "映岚", "", 1.0, description=told), ())
        for row, (name, told) in enumerate(zip(NAMES, TOLD, strict=True))
    ]
)


def best(text: str) -> int | None:
    found = INDEX.find(parts_of(text, ()))
    return max(found, key=found.__getitem__, default=None)


def test_the_words_of_a_description_find_it() -> None:
    assert best("挂墙上像画一样") == 0
    assert best("接游戏机用") == 1


def test_shares_are_of_what_was_said() -> None:
    assert all(0 < share <= 1 for share in INDEX.find(parts_of("坐太近会提醒的", ())).values())
    assert INDEX.find(parts_of("xyz", ())) == {}
    assert WordIndex.of(()).find({"画"}) == {}
