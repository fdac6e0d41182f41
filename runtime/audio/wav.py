"""WAV files as frames."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path

from runtime.audio.frames import BYTES_PER_SAMPLE, FRAME_MS, Framer
from runtime.errors import BadAudio
from runtime.types import SAMPLE_RATE_HZ, AudioFrame


def read_wav(path: Path) -> Iterator[AudioFrame]:
    """The file's sound in frames of 20 ms, the last one filled up with silence.

    A file that was cut off gives what it has. Raises BadAudio on the first frame, with the code
    audio-missing, audio-format, audio-rate, audio-width, audio-channels or audio-empty.
    """
    try:
        with path.open("rb") as file, wave.open(file) as sound:
            _check(path, sound)
            yield from _frames(path, sound)
    except OSError as error:
        raise BadAudio(f"{path}: cannot be read: {error.strerror}", code="audio-missing") from error
    except (wave.Error, EOFError, RuntimeError) as error:
        reason = str(error) or "the file ends inside its header"
        raise BadAudio(f"{path}: expected a PCM WAV file: {reason}", code="audio-format") from error


def _check(path: Path, sound: wave.Wave_read) -> None:
    for code, what, got, expected in (
        ("audio-channels", "channels", sound.getnchannels(), 1),
        ("audio-width", "bits a sample", sound.getsampwidth() * 8, BYTES_PER_SAMPLE * 8),
        ("audio-rate", "Hz", sound.getframerate(), SAMPLE_RATE_HZ),
    ):
        if got != expected:
            raise BadAudio(f"{path}: expected {expected} {what}, got {got} {what}", code=code)


def _frames(path: Path, sound: wave.Wave_read) -> Iterator[AudioFrame]:
    # Read frame by frame: a streamed file's header may claim 4 GiB, and a read of that size would reserve it.
    framer, block = Framer(), SAMPLE_RATE_HZ * FRAME_MS // 1000
    pcm = sound.readframes(block)
    if len(pcm) < BYTES_PER_SAMPLE:
        raise BadAudio(f"{path}: holds no sound", code="audio-empty")
    while pcm:
        yield from framer.push(pcm)
        pcm = sound.readframes(block)
    yield from framer.flush()
