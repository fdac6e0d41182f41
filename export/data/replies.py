"""Training turns for the generator: facts, needs, tactic, history and question -> an honest, warm reply.

Replies are put together from the parts in replies.toml. Prompts come from the runtime's own
``build_prompt``; every figure in a reply is copied from a fact of the product it speaks about.
Turns come in scenes: those of one scene share history, facts and needs, so their prompts are equal up
to the last ``<|user|>``, and training can read that part once.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from export.data.goods import KINDS, draw, random_brand, random_product, random_promotions
from export.data.questions import INTENTS, asked
from runtime.generation.opening import certain_opening
from runtime.generation.prompt import MAX_FACTS, build_prompt
from runtime.generation.templates import template_reply
from runtime.knowledge import fact_text
from runtime.types import (
    DialogueState,
    Emotion,
    Evidence,
    Exchange,
    Fact,
    FactKind,
    Hit,
    Intent,
    Product,
    Tactic,
)

PARTS = tomllib.loads(Path(__file__).with_name("replies.toml").read_text("utf-8"))
TURNS_PER_SCENE = 8
CONTINUED = 0.6  # share of turns that the template opens, as the runtime has most of them open
FORBIDDEN = ("保证", "一定", "成交价", "最好", "第一", "国家级", "最便宜", "顶级", "唯一")

_BY_AREA = {"空调", "空气净化器", "扫地机器人"}  # as in dialogue/tactics.toml
_BY_PEOPLE = {"净水器", "冰箱", "洗衣机", "热水器", "电饭煲"}
_FOR_WHO = {"老人": {"适合老人", "大字体", "一键操作", "语音控制"}, "孩子": {"适合儿童", "护眼"}}
_MOODS = {Emotion.HAPPY: "happy", Emotion.HESITANT: "hesitant"}
_GOALS = {key: intent for key, intent in INTENTS.items() if key not in ("farewell", "human", "offtopic")} | {
    "price_two": Intent.PRICE,
    "color": Intent.STOCK,
    "compare_three": Intent.COMPARE,
    "service_angry": Intent.COMPLAINT,
    **dict.fromkeys(("feature", "features", "spec", "unknown", "unknown_bare"), Intent.FUNCTION),
}
_NEUTRAL = {"plain", "calm", "value"}
_WORTH = (FactKind.PRICE, FactKind.SPEC, FactKind.FEATURE, FactKind.WARRANTY)
_AROUND = ("左右的", "以内的", "块的", "元")
_BIDS = ("卖不卖", "块行不行", "我就要了", "可以吗")
_SLOT = re.compile(r"\{(\w+)\}")
_ANSWERS = {FactKind.FAQ, FactKind.POLICY}
_MOODY = {"price", "spec", "about", "recommend", "order", "hesitate"}
_BARE = ("给您介绍", "您问的是", "说说")  # how the template begins to describe
_ALL_SPECS = sorted({spec.split("=")[0] for kind in KINDS for spec in kind.specs.split(";")})
_ALL_FEATURES = sorted(PARTS["tie"]["feature"])


@dataclass(frozen=True, slots=True)
class Sample:
    """One turn to learn from; ``reply`` follows ``prompt`` and ends before the end token."""

    prompt: str
    reply: str
    tactic: Tactic
    facts: tuple[str, ...]  # ids of the facts that the reply states


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


@dataclass(frozen=True, slots=True)
class Turn:
    question: str
    tactic: Tactic
    reply: str
    facts: tuple[str, ...] = ()
    goal: Intent | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A kind of turn that the template opens."""

    key: str  # of the words that follow, and of what it may end with
    question: str
    tactic: Tactic
    intent: Intent
    weight: int
    kinds: frozenset[FactKind] = frozenset()  # the fact asked for; empty: none in particular


def samples(seed: int, count: int, shelf: Sequence[Product] = ()) -> Iterator[Sample]:
    """``count`` turns about invented goods or those on ``shelf``; the same seed gives the same turns."""
    return islice(_endless(Random(seed), shelf), count)


def _endless(random: Random, shelf: Sequence[Product]) -> Iterator[Sample]:
    while True:
        scene = with_history(random, random_scene(random, shelf))
        names = {product.name for product in scene.goods}
        if len(scene.evidence.facts) > MAX_FACTS or len(names) < len(scene.goods):
            continue  # the prompt would leave some facts out, or could not tell the goods apart
        for _ in range(TURNS_PER_SCENE):
            turn = random_turn(random, scene)
            state = replace(scene.state, goal=turn.goal)
            prompt = build_prompt(state, scene.evidence, turn.question, turn.tactic)
            yield Sample(prompt.text, turn.reply, turn.tactic, turn.facts)


