"""Nearness of sentences, and that no training line written by hand is near to the dev set."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.data.near import Sentences, plain, within
from export.near_duplicates import DEV, HAND, dev_texts, drop, near_lines

SENTENCES = Sentences(
    ["这台空调晚上开着吵不吵呀？", "白色还有货吗", "多少钱", "什么时候送", "能不能再少一点点钱给我"]
)


@pytest.mark.parametrize(
    "text",
    [
        "这台空调晚上开着吵不吵",
        "请问这台[category:空调]晚上开着吵不吵 @豫",
        "这台空调夜上开着吵不吵",
        "黑色还有货吗",
        "白色还有货",
        "能不能少一点点钱给我",
    ],
)
def test_what_says_almost_the_same_is_near(text: str) -> None:
    assert text in SENTENCES


@pytest.mark.parametrize(
    "text", ["多少钱", "什么时候送", "白的还有现货没", "这台冰箱晚上开着费不费电", "", "{category}"]
)
def test_stock_phrases_and_other_sentences_are_not_near(text: str) -> None:
    assert text not in SENTENCES


def test_sentences_are_compared_without_what_does_not_matter() -> None:
    assert plain("请问，[size:65寸]的  [category:电视]多少钱呀？ @喜") == "65寸的电视多少钱"


@given(st.text("冰箱空调热水器", min_size=7, max_size=30), st.data())
def test_one_character_more_stays_near(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    assert f"{text[:at]}灶{text[at:]}" in Sentences([text])


@given(st.text("甲乙", max_size=6), st.text("甲乙", max_size=6))
def test_edits_count_alike_in_both_directions(one: str, other: str) -> None:
    assert within(one, other, 1) == within(other, one, 1)
    assert within(one, other, 0) == (one == other)


def test_near_lines_are_found_and_dropped(tmp_path: Path) -> None:
    path = tmp_path / "stock.txt"
    path.write_text("# 白色还有货吗\n[color:黑色]还有货吗\n全新的一句话在这里\n", encoding="utf-8")
    assert near_lines(path, SENTENCES) == [2]
    drop(path, near_lines(path, SENTENCES))
    assert path.read_text(encoding="utf-8") == "# 白色还有货吗\n全新的一句话在这里\n"


def test_no_training_line_is_near_to_the_dev_set() -> None:
    """Mended by ``python -m export near-duplicates --drop``."""
    sentences = Sentences(dev_texts(DEV))
    near = {path.name: near_lines(path, sentences) for path in sorted(HAND.glob("*.txt"))}
    assert {name: numbers for name, numbers in near.items() if numbers} == {}
