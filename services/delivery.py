"""The outbox seen from the sender: take what is due, and note what became of it."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from models import Account, Lane, Media, Outbox
from services.outbox import LEASE, Letter

WAITING = (Outbox.sent_at.is_(None), Outbox.error.is_(None))
MANY = 500
"""Rows by id in one statement."""


async def claim_due(
    session: AsyncSession, lane: Lane, *, now: datetime, limit: int
) -> list[Letter]:
    """Takes the letters of a lane that wait, in order: of at most `limit` chats, the oldest.

    Of replies also those behind it, so that a chat's replies are in the hands of one process.
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
    due = await session.scalars(
        select(Outbox.id)
        .where(*_free(lane, now), oldest_of_its_chat)
        .order_by(Outbox.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    letters: list[Letter] = []
    for part in _parts(due):
        letters += await _claim(session, lane, Outbox.id.in_(part), now=now)
    if letters and lane is Lane.REPLY:
        letters += await _claim_behind(session, lane, letters, now=now)
    return sorted(letters, key=lambda letter: letter.id)


async def _claim_behind(
    session: AsyncSession, lane: Lane, heads: list[Letter], *, now: datetime
) -> list[Letter]:
    """What waits behind letters that were just taken."""
    found: list[Letter] = []
    for start in range(0, len(heads), MANY):
        chats = [letter.chat_id for letter in heads[start : start + MANY]]
        found += await _claim(session, lane, Outbox.chat_id.in_(chats), *_free(lane, now), now=now)
    return found


def _free(lane: Lane, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Letters that wait, and that nobody has."""
    return (
        *WAITING,
        Outbox.lane == int(lane),
        or_(Outbox.claimed_until.is_(None), Outbox.claimed_until < now),
    )


async def _claim(
    session: AsyncSession, lane: Lane, *which: ColumnElement[bool], now: datetime
) -> list[Letter]:
    rows = await session.execute(
        update(Outbox)
        .where(*which)
        .values(claimed_until=now + LEASE, attempts=Outbox.attempts + 1)
        .returning(Outbox.id, Outbox.chat_id, Outbox.method, Outbox.payload, Outbox.campaign_id)
        .execution_options(synchronize_session=False)
    )
    return [
        Letter(
            row.id,
            row.chat_id,
            row.method,
            row.payload or {},
            lane,
            campaign_id=row.campaign_id,
        )
        for row in rows
    ]


async def behind(session: AsyncSession) -> set[int]:
    """Chats with replies that nobody has taken."""
    found = await session.scalars(
        select(Outbox.chat_id).where(
            *WAITING, Outbox.lane == int(Lane.REPLY), Outbox.claimed_until.is_(None)
        )
    )
    return set(found)


async def renew(session: AsyncSession, ids: Iterable[int], *, now: datetime) -> None:
    """Keeps letters for the process that has them."""
    for part in _parts(ids):
        await session.execute(
            update(Outbox).where(*WAITING, Outbox.id.in_(part)).values(claimed_until=now + LEASE)
        )


async def release(session: AsyncSession, ids: Iterable[int]) -> None:
    """Gives letters back; another process may take them at once."""
    for part in _parts(ids):
        await session.execute(
            update(Outbox).where(*WAITING, Outbox.id.in_(part)).values(claimed_until=None)
        )


def _parts(ids: Iterable[int]) -> Iterator[list[int]]:
    """Few enough for one statement's parameters; in order, so that no two wait for each other."""
    all_ids = sorted(ids)
    return (all_ids[start : start + MANY] for start in range(0, len(all_ids), MANY))


async def release_all(session: AsyncSession) -> None:
    """Frees what a dead process held; only where no other process can be alive (SQLite)."""
    await session.execute(
        update(Outbox).where(*WAITING, Outbox.claimed_until.is_not(None)).values(claimed_until=None)
    )


async def mark_sent(session: AsyncSession, ids: list[int], *, now: datetime) -> None:
    """Notes that the letters went; a sent row keeps no payload."""
    if ids:
        await session.execute(_SENT, [{"letter": id, "now": now} for id in ids])


_OUTBOX = Outbox.__table__
_SENT = (
    update(_OUTBOX)  # type: ignore[arg-type]
    .where(_OUTBOX.c.id == bindparam("letter"))
    .values(sent_at=bindparam("now"), payload=None, claimed_until=None)
)


async def mark_failed(session: AsyncSession, id: int, error: str) -> None:
    """Telegram will never take this letter."""
    await session.execute(
        update(Outbox)
        .where(Outbox.id == id)
        .values(error=error[:200], payload=None, claimed_until=None)
    )


async def mark_unreachable(
    session: AsyncSession, chat_id: int, *, up_to: int, now: datetime
) -> None:
    """The person blocked the bot or is gone: what waits for them is dropped.

    Letters after the one that failed (`up_to`) stay: they may answer somebody who came back.
    """
    await session.execute(update(Account).where(Account.id == chat_id).values(unreachable_at=now))
    await session.execute(
        update(Outbox)
        .where(*WAITING, Outbox.chat_id == chat_id, Outbox.id <= up_to)
        .values(error="unreachable", payload=None, claimed_until=None)
    )


async def drop_ballots(session: AsyncSession, vote_id: int) -> None:
    """Blanks letters that show somebody's choice in a vote that is over and wait to be sent."""
    await session.execute(
        update(Outbox)
        .where(*WAITING, Outbox.ballot_of == vote_id)
        .values(error="the vote is over", payload=None, claimed_until=None)
    )


async def move_chat(session: AsyncSession, old: int, new: int) -> None:
    """A group became a supergroup: its letters follow."""
    await session.execute(update(Outbox).where(*WAITING, Outbox.chat_id == old).values(chat_id=new))


async def known_file(session: AsyncSession, key: str) -> str | None:
    """Telegram's id of a file that was sent before."""
    return await session.scalar(select(Media.file_id).where(Media.key == key))


async def remember_file(session: AsyncSession, key: str, file_id: str, *, now: datetime) -> None:
    await session.merge(Media(key=key, file_id=file_id, created_at=now))


async def forget_file(session: AsyncSession, key: str) -> None:
    """Telegram doesn't take its own id any more."""
    await session.execute(delete(Media).where(Media.key == key))


async def depth(session: AsyncSession) -> dict[Lane, int]:
    """How many letters wait, by lane."""
    rows = await session.execute(
        select(Outbox.lane, func.count()).where(*WAITING).group_by(Outbox.lane)
    )
    found = {Lane(lane): count for lane, count in rows}
    return {lane: found.get(lane, 0) for lane in Lane}


async def oldest(session: AsyncSession, *, now: datetime) -> timedelta:
    """How long the oldest letter has waited."""
    created: Any = await session.scalar(select(func.min(Outbox.created_at)).where(*WAITING))
    return now - created if created else timedelta()


async def sweep(session: AsyncSession, *, before: datetime) -> int:
    """Removes rows that were settled long ago; how many."""
    result = await session.execute(
        delete(Outbox).where(
            Outbox.created_at < before, or_(Outbox.sent_at.is_not(None), Outbox.error.is_not(None))
        )
    )
    return result.rowcount  # type: ignore[attr-defined, no-any-return]
