"""A mobilizer prepares a vote in the chat, with everything that people send instead."""

import io
from datetime import timedelta
from itertools import count

import pytest
from PIL import Image
from sqlalchemy import select

from models import (
    Account,
    Campaign,
    Place,
    PlaceLevel,
    PlaceParent,
    Role,
    Vote,
    VoteMethod,
    VoteStatus,
)
from services.access import grants
from services.access.rights import rights_of
from services.votes import ballots, lifecycle, oversight, preparing
from tests.world import BESHIK_JON, BOSTER_AIMAK, TOGUZ_TORO, Person, World

VOICE = b"OggS" + bytes(60)
QUESTION = {"title_ky": "Айылга эмне курабыз?", "title_ru": "Что построить?"}


def picture() -> bytes:
    """A small PNG."""
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(file, "PNG")
    return file.getvalue()


PICTURE = picture()


async def read_vote(world: World, vote_id: int | None = None) -> Vote:
    """The newest vote, or the one of that id."""
    async with world.ashar.database.read() as session:
        if vote_id is None:
            vote_id = await session.scalar(select(Vote.id).order_by(Vote.id.desc()).limit(1))
        assert vote_id is not None
        return await ballots.load(session, vote_id)


async def begin_draft(bakyt: Person) -> None:
    """From the menu to a draft with its question."""
    await bakyt.says("/menu")
    await bakyt.taps("🧰 My work")
    await bakyt.taps("✏️ Prepare a vote")
    await bakyt.taps("🗳 For all villages")
    await bakyt.says(QUESTION["title_ky"])
    await bakyt.says(QUESTION["title_ru"])
    await bakyt.says("1,5 млн сом")


async def add_option(bakyt: Person, title_ky: str, title_ru: str) -> None:
    """The shortest way: names only, the rest skipped."""
    await bakyt.taps("➕ Add an option")
    await bakyt.says(title_ky)
    await bakyt.says(title_ru)
    for _ in range(6):
        if (
            "✅ Confirm" in [bakyt.words("✅ Confirm")]
            and bakyt.words("✅ Confirm") in bakyt.buttons
        ):
            break
        await bakyt.taps("⏭ Skip")
    await bakyt.taps("✅ Confirm")


async def test_a_vote_is_prepared_from_nothing_to_announced(
    crashing_world: World, language: str
) -> None:
    world = crashing_world
    bakyt = await world.staff("Бакыт", language)
    aida = await world.villager("Айда", "ru" if language == "ky" else "ky")
    await begin_draft(bakyt)
    bakyt.sees(QUESTION["title_ky"], QUESTION["title_ru"])
    await bakyt.taps("➕ Add an option")
    await bakyt.says("Таза суу")
    await bakyt.says("Чистая вода")
    await bakyt.says("Кудук казылат")
    await bakyt.says("Будет колодец")
    await bakyt.says("1 200 000 сом")
    await bakyt.says("850")
    await bakyt.does(lambda: world.telegram.people.sends_photo(bakyt.id, PICTURE))
    await bakyt.does(lambda: world.telegram.people.sends_voice(bakyt.id, VOICE))
    await bakyt.taps("⏭ Skip")
    bakyt.sees("Чистая вода", "Кудук казылат")
    await bakyt.taps("✅ Confirm")
    await add_option(bakyt, "Мектеп", "Школа")
    await bakyt.taps("⏰ Dates")
    await bakyt.taps("Now")
    await bakyt.says("20.11 18:00")
    await bakyt.taps("👁 In Kyrgyz")
    bakyt.sees("Таза суу", "Кудук казылат", "850")
    assert {"photo", "voice"} <= {m.media.kind for m in bakyt.messages if m.media}
    await bakyt.taps("👁 In Russian")
    bakyt.sees("Чистая вода", "Будет колодец")
    await bakyt.taps("📣 Announce the vote")
    await bakyt.taps("📣 Yes, announce")
    vote = await read_vote(world)
    assert vote.status is VoteStatus.OPEN
    assert vote.budget == 1_500_000
    assert [(o.title_ky, o.title_ru) for o in vote.options] == [
        ("Таза суу", "Чистая вода"),
        ("Мектеп", "Школа"),
    ]
    first = vote.options[0]
    assert (first.cost, first.people) == (1_200_000, 850)
    assert first.picture
    assert first.voice_ky
    assert first.voice_ru is None
    await world.tick()
    assert aida.last.plain.startswith(aida.words("🗳 A vote has started in your village!"))


