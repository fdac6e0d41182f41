"""The hand-written dev set against the types it is labelled with and the demo shop it talks about."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from runtime.knowledge.catalogue import Catalogue, read_catalogue
from runtime.types import DialogueState, Emotion, Intent, SlotName

ROOT = Path(__file__).resolve().parents[2]


@cache
def lines(name: str) -> list[dict[str, Any]]:
    text = (ROOT / "export/data/dev" / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@cache
def shop() -> Catalogue:
    return read_catalogue(ROOT / "firmware_config/demo")


def told_about(product_id: str | None) -> str:
    """Everything that the demo shop's sheets say of one product, its terms and offers, and of the shop."""
    products = [product for product in shop().products if product.id == product_id]
    offers = [offer for offer in shop().promotions if offer.product_id == product_id]
    faqs = [faq for faq in shop().faqs if faq.product_id in (None, product_id)]
    return f"{products}{offers}{faqs}"


def test_utterances_are_labelled_with_known_values() -> None:
    for line in lines("utterances"):
        assert set(line) == {"text", "intent", "emotion", "slots"}
        Intent(line["intent"])
        Emotion(line["emotion"])
        for slot in line["slots"]:
            SlotName(slot["name"])


def test_slot_texts_occur_in_their_utterance() -> None:
    for line in lines("utterances"):
        rest = line["text"]
        for slot in line["slots"]:
            assert slot["text"].strip() == slot["text"] != ""
            assert slot["text"] in rest, line
            rest = rest.replace(slot["text"], "", 1)


def test_utterances_are_many_and_balanced() -> None:
    utterances = lines("utterances")
    assert len(utterances) >= 1200
    intents = Counter(line["intent"] for line in utterances)
    assert all(55 <= intents[intent] <= 95 for intent in Intent), intents
    emotions = Counter(line["emotion"] for line in utterances)
    assert all(emotions[emotion] >= 0.14 * len(utterances) for emotion in Emotion), emotions
    slots = Counter(slot["name"] for line in utterances for slot in line["slots"])
    assert all(slots[name] >= 15 for name in SlotName), slots


@pytest.mark.parametrize("name", ["utterances", "questions"])
def test_nothing_is_said_twice(name: str) -> None:
    said = Counter("".join(filter(str.isalnum, line["text"].lower())) for line in lines(name))
    assert [text for text, times in said.items() if times > 1] == []


def test_dialogues_expect_known_values() -> None:
    assert len(lines("dialogues")) == 30
    ids = {product.id for product in shop().products}
    keys = {field.name for field in fields(DialogueState)}
    for dialogue in lines("dialogues"):
        assert 4 <= len(dialogue["turns"]) <= 7
        for turn in dialogue["turns"]:
            assert set(turn) - {"admit"} == {"text", "state", "focus", "must", "must_not"}
            assert set(turn["state"]) <= keys
            assert turn["focus"] is None or turn["focus"] in ids


def test_expected_answers_are_true_of_the_demo_shop() -> None:
    turns = [turn for dialogue in lines("dialogues") for turn in dialogue["turns"] if turn["focus"]]
    for turn in turns:
        told = told_about(turn["focus"])
        for figure in turn["must"]:
            assert figure == "缺货" or figure in told, turn


def test_questions_name_goods_of_the_demo_shop() -> None:
    questions = lines("questions")
    ids = {product.id for product in shop().products}
    assert len(questions) == 100
    assert sum(not question["answerable"] for question in questions) == 20
    for question in questions:
        assert set(question["products"]) <= ids
        assert question["products"] or not question["answerable"]
