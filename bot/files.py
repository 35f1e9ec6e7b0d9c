"""Files that letters carry: made when they are sent, and taken from Telegram the next time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.database import Database
from bot.request import Upload
from bot.ui.i18n import Translator, Translators
from services import delivery

KINDS = ("photo", "document", "voice")


@dataclass(frozen=True, slots=True)
class Order:
    """Which file: of which subject (a vote, an account), in whose words."""

    session: AsyncSession
    subject: int
    t: Translator


Maker: TypeAlias = Callable[[Order], Awaitable[Upload]]
Caller: TypeAlias = Callable[[dict[str, Any], dict[str, Upload]], Awaitable[Any]]


class Files:
    """Turns `{"maker": …}` in a payload into Telegram's file id or an upload."""

    def __init__(
        self,
        database: Database,
        makers: Mapping[str, Maker],
        translators: Translators,
        clock: Clock,
    ) -> None:
        self._database = database
        self._makers = makers
        self._translators = translators
        self._clock = clock
        self._known: dict[str, str] = {}
        self._making: dict[str, asyncio.Lock] = {}

    async def send(self, payload: dict[str, Any], call: Caller) -> None:
        """Calls with the file in place; a file for many is uploaded once, the others wait."""
        kind = _kind(payload)
        if kind is None:
            await call(payload, {})
            return
        wanted = payload[kind]
        if not wanted["reuse"]:
            await call({**payload, kind: "attach://file"}, {"file": await self._make(wanted)})
            return
        key = _key(wanted)
        async with self._making.setdefault(key, asyncio.Lock()):
            file_id = await self._find(key)
            if file_id is None:
                upload = await self._make(wanted)
                result = await call({**payload, kind: "attach://file"}, {"file": upload})
                await self._remember(key, result[kind])
                return
        await call({**payload, kind: file_id}, {})

    async def _remember(self, key: str, sent: Any) -> None:
        self._known[key] = (sent[-1] if isinstance(sent, list) else sent)["file_id"]
        async with self._database.begin() as session:
            await delivery.remember_file(session, key, self._known[key], now=self._clock.now())

    async def _find(self, key: str) -> str | None:
        if key not in self._known:
            async with self._database.read() as session:
                found = await delivery.known_file(session, key)
            if found is None:
                return None
            self._known[key] = found
        return self._known[key]

    async def _make(self, wanted: dict[str, Any]) -> Upload:
        async with self._database.read() as session:
            order = Order(session, wanted["subject"], self._translators[wanted["language"]])
            return await self._makers[wanted["maker"]](order)


def _kind(payload: dict[str, Any]) -> str | None:
    """Which parameter, if any, is a file to be made."""
    return next((kind for kind in KINDS if isinstance(payload.get(kind), dict)), None)


def _key(wanted: dict[str, Any]) -> str:
    return f"{wanted['maker']}:{wanted['subject']}:{wanted['language']}"
