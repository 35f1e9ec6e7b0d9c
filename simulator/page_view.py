"""What the chat page is told: the simulated world as JSON, seen by those who hold the phones."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from simulator.events import Event
from simulator.model import Bot, CallRecord, Chat, Json, Media, Message, Person
from simulator.telegram import Telegram

KEPT_MESSAGES = 300
"""How many of a chat's newest messages the page shows."""
KEPT_CALLS = 400
PageEvent = tuple[str, Any]
"""The name of an event on the page's stream, and its data."""


class View:
    """The world for the page, and how far each person has read in each chat.

    The page plays with the first bot; others are served over HTTP all the same.
    """

    def __init__(self, telegram: Telegram):
        self.telegram = telegram
        self._read: dict[tuple[int, int], int] = {}

    @property
    def bot(self) -> Bot | None:
        return next(iter(self.telegram.bots.values()), None)

    # ------------------------------------------------------------ the whole

    def snapshot(self) -> Json:
        telegram = self.telegram
        chats = list(self.chats())
        calls = islice(reversed(telegram.calls), KEPT_CALLS)
        return {
            "bot": bot_json(self.bot),
            "people": [self.person(person) for person in telegram.persons.values()],
            "chats": [chat_json(chat) for chat in chats],
            "conversations": [talk for chat in chats for talk in self.conversations(chat)],
            "clock": self.clock(),
            "faults": self.faults(),
            "calls": [call_json(record) for record in calls][::-1],
        }

    def chats(self) -> Iterator[Chat]:
        """Every chat that somebody's phone shows."""
        if self.bot is not None:
            for person in self.telegram.persons.values():
                yield self.telegram.private_chat(self.bot, person)
        yield from (chat for chat in self.telegram.chats.values() if chat.migrated_to is None)

    def person(self, person: Person) -> Json:
        private = self.telegram.private_chat(self.bot, person) if self.bot else None
        return {
            "id": person.id,
            "name": person.name,
            "language": person.language_code,
            "note": person.note,
            "blocked": private is not None and private.blocked,
            "deactivated": person.deactivated,
        }

    def clock(self) -> Json:
        clock = self.telegram.clock
        return {"now": milliseconds(clock.now()), "offset": clock.offset.total_seconds() * 1000}

    def faults(self) -> Json:
        faults = self.telegram.faults
        names = ("slow_ms", "lose_answers", "duplicate_updates", "flood", "down")
        return {name: getattr(faults, name) for name in names}

    # ------------------------------------------------------------ one conversation

    def conversations(self, chat: Chat) -> list[Json]:
        """The chat as each phone's list shows it."""
        if chat.person is not None:
            return [self._conversation(chat, chat.person.id)]
        members = (user for user in chat.members if chat.has(user))
        return [self._conversation(chat, user) for user in members if user in self.telegram.persons]

    def _conversation(self, chat: Chat, person_id: int) -> Json:
        last = next(reversed(chat.messages.values()), None)
        read, unread = self._unread(chat, person_id)
        return {
            "person": person_id,
            "chat": chat.id,
            "started": chat.started or not chat.private,
            "read": read,
            "unread": unread,
            "last": self._last_line(last) if last is not None else None,
        }

    def _last_line(self, last: Message) -> Json:
        line = self.message(last)
        kept = ("id", "from", "date", "media", "service")
        return {name: line[name] for name in kept} | {"text": (line["text"] or "")[:200]}

    def _unread(self, chat: Chat, person_id: int) -> tuple[int, int]:
        """The last message that was read, and how many came after; whoever writes has read."""
        mark = self._read.get((person_id, chat.id), 0)
        unread = 0
        for message in reversed(chat.messages.values()):
            if message.id <= mark or message.sender == person_id:
                return max(mark, message.id), unread
            unread += 1
        return mark, unread

    def read(self, person_id: int, chat: Chat, message_id: int) -> None:
        """The person has read as far as this message."""
        key = (person_id, chat.id)
        self._read[key] = max(self._read.get(key, 0), message_id)

    def open(self, person_id: int, chat: Chat) -> Json:
        """All that the phone shows of the chat: messages, keyboard, menu of commands."""
        newest = list(islice(reversed(chat.messages.values()), KEPT_MESSAGES))
        return {
            "messages": [self.message(message) for message in reversed(newest)],
            "keyboard": chat.reply_keyboard,
            "commands": self.telegram.commands(person_id, chat_name(chat)),
        }

    def message(self, message: Message) -> Json:
        answered = message.chat.messages.get(message.reply_to or 0)
        return {
            "id": message.id,
            "chat": message.chat.id,
            "from": message.sender,
            "sender": self._sender_name(message),
            "date": milliseconds(message.date),
            "text": message.text if message.text is not None else message.caption,
            "entities": message.entities,
            "media": media_json(message.media) if message.media is not None else None,
            "album": message.media_group_id,
            "buttons": message.inline_keyboard,
            "edited": message.edited is not None,
            "service": self._service_words(message),
            "reply": self._last_line(answered) if answered is not None else None,
        }

    def _sender_name(self, message: Message) -> str:
        if message.bot is not None:
            return message.bot.name
        if message.sender == message.chat.id and message.chat.title:
            return message.chat.title
        person = self.telegram.persons.get(int(message.sender))
        return person.name if person is not None else ""

    def _service_words(self, message: Message) -> str | None:
        """A service message as a line in the page's own language."""
        if message.service is None:
            return None
        who = self._sender_name(message)
        if members := message.service.get("new_chat_members"):
            names = ", ".join(_full_name(user) for user in members)
            own = [user["id"] for user in members] == [message.sender]
            return f"{who} joined the group" if own else f"{who} added {names}"
        if member := message.service.get("left_chat_member"):
            own = member["id"] == message.sender
            return f"{who} left the group" if own else f"{who} removed {_full_name(member)}"
        if "migrate_from_chat_id" in message.service:
            return "The group became a supergroup"
        return ", ".join(message.service).replace("_", " ")

    # ------------------------------------------------------------ what happens

    def told(self, event: Event) -> list[PageEvent]:
        """An event of the core as events of the page's stream."""
        chat: Chat | None = event.data.get("chat")
        if chat is not None and not self._shown(chat):
            return []
        match event.kind:
            case "message_new" | "message_edited":
                return self._told_message(event.data["message"], event.kind == "message_edited")
            case "message_deleted":
                message = event.data["message"]
                talks = self.conversations(message.chat)
                data = {"chat": message.chat.id, "messages": [message.id], "conversations": talks}
                return [("deleted", data)]
            case "answer":
                return [("answer", answer_json(event.data))]
            case "tap" if chat is not None:
                self.read(event.data["person_id"], chat, event.data["message_id"])
                return [("conversations", self.conversations(chat))]
            case "typing" if chat is not None:
                return [("typing", {"chat": chat.id, "action": event.data["action"]})]
            case "keyboard" if chat is not None:
                return [("keyboard", {"chat": chat.id, "keyboard": chat.reply_keyboard})]
            case "chat" if chat is not None:
                return self._told_chat(chat)
            case "person":
                return self._told_person(event.data["person"])
            case "bot":
                return [("bot", bot_json(self.bot)), ("commands", {})]
            case "call":
                lines = [call_json(event.data["record"])]
                return [("calls", lines), ("faults", self.faults())]
            case "clock":
                return [("clock", self.clock())]
            case "faults":
                return [("faults", self.faults())]
            case "read" if chat is not None:
                return [("conversations", self.conversations(chat))]
        return []

    def _shown(self, chat: Chat) -> bool:
        return chat.bot is None or chat.bot is self.bot

    def _told_message(self, message: Message, edited: bool) -> list[PageEvent]:
        if message.deleted:
            return []
        talks = self.conversations(message.chat)
        data = {"message": self.message(message), "edited": edited, "conversations": talks}
        return [("message", data)]

    def _told_chat(self, chat: Chat) -> list[PageEvent]:
        told: list[PageEvent] = [
            ("chat", {"chat": chat_json(chat), "conversations": self.conversations(chat)})
        ]
        if chat.person is not None:
            told.append(("person", self.person(chat.person)))
        return told

    def _told_person(self, person: Person) -> list[PageEvent]:
        told: list[PageEvent] = [("person", self.person(person))]
        if self.bot is not None:
            told += self._told_chat(self.telegram.private_chat(self.bot, person))
        return told


