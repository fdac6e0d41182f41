"""Turns of every other kind, each a function of the clerk: None where its scene has no use for it."""

from __future__ import annotations

from collections.abc import Callable

from export.data.clerk import WORTH, Clerk, Turn, missing_slot, tidy
from export.data.goods import KINDS
from export.data.scenes import ALL_FEATURES, PARTS, Said
from runtime.types import FactKind, Intent, Tactic

_AROUND = ("左右的", "以内的", "块的", "元")
_BIDS = ("卖不卖", "块行不行", "我就要了", "可以吗")
_ALL_SPECS = sorted({spec.split("=")[0] for kind in KINDS for spec in kind.specs.split(";")})


# -- turns about one fact


def price(clerk: Clerk) -> Turn | None:
    said = clerk.of_kind(FactKind.PRICE)
    if not said:
        return None
    second = clerk.of_kind(FactKind.PRICE, 1)
    if second and clerk.random.random() < 0.4:
        made = clerk.reply("price_two", "plain", said, second)
        return clerk.turn(clerk.question("price_two"), Tactic.INFORM, made)
    question = clerk.question("price")
    beside = clerk.other(said)
    made = clerk.reply("price", "plain", said, *([beside] if beside else []))
    return clerk.turn(question, Tactic.INFORM, made)


def spec(clerk: Clerk) -> Turn | None:
    specs = [s for s in clerk.first if s.fact.kind is FactKind.SPEC]
    if not specs:
        return None
    said = clerk.random.choice(specs)
    beside = clerk.other(said)
    made = clerk.reply("spec", "plain", said, *([beside] if beside else []))
    return clerk.turn(clerk.spec_question(said.name), Tactic.INFORM, made)


def unknown(clerk: Clerk) -> Turn | None:
    """A spec that is not among the facts, asked of a product that is."""
    have = {s.name for s in clerk.first}
    tactic = clerk.random.choice((Tactic.INFORM, Tactic.ADMIT))
    if not clerk.first or clerk.random.random() < 0.3:
        made = clerk.reply("unknown_bare", "sorry")
        return clerk.turn(clerk.question("unknown_bare"), tactic, made)
    asked = clerk.random.choice([name for name in _ALL_SPECS if name not in have])
    known = clerk.other()
    made = clerk.reply("unknown", "sorry", *([known] if known else []), f=asked, n=clerk.name())
    return clerk.turn(clerk.question("unknown", f=asked), tactic, made)


def feature(clerk: Clerk) -> Turn | None:
    said, have = clerk.of_kind(FactKind.FEATURE, 0, ".features"), clerk.features()
    if not said:
        return None
    if clerk.random.random() < 0.65:
        asked = clerk.random.choice(have)
        beside = clerk.other(said)
        words = {} if beside else {"w": clerk.phrase(said)}
        made = clerk.reply("feature_yes", "yes", said, *([beside] if beside else []), f=asked, **words)
    else:
        asked = clerk.random.choice([f for f in ALL_FEATURES if f not in have])
        made = clerk.reply("feature_no", "sorry", said, f=asked)
    return clerk.turn(clerk.question("feature", f=asked), Tactic.INFORM, made)


def introduce(clerk: Clerk) -> Turn | None:
    if not clerk.first:
        return None
    said = clerk.of_kind(FactKind.FEATURE, 0, ".features")
    told = clerk.of_kind(FactKind.FEATURE, 0, ".description")
    if told and (not said or clerk.random.random() < 0.6):
        beside = clerk.other(told)
        made = clerk.reply("description", "plain", told, *([beside] if beside else []))
    elif said:
        beside = clerk.other(said)
        made = clerk.reply("features", "plain", said, *([beside] if beside else []))
    else:
        price = clerk.of_kind(FactKind.PRICE)
        known = clerk.other(price) if price else None
        if not price or not known:
            return None
        made = clerk.reply("recommend", "plain", known, price)
    return clerk.turn(clerk.question("features"), Tactic.INFORM, made)


