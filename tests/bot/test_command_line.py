"""The `ashar` command: what each command does, its exit codes, its one line when it can't."""

import asyncio
import csv
import io
import os
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError
from telegram.error import BadRequest, InvalidToken, TimedOut
from typer.testing import CliRunner, Result

from bot import migrations
from bot.__main__ import app, main
from bot.commands import failing, house, inviting, posting
from bot.commands.failing import Failed, explain
from bot.migrations import OldSchema
from bot.settings import WrongSettings, names, read_settings
from bot.ui.i18n import Translators
from models import AgeBand, Resident, Role, Sex
from services.votes import ballots
from simulator import Telegram
from tests.simulator.served import served
from tests.world import BOSTER, TOKEN, World

HOUSE = Path(__file__).resolve().parents[2]
EXAMPLE = HOUSE / "examples/places.csv"
BOSTERI = "41702215808010"
COMMANDS = ("run", "demo", "migrate", "invite", "poster", "backup", "restore", "places", "export")
HEAVY = {
    "aiohttp",
    "alembic",
    "PIL",
    "pydantic",
    "sqlalchemy",
    "starlette",
    "structlog",
    "telegram",
}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting from outside but a bot's name, so that nothing needs the network."""
    for name in names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASHAR_BOT_USERNAME", "ashar_bot")
    monkeypatch.setattr("bot.__main__.UNUSED", ())
    monkeypatch.setattr("bot.logs.set_up", lambda *_: None)


@pytest.fixture
def country(monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> Path:
    """A database with the places of the example."""
    monkeypatch.setenv("ASHAR_DATABASE_URL", sqlite_url)
    assert ashar("places", "import", EXAMPLE).exit_code == 0
    return Path(sqlite_url.removeprefix("sqlite+aiosqlite:///"))


def ashar(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def refusal(*arguments: object) -> str:
    """Why the command failed."""
    error = ashar(*arguments).exception
    assert isinstance(error, Failed)
    return str(error)


def wrong(*arguments: object) -> str:
    """What is said of wrong arguments."""
    result = ashar(*arguments)
    assert result.exit_code == 2
    return " ".join(result.stderr.split())


# --- the whole ----------------------------------------------------------------------------------


def test_help_lists_every_command_with_a_whole_sentence() -> None:
    lines = ashar("--help").stdout.splitlines()
    for command in COMMANDS:
        (line,) = [line for line in lines if line.split()[:1] == [command]]
        assert line.endswith("."), line
        assert not line.endswith("..."), line


@pytest.mark.parametrize("command", [*COMMANDS, "places import", "export votes"])
def test_every_command_has_help(command: str) -> None:
    result = ashar(*command.split(), "--help")
    assert result.exit_code == 0
    assert "Usage: " in result.stdout


def test_help_loads_nothing_heavy() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, bot.__main__; print(*sys.modules)"],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=True,
    )
    assert not HEAVY & set(loaded.stdout.split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"],
        ["run", "--fast"],
        ["invite"],
        ["invite", "mobilizer", "--days", "0"],
        ["demo", "--port", "70000"],
        ["backup"],
    ],
)
def test_wrong_arguments_are_exit_code_2(arguments: list[str]) -> None:
    assert wrong(*arguments)


@pytest.mark.parametrize("command", ["run", "migrate", "invite analyst", "export votes"])
def test_a_wrong_setting_is_one_line_and_exit_code_1(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASHAR_TIMEZONE", "Bishkek")
    monkeypatch.setattr(sys, "argv", ["ashar", *command.split()])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 1
    captured = capsys.readouterr()
    expected = "ashar: ASHAR_TIMEZONE: is not a known time zone, for example Asia/Bishkek\n"
    assert (captured.out, captured.err) == ("", expected)


def test_running_without_a_token_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["ashar", "run"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 1
    assert capsys.readouterr().err == (
        "ashar: ASHAR_BOT_TOKEN: is missing (get one from @BotFather)\n"
    )


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (Failed("no"), "no"),
        (WrongSettings("ASHAR_X: no"), "ASHAR_X: no"),
        (OldSchema("run `ashar migrate`"), "run `ashar migrate`"),
        (InvalidToken(), "ASHAR_BOT_TOKEN: Telegram doesn't know this token"),
        (TimedOut(), "Telegram can't be reached: Timed out"),
        (
            ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 1)"),
            "ASHAR_DATABASE_URL: the database can't be reached: [Errno 111] Connect call failed "
            "('127.0.0.1', 1)",
        ),
        (BadRequest("Nope"), "Telegram refused: Nope"),
        (
            OperationalError("SELECT secret", {"a": "b"}, Exception("no such file")),
            "the database can't be used: no such file",
        ),
        (
            FileNotFoundError(2, "No such file or directory", "x.csv"),
            "x.csv: No such file or directory",
        ),
    ],
)
def test_what_can_go_wrong_is_told_in_one_line(error: Exception, line: str) -> None:
    assert explain(error) == line


