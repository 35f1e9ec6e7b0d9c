"""Sharing the location: the settlements around."""

from collections.abc import AsyncIterator

import pytest

from bot.database import Database
from services.places.directory import Directory
from services.places.nearest import distance_km, nearest
from tests.services.country import SMALL, bring_in, directory_of


@pytest.fixture
async def directory(sqlite_url: str) -> AsyncIterator[Directory]:
    database = Database(sqlite_url)
    assert (await bring_in(database, SMALL)).written
    yield await directory_of(database)
    await database.close()


def test_the_nearest_come_first_with_their_distance(directory: Directory) -> None:
    found = nearest(directory, 42.85, 74.25, limit=10)
    assert found[0].place.code == "1112"
    assert found[0].km == pytest.approx(0.0, abs=0.001)
    assert [near.km for near in found] == sorted(near.km for near in found)


def test_a_village_without_a_point_borrows_its_aimaks(directory: Directory) -> None:
    borrowed = {near.place.code: near for near in nearest(directory, 42.80, 74.20, limit=10)}
    assert borrowed["1111"].approximate
    assert borrowed["1111"].km == pytest.approx(0.0, abs=0.001)
    assert borrowed["21"].approximate
    assert not borrowed["1112"].approximate


def test_places_of_which_no_point_is_known_are_left_out(directory: Directory) -> None:
    found = {near.place.code for near in nearest(directory, 42.80, 74.20, limit=100)}
    assert found == {"1111", "1112", "1113", "123", "2", "21"}


def test_the_limit_holds(directory: Directory) -> None:
    assert [near.place.code for near in nearest(directory, 42.80, 74.20, limit=2)] == [
        "1111",
        "1113",
    ]


def test_distances_go_along_the_great_circle() -> None:
    assert distance_km(42.0, 74.0, 43.0, 74.0) == pytest.approx(111.19, abs=0.01)
    assert distance_km(0.0, 0.0, 0.0, 180.0) == pytest.approx(20015.09, abs=0.01)
    assert distance_km(42.8746, 74.5698, 40.5283, 72.7985) == pytest.approx(299.7, abs=1.0)
