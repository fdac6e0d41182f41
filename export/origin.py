"""Where a trained folder comes from: origin.json, which goes into the manifest with what is made of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ORIGIN = "origin.json"
GENERATED = {"name": "export/data, generated with the seed", "licence": "Apache-2.0"}
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


def foreign(folder: Path, command: str) -> Origin:
    """Of a folder that was not made here."""
    return Origin(command, UNKNOWN_LICENCE, [{"name": folder.name, "licence": UNKNOWN_LICENCE}])
