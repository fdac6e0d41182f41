"""Figures are copied, never made up: which tokens may come next while a reply is being written.

A small model copies 2999 digit by digit and at times slips to 2099 or 29999. Here every digit is held to
the figures that stand in this turn's facts, whatever the model's vocabulary:

- a figure may begin where some fact of the product spoken about (the last one named), a fact about the
  shop, or a name has one; after words that stand in the facts before a figure (噪音, 压缩机) only that one;
- once begun it goes on as one of those figures does, and ends only where one of them ends.

So what is stated is always a figure of the facts. Whether it stands there for what the sentence says is
not known here: the guard has the last word. Number words (三年, 八折) are not touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

_FIGURE = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_DIGITS = frozenset("0123456789")
_CONTEXT = 8  # characters before a figure that are compared
_TELLING = 2  # so many of them alike choose the figure

Logits = np.ndarray[tuple[int], np.dtype[np.float32]]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A figure in the facts."""

    figure: str
    before: str  # the last characters before it
    owner: str  # the product that it is told of; empty: no one in particular
    least: int = 0  # so many characters before it must have been said


@dataclass(frozen=True, slots=True)
class FigureTokens:
    """The tokens of a vocabulary that could write a figure: those with a digit or a full stop."""

    ids: np.ndarray[tuple[int], np.dtype[np.int64]]
    pieces: tuple[str, ...]

    @classmethod
    def of(cls, pieces: Iterable[bytes]) -> FigureTokens:
        """``pieces``: the bytes of each token, in the order of their ids."""
        texts = [(number, piece.decode("utf-8", "ignore")) for number, piece in enumerate(pieces)]
        found = [(number, text) for number, text in texts if "." in text or any(map(str.isdecimal, text))]
        return cls(np.array([number for number, _ in found], dtype=np.int64), tuple(t for _, t in found))


class Copying:
    """What of a reply has been said, and which pieces may follow it."""

    def __init__(self, lines: Sequence[str], needs: Sequence[str] = (), opening: str = "") -> None:
        """``lines`` as in the prompt: name|fact|fact of a product, or one fact about the shop.

        ``needs`` are the customer's own; what they hold is said back only in their words. ``opening``: the
        words that the reply goes on from.
        """
        goods = [line.split("|") for line in lines if "|" in line]
        self._names = [name for name, *_ in goods]
        self._entries = [entry for name, *facts in goods for fact in facts for entry in _figures(fact, name)]
        self._entries += [entry for line in lines if "|" not in line for entry in _figures(line)]
        self._entries += [entry for name in self._names for entry in _figures(name, whole=True)]
        self._entries += [entry for need in needs for entry in _figures(need, least=_TELLING)]
        self._said = ""
        self._begun = ""  # of a figure
        self._meant: frozenset[str] = frozenset()  # the figures that it may be
        self._next: frozenset[str] | None = None  # the figures that may begin here, once asked for
        self.say(opening)

    @property
    def unfinished(self) -> bool:
        """Whether a figure has begun that no fact ends here."""
        return self._begun != "" and self._begun not in self._meant

    def say(self, text: str) -> None:
        """Take note of what was said, allowed or not."""
        for char in text:
            if char in _DIGITS or (char == "." and self._begun):
                self._meant = self._meant if self._begun else self._startable(self._said)
                self._begun += char
            else:
                self._begun = ""
            self._said += char
            self._next = None

    def forbid(self, logits: Logits, tokens: FigureTokens) -> None:
        """Put the tokens that may not come next at minus infinity."""
        fits = np.fromiter(map(self.allows, tokens.pieces), dtype=np.bool_, count=len(tokens.pieces))
        if not self.unfinished:
            logits[tokens.ids[~fits]] = -np.inf
        elif fits.any():
            ids = tokens.ids[fits]
            kept = logits[ids]
            logits.fill(-np.inf)
            logits[ids] = kept

    def allows(self, piece: str) -> bool:
        """Whether ``piece`` may come next."""
        begun, meant, said = self._begun, self._meant, self._said
        for char in piece:
            if char in _DIGITS or (char == "." and begun):
                meant = meant if begun else self._startable(said)
                begun += char
                if not any(figure.startswith(begun) for figure in meant):
                    return False
            elif char.isdecimal() or (begun and begun not in meant):
                return False
            else:
                begun = ""
            said += char
        return True

    def _startable(self, said: str) -> frozenset[str]:
        """The figures that may begin after ``said``: those whose words before were just said, or any."""
        if said != self._said:
            return self._found(said)
        if self._next is None:
            self._next = self._found(said)
        return self._next

    def _found(self, said: str) -> frozenset[str]:
        owners = ("", self._spoken_about(said))
        alike = [(_common_end(said, entry.before), entry) for entry in self._entries if entry.owner in owners]
        fitting = [(length, entry) for length, entry in alike if length >= entry.least]
        longest = max((length for length, _ in fitting), default=0)
        if longest < _TELLING:
            return frozenset(entry.figure for _, entry in fitting)
        return frozenset(
            entry.figure
            for length, entry in fitting
            if length == longest or _TELLING <= length == len(entry.before)
        )

    def _spoken_about(self, said: str) -> str:
        """The product named last, or pointed at as 前者 or 后者; before any is named, the first."""
        order = sorted((name for name in self._names if name in said), key=said.index)
        words = {name: name for name in order} | dict(zip(("前者", "后者"), order, strict=False))
        last = max(words, key=lambda word: said.rfind(word) + len(word) if word in said else -1, default="")
        return words.get(last, self._names[0] if self._names else "")


def _figures(text: str, owner: str = "", *, whole: bool = False, least: int = 0) -> list[_Entry]:
    """Every figure in ``text``; ``whole``: it may only be said after all of the text that precedes it."""
    found = []
    for match in _FIGURE.finditer(text):
        before = text[max(0, match.start() - _CONTEXT) : match.start()]
        found.append(_Entry(match[0], before, owner, len(before) if whole else least))
    return found


def _common_end(one: str, other: str) -> int:
    """How many characters at the ends of both are the same."""
    length = 0
    for mine, theirs in zip(reversed(one), reversed(other), strict=False):
        if mine != theirs:
            break
        length += 1
    return length
