import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from runtime.types import Quantity
from runtime.understanding.numbers import (
    normalise_text,
    parse_ordinal,
    parse_quantities,
    read_quantity,
    render_quantity,
    to_chinese,
)

INF = None
EXACT = {
    "三千五": 3500, "三千零五": 3005, "两万三": 23000, "3.5k": 3500, "5K": 5000, "1w": 10000,
    "1.2万": 12000, "3千5": 3500, "1万2": 12000, "千八百": 1800, "一千九百九十九": 1999, "2,999": 2999,
    "３０００": 3000, "二百五": 250, "一百零五": 105, "十五": 15, "①": 1, "𝟐𝟗𝟗": 299, "两千 ": 2000,
    "一亿零五": 100_000_005, "一九九九": 1999, "五": 5, "一点五万": 15000,
}  # fmt: skip
WITH_UNIT = {
    "贰仟玖佰玖拾玖元整": (2999, "元"), "¥3000": (3000, "元"), "￥3,000": (3000, "元"),
    "3000rmb": (3000, "元"), "rmb3000": (3000, "元"), "九块九": (9.9, "元"), "三块五": (3.5, "元"),
    "五毛": (0.5, "元"), "一块钱": (1, "元"), "9块9毛9": (9.99, "元"), "100平": (100, "㎡"),
    "100个平方": (100, "㎡"), "23㎡": (23, "㎡"), "23m²": (23, "㎡"), "两米二": (2.2, "m"),
    "一米八": (1.8, "m"), "1米75": (1.75, "m"), "60厘米": (60, "cm"), "8毫米": (0.8, "cm"),
    "一匹半": (1.5, "匹"), "一点五匹": (1.5, "匹"), "大一匹": (1, "匹"), "大1.5匹": (1.5, "匹"),
    "1.5P": (1.5, "匹"), "半斤": (0.25, "kg"), "10公斤": (10, "kg"), "3升": (3, "L"),
    "500毫升": (0.5, "L"), "65英寸": (65, "寸"), "256g": (256, "GB"), "1T": (1024, "GB"),
    "三口": (3, "人"), "三个人": (3, "人"), "3张": (3, "张"), "八五折": (8.5, "折"), "85折": (8.5, "折"),
    "八折": (8, "折"), "9.5折": (9.5, "折"), "百分之二十": (20, "%"), "20%": (20, "%"),
    "百分百": (100, "%"), "三成": (30, "%"), "半年": (0.5, "年"), "一年半": (1.5, "年"),
    "六个月": (6, "月"), "半个月": (0.5, "月"), "两个半小时": (2.5, "小时"), "十分钟": (10, "分钟"),
    "一周": (7, "天"), "2000瓦": (2000, "W"), "60w": (60, "W"), "2.2千瓦": (2.2, "kW"),
    "26度": (26, "度"), "35分贝": (35, "dB"), "5000毫安": (5000, "mAh"), "65岁": (65, "岁"),
    "6楼": (6, "楼"), "120Hz": (120, "Hz"), "6000Pa": (6000, "Pa"), "5000万像素": (5e7, "像素"),
    "一级": (1, "级"), "12期": (12, "期"), "三倍": (3, "倍"), "189克": (0.189, "kg"),
}  # fmt: skip
RANGES = {
    "三四千": (3000, 4000, ""), "两三千": (2000, 3000, ""), "七八百": (700, 800, ""),
    "五六十": (50, 60, ""), "一千五六": (1500, 1600, ""), "十七八": (17, 18, ""),
    "三五个人": (3, 5, "人"), "三千到五千": (3000, 5000, ""), "三到五千": (3000, 5000, ""),
    "3-5k": (3000, 5000, ""), "3000-5000": (3000, 5000, ""), "3k~5k": (3000, 5000, ""),
    "3000～5000元": (3000, 5000, "元"), "三千块到五千块": (3000, 5000, "元"), "23-34㎡": (23, 34, "㎡"),
    "23平到34平": (23, 34, "㎡"), "300-500毫升": (0.3, 0.5, "L"), "八到九折": (8, 9, "折"),
    "五千以内": (INF, 5000, ""), "5000元以下": (INF, 5000, "元"), "不超过五千": (INF, 5000, ""),
    "不到五千": (INF, 5000, ""), "最多5千": (INF, 5000, ""), "3天内": (INF, 3, "天"),
    "五千以上": (5000, INF, ""), "起码三千": (3000, INF, ""), "至少三千块": (3000, INF, "元"),
    "3000起": (3000, INF, ""), "超过100平": (100, INF, "㎡"),
}  # fmt: skip
APPROXIMATE = {
    "五千左右": (5000, 5000, ""), "大概五千": (5000, 5000, ""), "五千上下": (5000, 5000, ""),
    "五千来块钱": (5000, 5000, "元"), "100来平": (100, 100, "㎡"), "千把块": (1000, 1000, "元"),
    "小两千": (1800, 2000, ""), "将近两千": (1800, 2000, ""), "两千出头": (2000, 2200, ""),
    "一百多平": (100, 199, "㎡"), "3500多": (3500, 3599, ""), "几百块": (200, 999, "元"),
    "十几台": (11, 19, "台"), "3000-5000左右": (3000, 5000, ""), "3年多": (3, 4, "年"),
}  # fmt: skip
DAYS = {
    "12月31日": (1231, "日期"), "十二月三十一号": (1231, "日期"), "2026年5月1日": (20260501, "日期"),
    "2026-05-01": (20260501, "日期"), "12月": (1200, "日期"), "31号": (31, "日期"),
    "2026年": (20260000, "日期"), "下午三点半": (15.5, "时刻"), "9:30": (9.5, "时刻"),
    "晚上8点": (20, "时刻"), "8点一刻": (8.25, "时刻"),
}  # fmt: skip
NONE = [
    "一下", "便宜一点", "一些", "一样", "第一", "第二个", "一直", "一起", "万一", "十分", "千万别",
    "三星", "百度", "周三", "KFR-35GW", "a1", "15 pro", "15pro", "1080p", "2.4GHz", "5g手机", "4K电视",
    "三折叠", "九九", "几个", "星期五", "13800138000013800138000", "i5-12450h", "r290", "半价", "一部分",
    "一次性", "一口价", "一块儿", "四通八达",
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), EXACT.items())
def test_bare_numbers(text: str, value: float) -> None:
    assert read_quantity(text) == Quantity(value, value)


