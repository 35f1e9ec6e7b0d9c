"""A vote in preparation: what its makers write before it is announced."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Vote, VoteMethod, VoteOption, VoteStatus, VoteVillage
from services.access import journal
from services.access.rights import VOTE_MAKERS, Rights
from services.refusal import Reason, Refused

LEAST_OPTIONS = 2
MOST_OPTIONS = 10
TITLE_LIMIT = 150
OPTION_LIMIT = 80
DESCRIPTION_LIMIT = 200
"""So that ten options with everything fit into one message."""
SHORTEST = timedelta(hours=1)
"""A vote is open at least this long."""
LONGEST_AHEAD = timedelta(days=366)
"""A vote ends within a year: a later date is a slip of the finger."""


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


def note_change(session: AsyncSession, vote: Vote, part: str, *, by: int, now: datetime) -> None:
    """Writes into the journal that a part of a draft was changed: what it says is in the vote."""
    journal.note(session, by, "change_vote", "vote", vote.id, now=now, part=part)


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
