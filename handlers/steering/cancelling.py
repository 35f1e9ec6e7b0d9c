"""The end of a vote without a result, and why."""

from bot.ui import forms
from bot.ui.context import Context
from bot.ui.forms import Data, Form, Text
from bot.ui.i18n import Translator, msg
from bot.ui.screens import Button, Screen, lines
from handlers.doors import CancelVote, OpenStaffVote, OpenStaffVotes
from handlers.steering.finding import head_of, vote_to_steer
from handlers.steering.taps import DropDraft
from handlers.words import back_button
from models import Vote, VoteStatus
from services.refusal import Reason, Refused
from services.votes import lifecycle


async def cancel_vote(context: Context, tap: CancelVote) -> None:
    vote = await vote_to_steer(context, tap.vote_id)
    if VoteStatus.CANCELLED not in lifecycle.MOVES[vote.status]:
        raise Refused(Reason.VOTE_MOVED_ON)
    if vote.status is VoteStatus.DRAFT:
        context.show(drop_screen(context.t, vote))
        return
    await forms.begin(context, REASON, {"vote": vote.id, "title": vote.title(context.t.language)})


async def drop_draft(context: Context, tap: DropDraft) -> None:
    """Nobody was told of it, so nobody has to be told why; a second tap changes nothing."""
    vote = await vote_to_steer(context, tap.vote_id)
    if vote.status is VoteStatus.DRAFT:
        await lifecycle.cancel(
            context.session, vote, "", "", by=context.account.id, now=context.now
        )
        context.toast(context.t("🗑 The draft is deleted."))
    await context.go(OpenStaffVotes())


async def _cancel(context: Context, data: Data) -> None:
    vote = await vote_to_steer(context, data["vote"])
    await lifecycle.cancel(
        context.session,
        vote,
        data["reason_ky"],
        data["reason_ru"],
        by=context.account.id,
        now=context.now,
    )
    await context.go(OpenStaffVotes())


REASON = Form(
    "vote-cancel",
    (
        Text(
            name="reason_ky",
            limit=300,
            ask=lambda t, data: lines(
                t("<b>❌ Cancel the vote «{title}»?</b>", title=data["title"]),
                t("Everybody who was told of it will be told why. All votes will be deleted."),
                t("Write the reason in Kyrgyz:"),
            ),
        ),
        Text(
            name="reason_ru",
            limit=300,
            ask=lambda t, data: t("Write the reason in Russian:"),
        ),
    ),
    _cancel,
    lambda data: OpenStaffVote(data["vote"]),
    review=lambda t, data: lines(
        t("<b>❌ Cancel the vote «{title}»?</b>", title=data["title"]),
        data["reason_ky"],
        data["reason_ru"],
    ),
    about="vote",
    left=msg("The vote is unchanged."),
)


def drop_screen(t: Translator, vote: Vote) -> Screen:
    return Screen(
        lines(
            t("<b>🗑 Delete the draft?</b>"),
            vote.title(t.language) or t("without a question yet"),
            t("Nobody was told of it."),
        ),
        (
            (Button(t("🗑 Yes, delete"), DropDraft(vote.id)),),
            (back_button(t, OpenStaffVote(vote.id)),),
        ),
    )


def cancelled_screen(t: Translator, vote: Vote) -> Screen:
    reason = vote.cancel_reason_ru if t.language == "ru" else vote.cancel_reason_ky
    return Screen(
        lines(*head_of(t, vote), t("Reason: {reason}", reason=reason or "—")),
        ((back_button(t, OpenStaffVotes()),),),
    )
