"""The types of parameters: how a value that came over the wire is read, and refused.

Values come as JSON or, from a form or a query, as strings; both are understood. Where Telegram
takes a default for a mistyped value in silence, the simulator refuses, so that tests notice.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from simulator.keyboards import Markup, read_markup
from simulator.model import Json, UploadedFile
from simulator.refusal import bad_request, check_encoded

Files = Mapping[str, UploadedFile]


@dataclass(frozen=True, slots=True)
class Reads:
    """How a parameter is read: `parse(raw, name, files)`; what is said when it is missing."""

    parse: Callable[[Any, str, Files], Any]
    missing: str = 'parameter "{name}" is required'


def _mistyped(name: str, wanted: str) -> Exception:
    return bad_request(f'parameter "{name}" must be of type {wanted}')


def _string(raw: Any, name: str, _files: Files) -> str:
    if isinstance(raw, str):
        check_encoded(raw)
        return raw
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return str(raw)
    raise _mistyped(name, "String")


def _integer(raw: Any, name: str, _files: Files) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if isinstance(raw, str):
        try:
            return int(raw)
        except ValueError:
            pass
    raise _mistyped(name, "Integer")


def _number(raw: Any, name: str, _files: Files) -> float:
    if isinstance(raw, (int, float, str)) and not isinstance(raw, bool):
        try:
            number = float(raw)
        except ValueError:
            number = math.nan
        if math.isfinite(number):
            return number
    raise _mistyped(name, "Float")


def _flag(raw: Any, name: str, _files: Files) -> bool:
    if isinstance(raw, bool):
        return raw
    match str(raw).strip().lower():
        case "true" | "yes" | "1":
            return True
        case "false" | "no" | "0":
            return False
        case _:
            raise _mistyped(name, "Boolean")


def _chat_id(raw: Any, name: str, files: Files) -> int | str:
    if isinstance(raw, str) and raw.startswith("@"):
        return raw
    try:
        return _integer(raw, name, files)
    except Exception:
        raise bad_request("chat not found") from None


def _decoded(raw: Any, name: str) -> Any:
    if not isinstance(raw, str):
        return raw
    try:
        return json.loads(raw)
    except ValueError:
        raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None


def _object(raw: Any, name: str, _files: Files) -> Json:
    value = _decoded(raw, name)
    if not isinstance(value, dict):
        raise bad_request(f"object expected as {name.replace('_', ' ')}")
    return value


def _array(raw: Any, name: str, _files: Files) -> list[Any]:
    value = _decoded(raw, name)
    if not isinstance(value, list):
        raise _mistyped(name, "Array")
    return value


def _markup(raw: Any, _name: str, _files: Files) -> Markup:
    return read_markup(raw)


def _file(raw: Any, name: str, files: Files) -> UploadedFile | str:
    """An upload, or the file_id of what was sent before.

    An address on the web is refused as one that can't be fetched: the simulator stays at home.
    """
    if isinstance(raw, UploadedFile):
        return raw
    reference = _string(raw, name, files)
    if reference.startswith("attach://"):
        upload = files.get(reference.removeprefix("attach://"))
        if upload is None:
            raise bad_request(f"there is no {name} in the request")
        return upload
    if reference.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    return reference


def read_file(reference: Any, name: str, files: Files) -> UploadedFile | str:
    """A file named inside an InputMedia object. Raises Refusal."""
    if not reference or reference.removeprefix("attach://") not in {reference, *files}:
        raise bad_request("can't parse InputMedia: media not found")
    return _file(reference, name, files)


Text = Annotated[str, Reads(_string)]
Integer = Annotated[int, Reads(_integer)]
Number = Annotated[float, Reads(_number)]
Coordinate = Annotated[float, Reads(_number, "{name} is empty")]
Flag = Annotated[bool, Reads(_flag)]
ChatId = Annotated[int | str, Reads(_chat_id, "{name} is empty")]
MessageId = Annotated[int, Reads(_integer, "message identifier is not specified")]
UserId = Annotated[int, Reads(_integer, "invalid {name} specified")]
Object = Annotated[Json | None, Reads(_object)]
Array = Annotated[list[Any] | None, Reads(_array)]
ReplyMarkup = Annotated[Markup | None, Reads(_markup)]
File = Annotated[UploadedFile | str, Reads(_file, "there is no {name} in the request")]
