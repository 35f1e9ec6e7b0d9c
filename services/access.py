"""Rights: roles granted on places, passed on by one-time links, and the journal of their use."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, Grant, Invitation, JournalEntry, Role, Vote
from services.ahead import grants_of_all
from services.places import folding, search
from services.places.directory import Directory, KnownPlace
from services.refusal import Reason, Refused

VOTE_MAKERS = frozenset({Role.MOBILIZER, Role.COORDINATOR, Role.ADMINISTRATOR})
"""Who prepares votes and publishes results, within their places."""
TURNOUT_READERS = VOTE_MAKERS | {Role.ANALYST}
INVITERS = {
    Role.ADMINISTRATOR: frozenset(Role),
    Role.COORDINATOR: frozenset({Role.MOBILIZER, Role.ANALYST}),
}
"""Whom each role may invite and remove, on places at or below its own."""
JOURNAL_READERS = frozenset({Role.ADMINISTRATOR})
"""Of the whole country: the journal isn't parted by place."""
INVITATION_DAYS = 7
NAME_LIMIT = 60


@dataclass(frozen=True, slots=True)
class Rights:
    """What one account may do, as of now.

    Grants may have been read before another update of the same transaction ended one of them:
    those that ended count for nothing.
    """

    grants: tuple[Grant, ...]
    directory: Directory

    def __post_init__(self) -> None:
        present = tuple(grant for grant in self.grants if grant.revoked_at is None)
        object.__setattr__(self, "grants", present)

    def __bool__(self) -> bool:
        return bool(self.grants)

    def places(self, roles: Iterable[Role]) -> list[int | None]:
        """The places on which one of the roles is held; None is the whole country."""
        wanted = set(roles)
        return [grant.place_id for grant in self.grants if grant.role in wanted]

    def allow(self, roles: Iterable[Role], place_id: int | None) -> bool:
        """Whether one of the roles is held on the place or above it."""
        held = self.places(roles)
        if None in held:
            return True
        if place_id is None:
            return False
        above = {place.id for place in self.directory.path(place_id)}
        return any(place in above for place in held)

    def require(self, roles: Iterable[Role], place_id: int | None) -> None:
        """Raises Refused(NO_RIGHT) unless `allow`."""
        if not self.allow(roles, place_id):
            raise Refused(Reason.NO_RIGHT)

    def has(self, roles: Iterable[Role]) -> bool:
        return bool(self.places(roles))

    def may_invite(self, role: Role, place_id: int | None) -> bool:
        """Whether this person gives and ends the role on the place."""
        return self.allow(_inviters_of(role), place_id)

    def invitable(self) -> list[Role]:
        """The roles that this person may give somewhere, the most common first."""
        return [role for role in Role if self.has(_inviters_of(role))]

    def inviting_places(self, role: Role) -> list[int | None]:
        """The topmost places on which the role may be given; [None] is the whole country."""
        held = set(self.places(_inviters_of(role)))
        if None in held:
            return [None]
        return [
            place
            for place in sorted(held, key=lambda place: place or 0)
            if not held & {above.id for above in self.directory.path(place)[:-1]}
        ]


async def rights_of(session: AsyncSession, account: Account, directory: Directory) -> Rights:
    grants = await grants_of_all(session, [account.id])
    return Rights(tuple(grants.get(account.id, ())), directory)


# --- invitations ------------------------------------------------------------------------------


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
    session: AsyncSession, account: Account, token: str, *, now: datetime
) -> Reason | None:
    """Why this account can't take up the invitation; None: it can.

    INVITATION_INVALID, INVITATION_USED, INVITATION_EXPIRED (withdrawn ones too) or ALREADY_GRANTED.
    """
    invitation = await _by_token(session, token)
    if invitation is None:
        return Reason.INVITATION_INVALID
    held = await _is_held(session, account, invitation)
    if invitation.used_at is not None:
        mine = held and invitation.used_by == account.id
        return Reason.ALREADY_GRANTED if mine else Reason.INVITATION_USED
    if invitation.expires_at <= now:
        return Reason.INVITATION_EXPIRED
    return Reason.ALREADY_GRANTED if held else None


