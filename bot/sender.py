"""Drains the outbox to Telegram at Telegram's pace: replies first, bulk behind.

One letter of a chat is under way at a time, so the order within a chat is kept. A letter is taken
for a minute; what a dead process held is then taken by another. Telegram has no idempotency key,
so a send whose answer was lost may repeat: those are counted as uncertain.
"""

import asyncio
import heapq
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
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
from bot.pacer import Pacer
from bot.request import BotApi, Undelivered, Upload, wait_at_most
from bot.ui.context import Answer
from models import Lane
from services import delivery
from services.outbox import Letter

log = structlog.get_logger()

IN_FLIGHT = 128
BULK_AHEAD = 64
"""Bulk letters held in memory; the rest stays in the database."""
LOOK_SECONDS = 1.0
BOOK_SECONDS = 0.02
NEW_MESSAGE = ("send", "copy", "forward")
HARMLESS = ("message is not modified", "query is too old")
GONE = ("message to edit not found", "message can't be edited", "there is no text in the message")
NOBODY = ("chat not found", "user is deactivated", "user_is_blocked", "peer_id_invalid")


@dataclass(slots=True)
class _Chat:
    """What waits for one chat, in order; `busy` while a letter is under way or due later."""

    replies: deque[Letter] = field(default_factory=deque)
    bulk: deque[Letter] = field(default_factory=deque)
    busy: bool = False
    frozen_until: float = 0.0


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
        self._time = monotonic
        self._chats: dict[int, _Chat] = {}
        self._ready: dict[Lane, deque[int]] = {lane: deque() for lane in Lane}
        self._later: list[tuple[float, int]] = []
        self._held: set[int] = set()
        self._flying: set[asyncio.Task[None]] = set()
        self._answers: set[asyncio.Task[None]] = set()
        self._settled: list[int] = []
        self._wake = asyncio.Event()
        self._look_now = asyncio.Event()
        self._booking = asyncio.Event()
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._telegram_down = 0
        self._more_bulk = False

    async def start(self) -> None:
        if self._database.is_sqlite:
            async with self._database.begin() as session:
                await delivery.release_all(session)
        await self._look()
        loops = (self._dispatch, self._keep_looking, self._keep_books)
        self._tasks = [asyncio.create_task(loop()) for loop in loops]

    async def stop(self) -> None:
        """Finishes what is under way; the rest stays in the outbox for the next start."""
        self._stopping.set()
        self._wake.set()
        self._look_now.set()
        await asyncio.gather(*self._flying, *self._answers, return_exceptions=True)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._write_books()
        if self._held:
            async with self._database.begin() as session:
                await delivery.postpone(session, self._held, until=None)

    def push(self, letters: Sequence[Letter]) -> None:
        """Takes letters that are committed and claimed for this process."""
        for letter in letters:
            if letter.id in self._held:
                continue
            self._held.add(letter.id)
            chat = self._chats.setdefault(letter.chat_id, _Chat())
            (chat.replies if letter.lane is Lane.REPLY else chat.bulk).append(letter)
            self._line_up(letter.chat_id, chat)
        self._wake.set()

    def answer(self, query_id: str, answer: Answer | None) -> None:
        """Answers a tap, best effort: a late answer harms nobody."""
        payload: dict[str, Any] = {"callback_query_id": query_id}
        if answer is not None and answer.text:
            payload |= {"text": answer.text, "show_alert": answer.alert}
        task = asyncio.create_task(self._answer(payload))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    def look(self) -> None:
        """Says that the outbox has new bulk letters."""
        self._look_now.set()

    async def drain(self) -> None:
        """Returns when nothing that is due is left; for tests and for a tidy end."""
        while True:
            await self._look()
            self._wake.set()
            if not self._held and not self._answers:
                await self._write_books()
                return
            await asyncio.gather(*self._answers, *self._flying, return_exceptions=True)
            await asyncio.sleep(0.001)

    @property
    def waiting(self) -> int:
        return len(self._held)

    async def _answer(self, payload: dict[str, Any]) -> None:
        try:
            await self._api.call("answerCallbackQuery", payload)
        except TelegramError as error:
            log.info("tap_unanswered", error=type(error).__name__)

    def _line_up(self, chat_id: int, chat: _Chat) -> None:
        """Puts a chat where the dispatcher finds it, unless it is there already."""
        if chat.busy or not (chat.replies or chat.bulk):
            return
        chat.busy = True
        now = self._time()
        letter = (chat.replies or chat.bulk)[0]
        at = max(now, chat.frozen_until)
        if _is_new_message(letter):
            at = max(at, self._pacer.chat_at(chat_id, now, bulk=letter.lane is Lane.BULK))
        if at > now:
            heapq.heappush(self._later, (at, chat_id))
        else:
            self._ready[letter.lane].append(chat_id)

    async def _dispatch(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            pause = self._start_what_may_go()
            await wait_at_most(pause, self._wake)

    def _start_what_may_go(self) -> float:
        """Starts sends until a limit is met; how many seconds to wait for the next."""
        now = self._time()
        while self._later and self._later[0][0] <= now:
            _, chat_id = heapq.heappop(self._later)
            self._chats[chat_id].busy = False
            self._line_up(chat_id, self._chats[chat_id])
        pause = self._later[0][0] - now if self._later else 60.0
        for lane in Lane:
            pause = min(pause, self._start_lane(lane, now))
        return max(pause, 0.0)

    def _start_lane(self, lane: Lane, now: float) -> float:
        ready = self._ready[lane]
        for _ in range(len(ready)):
            if len(self._flying) >= IN_FLIGHT:
                return 60.0
            chat_id = ready.popleft()
            chat = self._chats[chat_id]
            letter = (chat.replies or chat.bulk)[0]
            if letter.lane is not lane:
                self._ready[letter.lane].append(chat_id)
                self._wake.set()
                continue
            if _is_new_message(letter):
                at = self._pacer.place_at(now, bulk=lane is Lane.BULK)
                if at > now:
                    ready.appendleft(chat_id)
                    return min(at - now, self._start_edits(lane))
                self._pacer.take(chat_id, now, bulk=lane is Lane.BULK)
            self._fly(chat, letter)
        return 60.0

    def _start_edits(self, lane: Lane) -> float:
        """Edits need no place among new messages: they go while those wait."""
        ready = self._ready[lane]
        for _ in range(len(ready)):
            chat_id = ready.popleft()
            chat = self._chats[chat_id]
            letter = (chat.replies or chat.bulk)[0]
            if _is_new_message(letter) or len(self._flying) >= IN_FLIGHT:
                ready.append(chat_id)
            else:
                self._fly(chat, letter)
        return 60.0

    def _fly(self, chat: _Chat, letter: Letter) -> None:
        (chat.replies if letter.lane is Lane.REPLY else chat.bulk).popleft()
        task = asyncio.create_task(self._send(chat, letter))
        self._flying.add(task)
        task.add_done_callback(self._flying.discard)

    async def _send(self, chat: _Chat, letter: Letter) -> None:
        try:
            await self._deliver(letter)
            self._telegram_down = 0
            metrics.sends.labels("sent").inc()
            self._settled.append(letter.id)
            self._booking.set()
            self._held.discard(letter.id)
        except TelegramError as error:
            await self._cope(chat, letter, error)
        except Exception as error:
            if not is_out_of_reach(error):
                log.error("letter_failed", method=letter.method, exc_info=error)
                await self._give_up(letter, type(error).__name__)
            else:
                await self._later_again(chat, letter, 2.0)
        finally:
            if _is_new_message(letter):
                self._pacer.answered(letter.chat_id, self._time())
            self._next_of(letter.chat_id, chat)
            self._wake.set()

    def _next_of(self, chat_id: int, chat: _Chat) -> None:
        chat.busy = False
        if chat.replies or chat.bulk:
            self._line_up(chat_id, chat)
        elif chat.frozen_until <= self._time():
            self._chats.pop(chat_id, None)

    async def _deliver(self, letter: Letter) -> None:
        payload = dict(letter.payload)
        if "scope" not in payload:
            payload["chat_id"] = letter.chat_id
        if self._paid and _is_new_message(letter):
            payload["allow_paid_broadcast"] = True

        async def call(payload: dict[str, Any], files: dict[str, Upload]) -> Any:
            return await self._api.call(letter.method, payload, files)

        try:
            await self._files.send(payload, call)
        except BadRequest as error:
            words = error.message.lower()
            if any(word in words for word in HARMLESS):
                return
            if letter.method != "editMessageText" or not any(word in words for word in GONE):
                raise
            payload.pop("message_id")
            await self._api.call("sendMessage", payload)

    async def _cope(self, chat: _Chat, letter: Letter, error: TelegramError) -> None:
        """What Telegram or the network said no to: each kind has its own way on."""
        match error:
            case RetryAfter():
                after = error.retry_after
                seconds = float(after if isinstance(after, int | float) else after.total_seconds())
                metrics.sends.labels("later").inc()
                log.warning("flood_wait", seconds=seconds, lane=letter.lane.name)
                self._pacer.freeze(self._time() + seconds)
                await self._later_again(chat, letter, seconds)
            case ChatMigrated():
                async with self._database.begin() as session:
                    await delivery.move_chat(session, letter.chat_id, error.new_chat_id)
                await self._later_again(chat, letter, 0.0)
            case Forbidden():
                await self._unreachable(letter)
            case BadRequest() if any(word in error.message.lower() for word in NOBODY):
                await self._unreachable(letter)
            case BadRequest():
                log.error("letter_refused", method=letter.method, error=error.message)
                await self._give_up(letter, error.message)
            case Undelivered():
                metrics.sends.labels("later").inc()
                await self._wait_for_telegram(chat, letter)
            case NetworkError():
                metrics.sends.labels("uncertain").inc()
                await self._wait_for_telegram(chat, letter)
            case InvalidToken():
                log.critical("token_refused")
                await self._later_again(chat, letter, 60.0)
            case _:
                log.error("letter_refused", method=letter.method, error=error.message)
                await self._give_up(letter, error.message)

    async def _wait_for_telegram(self, chat: _Chat, letter: Letter) -> None:
        self._telegram_down = min(self._telegram_down + 1, 64)
        await self._later_again(chat, letter, min(0.5 * 2 ** min(letter.attempts, 6), 30.0))

    async def _later_again(self, chat: _Chat, letter: Letter, seconds: float) -> None:
        """Gives the letter, and what waits behind it for this chat, back to the outbox."""
        ids = [letter.id, *(waiting.id for waiting in (*chat.replies, *chat.bulk))]
        chat.replies.clear()
        chat.bulk.clear()
        chat.frozen_until = self._time() + seconds
        until = self._clock.now() + timedelta(seconds=seconds) if seconds else None
        await self._book(lambda session: delivery.postpone(session, ids, until=until))
        self._held.difference_update(ids)

    async def _unreachable(self, letter: Letter) -> None:
        metrics.sends.labels("unreachable").inc()
        chat = self._chats.get(letter.chat_id)
        if chat is not None:
            dropped = {waiting.id for waiting in (*chat.replies, *chat.bulk)}
            chat.replies.clear()
            chat.bulk.clear()
            self._held -= dropped
        now = self._clock.now()
        await self._book(
            lambda session: delivery.mark_unreachable(session, letter.chat_id, now=now)
        )
        self._held.discard(letter.id)

    async def _give_up(self, letter: Letter, error: str) -> None:
        metrics.sends.labels("refused").inc()
        await self._book(lambda session: delivery.mark_failed(session, letter.id, error))
        self._held.discard(letter.id)

    async def _book(self, write: Callable[[Any], Awaitable[None]]) -> None:
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
                await wait_at_most(1.0, self._stopping)

    async def _keep_looking(self) -> None:
        while not self._stopping.is_set():
            await wait_at_most(LOOK_SECONDS, self._look_now)
            self._look_now.clear()
            try:
                await self._look()
            except Exception as error:
                log.error("outbox_unread", error=type(error).__name__)

    async def _look(self) -> None:
        """Takes due letters that this process doesn't hold."""
        now = self._clock.now()
        async with self._database.begin() as session:
            found = await delivery.claim_due(
                session, Lane.REPLY, now=now, limit=1000, held=self._held
            )
            bulk = sum(len(chat.bulk) for chat in self._chats.values())
            room = max(BULK_AHEAD, self._pacer.rate) - bulk
            if room > 0:
                bulk_found = await delivery.claim_due(
                    session, Lane.BULK, now=now, limit=room, held=self._held
                )
                self._more_bulk = bool(bulk_found)
                found += bulk_found
        self.push(found)

    async def _keep_books(self) -> None:
        while not self._stopping.is_set():
            await self._booking.wait()
            await wait_at_most(BOOK_SECONDS, self._stopping)
            self._booking.clear()
            try:
                await self._write_books()
            except Exception as error:
                log.error("outbox_unwritten", error=type(error).__name__)
                self._booking.set()

    async def _write_books(self) -> None:
        """Marks what was sent; in one statement for all since the last time."""
        if not self._settled:
            return
        ids, self._settled = self._settled, []
        try:
            async with self._database.begin_short() as session:
                for start in range(0, len(ids), 500):
                    part = ids[start : start + 500]
                    await delivery.mark_sent(session, part, now=self._clock.now())
        except BaseException:
            self._settled = ids + self._settled
            raise
        if self._more_bulk:
            self._look_now.set()


def _is_new_message(letter: Letter) -> bool:
    return letter.method.startswith(NEW_MESSAGE) and letter.method != "sendChatAction"
