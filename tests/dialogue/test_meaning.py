"""What plain words, the goods and the talk so far make of what the encoder understood."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runtime.dialogue.meaning import reconsider
from runtime.types import DialogueState, Intent, Slot, SlotName
from tests.dialogue.talk import NAMES, understood

FOCUS = DialogueState(turn=2, goal=Intent.PRICE, category="空调", focus="P001")
UNDER = {"烤箱": None, "洗地机": "洗衣机"}


def meant(text: str, intent: str, p: float, state: DialogueState = FOCUS) -> Intent:
    return reconsider(state, understood(text, Intent(intent), p=p), NAMES, UNDER.get, hints=False).intent


@pytest.mark.parametrize(
    ("text", "intent", "p", "expected"),
    [
        ("松岭恒意几个钱", "安装", 0.4, "询价"),
        ("安装多少钱", "安装", 0.4, "安装"),
        ("凉川静享1.5匹那个呢", "比较", 0.4, "询价"),
        ("不是冰箱，是洗衣机，说错了", "报修", 0.6, "推荐"),
        ("静享多少分贝", "砍价", 0.9, "砍价"),
    ],
)
def test_plain_words_win_over_a_doubtful_intent(text: str, intent: str, p: float, expected: str) -> None:
    assert meant(text, intent, p) is Intent(expected)


@pytest.mark.parametrize(
    ("p", "category", "expected"), [(0.4, None, "推荐"), (0.7, None, "其他"), (0.4, "空调", "其他")]
)
def test_doubtful_words_that_point_at_a_kind_are_a_wish_for_it(
    p: float, category: str | None, expected: str
) -> None:
    said = understood("看报纸看药盒都费劲", Intent.OTHER, p=p)
    state = DialogueState(category=category)
    assert reconsider(state, said, NAMES, UNDER.get, hints=True).intent is Intent(expected)


@pytest.mark.parametrize(("text", "intent"), [("几个人坐", "人工"), ("台面的几秒出热水", "报修")])
def test_persons_and_faults_need_their_words(text: str, intent: str) -> None:
    assert meant(text, intent, 0.6) is not Intent(intent)
    assert meant("叫你们经理来", "人工", 0.6) is Intent.HUMAN
    assert meant("空调漏水了", "报修", 0.6) is Intent.COMPLAINT


def slots(text: str, *tags: Slot, state: DialogueState = FOCUS) -> list[tuple[SlotName, object]]:
    said = understood(text, Intent.FUNCTION)
    whole = reconsider(state, replace(said, slots=tags), NAMES, UNDER.get, hints=False)
    return [(slot.name, slot.value) for slot in whole.slots]


def tag(name: SlotName, text: str) -> Slot:
    return Slot(name, text, 0, len(text), text, confidence=0.8)


def test_a_word_that_is_no_kind_of_goods_is_none() -> None:
    assert slots("技布的多宽", tag(SlotName.CATEGORY, "技")) == []
    assert slots("境十字的多少", tag(SlotName.BRAND, "境")) == []


def test_a_kind_is_called_what_the_shop_calls_it() -> None:
    new = DialogueState()
    assert (SlotName.CATEGORY, "洗衣机") in slots("洗地机有吗", tag(SlotName.CATEGORY, "洗地机"), state=new)
