"""A vote in the hands of its makers, and out of the hands of everybody else."""

import csv
import io
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.ui.i18n import Translators
from handlers import exports
from models import Account, AgeBand, Campaign, Resident, Role, Sex, VoteStatus
from services.access import grants
from services.votes import counting
from tests.handlers.ballots import cast, open_staff_vote, read_vote
from tests.world import TOGUZ_TORO, World

ACTS = ("svopen", "svclose", "svclosed", "svword", "svask", "svpub", "svcancel", "editvote", "pvgo")


async def test_a_vote_is_watched_closed_looked_at_and_published(
    crashing_world: World, language: str
) -> None:
    world = crashing_world
    bakyt = await world.staff("Бакыт", language)
    aida = await world.villager("Айда", "ru" if language == "ky" else "ky")
    vote_id = await world.vote(maker=bakyt)
    await cast(world, vote_id, aida, 2)
    await open_staff_vote(bakyt, vote_id)
    bakyt.sees("400")
    bakyt.sees_no("Школа", "Мектеп")
    await bakyt.taps("🔒 Close now")
    await bakyt.taps("🔒 Yes, close")
    assert (await read_vote(world, vote_id)).status is VoteStatus.CLOSED
    await bakyt.taps("👁 In Russian")
    bakyt.sees("Школа: 1")
    await bakyt.taps("⬅️ Back")
    await bakyt.taps("✏️ Add a word")
    await bakyt.says("Баарыңыздарга рахмат!")
    await bakyt.says("Всем спасибо!")
    await bakyt.taps("📣 Publish the result")
    await bakyt.taps("📣 Yes, publish")
    await world.tick()
    assert aida.last.media is not None
    assert (
        "Всем спасибо!" if aida.language == "ru" else "Баарыңыздарга рахмат!"
    ) in aida.last.plain
    assert (await read_vote(world, vote_id)).status is VoteStatus.PUBLISHED


async def test_a_second_tap_on_publish_is_friendly_and_sends_nothing_more(
    crashing_world: World,
) -> None:
    world = crashing_world
    bakyt = await world.staff("Бакыт")
    vote_id = await world.vote(maker=bakyt)
    await close(world, vote_id)
    await open_staff_vote(bakyt, vote_id)
    await bakyt.taps("📣 Publish the result")
    await bakyt.taps("📣 Yes, publish")
    await bakyt.forges(f"svpub:{vote_id}")
    bakyt.is_told("📊 Published: the result is on its way to everybody.")
    async with world.ashar.database.read() as session:
        found = await session.scalars(select(Campaign.kind).where(Campaign.kind == "vote_result"))
        assert len(list(found)) == 1


async def test_a_second_tap_on_close_says_that_it_is_closed(world: World, language: str) -> None:
    bakyt = await world.staff("Бакыт", language)
    vote_id = await world.vote(maker=bakyt)
    await open_staff_vote(bakyt, vote_id)
    await bakyt.taps("🔒 Close now")
    await close(world, vote_id)
    await bakyt.taps("🔒 Yes, close")
    bakyt.is_told("It is closed already.")
    bakyt.sees("🔒 closed, not published")


async def test_an_act_that_came_too_late_shows_where_the_vote_is_now(
    world: World, language: str
) -> None:
    bakyt = await world.staff("Бакыт", language)
    vote_id = await world.vote(maker=bakyt)
    await open_staff_vote(bakyt, vote_id)
    await close(world, vote_id)
    await bakyt.taps("❌ Cancel the vote")
    bakyt.is_told("The vote has moved on meanwhile: this can't be done any more.")
    bakyt.sees("🔒 closed, not published")


async def test_a_word_that_comes_after_publishing_ends_its_form(
    world: World, language: str
) -> None:
    bakyt = await world.staff("Бакыт", language)
    other = await world.staff("Эркин")
    vote_id = await world.vote(maker=bakyt)
    await close(world, vote_id)
    await open_staff_vote(bakyt, vote_id)
    await bakyt.taps("✏️ Add a word")
    await bakyt.says("/unknown")
    bakyt.sees(
        "There is no such command. If this is your answer, write it without / at the beginning.",
        "✏️ Your word to the village with the result, in Kyrgyz:",
    )
    await bakyt.says("Рахмат!")
    await open_staff_vote(other, vote_id)
    await other.taps("📣 Publish the result")
    await other.taps("📣 Yes, publish")
    await bakyt.says("Спасибо!")
    bakyt.sees("The vote has moved on meanwhile: this can't be done any more.", "📊 published")
    await bakyt.says("Спасибо!")
    bakyt.sees("I didn't understand that. Please press one of the buttons 👇")
    assert (await read_vote(world, vote_id)).word_ru is None


