"""What this turn's evidence supports: its figures and phrases, and the product that each is true of.

``index_evidence`` reads the facts once a turn; ``Shelf.number``, ``word``, ``free``, ``gift`` and ``token``
then answer with the id of a supporting fact, "" for a product's own name, or None.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from runtime.generation.guard_words import FREE_OF, TOPICS, Word
from runtime.types import Evidence, Fact, FactKind, Product, Quantity
from runtime.understanding.numbers import normalise_char, parse_quantities

Scope = frozenset[str] | None  # ids of the goods that are spoken of; None: any of the evidence

_BASE = {"kW": ("W", 1000.0), "年": ("月", 12.0), "小时": ("分钟", 60.0), "cm": ("m", 0.01)}
COUNTS = frozenset("台个件套张款部只条把盒箱瓶组间位种份双支样")
_TOKEN = re.compile(r"[a-z0-9]+(?:[-_./+][a-z0-9]+)*")
_PHRASES = re.compile(r"[，;。()→\n|!?]|,(?![0-9])")
_PREFIX = re.compile(r"^(?:促销|特点|颜色|保修|配送|安装|问答|话术|店规|介绍):")
_LABEL_NOISE = re.compile(
    r"免费|大约|约|最高|最低|可以|可|也|含|须|超过|需|另|收|享|保修|质保|[^\u4e00-\u9fff]"
)
_PLACES = re.compile(r"市区|郊县|外地|外省|同城|省内|省外|偏远|乡镇|山区|农村|乡下|全国|国外")
_FREE = re.compile(r"免费|免.{0,3}费|不收|不要钱|不另收|不用钱|包邮")
_GIFT = re.compile(r"(?:赠送|附赠|赠|(?<![配发推运寄接护免费投补抬])送(?![货达到上装修]))(.+)")
_CAP = re.compile(r"最高|最多|至多|上限|不超过")
_FLOOR = re.compile(r"至少|最低|起码|最少|不低于|直接")
_SOLD = re.compile(r"卖|售|销|最后|每[天日月]|限")
_TOGETHER = re.compile(r"都|均|全")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_THIS = re.compile(r"这[款台个]|该款|它")  # what an answer about something else is not about
# What makes a bare figure something else than a price: 2999美元, 2999积分.
_ELSE = re.compile(r"[\u4e00-\u9fff](?<![的了吧哦呢呀就哈啊能可卖给您带拿全包含算是左])")
_INSIDE_WORD = re.compile(r"(?<=[a-z0-9])[a-z0-9]")
_EMPTY_WORDS = frozenset(("一个", "可以", "这款", "这个", "元一", "块一", "一台", "的话", "我们", "您的"))
_AND = re.compile(r"和|及|与|还有|再加|外加|加上|再送|[、+]")
_AMOUNT_WORDS = re.compile(
    r"价值[^的]{0,8}[元块]的?|[0-9一二两三四五六七八九十半]+[台个件套张只条把盒箱瓶组份双支副块桶袋包次年]?"
)
_FILLER = re.compile(
    r"^(?:给|您|你|咱|了|着|还|的|就|会|能|可以|哦|呢|一共|总共|全新|精美|超值)+|[的了哦呢呀啊吧哈]+$"
)

_KIND_TOPICS = {
    FactKind.DELIVERY: {"deliver"},
    FactKind.WARRANTY: {"repair"},
    FactKind.INSTALL: {"install"},
    FactKind.STOCK: {"stock"},
    FactKind.PROMOTION: {"discount"},
}
_ANSWERS = (FactKind.FAQ, FactKind.POLICY, FactKind.SCRIPT)
_ROLES = {
    FactKind.PRICE: "price",
    FactKind.PROMOTION: "price",
    FactKind.INSTALL: "fee",
    FactKind.DELIVERY: "fee",
    FactKind.WARRANTY: "fee",
}
_FEE = (
    r"费|每[米层台次平个月人件套孔年]|另收|加收|押金|定金|装|[打改开]孔|上楼|搬|运|送货|配送|拆"
    r"|勘察|测量|清洗|手续"
)
_ROLE_BEFORE = tuple(
    (role, re.compile(rf"(?:{pattern})$"))
    for role, pattern in (
        ("value", r"(?:价值|原值|值)[^，]{0,2}"),
        (
            "price",
            r"(?:到手|[折券后惠贴完]后|减完|(?:降|减|优惠|便宜)[到至]|[惠销动特现标售定原总单报卖]价|价格|价钱|卖)[^，减满]{0,4}",
        ),
        ("threshold", r"满[^，]{0,2}"),
        (
            "discount",
            r"(?:减|降|便宜|省|抵|补贴|返|优惠|让利|补|差|少|立省)(?:了|掉|您|你|去|最高|最多|可|达|约|能|近|价|金额|是|的){0,3}",
        ),
        ("fee", rf"(?:{_FEE})[^，]{{0,4}}"),
    )
)
_ROLE_AFTER = tuple(
    (role, re.compile(pattern))
    for role, pattern in (
        ("discount", r"钱?的?(?:优惠|补贴|折扣|红包|券|立减|抵扣|差价|减免)"),
        ("fee", r"的?(?:安装费|运费|上门费|押金|定金|人工费|搬运费|手续费)"),
    )
)


def view_char(char: str) -> str:
    """A character as the guard sees it; "" if it is invisible. The full-width comma stays a clause's end."""
    return char if char in "，\n" else normalise_char(char)


