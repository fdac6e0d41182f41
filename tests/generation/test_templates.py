"""Template replies: fluent, about what was asked, and never more than the facts say."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.generation.guard import Guard
from runtime.generation.templates import spoken, template_reply
from runtime.types import (
    DialogueState,
    Evidence,
    Exchange,
    Fact,
    FactKind,
    Hit,
    Intent,
    Reply,
    Slot,
    SlotName,
    Source,
    Tactic,
)
from tests.dialogue.talk import PRODUCTS, PROMOTION, facts_of, ordered, understood

DESCRIPTION = Fact("P001.description", FactKind.FEATURE, "介绍:老人房常选的一款", "P001")
SHOP_OFFER = Fact("PROMO9", FactKind.PROMOTION, "促销:满3000元减100元(12月31日止)")
OPENING = Fact("FAQ1", FactKind.FAQ, "问答:几点关门→每天上午9点到晚上9点营业。")
NEW = DialogueState(turn=1, category="空调")
NAMED = Exchange("空调", "、".join(product.name for product in PRODUCTS.values()))
FOCUS = replace(NEW, focus="P001", shown=("P001", "P002"), history=(NAMED,))


def evidence(*ids: str, facts: tuple[Fact, ...] = ()) -> Evidence:
    hits = tuple(Hit(PRODUCTS[id], 1.0, "") for id in ids)
    return Evidence(hits, tuple(fact for id in ids for fact in facts_of(PRODUCTS[id])) + facts)


ONE = evidence("P001", facts=(PROMOTION,))
TWO = evidence("P001", "P002", facts=(DESCRIPTION, PROMOTION))
BARE = Evidence((Hit(PRODUCTS["P001"], 1.0, ""),))


def say(
    tactic: str,
    intent: str,
    found: Evidence = ONE,
    state: DialogueState = FOCUS,
    ask: SlotName | None = None,
) -> Reply:
    return template_reply(Tactic(tactic), Intent(intent), ordered(found, Intent(intent)), state, ask)


ANSWERS = [
    ("安装", "凉川静享1.5匹变频空调的安装：免费上门安装，铜管超过3米每米80元。", "install"),
    ("配送", "凉川静享1.5匹变频空调的配送：市区次日送达。", "delivery"),
    ("保修", "关于保修，凉川静享1.5匹变频空调是整机6年，压缩机10年。", "warranty"),
]


@pytest.mark.parametrize(("intent", "text", "fact"), ANSWERS)
def test_what_is_asked_is_answered_in_the_facts_words(intent: str, text: str, fact: str) -> None:
    reply = say("介绍", intent)
    assert reply.text in text.split("|")
    assert reply.facts == (f"P001.{fact}",)
    assert reply.products == ("P001",)
    assert reply.source is Source.TEMPLATE


def test_who_asks_the_price_hears_the_offer_too() -> None:
    reply = say("介绍", "询价")
    assert reply.text.startswith("您问的凉川静享1.5匹变频空调，现价2999元。")
    assert "以旧换新减200元，12月31日截止" in reply.text
    assert reply.facts == ("P001.price", "PROMO001")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (FactKind.SPEC, "匹数1.5匹"),
        (FactKind.INSTALL, "免费上门安装"),
        (FactKind.WARRANTY, "整机6年"),
        (FactKind.PROMOTION, "以旧换新减200元"),
    ],
)
@pytest.mark.parametrize("intent", ["询价", "功能", "配送", "其他"])
def test_what_stands_behind_the_price_is_told_whatever_the_intent(
    intent: str, kind: FactKind, words: str
) -> None:
    facts = sorted(ONE.facts, key=lambda fact: (fact.kind is not FactKind.PRICE, fact.kind is not kind))
    found = replace(ONE, facts=tuple(facts))
    reply = template_reply(Tactic.INFORM, Intent(intent), found, FOCUS, None)
    assert words in reply.text or (intent, kind) == ("询价", FactKind.PROMOTION)


def test_stock_comes_with_colours() -> None:
    reply = say("介绍", "库存")
    assert "现货" in reply.text
    assert "白色、金色" in reply.text
    assert reply.facts == ("P001.stock", "P001.colors")


@pytest.mark.parametrize("intent", ["询价", "安装", "配送", "保修", "库存", "功能"])
def test_what_no_fact_tells_is_admitted(intent: str) -> None:
    reply = say("介绍", intent, BARE)
    assert "资料" in reply.text
    assert "店员" in reply.text
    assert reply.facts == ()


def test_a_category_question_names_the_first_and_shows_all() -> None:
    reply = say("介绍", "询价", TWO, NEW)
    assert reply.products == ("P001", "P002")
    assert "现价2999元" in reply.text
    assert "现价2199元" in reply.text


def test_functions_are_told_from_description_features_and_specs() -> None:
    reply = say("介绍", "功能", TWO)
    for words in ("老人房常选的一款", "省电、静音", "适用面积16-23㎡"):
        assert words in reply.text


def test_a_recommendation_gives_the_wanted_features_first() -> None:
    state = replace(NEW, features=("静音",), area_m2=20.0)
    reply = say("推荐", "推荐", TWO, state)
    assert "特点是静音、省电" in reply.text
    assert "适用面积16-23㎡" in reply.text
    assert reply.products == ("P001", "P002")


def test_a_recommendation_above_the_budget_says_so() -> None:
    over = Evidence((Hit(PRODUCTS["P001"], 1.0, "略超预算 · 省电"),), ONE.facts)
    assert "预算" in say("推荐", "推荐", over, NEW).text
    assert "预算" not in say("推荐", "推荐", ONE, NEW).text


@pytest.mark.parametrize(("tactic", "intent"), [("推荐", "推荐"), ("介绍", "询价"), ("促成", "下单")])
def test_what_is_out_of_stock_is_said_to_be(tactic: str, intent: str) -> None:
    reply = say(tactic, intent, evidence("P012"), replace(NEW, category="冰箱", focus="P012"))
    assert "暂时缺货" in reply.text
    assert "P012.stock" in reply.facts


def test_two_goods_are_compared_in_the_order_shown() -> None:
    state = replace(NEW, shown=("P002", "P001"), focus="P001")
    reply = say("比较", "比较", TWO, state)
    assert reply.products == ("P002", "P001")
    assert reply.text.index("现价2199元") < reply.text.index("现价2999元")
    assert "冷暖" in reply.text
    assert say("比较", "比较", ONE).products == ("P001",)


def test_the_promotion_is_told_with_its_last_day() -> None:
    reply = say("促销", "砍价")
    assert "以旧换新减200元，12月31日截止" in reply.text
    assert "现价2999元" in reply.text
    assert reply.facts == ("PROMO001", "P001.price")


def test_a_question_is_answered_before_an_offer_is_made() -> None:
    text = say("促销", "库存").text
    assert text.index("现货") < text.index("以旧换新")


def test_a_promotion_of_the_whole_shop_is_told_where_the_product_has_none() -> None:
    reply = say("促销", "优惠", evidence("P002", facts=(SHOP_OFFER,)), replace(NEW, focus="P002"))
    assert "满3000元减100元" in reply.text
    assert (reply.facts, reply.products) == (("PROMO9",), ("P002",))


def test_another_products_promotion_is_not_told() -> None:
    reply = say("促销", "优惠", evidence("P002", facts=(PROMOTION,)), replace(NEW, focus="P002"))
    assert "200" not in reply.text
    assert reply.facts == ("P002.price", "P002.features")


def test_one_not_offered_yet_comes_first() -> None:
    state = replace(FOCUS, offered=("PROMO001",))
    assert say("促销", "优惠", evidence("P001", facts=(PROMOTION, SHOP_OFFER)), state).facts == ("PROMO9",)


def test_a_price_is_held_with_reasons() -> None:
    reply = say("守价", "砍价")
    assert "现价2999元" in reply.text
    assert "特点" in reply.text


def test_what_is_out_of_stock_is_not_sold() -> None:
    assert "单" not in say("促成", "下单", evidence("P012"), replace(NEW, focus="P012")).text
    assert "单" in say("促成", "下单").text


def test_a_repair_is_pitied_and_its_warranty_told() -> None:
    reply = say("售后", "报修")
    assert re.search("抱歉|不好意思", reply.text)
    assert "整机6年" in reply.text


def test_anger_is_met_with_an_apology_and_a_person() -> None:
    reply = say("转人工", "砍价")
    assert reply.source is Source.HANDOFF
    assert "抱歉" in reply.text
    assert "抱歉" not in say("转人工", "人工").text


def test_the_shops_own_answer_is_given() -> None:
    reply = say("介绍", "其他", Evidence(facts=(OPENING,)), NEW)
    assert (reply.text, reply.facts) == ("每天上午9点到晚上9点营业。", ("FAQ1",))


@pytest.mark.parametrize(
    ("ask", "word"), [("budget", "预算"), ("area", "面积"), ("people", "人"), ("who", "自己|给谁")]
)
def test_what_is_missing_is_asked_for(ask: str, word: str) -> None:
    text = say("追问", "推荐", Evidence(), NEW, SlotName(ask)).text
    assert re.search(word, text)
    assert "空调" in text


def test_without_goods_the_category_or_the_product_is_asked_for() -> None:
    assert "哪类" in say("追问", "推荐", Evidence(), DialogueState(), SlotName.CATEGORY).text
    assert "哪一款" in say("追问", "砍价", Evidence(), DialogueState()).text


def test_phrasing_changes_with_the_turn_and_only_with_it() -> None:
    texts = [say("寒暄", "问候", state=DialogueState(turn=turn)).text for turn in (2, 3, 4, 2)]
    assert len(set(texts)) == 3
    assert texts[0] == texts[3]


def test_who_asks_what_it_costs_hears_the_price_whatever_else_was_read_into_the_words() -> None:
    state = DialogueState(turn=1, focus="P001", seen=("P001",))
    said = understood("那1.5匹的几多", Intent.PRICE)
    assert "现价2999元" in template_reply(Tactic.INFORM, Intent.PRICE, ONE, state, None, said).text


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        (FactKind.PRICE, "现价2999元", "现价2999元"),
        (FactKind.SPEC, "接口:Type-C", "接口:Type-C"),
        (FactKind.STOCK, "库存3台", "库存3台"),
        (FactKind.STOCK, "现货", "有现货"),
        (FactKind.POLICY, "店规:不议价。", "不议价"),
        (FactKind.FAQ, "问答:能开票吗→可以，当天开。", "可以，当天开"),
        (FactKind.PROMOTION, "促销:送风扇一台", "送风扇一台"),
    ],
)
def test_a_facts_label_is_not_spoken(kind: FactKind, text: str, words: str) -> None:
    assert spoken(Fact("F", kind, text)) == words


def guarded(reply: Reply, found: Evidence, focus: str | None) -> str | None:
    guard = Guard(found, focus)
    guard.feed(reply.text)
    guard.finish()
    return guard.verdict.blocked


FOUND = st.lists(st.sampled_from(sorted(PRODUCTS)), max_size=3, unique=True).flatmap(
    lambda ids: st.lists(st.sampled_from((PROMOTION, SHOP_OFFER, OPENING, DESCRIPTION)), unique=True).map(
        lambda facts: evidence(*ids, facts=tuple(f for f in facts if f.product_id in {None, *ids}))
    )
)
STATES = st.builds(
    DialogueState,
    turn=st.integers(0, 5),
    category=st.none() | st.just("空调"),
    focus=st.none() | st.sampled_from(sorted(PRODUCTS)),
    shown=st.lists(st.sampled_from(sorted(PRODUCTS)), max_size=3, unique=True).map(tuple),
    features=st.just(()) | st.just(("静音",)),
    area_m2=st.none() | st.just(100.0),
    offered=st.just(()) | st.just(("PROMO001",)),
)


@given(st.sampled_from(Tactic), st.sampled_from(Intent), FOUND, STATES, st.none() | st.sampled_from(SlotName))
def test_whatever_is_to_be_said_is_said_from_the_facts(
    tactic: Tactic, intent: Intent, found: Evidence, state: DialogueState, ask: SlotName | None
) -> None:
    reply = template_reply(tactic, intent, found, state, ask)
    assert reply.text.endswith(("。", "？", "！"))
    assert not re.search(r"[{}]|。。|None", reply.text)
    assert set(reply.facts) <= {fact.id for fact in found.facts}
    assert set(reply.products) <= {hit.product.id for hit in found.hits}
    assert reply == template_reply(tactic, intent, found, state, ask)
    focus = state.focus if state.focus in {hit.product.id for hit in found.hits} else None
    assert guarded(reply, found, focus) is None, reply.text


@given(st.sampled_from(Tactic), st.sampled_from(Intent), FOUND, STATES)
def test_every_figure_is_in_a_fact_that_is_named(
    tactic: Tactic, intent: Intent, found: Evidence, state: DialogueState
) -> None:
    reply = template_reply(tactic, intent, found, state, None)
    told = [fact.text for fact in found.facts if fact.id in reply.facts]
    known = "".join([*told, *(hit.product.name for hit in found.hits)])
    assert set(re.findall(r"\d+", reply.text)) <= set(re.findall(r"\d+", known))


def test_every_turn_has_words_for_every_tactic() -> None:
    for tactic, intent, turn in itertools.product(Tactic, Intent, range(4)):
        assert template_reply(tactic, intent, Evidence(), DialogueState(turn=turn), None).text


def asked(text: str, intent: str, found: Evidence = ONE, state: DialogueState = FOCUS) -> str:
    """The answer where the customer's own words are known."""
    said = understood(text, Intent(intent))
    return template_reply(Tactic.INFORM, Intent(intent), found, state, None, said).text


