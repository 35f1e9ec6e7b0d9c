"""The composition root: engine, PTB application, routes, sender, clock; nothing else makes them."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, repeat
from typing import Any

import structlog
from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError
from telegram.ext import ApplicationBuilder
from telegram.request import BaseRequest

import handlers
from bot import migrations
from bot.clock import Clock, Duty, Ticker
from bot.database import Database
from bot.duties import Duties
from bot.files import Files
from bot.pacer import Pacer
from bot.polling import ALLOWED_UPDATES, LONGEST_SILENCE, Polling
from bot.request import AiohttpRequest, BotApi, seconds_of, wait_at_most
from bot.sender import Sender
from bot.settings import Settings, WrongSettings
from bot.shopfront import dress
from bot.transactions import Dialogues, Transactions
from bot.ui.i18n import Translators
from bot.ui.routes import Routes
from bot.unit_of_work import UnitOfWork
from services.places.current import Places
from services.terms import Terms

log = structlog.get_logger()

PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Seconds between attempts to start while Telegram can't be reached; the last is repeated."""

WORKERS_ON_POSTGRESQL = 4
"""Transactions side by side; SQLite has one writer."""

MOST_PORTS = 65_535


@dataclass(frozen=True, slots=True)
class Parts:
    """What a test or the demo may put in place of the real thing."""

    clock: Clock | None = None
    request: BaseRequest | None = None
    pacer: Pacer | None = None
    duty_seconds: float = 1.0


class Ashar:
    """The whole bot, from settings; `start`, then `stop`, once."""

    def __init__(self, settings: Settings, parts: Parts | None = None) -> None:
        parts = parts or Parts()
        self.settings = settings
        self.clock = parts.clock or Clock()
        token = settings.token()
        self.database = Database(settings.database_url)
        self._request = parts.request or AiohttpRequest()
        self.translators = Translators(settings.zone)
        self.places = Places()
        self.api = BotApi(self._request, settings.bot_api_url, token)
        self.ptb = (
            ApplicationBuilder()
            .token(token)
            .base_url(f"{settings.bot_api_url}/bot")
            .base_file_url(f"{settings.bot_api_url}/file/bot")
            .request(self._request)
            .get_updates_request(self._request)
            .updater(None)
            .build()
        )
        files = Files(self.database, handlers.MAKERS, self.translators, self.clock)
        self.sender = Sender(
            self.database,
            self.api,
            parts.pacer or Pacer(settings.broadcast_rate // settings.processes),
            self.clock,
            files,
            paid=settings.paid_broadcast,
        )
        self._duty_seconds = parts.duty_seconds
        self._polling: Polling | None = None
        self._undo = AsyncExitStack()
        """Ends what was begun, the latest first."""

    async def open(self) -> None:
        """Everything but the inlet: after this, updates can be carried out.

        Raises:
            WrongSettings: Telegram doesn't know the token.
            migrations.OldSchema: PostgreSQL, and `ashar migrate` hasn't been run.
            TelegramError: Telegram can't be reached.
        """
        async with self._whole_or_not_at_all():
            await self._open()

    async def start(self) -> None:
        """All of it.

        Raises:
            WrongSettings: as `open`; an address can't be listened on, or Telegram won't call it.
            migrations.OldSchema, TelegramError: as `open`.
        """
        async with self._whole_or_not_at_all():
            await self._open()
            await self.ticker.start()
            self._undo.push_async_callback(self.ticker.stop)
            await self._start_inlet()
            self._dress()
        log.info(
            "ready",
            bot=self.ptb.bot.username,
            inlet="webhook" if self.settings.webhook_url else "polling",
            database=self.database.dialect,
        )

    async def stop(self) -> None:
        """Finishes what runs and loses nothing: inlet first, then work, then sending."""
        await self.close()
        log.info("stopped")

    async def close(self) -> None:
        """Undoes `open`."""
        await self._undo.aclose()

    async def health(self) -> dict[str, Any]:
        """Whether the database answers, updates come in, and how full the outbox is."""
        silent = self._polling is not None and self._polling.silent_seconds > LONGEST_SILENCE
        inlet = {"inlet": "silent"} if silent else {}
        try:
            async with asyncio.timeout(3):
                outbox = await self.duties.measure(self.clock.now())
        except Exception as error:
            return {"ok": False, "database": type(error).__name__, **inlet}
        return {"ok": not silent, **outbox, **inlet}

    @asynccontextmanager
    async def _whole_or_not_at_all(self) -> AsyncIterator[None]:
        try:
            yield
        except BaseException:
            await self._undo.aclose()
            raise

    async def _open(self) -> None:
        self._undo.push_async_callback(self.database.close)
        await migrations.make_ready(self.database)
        self._undo.push_async_callback(self._request.shutdown)
        self._undo.push_async_callback(self.ptb.shutdown)
        try:
            await self.ptb.initialize()
        except InvalidToken:
            raise WrongSettings("ASHAR_BOT_TOKEN: Telegram doesn't know this token") from None
        self.terms = terms_of(self.settings, self.ptb.bot.username)
        transactions = Transactions(
            self.database,
            self.ptb,
            Dialogues(
                routes=Routes(handlers.ROUTES),
                stage=handlers.stage,
                next_step=handlers.next_step,
                explain=handlers.explain,
                apologise=handlers.apologise,
            ),
            self.sender.hands,
            self.clock,
            self.translators,
            self.terms,
            self.places,
        )
        workers = 1 if self.database.is_sqlite else WORKERS_ON_POSTGRESQL
        self.unit = UnitOfWork(transactions, self.sender, workers)
        self.duties = Duties(self.database, self.sender, self.translators, self.terms, self.places)
        self.ticker = Ticker(self.clock, self.duties.all(), self._duty_seconds)
        await self.sender.start()
        self._undo.push_async_callback(self.sender.stop)
        await self.unit.start()
        self._undo.push_async_callback(self.unit.stop)

    async def _start_inlet(self) -> None:
        """Webhook or polling; the small web server also runs beside polling if it is wanted."""
        settings = self.settings
        if settings.webhook_url:
            await self._serve(settings.webhook_listen, "ASHAR_WEBHOOK_LISTEN")
            await self._set_webhook()
            return
        if settings.health_listen:
            await self._serve(settings.health_listen, "ASHAR_HEALTH_LISTEN")
        inlet = self._polling = Polling(self.api, self.ptb.bot, self.unit)
        self._undo.push_async_callback(inlet.stop)
        await inlet.start()

    async def _serve(self, listen: str, setting: str) -> None:
        from bot import webhook

        taker = None
        if self.settings.webhook_url:
            secret = self.settings.webhook_secret.get_secret_value()
            taker = webhook.Webhook(self.ptb.bot, self.unit, secret)
        path = webhook.path_of(self.settings.webhook_url)
        server = webhook.server(webhook.application(self.health, taker, path), listen)
        listener = listening(listen, setting)
        serving = asyncio.create_task(server.serve(sockets=[listener]))

        async def end() -> None:
            server.should_exit = True
            await serving
            listener.close()

        self._undo.push_async_callback(end)

    async def _set_webhook(self) -> None:
        webhook = {
            "url": self.settings.webhook_url,
            "secret_token": self.settings.webhook_secret.get_secret_value(),
            "allowed_updates": ALLOWED_UPDATES,
            "max_connections": 100,
        }
        try:
            await self.api.call("setWebhook", webhook)
        except BadRequest as error:
            raise WrongSettings(f"ASHAR_WEBHOOK_URL: Telegram says {error.message}") from None

    def _dress(self) -> None:
        """Tells Telegram how the bot looks, beside the work: it takes a dozen calls."""
        dressing = asyncio.create_task(dress(self.api, self.translators))

        async def end() -> None:
            dressing.cancel()
            with suppress(asyncio.CancelledError):
                await dressing

        self._undo.push_async_callback(end)


def terms_of(settings: Settings, username: str) -> Terms:
    """The organisation's rules out of the settings."""
    return Terms(
        zone=settings.zone,
        voting_age=settings.voting_age,
        household_limit=settings.household_limit,
        hide_below=settings.results_hide_below,
        reminder=timedelta(hours=settings.reminder_hours),
        keep_sent=timedelta(days=settings.keep_sent_days),
        keep_drafts=timedelta(days=settings.keep_draft_days),
        bot_username=settings.bot_username or username,
        organisation_phone=settings.organisation_phone,
    )


def listening(listen: str, setting: str) -> socket.socket:
    """A socket that listens on host:port.

    Raises:
        WrongSettings: it can't be had; names the setting.
    """
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    if int(port) > MOST_PORTS:
        raise WrongSettings(f"{setting}: can't listen on {listen}: no port is above {MOST_PORTS}")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, int(port)), family=family)
    except OSError as error:
        raise WrongSettings(f"{setting}: can't listen on {listen}: {error.strerror}") from None


