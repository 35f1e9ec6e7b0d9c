"""The bots that are measured, and the one place that knows how each is started."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec

TOKEN = "123456789:AAbenchmarkbenchmarkbenchmarkbench"
SECRET = "bench-secret"
FIRST_RECIPIENT = 800_000_000
"""Chat of the first recipient of a broadcast, far from the people who tap."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a contestant plays: its Telegram, its database, and its webhook if it has one.

    `broadcast` messages are to be sent as soon as it runs, one to each chat from
    FIRST_RECIPIENT on, by paid broadcast when `paid`.
    """

    api_url: str
    database_url: str
    people: int
    webhook_url: str = ""
    webhook_listen: str = ""
    broadcast: int = 0
    paid: bool = False


@dataclass(frozen=True, slots=True)
class Contestant:
    """A bot by command line.

    `prepare` is run once on each empty database, with the environment of the bot. `needs` are
    modules without which it cannot run, `modes_need` those that one mode needs besides.
    """

    name: str
    command: tuple[str, ...]
    environment: Callable[[Stage], Mapping[str, str]]
    prepare: tuple[str, ...] | None = None
    scenario: str = "benchmarks.scenario:PlainTaps"
    scenario_argument: str = ""
    needs: tuple[str, ...] = ()
    databases: tuple[str, ...] = ("sqlite", "postgresql")
    modes_need: Mapping[str, str] = field(default_factory=dict)

    def missing(self, mode: str = "polling") -> str | None:
        """The first module that this contestant lacks on this machine for this mode."""
        needs = [*self.needs, *filter(None, [self.modes_need.get(mode)])]
        return next((name for name in needs if not _is_there(name)), None)


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _yardstick_environment(stage: Stage) -> Mapping[str, str]:
    return {
        "BENCH_TOKEN": TOKEN,
        "BENCH_API_URL": stage.api_url,
        "BENCH_DATABASE_URL": stage.database_url,
        "BENCH_MODE": "webhook" if stage.webhook_url else "polling",
        "BENCH_WEBHOOK_URL": stage.webhook_url,
        "BENCH_WEBHOOK_LISTEN": stage.webhook_listen,
        "BENCH_WEBHOOK_SECRET": SECRET,
        "BENCH_BROADCAST": str(stage.broadcast),
        "BENCH_PAID": str(int(stage.paid)),
    }


def _tuned_environment(stage: Stage) -> Mapping[str, str]:
    """One connection, so that SQLite's single writer is waited for in a queue, not by polling."""
    return {**_yardstick_environment(stage), "BENCH_POOL_SIZE": "1"}


def _ashar_environment(stage: Stage) -> Mapping[str, str]:
    environment = {
        "ASHAR_BOT_TOKEN": TOKEN,
        "ASHAR_BOT_API_URL": stage.api_url,
        "ASHAR_DATABASE_URL": stage.database_url,
        "ASHAR_PAID_BROADCAST": str(stage.paid).lower(),
        "ASHAR_BROADCAST_RATE": "1000" if stage.paid else "30",
        "BENCH_PEOPLE": str(stage.people),
        "BENCH_BROADCAST": str(stage.broadcast),
    }
    if stage.webhook_url:
        environment |= {
            "ASHAR_WEBHOOK_URL": stage.webhook_url,
            "ASHAR_WEBHOOK_LISTEN": stage.webhook_listen,
            "ASHAR_WEBHOOK_SECRET": SECRET,
        }
    return environment


PTB = Contestant(
    "ptb",
    (sys.executable, "-m", "benchmarks.yardsticks.ptb_default"),
    _yardstick_environment,
    needs=("telegram.ext",),
    modes_need={"webhook": "tornado"},
)
AIOGRAM = Contestant(
    "aiogram",
    (sys.executable, "-m", "benchmarks.yardsticks.aiogram_bot"),
    _yardstick_environment,
    needs=("aiogram",),
)
ASHAR = Contestant(
    "ashar",
    (sys.executable, "-m", "bot", "run"),
    _ashar_environment,
    prepare=(sys.executable, "-m", "benchmarks.seed"),
    scenario="benchmarks.scenario:Round",
    scenario_argument='["votes", "vote:", "pick:", "cast:", "menu"]',
    needs=("bot.__main__", "benchmarks.seed"),
)
AIOGRAM_TUNED = Contestant(
    "aiogram-1",
    AIOGRAM.command,
    _tuned_environment,
    needs=AIOGRAM.needs,
    databases=("sqlite",),
)
CONTESTANTS = (PTB, AIOGRAM, AIOGRAM_TUNED, ASHAR)
YARDSTICK = AIOGRAM.name
"""The contestant that the others' ratios are taken to."""

PTB_BROADCAST = Contestant(
    "ptb AIORateLimiter",
    (sys.executable, "-m", "benchmarks.yardsticks.ptb_broadcast"),
    _yardstick_environment,
    needs=("telegram.ext", "aiolimiter"),
)
BARE_BROADCAST = Contestant(
    "bare aiohttp",
    (sys.executable, "-m", "benchmarks.yardsticks.bare_broadcast"),
    _yardstick_environment,
    needs=("aiohttp",),
)
