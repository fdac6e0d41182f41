"""webrtcvad behind our frame type."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.audio.frames import Framer
from runtime.audio.vad import WebRtcVad
from runtime.errors import BadAudio
from runtime.types import AudioFrame
from tests.asr.sounds import AIR_CONDITIONER, FRIDGE, silence


def vowel(ms: int, pitch_hz: float = 140.0) -> list[AudioFrame]:
    """A buzz with the harmonics and the formants of an open vowel."""
    partials = [(n * pitch_hz, math.exp(-(((n * pitch_hz - 700) / 600) ** 2))) for n in range(1, 20)]
    samples = [
        int(4000 * sum(a * math.sin(2 * math.pi * f * t / 16_000) for f, a in partials))
        for t in range(16 * ms)
    ]
    loudest = max(map(abs, samples))
    pcm = struct.pack(f"<{len(samples)}h", *(sample * 20_000 // loudest for sample in samples))
    return [AudioFrame(pcm[at : at + 640], at // 32, 20) for at in range(0, len(pcm), 640)]


def test_silence_is_not_speech_and_a_vowel_is() -> None:
    vad = WebRtcVad()
    assert not any(vad.is_speech(AudioFrame(bytes(640), ms, 20)) for ms in range(0, 400, 20))
    assert sum(vad.is_speech(frame) for frame in vowel(400)) >= 15


def test_a_muted_microphone_is_silent_whatever_was_heard_before() -> None:
    vad, framer = WebRtcVad(), Framer()
    hums = silence(1000) + AIR_CONDITIONER + silence(1200) + FRIDGE
    frames = framer.push(hums * 25)
    assert not any(vad.is_speech(frame) for frame in frames if not any(frame.pcm))


@pytest.mark.parametrize("size", [0, 1, 639, 641, 1280])
def test_a_frame_of_another_length_is_named(size: int) -> None:
    with pytest.raises(BadAudio, match="expected a frame"):
        WebRtcVad().is_speech(AudioFrame(bytes(size), 0, 20))


def test_a_frame_of_another_duration_is_named() -> None:
    with pytest.raises(BadAudio):
        WebRtcVad().is_speech(AudioFrame(bytes(1280), 0, 40))


@given(st.lists(st.binary(min_size=640, max_size=640), max_size=10))
def test_noise_of_any_kind_gets_an_answer(sound: list[bytes]) -> None:
    vad = WebRtcVad()
    assert all(vad.is_speech(AudioFrame(pcm, 0, 20)) in (True, False) for pcm in sound)
