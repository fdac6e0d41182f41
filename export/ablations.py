"""What each part of the understanding model is worth: short runs of one length, each without one part.

Every variant is trained as ``train-understanding`` does it, with the same seed, minutes and n-grams, and
scored in PyTorch on the dev set. Behind them stand the shipped weights: whole, each expert alone, quantised.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import torch

from export.bert_family import longest
from export.manifest import attach
from export.origin import read_scores
from export.report import Line, Reader, figures_table, model_reader, read_lines, scores
from export.train import heads, understanding
from export.train.model import Understander
from runtime.types import Emotion, Intent
from runtime.understanding.encoder import Tokenizer, decode_tags, tokenizer

_WHOLE = "whole"
_BATCH = 48
_ENCODER, _NGRAMS = 0, 1  # places of the experts in a mix
_NOTE = """Every variant was trained for {minutes:g} minutes, far less than the shipped weights ({steps}).
Each stands there whole and with its n-grams silent (*encoder*); *n-grams* is the other expert by itself.
Slots are the encoder's in all rows, and a lone expert was not calibrated anew. The dev sentences come as
text: nothing is known of behaviour, nor of emotion but what the words tell, so *without-behaviour* only shows
whether learning from it does harm."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What a short run goes without."""

    fresh: bool = False  # the encoder begins with random weights
    ignored: frozenset[str] = frozenset()  # inputs that never reach the intent head


VARIANTS = {
    _WHOLE: Variant(),
    "without-pretraining": Variant(fresh=True),
    "without-emotion": Variant(ignored=frozenset({"emotion"})),
    "without-behaviour": Variant(ignored=frozenset({"behaviour"})),
}


def trained(
    encoder: Path, to: Path, minutes: float, seed: int, variant: Variant, whole: Understander | None
) -> Understander:
    """The variant in ``to``, trained unless it lies there; ``whole`` has n-grams fitted on the same lines."""
    if not (to / heads.WEIGHTS).is_file():
        model = Understander(understanding.begun(encoder, variant.fresh), variant.ignored)
        understanding.make(model, encoder, to, minutes, seed, whole and whole.ngrams)
    model = heads.load(to)
    model.ignored = variant.ignored
    return model


def alone(model: Understander, expert: int) -> Understander:
    """The same with the other expert silent."""
    other = deepcopy(model)
    for mix in (other.intent_mix, other.emotion_mix):
        mix[1 - expert] = 0.0
    return other


def torch_reader(model: Understander, vocab: Path) -> Reader:
    """What the model in PyTorch reads, slots by its tags alone."""
    words = tokenizer(vocab, longest(model.encoder.config))

    def read(texts: Sequence[str]) -> list[Line]:
        parts = (texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH))
        return [line for part in parts for line in _read(model, words, part)]

    return read


def _read(model: Understander, words: Tokenizer, texts: Sequence[str]) -> list[Line]:
    encodings = words.encode_batch(list(texts))
    ids = understanding.padded([one.ids for one in encodings])
    with torch.no_grad():
        nothing = torch.zeros(len(ids), 4), torch.zeros(len(ids), 2)
        intents, moods, slots, _ = model(ids, (ids != 0).long(), *nothing)
    sure, top = intents.softmax(-1).max(-1)
    found = []
    for row, (text, one) in enumerate(zip(texts, encodings, strict=True)):
        tags = decode_tags(slots[row, : len(one.ids)].numpy(), one.offsets)
        spans = tuple((name.value, text[start:end]) for start, end, name, _ in tags)
        intent, emotion = [*Intent][int(top[row])], [*Emotion][int(moods[row].argmax())]
        found.append(Line(text, intent, emotion, spans, float(sure[row])))
    return found


def readers(name: str, model: Understander, vocab: Path) -> dict[str, Reader]:
    """Of the whole model, and of its encoder alone."""
    encoder = torch_reader(alone(model, _ENCODER), vocab)
    return {name: torch_reader(model, vocab), f"{name}, encoder": encoder}


def page(readers: Mapping[str, Reader], dev: Path) -> str:
    """A table of every reader's scores on both parts of the dev set."""
    parts = {part: read_lines(dev / part / "utterances.jsonl") for part in ("open", "sealed")}
    table = {
        f"{part}/{name}": scores(wanted, read([line.text for line in wanted]))
        for part, wanted in parts.items()
        for name, read in readers.items()
    }
    return figures_table(table, {part: len(wanted) for part, wanted in parts.items()})


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m export ablations",
        description="Train short variants of the understanding model and add their scores to the report; "
        "goes on if stopped.",
        epilog="example: python -m export ablations --minutes 6",
    )
    parser.add_argument("--encoder", type=Path, default=understanding.ENCODER)
    parser.add_argument("--trained", type=Path, default=Path("work/understanding"), help="shipped weights")
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--work", type=Path, default=Path("work/ablations"))
    parser.add_argument("--dev", type=Path, default=Path("export/data/dev"))
    parser.add_argument("--minutes", type=float, default=6.0, help="of each run")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args(argv)
    found: dict[str, Understander] = {}
    for name, variant in VARIANTS.items():
        whole = found.get(_WHOLE)
        found[name] = trained(args.encoder, args.work / name, args.minutes, args.seed, variant, whole)
    read: dict[str, Reader] = {}
    for name, model in found.items():
        read |= readers(name, model, args.encoder / "vocab.txt")
    shipped = heads.load(args.trained)
    read |= readers("shipped", shipped, args.trained / "vocab.txt")
    read["shipped, n-grams"] = torch_reader(alone(shipped, _NGRAMS), args.trained / "vocab.txt")
    read["shipped, INT8"] = model_reader(args.models / "understanding")
    steps = (f"{name}: {read_scores(args.work / name)['steps']:g} steps" for name in VARIANTS)
    note = _NOTE.format(minutes=args.minutes, steps=", ".join(steps))
    told = f"{note}\n\n{page(read, args.dev)}"
    command = f"python -m export ablations --minutes {args.minutes:g} --seed {args.seed}"
    attach(args.models, "understanding", "Ablations", command, told)
    print(told)
    return 0