def stock(clerk: Clerk) -> Turn | None:
    said = clerk.of_kind(FactKind.STOCK, 0, ".stock")
    if not said:
        return None
    beside = clerk.other(said)
    if said.value == "暂时缺货":
        second = clerk.other(item=1) if len(clerk.scene.goods) > 1 and clerk.random.random() < 0.6 else None
        key = "stock_out_two" if second else "stock_out"
        made = clerk.reply(key, "sorry", said, *([second] if second else []))
    else:
        made = clerk.reply("stock", "yes", said, *([beside] if beside else []))
    return clerk.turn(clerk.question("stock"), Tactic.INFORM, made)


def color(clerk: Clerk) -> Turn | None:
    said = clerk.of_kind(FactKind.STOCK, 0, ".colors")
    if not said:
        return None
    return clerk.turn(clerk.question("color"), Tactic.INFORM, clerk.reply("color", "plain", said))


def terms(clerk: Clerk) -> Turn | None:
    """Delivery, installation or warranty, whichever the facts hold."""
    keys = {FactKind.DELIVERY: "delivery", FactKind.INSTALL: "install", FactKind.WARRANTY: "warranty"}
    known = [s for s in clerk.first if s.fact.kind in keys]
    if not known:
        return None
    said = clerk.random.choice(known)
    key, beside = keys[said.fact.kind], clerk.other(said)
    made = clerk.reply(key, "plain", said, *([beside] if beside else []))
    tactic = clerk.random.choice((Tactic.INFORM, Tactic.SERVICE)) if key == "warranty" else Tactic.INFORM
    return clerk.turn(clerk.question(key), tactic, made)


def shop_question(clerk: Clerk) -> Turn | None:
    answers = [s for s in clerk.scene.shop if s.fact.kind in (FactKind.FAQ, FactKind.POLICY)]
    if not answers:
        return None
    said = clerk.random.choice(answers)
    tactic = clerk.random.choice((Tactic.INFORM, Tactic.INFORM, Tactic.SERVICE))
    return clerk.turn(clerk.ask(said.name, {}), tactic, clerk.reply("faq", "plain", said))


# -- turns that sell


def recommend(clerk: Clerk) -> Turn | None:
    if not clerk.first:
        return None
    price = clerk.of_kind(FactKind.PRICE)
    worth = [s for s in clerk.first if s.fact.kind in WORTH and s is not price]
    fitting = [s for s in worth if s.fact.kind is FactKind.FEATURE]
    if not price or not worth:
        return None
    state, said = clerk.scene.state, clerk.random.choice((clerk.random.random() < 0.6 and fitting) or worth)
    want = clerk.random.choice(state.features or tuple(clerk.features()) or ("省电",))
    question = clerk.question("recommend", f=want, who=state.who or "家里人")
    if clerk.random.random() < 0.15:
        question = f"{clerk.random.randint(3, 99) * 100}{clerk.random.choice(_AROUND)}{clerk.category}"
    second = None
    if len(clerk.scene.goods) > 1 and clerk.random.random() < 0.35:
        second = next((s for s in clerk.scene.known[1] if s.fact.kind is FactKind.PRICE), None)
    if second:
        made = clerk.reply("recommend_two", "calm", price, second)
    elif state.who and state.who != "送人" and clerk.random.random() < 0.5:
        made = clerk.reply("recommend_who", "calm", said, price, who=state.who)
    else:
        made = clerk.reply("recommend", "calm", said, price)
    return clerk.turn(question, Tactic.RECOMMEND, made)


