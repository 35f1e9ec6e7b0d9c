"""Telegram's sending limits, taken strictly: nothing over them is let through, ever."""

import math
from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from typing import Any

from benchmarks.contestants import FIRST_RECIPIENT
from benchmarks.parameters import Parameters

SECOND = 1.0
MINUTE = 60.0
_SENDING = ("send", "copy", "forward")
_NOT_SENDING = ("sendChatAction",)
_LENGTH = {
    "sendMediaGroup": "media",
    "copyMessages": "message_ids",
    "forwardMessages": "message_ids",
}


@dataclass(frozen=True, slots=True)
class LimitRates:
    """What the server allows, by core.telegram.org/bots/faq and the Bot API's paid broadcasts.

    `shortest_wait` is the least `retry_after` in seconds; until it is over everything that it
    covers is refused, as Telegram does.
    """

    overall_per_second: int = 30
    paid_per_second: int = 1000
    chat_per_second: int = 1
    group_per_minute: int = 20
    shortest_wait: int = 1
    edits_count: bool = False


class Window:
    """At most `most` entries in any stretch of `seconds`; times never go back."""

    __slots__ = ("_closed_until", "_entries", "_most", "_seconds")

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._entries: deque[float] = deque()
        self._closed_until = 0.0

    def wait(self, now: float, size: int) -> float:
        """Seconds until `size` more entries are allowed; 0 when they are allowed now."""
        while self._entries and self._entries[0] <= now - self._seconds:
            self._entries.popleft()
        free = 0.0
        if len(self._entries) + size > self._most:
            leaving = min(len(self._entries) + size - self._most, len(self._entries))
            free = self._entries[leaving - 1] + self._seconds - now
        return max(free, self._closed_until - now, 0.0)

    def enter(self, now: float, size: int) -> None:
        self._entries.extend([now] * size)

    def close(self, now: float, until: float) -> None:
        """Refuse everything until then; a window that is closed already keeps its end."""
        if self._closed_until <= now:
            self._closed_until = until


class TelegramLimits:
    """Limits overall, per chat and per group, and the record of what was sent and refused."""

    def __init__(self, rates: LimitRates) -> None:
        self._rates = rates
        self._overall = Window(rates.overall_per_second, SECOND)
        self._paid = Window(rates.paid_per_second, SECOND)
        self._chats: defaultdict[str, Window] = defaultdict(
            lambda: Window(rates.chat_per_second, SECOND)
        )
        self._groups: defaultdict[str, Window] = defaultdict(
            lambda: Window(rates.group_per_minute, MINUTE)
        )
        self._sent_at: list[float] = []
        self._refused_at: list[float] = []
        self._refused_by: Counter[str] = Counter()
        self._per_chat: Counter[str] = Counter()
        self._to_recipients = 0

    def refuse(self, method: str, parameters: Parameters, now: float) -> int | None:
        """Seconds to wait (`retry_after`), or None when the call is within every limit."""
        size = self._size(method, parameters)
        if not size:
            return None
        chat = str(parameters.get("chat_id", ""))
        covering = self._covering(chat, parameters)
        waits = {name: window.wait(now, size) for name, window in covering.items()}
        tightest = max(waits, key=lambda name: waits[name])
        if waits[tightest] <= 0:
            for window in covering.values():
                window.enter(now, size)
            self._sent_at += [now] * size
            self._per_chat[chat] += size
            self._to_recipients += size * _is_recipient(chat)
            return None
        retry_after = max(self._rates.shortest_wait, math.ceil(waits[tightest]))
        covering[tightest].close(now, now + retry_after)
        self._refused_at.append(now)
        self._refused_by[tightest] += 1
        return retry_after

    def _size(self, method: str, parameters: Parameters) -> int:
        """How many messages the call sends; 0 for a call that sends none."""
        if method.startswith("edit"):
            return int(self._rates.edits_count)
        if not method.startswith(_SENDING) or method in _NOT_SENDING:
            return 0
        several = parameters.get(_LENGTH.get(method, ""))
        return max(1, _length(several)) if several else 1

    def _covering(self, chat: str, parameters: Parameters) -> dict[str, Window]:
        paid = str(parameters.get("allow_paid_broadcast", "")).lower() == "true"
        covering = {"overall": self._paid if paid else self._overall, "chat": self._chats[chat]}
        if chat.startswith(("-", "@")):
            covering["group"] = self._groups[chat]
        return covering

    def report(self) -> dict[str, Any]:
        """Counts and times (monotonic seconds) of what was accepted and refused.

        `by_second` are the messages sent in each second after the first one.
        """
        first, last = (self._sent_at[0], self._sent_at[-1]) if self._sent_at else (0.0, 0.0)
        return {
            "sent": len(self._sent_at),
            "refused": len(self._refused_at),
            "refused_by": dict(self._refused_by),
            "first_at": first,
            "last_at": last,
            "by_second": self._by_second(),
            "most_in_a_second": most_in(self._sent_at, SECOND),
            "to_recipients": self._to_recipients,
            "chats": len(self._per_chat),
            "most_to_a_chat": max(self._per_chat.values(), default=0),
        }

    def _by_second(self) -> list[int]:
        if not self._sent_at:
            return []
        first = self._sent_at[0]
        counts = Counter(int(moment - first) for moment in self._sent_at)
        return [counts[second] for second in range(max(counts) + 1)]


def _is_recipient(chat: str) -> bool:
    """Whether the chat is one that a broadcast of the benchmark goes to."""
    return chat.isdigit() and int(chat) >= FIRST_RECIPIENT


def _length(several: Any) -> int:
    """Items in a list that came as JSON text or as a list."""
    if isinstance(several, str):
        return several.count("{") or several.count(",") + 1
    return len(several)


def most_in(times: list[float], seconds: float) -> int:
    """The most times that lie in one half-open stretch of `seconds`."""
    most = begin = 0
    for end, moment in enumerate(times):
        while times[begin] <= moment - seconds:
            begin += 1
        most = max(most, end - begin + 1)
    return most
