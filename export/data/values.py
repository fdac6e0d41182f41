"""Made-up values as customers say them: money, areas, models, brands, days.

Every function takes its source of chance and returns normalised text; money is in yuan.
"""

from __future__ import annotations

import math
import random
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from runtime.understanding.numbers import to_chinese

_FILE = Path(__file__).parent / "patterns" / "values.toml"

_LETTERS = "abcdefghjklmnpqrstvwxyz"
_UNITS = ("", "", "", "块", "元", "块钱")
_CAPS = ("以内", "以下", "之内", "内", "左右", "上下", "多", "出头", "左右吧")
_AREAS = (
    *range(8, 30, 2),
    15,
    25,
    30,
    35,
    40,
    45,
    50,
    60,
    70,
    80,
    88,
    89,
    90,
    95,
    100,
    110,
    120,
    140,
    150,
    180,
    200,
)
_AREA_UNITS = ("平", "平", "平", "平米", "平方", "个平方", "平方米", "m2", "平左右", "平米左右", "平方左右")
_ROUND_AREA_UNITS = (*_AREA_UNITS, "来平", "多平")
_PEOPLE = ("{}口人", "{}个人", "{}口之家", "一家{}口", "{}人", "{}口", "一家{}口人", "{}个人住", "{}口子")
_FEW = (1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 8, 10, 12, 20, 30, 50, 100)
_MANY = (5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 200, 300)
_STEPS = ((200.0, 10), (600.0, 50), (2000.0, 100), (6000.0, 500), (float("inf"), 1000))
_DISCOUNTS = ("八折", "9折", "九折", "八五折", "9.5折", "8折", "7折", "九五折", "对折", "88折")


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


def brand(rng: random.Random) -> str:
    """Half of them exist; the rest are new, so that a brand is known by its context."""
    table = _table()
    if rng.random() < 0.45:
        return str(rng.choice(table["brands"]))
    name = str(rng.choice(table["brand_first"]) + rng.choice(table["brand_last"]))
    return name + rng.choice("尔斯特克诺达") if rng.random() < 0.12 else name


def model(rng: random.Random) -> str:
    """kfr-35gw, a1 pro, x200, iphone 15 pro max."""
    shape = rng.random()
    if shape < 0.22:
        return str(rng.choice(_table()["models"]))
    letters = "".join(rng.choice(_LETTERS) for _ in range(rng.choice((1, 1, 2, 2, 3))))
    number = str(rng.choice((rng.randint(1, 30), rng.randint(10, 99), rng.randint(100, 999))))
    if shape < 0.5:
        inner, last = rng.choice(_LETTERS), rng.choice(("", "", *_LETTERS[:5]))
        return f"{letters}-{inner}{number}{last}{rng.choice(('', '', '1', '2', '5'))}"
    if shape < 0.62:
        return f"{letters}-{number}{rng.choice(('', 'gw', 'w', 'b1', 'l', 'a', 'pro'))}"
    if shape < 0.8:
        return f"{letters}{number}{rng.choice((' ', ''))}{rng.choice(_table()['model_tails'])}"
    return letters + number


def _round(rng: random.Random, low: float, high: float) -> int:
    """A round sum between low and high, small ones more often."""
    value = low * math.exp(math.log(high / low) * rng.random())
    step = next(step for limit, step in _STEPS if value < limit)
    return max(step, round(value / step) * step)


def _spoken(digit: int) -> str:
    """2 counts as 两."""
    return "两" if digit == 2 else to_chinese(digit)


