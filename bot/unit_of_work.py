"""One update, one transaction, carried out exactly once, and the caller told after the commit.

Updates that wait at the same moment share one commit and are answered after it. Different people
run side by side, one person's updates in order.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Protocol

import structlog
from telegram import Update

from bot import metrics
from bot.errors import OutOfReach, judge
from bot.routing import speaker
from bot.transactions import Job, Transactions
from bot.ui.context import Answer
from services.outbox import Hands, Letter

log = structlog.get_logger()

MOST_AT_ONCE = 64


class Mail(Protocol):
    """Who takes letters and answers after the commit."""

    hands: Hands

    def push(self, letters: Sequence[Letter]) -> None: ...

    def answer(self, query_id: str, chat_id: int, answer: Answer | None) -> None: ...


class UnitOfWork:
    """Carries updates out, each exactly once."""

    def __init__(self, transactions: Transactions, mail: Mail, workers: int = 1) -> None:
        """`workers`: how many transactions may run side by side."""
        self._transactions = transactions
        self._mail = mail
        self._queues: list[asyncio.Queue[Job]] = [asyncio.Queue() for _ in range(workers)]
        self._workers: list[asyncio.Task[None]] = []

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
            letters = await self._transactions.carry_out(jobs)
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
        try:
            letters = await self._transactions.apologise(jobs[0], incident)
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
                answer = job.context.answer if job.context else None
                self._mail.answer(query.id, query.from_user.id, answer)
            metrics.updates.labels("handled" if job.context else "repeated").inc()
            metrics.handling_seconds.observe(time.monotonic() - job.arrived)
            if not job.done.done():
                job.done.set_result(None)


def _empty(queue: asyncio.Queue[Job]) -> list[Job]:
    """Takes out all that waits."""
    jobs = []
    while not queue.empty():
        jobs.append(queue.get_nowait())
    return jobs
