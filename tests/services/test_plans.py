"""What must stay quick in a country of voters looks nothing up by walking through a table."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import Database
from models import Account, Draft
from services import people
from services.personal_data import personal_data
from tests.plans import explained
from tests.services.voting_place import NOW, TERMS, VotingPlace

GROWING = {"account", "resident", "draft", "outbox", "journal", "turnout", "ballot"}


@pytest.fixture
async def session(sqlite_url: str) -> AsyncIterator[AsyncSession]:
    database = Database(sqlite_url)
    place = await VotingPlace(database).settle()
    await place.resident()
    async with database.begin() as session:
        yield session
    await database.close()


async def _account(session: AsyncSession) -> Account:
    account = await session.get(Account, 1000)
    assert account is not None
    return account


async def test_forgetting_somebody_scans_no_table(session: AsyncSession) -> None:
    account = await _account(session)
    plans = await explained(session, people.forget(session, account, now=NOW))
    assert len(plans) > 5
    assert [plan for plan in plans if _is_slow(plan)] == []


async def test_listing_what_is_known_of_somebody_scans_no_table(session: AsyncSession) -> None:
    plans = await explained(session, personal_data(session, await _account(session)))
    assert len(plans) > 5
    assert [plan for plan in plans if _is_slow(plan)] == []


async def test_sweeping_scans_no_table(session: AsyncSession) -> None:
    plans = await explained(session, people.forget_undecided(session, TERMS, now=NOW))
    old = delete(Draft).where(Draft.touched_at < NOW - timedelta(days=30))
    plans += await explained(session, session.execute(old))
    assert len(plans) > 2
    assert [plan for plan in plans if _is_slow(plan)] == []


def _is_slow(plan: str) -> bool:
    """A table that grows with the people is read from end to end, be it by an index."""
    words = plan.split()
    return words[0] == "SCAN" and words[1] in GROWING
