"""The first minutes: language, consent, village, sex and age band."""

import pytest
from sqlalchemy import func, select, update

from bot.ui.screens import plain
from models import Account, AgeBand, Draft, Resident, Sex
from services import terms
from tests.world import BOSTER, World

NAMES = {"ky": "Кыргызча", "ru": "Русский"}


async def test_with_the_villages_link_four_taps_lead_to_the_menu(
    crashing_world: World, language: str
) -> None:
    world = crashing_world
    aida = world.stranger("Айда", language)
    await aida.opens(f"v_{BOSTER}")
    assert aida.buttons == ["Кыргызча", "Русский"]
    taps = 0
    for label in (NAMES[language], "✅ I consent", "Woman", "29–45"):
        await aida.taps(label)
        taps += 1
    aida.sees("🏠 Main menu", "Бөстөр" if language == "ky" else "Бостер")
    assert taps <= 4
    async with world.ashar.database.read() as session:
        resident = await session.scalar(select(Resident))
        account = await session.get_one(Account, aida.id)
    assert resident is not None
    assert (resident.sex, resident.age_band) == (Sex.FEMALE, AgeBand.ADULT)
    assert account.consent_version == terms.CONSENT_VERSION
    assert account.consent_at == world.now


async def test_nothing_but_id_and_language_is_kept_before_the_yes(world: World) -> None:
    aida = world.stranger("Айда", "ru")
    await aida.opens(f"v_{BOSTER}")
    await aida.taps("Русский")
    async with world.ashar.database.read() as session:
        account = await session.get_one(Account, aida.id)
        residents = await session.scalar(select(func.count()).select_from(Resident))
        drafts = await session.scalar(select(func.count()).select_from(Draft))
    kept = {name: value for name, value in vars(account).items() if not name.startswith("_")}
    assert kept == {
        "id": aida.id,
        "language": "ru",
        "created_at": world.now,
        "seen_at": world.now,
        "consent_version": None,
        "consent_at": None,
        "unreachable_at": None,
        "mute_votes": False,
    }
    assert (residents, drafts) == (0, 0)


async def test_without_a_yes_the_account_is_gone_after_a_day(world: World, language: str) -> None:
    aida = world.stranger("Айда", language)
    await aida.says("/start")
    await aida.taps(NAMES[language])
    await aida.taps("❌ I don't consent")
    aida.sees("All right. We have recorded nothing about you.")
    await world.advance(hours=23)
    assert await _accounts(world) == 1
    await world.advance(hours=2)
    assert await _accounts(world) == 0
    await aida.taps("✅ I consent")
    assert await _accounts(world) == 1


async def test_a_no_can_become_a_yes(world: World, language: str) -> None:
    aida = world.stranger("Айда", language)
    await aida.opens(f"v_{BOSTER}")
    await aida.taps(NAMES[language])
    await aida.taps("❌ I don't consent")
    await aida.taps("📄 Full text")
    aida.sees("<b>Consent to the processing of personal data</b>")
    await aida.taps("✅ I consent")
    aida.sees("<b>Are you a woman or a man?</b> We ask so that everybody is heard.")


async def test_an_old_no_after_a_yes_leads_to_where_consent_is_taken_back(
    world: World, language: str
) -> None:
    aida = world.stranger("Айда", language)
    await aida.opens(f"v_{BOSTER}")
    await aida.taps(NAMES[language])
    older = aida.last
    await aida.says("/start")
    await aida.taps("✅ I consent")
    await aida.taps_at(older, aida.words("❌ I don't consent"))
    aida.is_told("You have given your consent. Here you can take it back.")
    assert aida.find("🗑 Delete my data")[0].id == older.id


@pytest.mark.parametrize("said", ["/vote", "/settings", "/mydata", "Таза суу"])
async def test_whatever_a_newcomer_does_the_language_comes_first(world: World, said: str) -> None:
    aida = world.stranger("Айда", "ky")
    await aida.says(said)
    assert aida.buttons == ["Кыргызча", "Русский"]


async def test_the_phones_language_decides_nothing(world: World) -> None:
    aida = world.stranger("Айда", "ru")
    await aida.says("/start")
    await aida.taps("Кыргызча")
    aida.language = "ky"
    aida.sees("To keep a record of you we need your consent.")


async def test_the_language_can_be_changed_at_any_time(world: World, language: str) -> None:
    aida = await world.villager("Айда", language)
    other = "ru" if language == "ky" else "ky"
    await aida.says("/language")
    await aida.taps(NAMES[other])
    aida.language = other
    aida.is_told("The language is changed.")
    aida.sees("<b>🏠 Main menu</b>")
    await world.advance(days=3)
    await aida.says("/menu")
    aida.sees("<b>🏠 Main menu</b>")


