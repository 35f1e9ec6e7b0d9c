"""`ashar export votes`: the counts of closed votes as a workbook or as one long table."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands import house
from bot.commands.failing import Failed

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.settings import Settings

KINDS = (".xlsx", ".csv")
LANGUAGES = ("ky", "ru")
Out = Annotated[
    Path,
    typer.Option(
        "--out",
        metavar="FILE.xlsx|.csv",
        help="A workbook with a sheet for each vote, or one long table.",
    ),
]
VoteId = Annotated[int | None, typer.Option("--vote", metavar="ID", help="Only this vote.")]
Language = Annotated[str, typer.Option(metavar="ky|ru", help="Of the names and headings.")]


def votes(out: Out = Path("votes.xlsx"), vote: VoteId = None, language: Language = "ru") -> None:
    """Write down all counted votes.

    Scores by option, and by sex, age group and village. Figures that would show single people
    are left empty, as in what is published.
    """
    if out.suffix.lower() not in KINDS:
        raise typer.BadParameter(f"{out} ends neither in .xlsx nor in .csv", param_hint="--out")
    if language not in LANGUAGES:
        raise typer.BadParameter(f"{language!r} is neither ky nor ru", param_hint="--language")
    settings = house.read()
    content, count = asyncio.run(_export(settings, out.suffix.lower(), vote, language))
    out.write_bytes(content)
    print(f"{out}: {count} {'vote' if count == 1 else 'votes'}")


async def _export(
    settings: "Settings", kind: str, only: int | None, language: str
) -> tuple[bytes, int]:
    """The file, and how many votes are in it."""
    from bot.commands import ledger
    from bot.ui.i18n import Translators
    from handlers import exports
    from services.access import journal

    t = Translators(settings.zone)[language]
    async with house.database(settings, create=False) as database, database.begin() as session:
        ids = await _counted(session, only)
        for id in ids:
            journal.note(session, None, "export_vote", "vote", id, now=datetime.now(UTC))
        if kind == ".csv":
            lines = [line for id in ids for line in await ledger.lines_of(session, id, t)]
            return ledger.as_csv(lines), len(ids)
        tables = [await exports.vote_table(session, id, t) for id in ids]
    return ledger.as_workbook(tables), len(ids)


async def _counted(session: "AsyncSession", only: int | None) -> list[int]:
    """Ids of the closed and published votes, oldest first.

    Raises:
        Failed: the wanted vote isn't counted, or none is.
    """
    from sqlalchemy import select

    from models import Vote, VoteStatus

    counted = select(Vote.id).where(Vote.status.in_([VoteStatus.CLOSED, VoteStatus.PUBLISHED]))
    if only is not None:
        counted = counted.where(Vote.id == only)
    ids = list(await session.scalars(counted.order_by(Vote.id)))
    if not ids:
        one = f"vote {only} is not there, or not counted yet"
        raise Failed("no vote is counted yet" if only is None else one)
    return ids
