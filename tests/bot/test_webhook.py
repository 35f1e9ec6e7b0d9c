"""The webhook: who may post, what is answered when, and what the owner can look at."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot import metrics
from bot.ui.context import Context
from bot.webhook import SECRET_HEADER, Webhook, application, path_of
from tests.bot.machine import Machine, running

AIDA = 501
SECRET = "s3cret"


class Door:
    """The web application, asked without a socket."""

    def __init__(self, machine: Machine) -> None:
        import httpx

        self.machine = machine
        self.state: dict[str, Any] = {"ok": True, "outbox": 3}

        async def health() -> dict[str, Any]:
            return self.state

        app = application(health, Webhook(machine.ptb.bot, machine.unit, SECRET), "/bot")
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://bot.test"
        )

    async def post(self, body: Any, secret: str | None = SECRET) -> int:
        name = SECRET_HEADER.encode()
        headers = {name: secret.encode()} if secret is not None else {}
        content = body if isinstance(body, bytes) else None
        json = None if isinstance(body, bytes) else body
        response = await self.client.post("/bot", headers=headers, content=content, json=json)
        return response.status_code


@pytest.fixture
async def door(sqlite_url: str) -> AsyncIterator[Door]:
    async with running(sqlite_url) as machine:
        made = Door(machine)
        yield made
        await made.client.aclose()


async def test_an_update_is_answered_after_its_commit(door: Door) -> None:
    assert await door.post(door.machine.says(AIDA, "hello")) == 200
    assert door.machine.said == [(AIDA, "hello")]
    assert await door.machine.languages() == {AIDA: "ky"}


@pytest.mark.parametrize("secret", [None, "", "wrong", "s3cret ", "ключ"])
async def test_a_wrong_secret_is_refused(door: Door, secret: str | None) -> None:
    assert await door.post(door.machine.says(AIDA, "hello"), secret) == 403
    assert door.machine.said == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"1", b"{}", b'{"update_id": "1"}', b"[" * 100_000]
)
async def test_what_is_no_update_is_refused(door: Door, body: bytes) -> None:
    assert await door.post(body) == 400


async def test_a_body_without_end_is_refused(door: Door) -> None:
    assert await door.post(b" " * 1_000_001) == 413


async def test_an_update_that_cannot_be_read_does_not_come_again(door: Door) -> None:
    assert await door.post({"update_id": 5, "message": {"message_id": 1}}) == 200
    assert await door.post({"update_id": 6, "message": "x"}) == 200


async def test_a_kind_of_update_that_is_not_known_is_done_with(door: Door) -> None:
    assert await door.post({"update_id": 5, "something_new": {}}) == 200


async def test_a_database_that_is_gone_makes_telegram_come_again(door: Door) -> None:
    fails = True

    async def handler(context: Context) -> None:
        if fails:
            raise ConnectionResetError
        context.account.language = "ru"

    door.machine.handler = handler
    update = door.machine.says(AIDA, "hello")
    assert await door.post(update) == 503
    fails = False
    assert await door.post(update) == 200
    assert await door.machine.languages() == {AIDA: "ru"}


async def test_a_bug_does_not_come_again(door: Door) -> None:
    assert await door.post(door.machine.says(AIDA, "bug after writing")) == 200
    assert len(door.machine.said) == 1


async def test_health_says_what_is_wrong(door: Door) -> None:
    response = await door.client.get("/health")
    assert (response.status_code, response.json()) == (200, {"ok": True, "outbox": 3})
    door.state = {"ok": False, "database": "OperationalError"}
    response = await door.client.get("/health")
    assert (response.status_code, response.json()["ok"]) == (503, False)


async def test_metrics_tell_counts_and_nothing_about_people(door: Door) -> None:
    metrics.outbox_depth.labels("reply").set(3)
    await door.post(door.machine.says(AIDA, "a secret word"))
    response = await door.client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    for name in (
        'ashar_updates_total{result="handled"}',
        "ashar_handling_seconds_bucket",
        'ashar_outbox_depth{lane="reply"} 3.0',
        "ashar_outbox_age_seconds",
        "ashar_incidents_total",
    ):
        assert name in response.text
    labels = re.findall(r'="([^"]*)"', response.text)
    assert labels
    assert not any(str(AIDA) in label for label in labels)
    assert "secret" not in response.text


def test_the_path_is_that_of_the_url() -> None:
    assert path_of("https://bot.example/hook/1") == "/hook/1"
    assert path_of("https://bot.example") == "/"


def test_without_a_webhook_there_is_only_health_and_metrics() -> None:
    async def health() -> dict[str, Any]:
        return {"ok": True}

    paths = {route.path for route in application(health, None).routes}  # type: ignore[attr-defined]
    assert paths == {"/health", "/metrics"}
