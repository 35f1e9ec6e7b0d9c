"""The simulated world: who is there, which chats they have, what was said, who hears of it."""

import itertools
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Literal

from simulator import wire
from simulator.clock import Clock
from simulator.events import Events
from simulator.faults import Faults
from simulator.files import Files
from simulator.limits import Flood, Rates
from simulator.model import Bot, Chat, Json, Message, Person
from simulator.phone import Impossible
from simulator.updates import UpdateQueue

FIRST_UPDATE_ID = 100_000_001


class World:
    def __init__(self, now: Callable[[], datetime], rates: Rates):
        self.clock = Clock(now)
        self.events = Events()
        self.faults = Faults()
        self.rates = rates
        self.files = Files()
        self.bots: dict[str, Bot] = {}
        """By token."""
        self.persons: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        """Groups and channels by id."""
        self._private: dict[tuple[int, int], Chat] = {}
        self._person_ids = itertools.count(701_000_001, 1_009)
        self._group_ids = itertools.count(4_200_000_001, 1_009)
        self.clock.on_advance(lambda _: self.events.emit("clock", now=self.clock.now()))

    def add_bot(
        self, token: str, username: str, name: str, *, sees_all_messages: bool = False
    ) -> Bot:
        """Raises ValueError unless the token reads `<id>:<secret>` and is new."""
        number, _, secret = token.partition(":")
        if not number.isdigit() or not secret or token in self.bots:
            raise ValueError("a bot's token is <id>:<secret>, and new")
        queue = UpdateQueue(self.clock, self.faults, FIRST_UPDATE_ID)
        bot = Bot(token, int(number), username, queue, Flood(self.rates), names={"": name})
        bot.sees_all_messages = sees_all_messages
        self.bots[token] = bot
        self.events.emit("bot", bot=bot)
        return bot

    def add_person(
        self,
        first_name: str,
        *,
        language_code: str | None = None,
        last_name: str | None = None,
        username: str | None = None,
        id: int | None = None,
        phone: str | None = None,
        note: str | None = None,
    ) -> Person:
        person_id = id if id is not None else next(self._person_ids)
        if person_id <= 0 or self.user_json(person_id) is not None:
            raise ValueError(f"the id {person_id} is taken or not positive")
        number = phone or f"996555{person_id % 1_000_000:06}"
        person = Person(person_id, first_name, last_name, username, language_code, number, note)
        self.persons[person_id] = person
        self.events.emit("person", person=person)
        return person

    def add_group(
        self,
        title: str,
        members: Iterable[int] = (),
        bots: Iterable[str] = (),
        *,
        supergroup: bool = False,
        id: int | None = None,
    ) -> Chat:
        """Make a group of people (by id; the first one is its owner) and bots (by token).

        Raises ValueError for a group of bots alone.
        """
        people = [self.persons[person_id] for person_id in members]
        if not people:
            raise ValueError("a group needs a person who makes it")
        chat = Chat(self._group_id(id, supergroup), "supergroup" if supergroup else "group", title)
        self.chats[chat.id] = chat
        for index, person in enumerate(people):
            chat.members[person.id] = "member" if index else "creator"
        self.events.emit("chat", chat=chat)
        for token in bots:
            self.let_bot_in(chat, self.bots[token], people[0])
        return chat

    def add_channel(self, title: str, owner: int, bots: Iterable[str] = ()) -> Chat:
        """Make a channel of that person with the bots as administrators."""
        chat = Chat(self._group_id(None, True), "channel", title, members={owner: "creator"})
        self.chats[chat.id] = chat
        self.events.emit("chat", chat=chat)
        for token in bots:
            by = wire.person(self.persons[owner])
            self.change_bot_status(chat, self.bots[token], "administrator", by=by)
        return chat

    def _group_id(self, wanted: int | None, supergroup: bool) -> int:
        number = next(self._group_ids)
        group_id = wanted if wanted is not None else number
        if wanted is None:
            group_id = -1_000_000_000_000 - number if supergroup else -number
        if group_id >= 0 or group_id in self.chats:
            raise ValueError(f"the id {group_id} is taken or not negative")
        return group_id

    def migrate(self, group_id: int) -> Chat:
        """Turn a group into a supergroup with a new id, as Telegram does when one grows."""
        old = self.chats[group_id]
        new = Chat(self._group_id(None, True), "supergroup", old.title, members=dict(old.members))
        self.chats[new.id] = new
        old.migrated_to = new.id
        owner = next(user for user, status in old.members.items() if status == "creator")
        for chat, service in (
            (old, {"migrate_to_chat_id": new.id}),
            (new, {"migrate_from_chat_id": old.id}),
        ):
            self.announce(self.add_message(chat, owner, service=service))
            self.events.emit("chat", chat=chat)
        return new

    @property
    def only_bot(self) -> Bot:
        """Raises Impossible when there are several, or none."""
        if len(self.bots) != 1:
            raise Impossible(f"there are {len(self.bots)} bots here; say which by its id")
        return next(iter(self.bots.values()))

    def private_chat(self, bot: Bot, person: Person) -> Chat:
        chat = self._private.get((bot.id, person.id))
        if chat is None:
            chat = Chat(person.id, "private", person=person, bot=bot)
            self._private[bot.id, person.id] = chat
        return chat

    def chat_of(self, person_id: int, chat_id: int | None = None) -> Chat:
        """A chat as that person names it: None or the own id for the only bot, a bot's id, a group.

        Raises Impossible for a person or a chat that is not there.
        """
        person = self.persons.get(person_id)
        if person is None:
            raise Impossible(f"there is no person {person_id}")
        if chat_id is None or chat_id == person_id:
            return self.private_chat(self.only_bot, person)
        if chat_id > 0:
            for bot in self.bots.values():
                if bot.id == chat_id:
                    return self.private_chat(bot, person)
        chat = self.chats.get(chat_id)
        if chat is None:
            raise Impossible(f"there is no chat {chat_id}")
        return chat

    def find_chat(self, bot: Bot, chat_id: int | str) -> Chat | None:
        """A chat as the bot names it, None if the bot can't know of it."""
        if isinstance(chat_id, str):
            return None
        if chat_id > 0:
            person = self.persons.get(chat_id)
            return None if person is None else self.private_chat(bot, person)
        chat = self.chats.get(chat_id)
        return chat if chat is not None and bot.id in chat.members else None

    def user_json(self, user_id: int) -> Json | None:
        person = self.persons.get(user_id)
        if person is not None:
            return wire.person(person)
        return next((wire.bot(bot) for bot in self.bots.values() if bot.id == user_id), None)

    def add_message(self, chat: Chat, sender: int | Literal["bot"], **content: Any) -> Message:
        """Put a message into a chat; `content` are fields of Message."""
        counter = chat.bot if chat.bot is not None else chat
        counter.last_message_id += 1
        message = Message(counter.last_message_id, chat, sender, self.clock.now(), **content)
        chat.messages[message.id] = message
        self.events.emit("message_new", chat=chat, message=message)
        return message

    def delete_message(self, message: Message) -> None:
        del message.chat.messages[message.id]
        message.deleted = True
        self.events.emit("message_deleted", chat=message.chat, message=message)

    def message_json(self, message: Message) -> Json:
        """The message as the Bot API tells it."""
        told = self._alone(message)
        answered = message.chat.messages.get(message.reply_to or 0)
        if answered is not None:
            told["reply_to_message"] = self._alone(answered)
        return told

    def _alone(self, message: Message) -> Json:
        if message.bot is not None:
            sender: Json | None = wire.bot(message.bot)
        else:
            person = self.persons.get(message.sender) if message.sender != "bot" else None
            sender = wire.person(person) if person is not None else None
        return wire.message(message, sender)

    def announce(self, message: Message, kind: str = "message") -> None:
        """Tell the bots that hear it."""
        chat = message.chat
        owner = message.sender if isinstance(message.sender, int) else chat.id
        for bot in self._listeners(message):
            bot.updates.put(kind, self.message_json(message), owner)

    def _listeners(self, message: Message) -> list[Bot]:
        chat = message.chat
        if chat.bot is not None:
            return [chat.bot]
        present = [bot for bot in self.bots.values() if chat.has(bot.id)]
        return [bot for bot in present if _hears(bot, message)]

    def change_bot_status(self, chat: Chat, bot: Bot, status: str, *, by: Json) -> None:
        """Let a bot into a chat or out of it, and tell it by my_chat_member."""
        before = chat.members.get(bot.id, "left")
        chat.members[bot.id] = status
        self.tell_status(chat, bot, before, status, by)

    def let_bot_in(self, chat: Chat, bot: Bot, by: Person, status: str = "member") -> None:
        """A person adds a bot to a group: my_chat_member, then the message that says so."""
        self.change_bot_status(chat, bot, status, by=wire.person(by))
        service = {"new_chat_members": [wire.bot(bot)]}
        self.announce(self.add_message(chat, by.id, service=service))

    def tell_status(self, chat: Chat, bot: Bot, before: str, after: str, by: Json) -> None:
        user = wire.bot(bot)
        body = {
            "chat": wire.chat(chat),
            "from": by,
            "date": wire.unix(self.clock.now()),
            "old_chat_member": wire.member(user, before),
            "new_chat_member": wire.member(user, after),
        }
        bot.updates.put("my_chat_member", body, by["id"])
        self.events.emit("chat", chat=chat)


def _hears(bot: Bot, message: Message) -> bool:
    """Privacy mode: https://core.telegram.org/bots/features#privacy-mode."""
    chat = message.chat
    trusted = bot.sees_all_messages or chat.members[bot.id] == "administrator"
    if trusted or message.service is not None:
        return True
    answered = chat.messages.get(message.reply_to or 0)
    if answered is not None and answered.bot is bot:
        return True
    command = message.plain.split(maxsplit=1)[0] if message.plain.startswith("/") else ""
    _, _, addressee = command.partition("@")
    return bool(command) and (not addressee or addressee.lower() == bot.username.lower())
