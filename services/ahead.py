"""What is read for all updates of a transaction at once, instead of for each by itself.

It is kept with the session and lives as long as its transaction. A statement that updates or
deletes rows, or a rollback to a savepoint, drops it (`bot.database.WatchedSession`): then
everything is read where it is needed. A vote that is written drops what is known of votes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Draft, Grant, Resident, Turnout, Vote

KEY = "ahead"
VOTES = "votes"


@dataclass(slots=True)
class Ahead:
    """Rows of some accounts and their residents; who isn't among them has to be read."""

    residents: dict[int, list[Resident]]
    """By account."""
    grants: dict[int, list[Grant]]
    """By account."""
    drafts: dict[tuple[int, str], Draft]
    """By account and form."""
    turnout: dict[int, set[int]]
    """By resident: the votes taken part in."""

    def knows_account(self, account_id: int) -> bool:
        return account_id in self.residents


@dataclass(slots=True)
class KnownVotes:
    """What was read of votes for one update, and serves the others of its transaction."""

    locked: dict[int, Vote] = field(default_factory=dict)
    """By id: kept from being closed until the transaction ends."""
    scopes: dict[tuple[int, int], bool] = field(default_factory=dict)
    """By vote and village: whether it takes part."""
    of_villages: dict[tuple[frozenset[int], bool], list[Vote]] = field(default_factory=dict)
    """By villages, and whether of the past."""


def known_votes(session: AsyncSession) -> KnownVotes:
    known: KnownVotes = session.info.setdefault(VOTES, KnownVotes())
    return known


def forget(info: dict[Any, Any]) -> None:
    """Drops all that was read ahead; `info` is the session's."""
    info.pop(KEY, None)
    forget_votes(info)


def forget_votes(info: dict[Any, Any]) -> None:
    info.pop(VOTES, None)


def ahead_of(session: AsyncSession) -> Ahead | None:
    """What was read ahead in this transaction, if it still holds."""
    found: Ahead | None = session.info.get(KEY)
    return found


async def residents_of_all(
    session: AsyncSession, account_ids: Sequence[int]
) -> dict[int, list[Resident]]:
    """The people of many phones, in one statement; the owner of each first."""
    found = await session.scalars(
        select(Resident).where(Resident.account_id.in_(account_ids)).order_by(Resident.id)
    )
    by_account: dict[int, list[Resident]] = {}
    for resident in sorted(found, key=lambda resident: resident.label is not None):
        assert resident.account_id is not None
        by_account.setdefault(resident.account_id, []).append(resident)
    return by_account


async def grants_of_all(
    session: AsyncSession, account_ids: Sequence[int]
) -> dict[int, list[Grant]]:
    """The present grants of many accounts, in one statement."""
    found = await session.scalars(
        select(Grant)
        .where(Grant.account_id.in_(account_ids), Grant.revoked_at.is_(None))
        .order_by(Grant.id)
    )
    by_account: dict[int, list[Grant]] = {}
    for grant in found:
        by_account.setdefault(grant.account_id, []).append(grant)
    return by_account


async def read_ahead(session: AsyncSession, account_ids: Sequence[int]) -> Ahead:
    """Reads, in four statements, what nearly every update of these accounts needs."""
    residents = await residents_of_all(session, account_ids)
    grants = await grants_of_all(session, account_ids)
    drafts = await session.scalars(select(Draft).where(Draft.account_id.in_(account_ids)))
    ids = [resident.id for found in residents.values() for resident in found]
    turnout: dict[int, set[int]] = {id: set() for id in ids}
    rows = await session.execute(
        select(Turnout.resident_id, Turnout.vote_id).where(Turnout.resident_id.in_(ids))
    )
    for resident_id, vote_id in rows:
        turnout[resident_id].add(vote_id)
    ahead = Ahead(
        residents={id: residents.get(id, []) for id in account_ids},
        grants={id: grants.get(id, []) for id in account_ids},
        drafts={(draft.account_id, draft.form): draft for draft in drafts},
        turnout=turnout,
    )
    session.info[KEY] = ahead
    return ahead