# --- scenes ----------------------------------------------------------------------------------


def random_scene(random: Random, shelf: Sequence[Product] = ()) -> Scene:
    count = random.choice((1, 1, 1, 2, 2, 2, 3))
    goods = _from_shelf(random, count, shelf) if shelf else _goods(random, count)
    most = {1: 7, 2: 4, 3: 3}[len(goods)]
    known = tuple(_known(random, product, random.randint(2, most)) for product in goods)
    state = _state(random, goods[0])
    if random.random() < 0.12:
        return Scene((), (), _shop_facts(random, goods), replace(state, focus=None))
    return Scene(goods, known, _shop_facts(random, goods), state)


def with_history(random: Random, scene: Scene) -> Scene:
    past = [random_turn(random, scene) for _ in range(random.choice((0, 0, 0, 1, 1, 2)))]
    history = tuple(Exchange(turn.question, turn.reply) for turn in past)
    return replace(scene, state=replace(scene.state, history=history))


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
    if random.random() < 0.3:
        found.append(_faq(random, FactKind.FAQ))
    if random.random() < 0.1:
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
    likely = product.features if random.random() < 0.7 else tuple(_ALL_FEATURES)
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


# --- turns -----------------------------------------------------------------------------------


def random_turn(random: Random, scene: Scene) -> Turn:
    while True:
        clerk = Clerk(random, scene)
        make = Clerk.continued if random.random() < CONTINUED else random.choices(_TURNS, _WEIGHTS)[0]
        turn = make(clerk)
        if turn and not any(word in turn.reply for word in FORBIDDEN):
            return replace(turn, goal=clerk.goal)


