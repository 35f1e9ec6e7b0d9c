"""Brings the schema up to date and tells whether it is."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

HOUSE = Path(__file__).resolve().parent.parent


class OldSchema(Exception):
    """The database's schema is not the one that this code needs."""


def config() -> Config:
    here = HOUSE / "alembic"
    config = Config()
    config.set_main_option(
        "script_location", str(here if here.is_dir() else HOUSE / "bot/migrations")
    )
    return config


def newest() -> str:
    head = ScriptDirectory.from_config(config()).get_current_head()
    assert head is not None, "there are no migrations"
    return head


async def present(engine: AsyncEngine) -> str | None:
    """The revision of the database, or None if it is empty."""
    async with engine.connect() as connection:
        return await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )


async def upgrade(engine: AsyncEngine, revision: str = "head") -> None:
    async with engine.begin() as connection:
        await connection.run_sync(_run, "upgrade", revision)


async def downgrade(engine: AsyncEngine, revision: str) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(_run, "downgrade", revision)


async def require_newest(engine: AsyncEngine) -> None:
    """Raises OldSchema, with the command to run, unless the database is up to date."""
    found = await present(engine)
    if found != newest():
        raise OldSchema(
            f"the database's schema is {found or 'empty'}, the code needs {newest()}: "
            "run `ashar migrate`"
        )


def _run(connection: Connection, direction: str, revision: str) -> None:
    settings = config()
    settings.attributes["connection"] = connection
    if direction == "upgrade":
        command.upgrade(settings, revision)
    else:
        command.downgrade(settings, revision)
