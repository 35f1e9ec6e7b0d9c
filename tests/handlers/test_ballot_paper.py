"""The ballot paper in restless hands: ticks, double taps, old copies, a shared phone, late taps."""

from datetime import timedelta

from sqlalchemy import func, select

from models import (
    AgeBand,
    Ballot,
    Resident,
    Sex,
    Turnout,
    Vote,
    VoteMethod,
    VoteOption,
    VoteStatus,
)
from services.votes import counting, lifecycle
from simulator.model import Message
from tests.handlers.ballots import a_picture, result
from tests.world import BESHIK_JON, BOSTER, Person, World

TITLES = [(name, name) for name in ("Суу", "Жол", "Мост", "Парк")]


def several(vote: Vote) -> None:
    vote.method, vote.max_choices = VoteMethod.SEVERAL, 2


def ranking(vote: Vote) -> None:
    vote.method = VoteMethod.RANKING


def data_of(message: Message, label: str) -> str:
    """What the button carries."""
    return next(
        str(button["callback_data"])
        for row in message.inline_keyboard or ()
        for button in row
        if label in button["text"]
    )


def ticked(person: Person) -> list[str]:
    return [label for label in person.buttons if label.startswith(("✅", "🥇", "🥈", "🥉"))]


async def close(world: World, vote_id: int) -> None:
    async with world.ashar.database.begin() as session:
        await counting.close_vote(session, vote_id, world.ashar.terms, by=None, now=world.now)


async def rows(world: World, table: type) -> int:
    async with world.ashar.database.read() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_up_to_two_are_ticked_and_taken_back(crashing_world: World, language: str) -> None:
    world = crashing_world
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда", language)
    vote_id = await world.vote(TITLES, maker=bakyt, change=several)
    await aida.says("/vote")
    await aida.taps("Суу")
    tick = data_of(aida.last, "Жол")
    await aida.forges(tick)
    await aida.forges(tick)
    assert len(ticked(aida)) == 2, "a double tap ticks, and does not take back"
    await aida.taps("Мост")
    aida.is_told("You may choose up to {max}. Take one back first.", max=2)
    await aida.taps("Суу")
    await aida.taps("Мост")
    await aida.taps("➡️ Next: check")
    aida.sees("Жол", "Мост")
    await aida.taps("📤 Send my vote")
    await close(world, vote_id)
    scores = {
        line.option.title_ky: line.score
        for line in (await result(world, vote_id)).lines
        if line.option
    }
    assert scores == {"Суу": 0, "Жол": 1, "Мост": 1, "Парк": 0}


async def test_first_second_third_are_tapped_in_order(crashing_world: World, language: str) -> None:
    world = crashing_world
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда", language)
    vote_id = await world.vote(TITLES, maker=bakyt, change=ranking)
    await aida.says("/vote")
    await aida.taps("Парк")
    await aida.taps("Суу")
    assert [label[0] for label in sorted(ticked(aida))] == ["🥇", "🥈"]
    await aida.taps("Парк")
    assert [label[0] for label in ticked(aida)] == ["🥇"], "who was second is first now"
    await aida.taps("Жол")
    await aida.taps("Парк")
    aida.sees("🥇 Суу", "🥈 Жол", "🥉 Парк")
    await aida.taps("📤 Send my vote")
    await close(world, vote_id)
    scores = {
        line.option.title_ky: line.score
        for line in (await result(world, vote_id)).lines
        if line.option
    }
    assert scores == {"Суу": 3, "Жол": 2, "Парк": 1, "Мост": 0}


async def test_two_quick_taps_on_send_show_the_receipt_twice_and_cast_once(
    crashing_world: World, language: str
) -> None:
    world = crashing_world
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда", language)
    await world.vote(TITLES, maker=bakyt)
    await aida.says("/vote")
    await aida.taps("Суу")
    send = data_of(aida.last, "📤")
    await aida.forges(send)
    receipt = next(line for line in aida.last.plain.splitlines() if "🧾" in line)
    await aida.forges(send)
    assert receipt in aida.last.plain, "the receipt stays on the screen"
    assert await rows(world, Ballot) == await rows(world, Turnout) == 1


async def test_an_old_copy_of_the_ballot_can_not_cast(world: World, language: str) -> None:
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда", language)
    await world.vote(TITLES, maker=bakyt)
    await aida.says("/vote")
    old = aida.last
    stale = data_of(old, "Суу")
    await aida.says("/vote")
    await aida.forges(stale)
    aida.is_told("This button is out of date. Here is the present screen.")
    assert await rows(world, Ballot) == 0


