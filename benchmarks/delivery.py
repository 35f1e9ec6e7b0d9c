"""The two ways in which updates reach a bot: it asks for them, or they are posted to it."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from benchmarks.parameters import Parameters
from benchmarks.scenario import Update
from benchmarks.wire import ClientConnection, Request

HandedOut = Callable[[int], None]
RETRY_SECONDS = 0.1
MOST_UPDATES = 100
CONFLICT = b'{"ok":false,"error_code":409,"description":"Conflict: terminated by other getUpdates"}'


def encode(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Inbox:
    """Updates kept until getUpdates confirms them by a higher offset, as Telegram keeps them."""

    def __init__(self, delay: float, handed_out: HandedOut) -> None:
        self._delay = delay
        self._handed_out = handed_out
        self._updates: deque[Update] = deque()
        self._poll: _Poll | None = None

    def put(self, update: Update) -> None:
        self._updates.append(update)
        if self._poll is not None:
            self._answer_after_delay(self._poll)

    def poll(self, request: Request, parameters: Parameters) -> None:
        """Answer `delay` seconds after an update is there, or empty when the timeout is over."""
        if self._poll is not None:
            self._poll.request.reply(CONFLICT, 409)
            self._drop_poll(self._poll)
        self._confirm(int(parameters.get("offset") or 0))
        poll = _Poll(request, min(int(parameters.get("limit") or MOST_UPDATES), MOST_UPDATES))
        self._poll = poll
        if self._updates:
            self._answer_after_delay(poll)
        else:
            timeout = float(parameters.get("timeout") or 0) + self._delay
            poll.timer = asyncio.get_running_loop().call_later(timeout, self._answer, poll)

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self._updates) > -offset:
                self._updates.popleft()
        while self._updates and self._updates[0]["update_id"] < offset:
            self._updates.popleft()

    def _answer_after_delay(self, poll: "_Poll") -> None:
        """People who tap in the same turn of the event loop are answered together."""
        if poll.answering:
            return
        poll.answering = True
        if poll.timer is not None:
            poll.timer.cancel()
        loop = asyncio.get_running_loop()
        poll.timer = loop.call_later(self._delay, self._answer, poll)

    def _answer(self, poll: "_Poll") -> None:
        updates = [self._updates[i] for i in range(min(poll.limit, len(self._updates)))]
        self._drop_poll(poll)
        if not poll.request.reply(encode({"ok": True, "result": updates})):
            return
        for update in updates:
            self._handed_out(update["update_id"])

    def _drop_poll(self, poll: "_Poll") -> None:
        if poll.timer is not None:
            poll.timer.cancel()
        if self._poll is poll:
            self._poll = None


class _Poll:
    """A getUpdates call that waits for its answer."""

    __slots__ = ("answering", "limit", "request", "timer")

    def __init__(self, request: Request, limit: int) -> None:
        self.request = request
        self.limit = limit
        self.timer: asyncio.TimerHandle | None = None
        self.answering = False


class Webhook:
    """Posts updates to the bot over keep-alive connections, as Telegram's servers do.

    One person's updates go one at a time and in order; different people's side by side, up to
    the number of connections. An answer that is not 2xx, or a lost connection, repeats the post.
    """

    def __init__(
        self,
        url: str,
        secret: str,
        connections: int,
        handed_out: HandedOut,
        called_in_answer: Callable[[Parameters], None],
    ) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or "127.0.0.1"
        self._port = parts.port or 80
        path = parts.path or "/"
        secret_line = f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\n" if secret else ""
        self._head = (
            f"POST {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: keep-alive\r\n"
            f"Content-Type: application/json\r\n{secret_line}"
        ).encode()
        self._most = connections
        self._handed_out = handed_out
        self._called_in_answer = called_in_answer
        self._ready: deque[Update] = deque()
        self._behind: dict[int, deque[Update]] = {}
        self._idle: list[ClientConnection] = []
        self._busy: dict[ClientConnection, Update] = {}
        self._opening: set[asyncio.Task[None]] = set()
        self._closed = False
        self.retries = 0

    def put(self, update: Update) -> None:
        person = _sender_of(update)
        if person in self._behind:
            self._behind[person].append(update)
            return
        self._behind[person] = deque()
        self._ready.append(update)
        self._post_ready()

    def close(self) -> None:
        self._closed = True
        for connection in [*self._idle, *self._busy]:
            connection.close()

    def _post_ready(self) -> None:
        while self._ready and self._idle:
            update = self._ready.popleft()
            connection = self._idle.pop()
            self._busy[connection] = update
            connection.post(self._head, encode(update))
            self._handed_out(update["update_id"])
        open_now = len(self._busy) + len(self._idle) + len(self._opening)
        for _ in range(min(len(self._ready) - len(self._opening), self._most - open_now)):
            task = asyncio.ensure_future(self._open())
            self._opening.add(task)
            task.add_done_callback(self._opened)

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_connection(
                lambda: ClientConnection(self._answered, self._lost), self._host, self._port
            )
        except OSError:
            self.retries += 1
            await asyncio.sleep(RETRY_SECONDS)
        else:
            self._idle.append(connection)

    def _opened(self, task: asyncio.Task[None]) -> None:
        self._opening.discard(task)
        if not self._closed:
            self._post_ready()

    def _answered(self, connection: ClientConnection, status: int, body: bytes) -> None:
        update = self._busy.pop(connection)
        if connection.is_open:
            self._idle.append(connection)
        if not 200 <= status < 300:
            self._repeat_later(update)
        else:
            if body.startswith(b"{"):
                self._called_in_answer(json.loads(body))
            self._accepted(update)
        self._post_ready()

    def _accepted(self, update: Update) -> None:
        person = _sender_of(update)
        behind = self._behind[person]
        if behind:
            self._ready.append(behind.popleft())
        else:
            del self._behind[person]

    def _lost(self, connection: ClientConnection) -> None:
        if connection in self._idle:
            self._idle.remove(connection)
        update = self._busy.pop(connection, None)
        if update is not None and not self._closed:
            self._repeat_later(update)

    def _repeat_later(self, update: Update) -> None:
        self.retries += 1
        asyncio.get_running_loop().call_later(RETRY_SECONDS, self._repeat, update)

    def _repeat(self, update: Update) -> None:
        self._ready.appendleft(update)
        self._post_ready()


def _sender_of(update: Update) -> int:
    """The person whose updates must stay in order."""
    body = update.get("callback_query") or update.get("message") or {}
    sender: int = body.get("from", {}).get("id", 0)
    return sender
