"""Reply markup as Telegram checks it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from simulator.markup import checked_url, utf16_length
from simulator.model import Json
from simulator.refusal import bad_request, check_encoded

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
    if not isinstance(raw, dict):
        raise bad_request("object expected as reply markup")
    if "keyboard" in raw:
        rows = _rows(raw["keyboard"], "keyboard", "", _reply_button)
        _check_flags(raw, "resize_keyboard", "one_time_keyboard", "is_persistent", "selective")
        _check_placeholder(raw)
        if rows:
            return Markup("reply", rows, raw | {"keyboard": list(rows)})
    if "inline_keyboard" in raw:
        inline = raw["inline_keyboard"]
        rows = _rows(inline, "inline_keyboard", " of the InlineKeyboardMarkup", _inline_button)
        return Markup("inline", rows)
    if "remove_keyboard" in raw:
        _check_flags(raw, "remove_keyboard", "selective")
        return Markup("remove" if raw["remove_keyboard"] else "none")
    if "force_reply" in raw:
        _check_flags(raw, "force_reply", "selective")
        _check_placeholder(raw)
        return Markup("force_reply" if raw["force_reply"] else "none", raw=raw)
    return Markup("none")


def check_for_group(markup: Markup) -> None:
    """Refuse buttons that only a private chat can have."""
    for row in markup.rows:
        for button in row:
            for request, words in _REQUESTS.items():
                if button.get(request):
                    raise bad_request(words[0].lower() + words[1:])


def _rows(raw: Any, field: str, owner: str, read: Callable[[Any], Json]) -> tuple[list[Json], ...]:
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
    if not isinstance(raw, dict):
        raise bad_request(
            "can't parse keyboard button: KeyboardButton must be a String or an Object"
        )
    text = _string(raw, "text", "keyboard button", required=True)
    if not text.strip():
        raise bad_request("keyboard button text must be non-empty")
    for field in ("request_contact", "request_location"):
        if not isinstance(raw.get(field, False), bool):
            raise bad_request(
                f'can\'t parse keyboard button: Field "{field}" must be of type Boolean'
            )
    return raw


def _inline_button(raw: Any) -> Json:
    if not isinstance(raw, dict):
        raise bad_request(
            "can't parse inline keyboard button: InlineKeyboardButton must be an Object"
        )
    text = _string(raw, "text", "inline keyboard button", required=True)
    if url := _string(raw, "url", "inline keyboard button"):
        _check_text(text)
        return raw | {"url": _checked(url)}
    if data := _string(raw, "callback_data", "inline keyboard button"):
        _check_text(text)
        if len(data.encode()) > MAX_CALLBACK_DATA:
            raise bad_request("BUTTON_DATA_INVALID")
        return raw
    if any(field in raw for field in _OTHER_INLINE):
        _check_text(text)
        return raw
    raise bad_request(
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
    )


def _check_text(text: str) -> None:
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")


def _checked(url: str) -> str:
    checked = checked_url(url)
    if checked is None:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return checked


def _string(raw: Json, field: str, owner: str, *, required: bool = False) -> str:
    value = raw.get(field)
    if value is None:
        if required:
            raise bad_request(f"can't parse {owner}: Can't find field \"{field}\"")
        return ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise bad_request(f'can\'t parse {owner}: Field "{field}" must be of type String')
    check_encoded(value)
    return value


def _check_flags(raw: Json, *fields: str) -> None:
    for field in fields:
        if not isinstance(raw.get(field, False), bool):
            raise bad_request(f'field "{field}" must be of type Boolean')


def _check_placeholder(raw: Json) -> None:
    placeholder = raw.get("input_field_placeholder", "")
    if not isinstance(placeholder, str) or utf16_length(placeholder) > MAX_PLACEHOLDER:
        raise bad_request("REPLY_MARKUP_PLACEHOLDER_INVALID")
