"""Sounds that the tiny model knows, and WAV files of them."""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path


def hum(ms: int, *harmonics_hz: int) -> bytes:
    samples = (sum(math.sin(2 * math.pi * hz * n / 16_000) for hz in harmonics_hz) for n in range(16 * ms))
    return struct.pack(f"<{16 * ms}h", *(int(8000 * sample / len(harmonics_hz)) for sample in samples))


def silence(ms: int) -> bytes:
    return bytes(32 * ms)


AIR_CONDITIONER = hum(600, 150, 300, 450)  # what the tiny model takes for 空调
FRIDGE = hum(600, 4000, 5000, 6000)  # what it takes for 冰箱


def write_wav(path: Path, pcm: bytes, rate: int = 16_000, width: int = 2, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(width)
        sound.setframerate(rate)
        sound.writeframes(pcm)
    return path
