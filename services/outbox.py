"""Messages on their way out: written with the data they speak of, sent afterwards."""

import random
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Lane, Outbox

LEASE = timedelta(seconds=60)
"""How long a row belongs to the process that took it; after a crash it is taken again then."""

_last_id = 0


def next_id() -> int:
    """A key that grows with time: milliseconds, then twenty bits by chance, so that two processes
    (each of which may be number 1 of its container) don't meet."""
    global _last_id
    fresh = (time.time_ns() // 1_000_000) << 20 | random.getrandbits(20)
    _last_id = fresh if fresh > _last_id else _last_id + 1
    return _last_id


def age_of(id: int) -> timedelta:
    """How long ago the key was made."""
    return timedelta(milliseconds=time.time_ns() // 1_000_000 - (id >> 20))


@dataclass(frozen=True, slots=True)
class Letter:
    """One call of the Bot API that is to be made."""

    id: int
    chat_id: int
    method: str
    payload: dict[str, Any]
    lane: Lane = Lane.REPLY
    campaign_id: int | None = None
    attempts: int = 0
    ballot_of: int | None = None
    """The vote of which it shows somebody's unsent choice."""


@dataclass(frozen=True, slots=True)
class Hands:
    """Which waiting replies a process has taken, and which it knows that it hasn't."""

    held: set[int] = field(default_factory=set)
    """Letters that this process took and that aren't marked as sent yet."""
    behind: set[int] = field(default_factory=set)
    """Chats with replies that wait in the outbox and aren't held."""


async def add(
    session: AsyncSession, letters: list[Letter], *, now: datetime, hands: Hands | None = None
) -> list[Letter]:
    """Writes letters into the outbox in one statement.

    With `hands` the letters that may go at once are taken for this process; those are returned
    and have to be handed to the sender after the commit. Letters behind an unsent one of the same
    chat that isn't in these hands are left for whoever takes that one.
    """
    if not letters:
        return []
    ours = await _unblocked(session, letters, hands) if hands is not None else []
    ours_ids = {letter.id for letter in ours}
    until = now + LEASE
    await session.execute(
        insert(Outbox.__table__),  # type: ignore[arg-type]
        [
            {
                "id": letter.id,
                "chat_id": letter.chat_id,
                "method": letter.method,
                "payload": letter.payload,
                "lane": int(letter.lane),
                "created_at": now,
                "claimed_until": until if letter.id in ours_ids else None,
                "attempts": 1 if letter.id in ours_ids else 0,
                "campaign_id": letter.campaign_id,
                "ballot_of": letter.ballot_of,
            }
            for letter in letters
        ],
    )
    return ours


async def _unblocked(session: AsyncSession, letters: list[Letter], hands: Hands) -> list[Letter]:
    """The replies with nothing before them that is in other hands."""
    blocked = set(hands.behind)
    if session.get_bind().dialect.name != "sqlite":
        blocked |= await _in_other_hands(session, {letter.chat_id for letter in letters}, hands)
    ours = []
    for letter in letters:
        if letter.lane is not Lane.REPLY:
            continue
        if letter.chat_id not in blocked:
            ours.append(letter)
        else:
            blocked.add(letter.chat_id)
            hands.behind.add(letter.chat_id)
    return ours


async def _in_other_hands(session: AsyncSession, chats: set[int], hands: Hands) -> set[int]:
    """Chats for which another process may be sending; SQLite has no other process."""
    waiting = await session.execute(
        select(Outbox.id, Outbox.chat_id).where(
            Outbox.chat_id.in_(chats),
            Outbox.lane == int(Lane.REPLY),
            Outbox.sent_at.is_(None),
            Outbox.error.is_(None),
        )
    )
    return {chat_id for id, chat_id in waiting if id not in hands.held}
