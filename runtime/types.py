"""The values a turn is made of, in the order in which they arise.

    AudioFrame -> Partial* -> Utterance -> Understanding -> DialogueState
        -> Evidence -> Prompt -> Draft* -> Reply

Every value is frozen and every stage is a function from earlier values to the next one. Only
``commit`` (session.py) has effects. This file imports nothing of ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SAMPLE_RATE_HZ = 16_000


class Intent(StrEnum):
    """Fine shop intents. The order is the order of the intent head's outputs."""

    PRICE = "询价"  # what does it cost
    BARGAIN = "砍价"  # can it be cheaper, too expensive
    PROMOTION = "优惠"  # offers, coupons, gifts, trade-in
    FUNCTION = "功能"  # functions, specs, how it works, is it good
    COMPARE = "比较"  # A or B, what is the difference
    RECOMMEND = "推荐"  # needs are stated, a fitting product is wanted
    CUSTOM = "定制"  # made to measure, engraving, group purchase
    STOCK = "库存"  # in stock, colours, variants
    DELIVERY = "配送"  # delivery, shipping, pick-up
    INSTALL = "安装"  # installation, set-up, dismantling
    WARRANTY = "保修"  # warranty, return and exchange terms, invoices
    COMPLAINT = "报修"  # it is broken, repair, complaint, refund
    ORDER = "下单"  # I take it, how to pay
    NO_INTEREST = "无意向"  # not needed, just looking, will think it over
    HUMAN = "人工"  # wants a person
    GREETING = "问候"  # hello, thanks, goodbye
    OTHER = "其他"  # out of scope


class Emotion(StrEnum):
    """Four emotions. The order is the order of the seed design's emotion vector."""

    ANGRY = "愤怒"
    HAPPY = "开心"
    NEUTRAL = "中性"
    HESITANT = "犹豫"


class SlotName(StrEnum):
    """What a span of the customer's words may fill."""

    CATEGORY = "category"
    BRAND = "brand"
    MODEL = "model"
    BUDGET = "budget"
    AREA = "area"
    PEOPLE = "people"
    WHO = "who"
    FEATURE = "feature"
    QUANTITY = "quantity"
    COLOR = "color"
    SIZE = "size"
    PLACE = "place"
    TIME = "time"


class Tactic(StrEnum):
    """What the reply should do; chosen by the table in dialogue/tactics.toml."""

    INFORM = "介绍"
    RECOMMEND = "推荐"
    COMPARE = "比较"
    ASK = "追问"
    OFFER = "促销"
    HOLD_PRICE = "守价"
    CLOSE_SALE = "促成"
    SERVICE = "售后"
    HAND_OVER = "转人工"
    ADMIT = "不知道"
    GREET = "寒暄"
    FAREWELL = "告别"


class FactKind(StrEnum):
    """What kind of claim a fact supports."""

    PRICE = "价格"
    PROMOTION = "促销"
    SPEC = "参数"
    FEATURE = "特点"
    STOCK = "库存"
    WARRANTY = "保修"
    DELIVERY = "配送"
    INSTALL = "安装"
    FAQ = "问答"
    SCRIPT = "话术"
    POLICY = "店规"


class Source(StrEnum):
    """Who formed the reply's words."""

    MODEL = "model"
    TEMPLATE = "template"
    HANDOFF = "handoff"


# --- hearing ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AudioFrame:
    """A slice of sound: signed 16-bit little-endian mono PCM at 16 kHz."""

    pcm: bytes
    start_ms: int  # since the stream began
    duration_ms: int  # 10, 20 or 30


@dataclass(frozen=True, slots=True)
class Partial:
    """The recogniser's words so far."""

    text: str
    stable_chars: int  # leading characters that later partials are not expected to change
    at_ms: int


@dataclass(frozen=True, slots=True)
class Utterance:
    """One finished thing that the customer said or typed."""

    text: str
    voiced: bool = False
    start_ms: int = 0  # of the first voiced sample; 0 when typed
    end_ms: int = 0  # of the last voiced sample; 0 when typed
    confidence: float = 1.0  # 0..1
    emotion: EmotionVector | None = None  # heard in the voice, or given by the caller
    behaviour: Behaviour | None = None


