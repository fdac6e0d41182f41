"""Writes models/manifest.toml: which models there are, what they were made of, and what they must weigh.

[[model]]            name, version, licence, command, date, data = [{name, licence}], metrics = {…}
[[model.file]]       path (relative to models/), bytes, sha256
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

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


def record(models: Path, entry: Entry) -> None:
    """Put the entry into the folder's manifest in place of the one with its name; others stay as they are."""
    path = models / "manifest.toml"
    head, *blocks = (path.read_text(encoding="utf-8") if path.exists() else "").split(_HEAD)
    named = f"name = {_toml(entry.name)}"
    kept = [f"{block.rstrip()}\n\n" for block in blocks if named not in block.splitlines()]
    path.write_text(_HEAD.join([head, *kept, _block(models, entry)]), encoding="utf-8")


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