async def test_what_is_no_answer_gets_a_word_and_the_question_again(
    crashing_world: World, language: str
) -> None:
    world = crashing_world
    bakyt = await world.staff("Бакыт", language)
    people = world.telegram.people
    await begin_draft(bakyt)
    await bakyt.taps("➕ Add an option")
    asked = "Its name in <b>Russian</b>:"
    await bakyt.does(lambda: people.sends_photo(bakyt.id, PICTURE))
    bakyt.sees("Please write it as a text message.")
    await bakyt.says("ы" * 3000)
    assert "3" in bakyt.news
    assert "80" in bakyt.news
    await bakyt.says("\u202e\u200f\u200b")
    bakyt.sees("The text is empty. Please write something.")
    await bakyt.says("<b>Суу</b> & \u202eжол\n\nмост 👨‍👩‍👧")
    bakyt.sees(asked)
    await bakyt.says("=1+1")
    await bakyt.taps("⏭ Skip")
    await bakyt.says("бир аз")
    assert "1\u00a0000\u00a0000\u00a0000\u00a0000" in bakyt.news
    await bakyt.says("-5")
    await bakyt.says("5 млн")
    await bakyt.taps("⏭ Skip")
    await bakyt.says("сүрөт жок")
    bakyt.sees("Please send a picture 📷 as a photo, not as a file.")
    await bakyt.taps("⏭ Skip")
    await bakyt.does(lambda: people.sends_photo(bakyt.id, PICTURE))
    bakyt.sees("Please send a voice message 🎤 of at most 3 minutes.")
    await bakyt.taps("⏭ Skip")
    await bakyt.taps("⏭ Skip")
    await bakyt.says("ооба")
    bakyt.sees("=1+1")
    await bakyt.taps("✅ Confirm")
    option = (await read_vote(world)).options[0]
    assert option.title_ky == "<b>Суу</b> & жол мост 👨‍👩‍👧"
    assert option.title_ru == "=1+1"
    assert option.cost == 5_000_000


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ("31.02 10:00", "This is no date. Write it like this: 25.11 18:00"),
        ("31 февраля", "This is no date. Write it like this: 25.11 18:00"),
        ("25.13", "This is no date. Write it like this: 25.11 18:00"),
        ("20.11 25:00", "This is no date. Write it like this: 25.11 18:00"),
        ("эртең", "This is no date. Write it like this: 25.11 18:00"),
        ("01.11.2026 10:00", "This time has passed already. Choose a later one."),
        ("02.11 10:30", "The vote should be open for an hour at least."),
        ("25.11.2099", "This date is too far off. Choose one within a year."),
        ("25.11.9999", "This date is too far off. Choose one within a year."),
    ],
)
async def test_a_date_that_can_not_be_is_asked_for_again(
    world: World, language: str, said: str, refusal: str
) -> None:
    bakyt = await world.staff("Бакыт", language)
    await begin_draft(bakyt)
    await bakyt.taps("⏰ Dates")
    await bakyt.taps("Now")
    await bakyt.says(said)
    bakyt.sees(refusal, "<b>When does it end?</b>")
    await bakyt.says("25.11.26 18.30")
    closes_at = (await read_vote(world)).closes_at
    assert closes_at is not None
    assert closes_at.isoformat() == "2026-11-25T12:30:00+00:00"


async def test_a_button_of_a_day_means_that_day_even_when_tapped_later(world: World) -> None:
    bakyt = await world.staff("Бакыт")
    await begin_draft(bakyt)
    await bakyt.taps("⏰ Dates")
    await bakyt.taps("Now")
    label = next(label for label in bakyt.buttons if "9-ноябрь" in label)
    await world.advance(days=2)
    await bakyt.taps(label)
    closes_at = (await read_vote(world)).closes_at
    assert closes_at is not None
    assert closes_at.isoformat() == "2026-11-09T12:00:00+00:00"


