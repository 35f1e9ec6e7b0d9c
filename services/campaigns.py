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
    forgets nobody. A campaign without further recipients is done.
    """
    campaign = await session.scalar(
        select(Campaign)
        .where(Campaign.id == campaign_id, Campaign.status == CampaignStatus.RUNNING)
        .with_for_update(skip_locked=True)
    )
    if campaign is None:
        return None
    in_scope = (
        select(Resident.id)
        .join(VoteVillage, VoteVillage.village_id == Resident.village_id)
        .where(VoteVillage.vote_id == campaign.subject_id, Resident.account_id == Account.id)
        .exists()
    )
    accounts = list(
        await session.scalars(
            select(Account)
            .where(
                Account.id > campaign.cursor,
                Account.unreachable_at.is_(None),
                Account.mute_votes.is_(False),
                in_scope,
            )
            .order_by(Account.id)
            .limit(limit)
        )
    )
    if accounts:
        campaign.cursor = accounts[-1].id
        campaign.total += len(accounts)
    if len(accounts) < limit:
        campaign.status = CampaignStatus.DONE
        campaign.finished_at = now
    return campaign, accounts
