"""Typing the name of a village, as people do it."""

from collections.abc import AsyncIterator

import pytest

from bot.database import Database
from services.places.directory import Directory
from services.places.search import MOST_LETTERS, search
from tests.services.country import SMALL, bring_in, directory_of, id_of, whole_country

WITHOUT_KYRGYZ_LETTERS = str.maketrans("өүңӨҮҢ", "оунОУН")


@pytest.fixture
async def directory(sqlite_url: str) -> AsyncIterator[Directory]:
    database = Database(sqlite_url)
    assert (await bring_in(database, SMALL)).written
    yield await directory_of(database)
    await database.close()


@pytest.fixture
async def country(sqlite_url: str) -> AsyncIterator[Directory]:
    database = Database(sqlite_url)
    assert (await bring_in(database, whole_country())).written
    yield await directory_of(database)
    await database.close()


def codes(directory: Directory, query: str, limit: int = 8, within: str | None = None) -> list[str]:
    below = id_of(directory, within) if within else None
    return [hit.place.code for hit in search(directory, query, limit, below)]


@pytest.mark.parametrize(
    "query",
    ["Өзгөн", "озгон", "Узген", "Ozgon", "Узгенд", "өзгөн айылы", "с. Узген", "Озгн", "Өгзөн"],
)
def test_a_village_is_found_however_it_is_typed(directory: Directory, query: str) -> None:
    assert codes(directory, query)[0] == "1112"


def test_namesakes_all_come_in_a_fixed_order(directory: Directory) -> None:
    assert codes(directory, "кызыл туу") == ["1111", "1122", "1211"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("Кызыл-Туу Кемин", "1211"),
        ("Кемин Кызыл-Туу", "1211"),
        ("Кызыл-Туу, Кеминский район", "1211"),
        ("кызыл туу боролдой", "1211"),
        ("Кызыл-Туу Кеман", "1211"),
        ("Кызыл-Ту Боролдой айыл аймагы", "1211"),
        ("Кызыл-Туу Жаңы-Жер", "1122"),
    ],
)
def test_the_aimak_or_rayon_tells_namesakes_apart(
    directory: Directory, query: str, code: str
) -> None:
    assert codes(directory, query)[0] == code


def test_a_full_name_with_its_rayon_is_exact(directory: Directory) -> None:
    (hit,) = search(directory, "Арал Кемин")
    assert hit.is_exact
    assert hit.place.code == "1212"


def test_beginnings_come_before_mistyped_names(directory: Directory) -> None:
    hits = search(directory, "Кызыл-Т")
    assert {hit.place.code for hit in hits} == {"1111", "1122", "1211"}
    assert not any(hit.is_exact for hit in hits)


def test_a_later_word_finds_the_name(directory: Directory) -> None:
    assert codes(directory, "эмчек") == ["1113"]


def test_one_or_two_slips_are_forgiven_but_not_three(directory: Directory) -> None:
    assert "1121" in codes(directory, "Кок-Жер")
    assert "1113" in codes(directory, "Уч-Энчак")
    assert codes(directory, "Ащ-Энчак") == []


def test_a_name_typed_in_full_brings_no_mistyped_ones(directory: Directory) -> None:
    assert codes(directory, "Арал") == ["1212"]


@pytest.mark.parametrize("query", ["", " ", "к", "ө", "🏔🏔", "-", "ыыыы", "x" * 5000])
def test_what_is_no_name_finds_nothing(directory: Directory, query: str) -> None:
    assert search(directory, query) == []


def test_two_letters_find_only_a_name_of_two_letters(directory: Directory) -> None:
    assert codes(directory, "Кы") == []


def test_a_text_longer_than_any_name_is_not_searched(directory: Directory) -> None:
    assert codes(directory, "Арал" + " " * (MOST_LETTERS - 4)) == ["1212"]
    assert codes(directory, "Арал" + " " * (MOST_LETTERS - 3)) == []


def test_within_looks_only_below_a_place(directory: Directory) -> None:
    assert codes(directory, "Кызыл-Туу", within="12") == ["1211"]
    assert codes(directory, "Кызыл-Туу", within="112") == ["1122"]
    assert codes(directory, "Арал", within="11") == []


def test_towns_and_cities_are_found_by_name_and_by_former_name(directory: Directory) -> None:
    assert codes(directory, "Кемин") == ["123"]
    assert codes(directory, "Бишкек") == ["2"]
    assert codes(directory, "Фрунзе") == ["2"]


def test_rayons_and_aimaks_are_no_answer(directory: Directory) -> None:
    assert codes(directory, "Сокулук") == []
    assert codes(directory, "Боролдой") == []


def test_the_limit_holds_and_keeps_the_first(country: Directory) -> None:
    everything = codes(country, "Ак-Суу", limit=100)
    assert len(everything) > 3
    assert codes(country, "Ак-Суу", limit=3) == everything[:3]


def test_every_village_of_a_country_is_found_without_kyrgyz_letters(country: Directory) -> None:
    for name in {place.name_ky for place in country.settlements}:
        meant = {place.code for place in country.settlements if place.name_ky == name}
        typed = name.translate(WITHOUT_KYRGYZ_LETTERS).replace("-", " ").lower()
        found = {hit.place.code for hit in search(country, typed, 100) if hit.is_exact}
        assert meant <= found, name


def test_every_village_of_a_country_is_found_by_its_russian_name(country: Directory) -> None:
    for name in {place.name_ru for place in country.settlements}:
        meant = {place.code for place in country.settlements if place.name_ru == name}
        found = {hit.place.code for hit in search(country, name, 100) if hit.is_exact}
        assert meant <= found, name


def test_the_letters_as_typed_go_before_those_that_sound_alike(country: Directory) -> None:
    assert "Сары-Түз" in {place.name_ky for place in country.settlements}
    hits = search(country, "Сары-Түз", 100)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert hits[0].place.name_ky == "Сары-Түз"
