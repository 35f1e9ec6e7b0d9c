"""What somebody at the chat page can do: people's acts, and the demo's clock and faults."""

import base64
import inspect
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from simulator.model import Chat, Json
from simulator.page_view import View, chat_name
from simulator.people import Impossible
from simulator.telegram import Telegram

log = logging.getLogger(__name__)

LONGEST_STEP = timedelta(days=366)
SLOWEST_MS = 30_000
Restart = Callable[[], Awaitable[object] | object]


class Unreadable(Exception):
    """The body of an action has not what the action needs; the words say what."""


@dataclass(frozen=True, slots=True)
class Body:
    """The JSON of an action, read field by field; each reader raises Unreadable."""

    fields: Json

    def text(self, name: str, default: str | None = None) -> str:
        value = self.fields.get(name, default)
        if not isinstance(value, str):
            raise Unreadable(f"{name} must be a text")
        return value

    def optional_text(self, name: str) -> str | None:
        return self.text(name, "").strip() or None if self.fields.get(name) is not None else None

    def integer(self, name: str, default: int | None = None) -> int:
        value = self.fields.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise Unreadable(f"{name} must be a whole number")
        return value

    def number(self, name: str, default: float | None = None) -> float:
        value = self.fields.get(name, default)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise Unreadable(f"{name} must be a number")
        return float(value)

    def integers(self, name: str) -> list[int]:
        value = self.fields.get(name)
        if not isinstance(value, list) or not all(type(each) is int for each in value):
            raise Unreadable(f"{name} must be a list of whole numbers")
        return value

    def file(self, name: str = "file") -> "SentFile":
        return _file(self.fields.get(name), name)

    def files(self) -> "list[SentFile]":
        value = self.fields.get("files")
        if not isinstance(value, list):
            raise Unreadable("files must be a list")
        return [_file(each, "files") for each in value]


@dataclass(frozen=True, slots=True)
class SentFile:
    name: str
    mime: str
    content: bytes


def _file(value: Any, field: str) -> SentFile:
    if not isinstance(value, dict):
        raise Unreadable(f"{field} must be a file: name, mime, content")
    body = Body(value)
    try:
        content = base64.b64decode(body.text("content"), validate=True)
    except ValueError:
        raise Unreadable(f"{field} must have its content in base64") from None
    return SentFile(body.text("name"), body.text("mime", ""), content)


