"""Letters on their way: order, lanes, what Telegram refuses, outages, crashes, files, memory."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot import metrics
from bot import sender as sender_module
from bot.clock import Clock
from bot.database import Database
from bot.files import Order
from bot.pacer import Pacer
from bot.request import Undelivered, Unreadable, Upload
from bot.sender import BULK_AHEAD, Sender
from bot.ui.context import Answer
from models import Account, Lane, Outbox
from services import delivery, outbox
from services.outbox import LEASE, Letter, next_id
from tests.bot.machine import START, ScriptedApi, rows, sender_on, sending

AIDA, BAKYT, GROUP = 501, 502, -77


def letter(
    chat_id: int,
    text: str,
    lane: Lane = Lane.REPLY,
    *,
    method: str = "sendMessage",
    **payload: Any,
) -> Letter:
    return Letter(next_id(), chat_id, method, {"text": text, **payload}, lane)


def picture(chat_id: int, lane: Lane = Lane.BULK, *, reuse: bool = True) -> Letter:
    wanted = {"maker": "chart", "subject": 7, "language": "ky", "reuse": reuse}
    return Letter(next_id(), chat_id, "sendPhoto", {"photo": wanted}, lane)


async def put(database: Database, letters: Iterable[Letter], now: datetime = START) -> None:
    """Into the outbox, for whoever looks."""
    async with database.begin() as session:
        await outbox.add(session, list(letters), now=now)


async def reply(sender: Sender, database: Database, *letters: Letter) -> None:
    """As the unit of work does it: written and taken in one transaction, pushed after it."""
    async with database.begin() as session:
        ours = await outbox.add(session, list(letters), now=START, hands=sender.hands)
    sender.push(ours)


async def wait_for(api: ScriptedApi, calls: int) -> None:
    """Until so many calls were tried."""
    async with asyncio.timeout(10):
        while len(api.calls) < calls:  # noqa: ASYNC110
            await asyncio.sleep(0)


def count(result: str) -> float:
    return metrics.registry.get_sample_value("ashar_sends_total", {"result": result}) or 0.0


class Post:
    """A database, a Telegram, a clock; senders come and go."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.database = Database(url)
        self.api = ScriptedApi()
        self.clock = Clock(lambda: START)

    @asynccontextmanager
    async def sender(self, **options: Any) -> AsyncIterator[Sender]:
        api = options.pop("api", self.api)
        async with sending(self.url, api, clock=self.clock, **options) as sender:
            yield sender

    async def send(self, *letters: Letter, **options: Any) -> None:
        """Puts them into the outbox and has a sender work until nothing may go."""
        async with self.sender(**options) as sender:
            await put(self.database, letters, self.clock.now())
            await sender.drain()

    async def unsent(self) -> list[int]:
        return [
            row.chat_id
            for row in await rows(self.database)
            if row.sent_at is None and row.error is None
        ]


@pytest.fixture
async def post(database_url: str) -> AsyncIterator[Post]:
    made = Post(database_url)
    yield made
    await made.database.close()


@pytest.fixture
async def lite(sqlite_url: str) -> AsyncIterator[Post]:
    made = Post(sqlite_url)
    yield made
    await made.database.close()


# ---------------------------------------------------------------- order and lanes


async def test_letters_of_a_chat_go_in_their_order(post: Post) -> None:
    words = [f"word {i}" for i in range(20)]
    await post.send(*(letter(AIDA, word) for word in words), *(letter(BAKYT, w) for w in words))
    assert post.api.texts_to(AIDA) == words
    assert post.api.texts_to(BAKYT) == words


async def test_a_sent_letter_keeps_no_payload(post: Post) -> None:
    await post.send(letter(AIDA, "secret"))
    (row,) = await rows(post.database)
    assert (row.sent_at, row.payload, row.claimed_until) == (START, None, None)


async def test_one_letter_of_a_chat_is_under_way_at_a_time(post: Post) -> None:
    await post.send(*(letter(AIDA, str(i)) for i in range(10)))
    assert post.api.most_under_way == 1


