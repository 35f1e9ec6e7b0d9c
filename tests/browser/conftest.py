"""The fixtures of the tests in a real browser."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest_asyncio
from playwright.async_api import Browser, ViewportSize

from tests.browser.phone import Hand, chromium
from tests.browser.village import BrowserVillage, Newcomer

WIDE: ViewportSize = {"width": 1280, "height": 800}

Settle = Callable[..., Awaitable[Hand]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as launched:
        yield launched


@pytest_asyncio.fixture(loop_scope="module")
async def settle(browser: Browser, sqlite_url: str) -> AsyncIterator[Settle]:
    """Makes a village of newcomers and opens its page; the page must complain of nothing."""
    complaints: list[str] = []
    villages = []

    async def settled(*newcomers: Newcomer) -> Hand:
        village = BrowserVillage(sqlite_url, *newcomers)
        running = village.running()
        await running.__aenter__()
        villages.append(running)
        page = await (await browser.new_context(viewport=WIDE)).new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda line: (
                complaints.append(line.text) if line.type in {"error", "warning"} else None
            ),
        )
        await page.goto(village.address)
        return Hand(page, village)

    yield settled
    for context in browser.contexts:
        await context.close()
    for running in villages:
        await running.__aexit__(None, None, None)
    assert complaints == []
