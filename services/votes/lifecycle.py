"""The life of a vote: draft → announced → open → closed → published, or cancelled.

A move that isn't in MOVES can't be made by anybody: every function here goes through `_move`.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Ballot, Campaign, Turnout, Vote, VoteStatus
from services import campaigns
from services.access import journal
from services.refusal import Reason, Refused
from services.terms import Terms
from services.votes import ballots
from services.votes.preparing import SHORTEST, missing

MOVES: dict[VoteStatus, frozenset[VoteStatus]] = {
    VoteStatus.DRAFT: frozenset({VoteStatus.ANNOUNCED, VoteStatus.CANCELLED}),
    VoteStatus.ANNOUNCED: frozenset({VoteStatus.OPEN, VoteStatus.CANCELLED}),
    VoteStatus.OPEN: frozenset({VoteStatus.CLOSED, VoteStatus.CANCELLED}),
    VoteStatus.CLOSED: frozenset({VoteStatus.PUBLISHED}),
    VoteStatus.PUBLISHED: frozenset(),
    VoteStatus.CANCELLED: frozenset(),
}
WORD_LIMIT = 600
INVITING = ("vote_announced", "vote_opened")
"""Campaigns that call people to vote; of no use once the vote is over."""


def _move(vote: Vote, status: VoteStatus) -> None:
    if status not in MOVES[vote.status]:
        raise Refused(Reason.VOTE_MOVED_ON)
    vote.status = status


async def announce(session: AsyncSession, vote: Vote, *, by: int, now: datetime) -> None:
    """Confirms a draft: it opens at its date, or at once.

    Raises:
        Refused: VOTE_INCOMPLETE (with `lacks`), DATE_PASSED, CLOSES_BEFORE_OPENING, VOTE_MOVED_ON.
    """
    if vote.status is VoteStatus.DRAFT and (lacks := missing(vote)):
        raise Refused(Reason.VOTE_INCOMPLETE, lacks=lacks)
    assert vote.closes_at is not None or vote.status is not VoteStatus.DRAFT
    if vote.closes_at and vote.status is VoteStatus.DRAFT:
        opens = max(vote.opens_at or now, now)
        if vote.closes_at <= now:
            raise Refused(Reason.DATE_PASSED)
        if vote.closes_at < opens + SHORTEST:
            raise Refused(Reason.CLOSES_BEFORE_OPENING)
    _move(vote, VoteStatus.ANNOUNCED)
    journal.note(session, by, "announce_vote", "vote", vote.id, now=now)
    if vote.opens_at is None or vote.opens_at <= now:
        vote.opens_at = now
        await open_now(session, vote, by=by, now=now)
    else:
        campaigns.begin(session, "vote_announced", vote.id, by=by, now=now)


async def open_now(session: AsyncSession, vote: Vote, *, by: int | None, now: datetime) -> None:
    """Opens an announced vote; its secret is made here.

    Raises:
        Refused: VOTE_MOVED_ON.
    """
    _move(vote, VoteStatus.OPEN)
    vote.opens_at = now if vote.opens_at is None or vote.opens_at > now else vote.opens_at
    vote.secret = secrets.token_bytes(32)
    await campaigns.stop(session, vote.id, "vote_announced", now=now)
    journal.note(session, by, "open_vote", "vote", vote.id, now=now)
    campaigns.begin(session, "vote_opened", vote.id, by=by, now=now)


async def open_due(session: AsyncSession, vote_id: int, *, now: datetime) -> None:
    """Opens an announced vote whose time has come; a vote that moved on is left alone.

    If the bot was down so long that hardly any of its time is left, it is open as long as it was
    meant to be, from now on: nobody loses a vote to an outage.
    """
    vote = await session.get(Vote, vote_id, with_for_update=True, populate_existing=True)
    if vote is None or vote.status is not VoteStatus.ANNOUNCED:
        return
    if vote.opens_at and vote.closes_at and vote.closes_at < now + SHORTEST:
        vote.closes_at = now + (vote.closes_at - vote.opens_at)
        vote.opens_at = now
        journal.note(session, None, "postpone_vote", "vote", vote.id, now=now)
    await open_now(session, vote, by=None, now=now)


async def cancel(
    session: AsyncSession, vote: Vote, reason_ky: str, reason_ru: str, *, by: int, now: datetime
) -> None:
    """Ends a vote without a result; ballots are destroyed.

    Everybody in its scope is told why, if any of them was told of it or has voted.

    Raises:
        Refused: VOTE_MOVED_ON.
    """
    is_known = await _is_known(session, vote.id)
    _move(vote, VoteStatus.CANCELLED)
    vote.secret = None
    vote.cancel_reason_ky = reason_ky
    vote.cancel_reason_ru = reason_ru
    vote.closed_at = now
    await session.execute(delete(Ballot).where(Ballot.vote_id == vote.id))
    await session.execute(delete(Turnout).where(Turnout.vote_id == vote.id))
    await ballots.drop_unsent(session, vote.id)
    await campaigns.stop(session, vote.id, *INVITING, now=now)
    journal.note(session, by, "cancel_vote", "vote", vote.id, now=now)
    if is_known:
        campaigns.begin(session, "vote_cancelled", vote.id, by=by, now=now)


def set_word(
    session: AsyncSession,
    vote: Vote,
    word_ky: str | None,
    word_ru: str | None,
    *,
    by: int | None,
    now: datetime,
) -> None:
    """What the makers say with the result; one language serves both if only one is given.

    Raises:
        Refused: VOTE_MOVED_ON, unless the vote is closed and not published.
    """
    if vote.status is not VoteStatus.CLOSED:
        raise Refused(Reason.VOTE_MOVED_ON)
    vote.word_ky = word_ky or word_ru
    vote.word_ru = word_ru or word_ky
    journal.note(session, by, "write_word", "vote", vote.id, now=now)


async def publish(session: AsyncSession, vote: Vote, *, by: int | None, now: datetime) -> bool:
    """Sends the result to everybody in the scope, voters or not; False: that was done before.

    Raises:
        Refused: VOTE_MOVED_ON.
    """
    if vote.status is VoteStatus.PUBLISHED:
        return False
    _move(vote, VoteStatus.PUBLISHED)
    vote.published_at = now
    journal.note(session, by, "publish_vote", "vote", vote.id, now=now)
    campaigns.begin(session, "vote_result", vote.id, by=by, now=now)
    return True


async def _is_known(session: AsyncSession, vote_id: int) -> bool:
    """Whether a message about the vote went to anybody, or somebody found it without one."""
    told = exists().where(
        Campaign.kind.in_(INVITING), Campaign.subject_id == vote_id, Campaign.total > 0
    )
    voted = exists().where(Turnout.vote_id == vote_id)
    return bool(await session.scalar(select(told | voted)))


@dataclass(frozen=True, slots=True)
class Due:
    """What the clock has to do."""

    opening: list[int]
    closing: list[int]
    reminding: list[int]
    sealing: list[int]


async def due(session: AsyncSession, terms: Terms, *, now: datetime) -> Due:
    """Votes whose time has come, by what is to be done with them."""

    async def ids(*conditions: object) -> list[int]:
        return list(await session.scalars(select(Vote.id).where(*conditions)))  # type: ignore[arg-type]

    return Due(
        opening=await ids(Vote.status == VoteStatus.ANNOUNCED, Vote.opens_at <= now),
        closing=await ids(Vote.status == VoteStatus.OPEN, Vote.closes_at <= now),
        reminding=await ids(
            Vote.status == VoteStatus.OPEN,
            Vote.reminded_at.is_(None),
            Vote.closes_at > now,
            Vote.closes_at <= now + terms.reminder,
            Vote.opens_at <= now - SHORTEST / 2,
        ),
        sealing=await ids(
            Vote.status.in_([VoteStatus.CLOSED, VoteStatus.PUBLISHED]), Vote.sealed_at.is_(None)
        ),
    )


async def over(session: AsyncSession) -> int:
    """How many votes, sealed or cancelled, have left deleted ballots behind."""
    is_over = or_(Vote.sealed_at.is_not(None), Vote.status == VoteStatus.CANCELLED)
    return await session.scalar(select(func.count()).where(is_over)) or 0