async def test_different_chats_are_sent_to_side_by_side(lite: Post) -> None:
    await lite.send(*(letter(1000 + i, "x") for i in range(50)))
    assert lite.api.most_under_way > 10


async def test_replies_go_before_bulk(lite: Post) -> None:
    await put(lite.database, [letter(1000 + i, "bulk", Lane.BULK) for i in range(40)])
    await put(lite.database, [letter(2000 + i, "reply") for i in range(40)])
    async with lite.sender() as sender:
        await sender.drain()
    assert lite.api.texts == ["reply"] * 40 + ["bulk"] * 40


async def test_a_reply_does_not_wait_for_the_turn_of_its_chats_bulk(lite: Post) -> None:
    """The chat stands far back in the line of the broadcast when its person taps."""
    await put(lite.database, [letter(1000 + i, "bulk", Lane.BULK) for i in range(40)])
    lite.api.gate.clear()
    async with lite.sender(pacer=Pacer(30)) as sender:
        await wait_for(lite.api, 1)
        await reply(sender, lite.database, letter(1039, "reply"))
        lite.api.gate.set()
        await wait_for(lite.api, 15)
    assert "reply" in lite.api.texts[:15]


async def test_a_reply_to_a_chat_that_waits_out_its_second_of_bulk_goes_at_once(
    lite: Post,
) -> None:
    await put(lite.database, [letter(AIDA, "one", Lane.BULK), letter(AIDA, "two", Lane.BULK)])
    async with lite.sender(pacer=Pacer(30)) as sender:
        await wait_for(lite.api, 1)
        await reply(sender, lite.database, letter(AIDA, "reply"))
        await wait_for(lite.api, 2)
    assert lite.api.texts[:2] == ["one", "reply"]


async def test_after_a_crash_a_fresh_reply_goes_behind_all_that_was_left(post: Post) -> None:
    await put(post.database, [letter(AIDA, f"left {i}") for i in range(5)])
    post.api.gate.clear()
    async with post.sender() as sender:
        await reply(sender, post.database, letter(AIDA, "fresh"))
        post.api.gate.set()
        await sender.drain()
    assert post.api.texts == [f"left {i}" for i in range(5)] + ["fresh"]


async def test_an_old_letter_that_cannot_go_yet_is_not_overtaken(post: Post) -> None:
    post.api.script.extend([Undelivered("down")])
    async with post.sender() as sender:
        await reply(sender, post.database, letter(AIDA, "one"))
        await wait_for(post.api, 1)
        await reply(sender, post.database, letter(AIDA, "two"))
        await sender.drain()
        post.clock.advance(timedelta(minutes=1))
        await sender.drain()
    assert post.api.texts == ["one", "one", "two"]


# ---------------------------------------------------------------- what Telegram says


async def test_a_flood_wait_of_one_message_stops_all_chats_and_loses_nothing(lite: Post) -> None:
    lite.api.script.append(RetryAfter(30))
    async with lite.sender() as sender:
        await put(lite.database, [letter(AIDA, "one")])
        await sender.drain()
        await put(lite.database, [letter(BAKYT, "two")])
        await sender.drain()
        assert lite.api.texts == ["one"]
        lite.clock.advance(timedelta(seconds=31))
        await sender.drain()
    assert sorted(lite.api.texts) == ["one", "one", "two"]
    assert await lite.unsent() == []


async def test_a_flood_wait_of_a_group_stops_that_group_only(lite: Post) -> None:
    lite.api.by_chat[GROUP] = deque([RetryAfter(40)])
    async with lite.sender() as sender:
        await put(lite.database, [letter(GROUP, "group"), letter(GROUP, "group 2")])
        await sender.drain()
        await put(lite.database, [letter(BAKYT, "person")])
        await sender.drain()
        assert lite.api.texts == ["group", "person"]
        lite.clock.advance(timedelta(seconds=41))
        await sender.drain()
    assert lite.api.texts_to(GROUP) == ["group", "group", "group 2"]