async def test_the_end_is_offered_after_the_beginning(world: World) -> None:
    bakyt = await world.staff("Бакыт")
    await begin_draft(bakyt)
    await bakyt.taps("⏰ Dates")
    await bakyt.says("20.11 09:00")
    assert "21-ноябрь" in bakyt.buttons[0]
    await bakyt.taps("21-ноябрь")
    vote = await read_vote(world)
    assert vote.opens_at is not None
    assert vote.closes_at is not None
    assert vote.closes_at > vote.opens_at


async def test_two_quick_taps_on_skip_skip_one_question(crashing_world: World) -> None:
    world = crashing_world
    bakyt = await world.staff("Бакыт")
    await begin_draft(bakyt)
    await bakyt.taps("➕ Add an option")
    await bakyt.says("Таза суу")
    await bakyt.says("Чистая вода")
    message, label = bakyt.find("⏭ Skip")
    data = next(
        button["callback_data"]
        for row in message.inline_keyboard or ()
        for button in row
        if button["text"] == label
    )
    await bakyt.taps("⏭ Skip")
    shown = bakyt.last.plain
    await bakyt.forges(data)
    assert bakyt.last.plain == shown, "the open question stays"
    bakyt.is_told("This button is out of date. Here is the present screen.")


async def test_back_and_cancel_lead_where_they_say(crashing_world: World) -> None:
    world = crashing_world
    bakyt = await world.staff("Бакыт")
    await begin_draft(bakyt)
    await bakyt.taps("➕ Add an option")
    await bakyt.says("Таза суу")
    await bakyt.taps("⬅️ Back")
    await bakyt.says("Арык суу")
    await bakyt.says("Арычная вода")
    await bakyt.says("/menu")
    await bakyt.says("Түшүндүрмө")
    await bakyt.says("/cancel")
    bakyt.sees("<b>✏️ A vote in preparation</b>")
    assert not (await read_vote(world)).options
    await bakyt.says("/cancel")
    bakyt.sees("There is nothing to cancel.")


async def test_a_revoked_mobilizer_gets_out_of_a_form_and_no_further(crashing_world: World) -> None:
    world = crashing_world
    bakyt = await world.staff("Бакыт")
    await begin_draft(bakyt)
    draft = bakyt.last
    await bakyt.taps("➕ Add an option")
    await revoke(world, bakyt)
    await bakyt.says("Таза суу")
    await bakyt.says("/cancel")
    bakyt.sees("There is nothing to cancel.")
    await bakyt.says("Таза суу")
    bakyt.sees_no("You don't have the right to do this.")
    await bakyt.forges(f"pvask:{(await read_vote(world)).id}")
    bakyt.is_told("You don't have the right to do this.")
    assert draft
    assert not (await read_vote(world)).options


async def test_a_form_that_may_not_be_sent_any_more_ends(
    crashing_world: World, language: str
) -> None:
    world = crashing_world
    bakyt = await world.staff("Бакыт", language)
    await begin_draft(bakyt)
    await bakyt.taps("⏰ Dates")
    await bakyt.taps("Now")
    await revoke(world, bakyt)
    await bakyt.says("20.11")
    bakyt.sees("You don't have the right to do this.")
    bakyt.sees_no("<b>When does it end?</b>")
    await bakyt.says("Таза суу")
    bakyt.sees_no("You don't have the right to do this.", "<b>When does it end?</b>")
    assert (await read_vote(world)).closes_at is None