async def test_the_menu_of_commands_speaks_the_chosen_language(world: World, language: str) -> None:
    other = "ru" if language == "ky" else "ky"
    aida = world.stranger("Айда", other)
    await aida.says("/start")
    await aida.taps(NAMES[language])
    t = world.ashar.translators[language]
    shown = {one["command"]: one["description"] for one in world.telegram.commands(aida.id)}
    assert shown["vote"] == plain(t("🗳 Vote, see results"))
    assert "work" not in shown


async def test_a_new_text_of_the_consent_is_asked_anew(world: World, language: str) -> None:
    aida = await world.villager("Айда", language)
    async with world.ashar.database.begin() as session:
        await session.execute(update(Account).values(consent_version="2020-01"))
    await aida.says("/vote")
    aida.sees("<b>Do you consent to the processing of your personal data?</b>")
    await aida.forges("agree:1:2020-01:")
    aida.is_told("This button is out of date. Here is the present screen.")
    await aida.taps("✅ I consent")
    aida.sees("<b>🏠 Main menu</b>")


async def test_sex_and_age_may_be_left_unsaid(world: World, language: str) -> None:
    aida = world.stranger("Айда", language)
    await aida.opens(f"v_{BOSTER}")
    await aida.taps(NAMES[language])
    await aida.taps("✅ I consent")
    await aida.taps("Prefer not to say")
    await aida.taps("Prefer not to say")
    aida.sees("<b>🏠 Main menu</b>")


async def test_a_forged_language_changes_nothing(world: World) -> None:
    aida = world.stranger("Айда", "ky")
    await aida.says("/start")
    await aida.forges("speak:de:")
    assert aida.buttons == ["Кыргызча", "Русский"]
    async with world.ashar.database.read() as session:
        assert (await session.get_one(Account, aida.id)).language is None


async def test_somebody_elses_sex_cannot_be_set(world: World, language: str) -> None:
    aida = await world.villager("Айда", language)
    mallory = await world.villager("Мэлори", language)
    async with world.ashar.database.read() as session:
        hers = await session.scalar(select(Resident).where(Resident.account_id == aida.id))
    assert hers is not None
    await mallory.says("/menu")
    await mallory.forges(f"sex:{hers.id}:male")
    mallory.is_told("This button is out of date. Here is the present screen.")
    async with world.ashar.database.read() as session:
        assert (await session.get_one(Resident, hers.id)).sex is Sex.FEMALE


async def test_who_blocked_the_bot_and_came_back_is_written_to_again(
    world: World, language: str
) -> None:
    aida = await world.villager("Айда", language)
    await aida.does(lambda: world.telegram.people.blocks(aida.id))
    async with world.ashar.database.read() as session:
        assert (await session.get_one(Account, aida.id)).unreachable_at == world.now
    bakyt = await world.staff("Бакыт")
    await world.vote(maker=bakyt)
    await world.tick()
    await aida.opens("")
    aida.sees("🗳 A vote is open in your village.")
    async with world.ashar.database.read() as session:
        assert (await session.get_one(Account, aida.id)).unreachable_at is None


async def _accounts(world: World) -> int:
    async with world.ashar.database.read() as session:
        return await session.scalar(select(func.count()).select_from(Account)) or 0


@pytest.mark.parametrize("payload", ["v_" + "1" * 62, "group", "i_" + "x" * 60])
async def test_a_link_that_no_poster_has_is_an_ordinary_start(world: World, payload: str) -> None:
    aida = world.stranger("Айда", "ky")
    await aida.opens(payload)
    assert aida.buttons == ["Кыргызча", "Русский"]
    await aida.says("/start v_a:b")
    assert aida.buttons == ["Кыргызча", "Русский"]


@pytest.mark.parametrize(
    "prefix", ["terms:", "agree:0:{version}:", "agree:1:{version}:", "speak:ru:"]
)
async def test_a_payload_too_long_for_a_button_is_dropped(world: World, prefix: str) -> None:
    aida = world.stranger("Айда", "ky")
    await aida.says("/start")
    await aida.taps("Кыргызча")
    start = prefix.format(version=terms.CONSENT_VERSION)
    await aida.forges(start + "x" * (64 - len(start)))
    aida.sees_no("⚠️ An error occurred. Please try again a little later.")
    assert aida.news
