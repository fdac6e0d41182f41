"""How well the whole assistant does on hand-written dialogues and questions about the demo shop.

What is sealed has its scores printed apart and its errors never shown, so that work on the errors of what
is open can be judged by it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from unittest.mock import patch

import runtime.shop
from export.bm25 import Bm25
from export.manifest import attach
from runtime.batch import state_json
from runtime.errors import EngineFailed
from runtime.generation.llama import LlamaEngine
from runtime.knowledge.catalogue import read_catalogue
from runtime.knowledge.texts import product_text
from runtime.settings import DEMO_GOODS, MODELS, Settings
from runtime.shop import Shop
from runtime.turn import Done, Found, run_turn
from runtime.types import DialogueState, Draft, Hit, Source, Turn, Utterance
from runtime.understanding.numbers import normalise_text, parse_quantities, read_quantity

RECALL_AT = 5
PARTS = ("open", "sealed")  # folders of the dev set

# Words that something is not known. That a person will come, sign or bargain says nothing of what is known.
_ADMITS = re.compile(
    r"没有?(写|标|提|列|注明|查到|找到|看到|资料|相关|这[类种样款个]|卖|进)|资料里?(暂时)?没|[查答]不[到上]|没法[说答]|"
    r"不(太|是很)?(清楚|知道|确定|了解|卖)|不敢(乱|随便)|不(好|乱)(随便)?(说|讲|答)|"
    r"问(一?下)?店[员长]|店[员长].{0,3}(确认|解答|打听)"
)


@dataclass(frozen=True, slots=True)
class Expected:
    """What one turn should lead to."""

    text: str
    state: Mapping[str, Any] = field(default_factory=dict)  # keys of DialogueState; others are free
    focus: str | None = None  # None: any
    must: tuple[str, ...] = ()  # in the reply
    must_not: tuple[str, ...] = ()
    admit: bool = False  # the reply says that it does not know
    products: tuple[str, ...] = ()  # any of these is to be found; none: any


class Played(NamedTuple):
    """A turn as it was expected and as it came."""

    expected: Expected
    turn: Turn
    found: tuple[Hit, ...]
    tactic: str

    @property
    def ranked(self) -> list[str]:
        """Goods in the evidence, then those found."""
        hits = (*self.turn.evidence.hits, *self.found[:RECALL_AT])
        return list(dict.fromkeys(hit.product.id for hit in hits))


# --- judging ---------------------------------------------------------------------------------


def state_fits(expected: Mapping[str, Any], state: DialogueState) -> bool:
    """Every expected key holds; of lists (features, excluded) at least what is expected."""
    return not _misfits(expected, state)


def _misfits(expected: Mapping[str, Any], state: DialogueState) -> list[str]:
    return [key for key, wanted in expected.items() if not _agrees(wanted, getattr(state, key))]


def _agrees(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, list):
        return set(wanted) <= set(found)
    return bool(wanted == found)


def says(reply: str, wanted: str) -> bool:
    """Whether the words stand in the reply, a figure never inside a longer one; 两千元 says 2000."""
    plain, part = _plain(reply), _plain(wanted)
    left = r"(?<![\d.])" if part[:1].isdigit() else ""
    right = r"(?!\.?\d)" if part[-1:].isdigit() else ""
    if re.search(left + re.escape(part) + right, plain):
        return True
    figure = read_quantity(part)
    return figure is not None and any(
        (span.quantity.low, span.quantity.high) == (figure.low, figure.high)
        and figure.unit in ("", span.quantity.unit)
        for span in parse_quantities(plain)
    )


def _plain(text: str) -> str:
    return re.sub(r"(?<=\d),(?=\d{3})|\s", "", normalise_text(text))


def admits(reply: str) -> bool:
    return _ADMITS.search(reply) is not None


def faults(played: Played) -> list[str]:
    """What is wrong with a turn, in words; none: it is as expected."""
    expected, turn = played.expected, played.turn
    wrong = [
        f"{key}: {getattr(turn.state, key)!r}, not {expected.state[key]!r}"
        for key in _misfits(expected.state, turn.state)
    ]
    if expected.focus not in (None, turn.state.focus):
        wrong.append(f"focus: {turn.state.focus}, not {expected.focus}")
    if expected.products and not set(expected.products) & set(played.ranked):
        wrong.append(f"found: {played.ranked}, not {' or '.join(expected.products)}")
    return wrong + _reply_faults(expected, turn.reply.text)


def _reply_faults(expected: Expected, reply: str) -> list[str]:
    wrong = [f"not said: {words}" for words in expected.must if not says(reply, words)]
    wrong += [f"said: {words}" for words in expected.must_not if says(reply, words)]
    return [*wrong, "not admitted"] if expected.admit and not admits(reply) else wrong


def scores(dialogues: Sequence[Sequence[Played]], questions: Sequence[Played]) -> dict[str, float]:
    """Shares 0..1, nan of nothing; length in characters."""
    turns = [played for dialogue in dialogues for played in dialogue]
    replies = [played.turn.reply for played in (*turns, *questions)]
    focused = [played for played in turns if played.expected.focus]
    sought = [p for p in questions if p.expected.products and not p.expected.admit]
    sources = Counter(reply.source for reply in replies)
    return {
        "state": _share(state_fits(p.expected.state, p.turn.state) for p in turns),
        "focus": _share(p.expected.focus == p.turn.state.focus for p in focused),
        "reply": _share(_replied(p) for p in turns),
        "dialogue": _share(all(map(_replied, dialogue)) for dialogue in dialogues),
        "recall@1": _share(p.ranked[0] in p.expected.products if p.ranked else False for p in sought),
        f"recall@{RECALL_AT}": _share(bool({*p.expected.products} & {*p.ranked}) for p in sought),
        "admitted": _share(admits(p.turn.reply.text) for p in (*turns, *questions) if p.expected.admit),
        "admitted needlessly": _share(admits(p.turn.reply.text) for p in turns if not p.expected.admit),
        **{source.value: sources[source] / len(replies) if replies else float("nan") for source in Source},
        "length": sum(len(reply.text) for reply in replies) / len(replies) if replies else float("nan"),
    }


def _replied(played: Played) -> bool:
    return not _reply_faults(played.expected, played.turn.reply.text)


def _share(flags: Iterator[bool]) -> float:
    known = list(flags)
    return sum(known) / len(known) if known else float("nan")


# --- playing ---------------------------------------------------------------------------------


def read_dialogues(path: Path) -> list[list[Expected]]:
    return [[_expected(turn) for turn in line["turns"]] for line in _lines(path)]


def read_questions(path: Path) -> list[Expected]:
    """Each as a conversation of one turn; the reply to one without an answer admits that."""
    return [
        Expected(line["text"], admit=not line["answerable"], products=tuple(line["products"]))
        for line in _lines(path)
    ]


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _expected(turn: Mapping[str, Any]) -> Expected:
    return Expected(
        text=turn["text"],
        state=turn["state"],
        focus=turn["focus"],
        must=tuple(turn["must"]),
        must_not=tuple(turn["must_not"]),
        admit=turn.get("admit", False),
    )


async def play(shop: Shop, name: str, dialogue: Sequence[Expected], today: date) -> list[Played]:
    """One conversation. Nothing of it is stored."""
    state, played = DialogueState(), []
    for expected in dialogue:
        async for event in run_turn(shop, name, state, Utterance(expected.text), today):
            if isinstance(event, Found):
                before = event
            if isinstance(event, Done):
                turn = event.turn
        said = turn.understanding
        found = await shop.retrieve(shop.view, before.state, said, today)
        played.append(Played(expected, turn, found, f"{before.choice.tactic} ({before.choice.reason})"))
        state = turn.state
    return played


class Silent:
    """A generator that always fails, so that the templates answer."""

    chat_template = False

    def __init__(self, *_args: object, **_options: object) -> None:
        pass

    def render(self, messages: list[dict[str, str]]) -> str:
        return ""

    def stream(self, *_request: object) -> Iterator[Draft]:
        raise EngineFailed("templates only")

    def close(self) -> None:
        pass


class Part(NamedTuple):
    """One folder of the dev set, played."""

    dialogues: list[list[Played]]
    questions: list[Played]


async def _play_part(shop: Shop, folder: Path, today: date) -> Part:
    dialogues = read_dialogues(folder / "dialogues.jsonl")
    questions = read_questions(folder / "questions.jsonl")
    return Part(
        [await play(shop, f"dialogue {n}", one, today) for n, one in enumerate(dialogues)],
        [(await play(shop, f"question {n}", [one], today))[0] for n, one in enumerate(questions)],
    )


async def _play_all(args: argparse.Namespace) -> dict[str, Part]:
    engine = Silent if args.generator == "template" else LlamaEngine
    with TemporaryDirectory() as folder, patch.object(runtime.shop, "LlamaEngine", engine):
        async with Shop.opened(Settings(), Path(folder)) as shop:
            await shop.import_goods(args.goods)
            return {part: await _play_part(shop, args.dev / part, date.today()) for part in PARTS}


# --- the command -----------------------------------------------------------------------------


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m export report-dialogues",
        description="Score the whole assistant on the hand-written dialogues and questions.",
        epilog="example: python -m export report-dialogues --generator template --errors 20",
    )
    parser.add_argument("--dev", type=Path, default=Path("export/data/dev"))
    parser.add_argument("--goods", type=Path, default=DEMO_GOODS)
    parser.add_argument("--generator", choices=["model", "template"], default="model")
    parser.add_argument(
        "--errors", type=int, default=0, metavar="N", help="print N open turns that went wrong"
    )
    args = parser.parse_args(argv)
    parts = asyncio.run(_play_all(args))
    page = report_page(parts, args.goods)
    if args.generator == "model" and args.goods == DEMO_GOODS:
        attach(MODELS, "understanding", "The whole assistant", "python -m export report-dialogues", page)
    print(page)
    may_be_read = parts["open"]
    for played in islice(filter(faults, chain(*may_be_read.dialogues, may_be_read.questions)), args.errors):
        print(shown(played))
    return 0


def report_page(parts: Mapping[str, Part], goods: Path) -> str:
    """Markdown: every figure of every part, and the recall of the baseline on the same questions."""
    columns = {name: scores(*part) for name, part in parts.items()}
    baseline = f"recall@{RECALL_AT}, BM25 instead"
    for name, part in parts.items():
        columns[name][baseline] = bm25_recall(part.questions, goods)
    head = [
        f"{name}: {len(p.dialogues)} dialogues, {len(p.questions)} questions" for name, p in parts.items()
    ]
    rows = [
        f"| {key} | {' | '.join(f'{figures[key]:.3f}' for figures in columns.values())} |"
        for key in columns[PARTS[0]]
    ]
    return "\n".join(
        [f"| dialogues + questions | {' | '.join(head)} |", "|---" * (len(parts) + 1) + "|", *rows]
    )


def bm25_recall(questions: Sequence[Played], goods: Path) -> float:
    """The share of answerable questions for which plain BM25 finds a right product."""
    shelf = read_catalogue(goods).products
    ranks = Bm25([product_text(product) for product in shelf])
    sought = [p.expected for p in questions if p.expected.products and not p.expected.admit]
    found = ([shelf[number].id for number in ranks.ranked(one.text)[:RECALL_AT]] for one in sought)
    return _share(bool({*one.products} & {*ids}) for one, ids in zip(sought, found, strict=True))


def shown(played: Played) -> str:
    """A turn for the eye of whoever mends it."""
    turn = played.turn
    state = {key: value for key, value in state_json(turn.state).items() if value}
    facts = [f"{fact.id} {fact.text}" for fact in turn.evidence.facts]
    slots = [(slot.name.value, slot.value) for slot in turn.understanding.slots]
    return "\n  ".join(
        [
            f"\n> {turn.utterance.text}",
            f"wrong    {'; '.join(faults(played)) or 'nothing'}",
            f"read as  {turn.understanding.intent} {turn.understanding.intent_p:.2f}, "
            f"{turn.understanding.emotion.top()}, {slots}",
            f"state    {state}, focus {turn.state.focus}",
            f"tactic   {played.tactic}",
            f"found    {played.ranked}",
            f"facts    {facts}",
            f"reply    {turn.reply.text} [{turn.reply.source}]",
        ]
    )
