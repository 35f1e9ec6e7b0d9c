"""Grants: roles that somebody holds, and how they end."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, Grant, Invitation, Role
from services.access.invitations import withdraw_sent_by
from services.access.journal import note_grant
from services.access.rights import Rights, in_reach, rights_of
from services.places.directory import Directory
from services.refusal import Reason, Refused


@dataclass(frozen=True, slots=True)
class Ending:
    """A grant that has ended."""

    grant: Grant
    account: Account
    """Whose it was."""
    works_on: bool
    """Whether this person holds another role."""
    fresh: bool
    """Whether it ended just now; False: it had ended before."""


async def find_below(session: AsyncSession, rights: Rights, grant_id: int) -> Grant:
    """A present grant that this person may end.

    Raises:
        Refused: NOT_FOUND, also when it has ended; NO_RIGHT.
    """
    grant = await session.get(Grant, grant_id)
    if grant is None:
        raise Refused(Reason.NOT_FOUND)
    if not in_reach(rights, grant):
        raise Refused(Reason.NO_RIGHT)
    if grant.revoked_at is not None:
        raise Refused(Reason.NOT_FOUND)
    return grant


async def revoke(
    session: AsyncSession, rights: Rights, grant_id: int, *, by: int, now: datetime
) -> Ending:
    """Ends a grant at once; asking again changes nothing.

    Invitations that its holder sent out and could no longer send are withdrawn with it.

    Raises:
        Refused: NOT_FOUND, NO_RIGHT, LAST_ADMINISTRATOR.
    """
    grant = await session.get(Grant, grant_id)
    if grant is None:
        raise Refused(Reason.NOT_FOUND)
    if not in_reach(rights, grant):
        raise Refused(Reason.NO_RIGHT)
    others = await _other_administrators(session, grant.account_id)
    await session.refresh(grant, with_for_update=True)
    account = await session.get_one(Account, grant.account_id)
    fresh = grant.revoked_at is None
    if fresh and _is_head(grant) and not others:
        raise Refused(Reason.LAST_ADMINISTRATOR)
    if fresh:
        grant.revoked_at = now
        grant.revoked_by = by
        note_grant(session, by, "revoke", grant, now=now)
        await session.flush()
    left = await rights_of(session, account, rights.directory)
    if fresh:
        await withdraw_sent_by(session, account.id, left, by=by, now=now)
    return Ending(grant, account, works_on=bool(left), fresh=fresh)


async def below(session: AsyncSession, rights: Rights) -> list[Grant]:
    """The present grants that this person may revoke, newest first."""
    found = await session.scalars(
        select(Grant).where(Grant.revoked_at.is_(None)).order_by(Grant.id.desc())
    )
    return [grant for grant in found if in_reach(rights, grant)]


async def inviter_of(session: AsyncSession, grant: Grant, directory: Directory) -> Account | None:
    """Who invited the holder, if they may still end the grant; None: nobody to tell."""
    if grant.granted_by in (None, grant.account_id):
        return None
    inviter = await session.get(Account, grant.granted_by)
    if inviter is None:
        return None
    rights = await rights_of(session, inviter, directory)
    return inviter if in_reach(rights, grant) else None


async def end_all(session: AsyncSession, account: Account, *, now: datetime) -> None:
    """Ends every grant of somebody who asks to be forgotten, and drops what staff call them.

    Raises:
        Refused: LAST_ADMINISTRATOR.
    """
    others = await _other_administrators(session, account.id)
    held = list(
        await session.scalars(
            select(Grant)
            .where(Grant.account_id == account.id, Grant.revoked_at.is_(None))
            .order_by(Grant.id)
            .with_for_update()
        )
    )
    if any(_is_head(grant) for grant in held) and not others:
        raise Refused(Reason.LAST_ADMINISTRATOR)
    for grant in held:
        grant.revoked_at = now
        grant.revoked_by = account.id
        note_grant(session, account.id, "leave", grant, now=now)
    await session.flush()
    await session.execute(update(Grant).where(Grant.account_id == account.id).values(name=""))
    await session.execute(
        update(Invitation).where(Invitation.used_by == account.id).values(name="")
    )
    await withdraw_sent_by(session, account.id, None, by=account.id, now=now)


def _is_head(grant: Grant) -> bool:
    """Whether it is the kind of which one has to remain: administrator of the whole country."""
    return grant.role is Role.ADMINISTRATOR and grant.place_id is None


async def _other_administrators(session: AsyncSession, account_id: int) -> bool:
    """Whether somebody else heads the country.

    All such grants are locked in the same order, so that two who remove each other at the same
    moment don't both succeed.
    """
    heads = await session.scalars(
        select(Grant.account_id)
        .where(
            Grant.role == Role.ADMINISTRATOR, Grant.place_id.is_(None), Grant.revoked_at.is_(None)
        )
        .order_by(Grant.id)
        .with_for_update()
    )
    return any(head != account_id for head in list(heads))
