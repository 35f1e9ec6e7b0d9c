"""Both databases: writers queue, readers never wait, and what is whose fault."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.database import Database, is_out_of_reach
from models import ProcessedUpdate
from tests.bot.machine import START


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    yield made
    await made.close()


async def test_many_writers_at_once_all_succeed(database: Database) -> None:
    """Each reads before it writes, which locks up SQLite when transactions begin deferred."""

    async def write(number: int) -> None:
        begin = database.begin if number % 2 else database.begin_short
        async with begin() as session:
            await session.execute(text("SELECT count(*) FROM processed_update"))
            session.add(ProcessedUpdate(update_id=number, at=START))

    await asyncio.gather(*(write(number) for number in range(60)))
    async with database.read() as session:
        count = await session.scalar(text("SELECT count(*) FROM processed_update"))
    assert count == 60


async def test_a_reader_does_not_wait_for_the_writer(database: Database) -> None:
    async with database.begin() as writer:
        writer.add(ProcessedUpdate(update_id=1, at=START))
        await writer.flush()
        async with asyncio.timeout(5), database.read() as reader:
            assert await reader.scalar(text("SELECT count(*) FROM processed_update")) == 0


async def test_what_is_raised_inside_rolls_everything_back(database: Database) -> None:
    for begin in (database.begin, database.begin_short):
        with pytest.raises(ZeroDivisionError):  # noqa: PT012
            async with begin() as session:
                session.add(ProcessedUpdate(update_id=1, at=START))
                await session.flush()
                raise ZeroDivisionError
    async with database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM processed_update")) == 0


async def test_a_cancelled_transaction_leaves_no_lock(database: Database) -> None:
    entered = asyncio.Event()

    async def hang() -> None:
        async with database.begin_short() as session:
            session.add(ProcessedUpdate(update_id=1, at=START))
            await session.flush()
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hang())
    await entered.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(5), database.begin() as session:
        session.add(ProcessedUpdate(update_id=1, at=START))


async def test_foreign_keys_hold(database: Database) -> None:
    with pytest.raises(IntegrityError) as caught:
        async with database.begin() as session:
            await session.execute(
                text("INSERT INTO vote_village (vote_id, village_id) VALUES (1, 1)")
            )
    assert not is_out_of_reach(caught.value)


async def test_sqlite_is_durable_and_forgets_what_is_deleted(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    for begin in (database.begin, database.begin_short):
        async with begin() as session:
            found = [
                await session.scalar(text(f"PRAGMA {name}"))
                for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
            ]
        assert found == ["wal", 2, 1, 1]
    await database.close()


def _sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = code
    return error


class _StateError(Exception):
    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    "error",
    [
        _sqlite_error(sqlite3.SQLITE_BUSY),
        _sqlite_error(sqlite3.SQLITE_FULL),
        _sqlite_error(sqlite3.SQLITE_IOERR),
        _sqlite_error(sqlite3.SQLITE_CANTOPEN),
        _StateError("57P01"),
        _StateError("53300"),
        _StateError("40P01"),
        _StateError("08006"),
        _StateError("25006"),
        ConnectionRefusedError(),
        TimeoutError(),
        OSError("Multiple exceptions: [Errno 111] Connect call failed"),
        PoolTimeout(),
    ],
    ids=repr,
)
def test_the_databases_own_troubles_pass(error: Exception) -> None:
    assert is_out_of_reach(error)
    assert is_out_of_reach(DBAPIError("x", {}, error))


@pytest.mark.parametrize(
    "error",
    [
        _sqlite_error(sqlite3.SQLITE_ERROR),
        _StateError("23505"),
        _StateError("42P01"),
        _StateError("22003"),
        FileNotFoundError(),
        ZeroDivisionError(),
    ],
    ids=repr,
)
def test_a_bug_is_a_bug(error: Exception) -> None:
    assert not is_out_of_reach(error)
    assert not is_out_of_reach(DBAPIError("x", {}, error))
