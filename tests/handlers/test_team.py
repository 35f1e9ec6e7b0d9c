"""Staff are invited by links, work at their desk, and lose a role at once."""

import asyncio
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select

from bot.ui.callbacks import known_callbacks
from models import Draft, Grant, Invitation, JournalEntry, Role
from services.access import invitations, journal
from services.access.rights import INVITERS, TURNOUT_READERS, VOTE_MAKERS
from services.outbox import next_id
from tests.world import BOSTER, BOSTER_AIMAK, TOGUZ_TORO, TOKEN, Person, World

OBLAST, RAYON = "41703", "4170321"
NAMES = {
    OBLAST: {"ky": "Жалал-Абад облусу", "ru": "Джалал-Абадская область"},
    RAYON: {"ky": "Сузак району", "ru": "Сузакский район"},
    BOSTER_AIMAK: {"ky": "Бөстөр айыл аймагы", "ru": "Бостерский айылный аймак"},
    BOSTER: {"ky": "Бөстөр", "ru": "Бостер"},
}
LANGUAGES = {"ky": "Кыргызча", "ru": "Русский"}
NO_RIGHT = "You don't have the right to do this."


async def administrator(world: World, language: str = "ky", name: str = "Гүлнара") -> Person:
    return await world.staff(name, language, role=Role.ADMINISTRATOR, place=None)


async def coordinator(world: World, language: str = "ky", name: str = "Нурлан") -> Person:
    return await world.staff(name, language, role=Role.COORDINATOR, place=RAYON)


async def invitation(
    world: World, role: Role = Role.MOBILIZER, place: str | None = BOSTER, name: str = ""
) -> str:
    """A token as the command line makes it."""
    place_id = await world.place_id(place) if place else None
    async with world.ashar.database.begin() as session:
        return await invitations.invite(
            session, None, role, place_id, by=None, now=world.now, name=name
        )


async def open_team(person: Person) -> None:
    await person.says("/work")
    await person.taps("👥 Team")


async def choose_place(person: Person, *codes: str) -> None:
    """Down the places; the last one is taken."""
    *steps, last = (NAMES[code][person.language] for code in codes)
    for name in steps:
        await person.taps(name)
    await person.taps("✅ {place}", place=last)


def token_in(person: Person) -> str:
    found = re.search(r"start=i_([\w-]+)", person.last.plain)
    assert found, person.last.plain
    return found[1]


def data_of(person: Person, label: str) -> str:
    """The callback data behind a button."""
    message, shown = person.find(label)
    rows: list[list[dict[str, Any]]] = message.inline_keyboard or []
    return str(next(b["callback_data"] for row in rows for b in row if b["text"] == shown))


def commands_of(person: Person) -> list[str]:
    return [c["command"] for c in person.world.telegram.commands(person.id)]


async def count(world: World, table: Any) -> int:
    async with world.ashar.database.read() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def grants_of(world: World, person: Person) -> list[tuple[Role, int | None]]:
    async with world.ashar.database.read() as session:
        found = await session.scalars(
            select(Grant).where(Grant.account_id == person.id, Grant.revoked_at.is_(None))
        )
        return [(grant.role, grant.place_id) for grant in found]


# --- the whole way ----------------------------------------------------------------------------


async def test_an_administrator_invites_a_mobilizer_who_comes_to_work(
    crashing_world: World, language: str
) -> None:
    world = crashing_world
    chief = await administrator(world, language)
    await open_team(chief)
    await chief.taps("📤 Invite somebody")
    await chief.taps("mobilizer")
    await choose_place(chief, OBLAST, RAYON, BOSTER_AIMAK, BOSTER)
    chief.sees("What do colleagues call this person? Write a name.")
    name = "Айбек <b>А.</b> & 🌾"
    await chief.says(name)
    chief.sees("<b>✅ The invitation is ready.</b>")
    chief.sees("👤 {name}", name=name)
    token = token_in(chief)

    aibek = world.stranger("Айбек", language)
    await aibek.opens(f"i_{token}")
    await aibek.taps(LANGUAGES[language])
    await aibek.taps("✅ I consent")
    aibek.sees(
        "<b>✅ The invitation is accepted.</b>",
        "🗳 You prepare votes, open and close them, and publish the results.",
        NAMES[BOSTER][language],
    )
    assert "work" in commands_of(aibek)
    chief.sees("✅ Your invitation was taken up.")
    chief.sees("👤 {name}", name=name)

    await aibek.taps("🧰 My work")
    aibek.sees("🧰 My work", NAMES[BOSTER][language])
    assert aibek.words("👥 Team") not in aibek.buttons
    await aibek.taps("🗳 Votes of my places")
    await aibek.taps("🏠 Main menu")
    aibek.sees("🏠 Main menu")
    village = await world.place_id(BOSTER)
    assert await grants_of(world, aibek) == [(Role.MOBILIZER, village)]


