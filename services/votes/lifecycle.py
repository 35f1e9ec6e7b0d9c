"""The life of a vote: draft → announced → open → closed → published, or cancelled.

A move that isn't in MOVES can't be made by anybody: every function here goes through `_move`.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from models import (
    Ballot,
    Campaign,
    CampaignStatus,
    Draft,
    Lane,
    Outbox,
    Turnout,
    Vote,
    VoteMethod,
    VoteOption,
    VoteStatus,
    VoteVillage,
)
from services.access import journal
from services.access.rights import TURNOUT_READERS, VOTE_MAKERS, Rights
from services.refusal import Reason, Refused
from services.terms import Terms
from services.votes import ballots

MOVES: dict[VoteStatus, frozenset[VoteStatus]] = {
    VoteStatus.DRAFT: frozenset({VoteStatus.ANNOUNCED, VoteStatus.CANCELLED}),
    VoteStatus.ANNOUNCED: frozenset({VoteStatus.OPEN, VoteStatus.CANCELLED}),
    VoteStatus.OPEN: frozenset({VoteStatus.CLOSED, VoteStatus.CANCELLED}),
    VoteStatus.CLOSED: frozenset({VoteStatus.PUBLISHED}),
    VoteStatus.PUBLISHED: frozenset(),
    VoteStatus.CANCELLED: frozenset(),
}
LEAST_OPTIONS = 2
MOST_OPTIONS = 10
TITLE_LIMIT = 150
OPTION_LIMIT = 80
DESCRIPTION_LIMIT = 200
"""So that ten options with everything fit into one message."""
WORD_LIMIT = 600
SHORTEST = timedelta(hours=1)
"""A vote is open at least this long."""
LONGEST_AHEAD = timedelta(days=366)
"""A vote ends within a year: a later date is a slip of the finger."""
INVITING = ("vote_announced", "vote_opened")
"""Campaigns that call people to vote; of no use once the vote is over."""


def _move(vote: Vote, status: VoteStatus) -> None:
    if status not in MOVES[vote.status]:
        raise Refused(Reason.VOTE_MOVED_ON)
    vote.status = status


async def vote_for_staff(session: AsyncSession, rights: Rights, vote_id: int) -> Vote:
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


async def vote_for_readers(session: AsyncSession, rights: Rights, vote_id: int) -> Vote:
    """A vote with its options, for who may see its turnout.

    Raises:
        Refused: NOT_FOUND, NO_RIGHT.
    """
    vote = await ballots.load(session, vote_id)
    rights.require(TURNOUT_READERS, vote.place_id)
    return vote


async def votes_for_staff(session: AsyncSession, rights: Rights, *, limit: int = 30) -> list[Vote]:
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


async def prepare(
    session: AsyncSession,
    rights: Rights,
    place_id: int,
    village_ids: list[int],
    *,
    by: int,
    now: datetime,
) -> Vote:
    """A new draft for a place, in which the villages take part.

    Raises:
        Refused: NO_RIGHT on the place or one of the villages, PLACE_UNKNOWN without a village.
    """
    rights.require(VOTE_MAKERS, place_id)
    if not village_ids:
        raise Refused(Reason.PLACE_UNKNOWN)
    for village_id in village_ids:
        rights.require(VOTE_MAKERS, village_id)
    vote = Vote(
        status=VoteStatus.DRAFT,
        place_id=place_id,
        method=VoteMethod.ONE,
        max_choices=1,
        created_by=by,
        created_at=now,
        title_ky="",
        title_ru="",
    )
    session.add(vote)
    await session.flush()
    await session.execute(
        insert(VoteVillage),
        [{"vote_id": vote.id, "village_id": village_id} for village_id in village_ids],
    )
    journal.note(session, by, "prepare_vote", "vote", vote.id, now=now, place=place_id)
    return vote


def require_draft(vote: Vote) -> None:
    """Raises Refused(VOTE_UNCHANGEABLE) unless the vote is still being prepared."""
    if vote.status is not VoteStatus.DRAFT:
        raise Refused(Reason.VOTE_UNCHANGEABLE)


async def villages_of(session: AsyncSession, vote_id: int) -> list[int]:
    """Ids of the villages whose residents vote."""
    return list(
        await session.scalars(
            select(VoteVillage.village_id)
            .where(VoteVillage.vote_id == vote_id)
            .order_by(VoteVillage.village_id)
        )
    )


def set_title(vote: Vote, title_ky: str, title_ru: str, budget: int | None) -> None:
    """Raises Refused(VOTE_UNCHANGEABLE) unless the vote is a draft."""
    require_draft(vote)
    vote.title_ky, vote.title_ru, vote.budget = title_ky, title_ru, budget


def set_method(vote: Vote, method: VoteMethod, max_choices: int) -> None:
    """How people choose; the number counts for SEVERAL only.

    Raises:
        Refused: VOTE_UNCHANGEABLE; TOO_MANY_CHOSEN, with more choices than options.
    """
    require_draft(vote)
    if method is VoteMethod.SEVERAL and not 1 < max_choices <= max(len(vote.options), 2):
        raise Refused(Reason.TOO_MANY_CHOSEN, limit=len(vote.options))
    vote.method = method
    vote.max_choices = max_choices if method is VoteMethod.SEVERAL else 1


def set_dates(
    vote: Vote, opens_at: datetime | None, closes_at: datetime | None, *, now: datetime
) -> None:
    """When it opens (None: when announced) and closes.

    Raises:
        Refused: VOTE_UNCHANGEABLE, DATE_PASSED, CLOSES_BEFORE_OPENING; DATE_TOO_FAR, when it is
            more than LONGEST_AHEAD away.
    """
    require_draft(vote)
    if closes_at is None or closes_at <= now:
        raise Refused(Reason.DATE_PASSED)
    if closes_at < max(opens_at or now, now) + SHORTEST:
        raise Refused(Reason.CLOSES_BEFORE_OPENING)
    if closes_at > now + LONGEST_AHEAD:
        raise Refused(Reason.DATE_TOO_FAR)
    vote.opens_at, vote.closes_at = opens_at, closes_at


def set_word(vote: Vote, word_ky: str | None, word_ru: str | None) -> None:
    """What the makers say with the result; one language serves both if only one is given.

    Raises:
        Refused: VOTE_MOVED_ON, unless the vote is closed and not published.
    """
    if vote.status is not VoteStatus.CLOSED:
        raise Refused(Reason.VOTE_MOVED_ON)
    vote.word_ky = word_ky or word_ru
    vote.word_ru = word_ru or word_ky


@dataclass(frozen=True, slots=True)
class NewOption:
    """What a mobilizer writes of an option; sums in som, media as Telegram's file ids."""

    title_ky: str
    title_ru: str
    description_ky: str = ""
    description_ru: str = ""
    cost: int | None = None
    people: int | None = None
    picture: str | None = None
    voice_ky: str | None = None
    voice_ru: str | None = None


