"""What a sentence asks for by its own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.knowledge.asked import answer, asked_for, features_meant, is_unanswered, question, wants_figure
from runtime.knowledge.asks import Wants, content, read_asks
from runtime.types import DialogueState, Exchange, Fact, FactKind, Intent, Product
from runtime.understanding.numbers import normalise_text
from runtime.understanding.slots import CatalogueNames, find_slots
from tests.dialogue.talk import understood

PRODUCT = Product("P1", "凉川静享1.5匹变频空调", "空调", "凉川", "LC-1", 2999.0)
NAMES = CatalogueNames.of([PRODUCT])
FACTS = tuple(
    Fact(f"P1.{key}", kind, text, "P1")
    for key, kind, text in (
        ("price", FactKind.PRICE, "现价2999元"),
        ("features", FactKind.FEATURE, "特点:省电、静音、变频"),
        ("description", FactKind.FEATURE, "介绍:动动嘴就能开关机，一晚大约1度电"),
        ("spec.噪音", FactKind.SPEC, "噪音18dB"),
        ("spec.适用面积", FactKind.SPEC, "适用面积16-23㎡"),
        ("stock", FactKind.STOCK, "现货"),
        ("warranty", FactKind.WARRANTY, "保修:整机6年，压缩机10年"),
        ("delivery", FactKind.DELIVERY, "配送:市区次日送达，郊县3天内送达"),
        ("installation", FactKind.INSTALL, "安装:免费上门安装，铜管超过3米每米80元"),
        ("offer", FactKind.PROMOTION, "促销:以旧换新减200元"),
    )
)


def keys(text: str) -> list[str]:
    said = normalise_text(text)
    return [fact.id.partition(".")[2] for fact in asked_for(said, find_slots(said, (), NAMES), FACTS)]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("噪音多大", "spec.噪音"),
        ("吵不吵", "spec.噪音"),
        ("管多大面积", "spec.适用面积"),
        ("省电吗", "features"),
        ("铜管不够长咋办", "installation"),
        ("压缩机保几年", "warranty"),
        ("郊区送不送", "delivery"),
        ("送什么东西吗", "offer"),
        ("旧的折多少", "offer"),
        ("有货吗", "stock"),
        ("动动嘴就行吗", "description"),
    ],
)
def test_the_fact_that_was_asked_for_comes_first(text: str, key: str) -> None:
    assert keys(text)[0] == key


@pytest.mark.parametrize("text", ["这款怎么样", "你好", "", "，。？"])
def test_other_words_ask_for_no_fact(text: str) -> None:
    assert keys(text) == []


@pytest.mark.parametrize(
    ("text", "key"),
    [("1.5匹那个几多", "price"), ("静享1.5匹的几分贝", "spec.噪音"), ("是变频的吗", "features")],
)
def test_words_of_its_own_name_point_at_a_product(text: str, key: str) -> None:
    found = answer(text, find_slots(text, (), NAMES), FACTS, None, PRODUCT)
    assert found.facts[0].id == f"P1.{key}"


def test_who_asks_the_price_need_not_say_so() -> None:
    found = answer("今天多少", (), FACTS, Intent.PRICE, PRODUCT)
    assert found.facts[0].id == "P1.price"


def test_a_length_answers_whatever_the_sheet_calls_it() -> None:
    size = Fact("P1.spec.尺寸", FactKind.SPEC, "尺寸宽850×深270mm", "P1")
    assert asked_for("那玩意多厚哇", (), (*FACTS, size)) == [size]


@pytest.mark.parametrize(
    ("text", "meant"),
    [("另一个呢", "另一个呢，噪音多大"), ("另一个多少钱", "另一个多少钱"), ("好的", "好的")],
)
def test_who_merely_points_means_the_question_before(text: str, meant: str) -> None:
    talk = DialogueState(history=(Exchange("噪音多大", "18dB"),))
    assert question(understood(text), talk) == meant
    assert question(understood(text), DialogueState()) == text


def test_names_and_function_words_are_no_content() -> None:
    said = "凉川静享1.5匹变频空调的外机有没有保护罩"
    assert content(said, find_slots(said, (), NAMES)) == ["外机", "保护罩"]


@pytest.mark.parametrize(
    ("text", "unanswered"),
    [
        ("外机多重", True),
        ("压缩机是什么牌子的", True),
        ("是不是别人代工的", True),
        ("你们比京东贵多少", True),
        ("辐射值多少", True),
        ("能防弹吗", True),
        ("它带指南针吗", True),
        ("能静音吗", False),
        ("噪音多大", False),
        ("一晚几度电", False),
        ("最低多少钱", False),
        ("多大", False),
        ("1.5匹的多少", False),
        ("给我推荐一个", False),
    ],
)
def test_what_no_fact_tells(text: str, unanswered: bool) -> None:
    said = normalise_text(text)
    assert is_unanswered(said, find_slots(said, (), NAMES), FACTS) is unanswered


def read(text: str) -> list[tuple[str, Wants]]:
    said = normalise_text(text)
    return [(ask.text, ask.wants) for ask in read_asks(said, find_slots(said, (), NAMES))]


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("几公斤 转速呢", [("几公斤", Wants.FIGURE), ("转速呢", Wants.ANYTHING)]),
        ("多沉？多少钱？", [("多沉?", Wants.FIGURE), ("多少钱?", Wants.PRICE)]),
        ("旧的你们拉走吗，要钱不", [("旧的你们拉走吗，要钱不", Wants.YES)]),
        ("它的滚刷单卖多少钱一根", [("它的滚刷单卖多少钱一根", Wants.COST)]),
        ("滤网多久一换 一张多少钱", [("滤网多久一换", Wants.TIME), ("一张多少钱", Wants.COST)]),
        ("牛皮哪国进口的", [("牛皮哪国进口的", Wants.ORIGIN)]),
        ("童锁有么", [("童锁有么", Wants.YES)]),
        ("就要它了", [("就要它了", Wants.NOTHING)]),
        ("", [("", Wants.NOTHING)]),
    ],
)
def test_a_sentence_is_read_as_the_things_it_asks_for(text: str, asks: list[tuple[str, Wants]]) -> None:
    assert read(text) == asks


def whole(text: str, intent: Intent | None = None) -> bool:
    said = normalise_text(text)
    return not answer(said, find_slots(said, (), NAMES), FACTS, intent, PRODUCT).open


def test_each_thing_that_is_asked_is_answered_in_its_turn() -> None:
    assert keys("压缩机保几年，噪音多大")[:2] == ["warranty", "spec.噪音"]
    assert keys("多少钱 有货吗")[:2] == ["price", "stock"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("有噪音吗", True),
        ("保修几年", True),
        ("多少钱", True),
        ("静享的噪音多少", True),
        ("郊县几天到", True),
        ("外机有噪音吗", False),  # of the outer part nothing is said
        ("铜管壁多厚", False),  # a length stands there, but no thickness
        ("滤芯多少钱", False),
        ("铜管超出多少钱一米", True),
        ("什么时候有货", False),
        ("还是静享的好，它噪音多少", True),
        ("送的东西里头有啥", False),
        ("没电梯郊县几天到", True),  # of terms all is told that is known
    ],
)
def test_what_no_fact_tells_is_left_open(text: str, told: bool) -> None:
    assert whole(text) is told


@pytest.mark.parametrize("text", ["滤芯多少钱", "能接小爱同学吗", "明年会不会涨价", "换一支多少钱"])
def test_only_its_own_fact_answers(text: str) -> None:
    said = normalise_text(text)
    facts = [fact for fact in FACTS if "description" not in fact.id]
    assert is_unanswered(said, find_slots(said, (), NAMES), facts)


def test_who_is_taken_to_ask_the_price_need_not_say_so() -> None:
    said = "那个大的呢"
    assert [fact.id for fact in asked_for(said, (), FACTS, Intent.PRICE)] == ["P1.price"]
    assert asked_for(said, (), FACTS, Intent.FUNCTION) == []


def test_one_rare_character_finds_the_nearest_fact() -> None:
    fact = Fact("P1.description", FactKind.FEATURE, "介绍:自带32GB存歌", "P1")
    known = answer("歌搁哪", (), [*FACTS[:1], fact])
    assert (known.facts, known.near) == ((), (fact,))
    assert not whole("歌搁哪")


def test_the_feature_that_is_meant_is_found_by_its_topic() -> None:
    assert features_meant("能用嘴巴控制是不是", ["省电", "语音控制"]) == ["语音控制"]


@pytest.mark.parametrize(("text", "wanted"), [("烧一箱水要几分钟", True), ("有防水的吗", False)])
def test_a_figure_is_no_wish(text: str, wanted: bool) -> None:
    assert wants_figure(text, ()) is wanted


@given(st.text(alphabet="多少钱几公斤的那个吗呢，？ 滤芯一张换*?1a", max_size=40))
def test_anything_can_be_read(text: str) -> None:
    assert read_asks(text, ())
    assert set(answer(text, (), FACTS).facts) <= set(FACTS)
