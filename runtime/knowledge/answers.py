"""Which of the shop's questions and answers answer this very sentence.

Customers rarely ask in the shop's words, so a question is found in three ways, the surest first: both are
on the same subject of shops at large (subjects.toml); it shares most of its words with what was said; and,
where no fact of the goods answers, its answer holds what was asked about (微信 in 不能装微信).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from runtime.knowledge import fact_text
from runtime.knowledge.asks import MAX_TEXT, parts_of, telling_parts
from runtime.knowledge.items import Item
from runtime.types import Fact, FactKind, Faq, Intent, SlotName, Understanding
from runtime.understanding import lexicon
from runtime.understanding.numbers import normalise_text
from runtime.understanding.slots import CatalogueNames

if TYPE_CHECKING:
    from runtime.knowledge.view import View

_CLAUSES = re.compile(r"[，。！？；,!?;\s]+")
_MOST = 2
_SHARED = 0.5  # of a question's words, or of the customer's
_OWN = 1.5  # an answer about the very product comes before all but the surest of the shop's
_IN_ANSWER = 0.7  # of the customer's words in question and answer together
_ALIKE = 0.75  # cosine of two questions that mean nearly the same
# Words of so many questions that they tell none of them apart.
_COMMON = frozenset(("保修", "送货", "安装", "配送", "优惠", "便宜", "宜点", "质保", "价格"))
# What the shop's questions have in them where an intent alone has to find one.
_SUBJECTS = {
    Intent.DELIVERY: re.compile("送货|配送|快递|自提"),
    Intent.INSTALL: re.compile("安装"),
    Intent.WARRANTY: re.compile("保修|退|换货"),
    Intent.COMPLAINT: re.compile("坏了|修"),
    Intent.PROMOTION: re.compile("优惠|以旧换新|会员"),
    Intent.ORDER: re.compile("付款|分期|定金"),
    Intent.CUSTOM: re.compile("定制|定做|刻字|采购"),
    Intent.BARGAIN: re.compile("便宜点|还价|讲价"),
}


@dataclass(frozen=True, slots=True)
class _Subject:
    ask: re.Pattern[str]
    unless: re.Pattern[str]
    faq: re.Pattern[str]

    def is_asked(self, text: str) -> bool:
        return bool(self.ask.search(text)) and not self.unless.search(text)


@lru_cache(maxsize=1)
def _subjects() -> tuple[_Subject, ...]:
    table = tomllib.loads(resources.files(__package__).joinpath("subjects.toml").read_text("utf-8"))
    return tuple(
        _Subject(re.compile(row["ask"]), re.compile(row.get("unless", "(?!)")), re.compile(row["faq"]))
        for row in table["subject"]
    )


def direct_answers(view: View, items: list[Item], understanding: Understanding) -> list[Fact]:
    """Answers to this very question, the surest first."""
    asked = _asked_subjects(understanding.text[:MAX_TEXT])
    said = parts_of(understanding.text, understanding.slots)
    telling = telling_parts(understanding.text, understanding.slots) - _COMMON
    about = _Talk.of(items, understanding)
    found: list[tuple[float, Faq]] = []
    for row, faq in enumerate(view.faqs):
        if own := _of_the_goods(faq, telling, items[:1]):
            found.append((_OWN + own, faq))
            continue
        words = _likeness(faq, view.subjects[row], said, about)
        place = next((n for n, place in enumerate(asked) if place in _rows_of(faq.question)), None)
        if place is not None and faq.product_id is None and about.allows(faq):
            found.append((2.0 - place + words, faq))
        elif words:
            found.append((words, faq))
    return _facts(found)


def _asked_subjects(text: str) -> list[int]:
    """Rows of subjects.toml that are asked about: the first of each clause, then the others."""
    rows = _subjects()
    clauses = [c for c in _CLAUSES.split(text) if c]
    of_each = [next((n for n, row in enumerate(rows) if row.is_asked(clause)), None) for clause in clauses]
    firsts = [place for place in of_each if place is not None and rows[place].is_asked(text)]
    others = [place for place, row in enumerate(rows) if row.is_asked(text)]
    return list(dict.fromkeys((*firsts, *others) if len(set(firsts)) > 1 else (*others, *firsts)))


def _of_the_goods(faq: Faq, telling: set[str], items: list[Item]) -> float:
    """How much of what was said stands in a question and answer about the very product: 口罩, 微信."""
    if not items or faq.product_id != items[0].product.id or not telling:
        return 0.0
    name = items[0].product.name
    whole = f"{faq.question} {faq.answer}".lower()
    return sum(part in whole and part not in name for part in telling) / len(telling)


def near_answers(view: View, items: list[Item], understanding: Understanding) -> list[Fact]:
    """Answers that hold what was asked about; for questions that nothing else answers."""
    said = parts_of(understanding.text, understanding.slots)
    about = _Talk.of(items, understanding)
    found = []
    for faq in view.faqs:
        whole = f"{faq.question} {faq.answer}".lower()
        share = sum(part in whole for part in said) / len(said) if said else 0.0
        if share >= _IN_ANSWER and about.is_of(faq):
            found.append((share, faq))
    return _facts(found)


def nearest_answer(view: View, items: list[Item], understanding: Understanding) -> list[Fact]:
    """What comes nearest where nothing answers: an answer on the very product, or one to nearly the same."""
    about = _Talk.of(items, understanding)
    own = items[0].product.id
    alike = view.faq_index.vectors @ understanding.embedding
    found = [
        ((faq.product_id == own) + float(alike[row]), faq)
        for row, faq in enumerate(view.faqs)
        if faq.product_id == own or (alike[row] >= _ALIKE and about.allows(faq))
    ]
    return _facts(found)[:1]


def answers_on(view: View, intent: Intent, text: str) -> list[Fact]:
    """The shop's answers on the subject of an intent, where nothing more is known."""
    subject, covered = _SUBJECTS.get(intent), view.questions.covered(text)
    if subject is None:
        return []
    return _facts(
        [
            (covered.get(row, 0.0), faq)
            for row, faq in enumerate(view.faqs)
            if faq.product_id is None and not _kinds(faq.question) and subject.search(faq.question)
        ]
    )


