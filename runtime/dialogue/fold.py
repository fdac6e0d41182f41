"""Conversation memory as a pure fold: (state, what was understood) -> state, then what was replied.

What the customer's words do to the memory:

* A category other than the present one starts a new wish. Who it is for, the home (area, people, place)
  and features that any goods can have stay; brand, model, size, colour, number, the other features, focus
  and the list shown go. The budget stays only where the category was a slip of the tongue (不是冰箱，是
  洗衣机).
* A budget of one number, also 左右, is a ceiling: budget_min None, budget_max that number. 三千到五千 sets
  both ends, 三千以上 the lower. 再加一千 moves the ceiling, 贵点也行 by a fifth.
* Something turned down (不要变频) leaves the wishes and joins ``excluded``; something merely not required
  (不用变频) leaves the wishes. Goods turned down (换一个) join ``rejected``.
* A new or changed wish ends the focus, so that the first of the next goods found takes it; a question
  (有优惠吗, 能送安装吗, 有白色吗) keeps it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from runtime.dialogue.reference import Lookup, Reference, point_at, wanted_category
from runtime.dialogue.tactics import Choice
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
from runtime.understanding.numbers import parse_quantities, render_quantity
from runtime.understanding.slots import CatalogueNames, clause_bounds

HISTORY_TURNS = 6

T = TypeVar("T")

_NO_GOAL = {Intent.NO_INTEREST, Intent.HUMAN, Intent.GREETING, Intent.OTHER}
_WISHING = {Intent.RECOMMEND, Intent.CUSTOM}
_SERVICE = {Intent.DELIVERY, Intent.INSTALL, Intent.WARRANTY, Intent.COMPLAINT, Intent.ORDER, Intent.HUMAN}
# Features that goods of any category can have: a change of category does not drop them.
_GENERIC_WORDS = (
    "省电 静音 智能 语音控制 适合老人 适合儿童 小巧 大容量 性价比高 高端 耐用 安全 易清洁 大字体 一键操作 "
    "颜值高 环保 国产 大牌"
)
_GENERIC = frozenset(_GENERIC_WORDS.split())


def fold(
    state: DialogueState, understanding: Understanding, names: CatalogueNames, lookup: Lookup
) -> DialogueState:
    """``state`` after the customer's words and before the reply. Never raises, whatever the slots hold."""
    text, slots, intent = understanding.text, understanding.slots, understanding.intent
    reference = point_at(text, slots, state, names, lookup)
    after = replace(state, turn=state.turn + 1)
    after = _fold_category(after, text, slots, intent, reference, lookup)
    after = _fold_budget(after, text, slots, lookup)
    after = _fold_home(after, slots)
    after = _fold_answer(after, state, text, slots)
    after = _fold_kind(after, text, slots, lookup)
    asks = _asks_about_focus(after, text, slots, reference)
    if not asks:
        after = _fold_features(after, text, slots)
    wishes = intent in _WISHING or not (asks or intent in _SERVICE)
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
    seen = _joined(state.seen, products)
    offers = {fact.id for fact in evidence.facts if fact.kind is FactKind.PROMOTION}
    return replace(
        state,
        shown=products if relists else state.shown,
        # What was talked about last stands last, so that 刚才那个空调 finds it.
        seen=(*_without(seen, (focus,)), focus) if focus else seen,
        focus=focus,
        offered=_joined(state.offered, (fact for fact in reply.facts if fact in offers)),
        asked=_joined(state.asked, (choice.ask,) if choice.ask else ()),
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


def _joined(known: tuple[T, ...], more: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*known, *more)))


def _without(known: tuple[T, ...], gone: Iterable[T]) -> tuple[T, ...]:
    dropped = set(gone)
    return tuple(word for word in known if word not in dropped)


def _words(slots: tuple[Slot, ...], name: SlotName, *, negated: bool = False) -> list[str]:
    return [s.value for s in slots if s.name is name and s.negated is negated and isinstance(s.value, str)]


def _amounts(slots: tuple[Slot, ...], name: SlotName) -> list[tuple[Slot, Quantity]]:
    return [(s, s.value) for s in slots if s.name is name and not s.negated and isinstance(s.value, Quantity)]


# --- category --------------------------------------------------------------------------------

