"""Personal data: what is held, as a screen and as a file; being forgotten, and coming back."""

from datetime import timedelta

import pytest
from sqlalchemy import ColumnElement, func, select

from bot.files import Order
from handlers import MAKERS
from models import (
    Account,
    AgeBand,
    Ballot,
    Draft,
    Grant,
    JournalEntry,
    Model,
    Outbox,
    Resident,
    Role,
    Sex,
    Tally,
    TallyGroup,
    Turnout,
)
from services.access.rights import rights_of
from tests.world import Person, World

TITLE = {"ky": "Айылга эмне керек?", "ru": "Что нужно селу?"}
SCHOOL = {"ky": "Мектеп", "ru": "Школа"}
DELETE_QUESTION = "<b>🗑 Delete all your data?</b>"
WITHDRAWN = "<b>In open votes the votes from this phone are withdrawn:</b>"
DELETED = "✅ Your data is deleted and your consent is withdrawn."


async def votes(person: Person) -> None:
    """For the school, in the only open vote."""
    await person.says("/vote")
    await person.taps(SCHOOL[person.language])
    await person.taps("📤 Send my vote")


async def file_of(person: Person) -> str:
    """The text of the document that came last."""
    media = person.last.media
    assert media is not None
    assert media.kind == "document"
    assert media.file_id is not None
    stored = person.world.telegram.files[media.file_id]
    assert stored.name == "ashar-mydata.txt"
    content: bytes = stored.bytes
    assert content.startswith(b"\xef\xbb\xbf"), "old Windows needs the byte order mark"
    return content.decode("utf-8-sig")


async def count(world: World, table: type[Model], *conditions: ColumnElement[bool]) -> int:
    async with world.ashar.database.read() as session:
        found = select(func.count()).select_from(table).where(*conditions)
        return await session.scalar(found) or 0


async def add_relative(world: World, person: Person, label: str) -> None:
    async with world.ashar.database.begin() as session:
        owner = await session.scalar(select(Resident).where(Resident.account_id == person.id))
        assert owner is not None
        session.add(
            Resident(
                account_id=person.id,
                village_id=owner.village_id,
                label=label,
                sex=Sex.UNSAID,
                age_band=AgeBand.ELDERLY,
                created_at=world.now,
            )
        )


# --- what is held -----------------------------------------------------------------------------


async def test_the_screen_says_in_words_what_is_held(world: World, language: str) -> None:
    bakyt = await world.staff()
    aida = await world.villager(language=language)
    await add_relative(world, aida, "Апам")
    await world.vote(maker=bakyt)
    await aida.says("/mydata")
    aida.sees("<b>🔒 What we keep about you</b>", "We don't keep your name and phone number.")
    aida.sees(str(aida.id), "кыргызча" if language == "ky" else "русский")
    aida.sees("Бөстөр" if language == "ky" else "Бостер", "Woman", "29–45", "Апам", "sex not said")
    aida.sees("• Votes taken part in: {count}. Nobody sees what you chose.", count=0)


async def test_the_file_tells_everything_but_the_choice(
    crashing_world: World, language: str
) -> None:
    world = crashing_world
    bakyt = await world.staff()
    aida = await world.villager(language=language)
    await world.vote(maker=bakyt)
    await votes(aida)
    await aida.says("/mydata")
    await aida.taps("📄 Send me the file")
    text = await file_of(aida)
    for wanted in (
        str(aida.id),
        "кыргызча" if language == "ky" else "русский",
        "2026-11",
        "10:00",
        aida.words("• News of votes: on"),
        "Бөстөр айыл аймагы" if language == "ky" else "Бостерский айылный аймак",
        aida.words("Woman"),
        "29–45",
        aida.words("Votes taken part in: {count}", count=1),
        TITLE[language],
        "02.11.2026 – 09.11.2026",
        aida.words("To delete everything and withdraw the consent: /forget"),
    ):
        assert wanted in text, f"{wanted!r} is not in:\n{text}"
    assert SCHOOL[language] not in text
    assert "<" not in text
    assert all(line.endswith("\r") for line in text.split("\n")[:-1])


