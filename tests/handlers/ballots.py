"""What tests of the vote do again and again: cast, close, publish, look at the record."""

import io

from PIL import Image
from sqlalchemy import select

from models import Resident, Vote
from services.votes import ballots, results
from services.votes.ballots import Picks
from services.votes.results import Result
from tests.world import Person, World


async def cast(world: World, vote_id: int, person: Person, *picks: int) -> str:
    """A confirmed ballot of the phone's owner; its receipt."""
    async with world.ashar.database.begin() as session:
        resident = await session.scalar(select(Resident).where(Resident.account_id == person.id))
        assert resident is not None
        chosen: Picks = picks
        found = await ballots.cast_ballot(
            session, vote_id, resident, chosen, world.ashar.terms, now=world.now
        )
    return found.receipt


async def result(world: World, vote_id: int) -> Result:
    async with world.ashar.database.read() as session:
        return await results.result_of(session, vote_id)


async def read_vote(world: World, vote_id: int) -> Vote:
    async with world.ashar.database.read() as session:
        return await ballots.load(session, vote_id)


async def open_staff_vote(staff: Person, vote_id: int) -> None:
    """The vote's own screen, by way of the menu."""
    await staff.says("/menu")
    await staff.forges(f"staffvote:{vote_id}")


async def a_picture(world: World, sender: Person) -> str:
    """Telegram's id of a picture that somebody sent."""
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(file, "PNG")
    message = world.telegram.people.sends_photo(sender.id, file.getvalue())
    await world.settle()
    assert message.media is not None
    assert message.media.file_id is not None
    return message.media.file_id
