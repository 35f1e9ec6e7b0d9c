"""Backup and restore: one consistent file, never over another, nothing unchecked brought back."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.commands.failing import Failed
from bot.settings import names

Ashar = Callable[..., Result]


@pytest.fixture
def database(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty database of the newest schema, which the commands use."""
    for name in names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASHAR_DATABASE_URL", sqlite_url)
    monkeypatch.setattr("bot.logs.set_up", lambda *_: None)
    return Path(sqlite_url.removeprefix("sqlite+aiosqlite:///"))


def ashar(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def refusal(*arguments: object) -> str:
    """Why the command failed; main() turns it into one line and exit code 1."""
    error = ashar(*arguments).exception
    assert isinstance(error, Failed)
    return str(error)


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Commits at the end and closes, so that nothing stays beside the file."""
    with closing(sqlite3.connect(path)) as connection, connection:
        yield connection


def codes(path: Path) -> list[str]:
    with opened(path) as connection:
        return [code for (code,) in connection.execute("SELECT code FROM place ORDER BY code")]


def add_place(path: Path, code: str) -> None:
    with opened(path) as connection:
        connection.execute(
            "INSERT INTO place (code, level, name_ky, name_ru, aliases)"
            " VALUES (?, 'village', 'Бостери', 'Бостери', '')",
            [code],
        )


def test_what_was_backed_up_comes_back(database: Path, tmp_path: Path) -> None:
    add_place(database, "41702215808010")
    assert ashar("backup", tmp_path / "kept.db").exit_code == 0
    database.unlink()
    result = ashar("restore", tmp_path / "kept.db")
    assert (result.exit_code, codes(database)) == (0, ["41702215808010"])
    assert "restored, schema" in result.stdout


def test_a_backup_holds_what_is_committed_while_somebody_writes(
    database: Path, tmp_path: Path
) -> None:
    writer = sqlite3.connect(database, isolation_level=None)
    writer.execute("PRAGMA journal_mode=WAL")
    add_place(database, "1")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE place SET code = '2'")
    assert ashar("backup", tmp_path / "kept.db").exit_code == 0
    writer.execute("COMMIT")
    writer.close()
    assert codes(tmp_path / "kept.db") == ["1"]


def test_a_backup_is_one_file_that_only_its_owner_can_read(database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    ashar("backup", folder / "kept.db")
    assert [path.name for path in folder.iterdir()] == ["kept.db"]
    assert (folder / "kept.db").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("ending", ["", "-wal", "-shm", "-journal"])
def test_a_backup_overwrites_nothing(ending: str, database: Path, tmp_path: Path) -> None:
    present = tmp_path / f"kept.db{ending}"
    present.write_text("precious")
    assert refusal("backup", tmp_path / "kept.db").endswith("nothing was overwritten")
    assert present.read_text() == "precious"


@pytest.mark.parametrize("ending", ["", "-wal"])
def test_restore_refuses_where_a_database_is(ending: str, database: Path, tmp_path: Path) -> None:
    ashar("backup", tmp_path / "kept.db")
    before = database.read_bytes()
    database.rename(f"{database}{ending}")
    assert refusal("restore", tmp_path / "kept.db").endswith("nothing was overwritten")
    assert Path(f"{database}{ending}").read_bytes() == before


def test_there_is_nothing_to_back_up_without_a_database(database: Path, tmp_path: Path) -> None:
    database.unlink()
    assert "there is no database" in refusal("backup", tmp_path / "kept.db")
    assert not database.exists()
    assert not (tmp_path / "kept.db").exists()


def _is_gone(path: Path) -> None:
    path.unlink()


def _is_no_database(path: Path) -> None:
    path.write_text("hello, this is not a database at all" * 100)


def _is_cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-8192])


def _is_somebody_elses(path: Path) -> None:
    path.unlink()
    with opened(path) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")


def _is_of_a_later_ashar(path: Path) -> None:
    with opened(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def _has_a_dangling_row(path: Path) -> None:
    with opened(path) as connection:
        connection.execute("INSERT INTO vote_village (vote_id, village_id) VALUES (7, 7)")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_is_gone, "there is no file"),
        (_is_no_database, "is no whole database of Ashar"),
        (_is_cut_short, "is"),
        (_is_somebody_elses, "is no whole database of Ashar"),
        (_is_of_a_later_ashar, "has the schema 9999, which this Ashar doesn't know"),
        (_has_a_dangling_row, "is damaged: a row refers to one that isn't there"),
    ],
)
def test_restore_takes_no_file_that_is_not_a_whole_database_of_ashar(
    spoil: Callable[[Path], None], says: str, database: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.db"
    ashar("backup", kept)
    database.unlink()
    spoil(kept)
    assert says in refusal("restore", kept)
    assert not database.exists()


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_on_postgresql_its_own_tools_are_named(
    command: str, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASHAR_DATABASE_URL", "postgresql+asyncpg://ashar@127.0.0.1:1/ashar")
    assert "use pg_dump and pg_restore" in refusal(command, tmp_path / "kept.db")
