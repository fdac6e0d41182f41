"""Joint training of the understanding model's heads on generated shop language.

Every epoch sees fresh sentences. The hand-written dev set is never read here.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import random
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from transformers import BertModel

from export.data.goods import random_goods
from export.data.shop_language import Example, examples
from export.train.model import Understander
from export.train.pairs import Pair, pairs
from export.train.plain import plain
from export.train.pretrain import rate
from export.train.vocab import SPECIAL
from runtime.types import Behaviour, Emotion, Intent
from runtime.understanding.encoder import TAGS, Tokenizer, behaviour_features, tokenizer

log = logging.getLogger(__name__)

MAX_TOKENS = 64
_BATCH = 32
_PAIRS = 16
_PAIRS_EVERY = 6  # steps; product texts are long, and the other heads must not starve
_PEAK_RATE = 5e-4
_FITTED = 60_000
_WARM_RATE = 5e-3
_WARM_STEPS = 500
_WARM_BATCH = 256
_SMOOTHING = 0.05
_PLAIN = 0.1
_UNREAD = 0.15
_UNREAD_CALIBRATING = 0.45
_INFO_NCE_TEMPERATURE = 0.05
_IGNORED = -100
_HELD_OUT = 3000
_GOODS = 4000
_REPORT_STEPS = 240

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


def rows(seed: int, words: Tokenizer) -> Iterator[Row]:
    """Fresh generated examples without end."""
    chance = random.Random(seed)
    plainly = plain(chance)
    for chunk in count(seed * 1000):
        for example in examples(chunk, 5000):
            yield row(next(plainly) if chance.random() < _PLAIN else example, words)


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


def warm_up(model: Understander, words: Tokenizer, seed: int) -> None:
    """Teach what n-grams alone tell: some minutes' work, which the encoder then need not do."""
    torch.manual_seed(seed)
    fresh = rows(seed + 2, words)
    known = [next(fresh) for _ in range(_FITTED)]
    labels = [one.intent for one in known], [one.emotion for one in known]
    model.ngrams.fit([torch.tensor([one.ids]) for one in known], labels)
    log.info("n-grams: fitted on %d examples", _FITTED)
    optimiser = torch.optim.AdamW([*model.pairs.parameters(), *model.slot_head.parameters()], lr=_WARM_RATE)
    for step in range(1, _WARM_STEPS + 1):
        batch = [next(fresh) for _ in range(_WARM_BATCH)]
        ids = with_gaps(padded([one.ids for one in batch]))
        loss = tag_loss(model.tag(torch.zeros(*ids.shape, model.encoder.config.hidden_size), ids), batch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 100 == 0:
            log.info("pairs: step %d loss %.3f", step, loss.item())


def train(model: Understander, words: Tokenizer, minutes: float, seed: int) -> None:
    """Train until the budget is spent."""
    torch.manual_seed(seed)
    draw, chance = random.Random(seed), np.random.default_rng(seed)
    goods = random_goods(seed, _GOODS)
    fresh = rows(seed, words)
    trained = [each for each in model.parameters() if each.requires_grad]
    optimiser = torch.optim.AdamW(trained, weight_decay=0.01, fused=True)
    model.train()
    started, losses, budget = time.monotonic(), [0.0, 0.0], minutes * 60
    pool: list[list[Row]] = []
    step = 0
    while (elapsed := time.monotonic() - started) < budget:
        if not pool:
            pool = _pooled([next(fresh) for _ in range(_BATCH * 40)], draw)
        for group in optimiser.param_groups:
            group["lr"] = _PEAK_RATE * rate(elapsed / budget)
        batch = pool.pop()
        loss = joint_loss(model, batch, chance)
        losses[0] += loss.item()
        if step % _PAIRS_EVERY == 0:
            likeness = pair_loss(model, pairs(goods, _PAIRS, draw), words)
            losses[1] += likeness.item() * _PAIRS_EVERY
            loss = loss + likeness + echo_loss(model, batch[:_PAIRS])
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        step += 1
        if step % _REPORT_STEPS == 0:
            joint, pair = (total / _REPORT_STEPS for total in losses)
            log.info("step %d loss %.3f pairs %.3f %.1f min left", step, joint, pair, (budget - elapsed) / 60)
            losses = [0.0, 0.0]
    log.info("done: %d steps, %d examples", step, step * _BATCH)


def _pooled(found: list[Row], draw: random.Random) -> list[list[Row]]:
    """Batches of about one length, in random order."""
    found.sort(key=lambda one: len(one.ids))
    batches = [found[start : start + _BATCH] for start in range(0, len(found), _BATCH)]
    draw.shuffle(batches)
    return batches


def temperature(logits: Tensor, wanted: Tensor) -> float:
    """The divisor of the logits under which the held-out labels are likeliest."""
    tried = np.geomspace(0.3, 3.0, 61)
    losses = [functional.cross_entropy(logits / value, wanted).item() for value in tried]
    return float(tried[int(np.argmin(losses))])


def calibrate(model: Understander, held_out: Sequence[Row]) -> dict[str, float]:
    """Set both temperatures on held-out sentences; returns these and the accuracies there.

    Much is made unreadable for it: held-out sentences are easier to read than customers' own.
    """
    model.eval()
    found: list[tuple[Tensor, ...]] = []
    with torch.no_grad():
        for start in range(0, len(held_out), _BATCH):
            ids = padded([one.ids for one in held_out[start : start + _BATCH]])
            blank = torch.zeros(len(ids), 4), torch.zeros(len(ids), 2)
            mask = (ids != 0).long()
            hard = model(with_gaps(ids, _UNREAD_CALIBRATING), mask, *blank)[:2]
            found.append((*hard, *model(ids, mask, *blank)[:2]))
    hard_intent, hard_felt, intent, felt = (torch.cat(part) for part in zip(*found, strict=True))
    meant = torch.tensor([one.intent for one in held_out])
    said = torch.tensor([one.emotion for one in held_out])
    model.intent_temperature.fill_(temperature(hard_intent, meant))
    model.emotion_temperature.fill_(temperature(hard_felt, said))
    return {
        "held_out_intent_accuracy": (intent.argmax(-1) == meant).float().mean().item(),
        "held_out_emotion_accuracy": (felt.argmax(-1) == said).float().mean().item(),
        "intent_temperature": model.intent_temperature.item(),
        "emotion_temperature": model.emotion_temperature.item(),
    }


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m export understanding",
        description="Train the understanding model's heads, starting from a pre-trained encoder.",
        epilog="example: python -m export understanding --encoder work/encoder --minutes 15",
    )
    parser.add_argument("--encoder", type=Path, default=Path("work/encoder"), help="a BERT folder")
    parser.add_argument("--start", type=Path, help="an earlier run's folder, to go on from its weights")
    parser.add_argument("--out", type=Path, default=Path("work/understanding"))
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    args.out.mkdir(parents=True, exist_ok=True)
    dropout = {"hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1}
    model = Understander(BertModel.from_pretrained(args.encoder, add_pooling_layer=False, **dropout))
    if args.start:
        model.load_state_dict(torch.load(args.start / "model.pt", weights_only=True))
        model.intent_temperature.fill_(1.0)
        model.emotion_temperature.fill_(1.0)
    words = tokenizer(args.encoder / "vocab.txt", MAX_TOKENS)
    if not args.start:
        warm_up(model, words, args.seed)
    train(model, words, args.minutes, args.seed)
    fresh = rows(args.seed + 1, words)
    metrics = calibrate(model, [next(fresh) for _ in range(_HELD_OUT)])
    log.info("%s", metrics)
    shutil.copy(args.encoder / "vocab.txt", args.out)
    model.encoder.config.save_pretrained(args.out)
    torch.save(model.state_dict(), args.out / "model.pt")
    (args.out / "training.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    return 0
