"""Distillation: the box-size encoder learns from a larger one of the BERT family, logits beside labels.

The teacher may have our heads (what train-understanding leaves); a bare encoder gets them first. Its
vocabulary may be another one: slot logits are taken where both models cut a token at the same characters.
"""

from __future__ import annotations

import argparse
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from export.bert_family import longest, vocabulary, write_vocabulary
from export.data.goods import random_goods
from export.data.shop_language import Example, held_out
from export.origin import GENERATED, Origin, further, read_origin, write_origin
from export.train import heads
from export.train import understanding as labels
from export.train.model import Understander
from export.train.pairs import by_category, pairs
from export.train.pretrain import rate
from export.train.run import Run, accelerator, logged
from runtime.understanding.encoder import Tokenizer, tokenizer

log = logging.getLogger(__name__)

SOFTNESS = 2.0  # the temperature at which the teacher's doubts are heard
_TRUST = 0.7  # the teacher's share of the loss, the labels have the rest
_BATCH, _PAIRS, _PAIRS_EVERY = 48, 16, 6
_PEAK_RATE = 6e-4
_GOODS = 4000


@dataclass(frozen=True, slots=True)
class Model:
    """An understanding model with its tokenizer."""

    heads: Understander
    words: Tokenizer


def read(folder: Path) -> Model:
    """A folder with our heads, in evaluation mode."""
    model = heads.load(folder)
    return Model(model, tokenizer(folder / "vocab.txt", longest(model.encoder.config)))


def bare(folder: Path, to: Path) -> Model:
    """An encoder's folder with heads that have learnt nothing; its vocabulary is put into ``to``."""
    to.mkdir(parents=True, exist_ok=True)
    write_vocabulary(to, vocabulary(folder))
    model = Understander(labels.begun(folder))
    return Model(model, tokenizer(to / "vocab.txt", longest(model.encoder.config)))


def taught(folder: Path, to: Path, minutes: float, seed: int) -> Model:
    """The teacher: as it is where it has our heads, else trained for so long, once, and kept in ``to``."""
    for known in (folder, to):
        if (known / heads.WEIGHTS).is_file():
            return read(known)
    log.info("%s has none of our heads: training them for %.0f minutes", folder, minutes)
    model = bare(folder, to)
    labels.train(model.heads, model.words, to, minutes, seed)
    heads.save(model.heads, to, vocabulary(folder), {})
    return read(to)


def soft_loss(learnt: Tensor, known: Tensor) -> Tensor:
    """How far from the teacher's softened distribution, logits [N,n] each; scaled as the hard losses are."""
    told = (known / SOFTNESS).softmax(-1)
    heard = (learnt / SOFTNESS).log_softmax(-1)
    return functional.kl_div(heard, told, reduction="batchmean") * SOFTNESS**2


