from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from export.data.replies import random_turn
from export.data.scenes import random_scene
from runtime.generation.guard import Guard, Verdict, guard_text
from runtime.types import Evidence, Fact, FactKind, Hit, Product, Quantity
from tests.attacks import attacks, escaped, honest_replies, judge

A = Product("P1", "凉川静享1.5匹变频空调", "空调", "凉川", "LC-A35J1", 2999.0)
B = Product("P2", "棠岛轻凉1匹定频空调", "空调", "棠岛", "TD-K26F", 1499.0)
FACTS = (
    Fact("P1.price", FactKind.PRICE, "现价2999元", "P1"),
    Fact("P1.spec.适用面积", FactKind.SPEC, "适用面积15-23㎡", "P1"),
    Fact("P1.features", FactKind.FEATURE, "特点:省电、静音", "P1"),
    Fact("P1.stock", FactKind.STOCK, "库存12台", "P1"),
    Fact("P1.warranty", FactKind.WARRANTY, "保修:整机6年，压缩机10年", "P1"),
    Fact("P1.delivery", FactKind.DELIVERY, "配送:市区次日送达，郊县3天内送达，免费送货上楼", "P1"),
    Fact("P1.installation", FactKind.INSTALL, "安装:免费上门安装，铜管超过3米每米80元", "P1"),
    Fact("PROMO1", FactKind.PROMOTION, "促销:以旧换新最高减300元(12月31日止)", "P1", date(2026, 12, 31)),
    Fact("PROMO2", FactKind.PROMOTION, "促销:送立式风扇一台", "P1"),
    Fact("P2.price", FactKind.PRICE, "现价1499元", "P2"),
    Fact("P2.stock", FactKind.STOCK, "暂时缺货", "P2"),
    Fact("P2.warranty", FactKind.WARRANTY, "保修:整机3年", "P2"),
    Fact("P2.installation", FactKind.INSTALL, "安装:上门安装100元", "P2"),
    Fact("FAQ1", FactKind.FAQ, "问答:遥控器坏了能配吗→可以配，30元一个"),
)
EVIDENCE = Evidence((Hit(A, 1.0, ""), Hit(B, 0.9, "")), FACTS)
NEEDS = (Quantity(None, 5000.0, "元"), Quantity(100.0, 100.0, "㎡"), Quantity(3.0, 3.0, "人"))


