"""Updates become rows and letters: all that are given in one transaction, or none of them.

If one of them has to be undone after it wrote something, all are rolled back and carried out again
with a savepoint each.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.util import IdentitySet
from telegram import Update
from telegram.ext import Application, BaseHandler

from bot import metrics
from bot.clock import Clock
from bot.database import Database, is_out_of_reach, pending
from bot.errors import Incident, judge
from bot.routing import find_route, is_private, kind_of, speaker
from bot.ui.callbacks import Callback
from bot.ui.context import Context
from bot.ui.i18n import Translators
from bot.ui.routes import OpenTo, Route, Routes
from models import Account, Draft, Resident
from services import inbox, outbox
from services.ahead import forget, read_ahead
from services.outbox import Hands, Letter
from services.places.current import Places
from services.refusal import Refused
from services.terms import Terms

Follow = Callable[[Context, Route, Sequence[Any]], Awaitable[None]]
PtbApplication = Application[Any, Any, Any, Any, Any, Any]


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


class Transactions:
    """Carries updates out through PTB, which picks the route."""

    def __init__(
        self,
        database: Database,
        application: PtbApplication,
        dialogues: Dialogues,
        hands: Hands,
        clock: Clock,
        translators: Translators,
        terms: Terms,
        places: Places,
    ) -> None:
        self._database = database
        self._application = application
        self._dialogues = dialogues
        self._hands = hands
        self._clock = clock
        self._translators = translators
        self._terms = terms
        self._places = places
        self._steps: dict[int, _Step] = {}
        application.add_handler(_RouteHandler(self._follow, dialogues.routes, self._steps))

    async def carry_out(self, jobs: list[Job]) -> list[Letter]:
        """Carries out what wasn't before; the letters that may go at once.

        Raises:
            OutOfReach: the database failed, and nothing was kept.
            Exception: the commit failed, and nothing was kept.
        """
        return await self._transact(jobs, self._act)

    async def apologise(self, job: Job, incident: Incident) -> list[Letter]:
        """In place of an update that met a bug at its commit; as `carry_out`."""

        async def apologise(context: Context) -> None:
            await self._dialogues.apologise(context, incident)

        return await self._transact([job], apologise)

    async def _transact(
        self, jobs: list[Job], act: Callable[[Context], Awaitable[None]]
    ) -> list[Letter]:
        """All jobs in one transaction; a second one, with savepoints, if one has to be undone."""
        try:
            return await self._attempt(jobs, act, savepoints=False)
        except _UndoneAfterWriting:
            return await self._attempt(jobs, act, savepoints=True)

    async def _attempt(
        self, jobs: list[Job], act: Callable[[Context], Awaitable[None]], *, savepoints: bool
    ) -> list[Letter]:
        now = self._clock.now()
        async with self._database.begin_short() as session:
            session.info["savepoints"] = savepoints
            fresh = await inbox.first_time(session, [job.update.update_id for job in jobs], now=now)
            accounts = await self._accounts(session, _new(jobs, fresh), now)
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
            return await outbox.add(session, letters, now=now, hands=self._hands)

    async def _act(self, context: Context) -> None:
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

    async def _accounts(
        self, session: AsyncSession, jobs: list[Job], now: datetime
    ) -> dict[int, Account]:
        """The accounts of these jobs, locked; what they need is read ahead."""
        ids = sorted({speaker(job.update) for job in jobs if is_private(job.update)})
        if not ids:
            return {}
        accounts = await inbox.lock_accounts(session, ids, now=now)
        await read_ahead(session, ids)
        return accounts


def _new(jobs: list[Job], fresh: set[int]) -> list[Job]:
    """Without repeats: one of an old update says nothing of whether its sender is there now."""
    return [job for job in jobs if job.update.update_id in fresh]


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


@dataclass(slots=True)
class _Step:
    context: Context
    error: Exception | None = None


class _RouteHandler(BaseHandler[Update, Any, None]):
    """PTB's one handler: finds the route by look-up, and keeps what it raises for the caller."""

    def __init__(self, follow: Follow, routes: Routes, steps: dict[int, _Step]) -> None:
        super().__init__(_unused)
        self._follow = follow
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
            await self._follow(step.context, *check_result)
        except Exception as error:
            step.error = error


async def _unused(update: Update, context: Any) -> None:
    """BaseHandler asks for a callback; the routes have their own."""


def _passer_by(update: Update, now: datetime) -> Account:
    """Stands for a group or channel, of which no account is kept."""
    return Account(id=speaker(update), language=None, created_at=now, seen_at=now)
