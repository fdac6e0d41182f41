"""Replies without a generator: sentences of templates.toml, filled with nothing but this turn's facts.

They stand in when the model is absent or late, or when the guard has stopped it, and they open what the
model goes on with, so they say all that must be said: the fact that was asked for first. They hold no
figure that is not in a fact and no promise at all. Deterministic: the turn's number picks the phrasing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from runtime.generation.phrases import Part, Told, spoken
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
    Understanding,
)

__all__ = ["spoken", "template_reply"]

_MAX_CARDS = 3
_MOST_NEAR = 5
_TOPICS = {
    Intent.PRICE: (FactKind.PRICE, "price", "价格"),
    Intent.INSTALL: (FactKind.INSTALL, "install", "安装"),
    Intent.DELIVERY: (FactKind.DELIVERY, "delivery", "配送"),
    Intent.WARRANTY: (FactKind.WARRANTY, "warranty", "保修"),
    Intent.STOCK: (FactKind.STOCK, "stock", "库存"),
}
_TERMS = {
    FactKind.INSTALL: "install",
    FactKind.DELIVERY: "delivery",
    FactKind.WARRANTY: "warranty",
    FactKind.STOCK: "stock",
}
_PRICED = {Intent.RECOMMEND, Intent.CUSTOM, Intent.PRICE}  # whatever else is asked, its price is told too
_MONEY = {Intent.PRICE, Intent.BARGAIN, Intent.PROMOTION}
_QUESTIONS = {Intent.PRICE, Intent.FUNCTION, Intent.STOCK}  # to be answered before an offer is made


def template_reply(
    tactic: Tactic,
    intent: Intent,
    evidence: Evidence,
    state: DialogueState,
    ask: SlotName | None,
    said: Understanding | None = None,
) -> Reply:
    """The reply for ``tactic``; ``source`` is HANDOFF for 转人工, else TEMPLATE.

    With the customer's own words (``said``) what they ask for is told first; without, the facts' order
    tells what was asked for.
    """
    part = _SAYERS[tactic](Told(intent, evidence, state, ask, said))
    return Reply(
        text=part.text,
        source=Source.HANDOFF if tactic is Tactic.HAND_OVER else Source.TEMPLATE,
        facts=tuple(dict.fromkeys(part.facts)),
        products=tuple(dict.fromkeys(part.products))[:_MAX_CARDS],
    )


# --- one sayer for each tactic ---------------------------------------------------------------


def _greet(turn: Told) -> Part:
    return turn.say("greet" if turn.state.turn <= 1 else "greet_again")


def _farewell(turn: Told) -> Part:
    return turn.answers() + turn.say("farewell")


def _hand_over(turn: Told) -> Part:
    part = turn.say("hand_over" if turn.intent is Intent.HUMAN else "apologise")
    return (part + _of_sheet(turn, turn.goods[0]) if turn.goods else part) + turn.answers()


def _ask(turn: Told) -> Part:
    if turn.ask in (SlotName.BUDGET, SlotName.AREA, SlotName.PEOPLE, SlotName.WHO):
        question = turn.say(f"ask_{turn.ask}", category=turn.state.category or "商品")
        return _suggest(turn) + question
    return turn.say("ask_product" if turn.intent is Intent.BARGAIN else "ask_category")


def _suggest(turn: Told) -> Part:
    """Something to look at while one more thing is asked."""
    if not turn.goods:
        return Part()
    product = turn.goods[0]
    price, description = turn.fact(product, FactKind.PRICE), turn.description(product)
    if price is None:
        return Part()
    part = turn.say("suggest", price, product=product, price=spoken(price))
    if description:
        part += turn.say("answer", description, term=spoken(description))
    return (
        part + turn.tell(product, turn.asked(product, part.facts), named=False) + _alternative(turn, product)
    )


def _admit(turn: Told) -> Part:
    if turn.goods:
        return _unknown(turn, turn.goods[0])
    turned_down = turn.state.excluded or turn.state.rejected
    if turn.state.category and not turned_down:
        return turn.say("not_sold", category=turn.state.category)
    if turn.intent in (Intent.RECOMMEND, Intent.CUSTOM):
        return turn.say("not_found")
    return turn.say("unknown") + turn.answers()


def _inform(turn: Told) -> Part:
    if not turn.goods:
        return turn.answers() or turn.say("unknown")
    product = turn.goods[0]
    told = _told(turn, product)
    told += _new_price(turn, product, told)
    if told.facts and (hedge := turn.hedge(product)):
        told += _about(turn, product, told) + hedge
    return turn.sorry() + _other_brand(turn) + told


def _about(turn: Told, product: Product, told: Part) -> Part:
    """What ``product`` is like, where that is not told yet: it may hold what the customer means."""
    about = turn.description(product)
    known = about is None or about.id in told.facts or turn.has_said(spoken(about))
    return Part() if about is None or known else turn.say("answer", about, term=spoken(about))


def _told(turn: Told, product: Product) -> Part:
    """What the words ask for of ``product``, else what the intent is about."""
    known, answers = turn.answer(product), turn.answers()
    asked = turn.asked(product)
    if known.is_unknown:
        return answers or _unknown(turn, product)
    if turn.asks_missing_offer(product) and all(fact.kind is FactKind.PRICE for fact in asked):
        return _no_offer(turn, product) + answers
    if turn.intent is Intent.PRICE and (not asked or asked[0].kind is FactKind.PRICE):
        part = _price(turn, product)
        return part + turn.tell(product, turn.asked(product, part.facts), named=False) + answers
    if asked and asked[0].kind in (FactKind.SPEC, FactKind.FEATURE) and answers:
        return answers + turn.tell(product, asked, named=True)
    if asked:
        return turn.tell(product, asked, named=True) + _colors_too(turn, product, asked) + answers
    if turn.intent is Intent.PROMOTION:
        return _offer(turn)
    if turn.intent is Intent.STOCK:
        return _stock(turn, product) + answers
    if turn.intent in _TOPICS:
        return _topic(turn, product) + answers
    return answers + Part(products=(product.id,)) if answers else _describe(turn, product)


def _no_offer(turn: Told, product: Product) -> Part:
    """Who speaks of an offer that there is not hears so, and what it costs."""
    price = turn.fact(product, FactKind.PRICE)
    return turn.say("no_offer", price, product=product, price=spoken(price)) if price else turn.say("unknown")


def _unknown(turn: Told, product: Product) -> Part:
    """That it is not known, with what comes nearest, and the price where money is talked about."""
    part = turn.say("unknown") + (turn.answers() or _near(turn, product))
    if turn.intent not in _MONEY or turn.prices_part(product):
        return part
    return part + _its_price(turn, product) + _own_offer(turn, product)


def _near(turn: Told, product: Product) -> Part:
    """What comes nearest to what is not known, else what the sheet says and was not said yet."""
    known = (turn.description(product), *turn.facts(product, FactKind.SPEC))
    rest = [fact for fact in known if fact and not turn.has_said(spoken(fact))]
    near = turn.answer(product).near[:1] or tuple(rest[:_MOST_NEAR])
    return turn.say("near", *near, product=product, term="，".join(map(spoken, near))) if near else Part()


def _new_price(turn: Told, product: Product, told: Part) -> Part:
    """The price of a product that was not talked about yet, where something of it is ``told``."""
    of_it = {fact.id: fact.kind for fact in turn.about(product)}
    kinds = {of_it[fact] for fact in told.facts if fact in of_it}
    wanted = turn.is_new(product) or turn.intent in _PRICED
    if not kinds or not wanted or turn.prices_part(product):
        return Part()
    price = Part() if FactKind.PRICE in kinds else _its_price(turn, product)
    return price if FactKind.STOCK in kinds else price + _shortage(turn, product)


def _price(turn: Told, product: Product) -> Part:
    part = _topic(turn, product)
    if not part.facts:
        return part
    part += _own_offer(turn, product) + _shortage(turn, product)
    return part + _alternative(turn, product) if turn.state.focus is None else part


def _own_offer(turn: Told, product: Product) -> Part:
    """The offer on the very product, with its price: who asks what it costs wants to know."""
    offers = turn.facts(product, FactKind.PROMOTION)
    return turn.say("with_offer", offers[0], offer=spoken(offers[0])) if offers else Part()


def _topic(turn: Told, product: Product) -> Part:
    """The fact that was asked for, or the shop's general answer, or that it is not known."""
    kind, key, topic = _TOPICS[turn.intent]
    fact = turn.fact(product, kind)
    if fact is None:
        return Part() if turn.answers() else turn.say("unknown_topic", product=product, topic=topic)
    words = spoken(fact)
    return turn.say(key, fact, product=product, price=words, term=words)


