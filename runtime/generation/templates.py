"""Replies without a generator: sentences of templates.toml, filled with nothing but this turn's facts.

They stand in when the model is absent or late, or when the guard has stopped it, so they hold no figure
that is not in a fact and no promise at all. Deterministic: the turn's number picks the phrasing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from runtime.types import (
    DialogueState,
    Evidence,
    Fact,
    FactKind,
    Intent,
    Product,
    Reply,
    SlotName,
    Source,
    Tactic,
)

_MAX_CARDS = 3
_MAX_FEATURES = 4
_MAX_SPECS = 3
_COLORS, _FEATURES, _DESCRIPTION = "颜色:", "特点:", "介绍:"

_TOPICS = {
    Intent.PRICE: (FactKind.PRICE, "price", "价格"),
    Intent.INSTALL: (FactKind.INSTALL, "install", "安装"),
    Intent.DELIVERY: (FactKind.DELIVERY, "delivery", "配送"),
    Intent.WARRANTY: (FactKind.WARRANTY, "warranty", "保修"),
    Intent.STOCK: (FactKind.STOCK, "stock", "库存"),
}

_QUESTIONS = {Intent.PRICE, Intent.FUNCTION, Intent.STOCK}  # to be answered before an offer is made


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
class _Part:
    """Some words, the facts that they state and the goods that they are about."""

    text: str = ""
    facts: tuple[str, ...] = ()
    products: tuple[str, ...] = ()

    def __add__(self, other: _Part) -> _Part:
        return _Part(self.text + other.text, self.facts + other.facts, self.products + other.products)


@dataclass(frozen=True, slots=True)
class _Turn:
    """What the sentences of one turn are formed from."""

    intent: Intent
    evidence: Evidence
    state: DialogueState
    ask: SlotName | None

    @property
    def goods(self) -> list[Product]:
        """Goods in the evidence, the one in focus first."""
        found = [hit.product for hit in self.evidence.hits]
        return sorted(found, key=lambda product: product.id != self.state.focus)

    def facts(self, product: Product, kind: FactKind) -> list[Fact]:
        return [fact for fact in self.evidence.facts if fact.product_id == product.id and fact.kind is kind]

    def fact(self, product: Product, kind: FactKind) -> Fact | None:
        return next(iter(self.facts(product, kind)), None)

    def lead(self, product: Product) -> Fact | None:
        """What stands right behind the price: what the words asked for, if any fact tells it."""
        about = (f for f in self.evidence.facts if f.product_id == product.id and f.kind is not FactKind.FAQ)
        return next((fact for fact in about if fact.kind is not FactKind.PRICE), None)

    def labelled(self, product: Product, label: str) -> Fact | None:
        """The fact about ``product`` whose text begins with ``label``."""
        about = (fact for fact in self.evidence.facts if fact.product_id == product.id)
        return next((fact for fact in about if fact.text.startswith(label)), None)

    def features(self, product: Product) -> Fact | None:
        return self.labelled(product, _FEATURES)

    def general(self, *kinds: FactKind) -> Fact | None:
        """The first fact of these kinds that is about no product, or about the one in focus."""
        about = {None, self.goods[0].id if self.goods else None}
        return next((f for f in self.evidence.facts if f.kind in kinds and f.product_id in about), None)

    def say(self, key: str, *facts: Fact | None, product: Product | None = None, **words: str) -> _Part:
        """The turn's phrasing of ``key``, filled with ``words``."""
        lines = _lines()[key]
        text = lines[self.state.turn % len(lines)].format(name=product.name if product else "", **words)
        shown = (product.id,) if product else ()
        return _Part(text, tuple(fact.id for fact in facts if fact), shown)


