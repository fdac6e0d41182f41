"""Masked-language pre-training of the encoder, from scratch, on corpora and generated shop language.

Two CPU cores are enough: only masked positions go through the vocabulary projection, and batches hold
texts of one length. The run is seeded and resumes from its last checkpoint.
"""

from __future__ import annotations

import argparse
import logging
import math
import random
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

import torch
from torch import Tensor
from transformers import BertConfig, BertForMaskedLM

from export.bert_family import write_vocabulary
from export.data.shop_language import examples
from export.origin import GENERATED, Origin, write_origin
from export.train import corpora, vocab
from export.train.run import Run, accelerator, logged
from runtime.understanding.encoder import tokenizer

log = logging.getLogger(__name__)

MAX_TOKENS = 48
BATCH_TOKENS = 2048
PEAK_RATE = 1e-3
MASKED = 0.15
_IGNORED = -100


def config(vocab_size: int) -> BertConfig:
    """The shape that runs in about 2 ms on one core: 4 layers of 256, about 5 M parameters."""
    return BertConfig(
        vocab_size=vocab_size,
        hidden_size=256,
        num_hidden_layers=4,
        num_attention_heads=4,
        intermediate_size=1024,
        max_position_embeddings=64,
        type_vocab_size=2,
        hidden_dropout_prob=0.0,  # masks are drawn anew each time; dropout would only cost time here
        attention_probs_dropout_prob=0.0,
    )


def pieces(documents: Sequence[Sequence[str]], chance: random.Random) -> list[str]:
    """Neighbouring sentences joined into texts of varied length, at most ``MAX_TOKENS`` long."""
    found = []
    for document in documents:
        piece, limit = "", chance.randint(12, MAX_TOKENS - 2)
        for sentence in document:
            if piece and len(piece) + len(sentence) > limit:
                found.append(piece)
                piece, limit = "", chance.randint(12, MAX_TOKENS - 2)
            piece += sentence
        found.append(piece)
    return [piece for piece in found if len(piece) >= 4]


def batches(texts: Sequence[Sequence[int]], chance: random.Random) -> Iterator[list[Sequence[int]]]:
    """One epoch: texts of about one length together, batches in random order."""
    order = sorted(texts, key=lambda ids: (len(ids), chance.random()))
    found: list[list[Sequence[int]]] = []
    batch: list[Sequence[int]] = []
    for ids in order:
        if batch and (len(batch) + 1) * len(ids) > BATCH_TOKENS:
            found.append(batch)
            batch = []
        batch.append(ids)
    found.append(batch)
    chance.shuffle(found)
    yield from found


def mask_positions(length: int, chance: random.Random) -> set[int]:
    """15% of the tokens between [CLS] and [SEP]; half of the draws take spans of 2-3, as words do."""
    wanted = max(1, round((length - 2) * MASKED))
    chosen: set[int] = set()
    while len(chosen) < wanted:
        start = chance.randrange(1, length - 1)
        span = chance.choice((1, 1, 2, 3))
        chosen.update(range(start, min(start + span, length - 1)))
    return chosen


def masked(batch: Sequence[Sequence[int]], size: int, chance: random.Random) -> tuple[Tensor, Tensor, Tensor]:
    """ids, attention mask and labels, each [B,T]; labels are -100 where nothing is asked."""
    pad, unknown, mask = (vocab.SPECIAL.index(token) for token in ("[PAD]", "[UNK]", "[MASK]"))
    width = max(map(len, batch))
    ids = torch.full((len(batch), width), pad)
    labels = torch.full((len(batch), width), _IGNORED)
    for row, tokens in enumerate(batch):
        ids[row, : len(tokens)] = torch.tensor(tokens)
        for at in mask_positions(len(tokens), chance):
            if tokens[at] == unknown:
                continue
            labels[row, at] = tokens[at]
            draw = chance.random()
            if draw < 0.8:
                ids[row, at] = mask
            elif draw < 0.9:
                ids[row, at] = chance.randrange(len(vocab.SPECIAL), size)
    return ids, (ids != pad).long(), labels


def masked_loss(model: BertForMaskedLM, ids: Tensor, attention: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy at the masked positions, the only ones that meet the vocabulary."""
    hidden = model.bert(input_ids=ids, attention_mask=attention).last_hidden_state
    asked = labels != _IGNORED
    return torch.nn.functional.cross_entropy(model.cls(hidden[asked]), labels[asked])


def rate(progress: float) -> float:
    """Share of the peak learning rate after this share of the run: linear warm-up, then a cosine."""
    warm = 0.04
    return (
        progress / warm if progress < warm else 0.5 * (1 + math.cos(math.pi * (progress - warm) / (1 - warm)))
    )


def train(texts: Sequence[Sequence[int]], size: int, out: Path, minutes: float, seed: int) -> None:
    """Leaves a Hugging Face folder in ``out``; goes on from a checkpoint there."""
    device = accelerator()
    torch.manual_seed(seed)
    model = BertForMaskedLM(config(size)).to(device)
    optimiser = torch.optim.AdamW(model.parameters(), weight_decay=0.01, fused=True)
    run = Run(out, minutes, {"model": model, "optimiser": optimiser})
    chance = random.Random(seed + run.step)
    fresh = (batch for _ in count() for batch in batches(texts, chance))
    model.train()
    for progress in run.progress():
        for group in optimiser.param_groups:
            group["lr"] = PEAK_RATE * rate(progress)
        ids, attention, labels = (part.to(device) for part in masked(next(fresh), size, chance))
        loss = masked_loss(model, ids, attention, labels)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        run.note(loss=loss.item())
    model.save_pretrained(out)


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m export pretrain",
        description="Pre-train the encoder on the corpora; goes on if stopped.",
        epilog="example: python -m export pretrain --corpora corpora --out work/encoder --minutes 25",
    )
    parser.add_argument("--corpora", type=Path, required=True, help="folder with one folder per corpus")
    parser.add_argument("--out", type=Path, default=Path("work/encoder"))
    parser.add_argument("--minutes", type=float, default=25.0)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args(argv)
    with logged(args.out):
        documents = list(corpora.documents(args.corpora))
        tokens = vocab.build(sentence for document in documents for sentence in document)
        write_vocabulary(args.out, tokens)
        texts = pieces(documents, random.Random(args.seed))
        texts += [example.text for example in examples(args.seed, len(texts) // 2)]
        words = tokenizer(args.out / "vocab.txt", MAX_TOKENS)
        encoded = [encoding.ids for encoding in words.encode_batch(texts)]
        log.info("%d texts, %d tokens, vocabulary %d", len(texts), sum(map(len, encoded)), len(tokens))
        train(encoded, len(tokens), args.out, args.minutes, args.seed)
    write_origin(args.out, origin(args.minutes, args.seed))
    return 0


def origin(minutes: float, seed: int) -> Origin:
    """The corpora and the language of the shop."""
    command = f"python -m export pretrain --corpora CORPORA --minutes {minutes:g} --seed {seed}"
    return Origin(command, "Apache-2.0", [*corpora.SOURCES, GENERATED])
