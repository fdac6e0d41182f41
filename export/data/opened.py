"""Turns that the template opens, as the runtime has most of them opened: the reply goes on from there."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial

from export.data.clerk import MOODS, WORTH, Clerk, Turn, tidy
from export.data.scenes import PARTS, Said
from runtime.generation.opening import first_sentence
from runtime.generation.templates import template_reply
from runtime.types import DialogueState, Evidence, Fact, FactKind, Intent, Tactic

_SLOT = re.compile(r"\{(\w+)\}")
_ANSWERS = {FactKind.FAQ, FactKind.POLICY}
_MOODY = {"price", "spec", "about", "recommend", "order", "hesitate"}
_BARE = ("给您介绍", "您问的是", "说说")  # how the template begins to describe


@dataclass(frozen=True, slots=True)
class Plan:
    """A kind of turn that the template opens."""

    key: str  # of the words that follow, and of what it may end with
    question: str
    tactic: Tactic
    intent: Intent
    weight: int
    kinds: frozenset[FactKind] = frozenset()  # the fact asked for; empty: none in particular


def continued(clerk: Clerk) -> Turn | None:
    """A reply that goes on from the template's first sentence, as the runtime has it do."""
    plan = clerk.random.choices(_PLANS, [plan.weight for plan in _PLANS])[0]
    lead = _lead(clerk, plan.kinds)
    if (plan.kinds and not lead) or (plan.tactic is Tactic.COMPARE and len(clerk.scene.goods) < 2):
        return None
    evidence = clerk.scene.evidence
    if lead:  # the runtime puts what was asked for right behind the price
        evidence = replace(evidence, facts=tuple(sorted(evidence.facts, key=partial(_place, lead.fact))))
    template = template_reply(plan.tactic, plan.intent, _dear(clerk, evidence), _any_turn(clerk), None)
    opening = first_sentence(template)
    said = opening + _next_sentence(clerk, template.text, opening)
    if not _about(clerk, plan, lead, said):
        return None
    question = _plan_question(clerk, plan, lead)
    told = [one for facts in (*clerk.scene.known, clerk.scene.shop) for one in facts if one.value in said]
    added, facts = _follow(clerk, _follow_key(plan, said), told)
    made = tidy(said + added), tuple(one.fact.id for one in (*told, *facts))
    return Turn(question, plan.tactic, *made)


def _any_turn(clerk: Clerk) -> DialogueState:
    return replace(clerk.scene.state, turn=clerk.random.randrange(6))


def _dear(clerk: Clerk, evidence: Evidence) -> Evidence:
    """What costs more than the customer wants to pay is found with that reason, as retrieval gives it."""
    most = clerk.scene.state.budget_max
    hits = [replace(h, reason="超预算" if most and h.product.price > most else "") for h in evidence.hits]
    return replace(evidence, hits=tuple(hits))


def _next_sentence(clerk: Clerk, template: str, opening: str) -> str:
    """The template's second sentence where the first tells nothing of the goods, or at times."""
    bare = opening.endswith("预算") or (opening.startswith(_BARE) and clerk.random.random() < 0.6)
    second = template.removeprefix(opening).lstrip("。").split("。")[0]
    return f"。{second}" if opening and second and bare else ""


def _about(clerk: Clerk, plan: Plan, lead: Said | None, said: str) -> bool:
    """Whether the template speaks about what this plan is for."""
    if plan.key == "faq":
        return lead is not None and said.startswith(lead.value[:4])
    if plan.key in ("offer", "service"):
        return bool(said)
    return bool(said) and bool(clerk.scene.goods) and clerk.scene.goods[0].name in said


def _lead(clerk: Clerk, kinds: frozenset[FactKind]) -> Said | None:
    fitting = [said for said in (*clerk.first, *clerk.scene.shop) if said.fact.kind in kinds]
    return clerk.random.choice(fitting) if fitting else None


def _plan_question(clerk: Clerk, plan: Plan, lead: Said | None) -> str:
    if lead and lead.fact.kind is FactKind.SPEC:
        return clerk.spec_question(lead.name)
    if lead and lead.fact.kind in _ANSWERS:
        clerk.goal = clerk.random.choice(tuple(Intent))
        return clerk.ask(lead.name, {})
    if lead and lead.fact.id.endswith(".colors"):
        return clerk.question("color")
    want = clerk.random.choice(clerk.scene.state.features or tuple(clerk.features()) or ("省电",))
    return clerk.question(plan.question, f=want, who=clerk.scene.state.who or "家里人")


def _follow_key(plan: Plan, opening: str) -> str:
    if "缺货" in opening:
        return "stock_out"
    return "no_offer" if plan.key == "offer" and "优惠" in opening and "资料" in opening else plan.key


def _follow(clerk: Clerk, key: str, told: list[Said]) -> tuple[str, list[Said]]:
    """Words after the opening, which states ``told``, and the facts that they add."""
    mood = MOODS.get(clerk.mood)
    if mood and key in _MOODY and clerk.random.random() < 0.6:
        patterns = PARTS["follow_mood"][mood]
    else:
        patterns = PARTS["follow"][key]
    words = {"ask": clerk.ending(key), "who": clerk.scene.state.who or "", "tie": clerk.tie(sure=True)}
    facts = {}
    worth = [said for said in clerk.first if said.fact.kind in WORTH and said not in told]
    if worth and key not in ("compare", "offer"):  # there another of the goods may be meant
        facts["w"] = worth[0] if clerk.random.random() < 0.8 else clerk.random.choice(worth)
        words["w"] = clerk.phrase(facts["w"])
    if (second := clerk.of_kind(FactKind.PRICE, 1)) and second not in told:
        facts["x"] = second
        words["m"], words["x"] = clerk.scene.goods[1].name, clerk.phrase(second)
    usable = [p for p in patterns if all(words.get(slot) or slot == "ask" for slot in _SLOT.findall(p))]
    pattern = clerk.favourite(key, patterns, usable) if usable else "。{ask}"
    used = [facts[slot] for slot in _SLOT.findall(pattern) if slot in facts]
    return pattern.format(**words), used


def _place(lead: Fact, fact: Fact) -> int:
    return 0 if fact.kind is FactKind.PRICE else 1 if fact is lead else 2


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