class Clerk:
    """Speaks about one scene; every method that makes a turn gives None where the scene has no use for it."""

    def __init__(self, random: Random, scene: Scene) -> None:
        self.random, self.scene = random, scene
        self.mood = Emotion.NEUTRAL
        self.goal: Intent | None = random.choice((None, *_GOALS.values()))  # left from an earlier turn
        self.first = scene.known[0] if scene.known else ()
        self.category = scene.state.category or (scene.goods[0].category if scene.goods else "商品")

    # -- parts

    def pick(self, *path: str) -> str:
        parts: Any = PARTS
        for key in path:
            parts = parts[key]
        return str(self.random.choice(parts))

    def of_kind(self, kind: FactKind, item: int = 0, ending: str = "") -> Said | None:
        known = self.scene.known[item] if item < len(self.scene.known) else ()
        return next((s for s in known if s.fact.kind is kind and s.fact.id.endswith(ending)), None)

    def features(self, item: int = 0) -> list[str]:
        said = self.of_kind(FactKind.FEATURE, item, ".features")
        return said.value.split("、") if said else []

    def name(self, item: int = 0) -> str:
        """How a product is called in a reply: in full wherever another could be meant."""
        product = self.scene.goods[item]
        if len(self.scene.goods) > 1 and (item or self.random.random() < 0.6):
            return product.name
        short = ("这款", "这款", f"这款{product.category}", f"{product.brand}这款", "它", "这台")
        return product.name if self.random.random() < 0.55 else self.random.choice(short)

    def called(self, item: int = 0) -> str:
        """How a customer calls it."""
        product = self.scene.goods[item]
        names = (
            product.name, product.brand, f"{product.brand}{product.category}", f"{product.brand}那款",
            product.name.removeprefix(product.brand),
        )  # fmt: skip
        if item or len(self.scene.goods) > 1:
            return self.random.choice(names)
        return self.random.choice((*names, "这款", "这个", "它", f"这个{product.category}"))

    def tie(self, asked: str = "", sure: bool = False) -> str:
        """A clause that ties a true feature of the product to the customer, or nothing."""
        have, want = self.features(), (asked,) if asked else self.scene.state.features
        who = self.scene.state.who
        if (
            who
            and self.random.random() < 0.5
            and (_FOR_WHO.get(who, set()) & set(have) or who not in _FOR_WHO)
        ):
            return self.pick("tie", "who", who)
        ties = [f for f in have if f in want] or have
        ties = [f for f in ties if f in PARTS["tie"]["feature"]]
        if not ties or (not sure and self.random.random() < 0.3):
            return ""
        return self.pick("tie", "feature", self.random.choice(ties))

    def phrase(self, said: Said, label: bool = True) -> str:
        """The fact as people say it: figures exactly as they stand in the prompt."""
        value, kind = said.value, said.fact.kind
        if kind is FactKind.PRICE:
            return self.random.choice(("现价", "现价", "价格是", "现在", "标价")) + value
        if kind is FactKind.SPEC:
            return said.name + self.random.choice(("", "", "", "是", "为")) + value
        if said.fact.id.endswith(".features"):
            some = self.random.sample(
                value.split("、"), min(value.count("、") + 1, self.random.randint(1, 3))
            )
            return self.random.choice(("、", "、", "，", "又")).join(some)
        if said.fact.id.endswith(".colors"):
            return f"有{value}" if label else value
        if kind is FactKind.STOCK:
            ready = {"现货": ("有现货", "现货"), "暂时缺货": ("暂时缺货",)}
            return self.random.choice(ready.get(value, (value, f"还有{value}")))
        if kind is FactKind.PROMOTION:
            return self._promotion(value)
        if self.random.random() < 0.4:
            value = re.split("[，；]", value)[0]
        if not label:
            return value
        labels = {
            FactKind.WARRANTY: ("保修", "质保"),
            FactKind.DELIVERY: ("", "配送"),
            FactKind.INSTALL: ("",),
        }
        return self.random.choice(labels.get(kind, ("",))) + value

    def _promotion(self, value: str) -> str:
        text, _, until = value.partition("(")
        if not until or self.random.random() < 0.35:
            return text
        return value if self.random.random() < 0.5 else f"{text}，{until.removesuffix(')')}"

    def other(self, *used: Said, item: int = 0) -> Said | None:
        """Another fact that goes well beside those used."""
        known = self.scene.known[item] if item < len(self.scene.known) else ()
        left = [s for s in known if s not in used and s.value != "暂时缺货"]
        return self.random.choice(left) if left else None

    # -- putting together

    def question(self, key: str, **words: str) -> str:
        """Half in the shop's whole language, half about this very scene; sets the mood and the goal heard."""
        self.mood = Emotion.NEUTRAL
        self.goal = _GOALS.get(key, self.goal)
        if self.random.random() < 0.5:
            brand = self.scene.goods[0].brand if self.scene.goods else None
            if found := asked(self.random, key, self.category, brand):
                self.mood = found[1]
                return found[0]
        return self._ask(self.pick("question", key), words)

    def _ask(self, pattern: str, words: dict[str, str]) -> str:
        filler = self.pick("question", "filler")
        if "{n}" in pattern:
            words["n"] = self.called() if self.scene.goods else "这个"
        if "{m}" in pattern:
            words["m"] = self.called(1)
        text = filler + self._typed(pattern.format(c=self.category, **words))
        if self.random.random() < 0.7:
            return text
        return text + self.random.choice("？?" if text[-1] in "吗呢吧啊呗嘛么不？！。" else "？？?啊呢")

    def _typed(self, text: str) -> str:
        """At times a character is lost, as when one types or is misheard."""
        if len(text) < 5 or self.random.random() > 0.06:
            return text
        lost = self.random.randrange(len(text))
        return text[:lost] + text[lost + 1 :]

    def reply(
        self, key: str, opening: str = "plain", *said: Said, **words: str
    ) -> tuple[str, tuple[str, ...]]:
        """A reply of one kind and the ids of the facts it states; ``said`` fill {v}, {w} and {x}."""
        slots = ("v", "w", "x")
        patterns = PARTS["reply"][key]
        usable = [p for p in patterns if len(said) > 1 or ("{w}" not in p or "w" in words)]
        pattern = self.random.choice(usable)
        used = [
            one for slot, one in zip(slots, said, strict=False) if f"{{{slot}}}" in pattern or slot == "v"
        ]
        if "{w1}" in pattern:
            extra = self.other(*said[:1]) if self.random.random() < 0.6 else None
            words["w1"] = f"，{self.phrase(extra)}" if extra else ""
            used += [extra] if extra else []
        filled = {
            slot: self.phrase(one, label=slot != "v" or key in _LABELLED)
            for slot, one in zip(slots, said, strict=False)
        }
        tie = self.tie(words.get("f", "") if key == "feature_yes" else "") if self.scene.goods else ""
        filled |= {
            "oh": f"⟦{opening}⟧",
            "ask": self.ending(key),
            "tie": f"，{tie}" if tie else "",
            "tie0": f"{tie}，" if tie else "",
            "tie1": f"{tie}，" if tie else "",
            "c": self.category,
        }
        for slot, item in (("n", 0), ("m", 1), ("l", 2)):
            if f"{{{slot}}}" in pattern and item < len(self.scene.goods):
                filled[slot] = self.scene.goods[item].name if "前者" in pattern else self.name(item)
        text = pattern.format(**(filled | words))
        return text, tuple(one.fact.id for one in used)

    def turn(self, question: str, tactic: Tactic, made: tuple[str, tuple[str, ...]]) -> Turn:
        """Only here is it known how the customer sounds, and so how the reply opens."""
        text, facts = made
        mood = _MOODS.get(self.mood) if self.random.random() < 0.7 else None

        def opening(found: re.Match[str]) -> str:
            return self.pick("open", mood if mood and found[1] in _NEUTRAL else found[1])

        text = re.sub("⟦(.*?)⟧", opening, text)
        return Turn(question, tactic, tidy(text), facts)

    def ending(self, key: str) -> str:
        return self.pick("ask", key if key in PARTS["ask"] else "default")

    # -- turns that the template opens

    def continued(self) -> Turn | None:
        """A reply that goes on from the template's first sentence, as the runtime has it do."""
        plan = self.random.choices(_PLANS, [plan.weight for plan in _PLANS])[0]
        lead = self._lead(plan.kinds)
        if (plan.kinds and not lead) or (plan.tactic is Tactic.COMPARE and len(self.scene.goods) < 2):
            return None
        evidence = self.scene.evidence
        if lead:  # the runtime puts what was asked for right behind the price
            evidence = replace(evidence, facts=tuple(sorted(evidence.facts, key=partial(_place, lead.fact))))
        template = template_reply(plan.tactic, plan.intent, self._dear(evidence), self._any_turn(), None)
        opening = certain_opening(template)
        said = opening + self._next_sentence(template.text, opening)
        if not self._about(plan, lead, said):
            return None
        question = self._plan_question(plan, lead)
        told = [one for facts in (*self.scene.known, self.scene.shop) for one in facts if one.value in said]
        added, facts = self._follow(self._follow_key(plan, said), told)
        made = tidy(said + added), tuple(one.fact.id for one in (*told, *facts))
        return Turn(question, plan.tactic, *made)

    def _any_turn(self) -> DialogueState:
        return replace(self.scene.state, turn=self.random.randrange(6))

    def _dear(self, evidence: Evidence) -> Evidence:
        """What costs more than the customer wants to pay is found with that reason, as retrieval gives it."""
        most = self.scene.state.budget_max
        hits = [replace(h, reason="超预算" if most and h.product.price > most else "") for h in evidence.hits]
        return replace(evidence, hits=tuple(hits))

    def _next_sentence(self, template: str, opening: str) -> str:
        """The template's second sentence where the first tells nothing of the goods, or at times."""
        bare = opening.endswith("预算") or (opening.startswith(_BARE) and self.random.random() < 0.6)
        second = template.removeprefix(opening).lstrip("。").split("。")[0]
        return f"。{second}" if opening and second and bare else ""

    def _about(self, plan: Plan, lead: Said | None, said: str) -> bool:
        """Whether the template speaks about what this plan is for."""
        if plan.key == "faq":
            return lead is not None and said.startswith(lead.value[:4])
        if plan.key in ("offer", "service"):
            return bool(said)
        return bool(said) and bool(self.scene.goods) and self.scene.goods[0].name in said

    def _lead(self, kinds: frozenset[FactKind]) -> Said | None:
        fitting = [said for said in (*self.first, *self.scene.shop) if said.fact.kind in kinds]
        return self.random.choice(fitting) if fitting else None

    def _plan_question(self, plan: Plan, lead: Said | None) -> str:
        if lead and lead.fact.kind is FactKind.SPEC:
            return self._spec_question(lead.name)
        if lead and lead.fact.kind in _ANSWERS:
            self.goal = self.random.choice(tuple(Intent))
            return self._ask(lead.name, {})
        if lead and lead.fact.id.endswith(".colors"):
            return self.question("color")
        want = self.random.choice(self.scene.state.features or tuple(self.features()) or ("省电",))
        return self.question(plan.question, f=want, who=self.scene.state.who or "家里人")

    def _follow_key(self, plan: Plan, opening: str) -> str:
        if "缺货" in opening:
            return "stock_out"
        return "no_offer" if plan.key == "offer" and "优惠" in opening and "资料" in opening else plan.key

    def _follow(self, key: str, told: list[Said]) -> tuple[str, list[Said]]:
        """Words after the opening, which states ``told``, and the facts that they add."""
        mood = _MOODS.get(self.mood)
        if mood and key in _MOODY and self.random.random() < 0.6:
            patterns = PARTS["follow_mood"][mood]
        else:
            patterns = PARTS["follow"][key]
        words = {"ask": self.ending(key), "who": self.scene.state.who or "", "tie": self.tie(sure=True)}
        facts = {}
        worth = [said for said in self.first if said.fact.kind in _WORTH and said not in told]
        if worth and key not in ("compare", "offer"):  # there another of the goods may be meant
            facts["w"] = self.random.choice(worth)
            words["w"] = self.phrase(facts["w"])
        if (second := self.of_kind(FactKind.PRICE, 1)) and second not in told:
            facts["x"] = second
            words["m"], words["x"] = self.scene.goods[1].name, self.phrase(second)
        usable = [p for p in patterns if all(words.get(slot) or slot == "ask" for slot in _SLOT.findall(p))]
        pattern = self.random.choice(usable or ["。{ask}"])
        used = [facts[slot] for slot in _SLOT.findall(pattern) if slot in facts]
        return pattern.format(**words), used

    # -- turns about one fact

    def price(self) -> Turn | None:
        said = self.of_kind(FactKind.PRICE)
        if not said:
            return None
        second = self.of_kind(FactKind.PRICE, 1)
        if second and self.random.random() < 0.4:
            made = self.reply("price_two", "plain", said, second)
            return self.turn(self.question("price_two"), Tactic.INFORM, made)
        question = self.question("price")
        beside = self.other(said)
        made = self.reply("price", "plain", said, *([beside] if beside else []))
        return self.turn(question, Tactic.INFORM, made)

    def spec(self) -> Turn | None:
        specs = [s for s in self.first if s.fact.kind is FactKind.SPEC]
        if not specs:
            return None
        said = self.random.choice(specs)
        beside = self.other(said)
        made = self.reply("spec", "plain", said, *([beside] if beside else []))
        return self.turn(self._spec_question(said.name), Tactic.INFORM, made)

    def _spec_question(self, name: str) -> str:
        self.goal = Intent.FUNCTION
        natural = PARTS["spec_question"].get(name)
        if natural and self.random.random() < 0.6:
            return self._ask(self.random.choice(natural), {})
        return self.question("spec", f=name)

    def unknown(self) -> Turn | None:
        """A spec that is not among the facts, asked of a product that is."""
        have = {s.name for s in self.first}
        tactic = self.random.choice((Tactic.INFORM, Tactic.ADMIT))
        if not self.first or self.random.random() < 0.3:
            made = self.reply("unknown_bare", "sorry")
            return self.turn(self.question("unknown_bare"), tactic, made)
        asked = self.random.choice([name for name in _ALL_SPECS if name not in have])
        known = self.other()
        made = self.reply("unknown", "sorry", *([known] if known else []), f=asked, n=self.name())
        return self.turn(self.question("unknown", f=asked), tactic, made)

    def feature(self) -> Turn | None:
        said, have = self.of_kind(FactKind.FEATURE, 0, ".features"), self.features()
        if not said:
            return None
        if self.random.random() < 0.65:
            asked = self.random.choice(have)
            beside = self.other(said)
            words = {} if beside else {"w": self.phrase(said)}
            made = self.reply("feature_yes", "yes", said, *([beside] if beside else []), f=asked, **words)
        else:
            asked = self.random.choice([f for f in _ALL_FEATURES if f not in have])
            made = self.reply("feature_no", "sorry", said, f=asked)
        return self.turn(self.question("feature", f=asked), Tactic.INFORM, made)

    def introduce(self) -> Turn | None:
        if not self.first:
            return None
        said = self.of_kind(FactKind.FEATURE, 0, ".features")
        told = self.of_kind(FactKind.FEATURE, 0, ".description")
        if told and (not said or self.random.random() < 0.6):
            beside = self.other(told)
            made = self.reply("description", "plain", told, *([beside] if beside else []))
        elif said:
            beside = self.other(said)
            made = self.reply("features", "plain", said, *([beside] if beside else []))
        else:
            price = self.of_kind(FactKind.PRICE)
            known = self.other(price) if price else None
            if not price or not known:
                return None
            made = self.reply("recommend", "plain", known, price)
        return self.turn(self.question("features"), Tactic.INFORM, made)

    def stock(self) -> Turn | None:
        said = self.of_kind(FactKind.STOCK, 0, ".stock")
        if not said:
            return None
        beside = self.other(said)
        if said.value == "暂时缺货":
            second = self.other(item=1) if len(self.scene.goods) > 1 and self.random.random() < 0.6 else None
            key = "stock_out_two" if second else "stock_out"
            made = self.reply(key, "sorry", said, *([second] if second else []))
        else:
            made = self.reply("stock", "yes", said, *([beside] if beside else []))
        return self.turn(self.question("stock"), Tactic.INFORM, made)

    def color(self) -> Turn | None:
        said = self.of_kind(FactKind.STOCK, 0, ".colors")
        if not said:
            return None
        return self.turn(self.question("color"), Tactic.INFORM, self.reply("color", "plain", said))

    def terms(self) -> Turn | None:
        """Delivery, installation or warranty, whichever the facts hold."""
        keys = {FactKind.DELIVERY: "delivery", FactKind.INSTALL: "install", FactKind.WARRANTY: "warranty"}
        known = [s for s in self.first if s.fact.kind in keys]
        if not known:
            return None
        said = self.random.choice(known)
        key, beside = keys[said.fact.kind], self.other(said)
        made = self.reply(key, "plain", said, *([beside] if beside else []))
        tactic = self.random.choice((Tactic.INFORM, Tactic.SERVICE)) if key == "warranty" else Tactic.INFORM
        return self.turn(self.question(key), tactic, made)

    def shop_question(self) -> Turn | None:
        answers = [s for s in self.scene.shop if s.fact.kind in (FactKind.FAQ, FactKind.POLICY)]
        if not answers:
            return None
        said = self.random.choice(answers)
        tactic = self.random.choice((Tactic.INFORM, Tactic.INFORM, Tactic.SERVICE))
        return self.turn(self._ask(said.name, {}), tactic, self.reply("faq", "plain", said))

    # -- turns that sell

    def recommend(self) -> Turn | None:
        if not self.first:
            return None
        price = self.of_kind(FactKind.PRICE)
        worth = [s for s in self.first if s.fact.kind in _WORTH and s is not price]
        fitting = [s for s in worth if s.fact.kind is FactKind.FEATURE]
        if not price or not worth:
            return None
        state, said = self.scene.state, self.random.choice((self.random.random() < 0.6 and fitting) or worth)
        want = self.random.choice(state.features or tuple(self.features()) or ("省电",))
        question = self.question("recommend", f=want, who=state.who or "家里人")
        if self.random.random() < 0.15:
            question = f"{self.random.randint(3, 99) * 100}{self.random.choice(_AROUND)}{self.category}"
        second = None
        if len(self.scene.goods) > 1 and self.random.random() < 0.35:
            second = next((s for s in self.scene.known[1] if s.fact.kind is FactKind.PRICE), None)
        if second:
            made = self.reply("recommend_two", "calm", price, second)
        elif state.who and state.who != "送人" and self.random.random() < 0.5:
            made = self.reply("recommend_who", "calm", said, price, who=state.who)
        else:
            made = self.reply("recommend", "calm", said, price)
        return self.turn(question, Tactic.RECOMMEND, made)

    def compare(self) -> Turn | None:
        if len(self.scene.goods) < 2:
            return None
        pairs = [
            (a, b) for a in self.first for b in self.scene.known[1]
            if a.fact.kind is b.fact.kind and a.name == b.name
        ]  # fmt: skip
        if not pairs and self.first and self.scene.known[1]:
            pairs = [(self.random.choice(self.first), self.random.choice(self.scene.known[1]))]
        if not pairs:
            return None
        a, b = self.random.choice(pairs)
        if len(self.scene.goods) == 3 and self.random.random() < 0.5:
            c = next(
                (s for s in self.scene.known[2] if s.fact.kind is a.fact.kind and s.name == a.name), None
            )
            c = c or self.other(item=2)
            if c:
                made = self.reply("compare_three", "plain", a, b, c)
                return self.turn(self.question("compare_three"), Tactic.COMPARE, made)
        made = self.reply("compare", "plain", a, b, end=self._verdict())
        return self.turn(self.question("compare"), Tactic.COMPARE, made)

    def _verdict(self) -> str:
        """看重静音的话选A: only for a feature that one of two has and the other has not."""
        mine, theirs = self.features(0), self.features(1)
        for item, have, lack in ((0, mine, theirs), (1, theirs, mine)):
            if lack and (only := [f for f in have if f not in lack]) and self.random.random() < 0.6:
                name = self.scene.goods[item].name
                return self.pick("reply", "compare_end").format(f=self.random.choice(only), n=name) + "。"
        return self.ending("compare")

    def _promotions(self) -> list[Said]:
        return [s for s in (*self.first, *self.scene.shop) if s.fact.kind is FactKind.PROMOTION]

    def offer(self) -> Turn | None:
        if not self.scene.goods:
            return None
        found = self._promotions()
        question = self.question("promotion")
        if not found:
            known = self.of_kind(FactKind.PRICE) or self.other()
            if not known:
                return None
            tactic = self.random.choice((Tactic.OFFER, Tactic.INFORM))
            return self.turn(question, tactic, self.reply("offer_none", "sorry", known))
        if self.random.random() < 0.3:
            question = self.question(self.random.choice(("bargain", "close_hesitant")))
        if len(found) > 1 and self.random.random() < 0.5:
            return self.turn(question, Tactic.OFFER, self.reply("offer_two", "plain", *found[:2]))
        beside = self.other(found[0])
        made = self.reply("offer", "plain", found[0], *([beside] if beside else []))
        return self.turn(question, self.random.choice((Tactic.OFFER, Tactic.OFFER, Tactic.INFORM)), made)

    def hold_price(self) -> Turn | None:
        price = self.of_kind(FactKind.PRICE)
        if not price:
            return None
        opening = self.random.choice(("value", "value", "sorry"))
        question = self.question("bargain")
        if self.random.random() < 0.15:
            question = f"{self.random.randint(2, 99) * 50}{self.random.choice(_BIDS)}"
        found = self._promotions()
        if found and self.random.random() < 0.6:
            return self.turn(question, Tactic.HOLD_PRICE, self.reply("hold_offer", opening, found[0]))
        values = [s for s in self.first if s.fact.kind in _WORTH and s is not price]
        beside = self.random.choice(values) if values else None
        made = self.reply("hold", opening, price, *([beside] if beside else []))
        return self.turn(question, Tactic.HOLD_PRICE, made)

    def close(self) -> Turn | None:
        said = self.other()
        if not said:
            return None
        stock = self.of_kind(FactKind.STOCK, 0, ".stock")
        if stock and stock.value == "暂时缺货":
            return self.turn(
                self.question("close"), Tactic.CLOSE_SALE, self.reply("close_out", "sorry", stock)
            )
        beside = self.other(said)
        rest = [beside] if beside else []
        if self.random.random() < 0.35:
            made = self.reply("close_hesitant", "hesitant", said, *rest)
            return self.turn(self.question("close_hesitant"), Tactic.CLOSE_SALE, made)
        happy = self.random.random() < 0.3
        question = (self.pick("question", "happy") if happy else "") + self.question("close")
        made = self.reply("close", "happy" if happy else "calm", said, *rest)
        return self.turn(question, Tactic.CLOSE_SALE, made)

    def ask_back(self) -> Turn | None:
        missing = self._missing_slot()
        pattern = self.pick("question", "ask")
        if missing == "category" and "{c}" in pattern:
            return None
        self.goal = Intent.RECOMMEND
        question = self._ask(pattern, {})
        text = self.pick("ask_slot", missing).format(c=self.category)
        return Turn(
            question, Tactic.ASK, tidy(self.random.choice(("", "", "好的，", "可以的，", "没问题，")) + text)
        )

    def _missing_slot(self) -> str:
        """What to ask for, the same for the same needs, so that it can be learned."""
        state = self.scene.state
        if state.category is None:
            return "category"
        if state.budget_max is None:
            return "budget"
        if state.category in _BY_AREA and state.area_m2 is None:
            return "area"
        if state.category in _BY_PEOPLE and state.people is None:
            return "people"
        if state.who is None:
            return "who"
        return "place" if state.features else "feature"

    # -- turns that serve

    def service(self) -> Turn | None:
        angry = self.random.random() < 0.4
        question = self.question("service_angry" if angry else "service")
        opening = "angry" if angry else "sorry"
        said = self.of_kind(FactKind.WARRANTY)
        if said and self.random.random() < 0.8:
            return self.turn(question, Tactic.SERVICE, self.reply("service", opening, said))
        return self.turn(question, Tactic.SERVICE, self.reply("service_bare", opening))

    def script(self) -> Said | None:
        return next((said for said in self.scene.shop if said.fact.kind is FactKind.SCRIPT), None)

    def scripted(self, question: str, tactic: Tactic) -> Turn | None:
        """Where nothing is asked about goods, the shop's own line is the reply."""
        line = self.script()
        return Turn(question, tactic, tidy(line.value), (line.fact.id,)) if line else None

    def hand_over(self) -> Turn | None:
        angry = self.random.random() < 0.5
        question = self.question(self.random.choice(("human_angry", "service_angry")) if angry else "human")
        own = self.scripted(question, Tactic.HAND_OVER) if self.random.random() < 0.8 else None
        return own or self.turn(
            question, Tactic.HAND_OVER, self.reply("hand_over", "angry" if angry else "ready")
        )

    def custom(self) -> Turn | None:
        tactic = self.random.choice((Tactic.HAND_OVER, Tactic.ADMIT))
        patterns = [text for text in PARTS["reply"]["custom"] if "{v}" not in text]
        text = self.random.choice(patterns).format(oh=self.pick("open", "ready"))
        return Turn(self.question("custom"), tactic, tidy(text))

    def greet(self) -> Turn | None:
        key = self.random.choice(("greet", "greet", "thanks"))
        question = self.question(key)
        own = self.scripted(question, Tactic.GREET) if key == "greet" else None
        return own or self.turn(question, Tactic.GREET, self.reply(key))

    def farewell(self) -> Turn | None:
        question = self.question("farewell")
        own = self.scripted(question, Tactic.FAREWELL) if self.random.random() < 0.8 else None
        return own or self.turn(question, Tactic.FAREWELL, self.reply("farewell"))

    def off_topic(self) -> Turn | None:
        tactic = self.random.choice((Tactic.GREET, Tactic.ADMIT, Tactic.INFORM))
        return self.turn(self.question("offtopic"), tactic, self.reply("offtopic"))


