"""One update, one transaction: drop repeats, lock the account, run the handler, commit.

Updates that wait at the same moment share one commit and are answered after it. If one of them has
to be undone after it wrote something, all are rolled back and carried out again with a savepoint
each. Different people run side by side, one person's updates in order.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import structlog
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.util import IdentitySet
from telegram import Update
from telegram.ext import Application, BaseHandler

from bot import metrics
from bot.clock import Clock
from bot.database import Database, is_out_of_reach, pending
from bot.errors import Incident, OutOfReach, judge
from bot.routing import find_route, is_private, kind_of, speaker
from bot.ui.callbacks import Callback
from bot.ui.context import Answer, Context
from bot.ui.i18n import Translators
from bot.ui.routes import OpenTo, Route, Routes
from models import Account, Draft, ProcessedUpdate, Resident
from services import outbox
from services.ahead import forget, read_ahead
from services.outbox import Hands, Letter
from services.places.current import Places
from services.refusal import Refused
from services.terms import Terms

log = structlog.get_logger()

MOST_AT_ONCE = 64
WORKERS_ON_POSTGRESQL = 4
PtbApplication = Application[Any, Any, Any, Any, Any, Any]


class Mail(Protocol):
    """Who takes letters and answers after the commit."""

    hands: Hands

    def push(self, letters: Sequence[Letter]) -> None: ...

    def answer(self, query_id: str, answer: Answer | None) -> None: ...


@dataclass(frozen=True)
class Dialogues:
    """What the handlers give the machine: the routes, and the words for what goes wrong."""

    routes: Routes
    stage: Callable[[Context], Awaitable[OpenTo]]
    """How far the person has come."""
    next_step: Callable[[Context], Awaitable[None]]
    """Shows what is still missing before the route is open."""
    explain: Callable[[Context, Refused], Awaitable[None]]
    apologise: Callable[[Context, Incident], Awaitable[None]]


@dataclass(slots=True)
class Job:
    update: Update
    done: asyncio.Future[None]
    arrived: float = field(default_factory=time.monotonic)
    context: Context | None = None


class UnitOfWork:
    """Carries updates out, each exactly once."""

    def __init__(
        self,
        database: Database,
        application: PtbApplication,
        dialogues: Dialogues,
        mail: Mail,
        clock: Clock,
        translators: Translators,
        terms: Terms,
        places: Places,
    ) -> None:
        self._database = database
        self._places = places
        self._application = application
        self._dialogues = dialogues
        self._mail = mail
        self._clock = clock
        self._translators = translators
        self._terms = terms
        count = 1 if database.is_sqlite else WORKERS_ON_POSTGRESQL
        self._queues: list[asyncio.Queue[Job]] = [asyncio.Queue() for _ in range(count)]
        self._workers: list[asyncio.Task[None]] = []
        self._steps: dict[int, _Step] = {}
        application.add_handler(_RouteHandler(self, dialogues.routes, self._steps))

    async def start(self) -> None:
        self._workers = [asyncio.create_task(self._work(queue)) for queue in self._queues]

    async def stop(self) -> None:
        """Finishes what was taken on, then stops."""
        await asyncio.gather(*(queue.join() for queue in self._queues))
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        self._workers = []

    async def run(self, update: Update) -> None:
        """Returns when the update is committed, or was already.

        Raises:
            OutOfReach: nothing was kept; the update has to come again.
            Exception: a bug that even the apology met; it is logged, and the update is given up.
        """
        job = Job(update, asyncio.get_running_loop().create_future())
        self._queues[speaker(update) % len(self._queues)].put_nowait(job)
        await job.done

    async def _work(self, queue: asyncio.Queue[Job]) -> None:
        while True:
            jobs = [await queue.get()]
            while len(jobs) < MOST_AT_ONCE and not queue.empty():
                jobs.append(queue.get_nowait())
            try:
                await self._commit_together(jobs)
            except OutOfReach as out:
                jobs += _empty(queue)
                self._fail(jobs, out)
            except Exception as error:
                log.error("worker_stumbled", exc_info=error)
                self._fail(jobs, error)
            finally:
                for _ in jobs:
                    queue.task_done()

    async def _commit_together(self, jobs: list[Job]) -> None:
        """Carries out, commits, and lets the callers know.

        Raises:
            OutOfReach: the database; what isn't done yet has to come again, in its order.
        """
        try:
            letters = await self._transact(jobs, self._carry_out)
        except Exception as error:
            await self._recover(jobs, error)
        else:
            self._settle(jobs, letters)

    async def _recover(self, jobs: list[Job], error: Exception) -> None:
        """A commit failed, and not for the database: each goes alone, and a bug is owned up to."""
        if isinstance(error, OutOfReach):
            raise error
        incident = judge(error, where="commit")
        if len(jobs) > 1:
            for job in jobs:
                await self._commit_together([job])
            return

        async def apologise(context: Context) -> None:
            await self._dialogues.apologise(context, incident)

        try:
            letters = await self._transact(jobs, apologise)
        except Exception as second:
            judge(second, where="apology")
            self._fail(jobs, second)
        else:
            self._settle(jobs, letters)

    def _fail(self, jobs: list[Job], error: Exception) -> None:
        """Those that aren't done yet; whoever waited for one may also have gone."""
        for job in jobs:
            if not job.done.done():
                metrics.updates.labels("failed").inc()
                job.done.set_exception(error)

    def _settle(self, jobs: list[Job], letters: list[Letter]) -> None:
        self._mail.push(letters)
        for job in jobs:
            query = job.update.callback_query
            if query is not None:
                self._mail.answer(query.id, job.context.answer if job.context else None)
            metrics.updates.labels("handled" if job.context else "repeated").inc()
            metrics.handling_seconds.observe(time.monotonic() - job.arrived)
            if not job.done.done():
                job.done.set_result(None)

    async def _transact(
        self, jobs: list[Job], act: Callable[[Context], Awaitable[None]]
    ) -> list[Letter]:
        """All jobs in one transaction; a second one, with savepoints, if one has to be undone."""
        try:
            return await self._transact_with(jobs, act, savepoints=False)
        except _UndoneAfterWriting:
            return await self._transact_with(jobs, act, savepoints=True)

    async def _transact_with(
        self, jobs: list[Job], act: Callable[[Context], Awaitable[None]], *, savepoints: bool
    ) -> list[Letter]:
        now = self._clock.now()
        async with self._database.begin_short() as session:
            session.info["savepoints"] = savepoints
            fresh = await _first_time(session, [job.update.update_id for job in jobs], now)
            accounts = await self._lock_accounts(session, jobs, now)
            letters: list[Letter] = []
            for job in jobs:
                job.context = None
                if job.update.update_id not in fresh:
                    continue
                fresh.discard(job.update.update_id)
                account = accounts.get(speaker(job.update)) or _passer_by(job.update, now)
                context = job.context = Context(
                    session,
                    account,
                    job.update,
                    now,
                    self._translators,
                    self._terms,
                    self._places,
                    self._go,
                )
                await act(context)
                letters += context.letters
            await _flush(session)
            return await outbox.add(session, letters, now=now, hands=self._mail.hands)

    async def _carry_out(self, context: Context) -> None:
        """The handler; a refusal or a bug undoes what it wrote and gets words of its own."""
        try:
            await self._undoing(context, self._route)
            return
        except Refused as refused:
            context.forget_what_was_said()
            reason = refused
        except _UndoneAfterWriting:
            raise
        except Exception as error:
            incident = judge(error, where=kind_of(context.update))
            metrics.incidents.inc()
            context.forget_what_was_said()
            await self._dialogues.apologise(context, incident)
            return
        try:
            await self._undoing(context, lambda context: self._dialogues.explain(context, reason))
        except _UndoneAfterWriting:
            raise
        except Exception as error:
            incident = judge(error, where=f"refusal {reason.reason}")
            context.forget_what_was_said()
            await self._dialogues.apologise(context, incident)

    async def _undoing(self, context: Context, act: Callable[[Context], Awaitable[None]]) -> None:
        """What `act` writes is undone if it raises.

        A savepoint costs as much as two statements, and nearly all that is refused is refused
        before anything was written. So there is none, unless the transaction is a second try.

        Raises:
            _UndoneAfterWriting: without savepoints only the whole transaction can be undone.
        """
        session = context.session
        if session.info["savepoints"]:
            try:
                async with session.begin_nested():
                    await act(context)
            except Exception:
                await _reread(context)
                raise
            return
        session.info["wrote"] = False
        others = session.info["others"] = _waiting_of_others(context)
        try:
            await act(context)
        except Exception as error:
            unwritten = pending(session.sync_session) - (others or IdentitySet())
            if session.info["wrote"] or unwritten or isinstance(error, SQLAlchemyError):
                if is_out_of_reach(error):
                    raise
                raise _UndoneAfterWriting from error
            raise

    async def _route(self, context: Context) -> None:
        """PTB picks the route; what the handler raises comes back here, past PTB."""
        step = self._steps[id(context.update)] = _Step(context)
        try:
            await self._application.process_update(context.update)
        finally:
            del self._steps[id(context.update)]
        if step.error is not None:
            raise step.error

    async def _follow(self, context: Context, route: Route, arguments: Sequence[Any]) -> None:
        if route.open_to is not OpenTo.ANYONE:
            stage = await self._dialogues.stage(context)
            if stage.value < route.open_to.value:
                await self._dialogues.next_step(context)
                return
        await route.handler(context, *arguments)

    async def _go(self, context: Context, action: Callback) -> None:
        route = self._dialogues.routes.taps[type(action)]
        await self._follow(context, route, (action,))

    async def _lock_accounts(
        self, session: AsyncSession, jobs: list[Job], now: datetime
    ) -> dict[int, Account]:
        """The accounts of all jobs, made if they are new; what they need is read ahead.

        Locked in the order of their ids, so that two processes never wait for each other.
        """
        ids = sorted({speaker(job.update) for job in jobs if is_private(job.update)})
        if not ids:
            return {}
        found = await session.scalars(
            _LOCK[_dialect(session)],
            [{"id": id, "created_at": now, "seen_at": now} for id in ids],
            execution_options={"populate_existing": True},
        )
        accounts = {account.id: account for account in found}
        await read_ahead(session, ids)
        return accounts