def view(text: str) -> str:
    """Text as the guard sees it: normalised, without spaces except between two Latin words."""
    seen = "".join(map(view_char, text))
    return re.sub(r" +(?![a-z0-9])|(?<![a-z0-9]) +", "", seen).strip()


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure in a reply and the words around it in its clause."""

    quantity: Quantity
    left: str  # from the clause's beginning
    near: str  # the part of ``left`` that follows the figure before
    right: str  # a few characters, at most to the clause's end
    text: str = ""  # its own words
    sentence: str = ""  # from the sentence's beginning


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure of a fact, or of a product's name."""

    quantity: Quantity
    fact: Fact
    phrase: str  # that it stands in
    end: int = 0  # in the phrase
    about: str = ""  # the phrase, or all of an answer: what a reply must speak of to use the figure
    role: str = ""  # of money: price, discount, fee, value, threshold, other; or "name"
    label: str = ""  # the words right before it, and those before the first figure of its phrase
    labels: frozenset[str] = frozenset()  # what it may be called: 整机, 适用面积
    topics: frozenset[str] = frozenset()
    leads: bool = False  # the first figure of its fact

    @property
    def upto(self) -> str:
        return self.phrase[: self.end]

    @property
    def after(self) -> str:
        return self.phrase[self.end : self.end + 1]


@dataclass(frozen=True, slots=True)
class _Phrase:
    text: str
    fact: Fact


