"""Fills an empty database for the benchmarks: a village that votes, and one that is written to.

Run as `python -m benchmarks.seed` with the environment of the bot. BENCH_PEOPLE people have an
open vote and a ballot in it; BENCH_BROADCAST others, in another village, are about to be told
that theirs has opened.
"""

import asyncio
import os
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.contestants import FIRST_RECIPIENT
from benchmarks.scenario import FIRST_PERSON
from bot import migrations
from bot.database import Database
from models import (
    Account,
    AgeBand,
    Campaign,
    CampaignStatus,
    Grant,
    Place,
    PlaceLevel,
    PlaceParent,
    Resident,
    Role,
    Sex,
    Vote,
)
from services.access.rights import rights_of
from services.places.directory import load_directory
from services.terms import CONSENT_VERSION, Terms
from services.votes import ballots, lifecycle, oversight, preparing
from services.votes.preparing import NewOption

MAKER = 600_000_000
OPTIONS = (("Таза суу", "Чистая вода"), ("Мектеп", "Школа"), ("Жол", "Дорога"))
SEXES = (Sex.FEMALE, Sex.MALE)
BANDS = (AgeBand.YOUTH, AgeBand.ADULT, AgeBand.MIDDLE, AgeBand.ELDERLY)
BATCH = 10_000


async def village(session: AsyncSession, code: str, name: str) -> int:
    place = Place(code=code, level=PlaceLevel.VILLAGE, name_ky=name, name_ru=name)
    session.add(place)
    await session.flush()
    session.add(PlaceParent(place_id=place.id, parent_id=None))
    return place.id


def account(id: int, now: datetime) -> dict[str, object]:
    return {
        "id": id,
        "language": "ky" if id % 2 else "ru",
        "consent_version": CONSENT_VERSION,
        "consent_at": now,
        "created_at": now,
        "seen_at": now,
        "mute_votes": False,
    }


async def settle(
    session: AsyncSession, first: int, count: int, village_id: int, now: datetime
) -> None:
    """So many accounts from `first` on, with a resident of the village each."""
    for start in range(first, first + count, BATCH):
        ids = range(start, min(start + BATCH, first + count))
        await session.execute(insert(Account), [account(id, now) for id in ids])
        await session.execute(
            insert(Resident),
            [
                {
                    "account_id": id,
                    "village_id": village_id,
                    "sex": SEXES[id % 2],
                    "age_band": BANDS[id % 4],
                    "created_at": now,
                }
                for id in ids
            ],
        )


async def maker(session: AsyncSession, now: datetime) -> None:
    """An administrator, who makes the votes."""
    await session.execute(insert(Account), [account(MAKER, now)])
    session.add(Grant(account_id=MAKER, role=Role.ADMINISTRATOR, granted_at=now))
    await session.flush()


async def open_vote(session: AsyncSession, village_id: int, now: datetime) -> Vote:
    """An open vote of the village; its opening is a running campaign."""
    made_by = await session.get_one(Account, MAKER)
    rights = await rights_of(session, made_by, await load_directory(session, now.date()))
    vote = await preparing.prepare(session, rights, village_id, [village_id], by=MAKER, now=now)
    vote = await oversight.vote_to_steer(session, rights, vote.id)
    preparing.set_title(vote, "Айылга эмне керек?", "Что нужно селу?", 1_500_000)
    for title_ky, title_ru in OPTIONS:
        await preparing.add_option(session, vote, NewOption(title_ky, title_ru, cost=900_000))
    preparing.set_dates(vote, None, now + timedelta(days=7), now=now)
    await lifecycle.announce(session, vote, by=MAKER, now=now)
    return vote


async def fill(database: Database, people: int, recipients: int) -> None:
    now = datetime.now(UTC)
    async with database.begin() as session:
        voting = await village(session, "41703210101", "Бөстөр")
        reading = await village(session, "41703210102", "Бешик-Жон")
        await settle(session, FIRST_PERSON, people, voting, now)
        await settle(session, FIRST_RECIPIENT, recipients, reading, now)
        await maker(session, now)
        vote = await open_vote(session, voting, now)
        await _finish_campaigns(session, now)
        if recipients:
            await open_vote(session, reading, now)
        for id in range(FIRST_PERSON, FIRST_PERSON + people):
            resident = await session.get_one(Resident, id - FIRST_PERSON + 1)
            await ballots.cast_ballot(session, vote.id, resident, (1,), Terms(), now=now)


async def _finish_campaigns(session: AsyncSession, now: datetime) -> None:
    await session.execute(update(Campaign).values(status=CampaignStatus.DONE, finished_at=now))


async def main() -> None:
    database = Database(os.environ["ASHAR_DATABASE_URL"])
    await migrations.upgrade(database.engine)
    await fill(database, int(os.environ["BENCH_PEOPLE"]), int(os.environ["BENCH_BROADCAST"]))
    await database.close()


if __name__ == "__main__":
    asyncio.run(main())
