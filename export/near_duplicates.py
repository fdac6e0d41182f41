"""Keeps the sentences of the dev set, open or sealed, out of the training lines written by hand."""

from __future__ import annotations

import argparse
import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from export.data.near import Sentences

DEV = Path(__file__).parent / "data/dev"
HAND = Path(__file__).parent / "data/patterns/hand"


def dev_texts(folder: Path) -> Iterator[str]:
    """Everything that a customer says in both parts: utterances, turns, questions."""
    for path in sorted(folder.glob("*/*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            said = json.loads(line)
            yield from (turn["text"] for turn in said.get("turns", [said]))


def near_lines(path: Path, sentences: Sentences) -> list[int]:
    """Numbers, from 1, of the lines of a pattern file that are near to one of the sentences."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [at for at, line in enumerate(lines, 1) if not line.startswith("#") and line in sentences]


def drop(path: Path, numbers: Collection[int]) -> None:
    """Writes the file again without the lines of these numbers."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = (line for at, line in enumerate(lines, 1) if at not in numbers)
    path.write_text("".join(kept), encoding="utf-8")


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m export near-duplicates",
        description="List the hand-written training lines that are near to a sentence of the dev set. "
        "The sentence itself is never shown. Exit code 1 when there are any.",
        epilog="example: python -m export near-duplicates --drop",
    )
    parser.add_argument("--drop", action="store_true", help="delete them, and exit with 0")
    args = parser.parse_args(argv)
    sentences = Sentences(dev_texts(DEV))
    found = {path: near_lines(path, sentences) for path in sorted(HAND.glob("*.txt"))}
    for path, numbers in found.items():
        for number in numbers:
            print(f"{path.name}:{number}")
        if args.drop and numbers:
            drop(path, set(numbers))
    print(f"{sum(map(len, found.values()))} lines near to the dev set{' dropped' if args.drop else ''}")
    return int(any(found.values()) and not args.drop)
