"""Whether the goods are for a person: 给我妈买, 老人用的, 我爸腰不好; but not 跟老婆商量, 老板娘, 学生证."""

from __future__ import annotations

import re

from runtime.types import SlotName
from runtime.understanding import lexicon
from runtime.understanding.clauses import clause_bounds

_WHOSE = r"(我们?|咱|俺|家里?|全班|每个|一?[个位]|[小大]|\w{1,2}岁半?的?)*$"
_FOR = re.compile(r"((?<!发)给|送|适合|孝敬|照顾|[想要]让)" + _WHOSE)
_WITH = re.compile(
    r"(跟|和|问|听|商量|好奇|寄|帮|同|找|叫|喊|当|个|位|姓\w?|打给|生了\w{0,4})[我你他她]?们?$"
)
_THING_AFTER = re.compile(r"[证价码节卡票圈折补福店名笑]|同意|不让|商量")
_SAYS_AFTER = re.compile(
    r"(儿|们|大人)?([都也又就还才])?(说|讲|点头|批准|给[的了]|只?批|让|叫|看到|看了|名字|夸|骂|催|问|答应|告诉|介绍|保证|"
    r"[他她][爸妈]|那[边,]|手机里|[啊呀哎]?[,!~]|摔|差点)"
)
_NEEDS = re.compile(
    r"(儿|们)?([他她俩也都要能会好得刚就说的]|一个人|自己|在家|平时|天天|可以|不会|不能|总是?|老是?|刚)*"
    r"(用(?!完)|[使戴穿睡住按吃玩坐躺怕写耳眼腰腿膝血房寿孕]|喝(?!.{0,3}漏)|洗澡|学(?!校)|看(?!了)|上网课|出生|冲奶|衣服|过敏|"
    r"视力|听力|近视|白内障|普通话|高血压|糖尿病|失眠|觉轻|打鼾|手抖|手残|记性|不识字|住校|分房|宿舍|过?生日|满月|"
    r"[一二两三四五六七八九十0-9]{1,3}([岁米多]|个月)|[六七八九]十)"
)
# 老人，一千五以内 says for whom; 小伙子，… and 阿姨，… call somebody.
_NAMED_ALONE = ("老人", "孩子", "学生", "孕妇")
_KIN = re.compile(
    r"我(?=[爸妈爷奶姥外婆公儿女闺孙老媳丈岳舅姨姑叔哥姐弟妹娃爹娘])|小(?=孙|外孙|侄|外甥|宝宝|表[弟妹])"
)


def is_spoken_of(text: str, start: int, end: int) -> bool:
    """Whether this person only has a say in it, or is met in the shop: 老婆不同意, 卖手机的小姑娘."""
    return bool(_THING_AFTER.match(text, end) or _WITH.search(text[:start]) or _SAYS_AFTER.match(text, end))


def is_user(text: str, start: int, end: int) -> bool:
    """Whether the words around say that this person will use what is bought, or why it must suit them."""
    before = text[:start]
    if _THING_AFTER.match(text, end) or _WITH.search(before):
        return False
    alone = clause_bounds(text, start, end) == (start, end)
    if alone and lexicon.canonical(SlotName.WHO, text[start:end]) in _NAMED_ALONE:
        return True
    return bool(_FOR.search(before) or _NEEDS.match(text, end))


def whole_person(text: str, start: int) -> int:
    """Where a person begins once the words that belong to them are taken in: 我儿子, 小孙子."""
    while start and _KIN.match(text, start - 1):
        start -= 1
    return start
