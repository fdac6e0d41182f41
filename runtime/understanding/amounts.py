"""Which slot an amount fills: 三千 a budget or a discount, 1.5匹 a size, 两台 a number, 100平 an area."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from runtime.types import Quantity, SlotName
from runtime.understanding import lexicon
from runtime.understanding.clauses import clause_bounds
from runtime.understanding.numbers import QuantitySpan, parse_quantities, read_quantity

_UNITS = {
    SlotName.BUDGET: "元",
    SlotName.AREA: "㎡",
    SlotName.PEOPLE: "人",
    SlotName.QUANTITY: "台",
}
AMOUNTS = frozenset(_UNITS) | {SlotName.SIZE}  # slots that hold a Quantity
_SLOT_OF_UNIT = {"㎡": SlotName.AREA, "人": SlotName.PEOPLE} | dict.fromkeys(
    ("匹", "寸", "GB", "L", "kg", "m", "cm", "加仑"), SlotName.SIZE
)
_COUNTERS = frozenset("台个件套部只张把副双盒箱盏")

# 便宜一百, 满三千减两百, 原价5999: money, but not what the customer means to spend.
_OTHER_MONEY_BEFORE = re.compile(
    r"(便宜|优惠|减免?|省|返|抵|差价?|送|退|降价?|涨价?|少|让|抹|满|卖|[原现标售]价|价格是|要价|报价|到手价?|"
    r"付|[押定]金|[运装]费|才|收|敢要|要我|花了|[贵差]|多了|问的|(?<!我)说|"
    r"号|月薪|工资|租|额|[限定]价|标|成本|价值|进货|消费|[费充]|[余尾]款|链接点开|码|折后|会不会超?|开口就?要|装\w{1,3}要|从|坑)[好过出了个我你他们到掉去着过的是]*$"
)
_OTHER_MONEY_AFTER = re.compile(
    r"(块钱?|元)?的?([这那][款个台件]|优惠|[券折分字]|小作文|红包|[押定]金|差价|运费|[手材安]\w{1,3}费)"
)
_ACCEPTED = re.compile(r"(块钱?|元)?(也|都)(行|可以|没关系|没事|能接受|成)")
_BUDGET_BEFORE = re.compile(
    r"(预算|价位|价格|价钱|心理价|不能超|控制|花|拿出|准备|一口价|整数|人均|每人)[了个也就最在是为有到]*$"
)
_CHANGED_BEFORE = re.compile(r"(再多|多个|贵个|[加提涨降放改调][到成个]?|只有|就)[了个也就最在是为有到]*$")
_BUDGET_AFTER = re.compile(r"的?预算|的?价[位格]|[档吧够的行成卖]|可以|$")
_OTHER_UNIT = re.compile(r"毫|流明|万|步|帕|[次遍回年度秒倍号色位]|小时")
_LEAST_BUDGET = 10  # yuan
_ORDINAL_BEFORE = re.compile(r"([第这那哪前后上每另换几]|(?<!先)下|另外|其他|其余|剩下?的?|[那这][边里])$")
_COUNTED_GOODS = frozenset("台套部份")  # counters that hardly count anything else than what is bought
_ORDER_BEFORE = re.compile(
    r"(要|买|来|拿|[预]?[订定]|购|下|采|需要?|各|一?共|留|带|选|配|改|换|补|追加|再做|拍|凑|每人|试|(?<![增])加|退|减|寄|发|放|送|装|"
    r"(?<!发)给|^那?就先?|.的)[了个上共我俺咱着一单成到掉]*$"
)
_COUNTED_OTHER = re.compile(
    r"有?(什么|啥)|哪|都(?![要拿买有])|比|[的]?区别|[里中选月号]|孩|老人|房|卧|小时|问题|地方|多|牌|方面|店|班|科室|点|数|孔|眼|人|"
    r"字|电话|说法|理由|解释|链接|价|星期|礼拜|钟头|闹钟"
)
# 700一台, 一台多少: what one costs.
_PRICE_BEFORE = re.compile(r"[0-9百千万块元钱]$")
_PRICE_AFTER = re.compile(r"多少|几[块钱个]|啥价|什么价|咋卖|怎么卖|便宜|[要得][0-9一二两三四五六七八九几]")
_SURE_IF_MANY = frozenset("台盏部副套份把")  # of five and more of these hardly anything but goods is told
# Lengths and weights of people, doors and pipes are no sizes of goods.
_OTHER_LENGTH = re.compile(r"(门|槛|管|孔|墙|电梯|道|缝|洞|加长|(?<!不)超过?|差|少|走|收(?!窄))\w{0,3}$")
_OWN_LENGTH = re.compile(r"[宽长]?的?([*x×乘]|床|沙发)|[宽长]?的")
_WANTED_BEFORE = re.compile(r"(^|尺寸|规格|直径|不超过?|[要做选就买到成按]|[宽窄长短高矮深厚])$")
_WANTED_AFTER = re.compile(r"$|[的行成能可吧吗怕走还或跟和与]|够|有")
_BEDS = re.compile(r"床|沙发|桌|柜|帘|榻|垫")  # goods that are told by their length
_WEIGHT = re.compile(r"公斤|kg")
_LATIN = re.compile(r"[a-z0-9]")


_TWO_OR_THREE = re.compile(
    r"(?<=[买要来拿订整搞弄加])(?P<goods>[俩仨])(?![人口月天年])|(?P<people>[我咱]们?[俩仨])(?=人|[用住吃睡喝过坐在])|"
    r"(?P<kin>[哥姐娘爷][俩仨]|夫妻俩(?=[用住吃睡喝过坐带])|两老)"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A span that holds an amount of one slot."""

    start: int
    end: int
    name: SlotName
    quantity: Quantity  # in the slot's unit
    sure: bool  # whether the words alone say so; 三千的 and 一台 may as well be a price and a thing


