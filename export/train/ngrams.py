"""A linear reader of n-grams inside the graph: what it reads from few sentences, it reads soundly.

It is logistic regression on TF-IDF of token 1-, 2- and 3-grams, hashed into one table. It knows nothing of
the encoder; ``Understander`` mixes the logits of both.
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
_BATCH = 1024


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

    def fit(self, texts: Sequence[Sequence[int]], heads: Sequence[Sequence[int]]) -> None:
        """One regression for each head's labels on texts of token ids; their logits follow one another."""
        parts = (texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH))
        counts = sparse.vstack([_counts(part) for part in parts]).tocsr()
        counts.sum_duplicates()
        found_in = np.bincount(counts.indices, minlength=SIZE)
        used = np.flatnonzero(found_in >= _MIN_TEXTS)
        idf = np.log((1 + len(texts)) / (1 + found_in[used])) + 1
        length = np.sqrt(np.maximum(counts[:, used] @ idf**2, 1e-6))
        weighed = sparse.diags(1 / length) @ counts[:, used] @ sparse.diags(idf)
        fitted = [LogisticRegression(C=_C, max_iter=150, tol=1e-5).fit(weighed, labels) for labels in heads]
        learnt = np.concatenate([one.coef_ for one in fitted]).T * idf[:, None]
        for kept, values in ((self.table.weight, learnt), (self.idf.weight, idf[:, None])):
            kept.zero_()[torch.from_numpy(used)] = torch.from_numpy(values).float()
        self.bias.copy_(torch.from_numpy(np.concatenate([one.intercept_ for one in fitted])))


def _counts(texts: Sequence[Sequence[int]]) -> sparse.csr_matrix:
    """How often each row of the table stands in each text [texts,SIZE]."""
    width = max(map(len, texts))
    ids = torch.tensor([[*text, *([0] * (width - len(text)))] for text in texts])
    mask = (ids != 0).long()
    read = mask.repeat(1, 3).bool()
    ends = np.cumsum([0, *read.sum(1).tolist()])
    rows = ngrams(ids, mask)[read].numpy()
    return sparse.csr_matrix((np.ones(ends[-1]), rows, ends), (len(texts), SIZE))
