"""To whom a place belonged when: how rows of a file change what is known of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True)
class Stay:
    """Under one parent, from `start` (None: always) until before `end` (None: for ever)."""

    parent: str | None
    start: date | None
    end: date | None

    @property
    def begins(self) -> date:
        return self.start or date.min

    @property
    def ends(self) -> date:
        return self.end or date.max


History = tuple[Stay, ...]
"""In order, without gaps; the first start is the founding of the place, the last end its end."""


def stay_on(history: History, day: date) -> Stay:
    """The stay of that day; before the first the first, after the last the last."""
    begun = [stay for stay in history if stay.begins <= day]
    return begun[-1] if begun else history[0]


def from_versions(versions: Sequence[Stay]) -> History:
    """A whole history out of all the versions of a place; an open end closes at the next start.

    Raises:
        ValueError: an English sentence, when they overlap or leave days out.
    """
    joined: list[Stay] = []
    for stay in sorted(versions, key=lambda stay: stay.begins):
        if joined:
            before = joined[-1]
            if before.begins == stay.begins:
                raise ValueError(f"two rows of this place begin on {stay.start or 'no date'}")
            if before.end is not None and before.end != stay.start:
                how = "overlap" if before.end > stay.begins else "leave days out"
                raise ValueError(
                    f"its rows {how}: one ends on {before.end}, the next begins on {stay.start}"
                )
            joined[-1] = replace(before, end=stay.start)
        joined.append(stay)
    return _without_seams(joined)


def told(history: History, parent: str | None, since: date | None, today: date) -> History:
    """The history after one row says `parent`, since a day or (None) as of today.

    A row that names the parent of its day says nothing new, but for the day since when. Otherwise
    the place moves on that day, and what was known from there on goes; what was before stays.
    """
    day = since or today
    here = history.index(stay_on(history, day))
    if history[here].parent == parent:
        return history if since is None else _begun(history, here, since)
    if since is None and history[-1].ends <= today:
        return (*history[:-1], replace(history[-1], parent=parent))
    if here + 1 < len(history) and history[here + 1].parent == parent:
        return _begun(history, here + 1, day)
    earlier = [stay for stay in history if stay.begins < day]
    if not earlier:
        return (Stay(parent, since or history[0].start, _end_after(history, day)),)
    earlier[-1] = replace(earlier[-1], end=day)
    return (*earlier, Stay(parent, day, _end_after(history, day)))


def ended(history: History, end: date | None) -> History:
    """The history with another end; what lay after it goes.

    Raises:
        ValueError: an English sentence, when the place would end before it begins.
    """
    if end is not None and end <= history[0].begins:
        raise ValueError(f"would end on {end}, before it begins on {history[0].start}")
    kept = [stay for stay in history if end is None or stay.begins < end]
    return (*kept[:-1], replace(kept[-1], end=end))


def described(history: History) -> str:
    """The parents in words: "A until 2026-01-01, then B"."""
    parts = [f"{stay.parent or 'none'} until {stay.end}" for stay in history[:-1]]
    return ", then ".join([*parts, history[-1].parent or "none"])


def _begun(history: History, at: int, since: date) -> History:
    """The history with another beginning of one of its stays."""
    end = history[at].end if history[at].ends > since else None
    moved = replace(history[at], start=since, end=end)
    earlier = [stay for stay in history[:at] if stay.begins < since]
    if earlier:
        earlier[-1] = replace(earlier[-1], end=since)
    return (*earlier, moved, *history[at + 1 :])


def _end_after(history: History, day: date) -> date | None:
    end = history[-1].end
    return end if end is not None and end > day else None


def _without_seams(stays: list[Stay]) -> History:
    """Joins neighbours under the same parent."""
    joined: list[Stay] = []
    for stay in stays:
        if joined and joined[-1].parent == stay.parent:
            joined[-1] = replace(joined[-1], end=stay.end)
        else:
            joined.append(stay)
    return tuple(joined)
