"""Listening to a stream: the fakes show the wiring, the real engines that they fit."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.asr.ear import Ear
from runtime.asr.engine import VoskEngine
from runtime.audio.endpoint import EndpointConfig
from runtime.audio.vad import WebRtcVad
from runtime.types import Partial, Utterance
from tests.asr.sounds import AIR_CONDITIONER, FRIDGE, hum, silence
from tests.asr.tiny_model import write_tiny_model
from tests.fakes import LoudnessVad, ScriptedRecogniser

SPEECH = b"\1" * 32  # a millisecond


def fake_ear() -> Ear:
    return Ear(LoudnessVad(), ScriptedRecogniser("我要一台空调"), EndpointConfig(pre_roll_ms=100))


def utterances(events: list[Partial | Utterance]) -> list[Utterance]:
    return [event for event in events if isinstance(event, Utterance)]


def test_partials_come_while_speech_goes_on_and_the_utterance_after_it() -> None:
    ear = fake_ear()
    events = ear.push(silence(1000) + SPEECH * 400 + silence(720))
    assert [event.text for event in events[:3]] == ["我", "我要", "我要一"]
    (utterance,) = utterances(events)
    assert (utterance.start_ms, utterance.end_ms) == (1000, 1400)
    assert events[-1] is utterance
    assert ear.finish() == []


def test_what_is_open_at_the_end_is_not_lost() -> None:
    ear = fake_ear()
    assert utterances(ear.push(SPEECH * 400)) == []
    (utterance,) = utterances(ear.finish())
    assert (utterance.start_ms, utterance.end_ms) == (0, 400)


def test_a_noise_is_forgotten() -> None:
    ear = fake_ear()
    events = ear.push(SPEECH * 80 + silence(1000))
    assert utterances(events) == []
    assert events[-1] == Partial("", stable_chars=0, at_ms=120)  # the words shown meanwhile are taken back
    (utterance,) = utterances(ear.push(SPEECH * 400 + silence(1000)))
    assert utterance.start_ms == 1080


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=40))
def test_the_size_of_the_chunks_does_not_matter(sizes: list[int]) -> None:
    sound = silence(300) + SPEECH * 400 + silence(800) + SPEECH * 200
    whole = fake_ear()
    expected = whole.push(sound) + whole.finish()
    ear, events, at = fake_ear(), [], 0
    for size in sizes:
        events += ear.push(sound[at : at + size])
        at += size
    assert events + ear.push(sound[at:]) + ear.finish() == expected


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> VoskEngine:
    return VoskEngine(write_tiny_model(tmp_path_factory.mktemp("vosk")))


def real_ear(engine: VoskEngine) -> Ear:
    return Ear(WebRtcVad(), engine.recogniser(), EndpointConfig())


def test_the_real_engines_hear_two_utterances(engine: VoskEngine) -> None:
    ear = real_ear(engine)
    sound = silence(500) + AIR_CONDITIONER + silence(1500) + FRIDGE + silence(1500)
    heard = utterances(ear.push(sound) + ear.finish())
    assert [utterance.text for utterance in heard] == ["空调", "冰箱"]
    assert all(first.end_ms < second.start_ms for first, second in pairwise(heard))


@given(st.lists(st.binary(max_size=4000), max_size=8))
def test_garbage_does_no_harm(engine: VoskEngine, chunks: list[bytes]) -> None:
    ear = real_ear(engine)
    for chunk in chunks:
        ear.push(chunk)
    ear.finish()


@pytest.mark.parametrize(
    "sound",
    [b"", b"\1", silence(3000), b"\xff\x7f" * 32_000, b"\x00\x80\xff\x7f" * 16_000, hum(2000, 50)],
    ids=["nothing", "half a sample", "silence", "stuck at the top", "clipped", "mains hum"],
)
def test_wordless_sound_does_not_hide_later_words(engine: VoskEngine, sound: bytes) -> None:
    ear = real_ear(engine)
    ear.push(sound)
    ear.finish()
    after = ear.push(silence(1000) + AIR_CONDITIONER + silence(1500))
    assert utterances(after)[-1].text == "空调"
