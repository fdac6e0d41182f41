"""How typing, dialect and speech recognition spoil a text.

Works on pieces, so that a slot keeps its own words however they are spoiled. What decides the meaning
(不, 没, digits, 保修 against 报修) is left alone.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from pypinyin import lazy_pinyin

from export.data.grammar import Piece
from runtime.understanding import lexicon

_FILE = Path(__file__).parent / "patterns" / "noise.toml"
_ALIKE = Path(__file__).parent / "patterns" / "alike.txt"
_KEPT = frozenset("不没别无未冇勿唔保报买卖退换修,.?! 一二三四五六七八九十百千万两半几折块元")
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("f", "h"), ("r", "l"))
_FINALS = (("ing", "in"), ("eng", "en"), ("ang", "an"))

Rules = tuple[re.Pattern[str], dict[str, tuple[str, ...]]]


@lru_cache(maxsize=1)
def common_sounds() -> tuple[dict[str, str], dict[str, str]]:
    """(character -> pinyin, pinyin -> characters) of the 3,755 common characters, GB 2312 level 1."""
    common = "".join(
        bytes((high, low)).decode("gb2312", "ignore")
        for high in range(0xB0, 0xD8)
        for low in range(0xA1, 0xFF)
    )
    said = dict(zip(common, lazy_pinyin(list(common)), strict=True))
    alike: defaultdict[str, str] = defaultdict(str)
    for char, sound in said.items():
        alike[sound] += char
    return said, dict(alike)


@lru_cache(maxsize=2048)
def _confused(sound: str) -> tuple[str, ...]:
    """Sounds that a recogniser or an accent takes for this one: lin for ling, si for shi."""
    found = []
    for one, other in (*_INITIALS, *((b, a) for a, b in _INITIALS)):
        if sound.startswith(one) and not (len(one) == 1 and sound[1:2] == "h"):
            found.append(other + sound[len(one) :])
    for one, other in (*_FINALS, *((b, a) for a, b in _FINALS)):
        if sound.endswith(one):
            found.append(sound[: len(sound) - len(one)] + other)
    return tuple(each for each in found if each in common_sounds()[1])


@lru_cache(maxsize=1)
def _rules() -> tuple[Rules, tuple[Rules, ...]]:
    """(what is typed for what is meant, the dialects)."""
    table = tomllib.loads(_FILE.read_text("utf-8"))

    return _compiled(table["typed"]), tuple(map(_compiled, table["dialects"].values()))


def _compiled(words: Mapping[str, Sequence[str]]) -> Rules:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile("|".join(longest_first)), {word: tuple(others) for word, others in words.items()}


@lru_cache(maxsize=1)
def _alike() -> Rules:
    others: defaultdict[str, list[str]] = defaultdict(list)
    for line in _ALIKE.read_text("utf-8").splitlines():
        group = [] if line.startswith("#") else line.split("|")
        for word in group:
            if len(word) > 1:
                others[word] += (other for other in group if other != word)
    return _compiled(others)


def homophones(pieces: list[Piece], rng: random.Random) -> list[Piece]:
    """One or two characters become others of the same or a similar sound."""
    said, alike = common_sounds()
    places = [
        (i, j)
        for i, (words, _) in enumerate(pieces)
        for j, char in enumerate(words)
        if char in said and char not in _KEPT
    ]
    spoiled = list(pieces)
    for i, j in rng.sample(places, min(len(places), rng.choice((1, 1, 2)))):
        words, slot = spoiled[i]
        sound = said[words[j]]
        if rng.random() < 0.35:
            sound = rng.choice(_confused(sound) or (sound,))
        spoiled[i] = (words[:j] + rng.choice(alike[sound]) + words[j + 1 :], slot)
    return spoiled


def _replace(pieces: list[Piece], rules: Rules, rng: random.Random, share: float) -> list[Piece]:
    pattern, table = rules
    return [
        (
            words
            if slot
            else pattern.sub(
                lambda hit: rng.choice(table[hit[0]]) if rng.random() < share else hit[0], words
            ),
            slot,
        )
        for words, slot in pieces
    ]


def reworded(pieces: list[Piece], rng: random.Random) -> list[Piece]:
    """Said in other words of the same meaning."""
    return _replace(pieces, _alike(), rng, 0.3)


def typed(pieces: list[Piece], rng: random.Random) -> list[Piece]:
    """Net slang and slips of the keyboard."""
    return _replace(pieces, _rules()[0], rng, 0.3)


def dialect(pieces: list[Piece], rng: random.Random) -> list[Piece]:
    """Coloured by one of the dialects."""
    return _replace(pieces, rng.choice(_rules()[1]), rng, 0.8)


def _at_random(pieces: list[Piece], rng: random.Random) -> tuple[int, int] | None:
    """A place in words that no slot holds."""
    places = [(i, j) for i, (words, slot) in enumerate(pieces) if slot is None for j in range(len(words))]
    return rng.choice(places) if places else None


def dropped(pieces: list[Piece], rng: random.Random) -> list[Piece]:
    """A character is missing."""
    place = _at_random(pieces, rng)
    if place is None or sum(len(words) for words, _ in pieces) < 6:
        return pieces
    i, j = place
    words = pieces[i][0]
    if words[j] in _KEPT or words[j].isascii():
        return pieces
    return [*pieces[:i], (words[:j] + words[j + 1 :], None), *pieces[i + 1 :]]


def repeated(pieces: list[Piece], rng: random.Random) -> list[Piece]:
    """A stutter: 我我想, 这个这个."""
    place = _at_random(pieces, rng)
    if place is None:
        return pieces
    i, j = place
    words = pieces[i][0]
    again = words[j : j + rng.choice((1, 1, 2))]
    if not again.isalpha() or again.isascii():
        return pieces
    return [*pieces[:i], (words[:j] + again + words[j:], None), *pieces[i + 1 :]]


def filled(pieces: list[Piece], rng: random.Random) -> list[Piece]:
    """A filler between the pieces or after a comma."""
    filler: Piece = (rng.choice(lexicon.fillers()), None)
    commas = [
        (i, words.index(",")) for i, (words, slot) in enumerate(pieces) if slot is None and "," in words
    ]
    if commas and rng.random() < 0.5:
        i, j = rng.choice(commas)
        words = pieces[i][0]
        return [*pieces[:i], (words[: j + 1] + filler[0] + words[j + 1 :], None), *pieces[i + 1 :]]
    at = rng.randrange(len(pieces)) if pieces else 0
    return [*pieces[:at], filler, *pieces[at:]]


_WAYS: tuple[tuple[Callable[[list[Piece], random.Random], list[Piece]], float], ...] = (
    (homophones, 0.4),
    (typed, 0.24),
    (dialect, 0.1),
    (filled, 0.14),
    (dropped, 0.06),
    (repeated, 0.06),
)


def disturb(pieces: list[Piece], rng: random.Random) -> list[Piece]:
    """Spoil the text in one way, at times in two."""
    ways, weights = zip(*_WAYS, strict=True)
    for way in rng.choices(ways, weights, k=rng.choice((1, 1, 1, 2))):
        pieces = way(pieces, rng)
    return pieces
