"""Kills the bot with SIGKILL at random moments while a village votes: python -m tests.kills 200.

The simulated Telegram lives here, the bot in a process of its own. Nobody ever taps twice: what
was tapped once has to be carried out and shown, however often the process dies in between.
"""

import argparse
import asyncio
import json
import os
import random
import re
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.ui.callbacks import Callback, unpack
from bot.ui.forms import SKIP, Press
from handlers.doors import Below, OpenVote, OpenVotes, PrepareVote
from handlers.preparing.taps import AddOption, MakeVote
from handlers.voting.taps import CheckReceipt, Confirm, Pick
from models import Vote
from services.votes.ballots import key_of
from simulator import Message, Telegram
from tests.simulator.served import served
from tests.world import TOKEN, World

PATIENCE = 60.0
"""Seconds within which a tap must show its effect, some kills included."""
START_SECONDS = 30.0
BEFORE_READY = 0.25
"""How many of the kills hit a process that is still starting."""
LONGEST_LIFE = 0.8
RECEIPT = re.compile(r"\b([0-9A-Z]{5})-([0-9A-Z]{5})\b")
FOREVER = datetime(2126, 1, 1, tzinfo=UTC)


class Lost(AssertionError):
    """A promise was broken; the words say which."""


@dataclass(slots=True)
class Findings:
    """What a run has seen; `confirmed` counts receipts, changed votes among them."""

    kills: int = 0
    before_ready: int = 0
    taps: int = 0
    confirmed: int = 0
    drafts: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.kills} kills ({self.before_ready} of a process that was not ready) in "
            f"{self.seconds:.0f} s: {self.taps} taps and messages, {self.confirmed} ballots "
            f"confirmed, {self.drafts} drafts of votes; nothing lost, nothing doubled"
        )


class Changes:
    """Wakes whoever waits for a chat to change."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._changed = asyncio.Condition()

    async def watch(self) -> None:
        with self._telegram.events.subscribe() as events:
            async for event in events:
                if event.kind in ("message_new", "message_edited"):
                    async with self._changed:
                        self._changed.notify_all()

    async def wait_for(self, seen: Callable[[], Any], what: str) -> Any:
        """What `seen` finds. Raises Lost if it finds nothing in time."""

        async def look() -> Any:
            async with self._changed:
                while not (found := seen()):
                    await self._changed.wait()
                return found

        try:
            return await asyncio.wait_for(look(), PATIENCE)
        except TimeoutError:
            raise Lost(f"{what} never came") from None


class Hand:
    """One phone; each act waits until its effect is to be seen."""

    def __init__(self, telegram: Telegram, changes: Changes, findings: Findings, id: int) -> None:
        self.id = id
        self._telegram = telegram
        self._changes = changes
        self._findings = findings
        self._shown = 0

    async def says(self, text: str, then: type[Callback], **fields: object) -> Message:
        before = self._stamp()
        self._telegram.people.says(self.id, text)
        return await self._see(before, f"the answer to {text!r}", then, fields)

    async def taps(
        self, kind: type[Callback], /, then: type[Callback], then_fields: Any = None, **fields: Any
    ) -> Message:
        message, data = self.button(kind, **fields)
        before = self._stamp()
        self._telegram.people.taps(self.id, message.id, data=data)
        return await self._see(before, f"the answer to {data}", then, then_fields or {})

    def button(self, kind: type[Callback], **fields: object) -> tuple[Message, str]:
        """The newest button of this kind, and its data."""
        for message in reversed(self.messages):
            for data in _data_of(message):
                if _is(data, kind, fields):
                    return message, data
        raise Lost(f"{self.id} has no button {kind.__name__} {fields}: {self.messages[-1].plain}")

    @property
    def messages(self) -> list[Message]:
        return [m for m in self._telegram.screen(self.id) if m.sender == "bot"]

    def _stamp(self) -> dict[int, tuple[str, list[str]]]:
        return {m.id: (m.plain, _data_of(m)) for m in self.messages}

    async def _see(
        self,
        before: dict[int, tuple[str, list[str]]],
        what: str,
        kind: type[Callback],
        fields: dict[str, object],
    ) -> Message:
        """The message that is new or changed and has such a button."""
        self._findings.taps += 1

        def seen() -> Message | None:
            for message in reversed(self.messages):
                now = (message.plain, _data_of(message))
                fits = any(_is(data, kind, fields) for data in now[1])
                if fits and before.get(message.id) != now:
                    return message
            return None

        found: Message = await self._changes.wait_for(seen, f"{what} to {self.id}")
        return found


def _data_of(message: Message) -> list[str]:
    rows = message.inline_keyboard or []
    return [button["callback_data"] for row in rows for button in row if "callback_data" in button]


def _is(data: str, kind: type[Callback], fields: dict[str, object]) -> bool:
    action = unpack(data)
    return isinstance(action, kind) and all(
        getattr(action, name) == value for name, value in fields.items()
    )


class Voter(Hand):
    """Votes, changes the vote, and again, until it is time to go home."""

    receipt: str | None = None
    choice = ""

    async def live(self, vote: int, home: asyncio.Event, chance: random.Random) -> None:
        await self.says("/vote", then=Pick)
        while True:
            position = chance.choice((1, 2, 3))
            await self.taps(
                Pick,
                position=position,
                then=Confirm,
                then_fields={"picks": str(position)},
            )
            message = await self.taps(Confirm, then=CheckReceipt)
            self._take_receipt(message, str(position))
            if home.is_set():
                return
            await self.taps(Below, then=OpenVotes)
            await self.taps(OpenVotes, then=OpenVote)
            await self.taps(OpenVote, vote_id=vote, then=Pick)

    def _take_receipt(self, message: Message, choice: str) -> None:
        found = RECEIPT.search(message.plain)
        if found is None:
            raise Lost(f"{self.id} confirmed and got no receipt: {message.plain!r}")
        receipt = "".join(found.groups())
        if self.receipt not in (None, receipt):
            raise Lost(f"{self.id} has two receipts: {self.receipt} and {receipt}")
        self.receipt, self.choice = receipt, choice
        self._findings.confirmed += 1


class Maker(Hand):
    """A mobilizer who prepares one vote after another, in writing."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.titles: list[str] = []

    async def live(self, home: asyncio.Event) -> None:
        await self.says("/work", then=PrepareVote)
        while not home.is_set():
            title = f"Суроо {len(self.titles) + 1}"
            await self.taps(PrepareVote, then=MakeVote)
            await self.taps(MakeVote, whole=True, then=Press, then_fields={"step": "title_ky"})
            await self.says(title, then=Press, step="title_ru")
            await self.says(f"{title} ru", then=Press, step="budget")
            await self.taps(Press, step="budget", value=SKIP, then=AddOption)
            self.titles.append(title)
            self._findings.drafts += 1
            await self.says("/work", then=PrepareVote)


