"""The demo: a village that has lived, a clock that goes ahead, a bot that restarts."""

import asyncio
import json
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from PIL import Image

from bot.commands.failing import Failed
from bot.demo import drawings, people, recordings
from bot.demo.people import Character
from bot.demo.phone import Phone, Unscripted
from bot.demo.show import show, staged
from bot.demo.stage import Stage
from bot.demo.story import Story
from handlers.doors import OpenMenu, OpenResult, OpenVote
from handlers.onboarding import ChooseLanguage
from handlers.voting.taps import Confirm, Hear, Pick, ShowPictures
from simulator import Message

HOUSE = Path(__file__).resolve().parents[2]
SECONDS = 20.0

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo as `ashar demo` has it when it is ready."""

    stage: Stage
    story: Story

    def phone(self, who: Character) -> Phone:
        return self.story.phones[who]

    def chat(self, who: Character) -> list[Message]:
        return self.stage.telegram.screen(self.phone(who).id)

    def words(self, who: Character) -> str:
        return "\n".join(message.plain for message in self.chat(who) if message.sender == "bot")

    async def until(self, seen: Callable[[], Any]) -> Any:
        """What `seen` finds after one of the coming changes."""
        with self.stage.telegram.events.subscribe() as events:
            async with asyncio.timeout(SECONDS):
                while not (found := seen()):
                    await anext(events)
        return found


@asynccontextmanager
async def told(folder: Path) -> AsyncIterator[Demo]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with staged(listener, folder) as stage:
            story = Story(stage)
            await story.tell()
            await stage.start()
            yield Demo(stage, story)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """One for all tests that leave the votes as they are."""
    async with told(tmp_path_factory.mktemp("demo")) as made:
        yield made


in_the_demo = pytest.mark.asyncio(loop_scope="module")


@in_the_demo
async def test_everybody_has_the_result_in_their_own_language(demo: Demo) -> None:
    for who in (*people.VILLAGERS, people.BAKYT):
        results = [message for message in demo.chat(who) if ": 65 " in message.plain]
        if who.village != people.BOSTERI:
            assert not results, f"{who.name} lives elsewhere"
            continue
        (result,) = results
        assert re.findall(r": (\d+)", result.plain)[:4] == ["65", "38", "33", "0"]
        assert ("Что построим" if who.language == "ru" else "эмне курабыз") in result.plain
        assert result.media is not None
        assert result.media.kind == "photo"


@in_the_demo
async def test_who_has_voted_holds_a_receipt_and_who_has_not_is_asked(demo: Demo) -> None:
    def receipts(who: Character) -> int:
        return len(re.findall(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b", demo.words(who)))

    assert [receipts(who) for who in (people.UMUT, people.TIMUR)] == [2, 2]
    assert [receipts(who) for who in (people.JENISH, people.MEERIM)] == [1, 1]
    assert receipts(people.SVETLANA) == 0
    newest = demo.chat(people.JENISH)[-1]
    assert "Айылга биринчи кезекте эмне керек?" in newest.plain
    assert newest.buttons


@in_the_demo
async def test_chats_are_as_old_as_their_story(demo: Demo) -> None:
    clock = demo.stage.telegram.clock
    dates = [message.date for message in demo.chat(people.GULNARA)]
    assert dates == sorted(dates)
    ages = [clock.now() - clock.offset - date for date in dates]
    assert timedelta(days=13) < ages[0] < timedelta(days=16)
    assert timedelta(hours=1) < ages[-1] < timedelta(days=2)


@in_the_demo
async def test_a_villager_sees_the_pictures_hears_the_options_and_votes(demo: Demo) -> None:
    nikolai = demo.phone(people.NIKOLAI)
    nikolai.taps(OpenVote)
    ballot = await demo.until(lambda: _with_button(demo.chat(people.NIKOLAI), "▶️ 🎤 1"))
    assert "Питьевая вода" in ballot.plain
    nikolai.taps(ShowPictures)
    await demo.until(lambda: _media(demo.chat(people.NIKOLAI)).count("photo") == 4)
    await demo.until(lambda: _can(nikolai, Hear, position=2))
    nikolai.taps(Hear, position=2)
    await demo.until(lambda: "voice" in _media(demo.chat(people.NIKOLAI)))
    nikolai.taps(Pick, position=2)
    await demo.until(lambda: _can(nikolai, Confirm, picks="2"))
    nikolai.taps(Confirm, picks="2")
    await demo.until(lambda: "Ваш голос принят" in demo.words(people.NIKOLAI))


@in_the_demo
async def test_after_a_restart_the_bot_goes_on_with_the_same_database(demo: Demo) -> None:
    before = demo.stage.ashar
    await demo.stage.restart()
    assert demo.stage.ashar is not before
    aigul = demo.phone(people.AIGUL)
    aigul.taps(OpenVote)
    await demo.until(lambda: _can(aigul, Pick, position=3))


@in_the_demo
async def test_a_restart_while_telegram_is_down_waits_for_it(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.demo.stage.START_SECONDS", 0.05)
    demo.stage.telegram.faults.down = True
    async with page(demo) as session:
        answer = await session.post("/do/restart", json={})
        assert answer.status == 409
        assert "starts by itself" in (await answer.json())["error"]
    demo.stage.telegram.faults.down = False
    timur = demo.phone(people.TIMUR)
    timur.says("/menu")
    await demo.until(lambda: demo.chat(people.TIMUR)[-1].sender == "bot")


@in_the_demo
async def test_the_page_offers_posters_and_an_invitation_for_the_newcomer(demo: Demo) -> None:
    snapshot = await _snapshot(demo)
    urls = [link["url"] for link in snapshot["links"]]
    assert urls[0].endswith(f"?start=v_{people.BOSTERI}")
    assert urls[1].endswith(f"?start=v_{people.TAMCHY}")
    assert snapshot["restart"] is True
    assert snapshot["zone"] == "Asia/Bishkek"
    assert {"Бостеринский айылный аймак", "г. Каракол"} <= {
        place["name"] for place in snapshot["locations"]
    }
    assert [person["name"] for person in snapshot["people"]][:3] == [
        "Айгүл Токтосунова",
        "Николай Ковалёв",
        "Бакыт Асанов",
    ]
    assert demo.chat(people.ERMEK) == [], "the newcomer has an empty chat"
    ermek = demo.phone(people.ERMEK)
    ermek.opens(urls[2].rpartition("=")[2])
    await demo.until(lambda: _can(ermek, ChooseLanguage, language="ky"))


@in_the_demo
async def test_an_hour_on_the_page_is_an_hour_for_the_bot(demo: Demo) -> None:
    before = demo.stage.ashar.clock.now()
    async with page(demo) as session:
        answer = await session.post("/do/advances", json={"hours": 1})
        assert answer.status == 200
    now = demo.stage.ashar.clock.now()
    assert timedelta(hours=1) <= now - before < timedelta(hours=1, minutes=1)
    assert abs(now - demo.stage.telegram.clock.now()) < timedelta(seconds=1)


async def test_days_on_the_page_bring_the_reminder_and_the_end_of_the_vote(
    tmp_path: Path,
) -> None:
    async with told(tmp_path) as demo:
        before = len(demo.chat(people.SVETLANA))
        demo.stage.telegram.clock.advance(timedelta(days=4, hours=12))
        await demo.until(lambda: len(demo.chat(people.SVETLANA)) == before + 1)
        assert _can(demo.phone(people.SVETLANA), OpenVote)
        demo.stage.telegram.clock.advance(timedelta(days=2))
        await demo.until(lambda: "добуштар эсептелди" in demo.chat(people.BAKYT)[-1].plain)
        assert "Айылга биринчи кезекте эмне керек?" in demo.chat(people.BAKYT)[-1].plain


@in_the_demo
async def test_a_phone_says_which_button_it_misses(demo: Demo) -> None:
    with pytest.raises(Unscripted, match="no button OpenResult"):
        demo.phone(people.ANARA).taps(OpenResult)
    assert _can(demo.phone(people.ANARA), OpenMenu)


@pytest.mark.parametrize("name", drawings.DRAWINGS)
def test_a_drawing_is_a_small_jpeg(name: str) -> None:
    content = drawings.drawing(name)
    with Image.open(BytesIO(content)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (drawings.WIDTH, drawings.HEIGHT))
    assert len(content) < 40_000


@pytest.mark.parametrize("name", drawings.DRAWINGS)
@pytest.mark.parametrize("language", ["ky", "ru"])
def test_every_option_is_spoken_in_both_languages(name: str, language: str) -> None:
    voice = recordings.recording(name, language)
    assert voice.startswith(b"OggS")
    assert b"OpusHead" in voice[:64]
    assert 2 <= recordings.seconds(voice) <= 10


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own log stays as it is."""
    monkeypatch.setattr("bot.demo.show.set_up", lambda *_: None)


