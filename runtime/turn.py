"""The chain as one readable function: a turn is a value, and nothing here has an effect.

What happens on the way is yielded as events so that words can be shown while the rest is being
formed; whoever consumes them (session.py) decides whether any of it reaches the customer, the
store or the transcript.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from runtime.dialogue.fold import fold, settle
from runtime.dialogue.meaning import reconsider
from runtime.dialogue.reference import point_at, without_pointing
from runtime.dialogue.tactics import Choice
from runtime.errors import EngineFailed
from runtime.generation.guard import Guard
from runtime.generation.opening import certain_opening, says_again, untold_price
from runtime.generation.templates import template_reply
from runtime.types import (
    DialogueState,
    Draft,
    Evidence,
    Quantity,
    Reply,
    Source,
    Tactic,
    Turn,
    Understanding,
    Utterance,
)

if TYPE_CHECKING:
    from runtime.shop import Shop

log = logging.getLogger(__name__)

_ENDS = "，。！？；…~～"
# Said as they stand: a promise of help, one exact question, that something is not known, a farewell.
_FIXED = {Tactic.HAND_OVER, Tactic.ASK, Tactic.ADMIT, Tactic.FAREWELL}
_WITHOUT_GOODS = {Tactic.GREET, Tactic.FAREWELL, Tactic.ADMIT, Tactic.ASK}


@dataclass(frozen=True, slots=True)
class Understood:
    understanding: Understanding


@dataclass(frozen=True, slots=True)
class Found:
    state: DialogueState  # before the reply
    evidence: Evidence
    choice: Choice


@dataclass(frozen=True, slots=True)
class Piece:
    """Checked words, ready to be shown and spoken."""

    text: str


@dataclass(frozen=True, slots=True)
class Done:
    turn: Turn


Event = Understood | Found | Piece | Done


@dataclass(slots=True)
class _Clock:
    """Milliseconds of each stage, in order."""

    begun: float = field(default_factory=time.perf_counter)
    last: float = field(default_factory=time.perf_counter)
    laps: list[tuple[str, float]] = field(default_factory=list)

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.laps.append((stage, (now - self.last) * 1000))
        self.last = now

    def done(self) -> tuple[tuple[str, float], ...]:
        return (*self.laps, ("total", (time.perf_counter() - self.begun) * 1000))


async def run_turn(
    shop: Shop, session: str, state: DialogueState, utterance: Utterance, today: date
) -> AsyncGenerator[Event, None]:
    """What to answer to ``utterance`` after ``state``; the last event is Done with the whole turn."""
    clock = _Clock()
    view = shop.view  # the same goods for the whole turn, whatever is imported meanwhile
    understanding = await shop.understand(view, utterance)
    clock.lap("understand")
    yield Understood(understanding)

    hinted = view.hinted(understanding.text)
    understanding = reconsider(state, understanding, view.names, view.sold_under, hints=hinted is not None)
    reference = point_at(understanding, state, view.names, view.described, today)
    folded = fold(state, understanding, reference, view.names, view.product, hinted)
    understanding = without_pointing(understanding, reference, view.product)
    clock.lap("state")
    choice, evidence = await shop.look_up(view, folded, understanding, today)
    clock.lap("retrieve")
    yield Found(folded, evidence, choice)

    fallback = template_reply(
        choice.tactic, understanding.intent, evidence, folded, choice.ask, understanding
    )
    reply = fallback
    if choice.tactic in _FIXED:
        yield Piece(fallback.text)
    else:
        opening = certain_opening(fallback)
        drafts = shop.generate(session, folded, evidence, understanding.text, choice.tactic, opening)
        guard = Guard(evidence, folded.focus, _needs(folded))
        closing = partial(untold_price, choice.tactic, evidence)
        before = "".join(each.shop for each in state.history)
        async with aclosing(_speak(drafts, guard, opening, closing, fallback, before)) as steps:
            async for step in steps:
                if isinstance(step, Reply):
                    shown = _shown(evidence, step.text, folded.focus, choice.tactic)
                    reply = step if step.products else replace(step, products=shown)
                else:
                    if not any(stage == "first_text" for stage, _ in clock.laps):
                        clock.lap("first_text")
                    yield step
    clock.lap("generate")
    after = settle(folded, understanding.text, evidence, choice, reply)
    yield Done(Turn(session, utterance, understanding, after, evidence, reply, clock.done()))


async def _speak(
    drafts: AsyncGenerator[Draft, None],
    guard: Guard,
    opening: str,
    closing: Callable[[str, tuple[str, ...]], Reply | None],
    fallback: Reply,
    before: str,
) -> AsyncGenerator[Piece | Reply, None]:
    """Generated words as the guard lets them go; where it does not, the template takes over.

    What was said already, ``before`` this turn or in it, is not said again.
    """
    failed, held = None, ""
    if text := guard.feed(opening):
        yield Piece(text)
    said = guard.verdict.released
    try:
        async with aclosing(drafts):
            async for draft in drafts:
                text, held = _whole_clauses(held + guard.feed(draft.text))
                if says_again(before + said, text):
                    held = ""
                    break
                if text:
                    said += text
                    yield Piece(text)
                if guard.verdict.blocked:
                    break
            else:
                held += guard.finish()
    except (EngineFailed, TimeoutError) as error:
        failed = getattr(error, "code", "late")
    if held and not (failed or guard.verdict.blocked or says_again(before + said, held)):
        said += held
        yield Piece(held)
    why = failed or guard.verdict.blocked or (None if said.strip() else "silent")
    if why is None:
        if said == opening == fallback.text:
            yield fallback  # the model had nothing to add
            return
        facts = (*(fallback.facts if opening else ()), *guard.verdict.facts)
        last = closing(said, facts)
        end = ("" if said[-1] in _ENDS else "。") + (last.text if last else "")
        if end:
            yield Piece(end)
        yield Reply(said + end, Source.MODEL, tuple(dict.fromkeys((*facts, *(last.facts if last else ())))))
        return
    log.info("the template answers: %s", why)
    rest = _taken_over(said, opening, fallback.text)
    yield Piece(rest)
    facts = (*guard.verdict.facts, *fallback.facts)
    yield replace(fallback, text=said + rest, facts=tuple(dict.fromkeys(facts)))


def _whole_clauses(text: str) -> tuple[str, str]:
    """What may be shown at once, and words whose clause may still be stopped or prove to be said already."""
    at = max(map(text.rfind, _ENDS)) + 1
    return text[:at], text[at:]


def _taken_over(said: str, opening: str, template: str) -> str:
    """What of the template goes on after words that were already released."""
    if template.startswith(said):
        return template.removeprefix(said)
    if opening and said.startswith(opening):
        return ("" if said[-1] in _ENDS else "。") + template.removeprefix(opening).lstrip(_ENDS)
    return ("" if said[-1] in _ENDS else "——") + template


def _needs(state: DialogueState) -> tuple[Quantity, ...]:
    """What the customer said of the wish in figures; the reply may say it back as a wish."""
    told = (
        (state.budget_min, "元"),
        (state.budget_max, "元"),
        (state.area_m2, "㎡"),
        (state.people, "人"),
        (state.quantity, "台"),
    )
    return tuple(Quantity(float(value), float(value), unit) for value, unit in told if value)


def _shown(evidence: Evidence, text: str, focus: str | None, tactic: Tactic) -> tuple[str, ...]:
    """Which goods to show as cards: those named, and what else a recommendation could have been."""
    goods = [hit.product for hit in evidence.hits]
    named = [p.id for p in goods if p.name in text or (p.model and p.model in text)]
    meant = named or [p.id for p in goods if p.id == focus] or [p.id for p in goods[:1]]
    if tactic in (Tactic.RECOMMEND, Tactic.COMPARE):
        return tuple(dict.fromkeys((*meant, *(p.id for p in goods))))
    return () if tactic in _WITHOUT_GOODS else tuple(meant)
