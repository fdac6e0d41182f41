"""Is this frame a voice?"""

from __future__ import annotations

from typing import Protocol

import webrtcvad

from runtime.audio.frames import pcm_bytes
from runtime.errors import BadAudio
from runtime.types import SAMPLE_RATE_HZ, AudioFrame

STRICTNESS = 2  # 0..3; 3 loses soft speakers, 1 takes a fan for a voice


class VoiceDetector(Protocol):
    def is_speech(self, frame: AudioFrame) -> bool: ...


class WebRtcVad:
    """webrtcvad's Gaussian mixtures. It adapts to the sound it heard: one for each stream."""

    def __init__(self, strictness: int = STRICTNESS) -> None:
        self._vad = webrtcvad.Vad(strictness)

    def is_speech(self, frame: AudioFrame) -> bool:
        """Raises BadAudio unless the frame holds exactly 10, 20 or 30 ms."""
        if frame.duration_ms not in (10, 20, 30) or len(frame.pcm) != pcm_bytes(frame.duration_ms):
            raise BadAudio(
                f"expected a frame of 10, 20 or 30 ms, got {len(frame.pcm)} bytes", code="audio-frame"
            )
        speech = bool(self._vad.is_speech(frame.pcm, SAMPLE_RATE_HZ))
        # Zeros, as from a muted microphone, are speech to mixtures that have adapted to clear sounds.
        return speech and any(frame.pcm)
