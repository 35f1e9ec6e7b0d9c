"""What commands have in common: the settings, the database, today's places, the bot's name."""

import os
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands.failing import Failed

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.database import Database
    from bot.settings import Settings
    from services.places.directory import Directory, KnownPlace


def read() -> "Settings":
    """The settings, with log lines for warnings only, so that the answer is easy to see.

    Raises:
        WrongSettings: one of them is wrong.
    """
    from bot.logs import set_up
    from bot.settings import read_settings

    settings = read_settings()
    set_up(settings.log_format, "DEBUG" if settings.log_level == "DEBUG" else "WARNING")
    return settings


def say(lines: Iterable[str]) -> None:
    """Prints; a reader that has seen enough, such as `head`, changes nothing of what was done."""
    try:
        for line in lines:
            print(line)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def sqlite_file(settings: "Settings") -> Path | None:
    """The file of an SQLite database; None for PostgreSQL."""
    from sqlalchemy import make_url

    url = make_url(settings.database_url)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


@asynccontextmanager
async def database(settings: "Settings", *, create: bool = True) -> AsyncIterator["Database"]:
    """The database with the newest schema; SQLite's is made or migrated.

    Raises:
        Failed: `create` is False and there is no SQLite database.
        bot.migrations.OldSchema: `ashar migrate` has to be run first.
    """
    from bot import migrations
    from bot.database import Database

    path = sqlite_file(settings)
    if not create and path is not None and not path.is_file():
        raise Failed(f"there is no database at {path}")
    opened = Database(settings.database_url)
    try:
        await migrations.make_ready(opened)
        yield opened
    finally:
        await opened.close()


async def directory(session: "AsyncSession", settings: "Settings") -> "Directory":
    """Today's places."""
    from datetime import datetime

    from services.places.directory import load_directory

    return await load_directory(session, datetime.now(settings.zone).date())


def find_place(places: "Directory", word: str) -> "KnownPlace":
    """The place of this code, or the one settlement of this name in either language.

    Raises:
        Failed: there is none, or several; says which come near.
    """
    from services.places.search import search

    place = places.by_code(word)
    if place is not None:
        if not place.exists:
            raise Failed(f"{described(places, place)} doesn't exist today")
        return place
    if not len(places):
        raise Failed("there are no places yet: run `ashar places import FILE.csv`")
    hits = search(places, word)
    exact = [hit.place for hit in hits if hit.is_exact]
    if len(exact) == 1:
        return exact[0]
    near = "; ".join(described(places, place) for place in exact or [h.place for h in hits])
    reason = "is the name of several" if exact else "is no code or name of a place"
    raise Failed(f"«{word}» {reason}{': ' if near else ''}{near}")


def described(places: "Directory", place: "KnownPlace") -> str:
    """A place for the eyes of an administrator: code, both names, and where it is."""
    names = " · ".join(dict.fromkeys((place.name_ky, place.name_ru)))
    where = places.where(place, "ru")
    return f"{place.code} {names}{f' ({where})' if where else ''}"


async def bot_name(settings: "Settings") -> str:
    """The bot's name without @: from the settings, else from Telegram.

    Raises:
        WrongSettings: there is no token either.
        telegram.error.TelegramError: Telegram doesn't tell.
    """
    if settings.bot_username:
        return settings.bot_username
    from bot.request import AiohttpRequest, BotApi

    request = AiohttpRequest()
    api = BotApi(request, settings.bot_api_url, settings.token())
    async with request:
        name: str = (await api.call("getMe", {}))["username"]
    return name
