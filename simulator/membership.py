"""Blocking and unblocking, groups and channels, and who is in them."""

from typing import Any

from simulator import wire
from simulator.entities import plain
from simulator.model import Message
from simulator.phone import Impossible, Phone


class Membership(Phone):
    def blocks(self, person_id: int, chat_id: int | None = None) -> None:
        """Block the bot; it learns by my_chat_member."""
        self._set_blocked(person_id, chat_id, True)

    def unblocks(self, person_id: int, chat_id: int | None = None) -> None:
        self._set_blocked(person_id, chat_id, False)

    def _set_blocked(self, person_id: int, chat_id: int | None, blocked: bool) -> None:
        chat = self._telegram.chat_of(person_id, chat_id)
        if chat.bot is None:
            raise Impossible("only a bot can be blocked, not a group")
        if chat.blocked == blocked:
            raise Impossible(f"the bot is {'already' if blocked else 'not'} blocked")
        chat.blocked = blocked
        before, after = ("member", "kicked") if blocked else ("kicked", "member")
        by = wire.person(self._person(person_id))
        self._telegram.tell_status(chat, chat.bot, before, after, by)

    def deactivates(self, person_id: int) -> None:
        """Delete the account; bots are not told."""
        person = self._person(person_id)
        person.deactivated = True
        self._telegram.events.emit("person", person=person)

    def joins(self, person_id: int, chat_id: int) -> Message | None:
        """Join a group; None in a channel, which says nothing about it."""
        return self._moves(person_id, chat_id, "member", "new_chat_members")

    def leaves(self, person_id: int, chat_id: int) -> Message | None:
        return self._moves(person_id, chat_id, "left", "left_chat_member")

    def _moves(self, person_id: int, chat_id: int, status: str, service: str) -> Message | None:
        chat = self._telegram.chat_of(person_id, chat_id)
        if chat.private or chat.has(person_id) == (status == "member"):
            raise Impossible("nothing would change")
        chat.members[person_id] = status
        self._telegram.events.emit("chat", chat=chat)
        if chat.kind == "channel":
            return None
        user = wire.person(self._person(person_id))
        told: Any = [user] if service == "new_chat_members" else user
        message = self._telegram.add_message(chat, person_id, service={service: told})
        self._telegram.announce(message)
        return message

    def adds_bot(
        self, person_id: int, chat_id: int, token: str | None = None, *, administrator: bool = False
    ) -> None:
        """Add a bot to a group: my_chat_member, then the message that names the new member."""
        telegram = self._telegram
        chat = telegram.chat_of(person_id, chat_id)
        bot = telegram.bots[token] if token else telegram.only_bot
        status = "administrator" if administrator else "member"
        telegram.let_bot_in(chat, bot, self._member(chat, person_id), status)

    def removes_bot(self, person_id: int, chat_id: int, token: str | None = None) -> None:
        """Throw a bot out of a group."""
        telegram = self._telegram
        chat = telegram.chat_of(person_id, chat_id)
        bot = telegram.bots[token] if token else telegram.only_bot
        if not chat.has(bot.id):
            raise Impossible("that bot is not in the group")
        by = wire.person(self._member(chat, person_id))
        telegram.change_bot_status(chat, bot, "kicked", by=by)

    def posts_in_channel(self, person_id: int, chat_id: int, text: str) -> Message:
        """Write in a channel that the person owns; bots there get a channel_post."""
        chat = self._telegram.chat_of(person_id, chat_id)
        if chat.kind != "channel" or chat.members.get(person_id) != "creator":
            raise Impossible("only its owner writes in a channel")
        shown = plain(text)
        message = self._telegram.add_message(
            chat, chat.id, text=shown.text, entities=shown.entities
        )
        self._telegram.announce(message, "channel_post")
        return message
