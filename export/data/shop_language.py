"""The language of the shop: labelled utterances to train the understanding model on.

Some lines are patterns with holes (patterns/*.txt), most are whole utterances written by hand
(patterns/hand/*.txt); scenes.toml says what there is to say about each kind of goods, words.toml how
people begin and end; alike.txt says which words may stand for others. Every line has one intent (its file)
and one emotion (its mark, else 中性). One hand-written line in twelve
is held out: nothing is trained on it, so that what is trained can be weighed and calibrated on it.

The label of a message that asks several things is that of the last request in it: it is the one that
the customer waits for. Thanks, greetings, reasons and complaints around it never change the intent;
emotion is only ever labelled where words show it.

    python -m export.data.shop_language --seed 1 --count 40
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path

from export.data import noise
from export.data.grammar import Piece, Sequence, Span, holes, join, parse
from export.data.speaker import PATTERNS, Speaker, vocabulary
from runtime.types import Emotion, Intent

MARKS = {"@怒": Emotion.ANGRY, "@喜": Emotion.HAPPY, "@豫": Emotion.HESITANT}

_HAND = 0.8  # share of examples that start from a hand-written utterance
_HELD_OUT = 12  # one hand-written line in so many
_WEIGHTS = {Intent.OTHER: 1.6, Intent.RECOMMEND: 1.7, Intent.FUNCTION: 1.2, Intent.GREETING: 0.8}
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
    held_out: bool


def read_lines(path: Path) -> tuple[Line, ...]:
    """Lines of a pattern file; blank lines and # comments are skipped."""
    lines = []
    for raw in path.read_text("utf-8").splitlines():
        text = raw.strip()
        if not text or text.startswith("#"):
            continue
        emotion = MARKS.get(text[-2:], Emotion.NEUTRAL)
        nodes = parse(text if emotion is Emotion.NEUTRAL else text[:-2].rstrip())
        held_out = zlib.crc32(text.encode()) % _HELD_OUT == 0
        lines.append(Line(nodes, emotion, whole=not holes(nodes), held_out=held_out))
    return tuple(lines)


@lru_cache(maxsize=2)
def lines_of(folder: Path) -> dict[Intent, tuple[Line, ...]]:
    """The lines of a folder's files, which are named for the intents: price.txt."""
    return {intent: read_lines(folder / f"{intent.name.lower()}.txt") for intent in Intent}


@lru_cache(maxsize=1)
def _around() -> dict[tuple[str, Emotion], tuple[Sequence, ...]]:
    return {
        (each["where"], Emotion(each["emotion"])): tuple(map(parse, each["say"]))
        for each in vocabulary()["around"]
    }


@cache
def _with(intent: Intent, emotion: Emotion) -> tuple[Line, ...]:
    return tuple(line for line in lines_of(PATTERNS)[intent] if line.emotion is emotion)


@cache
def _written(intent: Intent, emotion: Emotion, held_out: bool) -> tuple[Line, ...]:
    lines = lines_of(PATTERNS / "hand")[intent]
    return tuple(line for line in lines if line.emotion is emotion and line.held_out is held_out)


def _lines(rng: random.Random, intent: Intent, emotion: Emotion) -> tuple[Line, ...]:
    written = _written(intent, emotion, False) if rng.random() < _HAND else ()
    return written or _with(intent, emotion)


def _around_with(speaker: Speaker, emotion: Emotion, pieces: list[Piece]) -> list[Piece]:
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
    # Nobody is glad or in two minds about a leak just because of a word before it.
    natural = intent not in _BARE and (intent is not Intent.COMPLAINT or emotion is Emotion.ANGRY)
    wrapped = emotion is not Emotion.NEUTRAL and natural and (not lines or rng.random() < 0.35)
    if not lines or wrapped:
        lines = _lines(rng, intent, Emotion.NEUTRAL)
        emotion = emotion if wrapped else Emotion.NEUTRAL
    line = rng.choice(lines)
    pieces = speaker.say(line.nodes)
    if line.whole:
        pieces = noise.reworded(_revoiced(pieces, speaker), rng)
    if wrapped:
        pieces = _around_with(speaker, emotion, pieces)
    elif intent not in _BARE and rng.random() < 0.3:
        pieces = _around_with(speaker, Emotion.NEUTRAL, pieces)
    if intent in _ASKING and rng.random() < 0.07:
        first = rng.choice(_with(rng.choice(_ASKING), Emotion.NEUTRAL))
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
        pieces = [*pieces[:-1], (pieces[-1][0].rstrip(" ,"), None)]
    return pieces


def one(rng: random.Random, intent: Intent, *, noisy: float = 0.3) -> Example:
    """One example; ``noisy`` is the probability that it is mistyped or misheard."""
    pieces, emotion = _utterance(rng, intent)
    pieces = _punctuated(pieces, rng)
    if rng.random() < noisy:
        pieces = noise.disturb(pieces, rng)
    return _example(pieces, intent, emotion)


def _example(pieces: list[Piece], intent: Intent, emotion: Emotion) -> Example:
    text, slots = join(_tidy(pieces))
    return Example(text, intent, emotion, slots)


def held_out(seed: int) -> list[Example]:
    """The hand-written lines that nothing is trained on, as written but for their punctuation."""
    return _as_written(seed, True)


def written(seed: int) -> list[Example]:
    """The hand-written lines to train on, as written but for their punctuation."""
    return _as_written(seed, False)


def _as_written(seed: int, held_out: bool) -> list[Example]:
    rng = random.Random(seed)
    return [
        _example(_punctuated(Speaker(rng).say(line.nodes), rng), intent, emotion)
        for intent in Intent
        for emotion in Emotion
        for line in _written(intent, emotion, held_out)
    ]


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
    all_of_them = examples(wanted.seed, sys.maxsize)
    for example in islice(
        (each for each in all_of_them if wanted.intent in (None, each.intent)), wanted.count
    ):
        print(f"{example.intent.value} {example.emotion.value}  {marked(example)}")


if __name__ == "__main__":
    main()
