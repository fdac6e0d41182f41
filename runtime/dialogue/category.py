"""What kind of goods the talk is about, and what stays in memory when that changes."""

from __future__ import annotations

import re
from dataclasses import replace

from runtime.dialogue.reference import Lookup, Reference
from runtime.dialogue.said import joined, without, words
from runtime.knowledge.items import Item
from runtime.types import DialogueState, Intent, Slot, SlotName
from runtime.understanding import lexicon
from runtime.understanding.clauses import clause_bounds
from runtime.understanding.slots import CatalogueNames

# Features that goods of any category can have: a change of category does not drop them.
_GENERIC_WORDS = (
    "省电 静音 智能 语音控制 适合老人 适合儿童 小巧 大容量 性价比高 高端 耐用 安全 易清洁 大字体 一键操作 "
    "颜值高 环保 国产 大牌"
)
_GENERIC = frozenset(_GENERIC_WORDS.split())
_SLIP = re.compile(r"不是|说错|[搞弄]错|错了|我是说|应该是|我说的是")
_ASIDE = re.compile(
    r"([到离距]|旁边?|边上|[上下里后前]面|底下?|里头?|跟前|对面|上(?![一二三四五六七八九0-9楼门的])|已经|我?有了|买过|买了|刚买)|"
    r"的?(支架|壳|膜|架子|罩|套子|盒子|遥控器?|滤芯|配件|充电器?|插座|孔|管子?|师傅|费)|"
    r"(是|都|也|还)?(已经?|早就?)?(装好|有了|够用|不缺|是(安卓|苹果|华为|小米|旧的|老的))|"
    r"上?(也|都|就)?(能|可以|能不能|可不可以|会不会|要不要)?(远程|直接|同时)?(遥控|控制|操作|连|绑|投|同步|互通|配对)"
)
# It is an old one, a tool, a gift or something to be joined to.
_ASIDE_BEFORE = re.compile(
    r"((旧|老|原来|以前|原先)的?|(?<![适没])[用连接擦吸挨靠投充当像]|控制|遥控|[送赠](不[送赠])?)(我的?|我们?家的?|苹果|安卓)?"
    r"(一?[个台部副套只件块张把])?$"
)
# 手机我不会弄, 空调风, 跟空调一块开: a kind that the talk only passes.
_PASSED = re.compile(
    r"(我|俺|老人|人家|他|她)?(都|也|又)?不(太|大)?会[弄用玩使]|[风房病费号卡]|按的|支付|扫码|不要?抵|抵钱|"
    r"(一块儿?|一起|同时|配合|联动|一样)(?![买要多])"
)
_OWN_BEFORE = re.compile(r"(我|你|发|发到|拍)我?的?$")  # 发我手机, 我手机按的
_JOINED = re.compile("[和跟、与及]|还有|或者?")
# A kind that the shop has not, or that one character names, enters a talk only where it is wished for.
_BRINGS_IN = re.compile(
    r"(想|[要买换看来找选挑卖配搭加整弄]|推荐|有没有|有[没冇]?得?|还有|那|回到|刚才|另外|顺便|再|[的个台款把张盏口部只])$|^$"
)
# Sentences that rather name another kind beside what is talked about than turn to it.
_STAYS = frozenset({Intent.COMPARE, Intent.ORDER, Intent.DELIVERY, Intent.INSTALL, Intent.WARRANTY})
# Which of two kinds is wanted: 想买个台灯放床头, the one that a wish leads to.
_WISHED = re.compile(
    r"([想要买换来找选挑配整]|看看?|推荐|有没有|有[没冇]得?)(一?[个台款张把盏口部只套]|点|下|几款)?(\w{0,6}的)?$"
)
_GOES_ON = re.compile("(也|都|还)?(想?[要看买]|多少|怎么|咋|有|呢|哪|啥|[,。!?~ ]|$)")
_FIGURES = re.compile(r"[0-9.]+(升|寸|公斤|匹|米|k|加仑|l|kg|g)?")


