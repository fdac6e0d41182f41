"""Goods for a customer's wish: filters in SQL, likeness of meaning, and names, fused into one score.

    score = 4 * named     1 for the name or model written out, 0.95 for homophones, less for a beginning
          + 1 * likeness  cosine of the text and the product's description
          + 10 * words    share of what was said that stands in its sheet, rare parts of words most
          + fit           how well it meets the wish (fit.py)

Goods named in full come first, whatever the filters say; the category, what was turned down and the
budget are hard filters, the last one given up only where nothing fits, and then the reason says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from runtime.knowledge.asks import parts_of
from runtime.knowledge.evidence import WORDED
from runtime.knowledge.fit import Wish, fit
from runtime.knowledge.index import Floats
from runtime.knowledge.names import Mention
from runtime.knowledge.reasons import reason_for
from runtime.knowledge.view import View
from runtime.knowledge.words import Shares, likest
from runtime.types import DialogueState, Hit

MAX_HITS = 5
_SELECTED, _NEAREST = 120, 40  # candidates from SQL, from the graph
_MIN_HINT = 3  # characters of a name that point at goods of another kind than was asked for


def retrieve(view: View, state: DialogueState, text: str, embedding: Floats, today: date) -> tuple[Hit, ...]:
    """Up to MAX_HITS goods, best first. ``text`` is normalised, ``embedding`` its unit vector."""
    named = view.sounds.find(text)
    worded = view.words.find(parts_of(_plain(text, state), ()))
    certain = {row for row, mention in named.items() if mention.whole}
    rows = list(certain | set(_candidates(view, state, embedding, named, worded, today)))
    likeness = (view.index.vectors[rows] @ embedding).tolist()
    items = [view.items[row] for row in rows]
    wish = Wish.of(state, text, items, view.shelf.bits, today)
    scored = []
    for row, item, like in zip(rows, items, likeness, strict=True):
        strength = named[row].strength if row in named else 0.0
        score = 4 * strength + like + 10 * float(worded[row]) + fit(item, wish)
        scored.append((row in certain, score, -row))
    best = sorted(scored, reverse=True)[:MAX_HITS]
    return tuple(
        Hit((item := view.items[-row]).product, round(score, 4), reason_for(item, state, today))
        for _, score, row in best
    )


def _plain(text: str, state: DialogueState) -> str:
    """Without the kind of goods that the talk is about, which all of them are."""
    return text.replace(state.category, " ") if state.category else text


def _candidates(
    view: View,
    state: DialogueState,
    embedding: Floats,
    named: Mapping[int, Mention],
    worded: Shares,
    today: date,
) -> list[int]:
    """Rows that pass the filters; where none does, those that pass with less demanded."""
    filters = view.filters(state)
    if filters is None:  # no goods of that kind, unless the customer's word for it begins a name
        hinted = [row for row, mention in named.items() if mention.exact and mention.sounds >= _MIN_HINT]
        return hinted or np.flatnonzero(worded >= WORDED).tolist()
    # More may fit than are looked at: those that the words point at must be among them.
    near = [*named, *likest(worded, _NEAREST), *(row for row, _ in view.index.nearest(embedding, _NEAREST))]
    if not filters.selects:
        return [row for row in near if row not in filters.rejected]
    for step in filters.relaxed():
        if rows := view.shelf.select(step, today, _SELECTED, first=near):
            return rows
    return []