def _stock(turn: Told, product: Product) -> Part:
    part, colors = _topic(turn, product), turn.colors(product)
    return part + turn.tell(product, [colors], named=not part.facts) if colors else part


def _colors_too(turn: Told, product: Product, asked: list[Fact]) -> Part:
    """Who asks whether it is there in white hears of both."""
    if turn.intent is not Intent.STOCK or not asked[0].id.endswith((".colors", ".stock")):
        return Part()
    kinds = (turn.fact(product, FactKind.STOCK), turn.colors(product))
    rest = [fact for fact in kinds if fact and fact not in asked]
    return turn.tell(product, rest, named=False)


def _describe(turn: Told, product: Product) -> Part:
    features, specs, description = turn.features(product), turn.specs(product), turn.description(product)
    part = turn.say("about", product=product)
    if description:
        part += turn.say("answer", description, term=spoken(description))
    if features:
        part += turn.say("features", features, features=turn.first_features(features))
    if specs:
        part += turn.say("specs", *specs, term="，".join(map(spoken, specs)))
    if not part.facts:
        return turn.say("unknown_topic", product=product, topic="这一点")
    return part + _its_price(turn, product)


def _its_price(turn: Told, product: Product) -> Part:
    price = turn.fact(product, FactKind.PRICE)
    return turn.say("its_price", price, price=spoken(price)) if price else Part()