async def test_the_button_under_the_file_leads_to_the_menu(world: World, language: str) -> None:
    aida = await world.villager(language=language)
    await aida.says("/mydata")
    await aida.taps("📄 Send me the file")
    await aida.taps("🏠 Main menu")
    aida.sees("What shall we do?")


async def test_the_file_names_votes_of_an_earlier_village_and_a_relative(world: World) -> None:
    bakyt = await world.staff()
    aida = await world.villager()
    await add_relative(world, aida, "Апам & <Ата>")
    vote_id = await world.vote(maker=bakyt)
    await aida.says("/vote")
    await aida.taps("🗳 Vote")
    await aida.taps("Апам & <Ата>")
    await aida.taps("Мектеп")
    await aida.taps("📤 Send my vote")
    await world.advance(days=8)
    await aida.opens("v_41703210102")
    await aida.taps("✅ Yes, move")
    await aida.says("/mydata")
    await aida.taps("📄 Send me the file")
    text = await file_of(aida)
    assert await count(world, Turnout, Turnout.vote_id == vote_id) == 1
    line = next(line for line in text.splitlines() if TITLE["ky"] in line)
    assert "👤 Апам & <Ата>" in line
    assert aida.words("🔒 closed, not published") in line


async def test_the_file_shows_what_was_begun_without_the_picks(world: World, language: str) -> None:
    bakyt = await world.staff()
    aida = await world.villager(language=language)
    await world.vote(maker=bakyt)
    await aida.says("/vote")
    await aida.taps(SCHOOL[language])
    await aida.says("/mydata")
    aida.sees("• Begun and not finished: {count}", count=1)
    await aida.taps("📄 Send me the file")
    text = await file_of(aida)
    assert aida.words("• a vote that is not sent: {title}", title=TITLE[language]) in text
    assert SCHOOL[language] not in text


async def test_the_file_of_staff_has_their_roles_and_their_lines_of_the_journal(
    world: World, language: str
) -> None:
    bakyt = await world.staff("Бакыт", language)
    await world.vote(maker=bakyt)
    async with world.ashar.database.begin() as session:
        session.add(
            Grant(
                account_id=bakyt.id,
                role=Role.ANALYST,
                name="Бакыт",
                granted_at=world.now - timedelta(days=40),
                revoked_at=world.now - timedelta(days=2),
            )
        )
    await bakyt.says("/mydata")
    bakyt.sees("mobilizer", "Бакыт")
    bakyt.sees_no("analyst", "We don't keep your name and phone number.")
    await bakyt.taps("📄 Send me the file")
    text = await file_of(bakyt)
    for wanted in ("Your roles:", "mobilizer", "analyst", "the whole country"):
        assert bakyt.words(wanted) in text
    lines = await count(world, JournalEntry, JournalEntry.actor_id == bakyt.id)
    assert bakyt.words("Lines in the journal of staff: {count}", count=lines) in text


async def test_before_the_consent_only_id_and_language_are_held(world: World) -> None:
    aida = world.stranger("Айда", "ru")
    await aida.says("/mydata")
    assert aida.buttons == ["Кыргызча", "Русский"]
    await aida.taps("Русский")
    await aida.says("/mydata")
    aida.sees("• Consent: not given. Then everything is deleted after a day.", str(aida.id))
    await aida.taps("📄 Send me the file")
    text = await file_of(aida)
    assert aida.words("People on this phone: {count}", count=0) in text


async def test_the_file_of_somebody_who_is_gone_meanwhile_is_still_a_file(world: World) -> None:
    """The letter may wait longer than the account lives."""
    t = world.ashar.translators["ru"]
    async with world.ashar.database.read() as session:
        upload = await MAKERS["mydata"](Order(session, 4242, t))
    assert upload.content.decode("utf-8-sig").strip() == t("Nothing is kept about you.")


# --- being forgotten --------------------------------------------------------------------------


