"""Slots of a sentence, merged from four witnesses.

Where two of them claim the same characters, the more literal one wins: names that the shop's goods
carry, then quantities, then the lexicon, then the encoder's tags. Everything here is pure; texts are
normalised and offsets refer to them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from runtime.types import Product, Quantity, Slot, SlotName
from runtime.understanding import lexicon
from runtime.understanding.numbers import (
    QuantitySpan,
    normalise_text,
    parse_quantities,
    read_quantity,
    render_quantity,
)

Tag = tuple[int, int, SlotName, float]  # start, end, slot, probability

_MIN_TAG_P = 0.5
_UNITS = {
    SlotName.BUDGET: "元",
    SlotName.AREA: "㎡",
    SlotName.PEOPLE: "人",
    SlotName.QUANTITY: "台",
}
_SLOT_OF_UNIT = (
    {"㎡": SlotName.AREA, "人": SlotName.PEOPLE}
    | dict.fromkeys(("匹", "寸", "GB", "L", "kg", "m", "cm"), SlotName.SIZE)
    | dict.fromkeys(("日期", "时刻"), SlotName.TIME)
)
_COUNTERS = frozenset("台个件套部只张把盒箱")


@dataclass(frozen=True, slots=True)
class CatalogueNames:
    """What the shop's own goods are called; built from the goods whenever they change."""

    entries: Mapping[str, tuple[SlotName, str]]  # normalised spoken form -> slot and canonical value
    lengths: Mapping[str, tuple[int, ...]]  # first character -> lengths of the forms, longest first
    ids: Mapping[str, tuple[str, ...]]  # value of a MODEL slot -> ids of the goods that carry it
    goods: tuple[tuple[str, str], ...]  # normalised name and id of everything

    def named(self, model: str) -> tuple[str, ...]:
        """Ids of the goods of that model or series, or else of those in whose name it stands."""
        form = normalise_text(model)
        return self.ids.get(model) or tuple(id for name, id in self.goods if len(form) > 1 and form in name)

    @classmethod
    def of(cls, products: Iterable[Product]) -> CatalogueNames:
        """Names (also cut short), models (also without dashes), brands, categories and colours."""
        entries: dict[str, tuple[SlotName, str]] = {}
        ids: defaultdict[str, list[str]] = defaultdict(list)
        series: defaultdict[str, list[Product]] = defaultdict(list)
        goods = tuple(products)
        for product in goods:
            model = product.model or product.name
            ids[model].append(product.id)
            series[_series(product)].append(product)
            for spoken, slot, value in (
                (product.category, SlotName.CATEGORY, product.category),
                (product.brand, SlotName.BRAND, product.brand),
                (product.model, SlotName.MODEL, model),
                (re.sub(r"[-/ ]", "", product.model), SlotName.MODEL, model),
                (product.name, SlotName.MODEL, model),
                *((color, SlotName.COLOR, color) for color in product.colors),
            ):
                form = normalise_text(spoken)
                if len(form) > 1:
                    entries.setdefault(form, (slot, value))
        for name, members in series.items():
            models = {product.model or product.name for product in members}
            value = models.pop() if len(models) == 1 else name
            if name and entries.setdefault(normalise_text(name), (SlotName.MODEL, value))[1] == name:
                ids[name] = [product.id for product in members]
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for form in entries:
            lengths[form[0]].add(len(form))
        return cls(
            entries=entries,
            lengths={first: tuple(sorted(known, reverse=True)) for first, known in lengths.items()},
            ids={model: tuple(found) for model, found in ids.items()},
            goods=tuple((normalise_text(product.name), product.id) for product in goods),
        )

    def find(self, text: str) -> Iterator[tuple[int, int, SlotName, str]]:
        """Every occurrence as (start, end, slot, value), longest first at each position."""
        for start, first in enumerate(text):
            for length in self.lengths.get(first, ()):
                known = self.entries.get(text[start : start + length])
                if known and not _cuts_a_word(text, start, start + length):
                    yield (start, start + length, *known)


def _series(product: Product) -> str:
    """What a name is shortened to: 凉川静享1.5匹变频空调 to 凉川静享; "" if only the brand is left."""
    name = re.split(r"[0-9]", product.name.removesuffix(product.category))[0].rstrip()
    own = name.removeprefix(product.brand)
    return name if own != name and len(own) > 1 else ""