def milliseconds(moment: datetime) -> int:
    """Unix time in milliseconds, as JavaScript counts it."""
    return int(moment.timestamp() * 1000)


def chat_name(chat: Chat) -> int:
    """The chat as `Telegram.chat_of` is asked for it, unambiguous with several bots."""
    return chat.bot.id if chat.bot is not None else chat.id


def bot_json(bot: Bot | None) -> Json | None:
    """Names and descriptions by language, "" for everyone else."""
    if bot is None:
        return None
    return {
        "id": bot.id,
        "username": bot.username,
        "names": bot.names,
        "descriptions": bot.descriptions,
    }


def chat_json(chat: Chat) -> Json:
    return {
        "id": chat.id,
        "kind": chat.kind,
        "title": chat.title,
        "members": [user for user in chat.members if chat.has(user)],
        "owner": next((user for user, role in chat.members.items() if role == "creator"), None),
        "migrated": chat.migrated_to is not None,
    }


def call_json(record: CallRecord) -> Json:
    return {
        "time": milliseconds(record.time),
        "method": record.method,
        "params": record.params,
        "status": record.status,
        "ms": record.ms,
        "description": record.description,
        "ignored": record.ignored,
    }


def answer_json(data: Json) -> Json:
    return {
        "person": data["person_id"],
        "query": data["query_id"],
        "text": data["text"],
        "modal": data["show_alert"],
        "url": data["url"],
    }


def media_json(media: Media) -> Json:
    """A medium in one flat shape, whatever its kind; lengths in seconds, sizes in bytes."""
    payload: Json = media.payload[-1] if media.kind == "photo" else media.payload
    told: Json = {"kind": media.kind}
    names = {"file_name": "name", "file_size": "size", "mime_type": "mime", "phone_number": "phone"}
    for field, value in payload.items():
        if field == "location":
            told |= value
        elif not field.endswith("_id") or field == "user_id":
            told[names.get(field, field)] = value
    if media.file_id is not None:
        told["url"] = f"/media/{media.file_id}"
    return told


def _full_name(user: Json) -> str:
    return " ".join(filter(None, (user.get("first_name"), user.get("last_name"))))
