"""Joint training of the understanding model's heads on the language of the shop.

Every epoch sees fresh sentences. The encoder and the n-gram reader learn apart; how far to believe each is
fitted on hand-written lines that neither has seen. The dev set is never read here.
"""

from __future__ import annotations

import argparse
import logging
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedModel

from export.bert_family import bare, longest, pretrained, read_config, vocabulary
from export.data.goods import random_goods
from export.data.shop_language import Example, examples, held_out, written
from export.origin import GENERATED, Origin, further, read_origin, write_origin
from export.train import heads
from export.train.model import Understander, mixed
from export.train.ngrams import NgramReader
from export.train.pairs import Pair, by_category, pairs
from export.train.plain import plain
from export.train.pretrain import rate
from export.train.run import Run, accelerator, logged
from export.train.vocab import SPECIAL
from runtime.types import Behaviour, Emotion, Intent
from runtime.understanding.encoder import TAGS, Tokenizer, behaviour_features, tokenizer

log = logging.getLogger(__name__)

ENCODER = Path("work/encoder")
_BATCH = 48
_POOL = 40  # batches that are sorted by length together
_PAIRS = 16
_PAIRS_EVERY = 6  # steps; product texts are long, and the other heads must not starve
_PEAK_RATE = 6e-4
_FITTED = 60_000
_WARM_RATE = 5e-3
_WARM_STEPS = 500
_WARM_BATCH = 256
_SMOOTHING = 0.05
_PLAIN = 0.1
_UNREAD = 0.15
_INFO_NCE_TEMPERATURE = 0.05
_IGNORED = -100
_GOODS = 4000

# typical seconds in front of the goods and items viewed before such a sentence
_BEHAVIOUR = {
    Intent.NO_INTEREST: (12.0, 1.5),
    Intent.GREETING: (20.0, 1.5),
    Intent.RECOMMEND: (90.0, 5.0),
    Intent.COMPARE: (150.0, 6.0),
    Intent.ORDER: (180.0, 4.0),
}
_USUAL_BEHAVIOUR = (60.0, 3.0)


@dataclass(frozen=True, slots=True)
class Row:
    """One example as the model reads it."""

    ids: tuple[int, ...]
    tags: tuple[int, ...]
    intent: int
    emotion: int


def row(example: Example, words: Tokenizer) -> Row:
    """Token ids, and a BIO tag for each token by the slot that covers its characters."""
    encoding = words.encode(example.text)
    tags = [_IGNORED if end == start else 0 for start, end in encoding.offsets]
    for first, last, name in example.slots:
        inside = [at for at, (start, end) in enumerate(encoding.offsets) if first <= start < end <= last]
        for at in inside:
            tags[at] = TAGS.index(f"{'B' if at == inside[0] else 'I'}-{name}")
    intents, emotions = list(Intent), list(Emotion)
    return Row(
        tuple(encoding.ids), tuple(tags), intents.index(example.intent), emotions.index(example.emotion)
    )


def spoken(seed: int) -> Iterator[Example]:
    """Fresh generated examples without end."""
    chance = random.Random(seed)
    plainly = plain(chance)
    for chunk in count(seed * 1000):
        for example in examples(chunk, 5000):
            yield next(plainly) if chance.random() < _PLAIN else example


def rows(seed: int, words: Tokenizer) -> Iterator[Row]:
    """The same as the model reads them."""
    return (row(example, words) for example in spoken(seed))


def padded(tokens: Sequence[Sequence[int]], fill: int = 0) -> Tensor:
    """[B,T] of the longest."""
    width = max(map(len, tokens))
    return torch.tensor([[*ids, *(fill for _ in range(width - len(ids)))] for ids in tokens])


def known_emotion(emotion: int, chance: np.random.Generator) -> list[float]:
    """What a voice or a caller would tell: mostly nothing, else a blurred and sometimes wrong one-hot."""
    if chance.random() > 0.3:
        return [0.0] * 4
    told = emotion if chance.random() < 0.9 else int(chance.integers(4))
    vector = 0.7 * np.eye(4)[told] + 0.3 * chance.dirichlet([0.5] * 4)
    return list(vector * (1.0 if chance.random() < 0.5 else chance.uniform(0.4, 1.0)))


def known_behaviour(intent: int, chance: np.random.Generator) -> tuple[float, float]:
    """Dwell and items, mildly correlated with the intent, for half of the examples."""
    if chance.random() > 0.5:
        return 0.0, 0.0
    dwell, items = _BEHAVIOUR.get(list(Intent)[intent], _USUAL_BEHAVIOUR)
    seen = Behaviour(dwell * math.exp(chance.normal(0, 0.9)), round(items * math.exp(chance.normal(0, 0.6))))
    return behaviour_features(seen)


def with_gaps(ids: Tensor, share: float = _UNREAD) -> Tensor:
    """Some tokens unreadable, so that no single word decides: customers have others than our patterns."""
    unread = (torch.rand(ids.shape) < share) & (ids >= len(SPECIAL))
    return ids.masked_fill(unread, SPECIAL.index("[MASK]"))


