"""A conversation outlives the process, however that ends."""

from __future__ import annotations

from pathlib import Path

from tests.serving import Page, served


async def test_kill_in_mid_turn_loses_nothing_committed(tmp_path: Path) -> None:
    async with served(tmp_path) as server, Page.opened(server.url) as page:
        session = (await page.receive("welcome"))["session"]
        first = await page.say("空调多少钱")
        await page.send(type="say", text="有什么优惠吗")
        await page.receive("understood")
        await server.kill()
    async with served(tmp_path) as server, Page.opened(server.url, session) as page:
        welcome = await page.receive("welcome")
        assert welcome["history"][0] == {"customer": "空调多少钱", "shop": first["reply"]}
        assert len(welcome["history"]) <= 2
        focus = first["cards"][0]["name"]
        again = await page.say("能不能送安装")
        assert [card["name"] for card in again["cards"]] == [focus]
