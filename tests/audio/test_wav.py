"""WAV files, good and bad."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.audio.wav import read_wav
from runtime.errors import BadAudio
from tests.asr.sounds import write_wav


def test_sound_comes_back_in_frames(tmp_path: Path) -> None:
    pcm = bytes(range(256)) * 5
    frames = list(read_wav(write_wav(tmp_path / "a.wav", pcm)))
    assert b"".join(frame.pcm for frame in frames)[: len(pcm)] == pcm
    assert [frame.start_ms for frame in frames] == [0, 20]


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"rate": 8_000}, "audio-rate", "expected 16000 Hz, got 8000"),
        ({"width": 1}, "audio-width", "expected 16 bits a sample, got 8"),
        ({"channels": 2}, "audio-channels", "expected 1 channels, got 2"),
    ],
)
def test_the_wrong_kind_of_sound_is_named(
    tmp_path: Path, change: dict[str, int], code: str, words: str
) -> None:
    with pytest.raises(BadAudio, match=words) as caught:
        list(read_wav(write_wav(tmp_path / "a.wav", bytes(640), **change)))
    assert caught.value.code == code


def test_a_file_without_sound_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadAudio, match="holds no sound") as caught:
        list(read_wav(write_wav(tmp_path / "a.wav", b"")))
    assert caught.value.code == "audio-empty"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadAudio, match="No such file") as caught:
        list(read_wav(tmp_path / "none.wav"))
    assert caught.value.code == "audio-missing"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadAudio, match="directory"):
        list(read_wav(tmp_path))


def test_a_streamed_header_that_claims_4_gib_gives_what_is_there(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", bytes(1280))
    content = bytearray(path.read_bytes())
    content[4:8] = content[40:44] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    assert len(list(read_wav(path))) == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 1400), junk=st.binary(max_size=60), at=st.integers(0, 60))
def test_a_damaged_file_is_read_or_named_and_nothing_else(
    tmp_path: Path, cut: int, junk: bytes, at: int
) -> None:
    content = bytearray(write_wav(tmp_path / "a.wav", bytes(1280)).read_bytes())
    content[at : at + len(junk)] = junk
    (tmp_path / "b.wav").write_bytes(content[:cut])
    with suppress(BadAudio):
        assert len(list(read_wav(tmp_path / "b.wav"))) <= 3