async def _flush(session: AsyncSession) -> None:
    """Writes what the handlers changed, alike rows in one statement.

    Raises:
        _UndoneAfterWriting: one of them changed what can't be; with savepoints, which is found.
    """
    try:
        await session.flush()
    except SQLAlchemyError as error:
        if session.info["savepoints"] or is_out_of_reach(error):
            raise
        raise _UndoneAfterWriting from error


async def _reread(context: Context) -> None:
    """After a rollback to a savepoint, what was read before it may have changed in memory."""
    if context.account in context.session:
        await context.session.refresh(context.account)
    forget(context.session.info)
    context.changed()


def _waiting_of_others(context: Context) -> IdentitySet | None:
    """Rows of other people that wait for the flush: this update doesn't change them.

    None if others may be among them, such as a vote or the person's own of an update before: then
    it can't be told what this one changed.
    """
    rows = pending(context.session.sync_session)
    for row in rows:
        match row:
            case Account():
                owner: int | None = row.id
            case Draft() | Resident():
                owner = row.account_id
            case _:
                return None
        if owner is None or owner == context.account.id:
            return None
    return rows


class _UndoneAfterWriting(Exception):
    """A handler wrote something and then raised: the transaction can't go on."""


def _empty(queue: asyncio.Queue[Job]) -> list[Job]:
    """Takes out all that waits."""
    jobs = []
    while not queue.empty():
        jobs.append(queue.get_nowait())
    return jobs


