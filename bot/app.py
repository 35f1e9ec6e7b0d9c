"""The composition root: engine, PTB application, routes, sender, clock; nothing else makes them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from telegram.error import InvalidToken, TelegramError
from telegram.ext import ApplicationBuilder
from telegram.request import BaseRequest

import handlers
from bot import migrations, webhook
from bot.clock import Clock, Duty, Ticker
from bot.database import Database
from bot.duties import Duties
from bot.files import Files
from bot.pacer import Pacer
from bot.polling import ALLOWED_UPDATES, Polling
from bot.request import AiohttpRequest, BotApi, wait_at_most
from bot.sender import Sender
from bot.settings import Settings, WrongSettings
from bot.shopfront import dress
from bot.ui.i18n import Translators
from bot.ui.routes import Routes
from bot.unit_of_work import Dialogues, UnitOfWork
from services.places.current import Places
from services.terms import Terms

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Parts:
    """What a test or the demo may put in place of the real thing."""

    clock: Clock | None = None
    request: BaseRequest | None = None
    pacer: Pacer | None = None
    duty_seconds: float = 1.0


class Ashar:
    """The whole bot, from settings; `start`, then `stop`."""

    def __init__(self, settings: Settings, parts: Parts | None = None) -> None:
        parts = parts or Parts()
        self.settings = settings
        self.clock = parts.clock or Clock()
        self.database = Database(settings.database_url)
        self._request = parts.request or AiohttpRequest()
        self.translators = Translators(settings.zone)
        self.places = Places()
        token = settings.token()
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
            parts.pacer or Pacer(settings.broadcast_rate),
            self.clock,
            files,
            paid=settings.paid_broadcast,
        )
        self._duty_seconds = parts.duty_seconds
        self._inlet: Polling | None = None
        self._server: Any = None
        self._serving: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Everything but the inlet: after this, updates can be carried out.

        Raises:
            WrongSettings: Telegram doesn't know the token, or its name is missing.
            migrations.OldSchema: PostgreSQL, and `ashar migrate` hasn't been run.
        """
        if self.database.is_sqlite:
            await migrations.upgrade(self.database.engine)
        else:
            await migrations.require_newest(self.database.engine)
        try:
            await self.ptb.initialize()
        except InvalidToken:
            raise WrongSettings("ASHAR_BOT_TOKEN: Telegram doesn't know this token") from None
        self.terms = terms_of(self.settings, self.ptb.bot.username)
        self.unit = UnitOfWork(
            self.database,
            self.ptb,
            Dialogues(
                routes=Routes(handlers.ROUTES),
                stage=handlers.stage,
                next_step=handlers.next_step,
                explain=handlers.explain,
                apologise=handlers.apologise,
            ),
            self.sender,
            self.clock,
            self.translators,
            self.terms,
            self.places,
        )
        self.duties = Duties(self.database, self.sender, self.translators, self.terms)
        self.ticker = Ticker(self.clock, self.duties.all(), self._duty_seconds)
        await self.sender.start()
        await self.unit.start()

    async def start(self) -> None:
        await self.open()
        await dress(self.api, self.translators)
        await self.ticker.start()
        web = None
        if self.settings.webhook_url:
            secret = self.settings.webhook_secret.get_secret_value()
            web = webhook.Webhook(self.ptb.bot, self.unit, secret)
        listen = self.settings.webhook_listen if web else self.settings.health_listen
        if listen:
            app = webhook.application(self.health, web, webhook.path_of(self.settings.webhook_url))
            self._server = webhook.server(app, listen)
            self._serving = asyncio.create_task(self._server.serve())
        if web:
            await self._set_webhook()
        else:
            self._inlet = Polling(self.api, self.ptb.bot, self.unit)
            await self._inlet.start()
        log.info(
            "ready",
            bot=self.ptb.bot.username,
            inlet="webhook" if web else "polling",
            database=self.database.dialect,
        )

    async def stop(self) -> None:
        """Finishes what runs and loses nothing: inlet first, then work, then sending."""
        if self._inlet is not None:
            await self._inlet.stop()
        if self._server is not None:
            self._server.should_exit = True
            assert self._serving is not None
            await self._serving
        await self.ticker.stop()
        await self.close()
        log.info("stopped")

    async def close(self) -> None:
        """Undoes `open`."""
        await self.unit.stop()
        await self.sender.stop()
        await self.ptb.shutdown()
        await self.database.close()

    async def health(self) -> Mapping[str, Any]:
        """Whether the database answers and how full the outbox is."""
        try:
            async with asyncio.timeout(3):
                return {"ok": True, **await self.duties.measure(self.clock.now())}
        except Exception as error:
            return {"ok": False, "database": type(error).__name__}

    async def _set_webhook(self) -> None:
        await self.api.call(
            "setWebhook",
            {
                "url": self.settings.webhook_url,
                "secret_token": self.settings.webhook_secret.get_secret_value(),
                "allowed_updates": ALLOWED_UPDATES,
                "max_connections": 100,
            },
        )


def terms_of(settings: Settings, username: str) -> Terms:
    """The organisation's rules out of the settings."""
    from datetime import timedelta

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


async def run(settings: Settings) -> None:
    """Runs until SIGTERM or SIGINT; waits for Telegram at the start if it can't be reached."""
    import signal

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    pause = 1.0
    while not stop.is_set():
        ashar = Ashar(settings)
        try:
            await ashar.start()
        except TelegramError as error:
            log.warning("telegram_out_of_reach", error=type(error).__name__, seconds=pause)
            await wait_at_most(pause, stop)
            pause = min(pause * 2, 60.0)
            continue
        await stop.wait()
        await ashar.stop()


__all__ = ["Ashar", "Duty", "Parts", "run", "terms_of"]
