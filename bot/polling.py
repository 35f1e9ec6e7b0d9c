"""getUpdates → carry out → only then move the offset: Telegram is the inbox that loses nothing."""

import asyncio
import time
from typing import Any

import structlog
from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.errors import OutOfReach
from bot.request import BotApi, seconds_of, wait_at_most
from bot.unit_of_work import UnitOfWork
from bot.updates import read_update

log = structlog.get_logger()

ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member", "channel_post"]
LONG_POLL_SECONDS = 25
LONGEST_SILENCE = 120.0
"""Seconds without an answer to getUpdates, after which the inlet counts as dead."""
PAUSES = (0.5, 1, 2, 5, 10, 30)


class Polling:
    """Asks Telegram for updates until told to stop."""

    def __init__(self, api: BotApi, bot: Bot, unit: UnitOfWork) -> None:
        self._api = api
        self._bot = bot
        self._unit = unit
        self._offset = 0
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._answered_at = time.monotonic()

    @property
    def silent_seconds(self) -> float:
        """How long ago updates were last fetched and carried out."""
        return time.monotonic() - self._answered_at

    async def start(self) -> None:
        await self._bot.delete_webhook()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Ends the waiting call; updates that were taken on are carried out and confirmed."""
        self._stopping.set()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                updates = await self._ask()
                await self.carry_out(updates)
                failures = 0
                self._answered_at = time.monotonic()
            except Exception as error:
                pause = _pause(error, failures)
                known = isinstance(error, TelegramError | OutOfReach)
                log.warning(
                    "polling_paused",
                    error=_name(error),
                    seconds=pause,
                    exc_info=None if known else error,
                )
                failures += 1
                await wait_at_most(pause, self._stopping)
        await self._confirm()

    async def carry_out(self, updates: list[dict[str, Any]]) -> None:
        """Carries out all of them side by side and moves the offset past them.

        Raises:
            OutOfReach: the database failed; the offset stays, and all come again.
        """
        results = await asyncio.gather(
            *(self._unit.run(update) for update in read_updates(updates, self._bot)),
            return_exceptions=True,
        )
        for result in results:
            if isinstance(result, OutOfReach | asyncio.CancelledError):
                raise result
        if updates:
            self._offset = max(update["update_id"] for update in updates) + 1

    async def _ask(self) -> list[dict[str, Any]]:
        call = asyncio.ensure_future(
            self._api.call(
                "getUpdates",
                {
                    "offset": self._offset,
                    "timeout": LONG_POLL_SECONDS,
                    "allowed_updates": ALLOWED_UPDATES,
                },
                seconds=LONG_POLL_SECONDS + 10,
            )
        )
        stopped = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait({call, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not call.done():
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
            return []
        updates: list[dict[str, Any]] = call.result()
        return updates

    async def _confirm(self) -> None:
        """Tells Telegram the last offset, so that a restart isn't told everything again."""
        if not self._offset:
            return
        try:
            await self._api.call(
                "getUpdates", {"offset": self._offset, "timeout": 0, "limit": 1}, seconds=5
            )
        except TelegramError as error:
            log.info("offset_unconfirmed", error=_name(error))


def read_updates(updates: list[dict[str, Any]], bot: Bot) -> list[Update]:
    """The updates as PTB's objects; one that can't be read is logged and left out."""
    read = []
    for update in updates:
        try:
            read.append(read_update(update, bot))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            log.error("unreadable_update", update_id=update.get("update_id"), error=repr(error))
    return read


def _pause(error: Exception, failures: int) -> float:
    if isinstance(error, RetryAfter):
        return seconds_of(error)
    return PAUSES[min(failures, len(PAUSES) - 1)]


def _name(error: Exception) -> str:
    match error:
        case Conflict():
            return "another process asks for this bot's updates"
        case InvalidToken():
            return "Telegram doesn't know the token"
        case OutOfReach():
            return "database out of reach"
        case NetworkError():
            return f"Telegram can't be reached ({type(error).__name__})"
    return type(error).__name__
