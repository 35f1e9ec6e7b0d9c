"""Whether places fit together: parents that exist, levels in order, no loops, dates that agree."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from graphlib import CycleError, TopologicalSorter

from models import PlaceLevel
from services.places.history import History, Stay
from services.places.report import Report

UNDER = {
    PlaceLevel.OBLAST: frozenset[PlaceLevel](),
    PlaceLevel.CITY_REP: frozenset[PlaceLevel](),
    PlaceLevel.RAYON: frozenset({PlaceLevel.OBLAST, PlaceLevel.CITY_REP}),
    PlaceLevel.CITY: frozenset({PlaceLevel.OBLAST, PlaceLevel.RAYON}),
    PlaceLevel.TOWN: frozenset({PlaceLevel.OBLAST, PlaceLevel.RAYON}),
    PlaceLevel.PGT: frozenset(
        {PlaceLevel.OBLAST, PlaceLevel.CITY_REP, PlaceLevel.RAYON, PlaceLevel.CITY, PlaceLevel.TOWN}
    ),
    PlaceLevel.AIMAK: frozenset(
        {PlaceLevel.CITY_REP, PlaceLevel.RAYON, PlaceLevel.CITY, PlaceLevel.TOWN}
    ),
    PlaceLevel.VILLAGE: frozenset(PlaceLevel) - {PlaceLevel.OBLAST, PlaceLevel.VILLAGE},
}
"""Right below which levels each may lie."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A place as it would stand after the import."""

    code: str
    level: PlaceLevel
    name_ky: str
    history: History
    line: int = 0
    """Of the file; 0: the file doesn't speak of it."""

    @property
    def begins(self) -> date:
        return self.history[0].begins

    @property
    def ends(self) -> date:
        return self.history[-1].ends


def check(standing: Mapping[str, Standing], broken: set[str], today: date, report: Report) -> None:
    """Reports what does not fit about places of the file and those right below them.

    `broken` are codes with errors of their own, under which places are left in peace.
    """
    looping = _loops(standing, report)
    for place in standing.values():
        if place.code in looping:
            continue
        for stay in place.history:
            above = standing.get(stay.parent or "")
            told = place.line or (above.line if above else 0)
            missing = above is None and stay.parent in broken
            problem = "" if missing or not told else _problem(place, stay, above, today)
            if problem:
                code = place.code if place.line or above is None else above.code
                report.fail(told, code, problem)
                break
    _warn_of_namesakes(standing.values(), report)


def _problem(place: Standing, stay: Stay, above: Standing | None, today: date) -> str:
    """What is wrong with one stay, in a sentence ("" for nothing); what is past may be anything."""
    allowed = UNDER[place.level]
    if stay.parent is not None and above is None:
        return f"the parent {stay.parent} is neither in the file nor known"
    if stay.ends <= today:
        return ""
    if above is None:
        return f"{_of(place)} needs a parent_code" if allowed else ""
    if not allowed:
        return f"{_of(place)} stands on top and has no parent_code"
    if above.level not in allowed:
        return f"{_of(place)} can't lie under {_of(above)}"
    if (stay.start or today) < above.begins:
        return f"{_of(place)} is under {_of(above)} before that begins on {above.begins}"
    if stay.ends > above.ends:
        return f"{_of(place)} is still under {_of(above)} when that ends on {above.ends}"
    return ""


def _of(place: Standing) -> str:
    return f"{place.level} {place.code} {place.name_ky}"


def _loops(standing: Mapping[str, Standing], report: Report) -> set[str]:
    """The codes in loops of parents; each loop is reported once, at its first line."""
    looping: set[str] = set()
    above = {
        code: {stay.parent for stay in place.history if stay.parent in standing}
        for code, place in standing.items()
    }
    while True:
        try:
            TopologicalSorter(above).prepare()
        except CycleError as found:
            loop = found.args[1][::-1]
        else:
            return looping
        lines = [standing[code] for code in loop if standing[code].line]
        first = min(lines or [standing[loop[0]]], key=lambda place: place.line)
        report.fail(first.line, first.code, f"lies under itself: {' > '.join(loop)}")
        looping.update(loop)
        above = {code: parents - looping for code, parents in above.items() if code not in looping}


def _warn_of_namesakes(places: Iterable[Standing], report: Report) -> None:
    """Two places of one name, level and parent can't be told apart by anybody."""
    same: dict[tuple[PlaceLevel, str | None, str], list[Standing]] = defaultdict(list)
    for place in places:
        last = place.history[-1]
        if last.end is None:
            same[place.level, last.parent, place.name_ky].append(place)
    for namesakes in same.values():
        for place in namesakes[1:]:
            if place.line:
                twin = namesakes[0].code
                report.warn(place.line, place.code, f"has the name, level and parent of {twin}")
