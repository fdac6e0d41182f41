"""The markup of the shop's language: from a line of a pattern file to pieces of speech.

    (你好|)请问{category}多少钱          alternatives, one may be empty; {name} is filled in
    我家[area:100平],预算[budget:5k]     the words of a slot, written out

A filled-in hole whose name is a slot's is that slot's words, too.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from runtime.types import SlotName

Piece = tuple[str, SlotName | None]
Span = tuple[int, int, SlotName]
SLOTS = {slot.value: slot for slot in SlotName}


class BadMarkup(ValueError):
    """A line that the markup cannot read."""


@dataclass(frozen=True, slots=True)
class Hole:
    name: str


@dataclass(frozen=True, slots=True)
class Tagged:
    slot: SlotName
    inner: Sequence


@dataclass(frozen=True, slots=True)
class Choice:
    options: tuple[Sequence, ...]


Node = str | Hole | Tagged | Choice
Sequence = tuple[Node, ...]
Fill = Callable[[str], Iterable[Piece]]


def parse(line: str) -> Sequence:
    """One line of markup; normalised as customers' texts are. Raises BadMarkup."""
    text = unicodedata.normalize("NFKC", line).lower()
    nodes, end = _sequence(text, 0, "")
    if end != len(text):
        raise BadMarkup(line)
    return nodes


def _sequence(text: str, at: int, stop: str) -> tuple[Sequence, int]:
    nodes: list[Node] = []
    plain = at
    while at < len(text) and text[at] not in stop:
        char = text[at]
        if char not in "{[(":
            if char in "}])|":
                raise BadMarkup(text)
            at += 1
            continue
        if plain < at:
            nodes.append(text[plain:at])
        node, at = _BRACKETS[char](text, at + 1)
        nodes.append(node)
        plain = at
    if plain < at:
        nodes.append(text[plain:at])
    if stop and at == len(text):
        raise BadMarkup(text)
    return tuple(nodes), at


def _hole(text: str, at: int) -> tuple[Node, int]:
    end = text.find("}", at)
    if end < 0:
        raise BadMarkup(text)
    return Hole(text[at:end]), end + 1


def _tagged(text: str, at: int) -> tuple[Node, int]:
    colon = text.find(":", at)
    slot = SLOTS.get(text[at:colon]) if colon > 0 else None
    if slot is None:
        raise BadMarkup(text)
    inner, end = _sequence(text, colon + 1, "]")
    return Tagged(slot, inner), end + 1


def _choice(text: str, at: int) -> tuple[Node, int]:
    options: list[Sequence] = []
    while True:
        option, at = _sequence(text, at, "|)")
        options.append(option)
        at += 1
        if text[at - 1] == ")":
            return Choice(tuple(options)), at


_BRACKETS = {"{": _hole, "[": _tagged, "(": _choice}


def render(nodes: Sequence, rng: random.Random, fill: Fill) -> list[Piece]:
    """One way to say it; ``fill`` answers for the holes."""
    pieces: list[Piece] = []
    for node in nodes:
        if isinstance(node, str):
            pieces.append((node, None))
        elif isinstance(node, Hole):
            pieces.extend(fill(node.name))
        elif isinstance(node, Tagged):
            pieces.append(("".join(text for text, _ in render(node.inner, rng, fill)), node.slot))
        else:
            pieces.extend(render(rng.choice(node.options), rng, fill))
    return pieces


def holes(nodes: Sequence) -> set[str]:
    """Names that ``fill`` may be asked for."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, Hole):
            found.add(node.name)
        elif isinstance(node, Tagged):
            found |= holes(node.inner)
        elif isinstance(node, Choice):
            found |= {name for option in node.options for name in holes(option)}
    return found


def join(pieces: Iterable[Piece]) -> tuple[str, tuple[Span, ...]]:
    """The text and its slots' character offsets."""
    text, spans = "", []
    for words, slot in pieces:
        if slot is not None and words:
            spans.append((len(text), len(text) + len(words), slot))
        text += words
    return text, tuple(spans)
