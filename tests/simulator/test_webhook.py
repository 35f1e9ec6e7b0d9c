"""Delivery to a webhook: the secret, the order, repetition until it is taken."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web

from simulator.webhook import SECRET_HEADER, WebhookDelivery
from tests.simulator.village import Village, inline


class Hook:
    """A webhook that answers what it is told to and remembers what it got."""

    def __init__(self) -> None:
        self.url = ""
        self.got: asyncio.Queue[tuple[str | None, dict[str, Any]]] = asyncio.Queue()
        self.answers: list[tuple[int, Any]] = []
        self.hold: asyncio.Event | None = None

    async def take(self, request: web.Request) -> web.Response:
        self.got.put_nowait((request.headers.get(SECRET_HEADER), await request.json()))
        if self.hold is not None:
            await self.hold.wait()
        status, body = self.answers.pop(0) if self.answers else (200, None)
        return web.json_response(body, status=status)

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(5):
            return (await self.got.get())[1]


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    hook = Hook()
    app = web.Application()
    app.router.add_post("/hook", hook.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield hook
    await runner.cleanup()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
async def delivery(village: Village, pauses: list[float]) -> AsyncIterator[None]:
    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async with WebhookDelivery(village.telegram, sleep):
        yield


async def until(condition: Callable[[], bool]) -> None:
    """Let others run until it holds."""
    async with asyncio.timeout(5):
        for _ in range(10**9):
            if condition():
                return
            await asyncio.sleep(0)


async def drained(village: Village) -> None:
    await until(lambda: not village.updates())


@pytest.mark.usefixtures("delivery")
async def test_updates_are_posted_with_the_secret(village: Village, hook: Hook) -> None:
    village.people.says(village.aida.id, "эрте")
    await village.result("setWebhook", url=hook.url, secret_token="сыр".encode().hex())
    village.people.says(village.aida.id, "кеч")
    secret, early = await hook.got.get()
    assert secret == "сыр".encode().hex()
    assert early["message"]["text"] == "эрте"
    assert (await hook.next())["message"]["text"] == "кеч"
    await drained(village)


@pytest.mark.usefixtures("delivery")
async def test_an_update_is_repeated_with_growing_pauses_until_it_is_taken(
    village: Village, hook: Hook, pauses: list[float]
) -> None:
    hook.answers = [(503, None), (500, None), (302, None)]
    await village.result("setWebhook", url=hook.url)
    village.people.says(village.aida.id, "бир")
    village.people.says(village.aida.id, "эки")
    texts = [(await hook.next())["message"]["text"] for _ in range(5)]
    assert texts == ["бир", "бир", "бир", "бир", "эки"]
    await drained(village)
    assert pauses == [1, 2, 4]
    info = await village.result("getWebhookInfo")
    assert info["last_error_message"] == "Wrong response from the webhook: 302 Found"
    assert info["last_error_date"] == int(village.now.time.timestamp())


@pytest.mark.usefixtures("delivery")
async def test_people_do_not_wait_for_one_another(village: Village, hook: Hook) -> None:
    bakyt = village.telegram.add_person("Бакыт")
    hook.hold = asyncio.Event()
    await village.result("setWebhook", url=hook.url)
    for person in (village.aida, village.aida, bakyt):
        village.people.says(person.id, person.first_name)
    first, second = [(await hook.next())["message"]["text"] for _ in range(2)]
    assert {first, second} == {"Айда", "Бакыт"}
    assert hook.got.empty()
    hook.hold.set()
    assert (await hook.next())["message"]["text"] == "Айда"
    await drained(village)


@pytest.mark.usefixtures("delivery")
async def test_a_webhook_that_is_gone_is_tried_again(
    village: Village, hook: Hook, pauses: list[float]
) -> None:
    nobodys = hook.url.rsplit(":", 1)[0] + ":1/hook"
    await village.result("setWebhook", url=nobodys)
    village.people.says(village.aida.id, "салам")
    await until(lambda: bool(pauses))
    await village.result("setWebhook", url=hook.url)
    assert (await hook.next())["message"]["text"] == "салам"
    await drained(village)


@pytest.mark.usefixtures("delivery")
async def test_a_webhook_can_answer_with_a_call(village: Village, hook: Hook) -> None:
    reply = {"method": "sendMessage", "chat_id": village.aida.id, "text": "алдым"}
    hook.answers = [(200, reply)]
    await village.result("setWebhook", url=hook.url)
    village.people.says(village.aida.id, "салам")
    await hook.next()
    await drained(village)
    assert village.telegram.screen(village.aida.id)[-1].plain == "алдым"


@pytest.mark.usefixtures("delivery")
async def test_a_duplicate_is_posted_twice_with_the_same_id(village: Village, hook: Hook) -> None:
    village.telegram.faults.duplicate_updates = True
    message_id = await village.sends("?", reply_markup=inline([("Ооба", "y")]))
    await village.result("setWebhook", url=hook.url)
    village.people.taps(village.aida.id, message_id, "Ооба")
    first, second = await hook.next(), await hook.next()
    assert first == second
    await drained(village)


@pytest.mark.usefixtures("delivery")
async def test_without_a_webhook_nothing_is_posted(village: Village, hook: Hook) -> None:
    await village.result("setWebhook", url=hook.url)
    await village.result("deleteWebhook")
    village.people.says(village.aida.id, "салам")
    assert len(await village.result("getUpdates")) == 1
    assert hook.got.empty()


async def test_a_webhook_that_was_set_before_is_served_from_the_start(
    village: Village, hook: Hook
) -> None:
    await village.result("setWebhook", url=hook.url)
    village.people.says(village.aida.id, "салам")
    async with WebhookDelivery(village.telegram):
        assert (await hook.next())["message"]["text"] == "салам"
        await drained(village)
