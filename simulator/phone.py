"""What all acts of people share: whose phone it is, which chat is open, what leaves it."""

from typing import TYPE_CHECKING, Any

from simulator.model import Chat, Message, Person

if TYPE_CHECKING:
    from simulator.telegram import Telegram


class Impossible(Exception):
    """A person could not do that with a real Telegram; the words say why."""


class Phone:
    def __init__(self, telegram: "Telegram"):
        self._telegram = telegram

    def _person(self, person_id: int) -> Person:
        person = self._telegram.persons.get(person_id)
        if person is None:
            raise Impossible(f"there is no person {person_id}")
        return person

    def _member(self, chat: Chat, person_id: int) -> Person:
        if not chat.has(person_id):
            raise Impossible("that person is not in the group")
        return self._person(person_id)

    def _open_chat(self, person_id: int, chat_id: int | None) -> Chat:
        """The chat, if the person can act there."""
        chat = self._telegram.chat_of(person_id, chat_id)
        if self._person(person_id).deactivated:
            raise Impossible("that account is deleted")
        if chat.private:
            if chat.blocked:
                raise Impossible("the bot is blocked; unblock it first")
        else:
            self._member(chat, person_id)
            if chat.migrated_to is not None:
                raise Impossible("that group has become a supergroup")
        return chat

    def _visible(self, chat: Chat, message_id: int) -> Message:
        message = chat.messages.get(message_id)
        if message is None:
            raise Impossible(f"there is no message {message_id} on the screen")
        return message

    def _sends(self, person_id: int, chat_id: int | None, **content: Any) -> Message:
        chat = self._open_chat(person_id, chat_id)
        if chat.kind == "channel":
            raise Impossible("in a channel only its owner writes")
        if chat.private and not chat.started:
            chat.started = True
            self._telegram.events.emit("chat", chat=chat)
        message = self._telegram.add_message(chat, person_id, **content)
        self._telegram.announce(message)
        return message