async def test_a_role_that_ends_is_told_to_its_holder_in_their_language(
    crashing_world: World, language: str
) -> None:
    world = crashing_world
    theirs = "ru" if language == "ky" else "ky"
    chief = await administrator(world, language)
    mobilizer = world.stranger("Айбек", theirs)
    await mobilizer.opens(f"i_{await invitation(world, name='Айбек')}")
    await mobilizer.taps(LANGUAGES[theirs])
    await mobilizer.taps("✅ I consent")
    await mobilizer.says("/work")
    desk = mobilizer.last
    old_button = mobilizer.words("🗳 Votes of my places")

    await open_team(chief)
    await chief.taps("Айбек")
    await chief.taps("❌ End this role")
    chief.sees("<b>End this role?</b>", "It ends at once, and the person is told.")
    await chief.taps("❌ Yes, end it")
    chief.is_told("The role has ended.")
    chief.sees("👥 Team")

    mobilizer.sees("Your role has ended.", NAMES[BOSTER][theirs])
    assert "work" not in commands_of(mobilizer)
    await mobilizer.taps_at(desk, old_button)
    mobilizer.is_told(NO_RIGHT)
    await mobilizer.says("/work")
    mobilizer.sees("🧰 This part is for mobilizers and staff.")
    assert await grants_of(world, mobilizer) == []


@pytest.mark.parametrize("role", Role)
async def test_each_role_hears_what_it_may_do_and_has_a_desk(
    world: World, language: str, role: Role
) -> None:
    person = await world.villager("Айда", language)
    await person.opens(f"i_{await invitation(world, role, None)}")
    person.sees("<b>✅ The invitation is accepted.</b>", "the whole country")
    person.sees("🔒 Nobody sees what a villager voted for, not even staff.")
    await person.taps("🧰 My work")
    person.sees("🧰 My work", "the whole country")
    offers = {
        "🗳 Votes of my places": role in TURNOUT_READERS,
        "✏️ Prepare a vote": role in VOTE_MAKERS,
        "👥 Team": role in INVITERS,
    }
    assert {label: person.words(label) in person.buttons for label in offers} == offers
    await person.taps("🏠 Main menu")
    person.sees("🏠 Main menu")


async def test_the_commands_of_staff_come_in_their_own_language(world: World) -> None:
    aida = await world.villager("Айда", "ru")
    await aida.opens(f"i_{await invitation(world)}")
    described = {c["command"]: c["description"] for c in world.telegram.commands(aida.id)}
    assert described["work"] == aida.words("🧰 My work")
    assert {"menu", "vote", "settings", "help"} <= described.keys()


# --- links of no use --------------------------------------------------------------------------


async def test_a_link_that_was_used_gives_nothing_to_the_next(world: World, language: str) -> None:
    token = await invitation(world)
    await (await world.villager("Айда")).opens(f"i_{token}")
    other = await world.villager("Чынара", language)
    await other.opens(f"i_{token}")
    other.sees("This invitation was used already. Ask for a new one.")
    await other.taps("🏠 Main menu")
    assert await grants_of(world, other) == []


async def test_opening_ones_own_link_again_leads_to_the_desk(world: World, language: str) -> None:
    token = await invitation(world)
    aida = await world.villager("Айда", language)
    await aida.opens(f"i_{token}")
    await aida.opens(f"i_{token}")
    aida.sees("You have this role already.")
    await aida.taps("🧰 My work")
    assert len(await grants_of(world, aida)) == 1


async def test_a_link_expires_after_seven_days(world: World, language: str) -> None:
    token = await invitation(world)
    aida = await world.villager("Айда", language)
    await world.advance(days=7)
    await aida.opens(f"i_{token}")
    aida.sees("This invitation has expired. Ask for a new one.")
    assert await grants_of(world, aida) == []


