"""Few-shot: the intent head refitted on 5-20 examples an intent, everything below it frozen.

The head starts from what it is and is held there by a spring: with no examples nothing changes, and each
example moves it a little. The n-gram reader's logits stay added as they are. Seconds on one core.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.metrics import f1_score
from torch import Tensor
from torch.nn import functional

from export.bert_family import longest, padded_ids, vocabulary
from export.errors import BadSource
from export.origin import GENERATED, Origin, read_origin, write_origin
from export.train import heads
from export.train.model import Understander, mixed
from runtime.types import Intent
from runtime.understanding.numbers import normalise_text

log = logging.getLogger(__name__)

SPRING = 0.5  # how strongly the head is held to what it was, in nats per squared weight
SHOTS, DRAWS = (0, 5, 10, 20), 5
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
    """What the frozen model makes of texts: the intent head's input [N,256], the n-grams' logits [N,17]."""

    def __init__(self, model: Understander, folder: Path, texts: Sequence[str]) -> None:
        fused: list[Tensor] = []
        plain: list[Tensor] = []
        hook = model.intent_head.register_forward_pre_hook(lambda _head, given: fused.append(given[0]))
        with torch.no_grad():
            for start in range(0, len(texts), _BATCH):
                part = texts[start : start + _BATCH]
                ids = torch.from_numpy(padded_ids(folder / "vocab.txt", part, longest(model.encoder.config)))
                mask = (ids != 0).long()
                model(ids, mask, torch.zeros(len(ids), 4), torch.zeros(len(ids), 2))
                plain.append(model.ngrams(ids, mask)[:, : len(Intent)])
        hook.remove()
        self.fused, self.plain = torch.cat(fused), torch.cat(plain)

    def logits(self, model: Understander, weight: Tensor, bias: Tensor) -> Tensor:
        """As the model would give them with this intent head."""
        return mixed(model.intent_mix, functional.linear(self.fused, weight, bias), self.plain)


def refitted(
    model: Understander, known: Features, rows: Sequence[int], wanted: Tensor
) -> tuple[Tensor, Tensor]:
    """Weight [17,256] and bias [17] of the intent head after these rows of ``known``; ``wanted`` has all."""
    weight, bias = (each.detach().clone() for each in (model.intent_head.weight, model.intent_head.bias))
    if not rows:
        return weight, bias
    moved = [each.clone().requires_grad_() for each in (weight, bias)]
    optimiser = torch.optim.LBFGS(moved, max_iter=60, line_search_fn="strong_wolfe")
    chosen = list(rows)

    def missed() -> Tensor:
        optimiser.zero_grad()
        far = (moved[0] - weight).square().sum() + (moved[1] - bias).square().sum()
        wrong = functional.cross_entropy(known.logits(model, *moved)[chosen], wanted[chosen], reduction="sum")
        total: Tensor = wrong + SPRING * far
        total.backward()
        return total

    optimiser.step(missed)
    return moved[0].detach(), moved[1].detach()


def drawn(wanted: Sequence[int], most: int, chance: random.Random) -> dict[int, list[int]]:
    """Rows of each intent in random order; an intent with less than twice as many gives half of them."""
    found: dict[int, list[int]] = {}
    for intent in sorted(set(wanted)):
        rows = [row for row, one in enumerate(wanted) if one == intent]
        found[intent] = chance.sample(rows, min(most, len(rows) // 2))
    return found


def curve(
    model: Understander, folder: Path, lines: Sequence[tuple[str, int]], seed: int
) -> dict[int, list[float]]:
    """Macro-F1 and accuracy after so many examples an intent, on the lines that are no example in a draw."""
    known = Features(model, folder, [text for text, _ in lines])
    intents = [intent for _, intent in lines]
    wanted = torch.tensor(intents)
    found: dict[int, list[Any]] = {shots: [] for shots in SHOTS}
    for draw in range(DRAWS):
        pool = drawn(intents, max(SHOTS), random.Random(seed + draw))
        taken = {row for rows in pool.values() for row in rows}
        rest = [row for row in range(len(lines)) if row not in taken]
        for shots in SHOTS:
            head = refitted(model, known, [row for rows in pool.values() for row in rows[:shots]], wanted)
            said = known.logits(model, *head).argmax(-1)[rest]
            right = float((said == wanted[rest]).float().mean())
            found[shots].append((f1_score(wanted[rest], said, average="macro", zero_division=0), right))
    return {shots: np.mean(scores, 0).tolist() for shots, scores in found.items()}


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
    args = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.manual_seed(args.seed)
    model, lines = heads.load(args.source), read_examples(args.examples)
    if args.curve:
        for shots, (macro, right) in curve(model, args.source, lines, args.seed).items():
            print(f"{shots:3} examples an intent: macro-F1 {macro:.3f}, right {right:.3f}")
        return 0
    began = time.monotonic()
    known = Features(model, args.source, [text for text, _ in lines])
    wanted = torch.tensor([intent for _, intent in lines])
    weight, bias = refitted(model, known, range(len(lines)), wanted)
    before = float(
        (known.logits(model, model.intent_head.weight, model.intent_head.bias).argmax(-1) == wanted)
        .float()
        .mean()
    )
    after = float((known.logits(model, weight, bias).argmax(-1) == wanted).float().mean())
    with torch.no_grad():
        model.intent_head.weight.copy_(weight)
        model.intent_head.bias.copy_(bias)
    figures = {
        **heads.scored(args.source),
        "fewshot_examples": len(lines),
        "fewshot_right_before": before,
        "fewshot_right_after": after,
    }
    heads.save(model, args.to, vocabulary(args.source), figures)
    made = read_origin(args.source, Origin("python -m export train-understanding", "Apache-2.0", [GENERATED]))
    write_origin(
        args.to,
        Origin(
            f"{made.command} && python -m export fewshot --examples {args.examples.name}",
            made.licence,
            [*made.data, {"name": args.examples.name, "licence": "the shop's own"}],
        ),
    )
    log.info(
        "%d examples, right before %.3f, after %.3f, %.1f s: %s",
        len(lines),
        before,
        after,
        time.monotonic() - began,
        args.to,
    )
    return 0
