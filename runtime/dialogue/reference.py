"""Which of the shop's goods the words point at: 那款, 第二个, 最便宜的那个, 149的半入耳, 换一个."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from runtime.knowledge.asks import parts_of
from runtime.knowledge.descriptions import Description, Descriptions, likeness
from runtime.knowledge.items import Item, comes_in
from runtime.types import DialogueState, Intent, Product, Slot, SlotName, Understanding
from runtime.understanding.numbers import normalise_text, parse_quantities, render_quantity
from runtime.understanding.slots import CatalogueNames

Lookup = Callable[[str], Product | None]  # id -> the product as it is now; None: no longer there


WISHING = {Intent.RECOMMEND, Intent.CUSTOM}


@dataclass(frozen=True, slots=True)
class Reference:
    """What was pointed at."""

    products: tuple[str, ...] = ()  # ids in the order of mention; none: nothing was pointed at
    spans: tuple[tuple[int, int], ...] = ()  # where in the text goods are described: 跑步那个 of 跑步那个几多
    rejects: bool = False  # 换一个, 都不喜欢: something other than what is shown


_KIND = r"(?:个|款|台|种|件|套|部|张|把|只|支|块|条)"
_THAT = rf"(?:[那这嗰][一两]?{_KIND}|呢[部只])"
_REJECT = re.compile(
    rf"都不(太|怎么|是很)?(喜欢|好|行|合适|满意|想要|要|中意|考虑)|换一?[个款台种件套部张把](?!(大|小|颜)|[月年天]|.*[多几][少个]?钱)|换别的|"
    r"(还有|有没有|有|看看?|来点?|推荐(几|一)?[个款]?)(别的|其他|其它|另外)(?!.{0,2}(颜?色|优惠|活动|费|问题|功能|牌子|品牌))|"
    rf"(?<!还)不(太|怎么|是很)?喜欢(?:{_THAT}|它)?[了啊呢吧的]*$|{_THAT}我?(就|也)?(不(太|怎么|是很)?(要|喜欢|行|好|合适|考虑)|算了)"
    r"(?!\w*[吗么])"
)
_ORDINAL = re.compile(rf"第([一二两三四五六1-6]){_KIND}?(?!次|[天年月时步]|半价|[0-9一二三四五六七八九]+折)")
_DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_FIRST = re.compile(rf"(前面|最?前头|最前面|(?<!里)头)(的?那)?一?{_KIND}|前一{_KIND}")
_LAST = re.compile(rf"(最后|后面|末尾)(的?那)?一?{_KIND}|后一{_KIND}")
_MIDDLE = re.compile(rf"中间(的?那)?一?{_KIND}")
_OTHER = re.compile(rf"另外?(那)?一?{_KIND}")
_BOTH = re.compile(
    rf"[这那]两{_KIND}|两{_KIND}(都|有|哪|比|的?区别)|它们|这[几些]{_KIND}?|哪一?{_KIND}(更|比较)?"
)
_EARLIER = re.compile(rf"上一{_KIND}|(之前|先前|最早|一开始)(说|看|问|讲|提|介绍)?(到|过)?的?(那一?{_KIND})?")
_RETURNS = re.compile(r"回到|说回|再说|还是|要回|呢$")
_JUST_NOW = re.compile(r"刚才|刚刚|刚说|前面说|前面讲|前面看")
_PRONOUN = re.compile(rf"{_THAT}|它|该款|同一?{_KIND}|此款|就[这那](?!样)|[这那]玩意|[这那]东西")
_WHICH_IS = re.compile(rf"的?(是|叫)(哪一?{_KIND}|什么)|的?(是)?哪一?{_KIND}来着")
_WISHES = re.compile(
    rf"有没有|有.{{1,8}}的[吗么没]|想[要买看]|推荐|[换找来]一?{_KIND}|预算|便宜|以[内下]|左右|一?[点些]的|不要|不是|别的"
)
_COMPARES = re.compile(
    r"(?<!价)比(?!较[^一]|如|例|价)|区别|不同(?!意)|不一样|差别|差在|差哪|哪一?[个款台种](?!牌)|选哪|啥关系"
)

# 最便宜的, 贵的那台, 大的那个: the scale that orders goods, a spec, and whether its upper end is meant.
_AXES: tuple[tuple[re.Pattern[str], str, bool], ...] = tuple(
    (
        re.compile(
            rf"最(?:{end})|(?:{end})(一?[点些])?的?那一?{_KIND}|"
            rf"(?:^|[，,。 那就要])(?:{end})的(?=呢|多少|几|[了吧，。!,. ]|$)"
        ),
        spec,
        high,
    )
    for end, spec, high in (
        ("便宜|低价|实惠|划算", "价格", False),
        ("(?<!不)贵", "价格", True),
        ("大(?!的?优惠|能|可|支持|承|功)", "大小", True),
        ("小", "大小", False),
        ("轻|轻便", "重量", False),
        ("重|沉", "重量", True),
        ("薄", "厚度", False),
        ("厚", "厚度", True),
        ("静|安静|小声|声音小|响动小", "噪音", False),
        ("矮", "尺寸", False),
    )
)
_SIZED = ("寸", "匹", "L", "kg", "加仑", "m", "cm")
_NUMBER = re.compile(r"(?:高|^\D*)([0-9]+(?:\.[0-9]+)?)")

# Words before 那款 or 的, or that begin a clause, by which a product is described.
_LEAD = (
    "(?:那么?|就是|就|要|我说的?是?|还是|刚才|刚刚|你说的?|你家|你们?|前面|前头|先头|里头|先|看看?|再看看?|说回|"
    "回到|[^，,。 ]{0,4}说的?|贵了点|又|人家)*"
)
_BEFORE_THAT = re.compile(rf"(?P<what>[^，,。；;!?]{{1,14}}?)的?{_THAT}")
_LEADING = re.compile(_LEAD)
_ENDS = (
    "(?=的?(?:呢|多少|怎么|咋|啥|什么|几|现价|现在|卖|价|是|送|有|能|会|要|好|也|吧|得)|"
    "的?(?:[，,。；;!?？！ ]|$))"
)
_AFTER_THAT = re.compile(rf"(?:^|[，,。；;!? ]){_LEAD}{_THAT}(?P<what>[^，,。；;!? ]{{1,10}}?){_ENDS}")
_OF = re.compile(
    rf"(?:^|[，,。；;!? ]|还是要?|就要?){_LEAD}(?P<what>(?:(?!{_THAT})[^，,。；;!? ]){{2,8}}?)的(?!有)"
)
_AGREED = re.compile(r"(?P<what>[0-9]+|[^，,。 ]{2,6})就(?P=what)")
_LIKE = re.compile(r"[跟和与比像同]$")
_CLAUSES = re.compile(r"[^，,。；;!?！？…]+")
_THIS = re.compile(rf"[这呢]{_KIND}")
_QUESTION = re.compile(r"[呢吗么没不]$|多少|几|啥|什么|怎么|咋")
_CLAUSE = re.compile(rf"(?:^|[，,。；;!? ]|还是要?|就要?|[和跟与比]){_LEAD}")
_NAME_ENDS = re.compile(_ENDS)
_OFF = re.compile(r"(减|便宜|优惠|降|满|送)了?$")
_ASKS_IF = re.compile(r"^(?:有|能|会|带|可以|支持|是不是|要不要|需|安|装|多|几|什么|哪)")
# How surely a description must tell a product from others of its kind, from all, and by how much.
_OF_KIND, _LOOSELY, _OF_ALL, _AHEAD = 0.45, 0.7, 0.9, 0.1
_LONGEST_NAME, _PLAINLY = 10, 3  # characters; so many name a product wherever they stand


def point_at(
    understanding: Understanding, state: DialogueState, names: CatalogueNames, goods: Descriptions
) -> Reference:
    """What was pointed at, judged before this turn's words have changed ``state``.

    A named model wins over a place in the list (第二个), that over an end of a scale (最便宜的那个), that
    over a description (白色那款), that over a pronoun (它), which means the product in focus. Words that
    only wish describe goods, they do not point at one, unless with 那款 or in a question.
    """
    text, slots = understanding.text, understanding.slots
    if _REJECT.search(text):
        return Reference(rejects=True)
    category = wanted_category(slots)
    same_kind = category in (None, state.category)
    wishes = understanding.intent in WISHING
    points = not wishes or bool(re.search(_THAT, text) or _QUESTION.search(text.rstrip("?。!~ ")))
    compares = _COMPARES.search(text)
    clauses = [(0, len(text))] if compares else [hit.span() for hit in _CLAUSES.finditer(text)][::-1]
    for start, end in clauses:  # of several the last counts: 大厅那台太贵了，就除醛这个吧
        found, spans = _in_clause(
            text[start:end], _within(slots, start, end), category, state, names, goods, points
        )
        if found:
            spans = tuple((first + start, last + start) for first, last in spans)
            break
    else:
        found, spans = (), ()
        if same_kind:
            found = _by_place(text, state, goods) or _by_pronoun(text, state)
        else:
            found = _of_category(text, slots, state, goods, wishes)
    one = any(axis.search(text) for axis, _, _ in _AXES) or _WHICH_IS.search(text)  # 哪个最便宜 means one
    if compares and not (found and one):
        found = _pair(text, found, state)
    return Reference(found, () if found[:1] == (state.focus,) else spans)


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


_Found = tuple[tuple[str, ...], tuple[tuple[int, int], ...]]  # ids, and where they are described


def _in_clause(
    text: str,
    slots: tuple[Slot, ...],
    category: str | None,
    state: DialogueState,
    names: CatalogueNames,
    goods: Descriptions,
    points: bool,
) -> _Found:
    same_kind = category in (None, state.category)
    kind = category or state.category
    if found := _named(text, slots, state, names, goods) or (_by_ordinal(text, state) if same_kind else ()):
        return found, ()
    for described in (_called, _by_scale, _described) if points else (_by_scale,):
        found, spans = described(text, slots, kind, state, goods)
        if found:
            return found, spans
    return (_by_pronoun(text, state) if _THIS.search(text) and same_kind else ()), ()


def _named(
    text: str, slots: tuple[Slot, ...], state: DialogueState, names: CatalogueNames, goods: Descriptions
) -> tuple[str, ...]:
    """Goods whose name or model was said; where several share it, one of that size or one that was seen."""
    found = []
    told = [slot for slot in slots if slot.name in _PROPERTIES and not slot.negated]
    for slot in slots:
        if slot.name is SlotName.MODEL and isinstance(slot.value, str) and not slot.negated:
            items = goods.known(names.named(slot.value))
            items = [item for item in items if item.product.category == state.category] or items
            items = _at_end(text, items) or _nearest_by_name(text, items)
            items = [item for item in items if all(_has(item, each) for each in told)] or items
            seen = [item for item in items if item.product.id in state.seen]
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


_PROPERTIES = {SlotName.BRAND, SlotName.COLOR, SlotName.FEATURE, SlotName.SIZE}


def _has(item: Item, slot: Slot) -> bool:
    if slot.name is SlotName.BRAND:
        return item.product.brand == slot.value
    if slot.name in (SlotName.COLOR, SlotName.FEATURE):
        return slot.value in item.traits or slot.value in item.product.colors
    return comes_in(item, slot.value if isinstance(slot.value, str) else render_quantity(slot.value))


def _of_category(
    text: str, slots: tuple[Slot, ...], state: DialogueState, goods: Descriptions, wishes: bool
) -> tuple[str, ...]:
    """刚才那个冰箱, 那沙发床上三楼呢: the last seen of that category, of that kind where one was."""
    category = wanted_category(slots)
    returns = (
        _PRONOUN.search(text) or _JUST_NOW.search(text) or _EARLIER.search(text) or _RETURNS.search(text)
    )
    if not returns and (wishes or _WISHES.search(text)):
        return ()
    said = [slot.text for slot in slots if slot.name is SlotName.CATEGORY]
    seen = [item.product for item in reversed(goods.known((*state.seen, state.focus or "")))]
    same = [product for product in seen if product.category == category]
    called = [product for product in same if any(word in product.name for word in said)]
    return tuple(product.id for product in (called or same)[:1])


def wanted_category(slots: tuple[Slot, ...]) -> str | None:
    """The category that the sentence is about: the last one that is not turned down."""
    wanted = [s.value for s in slots if s.name is SlotName.CATEGORY and not s.negated]
    return wanted[-1] if wanted and isinstance(wanted[-1], str) else None


# --- by place and by scale -------------------------------------------------------------------


def _by_ordinal(text: str, state: DialogueState) -> tuple[str, ...]:
    places = [int(_DIGITS.get(hit[1], hit[1])) - 1 for hit in _ORDINAL.finditer(text)]
    return tuple(state.shown[place] for place in places if place < len(state.shown))


def _by_place(text: str, state: DialogueState, goods: Descriptions) -> tuple[str, ...]:
    """前面那个, 另一个, 刚才那个: in the list, where that is one only among those talked about before."""
    seen = [item.product.id for item in goods.known(state.seen) if state.category == item.product.category]
    listed = state.shown if len(state.shown) > 1 else tuple(seen)
    before = [id for id in seen if id != state.focus][-1:]
    if state.focus in state.shown[1:]:
        before = [state.shown[state.shown.index(state.focus) - 1]]
    if not listed:
        return ()
    if _JUST_NOW.search(text) and not _RETURNS.search(text):
        return (state.focus or listed[0],)
    if _EARLIER.search(text) or _JUST_NOW.search(text) or (_FIRST.search(text) and len(state.shown) < 2):
        return tuple(before) or listed[:1]
    if _FIRST.search(text):
        return listed[:1]
    if _LAST.search(text):
        return listed[-1:]
    if _MIDDLE.search(text):
        return (listed[len(listed) // 2],)
    if _OTHER.search(text):
        return tuple(id for id in (listed if len(state.shown) > 1 else before) if id != state.focus)[:1]
    return ()


def _by_scale(
    text: str, slots: tuple[Slot, ...], category: str | None, state: DialogueState, goods: Descriptions
) -> _Found:
    """最便宜的, 大的那个: of those shown, where that is one only of those talked about, else of the kind."""
    scale = next((hit for pattern, _, _ in _AXES if (hit := pattern.search(text))), None)
    if scale is None:
        return (), ()
    shown = [item for item in goods.known(state.shown) if category in (None, item.product.category)]
    seen = [item for item in goods.known(state.seen) if category in (None, item.product.category)]
    whole = category and not shown and not seen and scale[0].startswith("最")
    kind = goods.of_kind(category, Description(frozenset())) if whole else []
    sizes = [slot for slot in slots if slot.name is SlotName.SIZE and not slot.negated]
    talked_of = shown if len(shown) > 1 or not seen else seen
    items = [item for item in talked_of or kind if all(_has(item, size) for size in sizes)]
    return tuple(item.product.id for item in _at_end(text, items)), (scale.span(),)


def _at_end(text: str, items: Sequence[Item]) -> list[Item]:
    """The one at the end of a scale that ``text`` names; none if it names no scale or none is ahead."""
    for pattern, spec, high in _AXES:
        if pattern.search(text):
            known = [(value, item) for item in items if (value := _measure(spec, item, items)) is not None]
            ends = sorted(known, key=lambda pair: pair[0], reverse=high)
            if len(ends) == 1 or (ends and ends[0][0] != ends[1][0]):
                return [ends[0][1]]
    return []


def _measure(spec: str, item: Item, items: Sequence[Item]) -> float | None:
    """Where it stands on a scale; sizes in the first unit in which all of ``items`` are measured."""
    if spec == "价格":
        return item.product.price
    if spec == "大小":
        units = (u for u in _SIZED if all(any(q.unit == u for q in other.sizes) for other in items))
        unit = next(units, None)
        return next((q.high or q.low for q in item.sizes if q.unit == unit), None)
    told = next((value for name, value in item.product.specs if name == spec), "")
    return float(hit[1]) if (hit := _NUMBER.search(told)) else None


# --- by description --------------------------------------------------------------------------


def _described(
    text: str, slots: tuple[Slot, ...], category: str | None, state: DialogueState, goods: Descriptions
) -> _Found:
    """24db那台, 600加仑的, 能锁游戏的是哪台: the one that the words tell from all others of its kind."""
    for start, end, pointed in _phrases(text):
        description = _description(text, start, end, slots)
        if not (description.words or description.amounts or (description.traits and pointed)):
            continue  # 粉色的有吗 asks about the product in focus
        pools = [(goods.of_kind(None, description), _OF_ALL)]
        if category:
            sure = _OF_KIND if pointed else _LOOSELY
            pools.insert(0, (_in_question(description, category, state, goods), sure))
        for items, sure in pools:
            if found := _best(description, items, state, sure, pointed):
                return (found,), ((start, end),)
    return (), ()


def _phrases(text: str) -> Iterable[tuple[int, int, bool]]:
    """Where goods are described, and whether with 那款."""
    if asked := _WHICH_IS.search(text):
        yield 0, asked.start(), True
    if _WISHES.search(text) and not re.search(_THAT, text):
        return
    for pattern in (_BEFORE_THAT, _AFTER_THAT, _OF, _AGREED):
        for hit in pattern.finditer(text):
            start, end = hit.span("what")
            if _LIKE.search(text[:start]) and not _COMPARES.search(text):
                continue  # 跟600那台一样减两百? asks about the other
            start = _LEADING.match(text, start, end).end()  # type: ignore[union-attr]
            if start < end and not _ASKS_IF.match(text, start, end):
                yield start, end, pattern is not _OF


def _called(
    text: str, slots: tuple[Slot, ...], category: str | None, state: DialogueState, goods: Descriptions
) -> _Found:
    """学习平板送不送笔, 青春版抹布会洗吗: those in whose name alone the words stand that begin a clause.

    Words that stand in the sheet of the product in focus ask about it: 安装要钱吗, 降噪多少分贝.
    """
    items = _in_question(Description(frozenset()), category, state, goods)
    own = _told(goods.known((state.focus or "",)))
    names = {item.product.id: normalise_text(item.product.name) for item in items}
    begins = {hit.end() for hit in _CLAUSE.finditer(text)}
    found: dict[str, tuple[int, int]] = {}
    for start in range(len(text) - 1):
        rest = text[start : start + _LONGEST_NAME]
        for length in range(len(rest), 1 if start in begins else _PLAINLY - 1, -1):
            named = [id for id, name in names.items() if rest[:length] in name]
            if not named:
                continue
            said, after = _own_words(rest[:length], goods.product(named[0])), rest[length:]
            clear = len(said) > 2 or _NAME_ENDS.match(after) or after.startswith(category or "\n")
            if len(named) == 1 and len(said) > 1 and clear and said not in own:
                found.setdefault(named[0], (start, start + length))
            break
    return tuple(found), tuple(found.values())


def _own_words(said: str, product: Product | None) -> str:
    """Without the brand and the kind, which others have as well."""
    if product is None:
        return said
    return said.removeprefix(normalise_text(product.brand)).removesuffix(normalise_text(product.category))


def _told(items: Sequence[Item]) -> str:
    """All that is known of them but their names."""
    words = []
    for item in items:
        product = item.product
        words += [
            item.sheet.removeprefix(normalise_text(product.name)),
            product.installation,
            product.delivery,
        ]
        words += [product.warranty, *(promotion.text for promotion in item.promotions)]
    return normalise_text(" ".join(words))


def _description(text: str, start: int, end: int, slots: tuple[Slot, ...]) -> Description:
    within = [slot for slot in slots if start <= slot.start and slot.end <= end and not slot.negated]
    traits = {
        slot.value
        for slot in within
        if slot.name in (SlotName.COLOR, SlotName.FEATURE) and isinstance(slot.value, str)
    }
    traits |= {slot.value for slot in slots if slot.name is SlotName.BRAND and isinstance(slot.value, str)}
    amounts = tuple(
        span.quantity
        for span in parse_quantities(text[start:end])
        if not _OFF.search(text[start:end], 0, span.start)
    )
    words = parts_of(text[start:end], ())
    for slot in within:
        if slot.name is SlotName.COLOR or (slot.name is SlotName.CATEGORY and slot.text == slot.value):
            words -= parts_of(slot.text, ())
    rest = parts_of(text[:start] + " " + text[end:], slots)
    return Description(_lettered(words), _lettered(rest - words), amounts, frozenset(traits))


def _lettered(words: Iterable[str]) -> frozenset[str]:
    """Without digits, which are read as amounts."""
    return frozenset(word for word in words if not any(char.isdigit() for char in word))


def _in_question(
    description: Description, category: str | None, state: DialogueState, goods: Descriptions
) -> list[Item]:
    """Goods of the kind, and whatever was talked about."""
    talked_of = goods.known((*state.shown, *state.seen, state.focus or ""))
    same = [item for item in talked_of if category in (None, item.product.category)]
    return list({item.product.id: item for item in (*same, *goods.of_kind(category, description))}.values())


def _best(
    description: Description, items: Sequence[Item], state: DialogueState, least: float, pointed: bool
) -> str | None:
    """The product that fits best if it is clearly ahead; of equals, with 那款, one that was talked about."""
    scores = likeness(description, items, state.focus)
    best = max(scores.values(), default=0.0)
    if best < least:
        return None
    near = [id for id, score in scores.items() if score > best - _AHEAD]
    if len(near) == 1:
        return near[0]
    known = (state.focus, *(state.shown if pointed else ()), *(reversed(state.seen) if pointed else ()))
    return next((id for id in known if id in near), None)


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
