"""The outbox: keys that grow, one statement, and who may take what."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from bot.database import Database
from models import Lane, Outbox
from services import delivery, outbox
from services.outbox import LEASE, Hands, Letter, next_id

NOW = datetime(2026, 11, 2, tzinfo=UTC)
AIDA, BAKYT = 501, 502


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    yield made
    await made.close()


def letter(chat_id: int = AIDA, lane: Lane = Lane.REPLY) -> Letter:
    return Letter(next_id(), chat_id, "sendMessage", {"text": "x"}, lane)


async def add(database: Database, *letters: Letter, hands: Hands | None = None) -> list[int]:
    async with database.begin() as session:
        ours = await outbox.add(session, list(letters), now=NOW, hands=hands)
    return [letter.id for letter in ours]


async def claim(
    database: Database, lane: Lane = Lane.REPLY, now: datetime = NOW, limit: int = 100
) -> list[int]:
    async with database.begin() as session:
        found = await delivery.claim_due(session, lane, now=now, limit=limit)
    return [letter.id for letter in found]


def test_keys_grow_and_fit_64_bits() -> None:
    keys = [next_id() for _ in range(50_000)]
    assert all(earlier < later for earlier, later in pairwise(keys))
    assert keys[-1] < 2**63


def test_keys_of_two_processes_that_start_alike_differ() -> None:
    """Both may be process 1 of their container, and ask in the same millisecond."""
    keys = {next_id() & 0xFFFFF for _ in range(20)}
    assert len(keys) > 10


async def test_a_reply_is_taken_with_its_writing(database: Database) -> None:
    hands = Hands()
    one = letter()
    assert await add(database, one, hands=hands) == [one.id]
    assert await claim(database) == []


async def test_without_hands_nothing_is_taken(database: Database) -> None:
    one = letter()
    assert await add(database, one) == []
    assert await claim(database) == [one.id]


async def test_bulk_is_left_for_the_sender_to_take(database: Database) -> None:
    one = letter(lane=Lane.BULK)
    assert await add(database, one, hands=Hands()) == []
    assert await claim(database, Lane.BULK) == [one.id]


async def test_a_reply_behind_one_that_waits_elsewhere_is_left(database: Database) -> None:
    first, second, other = letter(), letter(), letter(BAKYT)
    await add(database, first)
    hands = Hands(behind={AIDA})
    assert await add(database, second, other, hands=hands) == [other.id]
    assert await claim(database) == [first.id, second.id]


async def test_a_reply_behind_ones_own_is_taken(database: Database) -> None:
    hands = Hands()
    first, second = letter(), letter()
    hands.held.update(await add(database, first, hands=hands))
    assert await add(database, second, hands=hands) == [second.id]


async def test_a_chats_replies_are_taken_together(database: Database) -> None:
    letters = [letter(), letter(), letter()]
    await add(database, *letters)
    assert await claim(database) == [one.id for one in letters]


async def test_of_bulk_the_oldest_of_each_chat_is_taken(database: Database) -> None:
    letters = [letter(lane=Lane.BULK), letter(lane=Lane.BULK), letter(BAKYT, Lane.BULK)]
    await add(database, *letters)
    assert await claim(database, Lane.BULK) == [letters[0].id, letters[2].id]
    assert await claim(database, Lane.BULK) == []


async def test_a_lease_ends_unless_it_is_renewed(database: Database) -> None:
    kept, left = letter(), letter(BAKYT)
    await add(database, kept, left)
    await claim(database)
    async with database.begin() as session:
        await delivery.renew(session, [kept.id], now=NOW + LEASE / 2)
    assert await claim(database, now=NOW + LEASE * 1.1) == [left.id]


async def test_released_letters_may_be_taken_at_once_and_sent_ones_not(
    database: Database,
) -> None:
    one, two = letter(), letter()
    await add(database, one, two)
    await claim(database)
    async with database.begin() as session:
        await delivery.mark_sent(session, [one.id], now=NOW)
        await delivery.release(session, [one.id, two.id])
    assert await claim(database) == [two.id]


async def test_chats_with_replies_that_nobody_took_are_known(database: Database) -> None:
    await add(database, letter(), letter(BAKYT, Lane.BULK))
    async with database.begin() as session:
        assert await delivery.behind(session) == {AIDA}
    await claim(database)
    async with database.begin() as session:
        assert await delivery.behind(session) == set()


async def test_many_thousand_letters_can_be_kept_and_released(database: Database) -> None:
    ids = list(range(1, 40_001))
    async with database.begin() as session:
        await delivery.renew(session, ids, now=NOW)
        await delivery.release(session, ids)


async def test_the_sweep_takes_settled_rows_only(database: Database) -> None:
    sent, refused, waiting = letter(), letter(), letter()
    await add(database, sent, refused, waiting)
    async with database.begin() as session:
        await delivery.mark_sent(session, [sent.id], now=NOW)
        await delivery.mark_failed(session, refused.id, "no" * 500)
        assert await delivery.sweep(session, before=NOW + timedelta(days=1)) == 2
        assert list(await session.scalars(select(Outbox.id))) == [waiting.id]
