"""The parameters of a Bot API call, whichever way the client encoded them."""

import json
from typing import Any
from urllib.parse import parse_qsl

Parameters = dict[str, Any]
FILE = "<file>"
"""Stands for the contents of an uploaded file."""


def read_parameters(content_type: str, body: bytes) -> Parameters:
    """Decode a JSON, form or multipart body; an unknown content type gives no parameters."""
    if not body:
        return {}
    if content_type.startswith("application/json"):
        decoded = json.loads(body)
        return decoded if isinstance(decoded, dict) else {}
    if content_type.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    if content_type.startswith("multipart/form-data"):
        return _read_multipart(content_type, body)
    return {}


def _read_multipart(content_type: str, body: bytes) -> Parameters:
    boundary = content_type.partition("boundary=")[2].partition(";")[0].strip('" ')
    parameters: Parameters = {}
    for part in body.split(b"--" + boundary.encode("latin-1")):
        head, found, content = part.partition(b"\r\n\r\n")
        if not found:
            continue
        name, is_file = _disposition(head.decode())
        if name:
            parameters[name] = FILE if is_file else content.removesuffix(b"\r\n").decode()
    return parameters


def _disposition(head: str) -> tuple[str, bool]:
    """The name of a multipart field, and whether it is a file."""
    for line in head.splitlines():
        if line.lower().startswith("content-disposition:"):
            fields = {
                key.strip(): value.strip('" ')
                for key, _, value in (field.partition("=") for field in line.split(";")[1:])
            }
            return fields.get("name", ""), "filename" in fields
    return "", False


def buttons(parameters: Parameters) -> list[tuple[str, str]]:
    """Label and callback data of each inline button that a call carries."""
    markup = parameters.get("reply_markup")
    if isinstance(markup, str):
        markup = json.loads(markup)
    if not isinstance(markup, dict):
        return []
    return [
        (button["text"], button["callback_data"])
        for row in markup.get("inline_keyboard", [])
        for button in row
        if "callback_data" in button
    ]