def find_amounts(text: str) -> Iterator[Amount]:
    """Amounts that may fill a slot, in order."""
    spans = parse_quantities(text)
    prices = sum(_is_price(span) for span in spans)
    for start, end, quantity in _measures(text, spans):
        yield Amount(start, end, SlotName.SIZE, quantity, sure=True)
    for hit in _TWO_OR_THREE.finditer(text):
        of = SlotName.QUANTITY if hit["goods"] else SlotName.PEOPLE
        count = 3.0 if hit.group().endswith("仨") else 2.0
        yield Amount(*hit.span(hit.lastgroup or 0), of, Quantity(count, count, _UNITS[of]), sure=True)
    for span in spans:
        name = _quantity_slot(text, span)
        if name is not None:
            yield _amount(text, span, name, sure=_is_sure(text, span, name, prices))


def amount_of_tag(text: str, start: int, end: int, name: SlotName) -> Amount | None:
    """The amount that a tagged span holds or cuts; None if it is none, of another unit, or other money."""
    for span in parse_quantities(text):
        if span.start < end and start < span.end:
            return _amount(text, span, name, sure=True) if _may_be(text, span, name) else None
    quantity = read_quantity(text[start:end])
    if quantity is None:
        return None
    lone = QuantitySpan(start, end, text[start:end], quantity)
    return _amount(text, lone, name, sure=True) if _may_be(text, lone, name) else None


def _may_be(text: str, span: QuantitySpan, name: SlotName) -> bool:
    if not _fits(name, span.quantity.unit) or _HOW_MUCH.search(span.text):
        return False
    left, right = clause_bounds(text, span.start, span.end)
    before, after = text[left : span.start], text[span.end : right]
    if name is SlotName.QUANTITY:
        return _counts_goods(span, before, after)
    return name is not SlotName.BUDGET or not _is_other_money(before, after)


def _amount(text: str, span: QuantitySpan, name: SlotName, *, sure: bool) -> Amount:
    """A budget is said with its bounds, 三千以内; of other amounts 大概 and 以上 are left out."""
    words = _ABOUT_BEFORE.sub("", span.text)
    start = span.end - len(words)
    if name is not SlotName.BUDGET:
        start = span.end - len(_BOUND_BEFORE.sub("", words))
    end = span.end if name is SlotName.BUDGET else start + len(_BOUND_AFTER.sub("", text[start : span.end]))
    if name is SlotName.PEOPLE:
        start, end = _household(text, start, end)
    return Amount(start, end, name, _in_unit(name, span.quantity), sure)


