"""Turns that the template opens, as the runtime has most of them opened: the reply goes on from there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from export.data.clerk import Clerk, Turn
from export.data.follow import Opened, follow
from export.data.scenes import Said
from runtime.generation.opening import certain_opening, says_again
from runtime.generation.templates import template_reply
from runtime.types import (
    DialogueState,
    Emotion,
    EmotionVector,
    Evidence,
    FactKind,
    Intent,
    Slot,
    Tactic,
    Understanding,
)
from runtime.understanding import lexicon
from runtime.understanding.numbers import normalise_text

_ANSWERS = {FactKind.FAQ, FactKind.POLICY}
_ANGRY = 0.04  # share of the questions that are asked angrily
_NEW = {Tactic.RECOMMEND: 0.8}  # how often no product is talked about yet
_PLAINLY = 0.25  # the same for all other tactics
_NO_VECTOR = np.zeros(128, np.float32)


@dataclass(frozen=True, slots=True)
class Plan:
    """A kind of turn that the template opens."""

    question: str
    tactic: Tactic
    intent: Intent
    weight: int
    kinds: frozenset[FactKind] = frozenset()  # the fact asked for; empty: none in particular


def continued(clerk: Clerk) -> Turn | None:
    """A reply that goes on from all that the template says, as the runtime has it do."""
    plans = [plan for plan in _PLANS if _is_possible(clerk, plan)]
    if not plans:
        return None
    plan = clerk.random.choices(plans, [plan.weight for plan in plans])[0]
    leads = _leads(clerk, plan.kinds)
    lead = clerk.random.choice(leads) if leads else None
    question = _question(clerk, plan, lead)
    state = _state(clerk, plan.tactic)
    said = _understood(question, plan.intent, clerk.mood)
    template = template_reply(plan.tactic, plan.intent, _dear(clerk), state, None, said)
    opening = certain_opening(template)
    if not opening:
        return None
    added, facts = follow(Opened(clerk, plan.tactic, plan.intent, state, template))
    if says_again(opening, added):  # the runtime would leave it out
        return None
    return Turn(question, plan.tactic, opening + added, (*template.facts, *facts), opening=opening)


def _is_possible(clerk: Clerk, plan: Plan) -> bool:
    goods = len(clerk.scene.goods)
    return goods > (plan.tactic is Tactic.COMPARE) and (not plan.kinds or bool(_leads(clerk, plan.kinds)))


def _state(clerk: Clerk, tactic: Tactic) -> DialogueState:
    """Any turn of a conversation, before or after a product came to be talked about: no prompt shows it."""
    new = clerk.random.random() < _NEW.get(tactic, _PLAINLY)
    focus = None if new else clerk.scene.state.focus
    return replace(clerk.scene.state, turn=clerk.random.randrange(6), focus=focus)


def _understood(question: str, intent: Intent, mood: Emotion) -> Understanding:
    """What the encoder would make of the question, as far as the template looks at it."""
    text = normalise_text(question)
    slots = tuple(
        Slot(slot, text[start:end], start, end, canonical)
        for start, end, slot, canonical in lexicon.mentions(text)
    )
    feeling = EmotionVector(*(float(mood is each) for each in Emotion))
    intents = tuple(float(intent is each) for each in Intent)
    return Understanding(text, intents, feeling, slots, _NO_VECTOR)


def _dear(clerk: Clerk) -> Evidence:
    """What costs more than the customer wants to pay is found with that reason, as retrieval gives it."""
    evidence, most = clerk.scene.evidence, clerk.scene.state.budget_max
    hits = [replace(h, reason="超预算" if most and h.product.price > most else "") for h in evidence.hits]
    return replace(evidence, hits=tuple(hits))


def _leads(clerk: Clerk, kinds: frozenset[FactKind]) -> list[Said]:
    return [said for said in (*clerk.first, *clerk.scene.shop) if said.fact.kind in kinds]


def _question(clerk: Clerk, plan: Plan, lead: Said | None) -> str:
    if lead and lead.fact.kind is FactKind.SPEC:
        question = clerk.spec_question(lead.name)
    elif lead and lead.fact.kind in _ANSWERS:
        question = clerk.ask(lead.name, {})
    else:
        key = "color" if lead and lead.fact.id.endswith(".colors") else plan.question
        want = clerk.random.choice(clerk.scene.state.features or tuple(clerk.features()) or ("省电",))
        question = clerk.question(key, f=want, who=clerk.scene.state.who or "家里人")
    clerk.goal = plan.intent
    if clerk.random.random() < _ANGRY:
        clerk.mood = Emotion.ANGRY
        return f"{clerk.pick('question', 'service_angry')}，{question}"
    return question


_K, _T, _I = FactKind, Tactic, Intent
_PLANS = (
    Plan("price", _T.INFORM, _I.PRICE, 10),
    Plan("spec", _T.INFORM, _I.FUNCTION, 10, frozenset({_K.SPEC})),
    Plan("function", _T.INFORM, _I.FUNCTION, 8),
    Plan("feature", _T.INFORM, _I.FUNCTION, 6, frozenset({_K.FEATURE})),
    Plan("features", _T.INFORM, _I.FUNCTION, 7, frozenset({_K.FEATURE})),
    Plan("stock", _T.INFORM, _I.STOCK, 6, frozenset({_K.STOCK})),
    Plan("delivery", _T.INFORM, _I.DELIVERY, 5, frozenset({_K.DELIVERY})),
    Plan("install", _T.INFORM, _I.INSTALL, 5, frozenset({_K.INSTALL})),
    Plan("warranty", _T.INFORM, _I.WARRANTY, 5, frozenset({_K.WARRANTY})),
    Plan("price", _T.INFORM, _I.OTHER, 4, frozenset(_ANSWERS)),
    Plan("recommend", _T.RECOMMEND, _I.RECOMMEND, 20),
    Plan("compare", _T.COMPARE, _I.COMPARE, 8),
    Plan("promotion", _T.OFFER, _I.PROMOTION, 6, frozenset({_K.PROMOTION})),
    Plan("bargain", _T.OFFER, _I.BARGAIN, 4, frozenset({_K.PROMOTION})),
    Plan("close_hesitant", _T.OFFER, _I.NO_INTEREST, 4, frozenset({_K.PROMOTION})),
    Plan("bargain", _T.HOLD_PRICE, _I.BARGAIN, 9),
    Plan("promotion", _T.HOLD_PRICE, _I.PROMOTION, 4),
    Plan("close", _T.CLOSE_SALE, _I.ORDER, 7),
    Plan("close_hesitant", _T.CLOSE_SALE, _I.FUNCTION, 6),
    Plan("service", _T.SERVICE, _I.COMPLAINT, 5, frozenset({_K.WARRANTY})),
    Plan("farewell", _T.FAREWELL, _I.NO_INTEREST, 2, frozenset(_ANSWERS)),
)  # fmt: skip
