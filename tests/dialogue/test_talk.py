"""Whole conversations in miniature: what each sentence does to the memory and what is done about it.

A line is: what the customer says, its intent, then what must hold after the fold, as field=value; a bare
field must be empty. ``do`` is the tactic and ``focus`` the product in focus once the reply is out.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from runtime.types import DialogueState, Emotion, Intent, Tactic
from tests.dialogue.talk import Talk

# Goods: P001 凉川 2999, P002 棠岛 2199, P003 松岭 1799 (air conditioners); P011 棠岛 3599, P012 松岭 1299
# (fridges); P021 a washing machine; P031 a phone. P001 has a promotion.
SCRIPTS = """
# the first seed dialogue
我家100平，预算5k，要省电的空调，老人用的 / 推荐 / category=空调 area=100 max=5000 who=老人 do=推荐
多少钱 / 询价 / focus=P001 min features=省电

# the second seed dialogue
空调多少钱 / 询价 / category=空调 focus=P001 do=介绍
能不能送安装 / 安装 / category=空调 focus=P001 do=介绍

# ellipsis keeps the product
空调多少钱 / 询价 / focus=P001
有优惠吗 / 优惠 / focus=P001 do=促销
保修几年 / 保修 / focus=P001 do=介绍
有白色吗 / 库存 / focus=P001 color=白色
什么时候能送到 / 配送 / focus=P001 goal=配送
那安装呢 / 安装 / focus=P001

# a place in the list
看看空调，2999以内的 / 推荐 / shown= max=2999
第二个多少钱 / 询价 / focus=P002 do=介绍
第三个呢 / 询价 / focus=P003
那第一个有货吗 / 库存 / focus=P001
最后一款保修几年 / 保修 / focus=P003
上一个呢 / 功能 / focus=P002

# by price
看看空调，预算三千 / 推荐 / max=3000 focus=P001
最便宜的那个怎么样 / 功能 / focus=P003
贵的那个呢 / 功能 / focus=P001
2199那款有货吗 / 库存 / focus=P002

# by what it has
看看空调，预算三千 / 推荐 / focus=P001
松岭那款多少钱 / 询价 / focus=P003
棠岛的那个有货吗 / 库存 / focus=P002
黑色那款呢 / 功能 / focus=P003
静享那款保修几年 / 保修 / focus=P001

# by a part of its name
看看空调，预算三千 / 推荐 / focus=P001
恒意多少钱 / 询价 / focus=P003
轻凉呢 / 询价 / focus=P002
这个恒定温度吗 / 功能 / focus=P002
静享和恒意哪个好 / 比较 / shown=P001,P003 do=比较
棠岛轻凉多少钱 / 询价 / focus=P002

# pronouns
看看空调，预算三千 / 推荐 / focus=P001
第二个 / 功能 / focus=P002
它静音吗 / 功能 / focus=P002 features=
那款能安装吗 / 安装 / focus=P002
就要这个了 / 下单 / focus=P002 do=促成
同一款有别的颜色吗 / 库存 / focus=P002

# a correction
看冰箱，预算3000 / 推荐 / category=冰箱 max=3000 focus=P012
不是冰箱，是洗衣机 / 推荐 / category=洗衣机 max=3000 excluded=冰箱 focus=P021

# a slip told as such
看冰箱，预算四千 / 推荐 / category=冰箱 focus=P011
说错了，我要洗衣机 / 推荐 / category=洗衣机 max=4000 focus=P021

# another wish: the customer stays, the goods go
我家100平，三口人，要1.5匹变频省电的空调，预算三千 / 推荐 / area=100 people=3 size=1.5匹 features=变频,省电
再看看冰箱 / 推荐 / category=冰箱 area=100 people=3 size max features=省电 focus=P011

# turned down and taken back
要变频空调 / 推荐 / features=变频 focus=P001
不要变频了 / 其他 / features= excluded=变频 focus=P003 do=推荐
还是要变频的吧 / 推荐 / features=变频 excluded= focus=P001

# not required is not turned down
要静音省电的空调 / 推荐 / features=静音,省电
不用静音 / 其他 / features=省电 excluded=
省电无所谓 / 其他 / features= excluded=