async def test_a_send_button_with_other_picks_than_the_draft_asks_once_more(world: World) -> None:
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда")
    await world.vote(TITLES, maker=bakyt)
    await aida.says("/vote")
    await aida.taps("Суу")
    send = data_of(aida.last, "📤")
    await aida.taps("✏️ Choose again")
    await aida.taps("Жол")
    await aida.forges(send)
    aida.is_told("Your choice has changed meanwhile. Please check it once more.")
    assert await rows(world, Ballot) == 0
    assert "Жол" in aida.last.plain


async def test_a_vote_that_closes_before_the_send_says_so_and_leads_on(
    crashing_world: World, language: str
) -> None:
    world = crashing_world
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда", language)
    vote_id = await world.vote(TITLES, maker=bakyt)
    await aida.says("/vote")
    await aida.taps("Суу")
    await close(world, vote_id)
    await aida.taps("📤 Send my vote")
    aida.is_told("The vote has ended. The result comes to this chat.")
    aida.sees("<b>🏠 Main menu</b>")
    assert (await result(world, vote_id)).voters == 0


async def test_after_the_closing_date_nothing_is_taken_even_before_the_clock_ticks(
    world: World,
) -> None:
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда")
    await world.vote(TITLES, maker=bakyt)
    await aida.says("/vote")
    await aida.taps("Суу")
    world.clock.advance(timedelta(days=7))
    await aida.taps("📤 Send my vote")
    aida.is_told("The vote has ended. The result comes to this chat.")
    assert await rows(world, Ballot) == 0


async def test_a_changed_mind_keeps_the_receipt(crashing_world: World, language: str) -> None:
    world = crashing_world
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда", language)
    vote_id = await world.vote(TITLES, maker=bakyt)
    receipts = []
    for choice in ("Суу", "Мост"):
        await aida.says("/menu")
        await aida.forges(f"vote:{vote_id}:")
        await aida.taps(choice)
        await aida.taps("📤 Send my vote")
        receipts.append(next(line for line in aida.last.plain.splitlines() if "🧾" in line))
    aida.sees("✅ Your new vote is accepted. Thank you!")
    assert receipts[0] == receipts[1]
    await close(world, vote_id)
    found = await result(world, vote_id)
    assert found.voters == 1
    assert [line.option.title_ky for line in found.winners if line.option] == ["Мост"]


async def test_two_residents_on_one_phone_vote_each_for_themselves(
    crashing_world: World, language: str
) -> None:
    world = crashing_world
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда", language)
    async with world.ashar.database.begin() as session:
        session.add(
            Resident(
                account_id=aida.id,
                village_id=await world.place_id(BOSTER),
                sex=Sex.FEMALE,
                age_band=AgeBand.ELDERLY,
                label="Апа",
                created_at=world.now,
            )
        )
    vote_id = await world.vote(TITLES, maker=bakyt)
    for name, choice in (("👤 Me", "Суу"), ("Апа", "Жол")):
        await aida.says("/menu")
        await aida.forges(f"vote:{vote_id}:")
        await aida.taps(name)
        await aida.taps(choice)
        await aida.taps("📤 Send my vote")
        aida.sees("✅ Your vote is accepted. Thank you!")
    await close(world, vote_id)
    found = await result(world, vote_id)
    assert found.voters == 2
    assert {line.option.title_ky for line in found.winners if line.option} == {"Суу", "Жол"}


async def test_the_ballot_of_somebody_else_on_another_phone_is_out_of_reach(world: World) -> None:
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда")
    other = await world.villager("Башка")
    vote_id = await world.vote(TITLES, maker=bakyt)
    async with world.ashar.database.read() as session:
        theirs = await session.scalar(select(Resident.id).where(Resident.account_id == other.id))
    await aida.says("/vote")
    token = data_of(aida.last, "Суу").split(":")[3]
    for forged in (
        f"vote:{vote_id}:{theirs}",
        f"pick:{vote_id}:{theirs}:{token}:1:1",
        f"cast:{vote_id}:{theirs}:{token}:1",
        f"cast:{vote_id}:{theirs}:{token}:",
    ):
        await aida.forges(forged)
        aida.is_told("This button is out of date. Here is the present screen.")
    assert await rows(world, Ballot) == 0


async def test_somebody_of_fifteen_is_told_kindly_and_led_on_to_the_results(
    world: World, language: str
) -> None:
    bakyt = await world.staff("Бакыт")
    nurbek = await world.villager("Нурбек", language, age_band=AgeBand.UNDER_18)
    await world.vote(TITLES, maker=bakyt)
    await nurbek.says("/vote")
    nurbek.sees("People from the age of {age} vote. Thank you for your interest!", age=18)
    await nurbek.taps("🏠 Main menu")
    await nurbek.taps("🗳 Votes and results")
    nurbek.sees("<b>🗳 Votes</b>")


