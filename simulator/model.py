"""The things of the simulated world: people, bots, chats, messages and what they carry."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from simulator.limits import Flood
    from simulator.updates import UpdateQueue

Json = dict[str, Any]
ChatKind = Literal["private", "group", "supergroup", "channel"]
MediaKind = Literal[
    "photo",
    "document",
    "voice",
    "video",
    "audio",
    "animation",
    "sticker",
    "location",
    "venue",
    "contact",
]
MEMBER = frozenset({"creator", "administrator", "member"})
"""The statuses of somebody who is in the chat."""


@dataclass(slots=True)
class Person:
    """A Telegram user; `note` is for the reader of the page only (a role, say)."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    phone: str = ""
    note: str | None = None
    deactivated: bool = False

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}" if self.last_name else self.first_name


@dataclass(slots=True)
class Webhook:
    url: str
    secret: str | None = None
    max_connections: int = 40
    last_error_at: datetime | None = None
    last_error: str | None = None


@dataclass(slots=True)
class Bot:
    """A bot; texts by language code, where "" is for everyone else."""

    token: str
    id: int
    username: str
    updates: "UpdateQueue"
    flood: "Flood"
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    """By scope (`simulator.methods.commands.scope_key`) and language code."""
    webhook: Webhook | None = None
    sees_all_messages: bool = False
    """Privacy mode off: in groups it hears everything, not only what is addressed to it."""
    last_message_id: int = 0

    @property
    def name(self) -> str:
        return self.names[""]


@dataclass(slots=True)
class Media:
    """What a message carries beside text; `payload` is the Bot API's JSON for that kind."""

    kind: MediaKind
    payload: Any

    @property
    def file_id(self) -> str | None:
        """The file, the largest size of a photo, None where there is no file."""
        largest = self.payload[-1] if self.kind == "photo" else self.payload
        file_id: str | None = largest.get("file_id")
        return file_id


@dataclass(slots=True)
class Message:
    """A message in its present state; `entities` belong to the text or the caption."""

    id: int
    chat: "Chat"
    sender: int | Literal["bot"]
    """A person's id, or "bot" (then `bot` says which); a channel's post has the channel's id."""
    date: datetime
    bot: Bot | None = None
    text: str | None = None
    caption: str | None = None
    entities: list[Json] = field(default_factory=list)
    media: Media | None = None
    inline_keyboard: list[list[Json]] | None = None
    reply_to: int | None = None
    media_group_id: str | None = None
    edited: datetime | None = None
    deleted: bool = False
    protected: bool = False
    service: Json | None = None
    """The fields of a service message, such as new_chat_members."""

    @property
    def chat_id(self) -> int:
        return self.chat.id

    @property
    def plain(self) -> str:
        """The text or the caption, "" if there is neither."""
        return self.text or self.caption or ""

    @property
    def buttons(self) -> list[str]:
        """The labels of the inline keyboard, row by row."""
        return [button["text"] for row in self.inline_keyboard or () for button in row]


@dataclass(slots=True)
class Chat:
    """A chat; a private one belongs to a pair of person and bot."""

    id: int
    kind: ChatKind
    title: str | None = None
    person: Person | None = None
    bot: Bot | None = None
    members: dict[int, str] = field(default_factory=dict)
    """Groups and channels: status by id of person or bot."""
    messages: dict[int, Message] = field(default_factory=dict)
    """Visible messages by id, oldest first."""
    started: bool = False
    blocked: bool = False
    reply_keyboard: Json | None = None
    migrated_to: int | None = None
    last_message_id: int = 0

    @property
    def private(self) -> bool:
        return self.kind == "private"

    def has(self, user_id: int) -> bool:
        return self.members.get(user_id) in MEMBER


@dataclass(slots=True)
class Query:
    """A callback query that waits for its answer."""

    id: str
    bot: Bot
    person_id: int
    asked: datetime


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """A toast, or with `show_alert` a dialog, that a person got for a tap."""

    text: str
    show_alert: bool
    query_id: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file as it comes with a call."""

    name: str
    bytes: bytes
    mime: str | None = None


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A line of the log of calls; `ignored` are parameters that the method does not know."""

    time: datetime
    bot: str
    method: str
    params: Json
    status: int
    ms: float
    description: str | None = None
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answers. Status 0: the connection breaks without an answer."""

    status: int
    body: Json

    @property
    def ok(self) -> bool:
        return self.status == 200

    @property
    def result(self) -> Any:
        return self.body.get("result")


CallLog = deque[CallRecord]
