"""What each part of the understanding model is worth: short runs of one length, each without one part.

Every variant is trained by ``train-understanding`` with the same seed and minutes and scored in PyTorch on
the dev set. Behind them the shipped weights stand twice, before and after quantisation.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch

from export.bert_family import longest
from export.manifest import attach
from export.report import Line, Reader, figures_table, model_reader, read_lines, scores
from export.train import understanding
from export.train.heads import load
from export.train.model import Understander
from runtime.types import Emotion, Intent
from runtime.understanding.encoder import tokenizer

_VARIANTS = ("whole", "pretraining", "emotion", "behaviour")
_FIGURES = ("intent_f1", "scheme_a_f1", "scheme_b_f1", "emotion_f1", "calibration_error")


def torch_reader(model: Understander, vocabulary: Path) -> Reader:
    """Intent and emotion as the model in PyTorch reads them."""
    words = tokenizer(vocabulary, longest(model.encoder.config))

    def read(texts: Sequence[str]) -> list[Line]:
        return [_read(model, words.encode(text).ids, text) for text in texts]

    return read


def _read(model: Understander, ids: Sequence[int], text: str) -> Line:
    tokens = torch.tensor([ids])
    with torch.no_grad():
        intent, felt, _, _ = model(tokens, torch.ones_like(tokens), torch.zeros(1, 4), torch.zeros(1, 2))
    sure, top = intent.softmax(-1)[0].max(-1)
    return Line(text, list(Intent)[int(top)], list(Emotion)[int(felt.argmax())], (), float(sure))


def train_variant(encoder: Path, out: Path, minutes: float, seed: int, without: str) -> Reader:
    """Train one variant into ``out`` unless it is there already."""
    if not (out / "model.pt").exists():
        left_out = [] if without == "whole" else ["--without", without]
        numbers = ["--minutes", str(minutes), "--seed", str(seed)]
        understanding.main(["--encoder", str(encoder), "--out", str(out), *numbers, *left_out])
    model = load(out)
    model.ignored = frozenset({without})
    return torch_reader(model, out / "vocab.txt")


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m export ablations",
        description="Train short variants of the understanding model and add their scores to the report.",
        epilog="example: python -m export ablations --minutes 6",
    )
    parser.add_argument("--encoder", type=Path, default=Path("work/encoder"))
    parser.add_argument(
        "--trained", type=Path, default=Path("work/understanding"), help="the shipped weights"
    )
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--work", type=Path, default=Path("work/ablations"))
    parser.add_argument("--dev", type=Path, default=Path("export/data/dev"))
    parser.add_argument("--minutes", type=float, default=6.0, help="of each run")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args(argv)
    readers = {
        ("whole" if without == "whole" else f"without {without}"): train_variant(
            args.encoder, args.work / without, args.minutes, args.seed, without
        )
        for without in _VARIANTS
    }
    readers["shipped, float32"] = torch_reader(load(args.trained), args.trained / "vocab.txt")
    readers["shipped, INT8"] = model_reader(args.models / "understanding")
    parts = {part: read_lines(args.dev / part / "utterances.jsonl") for part in ("open", "sealed")}
    table = {
        f"{part}/{name}": _scores(wanted, read)
        for part, wanted in parts.items()
        for name, read in readers.items()
    }
    note = f"Every variant was trained for {args.minutes:g} minutes, far less than the shipped weights."
    page = f"{note}\n\n{figures_table(table, {part: len(wanted) for part, wanted in parts.items()})}"
    command = f"python -m export ablations --minutes {args.minutes:g} --seed {args.seed}"
    attach(args.models, "understanding", "Ablations", command, page)
    print(page)
    return 0


def _scores(wanted: Sequence[Line], read: Reader) -> dict[str, float]:
    every = scores(wanted, read([line.text for line in wanted]))
    return {name: every[name] for name in _FIGURES}
