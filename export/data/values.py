"""Made-up values as customers say them: money, areas, models, brands, days.

Every function takes its source of chance and returns normalised text.
"""

from __future__ import annotations

import random

from runtime.understanding.numbers import to_chinese

_BRAND_FIRST = "澜凉棠松星遥咕鲸禾云宁海星木晨森雅安泰华信康乐佳美优尚欧科创新德润百盛恒金银虹鹿熊狮飞万同天山川清明瑞祥帝远卓艾莱博纳西奥伊凯迪沃格索维诺赛曼"
_BRAND_LAST = (
    "舟川岛岭竹圆鸣达宝力尔信美克斯通星佳康特士龙森奇朗莱诺维亚顿雅泽源泰丽帅尼迪凯润芝菱景田风米洁净居家"
)
_REAL_BRANDS = [
    "格力",
    "美的",
    "海尔",
    "奥克斯",
    "志高",
    "tcl",
    "海信",
    "小米",
    "华为",
    "荣耀",
    "苹果",
    "三星",
    "vivo",
    "oppo",
    "一加",
    "联想",
    "戴尔",
    "惠普",
    "华硕",
    "索尼",
    "松下",
    "西门子",
    "博世",
    "lg",
    "创维",
    "长虹",
    "康佳",
    "飞利浦",
    "戴森",
    "科沃斯",
    "石头",
    "追觅",
    "云鲸",
    "方太",
    "老板",
    "华帝",
    "万和",
    "万家乐",
    "林内",
    "能率",
    "史密斯",
    "苏泊尔",
    "九阳",
    "格兰仕",
    "卡萨帝",
    "容声",
    "美菱",
    "小天鹅",
    "统帅",
    "大金",
    "三菱",
    "日立",
    "东芝",
    "夏普",
    "红米",
    "realme",
    "魅族",
    "努比亚",
    "中兴",
    "诺基亚",
    "摩托罗拉",
    "真我",
    "iqoo",
    "小天才",
    "360",
    "倍思",
    "漫步者",
    "bose",
    "森海塞尔",
    "jbl",
    "德施曼",
    "凯迪仕",
    "鹿客",
    "慕思",
    "喜临门",
    "全友",
    "顾家",
    "芝华士",
    "雅兰",
    "宜家",
    "欧普",
    "雷士",
    "公牛",
    "a.o.史密斯",
    "沁园",
    "安吉尔",
    "莱克",
    "小狗",
    "艾美特",
    "先锋",
    "欧井",
    "德业",
    "布鲁雅尔",
    "舒尔",
    "airpods",
    "mac",
    "thinkpad",
    "拯救者",
    "华凌",
    "云米",
    "米家",
    "火星人",
    "帅康",
    "罗莱",
    "林氏",
    "源氏木语",
    "佳能",
    "尼康",
]
_LETTERS = "abcdefghjklmnpqrstvwxyz"
_MODEL_TAILS = (
    "pro",
    "max",
    "plus",
    "se",
    "lite",
    "ultra",
    "mini",
    "air",
    "pro max",
    "s",
    "x",
    "青春版",
    "至尊版",
    "标准版",
    "尊享版",
)
_KNOWN_MODELS = [
    "iphone 15 pro max",
    "iphone15",
    "iphone 14",
    "iphone 13 mini",
    "iphone 16",
    "mate60",
    "mate 60 pro",
    "mate70",
    "p70",
    "pura70",
    "nova12",
    "nova 11",
    "小米14",
    "k70",
    "红米note13",
    "note 12 pro",
    "s24",
    "s24 ultra",
    "x100",
    "x100 pro",
    "reno11",
    "find x7",
    "magic6",
    "y500",
    "airpods pro 2",
    "ipad air",
    "ipad mini",
    "ipad pro",
    "macbook air m2",
    "macbook pro 14",
    "matebook 14",
    "小新pro16",
    "y7000p",
    "拯救者r9000",
    "xm5",
    "wh-1000xm4",
    "watch gt4",
    "s9",
    "switch oled",
    "云佳",
    "t30 pro",
    "g20",
    "l10",
    "t7 pro",
    "x10",
    "v15",
    "v12",
    "j4",
    "p10",
    "a1",
    "i7",
    "e5",
    "m8",
]

