"""The days of a vote, told whole: from nothing to its result, and another that is cancelled."""

import re

from sqlalchemy import select

from bot.ui.forms import Press
from bot.ui.screens import plain
from handlers import doors, results
from handlers.preparing import taps as preparing
from handlers.steering import taps as steering
from handlers.voting import taps as voting
from models import Ballot, Campaign, Draft, Grant, Role, Turnout, Vote, VoteMethod, VoteStatus
from services.votes import ballots
from services.votes.preparing import NewOption, add_option, villages_of
from simulator.model import Message
from tests.handlers.ballots import cast, read_vote
from tests.handlers.days import Followed, Name, document_of, heard, nothing_is_there_twice, rows
from tests.handlers.test_preparing import PICTURE, VOICE
from tests.world import BOSTER, Person, World

TOGUZ_TORO_AIMAK = "417032102"
TITLE = (
    "Быйыл айылыбызга эң керектүү нерсе эмне: суу, мектеп, жол, көпүрөбү же дагы бир нерсеби, "
    "баарыңыз чогуу ойлонуп, өзүңүздөр чечиңиздер?",
    "Что в этом году нужнее всего нашему селу: вода, школа, дорога, мост или что-нибудь другое, "
    "подумайте и решите все вместе?",
)
WORD = ("Баарыңыздарга рахмат! " * 27 + "Аягы.", "Всем большое спасибо! " * 27 + "Конец.")
WATER, SCHOOL = ("Таза суу", "Чистая вода"), ("Жаңы мектеп", "Новая школа")
ROAD = ("Айылдын ичиндеги бардык көчөлөрдүн жолу", "Дорога на всех улицах внутри села")
BRIDGE = ("Чоң суунун үстүнөн өтө турган бекем көпүрө", "Крепкий мост через большую реку у села")
PARK = ("Балдар жана улгайгандар үчүн жашыл сейил бак", "Зелёный парк для детей и для пожилых")
MISTAKE = ("Ката", "Ошибка")
CANCELLED = ("Эски суроо", "Старый вопрос")
REASON = ("Долбоор өзгөрдү", "Проект изменился")

VOTE: frozenset[Name] = frozenset(
    {
        "/vote",
        Press,
        doors.PrepareVote,
        preparing.BrowseScope,
        preparing.MarkVillage,
        preparing.MakeVote,
        doors.EditVote,
        preparing.EditTitle,
        preparing.AddOption,
        preparing.EditOptions,
        preparing.RemoveOption,
        preparing.EditMethod,
        preparing.SetMethod,
        preparing.EditDates,
        preparing.Preview,
        preparing.AskAnnounce,
        preparing.Announce,
        doors.OpenStaffVotes,
        doors.OpenStaffVote,
        steering.OpenNow,
        steering.AskClose,
        steering.CloseNow,
        steering.LookAtResult,
        steering.AddWord,
        steering.AskPublish,
        steering.Publish,
        doors.CancelVote,
        steering.DropDraft,
        doors.Below,
        steering.Export,
        doors.OpenVote,
        voting.Pick,
        voting.PickNone,
        voting.Review,
        voting.Rechoose,
        voting.Confirm,
        voting.ShowPictures,
        voting.Hear,
        voting.CheckReceipt,
        doors.OpenResult,
        results.OpenGroups,
        results.ReadWord,
        results.GetReceipts,
    }
)