_K, _T, _I = FactKind, Tactic, Intent
_PLANS = (
    Plan("price", "price", _T.INFORM, _I.PRICE, 9),
    Plan("spec", "spec", _T.INFORM, _I.FUNCTION, 9, frozenset({_K.SPEC})),
    Plan("about", "features", _T.INFORM, _I.FUNCTION, 10, frozenset({_K.FEATURE})),
    Plan("stock", "stock", _T.INFORM, _I.STOCK, 5, frozenset({_K.STOCK})),
    Plan("delivery", "delivery", _T.INFORM, _I.DELIVERY, 4, frozenset({_K.DELIVERY})),
    Plan("install", "install", _T.INFORM, _I.INSTALL, 4, frozenset({_K.INSTALL})),
    Plan("warranty", "warranty", _T.INFORM, _I.WARRANTY, 5, frozenset({_K.WARRANTY})),
    Plan("faq", "price", _T.INFORM, _I.OTHER, 6, frozenset(_ANSWERS)),
    Plan("recommend", "recommend", _T.RECOMMEND, _I.RECOMMEND, 18),
    Plan("compare", "compare", _T.COMPARE, _I.COMPARE, 9),
    Plan("offer", "promotion", _T.OFFER, _I.PROMOTION, 8),
    Plan("hold", "bargain", _T.HOLD_PRICE, _I.BARGAIN, 9),
    Plan("order", "close", _T.CLOSE_SALE, _I.ORDER, 6),
    Plan("hesitate", "close_hesitant", _T.CLOSE_SALE, _I.NO_INTEREST, 8),
    Plan("service", "service", _T.SERVICE, _I.COMPLAINT, 4, frozenset({_K.WARRANTY})),
)  # fmt: skip

