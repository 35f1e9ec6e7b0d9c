"""When the next message may go, by Telegram's limits.

Sources: core.telegram.org/bots/faq ("My bot is hitting limits"): about 30 messages a second over
all chats, one a second to one chat with short bursts, 20 a minute to a group. Telegram counts
when a message reaches it, some time between our sending and its answer; so a place is free again
one second after the *answer*.
"""

import heapq
import itertools
from collections import deque

SECOND = 1.0
CHAT_BURST = 3
"""Replies to one person that may follow each other at once."""
GROUP_LIMIT = 20
GROUP_WINDOW = 60.0


class Pacer:
    """Places for new messages; all times are seconds of one monotonic clock."""

    def __init__(self, rate: int, *, chat_gap: float = SECOND) -> None:
        self.rate = rate
        self._gap = chat_gap
        self._free = rate
        self._returning: list[float] = []
        self._next_bulk = 0.0
        self._frozen_until = 0.0
        self._chats: dict[int, float] = {}
        self._groups: dict[int, deque[float]] = {}
        self._sweep_at = itertools.count(1)

    def place_at(self, now: float, *, bulk: bool) -> float:
        """The earliest time at which another new message may go, `now` if at once."""
        self._take_back(now)
        at = max(now, self._frozen_until)
        if bulk:
            at = max(at, self._next_bulk)
        if self._free <= 0:
            at = max(at, self._returning[0] if self._returning else now + 0.005)
        return at

    def chat_at(self, chat_id: int, now: float, *, bulk: bool) -> float:
        """The earliest time at which this chat may get another message."""
        full_at = self._chats.get(chat_id, 0.0)
        at = max(now, full_at - (0 if bulk else (CHAT_BURST - 1) * self._gap))
        sent = self._groups.get(chat_id)
        if sent is not None and len(sent) >= GROUP_LIMIT:
            at = max(at, sent[-GROUP_LIMIT] + GROUP_WINDOW)
        return at

    def take(self, chat_id: int, now: float, *, bulk: bool) -> None:
        """A new message goes now."""
        self._free -= 1
        if bulk:
            self._next_bulk = max(self._next_bulk + SECOND / self.rate, now)
        self._chats[chat_id] = max(self._chats.get(chat_id, 0.0), now) + self._gap
        if chat_id < 0:
            sent = self._groups.setdefault(chat_id, deque(maxlen=GROUP_LIMIT))
            sent.append(now)
        if next(self._sweep_at) % 1000 == 0:
            self._forget_quiet_chats(now)

    def answered(self, chat_id: int, now: float) -> None:
        """Telegram has answered: the place is free again a second from now."""
        heapq.heappush(self._returning, now + SECOND)
        if chat_id in self._chats:
            self._chats[chat_id] = max(self._chats[chat_id], now + self._gap)

    def freeze(self, until: float) -> None:
        """Telegram asked for a pause over all chats."""
        self._frozen_until = max(self._frozen_until, until)

    def _take_back(self, now: float) -> None:
        while self._returning and self._returning[0] <= now:
            heapq.heappop(self._returning)
            self._free += 1

    def _forget_quiet_chats(self, now: float) -> None:
        self._chats = {chat: at for chat, at in self._chats.items() if at > now}
        self._groups = {
            chat: sent for chat, sent in self._groups.items() if sent[-1] > now - GROUP_WINDOW
        }
