"""Re-framing: no byte lost, none invented, whatever the chunks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runtime.audio.frames import FRAME_MS, Framer, pcm_bytes


@given(st.lists(st.binary(max_size=2000), max_size=20))
def test_chunks_of_any_size_become_whole_frames_in_order(chunks: list[bytes]) -> None:
    framer = Framer()
    frames = [frame for chunk in chunks for frame in framer.push(chunk)] + list(framer.flush())
    sound = b"".join(chunks)
    even = sound[: len(sound) - len(sound) % 2]
    joined = b"".join(frame.pcm for frame in frames)
    assert joined[: len(even)] == even
    assert not any(joined[len(even) :])
    assert len(joined) - len(even) < pcm_bytes(FRAME_MS)
    assert [frame.start_ms for frame in frames] == [FRAME_MS * number for number in range(len(frames))]
    assert all(len(frame.pcm) == pcm_bytes(frame.duration_ms) for frame in frames)


def test_nothing_in_nothing_out() -> None:
    framer = Framer()
    assert framer.push(b"") == ()
    assert framer.push(b"\1") == ()
    assert framer.flush() == ()
