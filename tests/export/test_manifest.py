"""Entries are put in place by name; what others wrote stays as it is."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

from export.manifest import Entry, attach, read, record, rendered
from runtime.settings import MODELS

OTHERS = '# written by hand\n\n[[model]]\nname = "other"  # kept\n\n[[model.file]]\npath = "other/x.bin"\n'


def entry(models: Path) -> Entry:
    file = models / "small" / "model.onnx"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"weights")
    return Entry(
        name="small",
        version="1",
        command="python -m export small",
        made=date(2026, 1, 2),
        data=[{"name": "文本", "licence": "Apache-2.0"}],
        metrics={"f1": 0.5},
        files=[file],
    )


def test_an_entry_states_what_its_files_weigh(tmp_path: Path) -> None:
    record(tmp_path, entry(tmp_path))
    (model,) = tomllib.loads((tmp_path / "manifest.toml").read_text(encoding="utf-8"))["model"]
    digest = hashlib.sha256(b"weights").hexdigest()
    assert model["file"] == [{"path": "small/model.onnx", "bytes": 7, "sha256": digest}]
    assert model["data"] == [{"name": "文本", "licence": "Apache-2.0"}]
    assert (model["metrics"], model["date"]) == ({"f1": 0.5}, date(2026, 1, 2))


def test_an_entry_takes_the_place_of_its_elder_alone(tmp_path: Path) -> None:
    path = tmp_path / "manifest.toml"
    path.write_text(OTHERS, encoding="utf-8")
    for version in ("1", "2"):
        record(tmp_path, replace(entry(tmp_path), version=version))
    written = path.read_text(encoding="utf-8")
    assert written.startswith(OTHERS.rstrip())
    models = tomllib.loads(written)["model"]
    assert [model["name"] for model in models] == ["other", "small"]
    assert models[1]["version"] == "2"


def test_the_report_says_what_the_manifest_and_its_pages_say() -> None:
    written = (MODELS / "REPORT.md").read_text(encoding="utf-8")
    assert written == rendered(MODELS), "run any export command that records a model, or attach a page again"


def test_every_page_is_the_one_that_was_recorded() -> None:
    for model in read(MODELS):
        for report in model.get("reports", ()):
            page = (MODELS / report["path"]).read_bytes()
            assert hashlib.sha256(page).hexdigest() == report["sha256"], report["path"]


def test_a_page_joins_the_report_and_a_new_version_begins_without(tmp_path: Path) -> None:
    record(tmp_path, entry(tmp_path))
    attach(tmp_path, "small", "On dev", "python -m export look", "| dev | 0.6 |")
    attach(tmp_path, "small", "On dev", "python -m export look", "| dev | 0.7 |")
    report = (tmp_path / "REPORT.md").read_text(encoding="utf-8")
    assert "| dev | 0.7 |" in report
    assert "| dev | 0.6 |" not in report
    assert report == rendered(tmp_path)
    assert [each["title"] for each in read(tmp_path)[0]["reports"]] == ["On dev"]
    record(tmp_path, replace(entry(tmp_path), version="2"))
    assert "| dev | 0.7 |" not in (tmp_path / "REPORT.md").read_text(encoding="utf-8")
