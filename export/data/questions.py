"""Customers' questions for the generator's turns: the shop's language, fitted to the goods at hand."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from random import Random

from export.data.shop_language import Example, examples
from runtime.types import Emotion, Intent, SlotName

_SEED, _COUNT = 77, 12_000

# Kind of turn -> intent of a question that it can answer whatever the details.
INTENTS = {
    "price": Intent.PRICE,
    "bargain": Intent.BARGAIN,
    "promotion": Intent.PROMOTION,
    "stock": Intent.STOCK,
    "delivery": Intent.DELIVERY,
    "install": Intent.INSTALL,
    "warranty": Intent.WARRANTY,
    "service": Intent.COMPLAINT,
    "close": Intent.ORDER,
    "farewell": Intent.NO_INTEREST,
    "human": Intent.HUMAN,
    "offtopic": Intent.OTHER,
    "custom": Intent.CUSTOM,
    "recommend": Intent.RECOMMEND,
    "compare": Intent.COMPARE,
    "function": Intent.FUNCTION,
}


def asked(random: Random, key: str, category: str, brand: str | None) -> tuple[str, Emotion] | None:
    """A question for a kind of turn about goods of this category and brand; None: there are none for it."""
    if key == "service_angry":
        pool = [example for found in _pools(angry=True).values() for example in found]
    elif key in INTENTS:
        pool = _pools(angry=False)[INTENTS[key]]
    else:
        return None
    example = random.choice(pool)
    return _fitted(example, category, brand), example.emotion


def _fitted(example: Example, category: str, brand: str | None) -> str:
    words = {SlotName.CATEGORY: category, SlotName.BRAND: brand}
    text, at = "", 0
    for start, end, slot in example.slots:
        text += example.text[at:start] + (words.get(slot) or example.text[start:end])
        at = end
    return text + example.text[at:]


@lru_cache(maxsize=2)
def _pools(angry: bool) -> dict[Intent, list[Example]]:
    pools: dict[Intent, list[Example]] = defaultdict(list)
    for example in examples(_SEED, _COUNT):
        if (example.emotion is Emotion.ANGRY) == angry:
            pools[example.intent].append(example)
    return dict(pools)
