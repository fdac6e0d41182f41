"""The command line: every error is one line with a code."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from runtime.cli import main


def _error(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    """What the command says as it fails."""
    monkeypatch.setattr(sys, "argv", ["zhanggui", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err
    return ended.value.code if isinstance(ended.value.code, str) else said.rstrip("\n")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], "usage"),
        (["sell"], "usage"),
        (["catalog", "import"], "usage"),
        (["serve", "--port", "99999"], "usage"),
        (["serve", "--port", "八"], "usage"),
        (["models", "pull", "nobody"], "model-unknown"),
        (["models", "pull", "qwen3-0.6b", "--data-dir", "{file}"], "io-failed"),
        (["doctor", "--profile", "{folder}"], "bad-setting"),
        (["doctor", "--profile", "{folder}/none.toml"], "bad-setting"),
        (["doctor", "--profile", "{file}"], "bad-setting"),
        (["catalog", "search", "空调", "--data-dir", "{file}"], "store-failed"),
    ],
)
def test_an_error_is_one_line_with_a_code(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    words: list[str],
    code: str,
) -> None:
    file = tmp_path / "file"
    file.write_text("no TOML")
    filled = [word.format(folder=tmp_path, file=file) for word in words]
    said = _error(capsys, monkeypatch, *filled)
    assert said.startswith("zhanggui")
    assert said.endswith(f"[{code}]")
    assert "\n" not in said


@pytest.mark.parametrize(
    "command",
    [
        "serve", "batch", "hear", "catalog import", "catalog search",
        "models list", "models verify", "models pull", "doctor",
    ],
)  # fmt: skip
def test_help_has_an_example(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["zhanggui", *command.split(), "--help"])
    with pytest.raises(SystemExit, match=r"^0$"):
        main()
    assert f"example: zhanggui {command}" in capsys.readouterr().out
