"""The judge of whole conversations: what it counts as right, and that its command runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import runtime.shop
from export.evaluate import Expected, Played, admits, faults, main, says, scores, shown, state_fits
from runtime.knowledge.index import Floats
from runtime.types import (
    Behaviour,
    DialogueState,
    Emotion,
    EmotionVector,
    Evidence,
    Hit,
    Intent,
    Product,
    Reply,
    Source,
    Turn,
    Understanding,
    Utterance,
)
from runtime.understanding.encoder import Encoded

CALM = EmotionVector(0.0, 0.0, 1.0, 0.0)
PRICE = tuple(float(intent is Intent.PRICE) for intent in Intent)
GOODS = """商品编号,名称,类目,品牌,型号,价格
P1,凉川静享空调,空调,凉川,LC-1,2099
P2,棠岛净味冰箱,冰箱,棠岛,TD-2,3299
"""


def played(expected: Expected, reply: str, state: DialogueState | None = None, *found: str) -> Played:
    hits = tuple(Hit(Product(id, id, "空调", "凉川", "", 1.0), 1.0, "") for id in found)
    said = Understanding(expected.text, PRICE, CALM, (), np.zeros(128, np.float32))
    turn = Turn(
        session="s",
        utterance=Utterance(expected.text),
        understanding=said,
        state=state or DialogueState(),
        evidence=Evidence(hits[:1]),
        reply=Reply(reply, Source.TEMPLATE),
    )
    return Played(expected, turn, hits, "介绍")


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        ("现价2,099元", "2099"),
        ("现价2099.00元", "2099元"),
        ("两千零九十九元", "2099"),
        ("适用面积30-50㎡", "30-50"),
        ("噪音18dB", "18db"),
        ("屏幕６．５寸", "6.5寸"),
        ("送 手写笔", "手写笔"),
    ],
)
def test_words_and_figures_are_found(reply: str, wanted: str) -> None:
    assert says(reply, wanted)


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        ("现价2231元", "1元"),
        ("现价12999元", "2999"),
        ("现价2999.5元", "2999"),
        ("保修13天", "3天"),
        ("有", "没有"),
    ],
)
def test_a_figure_inside_another_is_not_that_figure(reply: str, wanted: str) -> None:
    assert not says(reply, wanted)


@pytest.mark.parametrize(
    "reply",
    [
        "这个资料里没写，我帮您问下店员。",
        "外机重量我这边查不到。",
        "我不太清楚，请店员来说。",
        "店里不卖洗碗机",
    ],
)
def test_not_knowing_is_admitted(reply: str) -> None:
    assert admits(reply)


@pytest.mark.parametrize(
    "reply",
    ["现价2999元，有现货。", "外机重30公斤。", "价格我改不了，可以请店长来谈。", "我请店员来帮您开单。", ""],
)
def test_an_answer_admits_nothing(reply: str) -> None:
    assert not admits(reply)


def test_only_expected_keys_count_and_lists_may_hold_more() -> None:
    state = DialogueState(category="空调", budget_max=2000.0, features=("省电", "静音"))
    assert state_fits({}, state)
    assert state_fits({"category": "空调", "budget_max": 2000, "features": ["静音"]}, state)
    assert not state_fits({"features": ["变频"]}, state)
    assert not state_fits({"category": "空调", "who": "老人"}, state)


def test_every_fault_is_named() -> None:
    expected = Expected(
        text="多少钱",
        state={"category": "空调"},
        focus="P2",
        must=("2099",),
        must_not=("1999",),
        admit=True,
        products=("P3",),
    )
    wrong = faults(played(expected, "1999元", None, "P1"))
    assert [fault.split(":")[0] for fault in wrong] == [
        *("category", "focus", "found", "not said", "said", "not admitted")
    ]
    assert "wrong    category: None, not '空调'" in shown(played(expected, "1999元", None, "P1"))


def test_goods_of_the_evidence_rank_before_the_others_found() -> None:
    assert played(Expected("空调"), "", None, "P1", "P2", "P1").ranked == ["P1", "P2"]


def test_scores_are_shares_of_those_turns_that_they_are_about() -> None:
    right = played(Expected("一", focus="P1", must=("2099",)), "2099元", DialogueState(focus="P1"))
    wrong = played(Expected("二", {"category": "空调"}, admit=True), "好的")
    asked = played(Expected("三", products=("P2",)), "您看看", None, "P1", "P2")
    absent = played(Expected("四", products=("P9",), admit=True), "我不清楚")
    row = scores([[right], [right, wrong]], [asked, absent])
    assert row["focus"] == row["recall@5"] == 1.0
    assert row["recall@1"] == 0.0
    assert row["dialogue"] == row["admitted"] == 0.5
    assert row["admitted needlessly"] == 0.0
    assert row["state"] == row["reply"] == pytest.approx(2 / 3)
    assert row["template"] == 1.0
    assert row["length"] == pytest.approx((5 + 5 + 2 + 3 + 4) / 5)


def test_scores_of_nothing_are_no_numbers() -> None:
    row = scores([], [])
    assert all(value != value for value in row.values())


class StubEncoder:
    """Everything asks for a price."""

    version = "stub"

    def __init__(self, _path: Path) -> None:
        pass

    def encode(
        self,
        texts: Sequence[str],
        emotions: Sequence[EmotionVector | None] | None = None,
        behaviours: Sequence[Behaviour | None] | None = None,
    ) -> list[Encoded]:
        return [Encoded(PRICE, CALM, (), row) for row in self.embed(texts)]

    def embed(self, texts: Sequence[str]) -> Floats:
        return np.eye(len(texts), 128, dtype=np.float32)


def test_the_command_scores_and_hides_what_is_sealed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(runtime.shop, "Encoder", StubEncoder)
    (tmp_path / "goods.csv").write_text(GOODS, encoding="utf-8")
    turns = [
        {
            "text": "凉川静享空调多少钱",
            "state": {"category": "空调"},
            "focus": "P1",
            "must": ["2099"],
            "must_not": [],
        }
    ]
    wrong = [{"text": "棠岛净味冰箱呢", "state": {}, "focus": "P1", "must": [], "must_not": []}]
    questions = [{"text": "凉川静享空调", "products": ["P1"], "answerable": True}]
    for part, dialogues, asked in (
        ("open", [turns, wrong], questions),
        ("sealed", [wrong], []),
    ):
        (tmp_path / part).mkdir()
        for name, lines in (("dialogues", [{"turns": each} for each in dialogues]), ("questions", asked)):
            text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
            (tmp_path / part / f"{name}.jsonl").write_text(text, encoding="utf-8")
    arguments = ["--dev", str(tmp_path), "--goods", str(tmp_path / "goods.csv"), "--generator", "template"]
    assert main([*arguments, "--errors", "9"]) == 0
    printed = capsys.readouterr().out
    assert "| open: 2 dialogues, 1 questions | sealed: 1 dialogues, 0 questions |" in printed
    assert "| state | 1.000 | 1.000 |" in printed
    assert "| focus | 0.500 | 0.000 |" in printed
    assert printed.count("> 棠岛净味冰箱呢") == 1
    assert Emotion.NEUTRAL in printed
