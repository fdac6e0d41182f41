"""Few-shot: the intent head refitted on 5-20 examples an intent, everything below it frozen.

The head starts from what it is and is held there by a spring: with no examples nothing changes, and each
example moves it a little. What the n-gram reader adds to its logits stays as it is. Seconds on one core.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.metrics import f1_score
from torch import Tensor
from torch.nn import functional

from export.bert_family import longest, padded_ids, vocabulary
from export.errors import BadSource
from export.manifest import attach
from export.origin import further, read_origin, read_scores, write_origin
from export.train import heads
from export.train.model import Understander
from runtime.types import Intent
from runtime.understanding.numbers import normalise_text

SPRING = 1.0  # how strongly the head is held to what it was: nats per square of a logit that it moves
SHOTS, DRAWS = (0, 5, 10, 20), 5
ALONE = 0.1  # the spring of a head that begins with nothing
MODELS = Path("models")
COMMAND = "fewshot --curve --examples export/data/dev/open/utterances.jsonl"
_INTENTS = [*Intent]
_BATCH = 64


def read_examples(path: Path) -> list[tuple[str, int]]:
    """(text, intent's index) of each JSON line. Raises BadSource with the line that is wrong."""
    found = []
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            line = json.loads(raw)
            found.append((normalise_text(line["text"]), _INTENTS.index(Intent(line["intent"]))))
        except (ValueError, KeyError, TypeError) as error:
            raise BadSource(
                f'{path}, line {number}: {{"text": …, "intent": one of {" ".join(Intent)}}} is expected'
            ) from error
    return found


class Features:
    """What the frozen model makes of texts: the intent head's input [N,256] and the intent logits [N,17]."""

    def __init__(self, model: Understander, folder: Path, texts: Sequence[str]) -> None:
        fused: list[Tensor] = []
        logits: list[Tensor] = []
        hook = model.intent_head.register_forward_pre_hook(lambda _head, given: fused.append(given[0]))
        with torch.no_grad():
            for start in range(0, len(texts), _BATCH):
                part = texts[start : start + _BATCH]
                ids = torch.from_numpy(padded_ids(folder / "vocab.txt", part, longest(model.encoder.config)))
                nothing = torch.zeros(len(ids), 4), torch.zeros(len(ids), 2)
                logits.append(model(ids, (ids != 0).long(), *nothing)[0])
        hook.remove()
        self.fused, self.logits = torch.cat(fused), torch.cat(logits)

    def without_logits(self) -> Features:
        """The same for a head that begins with nothing."""
        bare = copy(self)
        bare.logits = torch.zeros_like(self.logits)
        return bare


@dataclass(frozen=True, slots=True)
class Change:
    """What is added to the intent head: weight [17,256] and bias [17], in units of the logits."""

    weight: Tensor
    bias: Tensor

    def logits(self, known: Features) -> Tensor:
        return known.logits + functional.linear(known.fused, self.weight, self.bias)

    def put_into(self, model: Understander) -> None:
        """The head's share of the logits is scaled by the mix, which the change makes up for."""
        with torch.no_grad():
            model.intent_head.weight += self.weight / model.intent_mix[0]
            model.intent_head.bias += self.bias / model.intent_mix[0]


def refitted(known: Features, rows: Sequence[int], wanted: Tensor, spring: float) -> Change:
    """The change that these rows of ``known`` ask for; ``wanted`` has the intents of all rows."""
    size = known.fused.norm(dim=1).mean()
    weight = torch.zeros(len(Intent), known.fused.shape[1], requires_grad=True)
    bias = torch.zeros(len(Intent), requires_grad=True)
    optimiser = torch.optim.LBFGS([weight, bias], max_iter=60, line_search_fn="strong_wolfe")
    chosen = list(rows)

    def missed() -> Tensor:
        optimiser.zero_grad()
        said = Change(weight / size, bias).logits(known)[chosen]
        far = weight.square().sum() + bias.square().sum()
        total: Tensor = functional.cross_entropy(said, wanted[chosen], reduction="sum") + spring * far
        total.backward()
        return total

    if chosen:
        optimiser.step(missed)
    return Change((weight / size).detach(), bias.detach())


def drawn(wanted: Sequence[int], most: int, chance: random.Random) -> dict[int, list[int]]:
    """Rows of each intent in random order; an intent with less than twice as many gives half of them."""
    found: dict[int, list[int]] = {}
    for intent in sorted(set(wanted)):
        rows = [row for row, one in enumerate(wanted) if one == intent]
        found[intent] = chance.sample(rows, min(most, len(rows) // 2))
    return found


def right(logits: Tensor, wanted: Tensor) -> float:
    """Share 0..1 of rows whose best column is the wanted one."""
    return float((logits.argmax(-1) == wanted).float().mean())


def macro_f1(logits: Tensor, wanted: Tensor) -> float:
    return float(f1_score(wanted, logits.argmax(-1), average="macro", zero_division=0))


def curve(
    model: Understander, folder: Path, lines: Sequence[tuple[str, int]], seed: int
) -> dict[int, list[float]]:
    """After so many examples an intent, on the lines that are no example in a draw: macro-F1, accuracy, and
    macro-F1 of a head that knows nothing but these examples."""
    known = Features(model, folder, [text for text, _ in lines])
    nothing = known.without_logits()
    intents = [intent for _, intent in lines]
    wanted = torch.tensor(intents)
    found: dict[int, list[Any]] = {shots: [] for shots in SHOTS}
    for draw in range(DRAWS):
        pool = drawn(intents, max(SHOTS), random.Random(seed + draw))
        taken = {row for rows in pool.values() for row in rows}
        rest = [row for row in range(len(lines)) if row not in taken]
        for shots in SHOTS:
            chosen = [row for rows in pool.values() for row in rows[:shots]]
            logits = refitted(known, chosen, wanted, SPRING).logits(known)[rest]
            fresh = refitted(nothing, chosen, wanted, ALONE).logits(nothing)[rest]
            alone = macro_f1(fresh, wanted[rest])
            found[shots].append((macro_f1(logits, wanted[rest]), right(logits, wanted[rest]), alone))
    return {shots: np.mean(scores, 0).tolist() for shots, scores in found.items()}


def page(scores: Mapping[int, Sequence[float]], lines: int) -> str:
    """The curve as Markdown."""
    rows = [
        f"| {shots} | {macro:.3f} | {share:.3f} | {alone:.3f} |"
        for shots, (macro, share, alone) in scores.items()
    ]
    told = (
        f"Examples are drawn from {lines} hand-written open sentences; what no draw of up to {max(SHOTS)} an "
        f"intent takes is scored, the same sentences for each count. Mean of {DRAWS} draws. In the last "
        "column is a head that begins with nothing, on the same frozen features."
    )
    return "\n".join(
        [
            told,
            "",
            "| examples an intent | macro-F1 | right | macro-F1 of a new head |",
            "|---|---|---|---|",
            *rows,
        ]
    )


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m export fewshot",
        description="Refit the intent head on a few examples, or show what 0, 5, 10 and 20 would do.",
        epilog="example: python -m export fewshot --examples ours.jsonl --to work/fewshot",
    )
    parser.add_argument("--examples", type=Path, required=True, help='JSON lines {"text": …, "intent": …}')
    parser.add_argument("--from", dest="source", type=Path, default=Path("work/understanding"))
    parser.add_argument("--to", type=Path, default=Path("work/fewshot"))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--curve", action="store_true", help="draw examples, score on the rest, write nothing"
    )
    parser.add_argument("--attach", action="store_true", help="put the curve into models/REPORT.md")
    args = parser.parse_args(argv)
    torch.manual_seed(args.seed)
    model, lines = heads.load(args.source), read_examples(args.examples)
    if args.curve or args.attach:
        found = page(curve(model, args.source, lines, args.seed), len(lines))
        print(found)
        if args.attach:
            attach(MODELS, "understanding", "A few examples more", f"python -m export {COMMAND}", found)
        return 0
    known = Features(model, args.source, [text for text, _ in lines])
    wanted = torch.tensor([intent for _, intent in lines])
    change = refitted(known, range(len(lines)), wanted, SPRING)
    scores = {
        "fewshot_examples": len(lines),
        "fewshot_right_before": right(known.logits, wanted),
        "fewshot_right_after": right(change.logits(known), wanted),
    }
    print(json.dumps(scores, indent=1))
    change.put_into(model)
    heads.save(model, args.to, vocabulary(args.source), {**read_scores(args.source), **scores})
    command = f"python -m export fewshot --examples {args.examples.name}"
    learnt = {"name": args.examples.name, "licence": "the shop's own"}
    write_origin(args.to, further(read_origin(args.source), command, learnt))
    return 0