async def test_the_clock_opens_closes_and_tells_the_maker(world: World, language: str) -> None:
    bakyt = await world.staff("Бакыт", language)
    aida = await world.villager("Айда", language)
    vote_id = await world.vote(
        maker=bakyt,
        change=lambda vote: setattr(vote, "opens_at", world.now + timedelta(days=1)),
    )
    await world.tick()
    assert aida.words("📣 A vote will be held in your village.") in aida.last.plain
    await aida.forges(f"vote:{vote_id}:")
    aida.is_told("This vote has not started yet. We will write to you when it does.")
    await world.advance(days=1)
    assert aida.words("🗳 A vote has started in your village!") in aida.last.plain
    await world.advance(days=6)
    vote = await read_vote(world, vote_id)
    assert vote.status is VoteStatus.CLOSED
    assert vote.secret is None
    assert vote.sealed_at is not None
    assert bakyt.words("📊 Look and publish") in bakyt.buttons


async def test_the_reminder_goes_once_and_only_to_who_began(world: World, language: str) -> None:
    bakyt = await world.staff("Бакыт")
    began = await world.villager("Айда", language)
    voted = await world.villager("Бакты", language)
    silent = await world.villager("Гүлнара", language)
    vote_id = await world.vote(maker=bakyt)
    await began.says("/vote")
    await cast(world, vote_id, voted, 1)
    await voted.says("/menu")
    await voted.forges(f"vote:{vote_id}:")
    await world.tick()
    counts = [len(person.messages) for person in (began, voted, silent)]
    await world.advance(days=6, hours=1)
    await world.advance(hours=1)
    assert [len(p.messages) for p in (began, voted, silent)] == [counts[0] + 1, *counts[1:]]
    assert began.words("⏰ Your vote is not sent yet.") in began.last.plain


async def test_cancelling_tells_the_reason_to_who_was_told_of_the_vote(
    crashing_world: World, language: str
) -> None:
    world = crashing_world
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда", language)
    vote_id = await world.vote(maker=bakyt)
    await world.tick()
    await cast(world, vote_id, aida, 1)
    await open_staff_vote(bakyt, vote_id)
    await bakyt.taps("❌ Cancel the vote")
    await bakyt.says("Долбоор өзгөрдү <b>")
    await bakyt.says("Проект изменился &")
    await bakyt.taps("✅ Confirm")
    await world.tick()
    reason = "Долбоор өзгөрдү <b>" if language == "ky" else "Проект изменился &"
    assert reason in aida.last.plain
    assert (await read_vote(world, vote_id)).status is VoteStatus.CANCELLED


async def test_very_few_voters_are_a_warning_before_publishing(world: World, language: str) -> None:
    warning = "⚠️ Very few voted: from the result people may guess who chose what."
    bakyt = await world.staff("Бакыт", language)
    few, many = await world.vote(maker=bakyt), await world.vote(maker=bakyt)
    people = [await world.villager(f"Киши {n}") for n in range(5)]
    await cast(world, few, people[0], 1)
    for person in people:
        await cast(world, many, person, 1)
    for vote_id in (few, many):
        await close(world, vote_id)
        await open_staff_vote(bakyt, vote_id)
        await bakyt.taps("📣 Publish the result")
        (bakyt.sees if vote_id == few else bakyt.sees_no)(warning)


async def test_who_leaves_the_question_of_cancelling_reads_that_the_vote_is_unchanged(
    world: World, language: str
) -> None:
    bakyt = await world.staff("Бакыт", language)
    vote_id = await world.vote(maker=bakyt)
    await open_staff_vote(bakyt, vote_id)
    await bakyt.taps("❌ Cancel the vote")
    await bakyt.taps("✖️ Cancel")
    bakyt.is_told("The vote is unchanged.")
    assert (await read_vote(world, vote_id)).status is VoteStatus.OPEN


@pytest.mark.parametrize("act", ACTS)
async def test_staff_of_another_aimak_neither_see_nor_act(world: World, act: str) -> None:
    bakyt = await world.staff("Бакыт")
    other = await world.staff("Эркин", place=TOGUZ_TORO)
    vote_id = await world.vote(maker=bakyt)
    await other.says("/menu")
    await other.taps("🧰 My work")
    await other.taps("🗳 Votes of my places")
    other.sees_no("Айылга эмне керек?")
    await other.forges(f"staffvote:{vote_id}")
    other.is_told("You don't have the right to do this.")
    await other.forges(f"{act}:{vote_id}")
    other.is_told("You don't have the right to do this.")
    other.sees_no("Айылга эмне керек?")
    assert (await read_vote(world, vote_id)).status is VoteStatus.OPEN


