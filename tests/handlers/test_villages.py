"""Choosing the village: by link, by name, by location, down the list; and moving."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from models import Account, Draft, Grant, Place, PlaceLevel, PlaceParent, Resident, Turnout
from services.terms import CONSENT_VERSION
from tests.world import (
    BESHIK_JON,
    BOSTER,
    BOSTER_AIMAK,
    START,
    TOGUZ_TORO,
    Person,
    World,
)

SUZAK = "4170321"
TOGUZ_TORO_AIMAK = "417032102"
NEAR_BOSTER = (40.95, 72.95)
FAR_AWAY = (55.75, 37.61)


async def homes_of(world: World, person: Person) -> list[str]:
    """Codes of the villages of everybody on the phone."""
    async with world.ashar.database.read() as session:
        found = await session.scalars(
            select(Place.code)
            .join(Resident, Resident.village_id == Place.id)
            .where(Resident.account_id == person.id)
            .order_by(Resident.id)
        )
        return list(found)


async def newcomer(world: World, language: str = "ky") -> Person:
    """Somebody who has consented and has no village yet."""
    person = await world.villager(language=language)
    async with world.ashar.database.begin() as session:
        resident = await session.scalar(select(Resident).where(Resident.account_id == person.id))
        await session.delete(resident)
    return person


async def add_relative(world: World, person: Person, village: str = BOSTER) -> None:
    """One more person on the phone, with nothing left to ask."""
    village_id = await world.place_id(village)
    async with world.ashar.database.begin() as session:
        owner = await session.scalar(select(Resident).where(Resident.account_id == person.id))
        assert owner is not None
        session.add(
            Resident(
                account_id=person.id,
                village_id=village_id,
                label="Апам",
                sex=owner.sex,
                age_band=owner.age_band,
                created_at=world.now,
            )
        )


async def add_places(
    world: World, parent: str, places: Sequence[tuple[str, PlaceLevel, str, str]]
) -> None:
    """More places below one: code, level, Kyrgyz and Russian name."""
    parent_id = await world.place_id(parent)
    async with world.ashar.database.begin() as session:
        for code, level, name_ky, name_ru in places:
            place = Place(
                code=code, level=level, parent_id=parent_id, name_ky=name_ky, name_ru=name_ru
            )
            session.add(place)
            await session.flush()
            session.add(PlaceParent(place_id=place.id, parent_id=parent_id))
    world.ashar.places.forget()


async def put_on_the_map(world: World, code: str, point: tuple[float, float]) -> None:
    async with world.ashar.database.begin() as session:
        place = await session.scalar(select(Place).where(Place.code == code))
        assert place is not None
        place.lat, place.lon = point
    world.ashar.places.forget()


async def shares(person: Person, point: tuple[float, float]) -> None:
    """Presses the button that is in place of the phone's keyboard."""
    label = person.words("📍 Send my location")
    people = person.world.telegram.people
    await person.does(lambda: people.presses(person.id, label, location=point))


def keyboard_of(person: Person) -> object:
    return person.world.telegram.reply_keyboard(person.id)


def in_words(language: str, ky: str, ru: str) -> str:
    return ky if language == "ky" else ru


# --- by link ----------------------------------------------------------------------------------


async def test_from_the_poster_to_the_menu_in_four_taps_and_no_typing(
    crashing_world: World, language: str
) -> None:
    aida = crashing_world.stranger("Айда", language)
    await aida.opens(f"v_{BOSTER}")
    await aida.taps(in_words(language, "Кыргызча", "Русский"))
    await aida.taps("✅ I consent")
    aida.sees(
        in_words(language, "Бөстөр", "Бостер"),
        "<b>Are you a woman or a man?</b> We ask so that everybody is heard.",
    )
    await aida.taps("Woman")
    await aida.taps("29–45")
    aida.sees("🏠 Main menu", in_words(language, "Бөстөр", "Бостер"))
    assert await homes_of(crashing_world, aida) == [BOSTER]


async def test_the_link_of_the_own_village_leads_to_the_menu(world: World) -> None:
    aida = await world.villager()
    await aida.opens(f"v_{BOSTER}")
    aida.sees("What shall we do?")
    assert await homes_of(world, aida) == [BOSTER]


