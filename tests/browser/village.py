"""A village behind the chat page: the simulator, its page and the bot, over HTTP on loopback."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from bot import migrations
from bot.app import Ashar, Parts
from bot.clock import Clock
from bot.database import Database
from bot.pacer import Pacer
from bot.settings import read_settings
from models import Role
from services.access import invitations
from services.places.directory import load_directory
from services.places.importing import import_places
from simulator import Telegram
from simulator.page import DemoLink, page_routes
from simulator.server import make_server

TOKEN = "123456:BROWSER-token"
USERNAME = "ashar_village_bot"
START = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
"""Ten in the morning in Bishkek, a Monday."""
PLACES = Path(__file__).resolve().parents[2] / "examples" / "places.csv"
VILLAGE, AIMAK = "41702215808010", "41702215808000"
"""Bosteri and its aimak."""
POSTER, INVITATION = "Poster of Bosteri", "Invitation for a mobilizer"


class Newcomer(NamedTuple):
    """Somebody with a phone who has not met the bot yet."""

    name: str
    language: str


class BrowserVillage:
    """Everything that a browser needs to play; `running` starts and ends it."""

    def __init__(self, database_url: str, *newcomers: Newcomer) -> None:
        began = time.monotonic()

        def now() -> datetime:
            return START + timedelta(seconds=time.monotonic() - began)

        self.clock = Clock(now)
        self.telegram = Telegram(now, limits=False)
        self.telegram.clock.on_advance(self.clock.advance)
        self.telegram.add_bot(TOKEN, USERNAME, "Ашар")
        self.ids = {
            who.name: self.telegram.add_person(who.name, language_code=who.language).id
            for who in newcomers
        }
        self.database_url = database_url
        self.address = ""
        self.restarts = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator["BrowserVillage"]:
        links = await self._furnish()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            routes = page_routes(
                self.telegram, restart=self.restart, links=links, time_zone="Asia/Bishkek"
            )
            server = make_server(self.telegram, routes, signals=False)
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            try:
                self.ashar = self._make()
                await self.ashar.start()
                try:
                    yield self
                finally:
                    await self.ashar.stop()
            finally:
                server.should_exit = True
                await serving

    async def restart(self) -> None:
        """What the page's button does: a new bot on the same database."""
        await self.ashar.stop()
        self.ashar = self._make()
        await self.ashar.start()
        self.restarts += 1

    def _make(self) -> Ashar:
        settings = read_settings(
            _env_file=None,
            bot_token=TOKEN,
            bot_api_url=self.address,
            database_url=self.database_url,
        )
        parts = Parts(clock=self.clock, pacer=Pacer(1000, chat_gap=0.0), duty_seconds=0.2)
        return Ashar(settings, parts)

    async def _furnish(self) -> list[DemoLink]:
        """The places of the example, and the links that the page offers."""
        database = Database(self.database_url)
        await migrations.make_ready(database)
        async with database.begin() as session:
            report = await import_places(session, PLACES.read_bytes(), START.date())
            assert not report.has_errors, list(report.lines())
        async with database.begin() as session:
            places = await load_directory(session, START.date())
            aimak = places.by_code(AIMAK)
            assert aimak is not None
            token = await invitations.invite(
                session, None, Role.MOBILIZER, aimak.id, by=None, now=START, name="Бакыт"
            )
        await database.close()
        start = f"https://t.me/{USERNAME}?start="
        return [DemoLink(POSTER, f"{start}v_{VILLAGE}"), DemoLink(INVITATION, f"{start}i_{token}")]