def compare(clerk: Clerk) -> Turn | None:
    if len(clerk.scene.goods) < 2:
        return None
    pairs = [
        (a, b) for a in clerk.first for b in clerk.scene.known[1]
        if a.fact.kind is b.fact.kind and a.name == b.name
    ]  # fmt: skip
    if not pairs and clerk.first and clerk.scene.known[1]:
        pairs = [(clerk.random.choice(clerk.first), clerk.random.choice(clerk.scene.known[1]))]
    if not pairs:
        return None
    a, b = clerk.random.choice(pairs)
    if len(clerk.scene.goods) == 3 and clerk.random.random() < 0.5:
        c = next((s for s in clerk.scene.known[2] if s.fact.kind is a.fact.kind and s.name == a.name), None)
        c = c or clerk.other(item=2)
        if c:
            made = clerk.reply("compare_three", "plain", a, b, c)
            return clerk.turn(clerk.question("compare_three"), Tactic.COMPARE, made)
    made = clerk.reply("compare", "plain", a, b, end=_verdict(clerk))
    return clerk.turn(clerk.question("compare"), Tactic.COMPARE, made)


def _verdict(clerk: Clerk) -> str:
    """看重静音的话选A: only for a feature that one of two has and the other has not."""
    mine, theirs = clerk.features(0), clerk.features(1)
    for item, have, lack in ((0, mine, theirs), (1, theirs, mine)):
        if lack and (only := [f for f in have if f not in lack]) and clerk.random.random() < 0.6:
            name = clerk.scene.goods[item].name
            return clerk.pick("reply", "compare_end").format(f=clerk.random.choice(only), n=name) + "。"
    return clerk.ending("compare")


def _promotions(clerk: Clerk) -> list[Said]:
    return [s for s in (*clerk.first, *clerk.scene.shop) if s.fact.kind is FactKind.PROMOTION]


def offer(clerk: Clerk) -> Turn | None:
    if not clerk.scene.goods:
        return None
    found = _promotions(clerk)
    question = clerk.question("promotion")
    if not found:
        known = clerk.of_kind(FactKind.PRICE) or clerk.other()
        if not known:
            return None
        tactic = clerk.random.choice((Tactic.OFFER, Tactic.INFORM))
        return clerk.turn(question, tactic, clerk.reply("offer_none", "sorry", known))
    if clerk.random.random() < 0.3:
        question = clerk.question(clerk.random.choice(("bargain", "close_hesitant")))
    if len(found) > 1 and clerk.random.random() < 0.5:
        return clerk.turn(question, Tactic.OFFER, clerk.reply("offer_two", "plain", *found[:2]))
    beside = clerk.other(found[0])
    made = clerk.reply("offer", "plain", found[0], *([beside] if beside else []))
    return clerk.turn(question, clerk.random.choice((Tactic.OFFER, Tactic.OFFER, Tactic.INFORM)), made)


def hold_price(clerk: Clerk) -> Turn | None:
    price = clerk.of_kind(FactKind.PRICE)
    if not price:
        return None
    opening = clerk.random.choice(("value", "value", "sorry"))
    question = clerk.question("bargain")
    if clerk.random.random() < 0.15:
        question = f"{clerk.random.randint(2, 99) * 50}{clerk.random.choice(_BIDS)}"
    found = _promotions(clerk)
    if found and clerk.random.random() < 0.6:
        return clerk.turn(question, Tactic.HOLD_PRICE, clerk.reply("hold_offer", opening, found[0]))
    values = [s for s in clerk.first if s.fact.kind in WORTH and s is not price]
    beside = clerk.random.choice(values) if values else None
    made = clerk.reply("hold", opening, price, *([beside] if beside else []))
    return clerk.turn(question, Tactic.HOLD_PRICE, made)


def close(clerk: Clerk) -> Turn | None:
    said = clerk.other()
    if not said:
        return None
    stock = clerk.of_kind(FactKind.STOCK, 0, ".stock")
    if stock and stock.value == "暂时缺货":
        return clerk.turn(
            clerk.question("close"), Tactic.CLOSE_SALE, clerk.reply("close_out", "sorry", stock)
        )
    beside = clerk.other(said)
    rest = [beside] if beside else []
    if clerk.random.random() < 0.35:
        made = clerk.reply("close_hesitant", "hesitant", said, *rest)
        return clerk.turn(clerk.question("close_hesitant"), Tactic.CLOSE_SALE, made)
    happy = clerk.random.random() < 0.3
    question = (clerk.pick("question", "happy") if happy else "") + clerk.question("close")
    made = clerk.reply("close", "happy" if happy else "calm", said, *rest)
    return clerk.turn(question, Tactic.CLOSE_SALE, made)


