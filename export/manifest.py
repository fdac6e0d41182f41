"""Writes models/manifest.toml: which models there are, what they were made of, and what they must weigh.

[[model]]            name, version, licence, command, date, data = [{name, licence}], metrics = {…},
                     reports = [{title, command, path, sha256}]
[[model.file]]       path (relative to models/), bytes, sha256

models/REPORT.md is written from it and from the reports' pages, which lie in models/NAME/reports/. A new
version of a model begins without reports: they were about another one.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

_HEAD = "[[model]]"


@dataclass(frozen=True, slots=True)
class Entry:
    """One model as the manifest lists it."""

    name: str
    version: str
    command: str  # the one that makes it again
    made: date
    data: Sequence[Mapping[str, str]]  # name and licence of each source
    metrics: Mapping[str, float]
    files: Sequence[Path]
    licence: str = "Apache-2.0"
    reports: Sequence[Mapping[str, str]] = ()


def read(models: Path) -> list[dict[str, Any]]:
    """The entries as written."""
    return list(tomllib.loads((models / "manifest.toml").read_text(encoding="utf-8"))["model"])


def attach(models: Path, name: str, title: str, command: str, page: str) -> None:
    """Put a page of Markdown into the report of this model, in place of the one with its title."""
    known = next(model for model in read(models) if model["name"] == name)
    path = models / name / "reports" / f"{re.sub('[^a-z0-9]+', '-', title.lower())}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(page.strip() + "\n", encoding="utf-8")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    added = {
        "title": title,
        "command": command,
        "path": path.relative_to(models).as_posix(),
        "sha256": digest,
    }
    kept = [report for report in known.get("reports", ()) if report["title"] != title]
    entry = Entry(
        name=name,
        version=known["version"],
        command=known["command"],
        made=known["date"],
        data=known["data"],
        metrics=known["metrics"],
        files=[models / file["path"] for file in known["file"]],
        licence=known["licence"],
        reports=sorted([*kept, added], key=lambda report: report["title"]),
    )
    record(models, entry)


def record(models: Path, entry: Entry) -> None:
    """Put the entry into the folder's manifest in place of the one with its name; others stay as they are."""
    path = models / "manifest.toml"
    head, *blocks = (path.read_text(encoding="utf-8") if path.exists() else "").split(_HEAD)
    named = f"name = {_toml(entry.name)}"
    kept = [f"{block.rstrip()}\n\n" for block in blocks if named not in block.splitlines()]
    path.write_text(_HEAD.join([head, *kept, _block(models, entry)]), encoding="utf-8")
    (models / "REPORT.md").write_text(rendered(models), encoding="utf-8")


def rendered(models: Path) -> str:
    """What models/REPORT.md must say: every trained model, its figures, and its reports' pages."""
    trained = [model for model in read(models) if "command" in model]
    return "\n\n".join([_REPORT_HEAD, *(_section(models, model) for model in trained)]) + "\n"


_REPORT_HEAD = """# What the models are worth

Written by `export/manifest.py` from manifest.toml and the pages that each command left; do not edit. *open*
lines were read while working, *sealed* ones never: a gap between the two is a sign of tuning to the set."""


def _section(models: Path, model: Mapping[str, Any]) -> str:
    data = ", ".join(f"{source['name']} ({source['licence']})" for source in model["data"])
    files = [f"| {file['path']} | {file['bytes']:,} | `{file['sha256']}` |" for file in model["file"]]
    metrics = [f"| {name.replace('_', ' ')} | {value} |" for name, value in model["metrics"].items()]
    pages = [_page(models, report) for report in model.get("reports", ())]
    table = [
        "| file | bytes | sha256 |",
        "|---|---|---|",
        *files,
        "",
        "| metric | value |",
        "|---|---|",
        *metrics,
    ]
    made = f"Version {model['version']}, {model['licence']}, {model['date']}, by\n`{model['command']}`"
    return "\n\n".join([f"## {model['name']}", made, f"Trained on: {data}.", "\n".join(table), *pages])


def _page(models: Path, report: Mapping[str, str]) -> str:
    page = (models / report["path"]).read_text(encoding="utf-8").strip()
    return f"### {report['title']}\n\n`{report['command']}`\n\n{page}"


def _block(models: Path, entry: Entry) -> str:
    fields = {
        "name": entry.name,
        "version": entry.version,
        "licence": entry.licence,
        "command": entry.command,
        "date": entry.made,
        "data": entry.data,
        "metrics": entry.metrics,
    }
    if entry.reports:
        fields["reports"] = entry.reports
    lines = [f"{key} = {_toml(value)}" for key, value in fields.items()]
    for file in entry.files:
        content = file.read_bytes()
        lines += [
            "",
            "[[model.file]]",
            f"path = {_toml(file.relative_to(models).as_posix())}",
            f"bytes = {len(content)}",
            f"sha256 = {_toml(hashlib.sha256(content).hexdigest())}",
        ]
    return "\n" + "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[\n" + "".join(f"    {_toml(item)},\n" for item in value) + "]"
    return str(value)