async def test_a_flood_wait_of_an_edit_stops_its_chat_only(lite: Post) -> None:
    lite.api.script.append(RetryAfter(40))
    async with lite.sender() as sender:
        edit = letter(AIDA, "edit", method="editMessageText", message_id=1)
        await put(lite.database, [edit])
        await sender.drain()
        await put(lite.database, [letter(BAKYT, "person")])
        await sender.drain()
    assert lite.api.texts == ["edit", "person"]
    assert await lite.unsent() == [AIDA]


@pytest.mark.parametrize(
    "error",
    [
        Forbidden("Forbidden: bot was blocked by the user"),
        BadRequest("Chat not found"),
        Forbidden("Forbidden: user is deactivated"),
    ],
)
async def test_somebody_who_is_gone_is_marked_and_their_letters_are_dropped(
    post: Post, error: TelegramError
) -> None:
    async with post.database.begin() as session:
        session.add(Account(id=AIDA, created_at=START, seen_at=START))
    post.api.by_chat[AIDA] = deque([error])
    bulk = letter(AIDA, "bulk", Lane.BULK)
    await post.send(bulk, letter(AIDA, "one"), letter(BAKYT, "other"))
    assert post.api.texts_to(AIDA) == ["one"]
    assert post.api.texts_to(BAKYT) == ["other"]
    assert await post.unsent() == []
    found = {row.chat_id: (row.error, row.payload) for row in await rows(post.database)}
    assert found[AIDA] == ("unreachable", None)
    async with post.database.read() as session:
        assert (await session.get_one(Account, AIDA)).unreachable_at == START


async def test_letters_after_the_one_that_was_refused_still_go(post: Post) -> None:
    """They may answer somebody who has come back meanwhile."""
    post.api.by_chat[AIDA] = deque([Forbidden("Forbidden: bot was blocked by the user")])
    await post.send(letter(AIDA, "one"), letter(AIDA, "two"))
    assert post.api.texts_to(AIDA) == ["one", "two"]
    assert [row.error for row in await rows(post.database)] == ["unreachable", None]


@pytest.mark.parametrize(
    "error", [NetworkError("Request Entity Too Large (413)"), Unreadable("Invalid server response")]
)
async def test_a_letter_that_always_fails_holds_up_its_chat_for_a_day_only(
    lite: Post, error: TelegramError
) -> None:
    yesterday = next_id() - (25 * 3600 * 1000 << 20)
    old = replace(letter(AIDA, "old"), id=yesterday)
    lite.api.by_chat[AIDA] = deque([error])
    await lite.send(old, letter(AIDA, "new"))
    assert lite.api.texts_to(AIDA) == ["old", "new"]
    assert [row.error for row in await rows(lite.database)] == [
        f"given up: {type(error).__name__}",
        None,
    ]


async def test_an_answer_that_can_not_be_read_is_uncertain_and_tried_again(lite: Post) -> None:
    before = count("uncertain")
    lite.api.by_chat[AIDA] = deque([Unreadable("Invalid server response")])
    async with lite.sender() as sender:
        await put(lite.database, [letter(AIDA, "one")])
        await sender.drain()
        lite.clock.advance(timedelta(minutes=1))
        await sender.drain()
    assert lite.api.texts_to(AIDA) == ["one", "one"]
    assert count("uncertain") == before + 1
    assert await lite.unsent() == []


async def test_letters_follow_a_group_that_moved(post: Post) -> None:
    post.api.script.append(ChatMigrated(-1001))
    await post.send(*(letter(GROUP, word) for word in ("one", "two", "three")))
    assert post.api.texts_to(GROUP) == ["one"]
    assert post.api.texts_to(-1001) == ["one", "two", "three"]
    assert await post.unsent() == []
    assert {row.chat_id for row in await rows(post.database)} == {-1001}


