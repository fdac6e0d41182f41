"""Words of the shop that were typed or recognised in other characters that sound alike: 并箱 for 冰箱.

A span is rewritten only where the sounds are those of a word of the shop, tones and the usual confusions
of accents aside, and where the written characters are so much less usual one after the other than the
word's that a mistake is the likelier reading. How usual pairs of characters are is counted in the
hand-written sentences (``python -m export pairs``). Everything here is pure.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from pypinyin import lazy_pinyin
from pypinyin.constants import PHRASES_DICT

from runtime.types import Product, SlotName
from runtime.understanding import lexicon
from runtime.understanding.goods_names import CatalogueNames
from runtime.understanding.numbers import normalise_text

PAIRS_FILE = Path(__file__).with_name("pairs.txt")
EDGE = "_"  # in the table of pairs: the sentence's end, and all that is no Chinese character

_LONGEST = 10  # characters of a word that is looked for
_MAX_TEXT = 200  # characters that are looked through
_PRIOR = 5.0  # nats that speak against a mistake in any word
_EACH = 1.0  # for every character that is another
_NEAR = 1.5  # and for every sound that is only alike
_WITHIN = math.log(0.05)  # how usual a pair is at least within a word of the shop
_UNSEEN = 5.0  # how many sightings the characters alone weigh, against those of the pair
_KEPT = frozenset("不没无别未")  # turn the meaning

_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_OTHER = re.compile(r"[^\u4e00-\u9fff]+")

Sound = tuple[str, ...]  # syllables without tones
Said = tuple[str, Sound]  # a word, and how it is said


@dataclass(frozen=True, slots=True)
class Repair:
    """What was written at ``start``, and what was meant, which stands there now, up to ``end``."""

    start: int
    end: int
    written: str
    meant: str


@dataclass(frozen=True, slots=True)
class Repaired:
    text: str
    repairs: tuple[Repair, ...] = ()


class _Reading(NamedTuple):
    gain: float  # nats by which it is likelier than what is written
    start: int
    word: str


@dataclass(frozen=True, slots=True)
class Homophones:
    """The words of one shop by their sounds; built from the goods whenever they change."""

    words: Mapping[Sound, tuple[Said, ...]]  # sounds, confusions aside -> the words that have them
    own: frozenset[str]  # what this shop's goods are called: as usual here as any word
    known: frozenset[str]  # words that are right as they stand

    @classmethod
    def of(cls, products: Iterable[Product], names: CatalogueNames) -> Homophones:
        """Names, brands, series, categories, colours, features and the names of columns of the goods,
        with the words of every shop."""
        features = {
            word for product in products for word in (*product.features, *map(itemgetter(0), product.specs))
        }
        own = _words({*names.entries, *map(normalise_text, features)})
        words: defaultdict[Sound, set[Said]] = defaultdict(set)
        for word in own | _words(_said_in_shops()):
            # A character of two sounds may have been heard in the other: 空掉 for 空调.
            for sound in (tuple(lazy_pinyin(word)), tuple(map(_sound, word))):
                words[tuple(map(_alike, sound))].add((word, sound))
        known = own.union(_words(_said_in_shops()), _words(_listed()))
        return cls({sound: tuple(sorted(found)) for sound, found in words.items()}, own, known)

    def repair(self, text: str) -> Repaired:
        """``text``, normalised, with the shop's words in their own characters."""
        text, repairs = _respelt(text)
        while reading := max(self._readings(text), default=None):
            end = reading.start + len(reading.word)
            repairs.append(Repair(reading.start, end, text[reading.start : end], reading.word))
            text = text[: reading.start] + reading.word + text[end:]
        return Repaired(text, tuple(sorted(repairs, key=lambda repair: repair.start)))

    def _readings(self, text: str) -> Iterator[_Reading]:
        """The words of the shop that are likelier than what is written."""
        heard = tuple(map(_sound, text[:_MAX_TEXT]))
        alike = tuple(map(_alike, heard))
        clear = self._clear(text)
        for start in range(len(alike)):
            for end in range(start + 2, min(start + _LONGEST, len(alike)) + 1):
                for word, said in self.words.get(alike[start:end], ()):
                    changed = [at for at in range(start, end) if text[at] != word[at - start]]
                    if changed and not any(text[at] in _KEPT or clear[at] >= end - start for at in changed):
                        near = sum(heard[at] != said[at - start] for at in changed)
                        gain = self._gain(text, start, word, changed) - _NEAR * near
                        if gain > 0:
                            yield _Reading(gain, start, word)

    def _clear(self, text: str) -> list[int]:
        """For each character the length of the longest word that it belongs to as it stands, or 0."""
        clear = [0] * len(text)
        for start in range(len(text)):
            for end in range(start + 2, min(start + _LONGEST, len(text)) + 1):
                if text[start:end] in self.known or text[start:end] in PHRASES_DICT:
                    clear[start:end] = [max(end - start, length) for length in clear[start:end]]
        return clear

    def _gain(self, text: str, start: int, word: str, changed: list[int]) -> float:
        """How much likelier it is that ``word`` was meant at ``start`` than what stands there, in nats."""
        end = start + len(word)
        meant = text[:start] + word + text[end:]
        least = _WITHIN if word in self.own else -math.inf
        gain = 0.0
        for at in sorted({*changed, *(at + 1 for at in changed)}):
            pair = _usual(_char(meant, at - 1), _char(meant, at))
            gain += max(pair, least) if start < at < end else pair
            gain -= _usual(_char(text, at - 1), _char(text, at))
        return gain - _PRIOR - _EACH * len(changed)


