"""Pace: a broadcast against Telegram's limits, with people who tap meanwhile."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.consumption import cpu_seconds, resident_bytes
from benchmarks.contestants import ASHAR, BARE_BROADCAST, PTB_BROADCAST, Contestant, Stage
from benchmarks.report import figure, progress, ratio, section, table
from benchmarks.stage import (
    CONNECT_SECONDS,
    RunningContestant,
    RunningStub,
    Stalled,
    prepare,
    running_contestant,
    running_stub,
)
from benchmarks.taps import MakeDatabase, databases

StartSender = Callable[[Stage], AbstractContextManager[RunningContestant]]
"""Starts a bot that sends `stage.broadcast` messages to `stage.api_url` as soon as it runs."""

FREE_RATE = 30
PAID_RATE = 1000
QUIET_SECONDS = 15.0
"""A broadcast that sends nothing for so long is over; what is missing by then is lost."""
SAMPLE_SECONDS = 0.1
HEADINGS = (
    "sender", "limit/s", "late ms", "sent", "lost", "429", "per s", "of limit", "most in 1 s",
    "core", "core ratio", "memory MB", "replies", "reply p50 ms", "reply p95 ms", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One setting: how many messages, which limit, how late the server, how many people tap.

    Each of the people taps again `think_ms` after the last answer.
    """

    messages: int
    paid: bool = False
    delay_ms: int = 0
    people: int = 3
    think_ms: int = 1500

    @property
    def limit(self) -> int:
        return PAID_RATE if self.paid else FREE_RATE


@dataclass(frozen=True, slots=True)
class PaceReport:
    """What the server saw; `per_second` from the first accepted message to the last.

    `share` is that rate in units of the limit, `core` the CPU seconds that the sender's programs
    took per second of the broadcast, `memory_mb` their most resident memory. Reply times are in
    milliseconds, from handing out a tap to both calls on the wire, while the broadcast ran.
    """

    sent: int
    lost: int
    refused: int
    refused_by: dict[str, int]
    per_second: float
    share: float
    most_in_a_second: int
    core: float
    memory_mb: float
    replies: int
    reply_p50: float
    reply_p95: float


def measure(
    start_sender: StartSender,
    setting: Broadcast,
    database_url: str,
    scenario: tuple[str, str] = ("benchmarks.scenario:PlainTaps", ""),
) -> PaceReport:
    """Start a server with Telegram's limits and the sender; watch until the broadcast is over.

    `scenario`: what the people who tap meanwhile play, and its argument.

    Raises Stalled when the sender ends early or never sends.
    """
    server = running_stub(
        *("--delay-ms", str(setting.delay_ms), "--people", str(setting.people)),
        *("--think-ms", str(setting.think_ms)),
        *("--scenario", scenario[0], "--scenario-argument", scenario[1]),
        module="benchmarks.limits_server",
    )
    with server as stub:
        stage = Stage(
            stub.api_url,
            database_url,
            setting.people,
            broadcast=setting.messages,
            paid=setting.paid,
        )
        with start_sender(stage) as sender:
            sender.wait_until(lambda: bool(_sent(stub)), CONNECT_SECONDS, "first message")
            return _watch(stub, sender, setting)


def _sent(stub: RunningStub) -> int:
    sent: int = stub.administer("limits")["to_recipients"]
    return sent


def _watch(stub: RunningStub, sender: RunningContestant, setting: Broadcast) -> PaceReport:
    """Sample until everything is sent or nothing moves any more."""
    stub.administer("open")
    began_at, cpu_before = time.perf_counter(), cpu_seconds(sender.pid)
    memory, used = 0, 0.0
    sent, moved_at = 0, began_at
    while sent < setting.messages and time.perf_counter() - moved_at < QUIET_SECONDS:
        time.sleep(SAMPLE_SECONDS)
        if sender.program.poll() is not None:
            raise Stalled(f"the sender ended in the broadcast: {sender.tail()}")
        memory = max(memory, resident_bytes(sender.pid))
        now_sent = _sent(stub)
        if now_sent > sent:
            sent, moved_at = now_sent, time.perf_counter()
            used = cpu_seconds(sender.pid) - cpu_before
    return _report(stub, setting, used / (moved_at - began_at), memory)