async def test_the_link_of_another_village_asks_before_it_moves_everybody(
    world: World, language: str
) -> None:
    aida = await world.villager(language=language)
    await add_relative(world, aida)
    await aida.opens(f"v_{BESHIK_JON}")
    aida.sees(in_words(language, "Бешик-Жон", "Бешик-Джон"))
    aida.sees("From now on you take part in the votes of the new village.")
    aida.sees("Everybody on this phone moves: {count}.", count=2)
    assert await homes_of(world, aida) == [BOSTER, BOSTER]
    await aida.taps("✅ Yes, move")
    aida.sees("🏠 Main menu", in_words(language, "Бешик-Жон", "Бешик-Джон"))
    assert await homes_of(world, aida) == [BESHIK_JON, BESHIK_JON]


async def test_who_stays_keeps_the_village(world: World) -> None:
    aida = await world.villager()
    await aida.opens(f"v_{BESHIK_JON}")
    await aida.taps("❌ No, stay")
    aida.is_told("All right. Nothing has changed.")
    aida.sees("🏠 Main menu")
    assert await homes_of(world, aida) == [BOSTER]


async def test_who_moves_is_told_which_votes_are_withdrawn(world: World, language: str) -> None:
    bakyt = await world.staff()
    aida = await world.villager(language=language)
    await world.vote(maker=bakyt)
    await aida.opens(f"v_{BESHIK_JON}")
    withdrawn = "In these open votes your vote is withdrawn:"
    aida.sees_no(withdrawn)
    await aida.says("/vote")
    await aida.taps(in_words(language, "Мектеп", "Школа"))
    await aida.taps("📤 Send my vote")
    await aida.opens(f"v_{BESHIK_JON}")
    aida.sees(withdrawn, in_words(language, "Айылга эмне керек?", "Что нужно селу?"))
    await aida.taps("✅ Yes, move")
    assert await homes_of(world, aida) == [BESHIK_JON]
    async with world.ashar.database.read() as session:
        assert (await session.scalars(select(Turnout))).all() == []


async def test_a_vote_of_both_villages_keeps_the_ballot_of_who_moves(world: World) -> None:
    bakyt = await world.staff()
    aida = await world.villager()
    vote_id = await world.vote(maker=bakyt, villages=(BOSTER, BESHIK_JON))
    await aida.says("/vote")
    await aida.taps("Мектеп")
    await aida.taps("📤 Send my vote")
    await aida.opens(f"v_{BESHIK_JON}")
    aida.sees_no("In these open votes your vote is withdrawn:")
    await aida.taps("✅ Yes, move")
    async with world.ashar.database.read() as session:
        turnout = (await session.scalars(select(Turnout).where(Turnout.vote_id == vote_id))).one()
    assert turnout.village_id == await world.place_id(BOSTER)
    assert await homes_of(world, aida) == [BESHIK_JON]


@pytest.mark.parametrize("code", ["999", SUZAK, BOSTER_AIMAK, "x" * 38])
async def test_a_link_to_no_village_says_so_and_offers_the_ways(world: World, code: str) -> None:
    aida = await newcomer(world)
    await aida.opens(f"v_{code}")
    aida.sees("There is no such village. Choose one from the list.", "<b>📍 Where do you live?</b>")
    await aida.taps("🗂 Choose from the list")
    aida.sees("<b>Which oblast do you live in?</b>")


async def test_a_wrong_link_does_not_cost_the_consent(world: World) -> None:
    aida = world.stranger("Айда", "ru")
    await aida.opens("v_999")
    await aida.taps("Русский")
    await aida.taps("✅ I consent")
    aida.sees("There is no such village. Choose one from the list.")
    async with world.ashar.database.read() as session:
        account = await session.get_one(Account, aida.id)
    assert account.consent_version == CONSENT_VERSION


# --- by name ----------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["Бостор", "бөстөр", "Boster", "БОСТЕР"])
async def test_a_newcomer_types_the_name_confirms_it_and_is_asked_for_sex_and_age(
    world: World, language: str, typed: str
) -> None:
    aida = await newcomer(world, language)
    await aida.says("/start")
    aida.sees("<b>📍 Where do you live?</b>")
    await aida.says(typed)
    aida.sees("These villages were found. Press yours 👇")
    aida.sees(in_words(language, "Бөстөр айыл аймагы", "Бостерский айылный аймак"))
    await aida.taps(in_words(language, "1. Бөстөр", "1. Бостер"))
    aida.sees(in_words(language, "Сузак району", "Сузакский район"))
    assert await homes_of(world, aida) == []
    await aida.taps("✅ Yes, right")
    aida.is_told("✅ Saved. You can change the village in the settings.")
    aida.sees("<b>Are you a woman or a man?</b> We ask so that everybody is heard.")
    assert await homes_of(world, aida) == [BOSTER]


