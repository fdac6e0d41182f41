"""What a trained folder tells of itself for the manifest: origin.json (of what), training.json (how well)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ORIGIN, SCORES = "origin.json", "training.json"
GENERATED = {"name": "export/data, written and generated here", "licence": "Apache-2.0"}
UNKNOWN_LICENCE = "that of the model it was made from"


@dataclass(frozen=True, slots=True)
class Origin:
    """How it was made and of what; ``data`` holds name and licence of each source."""

    command: str
    licence: str
    data: Sequence[Mapping[str, str]]


def write_origin(folder: Path, origin: Origin) -> None:
    text = json.dumps(asdict(origin), ensure_ascii=False, indent=1)
    (folder / ORIGIN).write_text(text + "\n", encoding="utf-8")


def read_origin(folder: Path, otherwise: Origin) -> Origin:
    """What the folder tells of itself, or ``otherwise`` where it tells nothing."""
    path = folder / ORIGIN
    return Origin(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else otherwise


def write_scores(folder: Path, scores: Mapping[str, float]) -> None:
    (folder / SCORES).write_text(json.dumps(scores, indent=1) + "\n", encoding="utf-8")


def read_scores(folder: Path) -> dict[str, float]:
    """What it scored when it was trained; nothing where the folder tells nothing."""
    path = folder / SCORES
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def foreign(folder: Path, command: str) -> Origin:
    """Of a folder that was not made here."""
    return Origin(command, UNKNOWN_LICENCE, [{"name": folder.name, "licence": UNKNOWN_LICENCE}])
