"""An administrator's hours, told whole."""

import re

from sqlalchemy import select

from handlers import doors
from handlers.team import taps as team
from models import Draft, Grant, Invitation, JournalEntry, Role
from tests.handlers.days import Followed, Name, nothing_is_there_twice, rows
from tests.world import Person, World

TEAM: frozenset[Name] = frozenset(
    {
        "i_",
        "/work",
        doors.AcceptInvitation,
        doors.OpenWork,
        doors.OpenTeam,
        team.ListTeam,
        team.OpenGrant,
        team.AskEnd,
        team.EndRole,
        team.OpenInvitations,
        team.OpenInvitation,
        team.Withdraw,
        team.InviteSomebody,
        team.BrowsePlaces,
        team.FindPlace,
        team.ChoosePlace,
        team.OpenJournal,
    }
)


async def test_an_administrator_invites_withdraws_ends_a_role_and_reads_the_journal(
    followed: Followed, crashing_world: World
) -> None:
    world = crashing_world
    chief = await world.staff("Гүлнара", "ru", role=Role.ADMINISTRATOR, place=None)
    for number in range(8):
        await world.staff(f"Кызматкер {number}")
    token = await _invites_by_the_places_name(chief)
    lost = await _invites_down_the_list_and_withdraws(chief)
    aibek = await _comes_to_work(world, token)
    chief.sees("✅ Your invitation was taken up.", "Айбек")
    damira = await world.villager("Дамира", "ky")
    await damira.opens(f"i_{lost}")
    damira.sees("This invitation has expired. Ask for a new one.")
    await _ends_the_role(chief)
    aibek.sees("Your role has ended.", "Бостер")
    assert "work" not in _commands(aibek)
    await _reads_the_journal(chief)
    async with world.ashar.database.read() as session:
        grant = await session.scalar(select(Grant).where(Grant.account_id == aibek.id))
        deeds = await session.scalars(select(JournalEntry.action).order_by(JournalEntry.id))
        assert list(deeds) == ["invite", "invite", "withdraw", "accept", "revoke"]
    assert grant is not None
    assert (grant.name, grant.revoked_by) == ("Айбек", chief.id)
    assert await rows(world, Invitation) == 2
    assert await rows(world, Draft) == 0
    await nothing_is_there_twice(world)
    followed.covers(TEAM)


async def _invites_by_the_places_name(chief: Person) -> str:
    await chief.says("/menu")
    await chief.taps("🧰 My work")
    await chief.taps("👥 Team")
    await chief.taps("📤 Invite somebody")
    await chief.taps("mobilizer")
    await chief.taps("🔎 Find by name")
    await chief.says("бостор")
    await chief.taps("Бостер (")
    await chief.says("Айбек")
    chief.sees("<b>✅ The invitation is ready.</b>", "Бостер", "Айбек")
    return _token(chief)


async def _invites_down_the_list_and_withdraws(chief: Person) -> str:
    await chief.taps("👥 Team")
    await chief.taps("📤 Invite somebody")
    await chief.taps("analyst")
    await chief.taps("Джалал-Абадская область")
    await chief.taps("✅ {place}", place="Джалал-Абадская область")
    await chief.says("Дамира")
    token = _token(chief)
    await chief.taps("👥 Team")
    await chief.taps("⏰ Invitations that wait: {count}", count=2)
    await chief.taps("Дамира")
    chief.sees("The link can't be shown again. If it is lost, withdraw it and invite anew.")
    await chief.taps("✖️ Withdraw")
    chief.is_told("The invitation is withdrawn: its link opens nothing any more.")
    return token


def _token(person: Person) -> str:
    found = re.search(r"start=i_([\w-]+)", person.last.plain)
    assert found, person.last.plain
    return found[1]


async def _comes_to_work(world: World, token: str) -> Person:
    """In Kyrgyz, and then in Russian: the commands follow."""
    aibek = world.stranger("Айбек", "ky")
    await aibek.opens(f"i_{token}")
    await aibek.taps("Кыргызча")
    await aibek.taps("✅ I consent")
    aibek.sees("<b>✅ The invitation is accepted.</b>", "Бөстөр")
    assert _commands(aibek)["work"] == aibek.words("🧰 My work")
    await aibek.says("/language")
    await aibek.taps("Русский")
    aibek.language = "ru"
    assert _commands(aibek)["work"] == aibek.words("🧰 My work")
    await aibek.says("/work")
    aibek.sees("<b>🧰 My work</b>", "Бостер")
    return aibek


def _commands(person: Person) -> dict[str, str]:
    found = person.world.telegram.commands(person.id)
    return {command["command"]: command["description"] for command in found}


async def _ends_the_role(chief: Person) -> None:
    await chief.taps("👤 Open")
    chief.sees("Айбек", "mobilizer")
    await chief.taps("❌ End this role")
    chief.sees("<b>End this role?</b>")
    await chief.taps("❌ Yes, end it")
    chief.is_told("The role has ended.")
    chief.sees("<b>👥 Team</b>")
    await chief.taps("Next ▶️")
    assert any("Гүлнара" in label for label in chief.buttons)


async def _reads_the_journal(chief: Person) -> None:
    await chief.taps("📖 Journal")
    deed = f"Айбек, {chief.words('mobilizer')}, Бостер"
    for words in ("📤 Invitation: {what}", "✅ Role taken up: {what}", "❌ Role ended: {what}"):
        chief.sees(words, what=deed)
    lost = f"Дамира, {chief.words('analyst')}, Джалал-Абадская область"
    chief.sees("✖️ Invitation withdrawn: {what}", what=lost)
