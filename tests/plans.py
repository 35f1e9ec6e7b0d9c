"""How SQLite would look for what a service asks for."""

from collections.abc import Awaitable
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession


async def explained(session: AsyncSession, act: Awaitable[Any]) -> list[str]:
    """A line for each step of the plan of each statement; nothing on PostgreSQL."""
    statements: list[tuple[str, Any]] = []
    engine = (await session.connection()).engine.sync_engine

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        statements.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        await act
    finally:
        event.remove(engine, "before_cursor_execute", note)
    if session.get_bind().dialect.name != "sqlite":
        return []
    connection = await session.connection()
    return [
        f"{row.detail} <- {statement}"
        for statement, parameters in statements
        if statement.startswith(("SELECT", "UPDATE", "DELETE"))
        for row in await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    ]
