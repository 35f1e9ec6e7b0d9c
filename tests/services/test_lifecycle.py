"""The life of a vote: every move tried from every state, by hand, by the clock, and at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import Database
from models import (
    Ballot,
    Campaign,
    CampaignStatus,
    JournalEntry,
    Lane,
    Outbox,
    Place,
    PlaceLevel,
    Tally,
    Turnout,
    Vote,
    VoteMethod,
    VoteStatus,
)
from services.refusal import Reason, Refused
from services.votes import ballots, counting, lifecycle, oversight, preparing
from services.votes.preparing import NewOption
from tests.services.voting_place import MAKER, NOW, TERMS, VotingPlace

Move = Callable[[AsyncSession, Vote], Awaitable[object]]


@pytest.fixture
async def postgres_place(postgresql_url: str) -> AsyncIterator[VotingPlace]:
    """For what two open transactions do to each other; SQLite lets only one write."""
    database = Database(postgresql_url)
    yield await VotingPlace(database).settle()
    await database.close()


async def _announce(session: AsyncSession, vote: Vote) -> None:
    await lifecycle.announce(session, vote, by=MAKER, now=NOW)


async def _open(session: AsyncSession, vote: Vote) -> None:
    await lifecycle.open_now(session, vote, by=MAKER, now=NOW)


async def _close(session: AsyncSession, vote: Vote) -> bool:
    return await counting.close_vote(session, vote.id, TERMS, by=MAKER, now=NOW)


async def _publish(session: AsyncSession, vote: Vote) -> bool:
    return await lifecycle.publish(session, vote, by=MAKER, now=NOW)


async def _cancel(session: AsyncSession, vote: Vote) -> None:
    await lifecycle.cancel(session, vote, "себеп", "причина", by=MAKER, now=NOW)


async def _retitle(session: AsyncSession, vote: Vote) -> None:
    preparing.set_title(vote, "Башка", "Другое", 5)


async def _add(session: AsyncSession, vote: Vote) -> None:
    await preparing.add_option(session, vote, NewOption("Дагы", "Ещё"))


async def _remove(session: AsyncSession, vote: Vote) -> None:
    await preparing.remove_option(session, vote, vote.options[0].id)


async def _rank(session: AsyncSession, vote: Vote) -> None:
    preparing.set_method(vote, VoteMethod.RANKING, 3)


async def _reschedule(session: AsyncSession, vote: Vote) -> None:
    preparing.set_dates(vote, None, NOW + timedelta(days=3), now=NOW)


async def _comment(session: AsyncSession, vote: Vote) -> None:
    lifecycle.set_word(session, vote, "Рахмат", None, by=MAKER, now=NOW)


DRAFT, ANNOUNCED, OPEN, CLOSED, PUBLISHED, CANCELLED = VoteStatus
ALLOWED: dict[Move, dict[VoteStatus, VoteStatus]] = {
    # move: from → to; from anywhere else it is refused
    _announce: {DRAFT: OPEN},
    _open: {ANNOUNCED: OPEN},
    _close: {OPEN: CLOSED, CLOSED: CLOSED, PUBLISHED: PUBLISHED},
    _publish: {CLOSED: PUBLISHED, PUBLISHED: PUBLISHED},
    _cancel: {DRAFT: CANCELLED, ANNOUNCED: CANCELLED, OPEN: CANCELLED},
    _retitle: {DRAFT: DRAFT},
    _add: {DRAFT: DRAFT},
    _remove: {DRAFT: DRAFT},
    _rank: {DRAFT: DRAFT},
    _reschedule: {DRAFT: DRAFT},
    _comment: {CLOSED: CLOSED},
}


@pytest.mark.parametrize("move", ALLOWED, ids=lambda move: move.__name__.strip("_"))
async def test_every_move_is_made_from_its_states_and_refused_from_all_others(
    village: VotingPlace, move: Move
) -> None:
    for status in VoteStatus:
        vote_id = await village.vote(status)
        assert await village.status(vote_id) is status
        if status in ALLOWED[move]:
            await _attempt(village, vote_id, move)
            assert await village.status(vote_id) is ALLOWED[move][status]
            continue
        with pytest.raises(Refused) as refused:
            await _attempt(village, vote_id, move)
        assert refused.value.reason in (Reason.VOTE_MOVED_ON, Reason.VOTE_UNCHANGEABLE)
        assert await village.status(vote_id) is status


async def _attempt(place: VotingPlace, vote_id: int, move: Move) -> None:
    async with place.database.begin() as session:
        vote = await oversight.vote_to_steer(session, await place.rights(session), vote_id)
        await move(session, vote)


async def test_only_an_open_vote_has_a_secret(village: VotingPlace) -> None:
    for status in VoteStatus:
        vote_id = await village.vote(status)
        async with village.database.read() as session:
            vote = await session.get_one(Vote, vote_id)
            assert (vote.secret is not None) is (status is VoteStatus.OPEN)


async def test_publishing_twice_sends_once(place: VotingPlace) -> None:
    vote_id = await place.vote(VoteStatus.CLOSED)
    done = []
    for _ in range(2):
        async with place.database.begin() as session:
            vote = await oversight.vote_to_steer(session, await place.rights(session), vote_id)
            done.append(await lifecycle.publish(session, vote, by=MAKER, now=NOW))
    assert done == [True, False]
    assert await _count(place, Campaign.kind == "vote_result") == 1
    assert await _count(place, JournalEntry.action == "publish_vote") == 1


async def test_closing_by_hand_and_by_the_clock_at_once_counts_once(place: VotingPlace) -> None:
    vote_id = await place.vote()
    for resident in await place.residents(3):
        await place.cast(vote_id, resident, 1)
    closed = await asyncio.gather(*(place.close(vote_id) for _ in range(6)))
    assert sorted(closed) == [False] * 5 + [True]
    assert await _count(place, Tally.position == 1, Tally.value == "") == 1
    assert await _count(place, JournalEntry.action == "close_vote") == 1


@pytest.mark.postgresql
async def test_a_vote_that_was_closed_elsewhere_takes_no_ballot_from_a_session_that_knew_it_open(
    postgres_place: VotingPlace,
) -> None:
    """A process that has read the vote before must not go by what it remembers."""
    vote_id = await postgres_place.vote()
    resident = await postgres_place.resident()
    async with postgres_place.database.begin() as session:
        known = await ballots.load(session, vote_id)
        assert known.status is VoteStatus.OPEN
        await postgres_place.close(vote_id)
        with pytest.raises(Refused) as refused:
            await ballots.cast_ballot(session, vote_id, resident, (1,), TERMS, now=NOW)
    assert refused.value.reason is Reason.VOTE_CLOSED
    assert await _count(postgres_place, Ballot.vote_id == vote_id) == 0


@pytest.mark.postgresql
async def test_a_vote_that_was_closed_elsewhere_can_not_be_cancelled_from_memory(
    postgres_place: VotingPlace,
) -> None:
    vote_id = await postgres_place.vote()
    await postgres_place.cast(vote_id, await postgres_place.resident(), 1)
    async with postgres_place.database.begin() as session:
        known = await ballots.load(session, vote_id)
        await postgres_place.close(vote_id)
        vote = await oversight.vote_to_steer(session, await postgres_place.rights(session), vote_id)
        with pytest.raises(Refused):
            await lifecycle.cancel(session, vote, "себеп", "причина", by=MAKER, now=NOW)
    assert known is vote
    assert await postgres_place.status(vote_id) is VoteStatus.CLOSED


async def test_a_cancelled_vote_keeps_no_ballot_and_no_turnout(place: VotingPlace) -> None:
    vote_id = await place.vote()
    await place.cast(vote_id, await place.resident(), 1)
    await _cancelled(place, vote_id)
    assert await _count(place, Ballot.vote_id == vote_id) == 0
    assert await _count(place, Turnout.vote_id == vote_id) == 0


async def test_the_clock_overlooks_a_vote_that_was_cancelled_a_moment_before(
    village: VotingPlace,
) -> None:
    vote_id = await village.vote()
    await _cancelled(village, vote_id)
    async with village.database.begin() as session:
        assert not await counting.close_vote(session, vote_id, TERMS, by=None, now=NOW)
    assert await village.status(vote_id) is VoteStatus.CANCELLED


async def test_a_cancelled_draft_is_told_to_nobody(village: VotingPlace) -> None:
    await _cancelled(village, await village.vote(VoteStatus.DRAFT))
    assert await _count(village, Campaign.kind == "vote_cancelled") == 0


async def test_cancelling_before_anybody_was_told_sends_nothing(village: VotingPlace) -> None:
    vote_id = await village.vote()
    await _cancelled(village, vote_id)
    assert await _count(village, Campaign.kind == "vote_cancelled") == 0
    assert await _count(village, Campaign.status == CampaignStatus.RUNNING) == 0


async def test_cancelling_tells_why_once_the_news_has_gone_out(village: VotingPlace) -> None:
    vote_id = await village.vote()
    async with village.database.begin() as session:
        campaign = await session.scalar(select(Campaign))
        assert campaign is not None
        campaign.total = 1
    await _cancelled(village, vote_id)
    assert await _count(village, Campaign.kind == "vote_cancelled") == 1
    running = await _count(village, Campaign.status == CampaignStatus.RUNNING)
    assert running == 1


async def test_the_call_to_vote_stops_when_the_vote_is_closed(village: VotingPlace) -> None:
    vote_id = await village.vote()
    await village.close(vote_id)
    assert await _count(village, Campaign.status == CampaignStatus.RUNNING) == 0


async def test_letters_that_call_to_vote_and_nobody_has_taken_stop_with_the_vote(
    place: VotingPlace,
) -> None:
    vote_id = await place.vote()
    async with place.database.begin() as session:
        campaign_id = await session.scalar(select(Campaign.id))
        for number, (claimed, of) in enumerate(
            [(None, campaign_id), (NOW + timedelta(seconds=30), campaign_id), (None, None)]
        ):
            session.add(
                Outbox(
                    id=number + 1,
                    chat_id=1,
                    method="sendMessage",
                    payload={"text": "vote!"},
                    lane=int(Lane.BULK),
                    created_at=NOW,
                    claimed_until=claimed,
                    attempts=0,
                    campaign_id=of,
                )
            )
    await place.close(vote_id)
    async with place.database.read() as session:
        rows = list(await session.scalars(select(Outbox).order_by(Outbox.id)))
    assert [row.error for row in rows] == ["stopped", None, None]
    assert [row.payload is None for row in rows] == [True, False, False]


async def test_the_reason_of_a_cancelling_is_not_kept_in_the_journal(village: VotingPlace) -> None:
    """The journal can't be changed, so no free text goes into it."""
    await _cancelled(village, await village.vote())
    async with village.database.read() as session:
        entry = await session.scalar(
            select(JournalEntry).where(JournalEntry.action == "cancel_vote")
        )
    assert entry is not None
    assert entry.details == {}


