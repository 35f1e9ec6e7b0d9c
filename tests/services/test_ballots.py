"""Ballots: one for each resident, found by nobody after the close, gone after the seal."""

import asyncio
import hashlib
import hmac
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Integer, func, make_url, select, text, update
from sqlalchemy.exc import IntegrityError

from bot.database import Database
from models import (
    Account,
    AgeBand,
    Ballot,
    Draft,
    Place,
    PlaceLevel,
    Resident,
    Turnout,
    Vote,
    VoteMethod,
    VoteReceipt,
    VoteStatus,
    VoteVillage,
)
from models.schema import Model
from services import people
from services.refusal import Reason, Refused
from services.votes import ballots, counting, results
from tests.services.voting_place import NOW, TERMS, VotingPlace


async def test_fifty_ballots_of_one_resident_at_once_are_one(place: VotingPlace) -> None:
    vote_id = await place.vote()
    resident = await place.resident()
    cast = await asyncio.gather(*(place.cast(vote_id, resident, 1 + n % 3) for n in range(50)))
    assert len({one.receipt for one in cast}) == 1
    assert [one.changed for one in cast].count(False) == 1
    assert await _rows(place, Ballot) == await _rows(place, Turnout) == 1


async def test_fifty_residents_at_once_have_fifty_ballots(place: VotingPlace) -> None:
    vote_id = await place.vote()
    residents = await place.residents(50)
    cast = await asyncio.gather(*(place.cast(vote_id, one, 2) for one in residents))
    assert len({one.receipt for one in cast}) == 50
    assert await _rows(place, Ballot) == await _rows(place, Turnout) == 50
    await place.close(vote_id)
    async with place.database.read() as session:
        result = await results.result_of(session, vote_id)
    assert result.voters == 50
    assert result.lines[0].score == 50


async def test_the_database_itself_refuses_a_second_ballot_of_a_resident(
    place: VotingPlace,
) -> None:
    vote_id = await place.vote()
    resident = await place.resident()
    await place.cast(vote_id, resident, 1)
    for table in (Ballot, Turnout):
        columns = ", ".join(column.name for column in table.__table__.columns)
        copy = text(
            f"INSERT INTO {table.__tablename__} SELECT {columns} FROM {table.__tablename__}"
        )
        with pytest.raises(IntegrityError):
            async with place.database.begin() as session:
                await session.execute(copy)


async def test_ballots_cast_while_the_vote_is_closed_are_all_counted_or_refused(
    place: VotingPlace,
) -> None:
    vote_id = await place.vote()
    residents = await place.residents(20)

    async def attempt(number: int) -> object:
        if number == 10:
            await place.close(vote_id)
        return await place.cast(vote_id, residents[number], 1)

    tried = await asyncio.gather(*(attempt(number) for number in range(20)), return_exceptions=True)
    refused = [one for one in tried if isinstance(one, Refused)]
    accepted = [one for one in tried if isinstance(one, ballots.Cast)]
    assert len(refused) + len(accepted) == 20
    assert {one.reason for one in refused} == {Reason.VOTE_CLOSED}
    async with place.database.read() as session:
        result = await results.result_of(session, vote_id)
        receipts = await results.receipts(session, vote_id)
    assert result.voters == len(receipts) == len(accepted)


async def test_the_last_ballot_counts_and_keeps_the_receipt(village: VotingPlace) -> None:
    vote_id = await village.vote()
    resident = await village.resident()
    first = await village.cast(vote_id, resident, 1)
    second = await village.cast(vote_id, resident, 3)
    assert second == ballots.Cast(first.receipt, changed=True)
    await village.close(vote_id)
    async with village.database.read() as session:
        result = await results.result_of(session, vote_id)
    assert {line.option.position: line.score for line in result.lines if line.option} == {
        1: 0,
        2: 0,
        3: 1,
    }


async def test_a_ballot_is_found_by_hmac_of_the_secret_and_by_nothing_else(
    village: VotingPlace,
) -> None:
    vote_id = await village.vote()
    resident = await village.resident()
    await village.cast(vote_id, resident, 1)
    async with village.database.read() as session:
        vote = await session.get_one(Vote, vote_id)
        assert vote.secret is not None
        key = hmac.new(vote.secret, str(resident.id).encode(), hashlib.sha256).digest()
        assert await session.get(Ballot, (vote_id, key)) is not None
        columns = {column.name for column in Ballot.__table__.columns}
    assert columns.isdisjoint({"resident_id", "account_id", "id"})


