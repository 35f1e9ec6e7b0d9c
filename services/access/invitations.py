"""Invitations: one-time links to a role on a place, of which only a hash is kept."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, Grant, Invitation, Role
from services.access.journal import note, note_grant
from services.access.rights import Rights, in_reach, rights_of
from services.places import folding, search
from services.places.directory import Directory, KnownPlace
from services.refusal import Reason, Refused

INVITATION_DAYS = 7
NAME_LIMIT = 60


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def invite(
    session: AsyncSession,
    rights: Rights | None,
    role: Role,
    place_id: int | None,
    *,
    by: int | None,
    now: datetime,
    name: str = "",
    days: int = INVITATION_DAYS,
) -> str:
    """A one-time token for a role on a place; only its hash is kept.

    `rights` None: the command line, which may invite anybody.

    Raises:
        Refused: NO_RIGHT; PLACE_UNKNOWN, also for a place that is gone; TEXT_TOO_LONG.
    """
    name = " ".join(name.split())
    if len(name) > NAME_LIMIT:
        raise Refused(Reason.TEXT_TOO_LONG, limit=NAME_LIMIT, length=len(name))
    if rights is not None and (reason := why_not_invite(rights, role, place_id)):
        raise Refused(reason)
    token = secrets.token_urlsafe(15)
    invitation = Invitation(
        token_hash=hash_of(token),
        role=role,
        place_id=place_id,
        name=name,
        created_by=by,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(invitation)
    await session.flush()
    note(session, by, "invite", "invitation", invitation.id, now=now, role=role, place=place_id)
    return token


def why_not_invite(rights: Rights, role: Role, place_id: int | None) -> Reason | None:
    """NO_RIGHT, or PLACE_UNKNOWN for a place that isn't there today; None: nothing forbids it."""
    if not rights.may_invite(role, place_id):
        return Reason.NO_RIGHT
    place = rights.directory.get(place_id)
    if place_id is not None and (place is None or not place.exists):
        return Reason.PLACE_UNKNOWN
    return None


def find_inviting_places(
    rights: Rights, role: Role, query: str, *, limit: int = 8
) -> list[KnownPlace]:
    """Settlements and the areas above them by name, where the role may be given; the best first."""
    found: dict[int, float] = {}
    for top in rights.inviting_places(role):
        for hit in search.search(rights.directory, query, limit, within=top):
            found[hit.place.id] = hit.score
    key = folding.fold(query)
    areas = rights.directory.area_names.matches(key) if len(key) >= search.LEAST_LETTERS else ()
    for match in areas:
        if why_not_invite(rights, role, match.place_id) is None:
            found[match.place_id] = max(match.score, found.get(match.place_id, 0.0))
    best = sorted(found, key=lambda place_id: (-found[place_id], place_id))
    return [rights.directory[place_id] for place_id in best[:limit]]


async def obstacle(
    session: AsyncSession, account: Account, token: str, directory: Directory, *, now: datetime
) -> Reason | None:
    """Why this account can't take up the invitation; None: it can.

    INVITATION_INVALID, INVITATION_USED, INVITATION_OWN (who sent it, looks whether it works),
    INVITATION_EXPIRED (also when it was withdrawn, or who sent
    it may not invite any more) or ALREADY_GRANTED.
    """
    invitation = await _by_token(session, token)
    if invitation is None:
        return Reason.INVITATION_INVALID
    held = await _is_held(session, account, invitation)
    if invitation.used_at is not None:
        mine = held and invitation.used_by == account.id
        return Reason.ALREADY_GRANTED if mine else Reason.INVITATION_USED
    if invitation.expires_at <= now or not await _is_meant(session, invitation, directory):
        return Reason.INVITATION_EXPIRED
    if held:
        return Reason.ALREADY_GRANTED
    return Reason.INVITATION_OWN if invitation.created_by == account.id else None


