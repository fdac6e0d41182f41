"""Conversations: what is committed, and what is remembered of it."""

from __future__ import annotations

import asyncio
import gc
from datetime import datetime

import pytest

from runtime.shop import Shop
from runtime.turn import Done
from runtime.types import Turn, Utterance
from tests.fakes import ScriptedGenerator


@pytest.fixture(autouse=True)
def _polite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScriptedGenerator, "script", "您好，想看点什么？")


async def test_a_caller_that_goes_while_the_turn_is_stored_leaves_the_session_as_the_store_has_it(
    scripted_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await scripted_shop.sessions.named("s")
    storing, stored = asyncio.Event(), scripted_shop.save_turn

    async def slowly(turn: Turn, now: datetime) -> None:
        storing.set()
        await asyncio.sleep(0)
        await stored(turn, now)

    monkeypatch.setattr(scripted_shop, "save_turn", slowly)
    caller = asyncio.create_task(session.finish(Utterance("你好")))
    await storing.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert session.state == await scripted_shop.load_state("s")
    assert (await session.finish(Utterance("你好"))).state.turn == 2


async def test_a_caller_that_goes_in_mid_turn_leaves_nothing(scripted_shop: Shop) -> None:
    session = await scripted_shop.sessions.named("s")
    events = session.take(Utterance("你好"))
    await anext(events)
    await events.aclose()
    assert await scripted_shop.load_state("s") is None
    assert (await session.finish(Utterance("你好"))).state.turn == 1


async def test_callers_of_one_conversation_take_turns(scripted_shop: Shop) -> None:
    first, second = [await scripted_shop.sessions.named("s") for _ in range(2)]
    assert first is second
    turns = await asyncio.gather(*(session.finish(Utterance("你好")) for session in (first, second) * 2))
    assert [turn.state.turn for turn in turns] == [1, 2, 3, 4]


async def test_a_conversation_that_nobody_holds_goes_on_from_the_store(scripted_shop: Shop) -> None:
    session = await scripted_shop.sessions.open(None)
    name = session.name
    async for event in session.take(Utterance("你好")):
        assert not isinstance(event, Done) or event.turn.session == name
    del session
    gc.collect()
    assert not scripted_shop.sessions._held
    assert (await scripted_shop.sessions.open(name)).state.turn == 1
