"""The simulated Bot API over HTTP: /bot<token>/<method> and /file/bot<token>/<path>."""

import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from simulator.files import MAX_UPLOAD
from simulator.model import Answer, UploadedFile
from simulator.refusal import Refusal, bad_request
from simulator.telegram import Telegram
from simulator.webhook import WebhookDelivery

BAD_GATEWAY = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n"
    "</body>\r\n</html>\r\n"
)
NOT_FOUND = Refusal(404, "Not Found")
TOO_LARGE = Refusal(413, "Request Entity Too Large")
MULTIPART_OVERHEAD = 1024 * 1024
UNKNOWN_MIME = "application/octet-stream"


def make_app(
    telegram: Telegram, routes: Sequence[BaseRoute] = (), *, webhooks: bool = True
) -> Starlette:
    """The ASGI application; `routes` (the page's, say) come after the Bot API's own.

    While it runs it also delivers webhooks, unless told not to.
    """

    async def call(request: Request) -> Response:
        token, method = request.path_params["token"], request.path_params["method"]
        try:
            params, files = await _read(request)
        except Refusal as refusal:
            return _json(refusal.status, refusal.body())
        return _respond(await telegram.call(token, method, params, files))

    async def download(request: Request) -> Response:
        if telegram.faults.down:
            return HTMLResponse(BAD_GATEWAY, 502)
        file = telegram.files.at(request.path_params["path"])
        if request.path_params["token"] not in telegram.bots or file is None:
            return _json(404, NOT_FOUND.body())
        return Response(file.bytes, media_type=UNKNOWN_MIME)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        if not webhooks:
            yield
            return
        async with WebhookDelivery(telegram):
            yield

    bot_api = [
        Route("/bot{token}/{method}", call, methods=["GET", "POST"]),
        Route("/file/bot{token}/{path:path}", download, methods=["GET"]),
    ]
    return Starlette(
        routes=[*bot_api, *routes],
        lifespan=lifespan,
        exception_handlers={404: _not_found},
    )


async def _not_found(_request: Request, _error: Exception) -> Response:
    return _json(404, NOT_FOUND.body())


class Server(uvicorn.Server):
    """Serves the application; on the way out it ends what waits, so that stopping is quick."""

    def __init__(self, telegram: Telegram, config: uvicorn.Config, *, signals: bool):
        super().__init__(config)
        self._telegram = telegram
        self._signals = signals

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        with super().capture_signals() if self._signals else nullcontext():
            yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._telegram.stop()
        await super().shutdown(sockets)


def make_server(
    telegram: Telegram,
    routes: Sequence[BaseRoute] = (),
    *,
    host: str = "127.0.0.1",
    port: int = 8081,
    signals: bool = True,
) -> Server:
    """A server to `await server.serve()`; stop it by `server.should_exit = True`.

    With `signals` it also stops on SIGINT and SIGTERM.
    """
    config = uvicorn.Config(
        make_app(telegram, routes),
        host=host,
        port=port,
        http=_DroppingProtocol,
        log_level="warning",
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=3,
    )
    return Server(telegram, config, signals=signals)


class _DroppingProtocol(HttpToolsProtocol):
    """Lets the application break the connection, as a bad network does."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"]["drop"] = self.transport.abort


class _LostAnswer(Response):
    """No answer at all: the connection breaks.

    Under another server the answer is announced and then cut short.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        drop: Callable[[], None] | None = scope.get("state", {}).get("drop")
        if drop is None:
            headers = [(b"content-length", b"1000")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            return
        drop()
        message = await receive()
        while message["type"] != "http.disconnect":
            message = await receive()


def _respond(answer: Answer) -> Response:
    match answer.status:
        case 0:
            return _LostAnswer()
        case 502:
            return HTMLResponse(BAD_GATEWAY, 502)
        case status:
            return _json(status, answer.body)


def _json(status: int, body: dict[str, Any]) -> Response:
    headers = {}
    if retry_after := body.get("parameters", {}).get("retry_after"):
        headers["Retry-After"] = str(retry_after)
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(content, status, headers, media_type="application/json")


async def _read(request: Request) -> tuple[dict[str, Any], dict[str, UploadedFile]]:
    """The parameters from the query and the body, and the files. Raises Refusal."""
    params: dict[str, Any] = dict(request.query_params)
    if request.method == "GET":
        return params, {}
    if int(request.headers.get("content-length", 0)) > MAX_UPLOAD + MULTIPART_OVERHEAD:
        raise TOO_LARGE
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    match kind:
        case "application/json":
            return params | _read_json(await request.body()), {}
        case "multipart/form-data" | "application/x-www-form-urlencoded":
            fields, files = await _read_form(request)
            return params | fields, files
        case _:
            return params, {}


def _read_json(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    try:
        params = json.loads(body)
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(params, dict):
        raise bad_request("expected a JSON object")
    return params


async def _read_form(request: Request) -> tuple[dict[str, Any], dict[str, UploadedFile]]:
    params, files = {}, {}
    try:
        async with request.form(max_part_size=MAX_UPLOAD) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    mime = value.content_type if value.content_type != UNKNOWN_MIME else None
                    files[name] = UploadedFile(value.filename or name, await value.read(), mime)
                else:
                    params[name] = value
    except HTTPException as error:
        raise bad_request(str(error.detail)) from error
    return params, files
