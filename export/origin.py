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

    command: str  # the ones that make it again, joined by &&; empty for what was not made here
    licence: str
    data: Sequence[Mapping[str, str]]


def write_origin(folder: Path, origin: Origin) -> None:
    text = json.dumps(asdict(origin), ensure_ascii=False, indent=1)
    (folder / ORIGIN).write_text(text + "\n", encoding="utf-8")


def read_origin(folder: Path) -> Origin:
    """What the folder tells of itself; one that tells nothing was not made here."""
    path = folder / ORIGIN
    if path.is_file():
        return Origin(**json.loads(path.read_text(encoding="utf-8")))
    return Origin("", UNKNOWN_LICENCE, [{"name": folder.name, "licence": UNKNOWN_LICENCE}])


def further(before: Origin, command: str, *learnt: Mapping[str, str]) -> Origin:
    """After one command more, which learnt from these sources too; the licence stays what it was."""
    commands = [one for one in (before.command, command) if one]
    data = [*before.data, *(source for source in learnt if source not in before.data)]
    return Origin(" && ".join(commands), before.licence, data)


def write_scores(folder: Path, scores: Mapping[str, float]) -> None:
    (folder / SCORES).write_text(json.dumps(scores, indent=1) + "\n", encoding="utf-8")


def read_scores(folder: Path) -> dict[str, float]:
    """What it scored when it was trained; nothing where the folder tells nothing."""
    path = folder / SCORES
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}
