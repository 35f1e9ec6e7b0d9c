"""One update, one transaction: repeats, order, bugs, refusals, and a database that goes away."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import make_url, select

from bot import database as database_module
from bot.database import Database
from bot.errors import OutOfReach
from bot.ui import drafts
from bot.ui.context import Context
from bot.ui.screens import Screen
from models import Account, Draft, Outbox, ProcessedUpdate
from services.outbox import LEASE, Letter
from services.refusal import Reason, Refused
from tests.bot.machine import START, Machine, Tapped, running
from tests.postgres import temporary_postgres

AIDA, BAKYT = 501, 502


@pytest.fixture
async def machine(database_url: str) -> AsyncIterator[Machine]:
    async with running(database_url) as made:
        yield made


@pytest.fixture
async def sqlite_machine(sqlite_url: str) -> AsyncIterator[Machine]:
    async with running(sqlite_url) as made:
        yield made


async def test_an_update_is_carried_out_once_however_often_it_comes(machine: Machine) -> None:
    update = machine.says(AIDA, "hello")
    await machine.run(update)
    assert await machine.run(update, update) == [None, None]
    machine.clock.advance(LEASE * 20 * 60)
    assert await machine.run(update) == [None]
    assert machine.said == [(AIDA, "hello")]
    assert await machine.languages() == {AIDA: "ky"}


async def test_an_update_that_is_twice_in_one_batch_is_carried_out_once(machine: Machine) -> None:
    update = machine.says(AIDA, "hello")
    assert await machine.run(update, machine.says(BAKYT, "salam"), update) == [None] * 3
    assert sorted(machine.said) == [(AIDA, "hello"), (BAKYT, "salam")]


async def test_a_repeated_tap_is_answered_again(machine: Machine) -> None:
    tap = machine.taps(AIDA, Tapped(1).pack())
    await machine.run(tap)
    await machine.run(tap)
    assert [query for query, _ in machine.mailbox.answers] == [tap["callback_query"]["id"]] * 2
    assert machine.said == [(AIDA, "screen")]


async def test_one_persons_updates_are_carried_out_in_their_order(machine: Machine) -> None:
    words = [f"word {number}" for number in range(150)]
    await machine.run(*(machine.says(AIDA, word) for word in words))
    assert machine.said_to(AIDA) == words


async def test_many_people_share_a_commit(sqlite_machine: Machine) -> None:
    machine = sqlite_machine
    results = await machine.run(*(machine.says(1000 + i, f"I am {i}") for i in range(200)))
    assert results == [None] * 200
    assert sorted(machine.said) == [(1000 + i, f"I am {i}") for i in range(200)]
    assert len(await machine.languages()) == 200


@pytest.mark.parametrize("text", ["bug", "bug after writing"])
async def test_a_bug_harms_nobody_else_in_the_batch(machine: Machine, text: str) -> None:
    before, bad, after = (
        machine.says(AIDA, "before"),
        machine.says(BAKYT, text),
        machine.says(AIDA, "after"),
    )
    assert await machine.run(before, bad, after) == [None] * 3
    assert machine.said_to(AIDA) == ["before", "after"]
    assert machine.said_to(BAKYT) == [f"sorry: {machine.incidents[-1].id}"]
    assert await machine.languages() == {AIDA: "ru", BAKYT: None}


async def test_a_bug_is_not_repeated_for_ever(machine: Machine) -> None:
    bad = machine.says(AIDA, "bug after writing")
    await machine.run(bad)
    await machine.run(bad)
    assert len(machine.said) == 1
    assert len({incident.id for incident in machine.incidents}) == len(machine.incidents)


@pytest.mark.parametrize("text", ["refused", "refused after writing", "refused after flushing"])
async def test_a_refusal_undoes_what_was_written_and_gets_its_words(
    machine: Machine, text: str
) -> None:
    await machine.run(machine.says(AIDA, "hello"), machine.says(BAKYT, "hello"))
    await machine.run(machine.says(BAKYT, "again"), machine.says(AIDA, text))
    assert machine.said_to(AIDA) == ["hello", "no: not_found ky"]
    assert machine.incidents == []
    assert await machine.languages() == {AIDA: "ky", BAKYT: "ru"}


def _count_tries(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether with savepoints, for each transaction."""
    tries: list[bool] = []
    transact = machine.transactions._attempt

    async def counting(*arguments: Any, savepoints: bool) -> Any:
        tries.append(savepoints)
        return await transact(*arguments, savepoints=savepoints)

    monkeypatch.setattr(machine.transactions, "_attempt", counting)
    return tries


