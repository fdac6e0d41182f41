"""Which sentences say almost the same: what is scored must not be trained on, not even nearly.

Sentences are compared without punctuation, markup and filler words. Two are near when one edit makes them
equal (of those with up to 8 characters), when edits of at most 15% of the longer one do, or when three
quarters of their pairs of characters are the same. What everybody says in the same words is nobody's
sentence: up to 4 characters (多少钱) are near to nothing, up to 6 may be equal.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise

from runtime.understanding.numbers import normalise_text

SHORT = 8
_STOCK, _STOCK_EQUAL = 4, 6
_EDITS, _JACCARD = 0.15, 0.75

_MARKUP = re.compile(r"\[\w+:|\{\w+\}|@[怒喜豫]$")
_FILLERS = re.compile(
    r"请问|麻烦|[你您]好|老板|掌柜的?|那个|就是|一下|[啊呀呢吧嘛哈哦噢呃嗯哎唉啦哟诶咯哇嘿亲]"
)


def plain(text: str) -> str:
    """Only the letters and figures of a sentence or a line of a pattern file, without filler words."""
    bare = _MARKUP.sub("", normalise_text(text).strip())
    return "".join(filter(str.isalnum, _FILLERS.sub("", bare)))


class Sentences:
    """Sentences that others can be near to: ``text in sentences``."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._plain = sorted({words for words in map(plain, texts) if len(words) > _STOCK})
        self._pairs = [_pairs(words) for words in self._plain]
        self._with = defaultdict[str, list[int]](list)
        for at, pairs in enumerate(self._pairs):
            for pair in pairs:
                self._with[pair].append(at)

    def __contains__(self, text: str) -> bool:
        words = plain(text)
        if len(words) <= _STOCK:
            return False
        pairs = _pairs(words)
        shared = Counter[int]()
        for pair in pairs:
            shared.update(self._with.get(pair, ()))
        return any(self._near(words, pairs, at, count) for at, count in shared.items())

    def _near(self, words: str, pairs: frozenset[str], at: int, shared: int) -> bool:
        other = self._plain[at]
        if words == other:
            return len(words) > _STOCK_EQUAL
        longer = max(len(words), len(other))
        edits = 1 if longer <= SHORT else int(longer * _EDITS)
        if shared >= len(pairs) - 2 * edits and within(words, other, edits):  # an edit breaks two pairs
            return True
        alike = shared >= _JACCARD * (len(pairs) + len(self._pairs[at]) - shared)
        return alike and (len(words) > SHORT) == (len(other) > SHORT)


def within(one: str, other: str, edits: int) -> bool:
    """Whether so many insertions, deletions and replacements of characters make them equal."""
    if abs(len(one) - len(other)) > edits:
        return False
    row = list(range(len(other) + 1))
    for at, char in enumerate(one, 1):
        above, row = row, [at]
        for to, wanted in enumerate(other, 1):
            row.append(min(above[to] + 1, row[-1] + 1, above[to - 1] + (char != wanted)))
        if min(row) > edits:
            return False
    return row[-1] <= edits


def _pairs(words: str) -> frozenset[str]:
    return frozenset(map("".join, pairwise(words)))
