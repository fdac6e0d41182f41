"""How well the generator copies and behaves, before any guard, on prompts it never trained on.

Two sets: invented goods of a held-out seed, and the goods of the demo shop, which no training turn names.
Three ways: ``free`` writes whole replies; ``copying`` too, held to the facts' figures by the decoder;
``shop`` as the runtime does, which says the template's words first: only what the model adds is judged.
"""

from __future__ import annotations

import argparse
import math
import re
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import islice, pairwise
from pathlib import Path

from export.data.replies import FORBIDDEN, Sample, samples
from export.data.scenes import PARTS
from export.figures import fact_lines, stated, tactic_of
from export.manifest import attach
from runtime.generation.copying import Copying
from runtime.generation.guard import Guard
from runtime.generation.llama import LlamaEngine
from runtime.generation.prompt import BOT, USER, needs
from runtime.generation.prompt import fact_lines as lines_of
from runtime.knowledge.catalogue import read_catalogue
from runtime.settings import MODELS
from runtime.types import Tactic

HELD_OUT_SEED = 900_001
MAX_TOKENS = 90
_HEADLINE = ("figures_right_stating", "guard_replaced", "tactic_kept")
_STEP = 7  # of the turns made, every seventh: little of one scene

# What a reply of a tactic says, as a pattern; tactics that are not here are judged in _keeps.
_SAYS = {
    Tactic.ASK: "？",
    Tactic.HAND_OVER: "店员|同事|叫人|经理|来",
    Tactic.ADMIT: "资料|清楚|确定|查不到|答不|店员|没有|懂|不知道|帮不上|难住|不归我",
    Tactic.SERVICE: "店员|保|登记|售后|修|换|退",
    Tactic.CLOSE_SALE: "单|付款|登记|试|想|担心|留|看看|考虑|比较|着急",
}


@dataclass(frozen=True, slots=True)
class Said:
    """One turn and what was said to it; ``opening`` is the part that is not the model's."""

    turn: Sample
    opening: str
    reply: str
    replaced: str | None  # why the guard stopped it

    @property
    def figures(self) -> tuple[tuple[str, bool], ...]:
        """The figures that the model stated, each with whether it is right."""
        return stated(self.turn.prompt, self.reply)[len(stated(self.turn.prompt, self.opening)) :]

    @property
    def added(self) -> str:
        return self.reply.removeprefix(self.opening)


@dataclass(frozen=True, slots=True)
class Score:
    """Shares are 0..1, of replies unless named otherwise."""

    replies: int
    stating: int  # of them state a figure outside of names
    figures: int
    figures_right: float  # of the figures: it stands in the facts of the product spoken about
    figures_right_stating: float  # of the replies that state figures: all are right
    figures_right_all: float  # of all replies
    guard_replaced: float
    praise_true: float  # whatever is praised, a feature of the goods or the customer's need backs it
    names_right: float  # goods are named as the facts name them
    tactic_kept: float
    forbidden_words: float
    repetition: float  # some six characters stand twice
    distinct_2: float  # different pairs of characters among all pairs
    mean_characters: float
    ms_a_reply: float


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="export report-generator", description=__doc__)
    parser.add_argument(
        "--model", type=Path, nargs="+", default=[MODELS / "generator/generator-q4_0.gguf"],
        help="the first one's replies are shown",
    )  # fmt: skip
    parser.add_argument("--demo", type=Path, default=Path("firmware_config/demo"))
    parser.add_argument("--prompts", type=int, default=200, help="of each set")
    parser.add_argument("--show", type=int, default=40, help="sample replies to print")
    parser.add_argument("--attach", action="store_true", help="put it into models/REPORT.md")
    arguments = parser.parse_args(argv)
    found = {path: measure(path, arguments.demo, arguments.prompts) for path in arguments.model}
    first = found[arguments.model[0]]
    page = "\n\n".join([_table(found), _wrong(first.values()), _shown(first, arguments.show)])
    print(page)
    if arguments.attach:
        models = " ".join(map(str, arguments.model))
        command = f"python -m export report-generator --model {models} --prompts {arguments.prompts}"
        attach(MODELS, "generator", "Replies", command, page)
    return 0


