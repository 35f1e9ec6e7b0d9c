"""The chat page in a real browser: by mouse, by keyboard, on a phone's width."""

import asyncio
import shutil
import socket
import wave
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from simulator import Telegram, UploadedFile
from simulator.page import DemoLink, DemoPlace, page_routes
from simulator.server import make_server
from tests.simulator.village import TOKEN, inline

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine (apt: chromium)"),
]


class VotingBot:
    """A bot small enough to read: asks, confirms in place, keeps nothing."""

    def __init__(self, telegram: Telegram):
        self.telegram = telegram
        self.taps: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def call(self, method: str, files: Any = None, **params: Any) -> Any:
        answer = await self.telegram.call(TOKEN, method, params, files)
        assert answer.ok, answer.body
        return answer.result

    async def run(self) -> None:
        offset = 0
        while True:
            updates = await self.call("getUpdates", offset=offset, timeout=50)
            for update in updates:
                offset = update["update_id"] + 1
                await self.handle(update)

    async def handle(self, update: dict[str, Any]) -> None:
        if "callback_query" in update:
            await self.taps.put(update["callback_query"])
        elif "message" in update:
            message = update["message"]
            await self.answer(message["chat"]["id"], message.get("text", ""))

    async def answer(self, chat: int, text: str) -> None:
        if text.startswith("/start"):
            rows = inline([("🗳 Таза суу", "water")], [("❓ Жардам", "help")])
            words = f"<b>Саламатсызбы!</b> Эмне керек? {text.removeprefix('/start')}".strip()
            await self.call(
                "sendMessage", chat_id=chat, text=words, parse_mode="HTML", reply_markup=rows
            )
        elif text == "/where":
            rows = {"keyboard": [[{"text": "📍 Жерим", "request_location": True}]]}
            await self.call("sendMessage", chat_id=chat, text="Кайда?", reply_markup=rows)
        elif text:
            await self.call("sendMessage", chat_id=chat, text=f"Рахмат: {text}")

    async def confirm(self, words: str = "", *, alert: bool = False, edit: str = "") -> None:
        """Answer the next tap, and change the message that it was on."""
        query = await self.taps.get()
        if edit:
            message = query["message"]
            where = {"chat_id": message["chat"]["id"], "message_id": message["message_id"]}
            await self.call("editMessageText", text=edit, **where)
        await self.call(
            "answerCallbackQuery", callback_query_id=query["id"], text=words, show_alert=alert
        )


