"""The real vosk on a hand-made model, and the reading of its results."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.asr.engine import VoskEngine, common_prefix, confidence, join_words, words_of
from runtime.audio.frames import Framer
from runtime.errors import ModelDamaged, ModelMissing
from runtime.types import AudioFrame
from tests.asr.sounds import AIR_CONDITIONER, FRIDGE, silence
from tests.asr.tiny_model import write_tiny_model

SILENCE = silence(400)


def frames(*sounds: bytes) -> list[AudioFrame]:
    return list(Framer().push(b"".join(sounds)))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> VoskEngine:
    return VoskEngine(write_tiny_model(tmp_path_factory.mktemp("vosk")))


def test_words_are_heard_as_they_are_spoken(engine: VoskEngine) -> None:
    recogniser = engine.recogniser()
    heard = [recogniser.accept(frame) for frame in frames(SILENCE, AIR_CONDITIONER, SILENCE, FRIDGE)]
    partials = [partial for partial in heard if partial]
    assert [partial.text for partial in partials] == ["空调", "空调", "空调冰箱", "空调冰箱"]
    assert [partial.stable_chars for partial in partials] == [0, 2, 2, 4]
    assert all(before.at_ms < after.at_ms for before, after in pairwise(partials))


def test_an_utterance_has_text_times_and_confidence(engine: VoskEngine) -> None:
    recogniser = engine.recogniser()
    for frame in frames(SILENCE, AIR_CONDITIONER, SILENCE):
        recogniser.accept(frame)
    utterance = recogniser.final()
    assert (utterance.text, utterance.start_ms, utterance.end_ms) == ("空调", 0, 1400)
    assert utterance.voiced
    assert 0.9 < utterance.confidence <= 1.0


def test_the_next_utterance_starts_fresh(engine: VoskEngine) -> None:
    recogniser = engine.recogniser()
    for sound, text in ((AIR_CONDITIONER, "空调"), (FRIDGE, "冰箱")):
        for frame in frames(SILENCE, sound, SILENCE):
            recogniser.accept(frame)
        assert recogniser.final().text == text


def test_a_pause_that_vosk_takes_for_an_end_loses_no_word(engine: VoskEngine) -> None:
    recogniser = engine.recogniser()
    for frame in frames(SILENCE, AIR_CONDITIONER, silence(2500), FRIDGE, SILENCE):
        recogniser.accept(frame)
    assert recogniser.final().text == "空调冰箱"


def test_reset_forgets_even_what_was_not_decoded_yet(engine: VoskEngine) -> None:
    recogniser = engine.recogniser()
    for frame in frames(FRIDGE):
        recogniser.accept(frame)
    recogniser.reset()
    for frame in frames(SILENCE, AIR_CONDITIONER, SILENCE):
        recogniser.accept(frame)
    assert recogniser.final().text == "空调"


def test_silence_and_nothing_are_empty_utterances(engine: VoskEngine) -> None:
    recogniser = engine.recogniser()
    assert recogniser.final().text == ""
    assert [recogniser.accept(frame) for frame in frames(SILENCE)] == [None] * 20
    assert recogniser.final().confidence == 0.0


def test_sessions_do_not_hear_each_other(engine: VoskEngine) -> None:
    one, other = engine.recogniser(), engine.recogniser()
    for low, high in zip(frames(SILENCE, AIR_CONDITIONER), frames(SILENCE, FRIDGE), strict=True):
        one.accept(low)
        other.accept(high)
    assert (one.final().text, other.final().text) == ("空调", "冰箱")


@pytest.mark.parametrize(
    "pcm", [b"", b"\1", bytes(641), b"\xff\x7f" * 320, b"\x00\x80\xff\x7f" * 160], ids=repr
)
def test_odd_lengths_and_clipped_sound_do_no_harm(engine: VoskEngine, pcm: bytes) -> None:
    recogniser = engine.recogniser()
    for at in range(0, 400, 20):
        recogniser.accept(AudioFrame(pcm, at, 20))
    recogniser.final()
    for frame in frames(SILENCE, FRIDGE, SILENCE):
        recogniser.accept(frame)
    assert recogniser.final().text == "冰箱"


def test_a_missing_model_is_named_with_its_cure(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="zhanggui models pull vosk-small-cn"):
        VoskEngine(tmp_path / "none")


def test_a_folder_that_is_no_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelDamaged, match="not a Vosk model, expected am"):
        VoskEngine(tmp_path)


@pytest.mark.parametrize("name", ["am/final.mdl", "graph/HCLG.fst", "conf/mfcc.conf", "conf/model.conf"])
def test_a_damaged_model_is_named(tmp_path: Path, name: str) -> None:
    folder = write_tiny_model(tmp_path)
    (folder / name).write_bytes(b"--garbage\n")
    with pytest.raises(ModelDamaged, match="pull it again"):
        VoskEngine(folder).recogniser()


def test_a_model_that_would_end_the_process_is_refused(tmp_path: Path) -> None:
    conf = write_tiny_model(tmp_path) / "conf/model.conf"
    conf.write_text(conf.read_text().replace("--endpoint.silence-phones=1\n", ""))
    with pytest.raises(ModelDamaged, match="expected --endpoint"):
        VoskEngine(tmp_path)


def test_results_are_read() -> None:
    result = {"result": [{"word": "空调", "conf": 0.5, "start": 0.0, "end": 0.3}], "text": "空调"}
    assert words_of(json.dumps(result)) == [("空调", 0.5)]
    assert words_of('{"text": ""}') == []
    assert words_of('{"text": "空调"}') == [("空调", 0.0)]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["我", "家", "一百", "平"], "我家一百平"),
        (["支持", "wifi", "6", "吗"], "支持wifi 6吗"),
        (["小", "米", "[unk]", "手机", "<UNK>"], "小米手机"),
        (["hello", "<unk>", "world"], "hello world"),
        ([""], ""),
    ],
)
def test_chinese_words_join_without_spaces(words: list[str], text: str) -> None:
    assert join_words(words) == text


def test_confidence_weighs_long_words_more() -> None:
    assert confidence([("洗衣机", 1.0), ("吗", 0.0)]) == 0.75
    assert confidence([]) == 0.0


@given(st.text(), st.text(), st.text())
def test_the_common_prefix_is_the_longest(shared: str, one: str, other: str) -> None:
    length = common_prefix(shared + one, shared + other)
    assert length >= len(shared)
    assert (shared + one)[:length] == (shared + other)[:length]