def template_reply(
    tactic: Tactic, intent: Intent, evidence: Evidence, state: DialogueState, ask: SlotName | None
) -> Reply:
    """The reply for ``tactic``; ``source`` is HANDOFF for 转人工, else TEMPLATE."""
    part = _SAYERS[tactic](_Turn(intent, evidence, state, ask))
    return Reply(
        text=part.text,
        source=Source.HANDOFF if tactic is Tactic.HAND_OVER else Source.TEMPLATE,
        facts=tuple(dict.fromkeys(part.facts)),
        products=tuple(dict.fromkeys(part.products))[:_MAX_CARDS],
    )


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


# --- one sayer for each tactic ---------------------------------------------------------------


def _greet(turn: _Turn) -> _Part:
    return turn.say("greet" if turn.state.turn <= 1 else "greet_again")


def _farewell(turn: _Turn) -> _Part:
    return turn.say("farewell")


def _hand_over(turn: _Turn) -> _Part:
    return turn.say("hand_over" if turn.intent is Intent.HUMAN else "apologise")


def _ask(turn: _Turn) -> _Part:
    if turn.ask in (SlotName.BUDGET, SlotName.AREA, SlotName.PEOPLE, SlotName.WHO):
        return turn.say(f"ask_{turn.ask}", category=turn.state.category or "商品")
    return turn.say("ask_product" if turn.intent is Intent.BARGAIN else "ask_category")


def _admit(turn: _Turn) -> _Part:
    if turn.intent in (Intent.RECOMMEND, Intent.CUSTOM) and not turn.goods:
        return turn.say("not_found")
    return turn.say("unknown")


def _inform(turn: _Turn) -> _Part:
    if not turn.goods:
        return _answer(turn) or turn.say("unknown")
    product = turn.goods[0]
    lead = turn.lead(product)
    if lead and lead.kind not in _EXPECTED.get(turn.intent, {FactKind.FEATURE}):
        return _tell(turn, product, lead) + (_answer(turn) or _Part())
    if turn.intent is Intent.PRICE:
        return _price(turn, product)
    if turn.intent is Intent.PROMOTION:
        return _offer(turn)
    if turn.intent is Intent.STOCK:
        return _stock(turn, product)
    if turn.intent in _TOPICS:
        return _topic(turn, product)
    return _answer(turn) or _describe(turn, product)


def _tell(turn: _Turn, product: Product, lead: Fact) -> _Part:
    """The fact that the words asked for, whatever the intent."""
    words = spoken(lead)
    if lead.kind is FactKind.PROMOTION:
        return turn.say("offer", lead, product=product, offer=words)
    if lead.kind is FactKind.SPEC:
        return turn.say("spec", lead, product=product, term=words)
    key = next((key for kind, key, _ in _TOPICS.values() if kind is lead.kind), None)
    if key is None:
        return _describe(turn, product)
    return turn.say(key, lead, product=product, price=words, term=words)


def _price(turn: _Turn, product: Product) -> _Part:
    part = _topic(turn, product) + _shortage(turn, product)
    if turn.state.focus is None and part.facts:
        part += _alternative(turn, product)
    return part


def _topic(turn: _Turn, product: Product) -> _Part:
    """The fact that was asked for, or the shop's general answer, or that it is not known."""
    kind, key, topic = _TOPICS[turn.intent]
    fact = turn.fact(product, kind)
    if fact is None:
        return _answer(turn) or turn.say("unknown_topic", product=product, topic=topic)
    words = spoken(fact)
    return turn.say(key, fact, product=product, price=words, term=words) + (_answer(turn) or _Part())


def _stock(turn: _Turn, product: Product) -> _Part:
    colors = turn.labelled(product, _COLORS)
    part = _topic(turn, product)
    if colors is None:
        return part
    told = turn.say("colors", colors, term=spoken(colors))
    return part + told if part.facts else _Part(product.name, (), (product.id,)) + told