_SLIP = re.compile(r"不是|说错|[搞弄]错|错了|我是说|应该是|我说的是")
# The category named is where something stands, what is there already or what controls it, not what is wanted.
_ASIDE = re.compile(
    r"(旁边?|边上|上面|下面|里面|已经|我?有了|买过|买了|刚买)|"
    r"上?(能|可以|能不能|可不可以)?(远程|直接)?(遥控|控制|操作|连[上接])"
)
# It is an old one, a tool or a gift.
_ASIDE_BEFORE = re.compile(
    r"((旧|老|原来|以前|原先)的?|[用连]|[送赠](不[送赠])?)(一?[个台部副套只件块张把])?$"
)


def _fold_category(
    state: DialogueState,
    text: str,
    slots: tuple[Slot, ...],
    intent: Intent,
    reference: Reference,
    lookup: Lookup,
) -> DialogueState:
    denied = _denied_categories(state, slots)
    wanted = _category(state, text, slots, intent, reference, lookup)
    if wanted is None or wanted == state.category:
        if wanted is None and state.category in denied:
            state = _new_wish(state, None, slip=False)
    elif state.category is None and not _of_other_category(state.focus, wanted, lookup):
        state = replace(state, category=wanted)
    else:
        state = _new_wish(state, wanted, slip=bool(_SLIP.search(text)))
    excluded = _joined(state.excluded, (word for word in denied if word != wanted))
    return replace(state, excluded=_without(excluded, (wanted,) if wanted else ()))


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
    named = _words(tuple(mentioned), SlotName.CATEGORY)
    if named:
        compares = intent is Intent.COMPARE and state.category in named
        return state.category if compares else wanted_category(tuple(mentioned))
    product = lookup(reference.products[0]) if reference.products else None
    return product.category if product else None


def _denied_categories(state: DialogueState, slots: tuple[Slot, ...]) -> list[str]:
    """Kinds of goods turned down; of the kind talked about, 不要对开门 turns down a shape only."""
    denied = [slot for slot in slots if slot.name is SlotName.CATEGORY and slot.negated]
    present = {state.category, *_words(slots, SlotName.CATEGORY)}
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


# --- budget ----------------------------------------------------------------------------------

_NO_LIMIT = re.compile(
    r"(预算|价格|价钱|价位|钱)(上|方面)?(也|都|就)?(不限|不是问题|无所谓|随便|没上限|不设限|没限制|不用考虑|都行|都可以)|"
    r"不差钱|不在乎(钱|价格)|不考虑(价格|价钱|预算)|多少钱都(行|可以|成)|不限(预算|价格)"
)
_RAISE_BY = re.compile(r"(再|多|往上)?(加|添|涨|提|贵|多)[个上出了]*$")
_LOWER_BY = re.compile(r"(再|往下)?(减|降|少)[个去掉了]*$")
_LOOSER = re.compile(
    r"(贵|超|高|多花)一?(点|些)(儿|钱)?(也|都|其实)?(行|可以|成|没关系|没事|不要紧|能接受|无所谓|ok)|"
    r"(预算|价格)(可以|能)?(再|稍微)?(高|加|提|放宽|多)一?(点|些)"
)
_CHEAPER = re.compile(
    r"(有|换|来|看看?|推荐|要|找)(没有)?(一?[个款台])?(更|再|稍微|比较)?便宜一?[点些]?儿?的(?!那|这)"
)
_DEARER = re.compile(
    r"(有|换|来|看看?|推荐|要|找)(没有)?(一?[个款台])?(更|再|稍微|比较)?贵一?[点些]?儿?的(?!那|这)"
)
_CHANGES = re.compile(r"预算|不超|最[多高]|[加提降减改换]|算了")
_LOOSER_BY = 1.2


def _fold_budget(state: DialogueState, text: str, slots: tuple[Slot, ...], lookup: Lookup) -> DialogueState:
    money = _amounts(slots, SlotName.BUDGET)
    if len(money) > 1 and not _CHANGES.search(text):
        money = []  # 一个两千一个四千: prices are compared
    if money:
        return _with_budget(state, *_stated_budget(state, text, *money[-1]))
    if _NO_LIMIT.search(text):
        return replace(state, budget_min=None, budget_max=None)
    if _LOOSER.search(text) and state.budget_max is not None:
        return _with_budget(state, state.budget_min, round(state.budget_max * _LOOSER_BY, 2))
    product = lookup(state.focus) if state.focus else None
    if product is not None and _CHEAPER.search(text):
        return _with_budget(state, None, product.price - 1)
    if product is not None and _DEARER.search(text):
        high = state.budget_max if state.budget_max and state.budget_max > product.price else None
        return _with_budget(state, product.price + 1, high)
    return state


