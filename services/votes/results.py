"""What may be told of a vote: the result once it is closed, the turnout while it runs."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import (
    Account,
    AgeBand,
    Ballot,
    Place,
    Resident,
    Sex,
    Tally,
    TallyGroup,
    Turnout,
    Vote,
    VoteMethod,
    VoteOption,
    VoteReceipt,
    VoteStatus,
    VoteVillage,
)
from services.refusal import Reason, Refused
from services.terms import Terms
from services.votes import ballots
from services.votes.hiding import NONE_OF_THESE, VOTERS


@dataclass(frozen=True, slots=True)
class Line:
    """An option and what it got; `option` None stands for "none of these"."""

    option: VoteOption | None
    score: int
    firsts: int | None
    share: float
    """Of all who voted (of all points in a ranking), 0 to 1."""
    winner: bool
    """Several with equal scores; «none of these» if nothing has more people behind it."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Scores by sex, age band or village; None where a figure would show single people."""

    values: tuple[str, ...]
    voters: Mapping[str, int | None]
    scores: Mapping[int, Mapping[str, int | None]]
    """By position (0: none of these), then by value."""


@dataclass(frozen=True, slots=True)
class Result:
    vote: Vote
    lines: tuple[Line, ...]
    """Best first; "none of these" last."""
    voters: int
    adults: int | None
    """Adults of the villages, where known for all of them."""
    groups: Mapping[TallyGroup, Breakdown]

    @property
    def winners(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.winner)


ORDER = [word.value for word in (*Sex, *AgeBand)]


async def result_of(session: AsyncSession, vote_id: int) -> Result:
    """The count of a closed vote.

    Raises:
        Refused: NOT_FOUND; VOTE_MOVED_ON, while there is no count.
    """
    vote = await ballots.load(session, vote_id)
    if vote.status not in (VoteStatus.CLOSED, VoteStatus.PUBLISHED):
        raise Refused(Reason.VOTE_MOVED_ON)
    rows = list(await session.scalars(select(Tally).where(Tally.vote_id == vote_id)))
    total = {row.position: row for row in rows if row.grouping is TallyGroup.ALL}
    voters = total[VOTERS].score or 0
    options = {option.position: option for option in vote.options}
    scores = {position: total[position].score or 0 for position in options}
    none = total[NONE_OF_THESE].score or 0
    best = max(scores.values(), default=0)
    backers = max((_backers(total[position]) for position in options), default=0)
    whole = voters
    if vote.method is VoteMethod.RANKING:
        whole = sum(scores.values())
    lines = [
        Line(
            options[position],
            score,
            total[position].firsts,
            score / whole if whole else 0.0,
            winner=score == best and best > 0 and none <= backers,
        )
        for position, score in sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    ]
    share = none / voters if voters else 0.0
    lines.append(Line(None, none, None, share, winner=none > 0 and none >= backers))
    return Result(
        vote=vote,
        lines=tuple(lines),
        voters=voters,
        adults=await adults_of(session, vote_id),
        groups={
            group: _breakdown([row for row in rows if row.grouping is group])
            for group in (TallyGroup.SEX, TallyGroup.AGE, TallyGroup.VILLAGE)
        },
    )


async def places_of(session: AsyncSession, result: Result) -> dict[int, Place]:
    """The place of the vote and the villages by which it is broken down, by their ids."""
    ids = [result.vote.place_id, *map(int, result.groups[TallyGroup.VILLAGE].values)]
    found = await session.scalars(select(Place).where(Place.id.in_(ids)))
    return {place.id: place for place in found}


def _backers(row: Tally) -> int:
    """How many people put the option first: what «none of these» is measured by."""
    return (row.score if row.firsts is None else row.firsts) or 0


def _breakdown(rows: list[Tally]) -> Breakdown:
    values = sorted(
        {row.value for row in rows},
        key=lambda value: (ORDER.index(value) if value in ORDER else len(ORDER), value),
    )
    scores: dict[int, dict[str, int | None]] = {}
    for row in rows:
        scores.setdefault(row.position, {})[row.value] = row.score
    return Breakdown(tuple(values), scores.pop(VOTERS, {}), scores)