async def test_a_vote_goes_from_nothing_to_its_result_and_another_is_cancelled(
    followed: Followed, crashing_world: World
) -> None:
    world = crashing_world
    bakyt = await world.staff("Бакыт", "ru")
    await _serves_too(bakyt, TOGUZ_TORO_AIMAK)
    aida = await world.villager("Айда", "ky")
    bolot = await world.villager("Болот", "ru")
    vote_id = await _prepares_for_one_of_two_villages(bakyt)
    await _changes_what_was_prepared(bakyt, vote_id)
    await _looks_and_announces(bakyt, vote_id)
    await _opens_it_by_hand(bakyt, vote_id)
    for person, title in zip((aida, bolot), TITLE, strict=True):
        assert heard(person, "📣 A vote will be held in your village.", title) == 1
        assert heard(person, "🗳 A vote has started in your village!", title) == 1
    receipt = await _aida_chooses_and_changes_her_mind(aida)
    await _bolot_votes(bolot)
    await _closes_and_looks(bakyt, vote_id)
    await _publishes_with_a_word(bakyt, vote_id)
    for person, title, won in zip((aida, bolot), TITLE, SCHOOL, strict=True):
        assert heard(person, f"🏆 {won}: 2", title) == 1
    await _reads_the_result(aida, receipt)
    await _cancels_another(bakyt, aida, bolot)
    await _deletes_a_draft(bakyt)
    assert await _campaigns(world, vote_id) == ["vote_announced", "vote_opened", "vote_result"]
    assert await rows(world, Vote) == 3
    assert await rows(world, Draft) == 0
    await nothing_is_there_twice(world)
    followed.covers(VOTE)


async def _serves_too(bakyt: Person, code: str) -> None:
    place_id = await bakyt.world.place_id(code)
    async with bakyt.world.ashar.database.begin() as session:
        session.add(
            Grant(
                account_id=bakyt.id,
                role=Role.MOBILIZER,
                place_id=place_id,
                granted_at=bakyt.world.now,
            )
        )


async def _prepares_for_one_of_two_villages(bakyt: Person) -> int:
    await bakyt.says("/work")
    await bakyt.taps("✏️ Prepare a vote")
    await bakyt.taps("📍 Бостерский айылный аймак")
    await bakyt.taps("▫️ Бостер")
    await bakyt.taps("➡️ Prepare for these: {count}", count=1)
    bakyt.sees("<b>What is decided?</b> Write it in <b>Kyrgyz</b>.")
    await bakyt.says("/cancel")
    bakyt.sees("<b>✏️ A vote in preparation</b>", "Бостер")
    async with bakyt.world.ashar.database.read() as session:
        (vote,) = await session.scalars(select(Vote))
        assert await villages_of(session, vote.id) == [await bakyt.world.place_id(BOSTER)]
    return vote.id


async def _changes_what_was_prepared(bakyt: Person, vote_id: int) -> None:
    world = bakyt.world
    await bakyt.taps("✏️ Question")
    for answer in TITLE:
        await bakyt.says(answer)
    await bakyt.says("1,5 млн сом")
    await _writes_an_option(bakyt)
    async with world.ashar.database.begin() as session:
        vote = await ballots.load(session, vote_id)
        for title in (SCHOOL, MISTAKE, ROAD, BRIDGE, PARK):
            await add_option(session, vote, NewOption(*title))
    await bakyt.taps("🗑 Remove an option")
    await bakyt.taps(MISTAKE[1])
    assert not any(MISTAKE[1] in label for label in bakyt.buttons)
    await bakyt.taps("⬅️ Back")
    await bakyt.taps("☑️ How to choose")
    await bakyt.taps("up to {max}", max=2)
    await bakyt.taps("⏰ Dates")
    await bakyt.says("03.11 09:00")
    await bakyt.says("20.11 18:00")
    bakyt.sees("✅ Everything is ready. Look at it, then announce.")
    vote = await read_vote(world, vote_id)
    assert (vote.title_ky, vote.title_ru, vote.budget) == (*TITLE, 1_500_000)
    assert (vote.method, vote.max_choices) == (VoteMethod.SEVERAL, 2)
    titles = [(option.title_ky, option.title_ru) for option in vote.options]
    assert titles == [WATER, SCHOOL, ROAD, BRIDGE, PARK]
    assert vote.options[0].picture
    assert vote.options[0].voice_ky


async def _writes_an_option(bakyt: Person) -> None:
    people = bakyt.world.telegram.people
    await bakyt.taps("➕ Add an option")
    for answer in WATER:
        await bakyt.says(answer)
    for _ in ("description", "cost", "people"):
        await bakyt.taps("⏭ Skip")
    await bakyt.does(lambda: people.sends_photo(bakyt.id, PICTURE))
    await bakyt.does(lambda: people.sends_voice(bakyt.id, VOICE))
    await bakyt.taps("⏭ Skip")
    await bakyt.taps("✅ Confirm")
    bakyt.is_told("✅ Option {number} is saved.", number=1)