async def test_an_edit_that_changes_nothing_counts_as_done(post: Post) -> None:
    post.api.script.append(BadRequest("Message is not modified: specified new message content"))
    await post.send(
        letter(AIDA, "edit", method="editMessageText", message_id=1), letter(AIDA, "next")
    )
    assert post.api.texts == ["edit", "next"]
    assert [row.error for row in await rows(post.database)] == [None, None]


async def test_an_edit_of_a_vanished_message_is_sent_anew_at_the_pace_of_messages(
    post: Post,
) -> None:
    post.api.script.append(BadRequest("Message to edit not found"))
    pacer = Pacer(1000)
    edit = letter(AIDA, "edit", method="editMessageText", message_id=1, parse_mode="HTML")
    await post.send(edit, letter(AIDA, "next"), pacer=pacer)
    assert post.api.calls == [
        (
            "editMessageText",
            {"text": "edit", "message_id": 1, "parse_mode": "HTML", "chat_id": AIDA},
        ),
        ("sendMessage", {"text": "edit", "parse_mode": "HTML", "chat_id": AIDA}),
        ("sendMessage", {"text": "next", "chat_id": AIDA}),
    ]
    assert pacer._taken == 2
    assert await post.unsent() == []


async def test_a_letter_that_telegram_never_takes_is_put_down_and_the_next_goes(
    post: Post,
) -> None:
    post.api.script.append(BadRequest("Can't parse entities"))
    await post.send(letter(AIDA, "bad"), letter(AIDA, "good"))
    assert post.api.texts == ["bad", "good"]
    bad, good = await rows(post.database)
    assert (bad.error, bad.payload, bad.sent_at) == ("Can't parse entities", None, None)
    assert good.sent_at == START


async def test_commands_of_one_chat_go_without_a_chat_id(lite: Post) -> None:
    scope = {"type": "chat", "chat_id": AIDA}
    commands = Letter(next_id(), AIDA, "setMyCommands", {"commands": [], "scope": scope})
    await lite.send(commands)
    assert lite.api.calls == [("setMyCommands", {"commands": [], "scope": scope})]


async def test_paid_broadcast_is_asked_for_with_new_messages_only(lite: Post) -> None:
    edit = letter(AIDA, "edit", method="editMessageText", message_id=1)
    await lite.send(edit, letter(BAKYT, "new"), paid=True)
    paid = {payload["text"]: payload.get("allow_paid_broadcast") for _, payload in lite.api.calls}
    assert paid == {"edit": None, "new": True}


async def test_a_bug_in_one_letter_stops_no_other(lite: Post) -> None:
    lite.api.script.append(ZeroDivisionError("bug"))
    await lite.send(letter(AIDA, "bad"), letter(AIDA, "good"), letter(BAKYT, "other"))
    assert sorted(lite.api.texts) == ["bad", "good", "other"]
    assert [row.error for row in await rows(lite.database)] == ["ZeroDivisionError", None, None]


async def test_a_wrong_token_keeps_the_letters(lite: Post) -> None:
    lite.api.script.append(InvalidToken())
    async with lite.sender() as sender:
        await put(lite.database, [letter(AIDA, "one")])
        await sender.drain()
        lite.clock.advance(timedelta(minutes=2))
        await sender.drain()
    assert lite.api.texts == ["one", "one"]


# ---------------------------------------------------------------- outages and crashes


async def test_telegram_is_down_for_an_hour_and_everything_goes_afterwards_in_order(
    post: Post,
) -> None:
    down = post.api.script
    down.extend([Undelivered("no connection")] * 500)
    async with post.sender() as sender:
        await put(post.database, [letter(AIDA, f"word {i}") for i in range(5)])
        await put(post.database, [letter(1000 + i, "bulk", Lane.BULK) for i in range(100)])
        for _ in range(12):
            await sender.drain()
            post.clock.advance(timedelta(minutes=5))
            down.extend([Undelivered("no connection")] * (200 - len(down)))
        tried = len(post.api.calls)
        down.clear()
        await sender.drain()
    after = post.api.calls[tried:]
    to_aida = [payload["text"] for _, payload in after if payload["chat_id"] == AIDA]
    assert to_aida == [f"word {i}" for i in range(5)]
    assert len(after) == 105
    assert await post.unsent() == []


