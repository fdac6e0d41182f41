"""Speech over the socket, through real VAD and a real (tiny) Vosk model."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

import runtime.shop
from runtime.settings import Settings
from runtime.shop import Shop
from runtime.web.app import make_app
from tests.asr.sounds import AIR_CONDITIONER, silence
from tests.asr.tiny_model import write_tiny_model
from tests.fakes import ScriptedGenerator
from tests.serving import Page


async def test_words_are_heard_shown_and_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime.shop, "LlamaEngine", ScriptedGenerator)
    write_tiny_model(tmp_path / "models" / "vosk-small-cn")
    sound = silence(400) + AIR_CONDITIONER + silence(1200)
    async with (
        Shop.opened(Settings(), tmp_path) as shop,
        TestClient(TestServer(make_app(shop))) as client,
        client.ws_connect("/ws") as socket,
    ):
        page = Page(socket)
        await page.send(type="hello", session=None)
        assert (await page.receive("welcome"))["voice"] is True
        await page.send(type="listen", sample_rate_hz=16_000)
        for at in range(0, len(sound), 1000):  # pieces that are no whole number of frames
            await socket.send_bytes(sound[at : at + 1000])
        assert "空调" in (await page.receive("partial"))["text"]
        assert (await page.receive("heard"))["text"] == "空调"
        assert {card["category"] for card in (await page.receive("done"))["cards"]} == {"空调"}
