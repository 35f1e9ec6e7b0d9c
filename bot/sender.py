"""Drains the outbox to Telegram at Telegram's pace: replies first, bulk behind.

One letter of a chat is under way at a time, so the order within a chat is kept; one that has to
wait stays in front of its chat. A letter is taken for a minute and kept by renewing that; what a
dead process held is then taken by another. Telegram has no idempotency key, so a send whose
answer was lost may repeat: those are counted as uncertain.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot import metrics
from bot.clock import Clock
from bot.database import Database, is_out_of_reach
from bot.files import Files
from bot.lines import Chat, Flight, Lines, is_new_message
from bot.pacer import Pacer
from bot.request import BotApi, Undelivered, Unreadable, Upload, seconds_of, wait_at_most
from bot.ui.context import Answer
from models import Lane
from services import delivery, outbox
from services.outbox import LEASE, Hands, Letter, age_of, next_id

log = structlog.get_logger()

IN_FLIGHT = 128
BULK_AHEAD = 64
"""Bulk letters held in memory, or a second's worth; the rest stays in the database."""
CHATS_AT_ONCE = 1000
"""Chats whose waiting replies one look takes."""
LOOK_SECONDS = 1.0
BOOK_SECONDS = 0.02
RENEW_SECONDS = LEASE.total_seconds() / 3
FAILED_SECONDS = 1.0
"""Before the database is tried again."""
LONGEST_WAIT = 30.0
"""Between two tries of a letter while Telegram can't be reached."""
TOKEN_WAIT = 60.0
LONGEST_TRYING = timedelta(days=1)
"""A letter that is older, and still meets an error of Telegram's, holds up its chat no longer."""
HARMLESS = ("message is not modified", "message to delete not found", "message can't be deleted")
GONE = ("message to edit not found", "message can't be edited", "there is no text in the message")
NOBODY = ("chat not found", "user is deactivated", "user_is_blocked", "peer_id_invalid")


