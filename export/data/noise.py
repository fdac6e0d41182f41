"""How typing and speech recognition spoil a text. Works on pieces, so that slots keep their words."""

from __future__ import annotations

import random

from export.data.grammar import Piece


def disturb(pieces: list[Piece], rng: random.Random) -> list[Piece]:
    return pieces