def joint_loss(model: Understander, batch: Sequence[Row], chance: np.random.Generator) -> Tensor:
    """Intent, emotion and slots of one batch."""
    ids = padded([one.ids for one in batch])
    emotion = torch.tensor([known_emotion(one.emotion, chance) for one in batch], dtype=torch.float32)
    behaviour = torch.tensor([known_behaviour(one.intent, chance) for one in batch], dtype=torch.float32)
    intent, felt, slots, _ = model(with_gaps(ids), (ids != 0).long(), emotion, behaviour)
    said, meant = torch.tensor([one.emotion for one in batch]), torch.tensor([one.intent for one in batch])
    return (
        functional.cross_entropy(intent, meant, label_smoothing=_SMOOTHING)
        + 0.5 * functional.cross_entropy(felt, said, label_smoothing=_SMOOTHING)
        + tag_loss(slots, batch)
    )


def tag_loss(slots: Tensor, batch: Sequence[Row]) -> Tensor:
    """Cross-entropy of the tags, special tokens and padding left out."""
    tags = padded([one.tags for one in batch], _IGNORED)
    return functional.cross_entropy(slots.flatten(0, 1), tags.flatten(), ignore_index=_IGNORED)


def pair_loss(model: Understander, batch: Sequence[Pair], words: Tokenizer) -> Tensor:
    """InfoNCE in the batch; products that answer a question as well are left out of its wrong ones."""
    asked = padded([one.ids for one in words.encode_batch([pair.question for pair in batch])])
    told = padded([one.ids for one in words.encode_batch([pair.text for pair in batch])])
    questions, texts = (model.embed(with_gaps(ids), (ids != 0).long()) for ids in (asked, told))
    also = torch.tensor(
        [[one is not other and one.answered_by(other.product) for other in batch] for one in batch]
    )
    return info_nce(questions, texts, also)


def echo_loss(model: Understander, batch: Sequence[Row]) -> Tensor:
    """InfoNCE of sentences with themselves, seen twice with other gaps: questions find like questions."""
    ids = padded([one.ids for one in batch])
    once, again = (model.embed(with_gaps(ids), (ids != 0).long()) for _ in range(2))
    return info_nce(once, again, torch.zeros(len(batch), len(batch), dtype=torch.bool))


def info_nce(questions: Tensor, answers: Tensor, also: Tensor) -> Tensor:
    """Each question's own answer against the others'; ``also`` [B,B] marks others that are right too."""
    likeness = (questions @ answers.T / _INFO_NCE_TEMPERATURE).masked_fill(also, -1e4)
    return functional.cross_entropy(likeness, torch.arange(len(questions)))


def fit_ngrams(model: Understander, words: Tokenizer, seed: int) -> None:
    """The second expert, by itself: on what was written by hand as it stands, and on varied language."""
    known = [row(example, words) for example in written(seed)] + list(islice(rows(seed + 2, words), _FITTED))
    wanted = torch.tensor([(one.intent, one.emotion) for one in known])
    model.ngrams.fit([one.ids for one in known], wanted, seed)
    log.info("n-grams: fitted on %d examples", len(known))


