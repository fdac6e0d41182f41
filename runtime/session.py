"""Conversations: the only place where a turn has effects.

A turn is computed as a value (turn.py); here its words are passed on as they are formed, and at its
end it is committed: the store first, then memory, then the caller learns that it is done.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from runtime.errors import BadMessage
from runtime.turn import Done, Event, run_turn
from runtime.types import DialogueState, Turn, Utterance

if TYPE_CHECKING:
    from runtime.shop import Shop

MAX_CHARS = 500  # of one thing said


class Session:
    """One customer's conversation. Turns are taken one at a time, in the order in which they came."""

    def __init__(self, shop: Shop, name: str, state: DialogueState) -> None:
        self._shop = shop
        self._lock = asyncio.Lock()
        self.name = name
        self.state = state

    async def take(self, utterance: Utterance) -> AsyncGenerator[Event, None]:
        """Answer: checked words as they are formed, then Done once the turn is committed.

        Close it (``aclosing``): until then the next turn waits. Raises BadMessage for words that
        cannot be used; nothing is remembered of those.
        """
        check_words(utterance.text)
        async with self._lock:
            now = datetime.now()
            async with aclosing(run_turn(self._shop, self.name, self.state, utterance, now.date())) as events:
                async for event in events:
                    if isinstance(event, Done):
                        await self._commit(event.turn, now)
                    yield event

    async def finish(self, utterance: Utterance) -> Turn:
        """The whole committed turn."""
        async with aclosing(self.take(utterance)) as events:
            async for event in events:
                if isinstance(event, Done):
                    return event.turn
        raise AssertionError("a turn ends with Done")

    async def _commit(self, turn: Turn, now: datetime) -> None:
        """Store, then memory: a socket that closes in between must not leave the one behind the other."""
        saving = asyncio.create_task(self._save(turn, now))
        try:
            await asyncio.shield(saving)
        except asyncio.CancelledError:
            await asyncio.wait([saving])
            raise

    async def _save(self, turn: Turn, now: datetime) -> None:
        await self._shop.save_turn(turn, now)
        self.state = turn.state


async def rehearse(shop: Shop, utterance: Utterance) -> list[Event]:
    """A first turn that is computed and thrown away."""
    check_words(utterance.text)
    name = f"rehearsal-{secrets.token_urlsafe(6)}"
    today = datetime.now().date()
    return [event async for event in run_turn(shop, name, DialogueState(), utterance, today)]


class Sessions:
    """Conversations by name: those that somebody holds are in memory, all are in the store."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._held: WeakValueDictionary[str, Session] = WeakValueDictionary()

    async def open(self, name: str | None) -> Session:
        """A new conversation, or the one that an earlier call began. Raises BadMessage for another name."""
        if name is None:
            return await self.named(secrets.token_urlsafe(18))
        if name not in self._held and await self._shop.load_state(name) is None:
            raise BadMessage("no conversation of that name; begin a new one", code="unknown-session")
        return await self.named(name)

    async def named(self, name: str) -> Session:
        """The conversation of that name, begun if need be."""
        if (held := self._held.get(name)) is not None:
            return held
        state = await self._shop.load_state(name) or DialogueState()
        return self._held.setdefault(name, Session(self._shop, name, state))


def check_words(text: str) -> None:
    """Raises BadMessage unless there is something to understand, and not too much of it."""
    if not any(char.isprintable() and not char.isspace() for char in text):
        raise BadMessage("text: expected words, got nothing readable", code="empty-text")
    if len(text) > MAX_CHARS:
        raise BadMessage(
            f"text: expected at most {MAX_CHARS} characters, got {len(text)}", code="text-too-long"
        )
