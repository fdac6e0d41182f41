"""The training language: markup, values, and what every example must be."""

from __future__ import annotations

import random
from collections import Counter
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from export.data import noise, shop_language, values
from export.data.grammar import BadMarkup, Piece, holes, join, parse, render
from export.data.shop_language import Example, examples, lines_of, marked
from export.data.speaker import PATTERNS, known_hole, scenes
from runtime.types import Emotion, Intent, SlotName
from runtime.understanding import lexicon
from runtime.understanding.numbers import normalise_text, parse_quantities

FOLDERS = (PATTERNS, PATTERNS / "hand")


@pytest.fixture(scope="module")
def many() -> tuple[Example, ...]:
    return tuple(examples(seed=7, count=6000))


def test_markup_says_each_alternative() -> None:
    nodes = parse("(你好,|)我家[area:(10|20)平]{it}")
    said = {join(render(nodes, random.Random(seed), lambda _: [("吗", None)])) for seed in range(40)}
    assert said == {
        ("你好,我家10平吗", ((5, 8, SlotName.AREA),)),
        ("你好,我家20平吗", ((5, 8, SlotName.AREA),)),
        ("我家10平吗", ((2, 5, SlotName.AREA),)),
        ("我家20平吗", ((2, 5, SlotName.AREA),)),
    }


@pytest.mark.parametrize("line", ["(你好", "{it", "[area:10平", "[nothing:10平]", "你好)", "a|b", "]"])
def test_bad_markup_is_refused(line: str) -> None:
    with pytest.raises(BadMarkup):
        parse(line)


@pytest.mark.parametrize("folder", FOLDERS, ids=["patterns", "hand"])
@pytest.mark.parametrize("intent", Intent)
def test_every_line_can_be_said(folder: object, intent: Intent) -> None:
    lines = lines_of(PATTERNS if folder == PATTERNS else PATTERNS / "hand")[intent]
    assert len(lines) >= 60
    assert {name for line in lines for name in holes(line.nodes) if not known_hole(name)} == set()
    assert {line.emotion for line in lines} == set(Emotion)


def test_hand_written_lines_are_whole_and_many() -> None:
    lines = [line for lines in lines_of(PATTERNS / "hand").values() for line in lines]
    assert all(line.whole for line in lines)
    assert len({line.nodes for line in lines}) >= 2500


def test_no_hand_written_line_has_two_intents() -> None:
    meant = Counter(
        nodes for lines in lines_of(PATTERNS / "hand").values() for nodes in {each.nodes for each in lines}
    )
    assert [nodes for nodes, times in meant.items() if times > 1] == []


def test_scenes_use_the_lexicons_words() -> None:
    for scene in scenes():
        assert lexicon.canonical(SlotName.CATEGORY, scene.category) == scene.category
        assert set(scene.features) <= set(lexicon.synonyms(SlotName.FEATURE))
        assert all(lexicon.canonical(SlotName.PLACE, place) for place in scene.places)
        assert all(
            known_hole(name) for lines in scene.words.values() for line in lines for name in holes(line)
        )


def test_texts_are_normalised_and_distinct(many: tuple[Example, ...]) -> None:
    assert len({example.text for example in many}) == len(many)
    assert [each.text for each in many if normalise_text(each.text).strip() != each.text.strip()] == []


def test_slots_lie_in_the_text_in_order(many: tuple[Example, ...]) -> None:
    for example in many:
        end = 0
        for start, stop, _ in example.slots:
            assert end <= start < stop <= len(example.text)
            end = stop
        assert marked(example).count("[") >= len(example.slots)


def test_intents_and_emotions_are_balanced(many: tuple[Example, ...]) -> None:
    intents = Counter(example.intent for example in many)
    assert set(intents) == set(Intent)
    assert min(intents.values()) > len(many) * 0.03
    emotions = Counter(example.emotion for example in many)
    assert 0.5 < emotions[Emotion.NEUTRAL] / len(many) < 0.7
    assert min(emotions.values()) > len(many) * 0.05


def test_every_slot_occurs(many: tuple[Example, ...]) -> None:
    assert {slot for example in many for *_, slot in example.slots} == set(SlotName)


def test_the_same_seed_says_the_same() -> None:
    assert list(islice(examples(3, 50), 50)) == list(examples(3, 50))
    assert [example.text for example in examples(4, 50)] != [example.text for example in examples(3, 50)]


@given(st.integers(0, 2**32))
@settings(max_examples=200)
def test_noise_keeps_slots_apart(seed: int) -> None:
    rng = random.Random(seed)
    pieces: list[Piece] = [
        ("我想买", None),
        ("两台", SlotName.QUANTITY),
        ("空调", SlotName.CATEGORY),
        ("多少钱", None),
    ]
    spoiled = noise.disturb(pieces, rng)
    assert [slot for _, slot in spoiled if slot] == [SlotName.QUANTITY, SlotName.CATEGORY]
    text, slots = join(spoiled)
    assert all(0 <= start < end <= len(text) for start, end, _ in slots)
    assert normalise_text(text) == text


@pytest.mark.parametrize("seed", range(60))
def test_sums_and_areas_can_be_read_back(seed: int) -> None:
    rng = random.Random(seed)
    for said in (
        values.budget(rng, 300, 9000),
        values.area(rng),
        values.people(rng),
        values.quantity(rng, "台"),
    ):
        spans = parse_quantities(said)
        assert spans, said


def test_preview_prints(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["shop_language", "--seed", "1", "--count", "5", "--intent", "询价"])
    shop_language.main()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5
    assert all(line.startswith("询价 ") for line in lines)
