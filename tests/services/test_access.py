"""Rights are passed on by one-time links, end at once, and leave a journal nobody can change."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import Database
from models import (
    Account,
    Grant,
    Invitation,
    JournalEntry,
    Place,
    PlaceLevel,
    PlaceParent,
    Role,
    Vote,
    VoteMethod,
    VoteStatus,
)
from services.access import grants, invitations, journal
from services.access.rights import Rights, rights_of
from services.places.directory import Directory, load_directory
from services.refusal import Reason, Refused

NOW = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
AIDA, BAKYT, CHYNARA, DAMIR = 101, 102, 103, 104
PLACES = (
    ("41", PlaceLevel.OBLAST, None, "Жалал-Абад облусу", "Джалал-Абадская область"),
    ("4101", PlaceLevel.RAYON, "41", "Сузак району", "Сузакский район"),
    ("410101", PlaceLevel.AIMAK, "4101", "Бөстөр айыл аймагы", "Бостерский айылный аймак"),
    ("41010101", PlaceLevel.VILLAGE, "410101", "Бөстөр", "Бостер"),
    ("41010102", PlaceLevel.VILLAGE, "410101", "Бешик-Жон", "Бешик-Джон"),
    ("42", PlaceLevel.OBLAST, None, "Ош облусу", "Ошская область"),
    ("4201", PlaceLevel.RAYON, "42", "Өзгөн району", "Узгенский район"),
)


@dataclass
class House:
    """A database with places and people of no rights."""

    database: Database
    session: AsyncSession
    directory: Directory

    def place(self, code: str) -> int:
        place = self.directory.by_code(code)
        assert place is not None
        return place.id

    async def grant(self, account_id: int, role: Role, code: str | None, name: str = "") -> Grant:
        grant = Grant(
            account_id=account_id,
            role=role,
            place_id=self.place(code) if code else None,
            name=name,
            granted_at=NOW,
        )
        self.session.add(grant)
        await self.session.flush()
        return grant

    async def rights(self, account_id: int) -> Rights:
        account = await self.account(account_id)
        return await rights_of(self.session, account, self.directory)

    async def account(self, account_id: int) -> Account:
        return await self.session.get_one(Account, account_id)

    async def invite(
        self, by: int, role: Role, code: str | None, name: str = "", *, at: datetime = NOW
    ) -> str:
        place_id = self.place(code) if code else None
        rights = await self.rights(by)
        return await invitations.invite(
            self.session, rights, role, place_id, by=by, now=at, name=name
        )

    async def accept(self, account_id: int, token: str, *, at: datetime = NOW) -> Grant:
        account = await self.account(account_id)
        return await invitations.accept(self.session, account, token, self.directory, now=at)

    async def deeds(self) -> list[tuple[str, int | None]]:
        """The journal from its beginning: what, by whom."""
        entries = await self.session.scalars(select(JournalEntry).order_by(JournalEntry.id))
        return [(entry.action, entry.actor_id) for entry in entries]


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    async with _house(sqlite_url) as made:
        yield made


@pytest.fixture
async def any_house(database_url: str) -> AsyncIterator[House]:
    """On both kinds of database: for what leans on locks, constraints or triggers."""
    async with _house(database_url) as made:
        yield made


@asynccontextmanager
async def _house(url: str) -> AsyncIterator[House]:
    database = Database(url)
    await _build(database)
    async with database.begin() as session:
        yield House(database, session, await load_directory(session, NOW.date()))
    await database.close()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The same places and people, for several transactions at once."""
    database = Database(database_url)
    await _build(database)
    yield database
    await database.close()


async def _build(database: Database) -> None:
    async with database.begin() as session:
        ids: dict[str | None, int | None] = {None: None}
        for code, level, parent, name_ky, name_ru in PLACES:
            place = Place(
                code=code, level=level, parent_id=ids[parent], name_ky=name_ky, name_ru=name_ru
            )
            session.add(place)
            await session.flush()
            session.add(PlaceParent(place_id=place.id, parent_id=ids[parent]))
            ids[code] = place.id
        for account_id in (AIDA, BAKYT, CHYNARA, DAMIR):
            session.add(Account(id=account_id, language="ky", created_at=NOW, seen_at=NOW))


