"""Settings: the people on this phone, their sex and age, notices, and the ways to the rest."""

import pytest
from sqlalchemy import select

from models import Account, AgeBand, Ballot, Draft, Resident, Sex, Turnout
from services.people import LABEL_LIMIT
from tests.world import BOSTER, Person, World


async def household(world: World, person: Person) -> list[Resident]:
    async with world.ashar.database.read() as session:
        found = await session.scalars(
            select(Resident).where(Resident.account_id == person.id).order_by(Resident.id)
        )
        return list(found)


async def opens_the_household(person: Person) -> None:
    await person.says("/settings")
    count = len(await household(person.world, person))
    await person.taps("👥 People on this phone: {count}", count=count)


async def adds(person: Person, label: str) -> None:
    """From anywhere to a second person with sex and age band."""
    await opens_the_household(person)
    await person.taps("➕ Add a person")
    await person.says(label)
    await person.taps("Woman")
    await person.taps("60 and older")


async def test_a_second_person_is_added_and_votes_for_herself(
    crashing_world: World, language: str
) -> None:
    world = crashing_world
    bakyt = await world.staff()
    aida = await world.villager("Айда", language)
    vote_id = await world.vote(maker=bakyt)
    await adds(aida, "Апам")
    aida.sees("🏠 Main menu")
    water, school = ("Таза суу", "Мектеп") if language == "ky" else ("Чистая вода", "Школа")
    for name, option in (("👤 Me", water), ("Апам", school)):
        await aida.says("/vote")
        await aida.taps("🗳 Vote")
        await aida.taps(name)
        await aida.taps(option)
        await aida.taps("📤 Send my vote")
        aida.sees("✅ Your vote is accepted. Thank you!")
    async with world.ashar.database.read() as session:
        ballots = await session.scalars(select(Ballot).where(Ballot.vote_id == vote_id))
        assert sorted(ballot.choice for ballot in ballots) == ["1", "2"]


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("🌐 Language: {language}", "<b>Choose the language</b> 👇"),
        ("📍 Change the village", "Do you live in another one now? Find it 👇"),
        ("👥 People on this phone: {count}", "<b>👥 People on this phone</b>"),
        ("🔒 My data", "<b>🔒 What we keep about you</b>"),
        ("🏠 Main menu", "What shall we do?"),
    ],
)
async def test_the_settings_lead_to_everything(
    world: World, language: str, label: str, shown: str
) -> None:
    aida = await world.villager(language=language)
    await aida.says("/settings")
    aida.sees("<b>⚙️ Settings</b>", "Бөстөр" if language == "ky" else "Бостер")
    own_name = "кыргызча" if language == "ky" else "русский"
    await aida.taps(label, language=own_name, count=1)
    aida.sees(shown)


async def test_the_language_is_changed_from_the_settings(world: World) -> None:
    aida = await world.villager(language="ky")
    await aida.says("/settings")
    await aida.taps("🌐 Language: {language}", language="кыргызча")
    await aida.taps("Русский")
    aida.language = "ru"
    await aida.says("/settings")
    aida.sees("Бостер")
    assert aida.words("🌐 Language: {language}", language="русский") in aida.buttons


async def test_news_of_votes_are_turned_off_and_on(world: World, language: str) -> None:
    bakyt = await world.staff()
    aida = await world.villager(language=language)
    await aida.says("/settings")
    await aida.taps("🔔 Turn off news of votes")
    aida.is_told("🔔 We will not write to you about votes. Answers still come.")
    before = len(aida.messages)
    await world.vote(maker=bakyt)
    await world.tick()
    assert len(aida.messages) == before
    await aida.says("/vote")
    aida.sees("Choose one 👇")
    await aida.says("/settings")
    await aida.taps("🔔 Turn on news of votes")
    aida.is_told("🔔 We will write to you when a vote starts and ends.")
    before = len(aida.messages)
    await world.vote(maker=bakyt)
    await world.tick()
    assert len(aida.messages) == before + 1


async def test_two_taps_on_the_notices_are_as_one(world: World) -> None:
    aida = await world.villager()
    await aida.says("/settings")
    old = aida.last
    label = aida.words("🔔 Turn off news of votes")
    people = world.telegram.people
    await aida.does(lambda: [people.taps(aida.id, old.id, label) for _ in range(2)])
    async with world.ashar.database.read() as session:
        assert (await session.get_one(Account, aida.id)).mute_votes is True


async def test_sex_and_age_are_changed_one_tap_each(world: World, language: str) -> None:
    aida = await world.villager(language=language, sex=Sex.FEMALE, age_band=AgeBand.ADULT)
    await opens_the_household(aida)
    await aida.taps("👤 Me")
    assert f"✅ {aida.words('Woman')}" in aida.buttons
    await aida.taps("Man")
    await aida.taps("46–59")
    assert {f"✅ {aida.words('Man')}", "✅ 46–59"} <= set(aida.buttons)
    (owner,) = await household(world, aida)
    assert (owner.sex, owner.age_band) == (Sex.MALE, AgeBand.MIDDLE)
    await aida.taps(f"{aida.words('Age')}: {aida.words('Prefer not to say')}")
    (owner,) = await household(world, aida)
    assert (owner.sex, owner.age_band) == (Sex.MALE, AgeBand.UNSAID)


