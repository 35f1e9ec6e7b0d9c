"""What stays on the screen says nothing of what was chosen."""

import re

import pytest
from sqlalchemy import select

from models import Vote, VoteMethod, VoteOption
from tests.handlers.ballots import a_picture, read_vote
from tests.world import Person, World

RECEIPT = re.compile(r"[2-9A-Z]{5}-?[2-9A-Z]{5}")


def transcript(person: Person) -> list[tuple[str, str, list[str], list[str]]]:
    """Everything to be seen in the chat: who, text, buttons and what these carry."""
    shown = []
    for message in person.world.telegram.screen(person.id):
        carried = [
            button.get("callback_data", "")
            for row in message.inline_keyboard or ()
            for button in row
        ]
        sender = "bot" if message.sender == "bot" else "person"
        shown.append(
            (
                sender,
                RECEIPT.sub("receipt", message.plain),
                message.buttons,
                [RECEIPT.sub("receipt", data) for data in carried],
            )
        )
    return shown


async def fill_in(person: Person, method: VoteMethod, picks: list[str]) -> None:
    """From /vote to the receipt."""
    await person.says("/vote")
    if not picks:
        await person.taps("❌ None of these")
    for pick in picks:
        await person.taps(pick)
    if method is VoteMethod.SEVERAL and picks:
        await person.taps("➡️ Next: check")
    if method is VoteMethod.RANKING and 0 < len(picks) < 3:
        await person.taps("➡️ Next: check")
    await person.taps("📤 Send my vote")


CHOICES: dict[VoteMethod, tuple[list[str], ...]] = {
    VoteMethod.ONE: (["Суу"], ["Жол"], []),
    VoteMethod.SEVERAL: (["Суу", "Жол"], ["Мост"], []),
    VoteMethod.RANKING: (["Суу", "Жол", "Мост"], ["Мост"], []),
}
TITLES = [(name, name) for name in ("Суу", "Жол", "Мост")]


@pytest.mark.parametrize("method", list(VoteMethod))
async def test_different_choices_leave_equal_chats(
    crashing_world: World, language: str, method: VoteMethod
) -> None:
    world = crashing_world
    bakyt = await world.staff("Бакыт")
    vote_id = await world.vote(TITLES, maker=bakyt, change=_changing(method))
    seen = []
    for picks in CHOICES[method]:
        person = await world.villager("Айда", language)
        await fill_in(person, method, picks)
        person.sees("✅ Your vote is accepted. Thank you!")
        seen.append(transcript(person))
    assert seen[0] == seen[1] == seen[2]
    assert len((await read_vote(world, vote_id)).options) == 3


async def test_a_ballot_begun_twice_leaves_no_tick_behind(
    crashing_world: World, language: str
) -> None:
    """Somebody ticks, types /vote again and goes on in the new message."""
    world = crashing_world
    bakyt = await world.staff("Бакыт")
    await world.vote(TITLES, maker=bakyt, change=_changing(VoteMethod.SEVERAL))
    seen = []
    for first, then in (("Суу", "Жол"), ("Мост", "Суу")):
        person = await world.villager("Айда", language)
        await person.says("/vote")
        await person.taps(first)
        await person.says("/vote")
        await person.taps(then)
        await person.taps("➡️ Next: check")
        await person.taps("📤 Send my vote")
        seen.append(transcript(person))
    assert seen[0] == seen[1]
    assert not any("✅ 1" in label or "✅ 2" in label for _, _, row, _ in seen[0] for label in row)


async def test_pictures_in_between_leave_no_tick_behind(world: World, language: str) -> None:
    bakyt = await world.staff("Бакыт")
    file_id = await a_picture(world, bakyt)
    vote_id = await world.vote(TITLES, maker=bakyt, change=_changing(VoteMethod.SEVERAL))
    async with world.ashar.database.begin() as session:
        for option in await session.scalars(
            select(VoteOption).where(VoteOption.vote_id == vote_id)
        ):
            option.picture = file_id
    seen = []
    for first, then in (("Суу", "Жол"), ("Мост", "Суу")):
        person = await world.villager("Айда", language)
        await person.says("/vote")
        await person.taps(first)
        await person.taps("🖼 Pictures")
        await person.taps(then)
        await person.taps("➡️ Next: check")
        await person.taps("📤 Send my vote")
        seen.append([(who, buttons) for who, _, buttons, _ in transcript(person)])
    assert seen[0] == seen[1]


def _changing(method: VoteMethod):  # type: ignore[no-untyped-def]
    def change(vote: Vote) -> None:
        vote.method = method
        vote.max_choices = 2 if method is VoteMethod.SEVERAL else 1

    return change
