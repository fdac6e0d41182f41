"""What customers call things: canonical words and their synonyms, from lexicon.toml.

Texts are expected normalised (NFKC, lower case); offsets refer to the text that was given.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from runtime.types import SlotName

SLOTS = (SlotName.CATEGORY, SlotName.FEATURE, SlotName.WHO, SlotName.PLACE, SlotName.COLOR)

Span = tuple[int, int, SlotName, str]


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("lexicon.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def fillers() -> tuple[str, ...]:
    """Words that carry no meaning of their own: 那个, 嗯, 就是."""
    return tuple(_table()["fillers"])


@lru_cache(maxsize=1)
def _kinds() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, _table()["kinds"])))


def first_kind(name: str) -> int:
    """Where a word begins that tells a kind or a make: what a name has before it is a series, 静享大字."""
    made = _kinds().search(name)
    known = (_slot_pattern(slot).search(name) for slot in SLOTS)
    return min((hit.start() for hit in (made, *known) if hit), default=len(name))


@lru_cache(maxsize=1)
def regions() -> frozenset[str]:
    """Provinces, cities, districts and such."""
    return frozenset(_table()["regions"])


@lru_cache(maxsize=1)
def points() -> frozenset[str]:
    """Where things are handed over: 楼下, 快递柜, 丈母娘家."""
    return frozenset(_table()["points"])


@lru_cache(maxsize=len(SLOTS))
def synonyms(slot: SlotName) -> Mapping[str, tuple[str, ...]]:
    """Canonical word -> its other words, for one of SLOTS."""
    return {word: tuple(others) for word, others in _table()[slot.value].items()}


@lru_cache(maxsize=len(SLOTS))
def _canon(slot: SlotName) -> dict[str, str]:
    table = {other: word for word, others in synonyms(slot).items() for other in others}
    return table | {word: word for word in synonyms(slot)}


def _pattern(words: set[str]) -> re.Pattern[str]:
    """Leftmost, longest first; Latin words only where no letter or digit touches them."""
    ordered = sorted((word for word in words if len(word) > 1), key=lambda word: (-len(word), word))
    edge = "[a-z0-9]"
    return re.compile(
        "|".join(
            ("(?<!" + edge + ")" if word[0].isascii() else "")
            + re.escape(word)
            + ("(?!" + edge + ")" if word[-1].isascii() else "")
            for word in ordered
        )
    )


@lru_cache(maxsize=len(SLOTS))
def _slot_pattern(slot: SlotName) -> re.Pattern[str]:
    return _pattern(set(_canon(slot)))


@lru_cache(maxsize=1)
def _everything() -> dict[str, tuple[SlotName, str]]:
    people = [word for word in _canon(SlotName.WHO) if len(word) > 1]
    found: dict[str, tuple[SlotName, str]] = {}
    for slot in SLOTS:
        for word, canon in _canon(slot).items():
            # 适合老人 names a feature of the goods, but a customer who says it names a person.
            if slot is SlotName.FEATURE and any(person in word for person in people):
                continue
            found.setdefault(word, (slot, canon))
    return found


@lru_cache(maxsize=1)
def _sayable() -> dict[str, tuple[SlotName, str]]:
    doubtful = frozenset(_table()["doubtful"])
    known = {word: entry for word, entry in _everything().items() if word not in doubtful}
    return known | {word: (SlotName.BRAND, word) for word in _table()["brands"]}


@lru_cache(maxsize=1)
def _all_words() -> re.Pattern[str]:
    return _pattern(set(_everything()))


@lru_cache(maxsize=1)
def _sayable_words() -> re.Pattern[str]:
    return _pattern(set(_sayable()))


def canonical(slot: SlotName, text: str) -> str | None:
    """The canonical word for a span of that slot: exact, else the longest known word in it, else None."""
    if slot not in SLOTS:
        return None
    exact = _canon(slot).get(text)
    if exact is not None:
        return exact
    words = _slot_pattern(slot).findall(text)
    return _canon(slot)[max(words, key=len)] if words else None


@lru_cache(maxsize=1)
def _lone() -> re.Pattern[str]:
    """One-character words for goods, where nothing beside them makes another word of them."""
    words = _table()["lone"].items()
    return re.compile(
        "|".join(f"(?<![{near['not_after']}]){word}(?![{near['not_before']}])" for word, near in words)
    )


@lru_cache(maxsize=1)
def _shades() -> re.Pattern[str]:
    """雾霾蓝, 抹茶绿色, 石墨色; 天黑 and 空白 are none."""
    words = "|".join(sorted(_table()["shades"], key=len, reverse=True))
    return re.compile(f"({words})([白黑灰红粉蓝绿紫黄橙棕青咖金银]色?|色(?![系差素彩]))")


_DEGREE = "[也都还]?(要|得|够|越|能|很|挺|特别|比较|再|更|真|最|调)*"


@lru_cache(maxsize=1)
def _ways() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return _patterns("ways")


@lru_cache(maxsize=1)
def _hints() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return _patterns("hints")


@lru_cache(maxsize=1)
def _uses() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return _patterns("uses")


def _patterns(table: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    found = _table()[table].items()
    return tuple((word, re.compile("|".join(ways).replace("~", _DEGREE))) for word, ways in found)


@lru_cache(maxsize=1)
def _adjectives() -> re.Pattern[str]:
    """轻 of 要轻的, 越轻越好, 有没有薄点的, and of a clause that is 小的; not of 小的那个, which points."""
    adjective = f"[{''.join(_table()['adjectives'])}]"
    wish = (
        "(?<![不别没])(?:要|得|求|越|够|尽量|最好|稍微|比较|更|偏|挑|选|买|找|换|整|搞|弄|有没有|有冇|有没得|有(?!点)|必须|想|来)"
        "(?:一?[点个台款张把口部盏只套副]|最|越|特别|一点)?"
    )
    return re.compile(
        f"{wish}(?P<wished>{adjective})(?=一?[点些啲]|个的|[的嘅滴]|越好|[,。!?~ ]|$)"
        "(?!一?[点些]?的[那这跟和是比])|"
        f"(?<![^,。!?; ])(?P<alone>{adjective})(?=一?[点些]|[的嘅])(?!一?[点些]?[的嘅](?![,。!?~ ]|$))"
    )


def hints(text: str) -> tuple[str, ...]:
    """Features that a situation wishes for without naming them: 觉轻, 床底才8公分, 没地方晾."""
    return tuple(feature for feature, words in _hints() if words.search(text))


def use(text: str) -> tuple[int, int, str] | None:
    """Words that describe goods by their use, and the kind: 洗衣服的机器, 打lol的本子."""
    hits = ((words.search(text), kind) for kind, words in _uses())
    return next(((*hit.span(), kind) for hit, kind in hits if hit), None)


def scan(text: str) -> tuple[Span, ...]:
    """Known words in ``text`` as (start, end, slot, canonical), leftmost and longest first, no overlaps."""
    return _spans(text, _all_words(), _everything())


_SIZES = frozenset("大小细")  # said of goods, hardly ever as a feature of theirs
_JOINS = frozenset("和加跟与及、送换")


def mentions(text: str) -> tuple[Span, ...]:
    """As ``scan``, for customers' sentences: without doubtful words, with makers, shades
    and 灯, 锁, 锅; spans may overlap."""
    wishes = (wish for wish in _adjective_wishes(text) if text[slice(*wish[:2])] not in _SIZES)
    shades = tuple((*hit.span(), SlotName.COLOR, _shade(hit.group())) for hit in _shades().finditer(text))
    spans = (*_spans(text, _sayable_words(), _sayable()), *shades, *wishes)
    taken = {at for start, end, *_ in spans for at in range(start, end)}
    others = any(slot is SlotName.CATEGORY for _, _, slot, _ in spans)
    lone = [hit for hit in _lone().finditer(text) if hit.start() not in taken]
    if others:  # 净化器的灯 is a part of other goods, 烟机加灶 are two
        lone = [hit for hit in lone if {*text[max(hit.start() - 1, 0)], *text[hit.end() :][:1]} & _JOINS]
    known = _table()["lone"]
    goods = ((*hit.span(), SlotName.CATEGORY, known[hit.group()]["means"]) for hit in lone)
    return tuple(sorted((*spans, *goods)))


def _adjective_wishes(text: str) -> Iterator[Span]:
    means = _table()["adjectives"]
    for hit in _adjectives().finditer(text):
        group = "wished" if hit["wished"] else "alone"
        yield (*hit.span(group), SlotName.FEATURE, means[hit[group]])


def implied(text: str) -> Iterator[Span]:
    """Features that ``text`` wishes for in words of its own: 吸得走, 拎得动, 字要大, 大点的."""
    yield from (wish for wish in _adjective_wishes(text) if text[slice(*wish[:2])] in _SIZES)
    for feature, words in _ways():
        yield from ((*hit.span(), SlotName.FEATURE, feature) for hit in words.finditer(text))


def _shade(word: str) -> str:
    return canonical(SlotName.COLOR, word) or word


def is_doubtful(word: str) -> bool:
    """Whether a word means something else more often than not where customers say it."""
    return word in _table()["doubtful"]


def _spans(text: str, words: re.Pattern[str], known: Mapping[str, tuple[SlotName, str]]) -> tuple[Span, ...]:
    return tuple((*hit.span(), *known[hit.group()]) for hit in words.finditer(text))
