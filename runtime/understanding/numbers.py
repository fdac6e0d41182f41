"""Amounts in Chinese text (三千五, 3.5k, 五千以内, 一匹半, 八五折) to values, and back.

Pure functions over normalised text (``normalise_text``). What was decided where speech is loose:

- 五千左右, 大概五千, 五千来块: low == high == 5000, ``approximate``. Whoever filters chooses the tolerance.
- 小两千, 将近两千: 1800 to 2000, approximate; 两千出头: 2000 to 2200, approximate.
- 一百多平: 100 to 199, approximate; 几百块: 200 to 999; 十几台: 11 to 19; 三四千: 3000 to 4000, exact ends.
- 5000以内 and 不到5000 have no ``low``; 3000以上 and 起码3000 have no ``high``.
- 八五折 and 85折 are 8.5 折, 三成 is 30 %, 半斤 is 0.25 kg, 一周 is 7 天, 1T is 1024 GB. 3张 counts things,
  not banknotes.
- A day is 日期: month*100 + day, with year*10000 added if said (12月31日 -> 1231, 12月 -> 1200, 31号 -> 31).
  A time of day is 时刻, in hours (下午三点半 -> 15.5).
- A w after a number below 10 is 万, otherwise watts (1.2w, 60w).
- A lone Chinese digit needs a unit to be an amount (三星, 一样, 万一 have none), and the digits of a code
  (kfr-35gw, 1080p, 15 pro) are none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from runtime.types import Quantity


@dataclass(frozen=True, slots=True)
class QuantitySpan:
    """An amount and where it stands: ``text`` is the parsed text from ``start`` up to ``end`` (exclusive)."""

    start: int
    end: int
    text: str
    quantity: Quantity


# --- normalising -----------------------------------------------------------------------------

_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"}


def normalise_char(char: str) -> str:
    """One character in NFKC and lower case, any script's digit as ASCII; "" if it is invisible."""
    if "\u4e00" <= char <= "\u9fff" or " " <= char <= "@":
        return char
    if char.isspace():
        return " "
    value = unicodedata.numeric(char, -1.0)
    if value in range(10) and not unicodedata.name(char, "").startswith(("CJK", "PARENTHESIZED", "KANGXI")):
        return str(int(value))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", char).lower())
    return "".join(c for c in folded if unicodedata.category(c) not in _DROPPED)


def normalise_text(text: str) -> str:
    """NFKC, lower case, whitespace as single characters " ", no control or combining characters."""
    return unicodedata.normalize("NFKC", text).translate(_NORMAL)


class _Normal(dict[int, str]):
    """For str.translate: what normalise_char makes of a code point, kept for the 65,536 that are in use."""

    def __missing__(self, code: int) -> str:
        char = normalise_char(chr(code))
        if code < 0x10000:
            self[code] = char
        return char


_NORMAL = _Normal()


# --- numerals --------------------------------------------------------------------------------

_PLAIN = str.maketrans(
    "〇壹贰貳叁參肆伍陆陸柒捌玖拾佰仟萬億兩两俩仨", "零一二二三三四五六六七八九十百千万亿二二二三"
)
_DIGITS = "零一二三四五六七八九"
_D = "零〇一二两兩三四五六七八九壹贰貳叁參肆伍陆陸柒捌玖俩仨"
_M = "十百千万亿拾佰仟萬億"
_SIZES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000, "k": 1000, "w": 10_000}
_LONGEST = 15  # digits; anything longer is a serial number

