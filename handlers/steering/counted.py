"""A vote that is counted: a look at the result, a word with it, its publication."""

from bot.ui import forms
from bot.ui.context import Context
from bot.ui.forms import Data, Form, Text
from bot.ui.i18n import LANGUAGES, Translator
from bot.ui.screens import CAPTION_LIMIT, Attachment, Button, Row, Screen, lines
from handlers.doors import OpenResult, OpenStaffVote, OpenStaffVotes
from handlers.steering.finding import head_of, vote_to_steer, vote_to_watch
from handlers.steering.taps import AddWord, AskPublish, Export, LookAtResult, Publish
from handlers.words import back_button, result_text
from models import Vote, VoteStatus
from services.refusal import Reason, Refused
from services.votes import lifecycle, results
from services.votes.results import Result


async def look_at_result(context: Context, tap: LookAtResult) -> None:
    vote = await vote_to_watch(context, tap.vote_id)
    result = await results.result_of(context.session, vote.id)
    if tap.language not in LANGUAGES:
        raise Refused(Reason.OUTDATED)
    context.say(look_screen(context.translators[tap.language], context.t, result))


async def add_word(context: Context, tap: AddWord) -> None:
    vote = await vote_to_steer(context, tap.vote_id)
    if vote.status is not VoteStatus.CLOSED:
        raise Refused(Reason.VOTE_MOVED_ON)
    await forms.begin(context, WORD, {"vote": vote.id})


async def ask_publish(context: Context, tap: AskPublish) -> None:
    vote = await vote_to_steer(context, tap.vote_id)
    if vote.status is not VoteStatus.CLOSED:
        raise Refused(Reason.VOTE_MOVED_ON)
    people = await results.reachable(context.session, vote.id)
    result = await results.result_of(context.session, vote.id)
    few = 0 < result.voters < context.terms.hide_below
    context.show(publish_screen(context.t, vote, people, few=few))


async def publish(context: Context, tap: Publish) -> None:
    vote = await vote_to_steer(context, tap.vote_id)
    await lifecycle.publish(context.session, vote, by=context.account.id, now=context.now)
    context.toast(context.t("📊 Published: the result is on its way to everybody."))
    await context.go(OpenStaffVote(vote.id))


async def _save_word(context: Context, data: Data) -> None:
    vote = await vote_to_steer(context, data["vote"])
    lifecycle.set_word(
        context.session,
        vote,
        data["word_ky"],
        data["word_ru"],
        by=context.account.id,
        now=context.now,
    )
    await context.go(OpenStaffVote(vote.id))


WORD = Form(
    "vote-word",
    (
        Text(
            name="word_ky",
            limit=lifecycle.WORD_LIMIT,
            optional=True,
            ask=lambda t, data: t("✏️ Your word to the village with the result, in Kyrgyz:"),
        ),
        Text(
            name="word_ru",
            limit=lifecycle.WORD_LIMIT,
            optional=True,
            ask=lambda t, data: t("The same in Russian."),
        ),
    ),
    _save_word,
    lambda data: OpenStaffVote(data["vote"]),
    about="vote",
)


def counted_screen(t: Translator, result: Result, people: int, *, steers: bool) -> Screen:
    vote = result.vote
    rows: list[Row] = [
        (
            Button(t("👁 In Kyrgyz"), LookAtResult(vote.id, "ky")),
            Button(t("👁 In Russian"), LookAtResult(vote.id, "ru")),
        )
    ]
    if vote.status is VoteStatus.CLOSED and steers:
        rows.append((Button(t("✏️ Add a word"), AddWord(vote.id)),))
        rows.append((Button(t("📣 Publish the result"), AskPublish(vote.id)),))
    elif vote.status is VoteStatus.PUBLISHED:
        rows.append((Button(t("📊 The result"), OpenResult(vote.id)),))
    rows.append(
        (
            Button(t("📄 Excel"), Export(vote.id, "xlsx")),
            Button(t("📄 CSV"), Export(vote.id, "csv")),
        )
    )
    word = [part for part in (vote.word_ky, vote.word_ru) if part]
    return Screen(
        lines(
            *head_of(t, vote),
            t.plural("👥 {count} person voted.", "👥 {count} people voted.", result.voters),
            *word,
            t.plural(
                "{count} phone will get the result.", "{count} phones will get the result.", people
            )
            if vote.status is VoteStatus.CLOSED
            else None,
        ),
        (*rows, (back_button(t, OpenStaffVotes()),)),
    )


def look_screen(t: Translator, own: Translator, result: Result) -> Screen:
    """As villagers will see it, in `t`; the way back in the staff member's own language."""
    return Screen(
        result_text(t, result, limit=CAPTION_LIMIT),
        ((back_button(own, OpenStaffVote(result.vote.id)),),),
        picture=Attachment("chart", result.vote.id, t.language, reuse=True),
    )


def publish_screen(t: Translator, vote: Vote, people: int, *, few: bool) -> Screen:
    """`few`: so few voted that the totals tell who chose what."""
    return Screen(
        lines(
            t("<b>📣 Publish the result?</b>"),
            vote.title(t.language),
            t.plural(
                "{count} phone will get the result.", "{count} phones will get the result.", people
            ),
            t("⚠️ Very few voted: from the result people may guess who chose what.")
            if few
            else None,
        ),
        (
            (Button(t("📣 Yes, publish"), Publish(vote.id)),),
            (back_button(t, OpenStaffVote(vote.id)),),
        ),
    )
