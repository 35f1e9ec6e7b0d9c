"""The directory in memory: who lies where, in which order, by which name."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from bot.database import Database
from models import Place, PlaceLevel
from services.places.directory import Directory, KnownPlace, collation
from tests.services.country import HEADER, SMALL, bring_in, directory_of, id_of, whole_country


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def directory(database: Database) -> Directory:
    assert (await bring_in(database, SMALL)).written
    return await directory_of(database)


def place(directory: Directory, code: str) -> KnownPlace:
    return directory[id_of(directory, code)]


def test_a_place_is_known_by_id_and_by_code(directory: Directory) -> None:
    found = place(directory, "1112")
    assert directory.get(found.id) is found
    assert found.level is PlaceLevel.VILLAGE
    assert (found.name("ky"), found.name("ru")) == ("Өзгөн", "Узген")
    assert found.names == ("Өзгөн", "Узген", "Узгенд")
    assert (found.lat, found.lon) == (42.85, 74.25)
    assert place(directory, "1111").adults == 600
    assert found.adults is None


def test_an_unknown_place_is_nothing(directory: Directory) -> None:
    assert directory.get(10**6) is None
    assert directory.get(None) is None
    assert directory.by_code("9") is None
    assert directory.path(10**6) == ()
    assert directory.settlements_below(10**6) == []


def test_the_path_leads_from_the_oblast_down(directory: Directory) -> None:
    path = directory.path(id_of(directory, "1111"))
    assert [step.code for step in path] == ["1", "11", "111", "1111"]


def test_where_names_the_aimak_and_the_rayon_in_the_language(directory: Directory) -> None:
    village = place(directory, "1122")
    assert directory.where(village, "ky") == "Жаңы-Жер айыл аймагы, Сокулук району"
    assert directory.where(village, "ru") == "Джаны-Джерский айылный аймак, Сокулукский район"
    assert directory.where(place(directory, "123"), "ky") == "Кемин району, Чүй облусу"
    assert directory.where(place(directory, "2"), "ky") == ""


def test_children_come_in_alphabetical_order(directory: Directory) -> None:
    rayon = id_of(directory, "11")
    assert [child.code for child in directory.children(rayon, "ky")] == ["112", "111"]
    assert [child.code for child in directory.children(None, "ky")] == ["2", "1"]
    assert directory.children(id_of(directory, "1111"), "ky") == []


def test_kyrgyz_letters_sort_after_their_neighbours() -> None:
    names = ["Өзөн", "Пар", "Озон", "Үч", "Уч", "Фрунзе", "Таң", "Тао", "Тан", "Ёлка", "Жар"]
    assert sorted(names, key=collation) == [
        "Ёлка", "Жар", "Озон", "Өзөн", "Пар", "Тан", "Таң", "Тао", "Уч", "Үч", "Фрунзе",
    ]  # fmt: skip


def test_people_live_in_villages_towns_cities_and_city_districts(directory: Directory) -> None:
    settled = {spot.code for spot in directory if directory.is_settlement(spot)}
    assert settled == {"1111", "1112", "1113", "1121", "1122", "1211", "1212", "123", "2", "21"}
    assert [spot.code for spot in directory.settlements] == sorted(settled)


def test_settlements_below_go_down_to_the_last_village(directory: Directory) -> None:
    def below(code: str) -> list[str]:
        return [spot.code for spot in directory.settlements_below(id_of(directory, code))]

    assert below("11") == ["1111", "1112", "1113", "1121", "1122"]
    assert below("121") == ["1211", "1212"]
    assert below("1211") == ["1211"]
    assert below("2") == ["2", "21"]
    assert len(directory.settlements_below(None)) == 10


async def test_places_without_dated_parents_are_under_the_parent_they_name(
    database: Database,
) -> None:
    async with database.begin() as session:
        top = Place(code="1", level=PlaceLevel.OBLAST, name_ky="Чүй облусу", name_ru="Чуйская")
        session.add(top)
        await session.flush()
        rayon = Place(
            code="11", level=PlaceLevel.RAYON, parent_id=top.id, name_ky="Кемин", name_ru="Кемин"
        )
        session.add(rayon)
    directory = await directory_of(database)
    assert [step.code for step in directory.path(rayon.id)] == ["1", "11"]


async def test_a_village_that_ended_is_known_but_listed_nowhere(database: Database) -> None:
    assert (await bring_in(database, SMALL)).written
    end = f"{HEADER},valid_to\n1212,village,121,Арал,Арал,2026-01-01"
    assert (await bring_in(database, end)).written
    directory = await directory_of(database)
    village = place(directory, "1212")
    assert not village.exists
    assert [step.code for step in directory.path(village.id)] == ["1", "12", "121", "1212"]
    assert village not in directory.settlements
    assert village not in directory.children(village.parent_id, "ky")
    assert village not in directory.settlements_below(id_of(directory, "12"))
    before = await directory_of(database, date(2025, 12, 31))
    assert place(before, "1212") in before.settlements


async def test_a_country_is_read_whole(database: Database) -> None:
    assert (await bring_in(database, whole_country())).written
    directory = await directory_of(database)
    assert len(directory) == 7 + 42 + 462 + 1848
    assert len(directory.settlements) == 1848
    assert len(directory.settlements_below(id_of(directory, "3"))) == 6 * 11 * 4
    assert len(directory.children(id_of(directory, "35"), "ru")) == 11