def _describe(turn: _Turn, product: Product) -> _Part:
    features, specs = turn.features(product), _specs(turn, product)
    description = turn.labelled(product, _DESCRIPTION)
    part = turn.say("about", product=product)
    if description:
        part += turn.say("answer", description, term=spoken(description))
    if features:
        part += turn.say("features", features, features=_first_features(turn, features))
    if specs:
        part += turn.say("specs", *specs, term="，".join(map(spoken, specs)))
    if not part.facts:
        return turn.say("unknown_topic", product=product, topic="这一点")
    return part + _its_price(turn, product)


def _its_price(turn: _Turn, product: Product) -> _Part:
    price = turn.fact(product, FactKind.PRICE)
    return turn.say("its_price", price, price=spoken(price)) if price else _Part()


def _recommend(turn: _Turn) -> _Part:
    if not turn.goods:
        return turn.say("not_found")
    product = turn.goods[0]
    price, features = turn.fact(product, FactKind.PRICE), turn.features(product)
    if price and features:
        words = _first_features(turn, features)
        part = turn.say("recommend", price, features, product=product, price=spoken(price), features=words)
    elif price:
        part = turn.say("recommend_plain", price, product=product, price=spoken(price))
    else:
        part = turn.say("recommend_bare", product=product)
    area = _specs(turn, product, "面积") if turn.state.area_m2 else []
    if area:
        part += _Part(f"{spoken(area[0])}。", (area[0].id,))
    if any(hit.product is product and "超" in hit.reason for hit in turn.evidence.hits):
        part = turn.say("over_budget") + part
    return part + _shortage(turn, product) + _alternative(turn, product)


def _compare(turn: _Turn) -> _Part:
    if len(turn.goods) < 2:
        return _inform(turn)
    left, right = _compared(turn)
    first, second = _in_short(turn, left), _in_short(turn, right)
    text = turn.say("compare", first=first.text, second=second.text).text
    part = _Part(text, first.facts + second.facts, (left.id, right.id))
    ours, theirs = _only(turn, left, right), _only(turn, right, left)
    if ours and theirs:
        part += turn.say("compare_choose", product=left, other=right.name, left=ours, right=theirs)
    return part


def _offer(turn: _Turn) -> _Part:
    promotions = [fact for fact in turn.evidence.facts if fact.kind is FactKind.PROMOTION]
    fresh = [fact for fact in promotions if fact.id not in turn.state.offered] or promotions
    goods = {product.id: product for product in turn.goods}
    first = turn.goods[0].id if turn.goods else None
    own = sorted(fresh, key=lambda fact: (fact.product_id != first, fact.product_id is not None))
    asked = _inform(turn) if goods and turn.intent in _QUESTIONS else _Part()
    for fact in own:
        if fact.product_id in goods:
            product = goods[fact.product_id]
            told = turn.say("offer", fact, product=product, offer=spoken(fact))
            return asked + told + (_Part() if asked.facts else _its_price(turn, product))
        if fact.product_id is None:
            return asked + turn.say("offer_shop", fact, offer=spoken(fact)) + _Part(products=_card(turn))
    return _hold_price(turn)


def _hold_price(turn: _Turn) -> _Part:
    if not turn.goods:
        return turn.say("unknown")
    product = turn.goods[0]
    price, features = turn.fact(product, FactKind.PRICE), turn.features(product)
    if price is None:
        return turn.say("unknown_topic", product=product, topic="优惠")
    key = "hold_price" if turn.intent is Intent.BARGAIN else "no_offer"
    part = turn.say(key, price, product=product, price=spoken(price))
    if features:
        part += turn.say("features", features, features=_first_features(turn, features))
    return part


def _close_sale(turn: _Turn) -> _Part:
    if not turn.goods:
        return turn.say("ask_product")
    product = turn.goods[0]
    price, features = turn.fact(product, FactKind.PRICE), turn.features(product)
    if price is None:
        return turn.say("unknown_topic", product=product, topic="价格")
    if turn.intent is not Intent.ORDER:
        part = turn.say("reassure", price, product=product, price=spoken(price))
        if features:
            part += turn.say("features", features, features=_first_features(turn, features))
        return part
    if (shortage := _shortage(turn, product)).text:
        return shortage + turn.say("hand_over")
    return turn.say("close_sale", price, product=product, price=spoken(price)) + (_answer(turn) or _Part())


