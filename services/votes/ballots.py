"""Casting a ballot: one resident, one ballot, found again only while the vote is open."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, exists, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from models import (
    Account,
    AgeBand,
    Ballot,
    Channel,
    Draft,
    Resident,
    Sex,
    Turnout,
    Vote,
    VoteMethod,
    VoteOption,
    VoteReceipt,
    VoteStatus,
    VoteVillage,
)
from services import delivery
from services.ahead import ahead_of, known_votes
from services.refusal import Reason, Refused
from services.terms import Terms
from services.upserts import INSERTS, dialect_of

RECEIPT_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0 and O, 1, I and L, which are mistaken for each other on paper."""
RECEIPT_LENGTH = 10
RANKS = 3
NONE_OF_THESE: tuple[int, ...] = ()

Picks = tuple[int, ...]
"""Positions of the chosen options; by rank if the vote is a ranking."""


@dataclass(frozen=True, slots=True)
class Cast:
    """A ballot that was accepted."""

    receipt: str
    changed: bool
    """Whether it took the place of an earlier one."""


def key_of(secret: bytes, resident_id: int) -> bytes:
    """Where a resident's ballot is, for who has the secret of the vote."""
    return hmac.digest(secret, str(resident_id).encode(), hashlib.sha256)


def order_for(vote: Vote, resident_id: int) -> list[VoteOption]:
    """The options shuffled for this resident: always the same for the same, so that no place on
    the screen gains by being first."""
    return sorted(
        vote.options,
        key=lambda option: hashlib.sha256(
            f"{vote.id}:{resident_id}:{option.position}".encode()
        ).digest(),
    )


def most_choices(vote: Vote) -> int:
    """How many options may be chosen."""
    match vote.method:
        case VoteMethod.ONE:
            return 1
        case VoteMethod.SEVERAL:
            return vote.max_choices
        case VoteMethod.RANKING:
            return min(RANKS, len(vote.options))


async def load(session: AsyncSession, vote_id: int, *, lock: bool = False) -> Vote:
    """A vote with its options.

    `lock` keeps it from being closed until the transaction ends; a vote that this transaction
    has locked is not read again.

    Raises:
        Refused: NOT_FOUND.
    """
    if not lock:
        vote = await session.scalar(_VOTE, {"id": vote_id})
    else:
        vote = known_votes(session).locked.get(vote_id)
        if vote is None or session.info.get("savepoints"):
            vote = await session.scalar(_VOTE_LOCKED, {"id": vote_id})
            if vote is not None:
                known_votes(session).locked[vote_id] = vote
    if vote is None:
        raise Refused(Reason.NOT_FOUND)
    return vote


_VOTE = select(Vote).where(Vote.id == bindparam("id")).options(selectinload(Vote.options))
_VOTE_LOCKED = _VOTE.with_for_update(read=True).execution_options(populate_existing=True)
"""Read anew even if this session knows the vote: it may have been closed since."""


async def open_vote(
    session: AsyncSession, vote_id: int, resident: Resident, terms: Terms, *, now: datetime
) -> Vote:
    """The vote, if this resident may cast a ballot in it now.

    Raises:
        Refused: NOT_FOUND, VOTE_NOT_OPEN, VOTE_CLOSED (with the `result` that is published),
            VOTE_CANCELLED, NOT_YOUR_VOTE, TOO_YOUNG.
    """
    vote = await load(session, vote_id, lock=True)
    if vote.status in (VoteStatus.DRAFT, VoteStatus.ANNOUNCED):
        raise Refused(Reason.VOTE_NOT_OPEN)
    if vote.status is VoteStatus.CANCELLED:
        raise Refused(Reason.VOTE_CANCELLED, ky=vote.cancel_reason_ky, ru=vote.cancel_reason_ru)
    if vote.status is not VoteStatus.OPEN or (vote.closes_at and vote.closes_at <= now):
        published = vote.status is VoteStatus.PUBLISHED
        raise Refused(Reason.VOTE_CLOSED, result=vote.id if published else None)
    if not await _is_in_scope(session, vote_id, resident.village_id):
        raise Refused(Reason.NOT_YOUR_VOTE)
    if terms.voting_age and resident.age_band is AgeBand.UNDER_18:
        raise Refused(Reason.TOO_YOUNG, age=terms.voting_age)
    return vote


