"""Brings the schema up to date and tells whether it is; Alembic loads only when there is work."""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

if TYPE_CHECKING:
    from alembic.config import Config

    from bot.database import Database

HOUSE = Path(__file__).resolve().parent.parent
REVISION = re.compile(r"^(revision|down_revision)(?:: [^=]+)? = (?:\"(\w+)\"|'(\w+)'|None)$", re.M)


class OldSchema(Exception):
    """The database's schema is not the one that this code needs; the message says what to do."""


def folder() -> Path:
    """Where the migrations are: beside the packages, or inside `bot` once they are installed.

    Among installed packages, `alembic` is the library.
    """
    here = HOUSE / "alembic"
    return here if (here / "env.py").is_file() else HOUSE / "bot/migrations"


def config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder()))
    return config


@cache
def revisions() -> tuple[str, ...]:
    """All revisions, the oldest first, as the heads of their files name them."""
    after: dict[str | None, str] = {}
    for path in folder().glob("versions/*.py"):
        named = {
            name: double or single or None
            for name, double, single in REVISION.findall(path.read_text(encoding="utf-8"))
        }
        after[named["down_revision"]] = named["revision"] or ""
    found: list[str] = []
    while (revision := after.get(found[-1] if found else None)) is not None:
        found.append(revision)
    assert len(found) == len(after) > 0, "the migrations are not one line"
    return tuple(found)


def newest() -> str:
    return revisions()[-1]


async def present(engine: AsyncEngine) -> str | None:
    """The revision of the database, or None if it is empty."""
    async with engine.execution_options(ashar_read=True).connect() as connection:
        if not await connection.run_sync(_has_revision):
            return None
        found: str | None = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found


async def upgrade(engine: AsyncEngine, revision: str = "head") -> None:
    async with engine.begin() as connection:
        await connection.run_sync(_run, "upgrade", revision)


async def downgrade(engine: AsyncEngine, revision: str) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(_run, "downgrade", revision)


async def require_newest(engine: AsyncEngine) -> None:
    """Raises OldSchema, with the command to run, unless the database is up to date."""
    found = await present(engine)
    require_known(found)
    if found != newest():
        raise OldSchema(
            f"the database's schema is {found or 'empty'}, the code needs {newest()}: "
            "run `ashar migrate`"
        )


def require_known(found: str | None) -> None:
    """Raises OldSchema for a schema that a later Ashar has made."""
    if found is not None and found not in revisions():
        raise OldSchema(
            f"the database's schema is {found}, which this Ashar doesn't know: "
            "install the later one that made it"
        )


async def make_ready(database: "Database") -> None:
    """SQLite migrates itself; PostgreSQL, where other processes may run, is only looked at.

    Raises:
        OldSchema: as `require_newest`; on SQLite only for a schema of a later Ashar.
    """
    if not database.is_sqlite:
        await require_newest(database.engine)
        return
    found = await present(database.engine)
    require_known(found)
    if found != newest():
        await upgrade(database.engine)


def _has_revision(connection: Connection) -> bool:
    return connection.dialect.has_table(connection, "alembic_version")


def _run(connection: Connection, direction: str, revision: str) -> None:
    from alembic import command

    settings = config()
    settings.attributes["connection"] = connection
    if direction == "upgrade":
        command.upgrade(settings, revision)
    else:
        command.downgrade(settings, revision)