def _recommend(turn: Told) -> Part:
    if not turn.goods:
        return _admit(turn)
    product = turn.goods[0]
    price, features, description = (
        turn.fact(product, FactKind.PRICE),
        turn.features(product),
        turn.description(product),
    )
    if price and features:
        words = turn.first_features(features)
        part = turn.say("recommend", price, features, product=product, price=spoken(price), features=words)
    elif price:
        part = turn.say("recommend_plain", price, product=product, price=spoken(price))
    else:
        part = turn.say("recommend_bare", product=product)
    if description:
        part += turn.say("answer", description, term=spoken(description))
    asked = [fact for fact in turn.asked(product, part.facts) if fact not in (features, description)]
    part += turn.tell(product, [*asked, *turn.needed(product, asked)], named=False)
    part = _other_brand(turn) + _over_budget(turn, product) + part
    return part + turn.answers() + _shortage(turn, product) + _alternative(turn, product)


def _over_budget(turn: Told, product: Product) -> Part:
    over = any(hit.product is product and "超" in hit.reason for hit in turn.evidence.hits)
    return turn.say("over_budget") if over else Part()


def _other_brand(turn: Told) -> Part:
    """That the brand asked for is not sold, before goods of another are praised."""
    wanted = turn.state.brand
    if not wanted or not turn.names_brand or any(product.brand == wanted for product in turn.goods):
        return Part()
    return turn.say("other_brand", brand=wanted, category=turn.state.category or "商品")


def _compare(turn: Told) -> Part:
    if len(turn.goods) < 2:
        return _inform(turn)
    left, right = turn.compared()
    first, second = _in_short(turn, left), _in_short(turn, right)
    text = turn.say("compare", first=first.text, second=second.text).text
    part = Part(text, first.facts + second.facts, (left.id, right.id))
    ours, theirs = _only(turn, left, right), _only(turn, right, left)
    if ours and theirs:
        part += turn.say("compare_choose", product=left, other=right.name, left=ours, right=theirs)
    return part + turn.answers()


def _in_short(turn: Told, product: Product) -> Part:
    price, features = turn.fact(product, FactKind.PRICE), turn.features(product)
    part = Part(product.name)
    if price:
        part += Part(spoken(price), (price.id,))
    if features:
        part += Part(f"，特点是{turn.first_features(features)}", (features.id,))
    for fact in turn.asked(product, part.facts) if turn.said else ():
        part += Part(f"，{spoken(fact)}", (fact.id,))
    return part


def _only(turn: Told, product: Product, other: Product) -> str:
    """What the one has and the other, as far as its facts say, has not."""
    mine, theirs = turn.features(product), turn.features(other)
    if not mine or not theirs:
        return ""
    known = set(spoken(theirs).split("、"))
    return "、".join([word for word in spoken(mine).split("、") if word not in known][:2])


def _offer(turn: Told) -> Part:
    promotions = [fact for fact in turn.evidence.facts if fact.kind is FactKind.PROMOTION]
    fresh = [fact for fact in promotions if fact.id not in turn.state.offered] or promotions
    goods = {product.id: product for product in turn.goods}
    first = turn.goods[0].id if turn.goods else None
    own = sorted(fresh, key=lambda fact: (fact.product_id != first, fact.product_id is not None))
    asked = _told(turn, turn.goods[0]) if goods and turn.intent in _QUESTIONS else Part()
    for fact in own:
        if fact.id in asked.facts:
            return asked
        if fact.product_id in goods:
            product = goods[fact.product_id]
            told = turn.say("offer", fact, product=product, offer=spoken(fact))
            told += _rest(turn, product, told)
            told += turn.say("manager") if turn.intent is Intent.BARGAIN else Part()
            return asked + told + (Part() if asked.facts else _its_price(turn, product) + turn.answers())
        if fact.product_id is None:
            told = turn.say("offer_shop", fact, offer=spoken(fact)) + Part(products=turn.card())
            return asked + told + (Part() if asked.facts else turn.answers())
    return asked if asked.facts else _hold_price(turn)


