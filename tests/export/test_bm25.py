"""The baseline ranks as BM25 should."""

from __future__ import annotations

from export.bm25 import Bm25

SHELF = [
    "凉川静享1.5匹变频空调 省电",
    "棠岛省心10公斤波轮洗衣机",
    "凉川阔境3匹变频柜机空调",
]


def test_rare_shared_words_count_most() -> None:
    ranks = Bm25(SHELF)
    assert ranks.ranked("波轮洗衣机多少钱")[0] == 1
    assert ranks.ranked("静享空调")[:2] == [0, 2]


def test_nothing_shared_keeps_the_order() -> None:
    assert Bm25(SHELF).ranked("?") == [0, 1, 2]
