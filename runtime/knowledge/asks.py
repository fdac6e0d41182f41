"""A sentence as the things that it asks for: 几公斤 转速呢 asks for two."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from runtime.knowledge.topics import Topic, topics
from runtime.types import Slot, SlotName
from runtime.understanding.numbers import parse_quantities

MAX_TEXT = 200  # characters of a customer's text that are looked at
NAMED = "*"  # stands where the name of goods stood


class Wants(StrEnum):
    """What kind of answer is wanted."""

    PRICE = "price"  # of the goods themselves
    COST = "cost"  # of a part or a service
    FIGURE = "figure"
    TIME = "time"
    ORIGIN = "origin"  # where it comes from, who made it
    YES = "yes or no"
    ANYTHING = "anything"  # 什么材质, 怎么装, 颜色呢
    NOTHING = "nothing"  # no question


@dataclass(frozen=True, slots=True)
class Ask:
    """One clause of a customer's words, without the names of goods."""

    text: str
    wants: Wants
    parts: frozenset[str]  # pairs of characters that say what it is about, and characters that stand alone
    says: bool  # has any word that says what is asked
    subject: str  # of a COST: what it is the cost of
    units: frozenset[str]  # in which a FIGURE is asked for; none: any
    features: frozenset[str]  # canonical
    colored: bool
    topics: tuple[Topic, ...]
    vague: bool  # none of the topics is asked about clearly
    slots: tuple[str, ...]  # words of it that are understood: colours, sizes, places ...
    points: bool  # merely at goods: 那个大的呢

    @property
    def is_particular(self) -> bool:
        """Whether it is a question about some one thing: not 怎么样, not 可以吗."""
        return (
            self.wants is not Wants.NOTHING
            and not self.points
            and bool(
                self.says
                or self.topics
                or self.colored
                or self.wants in (Wants.PRICE, Wants.COST, Wants.ORIGIN)
            )
        )


# --- how a question reads --------------------------------------------------------------------

_CLAUSE = re.compile(r"[^，。！？；,!?;~…\s]+[?？]*")
_PRICE = re.compile(
    r"多少(钱|元|块|银子|米|票子|前)|几个?[钱块](?!钱)|[几好]?多钱|[什啥]么?价|价[格钱位]|[标原单定售正底实开报]个?价|(怎么|咋|啷个|点样?)卖|"
    r"卖(多少|几)|贵不贵|贵[吗么]|几钿|几钱|[百千]几|到手|打完折|折后|要花|水费|电费|月租|"
    r"(^|[的个款台种部张套把要得卖花共起在*匹寸升斤g]|加起来|打完折|折下来|下来)是?(多少|几多)(来着|[呢啊呀嘛])?$"
)
_BARE = re.compile(r"(?<![的要花卖])多少(来着|[呢啊呀嘛])?$")
_FEE = re.compile(
    r"要钱|收费|收钱|费用|[装送运邮手续安改修]费|另外?[算收加给]|加钱|掏钱|给钱|俾钱|花钱|谁出|免费|怎么收|咋收|咋个?算|怎么算|"
    r"收(多少|几个?)|收好多"
)
# Parts and services, whose price is not that of the goods, and what comes before them in a sentence.
_PART = re.compile(
    r"滤芯|滤网|芯子|耗材|配件|零件|部件|电池|遥控器?|充电[器头线]|数据线|支架|挂架|底座|[软铜烟水气]管|弯头|阀|内胆|胆|锅盖|密封圈|垫子|"
    r"保护[壳套膜]|贴膜|钢化膜|表带|碎屏险|延保|保险|换屏|屏幕|[内外]屏|主板|电机|压缩机|[滚边拖]刷|刷头|抹布|拖布|尘袋|清洁液|粒子|灯珠|"
    r"灯[泡管]|键盘|手写笔|墨盒|耳塞|插座|面板|玻璃|电费|水费|气费|月租|流量费?|会员费|拆|移机|清洗|上门洗|洗一?次|维修|上门修|修一?次|"
    r"保养|加氟|换|打孔|开孔|改[孔装造]|测量|设计费|租|单[独]?[买卖]|零卖"
)
_PIECE = re.compile(r"(一|每)[根支张片包瓶卷条块颗粒对次]")
_REFERS = re.compile(r".*(那[款个台种把张部只支]|这[款个台种把张部只支]?|它|第[一二三四]个?)的?")
_OF_IT = re.compile(r".*的$")
_FIGURE = re.compile(
    r"多[重高长宽厚深远快大沉粗薄]|好[重高长宽厚深沉](?![的吧])|(?<![的匹寸升斤])多少|[^好第]几(?![款台种件])|^几|好多|几多|"
    r"(值|率|数|量|度|度数|参数|指标)(是|有|到)?(多少|几)|[a-z]几$|够不够|够[吗么]"
)
_TIME = re.compile(
    r"什么时候|啥时候?|何时|几时|几号|哪天|几点|多久|多长时间|好久|几耐|准日子|准信|来得及|赶得上|哪个?月"
)
_ORIGIN = re.compile(
    r"什么.{0,3}(牌子|品牌|芯片)|哪(一?家|国)|哪里(产|生产|做)|产自|产地|[^\W]产的|代工|贴牌|进口|谁家?(生产|造|做)的|哪个厂|什么厂"
)
_YES = re.compile(
    r"(.)[不唔]\1|能不|会不会|可不可以|是不是|有没有|有冇|有无|使唔使|识唔识|(?<=.)还是(?=.)|[吗嘛](?!$)|[吗么嘛吧没不冇呗啵][哈呵嘻啊呀]*$|(行|成|可以|对)[吗么嘛不吧]$|[?？]$"
)
_POINTS = re.compile(r"[那这][个款台种把张部只支]|另一|第[一二三四]|\*")
_ANYTHING = re.compile(r"什么|啥|怎[么样]|咋|哪|谁|边个|点样|呢$|说说|讲讲")