def measure(model: Path, demo: Path, count: int) -> dict[str, list[tuple[Said, float]]]:
    """For each set and way (``demo goods, copying``): what was said, and the seconds that it took."""
    engine = LlamaEngine(model, slots=1, threads=1)
    turns = {"invented goods": _turns(None, count), "demo goods": _turns(demo, count)}
    found = {
        f"{goods}, {way}": [timed for turn in chosen if (timed := _say(engine, turn, way))]
        for goods, chosen in turns.items()
        for way in ("free", "copying", "shop")
    }
    engine.close()
    return found


def headline(found: dict[str, list[tuple[Said, float]]]) -> dict[str, float]:
    """What the manifest tells of ``measure``'s finds."""
    scores = {re.sub(r"\W+", "_", name): asdict(score(said)) for name, said in found.items()}
    return {f"{name}_{key}": scored[key] for name, scored in scores.items() for key in _HEADLINE}


@lru_cache(maxsize=2)
def _turns(demo: Path | None, count: int) -> tuple[Sample, ...]:
    shelf = read_catalogue(demo).products if demo else ()
    return tuple(islice(samples(HELD_OUT_SEED, count * _STEP, shelf), 0, None, _STEP))


def _say(engine: LlamaEngine, turn: Sample, way: str) -> tuple[Said, float] | None:
    """What the model says; None: in the shop no template would open this turn."""
    if way == "shop" and not turn.opening:
        return None
    opening = turn.opening if way == "shop" else ""
    copying = None if way == "free" else Copying(
        lines_of(turn.state, turn.evidence), needs(turn.state), opening
    )  # fmt: skip
    began = time.monotonic()
    drafts = engine.stream("report", turn.prompt + opening, MAX_TOKENS, threading.Event(), copying)
    reply = opening + "".join(draft.text for draft in drafts)
    took = time.monotonic() - began
    guard = Guard(turn.evidence, turn.state.focus)
    guard.feed(reply)
    guard.finish()
    return Said(turn, opening, reply, guard.verdict.blocked), took


def score(said: Sequence[tuple[Said, float]]) -> Score:
    every = [one for one, _ in said]
    figures = [right for one in every for _, right in one.figures]
    stating = [all(right for _, right in one.figures) for one in every if one.figures]
    twos = Counter(two for one in every for two in pairwise(one.reply))
    return Score(
        replies=len(every),
        stating=len(stating),
        figures=len(figures),
        figures_right=_share(figures),
        figures_right_stating=_share(stating),
        figures_right_all=_share([all(right for _, right in one.figures) for one in every]),
        guard_replaced=_share([one.replaced is not None for one in every]),
        praise_true=_share([not unbacked(one) for one in every]),
        names_right=_share([names_right(one.turn.prompt, one.reply) for one in every]),
        tactic_kept=_share([keeps_tactic(one.turn.prompt, one.reply) for one in every]),
        forbidden_words=_share([any(word in one.reply for word in FORBIDDEN) for one in every]),
        repetition=_share([re.search(r"(.{6}).*\1", one.reply) is not None for one in every]),
        distinct_2=round(len(twos) / max(1, sum(twos.values())), 4),
        mean_characters=round(sum(len(one.reply) for one in every) / max(1, len(every)), 1),
        ms_a_reply=round(sum(took for _, took in said) * 1000 / max(1, len(said)), 1),
    )


def _share(flags: Sequence[bool]) -> float:
    return round(sum(flags) / len(flags), 4) if flags else math.nan


def _table(found: dict[Path, dict[str, list[tuple[Said, float]]]]) -> str:
    """A row for each figure, a column for each model, set and way."""
    columns = {
        f"{path.parent.name}/{path.stem.removeprefix('generator-')}: {name}": asdict(score(said))
        for path, sets in found.items()
        for name, said in sets.items()
    }
    rows = [
        f"| {name} | " + " | ".join(str(value) for value in column.values()) + " |"
        for name, column in columns.items()
    ]
    head = [key.replace("_", " ") for key in next(iter(columns.values()))]
    return "\n".join(["| | " + " | ".join(head) + " |", "|---" * (len(head) + 1) + "|", *rows])


