"""After the close nothing of a ballot is left in the files of the database."""

from pathlib import Path

from sqlalchemy import make_url, select

from models import Ballot
from tests.world import World


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
    assert key not in _files(world)


def _files(world: World) -> bytes:
    """All that is on the disk: the database and its write-ahead log."""
    path = Path(make_url(world.ashar.database.url).database or "")
    return path.read_bytes() + path.with_name(path.name + "-wal").read_bytes()
