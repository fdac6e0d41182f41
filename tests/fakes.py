"""Fakes for the engines, one beside each Protocol: they do what their script says."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from runtime.types import AudioFrame, Draft, Partial, Utterance


class ScriptedRecogniser:
    """Says one more character of its text with each frame."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._frames: list[AudioFrame] = []

    def accept(self, frame: AudioFrame) -> Partial | None:
        self._frames.append(frame)
        said = self._text[: len(self._frames)]
        at_ms = frame.start_ms + frame.duration_ms
        return Partial(said, len(said) - 1, at_ms) if len(self._frames) <= len(self._text) else None

    def final(self) -> Utterance:
        frames, self._frames = self._frames, []
        if not frames:
            return Utterance("", voiced=True, confidence=0.0)
        end_ms = frames[-1].start_ms + frames[-1].duration_ms
        return Utterance(self._text[: len(frames)], voiced=True, start_ms=frames[0].start_ms, end_ms=end_ms)

    def reset(self) -> None:
        self._frames = []


class LoudnessVad:
    """Takes every frame that is not digital silence for speech."""

    def is_speech(self, frame: AudioFrame) -> bool:
        return any(frame.pcm)


class ScriptedGenerator:
    """Says what its script says, whatever the prompt, in pieces of two characters."""

    chat_template = False
    script = ""

    def __init__(self, *_args: object, **_options: object) -> None:
        pass

    def render(self, messages: list[dict[str, str]]) -> str:
        return "\n".join(message["content"] for message in messages)

    def stream(
        self, session: str, prompt: str, max_tokens: int, cancelled: threading.Event, *_options: object
    ) -> Iterator[Draft]:
        script = type(self).script
        for at in range(0, len(script), 2):
            if cancelled.is_set():
                return
            yield Draft(script[at : at + 2])

    def close(self) -> None:
        pass
