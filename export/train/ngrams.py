"""A linear reader of n-grams inside the graph: what it reads from few sentences, it reads soundly.

It is logistic regression on TF-IDF of token 1-, 2- and 3-grams, hashed into one table; the encoder's fusion
head is then trained on top of it, for what n-grams cannot tell.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from scipy import sparse  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

_SINGLES, _PAIRS, _TRIPLES = 1 << 13, 1 << 16, 1 << 17
SIZE = _SINGLES + _PAIRS + _TRIPLES
_MIN_TEXTS = 2
_C = 10.0


def pair_hash(ids: Tensor, size: int) -> Tensor:
    """[B,T]: the pair that ends at each token, hashed."""
    return (nn.functional.pad(ids[:, :-1], (1, 0)) * 8191 + ids) % size


def ngrams(ids: Tensor, mask: Tensor) -> Tensor:
    """[B,T], [B,T] -> rows of the table [B,3T]; 0 for padding."""
    before, after = nn.functional.pad(ids[:, :-1], (1, 0)), nn.functional.pad(ids[:, 1:], (0, 1))
    pairs = _SINGLES + pair_hash(ids, _PAIRS)
    triples = _SINGLES + _PAIRS + (before * 131071 + ids * 8191 + after) % _TRIPLES
    return torch.cat([ids * mask, pairs * mask, triples * mask], 1)


class NgramReader(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """Frozen logits from n-grams; empty until fitted."""

    def __init__(self, labels: int) -> None:
        super().__init__()
        self.table = nn.Embedding(SIZE, labels, _weight=torch.zeros(SIZE, labels)).requires_grad_(False)
        self.idf = nn.Embedding(SIZE, 1, _weight=torch.zeros(SIZE, 1)).requires_grad_(False)
        self.register_buffer("bias", torch.zeros(labels))

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Logits [B,labels]."""
        found = ngrams(ids, mask)
        length = self.idf(found).square().sum(1).clamp(min=1e-6).sqrt()
        return self.table(found).sum(1) / length + self.bias

    def fit(self, ids: Sequence[Tensor], heads: Sequence[Sequence[int]]) -> None:
        """Fit one regression for each head's labels on token ids [1,T]; their logits follow one another."""
        rows = [ngrams(one, torch.ones_like(one))[0].numpy() for one in ids]
        ends = np.cumsum([0, *map(len, rows)])
        counts = sparse.csr_matrix((np.ones(ends[-1]), np.concatenate(rows), ends), (len(rows), SIZE))
        counts.sum_duplicates()
        texts = np.bincount(counts.indices, minlength=SIZE)
        idf = np.where(texts >= _MIN_TEXTS, np.log((1 + len(rows)) / (1 + texts)) + 1, 0.0)
        length = np.sqrt(np.maximum(counts @ idf**2, 1e-6))
        weighed = sparse.diags(1 / length) @ counts @ sparse.diags(idf)
        fitted = [LogisticRegression(C=_C, max_iter=150, tol=1e-5).fit(weighed, labels) for labels in heads]
        table = np.concatenate([one.coef_ for one in fitted]).T * idf[:, None]
        self.table.weight.copy_(torch.from_numpy(table))
        self.idf.weight.copy_(torch.from_numpy(idf[:, None]))
        self.bias.copy_(torch.from_numpy(np.concatenate([one.intercept_ for one in fitted])))
