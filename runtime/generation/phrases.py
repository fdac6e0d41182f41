"""Pieces of sentences: a turn's facts in the shop's words, each with the ids of the facts that it states."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from runtime.knowledge.asked import Answer, answer, asks_offer, features_meant, question
from runtime.types import (
    DialogueState,
    Emotion,
    Evidence,
    Fact,
    FactKind,
    Intent,
    Product,
    SlotName,
    Understanding,
)
from runtime.understanding import lexicon

_MAX_FEATURES = 4
_MAX_SPECS = 3
_MAX_ASKED = 4
_SURE_EMOTION = 0.6
_COLORS, _FEATURES, _DESCRIPTION = "颜色:", "特点:", "介绍:"
_KEYS = {
    FactKind.INSTALL: "install",
    FactKind.DELIVERY: "delivery",
    FactKind.WARRANTY: "warranty",
    FactKind.STOCK: "stock",
}
_APART = {FactKind.FAQ, FactKind.POLICY, FactKind.SCRIPT}  # told in places of their own

# The kinds of fact that stand first for an intent when the words ask for none by name; else 特点.
_EXPECTED = {
    Intent.PRICE: {FactKind.PROMOTION, FactKind.FEATURE, FactKind.STOCK},
    Intent.PROMOTION: {FactKind.PROMOTION},
    Intent.STOCK: {FactKind.STOCK},
    Intent.DELIVERY: {FactKind.DELIVERY},
    Intent.INSTALL: {FactKind.INSTALL},
    Intent.WARRANTY: {FactKind.WARRANTY},
}


@dataclass(frozen=True, slots=True)
class Part:
    """Some words, the facts that they state and the goods that they are about."""

    text: str = ""
    facts: tuple[str, ...] = ()
    products: tuple[str, ...] = ()

    def __add__(self, other: Part) -> Part:
        return Part(self.text + other.text, self.facts + other.facts, self.products + other.products)

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class Told:
    """What the sentences of one turn are formed from."""

    intent: Intent
    evidence: Evidence
    state: DialogueState
    ask: SlotName | None
    said: Understanding | None = None

    # -- facts

    @property
    def goods(self) -> list[Product]:
        """Goods in the evidence, the one in focus first."""
        found = [hit.product for hit in self.evidence.hits]
        return sorted(found, key=lambda product: product.id != self.state.focus)

    def about(self, product: Product) -> list[Fact]:
        return [f for f in self.evidence.facts if f.product_id == product.id and f.kind is not FactKind.FAQ]

    def facts(self, product: Product, kind: FactKind) -> list[Fact]:
        return [fact for fact in self.about(product) if fact.kind is kind]

    def fact(self, product: Product, kind: FactKind) -> Fact | None:
        return next(iter(self.facts(product, kind)), None)

    def answer(self, product: Product) -> Answer:
        """What is known of ``product`` of all that the words ask for."""
        facts = [fact for fact in self.about(product) if fact.kind not in _APART]
        if self.said is None:
            expected = _EXPECTED.get(self.intent, {FactKind.FEATURE}) | {FactKind.PRICE}
            first = [fact for fact in facts if fact.kind is not FactKind.PRICE][:1]
            return Answer(tuple(fact for fact in first if fact.kind not in expected))
        return answer(question(self.said, self.state), self.said.slots, facts, self.intent, product)

    def asked(self, product: Product, told: Collection[str] = ()) -> list[Fact]:
        """What the words ask for of ``product`` and is not ``told`` yet."""
        return [fact for fact in self.answer(product).facts if fact.id not in told][:_MAX_ASKED]

    def needed(self, product: Product, told: Collection[Fact]) -> list[Fact]:
        """Specs that tell whether the product meets a need in figures."""
        words = ["面积"] * bool(self.state.area_m2) + ["容量"] * bool(self.state.people)
        specs = self.facts(product, FactKind.SPEC)
        return [fact for word in words for fact in specs if word in fact.id and fact not in told][:1]

    def specs(self, product: Product) -> list[Fact]:
        return self.facts(product, FactKind.SPEC)[:_MAX_SPECS]

    def features(self, product: Product) -> Fact | None:
        return self._labelled(product, _FEATURES)

    def description(self, product: Product) -> Fact | None:
        return self._labelled(product, _DESCRIPTION)

    def colors(self, product: Product) -> Fact | None:
        return self._labelled(product, _COLORS)

    def _labelled(self, product: Product, label: str) -> Fact | None:
        return next((fact for fact in self.about(product) if fact.text.startswith(label)), None)

    def compared(self) -> tuple[Product, Product]:
        """The two that were pointed at, in the order in which the customer sees them."""
        order = {product: place for place, product in enumerate(self.state.shown)}
        goods = sorted(self.goods, key=lambda product: order.get(product.id, len(order)))
        return goods[0], goods[1]

    def card(self) -> tuple[str, ...]:
        return (self.state.focus,) if self.state.focus in {product.id for product in self.goods} else ()

    # -- words

    def say(self, key: str, *facts: Fact | None, product: Product | None = None, **words: str) -> Part:
        """The turn's phrasing of ``key``, filled with ``words``."""
        lines = _lines()[key]
        text = lines[self.state.turn % len(lines)].format(name=product.name if product else "", **words)
        shown = (product.id,) if product else ()
        return Part(text, tuple(fact.id for fact in facts if fact), shown)

    def tell(self, product: Product, facts: Sequence[Fact], *, named: bool) -> Part:
        """Facts about ``product`` in their order, the specs among them in one sentence."""
        part, specs = Part(), [fact for fact in facts if fact.kind is FactKind.SPEC]
        for fact in facts:
            if fact.id not in part.facts:
                part += self._tell(product, fact, specs, named=named and not part)
        return part

    def _tell(self, product: Product, fact: Fact, specs: Sequence[Fact], *, named: bool) -> Part:
        words = spoken(fact)
        if fact.kind is FactKind.PRICE:
            return self.say("price" if named else "its_price", fact, product=product, price=words)
        if fact.kind is FactKind.SPEC:
            words = "，".join(map(spoken, specs))
            return self.say("spec" if named else "answer", *specs, product=product, term=words)
        if fact.kind is FactKind.PROMOTION:
            return self.say("offer" if named else "offer_more", fact, product=product, offer=words)
        if fact.text.startswith(_COLORS):
            return self._color(product, fact, named=named)
        if fact.text.startswith(_FEATURES):
            return self._features(product, fact, named=named)
        if fact.kind is FactKind.FEATURE:
            return self.say("describe" if named else "answer", fact, product=product, term=words)
        return self.say(_KEYS[fact.kind] if named else "answer", fact, product=product, term=words)

    def _color(self, product: Product, fact: Fact, *, named: bool) -> Part:
        known = spoken(fact).split("、")
        wanted = self._wanted(SlotName.COLOR)
        name = product.name if named else "这款"
        if not wanted:
            text = self.say("colors", fact, term=spoken(fact))
            return Part(name, (), (product.id,)) + text if named else text
        alike = [color for color in known if _is_color(color, wanted[-1])]
        key = "color_yes" if alike else "color_no"
        color = alike[0] if alike else wanted[-1]
        return self.say(key, fact, it=name, color=color, term=spoken(fact)) + Part(products=(product.id,))

    def _features(self, product: Product, fact: Fact, *, named: bool) -> Part:
        known = spoken(fact).split("、")
        meant = [word for word in known if word in self._wanted(SlotName.FEATURE)]
        meant = meant or features_meant(self.said.text, known) if self.said else meant
        if meant:
            key = "has_features" if named else "its_features"
            return self.say(key, fact, product=product, features="、".join(meant))
        key = "features_of" if named else "features"
        return self.say(key, fact, product=product, features=self.first_features(fact))

    def _wanted(self, name: SlotName) -> list[str]:
        slots = self.said.slots if self.said else ()
        return [s.value for s in slots if s.name is name and isinstance(s.value, str) and not s.negated]

    def first_features(self, fact: Fact) -> str:
        """A product's features, those that the customer asked for first."""
        features, asked = spoken(fact).split("、"), (*self._wanted(SlotName.FEATURE), *self.state.features)
        wanted = [word for word in features if word in asked]
        others = [word for word in features if word not in asked]
        return "、".join((wanted + others)[:_MAX_FEATURES])

    def answers(self) -> Part:
        """The shop's own words from its questions and answers or its rules."""
        part = Part()
        for fact in self._faqs():
            part += self.say("answer", fact, term=spoken(fact))
        return part

    def _faqs(self) -> list[Fact]:
        about = {None, self.goods[0].id if self.goods else None}
        kinds = (FactKind.FAQ, FactKind.POLICY)
        return [f for f in self.evidence.facts if f.kind in kinds and f.product_id in about]

    def asks_missing_offer(self, product: Product) -> bool:
        """Whether the words speak of an offer on ``product``, and there is none: 它不是有8折吗."""
        if self.said is None or self.facts(product, FactKind.PROMOTION):
            return False
        return asks_offer(self.said.text, self.said.slots, self.intent)

    def has_said(self, words: str) -> bool:
        """Whether a reply that is remembered had these words."""
        return any(words in exchange.shop for exchange in self.state.history)

    def is_new(self, product: Product) -> bool:
        """Whether it is talked about for the first time."""
        return self.state.focus is None or not self.has_said(product.name)

    def prices_part(self, product: Product) -> bool:
        """Whether the price of a part or a service is asked for that is not known."""
        return any(ask.subject for ask in self.answer(product).open)

    @property
    def names_brand(self) -> bool:
        """Whether these very words name a brand."""
        return self.said is None or bool(self._wanted(SlotName.BRAND))

    def hedge(self, product: Product) -> Part:
        """That the rest of a question is not known, where what was told answers a part of it only."""
        known = self.answer(product)
        admitted = known.is_unknown or self.asks_missing_offer(product)
        if admitted or known.is_whole_with(self._faqs()):
            return Part()
        return self.say("hedge")

    def sorry(self) -> Part:
        """Before the answer to somebody who is angry."""
        feeling = self.said.emotion if self.said else None
        angry = feeling and feeling.top() is Emotion.ANGRY and feeling.angry >= _SURE_EMOTION
        return self.say("sorry") if angry else Part()


def _is_color(own: str, wanted: str) -> bool:
    def plain(color: str) -> str:
        return lexicon.canonical(SlotName.COLOR, color) or color

    return own == wanted or wanted == plain(own) or wanted.removesuffix("色") in own


@lru_cache(maxsize=1)
def _lines() -> Mapping[str, list[str]]:
    return tomllib.loads(resources.files(__package__).joinpath("templates.toml").read_text("utf-8"))


def spoken(fact: Fact) -> str:
    """A fact without its label: 安装:免费上门安装 -> 免费上门安装; a promotion's last day in words."""
    text = fact.text
    if fact.kind is FactKind.FAQ:
        text = text.rpartition("→")[2]
    elif fact.kind not in (FactKind.PRICE, FactKind.SPEC):
        text = text.partition(":")[2] or text
    if fact.kind is FactKind.STOCK and text == "现货":
        text = "有现货"
    return re.sub(r"\(((?:\d+年)?\d+月\d+日)止\)", r"，\1截止", text).rstrip("。；;，, ")