async def add_option(session: AsyncSession, vote: Vote, option: NewOption) -> VoteOption:
    """Puts an option behind the others.

    Raises:
        Refused: VOTE_UNCHANGEABLE, TOO_MANY_OPTIONS.
    """
    require_draft(vote)
    if len(vote.options) >= MOST_OPTIONS:
        raise Refused(Reason.TOO_MANY_OPTIONS, limit=MOST_OPTIONS)
    added = VoteOption(
        vote_id=vote.id,
        position=len(vote.options) + 1,
        title_ky=option.title_ky,
        title_ru=option.title_ru,
        description_ky=option.description_ky,
        description_ru=option.description_ru,
        cost=option.cost,
        people=option.people,
        picture=option.picture,
        voice_ky=option.voice_ky,
        voice_ru=option.voice_ru,
    )
    session.add(added)
    await session.flush()
    await session.refresh(vote, ["options"])
    return added


async def remove_option(session: AsyncSession, vote: Vote, option_id: int) -> None:
    """Takes an option out and closes the gap in the positions; none of that id changes nothing.

    Raises:
        Refused: VOTE_UNCHANGEABLE.
    """
    require_draft(vote)
    await session.execute(
        delete(VoteOption).where(VoteOption.vote_id == vote.id, VoteOption.id == option_id)
    )
    await session.refresh(vote, ["options"])
    for position, option in enumerate(vote.options, start=1):
        option.position = position
    vote.max_choices = min(vote.max_choices, max(len(vote.options), 1))
    if vote.method is VoteMethod.SEVERAL and vote.max_choices < 2:
        vote.method = VoteMethod.ONE


