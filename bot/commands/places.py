"""`ashar places import`: the directory of places from a CSV file, with a report by line."""

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands import house
from bot.commands.failing import FAILED

if TYPE_CHECKING:
    from bot.settings import Settings
    from services.places.report import Report

File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE.csv",
        help="UTF-8 or cp1251, parted by , or ;. Needs the columns code, level, parent_code, "
        "name_ky, name_ru.",
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only report; write nothing.")]


def import_file(file: File, dry_run: DryRun = False) -> None:
    """Add and change places from a file.

    With an error anywhere nothing is written, and the exit code is 1. The same file twice
    changes nothing. Places that the file doesn't name stay as they are.
    """
    settings = house.read()
    content = file.read_bytes()
    report = asyncio.run(_import(settings, content, dry_run))
    house.say(report.lines(unchanged=False))
    if report.has_errors:
        raise typer.Exit(FAILED)


async def _import(settings: "Settings", content: bytes, dry_run: bool) -> "Report":
    from services.access import journal
    from services.places.importing import import_places
    from services.places.report import What

    today = datetime.now(settings.zone).date()
    path = house.sqlite_file(settings)
    with tempfile.TemporaryDirectory() as folder:
        if dry_run and path is not None and not path.exists():
            url = f"sqlite+aiosqlite:///{folder}/empty.db"
            settings = settings.model_copy(update={"database_url": url})
        async with house.database(settings) as database, database.begin() as session:
            report = await import_places(session, content, today, dry_run)
            if report.written:
                counts = {what: report.count(what) for what in (What.ADDED, What.CHANGED)}
                now = datetime.now(UTC)
                journal.note(session, None, "import_places", "places", None, now=now, **counts)
            return report
