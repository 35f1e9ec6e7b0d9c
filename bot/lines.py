"""Who waits for what: the chats with letters, and whose turn it is by Telegram's limits.

A chat stands in one line at a time. When that changes, its old place is left behind with a ticket
that no longer holds, and is passed over when its turn comes.
"""

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from bot.pacer import Pacer
from models import Lane
from services.outbox import Letter

LONGEST_PAUSE = 60.0
NEW_MESSAGE = ("send", "copy", "forward")


@dataclass(slots=True, eq=False)
class Chat:
    """What waits for one chat, in order; one letter is under way at a time."""

    id: int
    replies: deque[Letter] = field(default_factory=deque)
    bulk: deque[Letter] = field(default_factory=deque)
    flying: bool = False
    frozen_until: float = 0.0
    ticket: int = 0

    @property
    def head(self) -> Letter | None:
        return self.replies[0] if self.replies else self.bulk[0] if self.bulk else None

    def put_back(self, letter: Letter, frozen_until: float = 0.0) -> None:
        """The letter goes first again, not before that time."""
        (self.replies if letter.lane is Lane.REPLY else self.bulk).appendleft(letter)
        self.frozen_until = max(self.frozen_until, frozen_until)

    def empty(self) -> list[Letter]:
        """Takes all letters out."""
        letters = [*self.replies, *self.bulk]
        self.replies.clear()
        self.bulk.clear()
        return letters

    def drop(self, up_to: int) -> list[Letter]:
        """Takes out the letters up to that id."""
        letters = [letter for letter in (*self.replies, *self.bulk) if letter.id <= up_to]
        self.replies = deque(letter for letter in self.replies if letter.id > up_to)
        self.bulk = deque(letter for letter in self.bulk if letter.id > up_to)
        return letters


@dataclass(frozen=True, slots=True)
class Flight:
    """A letter on its way; `file` is the key of the file for many that goes up with it."""

    chat: Chat
    letter: Letter
    file: str | None
    began: float


Place: TypeAlias = tuple[int, Chat]


class Lines:
    """Letters in memory, in the lines for edits, replies and bulk; times as the pacer's."""

    def __init__(
        self,
        pacer: Pacer,
        time: Callable[[], float],
        lacks: Callable[[dict[str, Any]], str | None],
    ) -> None:
        self._pacer = pacer
        self._time = time
        self._lacks = lacks
        self._chats: dict[int, Chat] = {}
        self._edits: deque[Place] = deque()
        self._replies: deque[Place] = deque()
        self._bulk: deque[Place] = deque()
        self._later: list[tuple[float, int, Place]] = []
        self._count = itertools.count()
        self._parked: dict[str, list[Place]] = {}
        """Behind the upload of a file that they need too."""

    @property
    def bulk_waiting(self) -> int:
        return sum(len(chat.bulk) for chat in self._chats.values())

    def push(self, letter: Letter) -> None:
        """A letter joins its chat; a reply goes before bulk that waits."""
        chat = self._chats.get(letter.chat_id)
        if chat is None:
            chat = self._chats[letter.chat_id] = Chat(letter.chat_id)
        before = chat.head
        (chat.replies if letter.lane is Lane.REPLY else chat.bulk).append(letter)
        if not chat.flying and chat.head is not before:
            self._line_up(chat)

    def next(self) -> Flight | float:
        """The flight that may start now, or the seconds until one may."""
        now = self._time()
        while self._later and self._later[0][0] <= now:
            ticket, chat = heapq.heappop(self._later)[2]
            if chat.ticket == ticket:
                self._line_up(chat)
        pause = self._later[0][0] - now if self._later else LONGEST_PAUSE
        for line in (self._edits, self._replies, self._bulk):
            chat_in_front = self._front(line)
            if chat_in_front is None:
                continue
            letter = chat_in_front.head
            assert letter is not None, "a chat without letters stands in line"
            if line is not self._edits:
                bulk, weight = line is self._bulk, weight_of(letter)
                at = self._pacer.place_at(now, bulk=bulk, weight=weight)
                if at > now:
                    pause = min(pause, at - now)
                    continue
                self._pacer.take(letter.chat_id, now, bulk=bulk, weight=weight)
            line.popleft()
            return self._start(chat_in_front, letter, now)
        return pause

    def done(self, flight: Flight) -> None:
        """The flight is over, whatever became of it: who is next?"""
        chat = flight.chat
        if is_new_message(flight.letter):
            now, weight = self._time(), weight_of(flight.letter)
            self._pacer.answered(chat.id, now, weight=weight, took=now - flight.began)
        chat.flying = False
        if chat.head is not None:
            self._line_up(chat)
        else:
            self._chats.pop(chat.id, None)
        if flight.file is not None:
            for ticket, parked in self._parked.pop(flight.file):
                if parked.ticket == ticket:
                    self._line_up(parked)

    def thaw(self, chats: Iterable[Chat]) -> None:
        """What waits for these chats may go now."""
        for chat in chats:
            chat.frozen_until = 0.0
            if not chat.flying and chat.head is not None:
                self._line_up(chat)

    def move(self, chat: Chat, first: Letter, new_id: int) -> None:
        """The letters of a chat, `first` before the others, go to another."""
        for letter in (first, *chat.empty()):
            self.push(replace(letter, chat_id=new_id))

    def at_rest(self) -> bool:
        """Whether all that waits, waits for the end of a pause that Telegram asked for or met."""
        now = self._time()
        return self._pacer.frozen(now) or all(
            chat.frozen_until > now for chat in self._chats.values()
        )

    def _line_up(self, chat: Chat) -> None:
        letter = chat.head
        assert letter is not None, "a chat without letters is lined up"
        chat.ticket += 1
        place = (chat.ticket, chat)
        now = self._time()
        at = chat.frozen_until
        new, bulk = is_new_message(letter), letter.lane is Lane.BULK
        if new:
            weight = weight_of(letter)
            at = max(at, self._pacer.chat_at(chat.id, now, bulk=bulk, weight=weight))
        if at > now:
            heapq.heappush(self._later, (at, next(self._count), place))
        elif not new:
            self._edits.append(place)
        else:
            (self._bulk if bulk else self._replies).append(place)

    def _front(self, line: deque[Place]) -> Chat | None:
        """The first chat whose turn it is: none that left, none whose file is just going up."""
        while line:
            ticket, chat = line[0]
            letter = chat.head
            if chat.ticket == ticket and letter is not None:
                key = self._lacks(letter.payload)
                if key is None or key not in self._parked:
                    return chat
                self._parked[key].append(line[0])
            line.popleft()
        return None

    def _start(self, chat: Chat, letter: Letter, now: float) -> Flight:
        (chat.replies if letter.lane is Lane.REPLY else chat.bulk).popleft()
        chat.ticket += 1
        chat.flying = True
        key = self._lacks(letter.payload)
        if key is not None:
            self._parked[key] = []
        return Flight(chat, letter, key, now)


def is_new_message(letter: Letter) -> bool:
    """Whether Telegram's limits count it: edits and the like they don't."""
    return letter.method.startswith(NEW_MESSAGE) and letter.method != "sendChatAction"


def weight_of(letter: Letter) -> int:
    """How many messages it is for Telegram's limits."""
    return len(letter.payload["media"]) if letter.method == "sendMediaGroup" else 1
