"""What training turns are about: invented goods, what is known of them, and what the customer needs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from export.data.goods import KINDS, draw, random_brand, random_product, random_promotions
from runtime.knowledge import fact_text
from runtime.types import DialogueState, Evidence, Fact, FactKind, Hit, Product

PARTS = tomllib.loads(Path(__file__).with_name("replies.toml").read_text("utf-8"))
ALL_FEATURES = sorted(PARTS["tie"]["feature"])


@dataclass(frozen=True, slots=True)
class Said:
    """A fact and the part of its text that people say."""

    fact: Fact
    value: str  # 2999元, 整机6年, 15-23㎡
    name: str = ""  # of a spec: 适用面积


@dataclass(frozen=True, slots=True)
class Scene:
    """What stays the same over a few turns: goods, what is known of them, and the customer's needs."""

    goods: tuple[Product, ...]
    known: tuple[tuple[Said, ...], ...]  # for each of the goods
    shop: tuple[Said, ...]  # facts about no product
    state: DialogueState

    @property
    def evidence(self) -> Evidence:
        said = [*(fact for facts in self.known for fact in facts), *self.shop]
        hits = tuple(Hit(product, 1.0, "") for product in self.goods)
        return Evidence(hits, tuple(one.fact for one in said))


def random_scene(random: Random, shelf: Sequence[Product] = ()) -> Scene:
    count = random.choice((1, 1, 1, 2, 2, 2, 3))
    goods = _from_shelf(random, count, shelf) if shelf else _goods(random, count)
    most = {1: 7, 2: 4, 3: 3}[len(goods)]
    known = tuple(_known(random, product, random.randint(2, most)) for product in goods)
    state = _state(random, goods[0])
    if random.random() < 0.12:
        return Scene((), (), _shop_facts(random, goods), replace(state, focus=None))
    return Scene(goods, known, _shop_facts(random, goods), state)


def _goods(random: Random, count: int) -> tuple[Product, ...]:
    """Mostly of one category, often of one brand or with names that differ in one number only."""
    kind = random.choice(KINDS)
    goods = [random_product(random, f"P{n:03d}", kind) for n in range(1, count + 1)]
    if random.random() < 0.45:
        brand = random_brand(random)
        goods = [replace(p, name=p.name.replace(p.brand, brand, 1), brand=brand) for p in goods]
    if count > 1 and random.random() < 0.25 and (number := re.search(r"\d+", goods[0].name)):
        for n in range(1, count):
            changed = str(int(number.group()) + random.randint(1, 9) * n)
            goods[n] = replace(
                goods[n], name=goods[0].name.replace(number.group(), changed, 1), brand=goods[0].brand
            )
    return tuple(goods)


def _from_shelf(random: Random, count: int, shelf: Sequence[Product]) -> tuple[Product, ...]:
    category = random.choice(shelf).category
    alike = [product for product in shelf if product.category == category]
    return tuple(random.sample(alike, min(count, len(alike))))


def _known(random: Random, product: Product, count: int) -> tuple[Said, ...]:
    def fact(key: str, kind: FactKind, text: str) -> Fact:
        return Fact(f"{product.id}.{key}", kind, text, product.id)

    price = fact_text.price_text(product.price)
    stock = fact_text.stock_text(product.stock)
    rest = [
        Said(fact(f"spec.{name}", FactKind.SPEC, fact_text.spec_text(name, value)), value, name)
        for name, value in product.specs
    ]
    features = "、".join(product.features)
    for key, kind, text in (
        ("features", FactKind.FEATURE, fact_text.features_text(product.features)),
        ("colors", FactKind.STOCK, fact_text.colors_text(product.colors)),
        ("stock", FactKind.STOCK, stock),
        ("warranty", FactKind.WARRANTY, fact_text.warranty_text(product.warranty)),
        ("delivery", FactKind.DELIVERY, fact_text.delivery_text(product.delivery)),
        ("installation", FactKind.INSTALL, fact_text.installation_text(product.installation)),
    ):
        rest.append(Said(fact(key, kind, text), text.split(":", 1)[-1]))
    if random.random() < 0.25:
        text = product.description or _description(random)
        rest.append(Said(fact("description", FactKind.FEATURE, fact_text.description_text(text)), text))
    for promotion in random_promotions(random, (product,), 1):
        text = fact_text.promotion_text(promotion.text, promotion.ends)
        rest.append(Said(Fact(promotion.id, FactKind.PROMOTION, text, product.id), text.split(":", 1)[1]))
    chosen = random.sample(rest, min(count, len(rest)))
    if features and random.random() < 0.5:
        chosen = [one for one in rest if one.fact.id.endswith(".features")] + [
            one for one in chosen if not one.fact.id.endswith(".features")
        ]
    if random.random() < 0.93:
        chosen.insert(0, Said(fact("price", FactKind.PRICE, price), fact_text.yuan(product.price)))
    return tuple(chosen[: count + 1])