@dataclass(slots=True)
class Process:
    """`ashar run` in a process of its own; `lines` are its log, `bugs` what must not be there."""

    environment: Mapping[str, str]
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    lines: list[dict[str, Any]] = field(default_factory=list)
    bugs: list[str] = field(default_factory=list)
    running: asyncio.subprocess.Process | None = None
    _reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self.running = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "run",
            env=self.environment,
            stderr=asyncio.subprocess.PIPE,
        )
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.running is not None
        assert self.running.stderr is not None
        async for raw in self.running.stderr:
            try:
                line = json.loads(raw)
            except ValueError:
                self.bugs.append(raw.decode())
                continue
            self.lines.append(line)
            if line["event"] == "ready":
                self.ready.set()
            elif line["level"] in ("error", "critical"):
                self.bugs.append(raw.decode())

    async def kill(self) -> None:
        """Ends it at once, if it runs."""
        if self.running is not None:
            with suppress(ProcessLookupError):
                self.running.kill()
            await self.ended()

    async def end(self) -> int:
        """SIGTERM; the exit code."""
        assert self.running is not None
        self.running.terminate()
        return await self.ended()

    async def ended(self) -> int:
        """The exit code, once it ends."""
        assert self.running is not None
        assert self._reading is not None
        code = await self.running.wait()
        await self._reading
        return code


@dataclass(frozen=True, slots=True)
class Scene:
    """A village before the first kill."""

    telegram: Telegram
    database: Path
    vote: int
    voters: list[int]
    maker: int


async def village(folder: Path, people: int) -> Scene:
    """An open vote, its voters and a mobilizer, in a database of their own."""
    path = folder / "ashar.db"
    world = World(f"sqlite+aiosqlite:///{path}")
    await world.open()
    await world.add_places()
    maker = await world.staff("Бакыт")
    voters = [
        (await world.villager(f"Айда {number}", ("ky", "ru")[number % 2])).id
        for number in range(people)
    ]
    vote = await world.vote(maker=maker, change=_never_closes)
    await world.ashar.close()
    return Scene(world.telegram, path, vote, voters, maker.id)


def _never_closes(vote: Vote) -> None:
    """The bot's process goes by the real clock, the village was made by another."""
    vote.closes_at = FOREVER


