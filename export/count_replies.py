"""How many different replies the generator's training turns hold, and how they vary."""

from __future__ import annotations

import argparse
from collections import Counter

from export.data.replies import samples
from export.figures import fact_lines


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="export count-replies", description=__doc__)
    parser.add_argument("--turns", type=int, default=300_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args(argv)
    replies, shapes, begun, tactics = set(), set(), set(), Counter[str]()
    lengths, named = Counter[int](), Counter[int]()
    for turn in samples(arguments.seed, arguments.turns):
        if turn.reply in replies:
            continue
        replies.add(turn.reply)
        goods = [line.split("|")[0] for line in fact_lines(turn.prompt) if "|" in line]
        begun.add(turn.reply[:6])
        shapes.add(turn.reply[-6:])
        tactics[turn.tactic] += 1
        lengths[len(turn.reply) // 20 * 20] += 1
        named[sum(name in turn.reply for name in goods)] += 1
    print(f"{len(replies)} different replies in {arguments.turns} turns of seed {arguments.seed}")
    print(f"{len(begun)} different first and {len(shapes)} different last six characters")
    print("by tactic: " + ", ".join(f"{tactic} {count}" for tactic, count in tactics.most_common()))
    print("by length: " + ", ".join(f"{at}-{at + 19} {lengths[at]}" for at in sorted(lengths)))
    print("by goods named: " + ", ".join(f"{count} of them {named[count]}" for count in sorted(named)))
    return 0
