"""The days of villagers, told whole: the first ones, and those of a shared phone."""

from sqlalchemy import select

from handlers import doors, onboarding, privacy, settings
from handlers.villages import taps as villages
from models import Account, AgeBand, Ballot, Draft, Place, Resident, Sex, Turnout, Vote
from tests.handlers.ballots import cast
from tests.handlers.days import (
    Followed,
    Name,
    document_of,
    heard,
    home_of,
    nothing_is_there_twice,
    residents_of,
    rows,
)
from tests.world import BESHIK_JON, BOSTER, Person, World

NEAR_BESHIK_JON = (40.95, 72.95)
QUESTION = ("Айылга эмне керек?", "Что нужно селу?")
NEXT_QUESTION = ("Быйыл эмне керек?", "Что нужно в этом году?")

SETTLING: frozenset[Name] = frozenset(
    {
        "/start",
        "/village",
        "/language",
        "/help",
        "/menu",
        "/cancel",
        "v_",
        "input",
        "edited",
        onboarding.ChooseLanguage,
        onboarding.ReadTerms,
        onboarding.Decide,
        onboarding.ChooseSex,
        onboarding.ChooseAge,
        doors.OpenProfile,
        doors.ArriveInVillage,
        doors.OpenVillages,
        doors.OpenMenu,
        doors.OpenHelp,
        doors.OpenSettings,
        doors.OpenVotes,
        villages.TypeName,
        villages.ShareLocation,
        villages.Browse,
        villages.ProposeVillage,
        villages.SettleIn,
        villages.Stay,
        villages.ReportMissing,
    }
)
HOUSEHOLD: frozenset[Name] = frozenset(
    {
        "/settings",
        "/mydata",
        "/forget",
        "blocked",
        settings.SetNotices,
        settings.OpenHousehold,
        settings.AddPerson,
        settings.OpenPerson,
        settings.ChangeSex,
        settings.ChangeAge,
        settings.AskRemove,
        settings.RemovePerson,
        doors.OpenData,
        doors.OpenLanguages,
        privacy.SendMyData,
        privacy.AskForget,
        privacy.ForgetMe,
    }
)

# --- the first days ---------------------------------------------------------------------------


async def test_two_neighbours_settle_move_and_look_around(
    followed: Followed, crashing_world: World
) -> None:
    world = crashing_world
    async with world.ashar.database.begin() as session:
        place = await session.get_one(Place, await world.place_id(BESHIK_JON))
        place.lat, place.lon = NEAR_BESHIK_JON
    world.ashar.places.forget()
    aida = world.stranger("Айда", "ky")
    await _says_no_and_then_yes(aida)
    await _finds_the_village_by_name(aida)
    await _is_asked_to_move_and_moves(aida)
    bolot = world.stranger("Болот", "ru")
    await bolot.opens(f"v_{BOSTER}")
    for label in ("Русский", "✅ I consent", "Man", "60 and older"):
        await bolot.taps(label)
    bolot.sees("<b>🏠 Main menu</b>", "Бостер")
    await _looks_around(bolot)
    async with world.ashar.database.read() as session:
        found = (await session.scalars(select(Resident).order_by(Resident.id))).all()
    assert [(r.account_id, r.sex, r.age_band) for r in found] == [
        (aida.id, Sex.FEMALE, AgeBand.ADULT),
        (bolot.id, Sex.MALE, AgeBand.ELDERLY),
    ]
    assert [r.village_id for r in found] == [
        await world.place_id(BESHIK_JON),
        await world.place_id(BOSTER),
    ]
    assert await rows(world, Draft) == 0
    await nothing_is_there_twice(world)
    followed.covers(SETTLING)


async def _says_no_and_then_yes(aida: Person) -> None:
    await aida.says("/start")
    assert aida.buttons == ["Кыргызча", "Русский"]
    await aida.taps("Кыргызча")
    aida.sees("<b>Do you consent to the processing of your personal data?</b>")
    await aida.taps("📄 Full text")
    aida.sees("<b>Consent to the processing of personal data</b>")
    await aida.taps("❌ I don't consent")
    aida.sees("All right. We have recorded nothing about you.")
    assert (await _account(aida)).consent_at is None
    await aida.taps("✅ I consent")
    aida.sees("<b>📍 Where do you live?</b>")
    assert (await _account(aida)).consent_at == aida.world.now


