"""The pins file: what is written is read, and damage is named."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import BadSetting
from runtime.pins import PINS, read_pins, write_pins
from runtime.unzip import safe_path


@given(st.dictionaries(st.text(min_size=1).filter(safe_path), st.text(alphabet="0123456789abcdef")))
def test_what_is_written_is_read(pins: dict[str, str]) -> None:
    with TemporaryDirectory() as folder:
        write_pins(Path(folder), pins)
        assert read_pins(Path(folder)) == pins
        assert [path.name for path in Path(folder).iterdir()] == [PINS]


def test_without_a_file_nothing_is_pinned(tmp_path: Path) -> None:
    assert read_pins(tmp_path) == {}


@pytest.mark.parametrize("content", [b"[sha256", b"\xff", b"", b"sha256 = 3"])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / PINS).write_bytes(content)
    with pytest.raises(BadSetting, match="pins"):
        read_pins(tmp_path)
