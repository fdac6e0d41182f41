"""Finding goods by any words of their sheets: 像画一样 finds the television that 像挂着一幅画.

Rare parts of words weigh more. Shares are of what was said, so that long sheets have no advantage.
"""

from __future__ import annotations

import math
from array import array
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runtime.knowledge.asks import parts_of
from runtime.knowledge.items import Item

Rows = NDArray[np.int32]
Shares = NDArray[np.float64]

_COMMON = 0.25  # a part that more of the goods have says nothing of which is meant


@dataclass(frozen=True, slots=True)
class WordIndex:
    rows: Mapping[str, Rows]  # part of a word -> goods that have it, unless too many do
    count: int

    @classmethod
    def of(cls, items: Sequence[Item]) -> WordIndex:
        rows: defaultdict[str, array[int]] = defaultdict(lambda: array("i"))
        for row, item in enumerate(items):
            for part in parts_of(item.sheet, ()) | _characters(item.sheet):
                rows[part].append(row)
        most = max(3, int(_COMMON * len(items)))
        rare = {part: np.array(found, np.int32) for part, found in rows.items() if len(found) <= most}
        return cls(rare, len(items))

    def find(self, said: Collection[str]) -> Shares:
        """Of each of the goods, the share 0..1 of the parts ``said`` that it has; shape [goods]."""
        nowhere = np.empty(0, np.int32)
        every = sorted(_characters("".join(said)).union(said))
        parts = {part: self.rows.get(part, nowhere) for part in every}
        weights = [len(part) * math.log(1 + self.count / (len(rows) or 1)) for part, rows in parts.items()]
        total, shares = sum(weights) or 1.0, np.zeros(self.count)
        for rows, weight in zip(parts.values(), weights, strict=True):
            shares[rows] += weight / total
        return shares


def likest(shares: Shares, most: int) -> list[int]:
    """Up to so many rows that have any share, those with the largest first, else the earlier."""
    rows = np.flatnonzero(shares)
    if len(rows) > most:
        rows = rows[shares[rows] >= np.partition(shares[rows], -most)[-most]]
    return [int(row) for row in rows[np.argsort(-shares[rows], kind="stable")][:most]]


def _characters(text: str) -> set[str]:
    """Each Chinese character alone."""
    return {char for char in text if "\u4e00" <= char <= "\u9fff"}
