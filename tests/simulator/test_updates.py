"""Long polling in the process, without a server; what is kept, repeated and refused."""

import asyncio
from datetime import timedelta

import pytest

from tests.simulator.village import Village, inline


def said(village: Village, *texts: str) -> None:
    for text in texts:
        village.people.says(village.aida.id, text)


async def test_updates_wait_until_they_are_confirmed(village: Village) -> None:
    said(village, "бир", "эки", "үч")
    first, second, third = await village.result("getUpdates")
    assert [first["update_id"] + i for i in range(3)] == [
        update["update_id"] for update in (first, second, third)
    ]
    assert await village.result("getUpdates", offset=second["update_id"]) == [second, third]
    assert await village.result("getUpdates", limit=1) == [second]
    assert await village.result("getUpdates", offset=-1) == [third]
    assert village.updates() == [third]
    village.telegram.confirm(village.bot.token, third["update_id"])
    assert await village.result("getUpdates") == []


async def test_a_long_poll_returns_when_something_comes(village: Village) -> None:
    poll = asyncio.create_task(village.result("getUpdates", timeout=30))
    await asyncio.sleep(0)
    assert not poll.done()
    said(village, "салам")
    (update,) = await poll
    assert update["message"]["text"] == "салам"


async def test_a_second_poll_ends_the_first_one(village: Village) -> None:
    first = asyncio.create_task(village.call("getUpdates", timeout=30))
    await asyncio.sleep(0)
    second = asyncio.create_task(village.result("getUpdates", timeout=30))
    answer = await first
    assert answer.status == 409
    assert answer.body["description"] == (
        "Conflict: terminated by other getUpdates request; "
        "make sure that only one bot instance is running"
    )
    said(village, "салам")
    assert len(await second) == 1


async def test_with_a_webhook_there_is_no_polling(village: Village) -> None:
    poll = asyncio.create_task(village.call("getUpdates", timeout=30))
    await asyncio.sleep(0)
    await village.result("setWebhook", url="https://example.org/hook")
    assert (await poll).body["description"] == "Conflict: terminated by setWebhook request"
    answer = await village.call("getUpdates")
    assert (answer.status, answer.body["description"]) == (
        409,
        "Conflict: can't use getUpdates method while webhook is active; "
        "use deleteWebhook to delete the webhook first",
    )
    assert await village.result("deleteWebhook") is True
    assert await village.result("getUpdates") == []


async def test_what_is_known_of_a_webhook(village: Village) -> None:
    assert await village.result("getWebhookInfo") == {
        "url": "",
        "has_custom_certificate": False,
        "pending_update_count": 0,
    }
    said(village, "салам")
    await village.result(
        "setWebhook",
        url="http://127.0.0.1:8443/hook",
        max_connections=5,
        allowed_updates=["message", "callback_query"],
        secret_token="s3cret-_",
    )
    assert await village.result("getWebhookInfo") == {
        "url": "http://127.0.0.1:8443/hook",
        "has_custom_certificate": False,
        "pending_update_count": 1,
        "max_connections": 5,
        "allowed_updates": ["callback_query", "message"],
    }
    await village.result("setWebhook", url="", drop_pending_updates=True)
    assert village.updates() == []


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"url": "ftp://example.org"}, "bad webhook: URL must start with http:// or https://"),
        ({"url": "https://"}, "bad webhook: URL must start with http:// or https://"),
        (
            {"url": "https://example.org", "secret_token": "сыр"},
            "secret token contains unallowed characters",
        ),
        ({"url": "https://example.org", "secret_token": "x" * 257}, "secret token is too long"),
    ],
)
async def test_a_wrong_webhook_is_refused(
    village: Village, params: dict[str, str], words: str
) -> None:
    assert await village.refusal("setWebhook", **params) == f"Bad Request: {words}"


async def test_only_the_kinds_that_were_asked_for_come(village: Village) -> None:
    await village.result("getUpdates", allowed_updates=["callback_query"])
    said(village, "салам")
    assert village.updates() == []
    await village.result("getUpdates", allowed_updates=[])
    said(village, "салам")
    assert len(village.updates()) == 1


async def test_a_day_later_an_update_is_gone(village: Village) -> None:
    said(village, "салам")
    village.telegram.clock.advance(timedelta(hours=23))
    assert len(village.updates()) == 1
    village.telegram.clock.advance(timedelta(hours=1))
    assert village.updates() == []


async def test_a_tap_is_kept_for_150_seconds(village: Village) -> None:
    message_id = await village.sends("?", reply_markup=inline([("Ооба", "y")]))
    village.people.taps(village.aida.id, message_id, "Ооба")
    village.now.pass_(149)
    assert len(village.updates()) == 1
    village.now.pass_(1)
    assert village.updates() == []


async def test_a_duplicate_has_the_same_id_and_comes_once_more(village: Village) -> None:
    village.telegram.faults.duplicate_updates = True
    said(village, "бир", "эки")
    first, second = await village.result("getUpdates")
    after = second["update_id"] + 1
    assert await village.result("getUpdates", offset=after) == [first, second]
    assert await village.result("getUpdates", offset=after) == []
