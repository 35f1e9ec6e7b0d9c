"""Rights: what somebody may do, by the roles that were granted to them on places."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, Grant, Invitation, Role
from services.ahead import grants_of_all
from services.places.directory import Directory
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
        return self.allow(inviters_of(role), place_id)

    def invitable(self) -> list[Role]:
        """The roles that this person may give somewhere, the most common first."""
        return [role for role in Role if self.has(inviters_of(role))]

    def inviting_places(self, role: Role) -> list[int | None]:
        """The topmost places on which the role may be given; [None] is the whole country."""
        held = set(self.places(inviters_of(role)))
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


def inviters_of(role: Role) -> frozenset[Role]:
    return frozenset(inviter for inviter, invited in INVITERS.items() if role in invited)


def in_reach(rights: Rights, subject: Grant | Invitation) -> bool:
    return rights.may_invite(subject.role, subject.place_id)
