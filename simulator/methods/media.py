"""Pictures, documents, sound and albums."""

import itertools
from typing import Any

from simulator.access import writable_chat
from simulator.fields import Fields
from simulator.files import MAX_DOWNLOAD
from simulator.model import Json, Media, MediaKind, UploadedFile
from simulator.parameters import (
    Array,
    ChatId,
    File,
    Flag,
    Integer,
    Text,
    read_file,
)
from simulator.refusal import Refusal, bad_request
from simulator.sending import Caption, Content, Sending, captioned, send, send_one
from simulator.table import Call, method

ALBUM = range(2, 11)
"""How many items an album has, as documented; Telegram sends a single one as a plain message."""

_INPUT_KINDS: dict[str, MediaKind] = {
    "photo": "photo",
    "video": "video",
    "audio": "audio",
    "document": "document",
    "animation": "animation",
}
_album_ids = itertools.count(13_900_000_000_000_001)


def _media(call: Call, kind: MediaKind, file: UploadedFile | str, **details: Any) -> Media:
    if isinstance(file, UploadedFile):
        return call.telegram.files.store(kind, file, **details)
    return call.telegram.files.sent_again(kind, file)


@method
def send_photo(
    call: Call,
    how: Sending,
    caption: Caption,
    chat_id: ChatId,
    photo: File,
    has_spoiler: Flag = False,
) -> Json:
    chat = writable_chat(call, chat_id)
    content = captioned(call, _media(call, "photo", photo), caption)
    return send_one(call, chat, content, how)


@method
def send_document(
    call: Call,
    how: Sending,
    caption: Caption,
    chat_id: ChatId,
    document: File,
    disable_content_type_detection: Flag = False,
) -> Json:
    chat = writable_chat(call, chat_id)
    content = captioned(call, _media(call, "document", document), caption)
    return send_one(call, chat, content, how)


@method
def send_voice(
    call: Call,
    how: Sending,
    caption: Caption,
    chat_id: ChatId,
    voice: File,
    duration: Integer = 0,
) -> Json:
    chat = writable_chat(call, chat_id)
    content = captioned(call, _media(call, "voice", voice, duration=duration), caption)
    return send_one(call, chat, content, how)


@method
def send_audio(
    call: Call,
    how: Sending,
    caption: Caption,
    chat_id: ChatId,
    audio: File,
    duration: Integer = 0,
    performer: Text = "",
    title: Text = "",
) -> Json:
    chat = writable_chat(call, chat_id)
    details = {"duration": duration, "performer": performer or None, "title": title or None}
    media = _media(call, "audio", audio, **details)
    return send_one(call, chat, captioned(call, media, caption), how)


@method
def send_video(
    call: Call,
    how: Sending,
    caption: Caption,
    chat_id: ChatId,
    video: File,
    width: Integer = 0,
    height: Integer = 0,
    duration: Integer = 0,
    supports_streaming: Flag = False,
    has_spoiler: Flag = False,
) -> Json:
    chat = writable_chat(call, chat_id)
    media = _media(call, "video", video, width=width, height=height, duration=duration)
    return send_one(call, chat, captioned(call, media, caption), how)


@method
def send_animation(
    call: Call,
    how: Sending,
    caption: Caption,
    chat_id: ChatId,
    animation: File,
    width: Integer = 0,
    height: Integer = 0,
    duration: Integer = 0,
    has_spoiler: Flag = False,
) -> Json:
    chat = writable_chat(call, chat_id)
    media = _media(call, "animation", animation, width=width, height=height, duration=duration)
    return send_one(call, chat, captioned(call, media, caption), how)


@method
def send_sticker(
    call: Call, how: Sending, chat_id: ChatId, sticker: File, emoji: Text = ""
) -> Json:
    chat = writable_chat(call, chat_id)
    media = _media(
        call,
        "sticker",
        sticker,
        type="regular",
        width=512,
        height=512,
        is_animated=False,
        is_video=False,
        emoji=emoji or None,
    )
    return send_one(call, chat, Content(media=media), how)


@method
def send_media_group(call: Call, how: Sending, chat_id: ChatId, media: Array) -> list[Json]:
    chat = writable_chat(call, chat_id)
    items = media or []
    if not items:
        raise bad_request("there are no messages to send")
    if len(items) < ALBUM.start:
        raise bad_request("too few messages to send as an album")
    if len(items) >= ALBUM.stop:
        raise bad_request("too many messages to send as an album")
    kinds = {Fields(item, "InputMedia").string("type") for item in items}
    if "animation" in kinds:
        raise bad_request(
            "can't parse InputMedia: type \"animation\" can't be used in sendMediaGroup"
        )
    for alone in ("document", "audio"):
        if alone in kinds and len(kinds) > 1:
            raise bad_request(f"{alone} can't be mixed with other media types")
    album_id = str(next(_album_ids))
    contents = [_album_item(call, number, item, album_id) for number, item in enumerate(items, 1)]
    messages = send(call, chat, contents, how)
    return [call.telegram.message_json(message) for message in messages]


def _album_item(call: Call, number: int, item: Any, album_id: str) -> Content:
    """A file that is refused is refused with its number in the album."""
    try:
        return read_input_media(call, item, album_id)
    except Refusal as refusal:
        words = refusal.description.removeprefix("Bad Request: ")
        if words.startswith("can't parse"):
            raise
        cause = words[0].upper() + words[1:]
        raise bad_request(
            f'failed to send message #{number} with the error message "{cause}"'
        ) from refusal


@method
def get_file(call: Call, file_id: Text) -> Json:
    file = call.telegram.files.get(file_id)
    if file is None:
        raise bad_request("invalid file_id")
    if len(file.bytes) > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    return file.ids | {"file_size": len(file.bytes), "file_path": file.path}


def read_input_media(call: Call, item: Any, album_id: str | None = None) -> Content:
    """An InputMedia object as content. Raises Refusal."""
    fields = Fields(item, "InputMedia")
    kind = _INPUT_KINDS.get(fields.string("type"))
    if kind is None:
        raise fields.refusal(f'type "{fields.string("type")}" is unsupported')
    file = read_file(fields.string("media"), "media", call.files)
    details: dict[str, int | str | None] = {}
    if kind in {"video", "animation"}:
        details = {name: fields.integer(name) for name in ("width", "height", "duration")}
    elif kind == "audio":
        details = {name: fields.string(name) or None for name in ("performer", "title")}
        details["duration"] = fields.integer("duration")
    caption = Caption(
        fields.string("caption"), fields.string("parse_mode"), fields.objects("caption_entities")
    )
    return captioned(call, _media(call, kind, file, **details), caption, album_id)
