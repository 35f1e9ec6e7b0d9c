"""`ashar run` as a process: waits for Telegram, ends when told, loses nothing on the way."""

import asyncio
import signal
import socket
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr
from telegram.error import NetworkError, RetryAfter

from bot.app import Ashar, Parts, start_when_possible
from bot.polling import LONGEST_SILENCE, Polling
from bot.settings import WrongSettings
from handlers.voting.taps import Pick
from tests.kills import Changes, Findings, Hand, Process, Scene, environment_for, village
from tests.simulator.served import served
from tests.world import TOKEN, World

SECONDS = 30.0


@dataclass(slots=True)
class Stage:
    """A village of four, its Telegram behind a real socket, and a bot that is not running yet."""

    scene: Scene
    environment: dict[str, str]
    changes: Changes
    _processes: list[Process]

    @property
    def telegram(self) -> Any:
        return self.scene.telegram

    def process(self, **settings: str) -> Process:
        made = Process(
            self.environment | {f"ASHAR_{name.upper()}": value for name, value in settings.items()}
        )
        self._processes.append(made)
        return made

    async def ready(self, **settings: str) -> Process:
        process = self.process(**settings)
        await process.start()
        await asyncio.wait_for(process.ready.wait(), SECONDS)
        return process

    def hands(self) -> list[Hand]:
        return [Hand(self.telegram, self.changes, Findings(), id) for id in self.scene.voters]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    scene = await village(tmp_path, 4)
    async with served(scene.telegram) as address:
        changes = Changes(scene.telegram)
        watching = asyncio.create_task(changes.watch())
        made = Stage(scene, environment_for(address, scene.database), changes, [])
        yield made
        for process in made._processes:
            await process.kill()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def until(seen: Callable[[], Any]) -> Any:
    """What `seen` finds of another process, which tells of nothing by itself."""
    async with asyncio.timeout(SECONDS):
        while not (found := seen()):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return found


async def test_sigterm_ends_an_idle_bot_with_exit_code_0(stage: Stage) -> None:
    process = await stage.ready()
    assert await process.end() == 0
    assert [line["event"] for line in process.lines] == ["ready", "stopping", "stopped"]


async def test_sigterm_finishes_what_runs_and_leaves_the_rest_to_the_next_process(
    stage: Stage,
) -> None:
    first = await stage.ready()
    stage.telegram.faults.slow_ms = 200
    for id in stage.scene.voters:
        stage.telegram.people.says(id, "/vote")
    await until(lambda: any(call.method == "sendMessage" for call in stage.telegram.calls))
    assert await first.end() == 0
    assert first.bugs == []
    stage.telegram.faults.slow_ms = 0
    second = await stage.ready()
    hands = stage.hands()
    await stage.changes.wait_for(lambda: all(hand.messages for hand in hands), "the last ballot")
    assert await second.end() == 0
    for hand in hands:
        assert len(hand.messages) == 1, "answered once, neither lost nor repeated"
        hand.button(Pick, position=1)
    assert stage.telegram.updates(TOKEN) == []


async def test_a_second_signal_ends_the_bot_at_once(stage: Stage) -> None:
    process = await stage.ready()
    assert process.running is not None
    with stage.telegram.events.subscribe() as events:
        stage.telegram.people.says(stage.scene.voters[0], "/vote")
        async for event in events:
            if event.kind == "call" and event.data["record"].method == "getUpdates":
                break
    stage.telegram.faults.slow_ms = 20_000
    await until(lambda: _rows(stage, "SELECT 1 FROM processed_update"))
    process.running.terminate()
    await until(lambda: any(line["event"] == "stopping" for line in process.lines))
    process.running.terminate()
    async with asyncio.timeout(5):
        assert await process.ended() == -signal.SIGTERM
    stage.telegram.faults.slow_ms = 0
    assert _rows(stage, "SELECT 1 FROM outbox WHERE sent_at IS NULL"), "the next one sends it"


@pytest.mark.slow
async def test_the_bot_waits_for_telegram_with_growing_pauses(stage: Stage) -> None:
    stage.telegram.faults.down = True
    process = stage.process()
    await process.start()
    await until(lambda: len(process.lines) >= 2)
    assert [(line["event"], line["seconds"]) for line in process.lines[:2]] == [
        ("telegram_out_of_reach", 1.0),
        ("telegram_out_of_reach", 2.0),
    ]
    stage.telegram.faults.down = False
    await asyncio.wait_for(process.ready.wait(), SECONDS)
    assert await process.end() == 0


async def test_sigterm_ends_the_waiting_for_telegram(stage: Stage) -> None:
    stage.telegram.faults.down = True
    process = stage.process()
    await process.start()
    await until(lambda: process.lines)
    assert await process.end() == 0


