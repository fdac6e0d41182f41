"""Finding goods by what they are called: written out, begun, or in other characters that sound alike."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pypinyin import lazy_pinyin

from runtime.types import Product
from runtime.understanding import lexicon
from runtime.understanding.numbers import normalise_text, parse_quantities, render_quantity, to_chinese

Sound = tuple[str, ...]  # toneless syllables and Latin letters

MAX_QUERY = 200  # characters of a customer's text that are searched for names
_MAX_SHARED = 12  # a beginning that more goods share says nothing about which is meant
_MIN_NAME, _MIN_MODEL = 2, 4  # sounds that a beginning needs
_AFTER_ANY = "\U0010ffff"  # sorts behind every sound

_LONG = 5  # digits from which a number is read out one by one
_PUNCTUATION = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_ASKING = re.compile("多少|什么|怎么|如何|哪")  # no names begin in these: 保多少年 asks for no 少年床垫

_HOMOPHONE = 0.95


class Mention(NamedTuple):
    """How a text names a product. Compares by strength."""

    strength: float  # 1 for a whole name, 0.95 of that for homophones, less for the beginning of a name
    at: int  # where in the text, counted in sounds
    whole: bool
    exact: bool  # in the same characters
    sounds: int  # how much of the name was said


@dataclass(frozen=True, slots=True)
class NameIndex:
    """Every name and model of the goods in the order of their sounds."""

    sounds: tuple[Sound, ...]  # sorted
    entries: tuple[tuple[int, str, int], ...]  # for each sound: row, written form, sounds needed

    @classmethod
    def of(cls, products: Iterable[Product]) -> NameIndex:
        found = {
            (_sounds(form), row, _bare(form), needed)
            for row, product in enumerate(products)
            for form, needed in _forms(product)
        }
        ordered = sorted(entry for entry in found if len(entry[0]) >= entry[3])
        return cls(tuple(entry[0] for entry in ordered), tuple(entry[1:] for entry in ordered))

    def find(self, text: str) -> dict[int, Mention]:
        """Rows of the goods that ``text`` names, each with its strongest mention."""
        form = _in_figures(_ASKING.sub(" ", normalise_text(text[:MAX_QUERY])))
        written, heard = _bare(form), _sounds(form)
        found: dict[int, Mention] = {}
        for start in range(len(heard)):
            for row, mention in self._at(start, heard[start:], written):
                found[row] = max(mention, found.get(row, mention))
        return found

    def _at(self, start: int, heard: Sound, written: str) -> Iterable[tuple[int, Mention]]:
        """Rows whose name shares the longest beginning with ``heard``, the text from ``start`` on."""
        place = bisect_left(self.sounds, heard)
        shared = max(
            (_common(heard, sound) for sound in self.sounds[max(0, place - 1) : place + 1]), default=0
        )
        if shared < _MIN_NAME:
            return
        first = bisect_left(self.sounds, heard[:shared])
        last = bisect_left(self.sounds, (*heard[:shared], _AFTER_ANY))
        whole = [at for at in range(first, min(last, first + _MAX_SHARED)) if len(self.sounds[at]) == shared]
        if not whole and last - first > _MAX_SHARED:
            return
        for at in whole or range(first, last):
            row, name, needed = self.entries[at]
            if whole or shared >= needed:
                exact = (name if whole else name[:shared]) in written
                share = shared / len(self.sounds[at])
                yield row, Mention(share * (1 if exact else _HOMOPHONE), start, bool(whole), exact, shared)


def _in_figures(form: str) -> str:
    """一匹半 is called 1.5匹."""
    for span in reversed(parse_quantities(form)):
        if span.text.endswith("半"):
            form = form[: span.start] + render_quantity(span.quantity) + form[span.end :]
    return form


def sound_of(text: str) -> Sound:
    """凉川1.5匹 -> (liang, chuan, yi, dian, wu, pi), as it is said."""
    return _sounds(normalise_text(text))


def _sounds(form: str) -> Sound:
    return tuple(map(_sound, _bare(_NUMBER.sub(_say, form))))


def _say(number: re.Match[str]) -> str:
    whole, _, decimals = number[0].partition(".")
    said = to_chinese(int(whole)) if len(whole) < _LONG else "".join(map(to_chinese, map(int, whole)))
    return said + ("点" + "".join(map(to_chinese, map(int, decimals))) if decimals else "")


@lru_cache(maxsize=8192)
def _sound(char: str) -> str:
    return char if char.isascii() else lazy_pinyin(char)[0]


def _bare(form: str) -> str:
    """Without spaces and punctuation: lc-a35 j1 -> lca35j1."""
    return _PUNCTUATION.sub("", form)


def _forms(product: Product) -> Iterable[tuple[str, int]]:
    """The normalised forms under which a product may be named; the sounds of each that must be heard."""
    name, brand = normalise_text(product.name), normalise_text(product.brand)
    yield name, max(_MIN_NAME, len(brand) + 1)
    rest = name.removeprefix(brand)
    known = _known_words(rest)
    if rest != name and known < len(rest):
        yield rest, max(_MIN_NAME, known + 1)
    yield normalise_text(product.model), _MIN_MODEL


def _known_words(form: str) -> int:
    """How many characters from the first are common words, which name nothing: 折叠 of 折叠沙发床."""
    end = 0
    for start, after, _, _ in lexicon.scan(form):
        if start == end:
            end = after
    return end


def _common(left: Sound, right: Sound) -> int:
    count = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        count += 1
    return count
