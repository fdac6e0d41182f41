"""How well the generator copies and behaves, before any guard, on prompts it never trained on.

Two sets: invented goods of a held-out seed, and the goods of the demo shop, which no training turn names.
"""

from __future__ import annotations

import argparse
import json
import re
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass
from itertools import islice, pairwise
from pathlib import Path

from export.data.replies import FORBIDDEN, samples
from export.figures import fact_lines, misquoted, tactic_of
from runtime.generation.llama import LlamaEngine
from runtime.generation.prompt import BOT, USER
from runtime.knowledge.catalogue import read_catalogue
from runtime.types import Tactic

HELD_OUT_SEED = 900_001
MAX_TOKENS = 90
_STEP = 4  # of the turns made, every fourth: little of one scene

# What a reply of a tactic says, as a pattern; tactics that are not here are judged in _keeps.
_SAYS = {
    Tactic.ASK: "？",
    Tactic.HAND_OVER: "店员|同事|叫人|经理|来",
    Tactic.ADMIT: "资料|清楚|确定|查不到|答不|店员|没有|懂|不知道|帮不上|难住|不归我",
    Tactic.SERVICE: "店员|保|登记|售后|修|换|退",
    Tactic.CLOSE_SALE: "单|付款|登记|试|想好|担心|留|看看",
}

Pair = tuple[str, str]  # prompt, reply


@dataclass(frozen=True, slots=True)
class Score:
    """Shares are of replies, 0..1."""

    replies: int
    figures_right: float  # every figure stands in the facts of the product spoken about
    names_right: float  # goods are named as the facts name them
    tactic_kept: float
    forbidden_words: float
    repetition: float  # some six characters stand twice
    distinct_2: float  # different pairs of characters among all pairs
    mean_characters: float


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="export report-generator", description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("models/generator/generator-q4_0.gguf"))
    parser.add_argument("--demo", type=Path, default=Path("firmware_config/demo"))
    parser.add_argument("--prompts", type=int, default=200, help="of each set")
    parser.add_argument("--show", type=int, default=20, help="sample replies to print")
    arguments = parser.parse_args(argv)
    for name, scored, pairs, per_reply in measure(arguments.model, arguments.demo, arguments.prompts):
        print(f"{name}: {json.dumps(asdict(scored))}, {per_reply * 1000:.0f} ms a reply")
        for prompt, reply in pairs[: arguments.show // 2]:
            print(f"  {prompt.rsplit(USER, 1)[1].removesuffix(BOT)} => {reply}")
        for prompt, reply in [pair for pair in pairs if misquoted(*pair)][:10]:
            print(f"  MISQUOTED {misquoted(prompt, reply)}: {prompt}{reply}")
    return 0


def measure(model: Path, demo: Path, count: int) -> list[tuple[str, Score, list[Pair], float]]:
    """For each of the two sets: its name, score, pairs, and seconds a reply."""
    engine = LlamaEngine(model, slots=1, threads=1)
    shelf = read_catalogue(demo).products
    sets = {
        "invented goods": samples(HELD_OUT_SEED, count * _STEP),
        "demo shop": samples(HELD_OUT_SEED, count * _STEP, shelf),
    }
    found = []
    for name, turns in sets.items():
        prompts = [turn.prompt for turn in islice(turns, 0, None, _STEP)]
        began = time.monotonic()
        pairs = [(prompt, _reply(engine, prompt)) for prompt in prompts]
        found.append((name, score(pairs), pairs, (time.monotonic() - began) / len(pairs)))
    engine.close()
    return found


def _reply(engine: LlamaEngine, prompt: str) -> str:
    return "".join(draft.text for draft in engine.stream("report", prompt, MAX_TOKENS, threading.Event()))


def score(pairs: list[Pair]) -> Score:
    def share(flags: list[bool]) -> float:
        return round(sum(flags) / len(flags), 4)

    twos = Counter(two for _, reply in pairs for two in pairwise(reply))
    return Score(
        replies=len(pairs),
        figures_right=share([not misquoted(*pair) for pair in pairs]),
        names_right=share([names_right(*pair) for pair in pairs]),
        tactic_kept=share([keeps_tactic(*pair) for pair in pairs]),
        forbidden_words=share([any(word in reply for word in FORBIDDEN) for _, reply in pairs]),
        repetition=share([re.search(r"(.{6}).*\1", reply) is not None for _, reply in pairs]),
        distinct_2=round(len(twos) / max(1, sum(twos.values())), 4),
        mean_characters=round(sum(len(reply) for _, reply in pairs) / len(pairs), 1),
    )


def names_right(prompt: str, reply: str) -> bool:
    """Where the last words of a product's name stand, the whole name stands or 这款 and the like."""
    names = [line.split("|")[0] for line in fact_lines(prompt) if "|" in line]
    rest = reply
    for name in sorted(names, key=len, reverse=True):
        rest = rest.replace(name, "")
    rest = re.sub(r"这[款台个][^，。]*", "", rest)
    return not any(name[-4:] in rest for name in names if len(name) > 6)


def keeps_tactic(prompt: str, reply: str) -> bool:
    """A rough look at whether the reply does what the prompt asked for."""
    tactic = Tactic(tactic_of(prompt))
    if pattern := _SAYS.get(tactic):
        return re.search(pattern, reply) is not None or _quotes(prompt, reply, "话术:")
    goods = [line.split("|")[0] for line in fact_lines(prompt) if "|" in line]
    if tactic is Tactic.COMPARE:
        return len(goods) > 1 and goods[1] in reply
    if tactic is Tactic.OFFER:
        return _quotes(prompt, reply, "促销:") or ("促销:" not in prompt and "促销" not in reply)
    if tactic is Tactic.HOLD_PRICE:
        return re.search("给您便宜|给您降|给您打", reply) is None
    return bool(reply)


def _quotes(prompt: str, reply: str, prefix: str) -> bool:
    """Whether the reply states a fact of this kind, at least its first words."""
    fields = [field for line in fact_lines(prompt) for field in line.split("|") if field.startswith(prefix)]
    return any(re.split("[(，。]", field.removeprefix(prefix))[0] in reply for field in fields)