async def adults_of(session: AsyncSession, vote_id: int) -> int | None:
    """Adults of all villages of the vote; None where one of them has no figure."""
    row = (
        await session.execute(
            select(
                func.count(),
                func.count(Place.adults_f + Place.adults_m),
                func.sum(Place.adults_f + Place.adults_m),
            )
            .join(VoteVillage, VoteVillage.village_id == Place.id)
            .where(VoteVillage.vote_id == vote_id)
        )
    ).one()
    return int(row[2]) if row[0] == row[1] and row[2] is not None else None


async def receipts(session: AsyncSession, vote_id: int) -> list[str]:
    """Receipts of all counted ballots in the order of the alphabet.

    While a large vote is being sealed they move from one table to the other. What is moved in
    between is read twice, never not at all, because the table that they leave is read first.
    """
    waiting = set(await session.scalars(select(Ballot.receipt).where(Ballot.vote_id == vote_id)))
    parted = await session.scalars(
        select(VoteReceipt.receipt).where(VoteReceipt.vote_id == vote_id)
    )
    return sorted(waiting.union(parted))


@dataclass(frozen=True, slots=True)
class VillageTurnout:
    village_id: int
    voted: int
    registered: int
    """Residents known to the bot who may vote."""
    adults: int | None


@dataclass(frozen=True, slots=True)
class LiveTurnout:
    """Who took part so far; never what was chosen."""

    voted: int
    by_sex: Mapping[Sex, int]
    by_age: Mapping[AgeBand, int]
    villages: tuple[VillageTurnout, ...]


async def live_turnout(session: AsyncSession, vote_id: int, terms: Terms) -> LiveTurnout:
    async def by(column: object) -> dict[object, int]:
        rows = await session.execute(
            select(column, func.count()).where(Turnout.vote_id == vote_id).group_by(column)  # type: ignore[call-overload]
        )
        return dict(iter(rows))

    sexes = await by(Turnout.sex)
    ages = await by(Turnout.age_band)
    voted = await by(Turnout.village_id)
    registered = await _registered(session, vote_id, terms)
    places = await session.scalars(
        select(Place)
        .join(VoteVillage, VoteVillage.village_id == Place.id)
        .where(VoteVillage.vote_id == vote_id)
    )
    villages = tuple(
        VillageTurnout(
            place.id,
            voted.get(place.id, 0),
            registered.get(place.id, 0),
            place.adults_f + place.adults_m
            if place.adults_f is not None and place.adults_m is not None
            else None,
        )
        for place in sorted(places, key=lambda place: place.name_ky)
    )
    return LiveTurnout(
        voted=sum(sexes.values()),
        by_sex={sex: sexes.get(sex, 0) for sex in Sex},
        by_age={band: ages.get(band, 0) for band in AgeBand},
        villages=villages,
    )


async def _registered(session: AsyncSession, vote_id: int, terms: Terms) -> dict[int, int]:
    """Residents who may vote, by village."""
    too_young = Resident.age_band == AgeBand.UNDER_18
    rows = await session.execute(
        select(Resident.village_id, func.count())
        .join(VoteVillage, VoteVillage.village_id == Resident.village_id)
        .where(
            VoteVillage.vote_id == vote_id,
            Resident.account_id.is_not(None),
            *([too_young.is_not(True)] if terms.voting_age else []),
        )
        .group_by(Resident.village_id)
    )
    return dict(iter(rows))


async def reachable(session: AsyncSession, vote_id: int) -> int:
    """How many accounts a message to the scope of the vote reaches."""
    return (
        await session.scalar(
            select(func.count(Account.id.distinct()))
            .join(Resident, Resident.account_id == Account.id)
            .join(VoteVillage, VoteVillage.village_id == Resident.village_id)
            .where(
                VoteVillage.vote_id == vote_id,
                Account.unreachable_at.is_(None),
                Account.mute_votes.is_(False),
            )
        )
        or 0
    )
