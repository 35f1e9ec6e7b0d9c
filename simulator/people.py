"""What a person can do with a phone in hand."""

import re

from simulator import wire
from simulator.attachments import Attachments
from simulator.entities import plain
from simulator.markup import utf16_length
from simulator.membership import Membership
from simulator.model import Chat, Json, Message
from simulator.phone import Impossible

__all__ = ["Impossible", "People"]

MAX_TEXT = 4096
"""UTF-16 units; a client cuts longer texts into several messages."""

BISHKEK = (42.8746, 74.5698)


class People(Attachments, Membership):
    """The acts of people, each named after what the person does.

    A `chat_id` of None means the private chat with the only bot; a bot's id means the private
    chat with that bot. Everything raises Impossible for what a client would not let happen.
    """

    def says(
        self, person_id: int, text: str, chat_id: int | None = None, *, reply_to: int | None = None
    ) -> Message:
        """Type a text and send it; a first message starts the chat as START does.

        A text over MAX_TEXT goes in several messages, as phones do it; the last one is returned.
        """
        shown = plain(text)
        if not shown.text:
            raise Impossible("an empty text can't be sent")
        first, *rest = _parts(shown.text)
        entities = [] if rest else shown.entities
        message = self._sends(person_id, chat_id, text=first, entities=entities, reply_to=reply_to)
        for part in rest:
            message = self._sends(person_id, chat_id, text=part)
        return message

    def opens_link(self, person_id: int, payload: str = "", chat_id: int | None = None) -> Message:
        """Open t.me/<bot>?start=<payload> and tap START, which also unblocks the bot."""
        if not re.fullmatch("[A-Za-z0-9_-]{0,64}", payload):
            raise Impossible("a start payload is up to 64 of A-Z, a-z, 0-9, _ and -")
        chat = self._telegram.chat_of(person_id, chat_id)
        if chat.blocked:
            self.unblocks(person_id, chat_id)
        return self.says(person_id, f"/start {payload}".strip(), chat_id)

    def edits(
        self, person_id: int, message_id: int, text: str, chat_id: int | None = None
    ) -> Message:
        """Change an own message, its caption where it carries a medium."""
        chat = self._open_chat(person_id, chat_id)
        message = self._visible(chat, message_id)
        if message.sender != person_id or message.service is not None:
            raise Impossible("only an own message can be edited")
        shown = plain(text)
        if message.text is not None:
            if not shown.text:
                raise Impossible("a text can't be edited away")
            message.text = shown.text
        else:
            message.caption = shown.text or None
        message.entities = shown.entities
        message.edited = self._telegram.clock.now()
        self._telegram.events.emit("message_edited", chat=chat, message=message)
        self._telegram.announce(message, "edited_message")
        return message

    def deletes(self, person_id: int, message_id: int, chat_id: int | None = None) -> None:
        """Delete a message for everyone; bots are not told."""
        chat = self._open_chat(person_id, chat_id)
        message = self._visible(chat, message_id)
        if not chat.private and message.sender != person_id:
            raise Impossible("only an own message can be deleted in a group")
        self._telegram.delete_message(message)

    def taps(
        self,
        person_id: int,
        message_id: int,
        label: str | None = None,
        *,
        data: str | None = None,
        chat_id: int | None = None,
    ) -> str:
        """Tap an inline button by its label, whole or a part that only it has.

        With `data`, send that instead, as a forged client can, even for a deleted message.
        Returns the id of the callback query.
        """
        chat = self._open_chat(person_id, chat_id)
        message = chat.messages.get(message_id)
        if data is None:
            if label is None:
                raise Impossible("say which button by its label or its data")
            data = _callback_data(_pick(self._visible(chat, message_id), label))
        bot = message.bot if message is not None and message.bot is not None else chat.bot
        if bot is None:
            raise Impossible("there is no bot behind this message")
        person = self._telegram.persons[person_id]
        body: Json = {
            "from": wire.person(person),
            "message": self._tapped(chat, message, message_id),
            "chat_instance": str(-(abs(chat.id) * 4_294_967_291 % 10**18)),
            "data": data,
        }
        query_id = self._telegram.ask(bot, person, body)
        self._telegram.events.emit(
            "tap",
            person_id=person_id,
            chat=chat,
            message_id=message_id,
            query_id=query_id,
            data=data,
        )
        return query_id

    def _tapped(self, chat: Chat, message: Message | None, message_id: int) -> Json:
        if message is not None:
            return self._telegram.message_json(message)
        return {"chat": wire.chat(chat), "message_id": message_id, "date": 0}

    def presses(
        self,
        person_id: int,
        label: str,
        chat_id: int | None = None,
        *,
        location: tuple[float, float] = BISHKEK,
    ) -> Message:
        """Press a button of the reply keyboard; `location` (lat, lon) is where the person is."""
        chat = self._telegram.chat_of(person_id, chat_id)
        keyboard = chat.reply_keyboard
        if keyboard is None:
            raise Impossible("there is no keyboard under the input field")
        button = _only([b for row in keyboard["keyboard"] for b in row], label)
        if button.get("request_contact"):
            message = self.sends_contact(person_id, chat_id=chat_id)
        elif button.get("request_location"):
            message = self.sends_location(person_id, *location, chat_id=chat_id)
        else:
            message = self.says(person_id, button["text"], chat_id)
        if keyboard.get("one_time_keyboard"):
            chat.reply_keyboard = None
            self._telegram.events.emit("keyboard", chat=chat)
        return message


def _pick(message: Message, label: str) -> Json:
    """The inline button with that label."""
    return _only([button for row in message.inline_keyboard or () for button in row], label)


def _only(buttons: list[Json], label: str) -> Json:
    """The button that has this label, or the only one that contains it."""
    labels = ", ".join(button["text"] for button in buttons) or "none"
    for fits in (
        [button for button in buttons if button["text"] == label],
        [button for button in buttons if label in button["text"]],
    ):
        if len(fits) == 1:
            return fits[0]
        if fits:
            raise Impossible(f"several buttons say {label!r}; there are: {labels}")
    raise Impossible(f"no button says {label!r}; there are: {labels}")


def _callback_data(button: Json) -> str:
    if "callback_data" not in button:
        raise Impossible(f"the button {button['text']!r} asks the bot nothing: {button}")
    data: str = button["callback_data"]
    return data


def _parts(text: str) -> list[str]:
    """A text in pieces that fit into a message each."""
    parts, part, length = [], "", 0
    for letter in text:
        size = utf16_length(letter)
        if length + size > MAX_TEXT:
            parts.append(part)
            part, length = "", 0
        part += letter
        length += size
    return [*parts, part]
