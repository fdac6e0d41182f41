"""What kind of goods the talk is about, and what stays in memory when that changes."""

from __future__ import annotations

import re
from dataclasses import replace

from runtime.dialogue.reference import Lookup, Reference, wanted_category
from runtime.dialogue.said import joined, without, words
from runtime.types import DialogueState, Intent, Slot, SlotName
from runtime.understanding import lexicon
from runtime.understanding.clauses import clause_bounds

# Features that goods of any category can have: a change of category does not drop them.
_GENERIC_WORDS = (
    "省电 静音 智能 语音控制 适合老人 适合儿童 小巧 大容量 性价比高 高端 耐用 安全 易清洁 大字体 一键操作 "
    "颜值高 环保 国产 大牌"
)
_GENERIC = frozenset(_GENERIC_WORDS.split())
_SLIP = re.compile(r"不是|说错|[搞弄]错|错了|我是说|应该是|我说的是")
# The category named is where something stands, what is there already or what controls it, not what is wanted.
_ASIDE = re.compile(
    r"([到离距]|旁边?|边上|上面|下面|里面|已经|我?有了|买过|买了|刚买)|"
    r"上?(能|可以|能不能|可不可以)?(远程|直接)?(遥控|控制|操作|连[上接])"
)
# It is an old one, a tool or a gift.
_ASIDE_BEFORE = re.compile(
    r"((旧|老|原来|以前|原先)的?|[用连]|[送赠](不[送赠])?)(一?[个台部副套只件块张把])?$"
)


def fold_category(
    state: DialogueState,
    text: str,
    slots: tuple[Slot, ...],
    intent: Intent,
    reference: Reference,
    lookup: Lookup,
) -> DialogueState:
    """``state`` with the kind of goods talked about; another kind starts a new wish."""
    denied = _denied_categories(state, slots)
    wanted = _category(state, text, slots, intent, reference, lookup)
    if wanted is None or wanted == state.category:
        if wanted is None and state.category in denied:
            state = _new_wish(state, None, slip=False)
    elif state.category is None and not _of_other_category(state.focus, wanted, lookup):
        state = replace(state, category=wanted)
    else:
        state = _new_wish(state, wanted, slip=bool(_SLIP.search(text)))
    excluded = joined(state.excluded, (word for word in denied if word != wanted))
    return replace(state, excluded=without(excluded, (wanted,) if wanted else ()))


def _category(
    state: DialogueState,
    text: str,
    slots: tuple[Slot, ...],
    intent: Intent,
    reference: Reference,
    lookup: Lookup,
) -> str | None:
    """What the talk is now about; None if this sentence does not say."""
    mentioned = [slot for slot in slots if not (slot.name is SlotName.CATEGORY and _is_aside(text, slot))]
    named = words(tuple(mentioned), SlotName.CATEGORY)
    if named:
        compares = intent is Intent.COMPARE and state.category in named
        return state.category if compares else wanted_category(tuple(mentioned))
    product = lookup(reference.products[0]) if reference.products else None
    return product.category if product else None


def _denied_categories(state: DialogueState, slots: tuple[Slot, ...]) -> list[str]:
    """Kinds of goods turned down; of the kind talked about, 不要对开门 turns down a shape only."""
    denied = [slot for slot in slots if slot.name is SlotName.CATEGORY and slot.negated]
    present = {state.category, *words(slots, SlotName.CATEGORY)}
    return [
        slot.text if slot.value in present and slot.text != slot.value else str(slot.value) for slot in denied
    ]


def _is_aside(text: str, slot: Slot) -> bool:
    start, _ = clause_bounds(text, slot.start, slot.end)
    return bool(_ASIDE.match(text, slot.end) or _ASIDE_BEFORE.search(text[start : slot.start]))


def _of_other_category(product_id: str | None, category: str, lookup: Lookup) -> bool:
    product = lookup(product_id) if product_id else None
    return product is not None and product.category != category


def _new_wish(state: DialogueState, category: str | None, *, slip: bool) -> DialogueState:
    """Another kind of goods: what is known of the customer stays, what was said of the goods goes."""
    return replace(
        state,
        category=category,
        brand=None,
        model=None,
        size=None,
        color=None,
        quantity=None,
        budget_min=state.budget_min if slip else None,
        budget_max=state.budget_max if slip else None,
        features=tuple(word for word in state.features if word in _GENERIC),
        excluded=tuple(word for word in state.excluded if word in _GENERIC or not _is_feature(word)),
        focus=None,
        shown=(),
    )


def _is_feature(word: str) -> bool:
    return lexicon.canonical(SlotName.FEATURE, word) == word
