"""Which facts this turn's reply may draw on: few, true today, and about what was asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from runtime.knowledge import fact_text
from runtime.knowledge.items import Item, is_valid, price_on, says_size
from runtime.knowledge.names import HOMOPHONE
from runtime.knowledge.reasons import reason_for
from runtime.types import (
    DialogueState,
    Emotion,
    Evidence,
    Fact,
    FactKind,
    Faq,
    Hit,
    Intent,
    Product,
    Promotion,
    Script,
    Tactic,
    Understanding,
)

if TYPE_CHECKING:
    from runtime.knowledge.view import View

MAX_PRODUCTS, MAX_FACTS = 3, 10
_FACTS_EACH = {0: 0, 1: 7, 2: 4, 3: 3}  # goods told about -> facts for each
_MAX_FAQS = 2
_FAQ_SAID, _FAQ_LIKE = 0.5, 0.85  # least share of the question's words said, or likeness by embedding

_K = FactKind
# What a question is about, the most wanted first. The price is always told.
_ASPECTS = {
    Intent.PRICE: (_K.PROMOTION, _K.FEATURE),
    Intent.BARGAIN: (_K.PROMOTION, _K.FEATURE, _K.WARRANTY),
    Intent.PROMOTION: (_K.PROMOTION,),
    Intent.FUNCTION: (_K.SPEC, _K.FEATURE),
    Intent.COMPARE: (_K.FEATURE, _K.SPEC),
    Intent.RECOMMEND: (_K.FEATURE, _K.SPEC, _K.PROMOTION),
    Intent.CUSTOM: (_K.FEATURE,),
    Intent.STOCK: (_K.STOCK,),
    Intent.DELIVERY: (_K.DELIVERY,),
    Intent.INSTALL: (_K.INSTALL,),
    Intent.WARRANTY: (_K.WARRANTY,),
    Intent.COMPLAINT: (_K.WARRANTY,),
    Intent.ORDER: (_K.STOCK, _K.PROMOTION, _K.DELIVERY),
    Intent.NO_INTEREST: (),
    Intent.OTHER: (_K.FEATURE,),
}
_TACTIC_ASPECTS = {
    Tactic.RECOMMEND: (_K.FEATURE, _K.SPEC, _K.PROMOTION),
    Tactic.COMPARE: (_K.FEATURE, _K.SPEC),
    Tactic.OFFER: (_K.PROMOTION,),
    Tactic.HOLD_PRICE: (_K.FEATURE, _K.WARRANTY),
    Tactic.CLOSE_SALE: (_K.FEATURE, _K.STOCK),
    Tactic.SERVICE: (_K.WARRANTY,),
}
_NO_GOODS = {Intent.GREETING, Intent.HUMAN}
_NO_FACTS = {Tactic.GREET, Tactic.FAREWELL, Tactic.HAND_OVER}
_ABOUT_OFFERS = {Intent.PROMOTION, Intent.BARGAIN}
_SEVERAL = {Intent.RECOMMEND, Intent.COMPARE}  # even while one product is in focus
# Part of a spec's name -> what customers say when they ask for it.
_SPEC_WORDS = {
    "噪音": "吵 声音 静音 安静 响 分贝",
    "能效": "省电 费电 耗电 电费 能耗",
    "耗电": "省电 费电 电费 能耗",
    "功率": "费电 耗电 瓦",
    "面积": "多大 平 客厅 卧室 房间",
    "尺寸": "多宽 多高 多长 多大 大小 放得下",
    "容量": "多大 几升 装 几个人",
    "重量": "多重 轻 沉",
    "续航": "多久 充一次 电池",
    "电池": "续航 多久",
    "屏幕": "多大 几寸 大屏",
    "存储": "内存 容量",
    "匹": "多大 几匹",
}
_KEY_SPECS = {
    *("匹数", "适用面积", "容量", "屏幕", "尺寸", "存储", "内存"),
    *("续航", "能效等级", "噪音", "吸力", "风量", "通量", "加热"),
}


def choose_evidence(
    view: View,
    hits: tuple[Hit, ...],
    state: DialogueState,
    understanding: Understanding,
    tactic: Tactic,
    today: date,
) -> Evidence:
    """At most MAX_PRODUCTS goods and MAX_FACTS facts; nothing that has expired or not begun by ``today``."""
    intent = understanding.intent
    if tactic in _NO_FACTS:
        return Evidence(facts=tuple(_script(view, intent, understanding, state)))
    goods = _goods(view, hits, state, understanding, today)
    items = [view.items[view.rows[hit.product.id]] for hit in goods]
    aspects = tuple(dict.fromkeys((*_ASPECTS.get(intent, ()), *_TACTIC_ASPECTS.get(tactic, ()))))
    if understanding.emotion.top() is Emotion.HESITANT and items and _K.PROMOTION not in aspects:
        aspects = (*aspects, _K.PROMOTION)
    shop = [*_faqs(view, items, understanding)]
    if _K.PROMOTION in aspects and (items or intent in _ABOUT_OFFERS):
        shop += _promotions(_shop_promotions(view, items, state), state, today)
    shop += _script(view, intent, understanding, state)
    room = min(_FACTS_EACH[len(items)], (MAX_FACTS - len(shop)) // max(1, len(items)))
    told = [
        fact
        for item in items
        for fact in islice(_about(item, items, aspects, state, understanding, today), max(1, room))
    ]
    return Evidence(tuple(goods), (*told, *shop)[:MAX_FACTS])


# --- which goods -----------------------------------------------------------------------------


def _goods(
    view: View, hits: tuple[Hit, ...], state: DialogueState, understanding: Understanding, today: date
) -> list[Hit]:
    """Those named, the product in focus, those compared, or those found."""
    intent = understanding.intent
    if intent in _NO_GOODS:
        return []
    heard = view.sounds.find(understanding.text)
    named = [hit for hit in hits if heard.get(view.rows[hit.product.id], 0.0) >= HOMOPHONE]
    if named and (intent not in _SEVERAL or len(named) > 1):
        return named[:MAX_PRODUCTS]
    focus = [state.focus] if state.focus and state.focus in view.rows else []
    shown = [id for id in state.shown if id in view.rows]
    if intent is Intent.COMPARE and len(shown) > 1:
        return _hits(view, hits, (focus if state.focus in shown else []) + shown, state, today)
    if focus and intent not in _SEVERAL:
        return _hits(view, hits, focus, state, today)
    if not named and not _says_what(state):
        return []
    compared = focus if intent is Intent.COMPARE else []
    return _hits(view, hits, [*compared, *(hit.product.id for hit in hits)], state, today)


def _hits(view: View, hits: tuple[Hit, ...], ids: list[str], state: DialogueState, today: date) -> list[Hit]:
    """The first MAX_PRODUCTS of ``ids``, as they were found or with a reason of their own."""
    found = {hit.product.id: hit for hit in hits}
    chosen = list(dict.fromkeys(ids))[:MAX_PRODUCTS]
    items = [view.items[view.rows[id]] for id in chosen]
    return [
        found.get(item.product.id) or Hit(item.product, 0.0, reason_for(item, state, today)) for item in items
    ]


def _says_what(state: DialogueState) -> bool:
    """Whether anything said so far chooses among goods; else the nearest ones are near to nothing."""
    kind = (state.category, state.brand, state.model, state.size, state.color, state.features)
    need = (state.budget_max, state.budget_min, state.area_m2, state.who)
    return any(kind) or any(need)


# --- facts of a product ----------------------------------------------------------------------


def _about(
    item: Item,
    items: list[Item],
    aspects: tuple[FactKind, ...],
    state: DialogueState,
    understanding: Understanding,
    today: date,
) -> Iterator[Fact]:
    """The price, then a fact of each aspect, then more of each."""
    yield _price(item, today)
    product = item.product
    facts: dict[FactKind, list[Fact]] = {
        _K.PROMOTION: list(_promotions(item.promotions, state, today)),
        _K.FEATURE: list(_features(product)),
        _K.SPEC: list(_specs(product, items, state, understanding)),
        _K.STOCK: list(_stock(product)),
        _K.WARRANTY: list(_term(product, "warranty", _K.WARRANTY)),
        _K.DELIVERY: list(_term(product, "delivery", _K.DELIVERY)),
        _K.INSTALL: list(_term(product, "installation", _K.INSTALL)),
    }
    if product.stock == 0 and _K.STOCK not in aspects:
        yield from _stock(product)
    for aspect in aspects:
        yield from facts[aspect][:1]
    for aspect in aspects:
        yield from facts[aspect][1:4]


def _price(item: Item, today: date) -> Fact:
    price, promotion = price_on(item, today)
    until = promotion.ends if promotion else None
    id = item.product.id
    return Fact(f"{id}.price", _K.PRICE, fact_text.price_text(price), id, until)


def _promotions(promotions: Iterable[Promotion], state: DialogueState, today: date) -> Iterator[Fact]:
    """Those valid today, not yet offered ones first."""
    valid = [promotion for promotion in promotions if is_valid(promotion, today)]
    for promotion in sorted(valid, key=lambda promotion: promotion.id in state.offered)[:2]:
        text = fact_text.promotion_text(promotion.text, promotion.ends)
        yield Fact(promotion.id, _K.PROMOTION, text, promotion.product_id, promotion.ends)


def _features(product: Product) -> Iterator[Fact]:
    if product.features:
        text = fact_text.features_text(product.features)
        yield Fact(f"{product.id}.features", _K.FEATURE, text, product.id)
    if product.description:
        text = fact_text.description_text(product.description)
        yield Fact(f"{product.id}.description", _K.FEATURE, text, product.id)


def _specs(
    product: Product, items: list[Item], state: DialogueState, understanding: Understanding
) -> list[Fact]:
    """The specs asked for first, then those that tell these goods apart, then what buyers look at."""
    others = [dict(item.product.specs) for item in items if item.product is not product]

    def rank(place: int) -> tuple[int, bool, bool, int]:
        name, value = product.specs[place]
        differs = any(name in other and other[name] != value for other in others)
        asked = _asked(name, value, state, understanding.text)
        return -asked, name not in _KEY_SPECS, not differs, place

    ordered = sorted(range(len(product.specs)), key=rank)
    return [
        Fact(f"{product.id}.spec.{name}", _K.SPEC, fact_text.spec_text(name, value), product.id)
        for name, value in (product.specs[place] for place in ordered)
    ]


def _asked(name: str, value: str, state: DialogueState, text: str) -> int:
    """How directly the question, or else a known need, asks for a spec."""
    if name.lower() in text:
        return 3
    words = [word for part, said in _SPEC_WORDS.items() if part in name for word in said.split()]
    if any(word in text for word in words):
        return 2
    needed = (state.area_m2 and "面积" in name) or (state.size and says_size(value, state.size))
    return 1 if needed or any(feature in words for feature in state.features) else 0


def _stock(product: Product) -> Iterator[Fact]:
    yield Fact(f"{product.id}.stock", _K.STOCK, fact_text.stock_text(product.stock), product.id)
    if product.colors:
        yield Fact(f"{product.id}.colors", _K.STOCK, fact_text.colors_text(product.colors), product.id)


_TERM_TEXT = {
    "warranty": fact_text.warranty_text,
    "delivery": fact_text.delivery_text,
    "installation": fact_text.installation_text,
}


def _term(product: Product, name: str, kind: FactKind) -> Iterator[Fact]:
    if term := getattr(product, name):
        yield Fact(f"{product.id}.{name}", kind, _TERM_TEXT[name](term), product.id)


# --- facts of the shop -----------------------------------------------------------------------


def _shop_promotions(view: View, items: list[Item], state: DialogueState) -> Iterator[Promotion]:
    """Those of the whole shop, and of the categories talked about."""
    categories = {category for item in items for category in item.categories} | {state.category}
    for promotion in view.shop_promotions:
        if promotion.category is None or promotion.category in categories:
            yield promotion


def _faqs(view: View, items: list[Item], understanding: Understanding) -> Iterator[Fact]:
    """Answers to this very question, of the shop or of the goods talked about."""
    said = view.questions.covered(understanding.text)
    like = dict(view.faq_index.nearest(understanding.embedding, 8))
    about = {item.product.id for item in items}
    found: list[tuple[float, Faq]] = []
    for row in said.keys() | like.keys():
        faq, words, meaning = view.faqs[row], said.get(row, 0.0), like.get(row, 0.0)
        fits = words >= _FAQ_SAID or meaning >= _FAQ_LIKE
        if fits and (faq.product_id is None or faq.product_id in about):
            found.append((words + meaning, faq))
    for _, faq in sorted(found, key=lambda pair: (-pair[0], pair[1].id))[:_MAX_FAQS]:
        yield Fact(faq.id, _K.FAQ, fact_text.faq_text(faq.question, faq.answer), faq.product_id)


def _script(view: View, intent: Intent, understanding: Understanding, state: DialogueState) -> Iterator[Fact]:
    """One line of the shop's own for this intent and emotion; from turn to turn another one."""
    emotion = understanding.emotion.top()

    def fit(script: Script) -> int:
        if script.intent not in (None, intent) or script.emotion not in (None, emotion):
            return 0
        return 1 + 2 * (script.intent is not None) + (script.emotion is not None)

    best = max(map(fit, view.scripts), default=0)
    fitting = [script for script in view.scripts if best and fit(script) == best]
    if fitting:
        script = fitting[state.turn % len(fitting)]
        yield Fact(script.id, _K.SCRIPT, fact_text.script_text(script.text))
