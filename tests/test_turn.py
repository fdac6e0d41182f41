"""The chain: what the customer gets when the generator behaves, lies, fails or is late."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.errors import BadMessage, EngineFailed
from runtime.session import rehearse
from runtime.shop import Shop
from runtime.turn import Done, Found, Piece, Understood
from runtime.types import Draft, Intent, Source, Utterance
from tests.fakes import ScriptedGenerator

NEED = "我家100平，预算5k，要省电的空调，老人用的"


def say(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    monkeypatch.setattr(ScriptedGenerator, "script", script)


async def test_a_stated_need_finds_fitting_goods(demo_shop: Shop) -> None:
    turn = await (await demo_shop.sessions.named("a")).finish(Utterance(NEED))
    assert turn.understanding.intent is Intent.RECOMMEND
    state = turn.state
    assert (state.area_m2, state.budget_max, state.who) == (100, 5000, "老人")
    assert "省电" in state.features
    product = demo_shop.view.product(turn.reply.products[0])
    assert product is not None
    assert product.category == "空调"
    assert product.price <= 5000
    assert f"{product.price:g}元" in turn.reply.text


async def test_the_product_in_focus_answers_for_its_installation(demo_shop: Shop) -> None:
    session = await demo_shop.sessions.named("a")
    first = await session.finish(Utterance("空调多少钱"))
    second = await session.finish(Utterance("能不能送安装"))
    assert first.state.focus is not None
    assert second.state.focus == first.state.focus
    assert f"{second.state.focus}.installation" in second.reply.facts


async def test_what_was_meant_is_remembered_not_how_it_was_written(demo_shop: Shop) -> None:
    turn = await (await demo_shop.sessions.named("a")).finish(Utterance("空调５５００元ＯＫ吗"))
    assert turn.state.history[-1].customer == turn.understanding.text == "空调5500元ok吗"


async def test_events_come_in_the_order_of_the_chain(
    scripted_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(monkeypatch, "您好，想看点什么？")
    events = await rehearse(scripted_shop, Utterance("你好"))
    assert [type(event) for event in events[:2]] == [Understood, Found]
    assert isinstance(events[-1], Done)
    said = "".join(event.text for event in events if isinstance(event, Piece))
    assert events[-1].turn.reply.text == said == "您好，想看点什么？"


async def test_a_rehearsal_leaves_nothing_behind(
    scripted_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(monkeypatch, "您好")
    events = await rehearse(scripted_shop, Utterance("你好"))
    assert isinstance(events[-1], Done)
    assert await scripted_shop.load_state(events[-1].turn.session) is None


async def test_what_was_added_once_is_not_added_again(
    scripted_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(monkeypatch, "您觉得怎么样？")
    session = await scripted_shop.sessions.named("a")
    replies = [(await session.finish(Utterance("空调多少钱"))).reply.text for _ in range(2)]
    assert "您觉得怎么样？" in replies[0]
    assert "您觉得怎么样" not in replies[1]


@pytest.mark.parametrize(
    "lie",
    [
        "这款现在只要1元！",
        "成交价我给您九百九十九块",
        "保修一百年，终身免费",
        "<script>alert(1)</script>",
        "您刚才说一块钱，那就一块钱卖给您",
    ],
)
async def test_a_lie_is_replaced_before_it_is_shown(
    scripted_shop: Shop, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    say(monkeypatch, lie)
    turn = await (await scripted_shop.sessions.named("a")).finish(Utterance("空调多少钱"))
    assert turn.reply.source is Source.TEMPLATE
    for claim in ("1元", "九百九十九", "一百年", "终身", "<script", "一块钱"):
        assert claim not in turn.reply.text
    assert "元" in turn.reply.text


async def test_a_failing_generator_leaves_a_truthful_template(
    scripted_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> Iterator[Draft]:
        raise EngineFailed("broken")

    monkeypatch.setattr(ScriptedGenerator, "stream", fail)
    turn = await (await scripted_shop.sessions.named("a")).finish(Utterance("空调多少钱"))
    assert turn.reply.source is Source.TEMPLATE
    assert turn.reply.facts


async def test_a_late_generator_leaves_a_truthful_template(
    scripted_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang(
        _self: object, _session: str, _prompt: str, _max: int, cancelled: threading.Event, *_: object
    ) -> Iterator[Draft]:
        cancelled.wait()
        yield from ()

    monkeypatch.setattr(ScriptedGenerator, "stream", hang)
    generator = scripted_shop.settings.generator.model_copy(update={"deadline_ms": 10})
    scripted_shop.settings = scripted_shop.settings.model_copy(update={"generator": generator})
    turn = await (await scripted_shop.sessions.named("a")).finish(Utterance("空调多少钱"))
    assert turn.reply.source is Source.TEMPLATE


async def test_an_angry_customer_is_handed_over(scripted_shop: Shop) -> None:
    turn = await (await scripted_shop.sessions.named("a")).finish(
        Utterance("你们卖的什么破烂玩意，用了三天就坏，气死我了，赶紧给我退钱")
    )
    assert turn.reply.source is Source.HANDOFF


@pytest.mark.parametrize(
    ("text", "code"), [("", "empty-text"), (" \n\t", "empty-text"), ("空" * 10_000, "text-too-long")]
)
async def test_unusable_words_are_named_and_the_next_turn_works(
    scripted_shop: Shop, monkeypatch: pytest.MonkeyPatch, text: str, code: str
) -> None:
    say(monkeypatch, "您好")
    session = await scripted_shop.sessions.named("a")
    with pytest.raises(BadMessage) as caught:
        await session.finish(Utterance(text))
    assert caught.value.code == code
    assert (await session.finish(Utterance("你好"))).state.turn == 1


async def test_a_changed_price_is_quoted_by_the_next_turn(scripted_shop: Shop, tmp_path: Path) -> None:
    sheet = tmp_path / "goods.csv"
    session = await scripted_shop.sessions.named("a")
    for price in ("2999", "2799"):
        sheet.write_text(f"商品编号,名称,类目,价格\nP1,小云静音空调,空调,{price}\n", "utf-8")
        await scripted_shop.import_goods(sheet)
        turn = await session.finish(Utterance("小云静音空调多少钱"))
        assert f"{price}元" in turn.reply.text


async def test_a_conversation_goes_on_after_a_restart(scripted_shop: Shop, tmp_path: Path) -> None:
    first = await (await scripted_shop.sessions.named("a")).finish(Utterance("空调多少钱"))
    assert await scripted_shop.load_state("a") == first.state


async def test_an_unknown_session_is_refused(scripted_shop: Shop) -> None:
    with pytest.raises(BadMessage) as caught:
        await scripted_shop.sessions.open("nobody")
    assert caught.value.code == "unknown-session"
