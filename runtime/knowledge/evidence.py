"""Which facts this turn's reply may draw on: few, true today, and about what was asked."""

from __future__ import annotations

import re
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from runtime.knowledge.answers import answers_on, direct_answers, near_answers, nearest_answer
from runtime.knowledge.asked import asked_kind
from runtime.knowledge.asks import parts_of
from runtime.knowledge.items import Item
from runtime.knowledge.product_facts import asked_of, product_facts
from runtime.knowledge.reasons import reason_for
from runtime.knowledge.shop_facts import offer_facts, script_facts
from runtime.types import (
    DialogueState,
    Emotion,
    Evidence,
    Fact,
    FactKind,
    Hit,
    Intent,
    Tactic,
    Understanding,
)

if TYPE_CHECKING:
    from runtime.knowledge.view import View

MAX_PRODUCTS, MAX_FACTS = 3, 10
WORDED = 0.4  # share of what was said that must stand in a sheet for goods of no known kind
_FACTS_EACH = {0: 0, 1: 8, 2: 4, 3: 3}  # goods told about -> facts for each

_K = FactKind
# What a question is about, the most wanted first. The price is always told.
_ASPECTS = {
    Intent.PRICE: (_K.PROMOTION, _K.FEATURE),
    Intent.BARGAIN: (_K.PROMOTION, _K.FEATURE, _K.WARRANTY),
    Intent.PROMOTION: (_K.PROMOTION,),
    Intent.FUNCTION: (_K.FEATURE, _K.SPEC),
    Intent.COMPARE: (_K.FEATURE, _K.SPEC),
    Intent.RECOMMEND: (_K.FEATURE, _K.SPEC, _K.PROMOTION),
    Intent.CUSTOM: (_K.FEATURE,),
    Intent.STOCK: (_K.STOCK,),
    Intent.DELIVERY: (_K.DELIVERY,),
    Intent.INSTALL: (_K.INSTALL,),
    Intent.WARRANTY: (_K.WARRANTY,),
    Intent.COMPLAINT: (_K.WARRANTY,),
    Intent.ORDER: (_K.STOCK, _K.PROMOTION, _K.DELIVERY),
    Intent.NO_INTEREST: (),
    Intent.OTHER: (_K.FEATURE,),
}
_TACTIC_ASPECTS = {
    Tactic.RECOMMEND: (_K.FEATURE, _K.SPEC, _K.PROMOTION),
    Tactic.COMPARE: (_K.FEATURE, _K.SPEC),
    Tactic.OFFER: (_K.PROMOTION,),
    Tactic.HOLD_PRICE: (_K.FEATURE, _K.WARRANTY),
    Tactic.CLOSE_SALE: (_K.FEATURE, _K.STOCK),
    Tactic.SERVICE: (_K.WARRANTY,),
}
_NO_HINTS = {Intent.OTHER, Intent.NO_INTEREST, Intent.COMPLAINT}
_NO_GOODS = {Intent.GREETING, Intent.HUMAN}
_NO_FACTS = {Tactic.GREET, Tactic.FAREWELL}
_ABOUT_OFFERS = {Intent.PROMOTION, Intent.BARGAIN}
_BOTH = re.compile(r"(两[个款台者]|二者|俩|它们).{0,5}差")
_SEVERAL = {Intent.RECOMMEND, Intent.COMPARE}  # even while one product is in focus


