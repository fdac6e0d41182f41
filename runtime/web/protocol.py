"""What the page and the server say to each other: JSON text frames, and binary frames of sound.

page -> server    hello, say, listen, stop; binary: 16 kHz mono s16 PCM of any length
server -> page    welcome, partial, heard, understood, found, piece, done, error
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from runtime.batch import state_json
from runtime.errors import BadMessage, ZhangguiError
from runtime.turn import Done, Event, Found, Piece, Understood
from runtime.types import (
    Behaviour,
    Emotion,
    EmotionVector,
    Evidence,
    Hit,
    Intent,
    Partial,
    Slot,
    Turn,
    Understanding,
)
from runtime.understanding.numbers import parse_quantities
from runtime.understanding.schemes import scheme_a, scheme_b

if TYPE_CHECKING:
    from runtime.session import Session
    from runtime.shop import Shop

T = TypeVar("T")

MAX_AUDIO_BYTES = 64_000  # of one binary frame: two seconds


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Hello(_Message):
    """Begin, or go on with the session that an earlier welcome named."""

    type: Literal["hello"]
    session: str | None = Field(None, max_length=64)


class Say(_Message):
    type: Literal["say"]
    text: str
    dwell_s: float = Field(0.0, ge=0, le=86_400)
    items_viewed: int = Field(0, ge=0, le=10_000)

    def behaviour(self) -> Behaviour | None:
        return Behaviour(self.dwell_s, self.items_viewed) if self.dwell_s or self.items_viewed else None


class Listen(_Message):
    """Binary frames follow. ``sample_rate_hz`` is what they are in."""

    type: Literal["listen"]
    sample_rate_hz: int


class Stop(_Message):
    type: Literal["stop"]


class Sentence(_Message):
    """What a merchant tries; no part of a conversation."""

    text: str


FromPage = Hello | Say | Listen | Stop
_FROM_PAGE: TypeAdapter[FromPage] = TypeAdapter(Annotated[FromPage, Field(discriminator="type")])
_SENTENCE = TypeAdapter(Sentence)


def read_message(raw: str) -> FromPage:
    """Parse one text frame. Raises BadMessage naming the field."""
    return _read(_FROM_PAGE, raw)


def read_sentence(raw: bytes) -> Sentence:
    """Parse a request's content. Raises BadMessage naming the field."""
    return _read(_SENTENCE, raw)


def _read(adapter: TypeAdapter[T], raw: str | bytes) -> T:
    try:
        return adapter.validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "message"
        raise BadMessage(f"{field}: {first['msg']}") from None


def error_message(error: ZhangguiError) -> dict[str, Any]:
    return {"type": "error", "code": error.code, "message": str(error)}


def dumps(message: dict[str, Any]) -> str:
    return json.dumps(message, ensure_ascii=False)


def welcome_message(shop: Shop, session: Session) -> dict[str, Any]:
    history = [{"customer": past.customer, "shop": past.shop} for past in session.state.history]
    return {
        "type": "welcome",
        "session": session.name,
        "shop": shop.settings.shop.name,
        "voice": shop.can_hear,
        "history": history,
    }


def partial_message(partial: Partial) -> dict[str, Any]:
    return {"type": "partial", "text": partial.text, "stable": partial.stable_chars}


def emotion_json(emotion: EmotionVector) -> dict[str, float]:
    return {name.value: round(p, 3) for name, p in zip(Emotion, emotion.as_tuple(), strict=True)}


def slot_json(slot: Slot) -> dict[str, Any]:
    return {"name": slot.name.value, "text": slot.text, "negated": slot.negated}


def understood_message(understanding: Understanding) -> dict[str, Any]:
    intent = understanding.intent
    return {
        "type": "understood",
        "intent": intent.value,
        "intent_p": round(understanding.intent_p, 3),
        "scheme_a": scheme_a(intent),
        "scheme_b": scheme_b(intent),
        "emotion": emotion_json(understanding.emotion),
        "slots": [slot_json(slot) for slot in understanding.slots],
    }


def card_json(hit: Hit, evidence: Evidence) -> dict[str, Any]:
    """A product as its card shows it; ``price`` is today's, ``list_price`` the one without promotion."""
    product = hit.product
    told = (fact.text for fact in evidence.facts if fact.id == f"{product.id}.price")
    today = next((span.quantity.low for text in told for span in parse_quantities(text)), None)
    return {
        "id": product.id,
        "name": product.name,
        "category": product.category,
        "price": today or product.price,
        "list_price": product.price,
        "features": list(product.features),
        "reason": hit.reason,
    }


def _shown(turn: Turn) -> list[Hit]:
    """Hits in the order in which the reply shows them."""
    by_id = {hit.product.id: hit for hit in turn.evidence.hits}
    return [by_id[id] for id in turn.reply.products if id in by_id]


def done_message(turn: Turn) -> dict[str, Any]:
    return {
        "type": "done",
        "reply": turn.reply.text,
        "source": turn.reply.source.value,
        "facts": list(turn.reply.facts),
        "cards": [card_json(hit, turn.evidence) for hit in _shown(turn)],
        "timings_ms": {stage: round(ms, 1) for stage, ms in turn.timings_ms},
    }


def event_message(event: Event) -> dict[str, Any]:
    """What the page is told of a step of a turn."""
    match event:
        case Understood(understanding):
            return understood_message(understanding)
        case Found(_, evidence, choice):
            return {"type": "found", "tactic": choice.tactic.value, "evidence": list(evidence.ids)}
        case Piece(text):
            return {"type": "piece", "text": text}
        case Done(turn):
            return done_message(turn)


def explained(events: Sequence[Event]) -> dict[str, Any]:
    """Everything about one turn, for the merchant who asks why."""
    answer: dict[str, Any] = {}
    for event in events:
        match event:
            case Understood(understanding):
                answer |= understood_message(understanding)
                shares = zip(Intent, understanding.intents, strict=True)
                answer["intents"] = {intent.value: round(p, 3) for intent, p in shares}
            case Found(state, evidence, choice):
                answer["state"] = {name: value for name, value in state_json(state).items() if value}
                answer |= {"tactic": choice.tactic.value, "why": choice.reason}
                answer["hits"] = [card_json(hit, evidence) for hit in evidence.hits]
                answer["facts"] = [{"id": fact.id, "text": fact.text} for fact in evidence.facts]
            case Done(turn):
                answer |= {key: value for key, value in done_message(turn).items() if key != "facts"}
                answer["used"] = list(turn.reply.facts)
    return answer
