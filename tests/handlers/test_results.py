"""The result as villagers get it: picture, text, groups, receipts."""

from itertools import cycle

import pytest

from bot.files import Order
from bot.ui.i18n import Translators
from bot.ui.screens import CAPTION_LIMIT, len_in_telegram, plain
from handlers import results as dialogue
from handlers.words import cut, result_text
from models import Sex, TallyGroup, Vote, VoteMethod, VoteOption, VoteStatus
from services.refusal import Reason, Refused
from services.terms import Terms
from services.votes import counting, lifecycle
from services.votes.results import Breakdown, Line, Result
from tests.handlers.ballots import cast, result
from tests.world import START, Person, World


async def publish(world: World, vote_id: int, word: tuple[str, str] | None = None) -> None:
    async with world.ashar.database.begin() as session:
        await counting.close_vote(session, vote_id, world.ashar.terms, by=None, now=world.now)
        vote = await session.get_one(Vote, vote_id)
        if word:
            lifecycle.set_word(session, vote, *word, by=None, now=world.now)
        await lifecycle.publish(session, vote, by=None, now=world.now)
    await world.tick()


async def villagers(world: World, number: int, language: str = "ky") -> list[Person]:
    sexes = cycle([Sex.FEMALE, Sex.MALE])
    return [await world.villager(f"Киши {n}", language, sex=next(sexes)) for n in range(number)]


async def test_everybody_gets_picture_and_text_whether_they_voted_or_not(
    crashing_world: World, language: str
) -> None:
    world = crashing_world
    bakyt = await world.staff("Бакыт")
    voter, silent = await villagers(world, 2, language)
    vote_id = await world.vote(maker=bakyt)
    await cast(world, vote_id, voter, 2)
    await publish(world, vote_id)
    for person in (voter, silent):
        assert person.last.media is not None
        assert person.last.media.kind == "photo"
        school = "Мектеп" if language == "ky" else "Школа"
        assert f"🏆 {school}: 1" in person.last.plain
        water = "Таза суу" if language == "ky" else "Чистая вода"
        assert f"▫️ {water}: 0" in person.last.plain


async def test_a_vote_without_ballots_has_a_result_without_a_winner(
    world: World, language: str
) -> None:
    bakyt = await world.staff("Бакыт")
    (aida,) = await villagers(world, 1, language)
    vote_id = await world.vote(maker=bakyt)
    await publish(world, vote_id)
    assert "🏆" not in aida.last.plain
    await aida.taps("👥 By sex and age")
    aida.sees("There is nothing to compare: too few people, or all of one group.")
    await aida.taps("📊 The result")
    await aida.taps("🧾 List of receipts")
    assert aida.last.media is not None
    assert aida.last.media.kind == "document"


async def test_equal_options_win_together(world: World) -> None:
    bakyt = await world.staff("Бакыт")
    people = await villagers(world, 4)
    vote_id = await world.vote(maker=bakyt)
    for person, pick in zip(people, (1, 1, 2, 2), strict=True):
        await cast(world, vote_id, person, pick)
    await publish(world, vote_id)
    found = await result(world, vote_id)
    assert [line.option.position for line in found.winners if line.option] == [1, 2]


@pytest.mark.parametrize("method", list(VoteMethod))
async def test_none_of_these_wins_when_more_people_want_it(
    world: World, method: VoteMethod
) -> None:
    bakyt = await world.staff("Бакыт")
    people = await villagers(world, 5)

    def change(vote: Vote) -> None:
        vote.method = method
        vote.max_choices = 2

    vote_id = await world.vote(maker=bakyt, change=change)
    for person, picks in zip(people, ((), (), (), (1,), (2,)), strict=True):
        await cast(world, vote_id, person, *picks)
    await publish(world, vote_id)
    found = await result(world, vote_id)
    assert [line.option for line in found.winners] == [None]
    assert "🏆 " + plain(people[0].t("None of these")) in people[0].last.plain
    assert people[0].last.plain.count("🏆") == 1


