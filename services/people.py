"""Who is here: language, consent, residents of an account, and being forgotten."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, AgeBand, Draft, Grant, Outbox, Resident, Sex
from services.access import grants
from services.refusal import Reason, Refused
from services.terms import CONSENT_VERSION, Terms
from services.votes import ballots

LABEL_LIMIT = 40


def has_consented(account: Account) -> bool:
    """Whether the present text of the consent was agreed to."""
    return account.consent_version == CONSENT_VERSION


def give_consent(account: Account, *, now: datetime) -> None:
    account.consent_version = CONSENT_VERSION
    account.consent_at = now


async def residents_of(session: AsyncSession, account: Account) -> list[Resident]:
    """The people of this phone, its owner first."""
    found = await session.scalars(
        select(Resident).where(Resident.account_id == account.id).order_by(Resident.id)
    )
    return sorted(found, key=lambda resident: resident.label is not None)


async def settle(
    session: AsyncSession, account: Account, village_id: int, *, now: datetime
) -> list[Resident]:
    """Binds everybody of this phone to a village; a first owner is made if there is none.

    Open votes in which the new village has no part lose the ballots: nobody votes in two places.

    Raises:
        Refused: OUTDATED, when consent was not given.
    """
    if not has_consented(account):
        raise Refused(Reason.OUTDATED)
    residents = await residents_of(session, account)
    if not residents:
        owner = Resident(account_id=account.id, village_id=village_id, created_at=now)
        session.add(owner)
        await session.flush()
        return [owner]
    for resident in residents:
        if resident.village_id != village_id:
            await ballots.withdraw_all(session, resident, staying_in=village_id)
            resident.village_id = village_id
    return residents


async def resident(session: AsyncSession, account: Account, resident_id: int) -> Resident:
    """One person of this phone.

    Raises:
        Refused: NOT_FOUND, when there is none of that id here.
    """
    found = await session.get(Resident, resident_id)
    if found is None or found.account_id != account.id:
        raise Refused(Reason.NOT_FOUND)
    return found


async def add_to_household(
    session: AsyncSession, account: Account, label: str, terms: Terms, *, now: datetime
) -> Resident:
    """One more person who answers on this phone; sex and age band are asked next.

    Raises:
        Refused: HOUSEHOLD_FULL, or TEXT_EMPTY, TEXT_TOO_LONG or NAME_TAKEN for the name.
    """
    residents = await residents_of(session, account)
    if len(residents) >= terms.household_limit:
        raise Refused(Reason.HOUSEHOLD_FULL, limit=terms.household_limit)
    label = " ".join(label.split())
    if not label:
        raise Refused(Reason.TEXT_EMPTY)
    if len(label) > LABEL_LIMIT:
        raise Refused(Reason.TEXT_TOO_LONG, limit=LABEL_LIMIT, length=len(label))
    if any(label.casefold() == (other.label or "").casefold() for other in residents):
        raise Refused(Reason.NAME_TAKEN)
    added = Resident(
        account_id=account.id, village_id=residents[0].village_id, label=label, created_at=now
    )
    session.add(added)
    await session.flush()
    return added


async def leave_household(session: AsyncSession, account: Account, resident_id: int) -> None:
    """Takes a person off this phone; votes that are open lose their ballot."""
    leaving = await resident(session, account, resident_id)
    await ballots.withdraw_all(session, leaving)
    await session.execute(
        delete(Draft).where(
            Draft.account_id == account.id,
            Draft.form.startswith(ballots.DRAFTS),
            Draft.data["resident"].as_integer() == leaving.id,
        )
    )
    leaving.account_id = None
    leaving.label = None


async def forget(session: AsyncSession, account: Account, *, now: datetime) -> None:
    """Deletes what ties anything to this person.

    Ballots of open votes are withdrawn. Of closed votes the count stays; who took part stays only
    as village, sex and age band of nobody. Grants end; the journal of staff actions stays.
    """
    for resident in await residents_of(session, account):
        await ballots.withdraw_all(session, resident)
        resident.account_id = None
        resident.label = None
    await session.flush()
    await grants.end_all(session, account, now=now)
    await session.execute(delete(Draft).where(Draft.account_id == account.id))
    await session.execute(delete(Outbox).where(Outbox.chat_id == account.id))
    account.language = None
    account.consent_version = None
    account.consent_at = None
    account.mute_votes = False
    account.created_at = now


async def forget_undecided(session: AsyncSession, terms: Terms, *, now: datetime) -> int:
    """Deletes accounts that gave no consent in time, and what was sent to people without it.

    Who has or had a role stays, because the journal names them by number. Returns how many
    accounts.
    """
    settled = Outbox.sent_at.is_not(None) | Outbox.error.is_not(None)
    consented = select(Account.id).where(
        Account.id == Outbox.chat_id, Account.consent_at.is_not(None)
    )
    await session.execute(delete(Outbox).where(settled, Outbox.chat_id > 0, ~consented.exists()))
    has_resident = select(Resident.id).where(Resident.account_id == Account.id).exists()
    has_grant = select(Grant.id).where(Grant.account_id == Account.id).exists()
    result = await session.execute(
        delete(Account).where(
            Account.consent_at.is_(None),
            Account.seen_at < now - terms.without_consent,
            ~has_resident,
            ~has_grant,
        )
    )
    return result.rowcount  # type: ignore[attr-defined, no-any-return]


def may_vote_by_age(resident: Resident, terms: Terms) -> bool:
    return terms.voting_age == 0 or resident.age_band is not AgeBand.UNDER_18


async def all_too_young(
    session: AsyncSession, account_ids: Sequence[int], terms: Terms
) -> set[int]:
    """Those of the accounts on whose phone nobody is old enough to vote."""
    if terms.voting_age == 0:
        return set()
    old_enough = case((Resident.age_band == AgeBand.UNDER_18, 0), else_=1)
    found = await session.scalars(
        select(Resident.account_id)
        .where(Resident.account_id.in_(account_ids))
        .group_by(Resident.account_id)
        .having(func.max(old_enough) == 0)
    )
    return {account_id for account_id in found if account_id is not None}


def is_complete(resident: Resident) -> bool:
    """Whether sex and age band were asked (an answer may be "prefer not to say")."""
    return resident.sex is not None and resident.age_band is not None


SEXES = (Sex.FEMALE, Sex.MALE, Sex.UNSAID)
AGE_BANDS = tuple(AgeBand)
