"""What each sentence's slots are. Written as name=value, with ! where the customer turns it down."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.types import Product, Quantity, Slot, SlotName
from runtime.understanding.numbers import normalise_text, render_quantity
from runtime.understanding.slots import CatalogueNames, Tag, find_slots

NAMES = CatalogueNames.of(
    (
        Product("P1", "凉川静享1.5匹变频空调", "空调", "凉川", "LC-A35J1", 2999, colors=("陶瓷白",)),
        Product("P6", "凉川静享1匹变频空调", "空调", "凉川", "LC-A26J1", 1999),
        Product("P7", "凉川静享大字1.5匹变频空调", "空调", "凉川", "LC-A35D2", 2799),
        Product("P2", "棠岛轻凉1.5匹变频空调", "空调", "棠岛", "TD-K35", 2199),
        Product("P3", "松岭双胞胎冰箱", "冰箱", "松岭", "X1", 1299),
        Product("P4", "松岭双胞胎冰箱白", "冰箱", "松岭", "X1", 1299),
        Product("P5", "无型号音乐盒", "音乐盒", "松岭", "", 99),
    )
)


def read(text: str, *tags: Tag) -> str:
    return " ".join(map(written, find_slots(normalise_text(text), tags, NAMES)))


def written(slot: Slot) -> str:
    value = slot.value if isinstance(slot.value, str) else render_quantity(slot.value)
    return f"{slot.name}={value}{'!' if slot.negated else ''}"


PLAIN = [
    ("我家100平，预算5k，要省电的空调，老人用的",
     "area=100㎡ budget=5000元 feature=省电 category=空调 who=老人"),
    ("给我妈买个字大一点的手机", "who=老人 feature=大字体 category=手机"),
    ("卧室用的1.5匹空调，要白色", "place=卧室 size=1.5匹 category=空调 color=白色"),
    ("家里五口人，想看冰箱", "people=5人 category=冰箱"),
    ("要两台", "quantity=2台"),
    ("来三个", "quantity=3台"),
    ("公司采购50台空调", "quantity=50台 category=空调"),
    ("1米8的床垫", "size=1.8米 category=床垫"),
    ("65寸的4k电视", "size=65寸 feature=高清 category=电视"),
    ("256g的手机", "size=256GB category=手机"),
    ("明天下午送货", "time=明天下午"),
    ("12月31日前能买吗", "time=12月31日"),
    ("这周末安装", "time=这周末"),
    ("618有活动吗", "time=618"),
    ("电视柜有吗", "category=电视柜"),
    ("手机号多少", ""),
    ("自己用的手机", "who=自己 category=手机"),
    ("会自己回去充电吗", ""),
    ("明天能装吗", "time=明天"),
    ("有陶瓷白的吗", "color=陶瓷白"),
    ("我门宽80厘米", ""),
    ("儿子一米九五", "who=孩子"),
    ("一百二十斤我搬不动", ""),
    ("给猫咪用的", "who=宠物"),
    ("一台洗衣机", "quantity=1台 category=洗衣机"),
    ("这两个哪个好", ""),
    ("第二个", ""),
    ("三个", ""),
    ("放房间里", "place=卧室"),
    ("2026款的", ""),
    ("噪音20分贝，3000转", ""),
    ("上礼拜三下午五点半", "time=上礼拜三下午五点半"),
    ("明天或者下周六上午九点", "time=明天 time=下周六上午九点"),
    ("腊月二十八送", "time=腊月二十八"),
    ("早上好，五一快乐", ""),
    ("用了三年前买的，热了一下午", ""),
    ("四点五千瓦", ""),
    ("大一号的", ""),
    ("送到西藏那曲", "place=西藏那曲"),
    ("没电梯六楼", "place=六楼"),
    ("放我公司", "place=办公室"),
    ("公司抬头", ""),
    ("大理石台面", ""),
    ("给我儿子买", "who=孩子"),
    ("我爸腰不好", "who=老人"),
    ("回去跟老婆商量", ""),
    ("学生证打折吗", ""),
    ("换个白的", "color=白色"),
    ("雾霾蓝的", "color=雾霾蓝"),
    ("八月底到", "time=八月底"),
    ("老婆不同意", ""),
    ("省电点的", "feature=省电"),
    ("费不费电", ""),
    ("写作业的灯", "category=台灯"),
    ("装锁", "category=智能门锁"),
    ("灯泡", ""),
    ("格力", "brand=格力"),
    ("祖孙三代七口", "people=7人"),
    ("两口锅", ""),
    ("五百把", "quantity=500台"),
    ("做2米乘2米2的", "size=2米"),
    ("600x400", "size=60厘米"),
    ("16+512", "size=512GB"),
    ("六百加仑", "size=600加仑"),
    ("55还是65", "size=55寸 size=65寸"),
    ("沙发扶手能改窄十公分吗", "category=沙发 size=10厘米"),
    ("给两台", "quantity=2台"),
    ("先来四台另外两台看效果", "quantity=4台"),
    ("送到丈母娘家", "place=丈母娘家"),
    ("", ""),
]  # fmt: skip


WAYS = [
    ("炒菜呛，要吸力凶的烟机", "feature=大吸力 category=油烟机"),
    ("吸力也要足", "feature=大吸力"),
    ("声音得小一点", "feature=静音"),
    ("吵不吵", ""),
    ("吵不醒娃", "feature=静音"),
    ("字得大", "feature=大字体"),
    ("眼睛受得了的平板", "feature=护眼 category=平板"),
    ("有没有洗完直接烘干的", "feature=烘干"),
    ("摔不坏的", "feature=耐用"),
    ("别太费电的", "feature=省电"),
    ("打lol的", "feature=游戏"),
    ("喊一声就开的灯", "feature=语音控制 category=台灯"),
    ("要轻的", "feature=轻薄"),
    ("越静越好", "feature=静音"),
    ("有没有薄点的", "feature=轻薄"),
    ("大的那个多少钱", ""),
    ("差价有点大", ""),
    ("不要大的", ""),
    ("母亲节送我妈", "time=母亲节 who=老人"),
    ("轻拿轻放", ""),
]  # fmt: skip

USERS = [
    ("给娃写作业用", "娃=孩子"),
    ("我家娃要一个", "娃=孩子"),
    ("闺女考上大学了,给她挑个笔记本", "闺女=孩子"),
    ("客厅四十平,柜机,家里有老人", "老人=老人"),
    ("刻上十周年快乐,老公看到肯定哭", ""),
    ("给三岁娃看的平板", "娃=孩子"),
    ("给我四岁半的儿子", "我四岁半的儿子=孩子"),
    ("给俺爹换一个", "俺爹=老人"),
    ("七十岁的人用", "七十岁的人=老人"),
    ("三十岁的人用", ""),
    ("我阿嬷老忘关火，有没有自己停的烟机", "我阿嬷=老人"),
    ("娃总贴到跟前看，有没有护眼的电视", "娃=孩子"),
    ("我妈说太贵，有没有便宜的电视", ""),
    ("我妈买的电视坏了，想换一个", ""),
]  # fmt: skip


COUNTS = [
    ("买俩打几折", "quantity=2台"),
    ("我们俩用", "people=2人"),
    ("两口子用", "people=2人"),
    ("哥仨合租", "people=3人"),
    ("5台，700一台", "quantity=5台"),
    ("一台多少钱", ""),
    ("要十二台，六个店分", "quantity=12台"),
    ("五台不到十台", "quantity=5台"),
    ("12张1米5床垫", "quantity=12台 size=1.5米 category=床垫"),
    ("黑色一个", "color=黑色 quantity=1台"),
    ("床垫一张", "category=床垫 quantity=1台"),
    ("来一块", "quantity=1台"),
    ("三个都要了", "quantity=3台"),
    ("三个都能用吗", ""),
    ("十二个算团购吗", "quantity=12台"),
    ("给我一个说法", ""),
    ("有黑色吗，一台", "color=黑色 quantity=1台"),
    ("那就一台", "quantity=1台"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "slots"), COUNTS)
def test_what_is_counted_is_what_is_bought(text: str, slots: str) -> None:
    assert read(text) == slots


@pytest.mark.parametrize(("text", "slots"), WAYS)
def test_a_feature_is_wished_for_in_other_words(text: str, slots: str) -> None:
    assert read(text) == slots


@pytest.mark.parametrize(("text", "users"), USERS)
def test_whom_it_is_for(text: str, users: str) -> None:
    slots = find_slots(normalise_text(text), (), NAMES)
    assert " ".join(f"{slot.text}={slot.value}" for slot in slots if slot.name is SlotName.WHO) == users


def test_a_tag_for_a_person_is_cut_to_the_person() -> None:
    slots = find_slots("给三岁娃看看", ((1, 5, SlotName.WHO, 0.9),), NAMES)
    assert [(slot.text, slot.value) for slot in slots] == [("娃", "孩子")]


@pytest.mark.parametrize(("text", "slots"), PLAIN)
def test_words_fill_slots(text: str, slots: str) -> None:
    assert read(text) == slots


BUDGETS = [
    ("预算五千", "budget=5000元"),
    ("三千到五千", "budget=3000-5000元"),
    ("三四千的", "budget=3000-4000元"),
    ("不超过5000", "budget=5000元以内"),
    ("3000以上的", "budget=3000元以上"),
    ("五千左右吧", "budget=5000元左右"),
    ("预算加到六千", "budget=6000元"),
    ("再加一千", "budget=1000元"),
    ("2000块够吗", "budget=2000元"),
    ("三千吧", "budget=3000元"),
    ("1500的有吗", "budget=1500元"),
    ("预算100", "budget=100元"),
    ("200以内的耳机", "budget=200元以内 category=耳机"),
    ("128以内", "budget=128元以内"),
    ("能便宜一百吗", ""),
    ("再便宜100块", ""),
    ("满三千减两百是吗", ""),
    ("原价5999现在多少", ""),
    ("运费20元吗", ""),
    ("是2999吗", ""),
    ("2999那款", ""),
    ("两千的那个", ""),
    ("贵个五百也行", "budget=500元"),
    ("2500卖不卖", "budget=2500元"),
    ("要七八百那种", "budget=700-800元"),
    ("贵我五百", ""),
    ("收我八百块", ""),
    ("你刚才说一块钱", ""),
    ("你不是说3000吗", ""),
    ("电话尾号6621", ""),
    ("催了八百遍", ""),
    ("那就65的", "size=65寸"),
    ("手机要256的", "category=手机 size=256GB"),
    ("要65的", "size=65寸"),
    ("电池5000毫安", ""),
    ("别超两千", "budget=2000元以内"),
    ("两千不到", "budget=2000元以内"),
    ("大概五千整", "budget=5000元左右"),
    ("是几千", ""),
    ("两千几来着", ""),
    ("凉川四千五棠岛五千", "brand=凉川 brand=棠岛"),
]


@pytest.mark.parametrize(("text", "slots"), BUDGETS)
def test_money_is_a_budget_only_where_it_is_meant_to_be_spent(text: str, slots: str) -> None:
    assert read(text) == slots


NEGATED = [
    ("不要变频的空调", "feature=变频! category=空调"),
    ("空调不要变频的", "category=空调 feature=变频!"),
    ("不想要凉川的", "brand=凉川!"),
    ("别给我推荐棠岛", "brand=棠岛!"),
    ("不是冰箱，是洗衣机", "category=冰箱! category=洗衣机"),
    ("不是冰箱是洗衣机", "category=冰箱! category=洗衣机"),
    ("我说的是洗衣机不是冰箱", "category=洗衣机 category=冰箱!"),
    ("我不是要冰箱", "category=冰箱!"),
    ("冰箱不要了", "category=冰箱!"),
    ("空调就算了", "category=空调!"),
    ("松岭的不考虑", "brand=松岭!"),
    ("不用变频", "feature=变频!"),
    ("不带变频的", "feature=变频!"),
    ("没必要变频", "feature=变频!"),
    ("除了凉川还有别的吗", "brand=凉川!"),
    ("不要红色和黑色的", "color=红色! color=黑色!"),
    ("不要红色变频的空调", "color=红色! feature=变频! category=空调"),
    ("不要白色要黑色", "color=白色! color=黑色"),
    ("不要凉川，棠岛的有吗", "brand=凉川! brand=棠岛"),
    ("不要松岭的空调了", "brand=松岭! category=空调"),
    ("我不要棠岛和凉川", "brand=棠岛! brand=凉川!"),
    ("不要ＬＣ－Ａ３５Ｊ１", "model=LC-A35J1!"),
]

NOT_NEGATED = [
    ("这款空调不错", "category=空调"),
    ("不贵的手机", "category=手机"),
    ("要不吵的", "feature=静音"),
    ("不费电的冰箱", "feature=省电 category=冰箱"),
    ("不要太吵的空调", "feature=静音 category=空调"),
    ("不要太贵的空调", "category=空调"),
    ("要不要变频的", "feature=变频"),
    ("是不是变频", "feature=变频"),
    ("能不能静音", "feature=静音"),
    ("用不用变频", "feature=变频"),
    ("这个不是变频的吗", "feature=变频"),
    ("除了省电还要静音", "feature=省电 feature=静音"),
    ("别的空调", "category=空调"),
    ("特别静音的", "feature=静音"),
    ("没有变频吗", "feature=变频"),
    ("不要那么贵，要变频", "feature=变频"),
]


@pytest.mark.parametrize(("text", "slots"), NEGATED)
def test_what_is_turned_down_is_negated(text: str, slots: str) -> None:
    assert read(text) == slots


@pytest.mark.parametrize(("text", "slots"), NOT_NEGATED)
def test_what_only_looks_like_a_negation_is_none(text: str, slots: str) -> None:
    assert read(text) == slots


NAMED = [
    ("LC-A35J1多少钱", "model=LC-A35J1"),
    ("lca35j1有货吗", "model=LC-A35J1"),
    ("凉川静享1.5匹变频空调怎么样", "model=LC-A35J1"),
    ("凉川的1.5匹空调", "brand=凉川 size=1.5匹 category=空调"),
    ("棠岛轻凉有货吗", "brand=棠岛 model=TD-K35"),
    ("静享大字那款", "model=凉川静享 feature=大字体"),
    ("凉川静享1.5匹的", "brand=凉川 model=凉川静享 size=1.5匹"),
    ("x1和x10", "model=X1 model=x10"),
    ("无型号音乐盒", "model=无型号音乐盒"),
    ("音乐盒", "category=音乐盒"),
    ("配iphone 15 pro的", "model=iphone 15 pro"),
    ("小米14和mate60", "model=小米14 model=mate60"),
    ("kfr-35gw有货吗", "model=kfr-35gw"),
    ("支持wifi7和usb3吗", ""),
    ("轻凉一点的", ""),
]


@pytest.mark.parametrize(("text", "slots"), NAMED)
def test_the_shops_own_names_win(text: str, slots: str) -> None:
    assert read(text) == slots


def test_goods_that_share_a_model_share_its_ids() -> None:
    assert NAMES.ids["X1"] == ("P3", "P4")
    assert NAMES.ids["LC-A35J1"] == ("P1",)
    assert NAMES.ids["凉川静享"] == ("P1", "P6", "P7")


def test_a_tag_brings_in_what_no_list_knows() -> None:
    assert read("某牌的有吗", (0, 2, SlotName.BRAND, 0.98)) == "brand=某牌"
    assert read("要120的", (1, 4, SlotName.BUDGET, 0.9)) == "budget=120元"
    assert read("超级安静款", (0, 4, SlotName.FEATURE, 0.9)) == "feature=静音"


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("某牌的有吗", (0, 2, SlotName.BRAND, 0.3)),  # unsure
        ("某牌的有吗", (0, 20, SlotName.BRAND, 0.9)),  # outside the text
        ("某牌的有吗", (2, 2, SlotName.BRAND, 0.9)),  # empty
        ("某牌的有吗", (0, 2, SlotName.BUDGET, 0.9)),  # no number
        ("要60平的吗"[:1], (0, 1, SlotName.AREA, 0.9)),
        ("再便宜100块", (3, 7, SlotName.BUDGET, 0.9)),  # a discount, whatever the tagger thinks
    ],
)
def test_a_tag_that_cannot_be_is_dropped(text: str, tag: Tag) -> None:
    assert read(text, tag) == ""


def test_a_tag_gives_way_to_the_lists() -> None:
    assert read("不是冰箱", (0, 4, SlotName.BRAND, 1.0)) == "category=冰箱!"
    assert read("预算五千", (2, 4, SlotName.AREA, 1.0)) == "budget=5000元"


PHRASES = "不 要 是 除了 冰箱 空调 凉川 变频 五千 5000 平 LC-A35J1 的 和 ， 。 吗 了 100 块 第 那款 1.5匹 k"
WORDS = st.sampled_from(PHRASES.split())
TEXTS = st.one_of(st.text(max_size=40), st.lists(WORDS, max_size=14).map("".join))
TAGS = st.lists(
    st.tuples(
        st.integers(-2, 30), st.integers(-2, 40), st.sampled_from(SlotName), st.floats(0, 1, allow_nan=False)
    ),
    max_size=5,
).map(tuple)


@given(TEXTS.map(normalise_text), TAGS)
def test_slots_are_disjoint_ordered_and_quote_the_text(text: str, tags: tuple[Tag, ...]) -> None:
    slots = find_slots(text, tags, NAMES)
    for slot in slots:
        assert slot.text == text[slot.start : slot.end] != ""
        assert slot.value != ""
    for left, right in pairwise(slots):
        assert left.end <= right.start


@given(TEXTS.map(normalise_text), TAGS)
def test_amounts_are_quantities_in_their_own_unit(text: str, tags: tuple[Tag, ...]) -> None:
    units = {SlotName.BUDGET: "元", SlotName.AREA: "㎡", SlotName.PEOPLE: "人", SlotName.QUANTITY: "台"}
    for slot in find_slots(text, tags, NAMES):
        if slot.name in units:
            assert isinstance(slot.value, Quantity)
            assert slot.value.unit == units[slot.name]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("小伙子，我想买个手机", []),
        ("刚才那个小姑娘答应我便宜五百", []),
        ("给小姑娘买个手机", ["女生"]),
        ("老人，一千五以内的手机", ["老人"]),
    ],
)
def test_who_is_spoken_to_is_not_who_it_is_for(text: str, who: list[str]) -> None:
    slots = find_slots(normalise_text(text), (), CatalogueNames.of([]))
    assert [slot.value for slot in slots if slot.name is SlotName.WHO] == who