# --- who may invite whom ----------------------------------------------------------------------


async def test_a_role_on_a_place_holds_for_all_below_it_and_nothing_else(house: House) -> None:
    await house.grant(AIDA, Role.MOBILIZER, "4101")
    rights = await house.rights(AIDA)
    assert rights.allow({Role.MOBILIZER}, house.place("4101"))
    assert rights.allow({Role.MOBILIZER}, house.place("41010102"))
    assert not rights.allow({Role.MOBILIZER}, house.place("41"))
    assert not rights.allow({Role.MOBILIZER}, house.place("4201"))
    assert not rights.allow({Role.MOBILIZER}, None)
    assert not rights.allow({Role.COORDINATOR}, house.place("4101"))


@pytest.mark.parametrize("role", Role)
async def test_an_administrator_invites_everybody_everywhere(house: House, role: Role) -> None:
    await house.grant(AIDA, Role.ADMINISTRATOR, None)
    assert await house.invite(AIDA, role, None)
    assert await house.invite(AIDA, role, "4201")


@pytest.mark.parametrize("role", Role)
async def test_a_coordinator_invites_mobilizers_and_analysts_only(house: House, role: Role) -> None:
    await house.grant(AIDA, Role.COORDINATOR, "41")
    if role in (Role.MOBILIZER, Role.ANALYST):
        assert await house.invite(AIDA, role, "41010101")
        return
    with pytest.raises(Refused) as refused:
        await house.invite(AIDA, role, "41010101")
    assert refused.value.reason is Reason.NO_RIGHT
    assert await house.deeds() == []


@pytest.mark.parametrize("code", [None, "42", "4201"])
async def test_a_coordinator_invites_nobody_above_or_beside_their_place(
    house: House, code: str | None
) -> None:
    await house.grant(AIDA, Role.COORDINATOR, "41")
    with pytest.raises(Refused) as refused:
        await house.invite(AIDA, Role.MOBILIZER, code)
    assert refused.value.reason is Reason.NO_RIGHT


@pytest.mark.parametrize(
    "role", [Role.MOBILIZER, Role.ANALYST, Role.FEEDBACK_OFFICER, Role.PROTECTION_FOCAL_POINT]
)
async def test_other_roles_invite_nobody(house: House, role: Role) -> None:
    await house.grant(AIDA, role, None)
    assert (await house.rights(AIDA)).invitable() == []
    with pytest.raises(Refused) as refused:
        await house.invite(AIDA, Role.MOBILIZER, "41010101")
    assert refused.value.reason is Reason.NO_RIGHT


async def test_rights_of_two_roles_are_not_mixed(house: House) -> None:
    await house.grant(AIDA, Role.COORDINATOR, "41")
    await house.grant(AIDA, Role.MOBILIZER, "4201")
    rights = await house.rights(AIDA)
    assert rights.inviting_places(Role.MOBILIZER) == [house.place("41")]
    assert not rights.may_invite(Role.MOBILIZER, house.place("4201"))


async def test_a_place_below_another_own_place_is_not_listed_twice(house: House) -> None:
    await house.grant(AIDA, Role.COORDINATOR, "4101")
    await house.grant(AIDA, Role.COORDINATOR, "41")
    await house.grant(AIDA, Role.COORDINATOR, "4201")
    rights = await house.rights(AIDA)
    tops = [house.place("41"), house.place("4201")]
    assert rights.inviting_places(Role.MOBILIZER) == tops