async def test_a_ranking_counts_points_and_first_places(world: World, language: str) -> None:
    bakyt = await world.staff("Бакыт")
    people = await villagers(world, 3, language)

    def change(vote: Vote) -> None:
        vote.method = VoteMethod.RANKING

    vote_id = await world.vote(maker=bakyt, change=change)
    for person, picks in zip(people, ((1, 2, 3), (2, 1), (2,)), strict=True):
        await cast(world, vote_id, person, *picks)
    await publish(world, vote_id)
    found = await result(world, vote_id)
    assert [
        (line.option.position, line.score, line.firsts) for line in found.lines if line.option
    ] == [(2, 8, 2), (1, 5, 1), (3, 1, 0)]
    assert plain(people[0].t.plural("{count} point", "{count} points", 8)) in people[0].last.plain


async def test_small_groups_are_hidden_on_the_screen(world: World, language: str) -> None:
    bakyt = await world.staff("Бакыт")
    people = await villagers(world, 12, language)
    vote_id = await world.vote(maker=bakyt)
    for number, person in enumerate(people):
        await cast(world, vote_id, person, 1 if number < 10 else 2)
    await publish(world, vote_id)
    await people[0].taps("👥 By sex and age")
    shown = people[0].last.plain
    assert "—" in shown
    assert people[0].words("women") in shown
    found = await result(world, vote_id)
    assert found.groups[TallyGroup.SEX].scores[2]["female"] is None
    assert found.groups[TallyGroup.AGE].values == (), "all are of one age"


async def test_the_list_of_receipts_holds_mine_and_says_nothing_else(
    world: World, language: str
) -> None:
    bakyt = await world.staff("Бакыт")
    people = await villagers(world, 6, language)
    vote_id = await world.vote(maker=bakyt)
    await people[0].says("/vote")
    await people[0].taps("Мектеп" if language == "ky" else "Школа")
    await people[0].taps("📤 Send my vote")
    receipt_message = people[0].last
    codes = [await cast(world, vote_id, person, 1) for person in people]
    await publish(world, vote_id)
    async with world.ashar.database.read() as session:
        t = Translators(world.ashar.terms.zone)[language]
        file = await dialogue.receipts(Order(session, vote_id, t))
    listed = file.content.decode("utf-8-sig").split("\r\n")[3:-1]
    assert listed == sorted(f"{code[:5]}-{code[5:]}" for code in codes)
    await people[0].taps_at(receipt_message, people[0].words("🧾 Is it counted?"))
    people[0].is_told(
        "✅ Receipt {receipt} is among the counted.", receipt=f"{codes[0][:5]}-{codes[0][5:]}"
    )
    await people[0].forges(f"mine:{vote_id}:AAAAAAAAAA")
    people[0].is_told(
        "⚠️ Receipt {receipt} is not among the counted. "
        "If you have moved to another village since, your vote was withdrawn.",
        receipt="AAAAA-AAAAA",
    )


async def test_a_result_that_is_not_published_is_shown_to_nobody(world: World) -> None:
    bakyt = await world.staff("Бакыт")
    (aida,) = await villagers(world, 1)
    vote_id = await world.vote(maker=bakyt)
    async with world.ashar.database.begin() as session:
        await counting.close_vote(session, vote_id, world.ashar.terms, by=None, now=world.now)
    await aida.says("/menu")
    for forged in ("result", "groups", "receipts", "word"):
        await aida.forges(f"{forged}:{vote_id}")
        assert "🏆" not in aida.last.plain
        aida.is_told("This button is out of date. Here is the present screen.")


async def test_staff_without_a_village_see_the_published_result(
    world: World, language: str
) -> None:
    bakyt = await world.staff("Бакыт", language)
    vote_id = await world.vote(maker=bakyt)
    await publish(world, vote_id)
    await bakyt.says("/work")
    await bakyt.forges(f"staffvote:{vote_id}")
    await bakyt.taps("📊 The result")
    assert bakyt.last.media is not None
    await bakyt.taps("🧾 List of receipts")
    kinds = [message.media.kind for message in bakyt.messages if message.media]
    assert kinds == ["photo", "document"]


