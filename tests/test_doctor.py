"""Each examination on a machine that is well and on one that is not."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from runtime.doctor import (
    check_clock,
    check_cores,
    check_database,
    check_disk,
    check_memory,
    check_models,
    check_port,
    check_processor,
    check_python,
    check_recogniser,
    examine,
)
from tests.asr.tiny_model import write_tiny_model

WELL = "processor : 0\nflags\t\t: fpu sse2 avx avx2 fma f16c bmi1 bmi2\n"
MANIFEST = """\
[[model]]
name = "one"
version = "1"
licence = "MIT"
[[model.file]]
path = "a.bin"
bytes = 3
sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
[[model]]
name = "two"
version = "1"
licence = "MIT"
[[model.file]]
path = "b.bin"
url = "http://127.0.0.1/b.bin"
"""


@pytest.mark.parametrize(
    ("machine", "cpuinfo", "ok", "detail"),
    [
        ("x86_64", WELL, True, "has avx2"),
        ("x86_64", WELL.replace("avx2", ""), False, "lacks avx2"),
        ("x86_64", "", False, "lacks avx2, fma, f16c, bmi2"),
        ("aarch64", "Features : fp asimd", True, "aarch64"),
    ],
)
def test_the_processor(machine: str, cpuinfo: str, ok: bool, detail: str) -> None:
    finding = check_processor(machine, cpuinfo)
    assert finding.ok is ok
    assert detail in finding.detail


def test_small_machines_are_named() -> None:
    assert check_memory("MemTotal:        4000000 kB\nMemFree: 1 kB\n").ok
    assert not check_memory("MemTotal:        2000000 kB\n").ok
    assert not check_memory("").ok
    assert check_cores(2).ok
    assert not check_cores(1).ok
    assert check_python((3, 12)).ok
    assert not check_python((3, 10)).ok


def test_a_clock_that_forgot_the_date() -> None:
    assert check_clock(date(2026, 11, 21)).ok
    assert not check_clock(date(1970, 1, 1)).ok


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert str(tmp_path) in check_disk(tmp_path).detail
    monkeypatch.setattr("runtime.doctor.MIN_FREE_MB", 10**9)
    assert not check_disk(tmp_path).ok


def test_models_whole_damaged_missing_and_unlisted(tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_text(MANIFEST)
    (missing,) = check_models(tmp_path, tmp_path / "none")
    assert not missing.ok
    (tmp_path / "a.bin").write_bytes(b"abd")
    (damaged,) = check_models(tmp_path, tmp_path / "none")
    assert "does not match its sha256" in damaged.detail
    (tmp_path / "a.bin").write_bytes(b"abc")
    (whole,) = check_models(tmp_path, tmp_path / "none")
    assert whole.ok
    assert whole.detail == "1 files here and whole"
    (tmp_path / "manifest.toml").write_text("[[")
    (unlisted,) = check_models(tmp_path, tmp_path / "none")
    assert not unlisted.ok


def test_the_database(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    assert check_database(path).ok
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE t (a)")
    connection.executemany("INSERT INTO t VALUES (?)", [(str(n) * 50,) for n in range(2000)])
    connection.commit()
    assert check_database(path).ok
    connection.close()
    assert check_database(path).ok
    content = bytearray(path.read_bytes())
    content[4096:12288] = b"\xff" * 8192
    path.write_bytes(content)
    assert not check_database(path).ok
    path.write_bytes(b"not a database at all, but long enough to be read as one" * 100)
    assert "not a database" in check_database(path).detail


def test_a_recogniser_is_optional_and_tried_in_another_process(tmp_path: Path) -> None:
    assert check_recogniser(None).ok
    assert check_recogniser(write_tiny_model(tmp_path / "good")).ok
    assert "no Vosk model there" in check_recogniser(tmp_path / "none").detail


def test_a_model_that_kills_its_process_is_survived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.doctor.HEAR_SILENCE", "import os; os.abort()")
    assert check_recogniser(tmp_path).detail == "ended by signal 6"


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server.getsockname()[1]


def test_a_taken_port(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.doctor.ANSWER_S", 0.1)
    assert not check_port("127.0.0.1", taken).ok
    assert check_port("127.0.0.1", 0).ok


def test_everything_is_looked_at_and_nothing_changed(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models/manifest.toml").write_text(MANIFEST)
    before = sorted(tmp_path.rglob("*"))
    findings = examine(tmp_path / "data", tmp_path / "models", "127.0.0.1", 0, None)
    assert {finding.name for finding in findings} == {
        "python", "processor", "cores", "memory", "disk", "clock",
        "engines", "models", "database", "recogniser", "port",
    }  # fmt: skip
    assert sorted(tmp_path.rglob("*")) == before
