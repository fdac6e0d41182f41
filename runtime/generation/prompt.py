"""The generator's prompt, for our own model and for foreign chat models.

Pure: the same state, evidence, question and tactic always give the same text. What stays the same
longest stands first (history, then facts, then needs), so a changed last word of the question leaves
all but a few tokens of the KV cache in place. Training data is made by calling ``build_prompt``.
"""

from __future__ import annotations

import re
from collections import Counter

from runtime.knowledge.fact_text import yuan
from runtime.types import DialogueState, Evidence, Fact, Product, Prompt, Tactic

USER, BOT, FACT, NEED, DO, END = "<|user|>", "<|bot|>", "<|fact|>", "<|need|>", "<|do|>", "<|end|>"
SPECIALS = (USER, BOT, FACT, NEED, DO, END)

MAX_PRODUCTS, MAX_FACTS, MAX_EXCHANGES = 3, 10, 2
QUESTION_CHARS, HISTORY_CHARS, FACT_CHARS = 120, 60, 100

_UNSAFE = re.compile(r"<\||\|>|[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff]+")

_RULES = (
    "你是店里的导购，只用中文回答，最多三句话，亲切、诚实。"
    "只能说下面给出的资料里的内容；价格、数字、日期、优惠必须与资料一字不差，不许推算、不许编造；"
    "资料里没有的就说不清楚，请店员确认。"
)
_DUTIES = {
    Tactic.INFORM: "介绍顾客问到的内容。",
    Tactic.RECOMMEND: "推荐最合适的一款，说明它为什么适合顾客。",
    Tactic.COMPARE: "比较资料里的几款，说出差别。",
    Tactic.ASK: "反问一个最关键的需求。",
    Tactic.OFFER: "告诉顾客资料里正在进行的优惠。",
    Tactic.HOLD_PRICE: "礼貌地守住价格，讲清价值。",
    Tactic.CLOSE_SALE: "帮顾客下决心，引导下单。",
    Tactic.SERVICE: "先安抚，再说明售后办法。",
    Tactic.HAND_OVER: "请顾客稍等，转给店员。",
    Tactic.ADMIT: "坦白说不知道，请店员确认。",
    Tactic.GREET: "礼貌寒暄。",
    Tactic.FAREWELL: "礼貌告别，欢迎再来。",
}


def build_prompt(state: DialogueState, evidence: Evidence, question: str, tactic: Tactic) -> Prompt:
    """The prompt for our own model; its reply ends at ``END``.

    The goal is told beside the tactic: the encoder knows far better than a small generator what was asked.
    """
    head = "".join(
        f"{USER}{customer}{BOT}{shop}{END}" for customer, shop in _history(state) if customer or shop
    )
    lines = "".join(f"{FACT}{line}" for line in fact_lines(state, evidence))
    wanted = "|".join(needs(state))
    need = f"{NEED}{wanted}" if wanted else ""
    about = f"|{state.goal}" if state.goal else ""
    ask = f"{USER}{clean(question, QUESTION_CHARS)}{DO}{tactic}{about}{BOT}"
    return Prompt(head=head, body=lines + need + ask)


def build_messages(
    state: DialogueState, evidence: Evidence, question: str, tactic: Tactic
) -> list[dict[str, str]]:
    """The same turn as chat messages for a foreign instruction-tuned model."""
    messages = [{"role": "system", "content": _RULES}]
    for customer, shop in _history(state):
        messages.append({"role": "user", "content": customer})
        messages.append({"role": "assistant", "content": shop})
    facts = "\n".join(fact_lines(state, evidence)) or "无"
    wanted = "，".join(needs(state)) or "未说明"
    turn = f"资料：\n{facts}\n顾客需求：{wanted}\n本次要做的：{_DUTIES[tactic]}\n"
    messages.append({"role": "user", "content": f"{turn}顾客说：{clean(question, QUESTION_CHARS)}"})
    return messages


def clean(text: str, limit: int) -> str:
    """One line without control characters or anything that reads as a special token."""
    while (stripped := _UNSAFE.sub(" ", text)) != text:
        text = stripped
    return " ".join(text.split())[:limit]


def _history(state: DialogueState) -> list[tuple[str, str]]:
    recent = state.history[-MAX_EXCHANGES:]
    return [(clean(past.customer, HISTORY_CHARS), clean(past.shop, HISTORY_CHARS)) for past in recent]


def fact_lines(state: DialogueState, evidence: Evidence) -> list[str]:
    """One line a product (name first, the product in focus first), then one for each other fact."""
    hits = sorted((hit.product for hit in evidence.hits), key=lambda product: product.id != state.focus)
    products = hits[:MAX_PRODUCTS]
    facts = _fair_share(evidence.facts, products)
    lines = [
        "|".join([_field(product.name), *(_field(f.text) for f in facts if f.product_id == product.id)])
        for product in products
    ]
    return lines + [clean(fact.text, FACT_CHARS) for fact in facts if fact.product_id is None]


def _fair_share(facts: tuple[Fact, ...], products: list[Product]) -> list[Fact]:
    """At most MAX_FACTS, so that a long first product does not silence the others.

    Facts about goods that are not shown are dropped: nothing would say what they are about.
    """
    known = {product.id for product in products} | {None}
    rank: Counter[str | None] = Counter()
    ranked = []
    for fact in facts:
        if fact.product_id in known:
            ranked.append((rank[fact.product_id], fact))
            rank[fact.product_id] += 1
    kept = {id(fact) for _, fact in sorted(ranked, key=lambda pair: pair[0])[:MAX_FACTS]}
    return [fact for _, fact in ranked if id(fact) in kept]


def _field(text: str) -> str:
    return clean(text, FACT_CHARS).replace("|", " ")


def needs(state: DialogueState) -> list[str]:
    """What the customer asked for so far, filled values only."""
    found = [
        state.category,
        state.brand,
        _budget(state.budget_min, state.budget_max),
        f"{state.area_m2:g}㎡" if state.area_m2 else None,
        f"{state.people}人" if state.people else None,
        state.who,
        state.place,
        state.color,
        state.size,
        f"{state.quantity}台" if state.quantity else None,
        *state.features,
        *(f"不要{excluded}" for excluded in state.excluded),
    ]
    return [_field(value) for value in found if value]


def _budget(low: float | None, high: float | None) -> str | None:
    if low and high:
        return f"预算{yuan(low)}" if low == high else f"预算{yuan(low).removesuffix('元')}-{yuan(high)}"
    if high:
        return f"预算{yuan(high)}以内"
    return f"预算{yuan(low)}以上" if low else None
