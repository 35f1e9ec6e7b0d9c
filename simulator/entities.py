"""Texts with their entities, as the reader will see them; every length is in UTF-16 units."""

import re
from collections.abc import Iterable
from typing import Any

from simulator.fields import Fields
from simulator.markup import Formatted, parse_html, utf16_length
from simulator.model import Json
from simulator.refusal import bad_request

MAX_ENTITIES = 100
"""Telegram drops what is over it without a word."""

_DETECTED = re.compile(
    r"(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,})"
    r"|(?P<url>https?://[^\s<>\"]+"
    r"|(?<![\w@./])(?:[A-Za-z0-9-]+\.)+(?:com|org|net|info|me|kg|ru|io)\b(?:/[^\s<>\"]*)?)"
    r"|(?<![\w/<>])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)(?![\w/])"
    r"|(?<![\w@])(?P<mention>@[A-Za-z][A-Za-z0-9_]{3,31})\b"
    r"|(?<![\w#])(?P<hashtag>#\w*[^\W\d]\w*)"
)


def formatted(text: str, parse_mode: str, entities: Iterable[Json] | None) -> Formatted:
    """The text as the reader will see it: parsed, trimmed, with links and commands found.

    A parse mode wins over `entities`, as it does at Telegram. Raises Refusal.
    """
    match parse_mode.lower():
        case "html" if text:
            parsed = parse_html(text)
        case "" | "none" | "html":
            parsed = Formatted(text, [_given(entity) for entity in entities or ()])
        case _:
            raise bad_request("unsupported parse_mode")
    return _with_detected(_trimmed(parsed))


def plain(text: str) -> Formatted:
    """What a person typed, with the commands and links in it."""
    return _with_detected(_trimmed(Formatted(text, [])))


def _given(entity: Any) -> Json:
    fields = Fields(entity, "MessageEntity")
    fields.require("offset", "length", "type")
    read: Json = fields.raw | {
        "offset": fields.integer("offset"),
        "length": fields.integer("length"),
        "type": fields.string("type"),
    }
    if read["type"] == "text_mention":
        fields.require("user")
        read["user_id"] = Fields(read.pop("user"), "MessageEntity").integer("id")
    return read


def _trimmed(parsed: Formatted) -> Formatted:
    text = parsed.text
    if text and (text[0].isspace() or text[-1].isspace()):
        cut = utf16_length(text) - utf16_length(text.lstrip())
        text = text.strip()
        entities = _clipped(parsed.entities, cut, utf16_length(text))
    elif parsed.entities:
        entities = _clipped(parsed.entities, 0, utf16_length(text))
    else:
        return parsed
    return Formatted(text, entities[:MAX_ENTITIES])


def _clipped(entities: list[Json], cut: int, length: int) -> list[Json]:
    kept = []
    for entity in entities:
        begin = max(entity["offset"] - cut, 0)
        end = min(entity["offset"] - cut + entity["length"], length)
        if begin < end:
            kept.append(entity | {"offset": begin, "length": end - begin})
    return kept


def _with_detected(parsed: Formatted) -> Formatted:
    text = parsed.text
    if not any(sign in text for sign in "/@#."):
        return parsed
    taken = [(e["offset"], e["offset"] + e["length"]) for e in parsed.entities if _closed(e)]
    found = []
    for match in _DETECTED.finditer(text):
        value = match.group().rstrip(".,;:!?)»”'\"") if match.lastgroup == "url" else match.group()
        begin = utf16_length(text[: match.start()])
        end = begin + utf16_length(value)
        if all(end <= first or begin >= last for first, last in taken):
            found.append({"type": match.lastgroup, "offset": begin, "length": end - begin})
    if not found:
        return parsed
    entities = sorted([*parsed.entities, *found], key=lambda e: (e["offset"], -e["length"]))
    return Formatted(text, entities[:MAX_ENTITIES])


def _closed(entity: Json) -> bool:
    """Nothing is looked for inside links and code."""
    return entity["type"] in {"text_link", "text_mention", "pre", "code"}