def _wrong(sets: Iterable[list[tuple[Said, float]]]) -> str:
    """Every kind of failure with an example: what to work on next."""
    every = [one for said in sets for one, _ in said]
    misquoting = [one for one in every if not all(right for _, right in one.figures)]
    replaced = Counter(one.replaced for one in every if one.replaced)
    lines = [f"Replaced by the guard: {dict(replaced)} of {len(every)}. Wrong figures, at most ten:", ""]
    for one in misquoting[:10]:
        wrong = [figure for figure, right in one.figures if not right]
        facts = " · ".join(fact_lines(one.turn.prompt))
        lines.append(f"- {', '.join(wrong)} in: {one.reply} (facts: {facts})")
    return "\n".join(lines)


def _shown(sets: dict[str, list[tuple[Said, float]]], count: int) -> str:
    """Replies in full as the shop would say them, the model's own part in bold."""
    lines = ["What is said in the shop; the model's part is bold, ✗ where the guard would step in:", ""]
    for name, said in sets.items():
        if name.endswith("shop"):
            chosen = said[:: max(1, len(said) * 2 // count)][: count // 2]
            lines += [f"- {_asked(one)} → {one.opening}**{one.added}**{_mark(one)}" for one, _ in chosen]
    return "\n".join(lines)


def _asked(one: Said) -> str:
    question = one.turn.prompt.rsplit(USER, 1)[1].removesuffix(BOT)
    return re.sub(r"<\|do\|>(\w+)\S*", r" [\1]", question)


def _mark(one: Said) -> str:
    return f" ✗ {one.replaced}" if one.replaced else ""


def names_right(prompt: str, reply: str) -> bool:
    """Where the last words of a product's name stand, the whole name stands or 这款 and the like."""
    names = [line.split("|")[0] for line in fact_lines(prompt) if "|" in line]
    rest = reply
    for name in sorted(names, key=len, reverse=True):
        rest = rest.replace(name, "")
    rest = re.sub(r"这[款台个][^，。]*", "", rest)
    return not any(name[-4:] in rest for name in names if len(name) > 6)


@lru_cache(maxsize=1)
def _praise() -> dict[str, set[str]]:
    """Each clause of praise -> the features and persons for any of which it may be said."""
    found: dict[str, set[str]] = {}
    tie = PARTS["tie"]
    by_kind = ((feature, clauses) for feature, kinds in tie["at"].items() for clauses in kinds.values())
    by_person = (pair for features in tie["for"].values() for pair in features.items())
    for why, clauses in (*tie["feature"].items(), *tie["who"].items(), *by_kind, *by_person):
        for clause in clauses:
            found.setdefault(clause, set()).add(why)
    return found


def unbacked(one: Said) -> list[str]:
    """Learned praise that neither a fact nor the customer's need backs."""
    known = "|".join([*lines_of(one.turn.state, one.turn.evidence), one.turn.state.who or ""])
    said = [(clause, why) for clause, why in _praise().items() if clause in one.added]
    return [clause for clause, why in said if not any(word in known for word in why)]


def keeps_tactic(prompt: str, reply: str) -> bool:
    """A rough look at whether the reply does what the prompt asked for."""
    tactic = Tactic(tactic_of(prompt))
    if pattern := _SAYS.get(tactic):
        return re.search(pattern, reply) is not None or _quotes(prompt, reply, "话术:")
    goods = [line.split("|")[0] for line in fact_lines(prompt) if "|" in line]
    if tactic is Tactic.COMPARE:
        return len(goods) > 1 and goods[1] in reply
    if tactic is Tactic.OFFER:
        return _quotes(prompt, reply, "促销:") or ("促销:" not in prompt and "促销" not in reply)
    if tactic is Tactic.HOLD_PRICE:
        return re.search("给您便宜|给您降|给您打", reply) is None
    return bool(reply)


def _quotes(prompt: str, reply: str, prefix: str) -> bool:
    """Whether the reply states a fact of this kind, at least its first words."""
    fields = [field for line in fact_lines(prompt) for field in line.split("|") if field.startswith(prefix)]
    return any(re.split("[(，。]", field.removeprefix(prefix))[0] in reply for field in fields)