def _description(random: Random) -> str:
    return "，".join(random.sample(PARTS["need"]["description"], random.choice((1, 2, 2))))


def _shop_facts(random: Random, goods: tuple[Product, ...]) -> tuple[Said, ...]:
    found = []
    if random.random() < 0.15:  # the template always tells them
        found.append(_faq(random, FactKind.FAQ))
    if random.random() < 0.05:
        found.append(_faq(random, FactKind.POLICY))
    if random.random() < 0.2:
        promotion = random_promotions(random, goods, 1)[0]
        text = fact_text.promotion_text(promotion.text, promotion.ends)
        found.append(Said(Fact(promotion.id, FactKind.PROMOTION, text), text.split(":", 1)[1]))
    if random.random() < 0.4:
        text = "，".join(random.sample(PARTS["shop"]["script_clauses"], random.randint(1, 3))) + "。"
        fact = Fact(f"S{random.randint(1, 99):03d}", FactKind.SCRIPT, fact_text.script_text(text))
        found.append(Said(fact, text))
    return tuple(found)


def _faq(random: Random, kind: FactKind) -> Said:
    """A question with its answer: a fitting pair, or clauses at random, which can only be copied."""
    question, answer = random.choice(PARTS["shop"]["faq" if kind is FactKind.FAQ else "policy"])
    if random.random() < 0.6:
        clauses = random.sample(PARTS["shop"]["answer_clauses"], random.randint(1, 3))
        question, answer = random.choice(PARTS["shop"]["questions"]), random.choice("，，；").join(clauses)
    answer = draw(random, answer)
    text = fact_text.faq_text(question, answer) if kind is FactKind.FAQ else fact_text.policy_text(answer)
    return Said(Fact(f"{kind.name}{random.randint(1, 99):03d}", kind, text), answer, question)


def _state(random: Random, product: Product) -> DialogueState:
    def some(chance: float, value: str) -> str | None:
        return value if random.random() < chance else None

    budget = float(random.choice((300, 500, 800, 1000, 1500, 2000, 3000, 3500, 5000, 8000, 10000)))
    has_budget = random.random() < 0.4
    likely = product.features if random.random() < 0.7 else tuple(ALL_FEATURES)
    features = random.sample(likely, min(len(likely), random.choice((0, 0, 1, 1, 2))))
    return DialogueState(
        category=some(0.75, product.category),
        brand=some(0.08, product.brand),
        budget_min=budget / 2 if has_budget and random.random() < 0.2 else None,
        budget_max=budget if has_budget else None,
        area_m2=float(random.randint(6, 150)) if random.random() < 0.2 else None,
        people=random.randint(1, 8) if random.random() < 0.15 else None,
        who=some(0.3, random.choice(PARTS["need"]["who"])),
        place=some(0.15, random.choice(PARTS["need"]["place"])),
        size=some(0.06, random.choice(PARTS["need"]["size"])),
        quantity=random.randint(2, 12) if random.random() < 0.05 else None,
        features=tuple(features),
        excluded=(random_brand(random),) if random.random() < 0.05 else (),
        focus=product.id,
    )
