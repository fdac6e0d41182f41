"""Raw PCM of any chunk size cut into frames of one length."""

from __future__ import annotations

from runtime.types import SAMPLE_RATE_HZ, AudioFrame

BYTES_PER_SAMPLE = 2
FRAME_MS = 20


def pcm_bytes(duration_ms: int) -> int:
    """How many bytes of 16 kHz 16-bit mono PCM last this long."""
    return SAMPLE_RATE_HZ * BYTES_PER_SAMPLE * duration_ms // 1000


class Framer:
    """Cuts a PCM stream into frames of 20 ms whose times follow from the bytes seen, not from a clock."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._next_ms = 0

    def push(self, chunk: bytes) -> tuple[AudioFrame, ...]:
        """The frames that this chunk completes; what is left over waits for the next chunk."""
        self._rest += chunk
        size = pcm_bytes(FRAME_MS)
        whole = len(self._rest) - len(self._rest) % size
        frames = tuple(self._frame(bytes(self._rest[at : at + size])) for at in range(0, whole, size))
        del self._rest[:whole]
        return frames

    def flush(self) -> tuple[AudioFrame, ...]:
        """The unfinished last frame, filled up with silence; half a sample is dropped."""
        tail = bytes(self._rest[: len(self._rest) - len(self._rest) % BYTES_PER_SAMPLE])
        self._rest.clear()
        return (self._frame(tail.ljust(pcm_bytes(FRAME_MS), b"\0")),) if tail else ()

    def _frame(self, pcm: bytes) -> AudioFrame:
        frame = AudioFrame(pcm, self._next_ms, FRAME_MS)
        self._next_ms += FRAME_MS
        return frame
