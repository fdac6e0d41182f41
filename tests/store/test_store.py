"""The database keeps what it acknowledged, all of it or nothing."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import StoreFailed
from runtime.store.goods import Goods, Kind, offer_id
from runtime.store.migrations import MIGRATIONS
from runtime.store.sessions import decode_state, encode_state
from runtime.store.store import FILE_NAME, Store
from runtime.types import (
    DialogueState,
    Emotion,
    EmotionVector,
    Evidence,
    Exchange,
    Faq,
    Intent,
    Product,
    Promotion,
    Reply,
    Script,
    SlotName,
    Source,
    Tactic,
    Turn,
    Understanding,
    Utterance,
)

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ALL = frozenset(Kind)

GOODS = Goods(
    products=(
        Product(
            "P001",
            "澜舟静享1.5匹变频空调",
            "空调",
            "澜舟",
            "LZ-35",
            2999.0,
            stock=7,
            specs=(("适用面积", "16-24㎡"), ("匹数", "1.5匹")),
            features=("省电", "静音"),
            colors=("白色",),
            warranty="整机6年",
        ),
        Product("P002", "云岭台灯", "台灯", "云岭", "", 89.9),
    ),
    promotions=(
        Promotion(offer_id("P001"), "限时直降", "P001", price=2799.0, ends=date(2026, 12, 1)),
        Promotion("PROMO001", "满三千减二百", starts=date(2026, 11, 1), ends=date(2026, 11, 30)),
    ),
    faqs=(Faq("FAQ001", "能开发票吗", "可以"), Faq("FAQ002", "要打孔吗", "要", "P001")),
    scripts=(
        Script("S001", Intent.BARGAIN, Emotion.HESITANT, "我再帮您看看优惠"),
        Script("S002", None, None, "您好"),
    ),
)


def a_turn(session: str = "s1", text: str = "空调多少钱", **state: object) -> Turn:
    return Turn(
        session=session,
        utterance=Utterance(text),
        understanding=Understanding(
            text, (1.0,) + (0.0,) * 16, EmotionVector(0, 0, 1, 0), (), np.zeros(128, np.float32)
        ),
        state=DialogueState(**{"turn": 1, **state}),  # type: ignore[arg-type]
        evidence=Evidence(),
        reply=Reply("现价2999元", Source.MODEL, ("P001.price",), ("P001",)),
    )


texts = st.none() | st.text(max_size=8)
money = st.none() | st.floats(0, 1e9, allow_nan=False)
words = st.lists(st.text(max_size=5), max_size=3).map(tuple)
states = st.builds(
    DialogueState,
    turn=st.integers(0, 10_000),
    goal=st.none() | st.sampled_from(Intent),
    category=texts,
    brand=texts,
    model=texts,
    budget_min=money,
    budget_max=money,
    area_m2=money,
    people=st.none() | st.integers(0, 99),
    who=texts,
    place=texts,
    color=texts,
    size=texts,
    quantity=st.none() | st.integers(0, 99),
    features=words,
    excluded=words,
    focus=texts,
    shown=words,
    seen=words,
    rejected=words,
    offered=words,
    asked=st.lists(st.sampled_from(SlotName), max_size=3).map(tuple),
    tactic=st.none() | st.sampled_from(Tactic),
    history=st.lists(st.builds(Exchange, st.text(max_size=9), st.text(max_size=9)), max_size=3).map(tuple),
)


@given(states)
def test_a_state_comes_back_exactly(state: DialogueState) -> None:
    back = decode_state(encode_state(state))
    assert back == state
    assert [type(v) for v in (back.goal, back.tactic)] == [type(v) for v in (state.goal, state.tactic)]
    assert all(isinstance(name, SlotName) for name in back.asked)


def test_keys_of_a_newer_version_are_ignored_and_missing_ones_default() -> None:
    assert decode_state('{"category": "空调", "mood": ["new"]}') == DialogueState(category="空调")


@pytest.mark.parametrize("text", ["[]", "3", '{"history": [1]}', '{"goal": "新意图"}', "{"])
def test_a_damaged_state_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        decode_state(text)


def test_goods_come_back_as_they_went_in(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        assert store.goods() == Goods()
        assert store.replace_goods(GOODS, ALL) == 1
    with Store(tmp_path) as store:
        assert store.goods() == replace(GOODS, version=1)


def test_only_the_kinds_of_the_import_are_replaced(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.replace_goods(GOODS, ALL)
        fewer = Goods(products=GOODS.products[1:])
        assert store.replace_goods(fewer, frozenset({Kind.GOODS})) == 2
        after = store.goods()
        assert after.products == fewer.products
        assert [p.id for p in after.promotions] == ["PROMO001"]  # the row's own offer went with the goods
        assert (after.faqs, after.scripts) == (GOODS.faqs, GOODS.scripts)

        store.replace_goods(Goods(promotions=()), frozenset({Kind.PROMOTIONS}))
        assert store.goods().promotions == ()


def test_a_refused_import_changes_nothing(tmp_path: Path) -> None:
    twice = Goods(products=(GOODS.products[0], GOODS.products[0]))
    with Store(tmp_path) as store:
        store.replace_goods(GOODS, ALL)
        with pytest.raises(StoreFailed):
            store.replace_goods(twice, ALL)
        assert store.goods() == replace(GOODS, version=1)


def test_a_session_goes_on_after_reopening(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        assert store.load_state("s1") is None
        store.commit_turn(a_turn(category="空调"), NOW)
        store.commit_turn(a_turn(turn=2, category="冰箱"), NOW)
        store.commit_turn(a_turn("s2", category="电视"), NOW)
    with Store(tmp_path) as store:
        first, second = store.load_state("s1"), store.load_state("s2")
    assert first is not None
    assert (first.turn, first.category) == (2, "冰箱")
    assert second is not None
    assert second.category == "电视"


def test_the_turn_is_written_with_its_state(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.commit_turn(a_turn(), NOW)
    db = sqlite3.connect(tmp_path / FILE_NAME)
    rows = db.execute("SELECT * FROM turns").fetchall()
    db.close()
    assert rows == [
        ("s1", 1, "空调多少钱", "现价2999元", "model", "询价", '["P001.price"]', "2026-11-21T09:30:00+00:00")
    ]


def test_the_same_turn_is_not_committed_twice(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.commit_turn(a_turn(category="空调"), NOW)
        with pytest.raises(StoreFailed):
            store.commit_turn(a_turn(category="冰箱"), NOW)
        state = store.load_state("s1")
        assert state is not None
        assert state.category == "空调"
        store.commit_turn(a_turn(turn=2), NOW)  # no transaction was left open


def test_half_a_surrogate_pair_is_stored_as_a_mark(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.commit_turn(a_turn("s\ud800", text="空调\udfff"), NOW)
        assert store.load_state("s\ud800") is not None


def test_a_kill_in_mid_turn_leaves_the_last_committed_one(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.commit_turn(a_turn(category="空调"), NOW)
    half_a_turn = (
        "import os, signal, sqlite3, sys; db = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "db.execute('BEGIN IMMEDIATE'); db.execute('UPDATE sessions SET state = 0');"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", half_a_turn, tmp_path / FILE_NAME], check=False)
    assert killed.returncode == -signal.SIGKILL
    with Store(tmp_path) as store:
        assert store.load_state("s1") == DialogueState(turn=1, category="空调")
        store.commit_turn(a_turn(turn=2), NOW)


def test_commits_are_synchronous(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        pragma = store._connection.execute
        assert pragma("PRAGMA journal_mode").fetchone() == ("wal",)
        assert pragma("PRAGMA synchronous").fetchone() == (2,)
        assert pragma("PRAGMA foreign_keys").fetchone() == (1,)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"not a database, " * 100)
    with pytest.raises(StoreFailed, match="not a database"):
        Store(tmp_path)


def test_a_damaged_state_is_a_failure_with_a_code(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.commit_turn(a_turn(), NOW)
        store._connection.execute("UPDATE sessions SET state = '[]'")
        with pytest.raises(StoreFailed):
            store.load_state("s1")


def test_migration_names_are_unique_and_ordered() -> None:
    names = [step.__name__ for step in MIGRATIONS]
    assert names == sorted(set(names))
