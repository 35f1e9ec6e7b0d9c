"""Starlette: check the secret, carry out, answer 2xx after the commit; /health and /metrics."""

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import structlog
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from telegram import Bot

from bot import metrics
from bot.errors import OutOfReach
from bot.unit_of_work import UnitOfWork
from bot.updates import read_update

log = structlog.get_logger()

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
LARGEST_UPDATE = 1_000_000
"""Bytes; Telegram's own are a few thousand."""


class Webhook:
    """Takes updates that Telegram posts."""

    def __init__(self, bot: Bot, unit: UnitOfWork, secret: str) -> None:
        self._bot = bot
        self._unit = unit
        self._secret = secret

    async def __call__(self, request: Request) -> Response:
        """2xx when the update is done with: carried out, given up, or not to be read; a bug
        that repeated itself would hold up all others for a day."""
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            return PlainTextResponse("wrong secret", 403)
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_UPDATE:
                return PlainTextResponse("too large", 413)
        try:
            data = json.loads(body)
        except (ValueError, RecursionError):
            return PlainTextResponse("not JSON", 400)
        if not isinstance(data, dict) or not isinstance(data.get("update_id"), int):
            return PlainTextResponse("not an update", 400)
        try:
            update = read_update(data, self._bot)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            log.error("unreadable_update", update_id=data["update_id"], error=repr(error))
            return Response(status_code=200)
        try:
            await self._unit.run(update)
        except OutOfReach:
            return PlainTextResponse("later", 503, headers={"Retry-After": "5"})
        except Exception:
            return Response(status_code=200)
        return Response(status_code=200)


def application(
    health: Callable[[], Awaitable[dict[str, Any]]], webhook: Webhook | None, path: str = "/"
) -> Starlette:
    """The small web application; without a webhook only /health and /metrics."""

    async def tell_health(_request: Request) -> Response:
        state = await health()
        return JSONResponse(state, 200 if state["ok"] else 503)

    async def tell_metrics(_request: Request) -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    routes = [Route("/health", tell_health), Route("/metrics", tell_metrics)]
    if webhook is not None:
        routes.append(Route(path, webhook.__call__, methods=["POST"]))
    return Starlette(routes=routes)


def path_of(url: str) -> str:
    """The path under which Telegram reaches the webhook."""
    return urlsplit(url).path or "/"


def server(app: Starlette, listen: str) -> uvicorn.Server:
    host, _, port = listen.rpartition(":")
    return EmbeddedServer(
        uvicorn.Config(
            app,
            host=host,
            port=int(port),
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=10,
            lifespan="off",
        )
    )


class EmbeddedServer(uvicorn.Server):
    """Uvicorn without its own signal handlers: the bot stops it in its turn."""

    def capture_signals(self) -> Any:
        from contextlib import nullcontext

        return nullcontext()