# brands
有凉川的空调吗 / 库存 / brand=凉川 focus=P001 do=推荐
不要凉川的 / 其他 / brand excluded=凉川 focus=P002
随便什么牌子 / 其他 / brand
松岭的呢 / 其他 / brand=松岭 focus=P003
棠岛的也看看 / 推荐 / brand=棠岛 focus=P002

# any brand will do
凉川的空调 / 推荐 / brand=凉川
牌子无所谓 / 其他 / brand

# another brand
凉川的空调多少钱 / 询价 / brand=凉川 focus=P001
换个牌子 / 推荐 / brand excluded=凉川 focus=P002

# a raised budget
空调，预算两千 / 推荐 / max=2000 focus=P003
预算加到三千 / 推荐 / max=3000 focus=P001

# relative budgets
空调，预算两千 / 推荐 / max=2000 focus=P003
再加一千 / 其他 / max=3000 focus=P001 do=推荐
预算再减五百 / 其他 / max=2500 focus=P002
贵点也行 / 其他 / max=3000 focus=P001

# no budget any more
空调，预算两千 / 推荐 / max=2000 focus=P003
预算不限了 / 其他 / min max focus=P001 do=推荐

# both ends, one end
空调两千到三千 / 推荐 / min=2000 max=3000 focus=P001
2000以内的 / 推荐 / min max=2000 focus=P003
2500以上的 / 推荐 / min=2500 max focus=P001
两千左右的 / 推荐 / min max=2000 focus=P003

# a discount is no budget
看看空调 / 推荐 / do=追问
五千以内吧 / 其他 / max=5000 focus=P001 do=推荐
能便宜五百吗 / 砍价 / max=5000 focus=P001 do=促销
再便宜两百就买 / 砍价 / max=5000 focus=P001 do=守价

# something cheaper
空调预算三千 / 推荐 / max=3000 focus=P001
有便宜点的吗 / 砍价 / max=2998 focus=P002 do=推荐
便宜点的还有吗 / 砍价 / max=2198 focus=P003

# an answer to what was asked back
推荐个空调 / 推荐 / do=追问 ask=budget
三千吧 / 其他 / max=3000 do=推荐 focus=P001

# a bare answer
推荐个空调 / 推荐 / do=追问 ask=budget
2000 / 其他 / max=2000 focus=P003

# a small bare answer
推荐个空调 / 推荐 / do=追问 ask=budget
3000 / 其他 / max=3000 do=推荐
随便推荐一个 / 推荐 / do=推荐

# another brand among few goods
推荐个冰箱 / 推荐 / do=推荐 focus=P011
松岭的呢 / 其他 / focus=P012

# at most two questions
推荐个空调 / 推荐 / do=追问 focus=P001
不知道 / 推荐 / do=推荐

# few goods need no question
推荐个手机 / 推荐 / do=推荐 focus=P031
有货吗 / 库存 / focus=P031

# none of these
空调预算三千 / 推荐 / focus=P001
换一个 / 推荐 / rejected=P001 focus=P002 do=推荐
都不喜欢 / 无意向 / rejected=P001,P002,P003 do=告别

# something else
空调预算2500 / 推荐 / focus=P002
还有别的吗 / 推荐 / rejected=P002 focus=P003
这个不要 / 其他 / rejected=P002,P003

# two are compared
空调预算三千 / 推荐 / focus=P001
这两款有什么区别 / 比较 / shown=P001,P002 do=比较
第二个和第三个哪个好 / 比较 / shown=P001,P002

# a comparison by place
空调预算三千 / 推荐 / focus=P001
第一个和第三个哪个好 / 比较 / shown=P001,P003 do=比较
跟第二个比呢 / 比较 / do=比较

# words that only look like a comparison
看看空调，预算三千 / 推荐 / shown= focus=P001
媳妇不同意，最多两千 / 砍价 / max=2000 focus=P003 do=推荐
要性价比高的 / 推荐 / features=性价比高

# a product from outside the list ends the list
看看空调，预算两千五 / 推荐 / focus=P002
凉川静享怎么样 / 比较 / focus=P001 shown=P001
再看看有没有优惠 / 优惠 / focus=P001 do=促销

# named models
TD-K35多少钱 / 询价 / focus=P002 category=空调 model=TD-K35
凉川静享1.5匹变频空调呢 / 询价 / focus=P001 model=LC-A35J1
lca35j1能安装吗 / 安装 / focus=P001