def _report(stub: RunningStub, setting: Broadcast, core: float, memory: int) -> PaceReport:
    seen: dict[str, Any] = stub.administer("limits")
    replies = stub.administer("close")
    seconds = seen["last_at"] - seen["first_at"]
    per_second = (seen["sent"] - 1) / seconds if seconds else float("nan")
    return PaceReport(
        sent=seen["sent"],
        lost=setting.messages - seen["to_recipients"],
        refused=seen["refused"],
        refused_by=seen["refused_by"],
        per_second=per_second,
        share=per_second / setting.limit,
        most_in_a_second=seen["most_in_a_second"],
        core=core,
        memory_mb=memory / 1e6,
        replies=replies["taps"],
        reply_p50=replies["p50"],
        reply_p95=replies["p95"],
    )


def sender_of(contestant: Contestant) -> StartSender:
    """A contestant whose command line starts to send what `prepare` put there, by itself."""

    @contextmanager
    def start(stage: Stage) -> Iterator[RunningContestant]:
        prepare(contestant, stage)
        with running_contestant(contestant, stage) as running:
            yield running

    return start


SENDERS: tuple[tuple[Contestant, bool], ...] = (
    (PTB_BROADCAST, False),
    (BARE_BROADCAST, True),
    (ASHAR, True),
)
"""Each sender, and whether it is also measured at the limit of paid broadcasts."""
YARDSTICK = BARE_BROADCAST.name


def settings(quick: bool) -> list[Broadcast]:
    if quick:
        return [Broadcast(300), Broadcast(5_000, paid=True)]
    return [Broadcast(3_000), Broadcast(3_000, delay_ms=60), Broadcast(30_000, paid=True)]


def run(quick: bool, names: Sequence[str] = ()) -> None:
    """Measure every sender (by name, all without names) in every setting; print the table."""
    print(section("Pace"), flush=True)
    rows: list[list[str]] = []
    with databases(("sqlite",)) as make_database:
        for setting in settings(quick):
            rows += _measure_senders(setting, make_database, names)
    print(table(HEADINGS, rows), flush=True)


def _measure_senders(
    setting: Broadcast, make_database: MakeDatabase, names: Sequence[str]
) -> list[list[str]]:
    found: dict[str, PaceReport | Stalled] = {}
    for contestant, also_paid in SENDERS:
        if names and contestant.name not in names:
            continue
        missing = contestant.missing()
        if missing:
            print(f"{contestant.name} is left out: there is no module {missing}")
            continue
        if setting.paid and not also_paid:
            continue
        progress(f"{contestant.name}: {setting}")
        try:
            report = measure(
                sender_of(contestant),
                setting,
                make_database("sqlite"),
                (contestant.scenario, contestant.scenario_argument),
            )
        except Stalled as stalled:
            found[contestant.name] = stalled
        else:
            found[contestant.name] = report
    yardstick = found.get(YARDSTICK)
    beside = yardstick if isinstance(yardstick, PaceReport) else None
    return [_row(name, setting, report, beside) for name, report in found.items()]


def _row(
    name: str, setting: Broadcast, report: PaceReport | Stalled, beside: PaceReport | None
) -> list[str]:
    start = [name, str(setting.limit), str(setting.delay_ms)]
    if isinstance(report, Stalled):
        return [*start, *["-"] * (len(HEADINGS) - len(start) - 1), str(report)]
    by = ", ".join(f"{name} {count}" for name, count in report.refused_by.items())
    return [
        *start,
        figure(report.sent),
        figure(report.lost),
        figure(report.refused),
        figure(report.per_second, 1),
        f"{report.share:.1%}",
        figure(report.most_in_a_second),
        f"{report.core:.0%}",
        ratio(report.core, beside.core if beside else None),
        figure(report.memory_mb),
        figure(report.replies),
        figure(report.reply_p50, 1),
        figure(report.reply_p95, 1),
        f"refused by: {by}" if by else "",
    ]
