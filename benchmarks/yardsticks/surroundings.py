"""What a yardstick is told through its environment, and the one upsert that each tap costs."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

BROADCAST_TEXT = "Добуш берүү эртең саат онго чейин. Айыл өкмөтүнө келиңиз."

metadata = MetaData()
ballots = Table(
    "ballots",
    metadata,
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("choice", String(64), nullable=False),
    Column("changes", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Addresses of a run; `mode` is polling or webhook."""

    token: str
    api_url: str
    database_url: str
    mode: str
    webhook_url: str
    listen_host: str
    listen_port: int
    secret: str
    broadcast: int
    paid: bool


def read_surroundings() -> Surroundings:
    host, _, port = os.environ.get("BENCH_WEBHOOK_LISTEN", "").partition(":")
    return Surroundings(
        token=os.environ["BENCH_TOKEN"],
        api_url=os.environ["BENCH_API_URL"],
        database_url=os.environ["BENCH_DATABASE_URL"],
        mode=os.environ.get("BENCH_MODE", "polling"),
        webhook_url=os.environ.get("BENCH_WEBHOOK_URL", ""),
        listen_host=host,
        listen_port=int(port or 0),
        secret=os.environ.get("BENCH_WEBHOOK_SECRET", ""),
        broadcast=int(os.environ.get("BENCH_BROADCAST", "0")),
        paid=os.environ.get("BENCH_PAID") == "1",
    )


class Ballots:
    """A table of ballots, one per person, behind SQLAlchemy's asyncio session."""

    def __init__(self, database_url: str) -> None:
        self._engine = create_async_engine(database_url, **_pool_options())
        self._insert: Callable[[Table], Any] = postgresql.insert
        if self._engine.dialect.name == "sqlite":
            self._insert = sqlite.insert
            _use_write_ahead_log(self._engine)
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)

    async def create(self) -> None:
        async with self._engine.begin() as connection:
            await connection.run_sync(metadata.create_all)

    async def cast(self, person: int, choice: str) -> None:
        """One transaction with one upsert."""
        statement = self._insert(ballots).values(person=person, choice=choice, changes=1)
        statement = statement.on_conflict_do_update(
            index_elements=[ballots.c.person],
            set_={"choice": statement.excluded.choice, "changes": ballots.c.changes + 1},
        )
        async with self._sessions.begin() as session:
            await session.execute(statement)

    async def close(self) -> None:
        await self._engine.dispose()


def _pool_options() -> dict[str, int]:
    """SQLAlchemy's defaults, or exactly BENCH_POOL_SIZE connections."""
    size = os.environ.get("BENCH_POOL_SIZE")
    return {"pool_size": int(size), "max_overflow": 0} if size else {}


def _use_write_ahead_log(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def set_pragmas(connection: Any, record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={os.environ.get('BENCH_SQLITE_SYNCHRONOUS', 'NORMAL')}")
        cursor.close()
