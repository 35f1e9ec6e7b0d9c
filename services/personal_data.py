"""All that is kept about one person, for whoever asks what it is."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, Draft, Grant, JournalEntry, Outbox, Resident, Role, Vote, VoteStatus
from services import people
from services.votes import ballots, participation
from services.votes.participation import Participation


@dataclass(frozen=True, slots=True)
class PersonalData:
    account: Account
    residents: list[Resident]
    """The people of the phone, its owner first."""
    taken_part: list[Participation]
    open_votes: list[Vote]
    """Votes from which ballots would be withdrawn if this person were forgotten."""
    grants: list[Grant]
    """Roles, those that have ended too."""
    drafts: list[Draft]
    ballots_begun: list[Vote]
    """The votes of drafts that are unconfirmed ballots."""
    letters_waiting: int
    letters_settled: int
    """Of these only when and by which method is kept, without a text."""
    journal_lines: int
    """What this person did as staff."""

    @property
    def is_staff(self) -> bool:
        """Whether there is or was a role."""
        return bool(self.grants)

    @property
    def is_administrator(self) -> bool:
        return any(g.role is Role.ADMINISTRATOR and g.revoked_at is None for g in self.grants)


async def personal_data(session: AsyncSession, account: Account) -> PersonalData:
    residents = await people.residents_of(session, account)
    drafts = await session.scalars(
        select(Draft).where(Draft.account_id == account.id).order_by(Draft.form)
    )
    grants = await session.scalars(
        select(Grant).where(Grant.account_id == account.id).order_by(Grant.id)
    )
    kept_drafts = list(drafts)
    mine = Outbox.chat_id == account.id
    is_settled = Outbox.sent_at.is_not(None) | Outbox.error.is_not(None)
    return PersonalData(
        account=account,
        residents=residents,
        taken_part=await participation.taken_part(session, residents),
        open_votes=await participation.open_votes(session, residents),
        grants=list(grants),
        drafts=kept_drafts,
        ballots_begun=await _ballots_begun(session, kept_drafts),
        letters_waiting=await _count(session, Outbox.id, mine, ~is_settled),
        letters_settled=await _count(session, Outbox.id, mine, is_settled),
        journal_lines=await _count(session, JournalEntry.id, JournalEntry.actor_id == account.id),
    )


async def personal_data_of(session: AsyncSession, account_id: int) -> PersonalData | None:
    """None when nothing is known of that id."""
    account = await session.get(Account, account_id)
    return None if account is None else await personal_data(session, account)


async def _ballots_begun(session: AsyncSession, drafts: list[Draft]) -> list[Vote]:
    ids = [
        int(draft.form.removeprefix(ballots.DRAFTS))
        for draft in drafts
        if draft.form.startswith(ballots.DRAFTS)
    ]
    found = await session.scalars(
        select(Vote).where(Vote.id.in_(ids), Vote.status == VoteStatus.OPEN).order_by(Vote.id)
    )
    return list(found)


async def _count(session: AsyncSession, column: Any, *conditions: Any) -> int:
    return await session.scalar(select(func.count(column)).where(*conditions)) or 0
