"""A small shop and an encoder that needs no model."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np

from runtime.knowledge.index import DIMENSIONS, Floats
from runtime.knowledge.retrieval import retrieve
from runtime.knowledge.view import View, build_view
from runtime.store.goods import Goods
from runtime.types import (
    DialogueState,
    Emotion,
    EmotionVector,
    Faq,
    Hit,
    Intent,
    Product,
    Promotion,
    Script,
    Understanding,
)
from runtime.understanding.numbers import normalise_text
from runtime.understanding.slots import find_slots

TODAY = date(2026, 11, 21)


class PairEncoder:
    """Embeds a text by the pairs of characters in it; counts what it was asked for."""

    version = "pairs-1"

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str]) -> Floats:
        self.embedded += texts
        vectors = np.full((len(texts), DIMENSIONS), 1e-3, np.float32)
        for row, text in enumerate(texts):
            for at in range(len(text) - 1):
                vectors[row, hashlib.md5(text[at : at + 2].encode()).digest()[0] % DIMENSIONS] += 1
        unit: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


def aircon(number: int, name: str, price: float, area: str, features: str, **more: object) -> Product:
    return Product(
        f"P{number:03}",
        name,
        "空调",
        name[:2],
        f"KF-{number}35X",
        price,
        specs=(("适用面积", area), ("噪音", "18dB"), ("能效等级", "一级")),
        features=tuple(features.split("、")),
        **{"stock": 9, "colors": ("白色",), "warranty": "整机6年", "installation": "免费上门安装"} | more,  # type: ignore[arg-type]
    )


GOODS = Goods(
    products=(
        aircon(1, "凉川静享1匹变频空调", 1999, "10-15㎡", "省电、静音、变频"),
        aircon(2, "凉川静享1.5匹变频空调", 2999, "16-23㎡", "省电、静音、变频、适合老人"),
        aircon(3, "凉川阔境3匹变频柜机", 4599, "30-50㎡", "省电、变频、适合老人"),
        aircon(4, "棠岛轻凉1匹定频空调", 1499, "10-15㎡", "性价比高"),
        aircon(5, "松岭安享3匹变频柜机", 5400, "32-52㎡", "省电、变频、适合老人", stock=0),
        Product(
            "P011", "棠岛云鲜对开门冰箱", "冰箱", "棠岛", "TD-B500", 3599, 3, features=("大容量", "省电")
        ),
        Product("P012", "松岭净界无线洗地机", "吸尘器", "松岭", "SL-W1", 1999, features=("无线",)),
        Product("P013", "星竹墨书14寸笔记本电脑", "笔记本电脑", "星竹", "MS14", 4299, features=("轻薄",)),
        Product("P014", "星竹平板", "平板", "星竹", "", 1299),
    ),
    promotions=(
        Promotion("P002.offer", "以旧换新减200元", "P002", ends=date(2026, 12, 31)),
        Promotion("P005.offer", "年底直降", "P005", price=4900, starts=date(2026, 11, 1), ends=TODAY),
        Promotion("OLD", "国庆特价", "P002", price=2599, ends=date(2026, 10, 8)),
        Promotion("SOON", "元旦特价", "P002", price=2499, starts=date(2027, 1, 1)),
        Promotion("ALL", "满三千送电扇"),
        Promotion("COLD", "冰箱送保鲜盒", category="冰箱"),
    ),
    faqs=(
        Faq("FAQ001", "你们几点关门", "晚上9点"),
        Faq("FAQ002", "静享空调要打孔吗", "要打一个孔", "P002"),
        Faq("FAQ003", "会员生日有优惠吗", "积分双倍"),
        Faq("FAQ004", "轻凉空调要打孔吗", "不用打孔", "P999"),
    ),
    scripts=(
        Script("S001", Intent.BARGAIN, Emotion.HESITANT, "您再看看"),
        Script("S002", Intent.BARGAIN, None, "明码标价"),
        Script("S003", Intent.GREETING, None, "您好"),
    ),
    version=7,
)


def shop_view(folder: Path, goods: Goods = GOODS) -> View:
    return build_view(goods, PairEncoder(), folder)


def understood(
    view: View, text: str, intent: Intent = Intent.OTHER, emotion: Emotion = Emotion.NEUTRAL
) -> Understanding:
    plain = normalise_text(text)
    return Understanding(
        text=plain,
        intents=tuple(float(known is intent) for known in Intent),
        emotion=EmotionVector(*(float(known is emotion) for known in Emotion)),
        slots=find_slots(plain, (), view.names),
        embedding=PairEncoder().embed([plain])[0],
    )


def find(view: View, text: str, today: date = TODAY, **state: object) -> tuple[Hit, ...]:
    plain = normalise_text(text)
    return retrieve(view, DialogueState(**state), plain, PairEncoder().embed([plain])[0], today)  # type: ignore[arg-type]
