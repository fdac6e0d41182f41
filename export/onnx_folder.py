"""What the box loads: model.onnx, vocab.txt and config.json in one folder, and their manifest entry."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from export.bert_family import write_vocabulary
from export.manifest import Entry, record
from export.origin import Origin

_FILES = ("model.onnx", "vocab.txt", "config.json")


def write_folder(to: Path, graph: bytes, tokens: Sequence[str], config: Mapping[str, Any]) -> str:
    """Returns the version, which is the graph's checksum and stands in config.json too."""
    version = hashlib.sha256(graph).hexdigest()[:12]
    to.mkdir(parents=True, exist_ok=True)
    (to / "model.onnx").write_bytes(graph)
    write_vocabulary(to, tokens)
    text = json.dumps({**config, "version": version}, ensure_ascii=False)
    (to / "config.json").write_text(text + "\n", encoding="utf-8")
    print(f"{to}: {len(graph)} bytes, version {version}")
    return version


def list_folder(to: Path, version: str, origin: Origin, metrics: Mapping[str, float]) -> None:
    """Put the folder into the manifest beside it, under its own name."""
    entry = Entry(
        name=to.name,
        version=version,
        command=origin.command,
        made=date.today(),
        data=origin.data,
        metrics={name: round(value, 4) for name, value in metrics.items()},
        files=[to / name for name in _FILES],
        licence=origin.licence,
    )
    record(to.parent, entry)
