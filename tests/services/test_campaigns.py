"""Broadcasts: each recipient exactly once, in batches, in one process's hands at a time."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot.database import Database
from models import (
    Account,
    Campaign,
    CampaignStatus,
    Place,
    PlaceLevel,
    Resident,
    Vote,
    VoteMethod,
    VoteStatus,
    VoteVillage,
)
from services import campaigns
from tests.plans import explained

NOW = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    async with made.begin() as session:
        villages = [
            Place(code=f"{i}", level=PlaceLevel.VILLAGE, name_ky=f"А{i}", name_ru=f"Б{i}")
            for i in range(2)
        ]
        session.add_all(villages)
        await session.flush()
        vote = Vote(
            id=1,
            status=VoteStatus.OPEN,
            place_id=villages[0].id,
            method=VoteMethod.ONE,
            max_choices=1,
            created_by=1,
            created_at=NOW,
            title_ky="",
            title_ru="",
        )
        session.add(vote)
        await session.flush()
        session.add(VoteVillage(vote_id=1, village_id=villages[0].id))
        for id in range(101, 113):
            account = Account(id=id, created_at=NOW, seen_at=NOW, language="ky")
            session.add(account)
            await session.flush()
            village = villages[1] if id == 110 else villages[0]
            for _ in range(2 if id == 105 else 1):
                session.add(Resident(account_id=id, village_id=village.id, created_at=NOW))
            if id == 111:
                account.unreachable_at = NOW
            if id == 112:
                account.mute_votes = True
        session.add(
            Campaign(
                id=1,
                kind="vote_opened",
                subject_id=1,
                status=CampaignStatus.RUNNING,
                created_at=NOW,
            )
        )
    yield made
    await made.close()


async def next_ids(database: Database, limit: int = 4) -> list[int] | None:
    async with database.begin() as session:
        found = await campaigns.next_recipients(session, 1, now=NOW, limit=limit)
        return [account.id for account in found[1]] if found else None


async def test_each_recipient_comes_once_and_then_the_campaign_is_done(
    database: Database,
) -> None:
    batches = [await next_ids(database) for _ in range(3)]
    assert batches == [[101, 102, 103, 104], [105, 106, 107, 108], [109]]
    assert await next_ids(database) is None
    async with database.read() as session:
        campaign = (await session.scalars(select(Campaign))).one()
        assert (campaign.status, campaign.total) == (CampaignStatus.DONE, 9)
        assert campaign.finished_at == NOW
        assert await campaigns.running(session) == []


async def test_who_is_muted_or_gone_is_passed_over_and_those_behind_still_come(
    database: Database,
) -> None:
    async with database.begin() as session:
        for id in range(103, 109):
            (await session.get_one(Account, id)).mute_votes = True
    batches = [await next_ids(database, limit=3) for _ in range(4)]
    assert batches == [[101, 102], [], [109], []]
    assert await next_ids(database, limit=3) is None


async def test_recipients_are_found_through_their_villages(database: Database) -> None:
    """Not by walking through all accounts of the country."""
    async with database.begin() as session:
        statements = await explained(session, campaigns.next_recipients(session, 1, now=NOW))
    assert statements or session.get_bind().dialect.name != "sqlite"
    assert not [plan for plan in statements if "SCAN" in plan and "SCAN vote_village" not in plan]


async def test_a_batch_that_was_rolled_back_comes_again(database: Database) -> None:
    async with database.begin() as session:
        assert await campaigns.next_recipients(session, 1, now=NOW, limit=4) is not None
        await session.rollback()
    assert await next_ids(database) == [101, 102, 103, 104]


async def test_a_cancelled_campaign_goes_no_further(database: Database) -> None:
    await next_ids(database)
    async with database.begin() as session:
        (await session.get_one(Campaign, 1)).status = CampaignStatus.CANCELLED
    assert await next_ids(database) is None


@pytest.mark.postgresql
async def test_two_processes_never_have_the_same_batch(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    async with database.begin() as session:
        session.add(
            Campaign(
                id=1,
                kind="vote_opened",
                subject_id=1,
                status=CampaignStatus.RUNNING,
                created_at=NOW,
            )
        )
    async with database.begin() as one, database.begin() as other:
        assert await campaigns.next_recipients(one, 1, now=NOW) is not None
        assert await campaigns.next_recipients(other, 1, now=NOW) is None
    await database.close()
