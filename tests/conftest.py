"""Fixtures: databases of both kinds, a world in each language and in each way to crash."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot import migrations
from bot.database import Database
from tests.postgres import EmptyDatabases, PostgresUnavailable, temporary_postgres
from tests.world import World

MODES = ("one", "restarts", "repeats")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with the newest schema."""
    import asyncio

    path = tmp_path_factory.mktemp("template") / "ashar.db"

    async def make() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await migrations.upgrade(database.engine)
        await database.close()

    asyncio.run(make())
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "ashar.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A server of our own with the newest schema in its database `ashar`."""
    import asyncio

    async def make(url: str) -> None:
        database = Database(url)
        await migrations.upgrade(database.engine)
        await database.close()

    try:
        with temporary_postgres() as url:
            asyncio.run(make(url))
            yield url
    except PostgresUnavailable as reason:
        pytest.skip(f"POSTGRESQL IS NOT TESTED: {reason}")


@pytest.fixture(scope="session")
def empty_databases(postgresql_server: str) -> EmptyDatabases:
    return EmptyDatabases(postgresql_server)


@pytest.fixture
async def postgresql_url(empty_databases: EmptyDatabases) -> AsyncIterator[str]:
    """A database of its own with the newest schema and no rows."""
    url = await empty_databases.take()
    yield url
    await empty_databases.give_back(url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """Both kinds of database, one after the other."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["ky", "ru"])
def language(request: pytest.FixtureRequest) -> str:
    """Both languages, one after the other."""
    return str(request.param)


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    """One process; a new one for each update; each update twice."""
    return str(request.param)


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    """One process on SQLite: for what doesn't depend on either."""
    async for made in _world(sqlite_url, "one"):
        yield made


@pytest.fixture
async def crashing_world(database_url: str, mode: str) -> AsyncIterator[World]:
    """Both databases, in each way to crash."""
    async for made in _world(database_url, mode):
        yield made


async def _world(url: str, mode: str, **settings: Any) -> AsyncIterator[World]:
    made = World(url, mode, **settings)
    await made.open()
    await made.add_places()
    yield made
    await made.close()


@pytest.fixture(autouse=True)
def _short_tracebacks() -> Iterator[None]:
    before = structlog.get_config()
    renderer = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(processors=[structlog.processors.add_log_level, renderer])
    yield
    structlog.configure(**before)
