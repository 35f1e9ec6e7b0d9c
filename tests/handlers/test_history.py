"""Votes that were held by show of hands, cast once more one by one: over HTTP, by the real bot."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import chain, repeat

import pytest

from bot.app import Ashar, Parts
from bot.pacer import Pacer
from models import Sex, VoteStatus
from simulator.model import Message
from tests.handlers.ballots import read_vote, result
from tests.simulator.served import served
from tests.world import BESHIK_JON, BOSTER, TOGUZ_TORO, Person, World

PATIENCE = 120
"""Seconds until a test gives up waiting for the bot."""


class ServedWorld(World):
    """The bot polls a simulated Telegram behind a socket, as it would the real one."""

    address = "http://127.0.0.1:1"

    def _make(self) -> Ashar:
        settings = self.settings.model_copy(update={"bot_api_url": self.address})
        pacer = Pacer(100_000, chat_gap=0.0)
        return Ashar(settings, Parts(clock=self.clock, pacer=pacer, duty_seconds=0.2))

    async def open(self) -> None:
        await self.ashar.close()
        self.ashar = self._make()
        await self.ashar.start()

    async def settle(self) -> None:
        """The bot works by itself; see `until`."""

    async def until(self, people: Sequence[Person], shown: Callable[[Message], bool]) -> None:
        """Waits until the newest message of each of them is like that."""
        waiting = set(people)
        with self.telegram.events.subscribe() as events:
            async with asyncio.timeout(PATIENCE):
                while waiting := {p for p in waiting if not (p.messages and shown(p.last))}:
                    async for event in events:
                        if event.kind in ("message_new", "message_edited"):
                            break


@asynccontextmanager
async def serving(url: str) -> AsyncIterator[ServedWorld]:
    world = ServedWorld(url)
    async with served(world.telegram) as address:
        world.address = address
        await world.open()
        await world.add_places()
        try:
            yield world
        finally:
            await world.close()


@dataclass(frozen=True, slots=True)
class Assembly:
    """Who came and how they voted; how many were women is known of Boster only."""

    village: str
    present: int
    votes: tuple[int, ...]
    women: int | None = None

    def sex(self, number: int) -> Sex:
        """Of the person of this number, women spread evenly among the present."""
        if self.women is None:
            return Sex.UNSAID
        before, after = (n * self.women // self.present for n in (number, number + 1))
        return Sex.FEMALE if after > before else Sex.MALE

    def __str__(self) -> str:
        return "-".join(map(str, self.votes))


BOSTER_VOTE = Assembly(BOSTER, 155, (65, 38, 33), women=56)
BESHIK_JON_VOTE = Assembly(BESHIK_JON, 80, (64, 11, 5))
TOGUZ_TORO_VOTE = Assembly(TOGUZ_TORO, 60, (32, 27, 0))
TITLES = (("Таза суу", "Чистая вода"), ("Мектеп", "Школа"), ("Жол", "Дорога"))


@pytest.mark.parametrize("assembly", [BOSTER_VOTE, BESHIK_JON_VOTE, TOGUZ_TORO_VOTE], ids=str)
async def test_an_assembly_votes_one_by_one_with_the_result_of_its_protocol(
    sqlite_url: str, assembly: Assembly
) -> None:
    async with serving(sqlite_url) as world:
        bakyt = await world.staff("Бакыт", place=None)
        people = [
            await world.villager(
                f"Киши {number}",
                "ru" if number % 3 == 0 else "ky",
                village=assembly.village,
                sex=assembly.sex(number),
            )
            for number in range(assembly.present)
        ]
        vote_id = await world.vote(TITLES, maker=bakyt, villages=(assembly.village,))
        await _told(world, people)
        picks = list(
            chain.from_iterable(repeat(n, votes) for n, votes in enumerate(assembly.votes))
        )
        voters = people[: len(picks)]
        await _vote(world, voters, picks)
        await _close_and_publish(world, bakyt, vote_id)
        await world.until(people, lambda message: message.media is not None)
        await _check(world, assembly, vote_id, people)


async def _told(world: ServedWorld, people: list[Person]) -> None:
    """The news of the opening reaches everybody."""
    await world.until(people, lambda message: any("🗳" in label for label in message.buttons))


async def _vote(world: ServedWorld, voters: list[Person], picks: list[int]) -> None:
    """All at once, each step by everybody: open, choose, send."""
    for person in voters:
        await person.taps("🗳 Vote")
    await world.until(voters, lambda message: len(message.buttons) >= 4)
    for person, pick in zip(voters, picks, strict=True):
        await person.taps(TITLES[pick][person.language == "ru"])
    await world.until(voters, lambda message: "📤" in message.buttons[0])
    for person in voters:
        await person.taps("📤 Send my vote")
    await world.until(voters, lambda message: "🧾" in message.buttons[0])


async def _close_and_publish(world: ServedWorld, bakyt: Person, vote_id: int) -> None:
    await bakyt.says("/menu")
    await world.until([bakyt], lambda message: True)
    for data, sign in (
        (f"svclosed:{vote_id}", "📣"),
        (f"svpub:{vote_id}", "📊"),
    ):
        await bakyt.forges(data)
        await world.until([bakyt], lambda message, sign=sign: sign in "".join(message.buttons))  # type: ignore[misc]


async def _check(
    world: ServedWorld, assembly: Assembly, vote_id: int, people: list[Person]
) -> None:
    found = await result(world, vote_id)
    assert (await read_vote(world, vote_id)).status is VoteStatus.PUBLISHED
    assert found.voters == sum(assembly.votes)
    by_position = {line.option.position: line.score for line in found.lines if line.option}
    assert tuple(by_position[n] for n in (1, 2, 3)) == assembly.votes
    assert [line.option.position for line in found.winners if line.option] == [1]
    for person in people:
        for title, votes in zip(TITLES, assembly.votes, strict=True):
            name = title[person.language == "ru"]
            assert f"{name}: {votes} · " in person.last.plain, "the nought is shown too"
        assert person.last.media is not None
        assert person.last.media.kind == "photo"
    pictures = {
        (person.language, person.last.media.file_id) for person in people if person.last.media
    }
    assert len(pictures) == 2, "one picture for each language, uploaded once"
