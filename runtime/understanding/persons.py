"""Who the goods are for: 给我妈买, 老人用的, 我爸腰不好; but not 跟老婆商量, 老板娘, 学生证."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from runtime.types import SlotName
from runtime.understanding import lexicon
from runtime.understanding.clauses import clause_bounds
from runtime.understanding.numbers import read_quantity

_WHOSE = r"(我们?|咱们?|俺们?|家里?|全班|每个|一?[个位]|[小大]|\w{1,3}岁半?的?)*$"
_AT_HOME = re.compile(
    r"(家里?|屋里|屋头|家中|我们这儿?)(还|也|都|就|住着?|养着?)?(有|住着?|带着?)(一?个|俩|两个|三个)?$"
)
_YEARS_OLD = re.compile(r"[一二两三四五六七八九十几0-9]{1,3}(岁半?|个月)(多|大)?的?小?$")
_FOR = re.compile(r"((?<!发)给|送|适合|孝敬|照顾|[想要]让)" + _WHOSE)
_WITH = re.compile(
    r"(跟|和|问|听|商量|好奇|寄|帮|同|找|叫|喊|当|个|位|姓\w?|打给|生了\w{0,4})[我你他她]?们?$"
)
_THING_AFTER = re.compile(r"[证价码节卡票圈折补福店名笑]|同意|不让|商量|机[^会]")
_SAYS_AFTER = re.compile(
    r"(儿|们|大人)?([都也又就还才])?(说|讲|点头|批准|给[的了]|只?批|让|叫|看到|看了|名字|夸|骂|催|问|答应|告诉|介绍|保证|"
    r"[他她][爸妈]|那[边,]|手机里|[啊呀哎]?[,!~]|摔|差点)"
)
_NEEDS = re.compile(
    r"(儿|们)?([他她俩也都要能会好得刚就说的]|[今去前]年|上个?月|最近|现在|一个人|自己|在家|平时|天天|可以|不会|不能|总是?|老是?|刚)*"
    r"(用(?!完)|[使戴穿睡住按吃玩坐躺怕写耳眼腰腿膝血房寿孕]|喝(?!.{0,3}漏)|洗澡|学(?!校)|看(?![了到见])|上网课|出生|冲奶|衣服|过敏|"
    r"视力|听力|近视|白内障|普通话|高血压|糖尿病|失眠|觉轻|打鼾|手抖|手残|记性|不识字|住校|分房|宿舍|过?生日|满月|上学|读书|"
    r"中风|偏瘫|那屋|上(小学|初中|高中|大学|幼儿园)|[高中]考|怀[孕着上]|坐月子|哺乳|独居|卧床|瘫|驼背|腿脚|手笨|个子|退休|打呼|"
    r"([又非就只都也老特最想总更])*(要(?![是不求])|喜欢|嫌|看[上中]|爱(?!心))|"
    r"[一二两三四五六七八九十0-9]{1,3}([岁米多]|个月)|[六七八九]十)"
)
# 闺女考上大学了，给她挑个笔记本
_THEN_FOR = re.compile(r"(?<!发)[给帮替为让送][他她它](们|俩)?(?!打|电话|看|的|说|讲|发|刷)")
# A sentence that looks for goods, told apart from one that tells of what happened.
_LOOKS_FOR = re.compile(
    r"有没有|有[没冇能]|听说有|想[买要给换整]|推荐|适合|[选挑换买配整弄]|最好|来[个台款把]|找[个款]|哪[款个种]|要.{0,8}的"
)
_HAPPENED = re.compile(
    r"谢|[哈嘿]|退|坏|修|了[,。!]|刚才|昨|上[次回周月]|买的|装的|骂|气|骗|客服|人工|师傅|经理|老板|店长"
)
# 老人，一千五以内 says for whom; 小伙子，… and 阿姨，… call somebody.
_NAMED_ALONE = ("老人", "孩子", "学生", "孕妇")
_OWN = re.compile(
    r"[我俺咱](?=[爸妈爷奶姥外婆公儿女闺孙老媳丈岳舅姨姑叔哥姐弟妹娃爹娘阿])|小(?=孙|外孙|侄|外甥|宝宝|表[弟妹])|"
    r"[我俺咱](?=\w{1,3}岁)"
)
_AGED = re.compile(r"[一二两三四五六七八九十0-9]{1,3}岁半?的?$")
_YEARS = re.compile(r"([一二三四五六七八九十0-9]{1,3})(多|几)?岁(多|半)?的(?P<who>人)")
_SELF = re.compile(
    r"[我俺咱](今年|都|也|已经|快)*(?P<age>[六七八九]十[一二三四五六七八九多几]?)岁?了?(?![一-龥斤平块])"
)
_OLD, _YOUNG = 55, 15  # years


def find_users(text: str) -> Iterator[tuple[int, int, str]]:
    """Spans of those who will use what is bought, and who they are: 老人, 孩子 ..."""
    looks_for = _LOOKS_FOR.search(text) and not _HAPPENED.search(text) and _names_goods(text)
    for hit in _kin().finditer(text):
        who = lexicon.canonical(SlotName.WHO, hit.group())
        if who and (_is_user(text, *hit.span()) or (looks_for and _may_be_user(text, *hit.span(), who))):
            yield (*hit.span(), who)
    for hit in _YEARS.finditer(text):
        age = read_quantity(hit[1])
        if age is not None and age.low is not None and not _YOUNG < age.low < _OLD:
            yield (*hit.span(), "老人" if age.low >= _OLD else "孩子")


@lru_cache(maxsize=1)
def _kin() -> re.Pattern[str]:
    """Known persons, longest first; of one character only where it cannot be a part of another word."""
    known = {word for name, others in lexicon.synonyms(SlotName.WHO).items() for word in (name, *others)}
    long = sorted(
        (word for word in known if len(word) > 1 and not lexicon.is_doubtful(word)), key=len, reverse=True
    )
    return re.compile(
        "|".join(map(re.escape, long))
        + r"|(?<=[给帮为让替俺我咱家岁])[娃爸妈爹娘](?![们咪妈爸娃家亲衣])"
        + r"|(?<![^,。!?; ])[娃妈爸爹](?![们咪妈爸娃爹娘家亲衣的])"
    )


def _names_goods(text: str) -> bool:
    return any(name in (SlotName.CATEGORY, SlotName.FEATURE) for _, _, name, _ in lexicon.scan(text))


def is_spoken_of(text: str, start: int, end: int) -> bool:
    """Whether this person only has a say in it, or is met in the shop: 老婆不同意, 卖手机的小姑娘."""
    return bool(_THING_AFTER.match(text, end) or _WITH.search(text[:start]) or _SAYS_AFTER.match(text, end))


def _is_user(text: str, start: int, end: int) -> bool:
    """Whether the words around say that this person will use what is bought, or why it must suit them."""
    before = text[:start]
    if _THING_AFTER.match(text, end) or _WITH.search(before):
        return False
    alone = clause_bounds(text, start, end) == (start, end)
    if alone and lexicon.canonical(SlotName.WHO, text[start:end]) in _NAMED_ALONE:
        return True
    if _AT_HOME.search(before) or _YEARS_OLD.search(before) or _THEN_FOR.search(text, end):
        return True
    return bool(_FOR.search(before) or _NEEDS.match(text, end))


def _may_be_user(text: str, start: int, end: int, who: str) -> bool:
    """In a sentence that looks for goods, old people and children are those whom they must suit."""
    return who in _NAMED_ALONE and not is_spoken_of(text, start, end)


def whole_person(text: str, start: int, end: int) -> tuple[int, int]:
    """The person in a span, with the words that belong to them: 我儿子, 小孙子, 我四岁半的儿子."""
    known = list(_kin().finditer(text, start, end))
    if known:
        start, end = known[0].start(), known[-1].end()
        end += text.startswith("们", end)
    aged = _AGED.search(text[:start])
    if aged and _OWN.match(text, aged.start() - 1):
        start = aged.start()
    while start and _OWN.match(text, start - 1):
        start -= 1
    return start, end


def speaker_is_old(text: str) -> bool:
    """俺七十六了: the goods are for an old person, though none is named."""
    return _SELF.search(text) is not None
