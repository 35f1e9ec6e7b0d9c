"""After the close nothing of a ballot is left in the files of the database."""

import re
import struct
from pathlib import Path

import pytest
from sqlalchemy import make_url, select, text

from bot.database import Database
from models import Ballot, Vote
from services.votes import ballots
from tests.services.voting_place import VotingPlace
from tests.world import World

VARLENA_OF_A_KEY = b"\x43"
"""PostgreSQL's mark before a value of 32 bytes."""
HEADER = 24
"""Bytes of a row before its first column; they begin with the transaction that wrote it."""


async def test_a_sealed_ballot_is_in_no_file(world: World) -> None:
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда", "ky")
    vote_id = await world.vote(maker=bakyt)
    await aida.says("/vote")
    await aida.taps("Мектеп")
    await aida.taps("📤 Send my vote")
    async with world.ashar.database.read() as session:
        key = await session.scalar(select(Ballot.key).where(Ballot.vote_id == vote_id))
    assert key is not None
    assert key in _files(world)
    await world.advance(days=8)
    await world.advance(seconds=5)
    assert key not in _files(world)


def _files(world: World) -> bytes:
    """All that is on the disk: the database and its write-ahead log."""
    path = Path(make_url(world.ashar.database.url).database or "")
    return path.read_bytes() + path.with_name(path.name + "-wal").read_bytes()


@pytest.mark.postgresql
@pytest.mark.parametrize("others", [False, True], ids=["alone", "beside an open vote"])
async def test_no_file_of_postgresql_ties_a_voter_to_a_choice(
    postgresql_url: str, others: bool
) -> None:
    """Dead rows are looked for as somebody would who has a copy of the server's disk."""
    database = Database(postgresql_url)
    place = await VotingPlace(database).settle()
    people = await place.residents(12)
    open_vote = await place.vote() if others else None
    vote_id = await place.vote()
    for number, one in enumerate(people):
        if open_vote is not None:
            await place.cast(open_vote, one, 2)
        await place.cast(vote_id, one, 1 + number % 3)
    async with database.read() as session:
        secret = (await session.get_one(Vote, vote_id)).secret
    assert secret is not None
    assert len(await _linked(database, vote_id)) == 12, "the look finds what is there"
    await place.close(vote_id)
    assert await database.wipe()
    assert await _linked(database, vote_id) == {}
    telling = [secret, *(ballots.key_of(secret, one.id) for one in people)]
    tables = await _table_files(database)
    assert tables
    assert not any(needle in data for needle in telling for data in tables.values())
    await database.close()


async def _linked(database: Database, vote_id: int) -> dict[int, bytes]:
    """Residents with the choice that the rows of the raw file give them, by their transaction."""
    tables = await _table_files(database)
    async with database.read() as session:
        written = await session.execute(
            text("SELECT xmin::text, resident_id FROM turnout WHERE vote_id = :vote"),
            {"vote": vote_id},
        )
        by_transaction = {int(transaction): resident for transaction, resident in written}
    found = {}
    row = re.compile(
        re.escape(struct.pack("<q", vote_id) + VARLENA_OF_A_KEY) + b"(.{32})(.)([0-9,]*)", re.S
    )
    for ballot in row.finditer(tables["ballot"]):
        header = tables["ballot"][ballot.start() - HEADER : ballot.start()]
        (transaction,) = struct.unpack("<I", header[:4])
        if transaction in by_transaction:
            found[by_transaction[transaction]] = ballot.group(3)
    return found


async def _table_files(database: Database) -> dict[str, bytes]:
    """What stands on the disk of tables that know of ballots, and of their indexes."""
    async with database.begin() as session:
        await session.execute(text("CHECKPOINT"))
        root = Path(str(await session.scalar(text("SHOW data_directory"))))
        paths = await session.execute(
            text(
                "SELECT c.relname, pg_relation_filepath(c.oid) FROM pg_class c WHERE c.oid IN "
                "(SELECT unnest(ARRAY[indexrelid, indrelid]) FROM pg_index WHERE indrelid IN "
                "('ballot'::regclass, 'vote'::regclass, 'draft'::regclass, 'outbox'::regclass))"
            )
        )
        return {name: (root / path).read_bytes() for name, path in paths}
