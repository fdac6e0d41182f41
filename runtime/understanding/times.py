"""Calendar and clock words: 明天下午三点, 下周六, 月底, 双十一; but not 早上好, 五一快乐, 三年前."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runtime.understanding.clauses import cuts_a_word
from runtime.understanding.numbers import parse_quantities

_PART = "(上午|下午|中午|傍晚|凌晨|早上|晚上|半夜|夜里|早晨|一早|晚(?![点了到安些间餐饭])|假期|长假|期间)"
_WEEK = "(个?星期|个?礼拜|个?周)"
_COUNT = "[0-9一二两三四五六七八九十几半百多]"
_DAY = (
    r"(大后|大前|[今明后昨前])[天日](?![新光蓝气])|[今明昨][儿早晚]个?|"
    rf"(这|本|[上下]+)?{_WEEK}([一二三四五六日天](?![到块期])|末)|(这|本|[上下]+){_WEEK}|"
    rf"([上下]个?|[这本]个?)月[初中底末]?|(?<!{_COUNT})(?<!个)月[初中底末](?!端)|"
    r"[今明去前后]年(年?[初底]|中(?!风))?|"
    rf"(?<!{_COUNT})年[前后底初](?![轮排])|大?年三十|大年初[一二三四五]|"
    r"([1-9一二三四五六七八九]|1[0-2]|十[一二]?)月[份初中底]|"
    r"(正|腊)月([初二三廿]?十?[一二三四五六七八九十])?|过阵子|[上下]半年"
)
_FEAST = (
    r"双十[一二]|双1[12]|618|六一八|(国庆|中秋|端午(?!安)|清明|元宵|圣诞)节?|(劳动|母亲|父亲|儿童|光棍|三八)节|六一(?!路)|春节|元旦|"
    r"五一(?!路|广场)|过年|除夕|七夕|重阳|腊八|(教师|情人|妇女|女神|年货|植树)节|开春|双旦|黑五|"
    r"大年二十[八九]|(?<!年)初[四五六七八九十](?![中级步])"
)
_WORDS = re.compile(rf"({_DAY})({_FEAST}|{_PART})?|({_FEAST})(当[天日])?|(?<!一)(上午|下午|中午|傍晚)")
_GREETING = re.compile("[的]?(好(?![好几多了])|快乐|安康|愉快|吉祥)")
_JOIN = re.compile("的?")
_SIZE_BEFORE = re.compile("[大小].?$")  # 大一号


def find_times(text: str) -> Iterator[tuple[int, int]]:
    """Spans of calendar and clock words, in order; what stands side by side is one: 明天下午, 三点."""
    spans = sorted({*_words(text), *_figures(text)})
    while spans:
        start, end = spans.pop(0)
        while spans and (spans[0][0] <= end or _JOIN.fullmatch(text, end, spans[0][0])):
            end = max(end, spans.pop(0)[1])
        if not _GREETING.match(text, end):
            yield start, end


def _words(text: str) -> Iterator[tuple[int, int]]:
    return (hit.span() for hit in _WORDS.finditer(text) if not cuts_a_word(text, *hit.span()))


def _figures(text: str) -> Iterator[tuple[int, int]]:
    for span in parse_quantities(text):
        larger = span.text.endswith("号") and _SIZE_BEFORE.search(text[: span.start])
        if span.quantity.unit in ("日期", "时刻") and not larger and span.text not in ("一月", "1月", "两月"):
            yield span.start, span.end
