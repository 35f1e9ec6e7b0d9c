"""Runs migrations on the connection that the caller hands over, or on ASHAR_DATABASE_URL."""

import asyncio
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from bot.settings import read_settings
from models import Model
from models.schema import Utc, Word


def plain_type(kind: str, column: Any, _context: object) -> str | Literal[False]:
    """Migrations name database types, not the project's own."""
    if kind == "type" and isinstance(column, Utc):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(column, Word):
        return "sa.String(length=24)"
    return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=plain_type,
    )
    with context.begin_transaction():
        context.run_migrations()


async def connect_and_run() -> None:
    engine = create_async_engine(read_settings().database_url)
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


handed_over = context.config.attributes.get("connection")
if handed_over is not None:
    run(handed_over)
else:
    asyncio.run(connect_and_run())
