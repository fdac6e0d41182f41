"""What a good salesperson adds once the template has said what must be said: a short sentence, or nothing.

What is added follows from what stands in the prompt and the opening, so that it can be learned: only its
wording is drawn. Nothing follows words that admit something, ask something or give the shop's own answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from export.data.clerk import Clerk, missing_slot
from export.data.scenes import PARTS, Said
from runtime.types import DialogueState, Emotion, FactKind, Intent, Reply, Tactic

_ADMITS = re.compile("没有写|没有卖|没查到|不敢乱说|不太清楚|只有这一条|能查到的是")
_OVER = re.compile("超出预算|超出一些预算")
_ASKED = re.compile(r"特点里?就有([^、。]+)")
_SORRY = ("实在抱歉", "对不起")  # as the template begins where it heard anger
_SLOT = re.compile(r"\{(\w+)\}")
_SHORT = 3  # characters: a longer name of a feature, said again, would count as going in circles
_LATER = 2  # exchanges in the prompt after which the reply keeps to the point
_USED_BY = {"自己": "您自己", "送人": ""}
_TERMS = {FactKind.DELIVERY: "delivery", FactKind.INSTALL: "install", FactKind.WARRANTY: "warranty"}


@dataclass(frozen=True, slots=True)
class Move:
    """What to add: words of ``key`` in replies.toml about a feature, one of the goods, or a fact."""

    key: str
    feature: str = ""
    praise: str = ""  # in place of the feature's
    name: str = ""
    term: Said | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A turn that the template has opened."""

    clerk: Clerk
    tactic: Tactic
    intent: Intent
    state: DialogueState
    template: Reply

    def told(self, kind: FactKind) -> list[Said]:
        """The facts of this kind that the opening states, of the product spoken about or the shop."""
        known = (*self.clerk.first, *self.clerk.scene.shop)
        return [said for said in known if said.fact.kind is kind and said.fact.id in self.template.facts]

    @property
    def have(self) -> list[str]:
        return [feature for feature in self.clerk.features() if feature in PARTS["tie"]["feature"]]

    @property
    def wished(self) -> str:
        return next((feature for feature in self.have if feature in self.state.features), "")

    @property
    def feature(self) -> str:
        """The one to speak of: what is wished for, else another one with each exchange."""
        have = self.have
        return self.wished or (have[min(len(self.state.history), len(have) - 1)] if have else "")

    @property
    def is_later(self) -> bool:
        return len(self.state.history) >= _LATER


def follow(turn: Opened) -> tuple[str, tuple[str, ...]]:
    """What is added to the opening, and the ids of the facts that it states.

    The feature is named before it is praised: the one is copied, and the other is then easy to learn.
    """
    move = _move(turn)
    if move is None:
        return "", ()
    clerk, feature = turn.clerk, move.feature
    why = move.praise or (clerk.praise(feature) if feature else "")
    named = f"它{feature}，{why}" if feature else why
    who = turn.state.who or ""
    words = {
        "f": feature,
        "b": named,
        "fb": named.removeprefix("它") if len(feature) <= _SHORT else named,
        "who": _USED_BY.get(who, who),
        "place": turn.state.place or "",
        "n": move.name,
        "w": move.term.value if move.term else "",
    }
    table, key = ("follow_spec", move.key) if move.key in PARTS["follow_spec"] else ("follow", move.key)
    patterns = PARTS[table][key]
    usable = [one for one in patterns if all(words[slot] for slot in _SLOT.findall(one))]
    pattern = clerk.favourite(f"{key} {len(turn.state.history)}", patterns, usable)
    if "{f}" in pattern:
        words["b"] = why
    return pattern.format(**words), (move.term.fact.id,) if move.term else ()


def _move(turn: Opened) -> Move | None:
    text = turn.template.text
    if turn.tactic is Tactic.SERVICE:
        return Move("service_angry" if turn.clerk.mood is Emotion.ANGRY else "service")
    if text.endswith("？") or (_ADMITS.search(text) and turn.tactic is not Tactic.HOLD_PRICE):
        return None
    if turn.clerk.mood is Emotion.ANGRY:
        return Move("angry") if text.startswith(_SORRY) else None
    if turn.told(FactKind.FAQ) or turn.told(FactKind.POLICY):
        return None
    if "缺货" in text:
        return Move("stock_out_also" if "另外" in text or "同类" in text else "stock_out")
    return _BY_TACTIC[turn.tactic](turn)


def _about(turn: Opened, key: str, feature: str = "", bare: str = "") -> Move | None:
    """Words about a feature; ``bare`` where the product has none."""
    if feature := feature or turn.feature:
        return Move(key, feature)
    return Move(bare) if bare else None


# -- by tactic


