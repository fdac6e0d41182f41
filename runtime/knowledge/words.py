"""Finding goods by any words of their sheets: 像画一样 finds the television that 像挂着一幅画.

Rare parts of words weigh more. Shares are of what was said, so that long sheets have no advantage.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from runtime.knowledge.asked import parts_of
from runtime.knowledge.items import Item

_COMMON = 0.25  # a part that more of the goods have says nothing of which is meant


@dataclass(frozen=True, slots=True)
class WordIndex:
    rows: Mapping[str, tuple[int, ...]]  # part of a word -> goods that have it, unless too many do
    count: int

    @classmethod
    def of(cls, items: Sequence[Item]) -> WordIndex:
        rows: defaultdict[str, list[int]] = defaultdict(list)
        for row, item in enumerate(items):
            for part in _parts(item.sheet):
                rows[part].append(row)
        most = max(3, int(_COMMON * len(items)))
        return cls({part: tuple(found) for part, found in rows.items() if len(found) <= most}, len(items))

    def find(self, said: Collection[str]) -> dict[int, float]:
        """Rows of goods that have any of the parts ``said``, with the share that each has: 0 to 1."""
        parts = {*said, *(char for part in said for char in part if "\u4e00" <= char <= "\u9fff")}
        weights = {
            part: len(part) * math.log(1 + self.count / len(self.rows.get(part, (0,)))) for part in parts
        }
        total = sum(weights.values()) or 1.0
        found: defaultdict[int, float] = defaultdict(float)
        for part, weight in weights.items():
            for row in self.rows.get(part, ()):
                found[row] += weight / total
        return dict(found)


def _parts(sheet: str) -> set[str]:
    """Pairs of characters, and each Chinese character alone."""
    words = [word for word in sheet.split(" ") if word]
    return parts_of(sheet, ()) | {char for word in words for char in word if "\u4e00" <= char <= "\u9fff"}