@dataclass(frozen=True, slots=True)
class Shelf:
    """The evidence, ready to be asked."""

    names: tuple[tuple[str, tuple[str, ...]], ...]  # (name or short form, product ids), the longest first
    starts: frozenset[str]  # every proper beginning of a name or colour
    figures: tuple[_Figure, ...]
    phrases: tuple[_Phrase, ...]
    tokens: tuple[tuple[str | None, frozenset[str]], ...]
    goods: frozenset[str]
    colours: tuple[tuple[str, frozenset[str]], ...]  # (colour, ids of the goods that come in it)

    def name_at(self, text: str, pos: int) -> tuple[str, tuple[str, ...]] | None:
        """The longest name that stands here whole, with the ids of the goods so called."""
        for name, ids in self.names:
            if text.startswith(name, pos) and not _INSIDE_WORD.match(text, pos + len(name)):
                return name, ids
        return None

    def colour_at(self, text: str, pos: int) -> str | None:
        """The colour of any of the goods that stands here."""
        return next((colour for colour, _ in self.colours if text.startswith(colour, pos)), None)

    def has_colour(self, colour: str, scope: Scope) -> bool:
        return any(colour == known and (scope is None or scope & ids) for known, ids in self.colours)

    def number(self, claim: Claim, scope: Scope) -> str | None:
        unit = canonical(claim.quantity)[2]
        role = role_of(claim.near, claim.right, "price" if unit else "") if unit in ("元", "") else ""
        role = "" if not unit and role in ("fee", "threshold") else role
        near = [f for f in self._in_scope(scope) if _comparable(f, unit, role, claim.right)]
        words = claim.left + claim.text + claim.right
        fits = [f for f in near if _same(claim.quantity, f.quantity) and _role_fits(f, role, words)]
        for figure in near:
            whole = _ends_with(claim.left + claim.text, figure.upto, len(claim.text))
            if whole or _recites(claim, figure):
                return figure.fact.id
        called = _called(claim, near, fits)
        if called is None:
            return None
        for figure in fits:
            if _misplaced(claim, figure, role):
                continue
            if (called or not unit) and figure.labels and not called & figure.labels:
                continue
            if not called and unit == "月" and figure.fact.kind is FactKind.WARRANTY and not figure.leads:
                continue  # 保修10年 is the compressor's
            return figure.fact.id
        return None

    def labelled(self, claim: Claim, scope: Scope) -> bool:
        """Whether the words before a figure call it what figures of its unit are called in the facts."""
        unit = canonical(claim.quantity)[2]
        figures = (f for f in self._in_scope(scope) if canonical(f.quantity)[2] == unit)
        return any(label in claim.left for figure in figures for label in figure.labels)

    def verbatim(self, said: str, length: int, scope: Scope) -> str | None:
        """A fact with a phrase that begins as ``said`` ends: with the last ``length`` characters and more."""
        for phrase in self._phrases_in(scope):
            for found in re.finditer(re.escape(said[-length:]), phrase.text):
                if _ends_with(said, phrase.text[: found.end()], length):
                    return phrase.fact.id
        return None

    def word(self, word: Word, text: str, clause: str, scope: Scope) -> str | None:
        """A fact whose phrase supports a claiming word; a phrase about another place does not."""
        for phrase in self._phrases_in(scope):
            supports = text in phrase.text or (word.facts and word.facts.search(phrase.text))
            if word.topic and word.topic not in topics_of(phrase.text) | _kind_topics(phrase.fact):
                continue
            if supports and _places_agree(clause, phrase.text, phrase.fact):
                return phrase.fact.id
        return None

    def free(self, said: str, scope: Scope, *, whole: bool = False) -> str | None:
        """A fact that calls free all that ``said`` speaks of, in one phrase or in its ``whole`` text."""
        wanted = {_free_kind(x) for x in FREE_OF.findall(said)}
        for phrase in self._phrases_in(scope):
            text = phrase.fact.text if whole else phrase.text
            free = {_free_kind(x) for x in FREE_OF.findall(text)}
            agreed = _FREE.search(phrase.text) and _places_agree(said, phrase.text, phrase.fact)
            if wanted and wanted <= free and agreed:
                return phrase.fact.id
        return None

    def gift(self, said: str, scope: Scope) -> str | None:
        """A fact that gives all the things that ``said`` names."""
        given = [(m.group(1), p.fact.id) for p in self._phrases_in(scope) if (m := _GIFT.search(p.text))]
        found = None
        for part in _AND.split(said.partition("(")[0]):
            thing = _FILLER.sub("", _AMOUNT_WORDS.sub("", _FILLER.sub("", part)))
            found = next((id for text, id in given if _gives(text, thing)), None)
            if found is None:
                return None
        return found

    def token(self, token: str, scope: Scope) -> bool:
        """Whether a Latin word or code stands in the evidence."""
        return any(token in known for id, known in self.tokens if id is None or scope is None or id in scope)

    def says(self, text: str, scope: Scope) -> bool:
        return any(text in phrase.text for phrase in self._phrases_in(scope))

    def repeats(self, told: str, fact: Fact) -> bool:
        """Whether a text says a phrase of a fact word for word, or one of its features."""
        parts = [part for phrase in self.phrases if phrase.fact is fact for part in phrase.text.split("、")]
        least = {FactKind.FEATURE: 2, FactKind.STOCK: 2, FactKind.SCRIPT: 6}.get(fact.kind, 4)
        return any(len(part) >= least and part in told for part in parts)

    def _in_scope(self, scope: Scope) -> Iterator[_Figure]:
        return (f for f in self.figures if _applies(f.fact, scope))

    def _phrases_in(self, scope: Scope) -> Iterator[_Phrase]:
        return (p for p in self.phrases if _applies(p.fact, scope))


