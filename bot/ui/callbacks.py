"""Callback data: frozen dataclasses, packed to at most 64 bytes behind a prefix.

Keyboards that were sent live for ever, so a prefix is never reused for something else; a renamed
one keeps its old name as an alias.
"""

import dataclasses
import enum
import types
from collections.abc import Callable as Function
from typing import (
    Any,
    ClassVar,
    TypeVar,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

MAX_BYTES = 64
SEPARATOR = ":"

_by_prefix: dict[str, type["Callback"]] = {}


class UnreadableCallback(Exception):
    """Callback data that no button of this bot carries: forged, or of a vanished dialogue."""


class Callback:
    """What a button means.

    Fields: str (printable ASCII, no colon), int, bool, StrEnum, and None of these.
    """

    prefix: ClassVar[str]

    def pack(self) -> str:
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        parts = [self.prefix, *(_write(getattr(self, field.name)) for field in fields)]
        data = SEPARATOR.join(parts)
        if len(data.encode()) > MAX_BYTES:
            raise ValueError(f"callback data of {self.prefix!r} over {MAX_BYTES} bytes")
        return data


C = TypeVar("C", bound=Callback)


@dataclass_transform(frozen_default=True)
def callback(prefix: str, *aliases: str) -> Function[[type[C]], type[C]]:
    """Registers a frozen dataclass under a short prefix."""

    def register(cls: type[C]) -> type[C]:
        made = dataclasses.dataclass(frozen=True)(cls)
        made.prefix = prefix
        for name in (prefix, *aliases):
            if name in _by_prefix and _by_prefix[name].__qualname__ != cls.__qualname__:
                raise ValueError(f"callback prefix {name!r} is taken by {_by_prefix[name]}")
            _by_prefix[name] = made
        return made

    return register


def unpack(data: str) -> Callback:
    """The button's meaning.

    Raises:
        UnreadableCallback: unknown prefix, wrong number of fields, a field that can't be read.
    """
    prefix, *parts = data.split(SEPARATOR)
    cls = _by_prefix.get(prefix)
    if cls is None:
        raise UnreadableCallback(prefix)
    readers = _readers(cls)
    if len(parts) != len(readers):
        raise UnreadableCallback(prefix)
    try:
        values = [read(part) for read, part in zip(readers, parts, strict=True)]
    except ValueError:
        raise UnreadableCallback(prefix) from None
    return cls(*values)


def known_callbacks() -> tuple[type[Callback], ...]:
    return tuple(dict.fromkeys(_by_prefix.values()))


def _write(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case enum.Enum():
            return str(value.value)
        case str() if SEPARATOR in value:
            raise ValueError("a colon in callback data")
    return str(value)


_reader_cache: dict[type[Callback], list[Function[[str], Any]]] = {}


def _readers(cls: type[Callback]) -> list[Function[[str], Any]]:
    if cls not in _reader_cache:
        hints = get_type_hints(cls)
        _reader_cache[cls] = [
            _reader(hints[field.name])
            for field in dataclasses.fields(cls)  # type: ignore[arg-type]
        ]
    return _reader_cache[cls]


def _reader(kind: Any) -> Function[[str], Any]:
    if get_origin(kind) in (Union, types.UnionType):
        inner = _reader(next(arg for arg in get_args(kind) if arg is not type(None)))
        return lambda text: inner(text) if text else None
    if kind is bool:
        return _read_bool
    if kind is int:
        return _read_int
    if kind is str:
        return _read_str
    return kind  # type: ignore[no-any-return]


def _read_str(text: str) -> str:
    """No button holds anything else, and a database takes not every character."""
    if not (text.isascii() and text.isprintable()):
        raise ValueError
    return text


def _read_bool(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError(text)
    return text == "1"


def _read_int(text: str) -> int:
    if not text.lstrip("-").isascii() or not text.lstrip("-").isdigit() or len(text) > 19:
        raise ValueError(text)
    number = int(text)
    if not -(2**63) <= number < 2**63:
        raise ValueError(text)
    return number
