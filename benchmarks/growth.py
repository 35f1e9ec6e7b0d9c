"""Growth: what a tap and a count cost with a country in the database, beside a village."""

import asyncio
import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

from telegram.request import BaseRequest, RequestData

from benchmarks import seed
from benchmarks.contestants import TOKEN
from benchmarks.report import figure, progress, ratio, section, table
from benchmarks.scenario import FIRST_PERSON, MENU, tap_update
from bot.app import Ashar, Parts
from bot.database import Database
from bot.migrations import upgrade
from bot.pacer import Pacer
from bot.request import Call
from bot.settings import read_settings
from bot.updates import read_update
from services.terms import Terms
from services.votes import counting

PEOPLE = 8
HEADINGS = ("measured", "residents", "ballots", "ms", "ratio", "beside")
SETTLED = 1_000_000_000
"""Accounts of those who only fill the tables, far from the people who tap."""


@dataclass(frozen=True, slots=True)
class Crowd:
    residents: int
    ballots: int


VILLAGE = Crowd(1_000, 600)
COUNTRY = Crowd(2_500_000, 1_500_000)
SMALL_COUNTRY = Crowd(50_000, 30_000)


class AnsweringRequest(BaseRequest):
    """Telegram that answers everything at once, and keeps the last screen of each chat."""

    def __init__(self) -> None:
        self.screens: dict[int, asyncio.Future[dict[str, Any]]] = {}

    @property
    def read_timeout(self) -> float:
        return 5.0

    async def initialize(self) -> None:
        """There is nothing to open."""

    async def shutdown(self) -> None:
        """There is nothing to close."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = None,
        write_timeout: Any = None,
        connect_timeout: Any = None,
        pool_timeout: Any = None,
    ) -> tuple[int, bytes]:
        name = url.rpartition("/")[2]
        if name == "getMe":
            me = {"id": 1, "is_bot": True, "first_name": "A", "username": "ashar_bench_bot"}
            return 200, json.dumps({"ok": True, "result": me}).encode()
        if name in ("sendMessage", "editMessageText") and isinstance(request_data, Call):
            payload = request_data.payload
            waiting = self.screens.get(payload["chat_id"])
            if waiting is not None and not waiting.done():
                waiting.set_result(payload)
            return 200, b'{"ok":true,"result":{"message_id":1}}'
        return 200, b'{"ok":true,"result":true}'


def fill(path: Path, crowd: Crowd) -> int:
    """A village of people who tap, and a crowd around it; the id of the vote."""

    async def begin() -> int:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await upgrade(database.engine)
        await seed.fill(database, PEOPLE, 0)
        await database.close()
        return 1

    vote_id = asyncio.run(begin())
    with _raw(path) as connection:
        _settle(connection, crowd.residents - PEOPLE)
        _cast(connection, vote_id, crowd.ballots)
    return vote_id


@contextmanager
def _raw(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous=OFF")
    yield connection
    connection.commit()
    connection.close()


def _settle(connection: sqlite3.Connection, count: int) -> None:
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
    village = connection.execute("SELECT min(id) FROM place").fetchone()[0]
    connection.executemany(
        "INSERT INTO account (id, language, consent_version, consent_at, created_at, seen_at,"
        " mute_votes) VALUES (?, 'ky', '2026-11', ?, ?, ?, 0)",
        ((SETTLED + n, now, now, now) for n in range(count)),
    )
    connection.executemany(
        "INSERT INTO resident (account_id, village_id, sex, age_band, created_at)"
        " VALUES (?, ?, ?, ?, ?)",
        (
            (SETTLED + n, village, ("female", "male")[n % 2], ("18-28", "29-45", "60+")[n % 3], now)
            for n in range(count)
        ),
    )


def _cast(connection: sqlite3.Connection, vote_id: int, count: int) -> None:
    """Ballots under random keys, as HMAC gives them, in the order of the keys: it is quicker."""
    village = connection.execute("SELECT min(id) FROM place").fetchone()[0]
    first = connection.execute(
        "SELECT min(id) FROM resident WHERE account_id >= ?", (SETTLED,)
    ).fetchone()[0]
    people = [(("female", "male")[n % 2], ("18-28", "29-45", "60+")[n % 3]) for n in range(6)]
    keys = sorted(os.urandom(32) for _ in range(count))
    connection.executemany(
        "INSERT INTO ballot (vote_id, key, choice, village_id, sex, age_band, receipt)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (vote_id, key, str(n % 7 % 3 + 1), village, *people[n % 6], f"R{n:09d}")
            for n, key in enumerate(keys)
        ),
    )
    connection.executemany(
        "INSERT INTO turnout (vote_id, resident_id, channel, village_id, sex, age_band)"
        " VALUES (?, ?, 'bot', ?, ?, ?)",
        ((vote_id, first + n, village, *people[n % 6]) for n in range(min(count, 10**9))),
    )


async def taps(path: Path, rounds: int) -> float:
    """The p95 of a tap in milliseconds: from the update to its screen, PEOPLE side by side."""
    request = AnsweringRequest()
    settings = read_settings(
        _env_file=None, bot_token=TOKEN, database_url=f"sqlite+aiosqlite:///{path}"
    )
    ashar = Ashar(settings, Parts(request=request, pacer=Pacer(1000, chat_gap=0.0)))
    await ashar.open()
    found: list[float] = []

    async def person(id: int) -> None:
        data, step = "votes", 0
        path_of_taps = ("votes", "vote:", "pick:", "cast:", "menu")
        for step in range(rounds * len(path_of_taps)):
            waiting = request.screens[id] = asyncio.get_running_loop().create_future()
            update = {"update_id": id * 100_000 + step, **tap_update(id - FIRST_PERSON, step, data)}
            began = time.perf_counter()
            await ashar.unit.run(read_update(update, ashar.ptb.bot))
            screen = await waiting
            found.append(time.perf_counter() - began)
            wanted = path_of_taps[(step + 1) % len(path_of_taps)]
            rows = screen["reply_markup"]["inline_keyboard"]
            seen = [button["callback_data"] for row in rows for button in row]
            data = next((name for name in seen if name.startswith(wanted)), MENU)
            assert data.startswith(wanted), f"{wanted} is not among {seen}"

    await asyncio.gather(*(person(FIRST_PERSON + n) for n in range(PEOPLE)))
    await ashar.close()
    return quantiles(found[len(found) // 5 :], n=20)[-1] * 1000


def bare_count(path: Path, vote_id: int) -> float:
    """Milliseconds of the aggregate alone, through the sqlite3 module."""
    connection = sqlite3.connect(path)
    began = time.perf_counter()
    connection.execute(
        "SELECT choice, village_id, sex, age_band, count(*) FROM ballot WHERE vote_id = ?"
        " GROUP BY 1, 2, 3, 4",
        (vote_id,),
    ).fetchall()
    took = time.perf_counter() - began
    connection.close()
    return took * 1000


async def close(path: Path, vote_id: int) -> float:
    """Milliseconds of closing and counting, to the commit."""
    database = Database(f"sqlite+aiosqlite:///{path}")
    began = time.perf_counter()
    async with database.begin() as session:
        await counting.close_vote(session, vote_id, Terms(), by=None, now=datetime.now(UTC))
    took = time.perf_counter() - began
    await database.close()
    return took * 1000


async def seal(path: Path, vote_id: int) -> float:
    """Milliseconds of parting all receipts from the ballots, in batches."""
    database = Database(f"sqlite+aiosqlite:///{path}")
    began = time.perf_counter()
    done = False
    while not done:
        async with database.begin() as session:
            done = await counting.seal(session, vote_id, now=datetime.now(UTC))
    took = time.perf_counter() - began
    await database.close()
    return took * 1000


def run(quick: bool) -> None:
    print(section("Growth"), flush=True)
    crowds = (VILLAGE, SMALL_COUNTRY if quick else COUNTRY)
    rounds = 10 if quick else 40
    rows: list[list[str]] = []
    with tempfile.TemporaryDirectory() as folder:
        first_p95: float | None = None
        for crowd in crowds:
            progress(f"filling {crowd}")
            path = Path(folder) / f"{crowd.residents}.db"
            vote_id = fill(path, crowd)
            progress(f"measuring {crowd}")
            p95 = asyncio.run(taps(path, rounds))
            rows.append(_row("p95 of a tap", crowd, p95, first_p95, "a village"))
            first_p95 = first_p95 or p95
            bare = min(bare_count(path, vote_id) for _ in range(3))
            rows.append(_row("the bare aggregate", crowd, bare, None, ""))
            counted = asyncio.run(close(path, vote_id))
            rows.append(_row("closing and counting", crowd, counted, bare, "the bare aggregate"))
            sealed = asyncio.run(seal(path, vote_id))
            rows.append(_row("sealing, in batches", crowd, sealed, None, ""))
    print(table(HEADINGS, rows), flush=True)


def _row(name: str, crowd: Crowd, ms: float, yardstick: float | None, beside: str) -> list[str]:
    people = figure(crowd.residents), figure(crowd.ballots)
    return [name, *people, figure(ms, 1), ratio(ms, yardstick), beside if yardstick else ""]