async def _looks_and_announces(bakyt: Person, vote_id: int) -> None:
    for label, language in (("👁 In Kyrgyz", 0), ("👁 In Russian", 1)):
        await bakyt.taps(label)
        bakyt.sees(TITLE[language], ROAD[language], BRIDGE[language])
    await bakyt.taps("⬅️ Back")
    await bakyt.taps("📣 Announce the vote")
    bakyt.sees("<b>📣 Announce the vote?</b>")
    await bakyt.taps("📣 Yes, announce")
    bakyt.is_told("📣 Done: the vote is announced.")
    bakyt.sees("📣 announced", TITLE[1])
    await bakyt.world.tick()
    assert (await read_vote(bakyt.world, vote_id)).status is VoteStatus.ANNOUNCED


async def _opens_it_by_hand(bakyt: Person, vote_id: int) -> None:
    await bakyt.taps("⬅️ Back")
    bakyt.sees("<b>🗳 Votes of my places</b>", "📣 announced")
    await bakyt.taps(TITLE[1][:30])
    bakyt.sees("📣 announced")
    await bakyt.taps("🗳 Open now")
    bakyt.sees("🗳 open", "400")
    vote = await read_vote(bakyt.world, vote_id)
    assert (vote.status, vote.opens_at) == (VoteStatus.OPEN, bakyt.world.now)
    await bakyt.world.tick()


async def _aida_chooses_and_changes_her_mind(aida: Person) -> Message:
    """The message with her receipt."""
    await aida.taps("🗳 Vote")
    await aida.taps("🖼 Pictures")
    assert [m.media.kind for m in aida.messages if m.media] == ["photo"]
    await aida.taps("▶️ 🎤")
    assert aida.last.media is not None
    assert aida.last.media.kind == "voice"
    await aida.taps(WATER[0])
    await aida.taps(SCHOOL[0])
    await aida.taps("➡️ Next: check")
    aida.sees("You have chosen:", WATER[0], SCHOOL[0])
    await aida.taps("✏️ Choose again")
    await aida.taps("❌ None of these")
    aida.sees("<b>None of these</b>")
    await aida.taps("📤 Send my vote")
    aida.sees("✅ Your vote is accepted. Thank you!")
    receipt, _ = aida.find("🧾 Is it counted?")
    await aida.taps("🏠 Main menu")
    assert aida.last.id != receipt.id, "the menu comes below the receipt"
    await aida.says("/vote")
    await aida.taps("✏️ Change my vote")
    aida.sees("You have voted already: this choice will take the place of the earlier one.")
    await aida.taps(SCHOOL[0])
    await aida.taps("➡️ Next: check")
    await aida.taps("📤 Send my vote")
    aida.sees("✅ Your new vote is accepted. Thank you!")
    assert _code_of(aida.last) == _code_of(receipt)
    return receipt


def _code_of(receipt: Message) -> str:
    found = re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", receipt.plain)
    assert found, receipt.plain
    return found[0]


async def _bolot_votes(bolot: Person) -> None:
    await bolot.says("/vote")
    assert not any("🎤" in label for label in bolot.buttons), "nobody speaks in Russian"
    await bolot.taps(SCHOOL[1])
    await bolot.taps("➡️ Next: check")
    await bolot.taps("📤 Send my vote")
    bolot.sees("✅ Your vote is accepted. Thank you!")
    assert await rows(bolot.world, Ballot) == await rows(bolot.world, Turnout) == 2