# What of it is measured, in one character: 厚 in 多厚.
_ATTRIBUTE = re.compile(r"[多好几]([重沉高长宽厚深])|([重高长宽厚深])(多少|几多|几$|度)")

# Words that ask, point or join, and say nothing of what is asked about.
_FUNCTION_WORDS = re.compile(
    r"什么|怎么样?|多少|你们|东西|可以|可不可以|能不能|会不会|是不是|要不要|有没有|没有|这[个款台]|那[个款台]|一下|请问|咋样?|"
    r"需不需要|知道|觉得|我们|他们|咱们|时候|现在|[的了吗呢啊吧呀嘛么不没有要是能会也都还就和跟到在给用我你您它他她这那个款台哪几多大]"
)
# Words of a question that ask for nothing of their own.
_SAYS_LITTLE = re.compile(
    r"起来|方便|好用|合适|适合|够不够|需要|支持|一般|大概|左右|平时|家里|我家|使用|自己|直接|正常|随便|一直|真的|到底|应该|还是|"
    r"时间|级别|青春版|已经|今天|明天|晚上|白天|里面|上面|下面|外面|里头|上头|下头|老板|师傅|听说|人家|担心|主要|另外|顺便|还有|买回去|"
    r"回家|以后|来着|具体|精确|前头|前面|刚才|刚说|第[一二三四]|另一|哪个|几个|大小|意思|问题|情况|比较|一点|点儿|厉害|清楚|"
    r"区别|差别|差在哪|好在哪|不一样|不同|对比|差多少|哪个好|怎么[挑选说样]|划算|还行|指数|参数|数值|是真|有假|想想|看看|考虑|商量|每?分钟|小时|钟头|公斤|毫米|厘米|公分|"
    r"[0-9.]+[a-z㎡平米寸匹升斤]*|[一二两三四五六七八九十百千万]+[个台款次口人天年月回趟遍缸锅箱层晚宿只件包张根支块]?"
)
# Single characters that say nothing of goods.
_LIGHT = frozenset(
    "买看说想好来行号钱请问帮做家人里上下中小新旧去得着过被把让对从很太最再又只才点些样种咋啥谁为所以但如果与及或卖问嗯哦哎诶额"
    "使弄搞整唔系嘅侬俺哈呗哒噢喔欸恼火成该当算像每别各边它吃放开出起后前会呐嗦嘞咯啵冇咩"
)
# The characters most frequent in customers' sentences (counted over export/data/patterns).
_FREQUENT = frozenset(
    "不的我了一是个能有吗没豫那还你几喜到怒要来上这么多说就们机天在给得下子人家会电少里哪都着用三换货价台装看开怎好吧小它送头门大"
    "老买保十点去啥出别手时过发年水两打后行呢退钱新问先回动收儿补单底算自也进面跟师分店什费现器真傅听走修写把想次样再啊五号口百数地以张话前"
    "块可带成放怕接加二外车款哈呀拿洗谁道让箱完己千旧公报件板心等今种字候管包只卡起太月楼最券卖又空色线贴全半他活拆八明票定边才坏差四快清"
    "咋调墙对热第灯高品知位路网同气满按礼配音柜架折中东标直房花白信生国西掉见重从久连度内认风屏工米剩六间晚比转领期住合挂安当格条够改码视"
    "名妈刚提日意运找关弄和插办眼套贵干长叫床通准声免留签压像事金排正光员司原平量告孔学便证锁周红跑表优衣减方万九讲实惠做物断充帮付停"
)
_COLORS = re.compile(r"颜色|什么色|啥色|别的色|[红橙黄绿青蓝紫黑白灰金银粉棕][色的]|几[种个]色")
_BARE_NAME = 4  # characters
_NAMES = (SlotName.MODEL, SlotName.BRAND, SlotName.CATEGORY)

