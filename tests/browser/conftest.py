"""The fixtures of the tests in a real browser."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, ViewportSize

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
    async with AsyncExitStack() as stack:

        async def settled(*newcomers: Newcomer) -> Hand:
            village = BrowserVillage(sqlite_url, *newcomers)
            await stack.enter_async_context(village.running())
            context = await stack.enter_async_context(await browser.new_context(viewport=WIDE))
            page = await context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda line: complaints.append(line.text) if bad(line) else None)
            await page.goto(village.address)
            return Hand(page, village)

        yield settled
    assert complaints == []


def bad(line: ConsoleMessage) -> bool:
    return line.type in {"error", "warning"}
