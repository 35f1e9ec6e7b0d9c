"""The simulator's clock: real time plus an offset that only grows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def real_time() -> datetime:
    return datetime.now(UTC)


class Clock:
    """Tells the time of the simulated world; `base` must return aware UTC datetimes."""

    def __init__(self, base: Callable[[], datetime] = real_time):
        self._base = base
        self._callbacks: list[Callable[[timedelta], None]] = []
        self.offset = timedelta(0)

    def now(self) -> datetime:
        return self._base() + self.offset

    def timestamp(self) -> float:
        """Unix time in seconds."""
        return self.now().timestamp()

    def advance(self, delta: timedelta) -> datetime:
        """Move forward by `delta`, tell everyone who asked, and return the new time.

        Raises ValueError for a step back: messages would be older than their answers.
        """
        if delta < timedelta(0):
            raise ValueError("the clock only goes forward")
        self.offset += delta
        for callback in tuple(self._callbacks):
            callback(delta)
        return self.now()

    def on_advance(self, callback: Callable[[timedelta], None]) -> None:
        """Call `callback` with the step after each advance."""
        self._callbacks.append(callback)
