"""Closing and counting: once, in one transaction, and so that nobody can be read out of it.

The count groups ballots in the database. Sex and age band are never crossed, and a cell that
would show fewer people than the terms allow is hidden before it is stored, together with the
cells from which it could be worked out: nothing finer than what may be published is kept.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Ballot, Draft, Tally, TallyGroup, Vote, VoteMethod, VoteReceipt, VoteStatus
from services import access
from services.refusal import Reason, Refused
from services.terms import Terms
from services.votes import ballots
from services.votes.ballots import RANKS

log = structlog.get_logger()

NONE_OF_THESE = 0
VOTERS = -1
SEAL_BATCH = 5_000

Cell = tuple[int, str]
"""A position (or NONE_OF_THESE, VOTERS) and a value of the grouping."""


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
    its voter.

    Raises:
        Refused: VOTE_MOVED_ON, when the vote never was open or is cancelled.
    """
    vote = await session.scalar(select(Vote).where(Vote.id == vote_id).with_for_update())
    if vote is None:
        raise Refused(Reason.NOT_FOUND)
    if vote.status in (VoteStatus.CLOSED, VoteStatus.PUBLISHED):
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
    await session.execute(delete(Draft).where(Draft.form == ballots.draft_name(vote_id)))
    access.note(session, by, "close_vote", "vote", vote_id, now=now)
    return True


async def seal(session: AsyncSession, vote_id: int, *, now: datetime) -> bool:
    """Parts receipts from ballots and removes the ballots, a batch a call; whether all is done.

    After it, only the count and a list of receipts in the order of the alphabet are left.
    """
    keys = list(
        await session.scalars(
            select(Ballot.key)
            .where(Ballot.vote_id == vote_id)
            .order_by(Ballot.key)
            .limit(SEAL_BATCH)
        )
    )
    if keys:
        batch = (Ballot.vote_id == vote_id, Ballot.key <= keys[-1])
        receipts = select(Ballot.vote_id, Ballot.receipt).where(*batch).order_by(Ballot.receipt)
        await session.execute(insert(VoteReceipt).from_select(["vote_id", "receipt"], receipts))
        await session.execute(delete(Ballot).where(*batch))
    if len(keys) == SEAL_BATCH:
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
    method: VoteMethod, positions: list[int], groups: Iterable[Group], *, hide_below: int
) -> list[dict[str, object]]:
    """Rows of the tally: totals in full, breakdowns with small cells hidden."""
    groups = list(groups)
    scores: dict[TallyGroup, dict[Cell, int]] = {group: defaultdict(int) for group in TallyGroup}
    firsts: dict[int, int] = defaultdict(int)
    for group in groups:
        values = {
            TallyGroup.ALL: "",
            TallyGroup.SEX: group.sex,
            TallyGroup.AGE: group.age_band,
            TallyGroup.VILLAGE: group.village,
        }
        for grouping, value in values.items():
            for position, score in points(method, group.choice).items():
                scores[grouping][position, value] += score * group.count
        if group.choice:
            firsts[group.choice[0]] += group.count
    ranked = method is VoteMethod.RANKING
    every = [VOTERS, NONE_OF_THESE, *positions]
    rows: list[dict[str, object]] = [
        {
            "grouping": TallyGroup.ALL,
            "value": "",
            "position": position,
            "score": scores[TallyGroup.ALL][position, ""],
            "firsts": firsts[position] if ranked and position > 0 else None,
        }
        for position in every
    ]
    for grouping in (TallyGroup.SEX, TallyGroup.AGE, TallyGroup.VILLAGE):
        shown = hide_small(
            scores[grouping], every, hide_below=hide_below, adds_up=method is VoteMethod.ONE
        )
        rows += [
            {
                "grouping": grouping,
                "value": value,
                "position": position,
                "score": score,
                "firsts": None,
            }
            for (position, value), score in shown.items()
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


def hide_small(
    scores: Mapping[Cell, int], positions: list[int], *, hide_below: int, adds_up: bool
) -> dict[Cell, int | None]:
    """The table with small cells hidden, and more until no hidden one can be worked out.

    Totals of a line (a position over all values) are public; with `adds_up` so is that the
    choices of a column add up to its voters. A line with hidden cells therefore has at least two
    of them, which together hold at least `hide_below`. Values that nobody has are left out.
    """
    values = sorted({value for position, value in scores if scores[position, value] > 0})
    table = {(p, v): scores.get((p, v), 0) for p in positions for v in values}
    hidden = {cell for cell, score in table.items() if score < hide_below}
    lines = [[(p, v) for v in values] for p in positions]
    if adds_up:
        lines += [[(p, v) for p in positions] for v in values]
    changed = True
    while changed:
        changed = False
        for line in lines:
            more = _hide_more(line, table, hidden, hide_below)
            if more is not None:
                hidden.add(more)
                changed = True
        for value in values:
            if (VOTERS, value) in hidden:
                column = {(p, value) for p in positions}
                changed = changed or not column <= hidden
                hidden |= column
    return {cell: None if cell in hidden else score for cell, score in table.items()}


def _hide_more(
    line: list[Cell], table: Mapping[Cell, int], hidden: set[Cell], hide_below: int
) -> Cell | None:
    """The next cell to hide so that the hidden ones of a line protect each other."""
    secret = [cell for cell in line if cell in hidden]
    if not secret:
        return None
    if len(secret) > 1 and sum(table[cell] for cell in secret) >= hide_below:
        return None
    shown = [cell for cell in line if cell not in hidden]
    return min(shown, key=lambda cell: (table[cell], cell), default=None)