async def accept(session: AsyncSession, account: Account, token: str, *, now: datetime) -> Grant:
    """Takes up an invitation.

    Raises:
        Refused: as `obstacle` says.
    """
    reason = await obstacle(session, account, token, now=now)
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
    _note_grant(session, account.id, "accept", grant, now=now)
    return grant


async def pending(session: AsyncSession, rights: Rights, *, now: datetime) -> list[Invitation]:
    """Invitations that can still be taken up and that this person may withdraw, newest first."""
    found = await session.scalars(
        select(Invitation).where(*_still_open(now)).order_by(Invitation.id.desc())
    )
    return [invitation for invitation in found if _in_reach(rights, invitation)]


async def pending_invitation(
    session: AsyncSession, rights: Rights, invitation_id: int, *, now: datetime
) -> Invitation:
    """One of `pending`, locked.

    Raises:
        Refused: NOT_FOUND, also when it was taken up, withdrawn or has expired; NO_RIGHT.
    """
    invitation = await session.scalar(
        select(Invitation)
        .where(Invitation.id == invitation_id, *_still_open(now))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if invitation is None:
        raise Refused(Reason.NOT_FOUND)
    if not _in_reach(rights, invitation):
        raise Refused(Reason.NO_RIGHT)
    return invitation


async def withdraw(
    session: AsyncSession, rights: Rights, invitation_id: int, *, by: int, now: datetime
) -> Invitation:
    """Makes an invitation expire now.

    Raises:
        Refused: as `pending_invitation`.
    """
    invitation = await pending_invitation(session, rights, invitation_id, now=now)
    _withdraw(session, invitation, by=by, now=now)
    return invitation


async def forget_names(session: AsyncSession, *, now: datetime) -> None:
    """Drops the names in invitations that nobody took up in time."""
    await session.execute(
        update(Invitation)
        .where(Invitation.used_at.is_(None), Invitation.expires_at <= now, Invitation.name != "")
        .values(name="")
    )


# --- grants -----------------------------------------------------------------------------------


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


async def grant_below(session: AsyncSession, rights: Rights, grant_id: int) -> Grant:
    """A present grant that this person may end.

    Raises:
        Refused: NOT_FOUND, also when it has ended; NO_RIGHT.
    """
    grant = await session.get(Grant, grant_id)
    if grant is None:
        raise Refused(Reason.NOT_FOUND)
    if not _in_reach(rights, grant):
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
    if not _in_reach(rights, grant):
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
        _note_grant(session, by, "revoke", grant, now=now)
        await session.flush()
    left = await rights_of(session, account, rights.directory)
    if fresh:
        await _withdraw_all(session, account.id, left, by=by, now=now)
    return Ending(grant, account, works_on=bool(left), fresh=fresh)


async def grants_below(session: AsyncSession, rights: Rights) -> list[Grant]:
    """The present grants that this person may revoke, newest first."""
    found = await session.scalars(
        select(Grant).where(Grant.revoked_at.is_(None)).order_by(Grant.id.desc())
    )
    return [grant for grant in found if _in_reach(rights, grant)]


async def inviter_of(session: AsyncSession, grant: Grant, directory: Directory) -> Account | None:
    """Who invited the holder, if they may still end the grant; None: nobody to tell."""
    if grant.granted_by in (None, grant.account_id):
        return None
    inviter = await session.get(Account, grant.granted_by)
    if inviter is None:
        return None
    rights = await rights_of(session, inviter, directory)
    return inviter if _in_reach(rights, grant) else None


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
        _note_grant(session, account.id, "leave", grant, now=now)
    await session.flush()
    await session.execute(update(Grant).where(Grant.account_id == account.id).values(name=""))
    await session.execute(
        update(Invitation).where(Invitation.used_by == account.id).values(name="")
    )
    await _withdraw_all(session, account.id, None, by=account.id, now=now)


# --- the journal ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class JournalLine:
    """A line of the journal, and what its numbers stand for today."""

    entry: JournalEntry
    actor: str
    """What staff call who did it; empty: nobody of staff, or forgotten."""
    person: str
    """What staff call whom it is about; empty as above."""
    vote: Vote | None


def note(
    session: AsyncSession,
    actor_id: int | None,
    action: str,
    subject: str,
    subject_id: int | None,
    *,
    now: datetime,
    **details: Any,
) -> None:
    """Writes a line of the journal; it can't be changed afterwards, so no names go into it."""
    session.add(
        JournalEntry(
            at=now,
            actor_id=actor_id,
            action=action,
            subject=subject,
            subject_id=subject_id,
            details=details,
        )
    )


async def journal(
    session: AsyncSession, rights: Rights, *, limit: int = 50, before: int | None = None
) -> list[JournalLine]:
    """The newest lines, or those older than the line `before`.

    Raises:
        Refused: NO_RIGHT.
    """
    rights.require(JOURNAL_READERS, None)
    newest_first = select(JournalEntry).order_by(JournalEntry.id.desc()).limit(limit)
    if before is not None:
        newest_first = newest_first.where(JournalEntry.id < before)
    entries = list(await session.scalars(newest_first))
    about: dict[str, set[int]] = {}
    for entry in entries:
        if entry.subject_id is not None:
            about.setdefault(entry.subject, set()).add(entry.subject_id)
    grants = await _names(session, Grant.id, about.get("grant", set()))
    invitations = await _names(session, Invitation.id, about.get("invitation", set()))
    actors = {entry.actor_id for entry in entries if entry.actor_id is not None}
    actor_names = await _names(session, Grant.account_id, actors)
    votes = await session.scalars(select(Vote).where(Vote.id.in_(about.get("vote", set()))))
    by_id = {vote.id: vote for vote in votes}
    people = {"grant": grants, "invitation": invitations}
    return [
        JournalLine(
            entry,
            actor_names.get(entry.actor_id or 0, ""),
            people.get(entry.subject, {}).get(entry.subject_id or 0, ""),
            by_id.get(entry.subject_id or 0) if entry.subject == "vote" else None,
        )
        for entry in entries
    ]


# --- inside -----------------------------------------------------------------------------------


def _inviters_of(role: Role) -> frozenset[Role]:
    return frozenset(inviter for inviter, invited in INVITERS.items() if role in invited)


def _in_reach(rights: Rights, subject: Grant | Invitation) -> bool:
    return rights.may_invite(subject.role, subject.place_id)


def _still_open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Invitation.used_at.is_(None), Invitation.expires_at > now)


