"""Bringing places in from a file: what is read, refused and reported."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.database import Database
from models import Place, PlaceParent
from services.places.report import Entry, Report, What
from tests.services.country import HEADER, SMALL, bring_in, directory_of, whole_country

EXAMPLE = Path(__file__).parents[2] / "examples" / "places.csv"
TOP = "1,oblast,,Чүй облусу,Чуйская область"
RAYON = "11,rayon,1,Кемин району,Кеминский район"


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    database = Database(sqlite_url)
    yield database
    await database.close()


@pytest.fixture
async def either_database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


def file(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows])


def errors(report: Report) -> list[Entry]:
    return [entry for entry in report.entries if entry.what is What.ERROR]


def warnings(report: Report) -> list[str]:
    return [str(entry) for entry in report.entries if entry.what is What.WARNING]


async def kept(database: Database) -> tuple[int, int]:
    """How many places and dated parents there are."""
    async with database.read() as session:
        places = await session.scalar(select(func.count()).select_from(Place))
        stays = await session.scalar(select(func.count()).select_from(PlaceParent))
    return places or 0, stays or 0


async def place(database: Database, code: str) -> Place:
    async with database.read() as session:
        return (await session.scalars(select(Place).where(Place.code == code))).one()


async def test_the_second_time_a_file_changes_nothing(either_database: Database) -> None:
    first = await bring_in(either_database, SMALL)
    assert (first.count(What.ADDED), first.written) == (16, True)
    stays = await kept(either_database)
    second = await bring_in(either_database, SMALL)
    assert (second.count(What.UNCHANGED), second.written) == (16, False)
    assert second.lines()[-2:] == [
        "0 added, 0 changed, 16 unchanged; 0 warnings, 0 errors",
        "nothing to write",
    ]
    assert await kept(either_database) == stays == (16, 16)


async def test_a_whole_country_is_brought_in(either_database: Database) -> None:
    report = await bring_in(either_database, whole_country())
    assert report.count(What.ADDED) == 2359
    assert (await bring_in(either_database, whole_country())).count(What.UNCHANGED) == 2359


async def test_changes_are_told_field_by_field(either_database: Database) -> None:
    await bring_in(either_database, SMALL)
    changed = SMALL.replace("Узгенд,42.85", "Узгенд|Озген,42.86").replace("310", "311")
    report = await bring_in(either_database, changed)
    assert report.count(What.CHANGED) == 2
    assert report.lines(unchanged=False) == [
        "line 5 1111: changed: adults_f 310 → 311",
        'line 6 1112: changed: aliases "Узгенд" → "Узгенд | Озген"; lat 42.85 → 42.86',
        "0 added, 2 changed, 14 unchanged; 0 warnings, 0 errors",
        "written",
    ]
    assert (await place(either_database, "1112")).aliases == "Узгенд\nОзген"


async def test_a_parent_may_come_later_in_the_file(database: Database) -> None:
    assert (await bring_in(database, file(RAYON, TOP))).written
    assert (await place(database, "11")).parent_id == (await place(database, "1")).id


async def test_a_parent_may_be_there_already(database: Database) -> None:
    await bring_in(database, file(TOP))
    report = await bring_in(database, file(RAYON))
    assert report.lines() == [
        "line 2 11: added: rayon Кемин району under 1",
        "1 added, 0 changed, 0 unchanged; 0 warnings, 0 errors",
        "written",
    ]


async def test_a_dry_run_says_the_same_and_writes_nothing(database: Database) -> None:
    rehearsal = await bring_in(database, SMALL, dry_run=True)
    assert rehearsal.lines()[-1] == "nothing was written: this was a dry run"
    assert await kept(database) == (0, 0)
    assert (await bring_in(database, SMALL)).entries == rehearsal.entries


async def test_one_error_and_nothing_is_written(database: Database) -> None:
    report = await bring_in(database, file(TOP, RAYON, "12,rayon,1,,", "13,moon,1,А,Б"))
    assert [str(error) for error in errors(report)] == [
        "line 4 12: error: name_ky is empty",
        "line 4 12: error: name_ru is empty",
        'line 5 13: error: level "moon" is none of '
        "oblast, city_rep, rayon, city, town, pgt, aimak, village",
    ]
    assert report.lines()[-1].startswith("nothing was written: correct the errors")
    assert not report.written
    assert await kept(database) == (0, 0)


@pytest.mark.parametrize(
    ("column", "cell", "complaint"),
    [
        ("code", "", "code is empty"),
        ("code", "4.17E+13", "was cut by a spreadsheet"),
        ("code", "1 2/3", "is not 1 to 20 letters, digits"),
        ("code", "1" * 21, "is not 1 to 20 letters, digits"),
        ("name_ky", "К?к-Жар", "has lost letters"),
        ("name_ru", "К\N{REPLACEMENT CHARACTER}к", "has lost letters"),
        ("name_ru", "я" * 121, "is 121 characters long"),
        ("lat", "север", "is not a number"),
        ("lat", "nan", "is not between -180 and 180"),
        ("lon", "1e9", "is not between -180 and 180"),
        ("population", "много", "is not a whole number of people"),
        ("population", "-5", "is not a whole number of people"),
        ("adults_f", "12.5", "is not a whole number of people"),
        ("adults_m", "1" * 10, "is not a whole number of people"),
        ("valid_from", "2026-02-30", "is not a date"),
        ("valid_from", "2026-W05-1", "is not a date"),
        ("valid_to", "5/11/26", "is not a date"),
    ],
)
async def test_a_cell_that_makes_no_sense_is_named(
    database: Database, column: str, cell: str, complaint: str
) -> None:
    cells = {"code": "1", "level": "oblast", "name_ky": "Чүй", "name_ru": "Чуй", column: cell}
    columns = [*HEADER.split(","), *({column} - set(HEADER.split(",")))]
    row = ",".join(cells.get(name, "") for name in columns)
    (error,) = errors(await bring_in(database, file(row, header=",".join(columns))))
    assert error.line == 2
    assert error.text.startswith(column)
    assert complaint in error.text


async def test_cells_are_read_as_people_write_them(database: Database) -> None:
    row = '1;Область;;  Чүй   облусу ;Чуйская;42,5;74,25;1 234 567;"31.01.2020"'
    header = "Code;LEVEL;parent_code;name_ky;name_ru;lat;lon;population;valid_from"
    assert (await bring_in(database, file(row, header=header))).written
    found = await place(database, "1")
    assert found.name_ky == "Чүй облусу"
    assert (found.lat, found.lon, found.population) == (42.5, 74.25, 1234567)
    assert str(found.valid_from) == "2020-01-31"


@pytest.mark.parametrize(
    ("word", "level"),
    [("айыл аймагы", "aimak"), ("Айылный аймак", "aimak"), ("город", "city"), ("шаар", "city")],
)
async def test_levels_have_names_in_each_language(
    database: Database, word: str, level: str
) -> None:
    report = await bring_in(database, file(TOP, RAYON, f"111,{word},11,А,А"))
    assert report.written
    assert (await place(database, "111")).level == level


async def test_missing_columns_are_named(database: Database) -> None:
    report = await bring_in(database, "code,name_ky,note\n1,Чүй,x")
    assert [str(error) for error in errors(report)] == [
        "line 1: error: the columns level, parent_code, name_ru are missing"
    ]


async def test_columns_that_stand_twice_are_refused(database: Database) -> None:
    report = await bring_in(database, file("1,oblast,,А,Б,В", header=f"{HEADER},name_ky"))
    assert "the columns name_ky stand there twice" in report.lines()[0]


async def test_columns_that_are_not_used_are_named(database: Database) -> None:
    report = await bring_in(database, file(f"{TOP},x,y", header=f"{HEADER},source,note"))
    assert report.written
    assert "columns not used: source, note" in report.lines()


async def test_rows_of_another_length_are_refused(database: Database) -> None:
    report = await bring_in(database, file(f"{TOP},x", "2,oblast,,А", f"{RAYON},,,"))
    assert [(error.line, error.text) for error in errors(report)] == [
        (2, "has 6 cells, the header has 5"),
        (3, "has 4 cells, the header has 5"),
        (3, "name_ru is empty"),
    ]


async def test_lines_are_counted_as_an_editor_counts_them(database: Database) -> None:
    text = f'{HEADER}\n\n1,oblast,,"Чүй\nоблусу",Чуй\n11,rayon,1,,Кемин'
    (error,) = errors(await bring_in(database, text))
    assert error.line == 5


async def test_a_quotation_mark_left_open_is_told(database: Database) -> None:
    (error,) = errors(await bring_in(database, file(TOP, '11,rayon,1,"Кемин,Кемин')))
    assert "can't be read from line 3 on" in error.text


@pytest.mark.parametrize("content", [b"", b"\n\n"])
async def test_an_empty_file_is_told(database: Database, content: bytes) -> None:
    assert str(errors(await bring_in(database, content))[0]) == "file: error: is empty"


async def test_a_file_of_excel_with_its_mark_is_read(database: Database) -> None:
    assert (await bring_in(database, file(TOP).encode("utf-8-sig"))).written


async def test_a_file_in_cp1251_is_read_with_a_warning(database: Database) -> None:
    report = await bring_in(
        database,
        file("1;oblast;;Ош облусу;Ошская область", header=HEADER.replace(",", ";")).encode(
            "cp1251"
        ),
    )
    assert report.written
    assert "is in cp1251" in warnings(report)[0]
    assert (await place(database, "1")).name_ru == "Ошская область"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (SMALL.encode("utf-16"), "is in UTF-16"),
        (b"PK\x03\x04\x14\x00", "is a workbook of Excel"),
        (b"\xd0\xcf\x11\xe0\xa1", "is a workbook of Excel"),
        (b"code\x98\xff", "is neither in UTF-8 nor in cp1251"),
    ],
)
async def test_files_that_are_no_csv_are_refused(
    database: Database, content: bytes, complaint: str
) -> None:
    (error,) = errors(await bring_in(database, content))
    assert complaint in error.text


async def test_look_alike_letters_are_replaced_with_a_warning(database: Database) -> None:
    report = await bring_in(database, file("1,oblast,,Каӊды-ѳзѳн,Oшская облaсть"))
    assert len(warnings(report)) == 2
    found = await place(database, "1")
    assert (found.name_ky, found.name_ru) == ("Каңды-өзөн", "Ошская область")
    assert (await bring_in(database, file("1,oblast,,Каңды-өзөн,Ошская область"))).written is False


@pytest.mark.parametrize(
    ("lat", "lon", "kept_point", "warning"),
    [
        ("42.5", "74.5", (42.5, 74.5), None),
        ("74.5", "42.5", (42.5, 74.5), "the wrong way round"),
        ("55.75", "37.61", (None, None), "is not in Kyrgyzstan"),
        ("0", "0", (None, None), "is not in Kyrgyzstan"),
        ("42.5", "", (None, None), "one of lat and lon is missing"),
    ],
)
async def test_points_are_looked_at(
    database: Database,
    lat: str,
    lon: str,
    kept_point: tuple[float | None, float | None],
    warning: str | None,
) -> None:
    report = await bring_in(database, file(f"{TOP},{lat},{lon}", header=f"{HEADER},lat,lon"))
    assert report.written
    found = await place(database, "1")
    assert (found.lat, found.lon) == kept_point
    assert [warning in text for text in warnings(report) if warning] == ([True] if warning else [])


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("111,aimak,9,А,А", "the parent 9 is neither in the file nor known"),
        ("111,aimak,1,А,А", "aimak 111 А can't lie under oblast 1 Чүй облусу"),
        ("111,village,1,А,А", "village 111 А can't lie under oblast 1 Чүй облусу"),
        ("111,aimak,,А,А", "aimak 111 А needs a parent_code"),
        ("2,oblast,1,А,А", "oblast 2 А stands on top and has no parent_code"),
        ("111,aimak,111,А,А", "lies under itself: 111 > 111"),
        ("11,rayon,1,А,А", "line 4 repeats the code and the dates of line 3"),
    ],
)
async def test_places_that_do_not_fit_are_refused(
    database: Database, row: str, complaint: str
) -> None:
    report = await bring_in(database, file(TOP, RAYON, row))
    assert [(error.line, error.text) for error in errors(report)] == [(4, complaint)]


async def test_a_loop_is_told_once(database: Database) -> None:
    report = await bring_in(database, file("5,aimak,6,А,А", "6,rayon,7,Б,Б", "7,city,5,В,В"))
    (error,) = errors(report)
    assert error.line == 2
    assert error.text in {f"lies under itself: {loop}" for loop in (
        "5 > 6 > 7 > 5", "6 > 7 > 5 > 6", "7 > 5 > 6 > 7")}  # fmt: skip


async def test_below_a_broken_row_nothing_more_is_complained_of(database: Database) -> None:
    report = await bring_in(database, file(TOP, "11,rayon,1,,Кемин", "111,aimak,11,А,А"))
    assert [error.line for error in errors(report)] == [3]


async def test_a_level_that_no_longer_carries_what_lies_below_is_refused(
    database: Database,
) -> None:
    await bring_in(database, SMALL)
    (error,) = errors(await bring_in(database, file("12,city_rep,,Кемин,Кемин")))
    assert (error.line, error.code) == (2, "12")
    assert error.text == "town 123 Кемин шаары can't lie under city_rep 12 Кемин"


async def test_twins_that_nobody_can_tell_apart_are_warned_of(database: Database) -> None:
    report = await bring_in(database, SMALL + "1213,village,121,Арал,Арал,,,,,\n")
    assert warnings(report) == ["line 18 1213: warning: has the name, level and parent of 1212"]


async def test_a_column_that_is_missing_is_left_alone(database: Database) -> None:
    await bring_in(database, SMALL)
    report = await bring_in(database, file("1112,village,111,Өзгөн,Узген"))
    assert report.count(What.UNCHANGED) == 1
    assert (await place(database, "1112")).aliases == "Узгенд"


async def test_an_empty_cell_empties(database: Database) -> None:
    await bring_in(database, SMALL)
    row = "1112,village,111,Өзгөн,Узген,"
    report = await bring_in(database, file(row, header=f"{HEADER},aliases"))
    assert report.lines()[0] == 'line 2 1112: changed: aliases "Узгенд" → empty'
    assert (await place(database, "1112")).aliases == ""


async def test_places_that_the_file_does_not_name_stay(database: Database) -> None:
    await bring_in(database, SMALL)
    await bring_in(database, file("3,oblast,,Ош облусу,Ошская область"))
    assert await kept(database) == (17, 17)


async def test_the_example_is_without_fault(database: Database) -> None:
    content = EXAMPLE.read_bytes()
    report = await bring_in(database, content)
    assert report.written
    assert warnings(report) == []
    assert report.ignored == ()
    assert (await bring_in(database, content)).count(What.CHANGED) == 0
    directory = await directory_of(database)
    assert {hit.code for hit in directory.settlements} >= {"41702215808010"}