async def test_a_search_survives_a_crash_between_any_two_messages(
    crashing_world: World, language: str
) -> None:
    aida = await crashing_world.villager(language=language)
    await aida.says("/village")
    await aida.taps("🔎 Type the name")
    await aida.says("Тогуз-Торо")
    await aida.taps("1. Тогуз-Торо")
    aida.sees("From now on you take part in the votes of the new village.")
    await aida.taps("✅ Yes, move")
    assert await homes_of(crashing_world, aida) == [TOGUZ_TORO]


async def test_namesakes_are_told_apart_by_aimak_and_rayon(world: World, language: str) -> None:
    village = PlaceLevel.VILLAGE
    await add_places(world, TOGUZ_TORO_AIMAK, [("41703210299", village, "Бөстөр", "Бостер")])
    aida = await newcomer(world, language)
    await aida.says("Бостер")
    first = in_words(language, "Бөстөр айыл аймагы", "Бостерский айылный аймак")
    second = in_words(language, "Тогуз-Торо айыл аймагы", "Тогуз-Тороуский айылный аймак")
    aida.sees(first, second, "Not here? Write the name with the aimak or the rayon.")
    await aida.taps(in_words(language, "Бөстөр, Тогуз", "Бостер, Тогуз"))
    await aida.taps("✅ Yes, right")
    assert await homes_of(world, aida) == ["41703210299"]


async def test_a_name_that_is_nowhere_may_be_written_again(world: World, language: str) -> None:
    aida = await newcomer(world, language)
    await aida.says("Щщщщщщщ")
    aida.sees("There is no village called «{query}».", query="Щщщщщщщ")
    await aida.says("Бешик-Жон")
    aida.sees("These villages were found. Press yours 👇")


async def test_who_is_in_no_list_learns_whom_to_tell(world: World, language: str) -> None:
    aida = await newcomer(world, language)
    await aida.says("Щщщщщщщ")
    await aida.taps("❓ My village is not in the list")
    aida.sees("Tell the mobilizer of your aimak its name, aimak and rayon.")
    await aida.taps("⬅️ Back")
    aida.sees("<b>📍 Where do you live?</b>")


async def test_html_and_emoji_in_a_name_are_shown_as_they_are(world: World) -> None:
    aida = await newcomer(world)
    await aida.says("<b>Көк & Жар</b> 🏔")
    aida.sees("There is no village called «{query}».", query="<b>Көк & Жар</b> 🏔")


async def test_a_text_too_long_for_a_name_is_refused(world: World, language: str) -> None:
    aida = await newcomer(world, language)
    await aida.says("ө" * 400)
    aida.sees(
        "The text is too long: {length} letters, the limit is {limit}. Please shorten it.",
        length=400,
        limit=100,
    )


async def test_a_picture_is_no_name(world: World, language: str) -> None:
    aida = await newcomer(world, language)
    await aida.does(lambda: world.telegram.people.sends_sticker(aida.id))
    aida.sees("Please write the name of the village as a text message.")


async def test_a_villager_who_looks_for_nothing_is_not_searched_for(world: World) -> None:
    aida = await world.villager()
    await aida.says("Бешик-Жон")
    aida.sees_no("These villages were found. Press yours 👇")
    aida.sees("🏠 Main menu")


async def test_the_name_is_awaited_for_an_hour(world: World) -> None:
    aida = await world.villager()
    await aida.says("/village")
    await aida.taps("🔎 Type the name")
    await world.advance(minutes=59)
    await aida.says("Бешик-Жон")
    aida.sees("These villages were found. Press yours 👇")
    await world.advance(minutes=61)
    await aida.says("Бешик-Жон")
    aida.sees_no("These villages were found. Press yours 👇")


async def test_nothing_is_searched_or_kept_before_the_consent(world: World) -> None:
    aida = world.stranger("Айда", "ky")
    await aida.says("/start")
    await aida.taps("Кыргызча")
    await aida.says("Бешик-Жон")
    await aida.does(lambda: world.telegram.people.sends_location(aida.id, *NEAR_BOSTER))
    aida.sees_no("These villages were found. Press yours 👇")
    aida.sees("<b>Do you consent to the processing of your personal data?</b>")
    async with world.ashar.database.read() as session:
        assert (await session.scalars(select(Draft))).all() == []


