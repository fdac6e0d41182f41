"""What a sentence asks for by its own words."""

from __future__ import annotations

import pytest

from runtime.knowledge.asked import asked_for, asked_together, content, is_unanswered, leaves_open
from runtime.types import Fact, FactKind, Product
from runtime.understanding.numbers import normalise_text
from runtime.understanding.slots import CatalogueNames, find_slots

NAMES = CatalogueNames.of([Product("P1", "凉川静享1.5匹变频空调", "空调", "凉川", "LC-1", 2999.0)])
FACTS = tuple(
    Fact(f"P1.{key}", kind, text, "P1")
    for key, kind, text in (
        ("features", FactKind.FEATURE, "特点:省电、静音、变频"),
        ("description", FactKind.FEATURE, "介绍:动动嘴就能开关机，一晚大约1度电"),
        ("spec.噪音", FactKind.SPEC, "噪音18dB"),
        ("spec.适用面积", FactKind.SPEC, "适用面积16-23㎡"),
        ("stock", FactKind.STOCK, "现货"),
        ("warranty", FactKind.WARRANTY, "保修:整机6年，压缩机10年"),
        ("delivery", FactKind.DELIVERY, "配送:市区次日送达，郊县3天内送达"),
        ("installation", FactKind.INSTALL, "安装:免费上门安装，铜管超过3米每米80元"),
        ("offer", FactKind.PROMOTION, "促销:以旧换新减200元"),
    )
)


def keys(text: str) -> list[str]:
    said = normalise_text(text)
    return [fact.id.partition(".")[2] for fact in asked_for(said, find_slots(said, (), NAMES), FACTS)]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("噪音多大", "spec.噪音"),
        ("吵不吵", "spec.噪音"),
        ("管多大面积", "spec.适用面积"),
        ("省电吗", "features"),
        ("铜管不够长咋办", "installation"),
        ("压缩机保几年", "warranty"),
        ("郊区送不送", "delivery"),
        ("送什么东西吗", "offer"),
        ("旧的折多少", "offer"),
        ("有货吗", "stock"),
        ("动动嘴就行吗", "description"),
    ],
)
def test_the_fact_that_was_asked_for_comes_first(text: str, key: str) -> None:
    assert keys(text)[0] == key


@pytest.mark.parametrize("text", ["凉川静享1.5匹变频空调多少钱", "这款怎么样", "你好", "", "，。？"])
def test_other_words_ask_for_no_fact(text: str) -> None:
    assert keys(text) == []


def test_names_and_function_words_are_no_content() -> None:
    said = "凉川静享1.5匹变频空调的外机有没有保护罩"
    assert content(said, find_slots(said, (), NAMES)) == ["外机", "保护罩"]


@pytest.mark.parametrize(
    ("text", "unanswered"),
    [
        ("外机多重", True),
        ("压缩机是什么牌子的", True),
        ("是不是别人代工的", True),
        ("你们比京东贵多少", True),
        ("辐射值多少", True),
        ("能防弹吗", True),
        ("它带指南针吗", True),
        ("能静音吗", False),
        ("噪音多大", False),
        ("一晚几度电", False),
        ("最低多少钱", False),
        ("多大", False),
        ("1.5匹的多少", False),
        ("给我推荐一个", False),
    ],
)
def test_what_no_fact_tells(text: str, unanswered: bool) -> None:
    said = normalise_text(text)
    assert is_unanswered(said, find_slots(said, (), NAMES), FACTS) is unanswered


def test_all_words_of_a_question_are_answered() -> None:
    said = normalise_text("噪音多大，压缩机保几年")
    told = asked_together(said, find_slots(said, (), NAMES), FACTS)
    assert {fact.id.partition(".")[2] for fact in told} >= {"spec.噪音", "warranty"}


@pytest.mark.parametrize(
    ("text", "left"), [("外机有噪音吗", True), ("有噪音吗", False), ("保修几年", False), ("多少钱", False)]
)
def test_what_no_word_of_the_facts_answers_is_left_open(text: str, left: bool) -> None:
    said = normalise_text(text)
    assert leaves_open(said, find_slots(said, (), NAMES), FACTS) is left


@pytest.mark.parametrize("text", ["滤芯多少钱", "能接小爱同学吗", "明年会不会涨价", "充一次几度电"])
def test_only_its_own_fact_answers(text: str) -> None:
    said = normalise_text(text)
    facts = [fact for fact in FACTS if "description" not in fact.id]
    assert is_unanswered(said, find_slots(said, (), NAMES), facts)