async def test_a_long_word_is_cut_in_the_caption_and_read_in_full_by_one_tap(
    world: World, language: str
) -> None:
    bakyt = await world.staff("Бакыт")
    (aida,) = await villagers(world, 1, language)
    titles = [(f"{n}" + "Ө" * 78, f"{n}" + "Щ" * 78) for n in range(10)]

    def change(vote: Vote) -> None:
        vote.title_ky, vote.title_ru = "Ң" * 150, "Ж" * 150

    vote_id = await world.vote(titles, maker=bakyt, change=change)
    word = "Сөз. " * 119 + "Аягы"
    await publish(world, vote_id, (word, word))
    assert aida.last.media is not None
    await aida.taps("💬 Read it in full")
    assert word in aida.last.plain
    await aida.taps("📊 The result")
    assert aida.last.media is not None


async def test_a_short_word_stands_under_the_picture(world: World, language: str) -> None:
    bakyt = await world.staff("Бакыт")
    (aida,) = await villagers(world, 1, language)
    vote_id = await world.vote(maker=bakyt)
    await publish(world, vote_id, ("Рахмат!\nАшар & <b>", "Спасибо!\nАшар & <b>"))
    assert aida.last.plain.endswith(
        "Рахмат!\nАшар & <b>" if language == "ky" else "Спасибо!\nАшар & <b>"
    )
    assert aida.words("💬 Read it in full") not in aida.buttons


@pytest.mark.parametrize("letter", ["Ө", "🌾", "&"])
@pytest.mark.parametrize("method", list(VoteMethod))
def test_the_caption_fits_whatever_is_written(
    letter: str, method: VoteMethod, language: str
) -> None:
    t = Translators(Terms().zone)[language]
    vote = Vote(
        id=1,
        status=VoteStatus.PUBLISHED,
        method=method,
        max_choices=3,
        title_ky=letter * 150,
        title_ru=letter * 150,
        word_ky=letter * 600,
        word_ru=letter * 600,
        closed_at=START,
    )
    lines = tuple(
        Line(
            VoteOption(position=n, title_ky=letter * 80, title_ru=letter * 80),
            1_500_000,
            1_500_000,
            1.0,
            winner=True,
        )
        for n in range(1, 11)
    )
    nothing = Breakdown((), {}, {})
    shown = Result(
        vote,
        (*lines, Line(None, 1_500_000, None, 1.0, winner=True)),
        1_500_000,
        2_500_000,
        dict.fromkeys((TallyGroup.SEX, TallyGroup.AGE, TallyGroup.VILLAGE), nothing),
    )
    text = result_text(t, shown, limit=CAPTION_LIMIT)
    assert len_in_telegram(plain(text)) <= CAPTION_LIMIT
    assert plain(text).count("🏆") == 11


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("Суу", 3, "Суу"),
        ("Таза суу", 5, "Таза…"),
        ("🌾🌾🌾", 5, "🌾🌾…"),
        ("🌾🌾🌾", 6, "🌾🌾🌾"),
        ("🌾🌾", 2, "…"),
    ],
)
def test_a_text_is_cut_between_letters(text: str, limit: int, expected: str) -> None:
    assert cut(text, limit) == expected


@pytest.mark.parametrize("state", [VoteStatus.OPEN, VoteStatus.CANCELLED, VoteStatus.DRAFT])
@pytest.mark.parametrize("prefix", ["result", "groups", "receipts", "word"])
async def test_what_is_not_published_is_told_to_nobody(
    world: World, language: str, prefix: str, state: VoteStatus
) -> None:
    bakyt = await world.staff("Бакыт")
    (aida,) = await villagers(world, 1, language)
    vote_id = await world.vote(maker=bakyt)
    async with world.ashar.database.begin() as session:
        (await session.get_one(Vote, vote_id)).status = state
    await aida.says("/help")
    await aida.forges(f"{prefix}:{vote_id}")
    aida.is_told("This button is out of date. Here is the present screen.")
    aida.sees("<b>🏠 Main menu</b>")


async def test_who_has_no_rights_is_led_to_the_menu_when_a_vote_has_moved_on(
    world: World, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def moved_on(*_: object) -> Result:
        raise Refused(Reason.VOTE_MOVED_ON)

    bakyt = await world.staff("Бакыт")
    (aida,) = await villagers(world, 1, language)
    vote_id = await world.vote(maker=bakyt)
    monkeypatch.setattr(dialogue, "_published", moved_on)
    await aida.says("/help")
    await aida.forges(f"groups:{vote_id}")
    aida.is_told("The vote has moved on meanwhile: this can't be done any more.")
    aida.sees("<b>🏠 Main menu</b>")