def _gives(text: str, thing: str) -> bool:
    return (bool(thing) and thing in text) or _overlap(thing, text)


def _recites(claim: Claim, figure: _Figure) -> bool:
    """Whether the clause so far is an answer's phrase word for word, and more than the figure."""
    said, around = claim.left + claim.text + claim.right[:2], claim.left + claim.right[:2]
    return figure.fact.kind in _ANSWERS and len(around) > 1 and figure.phrase.startswith(said)


def _ends_with(said: str, phrase: str, length: int) -> bool:
    return len(phrase) > length + 1 and said.endswith(phrase)


def _applies(fact: Fact, scope: Scope) -> bool:
    return fact.product_id is None or scope is None or fact.product_id in scope


def _clash(first: Iterable[str], second: Iterable[str]) -> bool:
    first, second = set(first), set(second)
    return bool(first and second and not first & second)


def _called(claim: Claim, near: list[_Figure], fits: list[_Figure]) -> set[str] | None:
    """What the reply calls its figure, in the facts' words; None if one of several such words is wrong."""
    before = claim.near if _HAN.search(claim.near) else claim.left
    labels = {label for figure in near for label in figure.labels}
    called = {label for label in labels if label in before} or {x for x in labels if x in claim.right}
    if len(called) < 2:
        return called
    if _TOGETHER.search(claim.left):
        return called if all(any(x in f.labels for f in fits) for x in called) else None
    if "分别" in claim.left:
        return {min(called, key=before.find)}
    last = max(called, key=lambda label: (before.rfind(label), len(label)))
    return {label for label in called if last in label or label in last}


def _misplaced(claim: Claim, figure: _Figure, role: str) -> bool:
    """Whether a figure is taken from its topic, place, cap, stock, answer, or from what a fee is for."""
    words = claim.left + claim.text + claim.right
    if _clash(topics_of(words), figure.topics) or not _places_agree(words, figure.upto, figure.fact):
        return True
    if _CAP.search(figure.upto) and not _CAP.search(words):
        return True
    if _FLOOR.search(claim.near) and not _FLOOR.search(figure.upto):
        return True
    if figure.fact.kind is FactKind.STOCK and _SOLD.search(words):
        return True
    if figure.fact.kind in _ANSWERS and not _overlap(claim.sentence + claim.right, figure.about):
        return True
    return role == "fee" and bool(figure.label) and not _overlap(claim.left + claim.right, figure.label)


def _places_agree(said: str, phrase: str, fact: Fact) -> bool:
    """Whether a phrase about a place is said of it; where a fact tells places apart, one must be named."""
    here, there = set(_PLACES.findall(said)), set(_PLACES.findall(phrase))
    if not there:
        return here <= set(_PLACES.findall(fact.text)) or fact.kind is not FactKind.DELIVERY
    return bool(here & there) or (not here and len(set(_PLACES.findall(fact.text))) == 1)


def topics_of(text: str) -> frozenset[str]:
    return frozenset(name for name, pattern in TOPICS if pattern.search(text))