def ask_back(clerk: Clerk) -> Turn | None:
    missing = missing_slot(clerk.scene.state, clerk.scene.state.category)
    pattern = clerk.pick("question", "ask")
    if missing == "category" and "{c}" in pattern:
        return None
    clerk.goal = Intent.RECOMMEND
    question = clerk.ask(pattern, {})
    text = clerk.pick("ask_slot", missing).format(c=clerk.category)
    return Turn(
        question, Tactic.ASK, tidy(clerk.random.choice(("", "", "好的，", "可以的，", "没问题，")) + text)
    )


# -- turns that serve


def service(clerk: Clerk) -> Turn | None:
    angry = clerk.random.random() < 0.4
    question = clerk.question("service_angry" if angry else "service")
    opening = "angry" if angry else "sorry"
    said = clerk.of_kind(FactKind.WARRANTY)
    if said and clerk.random.random() < 0.8:
        return clerk.turn(question, Tactic.SERVICE, clerk.reply("service", opening, said))
    return clerk.turn(question, Tactic.SERVICE, clerk.reply("service_bare", opening))


def script(clerk: Clerk) -> Said | None:
    return next((said for said in clerk.scene.shop if said.fact.kind is FactKind.SCRIPT), None)


def scripted(clerk: Clerk, question: str, tactic: Tactic) -> Turn | None:
    """Where nothing is asked about goods, the shop's own line is the reply."""
    line = script(clerk)
    return Turn(question, tactic, tidy(line.value), (line.fact.id,)) if line else None


def hand_over(clerk: Clerk) -> Turn | None:
    angry = clerk.random.random() < 0.5
    question = clerk.question(clerk.random.choice(("human_angry", "service_angry")) if angry else "human")
    own = scripted(clerk, question, Tactic.HAND_OVER) if clerk.random.random() < 0.8 else None
    return own or clerk.turn(
        question, Tactic.HAND_OVER, clerk.reply("hand_over", "angry" if angry else "ready")
    )


def custom(clerk: Clerk) -> Turn | None:
    tactic = clerk.random.choice((Tactic.HAND_OVER, Tactic.ADMIT))
    patterns = [text for text in PARTS["reply"]["custom"] if "{v}" not in text]
    text = clerk.random.choice(patterns).format(oh=clerk.pick("open", "ready"))
    return Turn(clerk.question("custom"), tactic, tidy(text))


def greet(clerk: Clerk) -> Turn | None:
    key = clerk.random.choice(("greet", "greet", "thanks"))
    question = clerk.question(key)
    own = scripted(clerk, question, Tactic.GREET) if key == "greet" else None
    return own or clerk.turn(question, Tactic.GREET, clerk.reply(key))


def farewell(clerk: Clerk) -> Turn | None:
    question = clerk.question("farewell")
    own = scripted(clerk, question, Tactic.FAREWELL) if clerk.random.random() < 0.8 else None
    return own or clerk.turn(question, Tactic.FAREWELL, clerk.reply("farewell"))


def off_topic(clerk: Clerk) -> Turn | None:
    tactic = clerk.random.choice((Tactic.GREET, Tactic.ADMIT, Tactic.INFORM))
    return clerk.turn(clerk.question("offtopic"), tactic, clerk.reply("offtopic"))


TURNS: tuple[tuple[Callable[[Clerk], Turn | None], int], ...] = (
    (price, 12), (spec, 14), (unknown, 7), (feature, 8), (introduce, 7),
    (stock, 5), (color, 3), (terms, 11), (shop_question, 6), (recommend, 12),
    (compare, 9), (offer, 8), (hold_price, 7), (close, 6), (ask_back, 4),
    (service, 4), (hand_over, 3), (custom, 1), (greet, 12), (farewell, 12),
    (off_topic, 2),
)  # fmt: skip