async def accept(
    session: AsyncSession, account: Account, token: str, directory: Directory, *, now: datetime
) -> Grant:
    """Takes up an invitation.

    Raises:
        Refused: as `obstacle` says.
    """
    reason = await obstacle(session, account, token, directory, now=now)
    if reason is not None:
        raise Refused(reason)
    invitation = await _by_token(session, token)
    assert invitation is not None
    invitation.used_at = now
    invitation.used_by = account.id
    grant = Grant(
        account_id=account.id,
        role=invitation.role,
        place_id=invitation.place_id,
        name=invitation.name,
        granted_by=invitation.created_by,
        granted_at=now,
    )
    session.add(grant)
    await session.flush()
    note_grant(session, account.id, "accept", grant, now=now)
    return grant


async def pending(session: AsyncSession, rights: Rights, *, now: datetime) -> list[Invitation]:
    """Invitations that can still be taken up and that this person may withdraw, newest first."""
    found = await session.scalars(
        select(Invitation).where(*still_open(now)).order_by(Invitation.id.desc())
    )
    return [invitation for invitation in found if in_reach(rights, invitation)]


async def find_pending(
    session: AsyncSession, rights: Rights, invitation_id: int, *, now: datetime
) -> Invitation:
    """One of `pending`, locked.

    Raises:
        Refused: NOT_FOUND, also when it was taken up, withdrawn or has expired; NO_RIGHT.
    """
    invitation = await session.scalar(
        select(Invitation)
        .where(Invitation.id == invitation_id, *still_open(now))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if invitation is None:
        raise Refused(Reason.NOT_FOUND)
    if not in_reach(rights, invitation):
        raise Refused(Reason.NO_RIGHT)
    return invitation


async def withdraw(
    session: AsyncSession, rights: Rights, invitation_id: int, *, by: int, now: datetime
) -> Invitation:
    """Makes an invitation expire now.

    Raises:
        Refused: as `find_pending`.
    """
    invitation = await find_pending(session, rights, invitation_id, now=now)
    _withdraw(session, invitation, by=by, now=now)
    return invitation


async def withdraw_sent_by(
    session: AsyncSession, account_id: int, left: Rights | None, *, by: int, now: datetime
) -> None:
    """Withdraws what somebody sent out and may no longer send; `left` None: all of it."""
    found = await session.scalars(
        select(Invitation)
        .where(Invitation.created_by == account_id, *still_open(now))
        .order_by(Invitation.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for invitation in list(found):
        if left is None or not in_reach(left, invitation):
            _withdraw(session, invitation, by=by, now=now)


async def forget_names(session: AsyncSession, *, now: datetime) -> None:
    """Drops the names in invitations that nobody took up in time."""
    await session.execute(
        update(Invitation)
        .where(Invitation.used_at.is_(None), Invitation.expires_at <= now, Invitation.name != "")
        .values(name="")
    )


def still_open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Invitation.used_at.is_(None), Invitation.expires_at > now)


async def _by_token(session: AsyncSession, token: str) -> Invitation | None:
    return await session.scalar(
        select(Invitation)
        .where(Invitation.token_hash == hash_of(token))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def _is_meant(session: AsyncSession, invitation: Invitation, directory: Directory) -> bool:
    """Whether who sent it may still invite: revoking a role may have met the sending half-way."""
    if invitation.created_by is None:
        return True
    sender = await session.get(Account, invitation.created_by)
    if sender is None:
        return False
    return in_reach(await rights_of(session, sender, directory), invitation)


async def _is_held(session: AsyncSession, account: Account, invitation: Invitation) -> bool:
    same_place = (
        Grant.place_id.is_(None)
        if invitation.place_id is None
        else Grant.place_id == invitation.place_id
    )
    found = await session.scalar(
        select(Grant.id).where(
            Grant.account_id == account.id,
            Grant.role == invitation.role,
            same_place,
            Grant.revoked_at.is_(None),
        )
    )
    return found is not None


def _withdraw(session: AsyncSession, invitation: Invitation, *, by: int, now: datetime) -> None:
    invitation.expires_at = now
    note(
        session,
        by,
        "withdraw",
        "invitation",
        invitation.id,
        now=now,
        role=invitation.role,
        place=invitation.place_id,
    )
