"""The hand-written dev set against the types it is labelled with and the demo shop it talks about."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from runtime.knowledge.catalogue import Catalogue, read_catalogue
from runtime.types import DialogueState, Emotion, Intent, SlotName

ROOT = Path(__file__).resolve().parents[2]


Lines = list[dict[str, Any]]
PARTS = ("open", "sealed")


@cache
def lines(part: str, name: str) -> Lines:
    text = (ROOT / "export/data/dev" / part / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def wrong(part: str, name: str, right: Callable[[dict[str, Any]], bool]) -> list[str]:
    """Where the lines are that are not right; never what they say, since a part of them is sealed."""
    return [f"{part}/{name}:{at}" for at, line in enumerate(lines(part, name), 1) if not right(line)]


@cache
def shop() -> Catalogue:
    return read_catalogue(ROOT / "firmware_config/demo")


def told_about(product_id: str | None) -> str:
    """Everything that the demo shop's sheets say of one product, its terms and offers, and of the shop."""
    products = [product for product in shop().products if product.id == product_id]
    offers = [offer for offer in shop().promotions if offer.product_id == product_id]
    faqs = [faq for faq in shop().faqs if faq.product_id in (None, product_id)]
    return f"{products}{offers}{faqs}"


def labels_are_known(line: dict[str, Any]) -> bool:
    return (
        set(line) == {"text", "intent", "emotion", "slots"}
        and line["intent"] in set(Intent)
        and line["emotion"] in set(Emotion)
        and {slot["name"] for slot in line["slots"]} <= set(SlotName)
    )


def slots_occur(line: dict[str, Any]) -> bool:
    rest = line["text"]
    for slot in line["slots"]:
        if slot["text"].strip() != slot["text"] or not slot["text"] or slot["text"] not in rest:
            return False
        rest = rest.replace(slot["text"], "", 1)
    return True


@pytest.mark.parametrize("part", PARTS)
def test_utterances_are_labelled_with_known_values(part: str) -> None:
    assert wrong(part, "utterances", labels_are_known) == []


@pytest.mark.parametrize("part", PARTS)
def test_slot_texts_occur_in_their_utterance(part: str) -> None:
    assert wrong(part, "utterances", slots_occur) == []


@pytest.mark.parametrize(
    ("part", "least", "of_each", "mood"),
    [("open", 1200, (55, 95), 0.14), ("sealed", 600, (35, 60), 0.13)],
)
def test_utterances_are_many_and_balanced(
    part: str, least: int, of_each: tuple[int, int], mood: float
) -> None:
    utterances = lines(part, "utterances")
    assert len(utterances) >= least
    intents = Counter(line["intent"] for line in utterances)
    assert all(of_each[0] <= intents[intent] <= of_each[1] for intent in Intent), intents
    emotions = Counter(line["emotion"] for line in utterances)
    assert all(emotions[emotion] >= mood * len(utterances) for emotion in Emotion), emotions
    slots = Counter(slot["name"] for line in utterances for slot in line["slots"])
    assert all(slots[name] >= (15 if part == "open" else 8) for name in SlotName), slots


@pytest.mark.parametrize("name", ["utterances", "questions"])
def test_nothing_is_said_twice(name: str) -> None:
    said: dict[str, list[str]] = {}
    for part in PARTS:
        for at, line in enumerate(lines(part, name), 1):
            plain = "".join(filter(str.isalnum, line["text"].lower()))
            said.setdefault(plain, []).append(f"{part}:{at}")
    assert [where for where in said.values() if len(where) > 1] == []


@pytest.mark.parametrize("part", PARTS)
def test_dialogues_expect_known_values(part: str) -> None:
    ids = {product.id for product in shop().products}
    keys = {field.name for field in fields(DialogueState)}

    def right(dialogue: dict[str, Any]) -> bool:
        return 4 <= len(dialogue["turns"]) <= 8 and all(
            set(turn) - {"admit"} == {"text", "state", "focus", "must", "must_not"}
            and set(turn["state"]) <= keys
            and (turn["focus"] is None or turn["focus"] in ids)
            for turn in dialogue["turns"]
        )

    assert wrong(part, "dialogues", right) == []


@pytest.mark.parametrize("part", PARTS)
def test_expected_answers_are_true_of_the_demo_shop(part: str) -> None:
    def right(dialogue: dict[str, Any]) -> bool:
        turns = [turn for turn in dialogue["turns"] if turn["focus"]]
        return all(
            said == "缺货" or said in told_about(turn["focus"]) for turn in turns for said in turn["must"]
        )

    assert wrong(part, "dialogues", right) == []


@pytest.mark.parametrize("part", PARTS)
def test_questions_name_goods_of_the_demo_shop(part: str) -> None:
    ids = {product.id for product in shop().products}

    def right(question: dict[str, Any]) -> bool:
        return set(question["products"]) <= ids and bool(question["products"] or not question["answerable"])

    assert wrong(part, "questions", right) == []


def test_conversations_and_unanswerable_questions_are_many() -> None:
    assert sum(len(lines(part, "dialogues")) for part in PARTS) >= 100
    questions = [question for part in PARTS for question in lines(part, "questions")]
    assert len(questions) >= 200
    assert sum(not question["answerable"] for question in questions) >= 40