def test_a_colour_is_affirmed_or_denied() -> None:
    assert "有金色" in asked("有金色的吗", "库存")
    denied = asked("有黑色的吗", "库存")
    assert re.search("没有黑色|黑色的?没有", denied)
    assert "有黑色" not in denied.replace("没有黑色", "")


def test_a_feature_is_affirmed() -> None:
    assert asked("静音吗", "功能").startswith(("是的", "有的"))


def test_a_brand_that_is_not_sold_is_said_so() -> None:
    state = replace(NEW, brand="格力")
    said = replace(
        understood("格力的空调多少钱", Intent.PRICE), slots=(Slot(SlotName.BRAND, "格力", 0, 2, "格力"),)
    )
    text = template_reply(Tactic.RECOMMEND, Intent.PRICE, TWO, state, None, said).text
    assert "没有卖" in text.split("。")[0]


def test_a_kind_that_is_not_sold_is_said_so() -> None:
    state = DialogueState(turn=1, category="洗碗机")
    assert "没有卖" in say("不知道", "库存", Evidence(), state).text


def test_who_is_asked_back_is_shown_something() -> None:
    reply = say("追问", "推荐", TWO, NEW, SlotName.BUDGET)
    assert "2999元" in reply.text
    assert reply.text.rstrip("。").endswith(("预算吗？我按预算帮您选", "合适的空调"))


