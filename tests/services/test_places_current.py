"""The directory that a process keeps, and how it notices changes."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from bot.database import Database
from services.places.current import LOOK_SECONDS, Places
from services.places.directory import Directory
from tests.services.country import HEADER, SMALL, TODAY, bring_in

RENAMED = f"{HEADER}\n1212,village,121,Чоң-Арал,Чон-Арал"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    assert (await bring_in(database, SMALL)).written
    yield database
    await database.close()


class Watch:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def places(watch: Watch) -> Places:
    return Places(clock=watch)


async def now(places: Places, database: Database, today: date = TODAY) -> Directory:
    async with database.read() as session:
        return await places.current(session, today)


def name_of(directory: Directory) -> str:
    place = directory.by_code("1212")
    assert place is not None
    return place.name_ky


async def test_an_unchanged_directory_is_read_once(
    places: Places, database: Database, watch: Watch
) -> None:
    first = await now(places, database)
    watch.seconds += 10 * LOOK_SECONDS
    assert await now(places, database) is first


async def test_a_change_by_another_process_is_noticed_within_seconds(
    places: Places, database: Database, watch: Watch
) -> None:
    first = await now(places, database)
    assert (await bring_in(database, RENAMED)).written
    watch.seconds += LOOK_SECONDS - 0.1
    assert await now(places, database) is first
    watch.seconds += 0.2
    assert name_of(await now(places, database)) == "Чоң-Арал"


async def test_each_of_many_changes_is_noticed(
    places: Places, database: Database, watch: Watch
) -> None:
    for name in ("Чоң-Арал", "Арал", "Кичи-Арал", "Арал"):
        renamed = f"{HEADER}\n1212,village,121,{name},Арал"
        await now(places, database)
        assert (await bring_in(database, renamed)).written
        watch.seconds += LOOK_SECONDS
        assert name_of(await now(places, database)) == name


async def test_what_is_forgotten_is_read_at_once(places: Places, database: Database) -> None:
    await now(places, database)
    assert (await bring_in(database, RENAMED)).written
    places.forget()
    assert name_of(await now(places, database)) == "Чоң-Арал"


async def test_a_new_day_brings_a_new_directory(places: Places, database: Database) -> None:
    first = await now(places, database)
    second = await now(places, database, date(2026, 11, 3))
    assert (first.day, second.day) == (TODAY, date(2026, 11, 3))


async def test_others_do_not_wait_while_one_looks(
    places: Places, database: Database, watch: Watch
) -> None:
    first = await now(places, database)
    assert (await bring_in(database, RENAMED)).written
    watch.seconds += LOOK_SECONDS
    async with database.read() as one, database.read() as other:
        looking = asyncio.create_task(places.current(one, TODAY))
        await asyncio.sleep(0)
        assert await places.current(other, TODAY) is first
        assert not looking.done()
        assert name_of(await looking) == "Чоң-Арал"


async def test_after_a_look_that_failed_the_next_one_looks_again(
    places: Places, database: Database, watch: Watch, tmp_path: Path
) -> None:
    await now(places, database)
    assert (await bring_in(database, RENAMED)).written
    watch.seconds += LOOK_SECONDS
    empty = Database(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(OperationalError):
        await now(places, empty)
    await empty.close()
    watch.seconds += LOOK_SECONDS
    assert name_of(await now(places, database)) == "Чоң-Арал"