def _kind_topics(fact: Fact) -> frozenset[str]:
    return frozenset(_KIND_TOPICS.get(fact.kind, ()))


def role_of(before: str, after: str, default: str) -> str:
    """What an amount of money is: price, discount, fee, value of a gift, or threshold."""
    for role, pattern in _ROLE_AFTER:
        if pattern.match(after):
            return role
    for role, pattern in _ROLE_BEFORE:
        if pattern.search(before):
            return role
    return default


def canonical(quantity: Quantity) -> tuple[float | None, float | None, str]:
    """Ends and unit with like units made one: 1年 and 12个月, 60cm and 0.6m."""
    unit, factor = _BASE.get(quantity.unit, (quantity.unit, 1.0))
    if unit in COUNTS:
        unit = "件"
    low, high = (None if end is None else round(end * factor, 6) for end in (quantity.low, quantity.high))
    return low, high, unit


def _comparable(figure: _Figure, unit: str, role: str, right: str) -> bool:
    """Bare figures are prices if they are called so or nothing else, or what the same word follows."""
    known = canonical(figure.quantity)[2]
    if unit:
        return known == unit
    if known == "元":
        return role in ("", "price") and not _ELSE.match(right)
    return not role and not known and figure.after in ("", right[:1])


def _role_fits(figure: _Figure, role: str, words: str) -> bool:
    if figure.role == "other":
        return _overlap(words, figure.about) and not _THIS.search(words)
    return not figure.role or not role or figure.role in ("name", role)


def _same(claimed: Quantity, known: Quantity) -> bool:
    """Whether a figure may be said of what the fact states; money must be exact, bounds included."""
    low, high, unit = canonical(claimed)
    fact_low, fact_high, _ = canonical(known)
    if unit == "日期":
        return all(_same_day(x, y) for x, y in ((low, fact_low), (high, fact_high)))
    if (low, high) == (fact_low, fact_high):
        return unit != "元" or known.approximate or not claimed.approximate
    if unit == "元":
        return False
    ends = {fact_low, fact_high} - {None}
    if low is None:
        return high in ends and fact_high is not None
    if high is None:
        return False
    return low == high and low in ends


def _same_day(said: float | None, known: float | None) -> bool:
    if said is None or known is None:
        return said is known
    said_day, known_day = int(said) % 10_000, int(known) % 10_000
    if said >= 10_000 and known >= 10_000 and int(said) // 10_000 != int(known) // 10_000:
        return False
    if said_day < 100:
        return said_day == known_day % 100
    if said_day % 100 == 0:
        return said_day // 100 == known_day // 100
    return said_day == known_day


def _overlap(said: str, known: str) -> bool:
    """Whether the two share a word, taken as two Chinese characters in a row."""
    han = re.findall(r"[\u4e00-\u9fff]+", said)
    pairs = (run[i : i + 2] for run in han for i in range(len(run) - 1))
    return any(pair in known and pair not in _EMPTY_WORDS for pair in pairs)


_FREE_KINDS = (
    ("装", "装"),
    ("送", "送货配送运"),
    ("修", "维修"),
    ("量", "测量勘察"),
    ("拆", "拆拉走回收"),
    ("孔", "打孔开孔改孔"),
)


def _free_kind(word: str) -> str:
    return next((kind for kind, members in _FREE_KINDS if kind in word or word in members), word)


# --- reading the evidence --------------------------------------------------------------------