def same_tokens(own: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Places (own, other's) of the tokens that both tokenizers cut at the same characters."""
    places = {span: place for place, span in enumerate(others) if span[1] > span[0]}
    return [(place, places[span]) for place, span in enumerate(own) if span in places]


def loss(student: Model, teacher: Model, batch: Sequence[Example], chance: np.random.Generator) -> Tensor:
    """Of intent, emotion, slots and embedding: the teacher's logits and the labels, by their shares."""
    known = [labels.row(example, student.words) for example in batch]
    texts = [example.text for example in batch]
    own, others = student.words.encode_batch(texts), teacher.words.encode_batch(texts)
    around = (
        torch.tensor([labels.known_emotion(one.emotion, chance) for one in known], dtype=torch.float32),
        torch.tensor([labels.known_behaviour(one.intent, chance) for one in known], dtype=torch.float32),
    )
    with torch.no_grad():
        asked = labels.padded([one.ids for one in others])
        told = teacher.heads(asked, (asked != 0).long(), *around)
    ids = labels.padded([one.ids for one in own])
    learnt = student.heads(labels.with_gaps(ids), (ids != 0).long(), *around)
    places = [
        (row, *both)
        for row, (mine, theirs) in enumerate(zip(own, others, strict=True))
        for both in same_tokens(mine.offsets, theirs.offsets)
    ]
    rows, at, other_at = torch.tensor(places).T
    soft = (
        soft_loss(learnt[0], told[0])
        + 0.5 * soft_loss(learnt[1], told[1])
        + soft_loss(learnt[2][rows, at], told[2][rows, other_at])
        + (1 - (learnt[3] * told[3]).sum(-1)).mean()
    )
    hard = (
        functional.cross_entropy(learnt[0], torch.tensor([one.intent for one in known]))
        + 0.5 * functional.cross_entropy(learnt[1], torch.tensor([one.emotion for one in known]))
        + labels.tag_loss(learnt[2], known)
    )
    return _TRUST * soft + (1 - _TRUST) * hard


def distil(student: Model, teacher: Model, folder: Path, minutes: float, seed: int) -> None:
    """Train the student until the budget is spent; goes on from a checkpoint in ``folder``."""
    with accelerator() as device:
        student.heads.to(device), teacher.heads.to(device)
        trained = [each for each in student.heads.parameters() if each.requires_grad]
        optimiser = torch.optim.AdamW(trained, weight_decay=0.01, fused=True)
        run = Run(folder, minutes, {"model": student.heads, "optimiser": optimiser})
        if run.step == 0:
            labels.warm_up(student.heads, student.words, seed)
        begin = seed + run.step
        torch.manual_seed(begin)
        draw, chance = random.Random(begin), np.random.default_rng(begin)
        fresh, shelves = labels.spoken(begin), by_category(random_goods(seed, _GOODS))
        student.heads.train()
        for progress in run.progress():
            for group in optimiser.param_groups:
                group["lr"] = _PEAK_RATE * rate(progress)
            missed = loss(student, teacher, list(islice(fresh, _BATCH)), chance)
            if run.step % _PAIRS_EVERY == 0:
                missed = missed + labels.pair_loss(student.heads, pairs(shelves, _PAIRS, draw), student.words)
            optimiser.zero_grad()
            missed.backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimiser.step()
            run.note(loss=missed.item())
    student.heads.cpu(), teacher.heads.cpu()


def fit_ngrams(student: Model, teacher: Model, seed: int) -> None:
    """What n-grams tell, fitted, or taken over from a teacher with the same tokens."""
    same = student.words.get_vocab() == teacher.words.get_vocab()
    if same and teacher.heads.ngrams.table.weight.any():
        student.heads.ngrams.load_state_dict(teacher.heads.ngrams.state_dict())
    else:
        labels.fit_ngrams(student.heads, student.words, seed)


def read_intents(model: Model, texts: Sequence[str]) -> Tensor:
    """Indices of intents [N]."""
    model.heads.eval()
    found = []
    with torch.no_grad():
        for start in range(0, len(texts), _BATCH):
            part = model.words.encode_batch(list(texts[start : start + _BATCH]))
            ids = labels.padded([one.ids for one in part])
            nothing = torch.zeros(len(ids), 4), torch.zeros(len(ids), 2)
            found.append(model.heads(ids, (ids != 0).long(), *nothing)[0].argmax(-1))
    return torch.cat(found)


def scored(student: Model, teacher: Model, known: Sequence[Example]) -> dict[str, float]:
    """Calibrates the student on lines that nobody was trained on; how it does there, and its teacher."""
    rows = [labels.row(example, student.words) for example in known]
    figures = labels.calibrate(student.heads, rows)
    texts = [example.text for example in known]
    wanted = torch.tensor([one.intent for one in rows])
    learnt, told = (read_intents(model, texts) for model in (student, teacher))
    figures["held_out_intent_teacher"] = float((told == wanted).float().mean())
    figures["agrees_with_teacher"] = float((learnt == told).float().mean())
    return figures


def origin(teacher: Path, encoder: Path, minutes: float, seed: int) -> Origin:
    """The encoder's data under its licence, ours, and the teacher's."""
    command = f"python -m export distill --teacher {teacher.name} --minutes {minutes:g} --seed {seed}"
    return further(read_origin(encoder), command, GENERATED, *read_origin(teacher).data)


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m export distill",
        description="Train the box-size encoder from a larger BERT-family teacher; goes on if stopped.",
        epilog="example: python -m export distill --teacher chinese-roberta-wwm-ext --minutes 60",
    )
    parser.add_argument("--teacher", type=Path, required=True, help="a folder with our heads, or bare")
    parser.add_argument("--encoder", type=Path, default=Path("work/encoder"), help="the student's beginning")
    parser.add_argument("--to", type=Path, default=Path("work/distilled"))
    parser.add_argument("--minutes", type=float, default=45.0)
    parser.add_argument("--teacher-minutes", type=float, default=45.0, help="for the heads of a bare teacher")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args(argv)
    torch.set_num_threads(args.threads)
    with logged(args.to):
        teacher = taught(args.teacher, args.to / "teacher", args.teacher_minutes, args.seed)
        student = bare(args.encoder, args.to)
        distil(student, teacher, args.to, args.minutes, args.seed)
        fit_ngrams(student, teacher, args.seed)
        figures = scored(student, teacher, held_out(args.seed))
        log.info("%s", figures)
    heads.save(student.heads, args.to, vocabulary(args.encoder), figures)
    write_origin(args.to, origin(args.teacher, args.encoder, args.minutes, args.seed))
    return 0