_ARABIC = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?"
_NUMERAL = re.compile(
    rf"(?:{_ARABIC}(?:k(?:[1-9](?![0-9.]))?(?![a-z])|w(?![a-z0-9]))"
    rf"|(?:{_ARABIC}|[{_D}]+点[{_D}]+(?![十百千])|[{_D}几]+)?"
    rf"(?:(?!千[瓦克米])[{_M}](?:[0-9]+(?![0-9.,%])|[{_D}几]+)?)*(?:(?<=[{_M}{_D}])点[{_D}]+(?![{_M}分]))?)"
)
_TOKEN = re.compile(rf"[0-9.]+|[{_DIGITS}]|[十百千万亿kw]")
_PAIR = re.compile(r"([一二三四五六七八九])([二三四五六七八九])")
_BARE_LEAD = re.compile(r"[百千][一二三四五六七八九][十百]")


def _decimal(numeral: str) -> float | None:
    """一点五, 二十六点五, 一点二万."""
    found = re.fullmatch(rf"([^点]+)点([{_DIGITS}]+)([万亿]?)", numeral)
    head = _exact(found[1]) if found else None
    if not found or head is None:
        return None
    fraction = "".join(str(_DIGITS.index(c)) for c in found[2])
    return _clean((head + float("0." + fraction)) * _SIZES.get(found[3], 1))


