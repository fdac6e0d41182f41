"""The language of the shop: labelled utterances to train the understanding model on.

Half of the lines are patterns with holes (patterns/*.txt), half are whole utterances written by hand
(patterns/hand/*.txt); scenes.toml says what there is to say about each kind of goods, words.toml how
people begin and end. Every line has one intent (its file) and one emotion (its mark, else 中性).

The label of a message that asks several things is that of the last request in it: it is the one that
the customer waits for. Thanks, greetings, reasons and complaints around it never change the intent;
emotion is only ever labelled where words show it.

    python -m export.data.shop_language --seed 1 --count 40
"""

from __future__ import annotations

import argparse
import random
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from export.data import noise, values
from export.data.grammar import SLOTS, Piece, Sequence, Span, holes, join, parse, render
from runtime.types import Emotion, Intent, SlotName
from runtime.understanding import lexicon

PATTERNS = Path(__file__).parent / "patterns"
MARKS = {"@怒": Emotion.ANGRY, "@喜": Emotion.HAPPY, "@豫": Emotion.HESITANT}

_HAND = 0.55  # share of examples that start from a hand-written utterance
_WEIGHTS = {Intent.OTHER: 1.6, Intent.RECOMMEND: 1.3, Intent.FUNCTION: 1.2, Intent.GREETING: 0.8}
# Shares of the emotions, in their order: angry, happy, neutral, hesitant.
_USUALLY = (0.12, 0.11, 0.6, 0.17)
_EMOTIONS = {
    Intent.COMPLAINT: (0.4, 0.02, 0.5, 0.08),
    Intent.NO_INTEREST: (0.11, 0.05, 0.5, 0.34),
    Intent.GREETING: (0.1, 0.22, 0.62, 0.06),
    Intent.OTHER: (0.06, 0.05, 0.86, 0.03),
}
_BARE = frozenset({Intent.GREETING, Intent.OTHER, Intent.NO_INTEREST})  # said without 请问 and the like
_ASKING = (
    *(Intent.PRICE, Intent.PROMOTION, Intent.FUNCTION, Intent.STOCK, Intent.DELIVERY, Intent.INSTALL),
    *(Intent.WARRANTY, Intent.BARGAIN),
)  # fmt: skip
_REVOICED = 0.35  # share of the slots of a hand-written utterance that are said otherwise
_FREE = frozenset(
    {
        SlotName.BRAND,
        SlotName.MODEL,
        SlotName.BUDGET,
        SlotName.AREA,
        SlotName.PEOPLE,
        SlotName.TIME,
        SlotName.COLOR,
    }
)
_SCENE_HOLES = ("ask", "fault", "need", "fit", "part", "verb", "size")
_DEMO = 23  # the first scenes are the demo shop's
_ENDS = re.compile(r"[,.?!~。、 ]+$")
_STOPS = re.compile(r"[,?!。;~]|\.{2,}")


@dataclass(frozen=True, slots=True)
class Example:
    """One utterance, normalised, with what it means."""

    text: str
    intent: Intent
    emotion: Emotion
    slots: tuple[Span, ...]  # (start, end, name): character offsets in ``text``


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a pattern file."""

    nodes: Sequence
    emotion: Emotion
    whole: bool  # nothing to fill in


@dataclass(frozen=True, slots=True)
class Scene:
    """A kind of goods and what there is to say about it."""

    category: str
    counter: str
    price: tuple[float, float]
    words: dict[str, tuple[Sequence, ...]]  # what fills _SCENE_HOLES
    features: tuple[str, ...]
    places: tuple[str, ...]


def read_lines(path: Path) -> tuple[Line, ...]:
    """Lines of a pattern file; blank lines and # comments are skipped."""
    lines = []
    for raw in path.read_text("utf-8").splitlines():
        text = raw.strip()
        if not text or text.startswith("#"):
            continue
        emotion = MARKS.get(text[-2:], Emotion.NEUTRAL)
        nodes = parse(text if emotion is Emotion.NEUTRAL else text[:-2].rstrip())
        lines.append(Line(nodes, emotion, whole=not holes(nodes)))
    return tuple(lines)