def in_characters(text: str) -> str:
    """The Chinese characters of ``text``, with ``EDGE`` at its ends and for each run of others."""
    return _OTHER.sub(EDGE, f" {normalise_text(text)} ")


def _char(text: str, at: int) -> str:
    return text[at] if 0 <= at < len(text) and "\u4e00" <= text[at] <= "\u9fff" else EDGE


def _usual(before: str, char: str) -> float:
    """Logarithm of the probability of ``char`` after ``before``."""
    pairs, chars, total = _pairs()
    alone = (chars.get(char, 0) + 0.5) / total
    return math.log((pairs.get(before + char, 0) + _UNSEEN * alone) / (chars.get(before, 0) + _UNSEEN))


@lru_cache(maxsize=1)
def _pairs() -> tuple[dict[str, int], dict[str, int], int]:
    """How often each pair of characters and each character was written, and how many there were."""
    pairs, chars = {}, {}
    for line in PAIRS_FILE.read_text("utf-8").splitlines():
        first, *followers = line.split(" ")
        chars[first[0]] = int(first[1:])
        pairs.update({first[0] + after[0]: int(after[1:]) for after in followers})
    return pairs, chars, sum(chars.values())


# --- sounds ----------------------------------------------------------------------------------

_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_FINALS = (("ang", "an"), ("eng", "en"), ("ing", "in"))
_HU = {
    "hu": "fu",
    "hua": "fa",
    "huai": "fai",
    "huan": "fan",
    "huang": "fang",
    "hui": "fei",
    "hun": "fen",
    "huo": "fo",
}


@lru_cache(maxsize=8192)
def _sound(char: str) -> str:
    """Its syllable without the tone; other characters as they are."""
    return lazy_pinyin(char)[0]


@lru_cache(maxsize=1024)
def _alike(sound: str) -> str:
    """The one sound that stands for all that accents and recognisers confuse with it."""
    sound = _HU.get(sound, sound)
    for written, spoken in _INITIALS:
        if sound.startswith(written) and len(sound) > 1:
            sound = spoken + sound[len(written) :]
            break
    for written, spoken in _FINALS:
        if sound.endswith(written):
            sound = sound[: -len(written)] + spoken
    return sound


# --- words and spellings ---------------------------------------------------------------------


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("homophones.toml").read_text("utf-8"))


def _said_in_shops() -> Iterator[str]:
    """Words that customers of any shop use."""
    yield from _table()["phrases"]
    for slot in (SlotName.CATEGORY, SlotName.FEATURE, SlotName.COLOR):
        yield from (word for word in lexicon.synonyms(slot) if not lexicon.is_doubtful(word))


def _listed() -> Iterator[str]:
    for slot in lexicon.SLOTS:
        for word, others in lexicon.synonyms(slot).items():
            yield from (word, *others)


def _words(phrases: Iterable[str]) -> frozenset[str]:
    """The words of Chinese characters in ``phrases``."""
    found = (word for phrase in phrases for word in _CHINESE.findall(phrase))
    return frozenset(word for word in found if 1 < len(word) <= _LONGEST)


_NUMBER = r"(?:[0-9]|[一二两三四五六七八九十])"
# Units of one character, which only the number before them and the words after them tell.
_UNITS = (
    (rf"{_NUMBER}([批皮屁疲劈])(?=半|的?(?:变频|空调|挂机|柜机|大?[123一二三]级))", "匹"),
    (rf"{_NUMBER}([村存])(?=的?(?:电视|屏|大屏|显示|$)|的)", "寸"),
    (r"[0-9十百]([声生])(?=的|热水|冰箱|容量|$)", "升"),
)


@lru_cache(maxsize=1)
def _spellings() -> tuple[tuple[re.Pattern[str], str], ...]:
    latin = ((f"({re.escape(written)})", meant) for written, meant in _table()["spelt"].items())
    return tuple((re.compile(written), meant) for written, meant in (*latin, *_UNITS))


def _respelt(text: str) -> tuple[str, list[Repair]]:
    """``text`` with the spellings that sounds alone cannot tell."""
    found = {hit.span(1): meant for pattern, meant in _spellings() for hit in pattern.finditer(text)}
    repairs: list[Repair] = []
    for (start, end), meant in sorted(found.items(), reverse=True):
        repairs.append(Repair(start, start + len(meant), text[start:end], meant))
        text = text[:start] + meant + text[end:]
    return text, repairs
