"""What the customer asked for, as conditions on goods."""

from __future__ import annotations

from dataclasses import dataclass, replace

from runtime.types import DialogueState

TOLERANCE = 1.1  # a tenth above the ceiling is still worth showing where nothing else fits

# Features that a person needs, whoever names the person.
_NEEDS_OF = {"老人": "适合老人", "孩子": "适合儿童"}


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions on goods; None or empty: any. ``wanted`` does not exclude but comes first."""

    categories: tuple[str, ...] = ()
    brand: str | None = None
    low: float | None = None  # yuan
    high: float | None = None  # yuan
    excluded: tuple[str, ...] = ()  # brands, categories, features and colours turned down
    rejected: tuple[int, ...] = ()  # rows turned down
    wanted: tuple[str, ...] = ()  # features and a colour

    @property
    def selects(self) -> bool:
        """Whether anything is asked for that would choose among the goods."""
        return bool(self.categories or self.brand or self.low or self.high or self.wanted)

    def relaxed(self) -> tuple[Filters, ...]:
        """Itself, then what to give up, step by step, while nothing fits. Never the category."""
        steps = [self]
        if self.low or self.high:
            low, high = self.low and self.low / TOLERANCE, self.high and self.high * TOLERANCE
            steps += [replace(self, low=low, high=high), replace(self, low=None, high=None)]
        if self.brand:
            steps += [replace(self, brand=None), replace(self, brand=None, low=None, high=None)]
        return tuple(dict.fromkeys(steps))


def need_of(state: DialogueState) -> str | None:
    """The feature that the person it is for needs."""
    return _NEEDS_OF.get(state.who or "")


def wanted_traits(state: DialogueState) -> tuple[str, ...]:
    """The features and the colour that the state asks for, the person's need included."""
    words = [*state.features, *filter(None, (need_of(state), state.color))]
    return tuple(dict.fromkeys(words))
