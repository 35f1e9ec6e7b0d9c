"""What the clock does: votes open, close and are sealed, reminders, broadcasts, sweeping."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

import handlers
from bot.clock import Clock, Ticker
from bot.duties import SECONDS_AHEAD, Duties
from models import (
    Account,
    Ballot,
    Campaign,
    CampaignStatus,
    Draft,
    Grant,
    JournalEntry,
    Lane,
    Outbox,
    ProcessedUpdate,
    Resident,
    Role,
    Vote,
    VoteStatus,
)
from services import outbox
from services.outbox import Letter, next_id
from services.votes import ballots, counting
from services.votes.ballots import draft_name
from tests.world import START, Person, World


@pytest.fixture
async def both(database_url: str) -> AsyncIterator[World]:
    """One process, on each kind of database."""
    made = World(database_url)
    await made.open()
    await made.add_places()
    yield made
    await made.close()


async def vote_of(world: World, vote_id: int) -> Vote:
    async with world.ashar.database.read() as session:
        return await session.get_one(Vote, vote_id)


async def counted(world: World, *conditions: Any) -> int:
    async with world.ashar.database.read() as session:
        return await session.scalar(select(func.count()).where(*conditions)) or 0


async def test_a_vote_opens_and_closes_by_the_clock(both: World) -> None:
    def tomorrow(vote: Vote) -> None:
        vote.opens_at = START + timedelta(days=1)

    vote_id = await both.vote(maker=await both.staff(), change=tomorrow)
    assert (await vote_of(both, vote_id)).status is VoteStatus.ANNOUNCED
    await both.advance(days=1, seconds=1)
    assert (await vote_of(both, vote_id)).status is VoteStatus.OPEN
    await both.advance(days=6)
    vote = await vote_of(both, vote_id)
    assert (vote.status, vote.secret) == (VoteStatus.CLOSED, None)
    assert vote.sealed_at is not None


async def test_a_large_vote_is_sealed_in_one_go_after_it_was_closed(
    both: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "SEAL_BATCH", 1)
    wiped = _count_wiping(both, monkeypatch)
    vote_id = await both.vote(maker=await both.staff())
    for number in range(4):
        await _cast(both, vote_id, await both.villager(f"Айда {number}"))
    both.clock.advance(timedelta(days=30))
    await both.ashar.duties.move_votes(both.now)
    assert await counted(both, Ballot.vote_id == vote_id) == 0
    assert (await vote_of(both, vote_id)).sealed_at is not None
    assert len(wiped) == 1
    await both.ashar.duties.move_votes(both.now)
    assert len(wiped) == 1


async def test_the_traces_of_a_vote_that_was_closed_by_hand_are_wiped(
    both: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    vote_id = await both.vote(maker=await both.staff())
    await _cast(both, vote_id, await both.villager())
    await both.ashar.duties.move_votes(both.now)
    wiped = _count_wiping(both, monkeypatch)
    async with both.ashar.database.begin() as session:
        await counting.close_vote(session, vote_id, both.ashar.terms, by=1, now=both.now)
    assert await counted(both, Ballot.vote_id == vote_id) == 0
    await both.ashar.duties.move_votes(both.now)
    assert wiped == [True]


async def test_traces_that_somebody_reads_just_now_are_removed_soon_after(
    both: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    vote_id = await both.vote(maker=await both.staff())
    await _cast(both, vote_id, await both.villager())
    wiped = _count_wiping(both, monkeypatch)
    async with both.ashar.database.read() as reader:
        await reader.scalars(select(Ballot))
        async with both.ashar.database.begin() as session:
            await counting.close_vote(session, vote_id, both.ashar.terms, by=1, now=both.now)
        await both.ashar.duties.move_votes(both.now)
        await both.ashar.duties.move_votes(both.now)
        assert wiped == [False]
    await both.ashar.duties.move_votes(both.now + timedelta(seconds=5))
    assert wiped == [False, True]


def _count_wiping(world: World, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    wiped: list[bool] = []
    wipe = world.ashar.database.wipe

    async def counting_wipe() -> bool:
        wiped.append(await wipe())
        return wiped[-1]

    monkeypatch.setattr(world.ashar.database, "wipe", counting_wipe)
    return wiped


async def _cast(world: World, vote_id: int, person: Person) -> None:
    async with world.ashar.database.begin() as session:
        resident = await session.scalar(select(Resident).where(Resident.account_id == person.id))
        assert resident is not None
        await ballots.cast_ballot(
            session, vote_id, resident, (1,), world.ashar.terms, now=world.now
        )


async def test_everybody_in_the_scope_is_told_once(both: World) -> None:
    people = [await both.villager(f"Айда {i}") for i in range(3)]
    await both.vote(maker=await both.staff())
    await both.tick()
    await both.tick()
    assert [len(person.messages) for person in people] == [1, 1, 1]


async def test_a_broadcast_goes_on_where_it_was(world: World, monkeypatch: Any) -> None:
    await _residents(world, 450)
    await world.vote(maker=await world.staff())
    await world.ashar.duties.broadcast(world.now)
    written = await counted(world, Outbox.lane == int(Lane.BULK))
    assert written == 450
    async with world.ashar.database.read() as session:
        campaign = (await session.scalars(select(Campaign))).one()
        chats = list(await session.scalars(select(Outbox.chat_id)))
    assert (campaign.status, campaign.total) == (CampaignStatus.DONE, 450)
    assert len(set(chats)) == 450


async def test_a_broadcast_waits_while_enough_is_in_the_outbox(world: World) -> None:
    await _residents(world, 3)
    await world.vote(maker=await world.staff())
    enough = SECONDS_AHEAD * world.ashar.sender.rate
    waiting = {
        "chat_id": 1,
        "method": "sendMessage",
        "payload": {},
        "lane": int(Lane.BULK),
        "created_at": START,
        "claimed_until": START + timedelta(days=9),
        "attempts": 0,
    }
    async with world.ashar.database.begin() as session:
        await session.execute(insert(Outbox), [{"id": i + 1, **waiting} for i in range(enough)])
    await world.ashar.duties.broadcast(world.now)
    assert await counted(world, Outbox.chat_id >= 10_000) == 0
    async with world.ashar.database.begin() as session:
        await session.execute(delete(Outbox))
    await world.ashar.duties.broadcast(world.now)
    assert await counted(world, Outbox.chat_id >= 10_000) == 3


async def _residents(world: World, people: int) -> None:
    village = await world.place_id("41703210101")
    accounts = [
        {
            "id": 10_000 + i,
            "language": "ky",
            "consent_at": START,
            "created_at": START,
            "seen_at": START,
            "mute_votes": False,
        }
        for i in range(people)
    ]
    residents = [
        {"account_id": 10_000 + i, "village_id": village, "created_at": START}
        for i in range(people)
    ]
    async with world.ashar.database.begin() as session:
        await session.execute(insert(Account), accounts)
        await session.execute(insert(Resident), residents)


async def _unfinished(world: World, vote_id: int, account_id: int) -> None:
    async with world.ashar.database.begin() as session:
        session.add(
            Draft(
                account_id=account_id,
                form=draft_name(vote_id),
                token="t",
                step="s",
                data={},
                touched_at=world.now,
            )
        )


async def test_who_began_a_ballot_is_reminded_once_before_the_closing(both: World) -> None:
    aida, bakyt = await both.villager("Айда"), await both.villager("Бакыт")
    vote_id = await both.vote(maker=await both.staff())
    await _unfinished(both, vote_id, aida.id)
    await both.advance(days=5)
    before = len(aida.messages), len(bakyt.messages)
    await both.advance(days=1, hours=1)
    await both.advance(hours=1)
    assert (len(aida.messages), len(bakyt.messages)) == (before[0] + 1, before[1])


@pytest.mark.postgresql
async def test_two_processes_do_each_thing_once(postgresql_url: str) -> None:
    world = World(postgresql_url)
    await world.open()
    await world.add_places()
    aida = await world.villager("Айда")
    vote_id = await world.vote(maker=await world.staff())
    await _unfinished(world, vote_id, aida.id)
    one = world.ashar.duties
    ashar = world.ashar
    other = Duties(ashar.database, ashar.sender, ashar.translators, ashar.terms, ashar.places)

    async def both_tick() -> None:
        for name in ("move_votes", "broadcast", "sweep"):
            await asyncio.gather(*(getattr(d, name)(world.now) for d in (one, other)))

    await both_tick()
    assert await counted(world, Outbox.chat_id == aida.id) == 1
    world.clock.advance(timedelta(days=6, hours=12))
    await both_tick()
    assert await counted(world, Outbox.chat_id == aida.id) == 2
    world.clock.advance(timedelta(days=1))
    await both_tick()
    await both_tick()
    vote = await vote_of(world, vote_id)
    assert vote.status is VoteStatus.CLOSED
    assert vote.sealed_at is not None
    assert await counted(world, Outbox.chat_id == vote.created_by) == 1
    await world.close()


async def test_one_vote_that_cannot_be_closed_stops_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = await world.staff()
    bad, good = await world.vote(maker=maker), await world.vote(maker=maker)
    original = counting.close_vote

    async def close(session: AsyncSession, vote_id: int, *args: Any, **named: Any) -> bool:
        if vote_id == bad:
            raise ZeroDivisionError
        return await original(session, vote_id, *args, **named)

    monkeypatch.setattr(counting, "close_vote", close)
    await world.advance(days=8)
    assert (await vote_of(world, bad)).status is VoteStatus.OPEN
    assert (await vote_of(world, good)).status is VoteStatus.CLOSED
    monkeypatch.setattr(counting, "close_vote", original)
    await world.tick()
    assert (await vote_of(world, bad)).status is VoteStatus.CLOSED


async def test_a_vote_closes_even_if_its_maker_cannot_be_told(
    both: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stumble(session: AsyncSession, *_args: Any) -> Any:
        await session.execute(text("SELECT nothing FROM nowhere"))

    monkeypatch.setattr(handlers, "closed_notice", stumble)
    vote_id = await both.vote(maker=await both.staff())
    await both.advance(days=8)
    assert (await vote_of(both, vote_id)).status is VoteStatus.CLOSED


async def test_a_maker_who_no_longer_works_there_gets_no_result_before_the_others(
    both: World,
) -> None:
    bakyt, erkin = await both.staff("Бакыт"), await both.staff("Эркин")
    far_away = await both.staff("Нурлан", role=Role.ADMINISTRATOR, place=None)
    vote_id = await both.vote(maker=bakyt)
    async with both.ashar.database.begin() as session:
        await session.execute(
            update(Grant).where(Grant.account_id == bakyt.id).values(revoked_at=both.now)
        )
    await both.advance(days=8)
    assert (await vote_of(both, vote_id)).status is VoteStatus.CLOSED
    assert bakyt.messages == far_away.messages == []
    assert both.ashar.translators["ky"]("📊 Look and publish") in erkin.buttons


async def test_a_maker_who_is_out_of_reach_is_stood_in_for_by_whoever_is_above(
    both: World,
) -> None:
    bakyt = await both.staff("Бакыт")
    nurlan = await both.staff("Нурлан", role=Role.ADMINISTRATOR, place=None)
    await both.vote(maker=bakyt)
    async with both.ashar.database.begin() as session:
        (await session.get_one(Account, bakyt.id)).unreachable_at = both.now
    await both.advance(days=8)
    assert both.ashar.translators["ky"]("📊 Look and publish") in nurlan.buttons


async def test_a_vote_whose_time_passed_while_the_bot_was_down_is_held_afterwards(
    both: World,
) -> None:
    def tomorrow_for_two_days(vote: Vote) -> None:
        vote.opens_at = START + timedelta(days=1)
        vote.closes_at = START + timedelta(days=3)

    vote_id = await both.vote(maker=await both.staff(), change=tomorrow_for_two_days)
    aida = await both.villager("Айда")
    back = START + timedelta(days=9)
    both.clock.advance(timedelta(days=9))
    both.telegram.clock.advance(timedelta(days=9))
    await both.tick()
    vote = await vote_of(both, vote_id)
    assert (vote.status, vote.opens_at, vote.closes_at) == (
        VoteStatus.OPEN,
        back,
        back + timedelta(days=2),
    )
    assert both.ashar.translators["ky"].moment(back + timedelta(days=2)) in aida.last.plain
    assert await counted(both, JournalEntry.action == "postpone_vote") == 1
    await both.advance(days=2, seconds=1)
    assert (await vote_of(both, vote_id)).status is VoteStatus.CLOSED


async def test_a_choice_that_waits_to_be_shown_is_not_kept_beyond_the_vote(both: World) -> None:
    aida = await both.villager("Айда")
    vote_id = await both.vote(maker=await both.staff())
    shown = Letter(next_id(), aida.id, "sendMessage", {"text": "Мектеп"}, ballot_of=vote_id)
    other = Letter(next_id(), aida.id, "sendMessage", {"text": "салам"})
    async with both.ashar.database.begin() as session:
        await outbox.add(session, [shown, other], now=both.now)
        await counting.close_vote(session, vote_id, both.ashar.terms, by=1, now=both.now)
    async with both.ashar.database.read() as session:
        rows = {row.id: row for row in await session.scalars(select(Outbox))}
    assert (rows[shown.id].payload, rows[shown.id].error) == (None, "the vote is over")
    assert rows[other.id].payload == {"text": "салам"}


async def test_what_was_sent_to_people_without_consent_leaves_no_row(both: World) -> None:
    aida, stranger = await both.villager("Айда"), both.stranger("Эркин")
    await aida.says("/menu")
    await stranger.says("/start")
    for person in (aida, stranger):
        assert await counted(both, Outbox.chat_id == person.id) > 0
    await both.advance(days=1)
    assert await counted(both, Outbox.chat_id == stranger.id) == 0
    assert await counted(both, Outbox.chat_id == aida.id) > 0
    await aida.says("/forget")
    await aida.taps("✅ Yes, delete")
    await both.advance(minutes=11)
    assert await counted(both, Outbox.chat_id == aida.id) == 0


async def test_one_campaign_that_cannot_be_written_stops_no_other(world: World) -> None:
    aida = await world.villager("Айда")
    vote_id = await world.vote(maker=await world.staff())
    async with world.ashar.database.begin() as session:
        await session.execute(Campaign.__table__.update().values(kind="unheard_of"))  # type: ignore[attr-defined]
        session.add(
            Campaign(
                kind="vote_opened",
                subject_id=vote_id,
                status=CampaignStatus.RUNNING,
                created_at=START,
            )
        )
    await world.tick()
    assert len(aida.messages) == 1


async def test_a_duty_that_fails_stops_no_other() -> None:
    done: list[str] = []

    async def bad(now: Any) -> None:
        done.append("bad")
        raise ZeroDivisionError

    async def good(now: Any) -> None:
        done.append("good")

    ticker = Ticker(Clock(lambda: START), (bad, good))
    await ticker.tick()
    await ticker.tick()
    assert done == ["bad", "good", "bad", "good"]


async def test_a_stop_lets_the_duty_under_way_come_to_its_end() -> None:
    entered, gate, done = asyncio.Event(), asyncio.Event(), []

    async def slow(now: Any) -> None:
        entered.set()
        await gate.wait()
        done.append("slow")

    async def next_one(now: Any) -> None:
        done.append("next")

    ticker = Ticker(Clock(lambda: START), (slow, next_one), seconds=0.001)
    await ticker.start()
    await entered.wait()
    stopping = asyncio.create_task(ticker.stop())
    await asyncio.sleep(0)
    gate.set()
    await stopping
    assert done == ["slow"]


async def test_dust_is_swept_and_nothing_else(both: World) -> None:
    kept = await both.villager("Айда")
    stranger = both.stranger("Бакыт")
    await stranger.says("/start")
    bold = await both.villager("Чолпон")
    async with both.ashar.database.begin() as session:
        session.add(
            Draft(account_id=bold.id, form="f", token="t", step="s", data={}, touched_at=START)
        )
        session.add(
            Outbox(
                id=1,
                chat_id=kept.id,
                method="sendMessage",
                payload={"text": "unsent"},
                lane=int(Lane.REPLY),
                created_at=START - timedelta(days=90),
                claimed_until=START + timedelta(days=900),
                attempts=0,
            )
        )
    assert await counted(both, ProcessedUpdate.update_id > 0) > 0
    await both.advance(hours=23)
    assert await counted(both, Account.id == stranger.id) == 1
    await both.advance(hours=1, minutes=11)
    assert await counted(both, Account.id == stranger.id) == 0
    assert await counted(both, Account.id.in_([kept.id, bold.id])) == 2
    assert await counted(both, Draft.account_id == bold.id) == 1
    await both.advance(days=31)
    assert await counted(both, Draft.account_id == bold.id) == 0
    assert await counted(both, ProcessedUpdate.update_id > 0) == 0
    async with both.ashar.database.read() as session:
        assert list(await session.scalars(select(Outbox.id))) == [1], "what is unsent stays"


async def test_the_outbox_is_measured(world: World) -> None:
    async with world.ashar.database.begin() as session:
        for lane in Lane:
            session.add(
                Outbox(
                    id=int(lane) + 1,
                    chat_id=1,
                    method="sendMessage",
                    payload={},
                    lane=int(lane),
                    created_at=START - timedelta(seconds=90),
                    attempts=0,
                )
            )
    assert await world.ashar.duties.measure(world.now) == {"outbox": 2, "oldest_seconds": 90}
    assert (await world.ashar.health())["ok"] is True