def _exact(numeral: str) -> float | None:
    """The value of one plain numeral without 几 or pairs; None if it is not well formed."""
    if "点" in numeral:
        return _decimal(numeral)
    if len(numeral) > 1 and all(c in _DIGITS for c in numeral):
        return float("".join(str(_DIGITS.index(c)) for c in numeral))
    total = section = 0.0
    number: float | None = None
    zero, limit, last = False, 10_000.0, 1
    for token in _TOKEN.findall(numeral):
        size = _SIZES.get(token)
        if token == "零" and len(numeral) > 1:
            if number is not None:
                return None
            zero = True
        elif size is None:
            if number is not None:
                return None
            number = float(_DIGITS.index(token)) if token in _DIGITS else float(token)
        elif size < 10_000:
            if size >= limit:
                return None
            section += (1.0 if number is None else number) * size
            number, limit, last, zero = None, size, size, False
        else:
            section += number or 0.0
            if not section and not total:
                section = 1.0
            total = (total + section) * size if size > 10_000 or not total else total + section * size
            section, number, limit, last, zero = 0.0, None, 10_000.0, size, False
    if number is None:
        return total + section
    omitted = last >= 100 and not zero and number < 10 and number == int(number)
    return total + section + (number * (last // 10) if omitted else number)


def _bounds(numeral: str) -> tuple[float, float, bool] | None:
    """(low, high, approximate) of a plain numeral, pairs (三四千) and 几 included."""
    if "几" in numeral:
        if numeral.count("几") > 1 or len(numeral) < 2:
            return None
        low = _exact(numeral.replace("几", "二" if numeral.startswith("几") else "一"))
        high = _exact(numeral.replace("几", "九"))
        if low is None or high is None:
            return None
        return low, high + (_step(high) - 1 if numeral.startswith("几") else 0), True
    pair = _PAIR.search(numeral)
    if pair and (len(numeral) == 2 or any(c in _SIZES for c in numeral)):
        first, second = pair.groups()
        if _DIGITS.index(second) - _DIGITS.index(first) == 1 or (first, second) == ("三", "五"):
            low = _exact(numeral[: pair.start()] + first + numeral[pair.end() :])
            high = _exact(numeral[: pair.start()] + second + numeral[pair.end() :])
            return None if low is None or high is None else (low, high, False)
    value = _exact(numeral)
    return None if value is None else (value, value, False)


def _step(value: float) -> int:
    """The largest power of ten that divides a whole number: 3500 -> 100."""
    if value < 10 or value != int(value):
        return 1
    digits = str(int(value))
    return int(10 ** (len(digits) - len(digits.rstrip("0"))))


# --- units -----------------------------------------------------------------------------------

_COUNTED = "台个件套张款部只条把副盒箱瓶组间位种层级档次期倍核岁楼份双支项盏"
# canonical unit, factor, spellings (tried in this order; a look-ahead keeps words apart)
_UNITS: tuple[tuple[str, float, str], ...] = (
    ("元", 1, r"元人民币|人民币|[元圆圓]整?|[块塊]钱|[块塊](?![儿买去用])|rmb"),
    ("元", 0.1, r"毛钱?|角(?=整|$)整?"),
    ("㎡", 1, r"平方米|平米|平方|m2(?![0-9a-z])|个平方|平(?![板常时衡价安稳均台面])"),
    ("分钟", 1, r"分钟|min(?![a-z])"),
    ("秒", 1, r"秒钟?"),
    ("小时", 1, r"个?小时|个?钟头|h(?![a-z0-9])"),
    ("mAh", 1, r"毫安时?|mah"),
    ("cm", 0.1, r"毫米|mm(?![a-z0-9])"),
    ("cm", 1, r"厘米|公分|cm(?![a-z0-9])"),
    ("m", 1000, r"公里|千米|km(?![a-z0-9])"),
    ("m", 1, r"米(?![饭粉色白黄家其])|m(?![a-z0-9])"),
    ("L", 0.001, r"毫升|ml(?![a-z0-9])"),
    ("L", 1, r"公?升(?!级)|l(?![a-z0-9])"),
    ("加仑", 1, r"加仑"),
    ("kg", 1, r"公斤|千克|kg(?![a-z0-9])"),
    ("kg", 0.5, r"斤"),
    ("kg", 0.001, r"克"),
    ("kW", 1, r"千瓦(?!时)|kw(?![a-z0-9])"),
    ("W", 1, r"瓦|w(?![a-z0-9])"),
    ("GB", 1, r"gb?(?![a-z0-9])"),
    ("GB", 1024, r"tb?(?![a-z0-9])"),
    ("匹", 1, r"匹(?!配)|p(?![a-z0-9])"),
    ("寸", 1, r"英寸|寸|吋"),
    ("人", 1, r"个?人(?!民币)|口人|口(?![价气])"),
    ("Hz", 1, r"hz"),
    ("Pa", 1, r"pa(?![a-z0-9])"),
    ("像素", 1, r"像素"),
    ("转", 1, r"转"),
    ("dB", 1, r"分贝|db(?![a-z0-9])"),
    ("度", 1, r"摄氏度|度|°c?"),
    ("%", 1, r"%"),
    ("%", 10, r"成(?![功本品为了交员套不])"),
    ("折", 1, r"折(?!叠|腾|旧|合)"),
    ("月", 1, r"个月"),
    ("年", 1, r"年"),
    ("天", 7, r"个?(?:星期|礼拜)|周(?![末边年围])"),
    ("天", 1, r"天|日(?!元)"),
    *((c, 1.0, c + {"部": "(?![分门位署])", "次": "(?!性)", "条": "(?!龙)"}.get(c, "")) for c in _COUNTED),
)
_UNIT = re.compile("|".join(f"(?P<u{i}>{spelling})" for i, (_, _, spelling) in enumerate(_UNITS)))
_LOOSE = re.compile(r"[多余来把]")
_AND_A_HALF = re.compile(r"半(?![价天年径])")
_AND_MORE = re.compile(r"多(?=[ ,。的了]|$)")
_TAIL_AFTER = "块塊米匹"  # 九块九, 两米二: the first decimals follow the unit
_TAIL = re.compile(
    rf"([{_D}]{{1,2}}|[0-9]{{1,2}})(?:[毛角](?:([{_D}]|[0-9])分?)?)?(?![{_D}{_M}0-9.,%a-z年月日号点:~-])"
)
_HALF = re.compile(r"半(?=个?(?:斤|公斤|年|月|天|小时|钟头|匹|米|平米|平方))")
_NEAR_STORAGE = re.compile(r"手机|网络?|信号|全网通|卡")
_RESOLUTION = re.compile(r"\s*(?:超?高?清|超清|电视|屏|分辨率|画质|投影|显示|视频|液晶|hdr|oled)")


@dataclass(frozen=True, slots=True)
class _Amount:
    low: float
    high: float
    unit: str
    approximate: bool
    start: int
    end: int
    numeral: str  # plain form, without unit


def _match_unit(text: str, pos: int) -> tuple[str, float, int] | None:
    found = _UNIT.match(text, pos + 1 if text.startswith(" ", pos) else pos)
    if not found or not found.lastgroup:
        return None
    unit, factor, _ = _UNITS[int(found.lastgroup[1:])]
    return unit, factor, found.end()


def _clean(value: float) -> float:
    return round(value, 6)


def _amount_at(text: str, pos: int) -> _Amount | None:
    """The number with its unit that starts exactly here, without 以内, 左右 and the like."""
    if half := _HALF.match(text, pos):
        return _half(text, half.end())
    found = _NUMERAL.match(text, pos)
    if not found or not found.group():
        return None
    numeral, end = found.group().replace(",", "").translate(_PLAIN), found.end()
    if numeral.endswith("w") and float(numeral[:-1]) >= 10:
        numeral, end = numeral[:-1], end - 1
    if _is_serial(numeral) or (numeral in ("2k", "4k", "8k") and _RESOLUTION.match(text, end)):
        return None
    bounds = _bounds(numeral)
    if bounds is None or (numeral[0] in "百千万亿" and not _bare_lead(numeral, text, end)):
        return None
    return _with_unit(text, pos, end, numeral, bounds)


def _is_serial(numeral: str) -> bool:
    digits = re.match(r"[0-9]*", numeral)
    run = digits.group() if digits else ""
    return len(numeral) > 2 * _LONGEST or len(run) > _LONGEST or (len(run) > 1 and run[0] == "0")


def _bare_lead(numeral: str, text: str, end: int) -> bool:
    """千八百, 百八十, 千把块 and 千元 are amounts; 百度, 千万, 万一 are not."""
    return bool(_BARE_LEAD.fullmatch(numeral)) or (
        len(numeral) == 1 and text[end : end + 1] in tuple("把来元块")
    )


def _half(text: str, pos: int) -> _Amount | None:
    unit = ("月", 1.0, pos + 2) if text.startswith("个月", pos) else _match_unit(text, pos)
    if unit is None:
        return None
    name, factor, end = unit
    return _Amount(0.5 * factor, 0.5 * factor, name, False, pos - 1, end, "半")


def _with_unit(
    text: str, start: int, end: int, numeral: str, bounds: tuple[float, float, bool]
) -> _Amount | None:
    low, high, approximate = bounds
    loose = _LOOSE.match(text, end)
    if loose and (loose.group() != "把" or numeral in _SIZES):
        unit = _match_unit(text, loose.end())
        if unit or loose.group() == "多":
            approximate, end = True, loose.end()
            high = _and_more(low) if loose.group() in "多余" else high
    unit = _match_unit(text, end)
    if unit is None:
        return _Amount(low, high, "", approximate, start, end, numeral)
    name, factor, unit_end = unit
    if not _plausible(text, name, low, unit_end):
        return None
    if name == "折" and low >= 10:
        factor = 0.1
    low, high = _clean(low * factor), _clean(high * factor)
    amount = _Amount(low, high, name, approximate, start, unit_end, numeral)
    return _after_unit(text, amount, factor) if low == high else amount


def _and_more(low: float) -> float:
    return low + _step(low) - 1 if low >= 10 else low + 1


def _after_unit(text: str, amount: _Amount, factor: float) -> _Amount:
    """What may follow a unit and still change the value: 一匹半, 九块九, 一千块多."""
    low, end = amount.low, amount.end
    if _AND_A_HALF.match(text, end):
        return _one_and_a_half(text, amount, factor)
    tail = _TAIL.match(text, end) if low == int(low) and text[end - 1] in _TAIL_AFTER else None
    if tail and (tail.end() == len(text) or not _match_unit(text, tail.end())):
        low = _clean(low + _tail(tail))
        return replace(amount, low=low, high=low, end=tail.end())
    if more := _AND_MORE.match(text, end):
        high = _and_more(low) if factor == 1 else low + factor
        return replace(amount, high=high, approximate=True, end=more.end())
    return amount


def _plausible(text: str, unit: str, value: float, end: int) -> bool:
    """A p above 20 is a resolution (1080p); 5g is a network."""
    spelled = text[end - 1]
    if unit == "匹" and spelled == "p":
        return value <= 20
    if unit == "GB" and spelled == "g":
        return value != 5 and not _NEAR_STORAGE.match(text, end)
    return True


def _one_and_a_half(text: str, amount: _Amount, factor: float) -> _Amount:
    """一匹半, 一年半; also 一个半小时, 两个半月, where the true unit follows the half."""
    unit, end = amount.unit, amount.end + 1
    if unit == "个":
        later = ("月", 1.0, end + 1) if text.startswith("月", end) else _match_unit(text, end)
        unit, factor, end = later or (unit, factor, end)
    value = _clean((amount.low + 0.5) * factor) if amount.unit == "个" else amount.low + 0.5 * factor
    return replace(amount, low=value, high=value, unit=unit, end=end)


def _tail(match: re.Match[str]) -> float:
    digits = "".join(group for group in match.groups() if group).translate(_PLAIN)
    return float("0." + "".join(c if c.isascii() else str(_DIGITS.index(c)) for c in digits))


# --- days and times --------------------------------------------------------------------------

_SMALL = r"(?:[0-9]{1,2}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])"
_YEAR = r"(?:(?:19|20)[0-9]{2}|[一二][零〇一二三四五六七八九]{3})"
_DATE = re.compile(
    rf"(?:(?P<y>{_YEAR})年)?(?P<m>{_SMALL})月(?:份|(?P<d>{_SMALL})[日号]|(?P<e>[0-9]{{1,2}})(?![0-9]))?"
    rf"|(?P<y2>{_YEAR})[-/.](?P<m2>[0-9]{{1,2}})[-/.](?P<d2>[0-9]{{1,2}})(?![0-9])"
    rf"|(?P<y3>{_YEAR})年(?![{_D}0-9])|(?P<d3>{_SMALL})号(?![楼线店机门馆链码床桌位柜仓院色])"
)
_CLOCK = re.compile(
    rf"(?P<part>凌晨|早上|上午|中午|下午|傍晚|晚上|晚|早)?(?P<h>{_SMALL})"
    rf"(?:点(?!好|优|特|建|原|理|区|不|儿|[一二三四五六七八九](?![十分刻]))"
    rf"(?:(?P<half>半)|(?P<q>[一三])刻|(?P<min>{_SMALL})分|(?P<tens>[二三四五]?十[一二三四五六七八九]?(?![万千])|[0-5][0-9](?![0-9])))?[钟整]?|:(?P<mm>[0-5][0-9])(?![0-9]))"
)


def _small(text: str | None) -> int:
    return int(_exact(text.translate(_PLAIN)) or 0) if text else 0


def _day_at(text: str, pos: int) -> _Amount | None:
    found = _DATE.match(text, pos)
    if not found:
        return None
    group = found.groupdict()
    year = _small(group["y"] or group["y2"] or group["y3"])
    month = _small(group["m"] or group["m2"])
    day = _small(group["d"] or group["e"] or group["d2"] or group["d3"])
    if month > 12 or day > 31 or not (year or month or day):
        return None
    value = float(year * 10_000 + month * 100 + day)
    return _Amount(value, value, "日期", False, pos, found.end(), "")


def _clock_at(text: str, pos: int) -> _Amount | None:
    found = _CLOCK.match(text, pos)
    if not found or (found["h"] == "一" and found.group() == "一点"):
        return None
    hours = float(_small(found["h"]))
    said = found["min"] or found["tens"] or found["mm"]
    minutes = 30 if found["half"] else 15 * _small(found["q"]) or _small(said)
    if hours > 24 or minutes > 59:
        return None
    if found["part"] in ("下午", "傍晚", "晚上", "晚") and hours < 12:
        hours += 12
    if found["part"] == "中午" and hours < 3:
        hours += 12
    value = hours + minutes / 60
    return _Amount(value, value, "时刻", False, pos, found.end(), "")


# --- what stands around a number -------------------------------------------------------------

_AT_MOST = (
    r"不超过|不高于|不要超过|撑死|顶天|别超过?|不超(?![过薄频长])|超不过|最多|最高|至多|顶多|低于|少于|小于|"
    r"不到|控制在|<=?|≤"
)
_AT_LEAST = r"不低于|不少于|不小于|起码|至少|最少|最低|(?<!不)(?<!别)(?<!要)超过|(?<!不)高于|大于|多于|>=?|≥"
_ABOUT = r"大概|大约|(?<!预)约|差不多|估计|也就"
_NEARLY = r"将近|接近|(?<![附最靠远])近"
_BEFORE = re.compile(
    rf"(?:(?P<most>{_AT_MOST})|(?P<least>{_AT_LEAST})|(?P<about>{_ABOUT})|(?P<nearly>{_NEARLY}))"
    r"(?:是|在|要|就)?[ ¥]?$"
)
_AFTER = re.compile(
    r"[ ]?(?:(?P<most>(?:及|或)?以内|之内|(?:及|或)?以下|以里|之下|封顶|打住|打止|顶天|到顶|为限"
    r"|[往朝]下(?![降减调走拉掉])|不到(?![0-9一二三四五六七八九两十百千万几半])|内(?![存置胆部衣饰径机容]))"
    r"|(?P<least>(?:及|或)?以上|之上|往上|朝上|开外|起步|起(?![来码初飞]))"
    r"|(?P<over>出头)|(?P<about>左右|上下|前后|(?:的|这个)?样子|差不多)|(?P<sharp>整(?![个套体机点理改齐天年夜晚])))"
)
_JOIN = re.compile(r" ?(?:到|至|[-~〜—–−]+) ?")
_PERCENT = re.compile(rf"百分(?:之(?P<n>{_ARABIC}|[{_D}十百]+(?:点[{_D}]+)?)|百)")
_CODE = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")
_CODE_AMOUNT = re.compile(
    r"(?:[0-9.]+(?:k[1-9]?|w|kw|m2?|cm|mm|l|ml|kg|gb?|tb?|p|hz|pa|db|h|min|mah|rmb|c)?)(?:-|$)"
)
_NAME_NUMBER = re.compile(r"[0-9]{1,2} (?:pro|max|plus|ultra|se|mini|air|lite|[a-z])(?![a-z])")
_START = re.compile(
    rf"百分|[0-9{_D}{_M}几半]|(?:凌晨|早上|上午|中午|下午|傍晚|晚上|晚|早)(?=[0-9一二两三四五六七八九十])"
)
_PLACE_BEFORE = re.compile(r"(?:第 ?|周|星期|礼拜)$")


def _codes(text: str) -> Iterator[tuple[int, int]]:
    """Spans of model codes, whose digits are not amounts."""
    for found in _CODE.finditer(text):
        token = found.group()
        if token.startswith("rmb") and token[3:].isdigit():
            continue
        if any(c.isalpha() for c in token) and not all(
            _CODE_AMOUNT.fullmatch(part + "-") for part in token.split("-")
        ):
            yield found.span()
    for found in _NAME_NUMBER.finditer(text):
        yield found.span()


def _percent_at(text: str, pos: int) -> _Amount | None:
    found = _PERCENT.match(text, pos)
    if not found:
        return None
    numeral = (found["n"] or "百").replace(",", "").translate(_PLAIN)
    value = _exact(numeral)
    return None if value is None else _Amount(value, value, "%", False, pos, found.end(), numeral)


def _single_at(text: str, pos: int) -> _Amount | None:
    return _percent_at(text, pos) or _day_at(text, pos) or _clock_at(text, pos) or _amount_at(text, pos)


def _range_at(text: str, pos: int) -> _Amount | None:
    """One amount, or two that are joined: 三千到五千, 3-5k, 23平到34平."""
    first = _single_at(text, pos)
    if first is None:
        return None
    join = _JOIN.match(text, first.end)
    second = _single_at(text, join.end()) if join else None
    if second is None or (first.unit and first.unit != second.unit and second.unit):
        return first
    low, high, unit = first.low, second.high, first.unit or second.unit
    size = _SIZES.get(second.numeral[-1:])
    if size and size > 10 and len(first.numeral) == 1 and not first.unit:
        low *= size  # 三到五千
    elif not first.unit and second.unit == "折" and low >= 10:
        low /= 10
    elif not first.unit and second.unit and second.numeral:
        low = _rescaled(low, second)
    if low > high or (first.low != first.high and not first.unit):
        return first
    return _Amount(low, high, unit, first.approximate or second.approximate, pos, second.end, second.numeral)


def _rescaled(low: float, second: _Amount) -> float:
    """Give the unitless first end the second's conversion: 300-500毫升."""
    plain = _bounds(second.numeral)
    if plain is None or not plain[0]:
        return low
    return _clean(low * second.low / plain[0]) if second.low == second.high else low


def _is_bare(amount: _Amount) -> bool:
    """A lone Chinese digit, or two in a row, says nothing without a unit: 三星, 八五."""
    short = len(amount.numeral) == 1 or (
        len(amount.numeral) == 2 and not any(c in _SIZES for c in amount.numeral)
    )
    return not amount.unit and short and not amount.numeral.isascii()


def _surrounded(text: str, amount: _Amount, floor: int) -> QuantitySpan:
    """Take in the words around an amount that bound or blur it."""
    low: float | None = amount.low
    high: float | None = amount.high
    start, end, approximate, unit = amount.start, amount.end, amount.approximate, amount.unit
    if start > floor and text[start - 1] == "¥":
        start, unit = start - 1, unit or "元"
    elif text[max(floor, start - 4) : start].strip().endswith("rmb"):
        start, unit = text.rindex("rmb", floor, start), unit or "元"
    scale = unit in ("", "元") and amount.low >= 100
    if start > floor and text[start - 1] == "小" and scale and amount.low == amount.high:
        low, approximate, start = _clean(amount.low * 0.9), True, start - 1
    elif start > floor and text[start - 1] in "大小" and unit == "匹":
        start -= 1
    before = _BEFORE.search(text, max(floor, start - 7), start)
    if before:
        start = before.start()
        if before["most"]:
            low = None
        elif before["least"]:
            high = None
        elif before["nearly"]:
            low, approximate = _clean(amount.low * 0.9), True
        else:
            approximate = True
    while after := _AFTER.match(text, end):
        end = after.end()
        if after["most"]:
            low = None if low == high else low
        elif after["least"]:
            high = None
        elif after["over"] and low is not None and low == high:
            high, approximate = _clean(low * 1.1), True
        elif not after["sharp"]:
            approximate = True
    if low is None and high is None:
        low, high = amount.low, amount.high
    return QuantitySpan(start, end, text[start:end], Quantity(low, high, unit, approximate))


def _spans(text: str, lone: bool) -> Iterator[QuantitySpan]:
    codes = list(_codes(text))
    pos = floor = 0
    while found := _START.search(text, pos):
        pos = found.start()
        inside = next((end for start, end in codes if start <= pos < end), None)
        if inside is not None:
            pos = inside
            continue
        amount = _range_at(text, pos)
        numeral = _NUMERAL.match(text, pos)
        if amount is None or _is_ordinal(text, pos) or (_is_bare(amount) and not lone):
            pos = max(numeral.end() if numeral else pos, pos + 1)
            continue
        span = _surrounded(text, amount, floor)
        yield span
        pos = floor = span.end


def _is_ordinal(text: str, pos: int) -> bool:
    return bool(_PLACE_BEFORE.search(text, max(0, pos - 3), pos))


def parse_quantities(text: str) -> tuple[QuantitySpan, ...]:
    """All amounts in normalised text, in order and disjoint. Never raises."""
    return tuple(_spans(text, lone=False))


def read_quantity(text: str) -> Quantity | None:
    """The amount that the whole text is, normalising it first; None if it is anything else."""
    plain = normalise_text(text).strip()
    spans = list(_spans(plain, lone=True))
    if len(spans) == 1 and (spans[0].start, spans[0].end) == (0, len(plain)):
        return spans[0].quantity
    return None


_ORDINAL = re.compile(rf"(倒数)?第 ?([0-9]{{1,3}}|[{_D}{_M}]{{1,5}})")
_FIRST = re.compile(r"头一[个款台件种]|首款|前者")
_LAST = re.compile(r"最后(?:那|这)?(?:一)?[个款台件种]|最末|后者")


def parse_ordinal(text: str) -> int | None:
    """第二个 -> 2, 最后一个 -> -1, 倒数第二 -> -2; None if the text names no place in a row."""
    if found := _ORDINAL.search(text):
        value = int(_exact(found[2].translate(_PLAIN)) or 0)
        return (-value if found[1] else value) or None
    if _LAST.search(text):
        return -1
    return 1 if _FIRST.search(text) else None


# --- writing ---------------------------------------------------------------------------------

_SPOKEN = {"m": "米", "cm": "厘米", "W": "瓦", "月": "个月"}


def _plain(value: float) -> str:
    return f"{Decimal(repr(float(value))).normalize():f}"


def render_quantity(quantity: Quantity) -> str:
    """Digits form: 5000元以内, 1.5匹, 3000-5000元, 12月31日. ``read_quantity`` reads it back."""
    low, high, unit = quantity.low, quantity.high, _SPOKEN.get(quantity.unit, quantity.unit)
    about = "左右" if quantity.approximate else ""
    if low is None and high is None:
        return ""
    if low is None or high is None:
        value = high if low is None else low
        return f"{_single(value or 0.0, unit)}{'以内' if low is None else '以上'}{about}"
    if low == high:
        return _single(low, unit) + about
    left = _single(low, unit) if unit in ("日期", "时刻") else _plain(low)
    return f"{left}-{_single(high, unit)}{about}"


def _single(value: float, unit: str) -> str:
    if unit == "日期":
        year, month, day = int(value) // 10_000, int(value) // 100 % 100, int(value) % 100
        head = f"{year}年" if year else ""
        return head + (f"{month}月" if month else "") + ((f"{day}日" if month else f"{day}号") if day else "")
    if unit == "时刻":
        return f"{int(value)}:{round(value % 1 * 60):02d}"
    return _plain(value) + unit


def _below_10_000(number: int) -> str:
    text, gap = "", False
    for size, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // size % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + name
        gap = not digit
    return text


def to_chinese(number: int) -> str:
    """A whole number from 0 up to 10**12 (exclusive) as it is said: 2999 -> 两千九百九十九, 15 -> 十五."""
    if not 0 <= number < 10**12:
        raise ValueError(f"{number} is outside 0..10**12")
    text, gap = "", False
    for size, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        part = number // size % 10_000
        if part:
            said = _below_10_000(part)
            if (name and part == 2) or said.startswith("二千"):
                said = "两" + said[1:]
            text += ("零" if text and (gap or part < 1000) else "") + said + name
        gap = gap if part else True
    if text.startswith("一十"):
        text = text[1:]
    return text or "零"