async def test_a_villager_who_forges_staff_buttons_gets_the_menu(world: World) -> None:
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда")
    vote_id = await world.vote(maker=bakyt)
    await aida.says("/menu")
    for act in (*ACTS, "staffvote"):
        await aida.forges(f"{act}:{vote_id}")
        aida.is_told("You don't have the right to do this.")
    await aida.forges("staffvotes")
    aida.is_told("You don't have the right to do this.")
    assert aida.words("🏠 Main menu") in aida.last.plain


async def test_an_analyst_sees_turnout_and_can_not_act(world: World, language: str) -> None:
    bakyt = await world.staff("Бакыт")
    nurlan = await world.staff("Нурлан", language, role=Role.ANALYST)
    vote_id = await world.vote(maker=bakyt)
    await open_staff_vote(nurlan, vote_id)
    assert nurlan.buttons == [nurlan.words("🔄 Refresh"), nurlan.words("⬅️ Back")]
    await nurlan.forges(f"svclosed:{vote_id}")
    nurlan.is_told("You don't have the right to do this.")
    await close(world, vote_id)
    await open_staff_vote(nurlan, vote_id)
    assert nurlan.words("📣 Publish the result") not in nurlan.buttons
    assert (await read_vote(world, vote_id)).status is VoteStatus.CLOSED


async def test_the_old_buttons_of_a_revoked_mobilizer_do_nothing(crashing_world: World) -> None:
    world = crashing_world
    bakyt = await world.staff("Бакыт")
    vote_id = await world.vote(maker=bakyt)
    await open_staff_vote(bakyt, vote_id)
    await bakyt.taps("🔒 Close now")
    async with world.ashar.database.begin() as session:
        account = await session.get_one(Account, bakyt.id)
        await grants.end_all(session, account, now=world.now)
    await bakyt.taps("🔒 Yes, close")
    bakyt.is_told("You don't have the right to do this.")
    assert (await read_vote(world, vote_id)).status is VoteStatus.OPEN


async def test_a_mobilizer_who_lives_in_the_village_votes_like_everybody(world: World) -> None:
    bakyt = await world.staff("Бакыт")
    async with world.ashar.database.begin() as session:
        session.add(
            Resident(
                account_id=bakyt.id,
                village_id=await world.place_id("41703210101"),
                sex=Sex.MALE,
                age_band=AgeBand.ADULT,
                created_at=world.now,
            )
        )
    vote_id = await world.vote(maker=bakyt)
    await bakyt.says("/vote")
    await bakyt.taps("Мектеп")
    await bakyt.taps("📤 Send my vote")
    bakyt.sees("✅ Your vote is accepted. Thank you!")
    await close(world, vote_id)
    assert (await read_vote(world, vote_id)).status is VoteStatus.CLOSED


async def test_the_record_comes_as_a_workbook_and_as_a_table(world: World, language: str) -> None:
    bakyt = await world.staff("Бакыт", language)
    vote_id = await world.vote(maker=bakyt)
    await close(world, vote_id)
    await open_staff_vote(bakyt, vote_id)
    for button, name in (("📄 Excel", ".xlsx"), ("📄 CSV", ".csv")):
        await bakyt.taps(button)
        assert bakyt.last.media is not None
        assert bakyt.last.media.payload["file_name"].endswith(name)
        assert bakyt.buttons, "there is a way back"


async def test_the_record_holds_values_and_no_formulas_or_links(world: World) -> None:
    bakyt = await world.staff("Бакыт")
    evil = ("=HYPERLINK(1)", "+7", "-1", "@SUM(A1)", "\t=1", "{=1}", "http://a.kg", "external:c")
    vote_id = await world.vote([(name, name) for name in evil], maker=bakyt)
    for number in range(6):
        person = await world.villager(f"К{number}", sex=Sex.FEMALE if number else Sex.MALE)
        await cast(world, vote_id, person, 1)
    await close(world, vote_id)
    async with world.ashar.database.read() as session:
        t = Translators(world.ashar.terms.zone)["ru"]
        table = await exports.vote_table(session, vote_id, t)
    rows = list(csv.reader(io.StringIO(exports.as_csv(table).decode("utf-8-sig")), delimiter=";"))
    cells = [cell for row in rows for cell in row]
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in cells)
    first = next(row for row in rows if "HYPERLINK" in "".join(row))
    assert first[1] == "6"
    assert first[2] == "", "a hidden figure is empty"
    with zipfile.ZipFile(io.BytesIO(exports.as_xlsx(table))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "hyperlink" not in sheet.lower().replace("hyperlink(1)", "")
        assert not any("rels" in name and "sheet" in name for name in book.namelist())


async def close(world: World, vote_id: int) -> None:
    async with world.ashar.database.begin() as session:
        await counting.close_vote(session, vote_id, world.ashar.terms, by=None, now=world.now)