async def kill_often(
    kills: int,
    *,
    people: int = 8,
    seed: int | None = None,
    say: Callable[[str], None] | None = None,
) -> Findings:
    """A village that votes while its bot is killed so often.

    Raises:
        Lost: something was lost or doubled, or the bot met a bug.
    """
    chance = random.Random(seed)
    findings = Findings()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ashar-kills-") as folder:
        scene = await village(Path(folder), people)
        async with served(scene.telegram) as address:
            environment = environment_for(address, scene.database)
            changes = Changes(scene.telegram)
            watching = asyncio.create_task(changes.watch())
            voters = [Voter(scene.telegram, changes, findings, id) for id in scene.voters]
            maker = Maker(scene.telegram, changes, findings, scene.maker)
            home = asyncio.Event()
            lives = asyncio.gather(
                *(voter.live(scene.vote, home, random.Random(chance.random())) for voter in voters),
                maker.live(home),
            )
            last = Process(environment)
            try:
                await _kill(kills, environment, findings, chance, lives, say)
                await last.start()
                home.set()
                await lives
                if (code := await last.end()) != 0:
                    raise Lost(f"SIGTERM ended the bot with {code}")
                _require_no_bug(last)
            finally:
                await last.kill()
                lives.cancel()
                watching.cancel()
                await asyncio.gather(lives, watching, return_exceptions=True)
        check(scene, voters, maker)
    findings.seconds = time.monotonic() - began
    return findings


async def _kill(
    kills: int,
    environment: Mapping[str, str],
    findings: Findings,
    chance: random.Random,
    lives: "asyncio.Future[Any]",
    say: Callable[[str], None] | None,
) -> None:
    for _ in range(kills):
        process = Process(environment)
        await process.start()
        if chance.random() < BEFORE_READY:
            life = chance.uniform(0.0, 2 * LONGEST_LIFE)
        else:
            await asyncio.wait_for(process.ready.wait(), START_SECONDS)
            life = chance.uniform(0.0, LONGEST_LIFE)
        await asyncio.wait({lives}, timeout=life)
        findings.before_ready += not process.ready.is_set()
        await process.kill()
        findings.kills += 1
        _require_no_bug(process)
        if lives.done():
            lives.result()
        if say is not None and findings.kills % 10 == 0:
            say(f"{findings.kills} kills, {findings.taps} taps, {findings.confirmed} ballots")


def _require_no_bug(process: Process) -> None:
    if process.bugs:
        raise Lost("the bot wrote: " + "".join(process.bugs))


def environment_for(address: str, database: Path) -> dict[str, str]:
    """Of a bot that talks to that Telegram; no setting of this machine counts."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("ASHAR_")},
        "ASHAR_BOT_TOKEN": TOKEN,
        "ASHAR_BOT_API_URL": address,
        "ASHAR_DATABASE_URL": f"sqlite+aiosqlite:///{database}",
        "ASHAR_LOG_FORMAT": "json",
    }


def check(scene: Scene, voters: list[Voter], maker: Maker) -> None:
    """Raises Lost unless the database holds exactly what people were shown."""
    with sqlite3.connect(scene.database) as connection:
        (secret,) = connection.execute(
            "SELECT secret FROM vote WHERE id = ?", [scene.vote]
        ).fetchone()
        residents = dict(connection.execute("SELECT account_id, id FROM resident"))
        ballots = {
            key: (receipt, choice)
            for key, receipt, choice in connection.execute(
                "SELECT key, receipt, choice FROM ballot WHERE vote_id = ?", [scene.vote]
            )
        }
        (turnout,) = connection.execute(
            "SELECT count(*) FROM turnout WHERE vote_id = ?", [scene.vote]
        ).fetchone()
        titles = [
            title
            for (title,) in connection.execute(
                "SELECT title_ky FROM vote WHERE status = 'draft' AND title_ky != ''"
            )
        ]
        (unsent,) = connection.execute(
            "SELECT count(*) FROM outbox WHERE sent_at IS NULL"
        ).fetchone()
    for voter in voters:
        kept = ballots.get(key_of(secret, residents[voter.id]))
        if kept != (voter.receipt, voter.choice):
            raise Lost(f"{voter.id} was shown {voter.receipt}, {voter.choice}; kept is {kept}")
    if not len(ballots) == turnout == len(voters):
        raise Lost(f"{len(voters)} voted, {turnout} turned out, {len(ballots)} ballots are kept")
    if sorted(titles) != sorted(maker.titles):
        raise Lost(f"drafts {maker.titles} were made, {titles} are kept")
    if unsent:
        raise Lost(f"{unsent} letters were never sent")


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.kills", description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=200)
    parser.add_argument("--people", type=int, default=8)
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()
    try:
        findings = asyncio.run(
            kill_often(options.kills, people=options.people, seed=options.seed, say=print)
        )
    except Lost as lost:
        sys.exit(f"LOST: {lost}")
    print(findings)


if __name__ == "__main__":
    main()
