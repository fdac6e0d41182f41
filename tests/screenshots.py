"""The pictures in README: both pages of a served demo shop.

.venv/bin/python -m tests.screenshots
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright, expect

from tests.serving import served
from tests.web.browser import launched

PICTURES = Path(__file__).parent.parent / "docs"
NEED = "我家100平，预算5k，要省电的空调，老人用的"


async def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with (
            served(Path(folder)) as server,
            async_playwright() as playwright,
            launched(playwright) as browser,
        ):
            tab = await browser.new_page(viewport={"width": 1000, "height": 900}, locale="zh-CN")
            await tab.goto(server.url)
            for number, words in enumerate((NEED, "能不能送安装")):
                await tab.get_by_label("输入").fill(words)
                await tab.get_by_role("button", name="发送").click()
                await expect(tab.locator(".shop .meta")).to_have_count(number + 1, timeout=20_000)
            await tab.screenshot(path=PICTURES / "kiosk.png")
            await tab.goto(f"{server.url}/merchant")
            await tab.locator("#sentence").fill(NEED)
            await tab.get_by_role("button", name="试试").click()
            await expect(tab.locator("#try-result")).to_contain_text("现价", timeout=20_000)
            await tab.screenshot(path=PICTURES / "merchant.png", full_page=True)


if __name__ == "__main__":
    asyncio.run(main())