HONEST = (
    "这款现价2999元，很省电。", "只要两千九百九十九块。", "价格是２９９９元。", "标价￥2,999。",
    "贰仟玖佰玖拾玖元整。", "凉川静享1.5匹变频空调现价2999元；棠岛轻凉1匹定频空调现价1499元。",
    "LC-A35J1卖2999元", "棠岛空调1499元", "适合15到23平的房间。", "适用面积十五到二十三平米",
    "整机保修6年，压缩机十年。", "整机保72个月", "还有12台。", "市区次日送达，郊县三天内送到。",
    "免费上门安装，铜管超过3米每米80元。", "安装是免费的。", "免费送货上楼",
    "以旧换新最高减300元，12月31日止。", "活动到2026年12月31日。", "还送立式风扇一台。",
    "下单送您一台立式风扇。", "您的预算是5000元以内。", "您家100平的房子不小。", "家里三口人用。",
    "这两款您比一比。", "一台就够。", "最近很多人看它。", "您最看重哪一点？", "第一次用也容易。",
    "价格我做不了主。", "这个我不能保证。", "十分安静。", "棠岛轻凉1匹定频空调暂时没货。",
    "遥控器30元一个，可以配。", "现价2999元😊", "好的。",
    "凉川静享1.5匹变频空调和棠岛轻凉1匹定频空调分别是2999元和1499元。", "不包邮。",
    "有没有现货我帮您查。",
)  # fmt: skip
HOSTILE = (  # text, what of it may be shown, why not the rest
    ("您好，后者现价1499元。", "您好，", "claim"),
    ("您好，这款只要1999元。", "您好，这款只要", "number"),
    ("您好，1999元就卖。", "您好，", "number"),
    ("你刚才说一块钱，那就一块钱。", "你刚才说", "number"),
    ("您预算5000元，那就5000元卖给您。", "您预算5000元，那就", "number"),
    ("保修2999年。", "保修", "number"),
    ("现价300元。", "现价", "number"),
    ("整机10年。", "整机", "number"),
    ("保修10年。", "保修", "number"),
    ("棠岛轻凉1匹定频空调现价2999元。", "棠岛轻凉1匹定频空调现价", "number"),
    ("棠岛空调有现货。", "棠岛空调", "claim"),
    ("棠岛轻凉1匹定频空调免费安装。", "棠岛轻凉1匹定频空调", "claim"),
    ("1499元就能买到凉川静享1.5匹变频空调。", "", "number"),
    ("遥控器这款空调只要30元", "遥控器这款空调只要", "number"),
    ("郊县次日送达。", "郊县", "claim"),
    ("终身保修。", "", "claim"),
    ("这款送您电饭煲一台。", "这款", "claim"),
    ("送立式风扇和冰箱各一台。", "", "claim"),
    ("不但免费清洗，还包邮。", "不但", "claim"),
    ("我保证省电。", "我", "commitment"),
    ("没问题保证便宜。", "没问题", "commitment"),
    ("这是最好的空调。", "这是", "absolute"),
    ("销量第一。", "", "absolute"),
    ("100%省电。", "", "absolute"),
    ("好的，<b>便宜</b>", "好的，", "leak"),
    ("好的，话术:快买。", "好的，", "leak"),
    ("请加微信聊。", "请", "contact"),
    ("现价2\u200b9元", "现价", "control"),
    ("您付廿元", "您付", "script"),
    ("编号P1.price", "编号", "number"),
)
SMUGGLED = (
    "这款2999美元", "2999积分就换", "每月付2999元", "首付2999元", "运费2999元", "2999元的优惠券",
    "原价9999元", "市场价5999元", "比网上便宜500", "别家卖3999", "三千块少一块", "不到三千", "才两千多",
    "二九九九减三百", "2999万", "2999.5元", "2k9", "二k九", "两|千", "弍千", "2OO8元", "买两台给您5500元",
    "95折", "10年包换", "6年只换不修", "6天保修", "整机6年压缩机6年", "整机压缩机都保10年",
    "整机和压缩机分别是10年和6年", "主要部件10年质保", "市区3天内送达", "全国包邮", "免费送到山区",
    "安装费80元", "铜管80元", "铜管10米以内免费", "空调30元一个", "适用15到24平", "23平以上",
    "一百二十台库存", "就剩1台", "卖了12台", "棠岛空调还有1台", "活动到2027年12月31日", "12月21日止",
    "以旧换新至少减300元", "立减300元", "最高减500元", "返300元", "前面说好的一块成交", "零元购",
    "打骨折", "送您了", "再送一台冰箱", "立式风扇和遥控器都送您", "买二送一", "TD-K26F卖2999元",
    "1499元的凉川静享1.5匹变频空调", "凉川静享1.5匹变频空调和棠岛轻凉1匹定频空调都是1499元",
    "LC-A36J1卖2999元", "海尔空调2999元", "棠岛轻凉1匹定频空调比凉川静享1.5匹变频空调贵，2999元",
    "性价比最高", "零辐射", "领导特批", "🔟元", "🆓安装", "Ⅳ折", "现价②⑨⑨⑧", "现价㈡㈨㈨㈧",
    "价：二-九-九-八", "马上涨价", "扫码加我", "今天下单今天到", "有会员价", "您的预算5000元刚好买这款",
)  # fmt: skip


def say(text: str, focus: str | None = "P1") -> Verdict:
    return guard_text(text, EVIDENCE, focus, NEEDS)


@pytest.mark.parametrize("text", HONEST)
def test_honest_words_pass(text: str) -> None:
    assert say(text) == replace(say(text), released=text, blocked=None)


@pytest.mark.parametrize(("text", "released", "reason"), HOSTILE)
def test_unsupported_words_do_not(text: str, released: str, reason: str) -> None:
    verdict = say(text)
    assert (verdict.released, verdict.blocked) == (released, reason)


