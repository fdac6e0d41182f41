"""Does the exported model still say what the trained one said? Every export asks, and fails if not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from export.errors import ParityFailed

Floats: TypeAlias = NDArray[Any]


def agreement(one: Floats, other: Floats) -> float:
    """Share of rows, 0..1, with the same best column."""
    return float((one.argmax(-1) == other.argmax(-1)).mean())


def largest_difference(one: Floats, other: Floats) -> float:
    return float(np.abs(one - other).max())


def divergence(expected: Floats, found: Floats) -> float:
    """Mean Kullback-Leibler divergence in nats of rows of logits [N,V] from the expected ones."""
    wanted, got = log_softmax(expected), log_softmax(found)
    return float((np.exp(wanted) * (wanted - got)).sum(-1).mean())


def losses(logits: Floats, wanted: Floats) -> Floats:
    """Negative log-likelihood [N] in nats of the wanted columns [N] under logits [N,V]."""
    return -log_softmax(logits)[np.arange(len(wanted)), wanted]


def log_softmax(logits: Floats) -> Floats:
    shifted = logits.astype(np.float64) - logits.max(-1, keepdims=True)
    found: Floats = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return found


def require(
    figures: Mapping[str, float],
    at_least: Mapping[str, float] | None = None,
    at_most: Mapping[str, float] | None = None,
) -> None:
    """Raises ParityFailed when a figure is beyond its limit, or no number."""
    low, high = at_least or {}, at_most or {}
    beyond = [
        f"{name} {figures[name]:.4g} is below {limit}"
        for name, limit in low.items()
        if not figures[name] >= limit
    ]
    beyond += [
        f"{name} {figures[name]:.4g} is above {limit}"
        for name, limit in high.items()
        if not figures[name] <= limit
    ]
    if beyond:
        raise ParityFailed("; ".join(beyond))