async def _is_in_scope(session: AsyncSession, vote_id: int, village_id: int) -> bool:
    """Whether a village takes part: the scope of a vote never changes once it is announced."""
    known = known_votes(session).scopes
    if (vote_id, village_id) not in known:
        row = await session.get(VoteVillage, (vote_id, village_id))
        known[vote_id, village_id] = row is not None
    return known[vote_id, village_id]


def check(vote: Vote, picks: Picks) -> None:
    """Raises Refused unless the picks are a whole choice by the rules of the vote."""
    if len(set(picks)) != len(picks) or not set(picks) <= {o.position for o in vote.options}:
        raise Refused(Reason.OUTDATED)
    if len(picks) > most_choices(vote):
        raise Refused(Reason.TOO_MANY_CHOSEN, limit=most_choices(vote))


async def cast_ballot(
    session: AsyncSession,
    vote_id: int,
    resident: Resident,
    picks: Picks,
    terms: Terms,
    *,
    now: datetime,
    channel: Channel = Channel.BOT,
) -> Cast:
    """Counts a resident's choice; a second one takes the place of the first, with its receipt.

    Village, sex and age band are frozen at the first one.

    Raises:
        Refused: as `open_vote` and `check`.
    """
    vote = await open_vote(session, vote_id, resident, terms, now=now)
    check(vote, picks)
    assert vote.secret is not None, "an open vote has a secret"
    ordered = picks if vote.method is VoteMethod.RANKING else tuple(sorted(picks))
    fresh_receipt = "".join(secrets.choice(RECEIPT_LETTERS) for _ in range(RECEIPT_LENGTH))
    frozen = {
        "village_id": resident.village_id,
        "sex": resident.sex or Sex.UNSAID,
        "age_band": resident.age_band or AgeBand.UNSAID,
    }
    receipt = await session.scalar(
        _CAST[dialect_of(session)],
        {
            "vote_id": vote_id,
            "key": key_of(vote.secret, resident.id),
            "choice": ",".join(map(str, ordered)),
            "receipt": fresh_receipt,
            **frozen,
        },
    )
    assert receipt is not None
    if receipt != fresh_receipt:
        return Cast(receipt, changed=True)
    await session.execute(
        insert(Turnout),
        {"vote_id": vote_id, "resident_id": resident.id, "channel": channel, **frozen},
    )
    if (ahead := ahead_of(session)) is not None and resident.id in ahead.turnout:
        ahead.turnout[resident.id].add(vote_id)
    return Cast(receipt, changed=False)


def _cast_statement(upsert: Any) -> Any:
    ballot = upsert(Ballot)
    return ballot.on_conflict_do_update(
        index_elements=["vote_id", "key"],
        set_={"choice": ballot.excluded.choice},
    ).returning(Ballot.receipt)


_CAST = {name: _cast_statement(upsert) for name, upsert in INSERTS.items()}


async def own_receipt(session: AsyncSession, vote: Vote, resident: Resident) -> str | None:
    """The receipt of a resident's ballot; None once the vote is closed, or without a ballot."""
    if vote.secret is None:
        return None
    ballot = await session.get(Ballot, (vote.id, key_of(vote.secret, resident.id)))
    return ballot.receipt if ballot else None


async def has_voted(session: AsyncSession, vote_id: int, resident: Resident) -> bool:
    return (vote_id, resident.id) in await taken_part(session, [vote_id], [resident])


async def taken_part(
    session: AsyncSession, vote_ids: Sequence[int], residents: Sequence[Resident]
) -> set[tuple[int, int]]:
    """Pairs of vote and resident, by their ids, in which the resident has voted."""
    ahead = ahead_of(session)
    if ahead is not None and all(resident.id in ahead.turnout for resident in residents):
        known = {r.id: ahead.turnout[r.id] for r in residents}
        return {(vote, id) for id, votes in known.items() for vote in votes & set(vote_ids)}
    rows = await session.execute(
        select(Turnout.vote_id, Turnout.resident_id).where(
            Turnout.vote_id.in_(vote_ids),
            Turnout.resident_id.in_([resident.id for resident in residents]),
        )
    )
    return {(vote_id, resident_id) for vote_id, resident_id in rows}


async def is_counted(session: AsyncSession, vote_id: int, receipt: str) -> bool:
    """Whether a receipt is among those of the vote, open or closed."""
    of_closed = exists().where(VoteReceipt.vote_id == vote_id, VoteReceipt.receipt == receipt)
    of_open = exists().where(Ballot.vote_id == vote_id, Ballot.receipt == receipt)
    return bool(await session.scalar(select(of_closed | of_open)))


