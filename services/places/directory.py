"""The places as they stand on one day, held in memory."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Place, PlaceLevel, PlaceParent
from services.places.naming import NameIndex

SETTLED = frozenset(
    {
        PlaceLevel.CITY_REP,
        PlaceLevel.CITY,
        PlaceLevel.TOWN,
        PlaceLevel.PGT,
        PlaceLevel.VILLAGE,
    }
)
"""Levels of places where people live, whether or not others lie below them."""

ALPHABET = "абвгдеёжзийклмнңоөпрстуүфхцчшщъыьэюя"
_ORDER = {letter: chr(0x1000 + at) for at, letter in enumerate(ALPHABET)}
_COLLATION = str.maketrans(_ORDER)


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A place as the directory knows it."""

    id: int
    code: str
    level: PlaceLevel
    parent_id: int | None
    """To whom it belongs on the directory's day; of a place that is gone, its last parent."""
    name_ky: str
    name_ru: str
    aliases: tuple[str, ...]
    lat: float | None
    lon: float | None
    population: int | None
    adults_f: int | None
    adults_m: int | None
    exists: bool
    """False before it is founded and once it is merged away; people may still be bound to it."""

    def name(self, language: str) -> str:
        return self.name_ru if language == "ru" else self.name_ky

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it is called, in any language."""
        return (self.name_ky, self.name_ru, *self.aliases)

    @property
    def adults(self) -> int | None:
        """Adults of both sexes; None when either figure is missing."""
        if self.adults_f is None or self.adults_m is None:
            return None
        return self.adults_f + self.adults_m


class Directory:
    """All places on `day`; it never changes, another day or import makes another directory.

    Lists hold only places that exist on the day; `get`, `path` and `where` know the others too.
    """

    def __init__(self, places: Iterable[KnownPlace], day: date) -> None:
        self.day = day
        self._places = {place.id: place for place in places}
        self._by_code = {place.code: place for place in self._places.values()}
        self._below: dict[int | None, list[KnownPlace]] = defaultdict(list)
        for place in self._places.values():
            if place.exists:
                self._below[place.parent_id].append(place)

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[KnownPlace]:
        return iter(self._places.values())

    def __getitem__(self, place_id: int) -> KnownPlace:
        return self._places[place_id]

    def get(self, place_id: int | None) -> KnownPlace | None:
        return None if place_id is None else self._places.get(place_id)

    def by_code(self, code: str) -> KnownPlace | None:
        return self._by_code.get(code)

    def path(self, place_id: int | None) -> tuple[KnownPlace, ...]:
        """From the oblast down to the place itself; empty for an unknown place."""
        path: list[KnownPlace] = []
        place = self.get(place_id)
        while place is not None and place not in path:
            path.append(place)
            place = self.get(place.parent_id)
        return tuple(reversed(path))

    def where(self, place: KnownPlace, language: str) -> str:
        """What tells namesakes apart: of a village «aimak, rayon», of a town «rayon, oblast»."""
        above = self.path(place.id)[:-1][-2:]
        return ", ".join(upper.name(language) for upper in reversed(above))

    def children(self, place_id: int | None, language: str) -> list[KnownPlace]:
        """The places right below (None: the oblasts and their like) in alphabetical order."""
        return in_order(self._below.get(place_id, ()), language)

    def is_settlement(self, place: KnownPlace) -> bool:
        """Whether people live in it: villages, towns, cities, and the districts of a city."""
        if place.level is PlaceLevel.RAYON:
            above = self.get(place.parent_id)
            return above is not None and above.level is PlaceLevel.CITY_REP
        return place.level in SETTLED

    def settlements_below(self, place_id: int | None) -> list[KnownPlace]:
        """The settlements of a place, itself included; None: of the whole country."""
        if place_id is None:
            return list(self.settlements)
        top = self.get(place_id)
        waiting = [top] if top is not None and top.exists else []
        found = []
        while waiting:
            place = waiting.pop()
            if self.is_settlement(place):
                found.append(place)
            waiting.extend(self._below.get(place.id, ()))
        return sorted(found, key=lambda place: place.code)

    @cached_property
    def settlements(self) -> tuple[KnownPlace, ...]:
        """All settlements that exist, in the order of their codes."""
        return tuple(place for place in self if place.exists and self.is_settlement(place))

    @cached_property
    def settlement_names(self) -> NameIndex:
        return NameIndex((place.id, name) for place in self.settlements for name in place.names)

    @cached_property
    def area_names(self) -> NameIndex:
        """The names of all that others lie below: aimaks, rayons, oblasts, towns with villages."""
        areas = (place for place in self if place.exists and place.id in self._below)
        return NameIndex((place.id, name) for place in areas for name in place.names)

    def get_ready(self) -> None:
        """Builds what the first search would build, some 0.1 s of work for the whole country."""
        _ = self.settlement_names, self.area_names


async def load_directory(session: AsyncSession, today: date) -> Directory:
    """Reads all places in one query; parents are those of `today`, by their dates."""
    holds = and_(
        PlaceParent.place_id == Place.id,
        or_(PlaceParent.valid_from.is_(None), PlaceParent.valid_from <= today),
        or_(PlaceParent.valid_to.is_(None), PlaceParent.valid_to > today),
    )
    columns = Place.__table__.c
    rows = await session.execute(
        select(*columns, PlaceParent.id.label("stay_id"), PlaceParent.parent_id.label("above_id"))
        .join_from(Place, PlaceParent, holds, isouter=True)
        .order_by(Place.code)
    )
    return Directory([_known(row, today) for row in rows], today)


def in_order(places: Iterable[KnownPlace], language: str) -> list[KnownPlace]:
    """By name as the alphabet of both languages has it: ң after н, ө after о, ү after у."""
    return sorted(places, key=lambda place: (collation(place.name(language)), place.code))


def collation(name: str) -> str:
    """A key under which names sort alphabetically; digits and Latin come before Cyrillic."""
    return name.lower().translate(_COLLATION)


def _known(row: Any, today: date) -> KnownPlace:
    begun = row.valid_from is None or row.valid_from <= today
    ended = row.valid_to is not None and row.valid_to <= today
    return KnownPlace(
        id=row.id,
        code=row.code,
        level=row.level,
        parent_id=row.parent_id if row.stay_id is None else row.above_id,
        name_ky=row.name_ky,
        name_ru=row.name_ru,
        aliases=tuple(row.aliases.splitlines()),
        lat=row.lat,
        lon=row.lon,
        population=row.population,
        adults_f=row.adults_f,
        adults_m=row.adults_m,
        exists=begun and not ended,
    )
