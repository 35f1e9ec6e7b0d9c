"""Whole days follow every route; what the bot says in groups, and when it fails."""

from functools import partial

import pytest
import structlog

from handlers import ROUTES, onboarding
from models import Account
from services import people
from services.votes import ballots
from tests.handlers.days import (
    Followed,
    Name,
    home_of,
    name_of,
    nothing_is_there_twice,
    rows,
)
from tests.handlers.test_team_days import TEAM
from tests.handlers.test_villager_days import HOUSEHOLD, SETTLING
from tests.handlers.test_vote_days import VOTE
from tests.world import BESHIK_JON, BOSTER, TOKEN, World

SORRY = "⚠️ An error occurred. Please try again a little later."
MEETING: frozenset[Name] = frozenset({"group", "tapped in group"})


def test_the_days_follow_every_route() -> None:
    promised = SETTLING | HOUSEHOLD | VOTE | TEAM | MEETING
    forgotten = {name_of(route) for route in ROUTES} - promised
    assert not forgotten, f"no whole day follows these routes: {forgotten}"


# --- where the bot doesn't talk, and what it says when it fails -------------------------------


async def test_in_groups_and_channels_the_bot_only_says_where_to_talk(
    followed: Followed, crashing_world: World
) -> None:
    world = crashing_world
    people = world.telegram.people
    aida = await world.villager("Айда", "ky")
    bolot = await world.villager("Болот", "ru")
    group = world.telegram.add_group("Бөстөр", [aida.id, bolot.id], [TOKEN])
    channel = world.telegram.add_channel("Бостер", bolot.id, [TOKEN])
    await bolot.does(lambda: people.posts_in_channel(bolot.id, channel.id, "/start"))
    await aida.does(lambda: people.says(aida.id, "салам баарына", group.id))
    await aida.does(lambda: people.says(aida.id, "/vote@ashar_test_bot", group.id))
    (call,) = [m for m in world.telegram.screen(aida.id, group.id) if m.sender == "bot"]
    for person in (aida, bolot):
        secret = person.words("🔒 Votes are secret: write to the bot in a private chat.")
        assert secret in call.plain
        await person.does(partial(people.taps, person.id, call.id, data="data", chat_id=group.id))
        person.is_told(secret)
    said = [m for m in world.telegram.screen(aida.id, group.id) if m.sender == "bot"]
    assert [m.plain for m in said] == [call.plain]
    assert not [m for m in world.telegram.screen(bolot.id, channel.id) if m.sender == "bot"]
    assert await rows(world, Account) == 2
    await nothing_is_there_twice(world)
    followed.covers(MEETING)


async def test_a_bug_is_apologised_for_in_the_persons_language_and_leaves_all_as_it_was(
    crashing_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = crashing_world
    aida = await world.villager("Айда", "ky")
    bolot = await world.villager("Болот", "ru")
    stranger = world.stranger("Жээнбек", "ru")
    await bolot.says("/menu")
    settle = people.settle

    async def settle_and_fail(*arguments: object, **named: object) -> None:
        await settle(*arguments, **named)  # type: ignore[arg-type]
        raise ZeroDivisionError

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(people, "settle", settle_and_fail)
    monkeypatch.setattr(ballots, "past_votes", fail)
    monkeypatch.setattr(onboarding, "language_screen", fail)
    await aida.opens(f"v_{BESHIK_JON}")
    for person, act in (
        (aida, partial(aida.taps, "✅ Yes, move")),
        (bolot, partial(bolot.says, "/vote")),
        (bolot, partial(bolot.taps, "🗳 Votes and results")),
        (stranger, partial(stranger.says, "/start")),
    ):
        with structlog.testing.capture_logs() as logs:
            await act()
        (incident,) = [line["incident"] for line in logs if line["event"] == "incident"]
        person.sees(SORRY)
        assert person.news.count(incident) == (2 if person is stranger else 1)
    for person in (aida, bolot):
        person.is_told("⚠️ An error. Please try again a little later.")
    stranger.language = "ky"
    stranger.sees(SORRY)
    assert await home_of(aida) == await world.place_id(BOSTER)
    monkeypatch.undo()
    await aida.taps("✅ Yes, move")
    assert await home_of(aida) == await world.place_id(BESHIK_JON)
    await nothing_is_there_twice(world)
