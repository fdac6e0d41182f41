"""Which of the shop's answers answers a sentence, in whatever words it is asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from runtime.knowledge.answers import direct_answers, near_answers
from runtime.knowledge.view import View
from runtime.types import Faq
from tests.knowledge.shop import GOODS, shop_view, understood

FAQS = (
    Faq("F1", "你们几点开门几点关门", "上午9点到晚上9点"),
    Faq("F2", "买了不喜欢能退吗", "7天内未拆封可以退"),
    Faq("F3", "用过了还能退货吗", "有质量问题的7天内可退"),
    Faq("F4", "保修要凭什么", "凭发票或手机号"),
    Faq("F5", "可以分期吗", "可以分3期、6期或12期"),
    Faq("F6", "坏了找谁修", "48小时内给答复"),
    Faq("F7", "静享空调语音要连网吗", "不用连网，也不能装微信", "P002"),
    Faq("F8", "冰箱刚送来能马上插电吗", "静置2小时再通电"),
)


@pytest.fixture
def view(tmp_path: Path) -> View:
    return shop_view(tmp_path, replace(GOODS, faqs=FAQS))


def ids(view: View, text: str) -> list[str]:
    return [fact.id for fact in direct_answers(view, [], understood(view, text))]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("周末开不开门", "F1"),
        ("买回去不合适能退不", "F2"),
        ("才用了三天，能退吗", "F3"),
        ("保修需要发票吗", "F4"),
        ("能分六期不", "F5"),
        ("出毛病了找谁", "F6"),
        ("新冰箱到家多久能插电", "F8"),
    ],
)
def test_a_subject_is_known_in_the_customers_words(view: View, text: str, first: str) -> None:
    assert ids(view, text)[0] == first


@pytest.mark.parametrize("text", ["保修几年", "送货上门吗", "这款多少钱", "推荐个空调", ""])
def test_other_words_ask_for_no_answer(view: View, text: str) -> None:
    assert ids(view, text) == []


def test_an_answer_about_the_very_product_needs_but_a_word_of_it(view: View) -> None:
    item, other = view.items[view.rows["P002"]], view.items[view.rows["P003"]]
    asked = understood(view, "那个能用微信吗")
    assert [fact.id for fact in direct_answers(view, [item], asked)] == ["F7"]
    assert direct_answers(view, [other], asked) == near_answers(view, [other], asked) == []


def test_each_clause_has_its_subject_answered(view: View) -> None:
    assert ids(view, "出毛病了找谁，能分六期不") == ["F6", "F5"]