async def _by_token(session: AsyncSession, token: str) -> Invitation | None:
    return await session.scalar(
        select(Invitation)
        .where(Invitation.token_hash == hash_of(token))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


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


async def _withdraw_all(
    session: AsyncSession, account_id: int, left: Rights | None, *, by: int, now: datetime
) -> None:
    """Withdraws what somebody sent out and may no longer send; `left` None: all of it."""
    found = await session.scalars(
        select(Invitation)
        .where(Invitation.created_by == account_id, *_still_open(now))
        .order_by(Invitation.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for invitation in list(found):
        if left is None or not _in_reach(left, invitation):
            _withdraw(session, invitation, by=by, now=now)


def _note_grant(
    session: AsyncSession, actor_id: int | None, action: str, grant: Grant, *, now: datetime
) -> None:
    note(
        session,
        actor_id,
        action,
        "grant",
        grant.id,
        now=now,
        role=grant.role,
        place=grant.place_id,
    )


async def _names(session: AsyncSession, key: Any, ids: set[int]) -> dict[int, str]:
    """What staff call somebody, by a key of grants or invitations; the latest name counts."""
    table = key.class_
    rows = await session.execute(
        select(key, table.name).where(key.in_(ids), table.name != "").order_by(table.id)
    )
    return {row[0]: row[1] for row in rows}