# The unit of a figure: 几公斤 read as 3公斤. Units of one dimension answer for each other.
_HOW_MANY = re.compile(r"几多?|多少|好多")
_OF_ADJECTIVE = (
    (re.compile(r"[多好几][重沉]|重多少|重量|轻重"), {"kg"}),
    (
        re.compile(
            r"直径|多[高长宽厚深远粗]|[高长宽厚深]多少|好[高长宽深厚]|[高长宽厚深]几多|[宽高深]度|厚度"
        ),
        {"cm"},
    ),
    (re.compile(r"噪音多|多吵|分贝"), {"dB"}),
    (re.compile(r"度电|多少电|几[多少]?度|耗多少电|电费"), {"度"}),
    (re.compile(r"钟头|小时|分钟|多久|多长时间|好久"), {"小时"}),
)
_DIMENSION = {
    **dict.fromkeys(("秒", "分钟", "小时", "天", "月", "年", "日期", "时刻"), "小时"),
    **dict.fromkeys(("m", "cm", "寸"), "cm"),
    **dict.fromkeys(("W", "kW"), "W"),
}
_UNCOUNTED = frozenset({"", "个", "元", "种", "款", "次", "%", "台", "件"})


def read_asks(text: str, slots: Iterable[Slot]) -> tuple[Ask, ...]:
    """What ``text`` asks for, clause by clause; all of it as one where it holds no question."""
    return _read(text[:MAX_TEXT], tuple(slots))


@lru_cache(maxsize=64)
def _read(text: str, known: tuple[Slot, ...]) -> tuple[Ask, ...]:
    asks, before = [], ""
    for words, own in _clauses(text, known):
        asks.append(_ask(words, own, before))
        before = words
    if any(ask.wants is not Wants.NOTHING for ask in asks):
        return tuple(asks)
    return (as_one(text, known),)


def as_one(text: str, slots: Iterable[Slot]) -> Ask:
    """All of ``text`` as one thing that is asked for."""
    known = tuple(slots)
    return _ask(unnamed(text, known), tuple(slot for slot in known if slot.name not in _NAMES), "")


