"""The pictures of the guides: a vote played in each language, photographed on a phone's width.

`python -m tests.browser.pictures [FOLDER]` writes them, into docs/pictures without a folder.
"""

import asyncio
import re
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page, ViewportSize, expect

from bot import logs
from bot.demo import drawings
from tests.browser import moves
from tests.browser.moves import Option
from tests.browser.phone import Hand, chromium
from tests.browser.village import POSTER, BrowserVillage, Newcomer

HOUSE = Path(__file__).resolve().parents[2]
FOLDER = HOUSE / "docs" / "pictures"
WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE_WIDTH, PHONE_HEIGHT = 390, 760
"""CSS pixels; photographed twice as large."""
COLOURS = (256, 192, 128)
PLAIN = "#chat-body::before { display: none }"
"""The pattern behind the messages would be a third of each file."""
LARGEST, LARGEST_IN_ALL = 120_000, 1_000_000
"""Bytes."""
DEMO_SECONDS = 90

TITLES = ("Айылга биринчи кезекте эмне керек?", "Что нужно селу в первую очередь?")
IN_A_WEEK = {"ky": "9-ноябрь", "ru": "9 ноября"}
OPTIONS = (
    Option("Таза суу түтүгүн алмаштыруу", "Замена водопровода", "1 450 000"),
    Option("Мектептин чатырын оңдоо", "Ремонт крыши школы", "1 200 000"),
    Option("Көчөгө шагыл төшөө", "Гравий на улицу", "650 000"),
)
VILLAGERS = (
    # name, sex, age, choice
    ("Айда", "Woman", "29–45", 0),
    ("Нурлан", "Man", "29–45", 1),
    ("Гүлзат", "Woman", "60 and older", 0),
    ("Николай", "Man", "46–59", 0),
    ("Жылдыз", "Woman", "18–28", 2),
    ("Тимур", "Man", "18–28", 1),
    ("Чынара", "Woman", "46–59", 0),
    ("Ольга", "Woman", "29–45", 2),
)
STEERING = ("draft", "announce", "turnout", "closed")
DRAWN = ("water", "school", "road")
MOBILIZER, VILLAGER = "Бакыт", "Айда"


SHOWN = (
    *("language-ky", "consent-ky", "ballot-ky", "receipt-ky", "result-ru"),
    *(f"{screen}-{language}" for screen in STEERING for language in ("ky", "ru")),
)
"""The pictures of README.md and of the guides for mobilizers."""


class Camera:
    """Photographs one person's chat after the other, as a phone shows it."""

    def __init__(self, page: Page, village: BrowserVillage, folder: Path) -> None:
        self._page = page
        self._village = village
        self._folder = folder

    async def takes(self, name: str, person: str, height: int = PHONE_HEIGHT) -> None:
        """The end of the chat, if a guide shows it."""
        if name not in SHOWN:
            return
        await self._page.set_viewport_size({"width": PHONE_WIDTH, "height": height})
        await self._page.goto("about:blank")
        await self._page.goto(f"{self._village.address}/#/{self._village.ids[person]}")
        await self._page.add_style_tag(content=PLAIN)
        await expect(self._page.locator(".row.other").last).to_be_visible()
        for picture in await self._page.locator(".row.other img").all():
            await expect(picture).to_have_js_property("complete", True)
        shot = await self._page.screenshot(animations="disabled")
        save(shot, self._folder / f"{name}.png", Image.Quantize.FASTOCTREE)


def save(shot: bytes, file: Path, method: Image.Quantize) -> None:
    """As a PNG with a palette, which a weak network carries; fewer colours if it gets too large."""
    picture = Image.open(BytesIO(shot)).convert("RGB")
    for colours in COLOURS:
        few = picture.quantize(colours, method, dither=Image.Dither.NONE)
        few.save(file, "PNG", optimize=True)
        size = file.stat().st_size
        if size <= LARGEST:
            print(f"{file.name}: {size:,} bytes")
            return
    raise AssertionError(f"{file.name} has {size:,} bytes")


async def play(browser: Browser, language: str, folder: Path, scratch: Path) -> None:
    """A whole vote in one language, with a picture of each important screen."""
    url = f"sqlite+aiosqlite:///{scratch / f'{language}.db'}"
    newcomers = [Newcomer(name, language) for name in (MOBILIZER, *(v[0] for v in VILLAGERS))]
    async with BrowserVillage(url, *newcomers).running() as village:
        playing = await browser.new_context(viewport=WIDE)
        looking = await browser.new_context(
            device_scale_factor=2, is_mobile=True, color_scheme="light", bypass_csp=True
        )
        page = await playing.new_page()
        await page.goto(village.address)
        hand = Hand(page, village)
        camera = Camera(await looking.new_page(), village, folder)
        await arrive(hand, camera, language)
        await prepare(hand, camera, language, scratch)
        await vote(hand, camera, language)
        await finish(hand, camera, language)
        await looking.close()
        await playing.close()