async def test_who_is_forgotten_leaves_nothing_but_the_count_of_nobody(
    crashing_world: World, language: str
) -> None:
    world = crashing_world
    bakyt = await world.staff()
    aida = await world.villager(language=language)
    gulnara = await world.villager("Гүлнара", language)
    await add_relative(world, aida, "Апам")
    vote_id = await world.vote(maker=bakyt)
    await aida.says("/vote")
    await aida.taps("🗳 Vote")
    await aida.taps("👤 Me")
    await aida.taps(SCHOOL[language])
    await aida.taps("📤 Send my vote")
    await votes(gulnara)
    await aida.says("/forget")
    aida.sees(DELETE_QUESTION, WITHDRAWN, TITLE[language])
    aida.sees("This is also how you withdraw your consent.")
    aida.sees_no("The journal of what you did as staff stays too: nobody can change it.")
    await aida.taps("✅ Yes, delete")
    aida.sees(DELETED)
    assert await count(world, Resident, Resident.account_id == aida.id) == 0
    assert await count(world, Resident, Resident.label.is_not(None)) == 0
    assert await count(world, Draft, Draft.account_id == aida.id) == 0
    assert await count(world, Outbox, Outbox.chat_id == aida.id) == 1, "the goodbye alone"
    assert await count(world, Ballot, Ballot.vote_id == vote_id) == 1
    assert await count(world, Turnout, Turnout.vote_id == vote_id) == 1
    async with world.ashar.database.read() as session:
        account = await session.get_one(Account, aida.id)
        assert (account.language, account.consent_version, account.consent_at) == (None,) * 3
    await world.advance(days=2)
    assert await count(world, Account, Account.id == aida.id) == 0


async def test_a_closed_vote_keeps_its_count_when_a_voter_is_forgotten(
    world: World, language: str
) -> None:
    bakyt = await world.staff()
    aida = await world.villager(language=language)
    vote_id = await world.vote(maker=bakyt)
    await votes(aida)
    await world.advance(days=8)
    totals = (Tally.vote_id == vote_id, Tally.grouping == TallyGroup.ALL, Tally.score == 1)
    before = await count(world, Tally, *totals)
    await aida.says("/forget")
    aida.sees_no(WITHDRAWN)
    await aida.taps("✅ Yes, delete")
    assert before == await count(world, Tally, *totals) > 0
    async with world.ashar.database.read() as session:
        turnout = (await session.scalars(select(Turnout).where(Turnout.vote_id == vote_id))).one()
        nobody = await session.get_one(Resident, turnout.resident_id)
    assert nobody.account_id is None


async def test_who_keeps_the_data_keeps_everything(world: World, language: str) -> None:
    aida = await world.villager(language=language)
    await aida.says("/mydata")
    await aida.taps("🗑 Delete my data")
    await aida.taps("❌ No, keep")
    aida.sees("<b>🔒 What we keep about you</b>")
    assert await count(world, Resident, Resident.account_id == aida.id) == 1


async def test_a_second_tap_on_delete_says_goodbye_only_once(world: World, language: str) -> None:
    aida = await world.villager(language=language)
    await aida.says("/forget")
    message, label = aida.find("✅ Yes, delete")
    people = world.telegram.people
    await aida.does(lambda: [people.taps(aida.id, message.id, label) for _ in range(2)])
    aida.sees(DELETED)
    aida.is_told("Your data is deleted already.")


async def test_an_old_delete_button_does_not_touch_who_came_back(
    world: World, language: str
) -> None:
    aida = await world.villager(language=language)
    await world.advance(minutes=5)
    await aida.says("/forget")
    await aida.says("/forget")
    old = aida.messages[-2]
    await aida.taps("✅ Yes, delete")
    await aida.opens("v_41703210101")
    await aida.taps("Кыргызча" if language == "ky" else "Русский")
    await aida.taps("✅ I consent")
    await aida.taps("Woman")
    await aida.taps("18–28")
    await aida.taps_at(old, aida.words("✅ Yes, delete"))
    aida.is_told("This button is out of date. Here is the present screen.")
    aida.sees("What shall we do?")
    assert await count(world, Resident, Resident.account_id == aida.id) == 1