def fold_category(
    state: DialogueState,
    text: str,
    slots: tuple[Slot, ...],
    intent: Intent,
    reference: Reference,
    names: CatalogueNames,
    lookup: Lookup,
    hinted: Item | None,
) -> DialogueState:
    """``state`` with the kind of goods talked about; another kind starts a new wish."""
    denied = _denied_categories(state, slots)
    wanted = _category(state, text, slots, intent, reference, names, lookup, hinted)
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
    names: CatalogueNames,
    lookup: Lookup,
    hinted: Item | None,
) -> str | None:
    """What the talk is now about; None if this sentence does not say."""
    sold = {value for slot, value in names.entries.values() if slot is SlotName.CATEGORY}
    said = [slot for slot in slots if slot.name is SlotName.CATEGORY and not slot.negated]
    kinds = {slot: _kind(state, slot, sold, names, lookup) for slot in said}
    asides = _asides(text, said)
    if hinted and hinted.product.category not in kinds.values():
        asides |= {slot for slot in said if slot.text in hinted.sheet}
    brought = [
        slot
        for slot in said
        if slot not in asides
        and (state.category is None or _is_brought_in(text, slot, kinds[slot], state, sold, intent, lookup))
    ]
    known = [slot for slot in brought if kinds[slot] in sold]
    if brought and not known and state.category is None:  # 洗衣机底下淌水，地板泡了
        known = [slot for slot in said if kinds[slot] in sold]
    brought = known or brought
    named = [kinds[slot] for slot in brought]
    used = lexicon.use(text)
    used_kind = used[2] if used and used[2] in sold else None
    led_to = used is not None and _WISHED.search(text[: used[0]]) is not None
    if led_to and used_kind and intent is Intent.RECOMMEND and used_kind not in named:
        return used_kind
    if named:
        compares = intent is Intent.COMPARE and state.category in named
        return state.category if compares else kinds[_wished(text, brought)]
    product = lookup(reference.products[0]) if reference.products else None
    if product:
        return product.category
    if state.category is not None:
        return None
    if used_kind:
        return used_kind
    if hinted and intent is Intent.RECOMMEND:
        return hinted.product.category
    return kinds[said[-1]] if said else None


def _kind(state: DialogueState, slot: Slot, sold: set[str], names: CatalogueNames, lookup: Lookup) -> str:
    """The shop's category for a kind; one not sold may stand in the names of goods: 微蒸烤一体机, 功能椅."""
    kind = str(slot.value)
    if kind in sold:
        return kind
    word = slot.text.removesuffix("子")
    goods = (lookup(id) for name, id in names.goods if word in _FIGURES.sub("", name))
    found = {product.category for product in goods if product}
    if state.category in found:
        return state.category or kind
    return found.pop() if len(found) == 1 else kind


def _asides(text: str, said: list[Slot]) -> set[Slot]:
    """Kinds that are not wanted: where something stands, what is there already, what is joined to it."""
    asides: set[Slot] = set()
    for slot in said:
        start, _ = clause_bounds(text, slot.start, slot.end)
        joined_to_one = any(_JOINED.fullmatch(text[other.end : slot.start]) for other in asides)
        before = text[start : slot.start]
        passed = _ASIDE.match(text, slot.end) or _PASSED.match(text, slot.end) or _ASIDE_BEFORE.search(before)
        if joined_to_one or passed or (slot.value == "手机" and _OWN_BEFORE.search(before)):
            asides.add(slot)
    return asides


def _wished(text: str, named: list[Slot]) -> Slot:
    """The last kind named, unless a wish leads to one before it and nothing is wished of the last."""
    last = named[-1]
    wished = [slot for slot in named if _WISHED.search(text[: slot.start])]
    return wished[-1] if wished and not _GOES_ON.match(text, last.end) else last


def _is_brought_in(
    text: str,
    slot: Slot,
    kind: str,
    state: DialogueState,
    sold: set[str],
    intent: Intent,
    lookup: Lookup,
) -> bool:
    if kind == state.category:
        return True
    product = lookup(state.focus) if state.focus else None
    if product and slot.text in product.name:  # the 灯 of a 风扇灯
        return False
    if kind in sold and len(slot.text) > 1 and intent not in _STAYS:
        return True
    start, _ = clause_bounds(text, slot.start, slot.end)
    led = _BRINGS_IN.search(text[start : slot.start])
    # 灯是多少流明的 asks of a part.
    return led is not None and (bool(led.group()) or len(slot.text) > 1 or intent is not Intent.FUNCTION)


def _denied_categories(state: DialogueState, slots: tuple[Slot, ...]) -> list[str]:
    """Kinds of goods turned down; of the kind talked about, 不要对开门 turns down a shape only."""
    denied = [slot for slot in slots if slot.name is SlotName.CATEGORY and slot.negated]
    present = {state.category, *words(slots, SlotName.CATEGORY)}
    return [
        slot.text if slot.value in present and slot.text != slot.value else str(slot.value) for slot in denied
    ]


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