# a named model of another kind
空调多少钱 / 询价 / focus=P001
TD-B500多少钱 / 询价 / focus=P011 category=冰箱
刚才那个空调保修几年 / 保修 / focus=P001 category=空调

# from one kind to another and back
空调多少钱 / 询价 / focus=P001
那冰箱呢 / 其他 / category=冰箱 focus=P011 do=推荐
刚才那个空调多少钱 / 询价 / category=空调 focus=P001
那个冰箱呢 / 询价 / category=冰箱 focus=P011

# a part of a name is not taken from another kind
空调预算三千 / 推荐 / focus=P001
看看冰箱 / 推荐 / focus=P011
轻凉一点的 / 推荐 / category=冰箱 focus=P011

# asked about the product, not wished for
看看空调，预算三千 / 推荐 / focus=P001
静音多少分贝 / 功能 / focus=P001 features=
冷暖的多少钱 / 询价 / features=冷暖
那一千八呢 / 砍价 / focus=P003 max=1800

# what comes with it, controls it or is replaced by it
看看空调，预算三千 / 推荐 / focus=P001
能用手机控制吗 / 功能 / category=空调 focus=P001
手机能遥控吗 / 功能 / category=空调 focus=P001
送不送冰箱 / 优惠 / category=空调 focus=P001
旧洗衣机能拉走吗 / 配送 / category=空调 focus=P001

# a shape is turned down, not the kind of goods
两千的冰箱 / 推荐 / category=冰箱 max=2000
不要对开门的 / 其他 / category=冰箱 excluded=对开门
波轮洗衣机也行 / 推荐 / category=洗衣机

# prices that are compared are no budget
看看空调，预算三千 / 推荐 / max=3000
一个两千，一个四千，凭啥 / 功能 / max=3000
原来说两千，现在预算改成四千 / 推荐 / max=4000

# what is there already
我已经有冰箱了，想看空调 / 推荐 / category=空调
冰箱旁边放的洗衣机 / 推荐 / category=洗衣机

# colours
有黑色的手机吗 / 库存 / color=黑色 focus=P031
不要黑色，要白色 / 其他 / color=白色 excluded=黑色
什么颜色都行 / 其他 / color

# opposites
要大容量的冰箱 / 推荐 / features=大容量 focus=P011
小巧一点的吧 / 推荐 / features=小巧 focus=P012

# who and where
给孩子房间买个空调 / 推荐 / category=空调
不是给孩子用，给老人用 / 推荐 / who=老人
放客厅 / 其他 / place=客厅

# number
空调预算三千 / 推荐 / quantity
便宜的那个来两台 / 下单 / focus=P003 quantity=2 do=促成

# feelings
空调预算三千 / 推荐 / focus=P001
我再想想 / 无意向 犹豫 / focus=P001 do=促销
还是再看看吧 / 无意向 犹豫 / do=告别
你们这什么态度 / 报修 愤怒 / do=转人工

# hesitation without a promotion
手机推荐一下 / 推荐 / focus=P031
有点拿不准 / 功能 犹豫 / focus=P031 do=促成

# a person, please
你好 / 问候 / do=寒暄 goal
转人工 / 人工 / do=转人工 goal
再见 / 问候 / do=告别

# repairs
空调坏了 / 报修 / category=空调 do=售后
怎么修 / 报修 / do=售后 goal=报修

# out of scope
今天天气怎么样 / 其他 / category goal do=不知道
空调预算三千 / 推荐 / focus=P001
你是机器人吗 / 其他 / focus=P001 do=不知道

# bargaining about nothing
太贵了 / 砍价 / do=追问
便宜点 / 砍价 / do=追问

# what does not exist
有洗碗机吗 / 库存 / category=洗碗机 focus do=不知道
空调有吗 / 库存 / category=空调 focus=P001 do=推荐

# a service question does not change the product
空调预算三千 / 推荐 / focus=P001
第二个 / 功能 / focus=P002
给老人家里能送上门吗 / 配送 / focus=P002 who=老人
我家在6楼，100平，能装吗 / 安装 / focus=P002 area=100

# a changed wish does
空调预算三千 / 推荐 / focus=P001
第二个 / 功能 / focus=P002
要静音一点的 / 推荐 / features=静音 focus=P001

# large and small mean what the kind makes of them
手机要大点的 / 推荐 / category=手机 features=大屏
要个大冰箱 / 推荐 / category=冰箱 features=大容量
要小点的冰箱 / 推荐 / category=冰箱 features=小巧
空调要大的 / 推荐 / category=空调 features=小巧