_ABOUT_BEFORE = re.compile(r"^(大概|大约|差不多|估计|也就|约)(是|在|要|就)?")
_BOUND_BEFORE = re.compile(r"^((不|别|不要)?(超过?|低于|少于|小于|到)|最[多高少低]|至[多少]|起码|将近|接近)")
_BOUND_AFTER = re.compile(r"(以内|之内|以[上下里]|左右|上下|样子|起步?|封顶|往上|出头)+$")
_HOME_BEFORE = re.compile(r"((祖孙|老少|[两三四]代)+(同堂)?|一家|小)$")
_HOME_AFTER = re.compile(r"之家|子")


def _household(text: str, start: int, end: int) -> tuple[int, int]:
    """三口之家 and 祖孙三代七口 are whole."""
    before = _HOME_BEFORE.search(text[:start])
    after = _HOME_AFTER.match(text, end)
    return before.start() if before else start, after.end() if after else end


_ACROSS = re.compile(r" ?[*x×乘] ?")
_MILLIMETRES = re.compile(r"(?<![0-9a-z.])([1-9][0-9]{2,3}) ?[*x×] ?([1-9][0-9]{2,3})(?![0-9a-z])")
_STORED = re.compile(r"(?<![0-9a-z])(?:4|6|8|12|16|24|32)\+(64|128|256|512|1t|1024)(?![0-9a-z])")
_SCREEN = (32, 43, 50, 55, 60, 65, 70, 75, 85, 98, 100)  # inches
_STORAGE = (128, 256, 512, 1024)  # GB
_TV_BEFORE = re.compile("(电视|屏幕?|液晶)$")
_IN_CODE = re.compile(r"[a-z0-9][-+]?$")
_BARE_AFTER = re.compile(r"(的(?!(时候|人|话))|和|跟|还是|或|那[个款台]|够|要大)")


def _measures(text: str, spans: tuple[QuantitySpan, ...]) -> Iterator[tuple[int, int, Quantity]]:
    """Sizes that are more than a number with a unit: 2米乘2米2, 600x400, 16+512, 55和65."""
    for left, right in pairwise(spans):
        units = {left.quantity.unit, right.quantity.unit}
        if units <= {"m", "cm"} and _ACROSS.fullmatch(text, left.end, right.start):
            yield left.start, right.end, left.quantity
    for hit in _MILLIMETRES.finditer(text):
        width = int(hit[1]) / 10
        yield *hit.span(), Quantity(width, width, "cm")
    for hit in _STORED.finditer(text):
        gigabytes = 1024.0 if hit[1] == "1t" else float(hit[1])
        yield *hit.span(), Quantity(gigabytes, gigabytes, "GB")
    bare = [span for span in spans if not span.quantity.unit and span.quantity.low == span.quantity.high]
    screens = [span for span in bare if span.quantity.low in _SCREEN]
    for span in screens:
        if len(screens) > 1 or _BARE_AFTER.match(text, span.end) or _TV_BEFORE.search(text[: span.start]):
            yield span.start, span.end, replace(span.quantity, unit="寸")
    for span in bare:
        if span.quantity.low in _STORAGE and not _IN_CODE.search(text[: span.start]):
            yield span.start, span.end, replace(span.quantity, unit="GB")


def _is_price(span: QuantitySpan) -> bool:
    """A plain sum of money: several in a sentence are compared, not offered."""
    low, high = span.quantity.low, span.quantity.high
    return span.quantity.unit in ("", "元") and low == high and (low or 0) >= _LEAST_PRICE


def _is_limit(span: QuantitySpan) -> bool:
    """三千以内, 两千出头, 五千左右."""
    low, high = span.quantity.low, span.quantity.high
    return low is None or high is None or span.quantity.approximate


def _stands_as_limit(text: str, span: QuantitySpan, before: str, after: str) -> bool:
    """Whether a plain sum, or a range, stands where people say what they mean to spend: as a clause of its
    own, at the beginning of one, or at the end of one that names goods; within one it is a price."""
    if (span.quantity.high or 0) < _LEAST_PRICE:
        return False
    is_range = span.quantity.low != span.quantity.high
    ends = _LIMIT_ENDS.fullmatch(after) is not None
    if _LIMIT_BEGINS.fullmatch(before):
        return ends or not is_range or _names_goods(text)
    return ends and (_CHANGED_BEFORE.search(before) is not None or (not is_range and _names_goods(text)))


