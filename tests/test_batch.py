"""``zhanggui batch``: a bad line is named, and the rest go on."""

from __future__ import annotations

import json

import pytest

from runtime.batch import run_batch, to_line
from runtime.shop import Shop
from tests.fakes import ScriptedGenerator

BAD = [
    b"no json",
    b"[]",
    b'{"session": "s"}',
    b'{"session": "", "text": "a"}',
    b'{"session": "s", "text": ""}',
    b'{"session": "s", "text": "\xff"}',
    b'{"session": "s", "text": "\\ud800"}',
    b'{"session": "s", "text": "a", "emotion": [1, 1, 0, 0]}',
    b'{"session": "s", "text": "a", "emotion": [NaN, 1, 0, 0]}',
    b'{"session": "s", "text": "a", "behaviour": {"dwell_s": Infinity}}',
    b'{"session": "s", "text": "a", "behaviour": {"items_viewed": 1e300}}',
]


async def test_bad_lines_are_named_and_the_rest_go_on(
    scripted_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ScriptedGenerator, "script", "您好，想看点什么？")
    good = json.dumps({"session": "s", "text": "你好", "behaviour": {"dwell_s": 3}}).encode()
    answers = [answer async for answer in run_batch(scripted_shop, [*BAD, b"\n", good])]
    *errors, last = answers
    assert [error["line"] for error in errors] == list(range(1, len(BAD) + 1))
    assert all(error["error"]["code"] in ("bad-message", "empty-text") for error in errors)
    assert last["reply"]
    assert json.loads(to_line(last))["state"]["turn"] == 1