class Demo:
    """A simulator with its page on a free port, and the bot that runs in it."""

    def __init__(self) -> None:
        self.telegram = Telegram(limits=False)
        self.telegram.add_bot(TOKEN, "village_bot", "Айыл")
        self.aida = self.telegram.add_person("Айда", language_code="ky", note="mobilizer")
        self.nikolai = self.telegram.add_person("Николай", language_code="ru")
        self.bot = VotingBot(self.telegram)
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Serve the page, again on the port of the last time."""
        listener = socket.create_server(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        link = DemoLink("Poster of Бостери", "https://t.me/village_bot?start=v_1234")
        place = DemoPlace("Бостери", 42.6514, 77.1885)
        routes = page_routes(self.telegram, links=[link], locations=[place])
        server = make_server(self.telegram, routes)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield
        finally:
            server.should_exit = True
            await task
            listener.close()


@pytest_asyncio.fixture(loop_scope="module")
async def demo() -> AsyncIterator[Demo]:
    demo = Demo()
    running = asyncio.create_task(demo.bot.run())
    yield demo
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*SWITCHES])
        yield browser
        await browser.close()


Open = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="module")
async def open_page(demo: Demo, chromium: Browser) -> AsyncIterator[Open]:
    """Opens the page; the test fails if the browser complained about anything."""
    complaints: list[str] = []

    async def opened(size: ViewportSize | None = None, **options: Any) -> Page:
        context = await chromium.new_context(viewport=size or WIDE, **options)
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda line: (
                complaints.append(line.text) if line.type in {"error", "warning"} else None
            ),
        )
        await page.goto(demo.url)
        return page

    async with demo.serving():
        yield opened
        for context in chromium.contexts:
            await context.close()
    assert complaints == []


async def test_a_vote_is_clicked_through(demo: Demo, open_page: Open) -> None:
    page = await open_page()
    await expect(page.locator("#phone-owner")).to_contain_text("Айда’s phone")
    await page.get_by_role("button", name="START").click()
    question = page.locator(".bubble", has_text="Эмне керек?")
    await expect(question).to_have_attribute("lang", "ky")
    await expect(question.locator("strong")).to_have_text("Саламатсызбы!")
    water = page.get_by_role("button", name="🗳 Таза суу")
    await water.click()
    await expect(water).to_have_attribute("aria-busy", "true")
    await demo.bot.confirm("Сакталды", edit="✅ Рахмат!")
    await expect(page.locator("#toast")).to_contain_text("Сакталды")
    answered = page.locator(".bubble", has_text="✅ Рахмат!")
    await expect(answered).to_contain_text("edited")
    await expect(page.locator("#announcer")).to_contain_text("changed a message: ✅ Рахмат!")
    await expect(page.locator(".inline-button")).to_have_count(0)


async def test_an_alert_waits_until_it_is_closed(demo: Demo, open_page: Open) -> None:
    page = await open_page()
    await page.get_by_role("button", name="START").click()
    button = page.get_by_role("button", name="❓ Жардам")
    await button.click()
    await demo.bot.confirm("Бирөөнү тандаңыз", alert=True)
    alert = page.get_by_role("alertdialog")
    await expect(alert).to_contain_text("Бирөөнү тандаңыз")
    await page.keyboard.press("Escape")
    await expect(alert).to_have_count(0)
    await expect(button).not_to_have_attribute("aria-busy", "true")


async def test_the_page_is_played_by_keyboard_alone(demo: Demo, open_page: Open) -> None:
    page = await open_page()
    row = page.locator(".person-row", has_text="Айда")
    await row.focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.locator(".person-row", has_text="Николай")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#phone-owner")).to_contain_text("Николай’s phone")
    start = page.get_by_role("button", name="START")
    await expect(start).to_be_focused()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="🗳 Таза суу").focus()
    await page.keyboard.press("Enter")
    await demo.bot.confirm(edit="✅ Рахмат!")
    composer = page.locator("#composer-text")
    await expect(composer).to_be_focused()
    await page.keyboard.type("Бир")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("Эки")
    await page.keyboard.press("Enter")
    await expect(page.locator(".own .text").last).to_contain_text("Бир\nЭки", use_inner_text=True)
    await expect(composer).to_have_value("")
    await page.keyboard.press("ArrowUp")
    await expect(composer).to_have_value("Бир\nЭки")
    await composer.fill("Үч")
    await page.keyboard.press("Enter")
    await expect(page.locator(".own .text").last).to_contain_text("edited")
    await expect(composer).to_have_value("")
    await page.keyboard.press("Escape")
    await expect(page.locator(".person-row", has_text="Николай")).to_be_focused()


async def test_each_person_has_a_phone_of_their_own(demo: Demo, open_page: Open) -> None:
    page = await open_page()
    demo.telegram.people.says(demo.nikolai.id, "/start")
    row = page.locator(".person-row", has_text="Николай")
    await expect(row.locator(".unread")).to_have_text("1 unread message")
    await row.click()
    await expect(page.locator(".bubble", has_text="Эмне керек?")).to_be_visible()
    await expect(row.locator(".unread")).to_have_count(0)
    await page.locator("#composer-text").fill("черновик")
    await page.locator(".person-row", has_text="Айда").click()
    await expect(page.get_by_role("button", name="START")).to_be_visible()
    await expect(page.locator(".bubble")).to_have_count(0)
    await row.click()
    await expect(page.locator("#composer-text")).to_have_value("черновик")


async def test_a_person_and_a_group_are_added_and_the_group_is_left(
    demo: Demo, open_page: Open
) -> None:
    page = await open_page()
    await page.get_by_role("button", name="Add a person").click()
    await page.get_by_label("First name").fill("Бакыт")
    await page.get_by_label("The phone’s language").select_option("ru")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.locator("#phone-owner")).to_contain_text("Бакыт’s phone")
    await page.get_by_role("button", name="Add a group").click()
    await page.get_by_label("Name of the group").fill("Көчө")
    await page.get_by_role("checkbox", name="Бакыт").check()
    await page.get_by_role("button", name="Add", exact=True).click()
    await page.get_by_role("tab", name="Көчө").click()
    await page.locator("#composer-text").fill("/help")
    await page.keyboard.press("Enter")
    await expect(page.locator(".other .sender", has_text="Айыл")).to_be_visible()
    await page.get_by_role("button", name="More about this chat").click()
    await page.get_by_role("menuitem", name="Leave the group").click()
    await expect(page.get_by_role("button", name="START")).to_be_visible()


async def test_markup_in_a_name_or_a_message_stays_text(demo: Demo, open_page: Open) -> None:
    evil = "<img src=x onerror=alert(1)>"
    demo.telegram.add_person(evil)
    demo.telegram.people.says(demo.aida.id, evil)
    page = await open_page()
    await expect(page.locator(".row-name", has_text=evil)).to_be_visible()
    await expect(page.locator(".own .text", has_text=evil)).to_be_visible()
    await expect(page.locator(".other .text", has_text=evil)).to_be_visible()
    assert await page.locator("img[onerror]").count() == 0


async def test_a_poster_and_a_location_come_from_the_demo(demo: Demo, open_page: Open) -> None:
    page = await open_page()
    await page.get_by_role("button", name="Poster of Бостери").click()
    await expect(page.locator(".bubble", has_text="v_1234").last).to_contain_text("Саламатсызбы")
    await page.locator("#composer-text").fill("/where")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="📍 Жерим").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Latitude")).to_have_value("42.6514")
    await dialog.get_by_role("button", name="Send").click()
    await expect(page.locator(".own .map-card")).to_contain_text("42.65140, 77.18850")


async def test_pictures_are_sent_and_enlarged(
    demo: Demo, open_page: Open, tmp_path: Path, picture: Callable[..., bytes]
) -> None:
    demo.telegram.people.says(demo.aida.id, "Салам")
    files = [tmp_path / "1.jpg", tmp_path / "2.jpg"]
    for file in files:
        file.write_bytes(picture())
    page = await open_page()
    await page.get_by_role("button", name="Attach").click()
    async with page.expect_file_chooser() as chosen:
        await page.get_by_role("menuitem", name="Pictures").click()
    await (await chosen.value).set_files(files)
    dialog = page.get_by_role("dialog", name="Send 2 pictures")
    await dialog.get_by_label("Caption").fill("Эки сүрөт")
    await dialog.get_by_role("button", name="Send").click()
    await expect(page.locator(".own .album .photo")).to_have_count(2)
    await page.locator(".own .album .photo").first.click()
    viewer = page.get_by_role("dialog", name="Picture")
    await expect(viewer).to_contain_text("1 / 2")
    await page.keyboard.press("ArrowRight")
    await expect(viewer).to_contain_text("2 / 2")
    await page.keyboard.press("Escape")
    await expect(viewer).to_have_count(0)


def recording() -> bytes:
    """A second of a quiet tone, as a WAV file."""
    out = BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setparams((1, 1, 8000, 8000, "NONE", ""))
        sound.writeframes(bytes(120 + step % 16 for step in range(8000)))
    return out.getvalue()


async def test_voices_play_and_files_download(demo: Demo, open_page: Open) -> None:
    demo.telegram.people.says(demo.aida.id, "Салам")
    page = await open_page()
    chat = demo.aida.id
    voice = UploadedFile("v.wav", recording(), "audio/wav")
    await demo.bot.call("sendVoice", {"v": voice}, chat_id=chat, voice="attach://v", duration=1)
    player = page.locator(".player")
    await player.get_by_role("button", name="Play the recording").click()
    await expect(player.get_by_role("slider")).to_have_attribute("aria-valuetext", "0:00 of 0:01")
    await expect(player.get_by_role("button", name="Play the recording")).to_be_visible()
    await expect(player.locator(".failed")).to_have_count(0)
    file = UploadedFile("Тизме.csv", b"a,b", "text/csv")
    await demo.bot.call("sendDocument", {"f": file}, chat_id=chat, document="attach://f")
    card = page.get_by_role("link", name="Download Тизме.csv")
    async with page.expect_download() as download:
        await card.click()
    assert (await download.value).suggested_filename == "Тизме.csv"


async def test_a_recorded_voice_is_ogg_as_telegrams_are(demo: Demo, open_page: Open) -> None:
    demo.telegram.people.says(demo.aida.id, "Салам")
    page = await open_page()
    await page.get_by_role("button", name="Record a voice message").click()
    await expect(page.get_by_role("status").filter(has_text="0:01")).to_be_visible()
    await page.get_by_role("button", name="Send").click()
    await page.locator(".own .player").get_by_role("button", name="Play the recording").click()
    await expect(page.get_by_role("button", name="Pause the recording")).to_be_visible()
    (voice,) = [file for file in demo.telegram.files.values() if file.kind == "voice"]
    assert (voice.mime, voice.bytes[:4]) == ("audio/ogg", b"OggS")


async def test_a_phone_shows_the_list_then_the_chat(demo: Demo, open_page: Open) -> None:
    page = await open_page(PHONE, has_touch=True, is_mobile=True)
    people, phone = page.locator("#people"), page.locator("#phone")
    await expect(phone).to_be_hidden()
    await page.locator(".person-row", has_text="Айда").tap()
    await expect(phone).to_be_visible()
    await expect(people).to_be_hidden()
    await page.get_by_role("button", name="START").tap()
    await expect(page.locator(".bubble", has_text="Эмне керек?")).to_be_visible()
    wide = "document.documentElement.scrollWidth > innerWidth"
    assert await page.evaluate(wide) is False
    await page.get_by_role("button", name="Clock, links, faults and calls").last.tap()
    await expect(page.get_by_role("button", name="+1 day")).to_be_in_viewport()
    await page.get_by_role("button", name="Close").tap()
    await page.go_back()
    await expect(people).to_be_visible()
    await page.locator(".person-row", has_text="Николай").tap()
    await page.get_by_role("button", name="Back to the people").tap()
    await expect(people).to_be_visible()


async def test_the_clock_and_the_faults_are_switched(demo: Demo, open_page: Open) -> None:
    page = await open_page()
    await page.get_by_role("button", name="+1 day").click()
    await expect(page.locator(".clock-offset")).to_have_text("1 day ahead of the real time")
    await page.get_by_label("Slow network").select_option("300")
    await page.get_by_role("switch", name="Telegram is down").check()
    await expect(page.locator("#trouble")).to_contain_text("slow network (0.3 s), Telegram is down")
    assert (demo.telegram.faults.slow_ms, demo.telegram.faults.down) == (300, True)


async def test_the_page_comes_back_after_the_simulator_was_away(
    demo: Demo, chromium: Browser
) -> None:
    async with demo.serving():
        page = await chromium.new_page()
        await page.goto(demo.url)
        await page.get_by_role("button", name="START").click()
        await expect(page.locator(".bubble", has_text="Эмне керек?")).to_be_visible()
    await expect(page.locator("#offline")).to_be_visible()
    await demo.bot.call("sendMessage", chat_id=demo.aida.id, text="Сиз жокто")
    async with demo.serving():
        await expect(page.locator(".bubble", has_text="Сиз жокто")).to_be_visible()
        await expect(page.locator("#offline")).to_be_hidden()
        await page.close()
