"""Finds a settlement by what somebody typed."""

from collections.abc import Container, Iterator
from dataclasses import dataclass

from models import PlaceLevel
from services.places import folding
from services.places.directory import Directory, KnownPlace, collation
from services.places.naming import INSIDE, MISTYPED, SAME, Match

LEAST_LETTERS = 2
MOST_LETTERS = 100
"""Longer texts are no place names."""
MOST_WORDS = 6
LEAST_PART = 3
"""Letters that a name and the area beside it need each."""

LARGEST_FIRST = (
    PlaceLevel.CITY_REP,
    PlaceLevel.CITY,
    PlaceLevel.TOWN,
    PlaceLevel.PGT,
    PlaceLevel.VILLAGE,
    PlaceLevel.RAYON,
)


@dataclass(frozen=True, slots=True)
class Hit:
    place: KnownPlace
    score: float
    """Up to 100; from 99 on the name was typed in full."""

    @property
    def is_exact(self) -> bool:
        return self.score >= SAME


def search(
    directory: Directory, query: str, limit: int = 8, within: int | None = None
) -> list[Hit]:
    """Settlements by name in either language or by alias, the best first.

    Full names come before beginnings and later words; mistyped ones come last, and only when no
    name was typed in full. Namesakes all come, up to `limit`; the aimak, rayon or oblast may stand
    beside the name («Кызыл-Туу Сокулук»). `within` is a place below which to look. Equals come in
    a fixed order: cities first, then by name and code.
    """
    if len(query) > MOST_LETTERS:
        return []
    key = folding.fold(query)
    if len(key) < LEAST_LETTERS:
        return []
    among = None if within is None else {p.id for p in directory.settlements_below(within)}
    best: dict[int, float] = {}
    _keep_best(best, directory.settlement_names.matches(key, among))
    if not _has_full_name(best):
        _keep_best(best, _with_area(directory, query, among))
    if _has_full_name(best):
        best = {place_id: score for place_id, score in best.items() if score > MISTYPED}
        _prefer_same_letters(best, directory, query)
    hits = [Hit(directory[place_id], score) for place_id, score in best.items()]
    hits.sort(key=_rank)
    return hits[:limit]


def _rank(hit: Hit) -> tuple[float, int, str, str]:
    size = LARGEST_FIRST.index(hit.place.level)
    return -hit.score, size, collation(hit.place.name_ky), hit.place.code


def _has_full_name(best: dict[int, float]) -> bool:
    return max(best.values(), default=0.0) >= SAME


def _keep_best(best: dict[int, float], matches: Iterator[Match]) -> None:
    for match in matches:
        if match.score > best.get(match.place_id, 0.0):
            best[match.place_id] = match.score


def _with_area(directory: Directory, query: str, among: Container[int] | None) -> Iterator[Match]:
    """Matches of a name and of an area around it, in either order."""
    words = folding.tokens(query)
    if not 2 <= len(words) <= MOST_WORDS:
        return
    for at in range(1, len(words)):
        first, last = folding.join(words[:at]), folding.join(words[at:])
        yield from _in_area(directory, name=first, area=last, among=among)
        yield from _in_area(directory, name=last, area=first, among=among)


def _in_area(
    directory: Directory, *, name: str, area: str, among: Container[int] | None
) -> Iterator[Match]:
    if len(name) < LEAST_PART or len(area) < LEAST_PART:
        return
    areas: dict[int, float] = {}
    _keep_best(areas, directory.area_names.matches(area))
    inside: dict[int, float] = {}
    for area_id, score in areas.items():
        for place in directory.settlements_below(area_id):
            if place.id != area_id and (among is None or place.id in among):
                inside[place.id] = max(score, inside.get(place.id, 0.0))
    for match in directory.settlement_names.matches(name, inside):
        yield Match(match.place_id, _both(match.score, inside[match.place_id]))


def _both(name: float, area: float) -> float:
    """The score of a name and its area: a mistyped area costs, of equals the exact one leads."""
    if area < INSIDE:
        return name - 5
    return name + (area - INSIDE) / 40 if name >= SAME else name


def _prefer_same_letters(best: dict[int, float], directory: Directory, query: str) -> None:
    """Lifts names typed letter by letter over others that only sound the same."""
    typed = _plain(query)
    for place_id, score in best.items():
        if score >= SAME and any(typed in _plain(name) for name in directory[place_id].names):
            best[place_id] = 100.0


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