@lru_cache(maxsize=64)
def index_evidence(evidence: Evidence) -> Shelf:
    products = tuple(hit.product for hit in evidence.hits)
    names = dict(_names(products))
    facts = [(fact, view(fact.text)) for fact in evidence.facts]
    own = [(Fact("", FactKind.SPEC, "", p.id), view(f"{p.name} {p.model}")) for p in products]
    phrases = [
        _Phrase(phrase, fact)
        for fact, text in (*facts, *own)
        for phrase in _PHRASES.split(_PREFIX.sub("", text))
        if phrase
    ]
    figures = [figure for fact, text in facts for figure in _figures(fact, text)]
    figures += [figure for fact, text in own for figure in _own_figures(fact, text)]
    colours: dict[str, set[str]] = {}
    for fact, text in facts:
        for colour in text.removeprefix("颜色:").split("、") if text.startswith("颜色:") else ():
            colours.setdefault(colour, set()).add(fact.product_id or "")
    tokens: dict[str | None, set[str]] = {None: set()}
    for fact, text in (*facts, *own):
        tokens.setdefault(fact.product_id, set()).update(_tokens(text))
    return Shelf(
        names=tuple(sorted(names.items(), key=lambda pair: -len(pair[0]))),
        starts=frozenset(
            word[:end] for word in (*names, *colours, "前者", "后者") for end in range(1, len(word))
        ),
        colours=tuple((colour, frozenset(ids)) for colour, ids in colours.items()),
        figures=tuple(figures),
        phrases=tuple(phrases),
        tokens=tuple((id, frozenset(found)) for id, found in tokens.items()),
        goods=frozenset(fact.product_id for fact in evidence.facts if fact.product_id)
        | frozenset(product.id for product in products),
    )


def _tokens(text: str) -> Iterator[str]:
    for token in _TOKEN.findall(text):
        yield token
        yield from re.split(r"[-_./+]", token)


def _figures(fact: Fact, text: str) -> Iterator[_Figure]:
    spec = view(fact.id.partition(".spec.")[2]) if fact.kind is FactKind.SPEC else ""
    answer = text if fact.kind in _ANSWERS else ""
    leads = True
    for phrase in _PHRASES.split(_PREFIX.sub("", text)):
        end, head = 0, ""
        for span in parse_quantities(phrase):
            if span.quantity.unit == "日期" and fact.valid_until:
                continue  # told below, with its year
            before, after = phrase[end : span.start], phrase[span.end : span.end + 6]
            unit = span.quantity.unit
            label = _LABEL_NOISE.sub("", before)
            subject = text if unit == "日期" else phrase + answer
            yield _Figure(
                span.quantity,
                fact,
                phrase,
                end=span.end,
                about=answer or phrase,
                role=role_of(before, after, _ROLES.get(fact.kind, "other")) if unit == "元" else "",
                label=head + label,
                labels=frozenset(x for x in (label, spec) if 2 <= len(x) <= 8),
                topics=topics_of(subject) | _kind_topics(fact),
                leads=leads,
            )
            end, leads, head = span.end, False, head or label
    if until := fact.valid_until:
        day = float(until.year * 10_000 + until.month * 100 + until.day)
        yield _Figure(Quantity(day, day, "日期"), fact, text, topics=topics_of(text) | {"discount"})


def _own_figures(own: Fact, text: str) -> Iterator[_Figure]:
    return (_Figure(span.quantity, own, text, role="name") for span in parse_quantities(text))


def _names(products: tuple[Product, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Full names and models with the goods so called, and shorter forms that fit one product only."""
    forms: dict[str, set[str]] = {}
    full = {view(text) for product in products for text in (product.name, product.model)}
    whole = full | {view(product.brand) for product in products}
    for product in products:
        id, name, brand, model = product.id, view(product.name), view(product.brand), view(product.model)
        series = name.removeprefix(brand)
        shorter = {name[:end] for end in range(len(brand) + 2, len(name))}
        shorter |= {series[:end] for end in range(3, len(series) + 1)}
        for form in shorter | {brand, brand + view(product.category), model, name}:
            forms.setdefault(form, set()).add(id)
    for form, ids in forms.items():
        cut = re.search(r"[0-9a-z.一二三四五六七八九十]$", form) and form not in whole
        named = len(ids) == 1 or form in full
        if named and len(form) >= 2 and not cut:
            yield form, tuple(sorted(ids))