# a kind is named by its use
有洗衣服的机器吗 / 推荐 / category=洗衣机
大宝小宝的衣服不想混着洗 / 推荐 / category=洗衣机 who=孩子
洗完的衣服放哪儿 / 其他 / category=洗衣机

# the situation wishes, too
我觉轻，想要个空调 / 推荐 / features=静音
家里囤货多，买个冰箱 / 推荐 / category=冰箱 features=静音,大容量

# of two kinds the one that is wished for
买台冰箱，手机是安卓的 / 推荐 / category=冰箱
想看空调，冰箱呢 / 推荐 / category=冰箱
给老人用的手机 / 推荐 / category=手机

# sums
看看空调，预算两千 / 推荐 / max=2000
再加一千的话有更好的吗 / 推荐 / max=3000
三千多不如买手机，手机两千以下的有没有 / 推荐 / category=手机 max=2000

# what is joined to the goods is not wanted
空调预算三千 / 推荐 / focus=P001
连手机行吗 / 比较 / category=空调 focus=P001
苹果手机能连吗 / 功能 / category=空调 focus=P001
同时连冰箱和手机行吗 / 比较 / category=空调 focus=P001
旁边有显卡 / 其他 / category=空调 focus=P001
那看看手机 / 推荐 / category=手机

# which of two places
公寓三个卧室，看看空调 / 推荐 / category=空调 place=公寓
放客厅 / 其他 / place=客厅
寄到成都几天 / 配送 / place=客厅

# the speaker is old
俺七十六了，想买个手机 / 推荐 / category=手机 who=老人

# a wish that reads like a question
空调预算三千 / 推荐 / focus=P001
有自清洁的吗 / 功能 / features=自清洁 focus=P003 do=推荐
"""


def _scripts() -> Iterable[object]:
    for block in SCRIPTS.strip().split("\n\n"):
        name, *lines = block.splitlines()
        yield pytest.param(lines, id=name.removeprefix("# "))


@pytest.mark.parametrize("lines", list(_scripts()))
def test_talk(lines: list[str]) -> None:
    talk = Talk()
    for line in lines:
        text, kind, expected = (part.strip() for part in line.split(" / "))
        intent, _, emotion = kind.partition(" ")
        folded = talk.say(text, Intent(intent), Emotion(emotion) if emotion else Emotion.NEUTRAL)
        for item in expected.split():
            name, _, wanted = item.partition("=")
            assert _told(name, folded, talk) == wanted, f"{text}: {name}"


def _told(name: str, state: DialogueState, talk: Talk) -> str:
    assert talk.choice is not None
    names = {"area": "area_m2", "min": "budget_min", "max": "budget_max"}
    extra = {"do": talk.choice.tactic, "ask": talk.choice.ask}
    value = extra[name] if name in extra else getattr(state, names.get(name, name))
    if isinstance(value, tuple):
        return ",".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value or "")


def test_the_reply_of_the_first_seed_dialogue_fits_and_is_true() -> None:
    talk = Talk()
    talk.say("我家100平，预算5k，要省电的空调，老人用的", Intent.RECOMMEND)
    assert talk.reply is not None
    assert "凉川静享1.5匹变频空调，现价2999元，特点是省电" in talk.reply.text
    assert {"P001.price", "P001.features"} <= set(talk.reply.facts)


def test_the_reply_of_the_second_seed_dialogue_quotes_the_term() -> None:
    talk = Talk()
    talk.say("空调多少钱", Intent.PRICE)
    talk.say("能不能送安装", Intent.INSTALL)
    assert talk.reply is not None
    assert "免费上门安装，铜管超过3米每米80元" in talk.reply.text
    assert talk.reply.facts == ("P001.install",)


def test_a_promotion_that_was_told_is_held_to() -> None:
    talk = Talk()
    talk.say("空调多少钱", Intent.PRICE)
    tactics = []
    for _ in range(3):
        talk.say("能便宜点吗", Intent.BARGAIN)
        assert talk.choice is not None
        tactics.append(talk.choice.tactic)
    assert tactics == [Tactic.HOLD_PRICE] * 3
    assert talk.reply is not None
    assert "以旧换新减200元" in talk.reply.text
    assert talk.state.offered == ("PROMO001",)
