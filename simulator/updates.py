"""The updates that wait for a bot, in order, as long as Telegram keeps them."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.clock import Clock
from simulator.faults import Faults
from simulator.model import Json
from simulator.refusal import conflict

KEPT_FOR = timedelta(hours=24)
"""https://core.telegram.org/bots/api#getting-updates"""

TAPS_KEPT_FOR = timedelta(seconds=150)
"""Callback queries go sooner: `Client::process_new_callback_query_queue` of Telegram's server."""

KINDS = frozenset(
    [
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
        "message_reaction",
        "message_reaction_count",
        "inline_query",
        "chosen_inline_result",
        "callback_query",
        "shipping_query",
        "pre_checkout_query",
        "purchased_paid_media",
        "poll",
        "poll_answer",
        "my_chat_member",
        "chat_member",
        "chat_join_request",
        "chat_boost",
        "removed_chat_boost",
    ]
)
"""The kinds that a bot can ask for; those of the simulator are told in `simulator.world`."""

ONLY_WHEN_ASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(slots=True)
class Pending:
    """An update, its owner (the person, or the chat, within which order is kept)."""

    id: int
    owner: int
    expires: datetime
    body: Json
    repeated: bool = False


class UpdateQueue:
    def __init__(self, clock: Clock, faults: Faults, first_id: int):
        self._clock = clock
        self._faults = faults
        self._next_id = first_id
        self._pending: dict[int, Pending] = {}
        self._poll: asyncio.Future[str | None] | None = None
        self.allowed: frozenset[str] | None = None
        """The kinds that the bot asked for, None for the default."""
        self.woken: Callable[[], None] | None = None
        """Called after an update has come; the webhook's delivery listens here."""

    def __len__(self) -> int:
        self._forget_old()
        return len(self._pending)

    def ask_for(self, kinds: Iterable[str]) -> None:
        """Want these kinds only; none that exists means the default ones."""
        self.allowed = frozenset(kind.lower() for kind in kinds) & KINDS or None

    def wants(self, kind: str) -> bool:
        if self.allowed is None:
            return kind not in ONLY_WHEN_ASKED
        return kind in self.allowed

    def put(self, kind: str, body: Json, owner: int) -> None:
        """Queue an update unless the bot does not want its kind."""
        if not self.wants(kind):
            return
        update = {"update_id": self._next_id, kind: body}
        kept_for = TAPS_KEPT_FOR if kind == "callback_query" else KEPT_FOR
        self._pending[self._next_id] = Pending(
            self._next_id, owner, self._clock.now() + kept_for, update
        )
        self._next_id += 1
        self.end_poll(None)
        if self.woken is not None:
            self.woken()

    def pending(self) -> list[Pending]:
        """Everything that is not confirmed, oldest first."""
        self._forget_old()
        return list(self._pending.values())

    def bodies(self, limit: int | None = None) -> list[Json]:
        return [pending.body for pending in self.pending()[:limit]]

    def confirm(self, up_to: int) -> None:
        """Forget the updates up to this id, except those that a fault delivers once more."""
        for update_id in [number for number in self._pending if number <= up_to]:
            self.confirm_one(update_id)

    def confirm_one(self, update_id: int) -> None:
        pending = self._pending.get(update_id)
        if pending is None:
            return
        if self._faults.duplicate_updates and not pending.repeated:
            pending.repeated = True
            return
        del self._pending[update_id]

    def keep_last(self, count: int) -> None:
        """What a negative offset does: forget all but the last `count`."""
        for update_id in list(self._pending)[:-count]:
            del self._pending[update_id]

    def clear(self) -> None:
        self._pending.clear()

    async def wait(self, timeout: float) -> None:
        """Return when an update has come or `timeout` real seconds are over.

        Raises Refusal (409) when another request takes the place of this one.
        """
        self.end_poll(
            "terminated by other getUpdates request; "
            "make sure that only one bot instance is running"
        )
        if self._pending or timeout <= 0:
            return
        poll: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._poll = poll
        try:
            words = await asyncio.wait_for(poll, timeout)
        except TimeoutError:
            return
        finally:
            if self._poll is poll:
                self._poll = None
        if words:
            raise conflict(words)

    def end_poll(self, words: str | None) -> None:
        """Answer a request that still waits, with 409 if there are words for it."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(words)

    def _forget_old(self) -> None:
        now = self._clock.now()
        for pending in [late for late in self._pending.values() if late.expires <= now]:
            del self._pending[pending.id]
