"""The endpointing fold, by example and by property."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from runtime.audio.endpoint import (
    EndpointConfig,
    EndpointState,
    EndReason,
    SpeechContinues,
    SpeechEnded,
    SpeechEvent,
    SpeechStarted,
    Waiting,
    finish,
    step,
)
from runtime.types import AudioFrame

FRAME_MS = 20
PCM = bytes(640)


def run(pattern: list[bool], config: EndpointConfig, silence_ms: int | None = None) -> list[SpeechEvent]:
    state: EndpointState = Waiting()
    events: list[SpeechEvent] = []
    for number, voiced in enumerate(pattern):
        frame = AudioFrame(PCM, number * FRAME_MS, FRAME_MS)
        state, new = step(state, voiced, frame, config, silence_ms)
        events += new
    return [*events, *finish(state, config)]


def speech(ms: int) -> list[bool]:
    return [True] * (ms // FRAME_MS)


def silence(ms: int) -> list[bool]:
    return [False] * (ms // FRAME_MS)


def edges(events: list[SpeechEvent]) -> list[SpeechEvent]:
    return [event for event in events if not isinstance(event, SpeechContinues)]


def frames(events: list[SpeechEvent]) -> list[AudioFrame]:
    return [event.frame for event in events if isinstance(event, SpeechContinues)]


def test_speech_is_bounded_by_its_first_and_last_voiced_sample() -> None:
    events = run(silence(1000) + speech(500) + silence(1000), EndpointConfig())
    assert edges(events) == [SpeechStarted(1000), SpeechEnded(1500, EndReason.SILENCE)]


def test_pre_roll_comes_first_and_the_closing_silence_last() -> None:
    heard = frames(run(silence(1000) + speech(500) + silence(1000), EndpointConfig()))
    assert heard[0].start_ms == 700
    assert heard[-1].start_ms == 2180


def test_a_pause_shorter_than_the_hangover_is_part_of_the_utterance() -> None:
    events = run(speech(400) + silence(680) + speech(400) + silence(800), EndpointConfig())
    assert edges(events) == [SpeechStarted(0), SpeechEnded(1480, EndReason.SILENCE)]


def test_the_wanted_silence_may_differ_from_the_usual() -> None:
    pattern = speech(400) + silence(300) + speech(400) + silence(300)
    assert len(edges(run(pattern, EndpointConfig(), silence_ms=200))) == 4
    assert len(edges(run(pattern, EndpointConfig(), silence_ms=2000))) == 2


def test_a_click_is_no_start() -> None:
    assert run((speech(40) + silence(100)) * 5, EndpointConfig()) == []


def test_a_short_noise_is_named_as_such() -> None:
    events = run(speech(80) + silence(800), EndpointConfig())
    assert edges(events) == [SpeechStarted(0), SpeechEnded(80, EndReason.NOISE)]


def test_endless_speech_is_cut_without_losing_a_frame() -> None:
    config = EndpointConfig(max_utterance_ms=1000)
    events = run(speech(2400), config)
    assert [event.reason for event in events if isinstance(event, SpeechEnded)] == [
        EndReason.TOO_LONG,
        EndReason.TOO_LONG,
        EndReason.STREAM_END,
    ]
    assert [frame.start_ms for frame in frames(events)] == list(range(0, 2400, FRAME_MS))


def edge_ms(event: SpeechEvent) -> list[int]:
    match event:
        case SpeechStarted(start_ms):
            return [start_ms]
        case SpeechEnded(end_ms):
            return [end_ms]
        case _:
            return []


configs = st.builds(
    EndpointConfig,
    start_frames=st.integers(1, 5),
    hangover_ms=st.integers(20, 400),
    min_speech_ms=st.integers(0, 300),
    max_utterance_ms=st.integers(200, 3000),
    pre_roll_ms=st.integers(0, 400),
)
patterns = st.lists(st.tuples(st.booleans(), st.integers(1, 30))).map(
    lambda runs: [voiced for voiced, length in runs for _ in range(length)]
)


@given(patterns, configs)
def test_starts_and_ends_alternate_and_times_never_go_back(
    pattern: list[bool], config: EndpointConfig
) -> None:
    found = edges(run(pattern, config))
    assert [type(event) for event in found] == [SpeechStarted, SpeechEnded] * (len(found) // 2)
    times = [at for event in found for at in edge_ms(event)]
    assert all(before <= after for before, after in pairwise(times))


@given(patterns, configs)
def test_frames_come_once_in_order_and_only_between_start_and_end(
    pattern: list[bool], config: EndpointConfig
) -> None:
    events = run(pattern, config)
    starts = [frame.start_ms for frame in frames(events)]
    assert all(before < after for before, after in pairwise(starts))
    open_now = False
    for event in events:
        assert open_now or isinstance(event, SpeechStarted)
        open_now = not isinstance(event, SpeechEnded)


@given(patterns, configs)
def test_no_utterance_is_longer_than_allowed_and_none_misses_its_voiced_frames(
    pattern: list[bool], config: EndpointConfig
) -> None:
    events = run(pattern, config)
    given_out = {frame.start_ms for frame in frames(events)}
    found = edges(events)
    longest = max(config.max_utterance_ms, config.start_frames * FRAME_MS) + FRAME_MS
    for start, end in zip(found[::2], found[1::2], strict=True):
        assert isinstance(start, SpeechStarted)
        assert isinstance(end, SpeechEnded)
        assert end.end_ms - start.start_ms <= longest
        spoken = range(start.start_ms, end.end_ms, FRAME_MS)
        assert all(ms in given_out for ms in spoken if pattern[ms // FRAME_MS])
