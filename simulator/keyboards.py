"""Reply markup as Telegram checks it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from simulator.fields import Fields
from simulator.markup import checked_url, utf16_length
from simulator.model import Json
from simulator.refusal import bad_request

MAX_CALLBACK_DATA = 64
"""Bytes."""
MAX_BUTTONS = 100
"""In one keyboard; more is REPLY_MARKUP_TOO_LONG."""
MAX_PLACEHOLDER = 64

_REQUESTS = {
    "request_contact": "Phone number can be requested in private chats only",
    "request_location": "Location can be requested in private chats only",
    "request_poll": "Poll can be requested in private chats only",
    "request_users": "Users can be requested in private chats only",
    "request_chat": "Chats can be requested in private chats only",
    "web_app": "Web App buttons can be used in private chats only",
}
_FLAGS = (
    "resize_keyboard",
    "one_time_keyboard",
    "is_persistent",
    "selective",
    "remove_keyboard",
    "force_reply",
)
_OTHER_INLINE = (
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)


@dataclass(frozen=True, slots=True)
class Markup:
    """A checked reply markup: inline rows, or the keyboard under the input field."""

    kind: Literal["inline", "reply", "remove", "force_reply", "none"]
    rows: tuple[list[Json], ...] = ()
    raw: Json | None = None

    @property
    def inline_keyboard(self) -> list[list[Json]] | None:
        return list(self.rows) if self.kind == "inline" and self.rows else None


def read_markup(raw: Any) -> Markup:
    """Check a reply_markup as it came. Raises Refusal."""
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except ValueError:
            raise bad_request("can't parse reply keyboard markup JSON object") from None
    fields = Fields(raw, wanted="object expected as reply markup")
    for flag in _FLAGS:
        fields.flag(flag)
    _check_placeholder(fields)
    rows = _rows(fields.raw, "keyboard", "", _reply_button)
    inline = _rows(fields.raw, "inline_keyboard", " of the InlineKeyboardMarkup", _inline_button)
    if rows:
        return Markup("reply", rows, fields.raw | {"keyboard": list(rows)})
    if inline:
        return Markup("inline", inline)
    if fields.flag("remove_keyboard"):
        return Markup("remove")
    if fields.flag("force_reply"):
        return Markup("force_reply", raw=fields.raw)
    return Markup("none")


def check_for_group(markup: Markup) -> None:
    """Refuse buttons that only a private chat can have."""
    for row in markup.rows:
        for button in row:
            for request, words in _REQUESTS.items():
                if button.get(request):
                    raise bad_request(words[0].lower() + words[1:])


def _rows(
    markup: Json, field: str, owner: str, read: Callable[[Any], Json]
) -> tuple[list[Json], ...]:
    raw = markup.get(field)
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise bad_request(f'field "{field}" must be of type Array')
    rows = []
    for row in raw:
        if not isinstance(row, list):
            raise bad_request(f'field "{field}"{owner} must be an Array of Arrays')
        if row:
            rows.append([read(button) for button in row])
    if sum(map(len, rows)) > MAX_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return tuple(rows)


def _reply_button(raw: Any) -> Json:
    if isinstance(raw, str):
        raw = {"text": raw}
    fields = Fields(raw, "keyboard button", "KeyboardButton must be a String or an Object")
    fields.require("text")
    if not fields.string("text").strip():
        raise bad_request("keyboard button text must be non-empty")
    fields.flag("request_contact")
    fields.flag("request_location")
    return fields.raw


def _inline_button(raw: Any) -> Json:
    fields = Fields(raw, "inline keyboard button", "InlineKeyboardButton must be an Object")
    fields.require("text")
    text = fields.string("text")
    if url := fields.string("url"):
        _check_text(text)
        return fields.raw | {"url": _checked(url)}
    if data := fields.string("callback_data"):
        _check_text(text)
        if len(data.encode()) > MAX_CALLBACK_DATA:
            raise bad_request("BUTTON_DATA_INVALID")
        return fields.raw | {"callback_data": data}
    if any(field in raw for field in _OTHER_INLINE):
        _check_text(text)
        return fields.raw
    raise fields.refusal("Text buttons are unallowed in the inline keyboard")


def _check_text(text: str) -> None:
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")


def _checked(url: str) -> str:
    checked = checked_url(url)
    if checked is None:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return checked


def _check_placeholder(fields: Fields) -> None:
    if utf16_length(fields.string("input_field_placeholder")) > MAX_PLACEHOLDER:
        raise bad_request("REPLY_MARKUP_PLACEHOLDER_INVALID")
