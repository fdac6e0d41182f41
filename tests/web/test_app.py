"""The socket and the HTTP interface: what bad clients get, and that the next turn works."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Any
from unittest.mock import Mock

import pytest
from aiohttp import WSMsgType
from aiohttp.test_utils import TestClient, TestServer

import runtime.turn
from runtime.shop import Shop
from runtime.web.app import MAX_UPLOAD, OUTBOX, _Conversation, make_app
from tests.fakes import ScriptedGenerator
from tests.serving import Page

Client = TestClient[Any, Any]


@pytest.fixture
async def client(scripted_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    monkeypatch.setattr(ScriptedGenerator, "script", "您好，想看点什么？")
    async with TestClient(TestServer(make_app(scripted_shop))) as client:
        yield client


@pytest.fixture
async def page(client: Client) -> AsyncIterator[Page]:
    async with client.ws_connect("/ws") as socket:
        page = Page(socket)
        await page.send(type="hello", session=None)
        await page.receive("welcome")
        yield page


async def test_a_turn_is_streamed_and_finished(page: Page) -> None:
    await page.send(type="say", text="你好", dwell_s=3, items_viewed=1)
    seen: list[dict[str, Any]] = []
    while not seen or seen[-1]["type"] != "done":
        seen.append(await page.socket.receive_json())
    assert [message["type"] for message in seen][:2] == ["understood", "found"]
    said = "".join(message["text"] for message in seen if message["type"] == "piece")
    assert said == seen[-1]["reply"]
    assert {"understand", "retrieve", "generate", "total"} <= set(seen[-1]["timings_ms"])


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("no json", "bad-message"),
        ('{"type": "shout"}', "bad-message"),
        ('{"type": "say"}', "bad-message"),
        ('{"type": "say", "text": 5}', "bad-message"),
        ('{"type": "say", "text": "你好", "dwell_s": -1}', "bad-message"),
        ('{"type": "hello", "session": "nobody"}', "unknown-session"),
        ('{"type": "listen", "sample_rate_hz": 8000}', "audio-rate"),
        ('{"type": "listen", "sample_rate_hz": 16000}', "model-missing"),
    ],
)
async def test_a_bad_message_is_named_and_the_next_turn_works(page: Page, raw: str, code: str) -> None:
    await page.socket.send_str(raw)
    assert (await page.receive("error"))["code"] == code
    assert (await page.say("你好"))["type"] == "done"


@pytest.mark.parametrize(
    ("text", "code"), [("", "empty-text"), ("\u200b \x00", "empty-text"), ("多" * 10_000, "text-too-long")]
)
async def test_unusable_words_are_named_and_the_next_turn_works(page: Page, text: str, code: str) -> None:
    assert (await page.say(text))["code"] == code
    assert (await page.say("你好"))["type"] == "done"


async def test_sound_without_a_microphone_opened_is_named(page: Page) -> None:
    await page.socket.send_bytes(b"\x80garbage")
    assert (await page.receive("error"))["code"] == "not-listening"
    assert (await page.say("你好"))["type"] == "done"


async def test_words_before_hello_are_refused(client: Client) -> None:
    async with client.ws_connect("/ws") as socket:
        assert (await Page(socket).say("你好"))["code"] == "no-session"


async def test_a_session_is_gone_on_with(client: Client) -> None:
    async with client.ws_connect("/ws") as socket:
        first = Page(socket)
        await first.send(type="hello", session=None)
        name = (await first.receive("welcome"))["session"]
        await first.say("你好")
    async with client.ws_connect("/ws") as socket:
        second = Page(socket)
        await second.send(type="hello", session=name)
        assert (await second.receive("welcome"))["history"] == [
            {"customer": "你好", "shop": "您好，想看点什么？"}
        ]


async def test_another_site_is_refused(client: Client) -> None:
    foreign = {"Origin": "http://elsewhere.example"}
    for path in ("/", "/ws", "/api/shop"):
        response = await client.get(path, headers=foreign)
        assert response.status == 403
        assert (await response.json())["code"] == "foreign-origin"


async def test_a_foreign_name_for_this_box_is_refused(client: Client) -> None:
    for host, status in (("evil.example", 403), ("shop.local:8080", 200), ("kiosk", 200), ("[::1]:80", 200)):
        response = await client.get("/api/shop", headers={"Host": host, "Origin": f"http://{host}"})
        assert response.status == status


async def test_pages_may_load_nothing_from_elsewhere(client: Client) -> None:
    response = await client.get("/")
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    body = await response.text()
    assert "http://" not in body
    assert "https://" not in body


async def test_too_long_a_frame_ends_only_that_socket(client: Client, page: Page) -> None:
    async with client.ws_connect("/ws") as socket:
        await socket.send_bytes(bytes(200_000))
        message = await socket.receive()
        assert message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED)
    assert (await page.say("你好"))["type"] == "done"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("goods.csv", "名称,类目,价格\n小云,空调,面议\n".encode(), "bad-catalogue"),
        ("goods.xlsx", b"PK\x03\x04 broken", None),
        ("goods.exe", b"MZ", None),
        ("goods.csv", b"", None),
        ("", b"x", "bad-message"),
        ("..", b"x", "bad-message"),
        ("folder/..", b"x", "bad-message"),
        ("a\0.csv", b"x", "bad-message"),
        ("长" * 100 + ".csv", b"x", "bad-message"),
        ("商品　表.csv", "名称,类目,价格\n小云,空调,面议\n".encode(), "bad-catalogue"),
    ],
)
async def test_a_bad_sheet_changes_nothing(
    client: Client, name: str, content: bytes, code: str | None
) -> None:
    before = await (await client.get("/api/shop")).json()
    response = await client.post("/api/catalog", params={"name": name}, data=content)
    assert response.status == 400
    answer = await response.json()
    assert answer["message"]
    assert code in (None, answer["code"])
    assert await (await client.get("/api/shop")).json() == before


async def test_a_bad_cell_is_named_with_its_sheet(client: Client) -> None:
    content = "名称,类目,价格\n小云,空调,面议\n".encode()
    response = await client.post("/api/catalog", params={"name": "秋天.csv"}, data=content)
    (bad,) = (await response.json())["rows"]
    assert (bad["file"], bad["row"], bad["column"], bad["got"]) == ("秋天.csv", 2, "价格", "面议")


async def test_a_merchant_may_try_a_sentence(client: Client) -> None:
    response = await client.post("/api/try", json={"text": "空调多少钱"})
    answer = await response.json()
    assert answer["scheme_a"] == "询价"
    assert answer["hits"]
    assert answer["why"]
    bad = await client.post("/api/try", json=["空调"])
    assert bad.status == 400


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[1]", b'{"text": 5}', b"\xff\xfe{}", b"[" * 60_000, b'{"text": "\\ud800"}', b"9" * 5_000],
)
async def test_a_sentence_that_cannot_be_read_is_named(client: Client, content: bytes) -> None:
    response = await client.post("/api/try", data=content)
    assert (response.status, (await response.json())["code"]) == (400, "bad-message")


async def test_content_that_is_not_what_its_header_says_is_named(client: Client) -> None:
    response = await client.post("/api/try", data=b"not gzip", headers={"Content-Encoding": "gzip"})
    assert (response.status, (await response.json())["code"]) == (400, "bad-content")


async def test_a_sheet_that_is_too_large_is_named(client: Client) -> None:
    response = await client.post(
        "/api/catalog", params={"name": "goods.csv"}, data=io.BytesIO(bytes(MAX_UPLOAD + 1))
    )
    assert (response.status, (await response.json())["code"]) == (413, "request-entity-too-large")


@pytest.mark.parametrize("origin", ["http://[", "null", "", "http://elsewhere.example"])
async def test_an_origin_that_is_not_ours_is_refused(client: Client, origin: str) -> None:
    response = await client.post("/api/try", json={"text": "你好"}, headers={"Origin": origin})
    assert (response.status, (await response.json())["code"]) == (403, "foreign-origin")


async def test_what_nobody_foresaw_is_named_and_the_next_turn_works(
    client: Client, page: Page, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    words = "顾客的话"

    def fail(*_args: object) -> None:
        raise RuntimeError(words)

    with monkeypatch.context() as broken:
        broken.setattr(runtime.turn, "fold", fail)
        assert (await page.say("你好"))["code"] == "internal"
        assert (await client.post("/api/try", json={"text": "你好"})).status == 500
    assert (await page.say("你好"))["type"] == "done"
    assert "RuntimeError" in caplog.text
    assert words not in caplog.text


async def test_a_page_that_does_not_read_is_cut_off(scripted_shop: Shop) -> None:
    socket, transport = Mock(), Mock()
    conversation = _Conversation(scripted_shop, socket, transport)
    for _ in range(OUTBOX + 1):
        conversation._send({"type": "piece", "text": "嗯"})
    transport.abort.assert_called_once_with()
