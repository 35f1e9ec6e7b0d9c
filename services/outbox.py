"""Messages on their way out: written with the data they speak of, sent afterwards."""

import os
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Lane, Outbox

LEASE = timedelta(seconds=60)
"""How long a row belongs to the process that took it; after a crash it is taken again then."""

_last_id = 0
_process_bits = os.getpid() & 0xFF


def next_id() -> int:
    """A key that grows with time: milliseconds, then eight bits of the process, then a counter."""
    global _last_id
    fresh = (time.time_ns() // 1_000_000) << 20 | _process_bits << 12
    _last_id = fresh if fresh > _last_id else _last_id + 1
    return _last_id


@dataclass(frozen=True, slots=True)
class Letter:
    """One call of the Bot API that is to be made."""

    id: int
    chat_id: int
    method: str
    payload: dict[str, Any]
    lane: Lane = Lane.REPLY
    not_before: datetime | None = None
    campaign_id: int | None = None
    attempts: int = 0


async def add(
    session: AsyncSession, letters: list[Letter], *, now: datetime, claim: bool
) -> list[Letter]:
    """Writes letters into the outbox in one statement.

    With `claim` the letters that may go at once are taken for this process; those are returned
    and have to be handed to the sender after the commit. Letters behind an unsent one of the same
    chat that another process holds are left for it.
    """
    if not letters:
        return []
    ours: list[Letter] = []
    if claim:
        ready = [letter for letter in letters if letter.not_before is None]
        ours = (
            ready
            if session.get_bind().dialect.name == "sqlite"
            else await _unblocked(session, ready)
        )
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
                "not_before": letter.not_before,
                "claimed_until": until if letter.id in ours_ids else None,
                "attempts": 1 if letter.id in ours_ids else 0,
                "campaign_id": letter.campaign_id,
            }
            for letter in letters
        ],
    )
    return ours


async def _unblocked(session: AsyncSession, letters: list[Letter]) -> list[Letter]:
    chats = {letter.chat_id for letter in letters}
    waiting = set(
        await session.scalars(
            select(Outbox.chat_id)
            .where(
                Outbox.chat_id.in_(chats),
                Outbox.sent_at.is_(None),
                Outbox.error.is_(None),
                Outbox.claimed_until.is_(None),
                Outbox.lane == Lane.REPLY,
            )
            .distinct()
        )
    )
    return [letter for letter in letters if letter.chat_id not in waiting]
