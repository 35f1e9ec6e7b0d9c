"""What the whole days share: which routes they followed, and that nothing is there twice."""

import dataclasses
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any, TypeAlias

from sqlalchemy import String, cast, func, select
from telegram import Update

from bot.routing import find_route
from bot.transactions import Transactions
from bot.ui.callbacks import Callback
from bot.ui.context import Context
from bot.ui.routes import Command, Event, Link, Route, Routes, Tap
from handlers import ROUTES
from handlers.doors import AcceptInvitation, ArriveInVillage, OpenProfile
from models import Campaign, Grant, Invitation, JournalEntry, Outbox, Resident, Vote, VoteOption
from services.refusal import Refused
from tests.world import Person, World

Name: TypeAlias = type[Callback] | str
"""A route by what it answers to: a button's class, /command, a link's prefix, an event."""

TABLE = Routes(ROUTES)
LED_TO = frozenset({AcceptInvitation, ArriveInVillage, OpenProfile})
"""Doors without a button: another route opens them."""
ALONE = (
    (Resident.account_id, Resident.label),
    (Vote.title_ky,),
    (VoteOption.vote_id, VoteOption.title_ky),
    (Invitation.name, Invitation.role, Invitation.place_id),
    (Grant.account_id, Grant.role, Grant.place_id),
    (Campaign.subject_id, Campaign.kind),
    (Outbox.campaign_id, Outbox.chat_id),
    (
        JournalEntry.subject_id,
        JournalEntry.subject,
        JournalEntry.action,
        cast(JournalEntry.details, String),
    ),
)
"""What no two rows have in common; rows without the first of them don't count."""


class Followed:
    """The routes that a day took by an act of a person, and to their end."""

    def __init__(self) -> None:
        self.names: set[Name] = set()

    def covers(self, promised: frozenset[Name]) -> None:
        missing = promised - self.names
        assert not missing, f"not followed to the end: {missing}"

    async def follow(
        self, transactions: Transactions, context: Context, route: Route, arguments: Sequence[Any]
    ) -> None:
        """In place of `Transactions._follow`, which it calls."""

        async def handler(context: Context, *arguments: Any) -> None:
            await route.handler(context, *arguments)
            if name_of(route) in LED_TO or _is_asked_for(context.update, route):
                self.names.add(name_of(route))

        noting: Route = dataclasses.replace(route, handler=handler)  # type: ignore[arg-type]
        await _follow(transactions, context, noting, arguments)


_follow = Transactions._follow


def name_of(route: Route) -> Name:
    match route:
        case Command():
            return f"/{route.name}"
        case Tap():
            return route.kind
        case Link():
            return route.prefix
        case Event():
            return route.name


def _is_asked_for(update: Update, route: Route) -> bool:
    """Whether the update itself takes this route, and no handler that goes on there."""
    with suppress(Refused):
        found = find_route(TABLE, update)
        return found is not None and found[0] is route
    return False


async def nothing_is_there_twice(world: World) -> None:
    """Neither a row nor, one below the other in somebody's chat, a letter."""
    async with world.ashar.database.read() as session:
        for columns in ALONE:
            found = await session.execute(
                select(*columns)
                .where(columns[0].is_not(None))
                .group_by(*columns)
                .having(func.count() > 1)
            )
            assert not (twice := found.all()), f"{columns} are there twice: {twice}"
    for person_id in world.telegram.persons:
        shown = [
            (message.sender, message.plain, message.media)
            for message in world.telegram.screen(person_id)
        ]
        for letter, next_letter in pairwise(shown):
            assert letter != next_letter, f"{letter} is there twice"


async def rows(world: World, table: type) -> int:
    async with world.ashar.database.read() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


def heard(person: Person, text: str, title: str) -> int:
    """How many letters in the chat say both, such as the news of one vote."""
    wanted = person.words(text)
    return sum(wanted in message.plain and title in message.plain for message in person.messages)


async def residents_of(world: World, person: Person) -> list[Resident]:
    """Everybody on the phone, its owner first."""
    async with world.ashar.database.read() as session:
        found = await session.scalars(
            select(Resident).where(Resident.account_id == person.id).order_by(Resident.id)
        )
        return list(found)


async def home_of(person: Person) -> int:
    """The village of somebody who has the phone alone."""
    (resident,) = await residents_of(person.world, person)
    return resident.village_id


def document_of(person: Person) -> tuple[str, bytes]:
    """Name and content of the file that came last."""
    media = person.last.media
    assert media is not None
    assert media.kind == "document"
    assert media.file_id is not None
    stored = person.world.telegram.files[media.file_id]
    content: bytes = stored.bytes
    return str(stored.name), content
