"""Calls over HTTP: what goes out, and what a broken network becomes."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import BadRequest, NetworkError, RetryAfter, TimedOut

from bot.request import (
    AiohttpRequest,
    BotApi,
    Undelivered,
    Unreadable,
    Upload,
    seconds_of,
    wait_at_most,
)

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]
TOKEN = "123456:TEST-token"


class Server:
    """A Bot API that answers as told, on a free port of this machine."""

    def __init__(self) -> None:
        self.answer: Answering = self.all_well
        self.seen: list[tuple[str, Any]] = []
        self.url = ""

    async def all_well(self, request: web.Request) -> web.StreamResponse:
        if request.content_type == "application/json":
            self.seen.append((request.path, await request.json()))
        else:
            form = {name: _part(value) for name, value in (await request.post()).items()}
            self.seen.append((request.path, form))
        return web.json_response({"ok": True, "result": {"id": 1, "is_bot": True}})


def _part(value: str | bytes | bytearray | web.FileField) -> Any:
    if isinstance(value, web.FileField):
        return value.filename, value.content_type, value.file.read()
    return value


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()

    async def answer(request: web.Request) -> web.StreamResponse:
        return await made.answer(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
async def request_() -> AsyncIterator[AiohttpRequest]:
    made = AiohttpRequest()
    await made.initialize()
    yield made
    await made.shutdown()


async def test_parameters_go_as_json(server: Server, request_: AiohttpRequest) -> None:
    api = BotApi(request_, server.url, TOKEN)
    payload = {"chat_id": 1, "text": "Өзгөн 42", "reply_markup": {"a": [1]}, "silent": True}
    assert await api.call("sendMessage", payload) == {"id": 1, "is_bot": True}
    assert server.seen == [(f"/bot{TOKEN}/sendMessage", payload)]


async def test_a_file_goes_along_with_its_parameters(
    server: Server, request_: AiohttpRequest
) -> None:
    api = BotApi(request_, server.url, TOKEN)
    file = Upload("chart.png", b"PNG", "image/png")
    await api.call("sendPhoto", {"chat_id": 1, "photo": "attach://file"}, {"file": file})
    ((_, form),) = server.seen
    assert (form["chat_id"], form["photo"]) == ("1", "attach://file")
    assert form["file"] == ("chart.png", "image/png", b"PNG")


async def test_ptb_can_use_it_too(server: Server, request_: AiohttpRequest) -> None:
    bot = Bot(TOKEN, base_url=f"{server.url}/bot", request=request_, get_updates_request=request_)
    await bot.set_my_name("Ашар", language_code="ky")
    assert server.seen[-1][1]["name"] == "Ашар"


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, {"ok": False, "error_code": 400, "description": "Bad Request: x"}, BadRequest),
        (429, {"ok": False, "error_code": 429, "description": "x",
               "parameters": {"retry_after": 7}}, RetryAfter),
        (502, None, NetworkError),
        (200, None, Unreadable),
        (200, {"ok": True}, Unreadable),
    ],
)  # fmt: skip
async def test_refusals_are_telegrams_errors(
    server: Server,
    request_: AiohttpRequest,
    status: int,
    body: dict[str, Any] | None,
    expected: type[Exception],
) -> None:
    async def refuse(_request: web.Request) -> web.StreamResponse:
        text = json.dumps(body) if body else "<html>Bad Gateway</html>"
        return web.Response(status=status, text=text)

    server.answer = refuse
    with pytest.raises(expected) as caught:
        await BotApi(request_, server.url, TOKEN).call("sendMessage", {})
    if isinstance(caught.value, RetryAfter):
        assert seconds_of(caught.value) == 7.0


async def test_no_connection_is_certainly_undelivered(request_: AiohttpRequest) -> None:
    with pytest.raises(Undelivered) as caught:
        await BotApi(request_, "http://127.0.0.1:1", TOKEN).call("sendMessage", {})
    assert TOKEN not in str(caught.value)


async def test_a_connection_that_breaks_is_not_certainly_undelivered(
    server: Server, request_: AiohttpRequest
) -> None:
    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    server.answer = hang_up
    with pytest.raises(NetworkError) as caught:
        await BotApi(request_, server.url, TOKEN).call("sendMessage", {})
    assert not isinstance(caught.value, Undelivered)
    assert TOKEN not in str(caught.value)


async def test_a_late_answer_is_a_time_out(server: Server, request_: AiohttpRequest) -> None:
    gate = asyncio.Event()

    async def wait(_request: web.Request) -> web.StreamResponse:
        await gate.wait()
        return web.Response()

    server.answer = wait
    with pytest.raises(TimedOut):
        await BotApi(request_, server.url, TOKEN).call("getUpdates", {}, seconds=0.05)
    gate.set()


async def test_waiting_ends_with_the_event_or_the_time() -> None:
    event = asyncio.Event()
    assert await wait_at_most(0.0, event) is False
    event.set()
    assert await wait_at_most(60.0, event) is True
