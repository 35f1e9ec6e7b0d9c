"""What the clock has to do: votes to open, close and seal, broadcasts to go on, dust to sweep."""

from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete

import handlers
from bot import metrics
from bot.clock import Duty
from bot.database import Database
from bot.sender import Sender
from bot.ui.i18n import Translators
from bot.ui.screens import Screen
from models import Account, Draft, Lane, ProcessedUpdate
from services import campaigns, delivery, outbox, people
from services.outbox import Letter, next_id
from services.terms import Terms
from services.votes import ballots, counting, lifecycle

log = structlog.get_logger()

BULK_WAITING = 400
"""A broadcast goes on when fewer letters than this wait."""
SWEEP_EVERY = timedelta(minutes=10)


class Duties:
    def __init__(
        self, database: Database, sender: Sender, translators: Translators, terms: Terms
    ) -> None:
        self._database = database
        self._sender = sender
        self._translators = translators
        self._terms = terms
        self._swept_at: datetime | None = None

    def all(self) -> tuple[Duty, ...]:
        return (self.move_votes, self.remind, self.broadcast, self.measure, self.sweep)

    async def move_votes(self, now: datetime) -> None:
        """Opens and closes votes at their dates, and seals those that are counted."""
        async with self._database.read() as session:
            due = await lifecycle.due(session, self._terms, now=now)
        for vote_id in due.opening:
            async with self._database.begin() as session:
                await lifecycle.open_due(session, vote_id, now=now)
        for vote_id in due.closing:
            async with self._database.begin() as session:
                closed = await counting.close_vote(session, vote_id, self._terms, by=None, now=now)
                if closed:
                    await self._tell_staff(session, vote_id, now)
        for vote_id in due.sealing:
            async with self._database.begin() as session:
                await counting.seal(session, vote_id, now=now)

    async def remind(self, now: datetime) -> None:
        """One note before the closing to who began a ballot and didn't confirm it."""
        async with self._database.read() as session:
            due = await lifecycle.due(session, self._terms, now=now)
        for vote_id in due.reminding:
            async with self._database.begin() as session:
                vote = await ballots.load(session, vote_id)
                if vote.reminded_at is not None:
                    continue
                vote.reminded_at = now
                accounts = await ballots.unfinished(session, vote_id)
                letters = [
                    self._letter(
                        account, handlers.reminder(self._translators[account.language], vote)
                    )
                    for account in accounts
                ]
                await outbox.add(session, letters, now=now)
        if due.reminding:
            self._sender.look()

    async def broadcast(self, now: datetime) -> None:
        """Hands the next recipients of running campaigns to the outbox."""
        async with self._database.read() as session:
            ids = await campaigns.running(session)
            waiting = (await delivery.depth(session))[Lane.BULK] if ids else 0
        for campaign_id in ids:
            if waiting >= BULK_WAITING:
                return
            async with self._database.begin() as session:
                found = await campaigns.next_recipients(session, campaign_id, now=now)
                if found is None:
                    continue
                campaign, accounts = found
                write = await handlers.broadcast_writer(session, campaign)
                letters = [
                    self._letter(account, write(self._translators[account.language]), campaign.id)
                    for account in accounts
                ]
                await outbox.add(session, letters, now=now)
                waiting += len(letters)
            self._sender.look()

    async def measure(self, now: datetime) -> dict[str, Any]:
        """Tells the metrics how full the outbox is."""
        async with self._database.read() as session:
            depth = await delivery.depth(session)
            age = await delivery.oldest(session, now=now)
        for lane, count in depth.items():
            metrics.outbox_depth.labels(lane.name.lower()).set(count)
        metrics.outbox_age_seconds.set(age.total_seconds())
        return {"outbox": sum(depth.values()), "oldest_seconds": round(age.total_seconds())}

    async def sweep(self, now: datetime) -> None:
        """Removes what has served: settled letters, seen updates, old drafts, undecided accounts."""
        if self._swept_at is not None and now - self._swept_at < SWEEP_EVERY:
            return
        self._swept_at = now
        async with self._database.begin() as session:
            await delivery.sweep(session, before=now - self._terms.keep_sent)
            await session.execute(
                delete(ProcessedUpdate).where(ProcessedUpdate.at < now - self._terms.keep_sent)
            )
            await session.execute(
                delete(Draft).where(Draft.touched_at < now - self._terms.keep_drafts)
            )
            await people.forget_undecided(session, self._terms, now=now)

    async def _tell_staff(self, session: Any, vote_id: int, now: datetime) -> None:
        """The maker of a vote that has just closed sees the result first."""
        vote = await ballots.load(session, vote_id)
        maker = await session.get(Account, vote.created_by)
        if maker is None or maker.unreachable_at is not None:
            return
        screen = await handlers.closed_notice(session, self._translators[maker.language], vote)
        letters = [self._letter(maker, screen, lane=Lane.REPLY)]
        await outbox.add(session, letters, now=now)
        self._sender.look()

    def _letter(
        self,
        account: Account,
        screen: Screen,
        campaign_id: int | None = None,
        lane: Lane = Lane.BULK,
    ) -> Letter:
        method, payload = screen.call()
        return Letter(next_id(), account.id, method, payload, lane, campaign_id=campaign_id)
