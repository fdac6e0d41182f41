"""Where goods go: cities, districts, floors and quarters of a town, and what people send things to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from runtime.types import SlotName
from runtime.understanding import lexicon

_NUMBER = "[0-9一二三四五六七八九十两]{1,3}"
_BUILDING = rf"(负|地下)?{_NUMBER}(号?楼|栋|号院|幢)(?![盘下上层梯楼主])|楼顶|顶楼|顶层"
_QUARTER = r"(?<!长)城[东西南北中](?![京方])|[东西南北]区(?!别)|老?城区|(?<![东西])[南北]方(?!向)"
# 广东人, 大理石, 日本原装
_NO_REGION = r"(?![菜话人石路货产米风妞]|烤|火锅|大学|银行|时间|台|具|费|版|进口|原装|品?牌|机芯|压缩机)"
_PUT = (
    r"((送|寄|发|放|摆|搁|拉|卸|存|挂|塞|(?<!家)装|(?<!转)运|搬(?!新家))(货|回)?[到在去进往]?|改[到成]|换[到成]|(?<!开)给)"
    r"(我们?|[你他她]|女朋友|男朋友|我妈|我爸)*"
)
_ADDRESS = rf"[一-龥]{{2,4}}(小区|花园|家园)|{_NUMBER}单元"
_NOT_PUT = r"(?![的说机券具]|抬头|客服|店员|领导|看看)"


def _any(words: set[str] | frozenset[str]) -> str:
    return "|".join(sorted((word for word in words if len(word) > 1), key=len, reverse=True))


@lru_cache(maxsize=1)
def _known() -> re.Pattern[str]:
    regions = _any(lexicon.regions())
    return re.compile(rf"({regions})([省市县]|自治区)?{_NO_REGION}|{_BUILDING}|{_QUARTER}")


@lru_cache(maxsize=1)
def _goal() -> re.Pattern[str]:
    """公司 is a place where something goes there, and else a firm: 送到我公司, 给学校做."""
    table = lexicon.synonyms(SlotName.PLACE).items()
    words = _any({word for name, others in table for word in (name, *others)} | lexicon.points())
    return re.compile(rf"{_PUT}(?P<place>{words}|{_ADDRESS}){_NOT_PUT}")


def find_places(text: str) -> Iterator[tuple[int, int]]:
    """Spans of places, in order; a region and one within it are one: 西藏那曲."""
    goals = {hit.span("place") for hit in _goal().finditer(text)}
    hits = sorted(goals | {hit.span() for hit in _known().finditer(text)})
    while hits:
        start, end = hits.pop(0)
        while hits and hits[0][0] <= end:
            end = max(end, hits.pop(0)[1])
        yield start, end
