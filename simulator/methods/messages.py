"""Messages: sending, copying, deleting."""

from datetime import timedelta

from simulator.access import find_message, readable_chat, writable_chat
from simulator.model import Chat, Json, Message
from simulator.parameters import Array, ChatId, Flag, MessageId, Object, Text
from simulator.refusal import Refusal, bad_request
from simulator.sending import Caption, Content, Sending, captioned, send, send_one, text_content
from simulator.table import Call, method

DELETABLE_FOR = timedelta(hours=48)
"""https://core.telegram.org/bots/api#deletemessage"""

MAX_DELETED_AT_ONCE = 100


@method
def send_message(
    call: Call,
    how: Sending,
    chat_id: ChatId,
    text: Text = "",
    parse_mode: Text = "",
    entities: Array = None,
    link_preview_options: Object = None,
    disable_web_page_preview: Flag = False,
) -> Json:
    content = text_content(call, text, parse_mode, entities)
    return send_one(call, writable_chat(call, chat_id), content, how)


@method
def copy_message(
    call: Call,
    how: Sending,
    chat_id: ChatId,
    from_chat_id: ChatId,
    message_id: MessageId,
    caption: Text = "",
    parse_mode: Text = "",
    caption_entities: Array = None,
    show_caption_above_media: Flag = False,
) -> Json:
    original = find_message(readable_chat(call, from_chat_id), message_id, "copy")
    if original.service is not None or original.protected:
        raise bad_request("message can't be copied")
    content = Content(original.text, original.caption, original.entities, original.media)
    if caption and original.media is not None:
        new = Caption(caption, parse_mode, caption_entities)
        content = captioned(call, original.media, new)
    (copy,) = send(call, writable_chat(call, chat_id), [content], how)
    return {"message_id": copy.id}


@method
def delete_message(call: Call, chat_id: ChatId, message_id: MessageId) -> bool:
    chat = writable_chat(call, chat_id)
    message = find_message(chat, message_id, "delete")
    _check_deletable(call, chat, message)
    call.telegram.delete_message(message)
    return True


@method
def delete_messages(call: Call, chat_id: ChatId, message_ids: Array) -> bool:
    """Messages that are gone or may not be deleted are passed over, as Telegram does."""
    chat = writable_chat(call, chat_id)
    if not message_ids:
        raise bad_request("message identifiers are not specified")
    if len(message_ids) > MAX_DELETED_AT_ONCE:
        raise bad_request("too many message identifiers specified")
    for message_id in message_ids:
        if not isinstance(message_id, int):
            raise bad_request("message identifier must be a Number")
        message = chat.messages.get(message_id)
        if message is not None and _deletable(call, chat, message):
            call.telegram.delete_message(message)
    return True


def _deletable(call: Call, chat: Chat, message: Message) -> bool:
    try:
        _check_deletable(call, chat, message)
    except Refusal:
        return False
    return True


def _check_deletable(call: Call, chat: Chat, message: Message) -> None:
    if chat.members.get(call.bot.id) == "administrator":
        return
    if not chat.private and message.bot is not call.bot:
        raise bad_request("message can't be deleted")
    if call.telegram.clock.now() - message.date > DELETABLE_FOR:
        raise bad_request("message can't be deleted for everyone")
