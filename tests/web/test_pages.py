"""Both pages in a real browser, against a real shop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page as Tab
from playwright.async_api import async_playwright, expect

from tests.serving import Served, served
from tests.web.browser import launched

expect.set_options(timeout=20_000)  # a turn may be waiting for its deadline on a busy machine
NEED = "我家100平，预算5k，要省电的空调，老人用的"


@pytest.fixture
async def tab() -> AsyncIterator[Tab]:
    async with async_playwright() as playwright, launched(playwright) as browser:
        tab = await browser.new_page()
        tab.set_default_timeout(20_000)
        yield tab


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path) as server:
        yield server


async def ask(tab: Tab, text: str) -> None:
    await tab.get_by_label("输入").fill(text)
    await tab.get_by_role("button", name="发送").click()


async def test_a_stated_need_is_answered_with_goods_price_and_label(shop: Served, tab: Tab) -> None:
    await tab.goto(shop.url)
    await ask(tab, NEED)
    meta = tab.locator(".shop .meta")
    await expect(meta).to_contain_text("AI 生成")
    await expect(meta).to_contain_text("生成")
    card = tab.locator(".card").first
    await expect(card.locator("h3")).not_to_be_empty()
    await expect(card.locator(".price")).to_contain_text("¥")
    await expect(card.locator(".reason")).to_contain_text("省电 · 适合老人")


async def test_without_a_recogniser_the_page_says_so_and_text_works(shop: Served, tab: Tab) -> None:
    await tab.goto(shop.url)
    await expect(tab.locator("#banner")).to_contain_text("语音识别")
    await expect(tab.get_by_label("说话")).to_be_disabled()
    await ask(tab, "空调多少钱")
    await expect(tab.locator(".shop .bubble")).to_contain_text("元")


async def test_markup_that_a_customer_types_stays_text(shop: Served, tab: Tab) -> None:
    await tab.goto(shop.url)
    await ask(tab, "<img src=x onerror=document.title='gone'>空调")
    await expect(tab.locator(".shop .meta")).to_be_visible()
    assert await tab.locator("main img").count() == 0
    assert await tab.title() != "gone"


async def test_what_is_asked_while_an_answer_is_formed_gets_its_own_answer(shop: Served, tab: Tab) -> None:
    await tab.goto(shop.url)
    await expect(tab.locator("#dot.on")).to_be_visible()
    for text in ("空调多少钱", "有什么冰箱"):
        await ask(tab, text)
    await expect(tab.locator(".shop .meta")).to_have_count(2)
    rows = tab.locator("main > .mine, main > .shop")
    assert [str(await row.get_attribute("class")) for row in await rows.all()] == ["mine", "shop"] * 2
    await expect(rows.nth(1)).to_contain_text("空调")
    await expect(rows.nth(3)).to_contain_text("冰箱")


async def test_a_refusal_is_said_in_chinese(shop: Served, tab: Tab) -> None:
    await tab.goto(shop.url)
    await expect(tab.locator("#dot.on")).to_be_visible()
    await ask(tab, "\u200b")
    await expect(tab.locator("#banner")).to_contain_text("请再说一遍")
    await expect(tab.locator(".shop")).to_have_count(0)


async def test_the_conversation_survives_a_lost_connection(tmp_path: Path, tab: Tab) -> None:
    async with served(tmp_path) as server:
        port = int(server.url.rsplit(":", 1)[1])
        await tab.goto(server.url)
        await ask(tab, "空调多少钱")
        await expect(tab.locator(".shop .meta")).to_be_visible()
        await server.kill()
        await expect(tab.locator("#banner")).to_contain_text("重新连接")
    async with served(tmp_path, port=port):
        await expect(tab.locator("#dot.on")).to_be_visible()
        await ask(tab, "能不能送安装")
        await expect(tab.locator(".shop .bubble").nth(1)).to_contain_text("安装")


async def test_a_merchant_sees_which_cell_is_wrong_and_nothing_is_imported(
    shop: Served, tab: Tab, tmp_path: Path
) -> None:
    bad = tmp_path / "坏表.csv"
    await asyncio.to_thread(bad.write_text, "名称,类目,价格\n小云空调,空调,面议\n", "utf-8")
    await tab.goto(f"{shop.url}/merchant")
    before = await tab.locator("#counts").text_content()
    await tab.locator("#file").set_input_files(bad)
    await tab.get_by_role("button", name="上传并更新").click()
    errors = tab.locator("#upload-errors tbody tr")
    await expect(errors).to_have_count(1)
    await expect(errors).to_contain_text("面议")
    await expect(tab.locator("#upload-result")).to_contain_text("没有导入任何内容")
    assert await tab.locator("#counts").text_content() == before


async def test_a_merchant_sees_why_a_sentence_is_answered_so(shop: Served, tab: Tab) -> None:
    await tab.goto(f"{shop.url}/merchant")
    await tab.locator("#sentence").fill(NEED)
    await tab.get_by_role("button", name="试试").click()
    result = tab.locator("#try-result")
    for shown in ("个性化需求", "省电", "老人", "策略", "现价"):
        await expect(result).to_contain_text(shown)
