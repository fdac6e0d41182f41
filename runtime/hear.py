"""``zhanggui hear``: a WAV file through listening and turns, as if it came from the microphone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runtime.asr.ear import Ear
from runtime.audio.wav import read_wav
from runtime.batch import turn_json
from runtime.types import SAMPLE_RATE_HZ, AudioFrame, Partial, Utterance

if TYPE_CHECKING:
    from runtime.shop import Shop

Sleep = Callable[[float], Awaitable[None]]


async def hear_file(
    shop: Shop, path: Path, *, fast: bool, sleep: Sleep = asyncio.sleep
) -> AsyncIterator[dict[str, Any]]:
    """Events of type partial, heard and done, or nothing if no words were heard; ``line`` is for reading.

    At the speed of the sound unless ``fast``. Raises BadAudio, and ModelMissing without a recogniser.
    """
    steps = listen(read_wav(path), await shop.open_ear(SAMPLE_RATE_HZ))
    session = await shop.sessions.open(None)
    loop = asyncio.get_running_loop()
    begun, understood = loop.time(), False
    while step := await shop.hearing.call(next, steps, None):
        until_ms, events = step
        if not fast:
            await sleep(max(0.0, begun + until_ms / 1000 - loop.time()))
        for event in events:
            yield _shown(event)
            if isinstance(event, Utterance) and event.text:
                understood = True
                turn = await session.finish(event)
                yield {"type": "done", "line": turn.reply.text, **turn_json(turn)}
    if not understood:
        yield {"type": "nothing", "line": "(no words were heard)"}


def listen(frames: Iterable[AudioFrame], ear: Ear) -> Iterator[tuple[int, list[Partial | Utterance]]]:
    """For each frame: the time in ms that it reaches, and what was understood by then."""
    end_ms = 0
    for frame in frames:
        end_ms = frame.start_ms + frame.duration_ms
        yield end_ms, ear.push(frame.pcm)
    yield end_ms, ear.finish()


def _shown(event: Partial | Utterance) -> dict[str, Any]:
    if isinstance(event, Partial):
        return {
            "type": "partial",
            "line": f"… {event.text}",
            "text": event.text,
            "stable_chars": event.stable_chars,
            "at_ms": event.at_ms,
        }
    return {
        "type": "heard",
        "line": f"> {event.text or '(no words)'}",
        "text": event.text,
        "confidence": round(event.confidence, 3),
        "start_ms": event.start_ms,
        "end_ms": event.end_ms,
    }