async def test_a_link_works_until_its_last_hour(world: World) -> None:
    token = await invitation(world)
    aida = await world.villager("Айда")
    await world.advance(days=6, hours=23)
    await aida.opens(f"i_{token}")
    assert len(await grants_of(world, aida)) == 1


@pytest.mark.parametrize("token", ["nonsense", "AAAAAAAAAAAAAAAAAAAA"])
async def test_an_invented_link_says_that_it_is_not_valid(
    world: World, language: str, token: str
) -> None:
    aida = await world.villager("Айда", language)
    await aida.opens(f"i_{token}")
    aida.sees("This invitation is not valid. Ask for a new one.")
    await aida.taps("🏠 Main menu")
    aida.sees("🏠 Main menu")


async def test_a_newcomer_with_a_dead_link_still_comes_in(world: World, language: str) -> None:
    aida = world.stranger("Айда", language)
    await aida.opens("i_nonsense")
    await aida.taps(LANGUAGES[language])
    await aida.taps("✅ I consent")
    aida.sees("This invitation is not valid. Ask for a new one.")
    await aida.says("/mydata")
    aida.sees_no("✅ I consent")


async def test_a_withdrawn_link_opens_nothing(world: World, language: str) -> None:
    chief = await administrator(world, language)
    token = await invitation(world, name="Айбек")
    await open_team(chief)
    await chief.taps("⏰ Invitations that wait: {count}", count=1)
    await chief.taps("Айбек")
    chief.sees("The link can't be shown again. If it is lost, withdraw it and invite anew.")
    await chief.taps("✖️ Withdraw")
    chief.is_told("The invitation is withdrawn: its link opens nothing any more.")
    chief.sees("No invitation waits for an answer.")
    aida = await world.villager("Айда", language)
    await aida.opens(f"i_{token}")
    aida.sees("This invitation has expired. Ask for a new one.")
    await open_team(chief)
    assert not any("⏰" in label for label in chief.buttons)


# --- a new invitation -------------------------------------------------------------------------


async def test_the_link_is_shared_with_words_in_both_languages(world: World, language: str) -> None:
    chief = await administrator(world, language)
    await chief.says("/work")
    await chief.forges("tmplace:analyst:")
    await chief.taps("⏭ Skip")
    chief.sees("<b>✅ The invitation is ready.</b>", "the whole country", "without a name")
    link = f"https://t.me/ashar_test_bot?start=i_{token_in(chief)}"
    assert chief.last.inline_keyboard
    shared = parse_qs(urlsplit(chief.last.inline_keyboard[0][0]["url"]).query)
    assert shared["url"] == [link]
    words = shared["text"][0].split("\n")
    assert len(words) == 2
    for line, code in zip(words, ("ky", "ru"), strict=True):
        t = world.ashar.translators[code]
        assert t("analyst") in line
        assert t("the whole country") in line


async def test_a_second_tap_does_not_cover_the_link(world: World, language: str) -> None:
    chief = await administrator(world, language)
    await chief.says("/work")
    await chief.forges("tmplace:analyst:")
    question = chief.last
    skip = next(
        button["callback_data"]
        for row in question.inline_keyboard or ()
        for button in row
        if button["text"] == chief.words("⏭ Skip")
    )
    await chief.taps("⏭ Skip")
    token = token_in(chief)
    await chief.forges(skip, question)
    assert any(token in message.plain for message in chief.messages)


async def test_a_coordinator_finds_the_place_by_name(world: World, language: str) -> None:
    nurlan = await coordinator(world, language)
    await open_team(nurlan)
    await nurlan.taps("📤 Invite somebody")
    await nurlan.taps("mobilizer")
    await nurlan.taps("🔎 Find by name")
    await nurlan.says("Эч жерде жок айыл")
    nurlan.sees("Nothing named «{query}» was found in your places.", query="Эч жерде жок айыл")
    await nurlan.says("бостор")
    nurlan.sees("These places were found. Press the right one:")
    where = f"{NAMES[BOSTER][language]} ({NAMES[BOSTER_AIMAK][language]}"
    await nurlan.taps(where)
    nurlan.sees("What do colleagues call this person? Write a name.", where)
    await nurlan.taps("⏭ Skip")
    nurlan.sees("<b>✅ The invitation is ready.</b>", NAMES[BOSTER][language])