def missing(vote: Vote) -> list[str]:
    """What a draft still lacks: `title`, `options`, `closes_at`."""
    lacks = []
    if not (vote.title_ky and vote.title_ru):
        lacks.append("title")
    if len(vote.options) < LEAST_OPTIONS:
        lacks.append("options")
    if vote.closes_at is None:
        lacks.append("closes_at")
    return lacks


def dates_have_passed(vote: Vote, *, now: datetime) -> bool:
    """Whether the vote, announced now, couldn't be open for SHORTEST any more."""
    if vote.closes_at is None:
        return False
    return vote.closes_at < max(vote.opens_at or now, now) + SHORTEST


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
        campaign(session, "vote_announced", vote, by=by, now=now)


async def open_now(session: AsyncSession, vote: Vote, *, by: int | None, now: datetime) -> None:
    """Opens an announced vote; its secret is made here.

    Raises:
        Refused: VOTE_MOVED_ON.
    """
    _move(vote, VoteStatus.OPEN)
    vote.opens_at = now if vote.opens_at is None or vote.opens_at > now else vote.opens_at
    vote.secret = secrets.token_bytes(32)
    await stop_campaigns(session, vote.id, "vote_announced", now=now)
    journal.note(session, by, "open_vote", "vote", vote.id, now=now)
    campaign(session, "vote_opened", vote, by=by, now=now)


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
    await session.execute(delete(Draft).where(Draft.form == ballots.draft_name(vote.id)))
    await stop_campaigns(session, vote.id, *INVITING, now=now)
    journal.note(session, by, "cancel_vote", "vote", vote.id, now=now)
    if is_known:
        campaign(session, "vote_cancelled", vote, by=by, now=now)


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
    campaign(session, "vote_result", vote, by=by, now=now)
    return True


async def _is_known(session: AsyncSession, vote_id: int) -> bool:
    """Whether a message about the vote went to anybody, or somebody found it without one."""
    told = exists().where(
        Campaign.kind.in_(INVITING), Campaign.subject_id == vote_id, Campaign.total > 0
    )
    voted = exists().where(Turnout.vote_id == vote_id)
    return bool(await session.scalar(select(told | voted)))


async def stop_campaigns(session: AsyncSession, vote_id: int, *kinds: str, now: datetime) -> None:
    """Ends what is still being sent about a vote; who hasn't got it yet gets it no more, but for
    the few letters that a sender has in its hands."""
    ours = (Campaign.kind.in_(kinds), Campaign.subject_id == vote_id)
    await session.execute(
        update(Campaign)
        .where(*ours, Campaign.status == CampaignStatus.RUNNING)
        .values(status=CampaignStatus.CANCELLED, finished_at=now)
    )
    await session.execute(
        update(Outbox)
        .where(
            Outbox.lane == int(Lane.BULK),
            Outbox.sent_at.is_(None),
            Outbox.error.is_(None),
            Outbox.campaign_id.in_(select(Campaign.id).where(*ours)),
            or_(Outbox.claimed_until.is_(None), Outbox.claimed_until < now),
        )
        .values(error="stopped", payload=None)
    )


def campaign(
    session: AsyncSession, kind: str, vote: Vote, *, by: int | None, now: datetime
) -> None:
    """One message to everybody in the scope of the vote."""
    session.add(
        Campaign(
            kind=kind,
            subject_id=vote.id,
            status=CampaignStatus.RUNNING,
            created_at=now,
            created_by=by,
        )
    )


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


async def open_due(session: AsyncSession, vote_id: int, *, now: datetime) -> None:
    """Opens an announced vote whose time has come; a vote that moved on is left alone."""
    vote = await session.get(Vote, vote_id, with_for_update=True, populate_existing=True)
    if vote is not None and vote.status is VoteStatus.ANNOUNCED:
        await open_now(session, vote, by=None, now=now)


async def turnout_count(session: AsyncSession, vote_id: int) -> int:
    return await session.scalar(select(func.count()).where(Turnout.vote_id == vote_id)) or 0