async def test_nobody_is_invited_to_a_place_that_does_not_exist(house: House) -> None:
    await house.grant(AIDA, Role.ADMINISTRATOR, None)
    with pytest.raises(Refused) as refused:
        await invitations.invite(
            house.session,
            await house.rights(AIDA),
            Role.MOBILIZER,
            987_654,
            by=AIDA,
            now=NOW,
        )
    assert refused.value.reason is Reason.PLACE_UNKNOWN


async def test_a_name_that_is_too_long_is_refused(house: House) -> None:
    await house.grant(AIDA, Role.ADMINISTRATOR, None)
    with pytest.raises(Refused) as refused:
        await house.invite(AIDA, Role.MOBILIZER, None, "а" * (invitations.NAME_LIMIT + 1))
    assert refused.value.reason is Reason.TEXT_TOO_LONG


@pytest.mark.parametrize("query", ["Бостер", "бостор", "Boster"])
async def test_places_to_invite_for_are_found_by_name_within_ones_own(
    house: House, query: str
) -> None:
    await house.grant(AIDA, Role.COORDINATOR, "41")
    await house.grant(BAKYT, Role.COORDINATOR, "42")
    codes = {"41010101", "410101"}
    found = invitations.find_inviting_places(await house.rights(AIDA), Role.MOBILIZER, query)
    assert {place.code for place in found} == codes
    assert not invitations.find_inviting_places(await house.rights(BAKYT), Role.MOBILIZER, query)
    assert not invitations.find_inviting_places(await house.rights(AIDA), Role.COORDINATOR, query)


# --- invitations ------------------------------------------------------------------------------


async def test_an_invitation_gives_its_role_to_who_opens_it(house: House) -> None:
    await house.grant(AIDA, Role.ADMINISTRATOR, None, "Айда")
    token = await house.invite(AIDA, Role.MOBILIZER, "410101", "  Бакыт   Асанов ")
    grant = await house.accept(BAKYT, token)
    assert (grant.role, grant.place_id) == (Role.MOBILIZER, house.place("410101"))
    assert (grant.name, grant.granted_by) == ("Бакыт Асанов", AIDA)
    assert (await house.rights(BAKYT)).allow({Role.MOBILIZER}, house.place("41010101"))
    assert await house.deeds() == [("invite", AIDA), ("accept", BAKYT)]


async def test_the_database_keeps_only_a_hash_of_the_token(house: House) -> None:
    token = await invitations.invite(
        house.session, None, Role.ADMINISTRATOR, None, by=None, now=NOW
    )
    kept = (await house.session.scalars(select(Invitation))).one()
    assert kept.token_hash == invitations.hash_of(token)
    entries = await house.session.scalars(select(JournalEntry))
    assert not any(token in str(entry.details) for entry in entries)


async def test_an_invitation_works_once(any_house: House) -> None:
    house = any_house
    await house.grant(AIDA, Role.ADMINISTRATOR, None)
    token = await house.invite(AIDA, Role.MOBILIZER, "410101")
    await house.accept(BAKYT, token)
    with pytest.raises(Refused) as refused:
        await house.accept(CHYNARA, token)
    assert refused.value.reason is Reason.INVITATION_USED
    assert not await house.rights(CHYNARA)


async def test_who_took_it_up_is_told_that_they_have_the_role(house: House) -> None:
    await house.grant(AIDA, Role.ADMINISTRATOR, None)
    token = await house.invite(AIDA, Role.MOBILIZER, "410101")
    grant = await house.accept(BAKYT, token)
    account = await house.account(BAKYT)
    assert await _obstacle(house, account, token) is Reason.ALREADY_GRANTED
    await grants.revoke(house.session, await house.rights(AIDA), grant.id, by=AIDA, now=NOW)
    assert await _obstacle(house, account, token) is Reason.INVITATION_USED


async def test_a_second_invitation_to_the_same_role_is_not_used_up(house: House) -> None:
    await house.grant(AIDA, Role.ADMINISTRATOR, None)
    await house.accept(BAKYT, await house.invite(AIDA, Role.MOBILIZER, "410101"))
    second = await house.invite(AIDA, Role.MOBILIZER, "410101")
    with pytest.raises(Refused) as refused:
        await house.accept(BAKYT, second)
    assert refused.value.reason is Reason.ALREADY_GRANTED
    assert await house.accept(CHYNARA, second)


