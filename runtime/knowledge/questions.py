"""Known questions within a customer's words: how much of each question's pairs of characters was said.

Rare pairs count more. A longer text that holds the question covers it wholly; 有优惠吗 covers little of
会员生日有优惠吗, which asks for something narrower.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runtime.understanding.numbers import normalise_text

MAX_QUERY = 200  # characters


@dataclass(frozen=True, slots=True)
class QuestionIndex:
    rows: Mapping[str, tuple[int, ...]]  # pair of characters -> questions that have it
    weights: Mapping[str, float]  # of a pair: inverse document frequency
    totals: tuple[float, ...]  # weight of all pairs of each question

    @classmethod
    def of(cls, questions: Sequence[str]) -> QuestionIndex:
        rows: defaultdict[str, list[int]] = defaultdict(list)
        for row, question in enumerate(questions):
            for pair in _pairs(question):
                rows[pair].append(row)
        weights = {pair: math.log(1 + len(questions) / len(found)) for pair, found in rows.items()}
        totals = tuple(sum(weights[pair] for pair in _pairs(question)) for question in questions)
        return cls({pair: tuple(found) for pair, found in rows.items()}, weights, totals)

    def covered(self, text: str) -> dict[int, float]:
        """Rows of questions of which ``text`` says anything, with the share that it says: 0 to 1."""
        said: defaultdict[int, float] = defaultdict(float)
        for pair in _pairs(text[:MAX_QUERY]):
            for row in self.rows.get(pair, ()):
                said[row] += self.weights[pair]
        return {row: weight / self.totals[row] for row, weight in said.items()}


def _pairs(text: str) -> set[str]:
    letters = "".join(char for char in normalise_text(text) if char.isalnum())
    return {letters[at : at + 2] for at in range(len(letters) - 1)} or ({letters} if letters else set())
