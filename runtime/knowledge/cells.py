"""What merchants write into cells, read as values. Each reader raises ValueError saying what it expects."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, timedelta

from runtime.knowledge.sheets import Cell
from runtime.understanding.numbers import read_quantity

MAX_TEXT = 500
MAX_NAME = 80
MAX_ID = 40
MAX_YUAN = 100_000_000
MAX_STOCK = 10_000_000

_MONEY = re.compile(r"¥?\s*((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)\s*(?:元|块|圆|rmb|cny)?整?(?:/\S{1,2})?")
_SCALE = re.compile(r"[百千万]元?")  # other words beside a price say no amount: (含税) (元/台)
_FOREIGN = re.compile(r"[$€£]|usd|eur|hkd|美元|欧元|港[币元]|日元")
_PIECES = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.0+)?\s*(?:台|件|个|部|套|张|只|把|盏|副|块|床|pcs)?")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ t]\d{1,2}(?::\d{2}){1,2}(?:\.\d+)?)?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SEPARATORS = re.compile(r"[、,，;；/|\s]+")
_GONE = {"无", "无货", "缺货", "售罄", "没货", "断货"}
_PLENTY = {"有", "有货", "现货", "充足", "不限"}
_DASHES = {"-", "--", "/", "—", "——"}
_NOTHING = {"无", "没有", "n/a", "na", "none", "null", ""}
_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#GETTING_DATA", "#SPILL!"}
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_DAYS = range(36_526, 73_051)  # the years 2000 to 2099


def show(cell: Cell) -> str:
    """A cell as text, the way a sheet shows it: 1001.0 -> 1001."""
    if isinstance(cell, date):
        return f"{cell.year}年{cell.month}月{cell.day}日"
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() else repr(cell)
    return "" if cell is None else str(cell)


def read_text(cell: Cell) -> str:
    """At most MAX_TEXT characters; a dash is "", but 无 is kept (安装: 无)."""
    text = show(cell)
    if text in _ERRORS:
        raise ValueError("数值或文字，不是出错的公式")
    if len(text) > MAX_TEXT:
        raise ValueError(f"不超过 {MAX_TEXT} 个字")
    return "" if text in _DASHES else text


def read_offer(cell: Cell) -> str:
    """A promotion's text; "" where the cell says that there is none."""
    text = read_text(cell)
    return "" if text.lower() in _NOTHING else text


def read_spec(cell: Cell, unit: str = "") -> str:
    """A free column's value; the heading's unit is added where the cell ends in a bare number."""
    text = read_offer(cell)
    return text + unit if text[-1:].isdigit() else text


def read_name(cell: Cell) -> str:
    text = read_text(cell)
    if not 0 < len(text) <= MAX_NAME:
        raise ValueError(f"1 到 {MAX_NAME} 个字")
    return text


def read_id(cell: Cell) -> str:
    text = read_text(cell)
    if not 0 < len(text) <= MAX_ID or " " in text:
        raise ValueError(f"1 到 {MAX_ID} 个字，中间没有空格")
    return text


def read_money(cell: Cell, unit: str = "") -> float:
    """Yuan: 2999, "¥2,999.00", 2999元, 2.9千, 三千五; ``unit`` is the heading's (元, 万元)."""
    expected = ValueError("一个人民币价格，例如 2999 或 2999元")
    if isinstance(cell, date) or cell is None or _FOREIGN.search(unit.lower()):
        raise expected
    if isinstance(cell, str) or _SCALE.fullmatch(unit):
        text = _folded(show(cell))
        # A CSV has text only: 0.39 below 价格(万元) is 3900, but 3900元 there is what it says.
        scaled = _SCALE.fullmatch(unit) and text[-1:].isdigit()
        amount = _spoken_money(text + unit if scaled else text)
    else:
        amount = float(cell)
    if not 0 < amount <= MAX_YUAN:
        raise expected
    return round(amount, 2)


def _spoken_money(text: str) -> float:
    plain = _MONEY.fullmatch(text)
    if plain:
        return float(plain[1].replace(",", ""))
    quantity = read_quantity(text)
    if (
        quantity is None
        or quantity.low is None
        or quantity.low != quantity.high
        or quantity.approximate
        or quantity.unit not in ("", "元")
    ):
        return math.nan
    return quantity.low


def read_stock(cell: Cell) -> int | None:
    """Pieces; 缺货 is 0, and 有货 is None: there, but not counted."""
    text = _folded(show(cell))
    if text in _PLENTY:
        return None
    if text in _GONE:
        return 0
    plain = _PIECES.fullmatch(text)
    count = int(plain[1].replace(",", "")) if plain else -1
    if not 0 <= count <= MAX_STOCK:
        raise ValueError("整数件数，或写“有货”“缺货”")
    return count


def read_date(cell: Cell) -> date:
    """A date cell, Excel's day number, 2026/1/5, 2026-01-05, 2026年1月5日 or 20260105."""
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and int(cell) in _EXCEL_DAYS:
        return _EXCEL_EPOCH + timedelta(days=int(cell))
    text = _folded(show(cell))
    parts = _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    try:
        year, month, day = map(int, parts.groups() if parts else ())
        return date(year, month, day)
    except ValueError:
        raise ValueError("日期，例如 2026-01-05") from None


def read_list(cell: Cell) -> tuple[str, ...]:
    """Words between 、 , ; / or spaces, in order, none twice."""
    words = _SEPARATORS.split(read_text(cell))
    return tuple(dict.fromkeys(word for word in words if word and word.lower() not in _NOTHING))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower().strip()