async def test_staff_without_a_village_are_searched_for_only_when_they_ask(world: World) -> None:
    bakyt = await world.staff()
    await bakyt.says("Бешик-Жон")
    bakyt.sees_no("These villages were found. Press yours 👇")
    await bakyt.says("/menu")
    await bakyt.taps("📍 Choose my village")
    bakyt.sees("Write the name of your village. For example: Kok-Jar.")
    await bakyt.says("Бешик-Жон")
    await bakyt.taps("1. Бешик-Жон")
    await bakyt.taps("✅ Yes, right")
    assert await homes_of(world, bakyt) == [BESHIK_JON]
    async with world.ashar.database.read() as session:
        assert len((await session.scalars(select(Grant))).all()) == 1


# --- by location ------------------------------------------------------------------------------


async def test_the_location_shows_the_nearest_and_is_not_kept(world: World, language: str) -> None:
    await put_on_the_map(world, BOSTER, NEAR_BOSTER)
    await put_on_the_map(world, TOGUZ_TORO, (41.40, 73.20))
    aida = await newcomer(world, language)
    await aida.says("/village")
    await aida.taps("📍 Share my location")
    aida.sees("The bot shows the nearest villages. It doesn't keep where you are.")
    await shares(aida, (40.96, 72.95))
    aida.sees("The villages nearest to you. Press yours 👇", "{km} km", km=1)
    assert keyboard_of(aida) is None
    shown = aida.last.plain
    first, second = in_words(language, "Бөстөр", "Бостер"), "Тогуз-Торо"
    assert shown.index(f"1. {first}") < shown.index(f"2. {second}")
    await aida.taps(f"1. {first}")
    await aida.taps("✅ Yes, right")
    assert await homes_of(world, aida) == [BOSTER]
    async with world.ashar.database.read() as session:
        assert (await session.scalars(select(Draft))).all() == []


async def test_a_village_without_a_point_is_found_in_the_list_of_its_aimak(
    world: World, language: str
) -> None:
    await put_on_the_map(world, BOSTER_AIMAK, NEAR_BOSTER)
    aida = await newcomer(world, language)
    await aida.does(lambda: world.telegram.people.sends_location(aida.id, *NEAR_BOSTER))
    aida.sees("about {km} km", km=1)
    await aida.taps(in_words(language, "🗂 Бөстөр айыл аймагы", "🗂 Бостерский айылный аймак"))
    aida.sees("<b>Choose your village:</b>")
    await aida.taps(in_words(language, "Бешик-Жон", "Бешик-Джон"))
    assert aida.words("✅ Yes, right") in aida.buttons


async def test_a_location_far_from_every_village_says_so(world: World, language: str) -> None:
    await put_on_the_map(world, BOSTER, NEAR_BOSTER)
    aida = await newcomer(world, language)
    await aida.does(lambda: world.telegram.people.sends_location(aida.id, *FAR_AWAY))
    aida.sees("There is no village near this point.")
    await aida.taps("🗂 Choose from the list")
    aida.sees("<b>Which oblast do you live in?</b>")


async def test_the_keyboard_of_the_location_goes_away_with_its_back_button(world: World) -> None:
    aida = await world.villager()
    await aida.says("/village")
    await aida.taps("📍 Share my location")
    assert keyboard_of(aida) is not None
    label = aida.words("⬅️ Back")
    await aida.does(lambda: world.telegram.people.presses(aida.id, label))
    aida.sees("Do you live in another one now? Find it 👇")
    assert keyboard_of(aida) is None


async def test_a_name_typed_instead_of_the_location_is_searched_for(world: World) -> None:
    aida = await world.villager()
    await aida.says("/village")
    await aida.taps("📍 Share my location")
    await aida.says("Тогуз-Торо")
    aida.sees("These villages were found. Press yours 👇")
    assert keyboard_of(aida) is None


# --- down the list ----------------------------------------------------------------------------


async def test_the_list_leads_from_the_oblast_to_the_village_and_back(
    world: World, language: str
) -> None:
    aida = await newcomer(world, language)
    await aida.says("/village")
    await aida.taps("🗂 Choose from the list")
    await aida.taps(in_words(language, "Жалал-Абад облусу", "Джалал-Абадская область"))
    aida.sees("<b>Choose the rayon or the city:</b>")
    await aida.taps(in_words(language, "Сузак району", "Сузакский район"))
    aida.sees("<b>Choose the aiyl aimak:</b>")
    await aida.taps(in_words(language, "Тогуз-Торо айыл аймагы", "Тогуз-Тороуский айылный аймак"))
    aida.sees("<b>Choose your village:</b>")
    for question in ("<b>Choose the aiyl aimak:</b>", "<b>Choose the rayon or the city:</b>"):
        await aida.taps("⬅️ Back")
        aida.sees(question)
    await aida.taps("⬅️ Back")
    aida.sees("<b>Which oblast do you live in?</b>")
    await aida.taps("⬅️ Back")
    aida.sees("<b>📍 Where do you live?</b>")