def choose_evidence(
    view: View,
    hits: tuple[Hit, ...],
    state: DialogueState,
    understanding: Understanding,
    tactic: Tactic,
    today: date,
) -> Evidence:
    """At most MAX_PRODUCTS goods and MAX_FACTS facts; nothing that has expired or not begun by ``today``."""
    intent = understanding.intent
    if tactic in _NO_FACTS:
        answers = direct_answers(view, [], understanding)
        return Evidence(facts=(*answers, *script_facts(view, understanding, state.turn)))
    goods = _goods(view, hits, state, understanding, today)
    items = [view.items[view.rows[hit.product.id]] for hit in goods]
    aspects = tuple(dict.fromkeys((*_ASPECTS.get(intent, ()), *_TACTIC_ASPECTS.get(tactic, ()))))
    if understanding.emotion.top() is Emotion.HESITANT and items and _K.PROMOTION not in aspects:
        aspects = (*aspects, _K.PROMOTION)
    shop = _answers(view, items, state, understanding, today)
    if tactic is Tactic.ADMIT and items and not shop:
        shop = nearest_answer(view, items, understanding)
    if _K.PROMOTION in aspects and (items or intent in _ABOUT_OFFERS):
        shop += offer_facts(view, items, state, today)
    shop += script_facts(view, understanding, state.turn)
    room = min(_FACTS_EACH[len(items)], (MAX_FACTS - len(shop)) // max(1, len(items)))
    told = [
        fact
        for item in items
        for fact in islice(product_facts(item, items, aspects, state, understanding, today), room)
    ]
    return Evidence(tuple(goods), (*told, *shop)[:MAX_FACTS])


def _answers(
    view: View, items: list[Item], state: DialogueState, understanding: Understanding, today: date
) -> list[Fact]:
    """The shop's answers: to this very question, else what comes near where no fact of the goods answers."""
    if direct := direct_answers(view, items, understanding):
        return direct
    intent, text = understanding.intent, understanding.text
    told = items and asked_of(items[0], items, state, understanding, today)
    if items and not told and (near := near_answers(view, items, understanding)):
        return near
    return [] if items and intent is not Intent.COMPLAINT else answers_on(view, intent, text)


# --- which goods -----------------------------------------------------------------------------


def _goods(
    view: View, hits: tuple[Hit, ...], state: DialogueState, understanding: Understanding, today: date
) -> list[Hit]:
    """Those named, the product in focus, those compared, or those found."""
    intent = understanding.intent
    if intent in _NO_GOODS and not state.focus:
        return []
    named = _named(view, hits, intent, state, understanding.text)
    if named and (intent not in _SEVERAL or len(named) > 1):
        return _hits(view, hits, named, state, today)
    focus = [state.focus] if state.focus and state.focus in view.rows else []
    shown = [id for id in state.shown if id in view.rows]
    if (intent is Intent.COMPARE or _BOTH.search(understanding.text)) and len(shown) > 1:
        return _hits(view, hits, (focus if state.focus in shown else []) + shown, state, today)
    if focus and intent not in _SEVERAL:
        return _hits(view, hits, focus, state, today)
    if not named and not _says_what(state):
        worded = view.words.find(parts_of(understanding.text, ()))
        hits = tuple(hit for hit in hits if worded[view.rows[hit.product.id]] >= WORDED)
    if not named and not focus and state.category is None and (head := asked_kind(understanding)):
        hits = tuple(hit for hit in hits if head in view.items[view.rows[hit.product.id]].sheet)
    if not named and not focus and state.category and view.filters(state) is None:
        own = set(state.category[:-1] or state.category)  # 投影 of 投影仪, which no name has a part of
        hits = tuple(hit for hit in hits if own & set(hit.product.name))
    return _hits(view, hits, [*focus, *(hit.product.id for hit in hits)], state, today)


def _named(view: View, hits: tuple[Hit, ...], intent: Intent, state: DialogueState, text: str) -> list[str]:
    """Goods found that this sentence names: in full, else by the beginning of the name as it is written.

    Of goods that are compared, the best found for each name comes first.
    """
    mentions = view.sounds.find(text)
    found = [
        (mentions[row], hit.product.id) for hit in hits if (row := view.rows[hit.product.id]) in mentions
    ]
    whole = [(mention, id) for mention, id in found if mention.whole]
    # Of what is talked about, the words that point have been read already.
    hints = intent not in _NO_HINTS and (state.focus is None or intent is Intent.COMPARE)
    named = whole or [(mention, id) for mention, id in found if mention.exact and hints]
    if intent is Intent.COMPARE:
        best = {mention.at: id for mention, id in reversed(named)}
        named.sort(key=lambda pair: best[pair[0].at] != pair[1])
    return [id for _, id in named]


def _hits(view: View, hits: tuple[Hit, ...], ids: list[str], state: DialogueState, today: date) -> list[Hit]:
    """The first MAX_PRODUCTS of ``ids``, as they were found or with a reason of their own."""
    found = {hit.product.id: hit for hit in hits}
    chosen = list(dict.fromkeys(ids))[:MAX_PRODUCTS]
    items = [view.items[view.rows[id]] for id in chosen]
    return [
        found.get(item.product.id) or Hit(item.product, 0.0, reason_for(item, state, today)) for item in items
    ]


def _says_what(state: DialogueState) -> bool:
    """Whether anything said so far chooses among goods; else the nearest ones are near to nothing."""
    kind = (state.category, state.brand, state.model, state.size, state.color, state.features)
    need = (state.budget_max, state.budget_min, state.area_m2, state.who)
    return any(kind) or any(need)