_LABELLED = {
    "unknown", "recommend", "recommend_who", "recommend_two", "compare", "compare_three",
    "close", "stock_out_two", "offer_none",
}  # fmt: skip

_TABLE: tuple[tuple[Callable[[Clerk], Turn | None], int], ...] = (
    (Clerk.price, 12), (Clerk.spec, 14), (Clerk.unknown, 7), (Clerk.feature, 8), (Clerk.introduce, 7),
    (Clerk.stock, 5), (Clerk.color, 3), (Clerk.terms, 11), (Clerk.shop_question, 6), (Clerk.recommend, 12),
    (Clerk.compare, 9), (Clerk.offer, 8), (Clerk.hold_price, 7), (Clerk.close, 6), (Clerk.ask_back, 4),
    (Clerk.service, 4), (Clerk.hand_over, 3), (Clerk.custom, 1), (Clerk.greet, 2), (Clerk.farewell, 2),
    (Clerk.off_topic, 2),
)  # fmt: skip
_TURNS = [make for make, _ in _TABLE]
_WEIGHTS = [weight for _, weight in _TABLE]


def _place(lead: Fact, fact: Fact) -> int:
    return 0 if fact.kind is FactKind.PRICE else 1 if fact is lead else 2


def tidy(text: str) -> str:
    """Punctuation as one would write it: none doubled, none at the start, an end mark at the end."""
    text = re.sub(r"([，。？！；：])[，。；]+", r"\1", text)
    text = text.lstrip("，。").rstrip("，；：")
    return text if text.endswith(("。", "？", "！")) else text + "。"
