"""Goods by what is said of them: 白色那款, 24db那台, 能锁游戏的是哪台, 青春版抹布会洗吗."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from runtime.dialogue.pointing import NOTHING, THAT, THAT_WORDS, WHICH_IS, WISHES, Clause, Found
from runtime.knowledge.asks import pairs_of, parts_of
from runtime.knowledge.descriptions import Description, likeness, sheet_of
from runtime.knowledge.items import Item
from runtime.types import Quantity, SlotName
from runtime.understanding.numbers import parse_quantities

# Words before 那款 or 的, or that begin a clause, by which a product is described.
_LEAD = (
    "(?:那么?|就是|就|要|我说的?是?|还是|刚才|刚刚|你说的?|你家|你们?|前面|前头|先头|里头|先|看看?|再看看?|说回|"
    "回到|[^，,。 ]{0,4}说的?|贵了点|又|人家)*"
)
_LEADING = re.compile(_LEAD)
_ENDS = (
    "(?=的?(?:呢|多|怎么|咋|啥|什么|几|现价|现在|卖|价|是|送|有|能|会|要|好|也|吧|得|[没不](?!$))|"
    "的?(?:[，,。；;!?？！ ]|$))"
)
_BEFORE_THAT = re.compile(rf"(?P<what>[^，,。；;!?]{{1,14}}?)的?{THAT_WORDS}")
_AFTER_THAT = re.compile(rf"(?:^|[，,。；;!? ]){_LEAD}{THAT_WORDS}(?P<what>[^，,。；;!? ]{{1,10}}?){_ENDS}")
_OF = re.compile(
    rf"(?:^|[，,。；;!? ]|还是要?|就要?){_LEAD}(?P<what>(?:(?!{THAT_WORDS})[^，,。；;!? ]){{1,8}}?)的(?!有)"
)
_AGREED = re.compile(r"(?P<what>[0-9]+|[^，,。 ]{2,6})就(?P=what)")
_BEGINS = re.compile(rf"(?:^|[，,。；;!? ]|还是要?|就要?|[和跟与比换]){_LEAD}")
_NAME_ENDS = re.compile(_ENDS)
_NUMBER_GOES_ON = re.compile("[0-9][0-9]")
_OFF = re.compile(r"(减|便宜|优惠|降|满|送)了?$")
_ASKS_IF = re.compile(r"^(?:有|能|会|带|可以|支持|是不是|要不要|需|安|装|多|几|什么|哪)")
# How surely a description must tell a product from others of its kind, from all, and by how much.
_OF_KIND, _LOOSELY, _OF_ALL, _AHEAD = 0.45, 0.7, 0.9, 0.1
_LONGEST_NAME, _PLAINLY = 10, 3  # characters; so many name a product wherever they stand


def described(clause: Clause) -> Found:
    """The one that the words tell from all others of its kind."""
    for start, end, pointed in _phrases(clause.text):
        if end - start == 1 and (found := _with_character(clause, clause.text[start])):
            return (found,), ((start, end),)
        if end - start == 1 and not pointed:
            continue
        description = _description(clause, start, end)
        if not (description.words or description.amounts or (description.traits and pointed)):
            if other := _with_colour(clause, description.traits):
                return (other,), ((start, end),)
            continue  # 粉色的有吗 asks about the product in focus
        pools = [(clause.goods.of_kind(None, description), _OF_ALL)]
        if clause.category:
            sure = _OF_KIND if pointed else _LOOSELY
            pools.insert(0, (_in_question(clause, description), sure))
        for items, sure in pools:
            if found := _best(clause, description, items, sure, pointed):
                return (found,), ((start, end),)
    return NOTHING


def _with_character(clause: Clause, character: str) -> str | None:
    """扁的: of the goods talked about, the only one in whose name that stands; 大 and 小 compare them."""
    talked_of = clause.of_kind((*clause.state.shown, *clause.state.seen))
    told = character not in "大小"
    named = {item.product.id for item in talked_of if told and character in sheet_of(item).called}
    return named.pop() if len(named) == 1 else None


def _with_colour(clause: Clause, traits: frozenset[str]) -> str | None:
    """浅蓝的给我留一个: the only one of those shown that comes in it, where the product in focus does not."""
    shown = {
        item.product.id: item.traits | {*item.product.colors} for item in clause.of_kind(clause.state.shown)
    }
    fitting = [id for id, own in shown.items() if traits and traits <= own]
    return fitting[0] if len(fitting) == 1 and clause.state.focus in shown else None


def _phrases(text: str) -> Iterable[tuple[int, int, bool]]:
    """Where goods are described, and whether with 那款."""
    if asked := WHICH_IS.search(text):
        yield 0, asked.start(), True
    if WISHES.search(text) and not THAT.search(text):
        return
    for pattern in (_BEFORE_THAT, _AFTER_THAT, _OF, _AGREED):
        for hit in pattern.finditer(text):
            start, end = hit.span("what")
            if lead := _LEADING.match(text, start, end):
                start = lead.end()
            if start < end and not _ASKS_IF.match(text, start, end):
                yield start, end, pattern is not _OF


def called(clause: Clause) -> Found:
    """学习平板送不送笔, 青春版抹布会洗吗: those in whose name alone the words stand that begin a clause.

    Words that stand in the sheet of the product in focus ask about it: 安装要钱吗, 降噪多少分贝.
    """
    text, slots, state = clause.text, clause.slots, clause.state
    sheets = {item.product.id: sheet_of(item) for item in _in_question(clause, Description(frozenset()))}
    own = next(map(sheet_of, clause.goods.known((state.focus or "",))), None)
    begins = {hit.end() for hit in _BEGINS.finditer(text)}
    begins |= {slot.end for slot in slots if slot.name is SlotName.BRAND}
    found: dict[str, tuple[int, int]] = {}
    for start in range(len(text) - 1):
        if start and _NUMBER_GOES_ON.match(text, start - 1):
            continue
        rest = text[start : start + _LONGEST_NAME]
        for length in range(len(rest), 1 if start in begins else _PLAINLY - 1, -1):
            said, after = rest[:length], rest[length:]
            named = [id for id, sheet in sheets.items() if said in sheet.called]
            if not named:
                continue
            clear = length > 2 or _NAME_ENDS.match(after) or after.startswith(clause.category or "\n")
            asks = own is not None and own.tells(pairs_of([said]))
            if len(named) == 1 and clear and not asks and not said.isdigit():
                found.setdefault(named[0], (start, start + length))
            break
    return tuple(found), tuple(found.values())


def _description(clause: Clause, start: int, end: int) -> Description:
    text, slots = clause.text, clause.slots
    within = [slot for slot in slots if start <= slot.start and slot.end <= end and not slot.negated]
    traits = {
        slot.value
        for slot in within
        if slot.name in (SlotName.COLOR, SlotName.FEATURE) and isinstance(slot.value, str)
    }
    traits |= {slot.value for slot in slots if slot.name is SlotName.BRAND and isinstance(slot.value, str)}
    sizes = [slot for slot in within if slot.name is SlotName.SIZE and isinstance(slot.value, Quantity)]
    figures = (
        span.quantity
        for span in parse_quantities(text[start:end])
        if not _OFF.search(text[start:end], 0, span.start)
        and not any(size.start <= start + span.start < size.end for size in sizes)
    )
    amounts = (*figures, *(size.value for size in sizes if isinstance(size.value, Quantity)))
    words = parts_of(text[start:end], ())
    for slot in within:
        if slot.name is SlotName.COLOR or (slot.name is SlotName.CATEGORY and slot.text == slot.value):
            words -= parts_of(slot.text, ())
    rest = parts_of(text[:start] + " " + text[end:], slots)
    return Description(_lettered(words), _lettered(rest - words), amounts, frozenset(traits))


def _lettered(words: Iterable[str]) -> frozenset[str]:
    """Without digits, which are read as amounts."""
    return frozenset(word for word in words if not any(char.isdigit() for char in word))


def _in_question(clause: Clause, description: Description) -> list[Item]:
    """Goods of the kind, and whatever was talked about."""
    state = clause.state
    talked_of = clause.of_kind((*state.shown, *state.seen, state.focus or ""))
    every = (*talked_of, *clause.goods.of_kind(clause.category, description))
    return list({item.product.id: item for item in every}.values())


def _best(
    clause: Clause, description: Description, items: Sequence[Item], least: float, pointed: bool
) -> str | None:
    """The product that fits best if it is clearly ahead; of equals, with 那款, one that was talked about."""
    state = clause.state
    scores = likeness(description, items, state.focus)
    best = max(scores.values(), default=0.0)
    if best < least:
        return None
    near = [id for id, score in scores.items() if score > best - _AHEAD]
    if len(near) == 1:
        return near[0]
    if not pointed:
        shown = [id for id in near if id in state.shown]
        return state.focus if state.focus in near else shown[0] if len(shown) == 1 else None
    return next((id for id in (state.focus, *state.shown, *reversed(state.seen)) if id in near), None)