async def test_a_double_tap_keeps_the_question_or_the_draft_it_led_to(
    crashing_world: World, language: str
) -> None:
    bakyt = await crashing_world.staff("Бакыт", language)
    await bakyt.says("/menu")
    await bakyt.taps("🧰 My work")
    await bakyt.taps("✏️ Prepare a vote")
    await taps_twice(bakyt, "🗳 For all villages")
    assert bakyt.words("<b>What is decided?</b> Write it in <b>Kyrgyz</b>.") in bakyt.last.plain
    await bakyt.says(QUESTION["title_ky"])
    await bakyt.says(QUESTION["title_ru"])
    await taps_twice(bakyt, "⏭ Skip")
    in_preparation = bakyt.words("<b>✏️ A vote in preparation</b>")
    assert in_preparation in bakyt.last.plain
    await bakyt.taps("➕ Add an option")
    await bakyt.says("Суу")
    await bakyt.says("Вода")
    while bakyt.words("✅ Confirm") not in bakyt.buttons:
        await bakyt.taps("⏭ Skip")
    await taps_twice(bakyt, "✅ Confirm")
    assert in_preparation in bakyt.last.plain
    assert len((await read_vote(crashing_world)).options) == 1
    await bakyt.taps("⏰ Dates")
    await bakyt.taps("Now")
    await taps_twice(bakyt, bakyt.buttons[0])
    assert in_preparation in bakyt.last.plain
    await bakyt.taps("✏️ Question")
    await taps_twice(bakyt, "✖️ Cancel")
    assert in_preparation in bakyt.last.plain
    await bakyt.taps("🗑 Delete the draft")
    await taps_twice(bakyt, "🗑 Yes, delete")
    assert bakyt.words("❌ cancelled") in bakyt.last.plain


async def test_a_forged_button_of_a_form_opens_no_vote_of_others(world: World) -> None:
    bakyt = await world.staff("Бакыт")
    await begin_draft(bakyt)
    vote = await read_vote(world)
    aida = await world.villager("Айда")
    await aida.says("/menu")
    for about in (vote.id, 99, ""):
        await aida.forges(f"f:vote-title:abcdef:budget:>:{about}")
        aida.is_told("This button is out of date. Here is the present screen.")
        assert aida.words("<b>🏠 Main menu</b>") in aida.last.plain


async def test_a_description_given_up_later_leaves_no_half_behind(world: World) -> None:
    bakyt = await world.staff("Бакыт")
    await begin_draft(bakyt)
    await bakyt.taps("➕ Add an option")
    for text in ("Суу", "Вода", "Кудук казылат", "Будет колодец"):
        await bakyt.says(text)
    await bakyt.taps("⬅️ Back")
    await bakyt.taps("⬅️ Back")
    for _ in range(6):
        await bakyt.taps("⏭ Skip")
    bakyt.sees_no("Будет колодец")
    await bakyt.taps("✅ Confirm")
    assert (await read_vote(world)).options[0].description_ru == ""


async def test_a_draft_whose_dates_have_passed_says_so(world: World, language: str) -> None:
    bakyt = await world.staff("Бакыт", language)
    await begin_draft(bakyt)
    await add_option(bakyt, "Суу", "Вода")
    await add_option(bakyt, "Жол", "Дорога")
    await bakyt.taps("⏰ Dates")
    await bakyt.taps("Now")
    await bakyt.says("20.11")
    old = bakyt.last
    await world.advance(days=20)
    vote_id = (await read_vote(world)).id
    await bakyt.taps_at(old, bakyt.words("📣 Announce the vote"))
    bakyt.is_told("This time has passed already. Choose a later one.")
    await bakyt.forges(f"editvote:{vote_id}")
    bakyt.sees("⚠️ The dates have passed. Press «⏰ Dates» and choose new ones.")
    bakyt.sees_no("✅ Everything is ready. Look at it, then announce.")
    assert bakyt.words("📣 Announce the vote") not in bakyt.buttons
    assert bakyt.words("⏰ Dates") in bakyt.buttons


async def test_a_form_of_a_vote_that_was_announced_meanwhile_changes_nothing(world: World) -> None:
    bakyt = await world.staff("Бакыт")
    await begin_draft(bakyt)
    await add_option(bakyt, "Суу", "Вода")
    await add_option(bakyt, "Жол", "Дорога")
    await bakyt.taps("⏰ Dates")
    await bakyt.taps("Now")
    await bakyt.says("20.11")
    await bakyt.taps("✏️ Question")
    vote_id = (await read_vote(world)).id
    async with world.ashar.database.begin() as session:
        directory = await world.ashar.places.current(session, world.now.date())
        account = await session.get_one(Account, bakyt.id)
        rights = await rights_of(session, account, directory)
        vote = await oversight.vote_to_steer(session, rights, vote_id)
        await lifecycle.announce(session, vote, by=bakyt.id, now=world.now)
    await bakyt.says("Башка суроо")
    await bakyt.says("Другой вопрос")
    await bakyt.taps("⏭ Skip")
    bakyt.is_told("The vote is announced: it can't be changed any more.")
    bakyt.sees("🗳 open")
    await bakyt.says("/cancel")
    bakyt.sees("There is nothing to cancel.")
    assert (await read_vote(world)).title_ru == QUESTION["title_ru"]


