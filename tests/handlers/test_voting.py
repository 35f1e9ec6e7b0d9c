"""A villager votes, from the first message to the receipt."""

from tests.world import World


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
