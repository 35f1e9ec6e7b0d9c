"""A villager votes, from the first message to the receipt."""

import pytest

from models import AgeBand, Resident, Sex
from tests.world import BOSTER, Person, World


async def test_a_ballot_is_chosen_reviewed_confirmed_and_receipted(
    crashing_world: World, language: str
) -> None:
    world = crashing_world
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда", language)
    await world.vote(maker=bakyt)
    await aida.says("/vote")
    aida.sees("Choose one 👇")
    await aida.taps("Мектеп" if language == "ky" else "Школа")
    aida.sees("You have chosen:", "Мектеп" if language == "ky" else "Школа")
    await aida.taps("📤 Send my vote")
    aida.sees("✅ Your vote is accepted. Thank you!")


@pytest.mark.parametrize("mother_too", [False, True])
async def test_a_phone_of_the_young_is_told_of_the_vote_and_offered_no_ballot(
    world: World, language: str, *, mother_too: bool
) -> None:
    bakyt = await world.staff("Бакыт")
    nurbek = await world.villager("Нурбек", language, age_band=AgeBand.UNDER_18)
    await _relative(world, nurbek, AgeBand.ADULT if mother_too else AgeBand.UNDER_18)
    said = len(nurbek.messages)
    await world.vote(maker=bakyt)
    await world.tick()
    assert len(nurbek.messages) == said + 1
    words = nurbek.words("People from the age of {age} vote. Thank you for your interest!", age=18)
    assert (words in nurbek.last.plain) is not mother_too
    assert (nurbek.words("🗳 Vote") in nurbek.buttons) is mother_too


async def _relative(world: World, person: Person, age_band: AgeBand) -> None:
    async with world.ashar.database.begin() as session:
        session.add(
            Resident(
                account_id=person.id,
                village_id=await world.place_id(BOSTER),
                sex=Sex.FEMALE,
                age_band=age_band,
                label="Апа",
                created_at=world.now,
            )
        )
