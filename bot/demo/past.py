"""A clock that is set to earlier moments while a story is told, and then goes with the real one."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


class Past:
    """Tells the story's time; it never goes back, and never past the present."""

    def __init__(self, zone: ZoneInfo, *, days: int) -> None:
        self._zone = zone
        self._today = datetime.now(zone).date()
        self._behind = timedelta(days=days + 1)

    def now(self) -> datetime:
        return datetime.now(UTC) - self._behind

    def moment(self, days_ago: int, at: time) -> datetime:
        """A time of day in the zone, so many days before (negative: after) today."""
        day = self._today - timedelta(days=days_ago)
        return datetime.combine(day, at, self._zone).astimezone(UTC)

    def turn_to(self, moment: datetime) -> None:
        """Sets the clock ahead to a moment; one that has passed changes nothing."""
        behind = datetime.now(UTC) - moment
        self._behind = max(min(behind, self._behind), timedelta())

    def end(self) -> None:
        """From now on it is now."""
        self._behind = timedelta()