def find_slots(text: str, tags: tuple[Tag, ...], names: CatalogueNames) -> tuple[Slot, ...]:
    """Slots in the order of the text, none overlapping.

    ``tags`` are the encoder's BIO spans. BUDGET, AREA, PEOPLE, QUANTITY and SIZE hold a ``Quantity``
    (BUDGET in 元), the others their canonical word or, where none is known, the customer's own.
    """
    named = [_slot(text, *found) for found in names.find(text)]
    exact = [slot for slot in named if slot.name in (SlotName.MODEL, SlotName.BRAND)]
    # 电视 is a category of the shop, but 电视柜 is another word: such words compete with the lexicon.
    common = [slot for slot in named if slot not in exact]
    vocabulary = common + [_slot(text, *found, 0.9) for found in lexicon.scan(text)]
    vocabulary = [slot for slot in vocabulary if not _NO_GOODS_AFTER.match(text, slot.end)]
    witnesses = (exact, [*_times(text), *_quantities(text)], vocabulary, [*_tagged(text, tags)])
    slots = _disjoint(witnesses, len(text))
    return tuple(
        replace(slot, negated=negated) for slot, negated in zip(slots, _negations(text, slots), strict=True)
    )


_NO_GOODS_AFTER = re.compile(r"号|程序")  # 手机号, 羽绒服程序


def clause_bounds(text: str, start: int, end: int) -> tuple[int, int]:
    """The clause around a span, a few words of it: what a negation before or after it may reach."""
    first, last = max(0, start - _REACH), min(len(text), end + _REACH)
    before = [mark.end() for mark in _CLAUSE_END.finditer(text, first, max(start, first))]
    after = _CLAUSE_END.search(text, end, last)
    return (before[-1] if before else first), (after.start() if after else last)


_REACH = 30  # characters
_CLAUSE_END = re.compile(r"[，。！？；,!?;\s]|但是?|不过|而是|可是")


def _slot(
    text: str, start: int, end: int, name: SlotName, value: str | Quantity, confidence: float = 1.0
) -> Slot:
    return Slot(name, text[start:end], start, end, value, confidence=confidence)


def _cuts_a_word(text: str, start: int, end: int) -> bool:
    """Whether a Latin letter or digit goes on over one of the span's ends: x1 in x10."""
    return _same_word(text, start - 1, start) or _same_word(text, end - 1, end)


def _same_word(text: str, left: int, right: int) -> bool:
    if left < 0 or right >= len(text):
        return False
    return all(char.isascii() and char.isalnum() for char in (text[left], text[right]))


def _disjoint(witnesses: Iterable[Iterable[Slot]], length: int) -> tuple[Slot, ...]:
    """Earlier witnesses first, longer spans first within one; a span that touches a taken one is dropped."""
    kept: list[Slot] = []
    taken = bytearray(length)
    for slots in witnesses:
        for slot in sorted(slots, key=lambda slot: (slot.start - slot.end, slot.start)):
            if not any(taken[slot.start : slot.end]):
                taken[slot.start : slot.end] = b"\1" * (slot.end - slot.start)
                kept.append(slot)
    return tuple(sorted(kept, key=lambda slot: slot.start))


# --- quantities ------------------------------------------------------------------------------

# 便宜一百, 满三千减两百, 原价5999: money, but not what the customer means to spend.
_OTHER_MONEY_BEFORE = re.compile(
    r"(便宜|优惠|减免?|省|返|抵|差价?|送|退|降价?|涨价?|少|让|抹|满|卖|[原现标售]价|价格是|要价|报价|到手价?|"
    r"付|[押定]金|[运装]费|才|收|敢要|要我|花了|[贵差]|多了|问的|(?<!我)说|"
    r"号)[好过出了个我你他们到掉去着过的是]*$"
)
_OTHER_MONEY_AFTER = re.compile(
    r"(块钱?|元)?的?([这那][款个台件]|优惠|[券折]|红包|[押定]金|差价|运费|[手材安]\w{1,3}费)"
)
_ACCEPTED = re.compile(r"(块钱?|元)?(也|都)(行|可以|没关系|没事|能接受|成)")
_BUDGET_BEFORE = re.compile(r"(预算|价位|价格|价钱|心理价|不能超|控制|花|拿出|准备)[了个也就最在是为有到]*$")
_CHANGED_BEFORE = re.compile(r"(再多|多个|贵个|[加提涨降放改调][到成个]?|只有|就)[了个也就最在是为有到]*$")
_BUDGET_AFTER = re.compile(r"的?预算|的?价[位格]|[档吧够的行成卖]|可以|$")
_OTHER_UNIT = re.compile(r"毫|流明|万|步|帕|加仑|[次遍回年度秒倍号色位]|小时")
_LEAST_BUDGET = 10  # yuan
_STORAGE = {128, 256, 512, 1024}
_ORDINAL_BEFORE = re.compile(r"[第这那哪前后上下每另换几]$")
_COUNTED_GOODS = frozenset("台套部份")  # counters that hardly count anything else than what is bought
_ORDER_BEFORE = re.compile(
    r"(要|买|来|拿|[预]?[订定]|购|下|采|需要?|各|一?共|留|带|选|配)[了个上共我着一单]*$"
)
_COUNTED_OTHER = re.compile(
    r"有?(什么|啥)|哪|都|比|[的]?区别|[里中选月号]|孩|老人|房|卧|小时|问题|地方|多|牌|方面"
)
# Lengths and weights of people, doors and pipes are no sizes of goods.
_OTHER_LENGTH = re.compile(r"(门|槛|管|孔|墙|电梯|道|缝|洞|加长|超过?|差|短|少|走|收)\w{0,3}$")
_OWN_LENGTH = re.compile(r"[宽长]?的?([*x×乘]|床|沙发)|[宽长]?的")
_WANTED_BEFORE = re.compile(r"(^|尺寸|规格|[要做选就买])$")
_WEIGHT = re.compile(r"公斤|kg")
_LATIN = re.compile(r"[a-z0-9]")


