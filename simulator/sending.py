"""What every method that sends shares: the formatting, the options and the act itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from simulator import wire
from simulator.entities import formatted
from simulator.fields import Fields
from simulator.keyboards import Markup, check_for_group
from simulator.markup import Formatted, utf16_length
from simulator.model import Chat, Json, Media, Message
from simulator.parameters import Array, Flag, Integer, Object, ReplyMarkup, Text
from simulator.refusal import bad_request, too_many_requests
from simulator.table import Call

MAX_TEXT = 4096
MAX_CAPTION = 1024
"""UTF-16 units, after the entities are parsed."""


@dataclass(frozen=True, slots=True)
class Sending:
    """The options of every method that sends."""

    reply_markup: ReplyMarkup = None
    reply_parameters: Object = None
    reply_to_message_id: Integer = 0
    allow_sending_without_reply: Flag = False
    disable_notification: Flag = False
    protect_content: Flag = False
    allow_paid_broadcast: Flag = False
    message_effect_id: Text = ""
    message_thread_id: Integer = 0


@dataclass(frozen=True, slots=True)
class Caption:
    """The caption of a medium."""

    caption: Text = ""
    parse_mode: Text = ""
    caption_entities: Array = None
    show_caption_above_media: Flag = False


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says."""

    text: str | None = None
    caption: str | None = None
    entities: list[Json] = field(default_factory=list)
    media: Media | None = None
    media_group_id: str | None = None


def text_content(call: Call, text: str, parse_mode: str, entities: list[Json] | None) -> Content:
    """Raises Refusal for a text that is empty, too long or wrongly marked up."""
    if not text:
        raise bad_request("message text is empty")
    shown = _with_users(call, formatted(text, parse_mode, entities))
    if not shown.text:
        raise bad_request("text must be non-empty")
    if utf16_length(shown.text) > MAX_TEXT:
        raise bad_request("message is too long")
    return Content(text=shown.text, entities=shown.entities)


def captioned(
    call: Call, media: Media, caption: Caption, media_group_id: str | None = None
) -> Content:
    """Raises Refusal for a caption that is too long or wrongly marked up."""
    shown = formatted(caption.caption, caption.parse_mode, caption.caption_entities)
    shown = _with_users(call, shown)
    if utf16_length(shown.text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return Content(
        caption=shown.text or None,
        entities=shown.entities,
        media=media,
        media_group_id=media_group_id,
    )


def _with_users(call: Call, shown: Formatted) -> Formatted:
    """Mentions by id carry the user; a mention of somebody unknown is dropped, as at Telegram."""
    if not any(entity["type"] == "text_mention" for entity in shown.entities):
        return shown
    kept = []
    for entity in shown.entities:
        if entity["type"] == "text_mention":
            person = call.telegram.persons.get(entity["user_id"])
            if person is None:
                continue
            where = {name: entity[name] for name in ("offset", "length", "type")}
            entity = where | {"user": wire.person(person)}
        kept.append(entity)
    return Formatted(shown.text, kept)


def send(call: Call, chat: Chat, contents: Sequence[Content], how: Sending) -> list[Message]:
    """Put the messages into the chat, within Telegram's pace. Raises Refusal."""
    telegram, bot, markup = call.telegram, call.bot, how.reply_markup
    if markup is not None and not chat.private:
        check_for_group(markup)
    reply_to = _reply_to(chat, how)
    retry_after = telegram.charge(bot, chat, len(contents), paid=how.allow_paid_broadcast)
    if retry_after:
        raise too_many_requests(retry_after)
    messages = [
        telegram.add_message(
            chat,
            "bot",
            bot=bot,
            text=content.text,
            caption=content.caption,
            entities=content.entities,
            media=content.media,
            media_group_id=content.media_group_id,
            inline_keyboard=markup.inline_keyboard if markup else None,
            reply_to=reply_to,
            protected=how.protect_content,
        )
        for content in contents
    ]
    if markup is not None:
        _change_keyboard(call, chat, markup)
    return messages


def send_one(call: Call, chat: Chat, content: Content, how: Sending) -> Json:
    (message,) = send(call, chat, [content], how)
    return call.telegram.message_json(message)


def _reply_to(chat: Chat, how: Sending) -> int | None:
    fields = Fields(how.reply_parameters or {})
    message_id = fields.integer("message_id") or how.reply_to_message_id
    if not message_id:
        return None
    if message_id in chat.messages:
        return message_id
    if fields.flag("allow_sending_without_reply") or how.allow_sending_without_reply:
        return None
    raise bad_request("message to be replied not found")


def _change_keyboard(call: Call, chat: Chat, markup: Markup) -> None:
    match markup.kind:
        case "reply":
            chat.reply_keyboard = markup.raw
        case "remove":
            chat.reply_keyboard = None
        case _:
            return
    call.telegram.events.emit("keyboard", chat=chat)
