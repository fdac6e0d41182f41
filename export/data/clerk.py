"""The shop assistant of the training turns: draws questions and sentences, and fills them with facts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random
from typing import Any

from export.data.questions import INTENTS, asked
from export.data.scenes import PARTS, Said, Scene
from runtime.types import DialogueState, Emotion, FactKind, Intent, Tactic

WORTH = (FactKind.PRICE, FactKind.SPEC, FactKind.FEATURE, FactKind.WARRANTY)  # what speaks for a product
_FAVOURITES = 3
_USED_BY = {"自己": "您自己用", "送人": "送人"}
MOODS = {Emotion.HAPPY: "happy", Emotion.HESITANT: "hesitant"}

_BY_AREA = {"空调", "空气净化器", "扫地机器人"}  # as in dialogue/tactics.toml
_BY_PEOPLE = {"净水器", "冰箱", "洗衣机", "热水器", "电饭煲"}
_FOR_WHO = {"老人": {"适合老人", "大字体", "一键操作", "语音控制"}, "孩子": {"适合儿童", "护眼"}}
_GOALS = {key: intent for key, intent in INTENTS.items() if key not in ("farewell", "human", "offtopic")} | {
    "price_two": Intent.PRICE,
    "color": Intent.STOCK,
    "compare_three": Intent.COMPARE,
    "service_angry": Intent.COMPLAINT,
    **dict.fromkeys(("feature", "features", "spec", "unknown", "unknown_bare"), Intent.FUNCTION),
}
_NEUTRAL = {"plain", "calm", "value"}
_LABELLED = {
    "unknown", "recommend", "recommend_who", "recommend_two", "compare", "compare_three",
    "close", "stock_out_two", "offer_none",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Turn:
    question: str
    tactic: Tactic
    reply: str
    facts: tuple[str, ...] = ()
    goal: Intent | None = None
    opening: str = ""  # of the reply: what the template says, which is not learned


class Clerk:
    """Speaks about one scene, in parts that turns are put together from."""

    def __init__(self, random: Random, scene: Scene) -> None:
        self.random, self.scene = random, scene
        self.mood = Emotion.NEUTRAL
        self.goal: Intent | None = random.choice((None, *_GOALS.values()))  # left from an earlier turn
        self.first = scene.known[0] if scene.known else ()
        self.category = scene.state.category or (scene.goods[0].category if scene.goods else "商品")

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

    def tied(self, asked: str = "") -> tuple[str, str] | None:
        """What of the product speaks to the customer: the first feature that was wished for, what whoever
        will use it needs, or the first feature. Always the same for the same prompt, so that it can be
        learned; a free choice would end in the words that most features share.
        """
        have = [feature for feature in self.features() if feature in PARTS["tie"]["feature"]]
        want, who = (asked,) if asked else self.scene.state.features, self.scene.state.who
        wished = [feature for feature in have if feature in want]
        if not wished and who and (who not in _FOR_WHO or _FOR_WHO[who] & set(have)):
            return "who", who
        first = next(iter(wished or have), None)
        return ("feature", first) if first else None

    def tie(self, asked: str = "", sure: bool = False) -> str:
        """What ties the product to the customer, then why that is good: 静音，夜里用也不吵. Or nothing.

        The word comes first: it is copied, and the praise that goes with it is then easy to learn.
        """
        tied = self.tied(asked)
        if not tied or (not sure and self.random.random() < 0.3):
            return ""
        kind, word = tied
        clause = self.praise(word) if kind == "feature" else self.pick("tie", "who", word)
        said = _USED_BY.get(word, f"{word}用") if kind == "who" else word
        return f"{said}，{clause}"

    def praise(self, feature: str) -> str:
        """Why a feature is good: for whom it is bought, for this kind of goods, or for whatever has it."""
        if own := PARTS["tie"]["for"].get(self.scene.state.who, {}).get(feature):
            return str(self.random.choice(own))
        kinds = PARTS["tie"]["at"].get(feature, {})
        here = [
            clause for kind, clauses in kinds.items() if self.category in kind.split() for clause in clauses
        ]
        plain = PARTS["tie"]["feature"][feature]
        return str(self.random.choice(here if here and self.random.random() < 0.7 else plain))

    def favourite(self, key: str, patterns: list[str], usable: list[str]) -> str:
        """One of ``usable``, mostly of the few that go with what the product is tied to the customer by."""
        cue = f"{key} {self.tied() or self.category}"
        few = [one for one in Random(cue).sample(patterns, len(patterns)) if one in usable][:_FAVOURITES]
        return self.random.choice(few if self.random.random() < 0.7 else usable)

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
        return (left[0] if self.random.random() < 0.7 else self.random.choice(left)) if left else None

    def question(self, key: str, **words: str) -> str:
        """Half in the shop's whole language, half about this very scene; sets the mood and the goal heard."""
        self.mood = Emotion.NEUTRAL
        self.goal = _GOALS.get(key, self.goal)
        if self.random.random() < 0.5:
            brand = self.scene.goods[0].brand if self.scene.goods else None
            if found := asked(self.random, key, self.category, brand):
                self.mood = found[1]
                return found[0]
        return self.ask(self.pick("question", key), words)

    def ask(self, pattern: str, words: dict[str, str]) -> str:
        filler = self.pick("question", "filler")
        if "{n}" in pattern:
            words["n"] = self.called() if self.scene.goods else "这个"
        if "{m}" in pattern:
            words["m"] = self.called(1)
        text = filler + self._typed(pattern.format(c=self.category, **words))
        if self.random.random() < 0.7:
            return text
        return text + self.random.choice("？?" if text[-1] in "吗呢吧啊呗嘛么不？！。" else "？？?啊呢")

    def spec_question(self, name: str) -> str:
        self.goal = Intent.FUNCTION
        natural = PARTS["spec_question"].get(name)
        if natural and self.random.random() < 0.6:
            return self.ask(self.random.choice(natural), {})
        return self.question("spec", f=name)

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
        pattern = self.favourite(key, patterns, usable)
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
        mood = MOODS.get(self.mood) if self.random.random() < 0.7 else None

        def opening(found: re.Match[str]) -> str:
            return self.pick("open", mood if mood and found[1] in _NEUTRAL else found[1])

        text = re.sub("⟦(.*?)⟧", opening, text)
        return Turn(question, tactic, tidy(text), facts)

    def ending(self, key: str) -> str:
        return self.pick("ask", key if key in PARTS["ask"] else "default")


def missing_slot(state: DialogueState, category: str | None) -> str:
    """What to ask for, the same for the same needs, so that it can be learned."""
    if category is None:
        return "category"
    if state.budget_max is None:
        return "budget"
    if category in _BY_AREA and state.area_m2 is None:
        return "area"
    if category in _BY_PEOPLE and state.people is None:
        return "people"
    if state.who is None:
        return "who"
    return "place" if state.features else "feature"


def tidy(text: str) -> str:
    """Punctuation as one would write it: none doubled, none at the start, an end mark at the end."""
    text = re.sub(r"([，。？！；：])[，。；]+", r"\1", text)
    text = text.lstrip("，。").rstrip("，；：")
    return text if text.endswith(("。", "？", "！")) else text + "。"
