"""A village with residents and votes in a database, without the bot around it."""

from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import Database
from models import (
    Account,
    AgeBand,
    Grant,
    Place,
    PlaceLevel,
    Resident,
    Role,
    Sex,
    Vote,
    VoteMethod,
    VoteStatus,
)
from services.access.rights import Rights, rights_of
from services.places.current import Places
from services.terms import CONSENT_VERSION, Terms
from services.votes import ballots, counting, lifecycle, oversight, preparing
from services.votes.preparing import NewOption

NOW = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
MAKER = 900
TERMS = Terms()


class VotingPlace:
    """One village, its mobilizer, and the shortest way to a vote in any state."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.village = 0
        self._accounts = count(1000)

    async def settle(self) -> "VotingPlace":
        async with self.database.begin() as session:
            place = Place(code="1", level=PlaceLevel.VILLAGE, name_ky="Бөстөр", name_ru="Бостер")
            session.add(place)
            session.add(_account(MAKER))
            await session.flush()
            session.add(
                Grant(account_id=MAKER, role=Role.MOBILIZER, place_id=place.id, granted_at=NOW)
            )
            self.village = place.id
        return self

    async def rights(self, session: AsyncSession) -> Rights:
        directory = await Places().current(session, NOW.date())
        return await rights_of(session, await session.get_one(Account, MAKER), directory)

    async def resident(self, sex: Sex = Sex.FEMALE, age_band: AgeBand = AgeBand.ADULT) -> Resident:
        return (await self.residents(1, sex, age_band))[0]

    async def residents(
        self, number: int, sex: Sex = Sex.FEMALE, age_band: AgeBand = AgeBand.ADULT
    ) -> list[Resident]:
        made = []
        async with self.database.begin() as session:
            for account_id in [next(self._accounts) for _ in range(number)]:
                session.add(_account(account_id))
                await session.flush()
                resident = Resident(
                    account_id=account_id,
                    village_id=self.village,
                    sex=sex,
                    age_band=age_band,
                    created_at=NOW,
                )
                session.add(resident)
                made.append(resident)
        return made

    async def vote(
        self,
        status: VoteStatus = VoteStatus.OPEN,
        *,
        method: VoteMethod = VoteMethod.ONE,
        max_choices: int = 1,
        options: int = 3,
        later: bool = False,
    ) -> int:
        """A vote led to this status by the moves that lead there."""
        async with self.database.begin() as session:
            rights = await self.rights(session)
            vote = await preparing.prepare(
                session, rights, self.village, [self.village], by=MAKER, now=NOW
            )
            vote = await oversight.vote_to_steer(session, rights, vote.id)
            preparing.set_title(vote, "Суроо", "Вопрос", None)
            for number in range(options):
                await preparing.add_option(
                    session, vote, NewOption(f"Тандоо {number}", f"В {number}")
                )
            preparing.set_method(vote, method, max_choices)
            later = later or status is VoteStatus.ANNOUNCED
            opens = NOW + timedelta(days=1) if later else None
            preparing.set_dates(vote, opens, NOW + timedelta(days=7), now=NOW)
            if status is VoteStatus.DRAFT:
                return vote.id
            if status is VoteStatus.CANCELLED:
                await lifecycle.cancel(session, vote, "себеп", "причина", by=MAKER, now=NOW)
                return vote.id
            await lifecycle.announce(session, vote, by=MAKER, now=NOW)
            if status in (VoteStatus.CLOSED, VoteStatus.PUBLISHED):
                await counting.close_vote(session, vote.id, TERMS, by=MAKER, now=NOW)
            if status is VoteStatus.PUBLISHED:
                await lifecycle.publish(session, vote, by=MAKER, now=NOW)
            return vote.id

    async def cast(self, vote_id: int, resident: Resident, *picks: int) -> ballots.Cast:
        async with self.database.begin() as session:
            return await ballots.cast_ballot(session, vote_id, resident, picks, TERMS, now=NOW)

    async def close(self, vote_id: int) -> bool:
        async with self.database.begin() as session:
            return await counting.close_vote(session, vote_id, TERMS, by=MAKER, now=NOW)

    async def seal(self, vote_id: int) -> None:
        done = False
        while not done:
            async with self.database.begin() as session:
                done = await counting.seal(session, vote_id, now=NOW)

    async def status(self, vote_id: int) -> VoteStatus:
        async with self.database.read() as session:
            return (await session.get_one(Vote, vote_id)).status


def _account(account_id: int) -> Account:
    return Account(
        id=account_id,
        language="ky",
        consent_version=CONSENT_VERSION,
        consent_at=NOW,
        created_at=NOW,
        seen_at=NOW,
    )