class Sender:
    """Sends letters; `push` takes fresh ones from the unit of work, a look finds the others."""

    def __init__(
        self,
        database: Database,
        api: BotApi,
        pacer: Pacer,
        clock: Clock,
        files: Files,
        *,
        paid: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._api = api
        self._pacer = pacer
        self._clock = clock
        self._files = files
        self._paid = paid
        self._monotonic = monotonic
        self.hands = Hands()
        self._lines = Lines(pacer, self._time, files.lacks)
        self._flying: set[asyncio.Task[None]] = set()
        self._answers: set[asyncio.Task[None]] = set()
        self._settled: list[int] = []
        self._stalled: set[Chat] = set()
        """Chats that wait because Telegram couldn't be reached."""
        self._wake = asyncio.Event()
        self._look_now = asyncio.Event()
        self._booking = asyncio.Event()
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._bulk_ahead = max(BULK_AHEAD, pacer.rate)
        self._more_bulk = False
        self._renew_at = 0.0

    @property
    def rate(self) -> int:
        """New messages a second."""
        return self._pacer.rate

    @property
    def waiting(self) -> int:
        """Letters in memory, with those that went but aren't marked yet."""
        return len(self.hands.held)

    async def start(self) -> None:
        if self._database.is_sqlite:
            async with self._database.begin() as session:
                await delivery.release_all(session)
        self._renew_at = self._time() + RENEW_SECONDS
        await self._look()
        steps = (self._dispatch, self._look_when_due, self._book_when_due)
        self._tasks = [asyncio.create_task(self._repeat(step)) for step in steps]

    async def stop(self) -> None:
        """Finishes what is under way; the rest stays in the outbox for the next start."""
        self._stopping.set()
        for event in (self._wake, self._look_now, self._booking):
            event.set()
        await asyncio.gather(*self._tasks)
        await asyncio.gather(*self._flying, *self._answers)
        try:
            await self._write_books()
            async with self._database.begin() as session:
                await delivery.release(session, self.hands.held)
        except Exception as error:
            if not is_out_of_reach(error):
                raise
            log.error("outbox_unwritten", error=type(error).__name__, letters=self.waiting)

    def push(self, letters: Sequence[Letter]) -> None:
        """Takes letters that are committed and claimed for this process."""
        for letter in letters:
            if letter.id not in self.hands.held:
                self.hands.held.add(letter.id)
                self._lines.push(letter)
        self._wake.set()

    def answer(self, query_id: str, chat_id: int, answer: Answer | None) -> None:
        """Answers a tap, best effort; an alert for which it is too late comes as a message."""
        payload: dict[str, Any] = {"callback_query_id": query_id}
        if answer is not None and answer.text:
            payload |= {"text": answer.text, "show_alert": answer.alert}
        alert = answer.text if answer is not None and answer.alert else None
        task = asyncio.create_task(self._answer(payload, chat_id, alert))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    def look(self) -> None:
        """Says that the outbox has new letters."""
        self._look_now.set()

    async def drain(self) -> None:
        """Returns when nothing that may go is left; for tests and for a tidy end."""
        while True:
            await self._look()
            self._wake.set()
            if not self._flying and not self._answers and self._lines.at_rest():
                await self._write_books()
                return
            await asyncio.gather(*self._answers, *self._flying)
            await self._write_books()
            await asyncio.sleep(0.001)

    def _time(self) -> float:
        """Seconds that never go back; a demo or a test that moves the clock ends pauses too."""
        return self._monotonic() + self._clock.ahead.total_seconds()

    async def _repeat(self, step: Callable[[], Awaitable[None]]) -> None:
        """Carries the step out until the stop; an error is logged and doesn't end it."""
        while not self._stopping.is_set():
            try:
                await step()
            except Exception as error:
                if is_out_of_reach(error):
                    log.error("outbox_out_of_reach", step=step.__name__, error=type(error).__name__)
                else:
                    log.error("sender_failed", step=step.__name__, exc_info=error)
                await wait_at_most(FAILED_SECONDS, self._stopping)

    async def _answer(self, payload: dict[str, Any], chat_id: int, alert: str | None) -> None:
        try:
            await self._api.call("answerCallbackQuery", payload)
        except BadRequest as error:
            log.info("tap_too_old", error=error.message)
            if alert:
                await self._say_late(chat_id, alert)
        except TelegramError as error:
            log.info("tap_unanswered", error=type(error).__name__)
        except Exception as error:
            log.error("tap_unanswered", exc_info=error)

    async def _say_late(self, chat_id: int, text: str) -> None:
        """After an outage a tap is carried out whose answer Telegram doesn't take any more."""
        letter = Letter(next_id(), chat_id, "sendMessage", {"text": text})
        try:
            await self._book(lambda session: outbox.add(session, [letter], now=self._clock.now()))
        except Exception as error:
            log.error("tap_unanswered", exc_info=error)
        self.look()

    async def _dispatch(self) -> None:
        """Starts the flights that may go, then waits for the next."""
        self._wake.clear()
        while len(self._flying) < IN_FLIGHT and not self._stopping.is_set():
            flight = self._lines.next()
            if not isinstance(flight, Flight):
                await wait_at_most(flight, self._wake)
                return
            task = asyncio.create_task(self._fly(flight))
            self._flying.add(task)
            task.add_done_callback(self._flying.discard)
        await self._wake.wait()

    async def _fly(self, flight: Flight) -> None:
        chat, letter = flight.chat, flight.letter
        try:
            await self._send(chat, letter)
        except Exception as error:
            log.error("letter_left", method=letter.method, exc_info=error)
            if not self._stopping.is_set():
                self.hands.held.discard(letter.id)
        finally:
            self._lines.done(flight)
            self._wake.set()

    async def _send(self, chat: Chat, letter: Letter) -> None:
        try:
            await self._deliver(letter)
        except TelegramError as error:
            await self._cope(chat, letter, error)
        except Exception as error:
            if is_out_of_reach(error):
                self._try_again(chat, letter, FAILED_SECONDS)
            else:
                log.error("letter_failed", method=letter.method, exc_info=error)
                await self._give_up(letter, type(error).__name__)
        else:
            self._sent(letter)

    def _sent(self, letter: Letter) -> None:
        metrics.sends.labels("sent").inc()
        self._settled.append(letter.id)
        self._booking.set()
        if self._stalled:
            stalled, self._stalled = self._stalled, set()
            self._lines.thaw(stalled)

    async def _deliver(self, letter: Letter) -> None:
        payload = dict(letter.payload)
        if "scope" not in payload:
            payload["chat_id"] = letter.chat_id
        if self._paid and is_new_message(letter):
            payload["allow_paid_broadcast"] = True

        async def call(payload: dict[str, Any], files: dict[str, Upload]) -> Any:
            return await self._api.call(letter.method, payload, files)

        await self._files.send(payload, call)

    async def _cope(self, chat: Chat, letter: Letter, error: TelegramError) -> None:
        """What Telegram or the network said no to: each kind has its own way on."""
        match error:
            case RetryAfter():
                self._pause(chat, letter, seconds_of(error))
            case ChatMigrated():
                self._lines.move(chat, letter, error.new_chat_id)
                await self._book(
                    lambda session: delivery.move_chat(session, chat.id, error.new_chat_id)
                )
            case Forbidden():
                await self._unreachable(chat, letter)
            case BadRequest():
                await self._cope_with_refusal(chat, letter, error.message)
            case Undelivered():
                metrics.sends.labels("later").inc()
                self._wait_for_telegram(chat, letter)
            case InvalidToken():
                log.critical("token_refused")
                self._try_again(chat, letter, TOKEN_WAIT)
            case NetworkError() | Unreadable():
                metrics.sends.labels("uncertain").inc()
                if age_of(letter.id) > LONGEST_TRYING:
                    log.error("letter_too_old", method=letter.method, error=type(error).__name__)
                    await self._give_up(letter, f"given up: {type(error).__name__}")
                else:
                    self._wait_for_telegram(chat, letter)
            case _:
                log.error("letter_refused", method=letter.method, error=error.message)
                await self._give_up(letter, error.message)

    async def _cope_with_refusal(self, chat: Chat, letter: Letter, words: str) -> None:
        """Telegram's 400: most of it is a bug of ours, some of it is life."""
        said = words.lower()
        if any(known in said for known in HARMLESS):
            self._sent(letter)
        elif letter.method == "editMessageText" and any(known in said for known in GONE):
            chat.put_back(_as_new_message(letter))
        elif any(known in said for known in NOBODY):
            await self._unreachable(chat, letter)
        else:
            log.error("letter_refused", method=letter.method, error=words)
            await self._give_up(letter, words)

    def _pause(self, chat: Chat, letter: Letter, seconds: float) -> None:
        """A flood wait: of this chat if it has had a lot, of all chats otherwise."""
        now = self._time()
        chat_only = not is_new_message(letter) or self._pacer.lately(chat.id, now)
        metrics.sends.labels("later").inc()
        log.warning("flood_wait", seconds=seconds, lane=letter.lane.name, chat_only=chat_only)
        if not chat_only:
            self._pacer.freeze(now + seconds)
        self._try_again(chat, letter, seconds)

    def _wait_for_telegram(self, chat: Chat, letter: Letter) -> None:
        self._stalled.add(chat)
        self._try_again(chat, letter, min(0.5 * 2 ** min(letter.attempts, 6), LONGEST_WAIT))

    def _try_again(self, chat: Chat, letter: Letter, seconds: float) -> None:
        again = replace(letter, attempts=letter.attempts + 1)
        chat.put_back(again, frozen_until=self._time() + seconds)

    async def _unreachable(self, chat: Chat, letter: Letter) -> None:
        metrics.sends.labels("unreachable").inc()
        dropped = {letter.id, *(waiting.id for waiting in chat.drop(letter.id))}
        now = self._clock.now()
        await self._book(
            lambda session: delivery.mark_unreachable(session, chat.id, up_to=letter.id, now=now)
        )
        self.hands.held.difference_update(dropped)

    async def _give_up(self, letter: Letter, error: str) -> None:
        metrics.sends.labels("refused").inc()
        await self._book(lambda session: delivery.mark_failed(session, letter.id, error))
        self.hands.held.discard(letter.id)

    async def _book(self, write: Callable[[Any], Awaitable[Any]]) -> None:
        """Writes into the outbox, for as long as it takes until the database is back."""
        while True:
            try:
                async with self._database.begin() as session:
                    await write(session)
                return
            except Exception as error:
                if not is_out_of_reach(error) or self._stopping.is_set():
                    raise
                log.error("outbox_out_of_reach", error=type(error).__name__)
                await wait_at_most(FAILED_SECONDS, self._stopping)

    async def _look_when_due(self) -> None:
        await wait_at_most(LOOK_SECONDS, self._look_now)
        self._look_now.clear()
        if not self._stopping.is_set():
            await self._look()

    async def _look(self) -> None:
        """Takes due letters that nobody holds, and keeps those that this process does."""
        now = self._clock.now()
        found: list[Letter] = []
        try:
            async with self._database.begin() as session:
                if self._time() >= self._renew_at:
                    await delivery.renew(session, self.hands.held, now=now)
                found += await delivery.claim_due(session, Lane.REPLY, now=now, limit=CHATS_AT_ONCE)
                room = self._bulk_ahead - self._lines.bulk_waiting
                if room > 0:
                    bulk = await delivery.claim_due(session, Lane.BULK, now=now, limit=room)
                    self._more_bulk = bool(bulk)
                    found += bulk
                behind = await delivery.behind(session)
                self.hands.behind.clear()
                self.hands.behind.update(behind)
        except BaseException:
            self.hands.behind.update(letter.chat_id for letter in found)
            raise
        if self._time() >= self._renew_at:
            self._renew_at = self._time() + RENEW_SECONDS
        self.push(found)

    async def _book_when_due(self) -> None:
        await self._booking.wait()
        await wait_at_most(BOOK_SECONDS, self._stopping)
        self._booking.clear()
        try:
            await self._write_books()
        except BaseException:
            self._booking.set()
            raise

    async def _write_books(self) -> None:
        """Marks what was sent; in one go for all since the last time."""
        if not self._settled:
            return
        ids, self._settled = self._settled, []
        try:
            async with self._database.begin_short() as session:
                await delivery.mark_sent(session, sorted(ids), now=self._clock.now())
        except BaseException:
            self._settled = ids + self._settled
            raise
        self.hands.held.difference_update(ids)
        if self._more_bulk and self._lines.bulk_waiting < self._bulk_ahead / 2:
            self._look_now.set()


def _as_new_message(letter: Letter) -> Letter:
    """Instead of the edit of a message that is gone."""
    payload = {name: value for name, value in letter.payload.items() if name != "message_id"}
    return replace(letter, method="sendMessage", payload=payload)
