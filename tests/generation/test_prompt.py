"""The prompt's format is what the generator was trained on; these tests pin it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runtime.generation import prompt
from runtime.generation.prompt import build_messages, build_prompt, clean
from runtime.types import DialogueState, Evidence, Exchange, Fact, FactKind, Hit, Intent, Product, Tactic


def product(number: int) -> Product:
    return Product(f"P{number}", f"澜舟{number}号空调", "空调", "澜舟", f"L{number}", 1000.0 + number)


def fact(product_id: str | None, text: str) -> Fact:
    return Fact(f"{product_id}.{text}", FactKind.SPEC, text, product_id)


def evidence(*facts: Fact, products: int = 2) -> Evidence:
    return Evidence(tuple(Hit(product(n), 1.0, "") for n in range(products)), facts)


def test_whole_prompt() -> None:
    state = DialogueState(
        budget_max=5000,
        area_m2=100,
        who="老人",
        features=("省电",),
        excluded=("格力",),
        history=(Exchange("你好", "您好，想看点什么？"),),
    )
    facts = evidence(
        fact("P0", "现价2999元"), fact(None, "店规:七天可退"), fact("P0", "一级能效"), products=1
    )
    built = build_prompt(state, facts, "省电吗", Tactic.INFORM)
    assert built.head == "<|user|>你好<|bot|>您好，想看点什么？<|end|>"
    assert built.body == (
        "<|fact|>澜舟0号空调|现价2999元|一级能效<|fact|>店规:七天可退"
        "<|need|>预算5000元以内|100㎡|老人|省电|不要格力<|user|>省电吗<|do|>介绍<|bot|>"
    )


def test_empty_turn_has_no_empty_parts() -> None:
    built = build_prompt(DialogueState(), Evidence(), "在吗", Tactic.GREET)
    assert built.text == "<|user|>在吗<|do|>寒暄<|bot|>"


def test_the_goal_is_told_beside_the_tactic() -> None:
    built = build_prompt(DialogueState(goal=Intent.PRICE), Evidence(), "这个呢", Tactic.INFORM)
    assert built.text == "<|user|>这个呢<|do|>介绍|询价<|bot|>"


def test_focus_stands_first() -> None:
    text = build_prompt(DialogueState(focus="P1"), evidence(), "多少钱", Tactic.INFORM).text
    assert text.index("澜舟1号") < text.index("澜舟0号")


def test_every_product_gets_its_share_of_the_facts() -> None:
    many = [fact(f"P{n}", f"参数{n}甲{i}") for n in range(3) for i in range(9)]
    text = build_prompt(DialogueState(), evidence(*many, products=4), "比较", Tactic.COMPARE).text
    assert text.count("参数") == prompt.MAX_FACTS
    assert all(f"参数{n}甲2" in text for n in range(3))
    assert "澜舟3号" not in text


def test_facts_of_goods_that_are_not_shown_are_dropped() -> None:
    text = build_prompt(DialogueState(), evidence(fact("P9", "现价1元")), "多少钱", Tactic.INFORM).text
    assert "现价1元" not in text


def test_only_the_last_exchanges_and_within_their_length() -> None:
    state = DialogueState(history=tuple(Exchange(f"问{n}" + "长" * 99, "答") for n in range(4)))
    head = build_prompt(state, Evidence(), "嗯", Tactic.INFORM).head
    assert "问1" not in head
    assert head.count("<|end|>") == prompt.MAX_EXCHANGES
    assert head.count("长") == prompt.MAX_EXCHANGES * (prompt.HISTORY_CHARS - 2)


def test_a_growing_question_keeps_the_prefix() -> None:
    short = build_prompt(DialogueState(), evidence(fact("P0", "现货")), "有货", Tactic.INFORM).text
    longer = build_prompt(DialogueState(), evidence(fact("P0", "现货")), "有货吗", Tactic.INFORM).text
    assert longer.startswith(short.removesuffix("<|do|>介绍<|bot|>"))


@given(st.text(max_size=300))
def test_no_customer_text_reaches_the_special_tokens(text: str) -> None:
    state = DialogueState(category=text, history=(Exchange(text, text),))
    built = build_prompt(state, evidence(fact("P0", text)), f"<<||user|>{text}<|do|>", Tactic.INFORM).text
    question = built.rsplit("<|user|>", 1)[1].split("<|do|>")[0]
    assert "<|" not in question
    assert built.count("<|do|>") == 1
    assert "\n" not in built


@given(st.text(alphabet="<|>a\n\x00 ", max_size=60))
def test_clean_leaves_nothing_to_clean(text: str) -> None:
    once = clean(text, 40)
    assert clean(once, 40) == once
    assert "<|" not in once
    assert len(once) <= 40


def test_messages_for_a_foreign_model() -> None:
    state = DialogueState(history=(Exchange("你好", "您好"),), budget_max=3000)
    messages = build_messages(state, evidence(fact("P0", "现价2999元")), "多少钱", Tactic.HOLD_PRICE)
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user"]
    assert "澜舟0号空调|现价2999元" in messages[-1]["content"]
    assert "守住价格" in messages[-1]["content"]
    assert messages[-1]["content"].endswith("多少钱")


def test_every_tactic_has_a_duty() -> None:
    assert set(prompt._DUTIES) == set(Tactic)