async def test_announcing_twice_announces_once_and_frightens_nobody(
    world: World, language: str
) -> None:
    bakyt = await world.staff("Бакыт", language)
    await begin_draft(bakyt)
    await add_option(bakyt, "Суу", "Вода")
    await add_option(bakyt, "Жол", "Дорога")
    await bakyt.taps("⏰ Dates")
    await bakyt.taps("Now")
    await bakyt.says("20.11")
    await bakyt.taps("📣 Announce the vote")
    await bakyt.taps("📣 Yes, announce")
    vote = await read_vote(world)
    await bakyt.forges(f"pvgo:{vote.id}")
    bakyt.is_told("📣 Done: the vote is announced.")
    async with world.ashar.database.read() as session:
        kinds = list(await session.scalars(select(Campaign.kind)))
    assert kinds == ["vote_opened"]


@pytest.mark.parametrize("letter", ["Ү", "🏫"])
async def test_ten_long_options_fit_into_the_draft_the_preview_and_the_ballot(
    world: World, language: str, letter: str
) -> None:
    """The longest texts that the forms take; a letter beyond U+FFFF counts twice."""
    size = len(letter.encode("utf-16-le")) // 2
    bakyt = await world.staff("Бакыт", language)
    aida = await world.villager("Айда", language)
    await begin_draft(bakyt)
    vote_id = (await read_vote(world)).id
    number = count(1)
    async with world.ashar.database.begin() as session:
        directory = await world.ashar.places.current(session, world.now.date())
        account = await session.get_one(Account, bakyt.id)
        rights = await rights_of(session, account, directory)
        vote = await oversight.vote_to_steer(session, rights, vote_id)
        title = letter * (preparing.TITLE_LIMIT // size)
        preparing.set_title(vote, title, title, 10**12)
        about = letter * (preparing.DESCRIPTION_LIMIT // size)
        for _ in range(10):
            await preparing.add_option(
                session,
                vote,
                preparing.NewOption(
                    f"{next(number):02}" + letter * ((preparing.OPTION_LIMIT - 2) // size),
                    letter * (preparing.OPTION_LIMIT // size),
                    about,
                    about,
                    10**12,
                    10_000_000,
                ),
            )
    await bakyt.taps("⏰ Dates")
    await bakyt.taps("Now")
    await bakyt.says("20.11")
    bakyt.sees("✅ Everything is ready. Look at it, then announce.")
    await bakyt.taps("➕ Add an option")
    bakyt.is_told("A vote has at most {max} options.", max=10)
    for look in ("👁 In Kyrgyz", "👁 In Russian"):
        await bakyt.taps(look)
        assert about in bakyt.news
    await bakyt.taps("📣 Announce the vote")
    await bakyt.taps("📣 Yes, announce")
    await aida.says("/vote")
    aida.sees("Choose one 👇")


async def test_a_vote_for_some_villages_of_an_aimak(world: World, language: str) -> None:
    bakyt = await world.staff("Бакыт", language)
    name = "Бешик-Жон" if language == "ky" else "Бешик-Джон"
    await bakyt.says("/menu")
    await bakyt.taps("🧰 My work")
    await bakyt.taps("✏️ Prepare a vote")
    await bakyt.taps(name)
    assert any(label == f"✅ {name}" for label in bakyt.buttons)
    await bakyt.taps(f"✅ {name}")
    assert not any("➡️" in label for label in bakyt.buttons), "nothing is marked"
    await bakyt.taps(name)
    await bakyt.taps("➡️ Prepare for these: {count}", count=1)
    await bakyt.says("Эмне?")
    vote = await read_vote(world)
    async with world.ashar.database.read() as session:
        assert await preparing.villages_of(session, vote.id) == [await world.place_id(BESHIK_JON)]
    assert vote.place_id == await world.place_id(BESHIK_JON)


async def test_an_aimak_of_thirty_villages_fits_on_one_screen(world: World) -> None:
    aimak = await world.place_id(BOSTER_AIMAK)
    async with world.ashar.database.begin() as session:
        for number in range(28):
            place = Place(
                code=f"417032101{number + 50}",
                level=PlaceLevel.VILLAGE,
                parent_id=aimak,
                name_ky=f"Узун аттуу айыл {number}",
                name_ru=f"Село с длинным названием {number}",
            )
            session.add(place)
            await session.flush()
            session.add(PlaceParent(place_id=place.id, parent_id=aimak))
    world.ashar.places.forget()
    bakyt = await world.staff("Бакыт")
    await bakyt.says("/menu")
    await bakyt.taps("🧰 My work")
    await bakyt.taps("✏️ Prepare a vote")
    assert sum("айыл " in label for label in bakyt.buttons) == 28
    await bakyt.taps("🗳 For all villages")
    async with world.ashar.database.read() as session:
        assert len(await preparing.villages_of(session, (await read_vote(world)).id)) == 30


async def test_a_rayon_with_a_town_and_aimaks_leads_on_to_the_aimaks(world: World) -> None:
    rayon = await world.place_id("4170321")
    async with world.ashar.database.begin() as session:
        town = Place(
            code="417032190",
            level=PlaceLevel.TOWN,
            parent_id=rayon,
            name_ky="Шаар",
            name_ru="Город",
        )
        session.add(town)
        await session.flush()
        session.add(PlaceParent(place_id=town.id, parent_id=rayon))
    world.ashar.places.forget()
    aigul = await world.staff("Айгүл", role=Role.COORDINATOR, place="41703")
    await aigul.says("/menu")
    await aigul.taps("🧰 My work")
    await aigul.taps("✏️ Prepare a vote")
    await aigul.taps("Сузак")
    assert any("Бөстөр" in label for label in aigul.buttons)
    assert any("Шаар" in label for label in aigul.buttons)
    await aigul.taps("Бөстөр айыл аймагы")
    await aigul.taps("🗳 For all villages")
    assert (await read_vote(world)).place_id == await world.place_id(BOSTER_AIMAK)


async def test_a_forged_scope_reaches_no_place_of_others(world: World) -> None:
    bakyt = await world.staff("Бакыт")
    await bakyt.says("/menu")
    await bakyt.taps("🧰 My work")
    await bakyt.taps("✏️ Prepare a vote")
    foreign = await world.place_id(TOGUZ_TORO)
    message = bakyt.last
    token = next(
        button["callback_data"].split(":")[3]
        for row in message.inline_keyboard or ()
        for button in row
        if button["callback_data"].startswith("pvmark")
    )
    aimak = await world.place_id(BOSTER_AIMAK)
    await bakyt.forges(f"pvplace:{foreign}")
    bakyt.is_told("You don't have the right to do this.")
    await bakyt.says("/menu")
    await bakyt.forges(f"pvmark:{aimak}:{foreign}:{token}:1")
    await bakyt.forges(f"pvmake:{foreign}:{token}:1")
    vote = await read_vote(world)
    assert vote.place_id == aimak
    async with world.ashar.database.read() as session:
        assert foreign not in await preparing.villages_of(session, vote.id)


async def test_the_method_is_chosen_and_shown(world: World, language: str) -> None:
    bakyt = await world.staff("Бакыт", language)
    await begin_draft(bakyt)
    for name in ("А", "Б", "В"):
        await add_option(bakyt, name, name)
    await bakyt.taps("☑️ How to choose")
    await bakyt.taps("up to {max}", max=2)
    vote = await read_vote(world)
    assert (vote.method, vote.max_choices) == (VoteMethod.SEVERAL, 2)
    await bakyt.taps("🗑 Remove an option")
    await bakyt.taps("1. А")
    await bakyt.taps("1. Б")
    assert (await read_vote(world)).method is VoteMethod.ONE
    await bakyt.forges(f"pvset:{vote.id}:several:9")
    bakyt.is_told("You may choose up to {max}. Take one back first.", max=1)


async def test_a_start_that_has_passed_is_called_at_once(world: World, language: str) -> None:
    bakyt = await world.staff("Бакыт", language)

    def in_an_hour(vote: Vote) -> None:
        vote.opens_at = world.now + timedelta(hours=1)

    vote_id = await world.vote(maker=bakyt, change=in_an_hour, announce=False)
    await world.advance(hours=2)
    await bakyt.says("/work")
    await bakyt.forges(f"staffvote:{vote_id}")
    await bakyt.taps("📣 Announce the vote")
    bakyt.sees("Starts: at once")


async def test_what_is_said_at_a_review_is_no_answer(world: World, language: str) -> None:
    bakyt = await world.staff("Бакыт", language)
    await begin_draft(bakyt)
    await bakyt.taps("➕ Add an option")
    await bakyt.says("Суу")
    await bakyt.says("Вода")
    await bakyt.says("Кудук казылат")
    while bakyt.words("✅ Confirm") not in bakyt.buttons:
        await bakyt.taps("⏭ Skip")
    bakyt.sees("⚠️ There is no Russian text: Russian readers will see the Kyrgyz one.")
    await bakyt.says("макул")
    bakyt.sees("Please press one of the buttons 👇")
    assert bakyt.words("✅ Confirm") in bakyt.buttons


async def test_the_menu_leaves_a_question_and_a_later_text_is_asked_about(
    crashing_world: World, language: str
) -> None:
    bakyt = await crashing_world.staff("Бакыт", language)
    await begin_draft(bakyt)
    await bakyt.taps("➕ Add an option")
    await bakyt.says("Суу")
    await bakyt.says("/menu")
    await bakyt.taps("⚙️ Settings")
    await bakyt.taps("🏠 Main menu")
    await bakyt.says("рахмат")
    bakyt.sees("You had stopped here. Please answer once more, or cancel.")
    bakyt.sees("Its name in <b>Russian</b>:")
    await bakyt.says("Вода")
    bakyt.sees("What exactly will be done? One or two sentences in Kyrgyz.")


async def test_a_draft_can_be_given_up(world: World, language: str) -> None:
    bakyt = await world.staff("Бакыт", language)
    aida = await world.villager("Айда")
    await begin_draft(bakyt)
    await bakyt.taps("🗑 Delete the draft")
    await bakyt.taps("⬅️ Back")
    await bakyt.taps("🗑 Delete the draft")
    await bakyt.taps("🗑 Yes, delete")
    bakyt.is_told("🗑 The draft is deleted.")
    assert (await read_vote(world)).status is VoteStatus.CANCELLED
    await world.tick()
    assert not aida.messages, "a draft was told to nobody"


async def taps_twice(person: Person, label: str) -> None:
    """A second tap on the same button, on its way before the first was answered."""
    message, shown = person.find(label)
    data = next(
        button["callback_data"]
        for row in message.inline_keyboard or ()
        for button in row
        if button["text"] == shown
    )
    await person.taps(label)
    await person.forges(data)


async def revoke(world: World, person: Person) -> None:
    async with world.ashar.database.begin() as session:
        account = await session.get_one(Account, person.id)
        await grants.end_all(session, account, now=world.now)


async def test_the_rest_of_a_text_that_the_phone_cut_is_no_answer(
    crashing_world: World, language: str
) -> None:
    bakyt = await crashing_world.staff("Бакыт", language)
    await begin_draft(bakyt)
    await bakyt.taps("✏️ Question")
    await bakyt.says("ы" * 9000)
    bakyt.sees("<b>What is decided?</b> Write it in <b>Kyrgyz</b>.")
    await crashing_world.advance(seconds=3)
    await bakyt.says("Эмне керек?")
    bakyt.sees("Now the same in <b>Russian</b>.", "«Эмне керек?»")