async def _finds_the_village_by_name(aida: Person) -> None:
    await aida.says("Щщщщщщ")
    aida.sees("There is no village called «{query}».", query="Щщщщщщ")
    await aida.taps("❓ My village is not in the list")
    aida.sees("Tell the mobilizer of your aimak its name, aimak and rayon.")
    await aida.taps("🔎 Type the name")
    await aida.says("бостор")
    await aida.taps("1. Бөстөр")
    assert await residents_of(aida.world, aida) == []
    await aida.taps("✅ Yes, right")
    aida.is_told("✅ Saved. You can change the village in the settings.")
    aida.sees("<b>Are you a woman or a man?</b> We ask so that everybody is heard.")
    await aida.taps("Woman")
    await aida.taps("29–45")
    aida.sees("<b>🏠 Main menu</b>", "Бөстөр")


async def _is_asked_to_move_and_moves(aida: Person) -> None:
    """By location and stays, then down the list and moves."""
    people = aida.world.telegram.people
    await aida.says("/village")
    await aida.taps("📍 Share my location")
    button = aida.words("📍 Send my location")
    await aida.does(lambda: people.presses(aida.id, button, location=NEAR_BESHIK_JON))
    await aida.taps("1. Бешик-Жон")
    aida.sees("From now on you take part in the votes of the new village.")
    await aida.taps("❌ No, stay")
    aida.is_told("All right. Nothing has changed.")
    assert await home_of(aida) == await aida.world.place_id(BOSTER)
    await aida.taps("⚙️ Settings")
    await aida.taps("📍 Change the village")
    for label in ("🗂 Choose from the list", "Жалал-Абад облусу", "Сузак району"):
        await aida.taps(label)
    await aida.taps("Бөстөр айыл аймагы")
    await aida.taps("Бешик-Жон")
    await aida.taps("✅ Yes, move")
    assert await home_of(aida) == await aida.world.place_id(BESHIK_JON)
    aida.sees("<b>🏠 Main menu</b>", "Бешик-Жон")


async def _looks_around(bolot: Person) -> None:
    world = bolot.world
    await bolot.taps("🗳 Votes and results")
    bolot.sees("There is no vote now. We will write to you when one starts.")
    await bolot.taps("🏠 Main menu")
    await bolot.taps("❓ Help")
    bolot.sees("<b>❓ Help</b>", "/vote", "/forget")
    await bolot.says("/language")
    await bolot.taps("Кыргызча")
    bolot.language = "ky"
    bolot.is_told("The language is changed.")
    bolot.sees("<b>🏠 Main menu</b>", "Бөстөр")
    await bolot.says("/help")
    bolot.sees("<b>❓ Help</b>")
    await bolot.says("салам")
    bolot.sees("I didn't understand that. Please press one of the buttons 👇")
    said = [m for m in world.telegram.screen(bolot.id) if m.sender == bolot.id][-1]
    await bolot.does(lambda: world.telegram.people.edits(bolot.id, said.id, "/vote"))
    bolot.sees("✏️ An edited message changes nothing here. Please send a new one.")
    await bolot.says("/cancel")
    bolot.sees("There is nothing to cancel.")
    await bolot.says("/menu")
    bolot.sees("<b>🏠 Main menu</b>", "Бөстөр")


async def _account(person: Person) -> Account:
    async with person.world.ashar.database.read() as session:
        return await session.get_one(Account, person.id)


# --- a shared phone, and the end of the data --------------------------------------------------


async def test_a_household_votes_turns_the_news_off_and_is_forgotten(
    followed: Followed, crashing_world: World
) -> None:
    world = crashing_world
    bakyt = await world.staff("Бакыт", "ru")
    aida = await world.villager("Айда", "ky")
    bolot = await world.villager("Болот", "ru")
    await _adds_her_mother(aida)
    vote_id = await world.vote(maker=bakyt)
    await world.tick()
    for person, title in zip((aida, bolot), QUESTION, strict=True):
        assert heard(person, "🗳 A vote has started in your village!", title) == 1
    await _both_vote_on_one_phone(aida, vote_id)
    await _takes_her_mother_off(aida)
    await _is_not_written_to(world, bakyt, aida, bolot)
    await _reads_the_data_and_is_forgotten(aida)
    await _is_forgotten_by_a_button_and_comes_back(bolot)
    assert await rows(world, Ballot) == await rows(world, Turnout) == 0
    await nothing_is_there_twice(world)
    followed.covers(HOUSEHOLD)


async def _opens_the_household(aida: Person, count: int) -> None:
    await aida.says("/settings")
    await aida.taps("👥 People on this phone: {count}", count=count)


