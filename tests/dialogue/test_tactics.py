"""The table of tactics: which row wins, what is asked back, and what a broken table is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.dialogue.tactics import Choice, Situation, Table, choose_tactic, default_table, read_table
from runtime.errors import BadSetting
from runtime.types import (
    DialogueState,
    Emotion,
    EmotionVector,
    Evidence,
    Fact,
    FactKind,
    Hit,
    Intent,
    SlotName,
    Tactic,
)
from tests.dialogue.talk import PRODUCTS, PROMOTION, understood

NOTHING = Situation()
GOODS = Situation(matches=9, hits=3, facts=9)
ONE = Situation(matches=1, hits=1, facts=5)
OFFER = replace(ONE, promotion=True)
OLD_OFFER = replace(ONE, old_promotion=True)
ANSWER = Situation(answer=True, facts=1)

NEW = DialogueState(turn=1)
AIRCON = DialogueState(turn=1, category="空调")
NEEDS = replace(AIRCON, budget_max=3000.0)
FOCUS = replace(NEEDS, focus="P001", shown=("P001", "P002"), seen=("P002", "P001"))
POINTED_AT = replace(AIRCON, focus="P001")

ROWS = [
    ("这什么东西", "其他", "愤怒", FOCUS, GOODS, "转人工"),
    ("到底多少钱", "询价", "愤怒", FOCUS, GOODS, "介绍"),
    ("叫个人来", "人工", "中性", FOCUS, GOODS, "转人工"),
    ("再见", "问候", "中性", FOCUS, GOODS, "告别"),
    ("拜拜了", "无意向", "犹豫", FOCUS, OFFER, "告别"),
    ("你好", "问候", "中性", NEW, NOTHING, "寒暄"),
    ("随便看看", "无意向", "中性", NEW, NOTHING, "告别"),
    ("我再想想", "无意向", "犹豫", FOCUS, OFFER, "促销"),
    ("我再想想", "无意向", "犹豫", FOCUS, OLD_OFFER, "告别"),
    ("坏了", "报修", "中性", FOCUS, ONE, "售后"),
    ("便宜点", "砍价", "中性", FOCUS, OFFER, "促销"),
    ("便宜点", "砍价", "中性", FOCUS, OLD_OFFER, "守价"),
    ("便宜点", "砍价", "中性", NEW, NOTHING, "追问"),
    ("有优惠吗", "优惠", "中性", FOCUS, OFFER, "促销"),
    ("有优惠吗", "优惠", "中性", FOCUS, OLD_OFFER, "促销"),
    ("有优惠吗", "优惠", "中性", FOCUS, ONE, "守价"),
    ("有优惠吗", "优惠", "中性", NEW, NOTHING, "不知道"),
    ("哪个好", "比较", "中性", FOCUS, GOODS, "比较"),
    ("哪个好", "比较", "中性", FOCUS, ONE, "介绍"),
    ("就它了", "下单", "中性", FOCUS, ONE, "促成"),
    ("两千以内的", "下单", "中性", NEEDS, GOODS, "推荐"),
    ("预算两千吧", "砍价", "中性", NEEDS, OFFER, "推荐"),
    ("便宜点", "砍价", "中性", NEEDS, OFFER, "促销"),
    ("都不好", "无意向", "中性", replace(FOCUS, focus=None), GOODS, "推荐"),
    ("静音吗", "功能", "犹豫", FOCUS, OFFER, "促销"),
    ("静音吗", "功能", "犹豫", FOCUS, ONE, "促成"),
    ("能安装吗", "安装", "犹豫", FOCUS, OFFER, "介绍"),
    ("推荐一个", "推荐", "中性", NEW, NOTHING, "追问"),
    ("推荐空调", "推荐", "中性", AIRCON, GOODS, "追问"),
    ("推荐空调", "推荐", "中性", AIRCON, ONE, "推荐"),
    ("要会说话的那种", "推荐", "中性", POINTED_AT, replace(ONE, unknown=True), "推荐"),
    ("要会说话的那种", "推荐", "中性", FOCUS, replace(ONE, unknown=True), "不知道"),
    ("三千的空调", "推荐", "中性", NEEDS, GOODS, "推荐"),
    ("推荐空调", "推荐", "中性", NEEDS, NOTHING, "不知道"),
    ("多少钱", "询价", "中性", FOCUS, ONE, "介绍"),
    ("空调多少钱", "询价", "中性", AIRCON, GOODS, "介绍"),
    ("几点关门", "其他", "中性", NEW, ANSWER, "介绍"),
    ("天气如何", "其他", "中性", FOCUS, ONE, "不知道"),
    ("要静音的", "其他", "中性", NEEDS, GOODS, "推荐"),
    ("外机多重", "功能", "中性", FOCUS, replace(ONE, unknown=True), "不知道"),
    ("外机多重", "推荐", "中性", AIRCON, replace(GOODS, unknown=True), "追问"),
    ("要连手机吗", "推荐", "中性", FOCUS, replace(ONE, asked=True), "介绍"),
    ("吵不吵", "无意向", "中性", FOCUS, replace(ONE, asked=True), "介绍"),
    ("1900给我就买", "下单", "中性", FOCUS, replace(OFFER, bid=True), "促销"),
    ("1900给我就买", "下单", "中性", FOCUS, replace(ONE, bid=True), "守价"),
    ("有什么区别", "功能", "中性", FOCUS, GOODS, "比较"),
    ("夏天用的", "推荐", "中性", replace(NEW, asked=(SlotName.CATEGORY,)), NOTHING, "追问"),
    ("十几平用的", "推荐", "中性", replace(NEW, area_m2=15.0), GOODS, "追问"),
    ("飞船有吗", "库存", "中性", NEW, NOTHING, "不知道"),
    ("你们有没有投影仪", "推荐", "中性", NEW, NOTHING, "不知道"),
    ("开一夜几度电", "功能", "中性", AIRCON, GOODS, "介绍"),
    ("有静音的吗", "功能", "中性", AIRCON, GOODS, "推荐"),
]


@pytest.mark.parametrize(("text", "intent", "emotion", "state", "situation", "tactic"), ROWS)
def test_the_row_that_fits_best_wins(
    text: str, intent: str, emotion: str, state: DialogueState, situation: Situation, tactic: str
) -> None:
    choice = choose_tactic(state, understood(text, Intent(intent), Emotion(emotion)), situation)
    assert choice.tactic == tactic
    assert choice.reason


def test_a_faint_emotion_counts_as_none() -> None:
    faint = replace(understood("嗯", Intent.PRICE), emotion=EmotionVector(0.4, 0.2, 0.2, 0.2))
    assert choose_tactic(FOCUS, faint, ONE).tactic is Tactic.INFORM


def test_an_unsure_intent_is_not_acted_upon() -> None:
    assert choose_tactic(NEW, understood("随便", Intent.NO_INTEREST, p=0.2), GOODS).tactic is Tactic.ADMIT
    needs = understood("要静音的", Intent.ORDER, p=0.2)
    assert choose_tactic(NEEDS, needs, GOODS).tactic is Tactic.RECOMMEND


def ask_of(state: DialogueState) -> Choice:
    return choose_tactic(state, understood("推荐一个", Intent.RECOMMEND), GOODS)


@pytest.mark.parametrize(
    ("state", "slot"),
    [
        (NEW, SlotName.CATEGORY),
        (AIRCON, SlotName.BUDGET),
        (replace(AIRCON, asked=(SlotName.BUDGET,)), SlotName.AREA),
        (replace(AIRCON, category="冰箱", asked=(SlotName.BUDGET,)), SlotName.PEOPLE),
        (replace(AIRCON, category="手机", asked=(SlotName.BUDGET,)), SlotName.WHO),
    ],
)
def test_one_missing_thing_is_asked_for(state: DialogueState, slot: SlotName) -> None:
    assert ask_of(state) == replace(ask_of(state), tactic=Tactic.ASK, ask=slot)


@pytest.mark.parametrize(
    "state",
    [
        replace(AIRCON, asked=(SlotName.CATEGORY, SlotName.BUDGET)),
        replace(AIRCON, features=("省电",)),
        replace(AIRCON, who="老人"),
    ],
)
def test_nobody_is_asked_twice_too_often_or_in_vain(state: DialogueState) -> None:
    choice = ask_of(state)
    assert (choice.tactic, choice.ask) == (Tactic.RECOMMEND, None)


@given(
    st.sampled_from(Intent),
    st.sampled_from(Emotion),
    st.sampled_from((NEW, AIRCON, NEEDS, FOCUS)),
    st.sampled_from((NOTHING, GOODS, ONE, OFFER, OLD_OFFER, ANSWER)),
)
def test_goods_are_never_praised_or_sold_without_any(
    intent: Intent, emotion: Emotion, state: DialogueState, situation: Situation
) -> None:
    tactic = choose_tactic(state, understood("嗯", intent, emotion), situation).tactic
    if not situation.hits:
        assert tactic not in (Tactic.RECOMMEND, Tactic.COMPARE, Tactic.CLOSE_SALE, Tactic.HOLD_PRICE)
    if not (situation.promotion or situation.old_promotion):
        assert tactic is not Tactic.OFFER
    if emotion is Emotion.ANGRY and intent in (Intent.COMPLAINT, Intent.HUMAN, Intent.NO_INTEREST):
        assert tactic is Tactic.HAND_OVER


def test_a_situation_is_read_from_the_evidence() -> None:
    hits = tuple(Hit(PRODUCTS[id], 1.0, "") for id in ("P001", "P002"))
    evidence = Evidence(hits, (PROMOTION, Fact("FAQ1", FactKind.FAQ, "问答:几点关门→9点")))
    assert Situation.of(NEW, evidence, 7) == Situation(7, 2, True, False, True, 2)
    offered = replace(NEW, offered=(PROMOTION.id,))
    assert Situation.of(offered, evidence) == Situation(2, 2, False, True, True, 2)


# --- the file --------------------------------------------------------------------------------

HEAD = """
[sure]
emotion = 0.5
intent = 0.3
[ask]
most = 1
default = ["budget"]
"""
LAST = '[[row]]\ntactic = "不知道"\nreason = "无"\n'


def table(text: str) -> Table:
    return read_table(text, "own.toml")


def test_a_merchants_own_table_is_followed() -> None:
    own = table(HEAD + '[[row]]\nintent = ["砍价"]\ntactic = "转人工"\nreason = "老板自己谈"\n' + LAST)
    choice = choose_tactic(FOCUS, understood("便宜点", Intent.BARGAIN), OFFER, own)
    assert choice == Choice(Tactic.HAND_OVER, "老板自己谈")


def test_where_no_row_fits_nothing_is_claimed() -> None:
    own = table(HEAD + '[[row]]\nintent = ["砍价"]\ntactic = "守价"\nreason = "无"\n')
    assert choose_tactic(NEW, understood("嗯"), NOTHING, own).tactic is Tactic.ADMIT


def test_every_tactic_has_a_row() -> None:
    assert {row.tactic for row in default_table().rows} == set(Tactic)


BROKEN = [
    ("[[row]", "own.toml"),
    ("", "[sure]"),
    (HEAD, "at least one [[row]]"),
    (HEAD + '[[row]]\ntactic = "打折"\nreason = "无"\n', "row 1, key tactic: expected one of 介绍"),
    (HEAD + '[[row]]\nreason = "无"\n', "row 1, key tactic"),
    (HEAD + '[[row]]\ntactic = "促销"\n', "row 1, key reason"),
    (
        HEAD + '[[row]]\nintent = "砍价"\ntactic = "促销"\nreason = "无"\n',
        "row 1, key intent: expected a list",
    ),
    (HEAD + '[[row]]\nintent = ["讨价"]\ntactic = "促销"\nreason = "无"\n', "row 1, key intent"),
    (HEAD + '[[row]]\nemotion = ["生气"]\ntactic = "促销"\nreason = "无"\n', "row 1, key emotion"),
    (HEAD + '[[row]]\ngoal = 1\ntactic = "促销"\nreason = "无"\n', "row 1, key goal: unknown"),
    (HEAD + '[[row]]\nwhen = { rain = true }\ntactic = "促销"\nreason = "无"\n', "key when.rain"),
    (
        HEAD + '[[row]]\nwhen = { has_hits = 1 }\ntactic = "促销"\nreason = "无"\n',
        "key when.has_hits: expected true",
    ),
    (HEAD + '[[row]]\nwhen = 3\ntactic = "促销"\nreason = "无"\n', "key when: expected conditions"),
    (HEAD + LAST + LAST, "row 2 can never be reached: row 1 fits first"),
    (HEAD.replace("0.5", "5") + LAST, "sure, key emotion: expected a number from 0 to 1"),
    (HEAD.replace("most = 1", "most = -1") + LAST, "ask, key most"),
    (HEAD.replace("budget", "model") + LAST, "ask, key default: expected some of"),
    (HEAD.replace("default", '"电视"') + LAST, "ask, key default"),
    ("mood = 1\n" + HEAD + LAST, "key mood: unknown"),
]


@pytest.mark.parametrize(("text", "message"), BROKEN)
def test_a_broken_table_names_the_row_and_the_key(text: str, message: str) -> None:
    with pytest.raises(BadSetting) as caught:
        table(text)
    assert "own.toml" in str(caught.value)
    assert message in str(caught.value)
