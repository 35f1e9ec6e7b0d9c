"""What the demo runs on: the simulated Telegram, and the bot that can be stopped and started."""

import asyncio
from datetime import timedelta
from pathlib import Path

from pydantic_settings import SettingsConfigDict

from bot.app import Ashar, Parts, start_when_possible
from bot.clock import Clock
from bot.demo.past import Past
from bot.pacer import Pacer
from bot.polling import Polling
from bot.settings import Settings
from simulator import Telegram

TOKEN = "7000000001:DEMO-token-of-the-simulated-telegram"
USERNAME = "ashar_demo_bot"
PAST_DAYS = 14
TOLD_AT_ONCE = 1000
"""Messages a second while the story is told; the simulated limits are off then."""
FEW_PAUSES = (0.5, 1.0, 2.0)
START_SECONDS = 10.0


class OutOfReach(Exception):
    """The bot can't start now; the message is for who looks at the page."""


class DemoSettings(Settings):
    """Nothing of the real bot's environment or .env counts here."""

    model_config = SettingsConfigDict(env_prefix="ASHAR_DEMO_", env_file=None)


class Stage:
    """One simulated Telegram, and one bot after another on one database."""

    def __init__(self, address: str, folder: Path) -> None:
        self.address = address
        self.settings = DemoSettings(
            bot_token=TOKEN,  # type: ignore[arg-type]
            bot_username=USERNAME,
            bot_api_url=address,
            database_url=f"sqlite+aiosqlite:///{folder / 'ashar.db'}",
        )
        self.past = Past(self.settings.zone, days=PAST_DAYS)
        self.telegram = Telegram(self.past.now, limits=False)
        self.telegram.add_bot(TOKEN, USERNAME, "Ashar")
        self.telegram.clock.on_advance(self._go_ahead)
        self._clock = Clock(self.past.now)
        self._ashar: Ashar | None = None
        self._inlet: Polling | None = None
        self._starting: asyncio.Task[None] | None = None
        self._restarting = asyncio.Lock()
        self._ticks: set[asyncio.Task[None]] = set()

    @property
    def ashar(self) -> Ashar:
        assert self._ashar is not None, "the bot is not running"
        return self._ashar

    async def open_for_story(self) -> None:
        """A bot that takes updates only when `settle` hands them over."""
        parts = Parts(clock=self._clock, pacer=Pacer(TOLD_AT_ONCE, chat_gap=0.0))
        self._ashar = Ashar(self.settings, parts)
        await self.ashar.open()
        self._inlet = Polling(self.ashar.api, self.ashar.ptb.bot, self.ashar.unit)

    async def settle(self) -> None:
        """Carries out what people did, and sends all that follows from it."""
        assert self._inlet is not None, "no story is told"
        while updates := self.telegram.updates(TOKEN):
            await self._inlet.carry_out(updates)
            self.telegram.confirm(TOKEN, updates[-1]["update_id"])
        await self.ashar.sender.drain()

    async def tick(self) -> None:
        """What the clock does, until nothing is left of it."""
        for _ in range(3):
            await self.ashar.ticker.tick()
            await self.ashar.sender.drain()

    async def end_story(self) -> None:
        """Back to the present, with Telegram's limits."""
        await self.ashar.close()
        self._ashar = self._inlet = None
        self.past.end()
        self.telegram.calls.clear()
        self.telegram.limits = True

    async def start(self) -> None:
        """Starts the bot as `ashar run` does.

        Raises:
            OutOfReach: Telegram is made to fail; the bot starts by itself when that ends.
        """
        starting = asyncio.create_task(self._start())
        self._starting = starting
        await asyncio.wait({starting}, timeout=START_SECONDS)
        if not starting.done():
            raise OutOfReach("Telegram doesn't answer; the bot starts by itself when it does")
        starting.result()

    async def restart(self) -> None:
        """Stops the bot and starts another on the same database; raises as `start`."""
        async with self._restarting:
            await self.stop()
            await self.start()

    async def stop(self) -> None:
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
            self._starting = None
        if self._ashar is not None:
            ashar, self._ashar = self._ashar, None
            await ashar.stop()

    async def _start(self) -> None:
        self._ashar = await start_when_possible(self._make, asyncio.Event(), FEW_PAUSES)

    def _make(self) -> Ashar:
        return Ashar(self.settings, Parts(clock=self._clock))

    def _go_ahead(self, step: timedelta) -> None:
        """The bot's clock goes with the page's, and what is due then happens at once."""
        self._clock.advance(step)
        if self._ashar is not None:
            ticking = asyncio.get_running_loop().create_task(self._ashar.ticker.tick())
            self._ticks.add(ticking)
            ticking.add_done_callback(self._ticks.discard)
