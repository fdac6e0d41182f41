"""How well a product meets the customer's wish: one sum, each part between about -1 and 2.

+ 1.5 * traits     share of the wanted features and colour that it has
+ 1 * person       suits the person it is for (适合老人)
+ 1 * size         1.5匹, 65寸 as wanted
+ 0.8 * area       how much of the customer's area it serves (a small one is not overserved)
+ 0.5 * household  how near its capacity comes to what so many people need
+ 0.5 * mentioned  share of the known words in this sentence that it fits
+ 0.3 * kind       is just that kind of thing; -0.5 if it is another of the same class (酒柜 for 冰箱)
+ 0.3 * worth      how much of the budget it uses; above it, minus the excess
+ 0.8 * cheap      the lowest price of all over its own, where something cheap is asked for (3: the cheapest)
+ 1 * usual        how usual it is among the goods in question, where the customer wants nothing special
- 1                if it is out of stock
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median

from runtime.knowledge.filters import need_of, wanted_traits
from runtime.knowledge.items import Item, comes_in, price_on
from runtime.types import DialogueState, Quantity, SlotName
from runtime.understanding import lexicon

MAX_TEXT, MAX_PAIRS = 200, 60  # characters of a customer's text that are searched for words, for pairs
_CHEAP = re.compile("便宜|实惠|划算|省钱|不贵|经济")
# What one person needs: litres of fridge, rice or stored water, kilograms of washing.
_CAPACITY_A_HEAD = {"冰箱": 100.0, "电饭煲": 1.2, "热水器": 20.0, "洗衣机": 2.5}


@dataclass(frozen=True, slots=True)
class Usual:
    """What most goods of a kind are like: a middle price, and what many of them have."""

    price: float  # yuan
    shares: Mapping[str, float]  # of the goods: those that have a trait; all of them sum to 1

    @classmethod
    def of(cls, items: Collection[Item], today: date) -> Usual | None:
        if not items:
            return None
        counts = Counter(word for item in items for word in item.traits)
        total = counts.total() or 1
        price = median(price_on(item, today)[0] for item in items)
        return cls(price, {word: count / total for word, count in counts.items()})

    def likeness(self, item: Item, price: float) -> float:
        """0 to 1: half for the price, half for the traits."""
        near = min(price, self.price) / max(price, self.price, 1.0)
        return 0.5 * near + 0.5 * sum(self.shares.get(word, 0.0) for word in item.traits)


@dataclass(frozen=True, slots=True)
class Wish:
    """What goods are measured by, worked out once for all of them."""

    state: DialogueState
    traits: tuple[str, ...]
    need: str | None
    mentioned: frozenset[str]  # known words of this sentence
    pairs: tuple[tuple[str, float], ...]  # pairs of characters of this sentence, weights that sum to 1
    cheapest: float | None  # yuan, of all the goods in question; None: the customer asks for nothing cheap
    thrift: float  # how much it counts that something is cheap
    usual: Usual | None  # None: the customer wants something special
    today: date

    @classmethod
    def of(
        cls, state: DialogueState, text: str, items: Collection[Item], traits: Collection[str], today: date
    ) -> Wish:
        """``items`` are the goods in question, ``traits`` all that the shop's goods have."""
        said = text[:MAX_TEXT]
        known = {word for _, _, _, word in lexicon.scan(said)} | {word for word in traits if word in said}
        prices = (price_on(item, today)[0] for item in items) if _CHEAP.search(said) else ()
        cheapest = min(prices, default=None)
        pairs = _weighted_pairs(said.replace(state.category or "\n", "\n"), items)
        wanted, need = wanted_traits(state), need_of(state)
        special = (
            wanted or need or cheapest or _has_needs(state) or _weighted_pairs(_without_kinds(said), items)
        )
        usual = None if special else Usual.of(items, today)
        thrift = 3.0 if "最便宜" in said else 0.8
        return cls(state, wanted, need, frozenset(known), pairs, cheapest, thrift, usual, today)


def fit(item: Item, wish: Wish) -> float:
    state = wish.state
    price = price_on(item, wish.today)[0]
    score = 1.5 * _share(wish.traits, item.traits) + 0.5 * _share(
        wish.mentioned, item.traits | item.categories
    )
    score += wish.need in item.traits
    score += 0.6 * sum(weight for pair, weight in wish.pairs if pair in item.text)
    score -= item.product.stock == 0
    if state.category and item.kind:
        score += 0.3 if item.kind in (state.category, *wish.mentioned) else -0.5
    if state.size:
        score += comes_in(item, state.size)
    if state.area_m2 and item.area:
        score += 0.8 * _served(item.area, state.area_m2)
    if state.people:
        score += 0.5 * _holds_enough(item, state.people)
    if state.budget_max:
        used = price / state.budget_max
        score += 0.3 * (used if used <= 1 else 1 - used)
    if wish.usual:
        score += wish.usual.likeness(item, price)
    if wish.cheapest:
        score += wish.thrift * wish.cheapest / price
    return score


def _without_kinds(said: str) -> str:
    """What is said besides the kind of goods: of 笔记本多少钱 the 多少钱."""
    for start, end, slot, _ in lexicon.scan(said):
        if slot is SlotName.CATEGORY:
            said = said[:start] + "\n" * (end - start) + said[end:]
    return said


def _has_needs(state: DialogueState) -> bool:
    return bool(state.size or state.area_m2 or state.people or state.budget_min or state.budget_max)


def _weighted_pairs(said: str, items: Collection[Item]) -> tuple[tuple[str, float], ...]:
    """Those that any of the goods holds."""
    pairs = {said[at : at + 2] for at in range(min(len(said), MAX_PAIRS) - 1)}
    held = {pair: sum(pair in item.text for item in items) for pair in pairs if pair.isalnum()}
    weights = {pair: math.log(1 + len(items) / count) for pair, count in held.items() if count}
    total = sum(weights.values())
    return tuple((pair, weight / total) for pair, weight in sorted(weights.items()))


def _share(wanted: Collection[str], own: frozenset[str]) -> float:
    return sum(word in own for word in wanted) / len(wanted) if wanted else 0.0


def _served(own: Quantity, area_m2: float) -> float:
    """1 where the area lies in its range, else how near the range comes to it."""
    low, high = own.low or 0.0, own.high or math.inf
    if area_m2 > high:
        return high / area_m2
    return min(1.0, area_m2 / low) if low else 1.0


def _holds_enough(item: Item, people: int) -> float:
    """1 for just the capacity that so many people need, 0 from about a third or three times that."""
    each = _CAPACITY_A_HEAD.get(item.category)
    if each is None or item.capacity is None or not item.capacity.high:
        return 0.0
    return max(0.0, 1 - abs(math.log(item.capacity.high / (each * people))))