def test_each_thing_that_is_asked_is_told_in_its_turn() -> None:
    text = asked("多少钱，保修几年", "询价")
    assert text.index("现价2999元") < text.index("整机6年")


def test_goods_that_were_not_named_yet_come_with_their_price() -> None:
    assert "2999" not in asked("安装要钱吗", "安装")
    assert "现价2999元" in asked("安装要钱吗", "安装", state=replace(FOCUS, history=()))


def test_whoever_bargains_hears_what_else_was_asked() -> None:
    said = understood("便宜点，保修几年", Intent.BARGAIN)
    reply = template_reply(Tactic.HOLD_PRICE, Intent.BARGAIN, evidence("P001"), FOCUS, None, said)
    assert "整机6年" in reply.text


def test_a_part_has_not_the_price_of_the_whole() -> None:
    text = asked("滤芯多少钱一根", "询价")
    assert "2999" not in text
    assert "资料" in text or "不太清楚" in text


def test_an_answer_in_part_says_that_more_is_not_known() -> None:
    assert "店员" in asked("铜管壁多厚", "功能")
    assert "店员" not in asked("铜管超出多少钱一米", "功能")


def test_what_is_not_known_comes_with_the_nearest_thing_that_is() -> None:
    found = evidence("P001", facts=(replace(DESCRIPTION, text="介绍:自带32GB存歌"),))
    text = asked("歌搁哪", "功能", found)
    assert "店员" in text
    assert "自带32GB存歌" in text


def test_an_offer_that_there_is_not_is_not_made_up() -> None:
    text = asked("它不是有8折吗", "优惠", evidence("P001"))
    assert "没有" in text
    assert "现价2999元" in text
    assert "8折" not in text


def test_a_fault_that_the_sheet_explains_is_explained() -> None:
    found = evidence("P001", facts=(replace(DESCRIPTION, text="介绍:麦克风能拔下来"),))
    said = understood("麦克风掉了能拔吗", Intent.COMPLAINT)
    reply = template_reply(Tactic.SERVICE, Intent.COMPLAINT, found, FOCUS, None, said)
    assert "麦克风能拔下来" in reply.text