async def run(settings: Settings) -> None:
    """Runs until SIGTERM or SIGINT; waits for Telegram at the start if it can't be reached.

    A second signal ends the process at once.

    Raises:
        WrongSettings, migrations.OldSchema: as `Ashar.start`.
    """
    stop = asyncio.Event()
    heed_signals(stop)
    ashar = await start_when_possible(lambda: Ashar(settings), stop)
    if ashar is None:
        return
    await stop.wait()
    log.info("stopping")
    await ashar.stop()


async def start_when_possible(
    make: Callable[[], Ashar], stop: asyncio.Event, pauses: Iterable[float] = PAUSES
) -> Ashar | None:
    """Tries until Telegram is there, with growing pauses; None: `stop` was set before.

    Raises:
        WrongSettings, migrations.OldSchema: as `Ashar.start`.
    """
    seconds = tuple(pauses)
    for pause in chain(seconds, repeat(seconds[-1])):
        ashar = make()
        try:
            if not await unless(stop, ashar.start()):
                return None
        except TelegramError as error:
            if isinstance(error, RetryAfter):
                pause = max(pause, seconds_of(error))
            log.warning(
                "telegram_out_of_reach",
                error=type(error).__name__,
                reason=error.message,
                seconds=pause,
            )
        else:
            return ashar
        if await wait_at_most(pause, stop):
            return None
    raise AssertionError("the pauses never end")


def heed_signals(stop: asyncio.Event) -> None:
    """The first SIGTERM or SIGINT sets `stop`, a second one ends the process at once."""
    loop = asyncio.get_running_loop()
    names = (signal.SIGTERM, signal.SIGINT)

    def heed() -> None:
        stop.set()
        for name in names:
            loop.remove_signal_handler(name)
            signal.signal(name, signal.SIG_DFL)

    for name in names:
        loop.add_signal_handler(name, heed)


async def unless(stop: asyncio.Event, work: Awaitable[None]) -> bool:
    """Whether the work was done; it is cancelled, and undone by itself, when `stop` is set."""
    working = asyncio.ensure_future(work)
    stopped = asyncio.ensure_future(stop.wait())
    await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if working.done():
        working.result()
        return True
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    return False


__all__ = [
    "Ashar",
    "Duty",
    "Parts",
    "heed_signals",
    "run",
    "start_when_possible",
    "terms_of",
    "unless",
]