def _quantities(text: str) -> Iterator[Slot]:
    for span in parse_quantities(text):
        name = _quantity_slot(text, span)
        if name is SlotName.TIME:
            yield _slot(text, span.start, span.end, name, render_quantity(span.quantity), 0.95)
        elif name is not None:
            yield _slot(text, span.start, span.end, name, _in_unit(name, span.quantity), 0.95)


def _in_unit(name: SlotName, quantity: Quantity) -> Quantity:
    return replace(quantity, unit=_UNITS[name]) if name in _UNITS else quantity


def _quantity_slot(text: str, span: QuantitySpan) -> SlotName | None:
    """What a number may fill, judged by its unit and, for money and counts, by the words around it."""
    start, end = clause_bounds(text, span.start, span.end)
    before, after = text[start : span.start], text[span.end : end]
    unit = span.quantity.unit
    if unit == "元":
        worth = max(span.quantity.low or 0.0, span.quantity.high or 0.0) >= _LEAST_BUDGET
        return SlotName.BUDGET if worth and not _is_other_money(before, after) else None
    if unit in _COUNTERS:
        if _ORDINAL_BEFORE.search(before) or _COUNTED_OTHER.match(after):
            return None
        goods = any(at == 0 and slot is SlotName.CATEGORY for at, _, slot, _ in lexicon.scan(after[:8]))
        ordered = unit in _COUNTED_GOODS or goods or _ORDER_BEFORE.search(before)
        return SlotName.QUANTITY if ordered else None
    if unit == "":
        return _bare_number_slot(span, before, after)
    if unit in ("m", "cm") and not _is_own_length(before, after):
        return None
    return None if unit == "kg" and not _WEIGHT.search(span.text) else _SLOT_OF_UNIT.get(unit)


def _is_own_length(before: str, after: str) -> bool:
    said_so = _OWN_LENGTH.match(after) or (not after and _WANTED_BEFORE.search(before))
    return bool(said_so) and not _OTHER_LENGTH.search(before)


def _is_other_money(before: str, after: str) -> bool:
    if "预算" in before or (_ACCEPTED.match(after) and re.search("[贵多加]", before)):
        return False
    asks_back = before.endswith("是") and after[:1] in ("吗", "么", "吧")
    return bool(asks_back or _OTHER_MONEY_BEFORE.search(before) or _OTHER_MONEY_AFTER.match(after))


def _bare_number_slot(span: QuantitySpan, before: str, after: str) -> SlotName | None:
    """A number without a unit is money where the words around it or its own form say so."""
    if re.search(r"面积[是有大概约]*$", before):
        return SlotName.AREA
    low, high = span.quantity.low, span.quantity.high
    size = max(low or 0.0, high or 0.0)
    if not 50 <= size <= 1_000_000 or _is_other_money(before, after):
        return None
    if _LATIN.match(before[-1:]) or _LATIN.match(after) or _OTHER_UNIT.match(after):
        return None
    if _BUDGET_BEFORE.search(before):
        return SlotName.BUDGET
    if low is None or high is None:
        return SlotName.BUDGET  # 200以内
    if size < 300 or (size in _STORAGE and span.text.isascii()):
        return None
    if _CHANGED_BEFORE.search(before):
        return SlotName.BUDGET
    bounded = span.quantity.approximate or low < high
    spoken_as_money = bounded or re.search(r"[百千万kw]", span.text)
    return SlotName.BUDGET if spoken_as_money or _BUDGET_AFTER.match(after) else None


