"""How Telegram says no: an HTTP status, its own words and sometimes parameters."""

from typing import Any


class Refusal(Exception):
    """A call that Telegram would refuse; `description` is what the bot reads in the answer."""

    def __init__(self, status: int, description: str, parameters: dict[str, Any] | None = None):
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.status,
            "description": self.description,
        }
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(words: str, parameters: dict[str, Any] | None = None) -> Refusal:
    return Refusal(400, f"Bad Request: {words}", parameters)


def check_encoded(text: str) -> None:
    """Refuse half of a surrogate pair, which JSON can carry and UTF-8 can not."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None


def forbidden(words: str) -> Refusal:
    return Refusal(403, f"Forbidden: {words}")


def conflict(words: str) -> Refusal:
    return Refusal(409, f"Conflict: {words}")


def too_many_requests(retry_after: int) -> Refusal:
    """`retry_after` is in seconds."""
    words = f"Too Many Requests: retry after {retry_after}"
    return Refusal(429, words, {"retry_after": retry_after})
