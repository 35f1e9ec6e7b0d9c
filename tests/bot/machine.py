"""The machine without the dialogues: a database, a unit of work with routes of a test's own, and a
Telegram that answers as a test says."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from telegram.ext import ApplicationBuilder

from bot.app import WORKERS_ON_POSTGRESQL
from bot.clock import Clock
from bot.database import Database
from bot.errors import Incident
from bot.files import Files, Maker
from bot.pacer import Pacer
from bot.request import BotApi, Upload
from bot.sender import Sender
from bot.transactions import Dialogues, Transactions
from bot.ui.callbacks import Callback, callback
from bot.ui.context import Answer, Context
from bot.ui.i18n import Translators
from bot.ui.routes import Command, Event, OpenTo, Routes, Tap
from bot.ui.screens import Screen
from bot.unit_of_work import UnitOfWork
from bot.updates import read_update
from models import Account, Outbox
from services.outbox import Hands, Letter
from services.places.current import Places
from services.refusal import Reason, Refused
from services.terms import Terms
from simulator.telegram import Telegram
from tests.fake import API, FakeRequest

TOKEN = "123456:TEST-token"
START = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
TRANSLATORS = Translators(ZoneInfo("Asia/Bishkek"))
Handler = Callable[[Context], Awaitable[None]]


@callback("test")
class Tapped(Callback):
    """The one button of these dialogues."""

    number: int


class Mailbox:
    """Takes what the unit of work hands over after a commit."""

    def __init__(self) -> None:
        self.hands = Hands()
        self.letters: list[Letter] = []
        self.answers: list[tuple[str, Answer | None]] = []

    def push(self, letters: Sequence[Letter]) -> None:
        self.hands.held.update(letter.id for letter in letters)
        self.letters += letters

    def answer(self, query_id: str, chat_id: int, answer: Answer | None) -> None:
        self.answers.append((query_id, answer))


class Machine:
    """A unit of work whose one handler is given by the test."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = Clock(lambda: START)
        self.mailbox = Mailbox()
        self.incidents: list[Incident] = []
        self.handler: Handler = _echo
        telegram = Telegram(limits=False)
        telegram.add_bot(TOKEN, "ashar_test_bot", "Ashar")
        self.ptb = (
            ApplicationBuilder()
            .token(TOKEN)
            .base_url(f"{API}/bot")
            .request(FakeRequest(telegram))
            .get_updates_request(FakeRequest(telegram))
            .updater(None)
            .build()
        )
        self._ids = iter(range(1000, 10_000_000))
        self.transactions = Transactions(
            database,
            self.ptb,
            Dialogues(
                routes=Routes(
                    (
                        Event("input", self._handle),
                        Event("blocked", self._handle),
                        Event("group", self._handle),
                        Command("start", self._handle, OpenTo.ANYONE),
                        Tap(Tapped, self._handle_tap, OpenTo.ANYONE),
                    )
                ),
                stage=_anyone,
                next_step=_echo,
                explain=self._explain,
                apologise=self._apologise,
            ),
            self.mailbox.hands,
            self.clock,
            TRANSLATORS,
            Terms(),
            Places(),
        )
        workers = 1 if database.is_sqlite else WORKERS_ON_POSTGRESQL
        self.unit = UnitOfWork(self.transactions, self.mailbox, workers)

    async def _handle(self, context: Context) -> None:
        await self.handler(context)

    async def _handle_tap(self, context: Context, tap: Tapped) -> None:
        await self.handler(context)

    async def _explain(self, context: Context, refused: Refused) -> None:
        context.say(Screen(f"no: {refused.reason} {context.account.language}"))

    async def _apologise(self, context: Context, incident: Incident) -> None:
        self.incidents.append(incident)
        context.say(Screen(f"sorry: {incident.id}"))

    async def run(self, *updates: dict[str, Any]) -> list[BaseException | None]:
        """All of them side by side, as polling does; what each raised."""
        read = [read_update(update, self.ptb.bot) for update in updates]
        return await asyncio.gather(
            *(self.unit.run(update) for update in read), return_exceptions=True
        )

    def says(self, person: int, text: str, update_id: int | None = None) -> dict[str, Any]:
        id = update_id if update_id is not None else next(self._ids)
        return {
            "update_id": id,
            "message": {
                "message_id": id,
                "date": 1_790_000_000,
                "chat": {"id": person, "type": "private", "first_name": "A"},
                "from": {"id": person, "is_bot": False, "first_name": "A"},
                "text": text,
            },
        }

    def taps(self, person: int, data: str) -> dict[str, Any]:
        update = self.says(person, "screen")
        message = update.pop("message")
        sender = message.pop("from")
        query = {"id": f"q{update['update_id']}", "from": sender, "chat_instance": "1"}
        return {**update, "callback_query": {**query, "message": message, "data": data}}

    @property
    def said(self) -> list[tuple[int, str]]:
        """Chat and text of what goes out, in order."""
        return [(letter.chat_id, letter.payload["text"]) for letter in self.mailbox.letters]

    def said_to(self, person: int) -> list[str]:
        return [text for chat, text in self.said if chat == person]

    async def languages(self) -> dict[int, str | None]:
        async with self.database.read() as session:
            rows = await session.execute(select(Account.id, Account.language))
            return {id: language for id, language in rows}  # noqa: C416