async def test_a_coordinator_of_two_places_is_asked_which(world: World, language: str) -> None:
    nurlan = await world.villager("Нурлан", language)
    for place in (BOSTER_AIMAK, TOGUZ_TORO):
        await nurlan.opens(f"i_{await invitation(world, Role.COORDINATOR, place)}")
    await open_team(nurlan)
    await nurlan.taps("📤 Invite somebody")
    await nurlan.taps("mobilizer")
    nurlan.sees_no("the whole country")
    assert nurlan.words("✅ {place}", place="Тогуз-Торо") in nurlan.buttons
    await nurlan.taps(NAMES[BOSTER_AIMAK][language])
    await nurlan.taps("⬅️ Back")
    await nurlan.taps("✅ {place}", place="Тогуз-Торо")
    await nurlan.taps("⏭ Skip")
    nurlan.sees("<b>✅ The invitation is ready.</b>", "Тогуз-Торо")


async def test_a_coordinator_of_one_place_starts_from_it(world: World, language: str) -> None:
    nurlan = await coordinator(world, language)
    await open_team(nurlan)
    await nurlan.taps("📤 Invite somebody")
    assert nurlan.words("administrator") not in nurlan.buttons
    assert nurlan.words("coordinator") not in nurlan.buttons
    await nurlan.taps("analyst")
    nurlan.sees(NAMES[RAYON][language])
    await nurlan.taps("✅ {place}", place=NAMES[RAYON][language])
    await nurlan.taps("✖️ Cancel")
    nurlan.sees("👥 Team")
    assert await count(world, Draft) == 0


async def test_every_step_down_the_places_leads_back_up(world: World, language: str) -> None:
    chief = await administrator(world, language)
    await open_team(chief)
    await chief.taps("📤 Invite somebody")
    await chief.taps("coordinator")
    for code in (OBLAST, RAYON, BOSTER_AIMAK):
        await chief.taps(NAMES[code][language])
    for code in (RAYON, OBLAST):
        await chief.taps("⬅️ Back")
        chief.sees(NAMES[code][language])
    await chief.taps("⬅️ Back")
    chief.sees("the whole country")
    await chief.taps("⬅️ Back")
    chief.sees("What will this person be?")
    await chief.taps("⬅️ Back")
    chief.sees("👥 Team")


async def test_a_name_that_is_no_name_is_asked_for_again(world: World, language: str) -> None:
    chief = await administrator(world, language)
    await chief.says("/work")
    await chief.forges("tmplace:mobilizer:")
    await chief.says("а" * 3000)
    chief.sees("What do colleagues call this person? Write a name.")
    locate = world.telegram.people.sends_location
    await chief.does(lambda: locate(chief.id, 42.8, 74.5))
    chief.sees("Please write it as a text message.")
    await chief.says("Айбек")
    chief.sees("<b>✅ The invitation is ready.</b>")
    assert await count(world, Invitation) == 1


# --- what isn't allowed -----------------------------------------------------------------------


FORGED = (
    "team",
    "tmlist:0",
    "tmgrant:1",
    "tmask:1",
    "tmend:1",
    "tmout:0",
    "tminv:1",
    "tmback:1",
    "tmnew",
    "tmrole:administrator::0",
    "tmfind:mobilizer",
    "tmplace:administrator:",
    "tmplace:mobilizer:1",
    "tmlog:",
)


async def test_a_villager_who_forges_a_button_of_the_team_gets_the_menu(
    world: World, language: str
) -> None:
    await administrator(world)
    await invitation(world)
    villager = await world.villager("Айда", language)
    deeds = await count(world, JournalEntry)
    for data in FORGED:
        await villager.says("/help")
        await villager.forges(data)
        villager.is_told(NO_RIGHT)
        villager.sees("<b>🏠 Main menu</b>")
    assert await count(world, JournalEntry) == deeds
    assert await count(world, Draft) == 0


def test_the_forged_buttons_are_all_that_the_team_has() -> None:
    kinds = {kind.prefix for kind in known_callbacks() if kind.prefix.startswith("tm")}
    assert {data.partition(":")[0] for data in FORGED} == kinds | {"team"}


