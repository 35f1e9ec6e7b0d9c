"""Engine and sessions; the differences of SQLite and PostgreSQL live here only."""

import asyncio
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.util import IdentitySet

from bot.sqlite import near_connection
from models import Vote, VoteVillage
from services import ahead

BUSY_SECONDS = 10
PASSING_STATES = ("08", "25006", "40", "53", "55P03", "57", "58")
"""PostgreSQL's classes of errors that pass: connection, a node that only reads since a failover, a
deadlock's victim, no room or too many connections, a lock that wasn't given, going down, the
system beneath."""
TELLING_TABLES = "ballot, vote, draft, outbox"
"""Their dead rows, with the numbers of their transactions, could say who chose what."""
LOCK_MILLISECONDS = 1000
"""So long a rewrite of these tables may keep others waiting before it has begun."""
UNCONNECTED = (ConnectionError, TimeoutError, socket.gaierror, PoolTimeout)


class WatchedSession(Session):
    """A session that keeps in `info["wrote"]` whether it wrote anything since that was reset.

    Rows in `info["others"]` don't count: they waited for their flush before.
    """


def pending(session: Session) -> IdentitySet:
    """Rows that the next flush will write."""
    return IdentitySet([*session.new, *session.dirty, *session.deleted])


@event.listens_for(WatchedSession, "after_flush")
def _note_flush(session: Session, _context: object) -> None:
    written = pending(session)
    if any(isinstance(row, Vote | VoteVillage) for row in written):
        ahead.forget_votes(session.info)
    others = session.info.get("others")
    if others is None or written - others:
        session.info["wrote"] = True


@event.listens_for(WatchedSession, "do_orm_execute")
def _note_statement(state: ORMExecuteState) -> None:
    if not state.is_select:
        state.session.info["wrote"] = True
    if state.is_update or state.is_delete:
        ahead.forget(state.session.info)


class Database:
    """Where everything is kept.

    SQLite has one writer: `begin` queues writers here, in the process, so that none of them waits
    inside the driver, and starts with BEGIN IMMEDIATE, so that a read that turns into a write
    can't find the database locked. WAL lets `read` go on beside the writer.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.dialect = make_url(url).get_backend_name()
        self._turn: asyncio.Lock | nullcontext[None] = (
            asyncio.Lock() if self.is_sqlite else nullcontext()
        )
        if self.is_sqlite:
            path = make_url(url).database
            if path and path != ":memory:":
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            self.engine = _sqlite_engine(url)
            self._near = _sqlite_engine(url, async_creator_fn=near_connection)
        else:
            self.engine = create_async_engine(
                url, pool_size=10, max_overflow=10, pool_pre_ping=True
            )
            self._near = self.engine
        self._sessions = async_sessionmaker(
            self.engine, expire_on_commit=False, sync_session_class=WatchedSession
        )
        self._near_sessions = async_sessionmaker(
            self._near, expire_on_commit=False, sync_session_class=WatchedSession
        )
        self._readers = async_sessionmaker(
            self.engine.execution_options(ashar_read=True), expire_on_commit=False
        )

    @property
    def is_sqlite(self) -> bool:
        return self.dialect == "sqlite"

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end, rolled back if anything is raised."""
        async with self._turn, self._sessions.begin() as session:
            yield session

    @asynccontextmanager
    async def begin_short(self) -> AsyncIterator[AsyncSession]:
        """As `begin`, for statements by key only: on SQLite they hold up the event loop."""
        async with self._turn, self._near_sessions.begin() as session:
            yield session

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for looking only; it never waits for the writer."""
        async with self._readers() as session:
            yield session

    async def wipe(self) -> bool:
        """Removes what deleted rows leave in the files; False: somebody reads just now, try again.

        On SQLite the write-ahead log is emptied; deleted content in the file itself is overwritten
        as it goes. On PostgreSQL the tables are written anew: a plain VACUUM frees the place of a
        dead ballot and leaves its bytes there, with the transaction that wrote turnout too.
        """
        if self.is_sqlite:
            return await self._empty_log()
        alone = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        async with alone.connect() as connection:
            await connection.exec_driver_sql(f"SET lock_timeout = {LOCK_MILLISECONDS}")
            try:
                await connection.exec_driver_sql(f"VACUUM (FULL) {TELLING_TABLES}")
            except DBAPIError as error:
                if not is_out_of_reach(error):
                    raise
                return False
            finally:
                await connection.exec_driver_sql("RESET lock_timeout")
        return True

    async def tidy(self) -> None:
        """Frees the place of deleted rows, beside the work that goes on."""
        if self.is_sqlite:
            await self._empty_log()
            return
        alone = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        async with alone.connect() as connection:
            await connection.exec_driver_sql(f"VACUUM turnout, {TELLING_TABLES}")

    async def _empty_log(self) -> bool:
        """Whether it is empty: a reader of an older state keeps what it still looks at."""
        plain = self.engine.execution_options(ashar_plain=True)
        async with self._turn, plain.connect() as connection:
            await connection.exec_driver_sql("PRAGMA busy_timeout=0")
            try:
                found = await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                return bool(found.one()[0] == 0)
            finally:
                await connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")

    async def close(self) -> None:
        await self.engine.dispose()
        await self._near.dispose()


def is_out_of_reach(error: BaseException) -> bool:
    """Whether the database (not the code) is at fault: locked, full, gone or going down."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or (
            error.orig is not None and is_out_of_reach(error.orig)
        )
    if isinstance(error, sqlite3.OperationalError):
        return getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        return state.startswith(PASSING_STATES)
    return type(error) is OSError or isinstance(error, UNCONNECTED)


def _sqlite_engine(url: str, **connecting: Any) -> AsyncEngine:
    engine = create_async_engine(url, connect_args={"timeout": BUSY_SECONDS, **connecting})
    event.listen(engine.sync_engine, "connect", _set_up_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "cache_size=-16000",
        f"busy_timeout={BUSY_SECONDS * 1000}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Any) -> None:
    options = connection.get_execution_options()
    if options.get("ashar_plain"):
        return
    reading = options.get("ashar_read")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
