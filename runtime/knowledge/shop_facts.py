"""What may be said of the shop: its promotions, its answers, its salespeople's lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from runtime.knowledge import fact_text
from runtime.knowledge.asked import content, pairs_of
from runtime.knowledge.items import Item
from runtime.knowledge.promotion_facts import promotion_facts
from runtime.types import DialogueState, Fact, FactKind, Faq, Intent, Script, SlotName, Understanding
from runtime.understanding import lexicon
from runtime.understanding.numbers import normalise_text

if TYPE_CHECKING:
    from runtime.knowledge.view import View

_MAX_FAQS = 2
# The least share of a FAQ's question that was said, or the least likeness to it by embedding: of a
# product, 保修几年 is answered by its own terms, not by 保修要凭什么.
_FAQ_SAID, _FAQ_LIKE, _FAQ_LIKE_BESIDE_GOODS = 0.5, 0.85, 0.92
# What the shop's questions and answers on a subject have in the question.
_SUBJECTS = {
    Intent.DELIVERY: re.compile("送货|配送|快递|自提"),
    Intent.INSTALL: re.compile("安装"),
    Intent.WARRANTY: re.compile("保修|退|换货"),
    Intent.COMPLAINT: re.compile("坏了|修"),
    Intent.PROMOTION: re.compile("优惠|以旧换新|会员"),
    Intent.ORDER: re.compile("付款|分期|定金"),
    Intent.CUSTOM: re.compile("定制|定做|刻字|采购"),
}


def offer_facts(view: View, items: list[Item], state: DialogueState, today: date) -> Iterator[Fact]:
    """Promotions of the whole shop, and of the categories talked about."""
    categories = {category for item in items for category in item.categories} | {state.category, None}
    return promotion_facts((p for p in view.shop_promotions if p.category in categories), state, today)


def faq_facts(view: View, items: list[Item], understanding: Understanding) -> Iterator[Fact]:
    """Answers to this very question; without goods to ask it of, the shop's answers on the subject."""
    said = view.questions.covered(understanding.text)
    like = dict(view.faq_index.nearest(understanding.embedding, 8))
    about = {item.product.id for item in items}
    found: list[tuple[float, Faq]] = []
    for row in said.keys() | like.keys():
        faq, words, meaning = view.faqs[row], said.get(row, 0.0), like.get(row, 0.0)
        least = _FAQ_LIKE_BESIDE_GOODS if items else _FAQ_LIKE
        fits = meaning >= least or _is_asked(normalise_text(faq.question), words, items, understanding)
        if fits and (faq.product_id is None or faq.product_id in about):
            found.append((words + meaning, faq))
    if not found and not items and (subject := _SUBJECTS.get(understanding.intent)):
        found = [(said.get(row, 0.0), faq) for row, faq in enumerate(view.faqs) if _is_on(subject, faq)]
    for _, faq in sorted(found, key=lambda pair: (-pair[0], pair[1].id))[:_MAX_FAQS]:
        yield Fact(faq.id, FactKind.FAQ, fact_text.faq_text(faq.question, faq.answer), faq.product_id)


def _is_asked(question: str, words: float, items: list[Item], understanding: Understanding) -> bool:
    """Whether enough of ``question`` was said, and something of what it is about.

    装要钱吗 says much of 送货要钱吗 but not 送货; 门槛过得去吗 says little of 扫地机器人能过门槛吗 but 门槛.
    """
    about = _subject(question)
    said = pairs_of(content(understanding.text, understanding.slots))
    shared = len(about & said)
    most = _FAQ_SAID * (len(about) if len(about) > 1 else len(said))
    enough = words >= _FAQ_SAID or shared >= most
    return shared > 0 and enough and _is_of_kind(question, items, understanding)


@lru_cache(maxsize=4096)
def _kinds(question: str) -> frozenset[str]:
    return frozenset(word for _, _, slot, word in lexicon.scan(question) if slot is SlotName.CATEGORY)


@lru_cache(maxsize=4096)
def _subject(question: str) -> frozenset[str]:
    """Pairs of characters of what a question is about, besides a kind of goods: 过门, 门槛."""
    spans = [(start, end) for start, end, slot, _ in lexicon.scan(question) if slot is SlotName.CATEGORY]
    for start, end in reversed(spans):
        question = f"{question[:start]} {question[end:]}"
    return frozenset(pairs_of(content(question, ())))


def _is_of_kind(question: str, items: list[Item], understanding: Understanding) -> bool:
    """Whether the talk is about a kind of goods that the question is about; or the question is about none."""
    talk = {category for item in items for category in item.categories} | _kinds(understanding.text)
    return not talk or not _kinds(question) or not talk.isdisjoint(_kinds(question))


def _is_on(subject: re.Pattern[str], faq: Faq) -> bool:
    return faq.product_id is None and bool(subject.search(faq.question))


def script_facts(view: View, understanding: Understanding, turn: int) -> Iterator[Fact]:
    """One line of the shop's own for this intent and emotion; from turn to turn another one."""
    intent, emotion = understanding.intent, understanding.emotion.top()

    def fit(script: Script) -> int:
        if script.intent not in (None, intent) or script.emotion not in (None, emotion):
            return 0
        return 1 + 2 * (script.intent is not None) + (script.emotion is not None)

    best = max(map(fit, view.scripts), default=0)
    fitting = [script for script in view.scripts if best and fit(script) == best]
    if fitting:
        script = fitting[turn % len(fitting)]
        yield Fact(script.id, FactKind.SCRIPT, fact_text.script_text(script.text))