@pytest.mark.parametrize(
    "data", ["tmrole:king::0", "tmgrant:one", "tmgrant:", "tmlist", "tmend:1:2"]
)
async def test_a_button_that_nobody_made_is_out_of_date(world: World, data: str) -> None:
    chief = await administrator(world)
    await chief.says("/work")
    await chief.forges(data)
    chief.is_told("This button is out of date. Here is the present screen.")


async def test_a_coordinator_gives_no_role_above_or_beside_their_own(
    world: World, language: str
) -> None:
    nurlan = await coordinator(world, language)
    oblast = await world.place_id(OBLAST)
    rayon = await world.place_id(RAYON)
    await nurlan.says("/work")
    for data in (
        "tmplace:mobilizer:",
        f"tmplace:mobilizer:{oblast}",
        f"tmrole:mobilizer:{oblast}:0",
        "tmplace:administrator:",
        f"tmplace:coordinator:{rayon}",
        f"tmrole:coordinator:{rayon}:0",
        "tmfind:administrator",
        "tmlog:",
    ):
        await nurlan.forges(data)
        nurlan.is_told(NO_RIGHT)
    assert await count(world, Draft) == 0
    assert await count(world, Invitation) == 0


async def test_a_coordinator_ends_no_role_out_of_reach(world: World, language: str) -> None:
    chief = await administrator(world)
    nurlan = await coordinator(world, language)
    async with world.ashar.database.read() as session:
        ids = list(await session.scalars(select(Grant.id)))
    await nurlan.says("/work")
    for grant_id in ids:
        for prefix in ("tmgrant", "tmask", "tmend"):
            await nurlan.forges(f"{prefix}:{grant_id}")
            nurlan.is_told(NO_RIGHT)
    assert len(await grants_of(world, chief)) == len(await grants_of(world, nurlan)) == 1


@pytest.mark.parametrize("waiting", ["tmplace:mobilizer:{place}", "tmfind:mobilizer"])
async def test_rights_that_end_in_the_middle_of_an_invitation_end_it_too(
    world: World, language: str, waiting: str
) -> None:
    nurlan = await coordinator(world, language)
    chief = await administrator(world)
    await nurlan.says("/work")
    await nurlan.forges(waiting.format(place=await world.place_id(BOSTER)))
    await open_team(chief)
    await chief.taps("Нурлан")
    await chief.taps("❌ End this role")
    await chief.taps("❌ Yes, end it")
    await nurlan.says("Бөстөр")
    nurlan.sees(NO_RIGHT)
    assert await count(world, Invitation) == 0
    assert await count(world, Draft) == 0


async def test_an_old_button_of_the_team_shows_who_lost_the_right_the_menu(
    world: World, language: str
) -> None:
    chief = await administrator(world)
    nurlan = await world.staff("Нурлан", language, role=Role.COORDINATOR, place=RAYON)
    await nurlan.says("/village")
    await nurlan.says("/work")
    desk = nurlan.last
    await open_team(chief)
    await chief.taps("Нурлан")
    await chief.taps("❌ End this role")
    await chief.taps("❌ Yes, end it")
    await nurlan.taps_at(desk, nurlan.words("👥 Team"))
    nurlan.is_told(NO_RIGHT)
    assert nurlan.words("👥 Team") not in nurlan.buttons


async def test_a_role_ends_even_for_a_tap_of_the_same_moment(world: World) -> None:
    chief = await administrator(world)
    nurlan = await coordinator(world)
    await nurlan.says("/work")
    await nurlan.taps("👥 Team")
    await open_team(chief)
    await chief.taps("Нурлан")
    await chief.taps("❌ End this role")
    people, invite = world.telegram.people, nurlan.words("📤 Invite somebody")
    people.taps(chief.id, chief.last.id, chief.words("❌ Yes, end it"))
    people.taps(nurlan.id, nurlan.last.id, invite)
    await asyncio.gather(*(world.deliver(data) for data in world.telegram.updates(TOKEN)))
    await world.ashar.sender.drain()
    nurlan.is_told(NO_RIGHT)
    nurlan.sees("Your role has ended.")


