"""Telegram's updates as PTB's objects, without the parts that nobody here reads."""

from typing import Any

from telegram import Bot, Update

UNREAD = ("reply_markup", "entities", "caption_entities", "from", "sender_chat")


def read_update(data: dict[str, Any], bot: Bot) -> Update:
    """The update.

    The message under a tapped button carries its whole keyboard, which takes longer to read than
    all the rest; only its id, chat and kind are of use.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: this is no update.
    """
    message = data.get("callback_query", {}).get("message")
    if message is not None:
        lean = {name: value for name, value in message.items() if name not in UNREAD}
        query = {**data["callback_query"], "message": lean}
        data = {**data, "callback_query": query}
    return Update.de_json(data, bot)
