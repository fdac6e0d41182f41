"""What a sentence's slots say, slot by slot, and how words join what is remembered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from runtime.types import Quantity, Slot, SlotName

T = TypeVar("T")


def joined(known: tuple[T, ...], more: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*known, *more)))


def without(known: tuple[T, ...], gone: Iterable[T]) -> tuple[T, ...]:
    dropped = set(gone)
    return tuple(word for word in known if word not in dropped)


def words(slots: tuple[Slot, ...], name: SlotName, *, negated: bool = False) -> list[str]:
    return [s.value for s in slots if s.name is name and s.negated is negated and isinstance(s.value, str)]


def amounts(slots: tuple[Slot, ...], name: SlotName) -> list[tuple[Slot, Quantity]]:
    return [(s, s.value) for s in slots if s.name is name and not s.negated and isinstance(s.value, Quantity)]
