"""The goods of one catalogue version, made ready for searching; never changed, only replaced.

A turn keeps the view it began with, so an import under live traffic changes nothing in mid-turn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from runtime.dialogue.budget import named_bid
from runtime.dialogue.tactics import Situation
from runtime.knowledge import texts
from runtime.knowledge.answers import subject_of
from runtime.knowledge.asked import asked_for, is_unanswered
from runtime.knowledge.asks import parts_of
from runtime.knowledge.descriptions import Descriptions
from runtime.knowledge.evidence import choose_evidence
from runtime.knowledge.filters import Filters, wanted_traits
from runtime.knowledge.index import Floats, VectorIndex, open_index
from runtime.knowledge.items import Item, make_item, price_on
from runtime.knowledge.names import NameIndex
from runtime.knowledge.questions import QuestionIndex
from runtime.knowledge.shelf import Shelf
from runtime.knowledge.words import WordIndex, likest
from runtime.store.goods import Goods
from runtime.types import (
    DialogueState,
    Evidence,
    FactKind,
    Faq,
    Hit,
    Product,
    Promotion,
    Script,
    Tactic,
    Understanding,
)
from runtime.understanding.homophones import Homophones
from runtime.understanding.slots import CatalogueNames

_HINTING = 60  # goods looked at
_HINT, _AHEAD = 0.2, 1.5  # the share of the words that one of them has, how far before another kind's


class Embedder(Protocol):
    """What the view needs of the encoder."""

    version: str

    def embed(self, texts: Sequence[str]) -> Floats: ...


@dataclass(frozen=True, slots=True)
class View:
    """Goods, their names, and the indexes over them."""

    version: int
    shop_promotions: tuple[Promotion, ...]  # of a category or of the whole shop
    faqs: tuple[Faq, ...]
    scripts: tuple[Script, ...]
    names: CatalogueNames
    homophones: Homophones
    sounds: NameIndex
    index: VectorIndex  # rows are places in ``items``
    faq_index: VectorIndex  # rows are places in ``faqs``
    questions: QuestionIndex  # likewise
    words: WordIndex  # over the sheets of ``items``
    described: Descriptions
    subjects: tuple[frozenset[str], ...]  # what each of ``faqs`` is about, in parts of words
    categories: frozenset[str]
    shelf: Shelf

    @property
    def items(self) -> tuple[Item, ...]:
        return self.described.items

    @property
    def rows(self) -> Mapping[str, int]:
        """Product id -> place in ``items``."""
        return self.described.rows

    def product(self, id: str) -> Product | None:
        return self.described.product(id)

    def counts(self) -> dict[str, int]:
        promotions = sum(len(item.promotions) for item in self.items) + len(self.shop_promotions)
        return {
            "products": len(self.items),
            "promotions": promotions,
            "faqs": len(self.faqs),
            "scripts": len(self.scripts),
            "version": self.version,
        }

    def filters(self, state: DialogueState) -> Filters | None:
        """What the state asks for; None when the shop has nothing of that category."""
        categories: tuple[str, ...] = ()
        if state.category:
            categories = self._sold_as(state.category)
            if not categories:
                return None
        return Filters(
            categories=categories,
            brand=state.brand,
            low=state.budget_min,
            high=state.budget_max,
            excluded=state.excluded,
            rejected=tuple(self.rows[id] for id in state.rejected if id in self.rows),
            wanted=wanted_traits(state),
        )

    def situation(
        self, hits: tuple[Hit, ...], state: DialogueState, understanding: Understanding, today: date
    ) -> Situation:
        """What was found, for choosing the tactic: as if an offer were to be made."""
        evidence = choose_evidence(self, hits, state, understanding, Tactic.OFFER, today)
        found = tuple(fact for fact in evidence.facts if fact.kind is not FactKind.SCRIPT)
        filters = self.filters(state)
        matches = self.shelf.count(filters, today) if filters and evidence.hits else 0
        situation = Situation.of(state, Evidence(evidence.hits, found), max(matches, len(evidence.hits)))
        told = [fact for fact in found if fact.product_id and fact.kind is not FactKind.FAQ]
        asked = bool(asked_for(understanding.text, understanding.slots, told, understanding.intent))
        unknown = not situation.answer and is_unanswered(
            understanding.text, understanding.slots, told, focused=state.focus is not None
        )
        bid, focus = named_bid(understanding.text), self.rows.get(state.focus or "")
        low = bid is not None and focus is not None and bid < price_on(self.items[focus], today)[0]
        return replace(situation, asked=asked, unknown=unknown and bool(evidence.hits), bid=low)

    def sold_under(self, kind: str) -> str | None:
        """The one category of the shop under which things of that kind are sold: 洗地机 under 吸尘器."""
        own = {item.product.category for item in self.items if kind in (item.kind, item.category)}
        return own.pop() if len(own) == 1 else None

    def hinted(self, text: str) -> Item | None:
        """The one of the goods whose sheet ``text`` points at, if none of another category comes near:

        怕老人忘关火 -> the cooker that turns itself off.
        """
        shares = self.words.find(parts_of(text, ()))
        best: dict[str, int] = {}
        for row in likest(shares, _HINTING):
            best.setdefault(self.items[row].product.category, row)
        rows = list(best.values())
        second = float(shares[rows[1]]) if len(rows) > 1 else 0.0
        return self.items[rows[0]] if rows and shares[rows[0]] >= max(_HINT, _AHEAD * second) else None

    def _sold_as(self, category: str) -> tuple[str, ...]:
        """The shop's categories for a customer's word: 电脑 is sold as 笔记本电脑."""
        if category in self.categories:
            return (category,)
        return tuple(
            sorted(own for own in self.categories if own.endswith(category) or category.endswith(own))
        )


def build_view(goods: Goods, encoder: Embedder, cache: Path) -> View:
    """Make ``goods`` ready for searching; ``cache`` is the folder of the index files."""
    own: defaultdict[str, list[Promotion]] = defaultdict(list)
    for promotion in goods.promotions:
        if promotion.product_id:
            own[promotion.product_id].append(promotion)
    items = tuple(make_item(product, tuple(own[product.id])) for product in goods.products)
    ids = {product.id for product in goods.products}
    faqs = tuple(faq for faq in goods.faqs if faq.product_id is None or faq.product_id in ids)

    names = CatalogueNames.of(goods.products)
    words = WordIndex.of(items)

    def index(name: str, described: Iterable[str]) -> VectorIndex:
        return open_index(cache, name, tuple(described), encoder.embed, encoder.version)

    return View(
        version=goods.version,
        shop_promotions=tuple(p for p in goods.promotions if p.product_id is None),
        faqs=faqs,
        scripts=goods.scripts,
        names=names,
        homophones=Homophones.of(goods.products, names),
        sounds=NameIndex.of(goods.products),
        index=index("goods", map(texts.product_text, goods.products)),
        faq_index=index("faqs", map(texts.faq_text, faqs)),
        questions=QuestionIndex.of([faq.question for faq in faqs]),
        words=words,
        described=Descriptions.of(items, words),
        subjects=tuple(subject_of(faq.question, names) for faq in faqs),
        categories=frozenset(category for item in items for category in item.categories),
        shelf=Shelf.of(items),
    )
