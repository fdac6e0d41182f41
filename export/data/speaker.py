"""One customer in one scene: what is said in the holes of a pattern."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from export.data import values
from export.data.grammar import SLOTS, Piece, Sequence, parse, render
from runtime.types import SlotName
from runtime.understanding import lexicon

PATTERNS = Path(__file__).parent / "patterns"
_SCENE_HOLES = ("ask", "fault", "need", "fit", "part", "verb", "size")
_DEMO = 23  # the first scenes are the demo shop's


@dataclass(frozen=True, slots=True)
class Scene:
    """A kind of goods and what there is to say about it."""

    category: str
    counter: str
    price: tuple[float, float]
    words: dict[str, tuple[Sequence, ...]]  # what fills _SCENE_HOLES
    features: tuple[str, ...]
    places: tuple[str, ...]


@lru_cache(maxsize=1)
def vocabulary() -> dict[str, Any]:
    return tomllib.loads((PATTERNS / "words.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def _groups() -> dict[str, tuple[Sequence, ...]]:
    return {name: tuple(map(parse, lines)) for name, lines in vocabulary()["groups"].items()}


@lru_cache(maxsize=1)
def scenes() -> tuple[Scene, ...]:
    """The kinds of goods, the demo shop's first; what an entry leaves out is taken from the general one."""
    table = tomllib.loads((PATTERNS / "scenes.toml").read_text("utf-8"))
    general = table.pop("general")
    return tuple(_scene(category, general | entry) for category, entry in table.items())


def _scene(category: str, entry: dict[str, Any]) -> Scene:
    low, high = entry["price"]
    return Scene(
        category,
        entry["counter"],
        (low, high),
        {hole: tuple(map(parse, entry[hole + "s"])) for hole in _SCENE_HOLES},
        tuple(entry["features"]),
        tuple(entry["places"]),
    )


@cache
def _sayable(slot: SlotName, word: str) -> tuple[str, ...]:
    """The word and those of its synonyms that fit any sentence."""
    unsaid = set(vocabulary()["unsaid"])
    known = lexicon.synonyms(slot).get(word, ())
    return tuple(other for other in known if other not in unsaid and len(other) > 1) or (word,)


@lru_cache(maxsize=1)
def _everyones() -> dict[SlotName, tuple[str, ...]]:
    return {slot: tuple(lexicon.synonyms(slot)) for slot in (SlotName.WHO, SlotName.PLACE, SlotName.COLOR)}


class Speaker:
    """One customer in one scene: fills the holes of a pattern, the same goods throughout."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        known = scenes()
        self.scene = rng.choice(known[:_DEMO]) if rng.random() < 0.8 else rng.choice(known)

    def say(self, nodes: Sequence) -> list[Piece]:
        return render(nodes, self.rng, self.fill)

    def fill(self, hole: str) -> Iterable[Piece]:
        slot = SLOTS.get(hole)
        if slot is SlotName.SIZE:
            sizes = self.scene.words["size"]
            return (
                [(text, slot) for text, _ in self.say(self.rng.choice(sizes))] if sizes else [("这种", None)]
            )
        if slot is not None:
            return [(self._value(slot), slot)]
        group = _groups().get(hole) or self.scene.words.get(hole)
        if group is not None:
            return self.say(self.rng.choice(group))
        return [(self._plain(hole), None)]

    def _value(self, slot: SlotName) -> str:
        rng, scene = self.rng, self.scene
        match slot:
            case SlotName.CATEGORY:
                return self._synonym(slot, scene.category, 0.55)
            case SlotName.FEATURE:
                return self._synonym(slot, rng.choice(scene.features), 0.4)
            case SlotName.PLACE:
                return self._synonym(slot, rng.choice(scene.places), 0.7)
            case SlotName.WHO | SlotName.COLOR:
                return self._synonym(slot, rng.choice(_everyones()[slot]), 0.3)
            case SlotName.BRAND:
                return values.brand(rng)
            case SlotName.MODEL:
                return values.model(rng)
            case SlotName.BUDGET:
                return values.budget(rng, *scene.price)
            case SlotName.AREA:
                return values.area(rng)
            case SlotName.PEOPLE:
                return values.people(rng)
            case SlotName.QUANTITY:
                return values.quantity(rng, scene.counter)
            case _:
                return values.day(rng)

    def instead_of(self, words: str, slot: SlotName) -> str:
        """Another value for a slot that is written out: any brand or sum, but the same kind of goods."""
        match slot:
            case SlotName.CATEGORY | SlotName.FEATURE | SlotName.WHO | SlotName.PLACE:
                word = lexicon.canonical(slot, words)
                return self._synonym(slot, word, 0.3) if word else words
            case SlotName.SIZE | SlotName.QUANTITY:
                return words
            case _:
                return self._value(slot)

    def _plain(self, hole: str) -> str:
        match hole:
            case "counter":
                return self.scene.counter
            case "price":
                return values.price(self.rng, *self.scene.price)
            case "discount":
                return values.discount(self.rng)
            case "bulk":
                return values.bulk(self.rng, self.scene.counter)
        raise KeyError(hole)

    def _synonym(self, slot: SlotName, word: str, canonical: float) -> str:
        return word if self.rng.random() < canonical else self.rng.choice(_sayable(slot, word))


# Holes that are neither slots nor groups nor a scene's words.
PLAIN_HOLES = frozenset({"counter", "price", "discount", "bulk"})


def known_hole(name: str) -> bool:
    return name in SLOTS or name in PLAIN_HOLES or name in _groups() or name in scenes()[0].words