async def test_the_second_of_two_quick_taps_tells_nobody_twice(world: World) -> None:
    chief = await administrator(world)
    mobilizer = await world.staff("Айбек")
    await open_team(chief)
    await chief.taps("Айбек")
    await chief.taps("❌ End this role")
    ending = data_of(chief, "❌ Yes, end it")
    await chief.taps("❌ Yes, end it")
    shown = len(mobilizer.messages)
    await chief.forges(ending)
    chief.is_told("The role has ended.")
    assert len(mobilizer.messages) == shown


async def test_the_last_administrator_stays(world: World, language: str) -> None:
    chief = await administrator(world, language)
    await open_team(chief)
    await chief.taps("Гүлнара")
    await chief.taps("❌ End this role")
    await chief.taps("❌ Yes, end it")
    chief.is_told("The last administrator can't be removed.")
    assert len(await grants_of(world, chief)) == 1


async def test_an_administrator_who_ends_their_own_role_comes_to_the_menu(
    world: World, language: str
) -> None:
    await administrator(world, name="Бермет")
    chief = await world.villager("Гүлнара", language)
    await chief.opens(f"i_{await invitation(world, Role.ADMINISTRATOR, None, 'Гүлнара')}")
    await open_team(chief)
    await chief.taps("Гүлнара")
    await chief.taps("❌ End this role")
    await chief.taps("❌ Yes, end it")
    chief.is_told("The role has ended.")
    chief.sees("🏠 Main menu")
    assert "work" not in commands_of(chief)


async def test_who_holds_another_role_keeps_the_desk(world: World, language: str) -> None:
    chief = await administrator(world)
    aida = await world.villager("Айда", language)
    for place in (BOSTER, TOGUZ_TORO):
        await aida.opens(f"i_{await invitation(world, place=place, name='Айда')}")
    await open_team(chief)
    await chief.taps("Айда")
    await chief.taps("❌ End this role")
    await chief.taps("❌ Yes, end it")
    aida.sees("Your role has ended.")
    assert "work" in commands_of(aida)
    await aida.says("/work")
    aida.sees("What shall we do?")


async def test_a_villager_is_told_what_the_desk_is_for(world: World, language: str) -> None:
    villager = await world.villager("Айда", language)
    await villager.says("/work")
    villager.sees("🧰 This part is for mobilizers and staff.")
    await villager.taps("🏠 Main menu")
    await villager.forges("work")
    villager.is_told("🧰 This part is for mobilizers and staff.")


# --- lists and the journal --------------------------------------------------------------------


async def test_a_long_team_is_shown_page_by_page(world: World, language: str) -> None:
    chief = await administrator(world, language)
    for number in range(12):
        await world.staff(f"Кызматкер {number}")
    await open_team(chief)
    chief.sees("People with a role in your places: {count}", count=13)
    assert any("Кызматкер 11" in label for label in chief.buttons)
    assert not any("Кызматкер 0" in label for label in chief.buttons)
    await chief.taps("Next ▶️")
    assert any("Кызматкер 0" in label for label in chief.buttons)
    await chief.taps("◀️ Previous")
    assert any("Кызматкер 11" in label for label in chief.buttons)
    await chief.forges("tmlist:999")
    assert any("Кызматкер 0" in label for label in chief.buttons)


async def test_the_journal_tells_in_words_who_did_what(world: World, language: str) -> None:
    chief = await administrator(world, language)
    aida = await world.villager("Айда", "ru")
    await chief.says("/work")
    await chief.forges(f"tmplace:mobilizer:{await world.place_id(BOSTER)}")
    await chief.says("Айбек")
    await aida.opens(f"i_{token_in(chief)}")
    await world.vote(maker=aida)
    await world.advance(days=8)
    await open_team(chief)
    await chief.taps("📖 Journal")
    title = "Айылга эмне керек?" if language == "ky" else "Что нужно селу?"
    role = chief.words("mobilizer")
    deed = f"Айбек, {role}, {NAMES[BOSTER][language]}"
    chief.sees("📤 Invitation: {what}", what=deed)
    chief.sees("✅ Role taken up: {what}", what=deed)
    chief.sees("🗳 Vote opened: {what}", what=title)
    chief.sees("🔒 Vote closed: {what}", what=title)
    chief.sees("Гүлнара", "the program")