def _clauses(text: str, slots: tuple[Slot, ...]) -> Iterator[tuple[str, tuple[Slot, ...]]]:
    """Clauses with what is understood of them; one that says nothing by itself belongs to the one before."""
    plain = unnamed(text, slots)
    held, own = "", tuple[Slot, ...]()
    for match in _CLAUSE.finditer(plain):
        within = tuple(
            slot for slot in slots if match.start() <= slot.start < match.end() and slot.name not in _NAMES
        )
        words = re.sub(r"\*+", NAMED, match[0])
        if held and not _stands_alone(words, within):
            held, own = f"{held}，{words}", own + within
            continue
        if held:
            yield held, own
        held, own = words, within
    if held:
        yield held, own


def _stands_alone(words: str, slots: tuple[Slot, ...]) -> bool:
    if _PRICE.search(words) or any(slot.name is SlotName.COLOR for slot in slots):
        return True
    return bool(parts_of(_FEE.sub(" ", words), ())) or any(topic.ask.search(words) for topic in topics())


def _ask(text: str, slots: tuple[Slot, ...], before: str) -> Ask:
    pointer = _REFERS.match(text)
    pointed = pointer[0] if pointer else ""  # the folding one is pointed at in 折叠那个多重
    wanted = [slot.value for slot in slots if slot.name is SlotName.FEATURE and slot.text not in pointed]
    features = [value for value in wanted if isinstance(value, str)]
    meant = " ".join((text, *features))  # 静音 where somebody says 响动小
    clear = tuple(topic for topic in topics() if topic.ask.search(meant))
    vague = () if clear else tuple(topic for topic in topics() if topic.vague.search(text))
    subject = _subject(text, before)
    wants = _wants(text, subject, clear)
    asks_color = bool(_COLORS.search(text)) or any(slot.name is SlotName.COLOR for slot in slots)
    return Ask(
        text=text,
        wants=wants,
        parts=frozenset(telling_parts(text, ()) or parts_of(text, ())),
        says=bool(_says(text)),
        subject=subject,
        units=_units(text),
        features=frozenset(features),
        colored=asks_color and wants in (Wants.YES, Wants.ANYTHING, Wants.NOTHING),
        topics=clear or vague,
        vague=not clear,
        slots=tuple(slot.text for slot in slots if slot.name is not SlotName.FEATURE),
        points=wants is Wants.ANYTHING
        and not asks_color
        and bool(text.endswith("的呢") or (text.endswith("呢") and not clear and _POINTS.search(text))),
    )


def _wants(text: str, subject: str, clear: tuple[Topic, ...]) -> Wants:
    if _ORIGIN.search(text):
        return Wants.ORIGIN
    if subject:
        return Wants.COST
    if _PRICE.search(text) and not _FEE.search(text) and not (clear and _BARE.search(text)):
        return Wants.PRICE
    if _TIME.search(text):
        return Wants.TIME
    if _FIGURE.search(text):
        bare = not clear and not parts_of(text, ()) and _HOW_MANY.search(text)
        return Wants.PRICE if bare else Wants.FIGURE
    if _YES.search(text) or _FEE.search(text):
        return Wants.YES
    names = clear and len(text) <= _BARE_NAME  # 重量; 滤芯
    return Wants.ANYTHING if names or _ANYTHING.search(text) else Wants.NOTHING


def _subject(text: str, before: str) -> str:
    """What a price is asked of, where that is not the goods: 滚刷 in 它的滚刷单卖多少钱一根.

    ``before``: the clause before, whose part is meant by 一张多少钱.
    """
    asks = _PRICE.search(text) or _FEE.search(text)
    if not asks:
        return ""
    lead = _OF_IT.sub("", _REFERS.sub("", text[: asks.start()]))
    own = [*_PART.finditer(lead), *_PART.finditer(text[asks.start() :])]
    if not own and _PIECE.search(text):
        own = list(_PART.finditer(before))
    return "".join(match[0] for match in own)


def _units(text: str) -> frozenset[str]:
    """Dimensions in which a figure is asked for; none where any would do."""
    if not _FIGURE.search(text):
        return frozenset()
    named = {unit for asks, units in _OF_ADJECTIVE if asks.search(text) for unit in units}
    said = {span.text for span in parse_quantities(text)}
    counted = parse_quantities(_HOW_MANY.sub("3", text))
    units = {span.quantity.unit for span in counted if span.text not in said} - _UNCOUNTED
    return frozenset(_DIMENSION.get(unit, unit) for unit in units | named)


