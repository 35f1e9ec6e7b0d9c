"""Taps: from handing an update out to both answers on the wire, beside the yardsticks."""

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count, product
from pathlib import Path
from typing import Any

from benchmarks.consumption import busy_seconds, cpu_seconds
from benchmarks.contestants import CONTESTANTS, YARDSTICK, Contestant, Stage
from benchmarks.report import figure, progress, ratio, section, table
from benchmarks.stage import (
    CONNECT_SECONDS,
    RunningContestant,
    RunningStub,
    Stalled,
    free_port,
    prepare,
    running_contestant,
    running_stub,
)
from tests.postgres import PostgresUnavailable, create_database, temporary_postgres

MakeDatabase = Callable[[str], str]
"""Makes an empty database by kind (`sqlite`, `postgresql`) and returns its URL."""

HEADINGS = (
    "contestant", "people", "late ms", "database", "updates", "taps/s", "ratio", "p50 ms",
    "p95 ms", "p99 ms", "felt p95", "CPU ms/tap", "CPU ratio", "stub CPU", "others",
    "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """One setting in which every contestant is measured."""

    people: int
    delay_ms: int
    database: str
    mode: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Which cells are measured, and for how many seconds each."""

    people: Sequence[int] = (1, 8, 64)
    delays_ms: Sequence[int] = (0, 60)
    databases: Sequence[str] = ("sqlite", "postgresql")
    modes: Sequence[str] = ("polling", "webhook")
    warm_up: float = 2.0
    seconds: float = 6.0

    def cells(self) -> list[Cell]:
        settings = product(self.databases, self.modes, self.delays_ms, self.people)
        return [Cell(people, delay, kind, mode) for kind, mode, delay, people in settings]


FULL = Matrix()
QUICK = Matrix(people=(1, 64), databases=("sqlite",), modes=("polling",), warm_up=1, seconds=3)


@dataclass(frozen=True, slots=True)
class TapFigures:
    """What one contestant did in one cell; times in milliseconds.

    `cpu_per_tap` is that of the bot's programs; a PostgreSQL server is not among them.
    `stub_share` is the share of one core that the server took: near 1 it is the bottleneck.
    `others_share` is what everything else on the machine took, the PostgreSQL server included;
    figures of a machine that was busy otherwise say little.
    """

    taps_per_second: float
    p50: float
    p95: float
    p99: float
    felt_p95: float
    cpu_per_tap: float
    stub_share: float
    others_share: float
    note: str


def measure_cell(
    contestant: Contestant, cell: Cell, database_url: str, warm_up: float, seconds: float
) -> TapFigures:
    """Start the server and the bot, let people tap, and measure after the warm-up.

    Raises Stalled when preparing fails or the bot does not come to its first tap.
    """
    with ExitStack() as stack:
        stub = stack.enter_context(
            running_stub(
                *("--people", str(cell.people), "--delay-ms", str(cell.delay_ms)),
                *("--scenario", contestant.scenario),
                *("--scenario-argument", contestant.scenario_argument),
            )
        )
        stage = _stage(stub, cell, database_url)
        prepare(contestant, stage)
        bot = stack.enter_context(running_contestant(contestant, stage))
        wait_for_first_tap(bot, stub)
        time.sleep(warm_up)
        figures = _measure_window(bot, stub, seconds)
        stub.administer("stop")
        return figures


def wait_for_first_tap(bot: RunningContestant, stub: RunningStub) -> None:
    bot.wait_until(
        lambda: bool(stub.administer("state")["finished_taps"]), CONNECT_SECONDS, "first tap"
    )


def _stage(stub: RunningStub, cell: Cell, database_url: str) -> Stage:
    if cell.mode == "polling":
        return Stage(stub.api_url, database_url, cell.people)
    listen = f"127.0.0.1:{free_port()}"
    return Stage(stub.api_url, database_url, cell.people, f"http://{listen}/telegram", listen)


def _measure_window(bot: RunningContestant, stub: RunningStub, seconds: float) -> TapFigures:
    stub.administer("open")
    before = cpu_seconds(bot.pid), cpu_seconds(stub.pid), busy_seconds()
    time.sleep(seconds)
    after = cpu_seconds(bot.pid), cpu_seconds(stub.pid), busy_seconds()
    bot_used, stub_used, all_used = (end - begin for begin, end in zip(before, after, strict=True))
    report = stub.administer("close")
    taps = report["taps"]
    return TapFigures(
        taps_per_second=report["taps_per_second"],
        p50=report["p50"],
        p95=report["p95"],
        p99=report["p99"],
        felt_p95=report["felt_p95"],
        cpu_per_tap=1000 * bot_used / taps if taps else float("nan"),
        stub_share=stub_used / report["seconds"],
        others_share=max(0.0, all_used - bot_used - stub_used) / report["seconds"],
        note=_note(report),
    )


def _note(report: dict[str, Any]) -> str:
    """What a reader of the figures should be warned of."""
    notes = []
    if report["oldest_waiting"] > 2000:
        notes.append(f"a tap waits {report['oldest_waiting'] / 1000:.0f} s")
    if report["handed_twice"]:
        notes.append(f"{report['handed_twice']} updates handed out again")
    if report["webhook_retries"]:
        notes.append(f"{report['webhook_retries']} posts repeated")
    if report["unknown"]:
        notes.append(f"unknown methods: {', '.join(report['unknown'])}")
    return "; ".join(notes)


@contextmanager
def databases(kinds: Sequence[str]) -> Iterator[MakeDatabase]:
    """Temporary databases of the wanted kinds, made one for each run."""
    numbers = count(1)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ashar-bench-db-")))
        server = ""
        if "postgresql" in kinds:
            server = stack.enter_context(temporary_postgres(durable=True))

        def make(kind: str) -> str:
            number = next(numbers)
            if kind == "sqlite":
                return f"sqlite+aiosqlite:///{folder / f'bench{number}.db'}"
            return asyncio.run(create_database(server, f"bench{number}"))

        yield make


def run(matrix: Matrix, names: Sequence[str] = ()) -> None:
    """Measure every cell and print the table; contestants by name, all without names."""
    print(section("Taps"), flush=True)
    contestants = {mode: _available(names, mode) for mode in matrix.modes}
    rows: list[list[str]] = []
    try:
        with databases(matrix.databases) as make_database:
            for cell in matrix.cells():
                rows += _measure_contestants(contestants[cell.mode], cell, matrix, make_database)
    except PostgresUnavailable as missing:
        print(f"PostgreSQL is left out: {missing}")
    print(table(HEADINGS, rows), flush=True)


def _available(names: Sequence[str], mode: str) -> list[Contestant]:
    """The contestants by name that this machine can start in this mode; says who is left out."""
    chosen = []
    for contestant in CONTESTANTS:
        if names and contestant.name not in names:
            continue
        missing = contestant.missing(mode)
        if missing:
            print(f"{contestant.name} is left out of {mode}: there is no module {missing}")
        else:
            chosen.append(contestant)
    return chosen


def _measure_contestants(
    contestants: Sequence[Contestant], cell: Cell, matrix: Matrix, make_database: MakeDatabase
) -> list[list[str]]:
    """One row for each contestant; one that stalls gets a row that says so."""
    found: dict[str, TapFigures | Stalled] = {}
    for contestant in contestants:
        if cell.database not in contestant.databases:
            continue
        progress(f"{contestant.name}: {cell}")
        url = make_database(cell.database)
        try:
            found[contestant.name] = measure_cell(
                contestant, cell, url, matrix.warm_up, matrix.seconds
            )
        except Stalled as stalled:
            found[contestant.name] = stalled
    yardstick = found.get(YARDSTICK)
    beside = yardstick if isinstance(yardstick, TapFigures) else None
    return [_row(name, cell, figures, beside) for name, figures in found.items()]


def _row(
    name: str, cell: Cell, figures: TapFigures | Stalled, beside: TapFigures | None
) -> list[str]:
    setting = [name, str(cell.people), str(cell.delay_ms), cell.database, cell.mode]
    if isinstance(figures, Stalled):
        return [*setting, *["-"] * (len(HEADINGS) - len(setting) - 1), str(figures)]
    return [
        *setting,
        figure(figures.taps_per_second),
        ratio(figures.taps_per_second, beside.taps_per_second if beside else None),
        figure(figures.p50, 1),
        figure(figures.p95, 1),
        figure(figures.p99, 1),
        figure(figures.felt_p95, 1),
        figure(figures.cpu_per_tap, 2),
        ratio(figures.cpu_per_tap, beside.cpu_per_tap if beside else None),
        f"{figures.stub_share:.0%}",
        f"{figures.others_share:.0%}",
        figures.note,
    ]