def _names_goods(text: str) -> bool:
    kinds = (SlotName.CATEGORY, SlotName.FEATURE)
    return any(slot in kinds for _, _, slot, _ in lexicon.mentions(text))


_LIMIT_BEGINS = re.compile("那?么?(我?就?想?(要|买|来|找|求)[个台款]?)?")
_LIMIT_ENDS = re.compile("(块钱?|元)?(的话.*|的|吧|呢|那种|这样|档)?")
_LEAST_PRICE = 200  # yuan
_OF_THE_PAST = re.compile("贵|涨|原来|上[周个]")


def _is_sure(text: str, span: QuantitySpan, name: SlotName, prices: int) -> bool:
    left, right = clause_bounds(text, span.start, span.end)
    before, after = text[left : span.start], text[span.end : right]
    if name is SlotName.BUDGET:
        if _BUDGET_BEFORE.search(before) or "预算" in text or _ACCEPTED.match(after):
            return True
        return _is_limit(span) or (
            _stands_as_limit(text, span, before, after)
            and prices < 2
            and not _ASKED_OF_ME.search(before)
            and not _OF_THE_PAST.search(text)
        )
    if name is SlotName.QUANTITY:
        low = span.quantity.low or 0
        if low >= 5 or (low >= 2 and _ORDER_BEFORE.search(before)) or _ALL_WANTED.match(after):
            return True
        if low >= 2 and span.quantity.unit in _COUNTED_GOODS:
            return True
        if not before and any(end == len(after) for _, end, *_ in lexicon.mentions(after)):
            return True  # 一台洗衣机
        if not before and not after and text != span.text:
            return True  # 除醛的，一台
        ordered = _ORDER_ONE.search(before) or _goods_precede(before)
        return bool(ordered) and bool(_ORDER_ENDS.match(after) or _goods_follow(after))
    if name is SlotName.PEOPLE:
        couple = span.text == "两口"
        household = "口" in span.text and not couple
        return household or bool(_LIVE_AFTER.match(after) or _HOME_BEFORE_PEOPLE.search(before))
    return True


_ASKED_OF_ME = re.compile(r"[^我想只]要$")  # 一个台灯要四百
_ORDER_ONE = re.compile(r"(?<!过)(?<!出)[要来拿下订定买搞整加留藏搬各拍试寄发]$|^那?就先?要?$|^先$|.的$")
_ORDER_ENDS = re.compile("[吧呗啊哈哦噢呀嘛]?$|试|先|看看|就[行够好]|到购物车|的?话")
_ALL_WANTED = re.compile("(我)?(都|全|一起|一块儿?|一齐|一道)(要|拿|买|订|下|$)|[一打]起?打?[个]?折")
_BULK = re.compile("团购|批发|批量|采购|定[制做]|报价|单位|公司|员工|奖品|礼品")
_LIVE_AFTER = re.compile(r"子?(的|合)?[用住吃喝洗租过睡坐]|子?够|的?家")
_HOME_BEFORE_PEOPLE = re.compile(r"(家里|我家|我们|一家|一共|平时|得动|[够供坐睡])[一共就有是得下]*$")


_SIZE_FIRST = re.compile(
    r"[0-9.一二两三四五六七八九十百]+(米|寸|匹|升|公斤|k)[0-9一二三四五六七八九]?的?|[小大]"
)


def _goods_follow(after: str) -> bool:
    """Goods, with nothing between but their size: 12张1米5床垫."""
    size = _SIZE_FIRST.match(after)
    told = after[size.end() :] if size else after
    return any(at == 0 and slot is SlotName.CATEGORY for at, _, slot, _ in lexicon.mentions(told[:8]))


def _goods_precede(before: str) -> bool:
    told = before.rstrip("的")
    known = (SlotName.CATEGORY, SlotName.COLOR)
    return any(end == len(told) and slot in known for _, end, slot, _ in lexicon.mentions(told))


def _counts_goods(span: QuantitySpan, before: str, after: str) -> bool:
    """Not 第二个, 两个月 or 700一台."""
    if _ORDINAL_BEFORE.search(before) or _COUNTED_OTHER.match(after):
        return False
    return span.quantity.high != 1 or not (_PRICE_BEFORE.search(before) or _PRICE_AFTER.match(after))


def _fits(name: SlotName, unit: str) -> bool:
    if name is SlotName.QUANTITY:
        return unit == "" or unit in _COUNTERS
    return unit in ("", _UNITS.get(name, unit))


