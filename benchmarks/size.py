"""Size: from the command to the first poll, and the memory of a bot that has nothing to do."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.consumption import cpu_seconds, resident_bytes
from benchmarks.contestants import CONTESTANTS, YARDSTICK, Contestant, Stage
from benchmarks.report import figure, ratio, section, table
from benchmarks.stage import CONNECT_SECONDS, Stalled, prepare, running_contestant, running_stub
from benchmarks.taps import databases

IDLE_SECONDS = 3.0
HEADINGS = ("contestant", "ready s", "ratio", "CPU s to ready", "idle MB", "ratio", "note")


@dataclass(frozen=True, slots=True)
class SizeFigures:
    """Seconds from the command to the first poll, CPU until then, resident memory when idle."""

    ready: float
    cpu: float
    idle_mb: float


def measure(contestant: Contestant, database_url: str) -> SizeFigures:
    """Start the bot when nobody taps. Raises Stalled when it never polls."""
    with (
        running_stub("--people", "0") as stub,
        running_contestant(contestant, Stage(stub.api_url, database_url, 0)) as bot,
    ):
        bot.wait_until(
            lambda: stub.administer("state")["connected_at"] is not None,
            CONNECT_SECONDS,
            "first poll",
        )
        cpu = cpu_seconds(bot.pid)
        ready: float = stub.administer("state")["connected_at"] - bot.started_at
        time.sleep(IDLE_SECONDS)
        return SizeFigures(ready, cpu, resident_bytes(bot.pid) / 1e6)


def run(rounds: int, names: Sequence[str] = ()) -> None:
    """Medians of `rounds` starts, after one that creates the tables and warms the disk cache."""
    print(section("Size"), flush=True)
    found: dict[str, SizeFigures | Stalled] = {}
    with databases(("sqlite",)) as make_database:
        for contestant in CONTESTANTS:
            if contestant.missing() or (names and contestant.name not in names):
                continue
            try:
                url = make_database("sqlite")
                prepare(contestant, Stage("http://127.0.0.1:9", url, 0))
                measure(contestant, url)
                figures = [measure(contestant, url) for _ in range(rounds)]
            except Stalled as stalled:
                found[contestant.name] = stalled
            else:
                found[contestant.name] = _median(figures)
    print(table(HEADINGS, [_row(name, found) for name in found]), flush=True)


def _median(figures: Sequence[SizeFigures]) -> SizeFigures:
    return SizeFigures(
        median(figure.ready for figure in figures),
        median(figure.cpu for figure in figures),
        median(figure.idle_mb for figure in figures),
    )


def _row(name: str, found: dict[str, SizeFigures | Stalled]) -> list[str]:
    figures, yardstick = found[name], found.get(YARDSTICK)
    if isinstance(figures, Stalled):
        return [name, "-", "-", "-", "-", "-", str(figures)]
    beside = yardstick if isinstance(yardstick, SizeFigures) else None
    return [
        name,
        figure(figures.ready, 2),
        ratio(figures.ready, beside.ready if beside else None),
        figure(figures.cpu, 2),
        figure(figures.idle_mb, 1),
        ratio(figures.idle_mb, beside.idle_mb if beside else None),
        "",
    ]
