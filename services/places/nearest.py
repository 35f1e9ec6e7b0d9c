"""The settlements nearest to a point on the map."""

from dataclasses import dataclass
from heapq import nsmallest
from math import asin, cos, radians, sin, sqrt

from models import PlaceLevel
from services.places.directory import Directory, KnownPlace

EARTH_KM = 6371.0
LENDERS = frozenset(
    {PlaceLevel.AIMAK, PlaceLevel.CITY_REP, PlaceLevel.CITY, PlaceLevel.TOWN, PlaceLevel.PGT}
)
"""Whose coordinates a place below may borrow; a rayon is too large for it."""


@dataclass(frozen=True, slots=True)
class Near:
    place: KnownPlace
    km: float
    approximate: bool
    """The distance is to the aimak or town around the place, whose own point isn't known."""


def nearest(directory: Directory, lat: float, lon: float, limit: int = 5) -> list[Near]:
    """By great-circle distance; places of which no point is known are left out."""
    found = []
    for place in directory.settlements:
        lender = _lender(directory, place)
        if lender is not None and lender.lat is not None and lender.lon is not None:
            km = distance_km(lat, lon, lender.lat, lender.lon)
            found.append(Near(place, km, approximate=lender is not place))
    return nsmallest(limit, found, key=lambda near: (near.km, near.approximate, near.place.code))


def distance_km(lat_1: float, lon_1: float, lat_2: float, lon_2: float) -> float:
    """Along the great circle (haversine), in km; degrees in."""
    phi_1, phi_2 = radians(lat_1), radians(lat_2)
    across = sin((phi_2 - phi_1) / 2) ** 2
    along = cos(phi_1) * cos(phi_2) * sin(radians(lon_2 - lon_1) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(across + along)))


def _lender(directory: Directory, place: KnownPlace) -> KnownPlace | None:
    if place.lat is not None and place.lon is not None:
        return place
    above = directory.get(place.parent_id)
    return above if above is not None and above.level in LENDERS else None