def _rest(turn: Told, product: Product, told: Part) -> Part:
    """What else was asked of its sheet, and that more is not known."""
    sheet = (FactKind.SPEC, FactKind.FEATURE, FactKind.INSTALL, FactKind.WARRANTY)
    more = [fact for fact in turn.asked(product, told.facts) if fact.kind in sheet]
    return turn.tell(product, more, named=False) + turn.hedge(product)


def _hold_price(turn: Told) -> Part:
    if not turn.goods:
        return turn.answers() or turn.say("unknown")
    product = turn.goods[0]
    price, features = turn.fact(product, FactKind.PRICE), turn.features(product)
    if price is None:
        return turn.say("unknown_topic", product=product, topic="优惠")
    if turn.intent is not Intent.BARGAIN and (answers := turn.answers()):
        return answers + turn.say("price", price, product=product, price=spoken(price))
    key = "hold_price" if turn.intent is Intent.BARGAIN else "no_offer"
    part = turn.say(key, price, product=product, price=spoken(price))
    if features:
        part += turn.say("features", features, features=turn.first_features(features))
    offers = turn.facts(product, FactKind.PROMOTION)[:1]
    part += turn.tell(product, offers, named=False)
    return part + turn.tell(product, turn.asked(product, part.facts), named=False) + turn.answers()


def _close_sale(turn: Told) -> Part:
    if not turn.goods:
        return turn.answers() or turn.say("ask_product")
    product = turn.goods[0]
    price, features = turn.fact(product, FactKind.PRICE), turn.features(product)
    if price is None:
        return turn.say("unknown_topic", product=product, topic="价格")
    if turn.intent is not Intent.ORDER:
        part = turn.say("reassure", price, product=product, price=spoken(price))
        part += turn.tell(product, turn.asked(product, part.facts), named=False)
        if features and features.id not in part.facts:
            part += turn.say("features", features, features=turn.first_features(features))
        return part + turn.hedge(product)
    if (shortage := _shortage(turn, product)).text:
        return shortage + turn.say("hand_over")
    part = turn.say("close_sale", price, product=product, price=spoken(price))
    part += turn.tell(product, turn.asked(product, part.facts), named=False) + turn.answers()
    return part + turn.say("hedge") if turn.answer(product).is_unknown and not turn.answers() else part


def _service(turn: Told) -> Part:
    part = turn.say("service")
    if turn.goods and (told := _of_sheet(turn, turn.goods[0])):
        return part + told
    warranty = turn.fact(turn.goods[0], FactKind.WARRANTY) if turn.goods else None
    if warranty and turn.state.focus == turn.goods[0].id:
        part += turn.say("service_warranty", warranty, product=turn.goods[0], term=spoken(warranty))
    return part + turn.answers()


def _of_sheet(turn: Told, product: Product) -> Part:
    """What the sheet says of the fault, where it does: 麦克风能拔下来."""
    sheet = [f for f in turn.asked(product) if f.kind in (FactKind.SPEC, FactKind.FEATURE)]
    return turn.tell(product, sheet, named=True)


_SAYERS: Mapping[Tactic, Callable[[Told], Part]] = {
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


def _alternative(turn: Told, product: Product) -> Part:
    """The other goods with their prices, and the cards of all that were found."""
    cards = Part(products=tuple(found.id for found in turn.goods))
    others = [found for found in turn.goods if found.id != product.id]
    priced = [(other, price) for other in others if (price := turn.fact(other, FactKind.PRICE))]
    if not priced:
        return cards
    told = "、".join(other.name + spoken(price) for other, price in priced)
    return turn.say("also", *(price for _, price in priced), others=told) + cards


def _shortage(turn: Told, product: Product) -> Part:
    """That it is out of stock, if it is: nobody should learn that at the till."""
    stock = turn.fact(product, FactKind.STOCK)
    if stock is None or "缺货" not in stock.text:
        return Part()
    return turn.say("stock", stock, product=product, term=spoken(stock))
