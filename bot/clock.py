"""What time it is, and what is due: APScheduler only ticks, the truth is rows with dates."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

log = structlog.get_logger()
Duty = Callable[[datetime], Awaitable[Any]]


class Clock:
    """The time that everything goes by; a demo or a test moves it ahead."""

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        self._now = now or (lambda: datetime.now(UTC))
        self._ahead = timedelta()

    def now(self) -> datetime:
        return self._now() + self._ahead

    @property
    def ahead(self) -> timedelta:
        """How far it was moved."""
        return self._ahead

    def advance(self, by: timedelta) -> None:
        self._ahead += by


class Ticker:
    """Carries out what is due, once a second; a duty that fails is logged and comes again."""

    def __init__(self, clock: Clock, duties: tuple[Duty, ...], seconds: float = 1.0) -> None:
        self._clock = clock
        self._duties = duties
        self._seconds = seconds
        self._scheduler: Any = None
        self._turn = asyncio.Lock()
        self._stopping = False

    async def start(self) -> None:
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._scheduler.add_job(
            self.tick,
            "interval",
            seconds=self._seconds,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        self._scheduler.start()

    async def stop(self) -> None:
        """Lets the duty under way come to its end."""
        self._stopping = True
        if self._scheduler is not None:
            self._scheduler.pause()
            async with self._turn:
                self._scheduler.shutdown(wait=False)
            self._scheduler = None

    async def tick(self) -> None:
        """Each duty once; one at a time, whoever calls."""
        async with self._turn:
            for duty in self._duties:
                if self._stopping:
                    return
                try:
                    await duty(self._clock.now())
                except Exception as error:
                    log.error("duty_failed", duty=duty.__qualname__, exc_info=error)