async def test_when_telegram_is_back_nobody_waits_out_the_pause(lite: Post) -> None:
    lite.api.script.extend([Undelivered("no connection")] * 20)
    async with lite.sender() as sender:
        await put(lite.database, [letter(1000 + i, "left") for i in range(20)])
        await sender.drain()
        assert len(lite.api.calls) == 20
        await put(lite.database, [letter(AIDA, "back")])
        await sender.drain()
    assert await lite.unsent() == []


async def test_a_lost_answer_repeats_the_letter_and_is_counted(lite: Post) -> None:
    before = count("uncertain")
    lite.api.script.append(TimedOut())
    async with lite.sender() as sender:
        await put(lite.database, [letter(AIDA, "once or twice")])
        await sender.drain()
        lite.clock.advance(timedelta(minutes=1))
        await sender.drain()
    assert lite.api.texts == ["once or twice"] * 2
    assert count("uncertain") == before + 1


async def test_what_certainly_was_not_sent_is_not_counted_as_uncertain(lite: Post) -> None:
    before = count("uncertain")
    lite.api.script.append(Undelivered("no connection"))
    async with lite.sender() as sender:
        await put(lite.database, [letter(AIDA, "once")])
        await sender.drain()
    assert count("uncertain") == before


async def test_a_crash_after_the_commit_and_before_the_push_loses_nothing(post: Post) -> None:
    """The letter is claimed by a process that is no more."""
    dead = sender_on(post.database, post.api)
    async with post.database.begin() as session:
        ours = await outbox.add(session, [letter(AIDA, "one")], now=START, hands=dead.hands)
    assert len(ours) == 1
    if not post.database.is_sqlite:
        post.clock.advance(LEASE + timedelta(seconds=1))
    async with post.sender() as sender:
        await sender.drain()
    assert post.api.texts == ["one"]


async def test_a_crash_after_the_send_and_before_the_mark_repeats_it_at_most(post: Post) -> None:
    dead = sender_on(post.database, post.api)
    async with post.database.begin() as session:
        ours = await outbox.add(
            session, [letter(AIDA, "one"), letter(AIDA, "two")], now=START, hands=dead.hands
        )
    await dead._deliver(ours[0])
    if not post.database.is_sqlite:
        post.clock.advance(LEASE + timedelta(seconds=1))
    async with post.sender() as sender:
        await sender.drain()
    assert post.api.texts == ["one", "one", "two"]