def _service(turn: _Turn) -> _Part:
    part = turn.say("service")
    warranty = turn.fact(turn.goods[0], FactKind.WARRANTY) if turn.goods else None
    if warranty and turn.state.focus == turn.goods[0].id:
        part += turn.say("service_warranty", warranty, product=turn.goods[0], term=spoken(warranty))
    return part + (_answer(turn) or _Part())


_SAYERS: Mapping[Tactic, Callable[[_Turn], _Part]] = {
    Tactic.INFORM: _inform,
    Tactic.RECOMMEND: _recommend,
    Tactic.COMPARE: _compare,
    Tactic.ASK: _ask,
    Tactic.OFFER: _offer,
    Tactic.HOLD_PRICE: _hold_price,
    Tactic.CLOSE_SALE: _close_sale,
    Tactic.SERVICE: _service,
    Tactic.HAND_OVER: _hand_over,
    Tactic.ADMIT: _admit,
    Tactic.GREET: _greet,
    Tactic.FAREWELL: _farewell,
}


# --- pieces of sentences ---------------------------------------------------------------------


def _answer(turn: _Turn) -> _Part | None:
    """The shop's own words from its questions and answers or its rules."""
    fact = turn.general(FactKind.FAQ, FactKind.POLICY)
    return turn.say("answer", fact, term=spoken(fact)) if fact else None


def _alternative(turn: _Turn, product: Product) -> _Part:
    """A second product with its price, and the cards of all that were found."""
    cards = _Part(products=tuple(found.id for found in turn.goods))
    for other in turn.goods:
        price = turn.fact(other, FactKind.PRICE)
        if other.id != product.id and price:
            return turn.say("also", price, other=other.name, price=spoken(price)) + cards
    return cards


def _shortage(turn: _Turn, product: Product) -> _Part:
    """That it is out of stock, if it is: nobody should learn that at the till."""
    stock = turn.fact(product, FactKind.STOCK)
    if stock is None or "缺货" not in stock.text:
        return _Part()
    return turn.say("stock", stock, product=product, term=spoken(stock))


def _card(turn: _Turn) -> tuple[str, ...]:
    return (turn.state.focus,) if turn.state.focus in {product.id for product in turn.goods} else ()


def _first_features(turn: _Turn, fact: Fact) -> str:
    """A product's features, those that the customer asked for first."""
    features = spoken(fact).split("、")
    wanted = [word for word in features if word in turn.state.features]
    others = [word for word in features if word not in turn.state.features]
    return "、".join((wanted + others)[:_MAX_FEATURES])


def _specs(turn: _Turn, product: Product, word: str = "") -> list[Fact]:
    return [fact for fact in turn.facts(product, FactKind.SPEC) if word in fact.text][:_MAX_SPECS]


def _compared(turn: _Turn) -> tuple[Product, Product]:
    """The two that were pointed at, in the order in which the customer sees them."""
    order = {product: place for place, product in enumerate(turn.state.shown)}
    goods = sorted(turn.goods, key=lambda product: order.get(product.id, len(order)))
    return goods[0], goods[1]


def _in_short(turn: _Turn, product: Product) -> _Part:
    price, features = turn.fact(product, FactKind.PRICE), turn.features(product)
    part = _Part(product.name)
    if price:
        part += _Part(spoken(price), (price.id,))
    if features:
        part += _Part(f"，特点是{_first_features(turn, features)}", (features.id,))
    return part


def _only(turn: _Turn, product: Product, other: Product) -> str:
    """What the one has and the other, as far as its facts say, has not."""
    mine, theirs = turn.features(product), turn.features(other)
    if not mine or not theirs:
        return ""
    known = set(spoken(theirs).split("、"))
    return "、".join([word for word in spoken(mine).split("、") if word not in known][:2])
