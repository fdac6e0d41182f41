"""Goods by their place in the list shown, or in the talk: 第二个, 最后一款, 另一个, 刚才那个."""

from __future__ import annotations

import re

from runtime.dialogue.pointing import KIND
from runtime.knowledge.descriptions import Descriptions
from runtime.types import DialogueState

JUST_NOW = re.compile(r"刚才|刚刚|刚说|前面说|前面讲|前面看")
EARLIER = re.compile(rf"上一{KIND}|(之前|先前|最早|一开始)(说|看|问|讲|提|介绍)?(到|过)?的?(那一?{KIND})?")
RETURNS = re.compile(r"回到|说回|再说|还是|要回|呢$")
_ORDINAL = re.compile(rf"第([一二两三四五六1-6]){KIND}?(?!次|[天年月时步]|半价|[0-9一二三四五六七八九]+折)")
_DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_FIRST = re.compile(rf"(前面|最?前头|最前面|(?<!里)头)(的?那)?一?{KIND}|前一{KIND}")
_LAST = re.compile(rf"(最后|后面|末尾)(的?那)?一?{KIND}|后一{KIND}")
_MIDDLE = re.compile(rf"中间(的?那)?一?{KIND}")
_OTHER = re.compile(rf"另外?(那)?一?{KIND}")


def by_ordinal(text: str, state: DialogueState) -> tuple[str, ...]:
    places = [int(_DIGITS.get(hit[1], hit[1])) - 1 for hit in _ORDINAL.finditer(text)]
    return tuple(state.shown[place] for place in places if place < len(state.shown))


def by_place(text: str, state: DialogueState, goods: Descriptions) -> tuple[str, ...]:
    """In the list shown; where that is one only, among those talked about before."""
    seen = [item.product.id for item in goods.known(state.seen) if state.category == item.product.category]
    listed = state.shown if len(state.shown) > 1 else tuple(seen)
    before = [id for id in seen if id != state.focus][-1:]
    if state.focus in state.shown[1:]:
        before = [state.shown[state.shown.index(state.focus) - 1]]
    if not listed:
        return ()
    if JUST_NOW.search(text) and not RETURNS.search(text):
        return (state.focus or listed[0],)
    if EARLIER.search(text) or JUST_NOW.search(text) or (_FIRST.search(text) and len(state.shown) < 2):
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
