"""Conversation memory as a pure fold: (state, what was understood) -> state, then what was replied.

What the customer's words do to the memory:

* A category other than the present one starts a new wish. Who it is for, the home (area, people, place)
  and features that any goods can have stay; brand, model, size, colour, number, the other features, focus
  and the list shown go. The budget stays only where the category was a slip of the tongue (不是冰箱，是
  洗衣机).
* A kind that is only joined to the goods (能连手机吗), stands near them or is there already starts nothing.
* The place is where the goods are to stand: a town they are sent to does not replace a room.
* A budget of one number, also 左右, is a ceiling: budget_min None, budget_max that number. 三千到五千 sets
  both ends, 三千以上 the lower. 再加一千 moves the ceiling, 贵点也行 by a fifth.
* Something turned down (不要变频) leaves the wishes and joins ``excluded``; something merely not required
  (不用变频) leaves the wishes. Goods turned down (换一个) join ``rejected``.
* A new or changed wish ends the focus, so that the first of the next goods found takes it; a question
  (有优惠吗, 能送安装吗, 有白色吗) keeps it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from runtime.dialogue.budget import fold_budget, with_budget
from runtime.dialogue.category import fold_category
from runtime.dialogue.features import asks_about_focus, fold_features, measures
from runtime.dialogue.pointing import WISHES
from runtime.dialogue.reference import WISHING, Lookup, Reference, without_likened
from runtime.dialogue.said import amounts, joined, without, words
from runtime.dialogue.tactics import Choice
from runtime.dialogue.traits import fold_traits
from runtime.knowledge.items import Item
from runtime.types import (
    DialogueState,
    Evidence,
    Exchange,
    FactKind,
    Intent,
    Product,
    Quantity,
    Reply,
    Slot,
    SlotName,
    Tactic,
    Understanding,
)
from runtime.understanding import lexicon
from runtime.understanding.numbers import parse_quantities
from runtime.understanding.persons import speaker_is_old
from runtime.understanding.slots import CatalogueNames

HISTORY_TURNS = 6

_NO_GOAL = {Intent.NO_INTEREST, Intent.HUMAN, Intent.GREETING, Intent.OTHER}
_COUNTED = re.compile("[一二两三四五六七八九十几多0-9][个间套]?$")
_SERVICE = {Intent.DELIVERY, Intent.INSTALL, Intent.WARRANTY, Intent.COMPLAINT, Intent.ORDER, Intent.HUMAN}
_ASKING = {Intent.FUNCTION, Intent.COMPARE, Intent.PROMOTION}


def fold(
    state: DialogueState,
    understanding: Understanding,
    reference: Reference,
    names: CatalogueNames,
    lookup: Lookup,
    hinted: Item | None,
) -> DialogueState:
    """``state`` after the customer's words and before the reply. Never raises, whatever the slots hold.

    ``hinted``: the one of the goods whose sheet the words point at.
    """
    text, slots = without_likened(understanding.text, understanding.slots)
    intent = understanding.intent
    after = replace(state, turn=state.turn + 1)
    after = fold_category(after, text, slots, intent, reference, names, lookup, hinted)
    after = fold_budget(after, text, slots, intent, lookup)
    after = _fold_home(after, text, slots)
    after = _fold_answer(after, state, text, slots)
    after = fold_traits(after, text, slots, lookup)
    asks = asks_about_focus(after, text, slots, reference)
    if not asks:
        after = fold_features(after, text, slots)
    wishes = _wishes(text, intent, asks)
    after = _fold_focus(after, state, text, wishes, reference, lookup)
    return after if intent in _NO_GOAL else replace(after, goal=intent)


def settle(
    state: DialogueState, question: str, evidence: Evidence, choice: Choice, reply: Reply
) -> DialogueState:
    """``state`` after the reply: what was shown, offered, asked and said."""
    products = reply.products
    # A card of one of those listed does not end the list: 第三个呢 may come next.
    relists = len(products) > 1 or not set(products) <= set(state.shown)
    focus = _focus_after(state, evidence, reply)
    seen = joined(state.seen, products)
    offers = {fact.id for fact in evidence.facts if fact.kind is FactKind.PROMOTION}
    category = next((hit.product.category for hit in evidence.hits if hit.product.id == focus), None)
    return replace(
        state,
        category=state.category or category,
        shown=products if relists else state.shown,
        # What was talked about last stands last, so that 刚才那个空调 finds it.
        seen=(*without(seen, (focus,)), focus) if focus else seen,
        focus=focus,
        offered=joined(state.offered, (fact for fact in reply.facts if fact in offers)),
        asked=joined(state.asked, (choice.ask,) if choice.ask else ()),
        tactic=choice.tactic,
        history=(*state.history, Exchange(question, reply.text))[-HISTORY_TURNS:],
    )


def _focus_after(state: DialogueState, evidence: Evidence, reply: Reply) -> str | None:
    """The focus if the reply left it there, else the first of the goods that it showed or spoke of."""
    if state.focus is not None and (state.focus in reply.products or not reply.products):
        return state.focus
    told = {fact.id: fact.product_id for fact in evidence.facts}
    spoken_of = (product for fact in reply.facts if (product := told.get(fact)))
    return next(iter((*reply.products, *spoken_of)), None)


# --- home and person -------------------------------------------------------------------------


def _fold_home(state: DialogueState, text: str, slots: tuple[Slot, ...]) -> DialogueState:
    for _, area in amounts(slots, SlotName.AREA):
        state = _with_area(state, area)
    for _, people in amounts(slots, SlotName.PEOPLE):
        state = _with_people(state, people)
    who = words(slots, SlotName.WHO)
    if state.who in words(slots, SlotName.WHO, negated=True):
        state = replace(state, who=None)
    if not who and state.who is None and speaker_is_old(text):
        who = ["老人"]
    return replace(state, who=who[-1] if who else state.who, place=_place(state.place, text, slots))


def _place(known: str | None, text: str, slots: tuple[Slot, ...]) -> str | None:
    """Where the goods are to stand; 四个卫生间 tells of a home, and 寄到成都 does not move the sofa."""
    rooms = lexicon.synonyms(SlotName.PLACE)
    said = words(tuple(s for s in slots if not _COUNTED.search(text[: s.start])), SlotName.PLACE)
    standing = [place for place in said if place in rooms]
    if standing or known in rooms:
        return standing[-1] if standing else known
    return said[-1] if said else known


def _with_area(state: DialogueState, area: Quantity) -> DialogueState:
    """一百多平 counts as its round number; of 80到100平 the larger, which the goods must serve too."""
    size = area.low if area.approximate else area.high or area.low
    return replace(state, area_m2=size) if size is not None and 1 <= size <= 100_000 else state


def _with_people(state: DialogueState, people: Quantity) -> DialogueState:
    count = people.high or people.low
    return replace(state, people=int(count)) if count is not None and 1 <= count <= 10_000 else state


def _fold_answer(
    state: DialogueState, before: DialogueState, text: str, slots: tuple[Slot, ...]
) -> DialogueState:
    """A bare number answers what was asked back for the turn before."""
    if before.tactic is not Tactic.ASK or not before.asked:
        return state
    asked = before.asked[-1]
    for span in parse_quantities(text):
        number = span.quantity
        if any(slot.start < span.end and span.start < slot.end for slot in slots):
            continue
        if asked is SlotName.BUDGET and not number.unit:
            return with_budget(state, None if number.low == number.high else number.low, number.high)
        if asked is SlotName.AREA and not number.unit:
            return _with_area(state, number)
        if asked is SlotName.PEOPLE and number.unit in ("", "个"):
            return _with_people(state, number)
    return state


# --- focus -----------------------------------------------------------------------------------


def _wishes(text: str, intent: Intent, asks: bool) -> bool:
    """Whether the words may want other goods than the one that is talked about."""
    if intent in WISHING:
        return not (asks and measures(text))
    about = intent in _SERVICE or (intent in _ASKING and not WISHES.search(text))
    return not (asks or about)


def _fold_focus(
    state: DialogueState,
    before: DialogueState,
    text: str,
    wishes: bool,
    reference: Reference,
    lookup: Lookup,
) -> DialogueState:
    """``state`` with the product that is now talked about, ``before`` being the state a turn ago."""
    if reference.rejects:
        return _reject(state, text)
    products = reference.products
    if products:
        focus = state.focus if len(products) > 1 and state.focus in products else products[0]
        state = replace(state, focus=focus, shown=_listed(state, products))
    elif state.focus and _has_moved_on(state, before, wishes, lookup(state.focus)):
        state = replace(state, focus=None)
    return _with_fitting_names(state, before, lookup)


def _listed(state: DialogueState, products: tuple[str, ...]) -> tuple[str, ...]:
    """Goods that are compared are a list of their own; a product that is on no list ends the old one."""
    return state.shown if len(products) == 1 and products[0] in state.shown else products


def _reject(state: DialogueState, text: str) -> DialogueState:
    everything = state.focus is None or "都" in text
    turned_down = state.shown if everything else (state.focus or "",)
    return replace(state, focus=None, model=None, rejected=joined(state.rejected, turned_down))


def _has_moved_on(state: DialogueState, before: DialogueState, wishes: bool, product: Product | None) -> bool:
    """Whether the product in focus is no longer what is talked about."""
    if product is None:
        return True
    if _terms(state) != _terms(before) and _contradicts(state, product):
        return True
    return wishes and _needs(state) != _needs(before)


def _contradicts(state: DialogueState, product: Product) -> bool:
    turned_down = {product.brand, product.category, *product.features} & set(state.excluded)
    other_brand = state.brand is not None and state.brand != product.brand
    other_model = state.model is not None and not _carries(product, state.model)
    return bool(turned_down) or other_brand or other_model


def _carries(product: Product, model: str) -> bool:
    """Whether it is that model, or of the series so named."""
    return model == product.model or model in product.name


def _terms(state: DialogueState) -> tuple[object, ...]:
    return (state.brand, state.model, state.excluded)


def _needs(state: DialogueState) -> tuple[object, ...]:
    return (
        *(state.budget_min, state.budget_max, state.area_m2, state.people, state.who, state.place),
        *(state.size, state.features, state.excluded),
    )


def _with_fitting_names(state: DialogueState, before: DialogueState, lookup: Lookup) -> DialogueState:
    """A brand or model named earlier does not outlive the turn to other goods."""
    if state.focus == before.focus:
        return state
    product = lookup(state.focus) if state.focus else None
    if product is None:
        return state if state.model != before.model else replace(state, model=None)
    fits = state.model is not None and _carries(product, state.model)
    same_brand = state.brand == product.brand
    return replace(state, model=state.model if fits else None, brand=state.brand if same_brand else None)
