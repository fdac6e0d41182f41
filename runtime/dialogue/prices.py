"""Goods by a price said back: 两百六十九那台, 1599还能少吗."""

from __future__ import annotations

import re

from runtime.dialogue.pointing import NOTHING, WISHES, Clause, Found
from runtime.knowledge.descriptions import sheet_of
from runtime.understanding.numbers import parse_quantities

_PART_OF_IT = re.compile(r"(减|便宜|优惠|降|满|送|贵|差|多|少|加|让|抹)[了个我掉去]*$")
_LEAST = 30  # yuan


def by_price(clause: Clause) -> Found:
    """Of the goods talked about those that alone have a price that is named, now or in an offer."""
    text, state = clause.text, clause.state
    if WISHES.search(text):
        return NOTHING
    talked_of = clause.of_kind(tuple(dict.fromkeys((*state.shown, *state.seen))))
    found: dict[str, tuple[int, int]] = {}
    for span in parse_quantities(text):
        money = span.quantity
        if money.unit not in ("", "元") or money.low != money.high or (money.low or 0) < _LEAST:
            continue
        if money.approximate or _PART_OF_IT.search(text[: span.start]):
            continue
        priced = [item.product.id for item in talked_of if money.low in sheet_of(item).prices]
        if len(priced) == 1:
            found.setdefault(priced[0], (span.start, span.end))
    return tuple(found), tuple(found.values())