@pytest.mark.usefixtures("quiet")
async def test_a_port_in_use_is_one_readable_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Failed, match=rf"can't listen on 127\.0\.0\.1:{port}: .*--port"):
            await show("127.0.0.1", port, tmp_path)


@pytest.mark.usefixtures("quiet")
async def test_a_database_that_is_there_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "ashar.db").write_text("precious")
    with pytest.raises(Failed, match="is there already"):
        await show("127.0.0.1", 0, tmp_path)
    assert (tmp_path / "ashar.db").read_text() == "precious"


@pytest.mark.parametrize("when", ["at once", "when it is ready"])
async def test_control_c_ends_the_demo_tidily(when: str, tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "demo", "--port", "0"),
        cwd=HOUSE,
        env={"PATH": "", "TMPDIR": str(tmp_path), "ASHAR_BOT_TOKEN": "nonsense that is not read"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    async with asyncio.timeout(60):
        first = (await process.stdout.readline()).decode()
        assert "village" in first
        if when == "when it is ready":
            second = (await process.stdout.readline()).decode()
            assert re.search(r"http://127\.0\.0\.1:\d+/", second)
        process.send_signal(signal.SIGINT)
        code = await process.wait()
    assert (code, (await process.stderr.read()).decode()) == (0, "")
    assert not os.listdir(tmp_path), "the database is thrown away"  # noqa: PTH208


def page(demo: Demo) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(demo.stage.address)


async def _snapshot(demo: Demo) -> dict[str, Any]:
    """What the page gets first."""
    async with page(demo) as session, session.get("/events") as stream:
        async for line in stream.content:
            if line.startswith(b"data: "):
                told: dict[str, Any] = json.loads(line.removeprefix(b"data: "))
                return told
    raise AssertionError("the stream of events is empty")


def _with_button(messages: list[Message], label: str) -> Message | None:
    return next((message for message in messages if label in message.buttons), None)


def _media(messages: list[Message]) -> list[str]:
    return [message.media.kind for message in messages if message.media]


def _can(phone: Phone, kind: Any, **fields: object) -> bool:
    try:
        phone.button(kind, **fields)
    except Unscripted:
        return False
    return True