def _amount(rng: random.Random, value: int) -> str:
    """A sum without its unit: 3500, 三千五, 3.5k, 5千."""
    if rng.random() < 0.4:
        return str(value)
    for unit, letter, size in (("万", "w", 10_000), ("千", "k", 1_000)):
        head, rest = divmod(value, size)
        if not 1 <= head < 10:
            continue
        if rest == 0:
            return rng.choice(
                (f"{head}{unit}", f"{head}{letter}", f"{_spoken(head)}{unit}", f"{_spoken(head)}{unit}")
            )
        if rest % (size // 10) == 0:
            tenth = rest * 10 // size
            short = f"{_spoken(head)}{unit}{to_chinese(tenth)}"
            return rng.choice((short, short, f"{head}.{tenth}{letter}", f"{head}{unit}{tenth}"))
    if value % 100 == 0 and value < 1000:
        return rng.choice((f"{_spoken(value // 100)}百", f"{value // 100}百"))
    return to_chinese(value)


def price(rng: random.Random, low: float, high: float) -> str:
    """An exact price: 2999, 三千五, 1980块."""
    value = _round(rng, low, high)
    if rng.random() < 0.4:
        return f"{value - rng.choice((1, 1, 2, 5))}{rng.choice(_UNITS)}"
    return _amount(rng, value) + rng.choice(_UNITS)


def budget(rng: random.Random, low: float, high: float) -> str:
    """A limit, a range or a rough figure: 五千左右, 两三千, 3000-5000, 一千块以内, 小两千."""
    value = _round(rng, low, high)
    shape = rng.random()
    if shape < 0.3:
        return _amount(rng, value) + rng.choice(_UNITS)
    if shape < 0.66:
        return _capped(rng, value)
    if shape < 0.78:
        return _range(rng, value)
    digit = rng.randint(1, 8)
    unit = "百" if value < 1000 else "千" if value < 10_000 else "万"
    if shape < 0.92:
        return f"{_spoken(digit)}{to_chinese(digit + 1)}{unit}" + rng.choice(
            ("", "", "块", "块钱", "左右", "元")
        )
    head = f"{_spoken(digit)}{unit}"
    return rng.choice(
        (f"小{head}", f"{head}来块", f"{head}多块", f"{head}多点", f"{head}出头", f"{unit}把块", f"{value}多")
    )


def _capped(rng: random.Random, value: int) -> str:
    cap = rng.choice(_CAPS)
    # 三千多, 三千出头 take no unit in between.
    return _amount(rng, value) + ("" if cap in ("多", "出头") else rng.choice(_UNITS)) + cap


def _range(rng: random.Random, value: int) -> str:
    top = round(value * rng.choice((1.25, 1.5, 2)) / 100) * 100 or value * 2
    joint = rng.choice(("到", "-", "~", "到", "至"))
    low, high = value // 1000, top // 1000
    if value % 1000 == 0 and top % 1000 == 0 and high < 10 and rng.random() < 0.6:
        spoken = f"{_spoken(low)}千{joint}{to_chinese(high)}千"
        return rng.choice((f"{low}{joint}{high}千", f"{low}{joint}{high}k", spoken))
    return f"{value}{joint}{top}{rng.choice(_UNITS)}"


def area(rng: random.Random) -> str:
    """15平, 100来平, 二十平米, 89m2."""
    value = rng.choice(_AREAS)
    if rng.random() < 0.06:
        return f"{value}到{value + rng.choice((2, 5, 10))}平"
    number = to_chinese(value) if rng.random() < 0.4 else str(value)
    return number + rng.choice(_AREA_UNITS if value % 10 else _ROUND_AREA_UNITS)


def people(rng: random.Random) -> str:
    """五口人, 一家三口, 3个人."""
    value = rng.randint(2, 7)
    return rng.choice(_PEOPLE).format(_spoken(value) if rng.random() < 0.75 else value)


def quantity(rng: random.Random, counter: str) -> str:
    """两台, 10台, 一套."""
    value = rng.choice(_FEW)
    return (_spoken(value) if rng.random() < 0.65 else str(value)) + counter


def bulk(rng: random.Random, counter: str) -> str:
    """A quantity that only a company buys: 20台, 五十来台."""
    value = rng.choice(_MANY)
    about = "" if value % 10 else rng.choice(("", "", "", "来", "多"))
    return (to_chinese(value) if rng.random() < 0.5 else str(value)) + about + counter


def day(rng: random.Random) -> str:
    """明天, 周末, 15号."""
    return f"{rng.randint(1, 30)}号" if rng.random() < 0.08 else str(rng.choice(_table()["days"]))


def discount(rng: random.Random) -> str:
    """八折, 8.5折, 九五折."""
    return rng.choice(_DISCOUNTS)
