"""What the generator learns from is true to the facts, varied, and said as a good assistant says it."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby

import pytest

from export.data.clerk import tidy
from export.data.replies import FORBIDDEN, TURNS_PER_SCENE, Sample, samples
from export.data.scenes import PARTS
from export.figures import fact_lines, misquoted, stated, tactic_of
from runtime.generation.copying import Copying
from runtime.generation.guard import Guard
from runtime.generation.opening import says_again
from runtime.generation.prompt import USER, needs
from runtime.generation.prompt import fact_lines as lines_of
from runtime.types import Product, Tactic


@pytest.fixture(scope="module")
def turns() -> list[Sample]:
    return list(samples(11, 2000))


@pytest.fixture(scope="module")
def opened(turns: list[Sample]) -> list[Sample]:
    return [turn for turn in turns if turn.opening]


def test_a_seed_always_gives_the_same_turns(turns: list[Sample]) -> None:
    assert list(samples(11, 50)) == turns[:50]


def test_every_figure_is_copied_from_the_facts_of_its_product(turns: list[Sample]) -> None:
    assert [turn for turn in turns if misquoted(turn.prompt, turn.reply)] == []


def test_copying_lets_what_is_learned_be_written(turns: list[Sample]) -> None:
    for turn in turns[::20]:
        copying = Copying(lines_of(turn.state, turn.evidence), needs(turn.state))
        for char in turn.reply:
            assert copying.allows(char), turn.reply
            copying.say(char)


def test_nothing_is_promised_or_boasted(turns: list[Sample]) -> None:
    assert not [turn.reply for turn in turns if any(word in turn.reply for word in FORBIDDEN)]


def test_all_tactics_are_learned(turns: list[Sample]) -> None:
    assert {turn.tactic for turn in turns} == set(Tactic)
    assert all(tactic_of(turn.prompt) == turn.tactic for turn in turns)


def test_replies_vary(turns: list[Sample]) -> None:
    replies = {turn.reply for turn in turns}
    assert len(replies) > 0.7 * len(turns)
    assert len({reply[:4] for reply in replies}) > 200


def test_most_turns_are_opened_by_the_template(turns: list[Sample], opened: list[Sample]) -> None:
    assert len(opened) > 0.7 * len(turns)
    assert all(turn.given + turn.added == turn.prompt + turn.reply for turn in opened)


def test_after_an_opening_often_nothing_follows_and_never_the_same(opened: list[Sample]) -> None:
    added = Counter(turn.added for turn in opened)
    assert 0.2 < added.pop("") / len(opened) < 0.5
    assert len(added) > 500
    assert max(added.values()) < 0.02 * len(opened)


def test_what_is_added_is_short_and_new(opened: list[Sample]) -> None:
    for turn in opened:
        assert len(turn.added) <= 45, turn.reply
        assert not says_again(turn.opening, turn.added), turn.reply


def test_nothing_is_said_twice_running(opened: list[Sample]) -> None:
    """商量商量 would be taken for going round in circles by the engine, which then says something else."""
    assert [turn.added for turn in opened if re.search(r"(\D{2,8})\1", turn.added)] == []


def test_what_is_added_passes_the_guard(opened: list[Sample]) -> None:
    for turn in opened[::5]:
        guard = Guard(turn.evidence, turn.state.focus)
        guard.feed(turn.reply)
        guard.finish()
        assert not guard.verdict.blocked or len(guard.verdict.released) < len(turn.opening), turn.reply


def test_nothing_follows_what_is_not_known(opened: list[Sample]) -> None:
    for turn in opened:
        assert not (turn.opening.endswith(("问店员。", "给您确认。")) and turn.added), turn.reply


def test_nothing_is_sold_to_the_angry(opened: list[Sample]) -> None:
    angry = [turn for turn in opened if turn.opening.startswith(("实在抱歉", "对不起"))]
    praise = [clause for clauses in PARTS["tie"]["feature"].values() for clause in clauses]
    assert angry
    assert not [turn.reply for turn in angry if any(clause in turn.added for clause in praise)]


def test_replies_are_well_formed(turns: list[Sample]) -> None:
    for turn in turns:
        assert turn.reply.endswith(("。", "？", "！")), turn.reply
        assert not turn.reply.startswith(("，", "。"))
        assert not any(mark in turn.reply for mark in ("，，", "。。", "，。", "{", "}", "<|"))
        assert len(turn.reply) < 260


def test_turns_of_a_scene_share_what_stands_before_the_question(turns: list[Sample]) -> None:
    sizes = [len(list(group)) for _, group in groupby(turns, key=lambda turn: turn.prompt.rsplit(USER, 1)[0])]
    assert all(size % TURNS_PER_SCENE == 0 for size in sizes)


def test_stated_facts_are_named(turns: list[Sample]) -> None:
    with_figures = [turn for turn in turns if any(mark.isdigit() for mark in turn.reply)]
    assert sum(bool(turn.facts) for turn in with_figures) > 0.95 * len(with_figures)


def test_goods_on_a_shelf_are_spoken_of() -> None:
    shelf = [Product("P1", "澜舟静享空调", "空调", "澜舟", "L1", 2999.0, 3, (("噪音", "18dB"),), ("静音",))]
    lines = [line for turn in samples(5, 200, shelf) for line in fact_lines(turn.prompt)]
    assert {line.split("|")[0] for line in lines if "|" in line} == {"澜舟静享空调"}


def test_tidy() -> None:
    assert tidy("，好的，。您看合适吗？。") == "好的，您看合适吗？"
    assert tidy("现价2999元") == "现价2999元。"


PROMPT = (
    "<|user|>9元<|bot|>8元<|end|><|fact|>澜舟一号|现价2999元|噪音18dB<|fact|>澜舟二号|现价3999元"
    "<|fact|>店规:7天可退<|need|>预算5000元以内<|user|>66元卖吗<|do|>守价<|bot|>"
)


@pytest.mark.parametrize(
    ("reply", "wrong"),
    [
        ("澜舟一号现价2999元，7天可退。", ()),
        ("现价2999元。", ()),
        ("澜舟二号现价2999元。", ("2999",)),
        ("澜舟一号现价3999元。", ("3999",)),
        ("澜舟一号2999元，澜舟二号3999元。", ()),
        ("澜舟一号和澜舟二号，前者2999元，后者3999元。", ()),
        ("澜舟一号和澜舟二号，前者3999元，后者2999元。", ("3999", "2999")),
        ("预算5000元的话，66元不行。", ("5000", "66")),
        ("8元。", ("8",)),
    ],
)
def test_misquoted(reply: str, wrong: tuple[str, ...]) -> None:
    assert misquoted(PROMPT, reply) == wrong


def test_figures_in_names_are_not_stated() -> None:
    assert stated(
        "<|fact|>澜舟1.5匹空调|现价2999元<|user|>价<|do|>介绍<|bot|>", "澜舟1.5匹空调现价299元。"
    ) == (("299", False),)