def _in_unit(name: SlotName, quantity: Quantity) -> Quantity:
    return replace(quantity, unit=_UNITS[name]) if name in _UNITS else quantity


def _quantity_slot(text: str, span: QuantitySpan) -> SlotName | None:
    """What a number may fill, judged by its unit and, for money and counts, by the words around it."""
    start, end = clause_bounds(text, span.start, span.end)
    before, after = text[start : span.start], text[span.end : end]
    unit = span.quantity.unit
    if unit == "元" and _PIECES.fullmatch(span.text) and _ORDER_BEFORE.search(before) and not after:
        return SlotName.QUANTITY  # 来一块: a watch
    if unit == "元":
        worth = max(span.quantity.low or 0.0, span.quantity.high or 0.0) >= _LEAST_BUDGET
        asked = _HOW_MUCH.search(span.text)
        return SlotName.BUDGET if worth and not asked and not _is_other_money(before, after) else None
    if unit in _COUNTERS:
        if not _counts_goods(span, before, after):
            return None
        many = (span.quantity.low or 0) >= 5
        alone = many and (not after or unit in _SURE_IF_MANY or _BULK.search(text))
        beside = _goods_follow(after) or _goods_precede(before)
        ordered = (
            unit in _COUNTED_GOODS or beside or alone or _ORDER_BEFORE.search(before) or not before + after
        )
        return SlotName.QUANTITY if ordered or _ALL_WANTED.match(after) else None
    if unit == "":
        return _bare_number_slot(span, before, after)
    if unit in ("m", "cm") and not _is_own_length(text, before, after):
        return None
    if unit == "人" and (span.text.startswith("一口") or _NO_HOUSEHOLD.match(after) or _BITES.search(before)):
        return None
    return None if unit == "kg" and not _WEIGHT.search(span.text) else _SLOT_OF_UNIT.get(unit)


_PIECES = re.compile("[一两三四五六七八九]块")
_HOW_MUCH = re.compile(r"^几|几$")  # 几千, 两千几: asked, not offered
_NO_HOUSEHOLD = re.compile(r"大?[锅灶井饭水袋]|一[台个份件]|份|位|次|咖|就")
_BITES = re.compile("[老了吃喝咬尝]$")  # 老两口 are persons, 磨了两口 is talk


def _is_own_length(text: str, before: str, after: str) -> bool:
    said_so = _OWN_LENGTH.match(after) or (_WANTED_AFTER.match(after) and _WANTED_BEFORE.search(before))
    return bool(said_so or _BEDS.search(text)) and not _OTHER_LENGTH.search(before)


def _is_other_money(before: str, after: str) -> bool:
    if "预算" in before or (_ACCEPTED.match(after) and re.search("[贵多加]", before)):
        return False
    asks_back = before.endswith("是") and after[:1] in ("吗", "么", "吧")
    return bool(asks_back or _OTHER_MONEY_BEFORE.search(before) or _OTHER_MONEY_AFTER.match(after))


def _bare_number_slot(span: QuantitySpan, before: str, after: str) -> SlotName | None:
    """A number without a unit is money where the words around it or its own form say so."""
    if re.search(r"面积[是有大概约]*$", before):
        return SlotName.AREA
    low, high = span.quantity.low, span.quantity.high
    size = max(low or 0.0, high or 0.0)
    if not 50 <= size <= 1_000_000 or _HOW_MUCH.search(span.text) or _is_other_money(before, after):
        return None
    if _LATIN.match(before[-1:]) or _LATIN.match(after) or _OTHER_UNIT.match(after):
        return None
    if _BUDGET_BEFORE.search(before):
        return SlotName.BUDGET
    if low is None or high is None:
        return SlotName.BUDGET  # 200以内
    if size < 300 or (size in _STORAGE and span.text.isascii()):
        return None
    if _CHANGED_BEFORE.search(before):
        return SlotName.BUDGET
    if span.text.isascii() and span.text[-1] in "1234567":
        return None  # 404, 9527: no price ends so
    bounded = span.quantity.approximate or low < high
    spoken_as_money = bounded or re.search(r"[百千万佰仟萬kw]", span.text)
    return SlotName.BUDGET if spoken_as_money or _BUDGET_AFTER.match(after) else None