_DAYS = [
    "今天",
    "明天",
    "后天",
    "大后天",
    "今晚",
    "明晚",
    "今天下午",
    "明天上午",
    "明天下午",
    "周末",
    "这周末",
    "下周",
    "下周一",
    "周三",
    "周五",
    "周六",
    "周日",
    "星期天",
    "礼拜六",
    "礼拜天",
    "这个月",
    "下个月",
    "月底",
    "月初",
    "下月初",
    "年底",
    "过年前",
    "春节前",
    "国庆",
    "五一",
    "双十一",
    "双11",
    "618",
    "六一八",
    "双十二",
    "元旦",
    "中秋",
    "年前",
    "年后",
    "十号",
    "15号",
    "25号",
    "8月15号",
    "三号",
    "12月20",
    "周二",
    "周四",
    "星期六",
    "下礼拜",
    "下周末",
    "这两天",
    "后天上午",
    "明儿",
    "今儿",
    "春节",
    "下周三",
    "月中",
    "十月一",
    "9月1号",
    "元宵",
    "端午",
    "母亲节",
    "三八节",
]
_UNITS = ("", "", "", "块", "元", "块钱")
_CAPS = ("以内", "以下", "之内", "内", "左右", "上下", "多", "出头", "左右吧")
_PEOPLE = (
    "{}口人", "{}个人", "{}口之家", "一家{}口", "{}人", "{}口", "一家{}口人", "{}个人住", "{}口子"
)  # fmt: skip


def brand(rng: random.Random) -> str:
    """Half of them exist; the rest are new, so that a brand is known by its context."""
    if rng.random() < 0.45:
        return rng.choice(_REAL_BRANDS)
    name = rng.choice(_BRAND_FIRST) + rng.choice(_BRAND_LAST)
    if rng.random() < 0.12:
        name += rng.choice("尔斯特克诺达")
    return name


def model(rng: random.Random) -> str:
    """kfr-35gw, a1 pro, x200, iphone 15 pro max."""
    pick = rng.random()
    if pick < 0.22:
        return rng.choice(_KNOWN_MODELS)
    letters = "".join(rng.choice(_LETTERS) for _ in range(rng.choice((1, 1, 2, 2, 3))))
    number = str(
        rng.choice((rng.randint(1, 30), rng.randint(10, 99), rng.randint(100, 999), rng.randint(100, 900)))
    )
    if pick < 0.5:
        return f"{letters}-{rng.choice(_LETTERS)}{number}{rng.choice(_LETTERS + '    ')}{rng.choice(('', '1', '2', '5'))}".replace(
            " ", ""
        )
    if pick < 0.62:
        return f"{letters}-{number}{rng.choice(('', 'gw', 'w', 'b1', 'l', 'a', 'pro'))}"
    if pick < 0.8:
        return (
            f"{letters}{number} {rng.choice(_MODEL_TAILS)}"
            if rng.random() < 0.6
            else f"{letters}{number}{rng.choice(_MODEL_TAILS)}"
        )
    return letters + number


def _round(rng: random.Random, low: float, high: float) -> int:
    """A round price between low and high, small ones more often."""
    value = low * (high / low) ** rng.random()
    step = (
        10 if value < 200 else 50 if value < 600 else 100 if value < 2000 else 500 if value < 6000 else 1000
    )
    return max(step, round(value / step) * step)


