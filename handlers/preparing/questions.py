"""What a mobilizer is asked: the question of the vote, its options, its dates."""

from datetime import datetime
from typing import Any

from markupsafe import Markup

from bot.ui.callbacks import Callback
from bot.ui.context import Context
from bot.ui.forms import Data, Form, Moment, Number, Photo, Text, Voice
from bot.ui.i18n import Translator
from bot.ui.screens import lines
from handlers.doors import EditVote
from models import Vote
from services.votes import oversight, preparing
from services.votes.preparing import NewOption


async def vote_in_hand(context: Context, vote_id: int) -> Vote:
    return await oversight.vote_to_steer(context.session, await context.rights(), vote_id)


def _to_draft(data: Data) -> Callback:
    return EditVote(data["vote"])


def note_change(context: Context, vote: Vote, part: str) -> None:
    """Writes into the journal which part of the draft was changed, and by whom."""
    preparing.note_change(context.session, vote, part, by=context.account.id, now=context.now)


async def _save_title(context: Context, data: Data) -> None:
    vote = await vote_in_hand(context, data["vote"])
    preparing.set_title(
        vote, data["title_ky"], data["title_ru"] or data["title_ky"], data["budget"]
    )
    note_change(context, vote, "title")
    await context.go(EditVote(vote.id))


TITLE = Form(
    "vote-title",
    (
        Text(
            name="title_ky",
            limit=preparing.TITLE_LIMIT,
            one_line=True,
            ask=lambda t, data: lines(
                t("<b>What is decided?</b> Write it in <b>Kyrgyz</b>."),
                t("For example: «What shall we build in our village?»"),
            ),
        ),
        Text(
            name="title_ru",
            limit=preparing.TITLE_LIMIT,
            one_line=True,
            ask=lambda t, data: lines(
                t("Now the same in <b>Russian</b>."),
                t("In Kyrgyz it is: «{text}»", text=data["title_ky"]),
            ),
        ),
        Number(
            name="budget",
            optional=True,
            ask=lambda t, data: t("💰 How much money is allotted, in som? Write a number or skip."),
        ),
    ),
    _save_title,
    _to_draft,
    about="vote",
)


async def _save_option(context: Context, data: Data) -> None:
    vote = await vote_in_hand(context, data["vote"])
    await preparing.add_option(
        context.session,
        vote,
        NewOption(
            title_ky=data["title_ky"],
            title_ru=data["title_ru"],
            description_ky=data["about_ky"] or "",
            description_ru=data.get("about_ru") or data["about_ky"] or "",
            cost=data["cost"],
            people=data["people"],
            picture=data["picture"],
            voice_ky=data["voice_ky"],
            voice_ru=data["voice_ru"],
        ),
    )
    note_change(context, vote, "option added")
    context.toast(context.t("✅ Option {number} is saved.", number=len(vote.options)))
    await context.go(EditVote(vote.id))


def _option_review(t: Translator, data: Data) -> Markup:
    yes, no = t("✅ yes"), t("no")
    spoken = [
        language
        for voice, language in (
            (data["voice_ky"], t("in Kyrgyz")),
            (data["voice_ru"], t("in Russian")),
        )
        if voice
    ]
    return lines(
        t("<b>Option {number}: is everything right?</b>", number=data["number"]),
        t("Kyrgyz: {text}", text=data["title_ky"]),
        data["about_ky"],
        t("Russian: {text}", text=data["title_ru"]),
        data.get("about_ru"),
        t("⚠️ There is no Russian text: Russian readers will see the Kyrgyz one.")
        if data["about_ky"] and not data.get("about_ru")
        else None,
        t("💰 Cost: {sum}", sum=t.som(data["cost"])) if data["cost"] else None,
        t.plural("👥 Serves {count} person", "👥 Serves {count} people", data["people"])
        if data["people"]
        else None,
        t("🖼 Picture: {has}", has=yes if data["picture"] else no),
        t("🎤 Voice: {has}", has=Markup(", ").join(spoken) or no),
    )


OPTION = Form(
    "vote-option",
    (
        Text(
            name="title_ky",
            limit=preparing.OPTION_LIMIT,
            one_line=True,
            ask=lambda t, data: lines(
                t("<b>Option {number}.</b> Its name in <b>Kyrgyz</b>:", number=data["number"]),
                t("For example: «Clean drinking water»"),
            ),
        ),
        Text(
            name="title_ru",
            limit=preparing.OPTION_LIMIT,
            one_line=True,
            ask=lambda t, data: t("Its name in <b>Russian</b>:"),
        ),
        Text(
            name="about_ky",
            limit=preparing.DESCRIPTION_LIMIT,
            optional=True,
            ask=lambda t, data: t("What exactly will be done? One or two sentences in Kyrgyz."),
        ),
        Text(
            name="about_ru",
            limit=preparing.DESCRIPTION_LIMIT,
            optional=True,
            when=lambda data: bool(data.get("about_ky")),
            ask=lambda t, data: t("The same in Russian."),
        ),
        Number(
            name="cost",
            optional=True,
            ask=lambda t, data: t("💰 What does it cost, in som? Write a number."),
        ),
        Number(
            name="people",
            optional=True,
            most=10_000_000,
            ask=lambda t, data: t("👥 How many people does it serve? Write a number."),
        ),
        Photo(
            name="picture",
            optional=True,
            ask=lambda t, data: t("🖼 Send a picture of it, if there is one."),
        ),
        Voice(
            name="voice_ky",
            optional=True,
            ask=lambda t, data: lines(
                t("🎤 Tell about it in Kyrgyz by voice."),
                t("It is for those who find reading hard."),
            ),
        ),
        Voice(
            name="voice_ru",
            optional=True,
            ask=lambda t, data: t("🎤 Now by voice in Russian."),
        ),
    ),
    _save_option,
    _to_draft,
    review=_option_review,
    about="vote",
)


async def _save_dates(context: Context, data: Data) -> None:
    vote = await vote_in_hand(context, data["vote"])
    preparing.set_dates(
        vote, _moment(data["opens_at"]), _moment(data["closes_at"]), now=context.now
    )
    note_change(context, vote, "dates")
    await context.go(EditVote(vote.id))


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


DATES = Form(
    "vote-dates",
    (
        Moment(
            name="opens_at",
            days=(1, 2, 3, 7),
            hour=9,
            now_too=True,
            longest=preparing.LONGEST_AHEAD,
            ask=lambda t, data: lines(
                t("<b>When does the vote start?</b>"),
                t("«Now»: as soon as you announce it. You can write a date too: 25.11 09:00"),
            ),
        ),
        Moment(
            name="closes_at",
            days=(1, 3, 5, 7, 10, 14, 30),
            hour=18,
            after="opens_at",
            longest=preparing.LONGEST_AHEAD,
            ask=lambda t, data: lines(
                t("<b>When does it end?</b>"),
                t("You can write a date too: 25.11 18:00"),
            ),
        ),
    ),
    _save_dates,
    _to_draft,
    about="vote",
)
