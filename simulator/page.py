"""The chat page: its files, its stream of events and its actions, for this machine only."""

import asyncio
import inspect
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.events import Event, Subscription
from simulator.files import StoredFile
from simulator.model import Json
from simulator.page_actions import NAMES, Actions, Body, Restart, Unreadable
from simulator.page_view import View
from simulator.people import Impossible
from simulator.telegram import Telegram

FILES = Path(__file__).parent / "page"
HEARTBEAT = 15.0
"""Seconds of silence after which the stream sends a comment, so that a lost page is noticed."""
RETRY_MS = 1000
"""How long a page waits before it connects anew."""
MAX_BODY = 150 * 1024 * 1024
"""Bytes of an action: ten photos of 10 MB in base64."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' blob: data:; media-src 'self' blob:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
SHOWN_INLINE = re.compile(r"image/(jpeg|png|webp|gif)|audio/[\w.+-]+|video/[\w.+-]+")
"""Files of other kinds, SVG and HTML above all, are only ever downloaded."""


@dataclass(frozen=True, slots=True)
class DemoLink:
    """A link that the demo offers, such as what a poster's QR code holds."""

    title: str
    url: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class DemoPlace:
    """A point that the location dialog offers by name; degrees, WGS 84."""

    name: str
    latitude: float
    longitude: float


def page_routes(
    telegram: Telegram,
    *,
    restart: Callable[[], Awaitable[object] | object] | None = None,
    links: Sequence[DemoLink] = (),
    locations: Sequence[DemoPlace] = (),
    time_zone: str | None = None,
) -> list[BaseRoute]:
    """The page's routes; `restart` may be a coroutine function and may raise, the page shows why.

    `time_zone` (IANA name) is the one that the page tells times in; None for the browser's own.
    """
    page = Page(telegram, restart, links, locations, time_zone)
    guard = [Middleware(LoopbackOnly)]
    return [
        Route("/", page.index, middleware=guard),
        Route("/events", page.events, middleware=guard),
        Route("/conversation", page.conversation, middleware=guard),
        Route("/media/{file_id}", page.media, middleware=guard),
        Route("/do/{action}", page.act, methods=["POST"], middleware=guard),
        Mount("/page", StaticFiles(directory=FILES), middleware=guard),
    ]


class Page:
    def __init__(
        self,
        telegram: Telegram,
        restart: Restart | None,
        links: Sequence[DemoLink],
        locations: Sequence[DemoPlace],
        time_zone: str | None,
    ):
        self._telegram = telegram
        self._view = View(telegram)
        self._actions = Actions(telegram, self._view, restart)
        self._offered: Json = {
            "links": [asdict(link) for link in links],
            "locations": [asdict(place) for place in locations],
            "zone": time_zone,
            "restart": restart is not None,
        }

    async def index(self, request: Request) -> Response:
        return FileResponse(FILES / "index.html")

    async def conversation(self, request: Request) -> Response:
        """What one phone shows of one chat."""
        try:
            body = Body({name: int(value) for name, value in request.query_params.items()})
            person_id, chat, _ = self._actions.where(body)
        except (ValueError, Unreadable):
            return JSONResponse({"error": "person and chat must be numbers"}, 400)
        except Impossible as reason:
            return JSONResponse({"error": sentence(reason)}, 404)
        return JSONResponse(self._view.open(person_id, chat))

    async def media(self, request: Request) -> Response:
        file = self._telegram.files.get(request.path_params["file_id"])
        if file is None:
            return PlainTextResponse("No such file", 404)
        return file_response(file, request)

    async def act(self, request: Request) -> Response:
        """Carry out `POST /do/<action>`; the answer is JSON, `error` is a sentence."""
        name = request.path_params["action"]
        if name not in NAMES:
            return JSONResponse({"error": f"There is no action {name}."}, 404)
        if request.headers.get("content-type", "").split(";")[0] != "application/json":
            return JSONResponse({"error": "An action is sent as application/json."}, 415)
        try:
            result = getattr(self._actions, name)(await read_body(request))
            if inspect.isawaitable(result):
                result = await result
        except Unreadable as reason:
            return JSONResponse({"error": sentence(reason)}, 400)
        except Impossible as reason:
            return JSONResponse({"error": sentence(reason)}, 409)
        return JSONResponse(result or {})

    async def events(self, request: Request) -> Response:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._stream(), media_type="text/event-stream", headers=headers)

    async def _stream(self) -> AsyncIterator[str]:
        """First the whole as `snapshot`, then everything that happens.

        A page that lost the stream connects anew and gets a snapshot again: nothing is replayed.
        """
        with self._telegram.events.subscribe() as happenings:
            number = 1
            yield f"retry: {RETRY_MS}\n\n"
            yield sse(number, "snapshot", self._view.snapshot() | self._offered)
            faults = self._view.faults()
            async for event in beating(happenings):
                if event is None:
                    yield ": still here\n\n"
                    continue
                for name, data in self._view.told(event):
                    if name == "faults":
                        if data == faults:
                            continue
                        faults = data
                    number += 1
                    yield sse(number, name, data)