def _amount(rng: random.Random, value: int) -> str:
    """One number, no unit: 3500, 三千五, 3.5k, 5千."""
    pick = rng.random()
    if pick < 0.4:
        return str(value)
    if value % 1000 == 0 and value < 10000:
        head = value // 1000
        return rng.choice((f"{head}千", f"{head}k", f"{_spoken(head)}千", f"{_spoken(head)}千"))
    if value % 100 == 0 and 1000 < value < 10000:
        thousands, hundreds = divmod(value // 100, 10)
        short = f"{_spoken(thousands)}千{to_chinese(hundreds)}"
        return rng.choice((short, short, f"{thousands}.{hundreds}k", f"{thousands}千{hundreds}"))
    if value % 10000 == 0:
        return rng.choice((f"{value // 10000}万", f"{_spoken(value // 10000)}万", f"{value // 10000}w"))
    if value % 1000 == 0 and value > 10000:
        ten, one = divmod(value // 1000, 10)
        return rng.choice(
            (f"{to_chinese(ten)}万{to_chinese(one)}", f"{ten}.{one}万", f"{ten}万{one}", f"{ten}.{one}w")
        )
    if value % 100 == 0 and value < 1000:
        return rng.choice((f"{_spoken(value // 100)}百", f"{value // 100}百"))
    return to_chinese(value)


def _spoken(digit: int) -> str:
    return "两" if digit == 2 else to_chinese(digit)


def price(rng: random.Random, low: float, high: float) -> str:
    """An exact price: 2999, 三千五, 1980块."""
    value = _round(rng, low, high)
    if rng.random() < 0.4:
        return f"{value - rng.choice((1, 1, 2, 11, 20, 5))}{rng.choice(_UNITS)}"
    return _amount(rng, value) + rng.choice(_UNITS)


def budget(rng: random.Random, low: float, high: float) -> str:
    """Money as a limit, a range or a rough figure: 五千左右, 两三千, 3000-5000, 一千块以内, 小两千."""
    value = _round(rng, low, high)
    pick = rng.random()
    if pick < 0.3:
        return _amount(rng, value) + rng.choice(_UNITS)
    if pick < 0.66:
        return _amount(rng, value) + rng.choice(_UNITS) + rng.choice(_CAPS)
    digit = rng.randint(1, 8)
    unit = "百" if value < 1000 else "千" if value < 10000 else "万"
    if pick < 0.8:
        return f"{_spoken(digit)}{to_chinese(digit + 1)}{unit}" + rng.choice(
            ("", "", "块", "块钱", "左右", "元")
        )
    if pick < 0.92:
        top = round(value * rng.choice((1.25, 1.5, 2)) / 100) * 100 or value * 2
        joint = rng.choice(("到", "-", "~", "到", "至"))
        if value % 1000 == 0 and top % 1000 == 0 and value < 10000 and rng.random() < 0.6:
            return rng.choice(
                (f"{value // 1000}{joint}{top // 1000}千", f"{value // 1000}{joint}{top // 1000}k",
                 f"{_spoken(value // 1000)}千{joint}{to_chinese(top // 1000)}千")
            )  # fmt: skip
        return f"{value}{joint}{top}" + rng.choice(_UNITS)
    return rng.choice(
        (f"小{_spoken(digit)}{unit}", f"{_spoken(digit)}{unit}来块", f"{_spoken(digit)}{unit}多块", f"{unit}把块" if unit != "万" else "万把块",
         f"{_spoken(digit)}{unit}多点", f"{value}多", f"{_spoken(digit)}{unit}出头", f"{value}rmb", f"{unit}元以内" if unit != "千" else "千元以内")
    )  # fmt: skip


def area(rng: random.Random) -> str:
    """15平, 100来平, 二十平米, 89㎡ (normalised: 89m2)."""
    value = rng.choice(
        (
            8,
            10,
            12,
            15,
            16,
            18,
            20,
            22,
            25,
            26,
            28,
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
            130,
            140,
            150,
            180,
            200,
            300,
        )
    )
    number = to_chinese(value) if rng.random() < 0.4 else str(value)
    unit = rng.choice(
        (
            "平",
            "平",
            "平",
            "平米",
            "平方",
            "个平方",
            "平方米",
            "m2",
            "来平",
            "多平",
            "平左右",
            "平米左右",
            "几平",
            "平方左右",
        )
    )
    if unit in ("来平", "多平", "几平") and value % 10:
        unit = "平"
    if unit == "几平" and value >= 100:
        unit = "平"
    if rng.random() < 0.06:
        return f"{value}到{value + rng.choice((2, 5, 10))}平"
    return number + unit


def people(rng: random.Random) -> str:
    """五口人, 一家三口, 3个人."""
    value = rng.randint(2, 7)
    number = _spoken(value) if rng.random() < 0.75 else str(value)
    shape = rng.choice(_PEOPLE)
    if "口" in shape and value == 2 and number == "两":
        number = rng.choice(("两", "2"))
    return shape.format(number)


def quantity(rng: random.Random, counter: str) -> str:
    """两台, 10台, 一套."""
    value = rng.choice((1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 8, 10, 12, 20, 30, 50, 100))
    number = _spoken(value) if rng.random() < 0.65 else str(value)
    return number + counter


def bulk(rng: random.Random, counter: str) -> str:
    """A quantity that only a company buys: 20台, 五十来台."""
    value = rng.choice((5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 200, 300))
    number = to_chinese(value) if rng.random() < 0.5 else str(value)
    middle = rng.choice(("", "", "", "来", "多")) if value % 10 == 0 else ""
    return number + middle + counter


def day(rng: random.Random) -> str:
    """明天, 周末, 15号."""
    if rng.random() < 0.08:
        return f"{rng.randint(1, 30)}号"
    return rng.choice(_DAYS)


def discount(rng: random.Random) -> str:
    """八折, 8.5折, 九五折."""
    return rng.choice(
        (
            "八折",
            "9折",
            "九折",
            "八五折",
            "9.5折",
            "8折",
            "7折",
            "九五折",
            "打个八折",
            "打九折",
            "对折",
            "88折",
        )
    )
