"""The outbox seen from the sender: take what is due, and note what became of it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from models import Account, Lane, Media, Outbox
from services.outbox import LEASE, Letter

WAITING = (Outbox.sent_at.is_(None), Outbox.error.is_(None))


async def claim_due(
    session: AsyncSession, lane: Lane, *, now: datetime, limit: int, held: Collection[int]
) -> list[Letter]:
    """Takes the letters of a lane that are due, at most the oldest of each chat.

    `held` are the ids that this process has in its hands already; they are left alone.
    """
    older = aliased(Outbox)
    oldest_of_its_chat = ~(
        select(older.id)
        .where(
            older.chat_id == Outbox.chat_id,
            older.lane == Outbox.lane,
            older.id < Outbox.id,
            older.sent_at.is_(None),
            older.error.is_(None),
        )
        .exists()
    )
    due = (
        select(Outbox.id)
        .where(
            *WAITING,
            Outbox.lane == int(lane),
            or_(Outbox.claimed_until.is_(None), Outbox.claimed_until < now),
            or_(Outbox.not_before.is_(None), Outbox.not_before <= now),
            oldest_of_its_chat,
        )
        .order_by(Outbox.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if held:
        due = due.where(Outbox.id.not_in(held))
    rows = await session.execute(
        update(Outbox)
        .where(Outbox.id.in_(due.scalar_subquery()))
        .values(claimed_until=now + LEASE, attempts=Outbox.attempts + 1)
        .returning(
            Outbox.id,
            Outbox.chat_id,
            Outbox.method,
            Outbox.payload,
            Outbox.attempts,
            Outbox.campaign_id,
        )
    )
    letters = [
        Letter(
            row.id,
            row.chat_id,
            row.method,
            row.payload or {},
            lane,
            campaign_id=row.campaign_id,
            attempts=row.attempts,
        )
        for row in rows
    ]
    return sorted(letters, key=lambda letter: letter.id)


async def release_all(session: AsyncSession) -> None:
    """Frees what a dead process held; only where no other process can be alive (SQLite)."""
    await session.execute(
        update(Outbox).where(*WAITING, Outbox.claimed_until.is_not(None)).values(claimed_until=None)
    )


async def mark_sent(session: AsyncSession, ids: list[int], *, now: datetime) -> None:
    """Notes that the letters went; a sent row keeps no payload."""
    await session.execute(
        update(Outbox)
        .where(Outbox.id.in_(ids))
        .values(sent_at=now, payload=None, claimed_until=None)
    )


async def mark_failed(session: AsyncSession, id: int, error: str) -> None:
    """Telegram will never take this letter."""
    await session.execute(
        update(Outbox)
        .where(Outbox.id == id)
        .values(error=error[:200], payload=None, claimed_until=None)
    )


async def postpone(session: AsyncSession, ids: Collection[int], *, until: datetime | None) -> None:
    """Gives letters back; the first of a chat goes when the time has come."""
    await session.execute(
        update(Outbox).where(Outbox.id.in_(ids)).values(not_before=until, claimed_until=None)
    )


async def mark_unreachable(session: AsyncSession, chat_id: int, *, now: datetime) -> None:
    """The person blocked the bot or is gone: what waits for them is dropped."""
    await session.execute(update(Account).where(Account.id == chat_id).values(unreachable_at=now))
    await session.execute(
        update(Outbox)
        .where(*WAITING, Outbox.chat_id == chat_id)
        .values(error="unreachable", payload=None, claimed_until=None)
    )


async def move_chat(session: AsyncSession, old: int, new: int) -> None:
    """A group became a supergroup: its letters follow."""
    await session.execute(update(Outbox).where(*WAITING, Outbox.chat_id == old).values(chat_id=new))


async def known_file(session: AsyncSession, key: str) -> str | None:
    """Telegram's id of a file that was sent before."""
    return await session.scalar(select(Media.file_id).where(Media.key == key))


async def remember_file(session: AsyncSession, key: str, file_id: str, *, now: datetime) -> None:
    await session.merge(Media(key=key, file_id=file_id, created_at=now))


async def depth(session: AsyncSession) -> dict[Lane, int]:
    """How many letters wait, by lane."""
    rows = await session.execute(
        select(Outbox.lane, func.count()).where(*WAITING).group_by(Outbox.lane)
    )
    found = {Lane(lane): count for lane, count in rows}
    return {lane: found.get(lane, 0) for lane in Lane}


async def oldest(session: AsyncSession, *, now: datetime) -> timedelta:
    """How long the oldest letter that may go has waited."""
    created: Any = await session.scalar(
        select(func.min(Outbox.created_at)).where(
            *WAITING, or_(Outbox.not_before.is_(None), Outbox.not_before <= now)
        )
    )
    return now - created if created else timedelta()


async def sweep(session: AsyncSession, *, before: datetime) -> int:
    """Removes rows that were settled long ago; how many."""
    result = await session.execute(
        delete(Outbox).where(
            Outbox.created_at < before, or_(Outbox.sent_at.is_not(None), Outbox.error.is_not(None))
        )
    )
    return result.rowcount  # type: ignore[attr-defined, no-any-return]