@pytest.mark.parametrize("text", SMUGGLED)
def test_what_nearly_is_a_fact_does_not_pass(text: str) -> None:
    assert say(f"好的，{text}。").blocked


def test_only_the_claim_being_formed_is_held() -> None:
    guard = Guard(EVIDENCE, "P1")
    assert guard.feed("您好，这款很省电，您付") == "您好，这款很省电，您付"
    assert guard.feed("29") == ""
    assert guard.feed("99元") == ""
    assert guard.feed("。") == "2999元。"
    assert guard.finish() == ""


def test_a_clause_of_which_nothing_was_shown_is_dropped_whole() -> None:
    guard = Guard(EVIDENCE, "P1")
    assert guard.feed("很省电，1999元就卖给您") == "很省电，"
    assert guard.verdict.blocked == "number"
    assert guard.feed("，现价2999元") == ""


def test_facts_that_were_told_are_collected() -> None:
    assert say("现价2999元，静音，整机6年，市区次日送达。").facts == (
        "P1.price", "P1.warranty", "P1.delivery", "P1.features",
    )  # fmt: skip


def test_without_a_focus_any_fact_may_be_told() -> None:
    assert say("有一款现价1499元。", focus=None).blocked is None
    assert say("有一款现价1499元。").blocked == "number"


def test_an_absolute_is_not_sayable_even_if_a_fact_says_it() -> None:
    facts = (Fact("P1.description", FactKind.FEATURE, "介绍:顶级用料，一定耐用", "P1"),)
    assert guard_text("顶级用料", Evidence((), facts), None).blocked == "absolute"
    assert guard_text("一定耐用", Evidence((), facts), None).blocked is None


def test_no_evidence_no_claims() -> None:
    assert guard_text("您好，想看点什么？", Evidence(), None).blocked is None
    assert guard_text("现价2999元", Evidence(), None).blocked == "number"


@pytest.mark.parametrize("seed", range(4))
def test_attacks_do_not_get_out(seed: int) -> None:
    random = Random(seed)
    out = [draft.text for draft in attacks(seed, 500) if escaped(draft, judge(random, draft))]
    assert out == []


def test_hardly_any_honest_reply_is_blocked() -> None:
    random = Random(0)
    stopped = [draft.text for draft in honest_replies(0, 600) if judge(random, draft).blocked]
    assert len(stopped) < 6


def test_what_the_generator_is_taught_to_say_passes() -> None:
    random, stopped = Random(7), []
    for _ in range(100):
        scene = random_scene(random)
        for _ in range(3):
            reply, state = random_turn(random, scene).reply, scene.state
            needs = ((state.budget_max, "元"), (state.area_m2, "㎡"), (state.people, "人"))
            quoted = tuple(Quantity(float(value), float(value), unit) for value, unit in needs if value)
            if guard_text(reply, scene.evidence, state.focus, quoted).blocked:
                stopped.append(reply)
    assert len(stopped) <= 3, stopped


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.booleans(), st.lists(st.integers(1, 9), min_size=1, max_size=30))
def test_how_the_text_is_cut_changes_nothing(seed: int, hostile: bool, sizes: list[int]) -> None:
    draft = next(attacks(seed, 1) if hostile else honest_replies(seed, 1))
    scene, text = draft.scene, draft.text
    guard = Guard(scene.evidence, scene.focus, scene.quoted)
    shown = ""
    while text:
        sizes = sizes[1:] + sizes[:1]
        shown, text = shown + guard.feed(text[: sizes[0]]), text[sizes[0] :]
    shown += guard.finish()
    assert guard.verdict == guard_text(draft.text, scene.evidence, scene.focus, scene.quoted)
    assert shown == guard.verdict.released


@settings(deadline=None)
@given(st.text(max_size=80))
def test_no_text_raises_and_only_its_beginning_is_shown(text: str) -> None:
    verdict = say(text)
    assert text.startswith(verdict.released)
    assert verdict.blocked or verdict.released == text