def _facts(found: list[tuple[float, Faq]]) -> list[Fact]:
    best = sorted(found, key=lambda pair: (-pair[0], pair[1].id))[:_MOST]
    return [
        Fact(faq.id, FactKind.FAQ, fact_text.faq_text(faq.question, faq.answer), faq.product_id)
        for _, faq in best
    ]


@dataclass(frozen=True, slots=True)
class _Talk:
    """What the talk is about: goods by id, and kinds of goods."""

    ids: frozenset[str]
    kinds: frozenset[str]

    @classmethod
    def of(cls, items: list[Item], understanding: Understanding) -> _Talk:
        kinds = {category for item in items for category in item.categories} | _kinds(understanding.text)
        kinds |= {
            slot.value
            for slot in understanding.slots
            if slot.name is SlotName.CATEGORY and isinstance(slot.value, str)
        }
        return cls(frozenset(item.product.id for item in items), frozenset(kinds))

    def allows(self, faq: Faq) -> bool:
        """Whether a question is about nothing else than the talk."""
        if faq.product_id is not None:
            return faq.product_id in self.ids
        kinds = _kinds(faq.question)
        return not self.kinds or not kinds or not kinds.isdisjoint(self.kinds)

    def is_of(self, faq: Faq) -> bool:
        """Whether a question is about the very goods or kinds of goods of the talk."""
        if faq.product_id is not None:
            return faq.product_id in self.ids
        return not _kinds(faq.question).isdisjoint(self.kinds)


def _likeness(faq: Faq, about: frozenset[str], said: set[str], talk: _Talk) -> float:
    """How much of ``faq``'s question was said, 0 unless enough.

    装要钱吗 says much of 送货要钱吗 but not 送货; 门槛过得去吗 says little of 扫地机器人能过门槛吗 but 门槛.
    """
    shared = len((about & said) - _COMMON)
    if not shared or not talk.allows(faq):
        return 0.0
    share = shared / len(about)
    if talk.is_of(faq):
        share = max(share, shared / len(said))
    return share if share >= _SHARED else 0.0


@lru_cache(maxsize=4096)
def _rows_of(question: str) -> frozenset[int]:
    """Which subjects a shop's question is on."""
    plain = normalise_text(question)
    return frozenset(place for place, row in enumerate(_subjects()) if row.faq.search(plain))


@lru_cache(maxsize=4096)
def _kinds(text: str) -> frozenset[str]:
    return frozenset(
        word for _, _, slot, word in lexicon.scan(normalise_text(text)) if slot is SlotName.CATEGORY
    )


def subject_of(question: str, names: CatalogueNames) -> frozenset[str]:
    """What a question is about besides goods and kinds of goods, in parts of words: 过门, 门槛."""
    plain = normalise_text(question)
    spans = [(start, end) for start, end, slot, _ in lexicon.scan(plain) if slot is SlotName.CATEGORY]
    spans += [(start, end) for start, end, slot, _ in names.find(plain) if slot is not SlotName.COLOR]
    kept = [" " if any(start <= at < end for start, end in spans) else char for at, char in enumerate(plain)]
    return frozenset(parts_of("".join(kept), ()))