def _recommend(turn: Opened) -> Move | None:
    if _OVER.search(turn.template.text):
        return Move("over")
    if turn.clerk.mood is Emotion.HESITANT:
        return _about(turn, "recommend_hesitant")
    if turn.wished:
        return Move("recommend_wish", turn.wished)
    if who := _for_whom(turn):
        return who
    fitting = PARTS["fits_place"].get(turn.state.place, ())
    if here := next((feature for feature in turn.have if feature in fitting), ""):
        return Move("recommend_place", here)
    return _ask(turn) or _about(turn, "recommend")


def _for_whom(turn: Opened) -> Move | None:
    """What speaks for the product where it is known who will use it."""
    who = turn.state.who or ""
    fitting = PARTS["tie"]["for"].get(who)
    if fitting is None:
        plain = PARTS["tie"]["who"].get(who)
        return Move("recommend_who", praise=turn.clerk.random.choice(plain)) if plain else None
    feature = next((feature for feature in turn.have if feature in fitting), "")
    return Move("recommend_who", feature) if feature else None


def _ask(turn: Opened) -> Move | None:
    """A question for what is not known yet of the needs that most depends on."""
    key = f"ask_{missing_slot(turn.state, turn.clerk.category)}"
    return Move(key) if key in PARTS["follow"] else None


def _compare(turn: Opened) -> Move:
    mine, theirs = turn.clerk.features(0), turn.clerk.features(1)
    for item, have, lack in ((0, mine, theirs), (1, theirs, mine)):
        for wish in turn.state.features:
            if lack and wish in have and wish not in lack:
                return Move("compare_wish", wish, name=turn.clerk.scene.goods[item].name)
    return Move("compare_ask" if turn.state.who or turn.is_later else "compare_who")


def _offer(turn: Opened) -> Move | None:
    if turn.intent is Intent.BARGAIN:
        return _about(turn, "offer_bargain", bare="offer")
    if turn.intent is Intent.NO_INTEREST or turn.clerk.mood is Emotion.HESITANT:
        return _about(turn, "offer_hesitant", bare="offer")
    return _about(turn, "offer_feature", bare="offer") if turn.state.history else Move("offer")


def _hold_price(turn: Opened) -> Move | None:
    warranty = turn.clerk.of_kind(FactKind.WARRANTY)
    if warranty and warranty.value and turn.state.history and not turn.told(FactKind.WARRANTY):
        return Move("hold_term", term=warranty)
    return _about(turn, "hold", bare="hold_bare")


def _close_sale(turn: Opened) -> Move | None:
    if turn.intent is not Intent.ORDER:
        return _about(turn, "hesitant")
    if turn.clerk.mood is Emotion.HAPPY:
        return _about(turn, "happy", bare="order")
    return Move("order") if turn.state.history else _about(turn, "order_feature", bare="order")


def _inform(turn: Opened) -> Move | None:
    if turn.clerk.mood in (Emotion.HESITANT, Emotion.HAPPY):
        return _about(turn, "hesitant" if turn.clerk.mood is Emotion.HESITANT else "happy")
    if (specs := turn.told(FactKind.SPEC)) and "特点是" not in turn.template.text:
        return _of_spec(turn, specs[0].name)
    if (asked := _ASKED.search(turn.template.text)) and asked[1] in turn.have:
        return Move("yes", asked[1])
    if "特点是" in turn.template.text and turn.feature:
        return Move("about", turn.feature)
    for kind, key in _TERMS.items():
        if told := turn.told(kind):
            key = (
                "install_self" if key == "install" and re.search("自行|自己|不用安装", told[0].value) else key
            )
            return None if turn.is_later else Move(key)
    if stock := turn.told(FactKind.STOCK):
        if turn.is_later:
            return None
        return Move("color" if any(said.fact.id.endswith(".colors") for said in stock) else "stock")
    if turn.told(FactKind.PROMOTION):
        return Move("price_offer")
    if turn.told(FactKind.PRICE):
        also = "另外" in turn.template.text or "同类" in turn.template.text
        return (_ask(turn) if also else None) or _about(turn, "price")
    return None


def _of_spec(turn: Opened, name: str) -> Move | None:
    """What a figure of the sheet means, or what to look at before one trusts it."""
    feature = next((feature for part, feature in PARTS["spec_feature"].items() if part in name), "")
    if feature in turn.have:
        return Move("spec_feature", feature)
    part = next((part for part in PARTS["follow_spec"] if part in name), "")
    return Move(part) if part and not turn.is_later else None


_BY_TACTIC = {
    Tactic.RECOMMEND: _recommend,
    Tactic.COMPARE: _compare,
    Tactic.OFFER: _offer,
    Tactic.HOLD_PRICE: _hold_price,
    Tactic.CLOSE_SALE: _close_sale,
    Tactic.INFORM: _inform,
}