DEEDS = {
    "invite": "📤 Invitation: {what}",
    "withdraw": "✖️ Invitation withdrawn: {what}",
    "accept": "✅ Role taken up: {what}",
    "revoke": "❌ Role ended: {what}",
    "leave": "❌ Role given up: {what}",
    "prepare_vote": "✏️ Vote prepared: {what}",
    "change_vote": "✏️ Vote changed: {what}",
    "write_word": "💬 Word written with the result: {what}",
    "export_vote": "📄 Record taken out: {what}",
    "announce_vote": "📣 Vote announced: {what}",
    "open_vote": "🗳 Vote opened: {what}",
    "postpone_vote": "⏰ Vote held later, because the bot was down: {what}",
    "close_vote": "🔒 Vote closed: {what}",
    "publish_vote": "📊 Result published: {what}",
    "cancel_vote": "❌ Vote cancelled: {what}",
}


@pytest.mark.parametrize("action", DEEDS)
async def test_each_deed_has_words_of_its_own(world: World, action: str) -> None:
    chief = await administrator(world, "ru")
    async with world.ashar.database.begin() as session:
        journal.note(session, chief.id, action, "basket", 7, now=world.now)
    await open_team(chief)
    await chief.taps("📖 Journal")
    chief.sees(DEEDS[action], what="7")
    chief.sees("Гүлнара")


async def test_who_looks_whether_the_own_link_works_does_not_use_it_up(
    world: World, language: str
) -> None:
    chief = await administrator(world, language)
    await chief.says("/work")
    await chief.forges(f"tmplace:mobilizer:{await world.place_id(BOSTER)}")
    await chief.says("Айбек")
    link = f"i_{token_in(chief)}"
    await chief.opens(link)
    chief.sees("This invitation works. You sent it yourself: pass the link on to the right person.")
    assert len(await grants_of(world, chief)) == 1
    aibek = await world.villager("Айбек", language)
    await aibek.opens(link)
    assert len(await grants_of(world, aibek)) == 1


async def test_the_link_stays_when_its_maker_goes_on(world: World, language: str) -> None:
    chief = await administrator(world, language)
    await chief.says("/work")
    await chief.forges("tmplace:analyst:")
    await chief.says("Айбек")
    shown, token = chief.last, token_in(chief)
    await chief.taps("👥 Team")
    assert chief.last.id != shown.id
    assert any(m.id == shown.id and token in m.plain for m in chief.messages)


async def test_the_journal_calls_people_as_they_were_called_then(world: World) -> None:
    chief = await administrator(world, "ru")
    async with world.ashar.database.begin() as session:
        journal.note(session, chief.id, "invite", "basket", 7, now=world.now)
        later = world.now + timedelta(days=1)
        grant = Grant(
            account_id=chief.id, role=Role.MOBILIZER, name="Гүлнара эже", granted_at=later
        )
        session.add(grant)
        journal.note(session, chief.id, "withdraw", "basket", 8, now=later)
    await open_team(chief)
    await chief.taps("📖 Journal")
    _, newer, older = chief.last.plain.split("\n\n")[:3]
    assert "Гүлнара эже" in newer
    assert "Гүлнара" in older
    assert "эже" not in older


async def test_the_journal_is_turned_back_and_forth(world: World, language: str) -> None:
    chief = await administrator(world, language)
    for number in range(20):
        await invitation(world, name=f"Чакырылган{number:02}")
    await open_team(chief)
    await chief.taps("📖 Journal")
    chief.sees("Чакырылган19", "Чакырылган12")
    chief.sees_no("Чакырылган11")
    await chief.taps("Older ▶️")
    await chief.taps("Older ▶️")
    chief.sees("Чакырылган03", "Чакырылган00")
    assert chief.words("Older ▶️") not in chief.buttons
    await chief.taps("📖 The newest")
    chief.sees("Чакырылган19")
    await chief.taps("⬅️ Back")
    chief.sees("👥 Team")


async def test_a_deed_without_words_is_shown_as_it_is_kept(world: World) -> None:
    chief = await administrator(world)
    async with world.ashar.database.begin() as session:
        journal.note(session, next_id(), "weigh_apples", "basket", 7, now=world.now, role="king")
    await open_team(chief)
    await chief.taps("📖 Journal")
    chief.sees("weigh_apples: 7", "somebody without a name")
