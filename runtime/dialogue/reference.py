"""Which of the shop's goods the customer's words point at: 那款, 第二个, 最便宜的那个, 换一个."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from runtime.knowledge.asked import parts_of
from runtime.types import DialogueState, Product, Slot, SlotName
from runtime.understanding.numbers import normalise_text, parse_quantities, render_quantity
from runtime.understanding.slots import CatalogueNames

Lookup = Callable[[str], Product | None]  # id -> the product as it is now; None: no longer there


@dataclass(frozen=True, slots=True)
class Reference:
    """What was pointed at."""

    products: tuple[str, ...] = ()  # ids in the order of mention; none: nothing was pointed at
    rejects: bool = False  # 换一个, 都不喜欢: something other than what is shown


_KIND = r"(?:个|款|台|种|件|套|部|张|把|只)"
_THAT = rf"(?:[那这]一?{_KIND}|[那这]两{_KIND})"
_REJECT = re.compile(
    rf"都不(太|怎么|是很)?(喜欢|好|行|合适|满意|想要|要|中意|考虑)|换一?{_KIND}(?!(大|小|颜)|[月年天])|换别的|"
    r"(还有|有没有|有|看看?|来点?|推荐(几|一)?[个款]?)(别的|其他|其它|另外)(?!.{0,2}(颜色|优惠|活动|费|问题|功能|牌子|品牌))|"
    rf"(?<!还)不(太|怎么|是很)?喜欢(?:{_THAT}|它)?[了啊呢吧的]*$|{_THAT}我?(就|也)?(不(太|怎么|是很)?(要|喜欢|行|好|合适|考虑)|算了)"
    r"(?!\w*[吗么])"
)
_ORDINAL = re.compile(rf"第([一二两三四五六1-6]){_KIND}?(?!次|[天年月时步]|半价|[0-9一二三四五六七八九]+折)")
_DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_FIRST = re.compile(rf"(前面|最?前头|最前面|头)(的?那)?一?{_KIND}|前一{_KIND}")
_LAST = re.compile(rf"(最后|后面|末尾)(的?那)?一?{_KIND}|后一{_KIND}")
_MIDDLE = re.compile(rf"中间(的?那)?一?{_KIND}")
_OTHER = re.compile(rf"另外?(那)?一?{_KIND}")
_BOTH = re.compile(
    rf"[这那]两{_KIND}|两{_KIND}(都|有|哪|比|的?区别)|它们|这[几些]{_KIND}?|哪一?{_KIND}(更|比较)?"
)
_EARLIER = re.compile(rf"上一{_KIND}|(之前|先前|最早|一开始)(说|看|问|讲|提|介绍)?(到|过)?的?(那一?{_KIND})?")
_JUST_NOW = re.compile(r"刚才|刚刚|刚说|前面说|前面讲|前面看")
_CHEAPEST = re.compile(rf"最便宜|最低价|价格最低|便宜的?那一?{_KIND}|便宜点的那{_KIND}")
_DEAREST = re.compile(rf"最贵|价格最高|(?<!不)贵一?点?的?那一?{_KIND}")
_PRONOUN = re.compile(rf"{_THAT}|它|该款|同一?{_KIND}|此款|就[这那](?!样)|[这那]玩意|[这那]东西")
_DESCRIBED = re.compile(
    rf"(?:^|[，,。；;!? ])(?:那么?|这|就是|就|要|我说的?是?|还是|刚才|你说的?)*{_KIND}?"
    r"(?P<what>[^，,。；;!? ]{2,12}?)"
    rf"(?:的?{_THAT}|的(?:呢|多少|怎么|咋|有|能|会|几|要|[^吗吧么]{{0,3}}[，,。；;!? ]|$))"
)
_FIGURE = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_LEADS_BACK = re.compile(r"^那|呢[?。!]*$|多少钱|怎么卖|什么价")
_WHICH_IS = re.compile(rf"的?(是|叫)(哪一?{_KIND}|什么)|的?(是)?哪一?{_KIND}来着")
_WISHES = re.compile(
    rf"有没有|有.{{1,8}}的[吗么没]|想[要买看]|推荐|[换找来]一?{_KIND}|预算|便宜|以[内下]|左右|一?[点些]的|不要|不是|别的"
)
_COMPARES = re.compile(
    r"(?<!价)比(?!较[^一]|如|例|价)|区别|不同(?!意)|不一样|差别|差在|差哪|哪一?[个款台种](?!牌)|选哪|啥关系"
)


def point_at(
    text: str,
    slots: tuple[Slot, ...],
    state: DialogueState,
    names: CatalogueNames,
    lookup: Lookup,
    wishes: bool = False,
) -> Reference:
    """What ``text`` points at, judged before this turn's words have changed ``state``.

    A named model wins over a place in the list (第二个), that over a price (最便宜的那个), that over a
    property (白色那款), that over a pronoun (它), which means the product in focus. Words that only wish
    (``wishes``) describe goods, they do not point at one, unless with 那款.
    """
    if _REJECT.search(text):
        return Reference(rejects=True)
    shown = _existing(state.shown, lookup)
    points = not wishes or re.search(_THAT, text) is not None
    same_kind = wanted_category(slots) in (None, state.category)
    found = _named(text, slots, state, names, lookup) or (
        (
            _by_place(text, state)
            or _by_price(text, _of_size(slots, shown))
            or _by_property(text, slots, state, shown)
            or _by_part_of_name(text, slots, shown)
            or _by_part_of_name(text, slots, _seen_of_kind(state, lookup))
            or (points and _by_description(text, slots, state, names, lookup))
            or _by_pronoun(text, state)
        )
        if same_kind
        else (
            (points and _by_description(text, slots, state, names, lookup))
            or _of_category(text, slots, state, lookup)
            or ()
        )
    )
    superlative = _CHEAPEST.search(text) or _DEAREST.search(text)  # 哪个最便宜 means one
    one = superlative or _WHICH_IS.search(text)
    if _COMPARES.search(text) and not (found and one):
        found = _pair(text, found, state)
    return Reference(found)


def _existing(ids: Iterable[str], lookup: Lookup) -> list[Product]:
    return [product for product in map(lookup, ids) if product is not None]


def _seen_of_kind(state: DialogueState, lookup: Lookup) -> list[Product]:
    """Goods seen so far, of the kind that the talk is about."""
    return [product for product in _existing(state.seen, lookup) if product.category == state.category]


def _named(
    text: str, slots: tuple[Slot, ...], state: DialogueState, names: CatalogueNames, lookup: Lookup
) -> tuple[str, ...]:
    """Goods whose name or model was said; where several share it, one of that size or one that was seen."""
    found = []
    told = [slot for slot in slots if slot.name in _PROPERTIES and not slot.negated]
    for slot in slots:
        if slot.name is SlotName.MODEL and isinstance(slot.value, str) and not slot.negated:
            goods = _existing(names.named(slot.value), lookup)
            goods = [product for product in goods if all(_has(product, each) for each in told)] or goods
            seen = [product for product in goods if product.id in state.seen]
            nearest = _nearest_by_name(text, goods)
            found += (nearest if len(nearest) == 1 else seen[-1:]) or (goods if len(goods) == 1 else [])
    return tuple(dict.fromkeys(product.id for product in found))


def _nearest_by_name(text: str, goods: Sequence[Product]) -> list[Product]:
    """Those with most of their name in the text: of a series the one whose own words were said, too."""
    said = _pairs(text)
    counts = [len(said & _pairs(product.name)) for product in goods]
    return [product for product, count in zip(goods, counts, strict=True) if count == max(counts)]


def _of_category(text: str, slots: tuple[Slot, ...], state: DialogueState, lookup: Lookup) -> tuple[str, ...]:
    """刚才那个冰箱: the last seen of that category."""
    category = wanted_category(slots)
    if category is None or not (_PRONOUN.search(text) or _JUST_NOW.search(text) or _EARLIER.search(text)):
        return ()
    for product in (lookup(state.focus or ""), *map(lookup, reversed(state.seen))):
        if product is not None and product.category == category:
            return (product.id,)
    return ()


def wanted_category(slots: tuple[Slot, ...]) -> str | None:
    """The category that the sentence is about: the last one that is not turned down."""
    wanted = [s.value for s in slots if s.name is SlotName.CATEGORY and not s.negated]
    return wanted[-1] if wanted and isinstance(wanted[-1], str) else None


def _by_place(text: str, state: DialogueState) -> tuple[str, ...]:
    shown = state.shown
    places = [int(_DIGITS.get(hit[1], hit[1])) - 1 for hit in _ORDINAL.finditer(text)]
    if places:
        return tuple(shown[place] for place in places if place < len(shown))
    if not shown:
        return ()
    if _EARLIER.search(text):
        return _earlier(state)
    if _JUST_NOW.search(text):
        return (state.focus or shown[0],)
    if _FIRST.search(text):
        return shown[:1]
    if _LAST.search(text):
        return shown[-1:]
    if _MIDDLE.search(text):
        return (shown[len(shown) // 2],)
    if _OTHER.search(text):
        return tuple(product for product in shown if product != state.focus)[:1]
    return ()


def _earlier(state: DialogueState) -> tuple[str, ...]:
    """上一个: the one before the focus, in the list or else in the conversation."""
    for listed in (state.shown, state.seen):
        if state.focus in listed and listed.index(state.focus) > 0:
            return (listed[listed.index(state.focus) - 1],)
    return (state.focus,) if state.focus else state.shown[:1]


def _of_size(slots: tuple[Slot, ...], shown: Sequence[Product]) -> list[Product]:
    """65寸最便宜的 means none of another size."""
    sizes = [slot for slot in slots if slot.name is SlotName.SIZE and not slot.negated]
    return [product for product in shown if all(_has(product, slot) for slot in sizes)]


def _by_price(text: str, shown: Sequence[Product]) -> tuple[str, ...]:
    if not shown:
        return ()
    if _CHEAPEST.search(text):
        return (min(shown, key=lambda product: product.price).id,)
    if _DEAREST.search(text):
        return (max(shown, key=lambda product: product.price).id,)
    for span in parse_quantities(text):
        pointed = re.match(rf"(块钱?|元)?的?{_THAT}", text[span.end :]) or (
            re.search(rf"{_THAT}$", text[: span.start]) and text[span.end :].lstrip("块钱元").startswith("的")
        )
        if pointed and span.quantity.unit in ("", "元"):
            low, high = span.quantity.low, span.quantity.high
            near = [p.id for p in shown if (low or 0) * 0.97 <= p.price <= (high or low or 0) * 1.03]
            if near:
                return (near[0],)
    return ()


def _by_property(
    text: str, slots: tuple[Slot, ...], state: DialogueState, shown: Sequence[Product]
) -> tuple[str, ...]:
    """白色那款, 凉川的那个, 那16寸的呢: the first of those shown that has it and is not like all others."""
    told = [slot for slot in slots if slot.name in _PROPERTIES and not slot.negated]
    sized = [slot for slot in told if slot.name is SlotName.SIZE]
    pointed = re.search(_THAT, text) or (sized and _LEADS_BACK.search(text))
    if not told or not pointed or _WISHES.search(text):
        return ()
    fitting = [product.id for product in shown if all(_has(product, slot) for slot in told)]
    if state.focus in fitting:
        return (state.focus,)
    return tuple(fitting[:1]) if len(fitting) < len(shown) else ()


def _by_part_of_name(text: str, slots: tuple[Slot, ...], goods: Sequence[Product]) -> tuple[str, ...]:
    """静享那款, 恒意多少钱: the one of ``goods`` in whose name alone the words before 那款 stand, or which
    alone is named so at the beginning of a clause."""
    pointer = _PRONOUN.search(text)
    first, last = (max(0, pointer.start() - 6), pointer.start()) if pointer else (0, len(text))
    covered = _covered(slots)
    said = {
        text[i : i + 2] for i in range(first, last - 1) if i not in covered and (pointer or _begins(text, i))
    }
    found = tuple(
        product.id
        for product in goods
        if len(goods) > 1
        and said & ((_pairs(product.name) if pointer else _head(product)) - _pairs_of_others(product, goods))
    )
    return found if len(found) == 1 or (len(found) == 2 and _COMPARES.search(text)) else ()


def _covered(slots: tuple[Slot, ...]) -> set[int]:
    """Places whose words mean something else; 洗烘一体, a kind of 洗衣机, may still tell goods apart."""
    return {
        place
        for slot in slots
        if slot.name is not SlotName.CATEGORY or slot.text == slot.value
        for place in range(slot.start, slot.end - 1)
    }


def _begins(text: str, place: int) -> bool:
    return place == 0 or text[place - 1] in "，。！？；,!?; 和跟与比那看要买问是还"


def _head(product: Product) -> set[str]:
    own = product.name.removeprefix(product.brand)
    return {own[:2].lower()}


def _by_description(
    text: str, slots: tuple[Slot, ...], state: DialogueState, names: CatalogueNames, lookup: Lookup
) -> tuple[str, ...]:
    """24db那台, 600加仑的, 能锁游戏的是哪台: the one that alone fits the words best, among those shown,
    then those seen, then all of the kind, where the words must stand in its name."""
    phrase = _described_by(text)
    if phrase is None or _WISHES.search(text):
        return ()
    told = tuple(slot for slot in slots if slot.name in (SlotName.COLOR, SlotName.BRAND, SlotName.CATEGORY))
    words = parts_of(phrase, ()) - {part for slot in told for part in parts_of(slot.text, ())}
    category = wanted_category(slots) or state.category
    if not words:
        return ()
    everything = _existing((id for _, id in names.goods), lookup)
    kind = [product for product in everything if product.category == category]
    shown = [product for product in _existing(state.shown, lookup) if product.category == category]
    seen = [product for product in _existing(state.seen, lookup) if product.category == category]
    figures = set(_FIGURE.findall(phrase))
    pools = [(shown, 0.5), (seen, 0.5), (kind, 0.8)]
    for goods, least in pools if wanted_category(slots) else [*pools, (everything, 1.4)]:
        fitting = _best_fitting(words, figures, goods, least)
        if state.focus in fitting:
            return (state.focus,)
        if len(fitting) == 1:
            return (fitting[0],)
    return ()


def _best_fitting(words: set[str], figures: set[str], goods: Sequence[Product], least: float) -> list[str]:
    """Those that have most of the words, a word of the name counted twice, and all of the figures."""
    scores = {}
    for product in goods:
        name, sheet = _sheet(product)
        if figures <= set(_FIGURE.findall(sheet)):
            scores[product.id] = sum((word in name) + (word in sheet) for word in words) / len(words)
    best = max(scores.values(), default=0.0)
    fitting = [id for id, score in scores.items() if score == best]
    return fitting if best >= least and len(fitting) < max(2, len(goods)) else []


def _described_by(text: str) -> str | None:
    """The words by which a product is pointed out: 低糖 of 那低糖那个能煮几升."""
    if asked := _WHICH_IS.search(text):
        return text[: asked.start()]
    hit = _DESCRIBED.search(text)
    return hit["what"] if hit else None


@lru_cache(maxsize=4096)
def _sheet(product: Product) -> tuple[str, str]:
    """Its name, and all that its sheet says of it, in lower case without spaces."""
    specs = (f"{name}{value}" for name, value in product.specs)
    told = (product.name, product.model, *specs, *product.features, product.description)
    return normalise_text(product.name), normalise_text(" ".join(told)).replace(" ", "")


def _pairs_of_others(product: Product, goods: Sequence[Product]) -> set[str]:
    return {pair for other in goods if other.id != product.id for pair in _pairs(other.name)}


_PROPERTIES = {SlotName.BRAND, SlotName.COLOR, SlotName.FEATURE, SlotName.SIZE}


def _has(product: Product, slot: Slot) -> bool:
    if slot.name is SlotName.BRAND:
        return product.brand == slot.value
    if slot.name is SlotName.COLOR:
        return slot.value in product.colors
    if slot.name is SlotName.FEATURE:
        return slot.value in product.features
    size = slot.value if isinstance(slot.value, str) else render_quantity(slot.value)
    return any(size in words for words in (product.name, *(value for _, value in product.specs)))


def _pairs(name: str) -> set[str]:
    return {name[i : i + 2].lower() for i in range(len(name) - 1)}


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
