"""How far words reach: clauses around a span, and words of Latin letters and digits."""

from __future__ import annotations

import re

_REACH = 30  # characters
_CLAUSE_END = re.compile(r"[，。！？；,!?;~…\s]|\.{2,}|但是?|不过|而是|可是")


def clause_bounds(text: str, start: int, end: int) -> tuple[int, int]:
    """The clause around a span, a few words of it: what a negation before or after it may reach."""
    first, last = max(0, start - _REACH), min(len(text), end + _REACH)
    before = [mark.end() for mark in _CLAUSE_END.finditer(text, first, max(start, first))]
    after = _CLAUSE_END.search(text, end, last)
    return (before[-1] if before else first), (after.start() if after else last)


def cuts_a_word(text: str, start: int, end: int) -> bool:
    """Whether a Latin letter or digit goes on over one of the span's ends: x1 in x10."""
    return _same_word(text, start - 1, start) or _same_word(text, end - 1, end)


def _same_word(text: str, left: int, right: int) -> bool:
    if left < 0 or right >= len(text):
        return False
    return all(char.isascii() and char.isalnum() for char in (text[left], text[right]))
