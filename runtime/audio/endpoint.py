"""Where speech starts and ends: a pure fold over voiced and unvoiced frames."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from runtime.types import AudioFrame


class EndReason(StrEnum):
    SILENCE = "silence"  # the customer stopped talking
    NOISE = "noise"  # stopped too soon to have been speech: forget it
    TOO_LONG = "too-long"
    STREAM_END = "stream-end"


@dataclass(frozen=True, slots=True)
class EndpointConfig:
    start_frames: int = 3  # voiced frames in a row that make a start; one alone is a click
    hangover_ms: int = 700  # silence that ends an utterance
    min_speech_ms: int = 120  # voiced time below which it was a noise
    max_utterance_ms: int = 15_000  # from the first voiced sample
    pre_roll_ms: int = 300  # sound kept from before the start: soft first consonants


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    start_ms: int  # of the first voiced sample


@dataclass(frozen=True, slots=True)
class SpeechContinues:
    """A frame for the recogniser; the first ones after a start are the pre-roll."""

    frame: AudioFrame


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    end_ms: int  # of the last voiced sample
    reason: EndReason


SpeechEvent = SpeechStarted | SpeechContinues | SpeechEnded


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nobody speaks. ``kept`` is the pre-roll; its last ``voiced`` frames may become a start."""

    kept: tuple[AudioFrame, ...] = ()
    voiced: int = 0


@dataclass(frozen=True, slots=True)
class Speaking:
    start_ms: int
    last_voiced_ms: int  # end of the last voiced frame
    voiced_ms: int  # voiced time so far


EndpointState = Waiting | Speaking


def step(
    state: EndpointState,
    voiced: bool,
    frame: AudioFrame,
    config: EndpointConfig,
    silence_ms: int | None = None,
) -> tuple[EndpointState, tuple[SpeechEvent, ...]]:
    """Fold one frame in. ``silence_ms``: the silence that would end the utterance now, if not the usual."""
    if isinstance(state, Waiting):
        return _wait(state, voiced, frame, config)
    return _speak(state, voiced, frame, config, config.hangover_ms if silence_ms is None else silence_ms)


def finish(state: EndpointState, config: EndpointConfig) -> tuple[SpeechEvent, ...]:
    """What the end of the stream means for speech that is still open."""
    if isinstance(state, Waiting):
        return ()
    return (_ended(state, EndReason.STREAM_END, config),)


def _wait(
    state: Waiting, voiced: bool, frame: AudioFrame, config: EndpointConfig
) -> tuple[EndpointState, tuple[SpeechEvent, ...]]:
    kept, run = (*state.kept, frame), state.voiced + 1 if voiced else 0
    if run < config.start_frames:
        start_ms = kept[-run].start_ms if run else _end_ms(frame)
        return Waiting(tuple(old for old in kept if old.start_ms >= start_ms - config.pre_roll_ms), run), ()
    first = kept[-run]
    speaking = Speaking(first.start_ms, _end_ms(frame), sum(each.duration_ms for each in kept[-run:]))
    return speaking, (SpeechStarted(first.start_ms), *map(SpeechContinues, kept))


def _speak(
    state: Speaking, voiced: bool, frame: AudioFrame, config: EndpointConfig, silence_ms: int
) -> tuple[EndpointState, tuple[SpeechEvent, ...]]:
    if voiced:
        state = Speaking(state.start_ms, _end_ms(frame), state.voiced_ms + frame.duration_ms)
    heard = SpeechContinues(frame)
    if _end_ms(frame) - state.last_voiced_ms >= silence_ms and not voiced:
        return Waiting(), (heard, _ended(state, EndReason.SILENCE, config))
    if _end_ms(frame) - state.start_ms >= config.max_utterance_ms:
        return Waiting(), (heard, _ended(state, EndReason.TOO_LONG, config))
    return state, (heard,)


def _ended(state: Speaking, reason: EndReason, config: EndpointConfig) -> SpeechEnded:
    noise = state.voiced_ms < config.min_speech_ms and reason is not EndReason.TOO_LONG
    return SpeechEnded(state.last_voiced_ms, EndReason.NOISE if noise else reason)


def _end_ms(frame: AudioFrame) -> int:
    return frame.start_ms + frame.duration_ms
