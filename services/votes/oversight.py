"""Votes as those who make them and those who watch over them find them."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from models import Account, Grant, Turnout, Vote, VoteStatus
from services.access.rights import TURNOUT_READERS, VOTE_MAKERS, Rights, rights_of
from services.places.directory import Directory
from services.refusal import Reason, Refused
from services.votes import ballots


async def vote_to_steer(session: AsyncSession, rights: Rights, vote_id: int) -> Vote:
    """A vote with its options, for who may work with it.

    Raises:
        Refused: NOT_FOUND, NO_RIGHT.
    """
    vote = await session.scalar(
        select(Vote)
        .where(Vote.id == vote_id)
        .options(selectinload(Vote.options))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if vote is None:
        raise Refused(Reason.NOT_FOUND)
    rights.require(VOTE_MAKERS, vote.place_id)
    return vote


async def vote_to_watch(session: AsyncSession, rights: Rights, vote_id: int) -> Vote:
    """A vote with its options, for who may see its turnout.

    Raises:
        Refused: NOT_FOUND, NO_RIGHT.
    """
    vote = await ballots.load(session, vote_id)
    rights.require(TURNOUT_READERS, vote.place_id)
    return vote


async def votes_of_staff(session: AsyncSession, rights: Rights, *, limit: int = 30) -> list[Vote]:
    """Votes of the places that somebody works for, newest first; drafts for their makers only."""
    newest = select(Vote.id, Vote.place_id, Vote.status).order_by(Vote.id.desc())
    ids = []
    for vote_id, place_id, status in await session.execute(newest):
        roles = VOTE_MAKERS if status is VoteStatus.DRAFT else TURNOUT_READERS
        if rights.allow(roles, place_id):
            ids.append(vote_id)
        if len(ids) == limit:
            break
    found = await session.scalars(
        select(Vote)
        .where(Vote.id.in_(ids))
        .options(selectinload(Vote.options))
        .order_by(Vote.id.desc())
    )
    return list(found)


async def makers_to_tell(session: AsyncSession, vote: Vote, directory: Directory) -> list[Account]:
    """Whom news of a vote is for: its maker, or, when that person no longer works there or can't
    be reached, those of the nearest place above who may publish its result."""
    maker = await session.get(Account, vote.created_by)
    if maker is not None and maker.unreachable_at is None:
        rights = await rights_of(session, maker, directory)
        if rights.allow(VOTE_MAKERS, vote.place_id):
            return [maker]
    places = [place.id for place in reversed(directory.path(vote.place_id))]
    for place_id in (*places, None):
        here = Grant.place_id.is_(None) if place_id is None else Grant.place_id == place_id
        found = await session.scalars(
            select(Account)
            .where(
                Account.id.in_(
                    select(Grant.account_id).where(
                        here, Grant.role.in_(VOTE_MAKERS), Grant.revoked_at.is_(None)
                    )
                ),
                Account.unreachable_at.is_(None),
            )
            .order_by(Account.id)
        )
        if others := list(found):
            return others
    return []


async def turnout_count(session: AsyncSession, vote_id: int) -> int:
    return await session.scalar(select(func.count()).where(Turnout.vote_id == vote_id)) or 0
