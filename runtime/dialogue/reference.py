"""Which of the shop's goods the words point at: 那款, 第二个, 最便宜的那个, 149的半入耳, 换一个."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from runtime.dialogue.described import called, described
from runtime.dialogue.places import EARLIER, JUST_NOW, RETURNS, by_ordinal, by_place
from runtime.dialogue.pointing import (
    COMPARES,
    KIND,
    NOTHING,
    THAT,
    THAT_WORDS,
    WHICH_IS,
    WISHES,
    Clause,
    Found,
    has,
)
from runtime.dialogue.prices import by_price
from runtime.dialogue.scales import at_end, by_scale, names_an_end
from runtime.knowledge.descriptions import Descriptions, sheet_of
from runtime.knowledge.items import Item
from runtime.types import DialogueState, Intent, Product, Slot, SlotName, Understanding
from runtime.understanding.slots import CatalogueNames

Lookup = Callable[[str], Product | None]  # id -> the product as it is now; None: no longer there


WISHING = {Intent.RECOMMEND, Intent.CUSTOM}


@dataclass(frozen=True, slots=True)
class Reference:
    """What was pointed at."""

    products: tuple[str, ...] = ()  # ids in the order of mention; none: nothing was pointed at
    spans: tuple[tuple[int, int], ...] = ()  # where in the text goods are described: 跑步那个 of 跑步那个几多
    rejects: bool = False  # 换一个, 都不喜欢: something other than what is shown


_REJECT = re.compile(
    rf"都不(太|怎么|是很)?(喜欢|好|行|合适|满意|想要|要|中意|考虑)|换(?:一{KIND}|[个款种件套部张把])(?!(大|小|颜)|[月年天]|.*[多几][少个]?钱)|换别的|"
    r"(还有|有没有|有|看看?|来点?|推荐(几|一)?[个款]?)(别的|其他|其它|另外)(?!.{0,2}(颜?色|优惠|活动|费|问题|功能|牌子|品牌))|"
    rf"(?<!还)不(太|怎么|是很)?喜欢(?:{THAT_WORDS}|它)?[了啊呢吧的]*$|{THAT_WORDS}我?(就|也)?(不(太|怎么|是很)?(要|喜欢|行|好|合适|考虑)|算了)"
    r"(?!\w*[吗么])"
)
_TAKEN = re.compile(rf"(?:(?<!不)要|还是|就)[^，,。]*{THAT_WORDS}算了")
_BOTH = re.compile(
    rf"[这那]两{KIND}|两{KIND}(都|有|哪|比|的?区别)|它们|这[几些]{KIND}?|哪一?{KIND}(更|比较)?"
)
_PRONOUN = re.compile(rf"{THAT_WORDS}|它|该款|同一?{KIND}|此款|就[这那](?!样)|[这那]玩意|[这那]东西")
_BETWEEN = re.compile(r"[，,。；;!?！？…~]+|(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])")
_ALIKE = re.compile(r"[跟和与像同][^，,。；;!?]{1,12}?(?<!不)(?:一样|似的)")
_THIS = re.compile(rf"[这呢]{KIND}")
_QUESTION = re.compile(r"[呢吗么没不]$|多少|几|啥|什么|怎么|咋")
_PROPERTIES = {SlotName.BRAND, SlotName.COLOR, SlotName.FEATURE, SlotName.SIZE}


def point_at(
    understanding: Understanding,
    state: DialogueState,
    names: CatalogueNames,
    goods: Descriptions,
    today: date,
) -> Reference:
    """What was pointed at, judged before this turn's words have changed ``state``.

    A named model wins over a place in the list (第二个), that over an end of a scale (最便宜的那个), that
    over a description (白色那款), that over a pronoun (它), which means the product in focus. Words that
    only wish describe goods, they do not point at one, unless with 那款 or in a question.
    """
    text, slots = without_likened(understanding.text, understanding.slots)
    if _REJECT.search(text) and not _TAKEN.search(text):
        return Reference(rejects=True)
    category = wanted_category(slots, goods.known((*state.shown, *state.seen)))
    same_kind = category in (None, state.category)
    wishes = understanding.intent in WISHING
    points = not wishes or bool(
        THAT.search(text) or WHICH_IS.search(text) or _QUESTION.search(text.rstrip("?。!~ "))
    )
    told = [slot for slot in slots if slot.name in _PROPERTIES and not slot.negated]
    compared = max((hit.end() for hit in COMPARES.finditer(text)), default=0)  # so far goods are compared
    for start, end in _clauses(text, compared)[::-1]:  # the last counts: 大厅那台太贵了，就除醛这个吧
        kind = category or state.category
        clause = Clause(text[start:end], _within(slots, start, end), kind, state, goods, today)
        found, spans = _in_clause(clause, told, names, same_kind, points)
        if found and (start < compared or found[0] != state.focus or not compared):
            spans = tuple((first + start, last + start) for first, last in spans)
            compared = compared if start < compared else 0
            break
    else:
        found, spans = NOTHING
        if same_kind:
            found = by_place(text, state, goods) or _by_pronoun(text, state)
        else:
            found = _of_category(text, slots, category, state, goods, wishes)
    one = names_an_end(text) or WHICH_IS.search(text)  # 哪个最便宜 means one
    if compared and not (found and one):
        found = _pair(text, found, state)
    return Reference(found, () if found[:1] == (state.focus,) else spans)


def without_likened(text: str, slots: tuple[Slot, ...]) -> tuple[str, tuple[Slot, ...]]:
    """Without 跟600那台一样, which is not what the sentence is about; places stay what they were."""
    likened = [hit.span() for hit in _ALIKE.finditer(text)]
    for start, end in likened:
        text = text[:start] + " " * (end - start) + text[end:]
    return text, tuple(slot for slot in slots if not any(start <= slot.start < end for start, end in likened))


def _clauses(text: str, whole: int) -> list[tuple[int, int]]:
    """Where the clauses of ``text`` are; up to ``whole``, where goods are compared, they are one."""
    cuts = [hit.span() for hit in _BETWEEN.finditer(text) if hit.start() >= whole]
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(text)]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if start < end]


def _within(slots: tuple[Slot, ...], start: int, end: int) -> tuple[Slot, ...]:
    """Slots of a clause, counted from its beginning."""
    inside = (slot for slot in slots if start <= slot.start and slot.end <= end)
    return tuple(replace(slot, start=slot.start - start, end=slot.end - start) for slot in inside)


def without_pointing(understanding: Understanding, reference: Reference, lookup: Lookup) -> Understanding:
    """Words that describe a product named as such: of 跑步那个几多 the question is 几多."""
    product = lookup(reference.products[0]) if reference.products else None
    if product is None or not reference.spans:
        return understanding
    text = understanding.text
    names = tuple(
        Slot(SlotName.MODEL, text[first:last], first, last, product.model or product.name)
        for first, last in reference.spans
    )
    kept = (
        slot
        for slot in understanding.slots
        if not any(slot.start < last and first < slot.end for first, last in reference.spans)
    )
    slots = sorted((*kept, *names), key=lambda slot: slot.start)
    return replace(understanding, slots=tuple(slots))


def _in_clause(
    clause: Clause, told: Sequence[Slot], names: CatalogueNames, same_kind: bool, points: bool
) -> Found:
    by_order = by_ordinal(clause.text, clause.state) if same_kind else ()
    if found := _named(clause, told, names) or by_order:
        return found, ()
    for way in (called, by_scale, described, by_price) if points else (by_scale,):
        found, spans = way(clause)
        if found:
            return found, spans
    return (_by_pronoun(clause.text, clause.state) if _THIS.search(clause.text) and same_kind else ()), ()


def _named(clause: Clause, told: Sequence[Slot], names: CatalogueNames) -> tuple[str, ...]:
    """Goods whose name or model was said; where several share it, one of that size or one that was seen."""
    found, state = [], clause.state
    for slot in clause.slots:
        if slot.name is SlotName.MODEL and isinstance(slot.value, str) and not slot.negated:
            items = clause.goods.known(names.named(slot.value))
            items = [item for item in items if item.product.category == state.category] or items
            items = at_end(clause.text, items, clause.today) or _nearest_by_name(clause.text, items)
            items = [item for item in items if all(has(item, each) for each in told)] or items
            seen = sorted(
                (i for i in items if i.product.id in state.seen), key=lambda i: state.seen.index(i.product.id)
            )
            plain = [item for item in items if item.product.name == f"{slot.value}{item.product.category}"]
            found += items if len(items) == 1 else seen[-1:] or plain or (_shortest(items) if told else [])
    return tuple(dict.fromkeys(item.product.id for item in found))


def _shortest(items: Sequence[Item]) -> list[Item]:
    """Of 静享1.5匹 and 静享大字1.5匹 the first, where the size alone was said."""
    ordered = sorted(items, key=lambda item: len(item.product.name))
    return ordered[:1] if len({len(item.product.name) for item in ordered[:2]}) == 2 else []


def _nearest_by_name(text: str, items: Sequence[Item]) -> list[Item]:
    """Those with most of their name in the text: of a series the one whose own words were said, too."""
    said = _pairs(text)
    counts = [len(said & _pairs(item.product.name)) for item in items]
    return [item for item, count in zip(items, counts, strict=True) if count == max(counts)]


def _pairs(name: str) -> set[str]:
    return {name[i : i + 2].lower() for i in range(len(name) - 1)}


def _of_category(
    text: str,
    slots: tuple[Slot, ...],
    category: str | None,
    state: DialogueState,
    goods: Descriptions,
    wishes: bool,
) -> tuple[str, ...]:
    """刚才那个冰箱, 那沙发床上三楼呢: the last seen of that category, of that kind where one was."""
    returns = _PRONOUN.search(text) or JUST_NOW.search(text) or EARLIER.search(text) or RETURNS.search(text)
    if not returns and (wishes or WISHES.search(text)):
        return ()
    said = [slot.text for slot in slots if slot.name is SlotName.CATEGORY]
    seen = [item.product for item in reversed(goods.known((*state.seen, state.focus or "")))]
    same = [product for product in seen if product.category == category]
    called = [product for product in same if any(word in product.name for word in said)]
    return tuple(product.id for product in (called or same)[:1])


def wanted_category(slots: tuple[Slot, ...], talked_of: Sequence[Item]) -> str | None:
    """The category that the sentence is about: the last one that is not turned down.

    A kind that stands in the sheet of goods talked about belongs to them: 吸床成不成, 送锅还算数不.
    """
    told = [sheet_of(item) for item in talked_of]
    kinds = {item.product.category for item in talked_of}
    wanted = [
        slot.value
        for slot in slots
        if slot.name is SlotName.CATEGORY
        and not slot.negated
        and (slot.value in kinds or not any(slot.text in sheet.words for sheet in told))
    ]
    return wanted[-1] if wanted and isinstance(wanted[-1], str) else None


def _by_pronoun(text: str, state: DialogueState) -> tuple[str, ...]:
    return ((state.focus,) if state.focus else state.shown[:1]) if _PRONOUN.search(text) else ()


def _pair(text: str, found: tuple[str, ...], state: DialogueState) -> tuple[str, ...]:
    """What is compared: those named, else the focus and the one named, else the first two shown."""
    if len(found) > 1:
        return found
    if found and found[0] != state.focus and state.focus:
        return (state.focus, *found)
    if len(state.shown) > 1 and (_BOTH.search(text) or not found):
        return state.shown[:2]
    return found
