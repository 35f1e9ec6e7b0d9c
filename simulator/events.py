"""What happens in the simulated Telegram, told to whoever listens.

Kinds and their data (objects are the live ones of `simulator.model`):

- `message_new`, `message_edited`, `message_deleted`: chat, message
- `answer`: person_id, query_id, text, show_alert, url (every answered callback query)
- `alert`: the same, for answers that carry a text
- `tap`: person_id, chat, message_id, query_id, data
- `typing`: chat, action
- `keyboard`: chat (its reply keyboard changed)
- `chat`: chat (made, started, blocked, unblocked, migrated, members changed)
- `person`: person
- `bot`: bot (name, description or commands changed)
- `call`: record (a `CallRecord`)
- `clock`: now
- `faults`: faults
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Event:
    kind: str
    data: dict[str, Any]


class Subscription(AsyncIterator[Event]):
    """The events since it was made, in order; close it, or use it in a `with` block."""

    def __init__(self, events: "Events"):
        self._events = events
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue()

    def put(self, event: Event | None) -> None:
        self._queue.put_nowait(event)

    async def __anext__(self) -> Event:
        event = await self._queue.get()
        if event is None:
            raise StopAsyncIteration
        return event

    def close(self) -> None:
        """Stop receiving; a waiting reader ends after what it has not read yet."""
        self._events.drop(self)
        self._queue.put_nowait(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Events:
    """Hands each event to every subscription; costs nothing when nobody listens."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []

    def subscribe(self) -> Subscription:
        subscription = Subscription(self)
        self._subscriptions.append(subscription)
        return subscription

    def drop(self, subscription: Subscription) -> None:
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)

    def close(self) -> None:
        """End every subscription."""
        for subscription in tuple(self._subscriptions):
            subscription.close()

    def emit(self, kind: str, **data: Any) -> None:
        if not self._subscriptions:
            return
        event = Event(kind, data)
        for subscription in tuple(self._subscriptions):
            subscription.put(event)
