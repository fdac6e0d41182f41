"""What the reply should do: the first fitting row of tactics.toml, with the reason that it gives."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from typing import Any, TypeVar

from runtime.errors import BadSetting
from runtime.knowledge.asked import asks_sold, wants_figure
from runtime.types import DialogueState, Emotion, Evidence, FactKind, Intent, SlotName, Tactic, Understanding

E = TypeVar("E", bound=StrEnum)

CONDITIONS = (
    "says_goodbye",  # 再见, 拜拜, 先走了
    "knows_category",  # the kind of goods is known
    "knows_goods",  # what is known chooses among goods: category, brand, model, size, colour or features
    "knows_needs",  # anything but the category is known of what the customer needs
    "tells_needs",  # this very sentence says what is wanted
    "has_focus",  # a product is talked about
    "new_focus",  # these words brought up a product that was not shown yet
    "left_focus",  # these words turned away from what was shown: a changed wish, 换一个
    "was_asked",  # the turn before asked something back
    "has_hits",  # goods were found
    "compares",  # 区别, 有什么不一样
    "weighs",  # any word that sets one against another: 比, 哪个, 还是
    "bids",  # the words name a price below that of the product in focus: 1900卖不卖
    "has_two",  # at least two were found
    "has_many",  # more goods fit than can be shown
    "has_promotion",  # a valid promotion that this conversation has not offered yet
    "knows_promotion",  # a valid promotion, offered or not
    "has_answer",  # a question-and-answer entry or a rule of the shop was found
    "asks_fact",  # the words ask for something that is known of the product
    "asks_answer",  # the words ask for what a fact or an answer of the shop tells
    "asks_figure",  # the words ask for what a sheet tells: a measure, a sum, a time, an origin
    "asks_sold",  # whether the shop sells something: 有没有投影仪
    "asks_unknown",  # a measure or an origin is asked for that is not known of the product
    "has_evidence",  # goods or facts of any kind were found
    "may_ask",  # there is still something to ask back for
    "unsure",  # the intent is less sure than the table demands
)
_ASKABLE = (SlotName.BUDGET, SlotName.AREA, SlotName.PEOPLE, SlotName.WHO)


@dataclass(frozen=True, slots=True)
class Situation:
    """What was found for this turn, as far as it decides what to do."""

    matches: int = 0  # goods that fit the state, shown or not
    hits: int = 0  # goods in the evidence
    promotion: bool = False  # a valid promotion in the evidence, not offered yet
    old_promotion: bool = False  # a valid promotion in the evidence, already offered
    answer: bool = False  # a FAQ entry or a rule of the shop in the evidence
    facts: int = 0
    asked: bool = False  # one of the facts is asked for by its own words
    bid: bool = False  # a price was named that is below the one of the product in focus
    unknown: bool = False  # a measure or an origin is asked for, and no fact tells it

    @classmethod
    def of(cls, state: DialogueState, evidence: Evidence, matches: int | None = None) -> Situation:
        """``matches``: how many goods fit in all, where the search counted more than it returned."""
        promotions = {fact.id for fact in evidence.facts if fact.kind is FactKind.PROMOTION}
        return cls(
            matches=len(evidence.hits) if matches is None else matches,
            hits=len(evidence.hits),
            promotion=bool(promotions - set(state.offered)),
            old_promotion=bool(promotions & set(state.offered)),
            answer=any(fact.kind in (FactKind.FAQ, FactKind.POLICY) for fact in evidence.facts),
            facts=len(evidence.facts),
        )


@dataclass(frozen=True, slots=True)
class Choice:
    tactic: Tactic
    reason: str  # why, in the merchant's language
    ask: SlotName | None = None  # what to ask back for; None with Tactic.ASK: which product is meant


@dataclass(frozen=True, slots=True)
class Row:
    emotions: frozenset[Emotion]  # empty: any
    intents: frozenset[Intent]  # empty: any
    when: Mapping[str, bool]
    tactic: Tactic
    reason: str

    def fits(self, emotion: Emotion, intent: Intent, held: Mapping[str, bool]) -> bool:
        return (
            (not self.emotions or emotion in self.emotions)
            and (not self.intents or intent in self.intents)
            and all(held[name] is wanted for name, wanted in self.when.items())
        )

    def forestalls(self, later: Row) -> bool:
        """Whether nothing that fits ``later`` could get past this row."""
        return (
            (not self.emotions or (bool(later.emotions) and later.emotions <= self.emotions))
            and (not self.intents or (bool(later.intents) and later.intents <= self.intents))
            and self.when.items() <= later.when.items()
        )


@dataclass(frozen=True, slots=True)
class Table:
    rows: tuple[Row, ...]
    sure_emotion: float
    sure_intent: float
    most_asks: int
    asks: Mapping[str, tuple[SlotName, ...]]  # category or "default" -> what to ask for, in order


def choose_tactic(
    state: DialogueState, understanding: Understanding, situation: Situation, table: Table | None = None
) -> Choice:
    """``state`` is the folded state of this turn; the default table is the one beside this file."""
    table = table or default_table()
    emotion = understanding.emotion.top()
    if max(understanding.emotion.as_tuple()) < table.sure_emotion:
        emotion = Emotion.NEUTRAL
    ask = _next_ask(state, table)
    held = _held(state, understanding, situation, ask, table)
    for row in table.rows:
        if row.fits(emotion, understanding.intent, held):
            return Choice(row.tactic, row.reason, ask if row.when.get("may_ask") else None)
    return Choice(Tactic.ADMIT, "没有适用的规则")


_GOODBYE = re.compile(
    r"再见|拜拜|拜了|bye|先走了|我走了|回头见|下次再(来|聊|说)|改天再(来|聊|说)|先这样吧|就这样吧"
)
_COMPARES = re.compile(r"区别|差别|差在?哪|不一样|有什么不同|对比|(两|二|俩|它们).{0,5}差")
_WEIGHS = re.compile(r"各|分别|挨个|逐个|俩|都|比|区别|差|不同|不一样|哪|还是|更|和|跟|与|选|好")
_NEED_SLOTS = frozenset(SlotName) - {SlotName.TIME, SlotName.QUANTITY}


def _held(
    state: DialogueState,
    understanding: Understanding,
    situation: Situation,
    ask: SlotName | None,
    table: Table,
) -> dict[str, bool]:
    return {
        "says_goodbye": bool(_GOODBYE.search(understanding.text)),
        "knows_category": state.category is not None,
        "knows_goods": _knows_goods(state),
        "knows_needs": _knows_needs(state),
        "tells_needs": any(slot.name in _NEED_SLOTS for slot in understanding.slots),
        "has_focus": state.focus is not None,
        "new_focus": state.focus is not None and state.focus not in state.seen,
        "left_focus": state.focus is None and bool(state.shown),
        "was_asked": state.tactic is Tactic.ASK,
        "has_hits": situation.hits > 0,
        "compares": bool(_COMPARES.search(understanding.text)),
        "weighs": bool(_WEIGHS.search(understanding.text)),
        "bids": situation.bid,
        "has_two": situation.hits > 1,
        "has_many": situation.matches > situation.hits or situation.matches > 2,
        "has_promotion": situation.promotion,
        "knows_promotion": situation.promotion or situation.old_promotion,
        "has_answer": situation.answer,
        "asks_fact": situation.asked,
        "asks_answer": situation.asked or situation.answer,
        "asks_figure": wants_figure(understanding.text, understanding.slots),
        "asks_sold": asks_sold(understanding.text),
        "asks_unknown": situation.unknown,
        "has_evidence": situation.hits > 0 or situation.facts > 0,
        "may_ask": ask is not None,
        "unsure": understanding.intent_p < table.sure_intent,
    }


def _knows_goods(state: DialogueState) -> bool:
    return bool(state.category or state.brand or state.model or state.size or state.color or state.features)


def _knows_needs(state: DialogueState) -> bool:
    return bool(
        state.brand
        or state.model
        or state.budget_min
        or state.budget_max
        or state.area_m2
        or state.people
        or state.who
        or state.size
        or state.features
    )


def _next_ask(state: DialogueState, table: Table) -> SlotName | None:
    if len(state.asked) >= table.most_asks:
        return None
    known = {
        SlotName.BUDGET: state.budget_max or state.budget_min,
        SlotName.AREA: state.area_m2,
        SlotName.PEOPLE: state.people,
        SlotName.WHO: state.who,
    }
    if state.category is None:
        return SlotName.CATEGORY if SlotName.CATEGORY not in state.asked else None
    wanted = table.asks.get(state.category, table.asks["default"])
    return next((slot for slot in wanted if not known[slot] and slot not in state.asked), None)


# --- the table -------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def default_table() -> Table:
    return read_table(
        resources.files(__package__).joinpath("tactics.toml").read_text("utf-8"), "tactics.toml"
    )


def read_table(text: str, file: str) -> Table:
    """The table in ``text``; raises BadSetting that names ``file``, the row and the key."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSetting(f"{file}: {error}") from error
    _known_keys(raw, {"sure", "ask", "row"}, file)
    sure = _section(raw, "sure", file)
    _known_keys(sure, {"emotion", "intent"}, f"{file}: sure")
    ask = _section(raw, "ask", file)
    rows_raw = raw.get("row")
    if not isinstance(rows_raw, list) or not rows_raw:
        raise BadSetting(f"{file}: expected at least one [[row]]")
    rows = tuple(_row(row, f"{file}: row {number}") for number, row in enumerate(rows_raw, 1))
    for number, row in enumerate(rows, 1):
        for earlier, other in enumerate(rows[: number - 1], 1):
            if other.forestalls(row):
                raise BadSetting(f"{file}: row {number} can never be reached: row {earlier} fits first")
    return Table(
        rows=rows,
        sure_emotion=_probability(sure, "emotion", f"{file}: sure"),
        sure_intent=_probability(sure, "intent", f"{file}: sure"),
        most_asks=_count(ask, "most", f"{file}: ask"),
        asks=_asks(ask, f"{file}: ask"),
    )