@pytest.mark.parametrize(
    ("days", "reason"), [(6.99, None), (7, Reason.INVITATION_EXPIRED)], ids=["before", "after"]
)
async def test_an_invitation_expires_after_seven_days(
    house: House, days: float, reason: Reason | None
) -> None:
    await house.grant(AIDA, Role.ADMINISTRATOR, None)
    token = await house.invite(AIDA, Role.MOBILIZER, "410101")
    later = NOW + timedelta(days=days)
    account = await house.account(BAKYT)
    assert (
        await invitations.obstacle(house.session, account, token, house.directory, now=later)
        is reason
    )


@pytest.mark.parametrize("token", ["", "nonsense", "х" * 500, "' OR 1=1 --"])
async def test_an_unknown_token_is_invalid(house: House, token: str) -> None:
    with pytest.raises(Refused) as refused:
        await house.accept(BAKYT, token)
    assert refused.value.reason is Reason.INVITATION_INVALID


async def test_a_withdrawn_invitation_opens_nothing(any_house: House) -> None:
    house = any_house
    await house.grant(AIDA, Role.ADMINISTRATOR, None)
    token = await house.invite(AIDA, Role.MOBILIZER, "410101")
    rights = await house.rights(AIDA)
    (waiting,) = await invitations.pending(house.session, rights, now=NOW)
    await invitations.withdraw(house.session, rights, waiting.id, by=AIDA, now=NOW)
    assert await invitations.pending(house.session, rights, now=NOW) == []
    with pytest.raises(Refused) as refused:
        await house.accept(BAKYT, token)
    assert refused.value.reason is Reason.INVITATION_EXPIRED
    with pytest.raises(Refused) as refused:
        await invitations.withdraw(house.session, rights, waiting.id, by=AIDA, now=NOW)
    assert refused.value.reason is Reason.NOT_FOUND
    assert await house.deeds() == [("invite", AIDA), ("withdraw", AIDA)]


async def test_an_invitation_out_of_reach_is_neither_seen_nor_withdrawn(house: House) -> None:
    await house.grant(AIDA, Role.ADMINISTRATOR, None)
    await house.grant(BAKYT, Role.COORDINATOR, "42")
    await house.invite(AIDA, Role.MOBILIZER, "410101")
    (waiting,) = await invitations.pending(house.session, await house.rights(AIDA), now=NOW)
    rights = await house.rights(BAKYT)
    assert await invitations.pending(house.session, rights, now=NOW) == []
    with pytest.raises(Refused) as refused:
        await invitations.withdraw(house.session, rights, waiting.id, by=BAKYT, now=NOW)
    assert refused.value.reason is Reason.NO_RIGHT


async def test_names_in_invitations_that_expired_are_dropped(house: House) -> None:
    await house.grant(AIDA, Role.ADMINISTRATOR, None)
    await house.accept(BAKYT, await house.invite(AIDA, Role.MOBILIZER, "41", "Бакыт"))
    await house.invite(AIDA, Role.MOBILIZER, "41", "Чынара")
    await house.invite(AIDA, Role.MOBILIZER, "41", "Дамир", at=NOW + timedelta(days=1))
    await invitations.forget_names(house.session, now=NOW + timedelta(days=7))
    found = await house.session.scalars(select(Invitation).order_by(Invitation.id))
    assert [invitation.name for invitation in found] == ["Бакыт", "", "Дамир"]


# --- how roles end ----------------------------------------------------------------------------


