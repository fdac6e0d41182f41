"""Figures can only be copied: whatever a model would like to write, it states figures of the facts."""

from __future__ import annotations

import re
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.generation.copying import Copying, FigureTokens

LINES = [
    "凉川静享1.5匹变频空调|现价2999元|噪音18dB|保修:整机6年，压缩机10年|促销:满3000元减150元",
    "凉川阔境2匹变频柜机|现价3999元|噪音36dB",
    "店规:7天可退",
]
NEEDS = ["预算5000元以内", "96㎡"]
FIGURE = re.compile(r"[0-9]+(?:\.[0-9]+)?")
PIECES = (
    *"0123456789.",
    "元",
    "，",
    "现价",
    "29",
    "99元",
    "3.",
    "减1",
    "空调",
    "凉川静享",
    "凉川阔境2匹变频柜机",
)

figures = st.one_of(
    st.integers(0, 99999).map(str), st.decimals(0, 999, places=2).map(lambda number: f"{number:.2f}")
)
facts = st.tuples(
    st.sampled_from(("现价", "噪音", "减", "")), figures, st.sampled_from(("元", "dB", "年", ""))
).map("".join)
lines = st.lists(
    st.builds("|".join, st.tuples(st.sampled_from(("甲", "乙2号", "丙")), facts, facts)), max_size=3
)


def begins(said: str, needs: list[str] | None = None) -> set[str]:
    """The digits that a figure may begin with after ``said``."""
    copying = Copying(LINES, needs or [], said)
    return {digit for digit in "0123456789" if copying.allows(digit)}


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("", "21673"),  # 2999, 18 or 10, 6, 7 and 3000: of the first product and of the shop
        ("现价", "2"),
        ("噪音", "1"),
        ("整机6年，压缩机", "1"),
        ("凉川阔境", "2"),
        ("凉川阔境2匹变频柜机现价", "3"),
        ("凉川阔境2匹变频柜机不错，", "37"),
        ("凉川静享1.5匹变频空调和凉川阔境2匹变频柜机，前者现价", "2"),
        ("凉川静享1.5匹变频空调和凉川阔境2匹变频柜机，后者噪音", "3"),
    ],
)
def test_figures_begin_as_the_product_spoken_about_has_them(said: str, digits: str) -> None:
    assert begins(said) == set(digits)


def test_what_the_customer_needs_is_said_back_in_the_same_words_only() -> None:
    assert begins("按您的预算", NEEDS) == {"5"}
    assert "9" not in begins("大概", NEEDS)


def test_a_figure_goes_on_and_ends_as_in_the_facts() -> None:
    copying = Copying(LINES, opening="现价29")
    assert copying.unfinished
    assert [piece for piece in ("9", "8", "99", "99元", "元", "9元", ".") if copying.allows(piece)] == [
        "9", "99", "99元",
    ]  # fmt: skip
    whole = Copying(LINES, opening="现价2999")
    assert not whole.unfinished
    assert [piece for piece in ("元", "9", ".9") if whole.allows(piece)] == ["元"]


def test_a_decimal_is_one_figure() -> None:
    copying = Copying(["甲|匹数1.5匹"], opening="匹数1")
    assert copying.unfinished
    assert copying.allows(".5")
    assert not copying.allows("匹")


def test_without_facts_no_figure_is_written() -> None:
    assert not any(Copying([]).allows(digit) for digit in "0123456789９")
    assert Copying([]).allows("三年")
    assert Copying([]).allows("m³")


@given(lines, st.integers(0, 2**32))
def test_every_figure_that_can_be_written_stands_in_the_facts(shown: list[str], seed: int) -> None:
    random, copying, said = Random(seed), Copying(shown), ""
    for _ in range(60):
        fitting = [piece for piece in PIECES if copying.allows(piece)]
        if copying.unfinished:
            fitting = [piece for piece in fitting if piece[0] in ".0123456789"]
            assert fitting
        piece = random.choice(fitting)
        copying.say(piece)
        said += piece
    whole = FIGURE.findall(said)[: -1 if copying.unfinished else None]
    assert set(whole) <= {figure for line in shown for figure in FIGURE.findall(line)}


@given(lines)
def test_a_fact_may_always_be_quoted(shown: list[str]) -> None:
    for line in shown:
        for fact in line.split("|")[1:]:
            copying = Copying([line])
            for char in fact:
                assert copying.allows(char)
                copying.say(char)
            assert not copying.unfinished


@given(st.sampled_from(("", "现价", "现价2", "现价29", "现价2999", "满3000元减1")))
def test_forbidding_is_allowing_token_by_token(said: str) -> None:
    copying, tokens = Copying(LINES, opening=said), FigureTokens.of(piece.encode() for piece in PIECES)
    logits = np.arange(len(PIECES), dtype=np.float32)
    copying.forbid(logits, tokens)
    for number, piece in enumerate(PIECES):
        figure_like = "." in piece or any(map(str.isdecimal, piece))
        left = copying.allows(piece) if figure_like else not copying.unfinished
        assert logits[number] == (number if left else -np.inf)


def test_a_vocabulary_that_cannot_go_on_is_left_alone() -> None:
    copying, logits = Copying(LINES, opening="现价29"), np.zeros(2, dtype=np.float32)
    copying.forbid(logits, FigureTokens.of([b"a", b"b"]))
    assert logits.tolist() == [0, 0]