async def _adds_her_mother(aida: Person) -> None:
    await _opens_the_household(aida, 1)
    await aida.taps("➕ Add a person")
    await aida.says("Апам")
    await aida.taps("Woman")
    await aida.taps("60 and older")
    aida.sees("<b>🏠 Main menu</b>")
    assert [r.label for r in await residents_of(aida.world, aida)] == [None, "Апам"]


async def _both_vote_on_one_phone(aida: Person, vote_id: int) -> None:
    await cast(aida.world, vote_id, aida, 2)
    await aida.taps("🗳 Vote")
    aida.sees("Who votes now on this phone?")
    for label in ("Апам", "Таза суу", "📤 Send my vote"):
        await aida.taps(label)
    aida.sees("✅ Your vote is accepted. Thank you!")
    await aida.says("/vote")
    assert any(aida.words("✏️ Change my vote") in label for label in aida.buttons)
    assert await rows(aida.world, Ballot) == await rows(aida.world, Turnout) == 2


async def _takes_her_mother_off(aida: Person) -> None:
    await _opens_the_household(aida, 2)
    await aida.taps("Апам")
    await aida.taps("Man")
    await aida.taps("46–59")
    mother = (await residents_of(aida.world, aida))[1]
    assert (mother.sex, mother.age_band) == (Sex.MALE, AgeBand.MIDDLE)
    await aida.taps("🗑 Take off this phone")
    aida.sees("In these open votes the vote of this person is withdrawn:", QUESTION[0])
    await aida.taps("✅ Yes, take off")
    aida.is_told("✅ {name} is no longer on this phone.", name="👤 Апам")
    assert [r.label for r in await residents_of(aida.world, aida)] == [None]
    assert await rows(aida.world, Ballot) == await rows(aida.world, Turnout) == 1


async def _is_not_written_to(world: World, bakyt: Person, aida: Person, bolot: Person) -> None:
    """Aida has turned the news off, Bolot has blocked the bot; Gulnara hears of the vote."""
    gulnara = await world.villager("Гүлнара", "ky")
    await aida.says("/settings")
    await aida.taps("🔔 Turn off news of votes")
    aida.is_told("🔔 We will not write to you about votes. Answers still come.")
    await bolot.does(lambda: world.telegram.people.blocks(bolot.id))
    assert (await _account(bolot)).unreachable_at == world.now

    def asks_anew(vote: Vote) -> None:
        vote.title_ky, vote.title_ru = NEXT_QUESTION

    await world.vote(maker=bakyt, change=asks_anew)
    await world.tick()
    told = "🗳 A vote has started in your village!"
    assert heard(gulnara, told, NEXT_QUESTION[0]) == 1
    assert heard(aida, told, NEXT_QUESTION[0]) == heard(bolot, told, NEXT_QUESTION[1]) == 0
    await aida.taps("🔔 Turn on news of votes")
    aida.is_told("🔔 We will write to you when a vote starts and ends.")
    assert (await _account(aida)).mute_votes is False
    await bolot.opens("")
    bolot.sees("🗳 A vote is open in your village.")
    assert (await _account(bolot)).unreachable_at is None


async def _reads_the_data_and_is_forgotten(aida: Person) -> None:
    await aida.taps("🔒 My data")
    aida.sees("• Votes taken part in: {count}. Nobody sees what you chose.", count=1)
    await aida.taps("📄 Send me the file")
    name, content = document_of(aida)
    assert name == "ashar-mydata.txt"
    assert QUESTION[0] in content.decode("utf-8-sig")
    assert "Мектеп" not in content.decode("utf-8-sig")
    await aida.says("/forget")
    aida.sees("<b>In open votes the votes from this phone are withdrawn:</b>", QUESTION[0])
    await aida.taps("✅ Yes, delete")
    aida.sees("✅ Your data is deleted and your consent is withdrawn.")
    assert await residents_of(aida.world, aida) == []
    assert (await _account(aida)).language is None


async def _is_forgotten_by_a_button_and_comes_back(bolot: Person) -> None:
    await bolot.says("/mydata")
    bolot.sees("<b>🔒 What we keep about you</b>", "Бостер")
    await bolot.taps("🗑 Delete my data")
    await bolot.taps("✅ Yes, delete")
    bolot.sees("✅ Your data is deleted and your consent is withdrawn.")
    assert await residents_of(bolot.world, bolot) == []
    await bolot.taps("🏠 Begin anew")
    await bolot.taps("Русский")
    bolot.sees("<b>Do you consent to the processing of your personal data?</b>")