async def test_a_revoked_role_ends_at_once_and_only_once(any_house: House) -> None:
    house = any_house
    await house.grant(AIDA, Role.ADMINISTRATOR, None)
    grant = await house.grant(BAKYT, Role.MOBILIZER, "410101")
    rights = await house.rights(AIDA)
    ending = await grants.revoke(house.session, rights, grant.id, by=AIDA, now=NOW)
    assert (ending.account.id, ending.fresh, ending.works_on) == (BAKYT, True, False)
    assert not await house.rights(BAKYT)
    again = await grants.revoke(house.session, rights, grant.id, by=AIDA, now=NOW)
    assert not again.fresh
    assert await house.deeds() == [("revoke", AIDA)]
    with pytest.raises(Refused) as refused:
        await grants.find_below(house.session, rights, grant.id)
    assert refused.value.reason is Reason.NOT_FOUND


async def test_a_coordinator_revokes_only_what_they_could_have_given(house: House) -> None:
    await house.grant(AIDA, Role.COORDINATOR, "41", "Айда")
    inside = await house.grant(BAKYT, Role.MOBILIZER, "410101")
    beside = await house.grant(CHYNARA, Role.MOBILIZER, "4201")
    equal = await house.grant(DAMIR, Role.COORDINATOR, "4101")
    rights = await house.rights(AIDA)
    assert await grants.below(house.session, rights) == [inside]
    for grant in (beside, equal):
        with pytest.raises(Refused) as refused:
            await grants.revoke(house.session, rights, grant.id, by=AIDA, now=NOW)
        assert refused.value.reason is Reason.NO_RIGHT
    with pytest.raises(Refused) as refused:
        await grants.revoke(house.session, rights, 987_654, by=AIDA, now=NOW)
    assert refused.value.reason is Reason.NOT_FOUND


async def test_invitations_of_who_lost_the_right_to_send_them_open_nothing(house: House) -> None:
    await house.grant(AIDA, Role.ADMINISTRATOR, None)
    lost = await house.grant(BAKYT, Role.COORDINATOR, "41")
    await house.grant(BAKYT, Role.COORDINATOR, "42")
    dead = await house.invite(BAKYT, Role.MOBILIZER, "410101")
    alive = await house.invite(BAKYT, Role.MOBILIZER, "4201")
    rights = await house.rights(AIDA)
    ending = await grants.revoke(house.session, rights, lost.id, by=AIDA, now=NOW)
    assert ending.works_on
    with pytest.raises(Refused) as refused:
        await house.accept(CHYNARA, dead)
    assert refused.value.reason is Reason.INVITATION_EXPIRED
    assert await house.accept(CHYNARA, alive)


async def test_the_last_administrator_of_the_country_stays(any_house: House) -> None:
    house = any_house
    head = await house.grant(AIDA, Role.ADMINISTRATOR, None)
    await house.grant(BAKYT, Role.ADMINISTRATOR, "41")
    rights = await house.rights(AIDA)
    with pytest.raises(Refused) as refused:
        await grants.revoke(house.session, rights, head.id, by=AIDA, now=NOW)
    assert refused.value.reason is Reason.LAST_ADMINISTRATOR
    with pytest.raises(Refused) as refused:
        await grants.end_all(house.session, await house.account(AIDA), now=NOW)
    assert refused.value.reason is Reason.LAST_ADMINISTRATOR
    await house.grant(CHYNARA, Role.ADMINISTRATOR, None)
    assert (await grants.revoke(house.session, rights, head.id, by=AIDA, now=NOW)).fresh


async def test_who_is_forgotten_leaves_no_name_and_no_open_link(any_house: House) -> None:
    house = any_house
    await house.grant(AIDA, Role.ADMINISTRATOR, None, "Айда")
    await house.accept(BAKYT, await house.invite(AIDA, Role.COORDINATOR, "41", "Бакыт"))
    token = await house.invite(BAKYT, Role.MOBILIZER, "410101", "Чынара")
    await grants.end_all(house.session, await house.account(BAKYT), now=NOW)
    assert not await house.rights(BAKYT)
    names = await house.session.scalars(select(Grant.name).where(Grant.account_id == BAKYT))
    assert list(names) == [""]
    invitations = await house.session.scalars(
        select(Invitation.name).where(Invitation.used_by == BAKYT)
    )
    assert list(invitations) == [""]
    with pytest.raises(Refused) as refused:
        await house.accept(CHYNARA, token)
    assert refused.value.reason is Reason.INVITATION_EXPIRED
    assert [action for action, _ in await house.deeds()][-2:] == ["leave", "withdraw"]


