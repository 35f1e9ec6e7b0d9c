"""The fields of a JSON object that comes with a call, read as Telegram reads them."""

from typing import Any

from simulator.model import Json
from simulator.refusal import Refusal, bad_request, check_encoded


class Fields:
    """Reads an object that Telegram calls `owner`; a mistyped field raises Refusal.

    Numbers may come as strings and the other way round, as at Telegram.
    """

    def __init__(self, raw: Any, owner: str = "", wanted: str = "expected an Object"):
        self._owner = owner
        if not isinstance(raw, dict):
            raise self.refusal(wanted)
        self.raw: Json = raw

    def refusal(self, words: str) -> Refusal:
        if self._owner:
            return bad_request(f"can't parse {self._owner}: {words}")
        return bad_request(words[0].lower() + words[1:])

    def string(self, name: str) -> str:
        """The value, "" where there is none."""
        value = self.raw.get(name)
        if value is None:
            return ""
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str):
            raise self.refusal(f'Field "{name}" must be of type String')
        check_encoded(value)
        return value

    def integer(self, name: str, default: int = 0) -> int:
        value = self.raw.get(name)
        if value is None:
            return default
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and value.removeprefix("-").isdecimal():
            return int(value)
        raise self.refusal(f'Field "{name}" must be of type Number')

    def flag(self, name: str) -> bool:
        value = self.raw.get(name)
        if value is not None and not isinstance(value, bool):
            raise self.refusal(f'Field "{name}" must be of type Boolean')
        return bool(value)

    def objects(self, name: str) -> list[Any] | None:
        """An array; whatever else there is counts as absent."""
        value = self.raw.get(name)
        return value if isinstance(value, list) else None

    def require(self, *names: str) -> None:
        for name in names:
            if self.raw.get(name) is None:
                raise self.refusal(f'Can\'t find field "{name}"')
