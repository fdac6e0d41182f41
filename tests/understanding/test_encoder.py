"""The understanding model's wrapper: what it reads, what it refuses, how tags become spans."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import ModelDamaged, ModelMissing
from runtime.settings import MODELS
from runtime.types import Behaviour, Emotion, EmotionVector, Intent, SlotName
from runtime.understanding.encoder import TAGS, Encoder, behaviour_features, decode_tags, softmax

FOLDER = MODELS / "understanding"


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(FOLDER)


def logits(*tags: str) -> np.ndarray:
    """Tag logits [T,K] that mean exactly these tags."""
    return 20 * np.eye(len(TAGS), dtype=np.float32)[[TAGS.index(tag) for tag in tags]]


def each(count: int) -> list[tuple[int, int]]:
    return [(at, at + 1) for at in range(count)]


def test_spans_run_from_b_over_i() -> None:
    tags = decode_tags(logits("B-brand", "I-brand", "O", "B-category", "I-category"), each(5))
    assert [span[:3] for span in tags] == [(0, 2, SlotName.BRAND), (3, 5, SlotName.CATEGORY)]
    assert all(span[3] > 0.99 for span in tags)


def test_b_begins_anew_and_a_stray_i_begins_too() -> None:
    tags = decode_tags(logits("B-feature", "B-feature", "O", "I-color", "I-size"), each(5))
    assert [span[:2] for span in tags] == [(0, 1), (1, 2), (3, 4), (4, 5)]


def test_special_tokens_are_nobodys_words() -> None:
    assert decode_tags(logits("B-brand", "B-brand", "B-brand"), [(0, 0), (0, 1), (0, 0)])[0][:2] == (0, 1)


@given(st.lists(st.integers(0, len(TAGS) - 1), max_size=30))
def test_spans_are_in_order_and_apart(tags: list[int]) -> None:
    spans = decode_tags(logits(*(TAGS[tag] for tag in tags)), each(len(tags)))
    edges = [edge for start, end, *_ in spans for edge in (start, end)]
    assert edges == sorted(edges)
    assert all(start < end for start, end, *_ in spans)


def test_softmax_sums_to_one() -> None:
    assert softmax(np.array([[1000.0, 0.0], [3.0, 3.0]], np.float32)).sum(-1) == pytest.approx([1, 1])


def test_behaviour_is_squeezed_and_never_negative() -> None:
    assert behaviour_features(Behaviour()) == (0.0, 0.0)
    assert behaviour_features(Behaviour(-5, -1)) == (0.0, 0.0)
    assert behaviour_features(Behaviour(120, 5)) == pytest.approx((0.799, 0.597), abs=1e-3)


def test_a_question_of_price(encoder: Encoder) -> None:
    (one,) = encoder.encode(["空调多少钱"])
    assert one.intents.index(max(one.intents)) == list(Intent).index(Intent.PRICE)
    assert sum(one.intents) == pytest.approx(1, abs=1e-5)
    assert sum(one.emotion.as_tuple()) == pytest.approx(1, abs=1e-5)
    assert [span[:3] for span in one.tags] == [(0, 2, SlotName.CATEGORY)]
    assert np.linalg.norm(one.embedding) == pytest.approx(1, abs=1e-3)


def test_an_angry_complaint(encoder: Encoder) -> None:
    (one,) = encoder.encode(["才买三天就坏了,你们卖的什么破东西"])
    assert one.emotion.top() is Emotion.ANGRY


def test_many_texts_say_what_each_says_alone(encoder: Encoder) -> None:
    texts = [f"{place}用的空调" for place in ("客厅", "卧室", "老人房间里面")] * 15
    together = encoder.encode(texts)
    assert len(together) == 45
    for text, one in zip(texts[:3], together, strict=False):
        (alone,) = encoder.encode([text])
        assert [span[:3] for span in one.tags] == [span[:3] for span in alone.tags]
        assert one.intents == pytest.approx(alone.intents, abs=0.05)
    assert encoder.embed(texts).shape == (45, 128)


def test_what_is_known_from_elsewhere_moves_the_intent(encoder: Encoder) -> None:
    text, angry = "你们这个怎么回事", EmotionVector(1, 0, 0, 0)
    plain, told = encoder.encode([text, text], [None, angry], [None, Behaviour(600, 8)])
    assert plain.intents != told.intents
    assert plain.emotion.as_tuple() == pytest.approx(told.emotion.as_tuple(), abs=1e-5)


@pytest.mark.parametrize("text", ["", " ", "😀" * 5, "\x00\x01", "长" * 10_000, "x" * 5_000])
def test_any_text_is_read(encoder: Encoder, text: str) -> None:
    (one,) = encoder.encode([text])
    assert all(0 <= start < end <= len(text) for start, end, *_ in one.tags)


def test_nothing_in_nothing_out(encoder: Encoder) -> None:
    assert encoder.encode([]) == []
    assert encoder.embed([]).shape == (0, 128)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"config\.json"):
        Encoder(tmp_path)


@pytest.mark.parametrize("name", ["model.onnx", "config.json"])
def test_a_damaged_file_is_refused(tmp_path: Path, name: str) -> None:
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    (tmp_path / name).write_bytes(b"\x00 not a model")
    with pytest.raises(ModelDamaged):
        Encoder(tmp_path)


def test_another_versions_intents_are_refused(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    config = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    config["intents"] = config["intents"][:-1]
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ModelDamaged, match="another version"):
        Encoder(tmp_path)