async def test_sigterm_ends_a_start_that_hangs(stage: Stage) -> None:
    stage.telegram.faults.slow_ms = 20_000
    process = stage.process()
    await process.start()
    await until(lambda: _rows(stage, "SELECT 1 FROM alembic_version"))
    assert process.running is not None
    await until(lambda: _catches_sigterm(process.running.pid if process.running else 0))
    async with asyncio.timeout(5):
        assert await process.end() == 0


async def test_a_token_that_telegram_does_not_know_ends_the_start_with_one_line(
    stage: Stage,
) -> None:
    process = stage.process(bot_token="654321:another-token")
    await process.start()
    assert await asyncio.wait_for(process.ended(), SECONDS) == 1
    assert process.lines == []
    assert process.bugs == ["ashar: ASHAR_BOT_TOKEN: Telegram doesn't know this token\n"]


WEBHOOK = {"webhook_url": "https://bot.example/", "webhook_secret": "s"}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            WEBHOOK | {"webhook_listen": "{taken}"},
            "ASHAR_WEBHOOK_LISTEN: can't listen on {taken}: Address already in use",
        ),
        (
            {"health_listen": "{taken}"},
            "ASHAR_HEALTH_LISTEN: can't listen on {taken}: Address already in use",
        ),
        (
            {"health_listen": "127.0.0.1:99999"},
            "ASHAR_HEALTH_LISTEN: can't listen on 127.0.0.1:99999: no port is above 65535",
        ),
        (
            WEBHOOK | {"webhook_url": "https://:443/", "webhook_listen": "127.0.0.1:0"},
            "ASHAR_WEBHOOK_URL: Telegram says Bad webhook: ",
        ),
    ],
)
async def test_an_address_that_can_not_work_ends_the_start_and_leaves_nothing_open(
    changes: dict[str, Any], says: str, world: World
) -> None:
    before = asyncio.all_tasks()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = f"127.0.0.1:{listener.getsockname()[1]}"
        update = {name: value.format(taken=taken) for name, value in changes.items()}
        if "webhook_secret" in update:
            update["webhook_secret"] = SecretStr(update["webhook_secret"])
        settings = world.settings.model_copy(update=update)
        ashar = Ashar(settings, Parts(request=world.request))
        with pytest.raises(WrongSettings) as wrong:
            await ashar.start()
    assert str(wrong.value).startswith(says.format(taken=taken))
    assert asyncio.all_tasks() == before


async def test_health_and_metrics_are_served_beside_polling(stage: Stage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    process = await stage.ready(health_listen=address)
    async with aiohttp.ClientSession(f"http://{address}") as session:
        async with session.get("/health") as answer:
            assert answer.status == 200
            assert (await answer.json())["ok"] is True
        async with session.get("/metrics") as answer:
            assert "ashar_outbox_depth" in await answer.text()
    assert await process.end() == 0


async def test_health_tells_of_an_inlet_that_gets_no_answers(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ashar = world.ashar
    ashar._polling = Polling(ashar.api, ashar.ptb.bot, ashar.unit)
    assert (await ashar.health())["ok"] is True
    ashar._polling._answered_at -= LONGEST_SILENCE + 1
    state = await ashar.health()
    assert (state["ok"], state["inlet"]) == (False, "silent")


async def test_a_start_that_fails_leaves_nothing_open(world: World) -> None:
    world.request.broken = True
    ashar = Ashar(world.settings, Parts(request=world.request))
    before = asyncio.all_tasks()
    with pytest.raises(NetworkError):
        await ashar.start()
    assert asyncio.all_tasks() == before
    await ashar.close()


@pytest.mark.parametrize(
    "error",
    [NetworkError("gone"), RetryAfter(timedelta(seconds=0))],
    ids=lambda e: type(e).__name__,
)
async def test_attempts_to_start_go_on_until_one_works(error: Exception) -> None:
    class Starting:
        attempts = 0

        async def start(self) -> None:
            Starting.attempts += 1
            if Starting.attempts < 4:
                raise error

    def make() -> Any:
        return Starting()

    found = await start_when_possible(make, asyncio.Event(), (0.0, 0.001))
    assert isinstance(found, Starting)
    assert Starting.attempts == 4


def _rows(stage: Stage, query: str) -> list[Any]:
    with closing(sqlite3.connect(stage.scene.database)) as connection:
        return connection.execute(query).fetchall()


def _catches_sigterm(pid: int) -> bool:
    """Whether the process has a handler for SIGTERM (Linux tells)."""
    status = Path(f"/proc/{pid}/status").read_text()
    (caught,) = [line.split()[1] for line in status.splitlines() if line.startswith("SigCgt")]
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)
