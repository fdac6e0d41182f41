"""A file through listening and turns. The recogniser is real; the turns behind it are a stub."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from runtime.asr.ear import Ear
from runtime.asr.engine import VoskEngine
from runtime.audio.endpoint import EndpointConfig
from runtime.errors import BadAudio
from runtime.hear import hear_file
from runtime.shop import Shop
from runtime.types import (
    DialogueState,
    EmotionVector,
    Evidence,
    Intent,
    Reply,
    Source,
    Turn,
    Understanding,
    Utterance,
)
from runtime.worker import Worker
from tests.asr.sounds import AIR_CONDITIONER, FRIDGE, silence, write_wav
from tests.asr.tiny_model import write_tiny_model
from tests.fakes import LoudnessVad


class Conversation:
    """Repeats what it hears."""

    async def finish(self, utterance: Utterance) -> Turn:
        understanding = Understanding(
            utterance.text,
            tuple(1 / len(Intent) for _ in Intent),
            EmotionVector(0, 0, 1, 0),
            (),
            np.zeros(128, np.float32),
        )
        reply = Reply(f"您说{utterance.text}", Source.TEMPLATE)
        return Turn("s1", utterance, understanding, DialogueState(), Evidence(), reply)


class Conversations:
    async def open(self, name: str | None) -> Conversation:
        assert name is None
        return Conversation()


@dataclass
class EchoShop:
    engine: VoskEngine
    hearing: Worker = field(default_factory=lambda: Worker("hearing"))
    sessions: Conversations = field(default_factory=Conversations)

    async def open_ear(self, sample_rate_hz: int) -> Ear:
        return Ear(LoudnessVad(), self.engine.recogniser(), EndpointConfig())


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = EchoShop(VoskEngine(write_tiny_model(tmp_path / "vosk")))
    yield cast(Shop, shop)
    shop.hearing.close()


async def heard(shop: Shop, path: Path) -> list[dict[str, Any]]:
    return [event async for event in hear_file(shop, path, fast=True)]


async def test_words_become_partials_utterances_and_turns(shop: Shop, tmp_path: Path) -> None:
    sound = silence(500) + AIR_CONDITIONER + silence(1000) + FRIDGE
    events = await heard(shop, write_wav(tmp_path / "a.wav", sound))
    said = [(event["type"], event["line"]) for event in events if event["type"] != "partial"]
    assert said == [("heard", "> 空调"), ("done", "您说空调"), ("heard", "> 冰箱"), ("done", "您说冰箱")]
    partials = [event["text"] for event in events if event["type"] == "partial"]
    assert partials == ["空调", "空调", "冰箱", "冰箱"]  # each once more when it has become stable
    first = next(event for event in events if event["type"] == "heard")
    assert (first["start_ms"], first["end_ms"]) == (500, 1100)


async def test_silence_is_said_to_be_nothing(shop: Shop, tmp_path: Path) -> None:
    events = await heard(shop, write_wav(tmp_path / "a.wav", silence(2000)))
    assert [event["type"] for event in events] == ["nothing"]


async def test_a_bad_file_is_named(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(BadAudio, match="expected 16000 Hz, got 8000 Hz"):
        await heard(shop, write_wav(tmp_path / "a.wav", silence(100), rate=8000))


async def test_in_real_time_it_waits_for_the_sound(shop: Shop, tmp_path: Path) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    path = write_wav(tmp_path / "a.wav", silence(100_000))
    async for _ in hear_file(shop, path, fast=False, sleep=sleep):
        pass
    assert len(waits) == 5001
    assert waits[0] <= 0.02
    assert 0.02 < waits[-1] <= 100