async def test_a_changed_age_leaves_a_cast_ballot_as_it_was(world: World) -> None:
    bakyt = await world.staff()
    aida = await world.villager(age_band=AgeBand.ADULT)
    await world.vote(maker=bakyt)
    await aida.says("/vote")
    await aida.taps("Мектеп")
    await aida.taps("📤 Send my vote")
    await opens_the_household(aida)
    await aida.taps("👤 Me")
    aida.sees("Votes that were sent stay as they are.")
    await aida.taps("46–59")
    async with world.ashar.database.read() as session:
        assert (await session.scalars(select(Ballot))).one().age_band is AgeBand.ADULT


async def test_somebody_is_taken_off_after_a_question_that_names_the_open_votes(
    world: World, language: str
) -> None:
    bakyt = await world.staff()
    aida = await world.villager(language=language)
    await adds(aida, "Апам")
    await world.vote(maker=bakyt)
    await aida.says("/vote")
    await aida.taps("🗳 Vote")
    await aida.taps("Апам")
    await aida.taps("Мектеп" if language == "ky" else "Школа")
    await aida.taps("📤 Send my vote")
    await opens_the_household(aida)
    await aida.taps("Апам")
    await aida.taps("🗑 Take off this phone")
    aida.sees("In these open votes the vote of this person is withdrawn:")
    aida.sees("Айылга эмне керек?" if language == "ky" else "Что нужно селу?")
    assert len(await household(world, aida)) == 2
    await aida.taps("❌ No, keep")
    assert len(await household(world, aida)) == 2
    await aida.taps("🗑 Take off this phone")
    await aida.taps("✅ Yes, take off")
    aida.is_told("✅ {name} is no longer on this phone.", name="👤 Апам")
    (owner,) = await household(world, aida)
    assert owner.label is None
    async with world.ashar.database.read() as session:
        assert (await session.scalars(select(Ballot))).all() == []
        assert (await session.scalars(select(Turnout))).all() == []
        assert (await session.scalars(select(Resident.label))).all() == [None, None]


async def test_a_second_tap_on_taking_off_shows_who_is_left(world: World) -> None:
    aida = await world.villager()
    await adds(aida, "Апам")
    await opens_the_household(aida)
    await aida.taps("Апам")
    await aida.taps("🗑 Take off this phone")
    message, label = aida.find("✅ Yes, take off")
    people = world.telegram.people
    await aida.does(lambda: [people.taps(aida.id, message.id, label) for _ in range(2)])
    aida.sees("One phone, several people: each votes for themselves.")
    assert len(await household(world, aida)) == 1


async def test_a_full_household_takes_nobody_more(world: World, language: str) -> None:
    aida = await world.villager(language=language)
    for label in ("Апам", "Атам", "Бала"):
        await adds(aida, label)
    await opens_the_household(aida)
    aida.sees("At most {max} people can answer on one phone.", max=4)
    assert aida.words("➕ Add a person") not in aida.buttons
    await aida.forges("homeadd")
    aida.is_told("At most {max} people can answer on one phone.", max=4)


async def test_the_form_of_a_full_household_is_refused_at_its_end(world: World) -> None:
    aida = await world.villager()
    await opens_the_household(aida)
    await aida.taps("➕ Add a person")
    async with world.ashar.database.begin() as session:
        village_id = await world.place_id(BOSTER)
        for label in ("Апам", "Атам", "Бала"):
            session.add(
                Resident(
                    account_id=aida.id,
                    village_id=village_id,
                    label=label,
                    sex=Sex.UNSAID,
                    age_band=AgeBand.UNSAID,
                    created_at=world.now,
                )
            )
    await aida.says("Эжем")
    aida.sees("At most {max} people can answer on one phone.", max=4)
    assert len(await household(world, aida)) == 4


async def test_a_name_is_a_short_text_and_asked_for_again(world: World, language: str) -> None:
    aida = await world.villager(language=language)
    await opens_the_household(aida)
    await aida.taps("➕ Add a person")
    await aida.does(lambda: world.telegram.people.sends_sticker(aida.id))
    aida.sees("Please write it as a text message.", "The full name is not needed.")
    await aida.says("ө" * (LABEL_LIMIT + 1))
    aida.sees(
        "The text is too long: {length} letters, the limit is {limit}. Please shorten it.",
        length=LABEL_LIMIT + 1,
        limit=LABEL_LIMIT,
    )
    await aida.says("<i>Апа</i> & 👵")
    assert "<i>Апа</i> & 👵" in aida.news
    assert [r.label for r in await household(world, aida)] == [None, "<i>Апа</i> & 👵"]
    assert "👤 <i>Апа</i> & 👵" in aida.news


async def test_adding_somebody_is_cancelled_without_a_trace(world: World, language: str) -> None:
    aida = await world.villager(language=language)
    await opens_the_household(aida)
    await aida.taps("➕ Add a person")
    await aida.taps("✖️ Cancel")
    aida.sees("One phone, several people: each votes for themselves.")
    assert len(await household(world, aida)) == 1
    async with world.ashar.database.read() as session:
        assert (await session.scalars(select(Draft))).all() == []