_TIME = re.compile(
    r"(今|明|后|大后|昨|前|大前)(天|晚|早|儿)(上午|下午|晚上|早上)?|(这|本|下|上)?个?(周|星期|礼拜)[一二三四五六日天末]|"
    r"(上|下|这|本)(周|个?月)|[月年][底初]|明年|周末|双十[一二]|双1[12]|618|国庆节?|春节|元旦|五一|过年"
)


def _times(text: str) -> Iterator[Slot]:
    for hit in _TIME.finditer(text):
        if not _cuts_a_word(text, hit.start(), hit.end()):
            yield _slot(text, hit.start(), hit.end(), SlotName.TIME, hit.group(), 0.95)


# --- the encoder's tags ----------------------------------------------------------------------


def _tagged(text: str, tags: tuple[Tag, ...]) -> Iterator[Slot]:
    for start, end, name, p in tags:
        if p < _MIN_TAG_P or not 0 <= start < end <= len(text):
            continue
        value = _tag_value(text, start, end, name)
        if value is not None:
            yield _slot(text, start, end, name, value, p)


def _tag_value(text: str, start: int, end: int, name: SlotName) -> str | Quantity | None:
    span = text[start:end]
    if name in _UNITS or name is SlotName.SIZE:
        quantity = read_quantity(span)
        if quantity is None or not _fits(name, quantity.unit):
            return None
        left, right = clause_bounds(text, start, end)
        if name is SlotName.BUDGET and _is_other_money(text[left:start], text[end:right]):
            return None
        return _in_unit(name, quantity)
    return lexicon.canonical(name, span) or span


def _fits(name: SlotName, unit: str) -> bool:
    if name is SlotName.QUANTITY:
        return unit == "" or unit in _COUNTERS
    return unit in ("", _UNITS.get(name, unit))


# --- negation --------------------------------------------------------------------------------

# Each pattern must reach the slot, with nothing between but words that carry no wish of their own.
_FILLER = (
    r"(想要?|要|买|看看?|问|说|有|带|那种|这种|什么|那个|这个|那款|这款|选|用|推荐|再|给我|是|的|了|跟|和|一?[台个款件]|"
    r"任何|牌子)*"
)
_NEGATOR = (
    r"(?<![要是用能会可])(不(太|怎么|大|是很)?(想要?|要求?|喜欢|考虑|需要|买|带|用|是|必)|没必要|讨厌|去掉|取消|排除|拒绝|"
    r"(?<![特区级分性差])别(?![的家人处墅]))"
)
_NEGATED_BEFORE = re.compile(_NEGATOR + _FILLER + "$")
_EXCEPT = re.compile(r"除了?" + _FILLER + "$")
_NEGATED_AFTER = re.compile(
    r"(的话|的|功能|牌子|品牌|系列|款|色|那[款个台]|这[款个台]|我|就|也|都|还是|先)*"
    r"(不要|不用|不需要|不考虑|不想要|不喜欢|不买|不看|算了|取消|除外|免谈|没必要)[了啦吧啊的]*$"
)
_CHOICE = re.compile(r"(.)不(?=\1)")  # 要不要, 是不是: no negation
_JOINED = re.compile(r"[和跟与、或及]?(者|还有|以及)?的?")
_DENIABLE = {SlotName.BRAND, SlotName.CATEGORY, SlotName.MODEL}


def _negations(text: str, slots: tuple[Slot, ...]) -> Iterator[bool]:
    plain = _CHOICE.sub(r"\1 ", text)
    reached = False  # the slot before was negated by words in front of it, which may go on to this one
    previous: Slot | None = None
    for slot in slots:
        reached = _negated_before(plain, slot) or (
            reached and previous is not None and _goes_on(plain, previous, slot)
        )
        previous = slot
        yield reached or _negated_after(plain, slot)


def _negated_before(text: str, slot: Slot) -> bool:
    start, end = clause_bounds(text, slot.start, slot.end)
    before, after = text[start : slot.start], text[slot.end : end]
    found = _NEGATED_BEFORE.search(before)
    if found:
        # 不是变频的吗 asks; it does not deny.
        return not (found.group().startswith("不是") and re.search(r"[吗么吧]$", after))
    return slot.name in _DENIABLE and bool(_EXCEPT.search(before))


def _negated_after(text: str, slot: Slot) -> bool:
    _, end = clause_bounds(text, slot.start, slot.end)
    return bool(_NEGATED_AFTER.match(text[slot.end : end]))


def _goes_on(text: str, previous: Slot, slot: Slot) -> bool:
    """不要红色和变频的空调 turns down two features, not air conditioners."""
    between = text[previous.end : slot.start]
    joined = _JOINED.fullmatch(between) is not None
    return joined and (slot.name is previous.name or slot.name not in _DENIABLE)
