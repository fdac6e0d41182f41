"""Likeness of short Chinese texts by the pairs of characters they share, rare pairs counting more."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runtime.understanding.numbers import normalise_text

MAX_QUERY = 200  # characters


@dataclass(frozen=True, slots=True)
class PairIndex:
    postings: Mapping[str, tuple[int, ...]]  # pair of characters -> rows
    weights: Mapping[str, float]  # of a pair: inverse document frequency
    lengths: tuple[float, ...]  # of each row's weight vector

    @classmethod
    def of(cls, texts: Sequence[str]) -> PairIndex:
        postings: defaultdict[str, list[int]] = defaultdict(list)
        for row, text in enumerate(texts):
            for pair in _pairs(text):
                postings[pair].append(row)
        weights = {pair: math.log(1 + len(texts) / len(rows)) for pair, rows in postings.items()}
        lengths = tuple(math.sqrt(sum(weights[pair] ** 2 for pair in _pairs(text))) for text in texts)
        return cls({pair: tuple(rows) for pair, rows in postings.items()}, weights, lengths)

    def nearest(self, text: str, k: int) -> list[tuple[int, float]]:
        """Up to ``k`` rows with their likeness above 0 and up to 1, best first."""
        unknown = math.log(1 + len(self.lengths))
        pairs = _pairs(text[:MAX_QUERY])
        length = math.sqrt(sum(self.weights.get(pair, unknown) ** 2 for pair in pairs))
        shared: defaultdict[int, float] = defaultdict(float)
        for pair in pairs:
            for row in self.postings.get(pair, ()):
                shared[row] += self.weights[pair] ** 2
        scored = ((row, weight / (length * self.lengths[row])) for row, weight in shared.items())
        return sorted(scored, key=lambda pair: (-pair[1], pair[0]))[:k]


def _pairs(text: str) -> set[str]:
    letters = "".join(char for char in normalise_text(text) if char.isalnum())
    return {letters[at : at + 2] for at in range(len(letters) - 1)} or ({letters} if letters else set())