async def test_removing_an_option_closes_the_gap_and_keeps_the_method_possible(
    village: VotingPlace,
) -> None:
    vote_id = await village.vote(
        VoteStatus.DRAFT, method=VoteMethod.SEVERAL, max_choices=2, options=3
    )
    for _ in range(2):
        async with village.database.begin() as session:
            vote = await oversight.vote_to_steer(session, await village.rights(session), vote_id)
            await preparing.remove_option(session, vote, vote.options[0].id)
    async with village.database.read() as session:
        vote = await ballots.load(session, vote_id)
        assert [option.position for option in vote.options] == [1]
        assert vote.options[0].title_ky == "Тандоо 2"
        assert vote.method is VoteMethod.ONE


async def test_a_vote_confirmed_after_its_opening_date_opens_now(village: VotingPlace) -> None:
    vote_id = await village.vote(VoteStatus.DRAFT, later=True)
    later = NOW + timedelta(days=2)
    async with village.database.begin() as session:
        vote = await oversight.vote_to_steer(session, await village.rights(session), vote_id)
        await lifecycle.announce(session, vote, by=MAKER, now=later)
        assert vote.opens_at == later


async def test_what_is_due_is_opened_closed_and_sealed_at_its_time(
    place: VotingPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced = await place.vote(VoteStatus.ANNOUNCED)
    async with place.database.read() as session:
        assert not (await lifecycle.due(session, TERMS, now=NOW)).opening
        tomorrow = await lifecycle.due(session, TERMS, now=NOW + timedelta(days=1))
        assert tomorrow.opening == [announced]
    async with place.database.begin() as session:
        await lifecycle.open_due(session, announced, now=NOW + timedelta(days=1))
        await lifecycle.open_due(session, announced, now=NOW + timedelta(days=1))
    assert await _count(place, Campaign.kind == "vote_opened") == 1
    async with place.database.read() as session:
        week = await lifecycle.due(session, TERMS, now=NOW + timedelta(days=7))
    assert week.closing == [announced]
    for one in await place.residents(2):
        async with place.database.begin() as session:
            await ballots.cast_ballot(
                session, announced, one, (1,), TERMS, now=NOW + timedelta(days=2)
            )
    monkeypatch.setattr(counting, "SEAL_BATCH", 1)
    await place.close(announced)
    async with place.database.read() as session:
        assert await lifecycle.over(session) == 0
        assert (await lifecycle.due(session, TERMS, now=NOW)).sealing == [announced]
    await place.seal(announced)
    async with place.database.read() as session:
        assert not (await lifecycle.due(session, TERMS, now=NOW)).sealing
        assert await lifecycle.over(session) == 1


@pytest.mark.parametrize(
    ("opens", "closes", "reason"),
    [
        (None, timedelta(minutes=-1), Reason.DATE_PASSED),
        (None, timedelta(minutes=59), Reason.CLOSES_BEFORE_OPENING),
        (timedelta(days=2), timedelta(days=1), Reason.CLOSES_BEFORE_OPENING),
        (timedelta(days=2), timedelta(days=2, minutes=30), Reason.CLOSES_BEFORE_OPENING),
        (None, timedelta(days=5000), Reason.DATE_TOO_FAR),
    ],
)
async def test_dates_that_make_no_vote_are_refused(
    village: VotingPlace, opens: timedelta | None, closes: timedelta, reason: Reason
) -> None:
    vote_id = await village.vote(VoteStatus.DRAFT)
    async with village.database.begin() as session:
        vote = await oversight.vote_to_steer(session, await village.rights(session), vote_id)
        with pytest.raises(Refused) as refused:
            preparing.set_dates(vote, NOW + opens if opens else None, NOW + closes, now=NOW)
    assert refused.value.reason is reason


async def test_a_mobilizer_finds_own_votes_among_hundreds_of_others(village: VotingPlace) -> None:
    mine = await village.vote()
    async with village.database.begin() as session:
        other = Place(code="2", level=PlaceLevel.VILLAGE, name_ky="Башка", name_ru="Другое")
        session.add(other)
        await session.flush()
        session.add_all(
            Vote(
                status=VoteStatus.OPEN,
                place_id=other.id,
                method=VoteMethod.ONE,
                max_choices=1,
                created_by=1,
                created_at=NOW,
            )
            for _ in range(520)
        )
    async with village.database.read() as session:
        found = await oversight.votes_of_staff(session, await village.rights(session))
    assert [vote.id for vote in found] == [mine]


async def _cancelled(place: VotingPlace, vote_id: int) -> None:
    async with place.database.begin() as session:
        vote = await oversight.vote_to_steer(session, await place.rights(session), vote_id)
        await _cancel(session, vote)


async def _count(place: VotingPlace, *conditions: object) -> int:
    async with place.database.read() as session:
        found = await session.scalar(select(func.count()).where(*conditions))  # type: ignore[arg-type]
    return found or 0