@pytest.mark.parametrize(("text", "expected"), (WITH_UNIT | DAYS).items())
def test_units_days_and_times(text: str, expected: tuple[float, str]) -> None:
    value, unit = expected
    assert read_quantity(text) == Quantity(value, value, unit)


@pytest.mark.parametrize(("text", "expected"), RANGES.items())
def test_ranges_and_bounds(text: str, expected: tuple[float | None, float | None, str]) -> None:
    assert read_quantity(text) == Quantity(*expected)


@pytest.mark.parametrize(("text", "expected"), APPROXIMATE.items())
def test_loose_amounts(text: str, expected: tuple[float, float, str]) -> None:
    assert read_quantity(text) == Quantity(*expected, approximate=True)


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_amount(text: str) -> None:
    assert parse_quantities(normalise_text(text)) == ()


def test_amounts_in_a_sentence() -> None:
    text = normalise_text("我家100平，预算５Ｋ以内，要1.5匹的，12月31日前送，便宜一点三千行吗")
    found = [(span.text, span.quantity.unit) for span in parse_quantities(text)]
    assert found == [("100平", "㎡"), ("5k以内", ""), ("1.5匹", "匹"), ("12月31日", "日期"), ("三千", "")]


def test_a_date_after_a_price_is_not_its_decimals() -> None:
    spans = parse_quantities("现价2999块12月31日止")
    assert [span.quantity.low for span in spans] == [2999, 1231]


@pytest.mark.parametrize(
    ("text", "place"),
    [("第二个", 2), ("第3款怎么样", 3), ("第十二台", 12), ("最后一个", -1), ("倒数第二款", -2), ("头一个", 1),
     ("后者", -1), ("那个好", None), ("第零个", None)],
)  # fmt: skip
def test_ordinals(text: str, place: int | None) -> None:
    assert parse_ordinal(text) == place


@settings(deadline=None)
@given(st.integers(0, 10**9))
def test_said_numbers_are_read_back(number: int) -> None:
    assert read_quantity(to_chinese(number)) == Quantity(number, number)


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "零"), (10, "十"), (15, "十五"), (110, "一百一十"), (2999, "两千九百九十九"), (20_000, "两万"),
     (10_500, "一万零五百"), (100_001, "十万零一"), (200_002_000, "两亿零二千")],
)  # fmt: skip
def test_how_numbers_are_said(number: int, said: str) -> None:
    assert to_chinese(number) in (said, said.replace("零二千", "零两千"))


@pytest.mark.parametrize("number", [-1, 10**12])
def test_to_chinese_refuses_what_it_cannot_say(number: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        to_chinese(number)


AMOUNTS = st.integers(1, 10**7).map(float) | st.integers(1, 99_999).map(lambda n: n / 100)
UNITS = st.sampled_from(
    [
        "",
        "元",
        "㎡",
        "m",
        "cm",
        "kg",
        "L",
        "kW",
        "GB",
        "寸",
        "人",
        "台",
        "月",
        "天",
        "小时",
        "分钟",
        "度",
        "%",
        "dB",
        "mAh",
    ]
)


@settings(deadline=None)
@given(AMOUNTS, AMOUNTS, UNITS, st.booleans())
def test_rendered_amounts_are_read_back(first: float, second: float, unit: str, approximate: bool) -> None:
    low, high = sorted((first, second))
    for quantity in (Quantity(low, high, unit, approximate), Quantity(low, low, unit, approximate)):
        assert read_quantity(render_quantity(quantity)) == quantity
    for quantity in (Quantity(None, high, unit, approximate), Quantity(low, None, unit, approximate)):
        assert read_quantity(render_quantity(quantity)) == quantity


PIECES = (
    "一二三四五六七八九十百千万亿零两半点几多来块元到-~内上左右大概小第月日号年:折匹平米kwgp%,. 0123456789"
)


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3)).map("".join))
@example("一点一点一点")
@example("百分百月一点五万 万")
def test_spans_are_ordered_disjoint_and_inside(text: str) -> None:
    plain = normalise_text(text)
    end = 0
    for span in parse_quantities(plain):
        assert end <= span.start < span.end <= len(plain)
        assert span.text == plain[span.start : span.end]
        end = span.end
    parse_quantities(text)


@settings(deadline=None)
@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    plain = normalise_text(text)
    assert normalise_text(plain) == plain