async def arrive(hand: Hand, camera: Camera, language: str) -> None:
    await hand.holds(VILLAGER, language)
    await hand.opens(POSTER)
    await hand.sees("<b>Choose the language</b> 👇")
    await camera.takes(f"language-{language}", VILLAGER)
    await hand.taps(moves.NAMES[language])
    await hand.sees("<b>Do you consent to the processing of your personal data?</b>")
    await camera.takes(f"consent-{language}", VILLAGER)
    await hand.taps("✅ I consent")
    await moves.tells_of_oneself(hand, VILLAGERS[0][1], VILLAGERS[0][2])
    for name, sex, age, _ in VILLAGERS[1:]:
        await moves.settles(hand, name, language, sex, age)
    await moves.becomes_mobilizer(hand, MOBILIZER, language)


async def prepare(hand: Hand, camera: Camera, language: str, scratch: Path) -> None:
    await moves.begins_vote(hand, TITLES, "1 500 000")
    pictures = [scratch / f"{number}.jpg" for number in range(len(OPTIONS))]
    for number, (option, file) in enumerate(zip(OPTIONS, pictures, strict=True)):
        file.write_bytes(drawings.drawing(DRAWN[number]))
        shown = Option(option.title_ky, option.title_ru, option.cost, file)
        await moves.adds_option(hand, number + 1, shown)
    await hand.taps("⏰ Dates")
    await hand.sees("<b>When does the vote start?</b>")
    await hand.taps("Now")
    await hand.sees("<b>When does it end?</b>")
    await hand.taps(IN_A_WEEK[language])
    await hand.sees("✅ Everything is ready. Look at it, then announce.")
    await camera.takes(f"draft-{language}", MOBILIZER, height=900)
    await hand.taps("📣 Announce the vote")
    await hand.sees("<b>📣 Announce the vote?</b>")
    await camera.takes(f"announce-{language}", MOBILIZER)
    await hand.taps("📣 Yes, announce")
    await hand.sees("🗳 open")


async def vote(hand: Hand, camera: Camera, language: str) -> None:
    title = TITLES[language == "ru"]
    for name, _, _, choice in VILLAGERS:
        await moves.opens_ballot(hand, name, language, title)
        if name == VILLAGER:
            await camera.takes(f"ballot-{language}", name)
        await moves.chooses(hand, OPTIONS[choice].title(language))
        await moves.sends_ballot(hand)
        if name == VILLAGER:
            await camera.takes(f"receipt-{language}", name)


async def finish(hand: Hand, camera: Camera, language: str) -> None:
    await hand.holds(MOBILIZER, language)
    await hand.taps("🔄 Refresh")
    await hand.sees_count(
        "<b>👥 {count} person has voted.</b>",
        "<b>👥 {count} people have voted.</b>",
        len(VILLAGERS),
    )
    await camera.takes(f"turnout-{language}", MOBILIZER)
    await moves.closes(hand)
    await camera.takes(f"closed-{language}", MOBILIZER)
    await moves.publishes(hand)
    await moves.gets_result(hand, VILLAGER, language, TITLES[language == "ru"])
    await camera.takes(f"result-{language}", VILLAGER, height=980)


async def demo(browser: Browser, folder: Path) -> None:
    """The page as `ashar demo` opens it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "demo",
        "--port",
        "0",
        cwd=HOUSE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        address = await asyncio.wait_for(address_of(process), DEMO_SECONDS)
        context = await browser.new_context(viewport=WIDE, color_scheme="light")
        page = await context.new_page()
        await page.goto(address)
        await expect(page.locator(".row.other").last).to_be_visible()
        await page.locator("#chat-scroll").evaluate("chat => chat.scrollTo(0, chat.scrollHeight)")
        shot = await page.screenshot(animations="disabled")
        save(shot, folder / "demo.png", Image.Quantize.MEDIANCUT)
        await context.close()
    finally:
        process.terminate()
        await process.wait()


async def address_of(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async for line in process.stdout:
        if found := re.search(rb"http://\S+", line):
            return found[0].decode()
    raise AssertionError("the demo ended without telling its address")


async def take_all(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        async with chromium() as browser:
            for language in ("ky", "ru"):
                await play(browser, language, folder, Path(scratch))
            await demo(browser, folder)


def main(folder: Path) -> None:
    logs.set_up("console", "ERROR")
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(take_all(folder))
    total = sum(file.stat().st_size for file in folder.glob("*.png"))
    assert total <= LARGEST_IN_ALL, f"all together {total:,} bytes"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