@asynccontextmanager
async def running(url: str) -> AsyncIterator[Machine]:
    database = Database(url)
    machine = Machine(database)
    await machine.ptb.initialize()
    await machine.unit.start()
    try:
        yield machine
    finally:
        await machine.unit.stop()
        await machine.ptb.shutdown()
        await database.close()


async def _echo(context: Context) -> None:
    """Answers with what was said, and remembers in the account that it did."""
    text = context.message.text or ""
    if text == "refused":
        raise Refused(Reason.NOT_FOUND)
    if text == "bug":
        raise ZeroDivisionError
    context.account.language = "ru" if context.account.language == "ky" else "ky"
    if text == "refused after writing":
        raise Refused(Reason.NOT_FOUND)
    if text == "refused after flushing":
        await context.session.flush()
        raise Refused(Reason.NOT_FOUND)
    if text == "bug after writing":
        raise ZeroDivisionError
    context.say(Screen(text))


async def _anyone(context: Context) -> OpenTo:
    return OpenTo.ANYONE


Answering = Callable[[str, dict[str, Any]], Any]


class ScriptedApi(BotApi):
    """Records calls and answers them as told: a result, or an exception to raise."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.uploads: list[dict[str, Upload]] = []
        self.script: deque[Any] = deque()
        """What the next calls meet; after that all goes well."""
        self.by_chat: dict[int, deque[Any]] = {}
        self.gate = asyncio.Event()
        """Calls wait here."""
        self.gate.set()
        self.under_way = 0
        self.most_under_way = 0

    async def call(
        self,
        method: str,
        payload: dict[str, Any],
        files: dict[str, Upload] | None = None,
        seconds: float = 0,
    ) -> Any:
        self.calls.append((method, payload))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await self.gate.wait()
            await asyncio.sleep(0)
        finally:
            self.under_way -= 1
        script = self.by_chat.get(payload.get("chat_id", 0)) or self.script
        outcome = script.popleft() if script else None
        if isinstance(outcome, Exception):
            raise outcome
        if files:
            self.uploads.append(files)
        return outcome if outcome is not None else _result(len(self.calls), payload)

    @property
    def texts(self) -> list[str]:
        """Of messages that were tried, in order."""
        return [payload["text"] for _, payload in self.calls if "text" in payload]

    def texts_to(self, chat_id: int) -> list[str]:
        return [p["text"] for _, p in self.calls if p.get("chat_id") == chat_id and "text" in p]


def _result(number: int, payload: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {"message_id": number}
    for kind in ("photo", "document", "voice"):
        if kind in payload:
            file = {"file_id": f"file-{number}"}
            result[kind] = [file] if kind == "photo" else file
    return result


@asynccontextmanager
async def sending(
    url: str, api: ScriptedApi, *, clock: Clock | None = None, **options: Any
) -> AsyncIterator[Sender]:
    """A sender at work, by default without limits of pace."""
    database = Database(url)
    sender = sender_on(database, api, clock=clock, **options)
    await sender.start()
    try:
        yield sender
    finally:
        await sender.stop()
        await database.close()


def sender_on(
    database: Database,
    api: ScriptedApi,
    *,
    clock: Clock | None = None,
    pacer: Pacer | None = None,
    makers: dict[str, Maker] | None = None,
    **options: Any,
) -> Sender:
    clock = clock or Clock(lambda: START)
    files = Files(database, makers or {}, TRANSLATORS, clock)
    pacer = pacer or Pacer(1000, chat_gap=0.0)
    return Sender(database, api, pacer, clock, files, **options)


async def rows(database: Database) -> list[Outbox]:
    """The outbox, oldest first."""
    async with database.read() as session:
        return list(await session.scalars(select(Outbox).order_by(Outbox.id)))
