"""Pace: Telegram's limits kept wherever in a call it counts, and nearly all of them used."""

import heapq
import random
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest

from bot.lines import Flight, Lines, weight_of
from bot.pacer import Pacer
from models import Lane
from services.outbox import Letter, next_id

Sent = tuple[float, float, Letter]
"""When it was sent, when it was answered."""


@dataclass
class Line:
    """Lines and a pacer by a clock that jumps from one event to the next."""

    rate: int = 30
    latency: tuple[float, float] = (0.02, 0.02)
    now: float = 1000.0
    sent: list[Sent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pacer = Pacer(self.rate)
        self.lines = Lines(self.pacer, lambda: self.now, lambda payload: None)
        self._air: list[tuple[float, int, float, Flight]] = []
        self._arrivals: list[tuple[float, int, Letter]] = []
        self._random = random.Random(7)

    def push(self, letter: Letter, at: float | None = None) -> None:
        if at is None:
            self.lines.push(letter)
        else:
            heapq.heappush(self._arrivals, (at, letter.id, letter))

    def run(self, until: float) -> None:
        while self.now < until:
            step = self.lines.next()
            if isinstance(step, Flight):
                answered = self.now + self._random.uniform(*self.latency)
                heapq.heappush(self._air, (answered, step.letter.id, self.now, step))
                continue
            times = [self.now + max(step, 1e-9), until]
            times += [self._air[0][0]] if self._air else []
            times += [self._arrivals[0][0]] if self._arrivals else []
            self.now = min(times)
            while self._arrivals and self._arrivals[0][0] <= self.now:
                self.lines.push(heapq.heappop(self._arrivals)[2])
            while self._air and self._air[0][0] <= self.now:
                answered, _, began, flight = heapq.heappop(self._air)
                self.sent.append((began, answered, flight.letter))
                self.lines.done(flight)


def letter(
    chat_id: int, lane: Lane = Lane.REPLY, method: str = "sendMessage", **payload: Any
) -> Letter:
    return Letter(next_id(), chat_id, method, payload, lane)


def album(chat_id: int, items: int) -> Letter:
    return letter(chat_id, method="sendMediaGroup", media=[{}] * items)


def most_at_worst(sent: list[Sent], window: float) -> int:
    """The most that can be counted in a window, if each may count at any time of its call."""
    most = 0
    for _, answered, _ in sent:
        counted = sum(
            weight_of(other)
            for began, end, other in sent
            if end >= answered and began < answered + window - 1e-9
        )
        most = max(most, counted)
    return most


@pytest.mark.parametrize("latency", [(0.0, 0.0), (0.02, 0.02), (0.0, 0.5), (0.3, 2.0)])
def test_never_more_than_the_limit_in_any_second(latency: tuple[float, float]) -> None:
    line = Line(latency=latency)
    for i in range(250):
        line.push(letter(1000 + i, Lane.BULK))
    for i in range(200):
        line.push(letter(5000 + i % 90), at=1001.0 + (i % 50) * 0.07)
    line.run(1060.0)
    assert len(line.sent) == 450
    assert most_at_worst(line.sent, 1.0) <= 30


def test_a_broadcast_keeps_to_nearly_the_whole_rate() -> None:
    line = Line(latency=(0.02, 0.04))
    for i in range(1500):
        line.push(letter(1000 + i, Lane.BULK))
    line.run(1100.0)
    seconds = line.sent[-1][1] - line.sent[0][1]
    assert (len(line.sent) - 1) / seconds >= 0.95 * 30


def test_paid_broadcast_keeps_to_nearly_the_whole_rate() -> None:
    line = Line(rate=1000, latency=(0.02, 0.04))
    for i in range(10_000):
        line.push(letter(1000 + i, Lane.BULK))
    line.run(1015.0)
    seconds = line.sent[-1][1] - line.sent[0][1]
    assert (len(line.sent) - 1) / seconds >= 0.95 * 1000


def test_a_reply_in_a_broadcast_waits_for_a_place_or_two_at_most() -> None:
    line = Line()
    for i in range(900):
        line.push(letter(1000 + i, Lane.BULK))
    taps = {9000 + i: 1005.0 + i * 0.31 for i in range(60)}
    for chat_id, at in taps.items():
        line.push(letter(chat_id), at=at)
    line.run(1030.0)
    waits = [began - taps[sent.chat_id] for began, _, sent in line.sent if sent.chat_id in taps]
    assert len(waits) == 60
    assert sorted(waits)[round(0.95 * 60)] <= 0.05 + 0.02
    assert max(waits) <= 0.1


def test_three_replies_go_at_once_and_the_fourth_after_a_second() -> None:
    line = Line(latency=(0.0, 0.0))
    for _ in range(5):
        line.push(letter(1))
    line.run(1010.0)
    assert [round(began - 1000, 2) for began, _, _ in line.sent] == [0.0, 0.0, 0.0, 1.0, 2.0]


def test_bulk_to_one_chat_goes_once_a_second_counted_from_the_answer() -> None:
    line = Line(latency=(0.2, 0.2))
    for _ in range(3):
        line.push(letter(1, Lane.BULK))
    line.run(1010.0)
    assert [round(began - 1000, 2) for began, _, _ in line.sent] == [0.0, 1.2, 2.4]


def test_a_group_gets_twenty_a_minute_however_long_the_calls_take() -> None:
    line = Line(latency=(0.0, 3.0))
    for _ in range(50):
        line.push(letter(-5))
    line.push(album(-5, 10))
    line.run(1400.0)
    assert len(line.sent) == 51
    assert most_at_worst(line.sent, 60.0) <= 20


def test_each_item_of_an_album_counts() -> None:
    line = Line()
    for i in range(40):
        line.push(album(1000 + i, 7))
    line.run(1030.0)
    assert len(line.sent) == 40
    assert most_at_worst(line.sent, 1.0) <= 30


def test_an_album_waits_until_its_chat_has_rested() -> None:
    line = Line(latency=(0.0, 0.0))
    line.push(letter(1))
    line.push(album(1, 5))
    line.push(letter(1))
    line.run(1020.0)
    assert [round(began - 1000, 2) for began, _, _ in line.sent] == [0.0, 1.0, 4.0]


def test_an_album_larger_than_the_rate_still_goes() -> None:
    line = Line(rate=5)
    line.push(album(1, 10))
    line.push(letter(2))
    line.run(1010.0)
    assert len(line.sent) == 2


def test_a_freeze_stops_everything_and_ends_without_a_burst_of_bulk() -> None:
    line = Line()
    for i in range(200):
        line.push(letter(1000 + i, Lane.BULK))
    line.run(1002.0)
    before = len(line.sent)
    line.pacer.freeze(line.now + 10)
    line.run(1011.9)
    assert len(line.sent) <= before + 1
    line.run(1100.0)
    assert len(line.sent) == 200
    after = [began for began, _, _ in line.sent if began >= 1012.0]
    assert all(
        third - first >= 1 / 30 - 1e-6 for first, third in zip(after, after[2:], strict=False)
    )


def test_edits_take_no_place() -> None:
    line = Line(latency=(0.0, 0.0))
    for i in range(100):
        line.push(letter(1000 + i, method="editMessageText"))
    line.run(1000.1)
    assert len(line.sent) == 100
    assert line.pacer.place_at(line.now, bulk=False) == line.now


def test_one_letter_of_a_chat_at_a_time_and_in_order() -> None:
    line = Line(latency=(0.0, 0.4))
    pushed = defaultdict(list)
    for i in range(60):
        sent = letter(i % 6, method="sendMessage" if i % 3 else "editMessageText")
        pushed[sent.chat_id].append(sent.id)
        line.push(sent)
    line.run(1100.0)
    for chat_id, ids in pushed.items():
        calls = sorted(entry[:2] for entry in line.sent if entry[2].chat_id == chat_id)
        order = [e[2].id for e in sorted(line.sent, key=lambda e: e[0]) if e[2].chat_id == chat_id]
        assert order == ids
        assert all(end <= begin for (_, end), (begin, _) in pairwise(calls))


def test_quiet_chats_are_forgotten() -> None:
    pacer = Pacer(1000)
    for i in range(5000):
        pacer.take(i, i * 0.01, bulk=False)
        pacer.answered(i, i * 0.01)
    assert len(pacer._chats) < 1500
    for i in range(5000):
        pacer.take(-i, 1000 + i, bulk=False)
        pacer.answered(-i, 1000 + i)
    assert len(pacer._groups) < 1200
