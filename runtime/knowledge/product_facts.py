"""What may be said of one product, the most wanted first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from runtime.knowledge import fact_text
from runtime.knowledge.asked import answer, question
from runtime.knowledge.items import Item, price_on, says_size
from runtime.knowledge.promotion_facts import promotion_facts
from runtime.knowledge.topics import is_about
from runtime.types import DialogueState, Fact, FactKind, Product, Understanding

_K = FactKind
_KEY_SPECS = {
    *("匹数", "适用面积", "容量", "屏幕", "尺寸", "存储", "内存"),
    *("续航", "能效等级", "噪音", "吸力", "风量", "通量", "加热"),
}
_MAX_ASKED = 5


def product_facts(
    item: Item,
    items: list[Item],
    aspects: tuple[FactKind, ...],
    state: DialogueState,
    understanding: Understanding,
    today: date,
) -> Iterator[Fact]:
    """The price, then what the words ask for, then a fact of each aspect, more of each, what it is like.

    ``items`` are all the goods talked about, ``aspects`` what is wanted of them.
    """
    yield from dict.fromkeys(_facts(item, items, aspects, state, understanding, today))


def _facts(
    item: Item,
    items: list[Item],
    aspects: tuple[FactKind, ...],
    state: DialogueState,
    understanding: Understanding,
    today: date,
) -> Iterator[Fact]:
    facts = _by_kind(item, items, state, today)
    yield _price(item, today)
    if item.product.stock == 0 and _K.STOCK not in aspects:
        yield facts[_K.STOCK][0]
    yield from asked_of(item, items, state, understanding, today)[:_MAX_ASKED]
    for aspect in aspects:
        yield from facts[aspect][:1]
    for aspect in aspects:
        yield from facts[aspect][1:4]
    yield from (*facts[_K.FEATURE], *facts[_K.SPEC])


def asked_of(
    item: Item, items: list[Item], state: DialogueState, understanding: Understanding, today: date
) -> list[Fact]:
    """The facts of ``item`` that the words ask for, in the order in which they do."""
    kinds = _by_kind(item, items, state, today).values()
    every = [_price(item, today), *(fact for kind in kinds for fact in kind)]
    text = question(understanding, state)
    found = answer(text, understanding.slots, every, understanding.intent, item.product)
    return list(found.facts)


def _by_kind(item: Item, items: list[Item], state: DialogueState, today: date) -> dict[FactKind, list[Fact]]:
    product = item.product
    return {
        _K.PROMOTION: list(promotion_facts(item.promotions, state, today)),
        _K.FEATURE: list(_features(product)),
        _K.SPEC: _specs(product, items, state),
        _K.STOCK: list(_stock(product)),
        _K.WARRANTY: list(_term(product, "warranty", _K.WARRANTY)),
        _K.DELIVERY: list(_term(product, "delivery", _K.DELIVERY)),
        _K.INSTALL: list(_term(product, "installation", _K.INSTALL)),
    }


def _price(item: Item, today: date) -> Fact:
    price, promotion = price_on(item, today)
    until = promotion.ends if promotion else None
    id = item.product.id
    return Fact(f"{id}.price", _K.PRICE, fact_text.price_text(price), id, until)


def _features(product: Product) -> Iterator[Fact]:
    if product.features:
        text = fact_text.features_text(product.features)
        yield Fact(f"{product.id}.features", _K.FEATURE, text, product.id)
    if product.description:
        text = fact_text.description_text(product.description)
        yield Fact(f"{product.id}.description", _K.FEATURE, text, product.id)


def _specs(product: Product, items: list[Item], state: DialogueState) -> list[Fact]:
    """Those that a known need is about, then those that tell these goods apart, then what buyers look at."""
    others = [dict(item.product.specs) for item in items if item.product is not product]

    def rank(place: int) -> tuple[bool, bool, bool, int]:
        name, value = product.specs[place]
        differs = any(name in other and other[name] != value for other in others)
        return not _is_needed(name, value, state), name not in _KEY_SPECS, not differs, place

    ordered = sorted(range(len(product.specs)), key=rank)
    return [
        Fact(f"{product.id}.spec.{name}", _K.SPEC, fact_text.spec_text(name, value), product.id)
        for name, value in (product.specs[place] for place in ordered)
    ]


def _is_needed(name: str, value: str, state: DialogueState) -> bool:
    if state.area_m2 and "面积" in name:
        return True
    if state.size and says_size(value, state.size):
        return True
    return any(is_about(feature, name) for feature in state.features)


def _stock(product: Product) -> Iterator[Fact]:
    yield Fact(f"{product.id}.stock", _K.STOCK, fact_text.stock_text(product.stock), product.id)
    if product.colors:
        yield Fact(f"{product.id}.colors", _K.STOCK, fact_text.colors_text(product.colors), product.id)


_TERM_TEXT = {
    "warranty": fact_text.warranty_text,
    "delivery": fact_text.delivery_text,
    "installation": fact_text.installation_text,
}


def _term(product: Product, name: str, kind: FactKind) -> Iterator[Fact]:
    if term := getattr(product, name):
        yield Fact(f"{product.id}.{name}", kind, _TERM_TEXT[name](term), product.id)
