"""Inserting over a conflict: both databases know it, each by a statement of its own."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

INSERTS: Mapping[str, Callable[..., Any]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def dialect_of(session: AsyncSession) -> str:
    """By which INSERTS are found."""
    return session.get_bind().dialect.name
