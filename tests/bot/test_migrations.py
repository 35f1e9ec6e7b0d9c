"""The schema: models and migrations say the same, up and down, and an old one is noticed."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.exc import DBAPIError

from bot import migrations
from bot.database import Database
from bot.migrations import OldSchema
from models import Model
from tests.postgres import create_database, drop_database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a database can be made: a file, or a server."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/empty.db"
    return str(request.getfixturevalue("postgresql_server"))


@pytest.fixture
async def empty(place: str) -> AsyncIterator[Database]:
    """Without any table."""
    on_server = place.startswith("postgresql")
    url = await create_database(place, f"empty_{uuid4().hex[:12]}") if on_server else place
    database = Database(url)
    yield database
    await database.close()
    if on_server:
        await drop_database(url)


def _differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Model.metadata))


async def test_models_and_migrations_say_the_same(empty: Database) -> None:
    await migrations.upgrade(empty.engine)
    async with empty.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_each_step_goes_up_down_and_up_again(empty: Database) -> None:
    script = ScriptDirectory.from_config(migrations.config())
    for step in reversed(list(script.walk_revisions())):
        await migrations.upgrade(empty.engine, step.revision)
        await migrations.downgrade(empty.engine, step.down_revision or "base")  # type: ignore[arg-type]
        await migrations.upgrade(empty.engine, step.revision)
    assert await migrations.present(empty.engine) == migrations.newest()


async def test_down_to_nothing_leaves_nothing(empty: Database) -> None:
    await migrations.upgrade(empty.engine)
    await migrations.downgrade(empty.engine, "base")
    left = MetaData()
    async with empty.engine.connect() as connection:
        await connection.run_sync(left.reflect)
    assert set(left.tables) <= {"alembic_version"}


async def test_an_empty_database_is_told_from_a_new_one(empty: Database) -> None:
    assert await migrations.present(empty.engine) is None
    with pytest.raises(OldSchema, match=r"empty.*ashar migrate"):
        await migrations.require_newest(empty.engine)
    await migrations.upgrade(empty.engine)
    await migrations.require_newest(empty.engine)


async def test_at_the_start_sqlite_mends_itself_and_postgresql_names_the_command(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not empty.is_sqlite:
        with pytest.raises(OldSchema, match="run `ashar migrate`"):
            await migrations.make_ready(empty)
        return
    await migrations.make_ready(empty)
    assert await migrations.present(empty.engine) == migrations.newest()

    async def upgrade(*_args: object) -> None:
        raise AssertionError("the newest schema was upgraded again")

    monkeypatch.setattr(migrations, "upgrade", upgrade)
    await migrations.make_ready(empty)


@pytest.mark.parametrize("change", ["UPDATE journal SET action = 'x'", "DELETE FROM journal"])
async def test_the_journal_can_only_grow(empty: Database, change: str) -> None:
    await migrations.upgrade(empty.engine)
    async with empty.begin() as session:
        await session.execute(
            text(
                "INSERT INTO journal (at, action, subject, details) "
                "VALUES ('2026-11-02 00:00:00', 'do', 'vote', '{}')"
            )
        )
    with pytest.raises(DBAPIError, match="append-only"):
        async with empty.begin() as session:
            await session.execute(text(change))
