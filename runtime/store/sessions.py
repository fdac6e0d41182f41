"""Conversations in the database: each turn, and the state it left. Both change together or not at all."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from runtime.types import DialogueState, Exchange, Intent, SlotName, Tactic, Turn

# How the values that JSON has no word for come back; any other list is a tuple of strings.
_DECODE: dict[str, Callable[[Any], Any]] = {
    "goal": Intent,
    "tactic": Tactic,
    "asked": lambda names: tuple(SlotName(name) for name in names),
    "history": lambda exchanges: tuple(Exchange(e["customer"], e["shop"]) for e in exchanges),
}


def encode_state(state: DialogueState) -> str:
    return json.dumps(asdict(state))


def decode_state(text: str) -> DialogueState:
    """Exactly what was encoded. Keys that a newer version wrote are ignored. Raises ValueError."""
    try:
        fields = {
            name: _decoded(name, value)
            for name, value in json.loads(text).items()
            if name in DialogueState.__dataclass_fields__
        }
        return DialogueState(**fields)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("not a dialogue state") from error


def _decoded(name: str, value: Any) -> Any:
    if value is not None and name in _DECODE:
        return _DECODE[name](value)
    return tuple(value) if isinstance(value, list) else value


def read_state(connection: sqlite3.Connection, session: str) -> DialogueState | None:
    row = connection.execute("SELECT state FROM sessions WHERE id = ?", (_storable(session),)).fetchone()
    return decode_state(row[0]) if row else None


def write_turn(connection: sqlite3.Connection, turn: Turn, now: datetime) -> None:
    session, at = _storable(turn.session), now.isoformat()
    connection.execute(
        "INSERT INTO sessions VALUES (?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET state = excluded.state, updated = excluded.updated",
        (session, encode_state(turn.state), at),
    )
    connection.execute(
        "INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            session,
            turn.state.turn,
            _storable(turn.utterance.text),
            _storable(turn.reply.text),
            turn.reply.source,
            turn.understanding.intent,
            json.dumps(turn.reply.facts),
            at,
        ),
    )


def _storable(text: str) -> str:
    """SQLite keeps UTF-8; half a surrogate pair, which a socket may send, has none."""
    return text.encode("utf-8", "replace").decode("utf-8")
