"""The journal of what staff did: lines are added, and never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Grant, Invitation, JournalEntry, Vote
from services.access.rights import JOURNAL_READERS, Rights


@dataclass(frozen=True, slots=True)
class JournalLine:
    """A line of the journal, and what its numbers stand for today."""

    entry: JournalEntry
    actor: str
    """What staff call who did it; empty: nobody of staff, or forgotten."""
    person: str
    """What staff call whom it is about; empty as above."""
    vote: Vote | None


def note(
    session: AsyncSession,
    actor_id: int | None,
    action: str,
    subject: str,
    subject_id: int | None,
    *,
    now: datetime,
    **details: Any,
) -> None:
    """Writes a line of the journal; it can't be changed afterwards, so no names go into it."""
    session.add(
        JournalEntry(
            at=now,
            actor_id=actor_id,
            action=action,
            subject=subject,
            subject_id=subject_id,
            details=details,
        )
    )


def note_grant(
    session: AsyncSession, actor_id: int | None, action: str, grant: Grant, *, now: datetime
) -> None:
    note(
        session,
        actor_id,
        action,
        "grant",
        grant.id,
        now=now,
        role=grant.role,
        place=grant.place_id,
    )


async def read(
    session: AsyncSession, rights: Rights, *, limit: int = 50, before: int | None = None
) -> list[JournalLine]:
    """The newest lines, or those older than the line `before`.

    Raises:
        Refused: NO_RIGHT.
    """
    rights.require(JOURNAL_READERS, None)
    newest_first = select(JournalEntry).order_by(JournalEntry.id.desc()).limit(limit)
    if before is not None:
        newest_first = newest_first.where(JournalEntry.id < before)
    entries = list(await session.scalars(newest_first))
    about: dict[str, set[int]] = {}
    for entry in entries:
        if entry.subject_id is not None:
            about.setdefault(entry.subject, set()).add(entry.subject_id)
    grants = await _names(session, Grant.id, about.get("grant", set()))
    invitations = await _names(session, Invitation.id, about.get("invitation", set()))
    actors = {entry.actor_id for entry in entries if entry.actor_id is not None}
    actor_names = await _names_by_time(session, actors)
    votes = await session.scalars(select(Vote).where(Vote.id.in_(about.get("vote", set()))))
    by_id = {vote.id: vote for vote in votes}
    people = {"grant": grants, "invitation": invitations}
    return [
        JournalLine(
            entry,
            _name_at(actor_names.get(entry.actor_id or 0, ()), entry.at),
            people.get(entry.subject, {}).get(entry.subject_id or 0, ""),
            by_id.get(entry.subject_id or 0) if entry.subject == "vote" else None,
        )
        for entry in entries
    ]


async def _names(session: AsyncSession, key: Any, ids: set[int]) -> dict[int, str]:
    """What staff call somebody, by a key of grants or invitations; the latest name counts."""
    table = key.class_
    rows = await session.execute(
        select(key, table.name).where(key.in_(ids), table.name != "").order_by(table.id)
    )
    return {row[0]: row[1] for row in rows}


async def _names_by_time(
    session: AsyncSession, account_ids: set[int]
) -> dict[int, list[tuple[datetime, str]]]:
    """What staff called each of them, and since when, in order."""
    rows = await session.execute(
        select(Grant.account_id, Grant.granted_at, Grant.name)
        .where(Grant.account_id.in_(account_ids), Grant.name != "")
        .order_by(Grant.granted_at, Grant.id)
    )
    names: dict[int, list[tuple[datetime, str]]] = {}
    for account_id, since, name in rows:
        names.setdefault(account_id, []).append((since, name))
    return names


def _name_at(names: Sequence[tuple[datetime, str]], moment: datetime) -> str:
    """The name of that time; of a later one, if there was none yet."""
    before = [name for since, name in names if since <= moment]
    return before[-1] if before else next((name for _, name in names), "")
