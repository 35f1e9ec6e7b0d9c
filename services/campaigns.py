"""One message to many: the next few recipients at a time, each exactly once."""

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, Campaign, CampaignStatus, Lane, Outbox, Resident, VoteVillage

BATCH = 200


def begin(session: AsyncSession, kind: str, vote_id: int, *, by: int | None, now: datetime) -> None:
    """One message to everybody in the scope of a vote; the clock sends it batch by batch."""
    session.add(
        Campaign(
            kind=kind,
            subject_id=vote_id,
            status=CampaignStatus.RUNNING,
            created_at=now,
            created_by=by,
        )
    )


async def stop(session: AsyncSession, vote_id: int, *kinds: str, now: datetime) -> None:
    """Ends what is still being sent about a vote; who hasn't got it yet gets it no more, but for
    the few letters that a sender has in its hands."""
    ours = (Campaign.kind.in_(kinds), Campaign.subject_id == vote_id)
    await session.execute(
        update(Campaign)
        .where(*ours, Campaign.status == CampaignStatus.RUNNING)
        .values(status=CampaignStatus.CANCELLED, finished_at=now)
    )
    await session.execute(
        update(Outbox)
        .where(
            Outbox.lane == int(Lane.BULK),
            Outbox.sent_at.is_(None),
            Outbox.error.is_(None),
            Outbox.campaign_id.in_(select(Campaign.id).where(*ours)),
            or_(Outbox.claimed_until.is_(None), Outbox.claimed_until < now),
        )
        .values(error="stopped", payload=None)
    )


async def running(session: AsyncSession) -> list[int]:
    return list(
        await session.scalars(
            select(Campaign.id)
            .where(Campaign.status == CampaignStatus.RUNNING)
            .order_by(Campaign.id)
        )
    )


async def next_recipients(
    session: AsyncSession, campaign_id: int, *, now: datetime, limit: int = BATCH
) -> tuple[Campaign, list[Account]] | None:
    """The campaign, moved past the recipients that are returned; None if another has it now.

    Whoever calls writes their letters in the same transaction, so a crash repeats nobody and
    forgets nobody. Who is muted or unreachable is passed over, so fewer than `limit` may be
    returned, or none; a campaign without further recipients is done.
    """
    campaign = await session.scalar(
        select(Campaign)
        .where(Campaign.id == campaign_id, Campaign.status == CampaignStatus.RUNNING)
        .with_for_update(skip_locked=True)
    )
    if campaign is None:
        return None
    ids = list(
        await session.scalars(
            select(Resident.account_id)
            .distinct()
            .join(VoteVillage, VoteVillage.village_id == Resident.village_id)
            .where(
                VoteVillage.vote_id == campaign.subject_id, Resident.account_id > campaign.cursor
            )
            .order_by(Resident.account_id)
            .limit(limit)
        )
    )
    accounts = list(
        await session.scalars(
            select(Account)
            .where(
                Account.id.in_(ids),
                Account.unreachable_at.is_(None),
                Account.mute_votes.is_(False),
            )
            .order_by(Account.id)
        )
    )
    if ids:
        assert ids[-1] is not None
        campaign.cursor = ids[-1]
        campaign.total += len(accounts)
    if len(ids) < limit:
        campaign.status = CampaignStatus.DONE
        campaign.finished_at = now
    return campaign, accounts
