"""What people do in a whole vote, step by step, each seeing what they have to see."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.browser.phone import Hand
from tests.browser.village import INVITATION, POSTER

NAMES = {"ky": "Кыргызча", "ru": "Русский"}


@dataclass(frozen=True, slots=True)
class Option:
    title_ky: str
    title_ru: str
    cost: str
    picture: Path | None = None

    def title(self, language: str) -> str:
        return self.title_ru if language == "ru" else self.title_ky


async def agrees(hand: Hand, language: str) -> None:
    """Language and consent: the first two taps of everybody."""
    await hand.sees("<b>Choose the language</b> 👇")
    await hand.taps(NAMES[language])
    await hand.sees("<b>Do you consent to the processing of your personal data?</b>")
    await hand.taps("✅ I consent")


async def settles(hand: Hand, name: str, language: str, sex: str, age: str) -> None:
    """A newcomer scans the poster: four taps to the menu."""
    await hand.holds(name, language)
    await hand.opens(POSTER)
    await agrees(hand, language)
    await tells_of_oneself(hand, sex, age)


async def tells_of_oneself(hand: Hand, sex: str, age: str) -> None:
    """The last two taps before the menu."""
    await hand.sees("<b>Are you a woman or a man?</b> We ask so that everybody is heard.")
    await hand.taps(sex)
    await hand.sees("<b>How old are you?</b>")
    await hand.taps(age)
    await hand.sees("<b>🏠 Main menu</b>")


async def becomes_mobilizer(hand: Hand, name: str, language: str) -> None:
    await hand.holds(name, language)
    await hand.opens(INVITATION)
    await agrees(hand, language)
    await hand.sees("<b>✅ The invitation is accepted.</b>")


async def begins_vote(hand: Hand, titles: tuple[str, str], budget: str) -> None:
    """From the desk to a draft with its question; the vote is for the first village."""
    await hand.taps("🧰 My work")
    await hand.sees("What shall we do?")
    await hand.taps("✏️ Prepare a vote")
    await hand.sees("Mark the villages, or take all of them.")
    await hand.taps("Бостери")
    await hand.taps("➡️ Prepare for these: {count}", count=1)
    await hand.sees("<b>What is decided?</b> Write it in <b>Kyrgyz</b>.")
    await hand.says(titles[0])
    await hand.sees("Now the same in <b>Russian</b>.")
    await hand.says(titles[1])
    await hand.sees("💰 How much money is allotted, in som? Write a number or skip.")
    await hand.says(budget)
    await hand.sees("<b>✏️ A vote in preparation</b>", *titles)


async def adds_option(hand: Hand, number: int, option: Option) -> None:
    """Two names and a cost, perhaps a picture; the rest is skipped."""
    await hand.taps("➕ Add an option")
    await hand.sees("<b>Option {number}.</b> Its name in <b>Kyrgyz</b>:", number=number)
    await hand.says(option.title_ky)
    await hand.sees("Its name in <b>Russian</b>:")
    await hand.says(option.title_ru)
    await _skips(hand, "What exactly will be done? One or two sentences in Kyrgyz.")
    await hand.sees("💰 What does it cost, in som? Write a number.")
    await hand.says(option.cost)
    await _skips(hand, "👥 How many people does it serve? Write a number.")
    await hand.sees("🖼 Send a picture of it, if there is one.")
    if option.picture is None:
        await hand.taps("⏭ Skip")
    else:
        await hand.sends_picture(option.picture)
    await _skips(hand, "It is for those who find reading hard.")
    await _skips(hand, "🎤 Now by voice in Russian.")
    await hand.sees("<b>Option {number}: is everything right?</b>", number=number)
    await hand.taps("✅ Confirm")
    await hand.sees("<b>✏️ A vote in preparation</b>", option.title_ky)


async def sets_dates(hand: Hand, until: str) -> None:
    """From now; `until` is a date as a mobilizer types it."""
    await hand.taps("⏰ Dates")
    await hand.sees("<b>When does the vote start?</b>")
    await hand.taps("Now")
    await hand.sees("<b>When does it end?</b>")
    await hand.says(until)
    await hand.sees("✅ Everything is ready. Look at it, then announce.")


async def announces(hand: Hand) -> None:
    await hand.taps("📣 Announce the vote")
    await hand.sees("<b>📣 Announce the vote?</b>")
    await hand.taps("📣 Yes, announce")
    await hand.sees("🗳 open")


async def prepares_vote(
    hand: Hand, titles: tuple[str, str], options: Sequence[Option], until: str
) -> None:
    await begins_vote(hand, titles, "1 500 000")
    for number, option in enumerate(options, start=1):
        await adds_option(hand, number, option)
    await sets_dates(hand, until)


async def opens_ballot(hand: Hand, name: str, language: str, title: str) -> None:
    """From the message that a vote has started."""
    await hand.holds(name, language)
    await hand.sees("🗳 A vote has started in your village!", title)
    await hand.taps("🗳 Vote")
    await hand.sees("❌ None of these")


async def chooses(hand: Hand, option: str) -> None:
    await hand.taps(option)
    await hand.sees("You have chosen:", option)


async def sends_ballot(hand: Hand) -> None:
    await hand.taps("📤 Send my vote")
    await hand.sees("✅ Your vote is accepted. Thank you!", "🔒 Nobody sees what you voted for.")


async def closes(hand: Hand) -> None:
    await hand.taps("🔒 Close now")
    await hand.sees("<b>🔒 Close the vote now?</b>")
    await hand.taps("🔒 Yes, close")
    await hand.sees("🔒 closed, not published")


async def publishes(hand: Hand) -> None:
    await hand.taps("📣 Publish the result")
    await hand.sees("<b>📣 Publish the result?</b>")
    await hand.taps("📣 Yes, publish")
    await hand.sees("📊 published")


async def gets_result(hand: Hand, name: str, language: str, title: str) -> None:
    """Everybody of the village, whether they voted or not."""
    await hand.holds(name, language)
    await hand.sees_result(title)


async def _skips(hand: Hand, question: str) -> None:
    await hand.sees(question)
    await hand.taps("⏭ Skip")
