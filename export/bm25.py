"""BM25 over character pairs: the baseline that retrieval has to beat.

Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), k1 = 1.2, b = 0.75.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

_K1, _B = 1.2, 0.75


class Bm25:
    """Ranks documents by the pairs of characters that they share with a query."""

    def __init__(self, documents: Sequence[str]) -> None:
        self._terms = [_terms(document) for document in documents]
        self._mean = sum(terms.total() for terms in self._terms) / len(documents)
        found_in = Counter(term for terms in self._terms for term in terms)
        count = len(documents)
        self._idf = {term: math.log(1 + (count - n + 0.5) / (n + 0.5)) for term, n in found_in.items()}

    def ranked(self, query: str) -> list[int]:
        """Numbers of all documents, the best first."""
        scores = [self._score(_terms(query), terms) for terms in self._terms]
        return sorted(range(len(scores)), key=lambda number: -scores[number])

    def _score(self, query: Counter[str], terms: Counter[str]) -> float:
        length = _K1 * (1 - _B + _B * terms.total() / self._mean)
        return sum(
            self._idf[term] * terms[term] * (_K1 + 1) / (terms[term] + length) for term in query & terms
        )


def _terms(text: str) -> Counter[str]:
    return Counter(a + b for a, b in pairwise(text.lower()))