async def lost_by_moving(
    session: AsyncSession, residents: Sequence[Resident], village_id: int
) -> list[Vote]:
    """Open votes in which one of the residents has a ballot and the village has no part."""
    found = await session.scalars(
        select(Vote)
        .where(
            Vote.id.in_(
                select(Turnout.vote_id).where(Turnout.resident_id.in_([r.id for r in residents]))
            ),
            Vote.status == VoteStatus.OPEN,
            ~_takes_part(village_id),
        )
        .order_by(Vote.id)
    )
    return list(found)


def _takes_part(village_id: int) -> ColumnElement[bool]:
    return exists().where(VoteVillage.vote_id == Vote.id, VoteVillage.village_id == village_id)


async def withdraw_all(
    session: AsyncSession, resident: Resident, *, staying_in: int | None = None
) -> None:
    """Takes a resident's ballots out of every vote that is still open.

    Those of votes in which the village `staying_in` takes part stay.
    """
    own = (Turnout.resident_id == resident.id, Vote.status == VoteStatus.OPEN)
    kept = () if staying_in is None else (~_takes_part(staying_in),)
    votes = await session.scalars(
        select(Vote)
        .join(Turnout, Turnout.vote_id == Vote.id)
        .where(*own, *kept)
        .order_by(Vote.id)
        .with_for_update(read=True, of=Vote)
    )
    for vote in votes.all():
        assert vote.secret is not None, "an open vote has a secret"
        await session.execute(
            delete(Ballot).where(
                Ballot.vote_id == vote.id, Ballot.key == key_of(vote.secret, resident.id)
            )
        )
        await session.execute(
            delete(Turnout).where(Turnout.vote_id == vote.id, Turnout.resident_id == resident.id)
        )


CURRENT = (VoteStatus.ANNOUNCED, VoteStatus.OPEN)
PAST_VOTES = 5
"""So many earlier results are listed."""


async def current_votes(session: AsyncSession, residents: Sequence[Resident]) -> list[Vote]:
    """Announced and open votes of the residents' villages, the one that closes first on top."""
    return await _votes_of(session, residents, past=False)


async def past_votes(session: AsyncSession, residents: Sequence[Resident]) -> list[Vote]:
    """The latest published votes of the residents' villages, newest first."""
    return await _votes_of(session, residents, past=True)


async def _votes_of(
    session: AsyncSession, residents: Sequence[Resident], *, past: bool
) -> list[Vote]:
    """Read once for all people of a village whose updates share a transaction."""
    villages = frozenset(resident.village_id for resident in residents)
    if any(isinstance(row, Vote) for row in (*session.new, *session.dirty)):
        await session.flush()
    known = known_votes(session).of_villages
    if (villages, past) not in known:
        in_scope = exists().where(
            VoteVillage.vote_id == Vote.id, VoteVillage.village_id.in_(villages)
        )
        statement = select(Vote).where(in_scope)
        if past:
            statement = statement.where(Vote.status == VoteStatus.PUBLISHED)
            statement = statement.order_by(Vote.closed_at.desc()).limit(PAST_VOTES)
        else:
            statement = statement.where(Vote.status.in_(CURRENT)).order_by(Vote.closes_at)
        known[villages, past] = list(await session.scalars(statement))
    return known[villages, past]


DRAFTS = "ballot-"


def draft_name(vote_id: int) -> str:
    """Under which name the unconfirmed picks of a vote are kept."""
    return f"{DRAFTS}{vote_id}"


async def drop_unsent(session: AsyncSession, vote_id: int) -> None:
    """Removes choices that nobody confirmed: in drafts, and in letters that wait to be sent."""
    await session.execute(delete(Draft).where(Draft.form == draft_name(vote_id)))
    await delivery.drop_ballots(session, vote_id)


async def unfinished(session: AsyncSession, vote_id: int) -> list[Account]:
    """Who began a ballot and can be reminded of it; whose earlier one counts, is left in peace."""
    voted = exists().where(
        Turnout.vote_id == vote_id, Turnout.resident_id == Draft.data["resident"].as_integer()
    )
    found = await session.scalars(
        select(Account)
        .join(Draft, Draft.account_id == Account.id)
        .where(
            Draft.form == draft_name(vote_id),
            Account.unreachable_at.is_(None),
            Account.mute_votes.is_(False),
            ~voted,
        )
        .order_by(Account.id)
    )
    return list(found)