def warm_up(model: Understander, words: Tokenizer, seed: int) -> None:
    """Teach the slot head what pairs alone tell: a minute's work, which the encoder then need not do."""
    torch.manual_seed(seed)
    fresh = rows(seed + 3, words)
    optimiser = torch.optim.AdamW([*model.pairs.parameters(), *model.slot_head.parameters()], lr=_WARM_RATE)
    for step in range(1, _WARM_STEPS + 1):
        batch = [next(fresh) for _ in range(_WARM_BATCH)]
        ids = with_gaps(padded([one.ids for one in batch]))
        loss = tag_loss(model.tag(torch.zeros(*ids.shape, model.encoder.config.hidden_size), ids), batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 100 == 0:
            log.info("warm-up: step %d loss %.3f", step, loss.item())


def train(model: Understander, words: Tokenizer, folder: Path, minutes: float, seed: int) -> int:
    """Train until the budget is spent; goes on from a checkpoint in ``folder``, with other examples.

    Returns the steps of all runs together.
    """
    with accelerator() as device:
        model.to(device)
        trained = [each for each in model.parameters() if each.requires_grad]
        optimiser = torch.optim.AdamW(trained, weight_decay=0.01, fused=True)
        run = Run(folder, minutes, {"model": model, "optimiser": optimiser})
        if run.step == 0:
            warm_up(model, words, seed)
        begin = seed + run.step
        torch.manual_seed(begin)
        draw, chance = random.Random(begin), np.random.default_rng(begin)
        shelves, fresh = by_category(random_goods(seed, _GOODS)), batches(rows(begin, words), draw)
        model.train()
        for progress in run.progress():
            for group in optimiser.param_groups:
                group["lr"] = _PEAK_RATE * rate(progress)
            batch = next(fresh)
            loss = joint_loss(model, batch, chance)
            run.note(loss=loss.item())
            if run.step % _PAIRS_EVERY == 0:
                likeness = pair_loss(model, pairs(shelves, _PAIRS, draw), words)
                run.note(pairs=likeness.item())
                loss = loss + likeness + echo_loss(model, batch[:_PAIRS])
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimiser.step()
    model.cpu()
    return run.step


def batches(fresh: Iterator[Row], draw: random.Random) -> Iterator[list[Row]]:
    """Batches of about one length, in random order."""
    while True:
        pool = sorted(islice(fresh, _BATCH * _POOL), key=lambda one: len(one.ids))
        for start in draw.sample(range(0, len(pool), _BATCH), _POOL):
            yield pool[start : start + _BATCH]


def mix(encoder: Tensor, ngrams: Tensor, wanted: Tensor) -> Tensor:
    """The two factors of the experts' logits under which the held-out labels are likeliest."""
    factors = torch.zeros(2, requires_grad=True)  # logarithms: an expert is never believed in reverse
    optimiser = torch.optim.LBFGS([factors], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        missed = functional.cross_entropy(mixed(factors.exp(), encoder, ngrams), wanted)
        missed.backward()
        return missed

    optimiser.step(loss)
    return factors.detach().exp()


def calibrate(model: Understander, known: Sequence[Row]) -> dict[str, float]:
    """Weigh both experts on held-out sentences; returns the weights and the accuracies there."""
    model.eval()
    experts: dict[str, list[Tensor]] = {"encoder": [], "ngrams": []}
    with torch.no_grad():
        for start in range(0, len(known), _BATCH):
            ids = padded([one.ids for one in known[start : start + _BATCH]])
            mask = (ids != 0).long()
            intent, felt, _, _ = model(ids, mask, torch.zeros(len(ids), 4), torch.zeros(len(ids), 2))
            experts["encoder"].append(torch.cat([intent, felt], -1))
            experts["ngrams"].append(model.ngrams(ids, mask))
    encoder, ngrams = (torch.cat(parts) for parts in experts.values())
    labels = {
        "intent": torch.tensor([one.intent for one in known]),
        "emotion": torch.tensor([one.emotion for one in known]),
    }
    metrics = {}
    for head, part, kept in (
        ("intent", slice(len(Intent)), model.intent_mix),
        ("emotion", slice(len(Intent), None), model.emotion_mix),
    ):
        both = encoder[:, part], ngrams[:, part]
        kept.copy_(mix(*both, labels[head]))
        for name, logits in zip(("encoder", "ngrams", "both"), (*both, mixed(kept, *both)), strict=True):
            metrics[f"held_out_{head}_{name}"] = _accuracy(logits, labels[head])
        metrics[f"{head}_mix_encoder"], metrics[f"{head}_mix_ngrams"] = kept.tolist()
    return metrics


def _accuracy(logits: Tensor, wanted: Tensor) -> float:
    return float((logits.argmax(-1) == wanted).float().mean())


def make(
    model: Understander, encoder: Path, to: Path, minutes: float, seed: int, ngrams: NgramReader | None = None
) -> None:
    """Train ``model``, fit its n-grams unless they are given, weigh both; leaves all of it in ``to``."""
    words = tokenizer(encoder / "vocab.txt", longest(model.encoder.config))
    with logged(to):
        steps = train(model, words, to, minutes, seed)
        if ngrams:
            model.ngrams.load_state_dict(ngrams.state_dict())
        else:
            fit_ngrams(model, words, seed)
        figures = calibrate(model, [row(example, words) for example in held_out(seed)])
        log.info("%s", figures)
    heads.save(model, to, vocabulary(encoder), {**figures, "steps": steps})


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m export train-understanding",
        description="Train the understanding model's heads on a pre-trained encoder; goes on if stopped.",
        epilog="example: python -m export train-understanding --encoder work/encoder --minutes 15",
    )
    parser.add_argument("--encoder", type=Path, default=ENCODER, help="of the BERT family")
    parser.add_argument("--out", type=Path, default=Path("work/understanding"))
    parser.add_argument(
        "--minutes", type=float, default=15.0, help="of the joint training, all runs together"
    )
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args(argv)
    make(Understander(begun(args.encoder)), args.encoder, args.out, args.minutes, args.seed)
    write_origin(args.out, origin(args.encoder, args.minutes, args.seed))
    return 0


def begun(folder: Path, fresh: bool = False) -> PreTrainedModel:
    """The folder's encoder with dropout for training, or one of its shape that knows nothing."""
    dropout = {"hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1}
    return bare(read_config(folder, **dropout)) if fresh else pretrained(folder, **dropout)


def origin(encoder: Path, minutes: float, seed: int) -> Origin:
    """The encoder's data under its licence, and ours."""
    before = read_origin(encoder)
    given = "" if before.command else f"--encoder {encoder.name} "
    command = f"python -m export train-understanding {given}--minutes {minutes:g} --seed {seed}"
    return further(before, command, GENERATED)