def attribute(text: str) -> str:
    """厚 of 壁多厚; nothing where no such thing is measured."""
    found = _ATTRIBUTE.search(text)
    return (found[1] or found[2]).replace("沉", "重") if found else ""


@lru_cache(maxsize=4096)
def units_told(text: str) -> frozenset[str]:
    """Dimensions of the figures in a fact."""
    return frozenset(
        _DIMENSION.get(span.quantity.unit, span.quantity.unit) for span in parse_quantities(text)
    )


# --- words -----------------------------------------------------------------------------------


def content(text: str, slots: Iterable[Slot]) -> list[str]:
    """The words that say what is asked about: without names of goods, function words and punctuation."""
    return [word for word in _said(text, slots) if len(word) > 1]


def _said(text: str, slots: Iterable[Slot]) -> list[str]:
    return re.findall(r"\w+", _FUNCTION_WORDS.sub(" ", unnamed(text, slots)))


def unnamed(text: str, slots: Iterable[Slot]) -> str:
    """With a mark for each character of the names of goods."""
    plain = list(text[:MAX_TEXT])
    for slot in slots:
        old = text[: slot.start].endswith(("旧", "老"))  # an old one is not what the talk is about
        part = slot.name is SlotName.CATEGORY and any(topic.ask.fullmatch(slot.text) for topic in topics())
        if slot.name in _NAMES and not old and not part:
            plain[slot.start : slot.end] = NAMED * len(plain[slot.start : slot.end])
    return "".join(plain)


def pairs_of(words: Iterable[str]) -> set[str]:
    """Neighbouring characters."""
    return {word[at : at + 2] for word in words for at in range(len(word) - 1)}


def parts_of(text: str, slots: Iterable[Slot]) -> set[str]:
    """Pairs of characters of what is asked about, and characters that stand alone: 能烤吗 asks about 烤."""
    words = _said(text, slots)
    return pairs_of(words) | {word for word in words if len(word) == 1 and word not in _LIGHT}


def telling_parts(text: str, slots: Iterable[Slot]) -> set[str]:
    """Pairs of characters without those of words that ask for nothing of their own."""
    words = _says(unnamed(text, slots))
    return pairs_of(words) | {word for word in words if len(word) == 1}


def _says(text: str) -> list[str]:
    words = re.findall(r"\w+", _FUNCTION_WORDS.sub(" ", _SAYS_LITTLE.sub(" ", text)))
    return [word for word in words if len(word) > 1 or word not in _LIGHT]


def rare_characters(text: str, slots: Iterable[Slot]) -> set[str]:
    """Single characters that few sentences have: 歌 in 歌搁哪."""
    known = tuple(slots)
    plain = _SAYS_LITTLE.sub(" ", unnamed(text, known))
    return {char for char in plain if "\u4e00" <= char <= "\u9fff"} - _FREQUENT - _LIGHT


def left_over(ask: Ask, patterns: Iterable[re.Pattern[str]], told: str) -> list[str]:
    """Words of ``ask`` that neither the patterns nor the text ``told`` account for."""
    covered = [char == NAMED for char in ask.text]
    for pattern in (_FUNCTION_WORDS, _SAYS_LITTLE, _FIGURE, _TIME, _YES, _ANYTHING, _FEE, *patterns):
        for match in pattern.finditer(ask.text):
            covered[match.start() : match.end()] = [True] * (match.end() - match.start())
    for words in ask.slots:
        at = ask.text.find(words)
        if at >= 0:
            covered[at : at + len(words)] = [True] * len(words)
    for at in range(len(ask.text) - 1):
        if ask.text[at : at + 2] in told:
            covered[at : at + 2] = [True, True]
    rest = "".join(" " if done else char for char, done in zip(ask.text, covered, strict=True))
    return [word for word in re.findall(r"\w+", rest) if len(word) > 1]