async def add_relative(
    world: World, person: Person, label: str = "Апа", age_band: AgeBand | None = AgeBand.ELDERLY
) -> None:
    """One more person on the phone, in its owner's village; without an age she is incomplete."""
    async with world.ashar.database.begin() as session:
        owner = await session.scalar(select(Resident).where(Resident.account_id == person.id))
        assert owner is not None
        session.add(
            Resident(
                account_id=person.id,
                village_id=owner.village_id,
                sex=Sex.FEMALE,
                age_band=age_band,
                label=label,
                created_at=world.now,
            )
        )


async def test_a_draft_shows_nothing_to_a_shared_phone(world: World, language: str) -> None:
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда", language)
    await add_relative(world, aida)
    vote_id = await world.vote(TITLES, maker=bakyt)
    async with world.ashar.database.begin() as session:
        (await session.get_one(Vote, vote_id)).status = VoteStatus.DRAFT
    await aida.says("/menu")
    await aida.forges(f"vote:{vote_id}:")
    aida.sees_no("Айылга эмне керек?", "Что нужно селу?", "Who votes now on this phone?")
    aida.is_told("This vote has not started yet. We will write to you when it does.")


async def test_a_shared_phone_of_another_village_is_asked_for_nobody(world: World) -> None:
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда", village=BESHIK_JON)
    await add_relative(world, aida)
    vote_id = await world.vote(TITLES, maker=bakyt)
    await aida.says("/menu")
    await aida.forges(f"vote:{vote_id}:")
    aida.is_told("This vote is held in another village.")
    aida.sees_no("Who votes now on this phone?")


async def test_only_who_may_vote_is_offered_the_ballot(world: World) -> None:
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда")
    await add_relative(world, aida, "Апа")
    await add_relative(world, aida, "Бала", AgeBand.UNDER_18)
    vote_id = await world.vote(TITLES, maker=bakyt)
    await aida.says("/menu")
    await aida.forges(f"vote:{vote_id}:")
    assert aida.buttons[:2] == [aida.words("👤 Me"), "👤 Апа"]
    assert "Бала" not in aida.buttons


async def test_somebody_without_an_age_is_asked_only_when_it_is_their_turn(world: World) -> None:
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда")
    await add_relative(world, aida, "Апа", None)
    vote_id = await world.vote(TITLES, maker=bakyt)
    await aida.says("/menu")
    aida.sees("<b>🏠 Main menu</b>")
    await aida.forges(f"vote:{vote_id}:")
    await aida.taps("👤 Me")
    await aida.taps("Суу")
    await aida.taps("📤 Send my vote")
    aida.sees("✅ Your vote is accepted. Thank you!")
    await aida.forges(f"vote:{vote_id}:")
    await aida.taps("Апа")
    aida.sees("<b>How old?</b>")


async def test_a_cancelled_vote_is_called_cancelled(world: World, language: str) -> None:
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда", language)
    vote_id = await world.vote(TITLES, maker=bakyt)
    await aida.says("/vote")
    async with world.ashar.database.begin() as session:
        vote = await session.get_one(Vote, vote_id)
        vote.status = VoteStatus.CANCELLED
        vote.cancel_reason_ky = vote.cancel_reason_ru = "Кар жаады"
    await aida.taps("Суу")
    aida.is_told("The vote was cancelled. Reason: {reason}", reason="Кар жаады")
    aida.sees("<b>🏠 Main menu</b>")
    async with world.ashar.database.begin() as session:
        vote = await session.get_one(Vote, vote_id)
        vote.cancel_reason_ky = vote.cancel_reason_ru = None
    await aida.forges(f"vote:{vote_id}:")
    aida.is_told("The vote was cancelled.")


async def test_an_old_send_says_that_it_changed_nothing(
    crashing_world: World, language: str
) -> None:
    world = crashing_world
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда", language)
    vote_id = await world.vote(TITLES, maker=bakyt)
    await aida.says("/vote")
    await aida.taps("Жол")
    old = data_of(aida.last, "📤")
    await aida.says("/vote")
    await aida.taps("Суу")
    await aida.taps("📤 Send my vote")
    await aida.forges(old)
    aida.is_told("You have voted already; this tap changed nothing.")
    assert aida.words("✅ Your vote is accepted. Thank you!") not in aida.last.plain
    assert "🧾" in aida.last.plain
    await close(world, vote_id)
    found = await result(world, vote_id)
    assert [line.option.title_ky for line in found.winners if line.option] == ["Суу"]


async def test_the_words_about_an_earlier_vote_stay_while_ticking(
    world: World, language: str
) -> None:
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда", language)
    vote_id = await world.vote(TITLES, maker=bakyt, change=several)
    await aida.says("/vote")
    await aida.taps("Суу")
    await aida.taps("➡️ Next: check")
    await aida.taps("📤 Send my vote")
    await aida.forges(f"vote:{vote_id}:")
    again = "You have voted already: this choice will take the place of the earlier one."
    aida.sees(again)
    await aida.taps("Жол")
    aida.sees(again)


