"""A model of Telegram's flood limits, from https://core.telegram.org/bots/faq#broadcasting-to-users.

Telegram publishes the rates (30 messages a second in all, one a second in a chat with short
bursts forgiven, 20 a minute in a group, up to 1,000 a second for paid broadcasts) but neither
the length of a burst nor the wait it imposes; those two are assumptions, named as such. Only
new messages are counted (each item of an album is one), not edits, answers and deletions.
"""

import math
from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rates:
    per_second: int = 30
    paid_per_second: int = 1000
    chat_per_second: float = 1.0
    group_per_minute: int = 20
    chat_burst: int = 5
    """Assumed: messages that a chat takes at once before its rate counts."""
    penalty: int = 3
    """Assumed: seconds that a refusal adds to the time until the next free place."""


@dataclass(slots=True)
class _Frozen:
    until: float = 0.0

    def left(self, now: float) -> int | None:
        """Whole seconds that remain of the freeze."""
        return math.ceil(self.until - now) if self.until > now else None

    def freeze(self, now: float, wait: float, penalty: int) -> int:
        self.until = now + math.ceil(wait) + penalty
        return math.ceil(wait) + penalty


@dataclass(slots=True)
class _ChatPace:
    """A bucket of `burst` messages that refills at the chat's rate."""

    full: float
    filled_at: float
    frozen: _Frozen = field(default_factory=_Frozen)
    minute: deque[float] = field(default_factory=deque)


class Flood:
    """What one bot has sent lately."""

    def __init__(self, rates: Rates):
        self.rates = rates
        self._frozen = _Frozen()
        self._second: deque[float] = deque()
        self._chats: dict[int, _ChatPace] = {}

    def charge(
        self, now: float, chat_id: int, *, group: bool, count: int = 1, paid: bool = False
    ) -> int | None:
        """Count `count` messages sent now, or return the seconds to wait and count nothing.

        `now` is Unix time in seconds. While a wait lasts, everything in its reach (the chat, or
        the whole bot) is refused.
        """
        pace = self._pace(chat_id, now)
        refused = self._frozen.left(now) or pace.frozen.left(now)
        if refused:
            return refused
        refused = self._check_chat(pace, now, count, group) or self._check_all(now, count, paid)
        if refused:
            return refused
        pace.full -= count
        if group:
            pace.minute.extend([now] * count)
        self._second.extend([now] * count)
        return None

    def _pace(self, chat_id: int, now: float) -> _ChatPace:
        pace = self._chats.get(chat_id)
        burst = float(self.rates.chat_burst)
        if pace is None:
            if len(self._chats) >= 10_000:
                self._forget_idle(now)
            pace = self._chats[chat_id] = _ChatPace(burst, now)
            return pace
        refill = (now - pace.filled_at) * self.rates.chat_per_second
        pace.full = min(burst, pace.full + refill)
        pace.filled_at = now
        return pace

    def _forget_idle(self, now: float) -> None:
        """A chat without a message for a minute is as good as new."""
        self._chats = {
            chat_id: pace
            for chat_id, pace in self._chats.items()
            if now - pace.filled_at < 60 or pace.frozen.left(now)
        }

    def _check_chat(self, pace: _ChatPace, now: float, count: int, group: bool) -> int | None:
        rates = self.rates
        if group:
            _drop_before(pace.minute, now - 60)
            if pace.minute and len(pace.minute) + count > rates.group_per_minute:
                wait = pace.minute[0] + 60 - now
                return pace.frozen.freeze(now, wait, rates.penalty)
        elif pace.full < min(count, rates.chat_burst) - 1e-6:
            wait = (min(count, rates.chat_burst) - pace.full) / rates.chat_per_second
            return pace.frozen.freeze(now, wait, rates.penalty)
        return None

    def _check_all(self, now: float, count: int, paid: bool) -> int | None:
        rates = self.rates
        _drop_before(self._second, now - 1)
        most = rates.paid_per_second if paid else rates.per_second
        if len(self._second) + count > most:
            wait = self._second[0] + 1 - now if self._second else 1.0
            return self._frozen.freeze(now, wait, rates.penalty)
        return None


def _drop_before(times: deque[float], horizon: float) -> None:
    """Forget what was sent at the horizon or earlier; a hair of rounding counts as earlier."""
    while times and times[0] <= horizon + 1e-6:
        times.popleft()