async def test_the_goodbye_shows_the_way_back(world: World, language: str) -> None:
    aida = await world.villager(language=language)
    await aida.says("/forget")
    await aida.taps("✅ Yes, delete")
    aida.sees("If you want to begin anew, press /start.")
    await aida.taps("🏠 Begin anew")
    assert aida.buttons == ["Кыргызча", "Русский"]


async def test_who_voted_and_was_forgotten_may_vote_again_once(world: World) -> None:
    bakyt = await world.staff()
    aida = await world.villager()
    vote_id = await world.vote(maker=bakyt)
    await votes(aida)
    await aida.says("/forget")
    await aida.taps("✅ Yes, delete")
    await aida.opens("v_41703210101")
    for label in ("Кыргызча", "✅ I consent", "Woman", "29–45"):
        await aida.taps(label)
    await votes(aida)
    assert await count(world, Ballot, Ballot.vote_id == vote_id) == 1


@pytest.mark.parametrize("data", ["forgetme:0:ky", "forgetme:1:", "forgetme:99:<b>"])
async def test_a_forged_delete_button_deletes_nobody(world: World, data: str) -> None:
    aida = await world.villager()
    await aida.says("/forget")
    await aida.forges(data)
    aida.is_told("This button is out of date. Here is the present screen.")
    assert await count(world, Resident, Resident.account_id == aida.id) == 1


async def test_an_older_consent_is_no_obstacle_to_being_forgotten(
    world: World, language: str
) -> None:
    """Who doesn't agree to a new text may still see and delete what the old one let us keep."""
    aida = await world.villager(language=language)
    async with world.ashar.database.begin() as session:
        (await session.get_one(Account, aida.id)).consent_version = "2020-01"
    await aida.says("/mydata")
    aida.sees("<b>🔒 What we keep about you</b>", "2020-01")
    await aida.says("/forget")
    await aida.taps("✅ Yes, delete")
    aida.sees(DELETED)
    assert await count(world, Resident, Resident.account_id == aida.id) == 0


# --- staff ------------------------------------------------------------------------------------


async def test_the_roles_of_staff_end_and_the_journal_stays(world: World, language: str) -> None:
    bakyt = await world.staff("Бакыт", language)
    await world.vote(maker=bakyt)
    lines = await count(world, JournalEntry, JournalEntry.actor_id == bakyt.id)
    await bakyt.says("/forget")
    bakyt.sees("Your roles end.")
    bakyt.sees("The journal of what you did as staff stays too: nobody can change it.")
    await bakyt.taps("✅ Yes, delete")
    bakyt.sees(DELETED)
    assert await count(world, Grant, Grant.revoked_at.is_(None)) == 0
    assert await count(world, JournalEntry, JournalEntry.actor_id == bakyt.id) > lines - 1 > 0
    called = [call.method for call in world.telegram.calls]
    assert "deleteMyCommands" in called


async def test_the_last_administrator_is_not_forgotten(world: World, language: str) -> None:
    asel = await world.staff("Асел", language, role=Role.ADMINISTRATOR, place=None)
    await asel.says("/forget")
    asel.sees("⚠️ If you are the only administrator, invite another one first.")
    await asel.taps("✅ Yes, delete")
    asel.is_told("The last administrator can't be removed.")
    async with world.ashar.database.read() as session:
        account = await session.get_one(Account, asel.id)
        directory = await world.ashar.places.current(session, world.now.date())
        assert account.language == language
        assert await rights_of(session, account, directory)


async def test_an_administrator_beside_another_is_forgotten(world: World) -> None:
    asel = await world.staff("Асел", role=Role.ADMINISTRATOR, place=None)
    await world.staff("Нурлан", role=Role.ADMINISTRATOR, place=None)
    await asel.says("/forget")
    await asel.taps("✅ Yes, delete")
    asel.sees(DELETED)
    assert await count(world, Grant, Grant.revoked_at.is_(None)) == 1