class Actions:
    """Each public method is an action of `POST /do/<its name>`; people's raise Impossible."""

    def __init__(self, telegram: Telegram, view: View, restart: Restart | None):
        self._telegram = telegram
        self._people = telegram.people
        self._view = view
        self._restart = restart

    def where(self, body: Body) -> tuple[int, Chat, int]:
        """Who acts, in which chat, and that chat as the core wants it named."""
        person_id = body.integer("person")
        chat_id = body.integer("chat", person_id)
        bot = self._view.bot
        if bot is None:
            raise Impossible("there is no bot yet")
        wanted = bot.id if chat_id == person_id else chat_id
        chat = self._telegram.chat_of(person_id, wanted)
        return person_id, chat, chat_name(chat)

    # ------------------------------------------------------------ words and buttons

    def says(self, body: Body) -> None:
        person, chat, name = self.where(body)
        if chat.kind == "channel":
            self._people.posts_in_channel(person, name, body.text("text"))
        else:
            self._people.says(person, body.text("text"), name)

    def edits(self, body: Body) -> None:
        person, _, name = self.where(body)
        self._people.edits(person, body.integer("message"), body.text("text"), name)

    def taps(self, body: Body) -> Json:
        person, _, name = self.where(body)
        message, data = body.integer("message"), body.text("data")
        return {"query": self._people.taps(person, message, data=data, chat_id=name)}

    def presses(self, body: Body) -> None:
        person, _, name = self.where(body)
        if "latitude" in body.fields:
            place = (body.number("latitude"), body.number("longitude"))
            self._people.presses(person, body.text("label"), name, location=place)
        else:
            self._people.presses(person, body.text("label"), name)

    def opens_link(self, body: Body) -> None:
        """`link` is a t.me address or a start payload; with `payload` true it is the latter."""
        person, _, name = self.where(body)
        link = body.text("link").strip()
        payload = link if body.fields.get("payload") is True else self._payload(link)
        self._people.opens_link(person, payload, name)

    def _payload(self, link: str) -> str:
        """Raises Impossible for an address of anything but this bot's chat."""
        bot = self._view.bot
        assert bot is not None
        if not any(sign in link for sign in ":/?."):
            return link
        address = urlsplit(link if "://" in link else f"https://{link}")
        query = parse_qs(address.query)
        if address.scheme == "tg":
            username = query.get("domain", [""])[0]
        elif address.hostname in {"t.me", "telegram.me", "www.t.me"}:
            username = address.path.strip("/")
        else:
            raise Impossible("that is not a link of Telegram; it begins with https://t.me/")
        if username.lower() != bot.username.lower():
            raise Impossible(f"that link leads to {username or 'nobody'}, not to {bot.username}")
        return query.get("start", [""])[0]

    # ------------------------------------------------------------ attachments

    def sends_photo(self, body: Body) -> None:
        person, _, name = self.where(body)
        file = body.file()
        caption = body.text("caption", "")
        self._people.sends_photo(person, file.content, caption, name=file.name, chat_id=name)

    def sends_album(self, body: Body) -> None:
        person, _, name = self.where(body)
        pictures = [file.content for file in body.files()]
        self._people.sends_album(person, pictures, body.text("caption", ""), chat_id=name)

    def sends_document(self, body: Body) -> None:
        person, _, name = self.where(body)
        file, caption = body.file(), body.text("caption", "")
        self._people.sends_document(
            person, file.content, file.name, caption, mime=file.mime or None, chat_id=name
        )

    def sends_voice(self, body: Body) -> None:
        """`duration` is in seconds."""
        person, _, name = self.where(body)
        file, caption = body.file(), body.text("caption", "")
        self._people.sends_voice(
            person,
            file.content,
            max(body.integer("duration", 1), 1),
            mime=file.mime or "audio/ogg",
            caption=caption,
            chat_id=name,
        )

    def sends_location(self, body: Body) -> None:
        person, _, name = self.where(body)
        latitude, longitude = body.number("latitude"), body.number("longitude")
        self._people.sends_location(person, latitude, longitude, chat_id=name)

    def sends_contact(self, body: Body) -> None:
        person, _, name = self.where(body)
        self._people.sends_contact(person, chat_id=name)

    # ------------------------------------------------------------ people and groups

    def blocks(self, body: Body) -> None:
        person, _, name = self.where(body)
        self._people.blocks(person, name)

    def unblocks(self, body: Body) -> None:
        person, _, name = self.where(body)
        self._people.unblocks(person, name)

    def leaves(self, body: Body) -> None:
        person, _, name = self.where(body)
        self._people.leaves(person, name)

    def reads(self, body: Body) -> None:
        person, chat, _ = self.where(body)
        self._view.read(person, chat, body.integer("message"))
        self._telegram.events.emit("read", chat=chat)

    def add_person(self, body: Body) -> Json:
        first_name = body.text("first_name").strip()
        if not first_name:
            raise Impossible("a person needs a name")
        person = self._telegram.add_person(
            first_name,
            last_name=body.optional_text("last_name"),
            language_code=body.optional_text("language_code"),
        )
        return {"person": person.id}

    def add_group(self, body: Body) -> Json:
        title = body.text("title").strip()
        members = body.integers("members")
        if not title or not members:
            raise Impossible("a group needs a name and at least one member")
        if unknown := [each for each in members if each not in self._telegram.persons]:
            raise Impossible(f"there is no person {unknown[0]}")
        bot = self._view.bot
        group = self._telegram.add_group(title, members, [bot.token] if bot else [])
        return {"chat": group.id}

    # ------------------------------------------------------------ the demo

    def advances(self, body: Body) -> None:
        parts = {name: body.number(name, 0) for name in ("minutes", "hours", "days")}
        try:
            step = timedelta(**parts)
        except OverflowError:
            raise Unreadable("the step is too long") from None
        if not timedelta(0) < step <= LONGEST_STEP:
            raise Unreadable(f"a step goes forward, {LONGEST_STEP.days} days at most")
        self._telegram.clock.advance(step)

    def faults(self, body: Body) -> None:
        """Switches the named faults, leaves the others as they are."""
        faults = self._telegram.faults
        slow = body.integer("slow_ms", faults.slow_ms)
        if not 0 <= slow <= SLOWEST_MS:
            raise Unreadable(f"slow_ms must be from 0 to {SLOWEST_MS}")
        for name in ("lose_answers", "duplicate_updates", "flood", "down"):
            if not isinstance(body.fields.get(name, False), bool | int):
                raise Unreadable(f"{name} must be true, false or a count")
        faults.slow_ms = slow
        for name in ("lose_answers", "flood"):
            setattr(faults, name, body.fields.get(name, getattr(faults, name)))
        for name in ("duplicate_updates", "down"):
            setattr(faults, name, bool(body.fields.get(name, getattr(faults, name))))
        self._telegram.events.emit("faults", faults=faults)

    async def restart(self, body: Body) -> None:
        """Restarts the bot by the demo's own callback; its failure is told in plain words."""
        if self._restart is None:
            raise Impossible("this simulator does not run the bot, so it can't restart it")
        try:
            done = self._restart()
            if inspect.isawaitable(done):
                await done
        except Exception as problem:
            log.exception("the bot did not restart")
            raise Impossible(f"the bot did not start again: {problem}") from problem


NAMES = frozenset(
    name for name, value in vars(Actions).items() if callable(value) and name[0] != "_"
) - {"where"}
"""Every action."""
