"""Polling: the offset moves after the commit, and nothing that Telegram says ends the asking."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TimedOut

from bot import polling as polling_module
from bot.polling import Polling
from bot.request import BotApi
from bot.ui.context import Context
from bot.ui.screens import Screen
from tests.bot.machine import Machine, running

AIDA, BAKYT = 501, 502


class Inbox(BotApi):
    """Keeps updates until a higher offset confirms them, as Telegram does."""

    def __init__(self) -> None:
        self.updates: list[dict[str, Any]] = []
        self.offsets: list[int] = []
        self.errors: list[Exception] = []
        self.arrived = asyncio.Event()
        self.asked = asyncio.Event()

    def put(self, *updates: dict[str, Any]) -> None:
        self.updates += updates
        self.arrived.set()

    async def call(
        self, method: str, payload: dict[str, Any], files: Any = None, seconds: float = 0
    ) -> Any:
        assert method == "getUpdates"
        self.asked.set()
        self.offsets.append(payload["offset"])
        if self.errors:
            raise self.errors.pop(0)
        self.updates = [u for u in self.updates if u["update_id"] >= payload["offset"]]
        if not self.updates and payload["timeout"]:
            self.arrived.clear()
            await self.arrived.wait()
        return list(self.updates)


class Reader:
    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.inbox = Inbox()
        self.polling = Polling(self.inbox, machine.ptb.bot, machine.unit)
        self.task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self.polling._task = self.task = asyncio.create_task(self.polling._run())

    async def until(self, said: int) -> None:
        async with asyncio.timeout(10):
            while len(self.machine.said) < said or self.inbox.updates:  # noqa: ASYNC110
                await asyncio.sleep(0.001)


@pytest.fixture
async def reader(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Reader]:
    monkeypatch.setattr(polling_module, "PAUSES", (0.0,))
    async with running(sqlite_url) as machine:
        made = Reader(machine)
        yield made
        await made.polling.stop()


async def test_updates_are_carried_out_and_then_confirmed(reader: Reader) -> None:
    updates = [reader.machine.says(AIDA, "one"), reader.machine.says(BAKYT, "two")]
    reader.inbox.put(*updates)
    reader.start()
    await reader.until(2)
    assert reader.inbox.offsets[:2] == [0, updates[-1]["update_id"] + 1]
    assert sorted(reader.machine.said) == [(AIDA, "one"), (BAKYT, "two")]


async def test_an_answer_ends_the_silence_and_a_failure_does_not(reader: Reader) -> None:
    reader.polling._answered_at -= 1000
    reader.inbox.errors = [NetworkError("x")]
    reader.start()
    async with asyncio.timeout(10):
        while len(reader.inbox.offsets) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    assert reader.polling.silent_seconds > 1000
    reader.inbox.put(reader.machine.says(AIDA, "one"))
    await reader.until(1)
    await asyncio.sleep(0)
    assert reader.polling.silent_seconds < 1000


async def test_the_offset_stays_while_the_database_is_gone(reader: Reader) -> None:
    failures = 3

    async def handler(context: Context) -> None:
        nonlocal failures
        if failures:
            failures -= 1
            raise ConnectionResetError
        context.say(Screen(context.message.text or ""))

    reader.machine.handler = handler
    reader.inbox.put(reader.machine.says(AIDA, "one"), reader.machine.says(AIDA, "two"))
    reader.start()
    await reader.until(2)
    assert reader.inbox.offsets[:4] == [0, 0, 0, 0]
    assert reader.machine.said == [(AIDA, "one"), (AIDA, "two")]


async def test_a_bug_moves_the_offset_on(reader: Reader) -> None:
    reader.inbox.put(reader.machine.says(AIDA, "bug"), reader.machine.says(AIDA, "next"))
    reader.start()
    await reader.until(2)
    assert reader.machine.said_to(AIDA)[1] == "next"


@pytest.mark.parametrize(
    "error",
    [
        Conflict("terminated by other getUpdates request"),
        InvalidToken(),
        NetworkError("Bad Gateway"),
        TimedOut(),
        RetryAfter(0),
        TypeError("not what was expected"),
    ],
)
async def test_an_error_is_waited_out(reader: Reader, error: Exception) -> None:
    reader.inbox.errors = [error, error]
    reader.inbox.put(reader.machine.says(AIDA, "after all"))
    reader.start()
    await reader.until(1)
    assert reader.machine.said == [(AIDA, "after all")]


async def test_an_update_that_cannot_be_read_is_passed_over(reader: Reader) -> None:
    bad = {"update_id": 5, "message": {"message_id": "x"}}
    good = reader.machine.says(AIDA, "good", update_id=6)
    reader.inbox.put(bad, good)
    reader.start()
    await reader.until(1)
    assert reader.inbox.offsets[1] == 7


async def test_a_stop_ends_the_long_poll_and_confirms(reader: Reader) -> None:
    reader.inbox.put(reader.machine.says(AIDA, "one", update_id=41))
    reader.start()
    await reader.until(1)
    async with asyncio.timeout(5):
        await reader.polling.stop()
    assert reader.inbox.offsets[-1] == 42


async def test_a_stop_lets_updates_that_were_taken_on_come_to_their_end(reader: Reader) -> None:
    entered, gate = asyncio.Event(), asyncio.Event()

    async def handler(context: Context) -> None:
        entered.set()
        await gate.wait()
        context.say(Screen("done"))

    reader.machine.handler = handler
    reader.inbox.put(reader.machine.says(AIDA, "one", update_id=41))
    reader.start()
    await entered.wait()
    stopping = asyncio.create_task(reader.polling.stop())
    await asyncio.sleep(0)
    gate.set()
    await stopping
    assert reader.machine.said == [(AIDA, "done")]
    assert reader.inbox.offsets[-1] == 42