async def test_a_long_list_is_turned_page_by_page_and_back_finds_the_page(world: World) -> None:
    aimaks = [
        (f"4170321{n}", PlaceLevel.AIMAK, f"Алма-{n} айыл аймагы № 1", f"Алма-{n}")
        for n in range(30, 50)
    ]
    await add_places(world, SUZAK, aimaks)
    await add_places(
        world, "417032149", [("41703214901", PlaceLevel.VILLAGE, "Алма-Сай", "Алма-Сай")]
    )
    aida = await newcomer(world)
    async with world.ashar.database.begin() as session:
        for code, *_ in aimaks[:-1]:
            village = Place(
                code=f"{code}01",
                level=PlaceLevel.VILLAGE,
                parent_id=await world.place_id(code),
                name_ky="Айыл",
                name_ru="Село",
            )
            session.add(village)
            await session.flush()
            session.add(PlaceParent(place_id=village.id, parent_id=village.parent_id))
    world.ashar.places.forget()
    await aida.says("/village")
    await aida.taps("🗂 Choose from the list")
    await aida.taps("Жалал-Абад облусу")
    await aida.taps("Сузак району")
    aida.sees("Page {page} of {pages}", page=1, pages=2)
    await aida.taps("Next ▶️")
    aida.sees("Page {page} of {pages}", page=2, pages=2)
    await aida.taps("Алма-49 айыл аймагы № 1")
    await aida.taps("⬅️ Back")
    aida.sees("Page {page} of {pages}", page=2, pages=2)
    await aida.taps("◀️ Previous")
    aida.sees("Page {page} of {pages}", page=1, pages=2)


async def test_a_town_with_villages_around_it_is_itself_a_choice(world: World) -> None:
    await add_places(world, "41703", [("4170340", PlaceLevel.CITY, "Манас шаары", "Манас")])
    await add_places(world, "4170340", [("417034001", PlaceLevel.VILLAGE, "Тайгараң", "Тайгаран")])
    aida = await newcomer(world)
    await aida.says("/village")
    await aida.taps("🗂 Choose from the list")
    await aida.taps("Жалал-Абад облусу")
    await aida.taps("Манас шаары")
    aida.sees("<b>Choose your village:</b>")
    await aida.taps("Манас шаары")
    await aida.taps("✅ Yes, right")
    assert await homes_of(world, aida) == ["4170340"]


# --- forged and stale -------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["vask", "vset"])
@pytest.mark.parametrize("code", [None, SUZAK])
async def test_a_forged_button_settles_nobody_where_no_one_lives(
    world: World, prefix: str, code: str | None
) -> None:
    aida = await world.villager(language="ru")
    await aida.says("/village")
    place_id = await world.place_id(code) if code else 987654
    await aida.forges(f"{prefix}:{place_id}")
    aida.is_told("There is no such village. Choose one from the list.")
    assert await homes_of(world, aida) == [BOSTER]


async def test_a_forged_page_shows_the_nearest_that_there_is(world: World) -> None:
    aida = await newcomer(world)
    await aida.says("/village")
    for page in (-5, 10**9):
        await aida.forges(f"vlist::{page}")
        aida.sees_no("⚠️")
        assert aida.words("Жалал-Абад облусу") in aida.buttons


async def test_two_taps_on_yes_settle_once(world: World) -> None:
    aida = await newcomer(world)
    await aida.says("Бешик-Жон")
    await aida.taps("1. Бешик-Жон")
    people = world.telegram.people
    message, label = aida.find("✅ Yes, right")

    def twice() -> None:
        people.taps(aida.id, message.id, label)
        people.taps(aida.id, message.id, label)

    await aida.does(twice)
    aida.is_told("This is your village already.")
    assert await homes_of(world, aida) == [BESHIK_JON]


async def test_an_old_button_of_a_village_that_is_gone_says_so(world: World) -> None:
    aida = await newcomer(world)
    await aida.says("Бешик-Жон")
    async with world.ashar.database.begin() as session:
        place = await session.scalar(select(Place).where(Place.code == BESHIK_JON))
        assert place is not None
        place.valid_to = START.date()
    world.ashar.places.forget()
    await aida.taps("1. Бешик-Жон")
    aida.is_told("There is no such village. Choose one from the list.")
    assert await homes_of(world, aida) == []
