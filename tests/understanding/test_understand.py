"""One utterance's meaning: emotions fused, and what naming the shop's goods says of the intent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.types import Emotion, EmotionVector, Intent
from runtime.understanding.understand import fuse_emotions, within_scope

shares = st.lists(st.floats(0.001, 1), min_size=4, max_size=4).map(
    lambda parts: EmotionVector(*(part / sum(parts) for part in parts))
)


@given(shares, shares)
def test_fused_emotions_stay_probabilities(words: EmotionVector, heard: EmotionVector) -> None:
    assert sum(fuse_emotions(words, heard).as_tuple()) == pytest.approx(1)


def test_the_voice_decides_neutral_words_and_never_clear_ones() -> None:
    angry = EmotionVector(1, 0, 0, 0)
    assert fuse_emotions(EmotionVector(0, 0, 1, 0), angry).top() is Emotion.ANGRY
    assert fuse_emotions(EmotionVector(0, 0.95, 0.05, 0), angry).top() is Emotion.HAPPY


def test_naming_the_shops_goods_makes_out_of_scope_unlikely() -> None:
    told = [0.0] * len(Intent)
    told[list(Intent).index(Intent.OTHER)] = 0.6
    told[list(Intent).index(Intent.PRICE)] = 0.4
    weighed = within_scope(tuple(told))
    assert sum(weighed) == pytest.approx(1)
    assert max(zip(weighed, Intent, strict=True))[1] is Intent.PRICE