def test_neither_ballots_nor_turnout_hold_a_time_or_the_order_of_casting() -> None:
    for table in ("ballot", "turnout", "vote_receipt"):
        description = Model.metadata.tables[table]
        assert datetime not in {column.type.python_type for column in description.columns}
        assert not description.dialect_options["sqlite"]["with_rowid"]
        for column in description.primary_key.columns:
            counted = isinstance(column.type, Integer) and not column.foreign_keys
            assert not counted, "a running number would tell the order"


async def test_after_the_close_nobody_finds_a_ballot_by_its_voter(village: VotingPlace) -> None:
    vote_id = await village.vote()
    resident = await village.resident()
    await village.cast(vote_id, resident, 1)
    await village.close(vote_id)
    async with village.database.read() as session:
        vote = await session.get_one(Vote, vote_id)
        assert vote.secret is None
        assert await ballots.own_receipt(session, vote, resident) is None
        assert await ballots.has_voted(session, vote_id, resident)


async def test_after_the_seal_there_are_receipts_in_alphabetical_order_and_no_ballots(
    place: VotingPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "SEAL_BATCH", 4)
    vote_id = await place.vote()
    cast = [await place.cast(vote_id, one, 1) for one in await place.residents(10)]
    await place.close(vote_id)
    await place.seal(vote_id)
    await place.seal(vote_id)
    async with place.database.read() as session:
        listed = await results.receipts(session, vote_id)
        assert (await session.get_one(Vote, vote_id)).sealed_at == NOW
        for one in cast:
            assert await ballots.is_counted(session, vote_id, one.receipt)
        assert not await ballots.is_counted(session, vote_id, "AAAAAAAAAA")
    assert listed == sorted(one.receipt for one in cast)
    assert await _rows(place, Ballot) == 0


async def test_a_vote_is_sealed_as_it_closes(place: VotingPlace) -> None:
    vote_id = await place.vote()
    cast = [await place.cast(vote_id, one, 1) for one in await place.residents(3)]
    await place.close(vote_id)
    assert await _rows(place, Ballot) == 0
    async with place.database.read() as session:
        assert (await session.get_one(Vote, vote_id)).sealed_at == NOW
        assert await results.receipts(session, vote_id) == sorted(one.receipt for one in cast)


async def test_more_ballots_than_a_batch_are_sealed_after_the_close(
    place: VotingPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "SEAL_BATCH", 2)
    vote_id = await place.vote()
    for one in await place.residents(3):
        await place.cast(vote_id, one, 1)
    await place.close(vote_id)
    assert await _rows(place, Ballot) == 3
    async with place.database.begin() as session:
        assert not await counting.seal(session, vote_id, now=NOW)
    async with place.database.read() as session:
        assert len(await results.receipts(session, vote_id)) == 3, "some are parted, some wait"
    await place.seal(vote_id)
    assert (await _rows(place, Ballot), await _rows(place, VoteReceipt)) == (0, 3)


async def test_two_ballots_that_drew_the_same_receipt_are_sealed(place: VotingPlace) -> None:
    vote_id = await place.vote()
    cast = [await place.cast(vote_id, one, 1) for one in await place.residents(2)]
    async with place.database.begin() as session:
        await session.execute(update(Ballot).values(receipt=cast[0].receipt))
    await place.close(vote_id)
    await place.seal(vote_id)
    async with place.database.read() as session:
        assert await results.receipts(session, vote_id) == [cast[0].receipt]
        assert (await results.result_of(session, vote_id)).voters == 2


@pytest.mark.postgresql
async def test_after_the_close_no_transaction_joins_a_voter_to_a_choice(
    postgresql_url: str,
) -> None:
    """PostgreSQL keeps with each row the transaction that wrote it; turnout and ballot share it."""
    database = Database(postgresql_url)
    place = await VotingPlace(database).settle()
    vote_id = await place.vote()
    for number, one in enumerate(await place.residents(4)):
        await place.cast(vote_id, one, 1 + number % 3)
    joined = text(
        "SELECT t.resident_id, b.choice FROM turnout t JOIN ballot b ON t.xmin::text = b.xmin::text"
    )
    async with database.read() as session:
        assert len((await session.execute(joined)).all()) == 4
    await place.close(vote_id)
    async with database.read() as session:
        assert (await session.execute(joined)).all() == []
        assert await session.scalar(text("SELECT pg_relation_size('ballot')")) > 0
    assert await database.wipe()
    async with database.read() as session:
        assert await session.scalar(text("SELECT pg_relation_size('ballot')")) == 0
    await database.close()


