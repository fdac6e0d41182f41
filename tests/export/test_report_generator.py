"""What the generator's report counts, on replies written by hand."""

from __future__ import annotations

import math
from dataclasses import replace

from export.data.replies import samples
from export.report_generator import Said, keeps_tactic, names_right, score, unbacked
from runtime.types import Tactic

PROMPT = (
    "<|fact|>澜舟一号变频空调|现价2999元|促销:买就送抱枕<|fact|>澜舟二号变频空调|现价3999元"
    "<|user|>多少钱<|do|>{tactic}<|bot|>"
)
RIGHT, WRONG = "澜舟一号变频空调现价2999元，省电。", "澜舟一号变频空调现价3999元，省电。"


def said(reply: str, opening: str = "") -> Said:
    turn = replace(next(samples(1, 1)), prompt=PROMPT.format(tactic=Tactic.INFORM))
    return Said(turn, opening, reply, None)


def test_figures_are_counted_by_reply_and_by_figure() -> None:
    scored = score([(said(reply), 0.01) for reply in (RIGHT, WRONG, "您好。", "您好。")])
    assert (scored.replies, scored.stating, scored.figures) == (4, 2, 2)
    assert (scored.figures_right, scored.figures_right_stating, scored.figures_right_all) == (0.5, 0.5, 0.75)
    assert scored.ms_a_reply == 10


def test_only_what_the_model_adds_is_judged() -> None:
    scored = score([(said(WRONG, opening=WRONG.removesuffix("，省电。")), 0.0)])
    assert scored.stating == 0
    assert math.isnan(scored.figures_right_stating)
    assert score([(said("省" * 20), 0.0)]).repetition == 1


def test_what_is_learned_is_praised_for_a_reason() -> None:
    assert [turn.reply for turn in samples(3, 400) if unbacked(Said(turn, "", turn.reply, None))] == []


def test_names_are_said_in_full() -> None:
    prompt = PROMPT.format(tactic=Tactic.INFORM)
    assert names_right(prompt, "澜舟二号变频空调和这款变频空调。")
    assert not names_right(prompt, "澜舟三号变频空调。")


def test_a_tactic_is_kept_where_its_words_are_there() -> None:
    assert keeps_tactic(PROMPT.format(tactic=Tactic.OFFER), "现在买就送抱枕。")
    assert not keeps_tactic(PROMPT.format(tactic=Tactic.OFFER), "现价2999元。")
    assert not keeps_tactic(PROMPT.format(tactic=Tactic.COMPARE), RIGHT)


def test_praise_needs_a_fact_behind_it() -> None:
    turn = next(turn for turn in samples(2, 500) if "特点:" in turn.prompt and "新风" not in turn.prompt)
    assert unbacked(Said(turn, "", "关着窗也能换气。", None)) == ["关着窗也能换气"]
    assert unbacked(Said(turn, "关着窗也能换气", "关着窗也能换气。", None)) == []