def _stated_budget(
    state: DialogueState, text: str, slot: Slot, money: Quantity
) -> tuple[float | None, float | None]:
    start, _ = clause_bounds(text, slot.start, slot.end)
    before = text[start : slot.start]
    step = money.high or money.low or 0.0
    if state.budget_max is not None and _RAISE_BY.search(before):
        return state.budget_min, state.budget_max + step
    if state.budget_max is not None and _LOWER_BY.search(before):
        return state.budget_min, state.budget_max - step
    exact = money.low == money.high
    return (None if exact or money.approximate else money.low), money.high


def _with_budget(state: DialogueState, low: float | None, high: float | None) -> DialogueState:
    """The budget, if it is one: positive, finite, lower end first; else the state as it was."""
    ends = [end for end in (low, high) if end is not None]
    if not ends or not all(math.isfinite(end) and end > 0 for end in ends):
        return state
    if low is not None and high is not None and low > high:
        low = None
    return replace(state, budget_min=low, budget_max=high)


# --- home and person -------------------------------------------------------------------------


def _fold_home(state: DialogueState, slots: tuple[Slot, ...]) -> DialogueState:
    for _, area in _amounts(slots, SlotName.AREA):
        state = _with_area(state, area)
    for _, people in _amounts(slots, SlotName.PEOPLE):
        state = _with_people(state, people)
    who, place = _words(slots, SlotName.WHO), _words(slots, SlotName.PLACE)
    if state.who in _words(slots, SlotName.WHO, negated=True):
        state = replace(state, who=None)
    return replace(state, who=who[-1] if who else state.who, place=place[-1] if place else state.place)


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
            return _with_budget(state, None if number.low == number.high else number.low, number.high)
        if asked is SlotName.AREA and not number.unit:
            return _with_area(state, number)
        if asked is SlotName.PEOPLE and number.unit in ("", "个"):
            return _with_people(state, number)
    return state


# --- brand, model, colour, size, number --------------------------------------------------------


def _free(what: str) -> re.Pattern[str]:
    """随便什么牌子, 牌子无所谓, 什么牌子都行."""
    free = "随便|不限|无所谓|都行|都可以|都成|不挑|不讲究|不重要|没要求|不要求|没关系"
    return re.compile(
        rf"(随便|任何|不限|不挑|不讲究)(什么|哪个|啥)?({what})|({what})(上|方面)?(什么的)?(我|也|都|就)?({free})|"
        rf"(什么|哪个|啥)({what})(都|也)(行|可以|成|好|无所谓)"
    )


_ANY_BRAND, _ANY_COLOR, _ANY_SIZE = _free("牌子|品牌"), _free("颜色"), _free("大小|尺寸|匹数|容量")
_OTHER_BRAND = re.compile(r"(换个?|别的|其他|其它|另外的?)(牌子|品牌)|换一个(牌子|品牌)")


def _fold_kind(state: DialogueState, text: str, slots: tuple[Slot, ...], lookup: Lookup) -> DialogueState:
    brands, models = _words(slots, SlotName.BRAND), _words(slots, SlotName.MODEL)
    colors, sizes = _words(slots, SlotName.COLOR), _amounts(slots, SlotName.SIZE)
    counts = [q.high for _, q in _amounts(slots, SlotName.QUANTITY) if q.high and 1 <= q.high <= 100_000]
    denied = [
        word
        for name in (SlotName.BRAND, SlotName.COLOR, SlotName.MODEL)
        for word in _words(slots, name, negated=True)
    ]
    if _OTHER_BRAND.search(text):
        product = lookup(state.focus) if state.focus else None
        denied += [brand for brand in (state.brand or (product.brand if product else None),) if brand]
    wanted = [*brands, *colors, *models]
    size_words = _words(slots, SlotName.SIZE)
    return replace(
        state,
        brand=_scalar(state.brand, brands, denied, bool(_ANY_BRAND.search(text))),
        model=_scalar(state.model, models, denied, False),
        color=_scalar(state.color, colors, denied, bool(_ANY_COLOR.search(text))),
        size=_scalar(
            state.size,
            size_words + [render_quantity(size) for _, size in sizes],
            [],
            bool(_ANY_SIZE.search(text)),
        ),
        quantity=int(counts[-1]) if counts else state.quantity,
        excluded=_joined(_without(state.excluded, wanted), (word for word in denied if word not in wanted)),
    )


