"""The encoder's vocabulary: one token per Chinese character, and spelling for everything in ASCII."""

from __future__ import annotations

import string
import unicodedata
from collections import Counter
from collections.abc import Iterable

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_SEEN_AT_LEAST = 3


def gb2312() -> list[str]:
    """The 6,763 characters of GB 2312, levels 1 and 2: enough for any shop's Chinese."""
    codes = (bytes((row, cell)) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    return [char for code in codes if (char := code.decode("gb2312", "ignore"))]


def build(texts: Iterable[str]) -> list[str]:
    """Tokens in the order of their ids. ASCII continues words as ``##x``; no Chinese token does."""
    counts = Counter(char for text in texts for char in unicodedata.normalize("NFKC", text).lower())
    ascii_chars = [char for char in string.printable.lower() if not char.isspace()]
    known = dict.fromkeys([*SPECIAL, *ascii_chars, *(f"##{char}" for char in ascii_chars), *gb2312()])
    frequent = sorted(
        char
        for char, count in counts.items()
        if count >= _SEEN_AT_LEAST and char not in known and char.isprintable() and not char.isspace()
    )
    return [*known, *frequent]
