"""A linear reader of n-grams inside the graph: what it reads from few sentences, it reads soundly.

It is logistic regression on token 1-, 2- and 3-grams, hashed into one table. It knows nothing of the encoder;
``Understander`` mixes the logits of both.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

_SINGLES, _PAIRS, _TRIPLES = 1 << 13, 100_000, 1 << 17
SIZE = _SINGLES + _PAIRS + _TRIPLES
_MARKS = 127
_NOBODY = -1
_MIN_SEEN = 2
_ROUNDS = 10
_RATE = 0.6
_UNREAD = 0.2  # share of the n-grams
_BATCH = 512


def pair_hash(ids: Tensor, size: int) -> Tensor:
    """[B,T]: the pair that ends at each token, hashed."""
    return (functional.pad(ids[:, :-1], (1, 0)) * 8191 + ids) % size


def ngrams(ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """[B,T], [B,T] -> rows of the table [B,3T], 0 for padding, and marks that tell apart who shares a row."""
    before, after = functional.pad(ids[:, :-1], (1, 0)), functional.pad(ids[:, 1:], (0, 1))
    pairs = _SINGLES + pair_hash(ids, _PAIRS)
    triples = _SINGLES + _PAIRS + (before * 40503 + ids * 8191 + after) % _TRIPLES
    marks = ids % _MARKS, (before * 31 + ids) % _MARKS, (before * 31 + ids * 57 + after) % _MARKS
    return torch.cat([ids * mask, pairs * mask, triples * mask], 1), torch.cat(marks, 1)


class NgramReader(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """Frozen logits from n-grams, of each head's ``labels`` one after another; empty until fitted.

    A row of the table belongs to the n-gram with its mark; others that fall on it are not read.
    """

    def __init__(self, *labels: int) -> None:
        super().__init__()
        self.labels = labels
        weight = torch.zeros(SIZE, sum(labels))
        self.table = nn.Embedding(SIZE, sum(labels), _weight=weight).requires_grad_(False)
        self.register_buffer("marks", torch.full((SIZE,), _NOBODY, dtype=torch.int8))

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Logits [B,labels]."""
        rows, marks = ngrams(ids, mask)
        known = (self.marks[rows].long() == marks).to(self.table.weight.dtype).unsqueeze(-1)
        return (self.table(rows) * known).sum(1) / known.sum(1).clamp(min=1).sqrt()

    def fit(self, texts: Sequence[Sequence[int]], wanted: Tensor, seed: int) -> None:
        """A regression for each head on texts of token ids; ``wanted`` [texts,heads] are their labels.

        Each row of the table descends at a rate of its own (Adagrad). Few rounds, and n-grams left out by
        chance, keep rare ones small: that reads customers unseen better than a penalty on the weights did.
        """
        found = [ngrams(ids, torch.ones_like(ids)) for ids in (torch.tensor([text]) for text in texts)]
        self.marks.copy_(_owners(*(torch.cat(each, 1)[0] for each in zip(*found, strict=True))))
        known = [rows[self.marks[rows] == marks] for rows, marks in found]
        table = torch.zeros_like(self.table.weight).requires_grad_()
        steepness = torch.full((SIZE, 1), 1e-8)
        chance = torch.Generator().manual_seed(seed)
        rounds = [torch.randperm(len(texts), generator=chance).split(_BATCH) for _ in range(_ROUNDS)]
        batches = [batch for each in rounds for batch in each]
        for step, batch in enumerate(batches):
            read = [known[at] for at in batch]
            of = torch.arange(len(batch)).repeat_interleave(torch.tensor([len(rows) for rows in read]))
            left = torch.rand(len(of), generator=chance) >= _UNREAD
            rows, of = torch.cat(read)[left], of[left]
            count = of.bincount(minlength=len(batch))
            weights, starts = count[of].rsqrt(), count.cumsum(0) - count
            logits = functional.embedding_bag(
                rows, table, starts, mode="sum", sparse=True, per_sample_weights=weights
            )
            heads = zip(logits.split(self.labels, 1), wanted[batch].unbind(1), strict=True)
            missed = torch.stack([functional.cross_entropy(*head, reduction="sum") for head in heads]).sum()
            gradient = torch.autograd.grad(missed, table)[0].coalesce()
            rows, slope = gradient.indices()[0], gradient.values()
            steepness[rows] += slope.square().mean(1, keepdim=True)
            with torch.no_grad():
                table[rows] -= _RATE * (1 - step / len(batches)) * slope / steepness[rows].sqrt()
        self.table.weight.copy_(table.detach())


def _owners(rows: Tensor, marks: Tensor) -> Tensor:
    """The mark of the n-gram that most often falls on each row [SIZE]; nobody's where none is seen twice."""
    ngram, count = (rows * _MARKS + marks).unique(return_counts=True)
    ngram, count = ngram[count >= _MIN_SEEN], count[count >= _MIN_SEEN]
    most = torch.full((SIZE,), _NOBODY).scatter_reduce(
        0, ngram // _MARKS, count * _MARKS + ngram % _MARKS, "amax"
    )
    return torch.where(most < 0, most, most % _MARKS)