def _scalar(known: str | None, said: list[str], denied: list[str], freed: bool) -> str | None:
    if said:
        return said[-1]
    return None if freed or known in denied else known


# --- features --------------------------------------------------------------------------------

_SOFT_BEFORE = re.compile(r"(不用|不需要|不必|没必要|不要求|不一定|不强求)\w{0,3}$")
_SOFT_AFTER = re.compile(
    r"(功能)?(什么的)?(的话)?(也|都|就|倒)?(不?无所谓|不重要|不强求|没要求|都行|都可以|随便|有没有都|不用了|不需要了?$)"
)
_OPPOSITES = {"大容量": "小巧", "小巧": "大容量", "护脊": "柔软", "柔软": "护脊"}
_CHOICE = re.compile(r"(.)不\1")
_LAST_WORDS = 60  # characters that decide what kind of sentence it is
_QUESTION = re.compile(
    r"[吗么嘛呢不没]$|怎么|如何|(.)不\1|有没有|什么|啥|哪|咋|多[大少久长重高宽厚远快钱]|几[^个款台件]"
)
_WISH = re.compile(
    r"想|(?<![需主重])要(?!求|是)|换|推荐|找|来[个款台一]|最好|希望|有(没有)?.*的([吗么嘛没]|没有)?$|预算|"
    r"[0-9百千万k]\w{0,3}呢$"
)


def _is_question(text: str) -> bool:
    """它静音吗 asks about what is there; 有静音的吗 wishes for it."""
    plain = text[-_LAST_WORDS:].rstrip(" ?!。~,")
    return bool(_QUESTION.search(plain)) and not _WISH.search(_CHOICE.sub("", plain))


def _asks_about_focus(state: DialogueState, text: str, slots: tuple[Slot, ...], reference: Reference) -> bool:
    """它静音吗 asks about the product in focus; 静音的多少钱 about others that are."""
    if reference.products:
        return _is_question(text)
    described = any(s.name is SlotName.FEATURE and "的" in text[s.end - 1 : s.end + 1] for s in slots)
    return state.focus is not None and not reference.rejects and not described and _is_question(text)


def _fold_features(state: DialogueState, text: str, slots: tuple[Slot, ...]) -> DialogueState:
    wanted, dropped, refused = [], [], []
    for slot in slots:
        if slot.name is not SlotName.FEATURE or not isinstance(slot.value, str):
            continue
        soft = _is_soft(text, slot)
        if not slot.negated and not soft:
            wanted.append(slot.value)
        else:
            dropped.append(slot.value)
            refused += [] if soft else [slot.value]
    opposites = [_OPPOSITES[word] for word in wanted if word in _OPPOSITES]
    return replace(
        state,
        features=_joined(_without(state.features, (*dropped, *opposites)), wanted),
        excluded=_joined(_without(state.excluded, wanted), (word for word in refused if word not in wanted)),
    )


def _is_soft(text: str, slot: Slot) -> bool:
    """Not required, rather than unwanted: 不用变频, 变频无所谓."""
    start, _ = clause_bounds(text, slot.start, slot.end)
    return bool(_SOFT_BEFORE.search(text[start : slot.start]) or _SOFT_AFTER.match(text, slot.end))


# --- focus -----------------------------------------------------------------------------------


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
        state = replace(state, focus=focus, shown=products if len(products) > 1 else state.shown)
    elif state.focus and _has_moved_on(state, before, wishes, lookup(state.focus)):
        state = replace(state, focus=None)
    return _with_fitting_names(state, before, lookup)


def _reject(state: DialogueState, text: str) -> DialogueState:
    everything = state.focus is None or "都" in text
    turned_down = state.shown if everything else (state.focus or "",)
    return replace(state, focus=None, model=None, rejected=_joined(state.rejected, turned_down))


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