async def _closes_and_looks(bakyt: Person, vote_id: int) -> None:
    await bakyt.taps("🔄 Refresh")
    one, many = "<b>👥 {count} person has voted.</b>", "<b>👥 {count} people have voted.</b>"
    bakyt.sees(plain(bakyt.t.plural(one, many, 2)))
    bakyt.sees_no(SCHOOL[1])
    await bakyt.taps("🔒 Close now")
    await bakyt.taps("🔒 Yes, close")
    bakyt.is_told("🔒 Closed and counted.")
    assert (await read_vote(bakyt.world, vote_id)).status is VoteStatus.CLOSED
    for label, language in (("👁 In Kyrgyz", 0), ("👁 In Russian", 1)):
        await bakyt.taps(label)
        bakyt.sees(f"🏆 {SCHOOL[language]}: 2", f"▫️ {WATER[language]}: 0")
    for label, ending in (("📄 Excel", ".xlsx"), ("📄 CSV", ".csv")):
        await bakyt.taps(label)
        name, content = document_of(bakyt)
        assert name.endswith(ending)
        assert content
    assert SCHOOL[1] in content.decode("utf-8-sig")


async def _publishes_with_a_word(bakyt: Person, vote_id: int) -> None:
    await bakyt.taps("✏️ Add a word")
    for word in WORD:
        await bakyt.says(word)
    await bakyt.taps("📣 Publish the result")
    bakyt.sees("<b>📣 Publish the result?</b>")
    await bakyt.taps("📣 Yes, publish")
    bakyt.is_told("📊 Published: the result is on its way to everybody.")
    await bakyt.world.tick()
    vote = await read_vote(bakyt.world, vote_id)
    assert (vote.status, vote.word_ky, vote.word_ru) == (VoteStatus.PUBLISHED, *WORD)


async def _reads_the_result(aida: Person, receipt: Message) -> None:
    assert aida.last.media is not None
    await aida.taps("💬 Read it in full")
    aida.sees(WORD[0])
    await aida.taps("📊 The result")
    aida.sees(f"🏆 {SCHOOL[0]}: 2")
    await aida.taps("🧾 List of receipts")
    _, content = document_of(aida)
    assert content.decode("utf-8-sig").count(_code_of(receipt)) == 1
    await aida.taps("👥 By sex and age")
    aida.sees("There is nothing to compare: too few people, or all of one group.")
    await aida.taps_at(receipt, aida.words("🧾 Is it counted?"))
    aida.is_told("✅ Receipt {receipt} is among the counted.", receipt=_code_of(receipt))


async def _cancels_another(bakyt: Person, aida: Person, bolot: Person) -> None:
    world = bakyt.world

    def asks(vote: Vote) -> None:
        vote.title_ky, vote.title_ru = CANCELLED

    vote_id = await world.vote(maker=bakyt, change=asks)
    await world.tick()
    await cast(world, vote_id, bolot, 1)
    await bakyt.says("/work")
    await bakyt.taps("🗳 Votes of my places")
    await bakyt.taps(CANCELLED[1])
    await bakyt.taps("❌ Cancel the vote")
    for reason in REASON:
        await bakyt.says(reason)
    await bakyt.taps("✅ Confirm")
    bakyt.sees("❌ cancelled")
    await world.tick()
    for person, title, reason in zip((aida, bolot), CANCELLED, REASON, strict=True):
        assert heard(person, reason, title) == 1
    assert await rows(world, Ballot) == 0
    assert await _campaigns(world, vote_id) == ["vote_cancelled", "vote_opened"]


async def _deletes_a_draft(bakyt: Person) -> None:
    world = bakyt.world

    def asks(vote: Vote) -> None:
        vote.title_ky, vote.title_ru = MISTAKE

    vote_id = await world.vote(maker=bakyt, change=asks, announce=False)
    await bakyt.says("/work")
    await bakyt.taps("🗳 Votes of my places")
    await bakyt.taps(MISTAKE[1])
    await bakyt.taps("🗑 Delete the draft")
    await bakyt.taps("🗑 Yes, delete")
    bakyt.is_told("🗑 The draft is deleted.")
    assert (await read_vote(world, vote_id)).status is VoteStatus.CANCELLED
    assert await _campaigns(world, vote_id) == []


async def _campaigns(world: World, vote_id: int) -> list[str]:
    async with world.ashar.database.read() as session:
        kinds = select(Campaign.kind).where(Campaign.subject_id == vote_id)
        return sorted(await session.scalars(kinds))
