"""Closing and counting: once, in one transaction, and so that nobody can be read out of it.

The count groups ballots in the database. Sex and age band are never crossed, and a cell that
would show fewer people than the terms allow is hidden before it is stored, together with the
cells from which it could be worked out (`hiding`): nothing finer than what may be published is
kept.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Ballot, Tally, TallyGroup, Vote, VoteMethod, VoteReceipt, VoteStatus
from services import campaigns
from services.access import journal
from services.refusal import Reason, Refused
from services.terms import Terms
from services.upserts import INSERTS, dialect_of
from services.votes import ballots, lifecycle
from services.votes.ballots import RANKS
from services.votes.hiding import NONE_OF_THESE, VOTERS, Cell, hidden_cells

SEAL_BATCH = 5_000
"""Ballots that one transaction seals: nearly every vote has fewer, and is sealed as it closes."""


@dataclass(frozen=True, slots=True)
class Group:
    """Ballots alike in everything: how many."""

    choice: tuple[int, ...]
    village: str
    sex: str
    age_band: str
    count: int


async def close_vote(
    session: AsyncSession, vote_id: int, terms: Terms, *, by: int | None, now: datetime
) -> bool:
    """Closes and counts; whether it was this call that did it.

    The secret is destroyed in the same transaction, so from then on no ballot can be found by
    its voter; and unless there are more than SEAL_BATCH of them, it is sealed in it, too. News of
    the opening that are still on their way to somebody stop.

    Raises:
        Refused: NOT_FOUND; VOTE_MOVED_ON, when the vote never was open or is cancelled (the clock,
            `by` None, overlooks that somebody was quicker).
    """
    vote = await session.get(Vote, vote_id, with_for_update=True, populate_existing=True)
    if vote is None:
        raise Refused(Reason.NOT_FOUND)
    over = vote.status in (VoteStatus.CLOSED, VoteStatus.PUBLISHED)
    if over or (by is None and vote.status is VoteStatus.CANCELLED):
        return False
    if vote.status is not VoteStatus.OPEN:
        raise Refused(Reason.VOTE_MOVED_ON)
    await session.refresh(vote, ["options"])
    groups = await _groups(session, vote_id)
    positions = [option.position for option in vote.options]
    rows = tally_rows(vote.method, positions, groups, hide_below=terms.hide_below)
    await session.execute(insert(Tally), [{"vote_id": vote_id, **row} for row in rows])
    vote.status = VoteStatus.CLOSED
    vote.closed_at = now
    vote.secret = None
    if sum(group.count for group in groups) <= SEAL_BATCH:
        await session.flush()
        await _seal_batch(session, vote_id, now=now)
    await campaigns.stop(session, vote_id, *lifecycle.INVITING, now=now)
    await ballots.drop_unsent(session, vote_id)
    journal.note(session, by, "close_vote", "vote", vote_id, now=now)
    return True


async def seal(session: AsyncSession, vote_id: int, *, now: datetime) -> bool:
    """Parts receipts from ballots and removes the ballots, a batch a call; whether all is done.

    After it, only the count and a list of receipts in the order of the alphabet are left. A vote
    that another process seals at this moment is left to it.
    """
    ours = await session.scalar(
        select(Vote.id)
        .where(Vote.id == vote_id, Vote.sealed_at.is_(None))
        .where(Vote.status.in_([VoteStatus.CLOSED, VoteStatus.PUBLISHED]))
        .with_for_update(skip_locked=True)
    )
    return True if ours is None else await _seal_batch(session, vote_id, now=now)


async def _seal_batch(session: AsyncSession, vote_id: int, *, now: datetime) -> bool:
    keys = list(
        await session.scalars(
            select(Ballot.key)
            .where(Ballot.vote_id == vote_id)
            .order_by(Ballot.key)
            .limit(SEAL_BATCH + 1)
        )
    )
    more = len(keys) > SEAL_BATCH
    keys = keys[:SEAL_BATCH]
    if keys:
        batch = (Ballot.vote_id == vote_id, Ballot.key <= keys[-1])
        receipts = select(Ballot.vote_id, Ballot.receipt).where(*batch).order_by(Ballot.receipt)
        parted = INSERTS[dialect_of(session)](VoteReceipt)
        parted = parted.from_select(["vote_id", "receipt"], receipts)
        # Two ballots may have drawn the same receipt: then it stands for both.
        await session.execute(parted.on_conflict_do_nothing())
        await session.execute(delete(Ballot).where(*batch))
    if more:
        return False
    await session.execute(update(Vote).where(Vote.id == vote_id).values(sealed_at=now))
    return True


async def _groups(session: AsyncSession, vote_id: int) -> list[Group]:
    columns = (Ballot.choice, Ballot.village_id, Ballot.sex, Ballot.age_band)
    rows = await session.execute(
        select(*columns, func.count()).where(Ballot.vote_id == vote_id).group_by(*columns)
    )
    return [
        Group(
            tuple(int(part) for part in choice.split(",") if part),
            str(village),
            sex.value,
            age_band.value,
            count,
        )
        for choice, village, sex, age_band, count in rows
    ]


def tally_rows(
    method: VoteMethod, positions: Sequence[int], groups: Iterable[Group], *, hide_below: int
) -> list[dict[str, object]]:
    """Rows of the tally: totals in full, breakdowns with small cells hidden.

    Values that nobody has are left out, and so is a breakdown with a single value: it says no
    more than the totals, from which its hidden cells could be read.
    """
    groups = list(groups)
    every = [VOTERS, NONE_OF_THESE, *positions]
    firsts: dict[int, int] = defaultdict(int)
    for group in groups:
        if group.choice:
            firsts[group.choice[0]] += group.count
    totals = _scores(method, groups, TallyGroup.ALL)
    ranked = method is VoteMethod.RANKING
    rows = [
        _row(
            TallyGroup.ALL,
            (position, ""),
            totals[position, ""],
            firsts[position] if ranked and position > 0 else None,
        )
        for position in every
    ]
    for grouping in (TallyGroup.SEX, TallyGroup.AGE, TallyGroup.VILLAGE):
        values = sorted({_value(group, grouping) for group in groups})
        if len(values) < 2:
            continue
        scores = _scores(method, groups, grouping)
        hidden = hidden_cells(
            _people(groups, grouping),
            every,
            values,
            hide_below=hide_below,
            adds_up=method is VoteMethod.ONE,
        )
        rows += [
            _row(grouping, cell, None if cell in hidden else scores[cell])
            for position in every
            for value in values
            for cell in [(position, value)]
        ]
    return rows


def points(method: VoteMethod, choice: tuple[int, ...]) -> dict[int, int]:
    """What one ballot adds: a vote to each choice, or 3, 2 and 1 points by rank."""
    found = {VOTERS: 1}
    if not choice:
        found[NONE_OF_THESE] = 1
    for rank, position in enumerate(choice):
        found[position] = RANKS - rank if method is VoteMethod.RANKING else 1
    return found


def _row(
    grouping: TallyGroup, cell: Cell, score: int | None, firsts: int | None = None
) -> dict[str, object]:
    position, value = cell
    return {
        "grouping": grouping,
        "value": value,
        "position": position,
        "score": score,
        "firsts": firsts,
    }


def _value(group: Group, grouping: TallyGroup) -> str:
    match grouping:
        case TallyGroup.ALL:
            return ""
        case TallyGroup.SEX:
            return group.sex
        case TallyGroup.AGE:
            return group.age_band
        case TallyGroup.VILLAGE:
            return group.village
    assert_never(grouping)


def _scores(
    method: VoteMethod, groups: Iterable[Group], grouping: TallyGroup
) -> defaultdict[Cell, int]:
    scores: defaultdict[Cell, int] = defaultdict(int)
    for group in groups:
        value = _value(group, grouping)
        for position, score in points(method, group.choice).items():
            scores[position, value] += score * group.count
    return scores


def _people(groups: Iterable[Group], grouping: TallyGroup) -> defaultdict[Cell, int]:
    """How many people stand behind each score: in a ranking fewer than it has points."""
    people: defaultdict[Cell, int] = defaultdict(int)
    for group in groups:
        for position in points(VoteMethod.SEVERAL, group.choice):
            people[position, _value(group, grouping)] += group.count
    return people
