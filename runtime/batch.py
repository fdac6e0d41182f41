"""Turns from a file of JSON lines: the same code as a conversation, without a network."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from runtime.errors import BadInput, BadMessage
from runtime.shop import Shop
from runtime.types import Behaviour, DialogueState, EmotionVector, Turn, Utterance
from runtime.understanding.schemes import scheme_a, scheme_b

_NOT_SHOWN = ("history", "focus")  # the one is the conversation itself, the other a field of its own


class _Behaviour(BaseModel):
    model_config = ConfigDict(extra="forbid")
    dwell_s: float = Field(0.0, ge=0, le=86_400)
    items_viewed: int = Field(0, ge=0, le=10_000)


class _Line(BaseModel):
    model_config = ConfigDict(extra="ignore")
    session: str = Field(min_length=1, max_length=200)
    text: str
    emotion: tuple[float, float, float, float] | None = None
    behaviour: _Behaviour | None = None

    @field_validator("emotion")
    @classmethod
    def _is_distribution(cls, values: tuple[float, ...] | None) -> tuple[float, ...] | None:
        if values is not None and (min(values) < 0 or not 0.99 <= sum(values) <= 1.01):
            raise ValueError("four probabilities that sum to 1: angry, happy, neutral, hesitant")
        return values

    def utterance(self) -> Utterance:
        return Utterance(
            self.text,
            emotion=EmotionVector(*self.emotion) if self.emotion else None,
            behaviour=Behaviour(**self.behaviour.model_dump()) if self.behaviour else None,
        )


async def run_batch(shop: Shop, lines: Iterable[str | bytes]) -> AsyncIterator[dict[str, Any]]:
    """One answer for each line that is not blank; sessions keep their state across lines.

    A line that cannot be used gives an answer with an ``error`` that names it, and the rest go on.
    """
    for number, raw in enumerate(lines, start=1):
        if raw.strip():
            try:
                line = _read_line(number, raw)
                session = await shop.sessions.named(line.session)
                yield turn_json(await session.finish(line.utterance()))
            except BadInput as error:
                yield {"line": number, "error": {"code": error.code, "message": str(error)}}


def _read_line(number: int, raw: str | bytes) -> _Line:
    try:
        return _Line.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "object"
        raise BadMessage(f"line {number}: {field}: {first['msg']}") from None


def state_json(state: DialogueState) -> dict[str, Any]:
    """The remembered values; those that are not set are null or empty."""
    return {name: value for name, value in asdict(state).items() if name not in _NOT_SHOWN}


def turn_json(turn: Turn) -> dict[str, Any]:
    """The contract of ``zhanggui batch``."""
    intent = turn.understanding.intent
    return {
        "session": turn.session,
        "text": turn.utterance.text,
        "intent": intent.value,
        "intent_p": round(turn.understanding.intent_p, 4),
        "scheme_a": scheme_a(intent),
        "scheme_b": scheme_b(intent),
        "emotion": turn.understanding.emotion.top().value,
        "emotion_p": [round(p, 4) for p in turn.understanding.emotion.as_tuple()],
        "state": state_json(turn.state),
        "focus": turn.state.focus,
        "evidence": list(turn.evidence.ids),
        "reply": turn.reply.text,
        "source": turn.reply.source.value,
        "facts": list(turn.reply.facts),
        "products": list(turn.reply.products),
        "timings_ms": {stage: round(ms, 2) for stage, ms in turn.timings_ms},
    }


def to_line(answer: dict[str, Any]) -> str:
    return json.dumps(answer, ensure_ascii=False)
