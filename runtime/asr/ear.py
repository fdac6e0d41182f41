"""One open microphone: sound in, partial texts and finished utterances out.

Voice detection, endpointing and recognition of one stream, in one object that the hearing thread
owns. Sessions, ``zhanggui hear`` and tests all listen through it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from runtime.asr.engine import Recogniser
from runtime.audio import endpoint
from runtime.audio.endpoint import (
    EndpointConfig,
    EndpointState,
    EndReason,
    SpeechContinues,
    SpeechEnded,
    SpeechEvent,
    SpeechStarted,
    Waiting,
)
from runtime.audio.frames import Framer
from runtime.audio.vad import VoiceDetector
from runtime.types import AudioFrame, Partial, Utterance


class Ear:
    """Listens to one stream of 16 kHz mono s16 PCM."""

    def __init__(self, vad: VoiceDetector, recogniser: Recogniser, config: EndpointConfig) -> None:
        self._vad = vad
        self._recogniser = recogniser
        self._config = config
        self._framer = Framer()
        self._state: EndpointState = Waiting()
        self._start_ms = 0  # of the open speech
        self._shown: Partial | None = None  # of the open speech

    def push(self, pcm: bytes) -> list[Partial | Utterance]:
        """What was understood of the sound so far; ``pcm`` may be of any length."""
        return list(self._hear(self._framer.push(pcm)))

    def finish(self) -> list[Partial | Utterance]:
        """The stream is over: what was still open."""
        events = list(self._hear(self._framer.flush()))
        closing = endpoint.finish(self._state, self._config)
        self._state = Waiting()
        return events + list(self._understand(closing))

    def _hear(self, frames: Iterable[AudioFrame]) -> Iterator[Partial | Utterance]:
        for frame in frames:
            self._state, events = endpoint.step(self._state, self._vad.is_speech(frame), frame, self._config)
            yield from self._understand(events)

    def _understand(self, events: Iterable[SpeechEvent]) -> Iterator[Partial | Utterance]:
        for event in events:
            match event:
                case SpeechStarted(start_ms):
                    self._start_ms, self._shown = start_ms, None
                case SpeechContinues(frame):
                    if (partial := self._recogniser.accept(frame)) is not None:
                        self._shown = partial
                        yield partial
                case SpeechEnded(_, EndReason.NOISE):
                    self._recogniser.reset()
                    if self._shown is not None:  # take it back
                        yield Partial("", stable_chars=0, at_ms=self._shown.at_ms)
                case SpeechEnded(end_ms):
                    # The recogniser knows the sound with its pre-roll and silence, the endpoint the speech.
                    yield replace(self._recogniser.final(), start_ms=self._start_ms, end_ms=end_ms)
