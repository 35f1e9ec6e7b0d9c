"""People who tap, wait for both answers, and tap again; their waiting times are the measurement."""

import asyncio
import math
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.parameters import Parameters
from benchmarks.scenario import FIRST_PERSON, Scenario, Update
from benchmarks.wire import clock

LARGEST_FIRST_UPDATE = 2**30
"""Update ids begin anywhere below, so that runs on one database do not repeat one another's."""


@dataclass(frozen=True, slots=True)
class TapReport:
    """What a window of time showed; times in milliseconds.

    `p50`, `p95`, `p99` run from handing the update out to the later of its two calls being on
    the wire; `felt_p95` from the tap itself, so it includes waiting in Telegram for a poll or a
    free webhook connection. `oldest_waiting` is the age of the oldest unfinished tap at the end.
    """

    seconds: float
    taps: int
    taps_per_second: float
    p50: float
    p95: float
    p99: float
    felt_p95: float
    oldest_waiting: float
    handed_twice: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class _Tap:
    person: int
    made_at: float
    callback_id: str | None
    handed_at: float | None = None
    answered_at: float | None = None
    shown_at: float | None = None

    def finished_at(self) -> float | None:
        """When the later of the two calls arrived; None while one is missing."""
        if self.shown_at is None:
            return None
        if self.callback_id is None:
            return self.shown_at
        return None if self.answered_at is None else max(self.shown_at, self.answered_at)


class People:
    """All people of a run. `deliver` takes an update that is ready to be handed to the bot."""

    def __init__(
        self,
        scenario: Scenario,
        count: int,
        think_seconds: float,
        deliver: Callable[[Update], None],
    ) -> None:
        self._scenario = scenario
        self._count = count
        self._think_seconds = think_seconds
        self._deliver = deliver
        self._update_id = random.randrange(LARGEST_FIRST_UPDATE)
        self._steps = [0] * count
        self._waiting: dict[int, _Tap] = {}
        self._by_update: dict[int, _Tap] = {}
        self._by_callback: dict[str, _Tap] = {}
        self._samples: list[tuple[float, float]] = []
        self._opened_at = clock()
        self._handed_twice = 0
        self._stopped = False
        self.started = False
        self.finished_taps = 0

    def start(self) -> None:
        """Let everybody make the first tap; a second call changes nothing."""
        if self.started:
            return
        self.started = True
        for person in range(self._count):
            self._tap(person)

    def stop(self) -> None:
        """Nobody taps again; taps that are under way may still finish."""
        self._stopped = True

    def open_window(self) -> None:
        self._samples.clear()
        self._handed_twice = 0
        self._opened_at = clock()

    def close_window(self) -> TapReport:
        now = clock()
        seconds = now - self._opened_at
        latencies = sorted(latency for latency, _ in self._samples)
        felt = sorted(waited for _, waited in self._samples)
        oldest = max((now - tap.made_at for tap in self._waiting.values()), default=0.0)
        return TapReport(
            seconds=seconds,
            taps=len(latencies),
            taps_per_second=len(latencies) / seconds,
            p50=1000 * percentile(latencies, 50),
            p95=1000 * percentile(latencies, 95),
            p99=1000 * percentile(latencies, 99),
            felt_p95=1000 * percentile(felt, 95),
            oldest_waiting=1000 * oldest,
            handed_twice=self._handed_twice,
        )

    def handed_out(self, update_id: int) -> None:
        """The update is on its way to the bot now; repeats are counted, the first time holds."""
        tap = self._by_update.get(update_id)
        if tap is None:
            return
        if tap.handed_at is None:
            tap.handed_at = clock()
        else:
            self._handed_twice += 1

    def called(self, method: str, parameters: Parameters, arrived_at: float) -> None:
        """Match a call of the bot to the tap that waits for it."""
        if method == "answerCallbackQuery":
            tap = self._by_callback.get(str(parameters.get("callback_query_id")))
            if tap is not None and tap.answered_at is None:
                tap.answered_at = arrived_at
        else:
            tap = self._waiting.get(_person_of(parameters))
            if tap is None or tap.shown_at is not None:
                return
            if self._scenario.is_done(tap.person, method, parameters):
                tap.shown_at = arrived_at
        if tap is not None:
            self._finish(tap)

    def _tap(self, person: int) -> None:
        if self._stopped:
            return
        update = dict(self._scenario.next_update(person, self._steps[person]))
        self._steps[person] += 1
        self._update_id += 1
        update["update_id"] = self._update_id
        query = update.get("callback_query")
        tap = _Tap(person, clock(), query["id"] if query else None)
        self._waiting[person] = self._by_update[self._update_id] = tap
        if tap.callback_id is not None:
            self._by_callback[tap.callback_id] = tap
        self._deliver(update)

    def _finish(self, tap: _Tap) -> None:
        finished_at = tap.finished_at()
        if finished_at is None or tap.handed_at is None or self._waiting.get(tap.person) is not tap:
            return
        self._samples.append((finished_at - tap.handed_at, finished_at - tap.made_at))
        self.finished_taps += 1
        del self._waiting[tap.person]
        if self._think_seconds:
            asyncio.get_running_loop().call_later(self._think_seconds, self._tap, tap.person)
        else:
            self._tap(tap.person)


def _person_of(parameters: Parameters) -> int:
    """The person in whose private chat the call lands; -1 for anything else."""
    try:
        return int(parameters.get("chat_id", 0)) - FIRST_PERSON
    except ValueError:
        return -1


def percentile(ordered: list[float], percent: float) -> float:
    """Nearest-rank percentile of sorted values; not a number when there are none."""
    if not ordered:
        return float("nan")
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]