async def test_letters_that_could_not_be_marked_are_not_sent_again_by_the_same_process(
    lite: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is gone for longer than a lease, between the send and the mark."""
    original = delivery.mark_sent

    async def gone(*_args: Any, **_named: Any) -> None:
        raise OperationalError("UPDATE", {}, ConnectionResetError())

    monkeypatch.setattr(delivery, "mark_sent", gone)
    async with lite.sender() as sender:
        await reply(sender, lite.database, letter(AIDA, "once"))
        await wait_for(lite.api, 1)
        lite.clock.advance(LEASE * 3)
        await sender._look()
        await asyncio.gather(*sender._flying)
        monkeypatch.setattr(delivery, "mark_sent", original)
        await sender.drain()
    assert lite.api.texts == ["once"]
    assert await lite.unsent() == []


@pytest.mark.postgresql
async def test_a_letter_that_waits_long_in_one_process_is_not_taken_by_another(
    postgresql_url: str,
) -> None:
    post = Post(postgresql_url)
    other_api = ScriptedApi()
    post.api.script.append(RetryAfter(600))
    async with post.sender() as sender, post.sender(api=other_api) as other:
        await reply(sender, post.database, letter(AIDA, "one"))
        await sender.drain()
        for _ in range(6):
            post.clock.advance(LEASE / 2)
            await sender._look()
            await other.drain()
    assert other_api.texts == []
    assert await post.unsent() == [AIDA]
    await post.database.close()


@pytest.mark.postgresql
async def test_two_processes_share_the_letters_and_keep_each_chats_order(
    postgresql_url: str,
) -> None:
    post = Post(postgresql_url)
    letters = [letter(600 + i % 10, f"{i:03}") for i in range(200)]
    async with post.sender() as one, post.sender() as other:
        await put(post.database, letters)
        await asyncio.gather(one.drain(), other.drain())
        await asyncio.gather(one.drain(), other.drain())
    assert sorted(post.api.texts) == sorted(f"{i:03}" for i in range(200))
    for chat_id in range(600, 610):
        assert post.api.texts_to(chat_id) == sorted(post.api.texts_to(chat_id))
    await post.database.close()


@pytest.mark.postgresql
async def test_a_reply_is_left_to_the_process_that_is_sending_to_its_chat(
    postgresql_url: str,
) -> None:
    post = Post(postgresql_url)
    other_api = ScriptedApi()
    async with post.sender() as sender, post.sender(api=other_api) as other:
        post.api.gate.clear()
        await reply(sender, post.database, letter(AIDA, "one"))
        await wait_for(post.api, 1)
        await reply(other, post.database, letter(AIDA, "two"))
        await other.drain()
        assert other_api.texts == []
        post.api.gate.set()
        await sender.drain()
        await other.drain()
    assert post.api.texts + other_api.texts == ["one", "two"]
    await post.database.close()


async def test_a_stop_releases_what_the_process_holds(post: Post) -> None:
    post.api.script.append(RetryAfter(600))
    async with post.sender() as sender:
        await put(post.database, [letter(AIDA, f"word {i}") for i in range(3)])
        await sender.drain()
        assert sender.waiting == 3
    assert [row.claimed_until for row in await rows(post.database)] == [None] * 3
    async with post.sender() as sender:
        await sender.drain()
    assert post.api.texts == ["word 0", "word 0", "word 1", "word 2"]


async def test_a_stop_finishes_what_is_under_way_and_marks_it(post: Post) -> None:
    post.api.gate.clear()
    async with post.sender() as sender:
        await reply(sender, post.database, letter(AIDA, "one"), letter(AIDA, "two"))
        await wait_for(post.api, 1)
        stopping = asyncio.create_task(sender.stop())
        await asyncio.sleep(0)
        post.api.gate.set()
        await stopping
    assert post.api.texts == ["one"]
    one, two = await rows(post.database)
    assert one.sent_at == START
    assert (two.sent_at, two.claimed_until) == (None, None)


async def test_a_stop_while_the_database_is_gone_comes_to_an_end(
    lite: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_args: Any, **_named: Any) -> None:
        raise OperationalError("UPDATE", {}, ConnectionResetError())

    async with lite.sender() as sender:
        monkeypatch.setattr(delivery, "mark_sent", gone)
        monkeypatch.setattr(delivery, "mark_failed", gone)
        lite.api.script.append(BadRequest("bad"))
        await reply(sender, lite.database, letter(AIDA, "bad"), letter(BAKYT, "good"))
        await wait_for(lite.api, 2)
        await asyncio.sleep(0)
        await sender.stop()
    assert sorted(lite.api.texts) == ["bad", "good"]
    monkeypatch.undo()
    assert sorted(await lite.unsent()) == [AIDA, BAKYT]


# ---------------------------------------------------------------- memory


async def test_of_a_hundred_thousand_bulk_letters_only_a_few_are_in_memory(lite: Post) -> None:
    await _broadcast(lite.database, 100_000)
    lite.api.gate.clear()
    async with lite.sender(pacer=Pacer(30)) as sender:
        for _ in range(3):
            await sender._look()
        most = sender.waiting
        lite.api.gate.set()
        left = len(await lite.unsent())
    assert left > 99_000
    assert 0 < most <= BULK_AHEAD + 30


async def _broadcast(database: Database, people: int) -> None:
    async with database.begin() as session:
        await session.execute(
            text(
                "WITH RECURSIVE person(n) AS "
                "(SELECT 1 UNION ALL SELECT n + 1 FROM person WHERE n < :people) "
                "INSERT INTO outbox (id, chat_id, method, payload, lane, created_at, attempts) "
                "SELECT n, 1000000 + n, 'sendMessage', '{\"text\": \"x\"}', 1, :now, 0 FROM person"
            ),
            {"people": people, "now": START.replace(tzinfo=None)},
        )


async def test_after_the_work_nothing_is_kept_of_any_chat(lite: Post) -> None:
    lite.api.by_chat[1001] = deque([Forbidden("blocked")])
    lite.api.by_chat[1002] = deque([BadRequest("bad")])
    lite.api.by_chat[1003] = deque([NetworkError("x")])
    async with lite.sender() as sender:
        await put(lite.database, [letter(1000 + i, "x") for i in range(20)])
        await sender.drain()
        lite.clock.advance(timedelta(minutes=1))
        await sender.drain()
        assert sender.waiting == 0
        lines = sender._lines
        assert (lines._chats, lines._parked) == ({}, {})
        assert not sender._flying
        assert not sender._stalled


# ---------------------------------------------------------------- files


class Charts:
    """Makes a picture, and counts how often."""

    def __init__(self) -> None:
        self.made = 0
        self.fails = False

    async def __call__(self, order: Order) -> Upload:
        self.made += 1
        await asyncio.sleep(0)
        if self.fails:
            raise ZeroDivisionError
        return Upload("chart.png", b"PNG", "image/png")


async def test_a_file_for_many_is_made_and_uploaded_once(post: Post) -> None:
    charts = Charts()
    await post.send(*(picture(1000 + i) for i in range(50)), makers={"chart": charts})
    assert charts.made == 1
    assert len(post.api.uploads) == 1
    sent = [payload["photo"] for _, payload in post.api.calls]
    assert sent == ["attach://file"] + ["file-1"] * 49


async def test_a_restart_still_knows_the_file(lite: Post) -> None:
    charts = Charts()
    await lite.send(picture(AIDA), makers={"chart": charts})
    await lite.send(picture(BAKYT), makers={"chart": charts})
    assert charts.made == 1
    assert lite.api.calls[1][1]["photo"] == "file-1"


async def test_while_a_file_goes_up_slowly_replies_and_other_bulk_go_on(lite: Post) -> None:
    charts = Charts()
    async with lite.sender(pacer=Pacer(1000), makers={"chart": charts}) as sender:
        lite.api.gate.clear()
        await put(lite.database, [picture(1000 + i) for i in range(50)])
        sender.look()
        await wait_for(lite.api, 1)
        assert lite.api.most_under_way == 1
        lite.api.gate.set()
        await reply(sender, lite.database, letter(AIDA, "reply"))
        await sender.drain()
    assert lite.api.texts == ["reply"]
    assert charts.made == 1


async def test_a_failed_upload_is_tried_by_the_next_and_blocks_nobody(lite: Post) -> None:
    charts = Charts()
    lite.api.by_chat[1000] = deque([TimedOut()])
    async with lite.sender(makers={"chart": charts}) as sender:
        await put(lite.database, [*(picture(1000 + i) for i in range(5)), letter(AIDA, "reply")])
        await sender.drain()
        lite.clock.advance(timedelta(minutes=1))
        await sender.drain()
    assert charts.made == 2
    assert lite.api.texts == ["reply"]
    assert await lite.unsent() == []


async def test_a_picture_that_cannot_be_made_stops_no_other_letter(lite: Post) -> None:
    charts = Charts()
    charts.fails = True
    await lite.send(picture(AIDA), letter(AIDA, "next"), makers={"chart": charts})
    assert lite.api.texts == ["next"]
    assert [row.error for row in await rows(lite.database)] == ["ZeroDivisionError", None]


async def test_a_file_id_that_telegram_refuses_is_made_anew(post: Post) -> None:
    charts = Charts()
    await post.send(picture(AIDA), makers={"chart": charts})
    post.api.script.append(BadRequest("Wrong file identifier/http url specified"))
    await post.send(picture(BAKYT), picture(503), makers={"chart": charts})
    photos = [payload["photo"] for _, payload in post.api.calls]
    assert photos == ["attach://file", "file-1", "attach://file", "file-3"]
    assert charts.made == 2
    assert await post.unsent() == []


async def test_a_personal_file_is_never_reused(lite: Post) -> None:
    charts = Charts()
    await lite.send(
        picture(AIDA, reuse=False), picture(BAKYT, reuse=False), makers={"chart": charts}
    )
    assert charts.made == 2


async def test_a_file_whose_id_could_not_be_noted_is_not_sent_twice(
    lite: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_args: Any, **_named: Any) -> None:
        raise OperationalError("INSERT", {}, ConnectionResetError())

    monkeypatch.setattr(delivery, "remember_file", gone)
    await lite.send(picture(AIDA), makers={"chart": Charts()})
    assert len(lite.api.calls) == 1
    assert await lite.unsent() == []


# ---------------------------------------------------------------- answers to taps


async def test_a_tap_is_answered_with_its_words(lite: Post) -> None:
    async with lite.sender() as sender:
        sender.answer("q1", AIDA, Answer("done", alert=True))
        sender.answer("q2", AIDA, None)
        await sender.drain()
    assert lite.api.calls == [
        ("answerCallbackQuery", {"callback_query_id": "q1", "text": "done", "show_alert": True}),
        ("answerCallbackQuery", {"callback_query_id": "q2"}),
    ]


@pytest.mark.parametrize("error", [BadRequest("query is too old"), TimedOut(), ValueError("x")])
async def test_an_answer_that_fails_harms_nobody(lite: Post, error: Exception) -> None:
    lite.api.script.append(error)
    async with lite.sender() as sender:
        sender.answer("q1", AIDA, None)
        await sender.drain()
        await reply(sender, lite.database, letter(AIDA, "on"))
        await sender.drain()
    assert lite.api.texts == ["on"]


async def test_an_alert_for_which_it_is_too_late_comes_as_a_message(lite: Post) -> None:
    lite.api.script += [BadRequest("Query is too old"), BadRequest("Query is too old")]
    async with lite.sender() as sender:
        sender.answer("q1", AIDA, Answer("You are too young."))
        sender.answer("q2", AIDA, Answer("Receipt A is counted.", alert=True))
        await sender.drain()
        await sender.drain()
    said = [payload for method, payload in lite.api.calls if method == "sendMessage"]
    assert said == [{"text": "Receipt A is counted.", "chat_id": AIDA}]


async def test_the_sender_goes_on_after_the_database_was_gone(
    lite: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender_module, "FAILED_SECONDS", 0.0)
    original = delivery.claim_due
    failures = 3

    async def sometimes(*args: Any, **named: Any) -> list[Letter]:
        nonlocal failures
        if failures:
            failures -= 1
            raise OperationalError("UPDATE", {}, ConnectionResetError())
        found: list[Letter] = await original(*args, **named)
        return found

    async with lite.sender() as sender:
        monkeypatch.setattr(delivery, "claim_due", sometimes)
        await put(lite.database, [letter(AIDA, "after all")])
        for _ in range(4):
            sender.look()
            await asyncio.sleep(0.02)
        await wait_for(lite.api, 1)
        await sender.drain()
    async with lite.database.read() as session:
        sent = await session.scalar(select(func.count()).where(Outbox.sent_at.is_not(None)))
    assert sent == 1
