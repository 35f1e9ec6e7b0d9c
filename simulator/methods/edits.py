"""Changing what was sent."""

from simulator.access import find_message, writable_chat
from simulator.methods.media import read_input_media
from simulator.model import Json, Message
from simulator.parameters import Array, ChatId, Flag, MessageId, Object, ReplyMarkup, Text
from simulator.refusal import bad_request
from simulator.sending import Caption, Content, captioned, text_content
from simulator.table import Call, method

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


@method
def edit_message_text(
    call: Call,
    chat_id: ChatId,
    message_id: MessageId,
    text: Text = "",
    parse_mode: Text = "",
    entities: Array = None,
    link_preview_options: Object = None,
    disable_web_page_preview: Flag = False,
    reply_markup: ReplyMarkup = None,
) -> Json:
    content = text_content(call, text, parse_mode, entities)
    message = _editable(call, chat_id, message_id)
    if message.text is None:
        raise bad_request("there is no text in the message to edit")
    return _change(call, message, content, reply_markup)


@method
def edit_message_caption(
    call: Call,
    caption: Caption,
    chat_id: ChatId,
    message_id: MessageId,
    reply_markup: ReplyMarkup = None,
) -> Json:
    message = _editable(call, chat_id, message_id)
    if message.media is None or message.media.kind in {"location", "venue", "contact", "sticker"}:
        raise bad_request("there is no caption in the message to edit")
    content = captioned(call, message.media, caption)
    return _change(call, message, content, reply_markup)


@method
def edit_message_media(
    call: Call,
    chat_id: ChatId,
    message_id: MessageId,
    media: Object,
    reply_markup: ReplyMarkup = None,
) -> Json:
    message = _editable(call, chat_id, message_id)
    content = read_input_media(call, media)
    return _change(call, message, content, reply_markup)


@method
def edit_message_reply_markup(
    call: Call, chat_id: ChatId, message_id: MessageId, reply_markup: ReplyMarkup = None
) -> Json:
    message = _editable(call, chat_id, message_id)
    content = Content(message.text, message.caption, message.entities, message.media)
    return _change(call, message, content, reply_markup)


def _editable(call: Call, chat_id: int | str, message_id: int) -> Message:
    message = find_message(writable_chat(call, chat_id), message_id, "edit")
    if message.bot is not call.bot or message.service is not None:
        raise bad_request("message can't be edited")
    return message


def _change(call: Call, message: Message, content: Content, reply_markup: ReplyMarkup) -> Json:
    """Without a new keyboard the old one goes, as at Telegram. Raises Refusal."""
    keyboard = reply_markup.inline_keyboard if reply_markup else None
    if reply_markup is not None and reply_markup.kind not in {"inline", "none"}:
        raise bad_request("inline keyboard expected")
    before = (message.text, message.caption, message.entities, message.media)
    after = (content.text, content.caption, content.entities, content.media)
    if before == after and (message.inline_keyboard or None) == keyboard:
        raise bad_request(NOT_MODIFIED)
    message.text, message.caption = content.text, content.caption
    message.entities, message.media = content.entities, content.media
    message.inline_keyboard = keyboard
    message.edited = call.telegram.clock.now()
    call.telegram.events.emit("message_edited", chat=message.chat, message=message)
    return call.telegram.message_json(message)
