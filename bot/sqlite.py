"""aiosqlite with fewer hops: what can't wait for anything runs where it is asked for.

A call to aiosqlite's thread and back takes about ten times as long as a statement by key, and
SQLAlchemy makes four calls a statement. Between BEGIN IMMEDIATE and COMMIT no statement waits for
a lock, so those run at once. BEGIN, COMMIT and ROLLBACK, which wait for other processes and for
the disk, go to the thread.
"""

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any

import aiosqlite

PATIENT = frozenset({"commit", "rollback"})


class NearConnection(aiosqlite.Connection):
    """A connection for short transactions of one writer."""

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if _may_wait(fn, args):
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        if not self._running or not self._connection:
            raise ValueError("Connection closed")
        return fn(*args, **kwargs)


def _may_wait(fn: Callable[..., Any], args: tuple[Any, ...]) -> bool:
    if getattr(fn, "__name__", "") in PATIENT:
        return True
    return bool(args) and isinstance(args[0], str) and args[0].startswith(("BEGIN", "PRAGMA"))


def near_connection(database: str, **options: Any) -> NearConnection:
    """For SQLAlchemy's `async_creator_fn`; not yet connected."""
    options.pop("check_same_thread", None)
    connect = partial(sqlite3.connect, database, check_same_thread=False, **options)
    connection = NearConnection(connect, iter_chunk_size=64)
    connection._thread.daemon = True
    return connection