async def beating(happenings: Subscription) -> AsyncIterator[Event | None]:
    """The events, and None after each HEARTBEAT without one."""
    while True:
        try:
            yield await asyncio.wait_for(anext(happenings), HEARTBEAT)
        except TimeoutError:
            yield None
        except StopAsyncIteration:
            return


def sse(number: int, name: str, data: object) -> str:
    """One event of the stream; JSON keeps it on one line."""
    line = json.dumps(data, default=str, ensure_ascii=False)
    return f"id: {number}\nevent: {name}\ndata: {line}\n\n"


async def read_body(request: Request) -> Body:
    """Raises Unreadable for what is no JSON object, or too long."""
    if int(request.headers.get("content-length", "0")) > MAX_BODY:
        raise Unreadable("that is too much for one message")
    try:
        fields = json.loads(await request.body())
    except ValueError:
        raise Unreadable("the body is not JSON") from None
    if not isinstance(fields, dict):
        raise Unreadable("the body must be a JSON object")
    return Body(fields)


def sentence(reason: Exception) -> str:
    """The words of an exception as a sentence."""
    words = str(reason)
    return f"{words[:1].upper()}{words[1:]}".rstrip(".") + "."


def file_response(file: StoredFile, request: Request) -> Response:
    """The file, or the part that a player asks for by Range; `?download` names it as a download."""
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
    }
    mime = file.mime if SHOWN_INLINE.fullmatch(file.mime) else "application/octet-stream"
    if "download" in request.query_params or mime == "application/octet-stream":
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
    content = file.bytes
    wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", ""))
    if wanted is None:
        return Response(content, media_type=mime, headers=headers)
    first, last = int(wanted[1]), min(int(wanted[2] or len(content)), len(content) - 1)
    if first > last:
        headers["Content-Range"] = f"bytes */{len(content)}"
        return Response(b"", 416, headers=headers)
    headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
    return Response(content[first : last + 1], 206, media_type=mime, headers=headers)


class LoopbackOnly:
    """Refuses what does not come from this page in this machine's browser.

    A foreign Host is DNS rebinding; a foreign Origin or Sec-Fetch-Site is another site's page.
    """

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (reason := refusal(scope["method"], Headers(scope=scope))):
            await PlainTextResponse(reason, 403)(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                message["headers"] += [pair for pair in GUARDS if pair[0] not in present]
            await send(message)

        await self._app(scope, receive, send_guarded)


GUARDS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-cache"),
]
"""Response headers of everything here that does not set its own."""


def refusal(method: str, headers: Headers) -> str | None:
    """Why a request is not served, None when it is."""
    host = headers.get("host", "")
    if hostname(f"//{host}") not in LOOPBACK:
        return "This page is for 127.0.0.1 and localhost only."
    origin = headers.get("origin")
    if origin is not None and origin != f"http://{host}":
        return "Another site's page may not use the simulator."
    site = headers.get("sec-fetch-site", "none")
    followed_link = method == "GET" and headers.get("sec-fetch-mode") == "navigate"
    if site not in {"same-origin", "none"} and not followed_link:
        return "Another site's page may not use the simulator."
    return None


def hostname(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
