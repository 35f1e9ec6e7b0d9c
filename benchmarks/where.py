"""Where the time of a tap goes: a profile of each contestant's CPU under the same load."""

import json
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.contestants import CONTESTANTS, Contestant, Stage
from benchmarks.report import figure, section, table
from benchmarks.stage import (
    RunningContestant,
    RunningStub,
    Stalled,
    prepare,
    running_contestant,
    running_stub,
)
from benchmarks.taps import databases, wait_for_first_tap

PEOPLE = 64
WARM_UP_SECONDS = 1.0
AREAS_SHOWN = 10
FUNCTIONS_SHOWN = 8
WRITE_SECONDS = 10.0


def profile(
    contestant: Contestant, database_url: str, seconds: float
) -> tuple[dict[str, float], dict[str, float], int]:
    """CPU seconds by area and by function, and the number of taps in that time."""
    with tempfile.TemporaryDirectory(prefix="ashar-profile-") as folder:
        output = Path(folder) / "profile.json"
        prefix = (sys.executable, "-m", "benchmarks.cpu_profile", str(output))
        server = running_stub(
            *("--people", str(PEOPLE), "--scenario", contestant.scenario),
            *("--scenario-argument", contestant.scenario_argument),
        )
        with server as stub:
            stage = Stage(stub.api_url, database_url, PEOPLE)
            prepare(contestant, stage)
            with running_contestant(contestant, stage, prefix) as bot:
                taps = _profile_window(bot, stub, seconds)
                bot.wait_until(lambda: _is_complete(output), WRITE_SECONDS, "profile")
        found = json.loads(output.read_text(encoding="utf-8"))
    return found["areas"], found["functions"], taps


def _profile_window(bot: RunningContestant, stub: RunningStub, seconds: float) -> int:
    """Let the bot take samples for so long; the number of taps in that time."""
    wait_for_first_tap(bot, stub)
    time.sleep(WARM_UP_SECONDS)
    stub.administer("open")
    bot.program.send_signal(signal.SIGUSR2)
    time.sleep(seconds)
    bot.program.send_signal(signal.SIGUSR2)
    taps: int = stub.administer("close")["taps"]
    return taps


def _is_complete(output: Path) -> bool:
    return output.exists() and output.read_text(encoding="utf-8").endswith("}}")


def run(seconds: float, names: Sequence[str] = ()) -> None:
    """Profile each contestant on SQLite by polling with the server answering at once."""
    print(section(f"Where the time goes ({PEOPLE} people, SQLite, polling)"), flush=True)
    with databases(("sqlite",)) as make_database:
        for contestant in CONTESTANTS:
            if contestant.missing() or (names and contestant.name not in names):
                continue
            try:
                areas, functions, taps = profile(contestant, make_database("sqlite"), seconds)
            except Stalled as stalled:
                print(f"{contestant.name}: {stalled}")
                continue
            print(f"\n{contestant.name}: {taps} taps")
            print(_shares("area", areas, taps, AREAS_SHOWN))
            print(_shares("function", functions, taps, FUNCTIONS_SHOWN))


def _shares(what: str, seconds: Mapping[str, float], taps: int, shown: int) -> str:
    total = sum(seconds.values())
    if not total or not taps:
        return f"no samples by {what}"
    rows = [
        [name, f"{spent / total:.1%}", figure(1000 * spent / taps, 3)]
        for name, spent in Counter(seconds).most_common(shown)
    ]
    return table((what, "share", "CPU ms/tap"), rows)