async def test_pictures_of_a_vote_without_any_are_out_of_date(world: World) -> None:
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда")
    await world.vote(TITLES, maker=bakyt)
    await aida.says("/vote")
    _, vote, resident, token, *_ = data_of(aida.last, "Суу").split(":")
    said = len(aida.messages)
    await aida.forges(f"pics:{vote}:{resident}:{token}")
    aida.is_told("This button is out of date. Here is the present screen.")
    assert len(aida.messages) == said
    assert not any(call.method == "sendMediaGroup" for call in world.telegram.calls)


async def test_the_menu_under_a_receipt_leaves_it_as_it_is(
    crashing_world: World, language: str
) -> None:
    world = crashing_world
    aida = await world.villager("Айда", language)
    await world.vote(TITLES, maker=await world.staff("Бакыт"))
    await aida.says("/vote")
    await aida.taps("Жол")
    await aida.taps("📤 Send my vote")
    receipt = aida.last
    await aida.taps("🏠 Main menu")
    aida.sees("<b>🏠 Main menu</b>")
    assert aida.last.id != receipt.id
    assert "🧾" in next(m for m in aida.messages if m.id == receipt.id).plain


async def test_one_after_the_other_votes_on_one_phone(world: World, language: str) -> None:
    aida = await world.villager("Айда", language)
    await add_relative(world, aida, "Апа")
    vote_id = await world.vote(TITLES, maker=await world.staff("Бакыт"))
    await aida.says("/menu")
    await aida.forges(f"vote:{vote_id}:")
    await aida.taps("👤 Me")
    await aida.taps("Суу")
    await aida.taps("📤 Send my vote")
    aida.sees("👤 Me", "🧾")
    await aida.taps("🗳 Next: {name}", name=aida.words("👤 {name}", name="Апа"))
    aida.sees("👤 Voting: {name}", name="Апа")
    await aida.taps("Жол")
    await aida.taps("📤 Send my vote")
    aida.sees(aida.words("👤 {name}", name="Апа"), "🧾")
    assert not any("🗳" in label for label in aida.buttons), "all have voted"
    await aida.says("/vote")
    await aida.taps("✏️ Change my vote")
    assert all("✅" in label for label in aida.buttons[:2])
    assert await rows(world, Turnout) == 2


async def test_the_receipt_of_a_cancelled_vote_says_that_it_was_cancelled(
    world: World, language: str
) -> None:
    aida = await world.villager("Айда", language)
    vote_id = await world.vote(TITLES, maker=await world.staff("Бакыт"))
    await aida.says("/vote")
    await aida.taps("Жол")
    await aida.taps("📤 Send my vote")
    receipt = aida.last
    async with world.ashar.database.begin() as session:
        vote = await session.get_one(Vote, vote_id)
        await lifecycle.cancel(session, vote, "себеп", "причина", by=1, now=world.now)
    await aida.taps_at(receipt, aida.words("🧾 Is it counted?"))
    told = world.telegram.alerts(aida.id)[-1].text
    assert aida.words("The vote was cancelled.") in told


async def test_an_old_button_of_a_published_vote_shows_the_result(
    world: World, language: str
) -> None:
    aida = await world.villager("Айда", language)
    vote_id = await world.vote(TITLES, maker=await world.staff("Бакыт"))
    await world.tick()
    news = aida.last
    async with world.ashar.database.begin() as session:
        await counting.close_vote(session, vote_id, world.ashar.terms, by=None, now=world.now)
        vote = await session.get_one(Vote, vote_id)
        await lifecycle.publish(session, vote, by=None, now=world.now)
    await aida.taps_at(news, aida.words("🗳 Vote"))
    assert aida.last.media is not None
    assert aida.words("🧾 List of receipts") in aida.buttons


async def test_an_album_names_its_pictures_in_their_order(world: World, language: str) -> None:
    bakyt = await world.staff("Бакыт")
    aida = await world.villager("Айда", language)
    picture = await a_picture(world, bakyt)
    vote_id = await world.vote(TITLES, maker=bakyt)
    async with world.ashar.database.begin() as session:
        for option in await session.scalars(
            select(VoteOption).where(VoteOption.vote_id == vote_id, VoteOption.position < 3)
        ):
            option.picture = picture
    await aida.says("/vote")
    pictured = [label for label in aida.buttons if any(name in label for name in ("Суу", "Жол"))]
    await aida.taps("🖼 Pictures")
    album = [message for message in aida.messages if message.media]
    assert len(album) == 2
    assert [message.plain for message in album] == ["\n".join(pictured), ""]
