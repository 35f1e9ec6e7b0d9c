"""HTTP/1.1 with as little between the socket and the caller as correct parsing allows."""

import asyncio
import time
from collections.abc import Callable
from typing import cast

import httptools

Clock = Callable[[], float]
clock: Clock = time.perf_counter
"""Seconds on the machine's monotonic clock, which all programs of a run share."""

_STATUS_WORDS = {200: b"OK", 400: b"Bad Request", 404: b"Not Found", 409: b"Conflict"}


class Request:
    """One request as it arrived; `reply` may be called once, at once or later."""

    __slots__ = ("arrived_at", "body", "content_type", "keep_alive", "path", "transport")

    def __init__(
        self,
        path: str,
        content_type: str,
        body: bytes,
        transport: asyncio.Transport,
        keep_alive: bool,
    ) -> None:
        self.arrived_at = clock()
        self.path = path
        self.content_type = content_type
        self.body = body
        self.transport = transport
        self.keep_alive = keep_alive

    def reply(self, body: bytes, status: int = 200) -> bool:
        """Write a JSON answer; False when the caller has gone."""
        if self.transport.is_closing():
            return False
        word = _STATUS_WORDS.get(status, b"Error")
        self.transport.write(
            b"HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
            % (status, word, len(body), body)
        )
        if not self.keep_alive:
            self.transport.close()
        return True


class ServerConnection(asyncio.Protocol):
    """One connection of a client; hands each complete request to `handle`."""

    def __init__(self, handle: Callable[[Request], None]) -> None:
        self._handle = handle
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self.on_message_begin()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            if self._transport is not None:
                self._transport.close()

    def on_message_begin(self) -> None:
        self._url = b""
        self._content_type = b""
        self._body: list[bytes] = []

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"content-type":
            self._content_type = value

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        assert self._transport is not None
        request = Request(
            self._url.decode("latin-1"),
            self._content_type.decode("latin-1"),
            b"".join(self._body),
            self._transport,
            self._parser.should_keep_alive(),
        )
        self._handle(request)


class ClientConnection(asyncio.Protocol):
    """A keep-alive connection to a server, one request at a time.

    `answered(connection, status, body)` is called for each answer and `lost(connection)` once,
    when the connection ends, whoever ended it.
    """

    def __init__(
        self,
        answered: Callable[["ClientConnection", int, bytes], None],
        lost: Callable[["ClientConnection"], None],
    ) -> None:
        self._answered = answered
        self._lost = lost
        self._parser = httptools.HttpResponseParser(self)
        self._body: list[bytes] = []
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost(self)

    def post(self, head: bytes, body: bytes) -> None:
        """Write a request; `head` is everything before the length of the body."""
        assert self._transport is not None
        self._transport.write(b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body))

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.close()

    def on_message_begin(self) -> None:
        self._body = []

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        if not self._parser.should_keep_alive():
            self.close()
        self._answered(self, self._parser.get_status_code(), b"".join(self._body))
