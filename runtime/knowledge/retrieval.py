"""Goods for a customer's wish: filters in SQL, likeness of meaning, and names, fused into one score.

    score = 4 * named       1 for the name or model written out, 0.95 for homophones, less for a beginning
          + 1.5 * traits    share of the wanted features and colour that it has
          + 1 * likeness    cosine of the text and the product's description
          + 1 * size        1.5匹, 65寸 as wanted
          + 0.8 * area      how much of the customer's area it serves (a small one is not overserved)
          + 0.5 * mentioned share of the known words in this sentence that it fits
          + 0.3 * worth     how much of the budget it uses; above it, minus the excess
          - 1 if it is out of stock

Goods named in full come first, whatever the filters say; the category, what was turned down and the
budget are hard filters, the last one given up only where nothing fits, and then the reason says so.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from runtime.knowledge.filters import wanted_traits
from runtime.knowledge.index import Floats
from runtime.knowledge.items import Item, comes_in, price_on
from runtime.knowledge.names import HOMOPHONE, MAX_QUERY
from runtime.knowledge.reasons import reason_for
from runtime.knowledge.view import View
from runtime.types import DialogueState, Hit, Quantity
from runtime.understanding import lexicon

MAX_HITS = 5
_SELECTED, _NEAREST = 120, 40  # candidates from SQL, from the graph


def retrieve(view: View, state: DialogueState, text: str, embedding: Floats, today: date) -> tuple[Hit, ...]:
    """Up to MAX_HITS goods, best first. ``text`` is normalised, ``embedding`` its unit vector."""
    named = view.sounds.find(text)
    certain = {row for row, strength in named.items() if strength >= HOMOPHONE}
    rows = list(certain | set(_candidates(view, state, embedding, named, today)))
    likeness = (view.index.vectors[rows] @ embedding).tolist()
    wish = Wish(
        state, wanted_traits(state), {word for _, _, _, word in lexicon.scan(text[:MAX_QUERY])}, today
    )
    scored = []
    for row, like in zip(rows, likeness, strict=True):
        score = 4 * named.get(row, 0.0) + like + _fit(view.items[row], wish)
        scored.append((row in certain, score, -row))
    best = sorted(scored, reverse=True)[:MAX_HITS]
    return tuple(
        Hit((item := view.items[-row]).product, round(score, 4), reason_for(item, state, today))
        for _, score, row in best
    )


@dataclass(frozen=True, slots=True)
class Wish:
    """What goods are measured by."""

    state: DialogueState
    traits: tuple[str, ...]
    mentioned: set[str]  # known words of this sentence
    today: date


def _candidates(
    view: View, state: DialogueState, embedding: Floats, named: dict[int, float], today: date
) -> list[int]:
    """Rows that pass the filters; where none does, those that pass with less demanded."""
    filters = view.filters(state)
    if filters is None:
        return []
    # More may fit than are looked at: those that the words point at must be among them.
    near = [*named, *(row for row, _ in view.index.nearest(embedding, _NEAREST))]
    if not filters.selects:
        return [row for row in near if row not in filters.rejected]
    for step in filters.relaxed():
        if rows := view.shelf.select(step, today, _SELECTED, first=near):
            return rows
    return []


def _fit(item: Item, wish: Wish) -> float:
    state = wish.state
    score = 1.5 * _share(wish.traits, item.traits)
    score += 0.5 * _share(wish.mentioned, item.traits | item.categories)
    if state.size:
        score += 1.0 * comes_in(item, state.size)
    if state.area_m2 and item.area:
        score += 0.8 * _served(item.area, state.area_m2)
    if state.budget_max:
        used = price_on(item, wish.today)[0] / state.budget_max
        score += 0.3 * (used if used <= 1 else 1 - used)
    return score - (item.product.stock == 0)


def _share(wanted: Collection[str], own: frozenset[str]) -> float:
    return sum(word in own for word in wanted) / len(wanted) if wanted else 0.0


def _served(own: Quantity, area_m2: float) -> float:
    """1 where the area lies in its range, else how near the range comes to it."""
    low, high = own.low or 0.0, own.high or math.inf
    if area_m2 > high:
        return high / area_m2
    return min(1.0, area_m2 / low) if low else 1.0