async def test_who_moves_away_votes_in_one_place_only(place: VotingPlace) -> None:
    here, both = await place.vote(), await place.vote()
    resident = await place.resident()
    async with place.database.begin() as session:
        other = Place(code="2", level=PlaceLevel.VILLAGE, name_ky="Ак-Суу", name_ru="Ак-Суу")
        session.add(other)
        await session.flush()
        session.add(VoteVillage(vote_id=both, village_id=other.id))
    await place.cast(here, resident, 1)
    await place.cast(both, resident, 1)
    async with place.database.begin() as session:
        account = await session.get_one(Account, resident.account_id)
        lost = await ballots.lost_by_moving(session, [resident], other.id)
        assert [vote.id for vote in lost] == [here]
        assert await ballots.lost_by_moving(session, [resident], place.village) == []
        await people.settle(session, account, other.id, now=NOW)
    async with place.database.read() as session:
        assert list(await session.scalars(select(Turnout.vote_id))) == [both]
        assert list(await session.scalars(select(Ballot.vote_id))) == [both]


async def test_moving_takes_nothing_out_of_a_vote_that_is_closed(place: VotingPlace) -> None:
    vote_id = await place.vote()
    resident = await place.resident()
    await place.cast(vote_id, resident, 1)
    await place.close(vote_id)
    async with place.database.begin() as session:
        other = Place(code="2", level=PlaceLevel.VILLAGE, name_ky="Ак-Суу", name_ru="Ак-Суу")
        session.add(other)
        await session.flush()
        assert await ballots.lost_by_moving(session, [resident], other.id) == []
        account = await session.get_one(Account, resident.account_id)
        await people.settle(session, account, other.id, now=NOW)
    assert await _rows(place, Turnout) == 1


async def test_who_leaves_a_phone_leaves_no_ballot_begun(place: VotingPlace) -> None:
    vote_id, other_vote = await place.vote(), await place.vote()
    resident = await place.resident()
    async with place.database.begin() as session:
        account = await session.get_one(Account, resident.account_id)
        relative = Resident(
            account_id=account.id, village_id=place.village, label="Апам", created_at=NOW
        )
        session.add(relative)
        await session.flush()
        drafts = {
            ballots.draft_name(vote_id): {"resident": relative.id},
            ballots.draft_name(other_vote): {"resident": resident.id},
            "another": {"resident": relative.id},
        }
        for form, data in drafts.items():
            session.add(
                Draft(
                    account_id=account.id, form=form, token="t", step="s", data=data, touched_at=NOW
                )
            )
        await session.flush()
        await people.leave_household(session, account, relative.id)
    async with place.database.read() as session:
        kept = set(await session.scalars(select(Draft.form)))
    assert kept == {ballots.draft_name(other_vote), "another"}


async def test_a_vote_that_is_written_is_read_again_in_the_same_transaction(
    place: VotingPlace,
) -> None:
    vote_id = await place.vote()
    resident = await place.resident()
    async with place.database.begin() as session:
        (vote,) = await ballots.current_votes(session, [resident])
        vote.status = VoteStatus.PUBLISHED
        assert await ballots.current_votes(session, [resident]) == []
        assert [one.id for one in await ballots.past_votes(session, [resident])] == [vote_id]


async def test_an_open_vote_can_not_be_sealed(village: VotingPlace) -> None:
    vote_id = await village.vote()
    await village.cast(vote_id, await village.resident(), 1)
    await village.seal(vote_id)
    assert await _rows(village, Ballot) == 1


async def test_two_processes_that_seal_at_once_lose_no_receipt(place: VotingPlace) -> None:
    vote_id = await place.vote()
    for one in await place.residents(6):
        await place.cast(vote_id, one, 1)
    await place.close(vote_id)
    await asyncio.gather(*(place.seal(vote_id) for _ in range(4)))
    await place.seal(vote_id)
    assert await _rows(place, VoteReceipt) == 6
    assert await _rows(place, Ballot) == 0


async def test_the_file_of_a_sealed_vote_holds_no_ballot(
    village: VotingPlace, sqlite_url: str
) -> None:
    """Neither the key of a ballot nor a choice beside a receipt is left in the freed pages."""
    vote_id = await village.vote(method=VoteMethod.RANKING, options=10)
    residents = await village.residents(40)
    picks = [(10, 9, 8), (7, 10, 9), (8, 7, 10)]
    cast = [
        await village.cast(vote_id, one, *picks[number % 3]) for number, one in enumerate(residents)
    ]
    async with village.database.read() as session:
        secret = (await session.get_one(Vote, vote_id)).secret
        keys = list(await session.scalars(select(Ballot.key)))
    assert secret is not None
    before = _bytes_of(sqlite_url)
    assert all(key in before for key in (*keys, secret))
    await village.close(vote_id)
    await village.seal(vote_id)
    after = _bytes_of(sqlite_url)
    assert not any(key in after for key in keys)
    assert secret not in after
    for choice in picks:
        written = ",".join(map(str, choice)).encode()
        assert written in before
        assert written not in after
    assert all(one.receipt.encode() in after for one in cast)