@pytest.mark.parametrize("prefix", ["homewho", "homeask", "homeout", "homesex", "homeage"])
async def test_somebody_elses_household_is_out_of_reach(world: World, prefix: str) -> None:
    aida = await world.villager(age_band=AgeBand.ELDERLY)
    mallory = await world.villager("Мурат", "ru")
    (hers,) = await household(world, aida)
    await mallory.says("/settings")
    answer = {"homesex": ":male", "homeage": ":0-17"}.get(prefix, "")
    await mallory.forges(f"{prefix}:{hers.id}{answer}")
    mallory.sees_no("60 and older")
    (still,) = await household(world, aida)
    assert (still.sex, still.age_band) == (hers.sex, hers.age_band)


@pytest.mark.parametrize("prefix", ["homeask", "homeout"])
async def test_the_owner_of_the_phone_is_not_taken_off(world: World, prefix: str) -> None:
    aida = await world.villager()
    (owner,) = await household(world, aida)
    await aida.says("/settings")
    await aida.forges(f"{prefix}:{owner.id}")
    aida.is_told("This button is out of date. Here is the present screen.")
    assert len(await household(world, aida)) == 1


async def test_staff_without_a_village_have_settings_but_no_household(
    world: World, language: str
) -> None:
    bakyt = await world.staff(language=language)
    await bakyt.says("/settings")
    assert bakyt.words("📍 Choose my village") in bakyt.buttons
    assert not any("👥" in label for label in bakyt.buttons)
    for forged in ("home", "homeadd", "homewho:1"):
        await bakyt.forges(forged)
        bakyt.sees_no("➕ Add a person")
    async with world.ashar.database.read() as session:
        assert (await session.scalars(select(Draft))).all() == []


async def test_a_stranger_is_asked_for_the_language_first(world: World) -> None:
    aida = world.stranger()
    await aida.says("/settings")
    assert aida.buttons == ["Кыргызча", "Русский"]


async def test_another_persons_form_is_out_of_reach(world: World) -> None:
    aida = await world.villager()
    mallory = await world.villager("Мурат", "ru")
    await opens_the_household(aida)
    await aida.taps("➕ Add a person")
    async with world.ashar.database.read() as session:
        token = (await session.scalars(select(Draft))).one().token
    await mallory.says("/settings")
    for value in ("x", "<", "ok"):
        await mallory.forges(f"f:household-person:{token}:label:{value}:")
        mallory.is_told("This button is out of date. Here is the present screen.")
    await aida.says("Апам")
    assert [r.label for r in await household(world, aida)] == [None, "Апам"]


async def test_somebody_of_fifteen_is_recorded_and_does_not_vote(
    world: World, language: str
) -> None:
    bakyt = await world.staff()
    aida = await world.villager(language=language)
    await world.vote(maker=bakyt)
    await opens_the_household(aida)
    await aida.taps("👤 Me")
    await aida.taps("Under 18")
    await aida.says("/vote")
    aida.sees("People from the age of {age} vote. Thank you for your interest!", age=18)


async def test_an_abandoned_question_takes_no_later_text_for_its_answer(
    world: World, language: str
) -> None:
    aida = await world.villager(language=language)
    await opens_the_household(aida)
    await aida.taps("➕ Add a person")
    question = aida.last
    await world.advance(minutes=61)
    await aida.says("Саламатсызбы")
    aida.sees("You had stopped here. Please answer once more, or cancel.")
    aida.sees("The full name is not needed.")
    await aida.taps_at(question, aida.words("✖️ Cancel"))
    aida.is_told("Cancelled. Nothing was sent.")
    assert len(await household(world, aida)) == 1


async def test_somebody_half_asked_holds_up_nobody_and_can_be_taken_off(
    world: World, language: str
) -> None:
    bakyt = await world.staff()
    aida = await world.villager(language=language)
    await world.vote(maker=bakyt)
    await opens_the_household(aida)
    await aida.taps("➕ Add a person")
    await aida.says("Апам")
    await aida.taps("Woman")
    await aida.says("/start")
    aida.sees("<b>🏠 Main menu</b>")
    await aida.taps("⚙️ Settings")
    await opens_the_household(aida)
    await aida.taps("Апам")
    await aida.taps("🗑 Take off this phone")
    await aida.taps("✅ Yes, take off")
    assert [r.label for r in await household(world, aida)] == [None]


@pytest.mark.parametrize("name", ["Апам", "  апам "])
async def test_two_people_of_one_phone_have_two_names(
    world: World, language: str, name: str
) -> None:
    aida = await world.villager(language=language)
    await adds(aida, "Апам")
    await opens_the_household(aida)
    await aida.taps("➕ Add a person")
    await aida.says(name)
    aida.sees("Somebody on this phone is called so already. Please choose another name.")
    assert [r.label for r in await household(world, aida)] == [None, "Апам"]
    await aida.says("Чоң апам")
    assert [r.label for r in await household(world, aida)] == [None, "Апам", "Чоң апам"]
