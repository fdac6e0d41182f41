"""What holds for the fold whatever the customer says; what single conversations need is in test_talk.py."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.dialogue.fold import HISTORY_TURNS, settle
from runtime.dialogue.tactics import Choice
from runtime.knowledge.items import make_item
from runtime.types import (
    DialogueState,
    EmotionVector,
    Evidence,
    Exchange,
    Fact,
    FactKind,
    Intent,
    Product,
    Quantity,
    Reply,
    Slot,
    SlotName,
    Source,
    Tactic,
    Understanding,
)
from runtime.understanding.numbers import normalise_text
from runtime.understanding.slots import find_slots
from tests.dialogue.talk import NAMES, PRODUCTS, PROMOTION, after_words, facts_of, understood

IDS = sorted(PRODUCTS)
FEATURES = ("省电", "静音", "变频", "大容量")
PHRASES = (
    "不要 不是 不用 除了 空调 冰箱 凉川 松岭 变频 省电 静音 白色 老人 客厅 预算 三千 5000以内 再加一千 不限 "
    "100平 五口人 两台 1.5匹 第二个 它 那款 换一个 都不喜欢 便宜的那个 有便宜点的吗 这两款 比 LC-A35J1 "
    "随便什么 牌子 贵点也行 的 了 吗 是 也 ， 。 多少钱 刚才那个 上一个 有吗"
)

ends = st.none() | st.floats(0, 1e9, allow_nan=False)
words = st.none() | st.sampled_from(("凉川", "白色", "LC-A35J1", "老人", "1.5匹"))
ids = st.lists(st.sampled_from([*IDS, "P999"]), max_size=4, unique=True).map(tuple)
states = st.builds(
    DialogueState,
    turn=st.integers(0, 50),
    category=st.none() | st.sampled_from(("空调", "冰箱", "飞船")),
    brand=words,
    model=words,
    budget_min=ends,
    budget_max=ends,
    area_m2=ends,
    people=st.none() | st.integers(1, 9),
    features=st.lists(st.sampled_from(FEATURES), max_size=3, unique=True).map(tuple),
    excluded=st.lists(st.sampled_from((*FEATURES, "凉川", "空调")), max_size=3, unique=True).map(tuple),
    focus=st.none() | st.sampled_from([*IDS, "P999"]),
    shown=ids,
    seen=ids,
    rejected=ids,
    asked=st.lists(st.sampled_from(SlotName), max_size=3, unique=True).map(tuple),
    tactic=st.none() | st.sampled_from(Tactic),
)
texts = st.one_of(
    st.text(max_size=40), st.lists(st.sampled_from(PHRASES.split()), max_size=10).map("".join)
).map(normalise_text)
amounts = st.builds(
    Quantity,
    st.none() | st.floats(),
    st.none() | st.floats(),
    st.sampled_from(("元", "㎡", "人", "台", "匹", "")),
    st.booleans(),
)


@st.composite
def wild_slots(draw: st.DrawFn) -> tuple[Slot, ...]:
    """Slots as no honest tagger would make them: any value under any name, anywhere."""
    start = draw(st.integers(-3, 60))
    return (
        Slot(
            name=draw(st.sampled_from(SlotName)),
            text=draw(st.text(max_size=4)),
            start=start,
            end=start + draw(st.integers(0, 5)),
            value=draw(st.one_of(st.text(max_size=4), st.sampled_from(("空调", "省电")), amounts)),
            negated=draw(st.booleans()),
        ),
    )


def said(text: str, intent: Intent, slots: tuple[Slot, ...]) -> Understanding:
    return Understanding(
        text=text,
        intents=tuple(float(known is intent) for known in Intent),
        emotion=EmotionVector(0, 0, 1, 0),
        slots=slots,
        embedding=np.zeros(128, np.float32),
    )


@given(states, texts, st.sampled_from(Intent), st.lists(wild_slots(), max_size=4))
def test_nothing_that_is_said_makes_the_fold_fail(
    state: DialogueState, text: str, intent: Intent, wild: list[tuple[Slot, ...]]
) -> None:
    before = asdict(state)
    slots = find_slots(text, (), NAMES) + tuple(slot for each in wild for slot in each)
    after = after_words(state, said(text, intent, slots))
    assert asdict(state) == before
    assert after.turn == state.turn + 1
    json.dumps(asdict(after), allow_nan=False)


@given(states, texts, st.sampled_from(Intent))
def test_what_the_fold_leaves_is_consistent(state: DialogueState, text: str, intent: Intent) -> None:
    state = replace(state, features=(), excluded=())
    after = after_words(state, said(text, intent, find_slots(text, (), NAMES)))
    assert not set(after.features) & set(after.excluded)
    assert after.category not in after.excluded
    assert len(set(after.features)) == len(after.features)
    if after.budget_min != state.budget_min or after.budget_max != state.budget_max:
        assert after.budget_min is None or after.budget_max is None or after.budget_min <= after.budget_max


@given(states, st.sampled_from(("嗯", "好的", "知道了", "多少钱", "", "谢谢")), st.sampled_from(Intent))
def test_words_without_slots_leave_what_is_known(state: DialogueState, text: str, intent: Intent) -> None:
    after = after_words(state, understood(text, intent))
    # Only goods that the shop no longer has, or a model without its product, do not outlive a turn.
    assert state == replace(
        after, turn=state.turn, goal=state.goal, focus=state.focus, model=state.model, brand=state.brand
    )
    if state.focus in PRODUCTS:
        assert (after.focus, after.model, after.brand) == (state.focus, state.model, state.brand)


@given(states, texts, st.sampled_from(Intent))
def test_the_same_words_twice_want_the_same(state: DialogueState, text: str, intent: Intent) -> None:
    once = after_words(state, understood(text, intent))
    again = after_words(state, understood(text, intent))
    assert once == again


GOODS_SAID = Evidence(facts=(*facts_of(PRODUCTS["P001"]), PROMOTION))


def answer(*products: str, facts: tuple[str, ...] = (), text: str = "好的") -> Reply:
    return Reply(text, Source.TEMPLATE, facts, products)


def settled(state: DialogueState, reply: Reply, choice: Choice | None = None) -> DialogueState:
    return settle(state, "问", GOODS_SAID, choice or Choice(Tactic.INFORM, ""), reply)


def test_a_reply_shows_its_goods_and_the_first_takes_an_empty_focus() -> None:
    state = settled(DialogueState(), answer("P002", "P001"))
    assert (state.shown, state.focus) == (("P002", "P001"), "P002")
    assert state.seen == ("P001", "P002")


def test_one_card_of_a_list_leaves_the_list() -> None:
    state = settled(DialogueState(shown=("P001", "P002"), focus="P002"), answer("P002"))
    assert (state.shown, state.focus) == (("P001", "P002"), "P002")


def test_a_reply_about_other_goods_moves_the_focus() -> None:
    state = settled(DialogueState(shown=("P001",), focus="P001"), answer("P011"))
    assert (state.shown, state.focus) == (("P011",), "P011")


def test_a_product_spoken_of_without_a_card_takes_an_empty_focus() -> None:
    assert settled(DialogueState(), answer(facts=("P001.price",))).focus == "P001"
    assert settled(DialogueState(focus="P002"), answer(facts=("P001.price",))).focus == "P002"


def test_only_promotions_count_as_offered_and_once() -> None:
    reply = answer("P001", facts=("P001.price", "PROMO001"))
    state = settled(settled(DialogueState(), reply), reply)
    assert state.offered == ("PROMO001",)


def test_what_was_asked_and_done_is_kept() -> None:
    state = settled(DialogueState(), answer(), Choice(Tactic.ASK, "", SlotName.BUDGET))
    assert (state.asked, state.tactic) == ((SlotName.BUDGET,), Tactic.ASK)


def test_history_keeps_the_last_turns() -> None:
    state = DialogueState()
    for number in range(HISTORY_TURNS + 2):
        state = settled(state, answer(text=str(number)))
    assert len(state.history) == HISTORY_TURNS
    assert state.history[-1] == Exchange("问", str(HISTORY_TURNS + 1))


def test_a_product_that_is_gone_is_no_focus() -> None:
    state = DialogueState(category="空调", focus="P404", shown=("P404", "P001"))
    after = after_words(state, understood("便宜的那个", Intent.FUNCTION))
    assert after.focus == "P001"


@pytest.mark.parametrize("text", ["五千", "预算五千", "5000块", "五千左右", "５ｋ", "五千块钱以内"])
def test_a_budget_of_one_number_is_a_ceiling(text: str) -> None:
    state = after_words(DialogueState(), understood(text, Intent.RECOMMEND))
    assert (state.budget_min, state.budget_max) == (None, 5000.0)


@pytest.mark.parametrize(
    ("asked", "text", "name", "value"),
    [
        (SlotName.BUDGET, "120吧", "budget_max", 120.0),
        (SlotName.BUDGET, "120到200", "budget_min", 120.0),
        (SlotName.AREA, "80", "area_m2", 80.0),
        (SlotName.AREA, "差不多90", "area_m2", 90.0),
        (SlotName.PEOPLE, "三个", "people", 3),
        (SlotName.PEOPLE, "12", "people", 12),
        (SlotName.WHO, "80", "who", None),
    ],
)
def test_a_bare_number_answers_what_was_asked(asked: SlotName, text: str, name: str, value: object) -> None:
    state = DialogueState(category="空调", tactic=Tactic.ASK, asked=(asked,))
    after = after_words(state, understood(text))
    assert getattr(after, name) == value
    unasked = after_words(replace(state, tactic=Tactic.INFORM), understood(text))
    assert getattr(unasked, name) is None


def test_a_fact_of_another_kind_is_no_offer() -> None:
    evidence = Evidence(facts=(Fact("PROMO002", FactKind.FAQ, "问答:有活动吗→有"),))
    state = settle(DialogueState(), "问", evidence, Choice(Tactic.INFORM, ""), answer(facts=("PROMO002",)))
    assert state.offered == ()


def test_a_kind_that_is_only_hinted_at_counts_for_a_wish_alone() -> None:
    fridge = make_item(PRODUCTS["P011"], ())
    wish = understood("看报纸看药盒都费劲", Intent.RECOMMEND)
    assert after_words(DialogueState(), wish, fridge).category == "冰箱"
    assert after_words(DialogueState(category="空调"), wish, fridge).category == "空调"
    asks = understood("看报纸看药盒都费劲", Intent.FUNCTION)
    assert after_words(DialogueState(), asks, fridge).category is None


@pytest.mark.parametrize(
    ("known", "text", "intent", "category"),
    [
        (None, "空调底下淌水，木地板全泡了", Intent.COMPLAINT, "空调"),
        (None, "想买个洗衣服的机器，手机我不会弄", Intent.RECOMMEND, "洗衣机"),
        ("空调", "行，开张发票，发我手机", Intent.ORDER, "空调"),
        ("空调", "跟冰箱一块开跳闸不", Intent.FUNCTION, "空调"),
        ("空调", "那冰箱呢", Intent.PRICE, "冰箱"),
    ],
)
def test_a_kind_that_the_talk_only_passes_is_not_turned_to(
    known: str | None, text: str, intent: Intent, category: str
) -> None:
    assert after_words(DialogueState(category=known), understood(text, intent)).category == category


def test_a_bid_is_no_budget() -> None:
    state = DialogueState(category="空调", focus="P001", budget_max=3000)
    assert after_words(state, understood("两千五中不中", Intent.BARGAIN)).budget_max == 3000


def test_a_kind_that_only_stands_in_the_sheet_of_what_is_meant_is_no_wish() -> None:
    lock = make_item(Product("P9", "猫眼锁", "智能门锁", "", "", 999, description="有人来就拍照发手机"), ())
    wish = understood("有人在门口会拍照发手机的那种", Intent.RECOMMEND)
    assert after_words(DialogueState(), wish, lock).category == "智能门锁"
    assert after_words(DialogueState(category="空调"), wish, lock).category == "空调"
    assert after_words(DialogueState(), wish).category == "手机"


def test_a_kind_that_is_not_sold_is_not_taken_for_one_that_its_word_hints_at() -> None:
    heater = make_item(Product("P9", "小厨宝", "热水器", "", "", 399, description="洗碗不冰手"), ())
    for intent in (Intent.STOCK, Intent.RECOMMEND):
        assert after_words(DialogueState(), understood("有洗碗机吗", intent), heater).category == "洗碗机"
