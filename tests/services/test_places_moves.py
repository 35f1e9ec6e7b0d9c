"""Aimaks merge, villages move and end: who belongs to whom on which day."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
from sqlalchemy import select

from bot.database import Database
from models import Place
from services.places.importing import move_due
from services.places.report import Report, What
from tests.services.country import HEADER, SMALL, TODAY, bring_in, directory_of

DATED = f"{HEADER},valid_from,valid_to"
FUTURE = date(2027, 1, 1)


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    database = Database(sqlite_url)
    assert (await bring_in(database, SMALL)).written
    yield database
    await database.close()


async def move(database: Database, *rows: str, today: date = TODAY, header: str = DATED) -> Report:
    return await bring_in(database, "\n".join([header, *rows]), today)


async def parent(database: Database, code: str, day: date = TODAY) -> str:
    directory = await directory_of(database, day)
    place = directory.by_code(code)
    assert place is not None
    return directory.path(place.id)[-2].code


def told(report: Report) -> list[str]:
    return [str(e) for e in report.entries if e.what in {What.CHANGED, What.ERROR}]


async def test_a_move_planned_for_later_happens_on_its_day(database: Database) -> None:
    report = await move(database, "1121,village,111,Көк-Жар,Кек-Джар,2027-01-01,")
    assert told(report) == ["line 2 1121: changed: parent 112 → 112 until 2027-01-01, then 111"]
    assert await parent(database, "1121") == "112"
    assert await parent(database, "1121", date(2026, 12, 31)) == "112"
    assert await parent(database, "1121", FUTURE) == "111"


async def test_the_same_move_again_changes_nothing_before_and_after(database: Database) -> None:
    row = "1121,village,111,Көк-Жар,Кек-Джар,2027-01-01,"
    assert (await move(database, row)).written
    assert not (await move(database, row)).written
    assert not (await move(database, row, today=date(2028, 1, 1))).written


async def test_the_parent_in_the_table_follows_when_the_move_is_due(database: Database) -> None:
    await move(database, "1121,village,111,Көк-Жар,Кек-Джар,2027-01-01,")

    async def parent_code(today: date) -> tuple[int, str]:
        async with database.begin() as session:
            moved = await move_due(session, today)
            child = (await session.scalars(select(Place).where(Place.code == "1121"))).one()
            above = await session.get_one(Place, child.parent_id)
            return moved, above.code

    assert await parent_code(TODAY) == (0, "112")
    assert await parent_code(FUTURE) == (1, "111")
    assert await parent_code(FUTURE) == (0, "111")


async def test_a_new_parent_without_a_date_holds_as_of_today(database: Database) -> None:
    row = "1121,village,111,Көк-Жар,Кек-Джар"
    report = await move(database, row, header=HEADER)
    assert told(report) == ["line 2 1121: changed: parent 112 → 112 until 2026-11-02, then 111"]
    assert await parent(database, "1121", date(2026, 11, 1)) == "112"
    assert await parent(database, "1121") == "111"
    assert not (await move(database, row, header=HEADER)).written
    assert not (await move(database, row, header=HEADER, today=FUTURE)).written


async def test_the_file_of_before_does_not_undo_a_planned_move(database: Database) -> None:
    await move(database, "1121,village,111,Көк-Жар,Кек-Джар,2027-01-01,")
    assert not (await bring_in(database, SMALL)).written
    assert await parent(database, "1121", FUTURE) == "111"


async def test_the_day_of_a_move_is_corrected(database: Database) -> None:
    await move(database, "1121,village,111,Көк-Жар,Кек-Джар,2027-01-01,")
    await move(database, "1121,village,111,Көк-Жар,Кек-Джар,2027-06-01,")
    assert await parent(database, "1121", date(2027, 5, 31)) == "112"
    await move(database, "1121,village,111,Көк-Жар,Кек-Джар,2026-12-01,")
    assert await parent(database, "1121", date(2026, 11, 30)) == "112"
    assert await parent(database, "1121", date(2026, 12, 1)) == "111"


async def test_two_moves_follow_one_another(database: Database) -> None:
    await move(database, "1121,village,111,Көк-Жар,Кек-Джар,2025-01-01,")
    await move(database, "1121,village,121,Көк-Жар,Кек-Джар,2026-01-01,")
    days = [date(2024, 12, 31), date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1)]
    assert [await parent(database, "1121", day) for day in days] == ["112", "111", "111", "121"]


MERGER = (
    "112,aimak,11,Жаңы-Жер айыл аймагы,Джаны-Джерский айылный аймак,,2027-01-01",
    "1121,village,111,Көк-Жар,Кек-Джар,2027-01-01,",
    "1122,village,111,Кызыл-Туу,Кызыл-Туу,2027-01-01,",
)


async def test_an_aimak_is_merged_into_another_on_a_day(database: Database) -> None:
    assert (await move(database, *MERGER)).written
    assert not (await move(database, *MERGER)).written
    for day, aimaks in ((TODAY, {"111", "112"}), (FUTURE, {"111"})):
        directory = await directory_of(database, day)
        rayon = directory.by_code("11")
        assert rayon is not None
        assert {place.code for place in directory.children(rayon.id, "ky")} == aimaks
        below = {place.code for place in directory.settlements_below(rayon.id)}
        assert below == {"1111", "1112", "1113", "1121", "1122"}


async def test_an_aimak_does_not_end_over_its_villages(database: Database) -> None:
    report = await move(database, *MERGER[:2])
    assert told(report)[0] == (
        "line 2 112: error: village 1122 Кызыл-Туу is still under aimak 112 Жаңы-Жер айыл аймагы "
        "when that ends on 2027-01-01"
    )
    assert not report.written


async def test_a_new_aimak_takes_villages_from_the_day_it_begins(database: Database) -> None:
    new = "113,aimak,11,Бирлик айыл аймагы,Бирликский айылный аймак,2027-01-01,"
    early = await move(database, new, "1121,village,113,Көк-Жар,Кек-Джар,,")
    assert "is under aimak 113 Бирлик айыл аймагы before that begins" in told(early)[0]
    report = await move(database, new, "1121,village,113,Көк-Жар,Кек-Джар,2027-01-01,")
    assert report.written
    assert await parent(database, "1121", FUTURE) == "113"
    assert await parent(database, "1121") == "112"


async def test_rows_of_one_code_are_its_whole_history(database: Database) -> None:
    rows = (
        "1121,village,121,Көк-Жар,Кек-Джар,2025-01-01,",
        "1121,village,112,Көк-Жар,Кек-Джар,,2024-06-01",
        "1121,village,111,Көк-Жар,Кек-Джар,2024-06-01,2025-01-01",
    )
    report = await move(database, *rows)
    assert report.count(What.CHANGED) == 3
    assert told(report)[0].endswith(
        "parent 112 → 112 until 2024-06-01, then 111 until 2025-01-01, then 121"
    )
    assert not (await move(database, *rows)).written
    assert await parent(database, "1121", date(2024, 7, 1)) == "111"
    assert await parent(database, "1121") == "121"


async def test_an_earlier_name_becomes_an_alias(database: Database) -> None:
    rows = (
        "1121,village,112,Ворошиловка,Ворошиловка,,1992-01-01",
        "1121,village,112,Көк-Жар,Кек-Джар,1992-01-01,",
    )
    assert (await move(database, *rows)).written
    assert not (await move(database, *rows)).written
    place = (await directory_of(database)).by_code("1121")
    assert place is not None
    assert place.names == ("Көк-Жар", "Кек-Джар", "Ворошиловка")


async def test_a_name_of_later_is_warned_of(database: Database) -> None:
    report = await move(
        database,
        "1121,village,112,Көк-Жар,Кек-Джар,,",
        "1121,village,112,Манас,Манас,2027-01-01,",
    )
    (warning,) = [entry for entry in report.entries if entry.what is What.WARNING]
    assert "import the file again on that day for the new name" in warning.text
    place = (await directory_of(database)).by_code("1121")
    assert place is not None
    assert place.name_ky == "Көк-Жар"


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        (("112,,2025-01-01", "111,2024-01-01,"), "overlap: one ends on 2025-01-01"),
        (("112,,2024-01-01", "111,2025-01-01,"), "leave days out: one ends on 2024-01-01"),
        (("112,2024-01-01,", "111,2024-01-01,2025-01-01"), "two rows of this place begin on"),
        (("112,2025-01-01,2024-01-01",), "valid_to 2024-01-01 is not after valid_from 2025-01-01"),
    ],
)
async def test_dates_that_contradict_one_another_are_refused(
    database: Database, rows: tuple[str, ...], complaint: str
) -> None:
    lines = []
    for row in rows:
        above, dates = row.split(",", 1)
        lines.append(f"1121,village,{above},Көк-Жар,Кек-Джар,{dates}")
    report = await move(database, *lines)
    (error,) = told(report)
    assert complaint in error
    assert not report.written


async def test_a_village_ends_and_comes_back(database: Database) -> None:
    ends = "1212,village,121,Арал,Арал,,2026-12-01"
    report = await move(database, ends)
    assert told(report) == ["line 2 1212: changed: valid_to empty → 2026-12-01"]
    later = (await directory_of(database, FUTURE)).by_code("1212")
    assert later is not None
    assert not later.exists
    assert not (await move(database, ends, today=FUTURE)).written
    assert (await move(database, "1212,village,121,Арал,Арал,,", today=FUTURE)).written
    again = (await directory_of(database, FUTURE)).by_code("1212")
    assert again is not None
    assert again.exists


async def test_a_village_cannot_end_before_it_begins(database: Database) -> None:
    await move(database, "1212,village,121,Арал,Арал,2020-01-01,")
    report = await move(database, "1212,village,121,Арал,Арал,,2019-01-01")
    assert told(report) == [
        "line 2 1212: error: would end on 2019-01-01, before it begins on 2020-01-01"
    ]


async def test_a_village_founded_later_is_not_there_yet(database: Database) -> None:
    report = await move(database, "1213,village,121,Достук,Достук,2027-01-01,")
    assert report.written
    today, then = await directory_of(database), await directory_of(database, FUTURE)
    assert "1213" not in {place.code for place in today.settlements}
    assert "1213" in {place.code for place in then.settlements}


async def test_a_founding_day_is_corrected_without_a_move(database: Database) -> None:
    row = "1212,village,121,Арал,Арал,1936-05-01,"
    report = await move(database, row)
    assert told(report) == ["line 2 1212: changed: valid_from empty → 1936-05-01"]
    assert not (await move(database, row)).written


async def test_a_city_rises_out_of_its_oblast(database: Database) -> None:
    city = "124,city,1,Манас шаары,г. Манас"
    assert (await move(database, city, header=HEADER)).written
    risen = "124,city_rep,,Манас шаары,г. Манас"
    assert (await move(database, risen, header=HEADER)).written
    assert not (await move(database, risen, header=HEADER)).written
    directory = await directory_of(database)
    assert "124" in {place.code for place in directory.children(None, "ky")}
    assert await parent(database, "124", date(2026, 11, 1)) == "1"