async def _fill_in(context: Context) -> None:
    """As a pick on a ballot does: a draft is changed, nothing is flushed."""
    words = (context.message.text or "").split()
    context.say(Screen(words[0]))
    if "looking" in words:
        await context.session.scalars(select(Account.id))
    if "stale" in words:
        raise Refused(Reason.OUTDATED)
    draft = await drafts.begin(context, "ballot", "pick", {"words": words})
    if "late" in words:
        draft.step = "late"
        raise Refused(Reason.OUTDATED)


@pytest.mark.parametrize("words", ["stale", "looking stale"])
async def test_one_stale_tap_among_picks_undoes_nothing(
    sqlite_machine: Machine, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    machine = sqlite_machine
    machine.handler = _fill_in
    await machine.run(*(machine.says(1000 + i, "first") for i in range(10)))
    tries = _count_tries(machine, monkeypatch)
    updates = [machine.says(1000 + i, "pick") for i in range(10)]
    updates[6] = machine.says(1006, f"x {words}")
    assert await machine.run(*updates) == [None] * 10
    assert tries == [False]
    assert machine.said_to(1006) == ["first", "no: outdated None"]
    async with machine.database.read() as session:
        kept = {row.account_id: row.data["words"] for row in await session.scalars(select(Draft))}
    assert kept == {1000 + i: ["pick"] for i in range(10) if i != 6} | {1006: ["first"]}


async def test_a_tap_refused_after_it_changed_something_is_undone_among_picks(
    sqlite_machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = sqlite_machine
    machine.handler = _fill_in
    await machine.run(*(machine.says(1000 + i, "first") for i in range(3)))
    tries = _count_tries(machine, monkeypatch)
    await machine.run(
        machine.says(1000, "pick"), machine.says(1001, "pick late"), machine.says(1002, "pick")
    )
    assert tries == [False, True]
    async with machine.database.read() as session:
        kept = {row.account_id: row.data["words"] for row in await session.scalars(select(Draft))}
    assert kept == {1000: ["pick"], 1001: ["first"], 1002: ["pick"]}


async def test_a_second_update_of_one_person_takes_the_careful_way(
    sqlite_machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = sqlite_machine
    machine.handler = _fill_in
    await machine.run(machine.says(AIDA, "first"), machine.says(BAKYT, "first"))
    tries = _count_tries(machine, monkeypatch)
    await machine.run(
        machine.says(AIDA, "pick"), machine.says(BAKYT, "pick"), machine.says(AIDA, "again late")
    )
    assert tries == [False, True]
    async with machine.database.read() as session:
        draft = await session.get_one(Draft, (AIDA, "ballot"))
    assert (draft.data["words"], draft.step) == (["pick"], "pick")


async def test_whoever_shows_up_again_can_be_reached(machine: Machine) -> None:
    await machine.run(machine.says(AIDA, "hello"))
    async with machine.database.begin() as session:
        (await session.get_one(Account, AIDA)).unreachable_at = START
    await machine.run(machine.says(AIDA, "I am back"))
    async with machine.database.read() as session:
        assert (await session.get_one(Account, AIDA)).unreachable_at is None


async def test_an_old_button_is_refused_and_a_forged_one_too(machine: Machine) -> None:
    await machine.run(machine.taps(AIDA, "gone:1"), machine.taps(AIDA, "test:one"))
    assert machine.said_to(AIDA) == ["no: outdated None"] * 2


async def test_a_bug_while_the_route_is_found_is_owned_up_to(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_args: object) -> None:
        raise LookupError("routes")

    monkeypatch.setattr("bot.transactions.find_route", stumble)
    assert await machine.run(machine.says(AIDA, "hello")) == [None]
    assert machine.said_to(AIDA) == [f"sorry: {machine.incidents[0].id}"]


async def test_a_failing_commit_sends_each_alone_and_owns_up_to_the_bad_one(
    machine: Machine,
) -> None:
    async def handler(context: Context) -> None:
        if context.message.text == "clash":
            context.letters.append(Letter(7, AIDA, "sendMessage", {"text": "first"}))
            context.letters.append(Letter(7, AIDA, "sendMessage", {"text": "second"}))
        else:
            context.say(Screen(context.message.text or ""))

    machine.handler = handler
    updates = machine.says(AIDA, "clash"), machine.says(BAKYT, "salam")
    assert await machine.run(*updates) == [None, None]
    assert machine.said_to(AIDA) == [f"sorry: {machine.incidents[0].id}"]
    assert machine.said_to(BAKYT) == ["salam"]


async def test_a_bug_that_even_the_apology_meets_gives_the_update_up_and_the_machine_goes_on(
    machine: Machine,
) -> None:
    async def handler(context: Context) -> None:
        context.letters.append(Letter(7, AIDA, "sendMessage", {}))

    async with machine.database.begin() as session:
        session.add(
            Outbox(id=7, chat_id=1, method="x", payload={}, lane=0, created_at=START, attempts=0)
        )
    machine.handler = handler
    original = machine.transactions._dialogues.apologise
    object.__setattr__(
        machine.transactions._dialogues, "apologise", lambda context, _: handler(context)
    )
    (error,) = await machine.run(machine.says(AIDA, "clash"))
    assert error is not None
    assert not isinstance(error, OutOfReach)
    object.__setattr__(machine.transactions._dialogues, "apologise", original)

    async def fine(context: Context) -> None:
        context.say(Screen("fine"))

    machine.handler = fine
    assert await machine.run(machine.says(AIDA, "next")) == [None]
    assert machine.said == [(AIDA, "fine")]


async def test_who_stops_waiting_for_an_update_stops_nobody_else(machine: Machine) -> None:
    entered, gate = asyncio.Event(), asyncio.Event()

    async def handler(context: Context) -> None:
        entered.set()
        await gate.wait()
        context.say(Screen(context.message.text or ""))

    machine.handler = handler
    waiting = asyncio.create_task(machine.run(machine.says(AIDA, "hello")))
    await entered.wait()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    gate.set()
    assert await machine.run(machine.says(AIDA, "still there?")) == [None]
    assert machine.said_to(AIDA) == ["hello", "still there?"]


async def test_a_database_error_inside_a_handler_brings_all_updates_again(
    machine: Machine,
) -> None:
    async def handler(context: Context) -> None:
        if context.message.text == "locked":
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise error
        context.say(Screen(context.message.text or ""))

    machine.handler = handler
    first, locked = machine.says(AIDA, "first"), machine.says(AIDA, "locked")
    results = await machine.run(first, locked)
    assert [type(result) for result in results] == [OutOfReach, OutOfReach]
    assert machine.said == []
    assert machine.incidents == []


async def test_behind_an_update_that_has_to_come_again_none_of_the_same_person_is_carried_out(
    machine: Machine,
) -> None:
    fails = True

    async def handler(context: Context) -> None:
        if fails:
            raise ConnectionResetError
        context.say(Screen(context.message.text or ""))

    machine.handler = handler
    words = [f"word {number}" for number in range(150)]
    updates = [machine.says(AIDA, word) for word in words]
    results = await machine.run(*updates)
    assert {type(result) for result in results} == {OutOfReach}
    fails = False
    assert await machine.run(*updates) == [None] * 150
    assert machine.said_to(AIDA) == words


async def test_a_wrong_statement_is_a_bug_and_not_a_database_out_of_reach(
    machine: Machine,
) -> None:
    from sqlalchemy import text

    async def handler(context: Context) -> None:
        await context.session.execute(text("SELECT nothing FROM nowhere"))

    machine.handler = handler
    assert await machine.run(machine.says(AIDA, "x")) == [None]
    assert machine.said_to(AIDA) == [f"sorry: {machine.incidents[-1].id}"]


async def test_a_database_that_another_process_locks_loses_nothing(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0)
    path = make_url(sqlite_url).database
    assert path is not None
    async with running(sqlite_url) as machine:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        updates = [machine.says(AIDA, "one"), machine.says(BAKYT, "two")]
        results = await machine.run(*updates)
        assert [type(result) for result in results] == [OutOfReach] * 2
        other.execute("ROLLBACK")
        other.close()
        assert await machine.run(*updates) == [None, None]
        assert sorted(machine.said) == [(AIDA, "one"), (BAKYT, "two")]


@pytest.mark.postgresql
async def test_a_connection_that_is_cut_in_the_middle_loses_nothing(postgresql_url: str) -> None:
    async with running(postgresql_url) as machine:
        assert await machine.run(machine.says(AIDA, "before")) == [None]
        entered, gate = asyncio.Event(), asyncio.Event()

        async def handler(context: Context) -> None:
            entered.set()
            await gate.wait()
            context.account.language = "ru"

        machine.handler = handler
        update = machine.says(AIDA, "cut")
        under_way = asyncio.create_task(machine.run(update))
        await entered.wait()
        await _end_all_sessions(postgresql_url)
        gate.set()
        (error,) = await under_way
        assert isinstance(error, OutOfReach)
        assert await machine.languages() == {AIDA: "ky"}
        assert await machine.run(update) == [None]
        assert await machine.languages() == {AIDA: "ru"}


async def _end_all_sessions(url: str) -> None:
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(make_url(url).set(database="postgres"))
    async with engine.connect() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = :name AND pid <> pg_backend_pid()"
            ),
            {"name": make_url(url).database},
        )
    await engine.dispose()


@pytest.mark.postgresql
async def test_while_the_server_is_down_every_update_has_to_come_again() -> None:
    from bot import migrations

    with temporary_postgres() as url:
        database = Database(url)
        await migrations.upgrade(database.engine)
        await database.close()
        machine_context = running(url)
        machine = await machine_context.__aenter__()
        assert await machine.run(machine.says(AIDA, "before")) == [None]
    results = await machine.run(machine.says(AIDA, "x"), machine.says(BAKYT, "y"))
    assert [type(result) for result in results] == [OutOfReach] * 2
    assert machine.said == [(AIDA, "before")]
    await machine_context.__aexit__(None, None, None)


@pytest.mark.postgresql
async def test_two_processes_that_get_the_same_updates_carry_each_out_once(
    postgresql_url: str,
) -> None:
    async with running(postgresql_url) as one, running(postgresql_url) as other:
        updates = [one.says(600 + i % 7, f"word {i}") for i in range(60)]
        results = await asyncio.gather(one.run(*updates), other.run(*reversed(updates)))
        assert [result for both in results for result in both] == [None] * 120
        both = sorted(one.said + other.said)
        assert both == sorted((600 + i % 7, f"word {i}") for i in range(60))


async def test_a_group_leaves_no_account(machine: Machine) -> None:
    update = machine.says(AIDA, "hi")
    update["message"]["chat"] = {"id": -100, "type": "group", "title": "G"}
    assert await machine.run(update) == [None]
    async with machine.database.read() as session:
        assert list(await session.scalars(select(Account.id))) == []
        assert list(await session.scalars(select(ProcessedUpdate.update_id))) == [
            update["update_id"]
        ]
