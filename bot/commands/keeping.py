"""`ashar backup` and `ashar restore`: SQLite's database as one file, taken while the bot runs."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands import house
from bot.commands.failing import Failed

if TYPE_CHECKING:
    from bot.settings import Settings

BESIDE = ("", "-wal", "-shm", "-journal")
"""What SQLite keeps next to each other under one name."""
To = Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it; it must not exist.")]
From = Annotated[Path, typer.Argument(metavar="FILE", help="A file that `ashar backup` wrote.")]


def backup(file: To) -> None:
    """Copy the database into one file.

    Also while the bot runs. The file holds personal data: keep it as safely as the database. On
    PostgreSQL use pg_dump.
    """
    source = _file_of(house.read())
    if not source.is_file():
        raise Failed(f"there is no database at {source}")
    _refuse_present(file)
    _copy(source, file)
    print(f"{file}: {file.stat().st_size:,} bytes")


def restore(file: From) -> None:
    """Bring a backup back.

    Only where there is no database. The file is checked first: whole, and of a schema that this
    Ashar knows. An older one is migrated at the next start. On PostgreSQL use pg_restore.
    """
    settings = house.read()
    target = _file_of(settings)
    if not file.is_file():
        raise Failed(f"there is no file {file}")
    _refuse_present(target)
    revision = _checked(file)
    target.parent.mkdir(parents=True, exist_ok=True)
    _copy(file, target)
    print(f"{target}: restored, schema {revision}")


def _file_of(settings: "Settings") -> Path:
    path = house.sqlite_file(settings)
    if path is None:
        raise Failed("the database is PostgreSQL: use pg_dump and pg_restore")
    return path


def _refuse_present(path: Path) -> None:
    for ending in BESIDE:
        present = path.with_name(path.name + ending)
        if present.exists():
            raise Failed(f"{present} is there already; nothing was overwritten")


def _checked(file: Path) -> str:
    """The revision of a backup's schema.

    Raises:
        Failed: it is damaged, no database of Ashar, or of a later Ashar.
    """
    from bot.migrations import revisions

    try:
        with _opened(file) as connection:
            damage = [line for (line,) in connection.execute("PRAGMA integrity_check(1)")]
            if damage != ["ok"]:
                raise Failed(f"{file} is damaged: {damage[0]}")
            if connection.execute("PRAGMA foreign_key_check").fetchone():
                raise Failed(f"{file} is damaged: a row refers to one that isn't there")
            (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except (sqlite3.DatabaseError, TypeError) as error:
        raise Failed(f"{file} is no whole database of Ashar: {error}") from None
    if revision not in revisions():
        raise Failed(f"{file} has the schema {revision}, which this Ashar doesn't know")
    return str(revision)


def _copy(source: Path, target: Path) -> None:
    """A consistent copy under a name that must be free; a half one is never seen there."""
    part = target.with_name(f"{target.name}.part-{os.getpid()}")
    try:
        part.touch(mode=0o600, exist_ok=False)
        with _opened(source) as reading, closing(sqlite3.connect(part)) as writing:
            reading.backup(writing)
            writing.execute("PRAGMA journal_mode=DELETE")
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        target.touch(mode=0o600, exist_ok=False)
        part.replace(target)
    except FileExistsError:
        raise Failed(f"{target} is there already; nothing was overwritten") from None
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """An existing file; whoever closes last also clears away what SQLite keeps beside it."""
    address = f"{path.resolve().as_uri()}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, timeout=10)) as connection:
        yield connection
