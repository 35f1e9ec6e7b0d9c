"""Files that letters carry: made when they are sent, and taken from Telegram the next time."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from telegram.error import BadRequest

from bot.clock import Clock
from bot.database import Database
from bot.request import Upload
from bot.ui.i18n import Translator, Translators
from services import delivery

log = structlog.get_logger()

KINDS = ("photo", "document", "voice")
REFUSED_FILE = ("wrong file identifier", "wrong remote file", "file_reference", "file_id_invalid")
"""What Telegram says of a file id that it doesn't know (any more)."""


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

    def lacks(self, payload: dict[str, Any]) -> str | None:
        """The key of a file for many that may have to be made and uploaded first.

        Whoever sends two such letters side by side uploads the file twice.
        """
        kind = _kind(payload)
        if kind is None or not payload[kind]["reuse"]:
            return None
        key = _key(payload[kind])
        return None if key in self._known else key

    async def send(self, payload: dict[str, Any], call: Caller) -> None:
        """Calls with the file in place: Telegram's copy if it has one, otherwise an upload."""
        kind = _kind(payload)
        if kind is None:
            await call(payload, {})
            return
        wanted = payload[kind]
        if not wanted["reuse"]:
            await call({**payload, kind: "attach://file"}, {"file": await self._make(wanted)})
            return
        key = _key(wanted)
        file_id = await self._find(key)
        if file_id is not None:
            try:
                await call({**payload, kind: file_id}, {})
                return
            except BadRequest as error:
                if not any(word in error.message.lower() for word in REFUSED_FILE):
                    raise
                log.warning("file_made_anew", maker=wanted["maker"], error=error.message)
                await self._forget(key)
        upload = await self._make(wanted)
        result = await call({**payload, kind: "attach://file"}, {"file": upload})
        await self._remember(key, kind, result)

    async def _remember(self, key: str, kind: str, result: Any) -> None:
        """Notes Telegram's id; the message is out, so nothing that fails here may undo that."""
        sent = result.get(kind) if isinstance(result, dict) else None
        if not sent:
            log.warning("file_id_missing", kind=kind)
            return
        self._known[key] = (sent[-1] if isinstance(sent, list) else sent)["file_id"]
        try:
            async with self._database.begin() as session:
                await delivery.remember_file(session, key, self._known[key], now=self._clock.now())
        except Exception as error:
            log.error("file_id_unwritten", error=type(error).__name__)

    async def _forget(self, key: str) -> None:
        self._known.pop(key, None)
        async with self._database.begin() as session:
            await delivery.forget_file(session, key)

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
