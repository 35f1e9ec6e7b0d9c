"""One message to many: the next few recipients at a time, each exactly once."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, Campaign, CampaignStatus, Resident, VoteVillage

BATCH = 200


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