async def test_only_an_inviter_who_may_still_end_the_role_is_told_of_it(house: House) -> None:
    await house.grant(AIDA, Role.ADMINISTRATOR, None)
    coordinator = await house.grant(BAKYT, Role.COORDINATOR, "41")
    grant = await house.accept(CHYNARA, await house.invite(BAKYT, Role.MOBILIZER, "410101"))
    inviter = await grants.inviter_of(house.session, grant, house.directory)
    assert inviter is not None
    assert inviter.id == BAKYT
    rights = await house.rights(AIDA)
    await grants.revoke(house.session, rights, coordinator.id, by=AIDA, now=NOW)
    assert await grants.inviter_of(house.session, grant, house.directory) is None


async def test_an_inviter_on_the_command_line_is_nobody_to_tell(house: House) -> None:
    token = await invitations.invite(
        house.session, None, Role.ADMINISTRATOR, None, by=None, now=NOW
    )
    grant = await house.accept(AIDA, token)
    assert await grants.inviter_of(house.session, grant, house.directory) is None


# --- the journal ------------------------------------------------------------------------------


async def test_the_journal_is_read_by_administrators_of_the_country_only(house: House) -> None:
    await house.grant(AIDA, Role.ADMINISTRATOR, "41")
    await house.grant(BAKYT, Role.COORDINATOR, None)
    for account_id in (AIDA, BAKYT, CHYNARA):
        with pytest.raises(Refused) as refused:
            await journal.read(house.session, await house.rights(account_id))
        assert refused.value.reason is Reason.NO_RIGHT


async def test_lines_of_the_journal_know_names_and_titles_of_today(any_house: House) -> None:
    house = any_house
    await house.grant(AIDA, Role.ADMINISTRATOR, None, "Айда")
    await house.accept(BAKYT, await house.invite(AIDA, Role.MOBILIZER, "410101", "Бакыт"))
    vote = Vote(
        status=VoteStatus.DRAFT,
        place_id=house.place("410101"),
        title_ky="Эмне керек?",
        title_ru="Что нужно?",
        method=VoteMethod.ONE,
        created_by=BAKYT,
        created_at=NOW,
    )
    house.session.add(vote)
    await house.session.flush()
    journal.note(house.session, BAKYT, "announce_vote", "vote", vote.id, now=NOW)
    journal.note(house.session, None, "close_vote", "vote", vote.id, now=NOW)
    lines = await journal.read(house.session, await house.rights(AIDA))
    shown = [(line.entry.action, line.actor, line.person) for line in lines]
    assert shown == [
        ("close_vote", "", ""),
        ("announce_vote", "Бакыт", ""),
        ("accept", "Бакыт", "Бакыт"),
        ("invite", "Айда", "Бакыт"),
    ]
    assert [line.vote for line in lines] == [vote, vote, None, None]


async def test_the_journal_is_read_page_by_page(house: House) -> None:
    await house.grant(AIDA, Role.ADMINISTRATOR, None)
    for number in range(5):
        journal.note(house.session, AIDA, f"deed {number}", "test", None, now=NOW)
    await house.session.flush()
    rights = await house.rights(AIDA)
    first = await journal.read(house.session, rights, limit=3)
    second = await journal.read(house.session, rights, limit=3, before=first[-1].entry.id)
    assert [line.entry.action for line in first] == ["deed 4", "deed 3", "deed 2"]
    assert [line.entry.action for line in second] == ["deed 1", "deed 0"]


