"""What the clock has to do: votes to open, close and seal, broadcasts to go on, dust to sweep."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import structlog
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

import handlers
from bot import metrics
from bot.clock import Duty
from bot.database import Database, is_out_of_reach
from bot.sender import Sender
from bot.ui.i18n import Translators
from bot.ui.screens import Screen
from models import Account, CampaignStatus, Draft, Lane, Vote
from services import campaigns, delivery, inbox, outbox, people
from services.access import invitations
from services.outbox import Letter, next_id
from services.places.current import Places
from services.places.importing import move_due
from services.terms import Terms
from services.votes import ballots, counting, lifecycle, oversight

log = structlog.get_logger()
T = TypeVar("T")

BULK_WAITING = 400
"""A broadcast goes on when fewer letters than this wait."""
SECONDS_AHEAD = 4
"""So long a fast broadcast lasts without the clock."""
SWEEP_EVERY = timedelta(minutes=10)
WIPE_AGAIN = timedelta(seconds=5)


class Duties:
    def __init__(
        self,
        database: Database,
        sender: Sender,
        translators: Translators,
        terms: Terms,
        places: Places,
    ) -> None:
        self._database = database
        self._sender = sender
        self._translators = translators
        self._terms = terms
        self._places = places
        self._swept_at: datetime | None = None
        self._wiped: int | None = None
        """How many votes were over when the traces of deleted ballots were wiped last."""
        self._wipe_at = datetime.min.replace(tzinfo=UTC)
        """Not before then, because somebody was reading."""

    def all(self) -> tuple[Duty, ...]:
        return (self.move_votes, self.broadcast, self.measure, self.sweep)

    async def move_votes(self, now: datetime) -> None:
        """Opens and closes votes at their dates, and seals those that are counted."""
        async with self._database.read() as session:
            due = await lifecycle.due(session, self._terms, now=now)
        for move, vote_ids in (
            (self._open, due.opening),
            (self._close, due.closing),
            (self._remind, due.reminding),
        ):
            for vote_id in vote_ids:
                await self._alone(move, vote_id, now)
        for vote_id in (*due.closing, *due.sealing):
            while await self._alone(self._seal, vote_id, now) is False:
                pass
        async with self._database.read() as session:
            over = await lifecycle.over(session)
        if over != self._wiped and now >= self._wipe_at:
            if await self._database.wipe():
                self._wiped = over
            else:
                self._wipe_at = now + WIPE_AGAIN

    async def broadcast(self, now: datetime) -> None:
        """Hands the next recipients of running campaigns to the outbox."""
        async with self._database.read() as session:
            ids = await campaigns.running(session)
            waiting = (await delivery.depth(session))[Lane.BULK] if ids else 0
        enough = max(BULK_WAITING, SECONDS_AHEAD * self._sender.rate)
        while ids and waiting < enough:
            going_on = []
            for campaign_id in ids:
                written = await self._alone(self._write_next, campaign_id, now)
                if written is not None:
                    waiting += written
                    going_on.append(campaign_id)
            ids = going_on
            self._sender.look()

    async def _alone(
        self, act: Callable[[AsyncSession, int, datetime], Awaitable[T]], id: int, now: datetime
    ) -> T | None:
        """Acts in a transaction of its own; what fails is logged and stops no other."""
        try:
            async with self._database.begin() as session:
                return await act(session, id, now)
        except Exception as error:
            if is_out_of_reach(error):
                raise
            log.error("duty_failed", duty=act.__qualname__, id=id, exc_info=error)
            return None

    async def _open(self, session: AsyncSession, vote_id: int, now: datetime) -> None:
        await lifecycle.open_due(session, vote_id, now=now)

    async def _close(self, session: AsyncSession, vote_id: int, now: datetime) -> None:
        if await counting.close_vote(session, vote_id, self._terms, by=None, now=now):
            await self._tell_makers(session, vote_id, now)

    async def _seal(self, session: AsyncSession, vote_id: int, now: datetime) -> bool:
        """Whether nothing of the vote is left for this process to seal."""
        return await counting.seal(session, vote_id, now=now)

    async def _remind(self, session: AsyncSession, vote_id: int, now: datetime) -> None:
        """One note before the closing to who began a ballot and didn't confirm it."""
        taken = await _take(session, vote_id)
        if taken is None or taken.reminded_at is not None:
            return
        taken.reminded_at = now
        vote = await ballots.load(session, vote_id)
        letters = [
            self._letter(
                account, handlers.reminder_screen(self._translators[account.language], vote)
            )
            for account in await ballots.unfinished(session, vote_id)
        ]
        await outbox.add(session, letters, now=now)
        self._sender.look()

    async def _write_next(
        self, session: AsyncSession, campaign_id: int, now: datetime
    ) -> int | None:
        """How many letters were written; None when this campaign is done or in other hands."""
        found = await campaigns.next_recipients(session, campaign_id, now=now)
        if found is None:
            return None
        campaign, accounts = found
        if accounts:
            write = await handlers.broadcast_writer(session, campaign)
            ids = [account.id for account in accounts]
            young = await people.all_too_young(session, ids, self._terms)
            letters = []
            for account in accounts:
                too_young = self._terms.voting_age if account.id in young else None
                screen = write(self._translators[account.language], too_young=too_young)
                letters.append(self._letter(account, screen, campaign.id))
            await outbox.add(session, letters, now=now)
        return len(accounts) if campaign.status is CampaignStatus.RUNNING else None

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
        """Removes what has served its time, and moves the places that move today."""
        if self._swept_at is not None and now - self._swept_at < SWEEP_EVERY:
            return
        async with self._database.begin() as session:
            await delivery.sweep(session, before=now - self._terms.keep_sent)
            await inbox.sweep(session, before=now - self._terms.keep_sent)
            await session.execute(
                delete(Draft).where(Draft.touched_at < now - self._terms.keep_drafts)
            )
            await people.forget_undecided(session, self._terms, now=now)
            await invitations.forget_names(session, now=now)
            await move_due(session, now.astimezone(self._terms.zone).date())
        await self._database.tidy()
        self._swept_at = now

    async def _tell_makers(self, session: AsyncSession, vote_id: int, now: datetime) -> None:
        """Who may publish a result sees it first; the vote stays closed if they can't be told."""
        try:
            async with session.begin_nested():
                vote = await ballots.load(session, vote_id)
                today = now.astimezone(self._terms.zone).date()
                directory = await self._places.current(session, today)
                letters = []
                for maker in await oversight.makers_to_tell(session, vote, directory):
                    t = self._translators[maker.language]
                    screen = await handlers.closed_notice(session, t, vote)
                    letters.append(self._letter(maker, screen, lane=Lane.REPLY))
                await outbox.add(session, letters, now=now)
        except Exception as error:
            if is_out_of_reach(error):
                raise
            log.error("makers_untold", vote=vote_id, exc_info=error)
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


async def _take(session: AsyncSession, vote_id: int) -> Vote | None:
    """The vote for this process alone; None if another has it just now."""
    found: Vote | None = await session.scalar(
        select(Vote).where(Vote.id == vote_id).with_for_update(skip_locked=True)
    )
    return found
