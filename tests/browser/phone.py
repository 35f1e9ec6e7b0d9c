"""A hand at the chat page: holds one person's phone after the other, types, taps and looks."""

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from bot.ui.i18n import Translator
from bot.ui.screens import plain
from tests.browser.village import BrowserVillage

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PATIENCE_MS = 15_000
"""How long something may take to appear, on a machine that runs other tests beside."""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Debian's chromium without a screen."""
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*SWITCHES])
        try:
            yield browser
        finally:
            await browser.close()


REACHES = 3
REACH_MS = 3_000
"""The list of people is sorted by what is newest, so a row may move while it is clicked."""


class Hand:
    """Texts and labels are English msgids and are looked for in the held person's language; what
    has no translation (names, titles) is looked for as it is."""

    def __init__(self, page: Page, village: BrowserVillage) -> None:
        self.page = page
        self.village = village
        self._language = "ky"

    def words(self, text: str, **parameters: Any) -> str:
        """What the held person reads."""
        t = self._t
        return plain(t(text, **parameters)) if parameters or t.knows(text) else text

    @property
    def _t(self) -> Translator:
        return self.village.ashar.translators[self._language]

    @property
    def newest(self) -> Locator:
        """The bot's newest message with its buttons."""
        return self.page.locator(".row.other").last

    async def holds(self, name: str, language: str) -> None:
        """Takes up somebody's phone; reaches again if the list moved under the finger."""
        self._language = language
        owner = self.page.locator("#phone-owner")
        for _ in range(REACHES):
            await self.page.locator(".person-row", has_text=name).click()
            try:
                await expect(owner).to_contain_text(f"{name}’s phone", timeout=REACH_MS)
            except AssertionError:
                continue
            return
        await expect(owner).to_contain_text(f"{name}’s phone")

    async def opens(self, link: str) -> None:
        """A link of the demo, on the held phone."""
        await self.page.get_by_role("button", name=link).click()

    async def says(self, text: str) -> None:
        await self.page.locator("#composer-text").fill(text)
        await self.page.keyboard.press("Enter")

    async def taps(self, label: str, **parameters: Any) -> None:
        """The first button of the newest message that has these words."""
        wanted = self.words(label, **parameters)
        await self._buttons(self.newest, wanted).first.click()

    async def taps_old(self, label: str) -> None:
        """The oldest button of this label in the chat."""
        await self._buttons(self.page.locator("#messages"), self.words(label)).first.click()

    async def sees(self, *texts: str, **parameters: Any) -> None:
        """Each text is in the newest message, now or soon."""
        for text in texts:
            await expect(self.newest).to_contain_text(self.words(text, **parameters))

    async def sees_count(self, one: str, other: str, count: int) -> None:
        """A text with a number, by its two msgids."""
        await expect(self.newest).to_contain_text(plain(self._t.plural(one, other, count)))

    async def sees_result(self, title: str) -> None:
        """The result with its picture."""
        await self.sees("<b>📊 Result: {title}</b>", title=title)
        await self.sees_a_picture()

    async def sees_a_picture(self) -> None:
        """The newest message's picture has arrived and can be drawn."""
        picture = self.newest.locator("img").first
        await expect(picture).to_be_visible()
        await expect(picture).to_have_js_property("complete", True)
        assert await picture.evaluate("image => image.naturalWidth") > 300

    async def is_told(self, text: str) -> None:
        """An alert says so; it is closed."""
        alert = self.page.get_by_role("alertdialog")
        await expect(alert).to_contain_text(self.words(text))
        await self.page.keyboard.press("Escape")
        await expect(alert).to_have_count(0)

    async def sends_picture(self, file: Path) -> None:
        await self.page.get_by_role("button", name="Attach").click()
        async with self.page.expect_file_chooser() as chosen:
            await self.page.get_by_role("menuitem", name="Pictures").click()
        await (await chosen.value).set_files(file)
        await self.page.get_by_role("dialog").get_by_role("button", name="Send").click()

    def _buttons(self, where: Locator, words: str) -> Locator:
        """An exact pattern: texts of the page are compared without regard to upper case."""
        return where.locator(".inline-button", has_text=re.compile(re.escape(words)))