def test_a_bug_is_named_and_shown_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    error = ZeroDivisionError("division\nby zero")
    assert explain(error).startswith("unexpected ZeroDivisionError: division by zero (")
    monkeypatch.setenv("ASHAR_LOG_LEVEL", "DEBUG")
    assert "ZeroDivisionError: division\nby zero\n" in explain(error)
    assert failing.FAILED == 1


# --- the schema ---------------------------------------------------------------------------------


def test_migrate_makes_the_schema_and_then_has_nothing_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASHAR_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/new/ashar.db")
    assert ashar("migrate").stdout.startswith("migrated: empty → ")
    assert ashar("migrate").stdout.startswith("the schema is up to date: ")


def test_the_revisions_are_those_that_alembic_finds() -> None:
    script = ScriptDirectory.from_config(migrations.config())
    found = [step.revision for step in script.walk_revisions()]
    assert list(migrations.revisions()) == found[::-1]
    assert migrations.newest() == script.get_current_head()


@pytest.mark.parametrize("command", ["migrate", "export votes"])
def test_a_schema_of_a_later_ashar_is_left_alone(command: str, country: Path) -> None:
    with closing(sqlite3.connect(country)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    error = ashar(*command.split()).exception
    assert isinstance(error, OldSchema)
    assert str(error).startswith("the database's schema is 9999, which this Ashar doesn't know")


# --- places -------------------------------------------------------------------------------------


def test_an_import_reports_by_line_and_the_same_file_twice_changes_nothing(country: Path) -> None:
    result = ashar("places", "import", EXAMPLE)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "nothing to write"


def test_a_dry_run_writes_not_even_a_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASHAR_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/new/ashar.db")
    result = ashar("places", "import", EXAMPLE, "--dry-run")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "nothing was written: this was a dry run"
    assert "line 2 41702000000000: added" in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_an_import_whose_report_nobody_reads_is_done_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As `ashar places import FILE | true`."""
    monkeypatch.setenv("ASHAR_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/new.db")
    command = [sys.executable, "-m", "bot", "places", "import", str(EXAMPLE)]
    reader, writer = os.pipe()
    os.close(reader)
    with subprocess.Popen(
        command, cwd=HOUSE, stdout=writer, stderr=subprocess.PIPE, text=True
    ) as run:
        os.close(writer)
        _, said = run.communicate()
    assert (run.returncode, said) == (0, "")
    with closing(sqlite3.connect(tmp_path / "new.db")) as database:
        (count,) = database.execute("SELECT count(*) FROM place").fetchone()
        noted = database.execute("SELECT action, details FROM journal").fetchall()
    assert count > 10
    assert noted == [("import_places", f'{{"added": {count}, "changed": 0}}')]


def test_an_error_in_the_file_is_exit_code_1_and_names_the_line(
    country: Path, tmp_path: Path
) -> None:
    spoilt = tmp_path / "spoilt.csv"
    spoilt.write_text(EXAMPLE.read_text("utf-8").replace(",village,", ",vilage,", 1), "utf-8")
    result = ashar("places", "import", spoilt)
    assert result.exit_code == 1
    assert any(
        line.startswith("line 5 ") and "error" in line for line in result.stdout.splitlines()
    )
    assert "nothing was written" in result.stdout


def test_a_file_that_is_not_there_is_named(country: Path) -> None:
    error = ashar("places", "import", "none.csv").exception
    assert isinstance(error, Exception)
    assert explain(error) == "none.csv: No such file or directory"


# --- invitations --------------------------------------------------------------------------------


def test_an_invitation_prints_nothing_but_the_link_on_stdout(country: Path) -> None:
    result = ashar("invite", "mobilizer", "--place", BOSTERI, "--days", "3", "--name", "Бакыт")
    assert result.exit_code == 0
    assert result.stdout.startswith("https://t.me/ashar_bot?start=i_")
    assert result.stdout.count("\n") == 1
    assert "mobilizer, 41702215808010 Бостери" in result.stderr


async def test_the_link_gives_the_role_to_who_opens_it_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASHAR_DATABASE_URL", world.settings.database_url)
    invited = await asyncio.to_thread(ashar, "invite", "administrator")
    payload = invited.stdout.strip().rpartition("=")[2]
    anara, other = world.stranger("Анара", "ru"), world.stranger("Эркин", "ru")
    await anara.opens(payload)
    await anara.taps("Русский")
    await anara.taps("✅ I consent")
    assert "администратор" in anara.news
    await other.opens(payload)
    await other.taps("Русский")
    await other.taps("✅ I consent")
    assert "администратор" not in other.news


def test_every_role_can_be_invited() -> None:
    assert set(inviting.ROLES) == {role.value for role in Role}


def test_a_role_that_is_none_is_named_with_those_that_are(country: Path) -> None:
    said = wrong("invite", "king")
    assert "'king' is not one of mobilizer" in said


def test_a_place_that_is_none_is_named_with_those_that_come_near(country: Path) -> None:
    assert refusal("invite", "analyst", "--place", "Бостен").startswith(
        "«Бостен» is no code or name of a place: 41702215808010 Бостери"
    )
    assert refusal("invite", "analyst", "--place", "Сары-Камыш").startswith(
        "«Сары-Камыш» is the name of several: "
    )


def test_without_places_the_way_to_them_is_told(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASHAR_DATABASE_URL", sqlite_url)
    assert "run `ashar places import FILE.csv`" in refusal(
        "invite", "mobilizer", "--place", BOSTERI
    )


def test_a_name_that_is_too_long_is_refused(country: Path) -> None:
    assert refusal("invite", "analyst", "--name", "х" * 61) == "--name: at most 60 characters"


async def test_the_name_of_the_bot_comes_from_telegram(monkeypatch: pytest.MonkeyPatch) -> None:
    telegram = Telegram()
    telegram.add_bot(TOKEN, "village_bot", "Village")
    monkeypatch.setenv("ASHAR_BOT_USERNAME", "")
    monkeypatch.setenv("ASHAR_BOT_TOKEN", TOKEN)
    async with served(telegram) as address:
        monkeypatch.setenv("ASHAR_BOT_API_URL", address)
        assert await house.bot_name(read_settings()) == "village_bot"
        monkeypatch.setenv("ASHAR_BOT_TOKEN", "654321:another-token")
        with pytest.raises(InvalidToken):
            await house.bot_name(read_settings())


# --- posters ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "begins"), [("p.pdf", b"%PDF-"), ("p.PNG", b"\x89PNG")])
def test_a_poster_is_made_in_both_kinds(name: str, begins: bytes, country: Path) -> None:
    result = ashar("poster", "Бостери", "--out", name)
    assert result.stdout == f"{name}\n"
    assert Path(name).read_bytes().startswith(begins)


def test_a_poster_is_named_after_its_place(country: Path) -> None:
    assert ashar("poster", BOSTERI).stdout == f"poster-{BOSTERI}.pdf\n"
    assert Path(f"poster-{BOSTERI}.pdf").is_file()


async def test_a_poster_speaks_both_languages_and_leads_to_the_village(world: World) -> None:
    async with world.ashar.database.read() as session:
        places = await world.ashar.places.current(session, world.now.date())
    place = places.by_code(BOSTER)
    assert place is not None
    link = f"https://t.me/ashar_bot?start=v_{BOSTER}"
    sheet = posting.poster_of(places, place, link, Translators(world.settings.zone))
    assert (sheet.village_ky, sheet.village_ru, sheet.link) == ("Бөстөр", "Бостер", link)
    assert (sheet.aimak_ky, sheet.aimak_ru) == ("Бөстөр айыл аймагы", "Бостерский айылный аймак")
    pairs = [(sheet.line_ky, sheet.line_ru), (sheet.hint_ky, sheet.hint_ru)]
    for ky, ru in pairs:
        assert ky != ru
        assert not ky.isascii()
        assert not ru.isascii()


def test_nobody_lives_in_an_aimak_so_it_has_no_poster(country: Path) -> None:
    assert "is no village" in refusal("poster", "41702215808000")


def test_a_poster_needs_a_kind_and_a_database(country: Path) -> None:
    assert "neither in .pdf nor in .png" in wrong("poster", BOSTERI, "--out", "p.doc")
    country.unlink()
    assert "there is no database" in refusal("poster", BOSTERI)
    assert not country.exists()


# --- the record of votes ------------------------------------------------------------------------


@pytest.fixture
async def voted(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Two votes that are counted and one that is open."""
    monkeypatch.setenv("ASHAR_DATABASE_URL", world.settings.database_url)
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда", "ky")
    options = (("=1+1", "=1+1"), ("Мектеп", "Школа"))
    first = await world.vote(options, maker=bakyt, days=1)
    await aida.says("/vote")
    await aida.taps("Мектеп")
    await aida.taps("📤 Send my vote")
    await _neighbours_vote(world, first)
    for days in (2, 30):
        await world.vote(options, maker=bakyt, days=days)
    await world.advance(days=3)
    return world


async def _neighbours_vote(world: World, vote: int) -> None:
    """Six women and six men for the school, so that the sexes can be shown."""
    village = await world.place_id(BOSTER)
    async with world.ashar.database.begin() as session:
        for sex in (Sex.FEMALE, Sex.MALE) * 6:
            neighbour = Resident(
                village_id=village, sex=sex, age_band=AgeBand.ADULT, created_at=world.now
            )
            session.add(neighbour)
            await session.flush()
            await ballots.cast_ballot(
                session, vote, neighbour, (2,), world.ashar.terms, now=world.now
            )


async def exported(*arguments: object) -> Result:
    return await asyncio.to_thread(ashar, "export", "votes", *arguments)


async def test_every_counted_vote_has_a_sheet_of_its_own(voted: World) -> None:
    result = await exported()
    assert (result.exit_code, result.stdout) == (0, "votes.xlsx: 2 votes\n")
    with zipfile.ZipFile("votes.xlsx") as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        texts = book.read("xl/sharedStrings.xml").decode()
    assert len(sheets) == 2
    assert "Школа" in texts


async def test_the_long_table_has_a_line_for_each_figure_and_runs_no_formula(
    voted: World,
) -> None:
    result = await exported("--out", "votes.csv", "--language", "ky", "--vote", "1")
    assert (result.exit_code, result.stdout) == (0, "votes.csv: 1 vote\n")
    content = await asyncio.to_thread(Path("votes.csv").read_bytes)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    totals = {row["option"]: row for row in rows if row["group"] == "all"}
    assert {option: row["score"] for option, row in totals.items()} == {
        "-1": "13",
        "0": "0",
        "1": "0",
        "2": "13",
    }
    assert totals["1"]["option_title"] == "'=1+1"
    assert totals["2"]["option_title"] == "Мектеп"
    voters = {row["value"]: row["score"] for row in rows if row["option"] == "-1"}
    assert (voters["female"], voters["male"]) == ("7", "6")
    scores = {row["score"] for row in rows if row["group"] == "sex" and row["option"] == "1"}
    assert scores == {"0"} or scores == {""}
    assert rows[0]["closed"] == "2026-11-05T04:00:00+00:00"
    assert rows[0]["place"] == BOSTER


async def test_a_vote_that_is_not_counted_is_refused(voted: World) -> None:
    error = (await exported("--vote", "3")).exception
    assert str(error) == "vote 3 is not there, or not counted yet"


def test_there_is_nothing_to_export_before_the_first_count(country: Path) -> None:
    assert refusal("export", "votes") == "no vote is counted yet"
    assert "neither in .xlsx nor in .csv" in wrong("export", "votes", "--out", "votes.pdf")
    assert "neither ky nor ru" in wrong("export", "votes", "--language", "en")
