"""Which updates are new, and whose turn it is: each is carried out once, one person's in order."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, ProcessedUpdate
from services.upserts import INSERTS, dialect_of


async def first_time(session: AsyncSession, update_ids: list[int], *, now: datetime) -> set[int]:
    """Those of the updates that were never carried out; from now on they were."""
    rows = [{"update_id": id, "at": now} for id in sorted(set(update_ids))]
    return set(await session.scalars(_FIRST_TIME[dialect_of(session)], rows))


async def lock_accounts(
    session: AsyncSession, account_ids: list[int], *, now: datetime
) -> dict[int, Account]:
    """The accounts, made if they are new and reachable from now on, locked until the commit.

    In the order of their ids, so that two processes never wait for each other.
    """
    rows = [{"id": id, "created_at": now, "seen_at": now} for id in sorted(set(account_ids))]
    found = await session.scalars(
        _LOCK[dialect_of(session)], rows, execution_options={"populate_existing": True}
    )
    return {account.id: account for account in found}


async def sweep(session: AsyncSession, *, before: datetime) -> None:
    """Forgets updates that Telegram can't bring again: it keeps them for a day."""
    await session.execute(delete(ProcessedUpdate).where(ProcessedUpdate.at < before))


def _first_time_statement(insert: Any) -> Any:
    statement = insert(ProcessedUpdate).on_conflict_do_nothing()
    return statement.returning(ProcessedUpdate.update_id)


def _lock_statement(insert: Any) -> Any:
    statement = insert(Account)
    return statement.on_conflict_do_update(
        index_elements=[Account.id],
        set_={"seen_at": statement.excluded.seen_at, "unreachable_at": None},
    ).returning(Account)


_FIRST_TIME = {name: _first_time_statement(insert) for name, insert in INSERTS.items()}
_LOCK = {name: _lock_statement(insert) for name, insert in INSERTS.items()}
