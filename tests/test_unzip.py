"""Archives with flipped bytes: unpacked or named, and nothing written outside."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import ModelDamaged
from runtime.unzip import safe_path, unzip


def archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as writing:
        writing.writestr("top/a", b"hello" * 20)
        writing.writestr("top/b/c.txt", "世界" * 9)
    return buffer.getvalue()


GOOD = archive()


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=3))
def test_any_damage_is_survived(flips: list[tuple[int, int]]) -> None:
    content = bytearray(GOOD)
    for at, byte in flips:
        content[at] = byte
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "a.zip").write_bytes(content)
        with suppress(ModelDamaged):
            unzip(folder / "a.zip", folder / "out")
        assert {path.name for path in folder.iterdir()} <= {"a.zip", "out"}


@given(st.text(alphabet="./\\:~a\0\n世", max_size=12))
def test_a_safe_path_stays_below_its_folder(text: str) -> None:
    if safe_path(text):
        assert Path("/root/folder", text).resolve().is_relative_to("/root/folder")
        assert Path(text).parts