@pytest.mark.parametrize("statement", ["UPDATE journal SET action = 'x'", "DELETE FROM journal"])
async def test_the_database_refuses_to_change_the_journal(any_house: House, statement: str) -> None:
    await _is_refused(any_house, statement)


@pytest.mark.postgresql
async def test_the_database_refuses_to_empty_the_journal(postgresql_url: str) -> None:
    async with _house(postgresql_url) as house:
        await _is_refused(house, "TRUNCATE journal")


async def _is_refused(house: House, statement: str) -> None:
    journal.note(house.session, AIDA, "invite", "invitation", 1, now=NOW)
    await house.session.flush()
    with pytest.raises(DBAPIError, match="the journal is append-only"):
        async with house.session.begin_nested():
            await house.session.execute(text(statement))
    assert await house.deeds() == [("invite", AIDA)]


async def test_a_link_whose_sender_lost_the_right_meanwhile_opens_nothing(house: House) -> None:
    """As if it had been sent in a transaction that the revoking one could not see."""
    await house.grant(AIDA, Role.ADMINISTRATOR, None, "Айда")
    held = await house.accept(BAKYT, await house.invite(AIDA, Role.COORDINATOR, "41", "Бакыт"))
    token = await house.invite(BAKYT, Role.MOBILIZER, "410101", "Чынара")
    held.revoked_at = NOW
    await house.session.flush()
    account = await house.account(CHYNARA)
    assert await _obstacle(house, account, token) is Reason.INVITATION_EXPIRED
    with pytest.raises(Refused):
        await house.accept(CHYNARA, token)


# --- at the same moment -----------------------------------------------------------------------


async def test_of_two_who_open_one_link_at_once_one_gets_the_role(database: Database) -> None:
    async with database.begin() as session:
        token = await invitations.invite(session, None, Role.MOBILIZER, None, by=None, now=NOW)

    async def open_link(session: AsyncSession, account_id: int) -> None:
        account = await session.get_one(Account, account_id)
        directory = await load_directory(session, NOW.date())
        await invitations.accept(session, account, token, directory, now=NOW)

    outcomes = await _at_once(database, open_link, (AIDA, BAKYT, CHYNARA, DAMIR))
    assert sorted(outcomes) == ["done", *[Reason.INVITATION_USED] * 3]
    async with database.read() as session:
        assert len((await session.scalars(select(Grant))).all()) == 1


async def test_two_administrators_cannot_remove_each_other_at_once(database: Database) -> None:
    async with database.begin() as session:
        for account_id in (AIDA, BAKYT):
            session.add(Grant(account_id=account_id, role=Role.ADMINISTRATOR, granted_at=NOW))
        await session.flush()
        heads = await session.scalars(select(Grant).order_by(Grant.id))
        theirs = {AIDA + BAKYT - grant.account_id: grant.id for grant in heads}

    async def remove_the_other(session: AsyncSession, account_id: int) -> None:
        account = await session.get_one(Account, account_id)
        directory = await load_directory(session, NOW.date())
        rights = await rights_of(session, account, directory)
        await grants.revoke(session, rights, theirs[account_id], by=account_id, now=NOW)

    outcomes = await _at_once(database, remove_the_other, (AIDA, BAKYT))
    assert outcomes.count("done") == 1
    assert set(outcomes) <= {"done", Reason.LAST_ADMINISTRATOR, Reason.NO_RIGHT}


async def _at_once(
    database: Database,
    act: Callable[[AsyncSession, int], Awaitable[None]],
    account_ids: tuple[int, ...],
) -> list[str]:
    """What became of each: "done", or the reason of the refusal."""

    async def attempt(account_id: int) -> str:
        try:
            async with database.begin() as session:
                await act(session, account_id)
        except Refused as refused:
            return refused.reason
        return "done"

    return list(await asyncio.gather(*(attempt(account_id) for account_id in account_ids)))


async def _obstacle(house: House, account: Account, token: str) -> Reason | None:
    return await invitations.obstacle(house.session, account, token, house.directory, now=NOW)
