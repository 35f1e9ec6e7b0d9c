"""A village that votes, at the level of the services."""

from collections.abc import AsyncIterator

import pytest

from bot.database import Database
from tests.services.voting_place import VotingPlace


@pytest.fixture
async def place(database_url: str) -> AsyncIterator[VotingPlace]:
    """A village that votes, on both kinds of database."""
    database = Database(database_url)
    yield await VotingPlace(database).settle()
    await database.close()


@pytest.fixture
async def village(sqlite_url: str) -> AsyncIterator[VotingPlace]:
    """For rules that no database has a say in."""
    database = Database(sqlite_url)
    yield await VotingPlace(database).settle()
    await database.close()
