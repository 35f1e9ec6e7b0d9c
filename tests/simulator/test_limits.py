"""Faults, the clock, and the model of Telegram's flood limits."""

from datetime import timedelta

import pytest

from simulator import Rates, Telegram
from simulator.limits import Flood
from tests.simulator.village import TOKEN, Now, Village


def sent(flood: Flood, at: list[float], chat_id: int = 1, group: bool = False) -> list[int | None]:
    return [flood.charge(now, chat_id, group=group) for now in at]


def test_a_chat_takes_a_short_burst_and_then_one_message_a_second() -> None:
    flood = Flood(Rates(chat_burst=5))
    assert sent(flood, [0.0] * 5) == [None] * 5
    assert sent(flood, [0.5]) == [4]


def test_a_chat_that_is_sent_a_message_a_second_is_never_refused() -> None:
    flood = Flood(Rates())
    assert sent(flood, [float(i) for i in range(200)]) == [None] * 200


def test_a_refusal_lasts_as_long_as_it_says_and_reaches_no_other_chat() -> None:
    flood = Flood(Rates(chat_burst=1, penalty=3))
    assert sent(flood, [0.0, 0.0]) == [None, 4]
    assert sent(flood, [1.0, 3.5]) == [3, 1]
    assert sent(flood, [1.0], chat_id=2) == [None]
    assert sent(flood, [4.0]) == [None]


def test_thirty_a_second_over_all_chats() -> None:
    flood = Flood(Rates(penalty=3))
    assert [flood.charge(0.0, chat, group=False) for chat in range(30)] == [None] * 30
    assert flood.charge(0.5, 99, group=False) == 4
    assert flood.charge(0.6, 7, group=False) == 4
    assert flood.charge(4.6, 99, group=False) is None


def test_thirty_a_second_for_ever_is_allowed() -> None:
    flood = Flood(Rates())
    refused = [flood.charge(i / 30, i, group=False) for i in range(3000)]
    assert refused == [None] * 3000


def test_a_paid_broadcast_goes_up_to_a_thousand_a_second() -> None:
    flood = Flood(Rates())
    refused = [flood.charge(0.5, i, group=False, paid=True) for i in range(1000)]
    assert refused == [None] * 1000
    assert flood.charge(0.9, 5000, group=False, paid=True) is not None


def test_twenty_a_minute_in_a_group() -> None:
    flood = Flood(Rates())
    assert sent(flood, [i * 2.0 for i in range(20)], -5, group=True) == [None] * 20
    assert sent(flood, [41.0], -5, group=True) == [22]
    assert sent(flood, [63.5], -5, group=True) == [None]


def test_an_album_counts_each_item() -> None:
    flood = Flood(Rates(chat_burst=5))
    assert flood.charge(0.0, 1, group=False, count=10) is None
    assert flood.charge(1.0, 1, group=False) is not None


def test_idle_chats_are_forgotten() -> None:
    flood = Flood(Rates(per_second=10**6))
    for i in range(20_000):
        flood.charge(i / 100, i, group=False)
    assert len(flood._chats) <= 10_000 + 1


async def test_too_many_messages_get_429_with_the_time_to_wait(now: Now) -> None:
    village = Village(now, limits=True)
    village.people.opens_link(village.aida.id)
    for _ in range(5):
        await village.sends()
    answer = await village.call("sendMessage", chat_id=village.aida.id, text="x")
    assert answer.status == 429
    assert answer.body == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 4",
        "parameters": {"retry_after": 4},
    }
    assert len(village.telegram.screen(village.aida.id)) == 6
    now.pass_(4)
    await village.sends()


async def test_the_flood_fault_refuses_so_many_sends(village: Village) -> None:
    village.telegram.faults.flood = 2
    statuses = [
        (await village.call("sendMessage", chat_id=village.aida.id, text="x")).status
        for _ in range(3)
    ]
    assert statuses == [429, 429, 200]
    village.telegram.faults.flood = True
    answer = await village.call("sendMessage", chat_id=village.aida.id, text="x")
    assert answer.body["parameters"] == {"retry_after": 3}
    assert (await village.call("getMe")).ok


async def test_a_lost_answer_was_carried_out(village: Village) -> None:
    village.telegram.faults.lose_answers = 1
    assert (await village.call("getMe")).ok
    answer = await village.call("sendMessage", chat_id=village.aida.id, text="келди")
    assert (answer.status, answer.body) == (0, {})
    assert village.telegram.screen(village.aida.id)[-1].plain == "келди"
    assert (await village.call("sendMessage", chat_id=village.aida.id, text="x")).ok


async def test_telegram_is_down(village: Village) -> None:
    village.telegram.faults.down = True
    answer = await village.call("sendMessage", chat_id=village.aida.id, text="x")
    assert (answer.status, answer.body) == (502, {})
    assert len(village.telegram.screen(village.aida.id)) == 1
    village.telegram.faults.clear()
    assert (await village.call("getMe")).ok


async def test_a_slow_network_is_slow(village: Village) -> None:
    village.telegram.faults.slow_ms = 20
    await village.result("getMe")
    assert village.telegram.calls[-1].ms >= 20


async def test_calls_are_logged(village: Village) -> None:
    await village.sends("Салам")
    await village.refusal("sendMessage", chat_id=village.aida.id)
    await village.result("getUpdates")
    good, bad = village.telegram.calls
    assert (good.method, good.status, good.params["text"]) == ("sendMessage", 200, "Салам")
    assert (bad.status, bad.description) == (400, "Bad Request: message text is empty")


def test_the_clock_goes_forward_and_says_so() -> None:
    now = Now()
    telegram = Telegram(now)
    steps: list[timedelta] = []
    telegram.clock.on_advance(steps.append)
    assert telegram.clock.advance(timedelta(days=1)) == now.time + timedelta(days=1)
    assert steps == [timedelta(days=1)]
    with pytest.raises(ValueError, match="forward"):
        telegram.clock.advance(timedelta(seconds=-1))


async def test_events_tell_what_happens(village: Village) -> None:
    with village.telegram.events.subscribe() as events:
        village.people.says(village.aida.id, "салам")
        message_id = await village.sends("x")
        await village.result("deleteMessage", chat_id=village.aida.id, message_id=message_id)
        village.telegram.clock.advance(timedelta(hours=1))
        village.people.blocks(village.aida.id)
    kinds = [event.kind async for event in events]
    assert kinds == [
        "message_new",
        "message_new",
        "call",
        "message_deleted",
        "call",
        "clock",
        "chat",
    ]
    assert village.telegram.bots[TOKEN] is village.bot


async def test_stopping_ends_what_waits(village: Village) -> None:
    events = village.telegram.events.subscribe()
    village.telegram.stop()
    assert [event async for event in events] == []
