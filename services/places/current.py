"""Keeps the directory in memory and notices when the places have changed."""

import asyncio
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import PlaceParent
from services.places.directory import Directory, load_directory

LOOK_SECONDS = 5.0
"""How long a directory is taken for current without asking the database."""


class Places:
    """The current directory of this process.

    Every change of a place writes its rows of `place_parent` anew (`importing` does), so their
    number and ids tell whether anything changed, whichever process changed it.
    """

    def __init__(
        self, look_seconds: float = LOOK_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._look_seconds = look_seconds
        self._clock = clock
        self._directory: Directory | None = None
        self._stamp: tuple[Any, ...] = ()
        self._looked_at = 0.0
        self._is_looking = False

    async def current(self, session: AsyncSession, today: date) -> Directory:
        """The directory of `today`, at most `look_seconds` behind the database.

        While one caller looks, others get the directory that there is, so that nobody waits
        for anybody else's connection.
        """
        held = self._directory
        if held is not None and (self._is_looking or self._is_fresh(held, today)):
            return held
        self._is_looking = True
        try:
            self._directory = await self._look(session, today, held)
        finally:
            self._is_looking = False
        return self._directory

    def forget(self) -> None:
        """Makes the next call read the places again."""
        self._directory = None

    def _is_fresh(self, held: Directory, today: date) -> bool:
        return held.day == today and self._clock() - self._looked_at < self._look_seconds

    async def _look(self, session: AsyncSession, today: date, held: Directory | None) -> Directory:
        self._looked_at = self._clock()
        stamp = await _stamp(session)
        if held is not None and held.day == today and stamp == self._stamp:
            return held
        loaded = await load_directory(session, today)
        await asyncio.to_thread(loaded.get_ready)
        self._stamp = stamp
        return loaded


async def _stamp(session: AsyncSession) -> tuple[Any, ...]:
    row = await session.execute(
        select(func.count(), func.max(PlaceParent.id), func.sum(PlaceParent.id))
    )
    return tuple(row.one())