@dataclass(frozen=True, slots=True)
class EmotionVector:
    """Probabilities in the order of Emotion; they sum to 1."""

    angry: float
    happy: float
    neutral: float
    hesitant: float

    def as_tuple(self) -> tuple[float, float, float, float]:
        return (self.angry, self.happy, self.neutral, self.hesitant)

    def top(self) -> Emotion:
        values = self.as_tuple()
        return list(Emotion)[values.index(max(values))]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the customer did before speaking."""

    dwell_s: float = 0.0  # seconds in front of the goods or on the page
    items_viewed: int = 0


# --- understanding ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Quantity:
    """A normalised number or range with its unit; low == high for an exact number.

    ``unit`` is canonical: 元 折 ㎡ m cm 匹 L kg 寸 GB 人 台 年 月 天 小时 分钟 秒 W kW 度 % dB mAh Hz Pa
    像素 转 and counted things (个 件 套 张 款 级 期 倍 岁 楼 …), 日期 (month*100 + day, +year*10000 if said),
    时刻 (hours), or "" for a bare number.
    """

    low: float | None  # None: open below
    high: float | None  # None: open above
    unit: str = ""
    approximate: bool = False  # 左右, 来, 大概, 小两千


@dataclass(frozen=True, slots=True)
class Slot:
    """A span of the customer's (normalised) text and what it means."""

    name: SlotName
    text: str
    start: int  # character offset, inclusive
    end: int  # character offset, exclusive
    value: str | Quantity  # canonical form
    negated: bool = False  # 不要X, 不是X, 除了X
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Understanding:
    """One forward pass of the encoder over one text."""

    text: str  # normalised (NFKC, lower case, no control characters); slot offsets refer to it
    intents: tuple[float, ...]  # calibrated probabilities in the order of Intent
    emotion: EmotionVector  # words and voice fused
    slots: tuple[Slot, ...]
    embedding: NDArray[np.float32] = field(compare=False, repr=False)  # shape (128,), unit length

    @property
    def intent(self) -> Intent:
        return list(Intent)[self.intents.index(max(self.intents))]

    @property
    def intent_p(self) -> float:
        return max(self.intents)


# --- dialogue --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Exchange:
    """One past turn as the prompt's history shows it."""

    customer: str
    shop: str


@dataclass(frozen=True, slots=True)
class DialogueState:
    """Everything remembered of a conversation; folded turn by turn, never patched."""

    turn: int = 0
    goal: Intent | None = None  # the last intent that was about goods or service
    category: str | None = None
    brand: str | None = None
    model: str | None = None
    budget_min: float | None = None  # yuan
    budget_max: float | None = None  # yuan
    area_m2: float | None = None
    people: int | None = None
    who: str | None = None  # 老人, 孩子, 自己 ...
    place: str | None = None  # 客厅, 卧室 ...
    color: str | None = None
    size: str | None = None  # as stated, canonical: 1.5匹, 65寸, 256GB
    quantity: int | None = None
    features: tuple[str, ...] = ()  # wanted, canonical, in the order of mention
    excluded: tuple[str, ...] = ()  # brands, categories and features that were turned down
    focus: str | None = None  # id of the product that is talked about
    shown: tuple[str, ...] = ()  # ids last shown together, in the order shown: 第二个 is shown[1]
    seen: tuple[str, ...] = ()  # every id shown so far
    rejected: tuple[str, ...] = ()  # ids of products turned down: 换一个, 都不喜欢
    offered: tuple[str, ...] = ()  # ids of promotions already offered
    asked: tuple[SlotName, ...] = ()  # slots already asked back for
    tactic: Tactic | None = None
    history: tuple[Exchange, ...] = ()  # the last few turns, oldest first


# --- knowledge -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Product:
    """One article of the shop."""

    id: str
    name: str  # as spoken to customers: brand, series, kind
    category: str
    brand: str
    model: str
    price: float  # yuan
    stock: int | None = None  # pieces; None: not tracked
    specs: tuple[tuple[str, str], ...] = ()  # free columns: (适用面积, 23-34㎡)
    features: tuple[str, ...] = ()  # 省电, 静音, 适合老人 ...
    colors: tuple[str, ...] = ()
    warranty: str = ""
    delivery: str = ""
    installation: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Promotion:
    """An offer, valid on both end days."""

    id: str
    text: str  # as told to customers: 以旧换新最高减300元
    product_id: str | None = None  # None with category None: the whole shop
    category: str | None = None
    price: float | None = None  # promotional price in yuan, if it sets one
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class Faq:
    id: str
    question: str
    answer: str
    product_id: str | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """A salesperson's line for a situation (话术)."""

    id: str
    intent: Intent | None
    emotion: Emotion | None
    text: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that may be said, and for which product it is true."""

    id: str  # P001.price, P001.spec.适用面积, PROMO7, FAQ12
    kind: FactKind
    text: str  # 现价2999元
    product_id: str | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved product and why it fits."""

    product: Product
    score: float
    reason: str  # shown on the product card: 预算内 · 省电 · 适合老人


@dataclass(frozen=True, slots=True)
class Evidence:
    """What this turn's reply may draw on. Nothing else may be claimed."""

    hits: tuple[Hit, ...] = ()
    facts: tuple[Fact, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(hit.product.id for hit in self.hits) + tuple(fact.id for fact in self.facts)


# --- generation ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the generator continues, split where it stops being the same as last turn."""

    head: str  # static part and history: appended to, never rewritten
    body: str  # facts, question, tactic of this turn

    @property
    def text(self) -> str:
        return self.head + self.body


@dataclass(frozen=True, slots=True)
class Draft:
    """A piece of generated text that nothing has checked yet."""

    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the customer may see and hear."""

    text: str
    source: Source
    facts: tuple[str, ...] = ()  # ids of the facts that the text states
    products: tuple[str, ...] = ()  # ids of the goods to show as cards


@dataclass(frozen=True, slots=True)
class Turn:
    """A whole turn as a value: nothing of it has happened until it is committed."""

    session: str
    utterance: Utterance
    understanding: Understanding
    state: DialogueState  # after this turn, reply included
    evidence: Evidence
    reply: Reply
    timings_ms: tuple[tuple[str, float], ...] = ()  # (stage, milliseconds) in order
