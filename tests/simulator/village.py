"""A simulated Telegram with one bot and one villager, and a short way to call methods."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from simulator import Answer, Bot, Person, Telegram, UploadedFile

TOKEN = "4200000001:secret"
NOON = datetime(2026, 5, 1, 6, 0, tzinfo=UTC)


@dataclass
class Now:
    """A clock that stands still until it is moved."""

    time: datetime = field(default=NOON)

    def __call__(self) -> datetime:
        return self.time

    def pass_(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Village:
    """Everything a test of the simulator needs."""

    def __init__(self, now: Now, *, limits: bool = False):
        self.now = now
        self.telegram = Telegram(now, limits=limits)
        self.bot: Bot = self.telegram.add_bot(TOKEN, "village_bot", "Village")
        self.aida: Person = self.telegram.add_person("Айда", language_code="ky")
        self.people = self.telegram.people

    async def call(
        self, method: str, files: dict[str, UploadedFile] | None = None, /, **params: Any
    ) -> Answer:
        return await self.telegram.call(TOKEN, method, params, files)

    async def result(
        self, method: str, files: dict[str, UploadedFile] | None = None, /, **params: Any
    ) -> Any:
        answer = await self.call(method, files, **params)
        assert answer.ok, answer.body
        return answer.result

    async def refusal(
        self, method: str, files: dict[str, UploadedFile] | None = None, /, **params: Any
    ) -> str:
        """The description of a call that is refused."""
        answer = await self.call(method, files, **params)
        assert not answer.ok, answer.body
        assert answer.body["ok"] is False
        assert answer.body["error_code"] == answer.status
        description: str = answer.body["description"]
        return description

    async def sends(self, text: str = "Салам!", **params: Any) -> int:
        """Let the bot say something to Aida; the id of the message."""
        sent = await self.result("sendMessage", chat_id=self.aida.id, text=text, **params)
        message_id: int = sent["message_id"]
        return message_id

    def updates(self) -> list[dict[str, Any]]:
        return self.telegram.updates(TOKEN)

    def forget_updates(self) -> None:
        self.telegram.confirm(TOKEN, 10**12)


def inline(*rows: list[tuple[str, str]]) -> dict[str, Any]:
    """An inline keyboard of (label, callback data)."""
    return {
        "inline_keyboard": [
            [{"text": label, "callback_data": data} for label, data in row] for row in rows
        ]
    }