async def test_picks_that_are_no_choice_are_refused(village: VotingPlace) -> None:
    one = await village.vote()
    several = await village.vote(method=VoteMethod.SEVERAL, max_choices=2)
    ranking = await village.vote(method=VoteMethod.RANKING, options=4)
    resident = await village.resident()
    for vote_id, picks, reason in (
        (one, (1, 2), Reason.TOO_MANY_CHOSEN),
        (one, (9,), Reason.OUTDATED),
        (one, (0,), Reason.OUTDATED),
        (one, (-1,), Reason.OUTDATED),
        (several, (1, 2, 3), Reason.TOO_MANY_CHOSEN),
        (several, (1, 1), Reason.OUTDATED),
        (ranking, (1, 2, 3, 4), Reason.TOO_MANY_CHOSEN),
        (ranking, (2, 2), Reason.OUTDATED),
    ):
        with pytest.raises(Refused) as refused:
            await village.cast(vote_id, resident, *picks)
        assert refused.value.reason is reason
    assert await _rows(village, Ballot) == 0


async def test_the_order_of_several_choices_is_not_kept_and_that_of_a_ranking_is(
    village: VotingPlace,
) -> None:
    several = await village.vote(method=VoteMethod.SEVERAL, max_choices=2)
    ranking = await village.vote(method=VoteMethod.RANKING)
    resident = await village.resident()
    await village.cast(several, resident, 3, 1)
    await village.cast(ranking, resident, 3, 1)
    async with village.database.read() as session:
        rows = await session.execute(select(Ballot.vote_id, Ballot.choice))
        assert dict(iter(rows)) == {several: "1,3", ranking: "3,1"}


async def test_who_may_not_vote_is_told_why(village: VotingPlace) -> None:
    child = await village.resident(age_band=AgeBand.UNDER_18)
    open_vote = await village.vote()
    with pytest.raises(Refused) as refused:
        await village.cast(open_vote, child, 1)
    assert refused.value.reason is Reason.TOO_YOUNG
    adult = await village.resident()
    for status, reason in (
        (VoteStatus.DRAFT, Reason.VOTE_NOT_OPEN),
        (VoteStatus.ANNOUNCED, Reason.VOTE_NOT_OPEN),
        (VoteStatus.CLOSED, Reason.VOTE_CLOSED),
        (VoteStatus.PUBLISHED, Reason.VOTE_CLOSED),
        (VoteStatus.CANCELLED, Reason.VOTE_CANCELLED),
    ):
        vote_id = await village.vote(status)
        with pytest.raises(Refused) as refused:
            await village.cast(vote_id, adult, 1)
        assert refused.value.reason is reason
    async with village.database.begin() as session:
        with pytest.raises(Refused) as refused:
            await ballots.cast_ballot(session, 999_999, adult, (1,), TERMS, now=NOW)
    assert refused.value.reason is Reason.NOT_FOUND


async def test_the_options_are_shuffled_for_each_voter_and_stay_so(village: VotingPlace) -> None:
    vote_id = await village.vote(options=6)
    async with village.database.read() as session:
        vote = await ballots.load(session, vote_id)
    orders = [
        tuple(option.position for option in ballots.order_for(vote, resident_id))
        for resident_id in range(200)
    ]
    again = [
        tuple(option.position for option in ballots.order_for(vote, resident_id))
        for resident_id in range(200)
    ]
    assert orders == again
    assert all(sorted(order) == [1, 2, 3, 4, 5, 6] for order in orders)
    for position in range(1, 7):
        first = sum(order[0] == position for order in orders)
        assert 15 <= first <= 60, "each option is on top about as often as the others"


async def _rows(place: VotingPlace, table: type) -> int:
    async with place.database.read() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


def _bytes_of(url: str) -> bytes:
    """The database and its log, after everything in the log went into the database."""
    path = make_url(url).database
    assert path is not None
    with closing(sqlite3.connect(path)) as connection:
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert not busy
    files = [Path(path), Path(f"{path}-wal")]
    return b"".join(file.read_bytes() for file in files if file.exists())
