"""When the next message may go, by Telegram's limits.

Sources: core.telegram.org/bots/faq ("My bot is hitting limits"): about 30 messages a second over
all chats, one a second to one chat with short bursts, 20 a minute to a group; each item of an
album is one. Telegram counts when a message reaches it, some time between our sending and its
answer; so a place is free again one second after the *answer*.
"""

import heapq
import math
from collections import deque

SECOND = 1.0
CHAT_BURST = 3
"""Replies to one person that may follow each other at once."""
GROUP_LIMIT = 20
GROUP_WINDOW = 60.0
SMOOTHING = 0.1
"""Weight of the latest call in the mean."""
LATENESS = 0.25
"""Seconds that bulk makes up for when the process was busy; after a longer pause it starts anew."""
SWEEP_AFTER = 1000
"""Messages after which quiet chats are forgotten."""


class Pacer:
    """Places for new messages; all times are seconds of one monotonic clock.

    `weight` is how many messages a call counts for: an album's items, otherwise one.
    """

    def __init__(self, rate: int, *, chat_gap: float = SECOND) -> None:
        self.rate = rate
        self._gap = chat_gap
        self._free = rate
        self._returning: list[float] = []
        self._next_bulk = 0.0
        self._frozen_until = 0.0
        self._chats: dict[int, float] = {}
        self._groups: dict[int, deque[float]] = {}
        self._taken = 0
        self._took = 0.0
        """Seconds that calls have taken lately."""

    def place_at(self, now: float, *, bulk: bool, weight: int = 1) -> float:
        """The earliest time at which another new message may go, `now` if at once.

        Infinite while that depends on answers that are still to come.
        """
        self._take_back(now)
        at = max(now, self._frozen_until)
        if bulk:
            at = max(at, self._next_bulk)
        lacking = min(weight, self.rate) - self._free
        if lacking > 0:
            at = max(at, self._return_of(lacking))
        return at

    def chat_at(self, chat_id: int, now: float, *, bulk: bool, weight: int = 1) -> float:
        """The earliest time at which this chat may get another message.

        An album waits, as bulk does, until the chat has had its second of rest.
        """
        rested_at = self._chats.get(chat_id, 0.0)
        patient = bulk or weight > 1
        at = max(now, rested_at - (0 if patient else (CHAT_BURST - 1) * self._gap))
        sent = self._groups.get(chat_id)
        if sent is not None and (over := len(sent) + weight - GROUP_LIMIT) > 0:
            at = max(at, sent[min(over, len(sent)) - 1] + GROUP_WINDOW)
        return at

    def take(self, chat_id: int, now: float, *, bulk: bool, weight: int = 1) -> None:
        """A new message goes now."""
        self._free -= weight
        if bulk:
            apart = weight * (SECOND + self._took) / self.rate
            due = self._next_bulk + apart
            self._next_bulk = due if due > now - LATENESS else now
        self._chats[chat_id] = max(self._chats.get(chat_id, 0.0), now) + weight * self._gap
        if chat_id < 0:
            sent = self._groups.setdefault(chat_id, deque(maxlen=GROUP_LIMIT))
            sent.extend([now] * weight)
        self._taken += 1
        if self._taken % SWEEP_AFTER == 0:
            self._forget_quiet_chats(now)

    def answered(self, chat_id: int, now: float, *, weight: int = 1, took: float = 0.0) -> None:
        """Telegram has answered: the place is free again a second from now.

        `took` is how long the call was under way. Bulk is spread over a second and that, so that
        places come back evenly and a reply soon finds one.
        """
        self._took += SMOOTHING * (min(took, SECOND) - self._took)
        for _ in range(weight):
            heapq.heappush(self._returning, now + SECOND)
        if chat_id in self._chats:
            self._chats[chat_id] = max(self._chats[chat_id], now + self._gap)
        if sent := self._groups.get(chat_id):
            for place in range(1, min(weight, len(sent)) + 1):
                sent[-place] = now

    def freeze(self, until: float) -> None:
        """Telegram asked for a pause over all chats."""
        self._frozen_until = max(self._frozen_until, until)

    def frozen(self, now: float) -> bool:
        return self._frozen_until > now

    def lately(self, chat_id: int, now: float) -> bool:
        """Whether this chat got so much that a refusal may be meant for it alone.

        A single message doesn't reach a private chat's limit; in a group others send too.
        """
        return chat_id < 0 or self._chats.get(chat_id, 0.0) > now + 1.5 * self._gap

    def _return_of(self, places: int) -> float:
        """When so many more places will be free."""
        if len(self._returning) < places:
            return math.inf
        if places == 1:
            return self._returning[0]
        return heapq.nsmallest(places, self._returning)[-1]

    def _take_back(self, now: float) -> None:
        while self._returning and self._returning[0] <= now:
            heapq.heappop(self._returning)
            self._free += 1

    def _forget_quiet_chats(self, now: float) -> None:
        self._chats = {chat: at for chat, at in self._chats.items() if at > now}
        self._groups = {
            chat: sent for chat, sent in self._groups.items() if sent[-1] > now - GROUP_WINDOW
        }
