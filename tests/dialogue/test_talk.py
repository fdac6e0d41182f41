"""Whole conversations in miniature: what each sentence does to the memory."""

from __future__ import annotations

from runtime.types import Intent, Tactic
from tests.dialogue.talk import Talk


def test_the_first_seed_dialogue() -> None:
    talk = Talk()
    state = talk.say("我家100平，预算5k，要省电的空调，老人用的", Intent.RECOMMEND)
    assert (state.category, state.area_m2, state.budget_min, state.budget_max) == ("空调", 100.0, None, 5000.0)
    assert (state.features, state.who) == (("省电",), "老人")
    assert talk.reply is not None
    assert "凉川静享1.5匹变频空调" in talk.reply.text
    assert "现价2999元" in talk.reply.text


def test_the_second_seed_dialogue() -> None:
    talk = Talk()
    first = talk.say("空调多少钱", Intent.PRICE)
    second = talk.say("能不能送安装", Intent.INSTALL)
    assert first.focus == second.focus == "P001"
    assert talk.choice is not None
    assert talk.choice.tactic is Tactic.INFORM
    assert talk.reply is not None
    assert "免费上门安装，铜管超过3米每米80元" in talk.reply.text
