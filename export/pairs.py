"""Which characters customers write one after the other, counted in the hand-written sentences."""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from runtime.understanding.homophones import PAIRS_FILE, in_characters

HAND = Path(__file__).parent / "data" / "patterns" / "hand"
_MARK = re.compile(r"\[\w+:([^\]]*)\]|@[喜怒豫]$")


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="export pairs", description=__doc__)
    parser.add_argument("--out", type=Path, default=PAIRS_FILE)
    arguments = parser.parse_args(argv)
    files = sorted(HAND.glob("*.txt"))
    lines = [line for file in files for line in file.read_text("utf-8").splitlines() if line[:1] != "#"]
    table = count_pairs(_MARK.sub(r"\1", line) for line in lines)
    arguments.out.write_text(table, "utf-8")
    print(f"{arguments.out.name}: {len(table.splitlines())} characters from {len(lines)} sentences")
    return 0


def count_pairs(sentences: Iterable[str]) -> str:
    """A line a character: how often it stands, then each that follows it with how often, if more than once.

    ``_`` stands for the sentence's end and for all that is not a Chinese character.
    """
    chars, pairs = Counter[str](), Counter[tuple[str, str]]()
    for sentence in sentences:
        written = in_characters(sentence)
        chars.update(written[:-1])
        pairs.update(pairwise(written))
    followers: defaultdict[str, list[str]] = defaultdict(list)
    for (char, after), count in pairs.most_common():
        followers[char].append(f"{after}{count}" if count > 1 else after)
    return "".join(f"{char}{count} {''.join(followers[char])}\n" for char, count in sorted(chars.items()))