def _dialect(session: AsyncSession) -> str:
    return session.get_bind().dialect.name


@dataclass(slots=True)
class _Step:
    context: Context
    error: Exception | None = None


class _RouteHandler(BaseHandler[Update, Any, None]):
    """PTB's one handler: finds the route by look-up, and keeps what it raises for the caller."""

    def __init__(self, unit: UnitOfWork, routes: Routes, steps: dict[int, _Step]) -> None:
        super().__init__(_unused)
        self._unit = unit
        self._routes = routes
        self._steps = steps

    def check_update(self, update: object) -> tuple[Route, tuple[Any, ...]] | Exception | None:
        if not isinstance(update, Update) or id(update) not in self._steps:
            return None
        try:
            return find_route(self._routes, update)
        except Exception as error:
            return error

    async def handle_update(
        self, update: Update, application: Any, check_result: Any, context: Any
    ) -> None:
        step = self._steps[id(update)]
        try:
            if isinstance(check_result, Exception):
                raise check_result
            await self._unit._follow(step.context, *check_result)
        except Exception as error:
            step.error = error


async def _unused(update: Update, context: Any) -> None:
    """BaseHandler asks for a callback; the routes have their own."""


def _passer_by(update: Update, now: datetime) -> Account:
    """Stands for a group or channel, of which no account is kept."""
    return Account(id=speaker(update), language=None, created_at=now, seen_at=now)


async def _first_time(session: AsyncSession, update_ids: list[int], now: datetime) -> set[int]:
    """Those of the updates that were never carried out; from now on they were."""
    rows = [{"update_id": id, "at": now} for id in sorted(set(update_ids))]
    return set(await session.scalars(_FIRST_TIME[_dialect(session)], rows))


def _first_time_statement(insert: Any) -> Any:
    statement = insert(ProcessedUpdate).on_conflict_do_nothing()
    return statement.returning(ProcessedUpdate.update_id)


def _lock_statement(insert: Any) -> Any:
    statement = insert(Account)
    return statement.on_conflict_do_update(
        index_elements=[Account.id],
        set_={"seen_at": statement.excluded.seen_at, "unreachable_at": None},
    ).returning(Account)


_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_FIRST_TIME = {name: _first_time_statement(insert) for name, insert in _INSERTS.items()}
_LOCK = {name: _lock_statement(insert) for name, insert in _INSERTS.items()}