def _row(raw: object, where: str) -> Row:
    if not isinstance(raw, dict):
        raise BadSetting(f"{where}: expected a table")
    _known_keys(raw, {"emotion", "intent", "when", "tactic", "reason"}, where)
    when = raw.get("when", {})
    if not isinstance(when, dict):
        raise BadSetting(f"{where}, key when: expected conditions with true or false")
    for name, value in when.items():
        if name not in CONDITIONS:
            raise BadSetting(f"{where}, key when.{name}: expected one of {', '.join(CONDITIONS)}")
        if not isinstance(value, bool):
            raise BadSetting(f"{where}, key when.{name}: expected true or false, got {value!r}")
    reason = raw.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        raise BadSetting(f"{where}, key reason: expected a sentence")
    return Row(
        emotions=frozenset(_values(Emotion, raw.get("emotion", []), f"{where}, key emotion")),
        intents=frozenset(_values(Intent, raw.get("intent", []), f"{where}, key intent")),
        when=when,
        tactic=_values(Tactic, [raw.get("tactic")], f"{where}, key tactic")[0],
        reason=reason,
    )


def _asks(raw: Mapping[str, Any], where: str) -> dict[str, tuple[SlotName, ...]]:
    lists = {name: value for name, value in raw.items() if name != "most"}
    if "default" not in lists:
        raise BadSetting(f"{where}, key default: expected a list of slots")
    asks = {name: tuple(_values(SlotName, value, f"{where}, key {name}")) for name, value in lists.items()}
    for name, slots in asks.items():
        for slot in slots:
            if slot not in _ASKABLE:
                raise BadSetting(f"{where}, key {name}: expected some of {', '.join(_ASKABLE)}, got {slot!r}")
    return asks


def _known_keys(raw: Mapping[str, Any], known: set[str], where: str) -> None:
    for key in raw:
        if key not in known:
            raise BadSetting(f"{where}, key {key}: unknown; expected some of {', '.join(sorted(known))}")


def _section(raw: Mapping[str, Any], name: str, file: str) -> dict[str, Any]:
    section = raw.get(name)
    if not isinstance(section, dict):
        raise BadSetting(f"{file}: expected a section [{name}]")
    return section


def _values(kind: type[E], raw: object, where: str) -> list[E]:
    if not isinstance(raw, list):
        raise BadSetting(f"{where}: expected a list")
    found = []
    for value in raw:
        if value not in list(kind):
            raise BadSetting(f"{where}: expected one of {', '.join(kind)}, got {value!r}")
        found.append(kind(value))
    return found


def _probability(raw: Mapping[str, Any], key: str, where: str) -> float:
    value = raw.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise BadSetting(f"{where}, key {key}: expected a number from 0 to 1, got {value!r}")
    return float(value)


def _count(raw: Mapping[str, Any], key: str, where: str) -> int:
    value = raw.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadSetting(f"{where}, key {key}: expected a whole number, got {value!r}")
    return value
