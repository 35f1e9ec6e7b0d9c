"""PTB's BaseRequest on aiohttp, and the short way to call a method without PTB's objects.

PTB's own request (httpx) falls to a third of its pace when many calls run side by side.
"""

import asyncio
import json
import os
from dataclasses import dataclass
from typing import Any

import aiohttp
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

os.environ.setdefault("PTB_TIMEDELTA", "1")
"""Makes PTB give lengths of time as timedelta, as it will always do; otherwise each one warns."""

CONNECTIONS = 256
SECONDS = 20.0


class Undelivered(NetworkError):
    """The call certainly didn't reach Telegram: no connection was made."""


class Unreadable(TelegramError):
    """Telegram answered 2xx with something else than JSON: the call was probably carried out."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that goes along with a call."""

    name: str
    content: bytes
    mime: str


class Call(RequestData):  # type: ignore[misc]
    """Parameters of a method as plain values; files by the name that `attach://` refers to."""

    __slots__ = ("files", "payload")

    def __init__(self, payload: dict[str, Any], files: dict[str, Upload] | None = None) -> None:
        super().__init__()
        self.payload = payload
        self.files = files or {}


class AiohttpRequest(BaseRequest):
    """HTTP for the bot: keep-alive connections, JSON bodies, whole calls side by side."""

    def __init__(self, connections: int = CONNECTIONS) -> None:
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return SECONDS

    async def initialize(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=75),
                timeout=aiohttp.ClientTimeout(total=SECONDS, sock_connect=10),
                auto_decompress=True,
            )

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        assert self._session is not None, "the request is not initialized"
        options: dict[str, Any] = {}
        if isinstance(read_timeout, (int, float)):
            options["timeout"] = aiohttp.ClientTimeout(total=read_timeout, sock_connect=10)
        try:
            async with self._session.request(
                method, url, **_body(request_data), **options
            ) as response:
                return response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Undelivered(f"no connection to Telegram: {type(error).__name__}") from None
        except TimeoutError:
            raise TimedOut from None
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(f"{type(error).__name__} in a call to Telegram") from None


def _body(data: RequestData | None) -> dict[str, Any]:
    if data is None:
        return {}
    if isinstance(data, Call):
        if not data.files:
            return {
                "data": json.dumps(data.payload, ensure_ascii=False).encode(),
                "headers": {"Content-Type": "application/json"},
            }
        form = aiohttp.FormData()
        for name, value in data.payload.items():
            form.add_field(name, value if isinstance(value, str) else json.dumps(value))
        for name, file in data.files.items():
            form.add_field(name, file.content, filename=file.name, content_type=file.mime)
        return {"data": form}
    if not data.contains_files:
        return {"data": data.json_parameters}
    form = aiohttp.FormData()
    for name, text in data.json_parameters.items():
        form.add_field(name, text)
    for name, part in (data.multipart_data or {}).items():
        form.add_field(name, part[1], filename=part[0], content_type=part[2])
    return {"data": form}


class BotApi:
    """Calls methods by name and gives back what Telegram answered, as plain values."""

    def __init__(self, request: BaseRequest, base_url: str, token: str) -> None:
        self._request = request
        self._base = f"{base_url}/bot{token}"

    async def call(
        self,
        method: str,
        payload: dict[str, Any],
        files: dict[str, Upload] | None = None,
        seconds: float = SECONDS,
    ) -> Any:
        """The result, waited for at most so many seconds.

        Raises:
            telegram.error.TelegramError: what Telegram refused, or how the network failed.
        """
        try:
            return await self._request.post(
                f"{self._base}/{method}", Call(payload, files), read_timeout=seconds
            )
        except (KeyError, TypeError) as error:
            raise Unreadable(type(error).__name__) from None
        except TelegramError as error:
            if type(error) is TelegramError:
                raise Unreadable(error.message) from None
            raise


def seconds_of(error: RetryAfter) -> float:
    """How long Telegram wants to be left alone."""
    after = error.retry_after
    return float(after) if isinstance(after, int | float) else after.total_seconds()


async def wait_at_most(seconds: float, event: asyncio.Event) -> bool:
    """Whether the event came within that time."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
