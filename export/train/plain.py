"""The plainest sentences of a shop: varied language hardly ever says just 空调多少钱, as customers do."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

from export.data.shop_language import Example
from runtime.types import Emotion, Intent, SlotName
from runtime.understanding import lexicon

_SAID = {
    Intent.PRICE: "{0}多少钱|{0}怎么卖|{0}什么价|{0}多少钱一台|{0}价格多少",
    Intent.BARGAIN: "{0}能便宜点吗|{0}太贵了|{0}便宜点",
    Intent.PROMOTION: "{0}有优惠吗|{0}有活动吗|{0}打折吗",
    Intent.FUNCTION: "{0}有什么功能|{0}怎么样|{0}费电吗|{0}好用吗",
    Intent.RECOMMEND: "{0}|我想买{0}|推荐一款{0}|看看{0}|我要买{0}|有没有好点的{0}",
    Intent.STOCK: "{0}有货吗|{0}有现货吗|{0}还有吗|{0}有什么颜色",
    Intent.DELIVERY: "{0}送货吗|{0}几天能到|{0}包邮吗",
    Intent.INSTALL: "{0}包安装吗|{0}送安装吗|{0}能安装吗|{0}谁来装",
    Intent.WARRANTY: "{0}保修几年|{0}能退吗|{0}保修多久",
    Intent.COMPLAINT: "{0}坏了|{0}不能用了|{0}要修",
    Intent.ORDER: "{0}我要了|就要{0}|{0}下单",
}
_POINTED = ("", "", "", "这个", "那个", "这款", "那款", "它", "第一个", "第二个", "刚才那款")
_POINTING = 0.25
_COMMON = 23  # the lexicon begins with what most shops of this kind sell
_ENDS = ("", "", "?", "呢", "呀")


@cache
def _categories() -> tuple[str, ...]:
    """Canonical names first, in the lexicon's order, then what else they are called."""
    known = lexicon.synonyms(SlotName.CATEGORY)
    return (*known, *(word for others in known.values() for word in others))


def plain(chance: random.Random) -> Iterator[Example]:
    """Plain sentences without end, about a kind of goods or about what is pointed at; all of them neutral."""
    while True:
        intent = chance.choice(list(_SAID))
        said = chance.choice(_SAID[intent].split("|"))
        pointed = chance.random() < _POINTING and said != "{0}"
        common = chance.random() < 0.5
        goods = chance.choice(_POINTED if pointed else _categories()[:_COMMON] if common else _categories())
        start = said.index("{0}")
        slots = () if pointed else ((start, start + len(goods), SlotName.CATEGORY),)
        yield Example(said.format(goods) + chance.choice(_ENDS), intent, Emotion.NEUTRAL, slots)
