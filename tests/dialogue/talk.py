"""A hand-made conversation: real slots, fold, tactics and templates over a handful of goods, no model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from runtime.dialogue.fold import fold, settle
from runtime.dialogue.reference import point_at
from runtime.dialogue.tactics import Choice, Situation, choose_tactic
from runtime.generation.templates import template_reply
from runtime.knowledge import fact_text
from runtime.knowledge.descriptions import Descriptions
from runtime.knowledge.items import Item, make_item
from runtime.knowledge.words import WordIndex
from runtime.types import (
    DialogueState,
    Emotion,
    EmotionVector,
    Evidence,
    Fact,
    FactKind,
    Hit,
    Intent,
    Product,
    Reply,
    Slot,
    Understanding,
)
from runtime.understanding.numbers import normalise_text
from runtime.understanding.slots import CatalogueNames, find_slots


def _aircon(number: int, name: str, model: str, price: float, features: str, colors: str) -> Product:
    return Product(
        id=f"P{number:03}",
        name=name,
        category="空调",
        brand=name[:2],
        model=model,
        price=price,
        stock=30,
        specs=(("匹数", "1.5匹"), ("适用面积", "16-23㎡")),
        features=tuple(features.split("、")),
        colors=tuple(colors.split("、")),
        warranty="整机6年，压缩机10年",
        delivery="市区次日送达",
        installation="免费上门安装，铜管超过3米每米80元",
    )


GOODS = (
    _aircon(1, "凉川静享1.5匹变频空调", "LC-A35J1", 2999, "省电、静音、变频、适合老人", "白色、金色"),
    _aircon(2, "棠岛轻凉1.5匹变频空调", "TD-K35", 2199, "变频、冷暖", "白色"),
    _aircon(3, "松岭恒意1.5匹定频空调", "SL-35H", 1799, "冷暖、自清洁", "黑色"),
    Product("P011", "棠岛云鲜对开门冰箱", "冰箱", "棠岛", "TD-B500", 3599, 3, features=("大容量", "省电")),
    Product("P012", "松岭小鲜双门冰箱", "冰箱", "松岭", "SL-B180", 1299, 0, features=("小巧", "省电")),
    Product("P021", "净小跑滚筒洗衣机", "洗衣机", "净小跑", "JX-W10", 2599, features=("除菌", "静音")),
    Product("P031", "星竹青叶手机", "手机", "星竹", "QY-1", 1999, colors=("黑色", "白色"), warranty="一年"),
)
PRODUCTS = {product.id: product for product in GOODS}
NAMES = CatalogueNames.of(GOODS)
_ITEMS = tuple(make_item(product, ()) for product in GOODS)
SHELF = Descriptions.of(_ITEMS, WordIndex.of(_ITEMS))
PROMOTION = Fact("PROMO001", FactKind.PROMOTION, "促销:以旧换新减200元(12月31日止)", "P001")

TODAY = date(2026, 11, 21)
_NEUTRAL = EmotionVector(0.0, 0.0, 1.0, 0.0)


def slots_of(text: str) -> tuple[Slot, ...]:
    return find_slots(normalise_text(text), (), NAMES)


def understood(
    text: str, intent: Intent = Intent.OTHER, emotion: Emotion = Emotion.NEUTRAL, p: float = 0.9
) -> Understanding:
    """What an encoder with no slot head would have made of ``text``."""
    rest = (1 - p) / (len(Intent) - 1)
    plain = normalise_text(text)
    return Understanding(
        text=plain,
        intents=tuple(p if known is intent else rest for known in Intent),
        emotion=EmotionVector(*(float(known is emotion) for known in Emotion)),
        slots=find_slots(plain, (), NAMES),
        embedding=np.zeros(128, np.float32),
    )


def after_words(
    state: DialogueState, understanding: Understanding, hinted: Item | None = None
) -> DialogueState:
    reference = point_at(understanding, state, NAMES, SHELF, TODAY)
    return fold(state, understanding, reference, NAMES, SHELF.product, hinted)


def facts_of(product: Product) -> tuple[Fact, ...]:
    """Everything that may be said of a product, worded as the shop words it."""
    texts = (
        ("price", FactKind.PRICE, fact_text.price_text(product.price)),
        ("features", FactKind.FEATURE, product.features and fact_text.features_text(product.features)),
        ("stock", FactKind.STOCK, fact_text.stock_text(product.stock)),
        ("colors", FactKind.STOCK, product.colors and fact_text.colors_text(product.colors)),
        ("warranty", FactKind.WARRANTY, product.warranty and fact_text.warranty_text(product.warranty)),
        ("delivery", FactKind.DELIVERY, product.delivery and fact_text.delivery_text(product.delivery)),
        ("install", FactKind.INSTALL, product.installation and _installation(product)),
        *((f"spec.{name}", FactKind.SPEC, fact_text.spec_text(name, value)) for name, value in product.specs),
    )
    return tuple(
        Fact(f"{product.id}.{key}", kind, text, product.id)
        for key, kind, text in texts
        if isinstance(text, str) and text
    )


def _installation(product: Product) -> str:
    return fact_text.installation_text(product.installation)


def find(state: DialogueState, *, promotions: bool = True) -> Evidence:
    """A plain stand-in for retrieval: the focus, else goods shown for comparison, else what fits."""
    if state.focus:
        others = [PRODUCTS[known] for known in state.shown if known != state.focus]
        hits = [PRODUCTS[state.focus], *others]
    else:
        hits = [product for product in GOODS if _fits(state, product)]
        hits.sort(key=lambda product: -len(set(product.features) & set(state.features)))
    facts = tuple(fact for product in hits for fact in facts_of(product))
    if promotions and "P001" in {product.id for product in hits}:
        facts += (PROMOTION,)
    return Evidence(tuple(Hit(product, 1.0, "") for product in hits[:3]), facts)


_LEADS = {
    Intent.STOCK: FactKind.STOCK,
    Intent.DELIVERY: FactKind.DELIVERY,
    Intent.INSTALL: FactKind.INSTALL,
    Intent.WARRANTY: FactKind.WARRANTY,
}


def ordered(evidence: Evidence, intent: Intent) -> Evidence:
    """As the shop orders facts: what is asked for stands right behind the price."""
    lead = _LEADS.get(intent, FactKind.FEATURE)
    facts = sorted(evidence.facts, key=lambda fact: (fact.kind is not FactKind.PRICE, fact.kind is not lead))
    return replace(evidence, facts=tuple(facts))


def _fits(state: DialogueState, product: Product) -> bool:
    return (
        (state.category is None or product.category == state.category)
        and (state.brand is None or product.brand == state.brand)
        and (state.budget_max is None or product.price <= state.budget_max)
        and (state.budget_min is None or product.price >= state.budget_min)
        and product.id not in state.rejected
        and not {product.brand, *product.features} & set(state.excluded)
        and (state.category is not None or state.brand is not None)
    )


@dataclass
class Talk:
    """One conversation; ``say`` is a whole turn."""

    state: DialogueState = field(default_factory=DialogueState)
    choice: Choice | None = None
    reply: Reply | None = None
    promotions: bool = True

    def say(self, text: str, intent: Intent, emotion: Emotion = Emotion.NEUTRAL) -> DialogueState:
        """One turn; the state before the reply was settled is what the customer's words made of it."""
        understanding = understood(text, intent, emotion)
        folded = after_words(self.state, understanding)
        evidence = ordered(find(folded, promotions=self.promotions), intent)
        self.choice = choose_tactic(folded, understanding, Situation.of(folded, evidence))
        self.reply = template_reply(self.choice.tactic, intent, evidence, folded, self.choice.ask)
        self.state = settle(folded, text, evidence, self.choice, self.reply)
        return replace(folded, focus=self.state.focus)
