"""In which votes somebody took part: never what was chosen, which no one can look up by name."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Channel, Resident, Turnout, Vote, VoteStatus


@dataclass(frozen=True, slots=True)
class Participation:
    vote: Vote
    resident_id: int
    channel: Channel


async def taken_part(session: AsyncSession, residents: Sequence[Resident]) -> list[Participation]:
    """Every vote of every one of them, wherever they lived then, the newest first."""
    found = await session.execute(
        select(Vote, Turnout.resident_id, Turnout.channel)
        .join(Turnout, Turnout.vote_id == Vote.id)
        .where(Turnout.resident_id.in_([resident.id for resident in residents]))
        .order_by(Vote.opens_at.desc(), Vote.id.desc(), Turnout.resident_id)
    )
    return [Participation(vote, resident_id, channel) for vote, resident_id, channel in found]


async def open_votes(session: AsyncSession, residents: Sequence[Resident]) -> list[Vote]:
    """The votes still open in which one of them has a ballot, that a leave would withdraw."""
    found = await taken_part(session, residents)
    by_id = {part.vote.id: part.vote for part in found if part.vote.status is VoteStatus.OPEN}
    return list(by_id.values())