@lru_cache(maxsize=2)
def lines_of(folder: Path) -> dict[Intent, tuple[Line, ...]]:
    """The lines of a folder's files, which are named for the intents: price.txt."""
    return {intent: read_lines(folder / f"{intent.name.lower()}.txt") for intent in Intent}


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    return tomllib.loads((PATTERNS / "words.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def _groups() -> dict[str, tuple[Sequence, ...]]:
    return {name: tuple(map(parse, lines)) for name, lines in _words()["groups"].items()}


@lru_cache(maxsize=1)
def _around() -> dict[tuple[str, Emotion], tuple[Sequence, ...]]:
    return {
        (each["where"], Emotion(each["emotion"])): tuple(map(parse, each["say"]))
        for each in _words()["around"]
    }


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
    unsaid = set(_words()["unsaid"])
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
        """Another value for a slot that is written out: any brand, but only the same kind of goods."""
        if slot in _FREE:
            return self._value(slot)
        word = lexicon.canonical(slot, words)
        return self._synonym(slot, word, 0.3) if word else words

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


@cache
def _with(folder: Path, intent: Intent, emotion: Emotion) -> tuple[Line, ...]:
    return tuple(line for line in lines_of(folder)[intent] if line.emotion is emotion)


def _lines(rng: random.Random, intent: Intent, emotion: Emotion) -> tuple[Line, ...]:
    written = _with(PATTERNS / "hand", intent, emotion) if rng.random() < _HAND else ()
    return written or _with(PATTERNS, intent, emotion)


def _around_with(speaker: Speaker, intent: Intent, emotion: Emotion, pieces: list[Piece]) -> list[Piece]:
    """The utterance with something said before or after it that carries the emotion."""
    before = speaker.rng.random() < (0.75 if emotion is Emotion.NEUTRAL else 0.55)
    words = speaker.say(speaker.rng.choice(_around()["before" if before else "after", emotion]))
    return [*words, *pieces] if before else [*_unended(pieces), *words]


def _unended(pieces: list[Piece]) -> list[Piece]:
    text, slot = pieces[-1]
    return [*pieces[:-1], (_ENDS.sub("", text), slot)]


def _revoiced(pieces: list[Piece], speaker: Speaker) -> list[Piece]:
    """Another brand, another sum: what is written by hand must not stand for its words."""
    return [
        (speaker.instead_of(words, slot), slot)
        if slot and speaker.rng.random() < _REVOICED
        else (words, slot)
        for words, slot in pieces
    ]


def _utterance(rng: random.Random, intent: Intent) -> tuple[list[Piece], Emotion]:
    emotion = rng.choices(tuple(Emotion), _EMOTIONS.get(intent, _USUALLY))[0]
    speaker = Speaker(rng)
    lines = _lines(rng, intent, emotion)
    wrapped = emotion is not Emotion.NEUTRAL and intent not in _BARE and (not lines or rng.random() < 0.35)
    if not lines or wrapped:
        lines = _lines(rng, intent, Emotion.NEUTRAL)
        emotion = emotion if wrapped else Emotion.NEUTRAL
    line = rng.choice(lines)
    pieces = speaker.say(line.nodes)
    if line.whole:
        pieces = _revoiced(pieces, speaker)
    if wrapped:
        pieces = _around_with(speaker, intent, emotion, pieces)
    elif intent not in _BARE and rng.random() < 0.3:
        pieces = _around_with(speaker, intent, Emotion.NEUTRAL, pieces)
    if intent in _ASKING and rng.random() < 0.07:
        first = rng.choice(_with(PATTERNS, rng.choice(_ASKING), Emotion.NEUTRAL))
        joint = rng.choice((",", "?", ",还有", "?另外", ",再问下", " "))
        pieces = [*_unended(speaker.say(first.nodes)), (joint, None), *pieces]
    return pieces, emotion


def _punctuated(pieces: list[Piece], rng: random.Random) -> list[Piece]:
    """Chat drops the last mark, voice drops all of them, some type blanks."""
    pick = rng.random()
    if pick < 0.4:
        return pieces
    if pick < 0.62:
        return _unended(pieces)
    mark = " " if pick < 0.76 else ""
    return [(words if slot else _STOPS.sub(mark, words), slot) for words, slot in pieces]


def _tidy(pieces: list[Piece]) -> list[Piece]:
    while pieces and pieces[0][1] is None and pieces[0][0].strip(" ,。") == "":
        pieces = pieces[1:]
    if pieces and pieces[0][1] is None:
        pieces = [(pieces[0][0].lstrip(" ,。"), None), *pieces[1:]]
    if pieces and pieces[-1][1] is None:
        pieces = [*pieces[:-1], (pieces[-1][0].rstrip(), None)]
    return pieces


def one(rng: random.Random, intent: Intent, *, noisy: float = 0.3) -> Example:
    """One example; ``noisy`` is the probability that it is mistyped or misheard."""
    pieces, emotion = _utterance(rng, intent)
    pieces = _punctuated(pieces, rng)
    if rng.random() < noisy:
        pieces = noise.disturb(pieces, rng)
    text, slots = join(_tidy(pieces))
    return Example(text, intent, emotion, slots)


def examples(seed: int, count: int) -> Iterator[Example]:
    """``count`` examples, no text twice; the same seed gives the same ones."""
    rng = random.Random(seed)
    intents, weights = tuple(Intent), [_WEIGHTS.get(intent, 1.0) for intent in Intent]
    seen = {""}
    for _ in range(count):
        intent = rng.choices(intents, weights)[0]
        example = one(rng, intent)
        while example.text in seen:
            example = one(rng, intent)
        seen.add(example.text)
        yield example


def marked(example: Example) -> str:
    """The text with its slots marked: 我家[area:100平]."""
    text, at = "", 0
    for start, end, slot in example.slots:
        text += f"{example.text[at:start]}[{slot.value}:{example.text[start:end]}]"
        at = end
    return text + example.text[at:]


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Print examples: python -m export.data.shop_language --seed 1 --count 40"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--intent", type=Intent, default=None, help="only this one, e.g. 询价")
    wanted = parser.parse_args()
    shown = 0
    for example in examples(wanted.seed, wanted.count * (20 if wanted.intent else 1)):
        if wanted.intent in (None, example.intent) and shown < wanted.count:
            print(f"{example.intent.value} {example.emotion.value}  {marked(example)}")
            shown += 1


if __name__ == "__main__":
    main()
