"""The end of a vote without a result, and why."""

from bot.ui import forms
from bot.ui.context import Context
from bot.ui.forms import Data, Form, Text
from bot.ui.i18n import Translator, msg
from bot.ui.screens import Screen, lines
from handlers.doors import CancelVote, OpenStaffVote, OpenStaffVotes
from handlers.steering.finding import head_of, vote_to_steer
from handlers.words import back_button
from models import Vote, VoteStatus
from services.refusal import Reason, Refused
from services.votes import lifecycle


async def cancel_vote(context: Context, tap: CancelVote) -> None:
    vote = await vote_to_steer(context, tap.vote_id)
    if VoteStatus.CANCELLED not in lifecycle.MOVES[vote.status]:
        raise Refused(Reason.VOTE_MOVED_ON)
    await forms.begin(context, REASON, {"vote": vote.id, "title": vote.title(context.t.language)})


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


def cancelled_screen(t: Translator, vote: Vote) -> Screen:
    reason = vote.cancel_reason_ru if t.language == "ru" else vote.cancel_reason_ky
    return Screen(
        lines(*head_of(t, vote), t("Reason: {reason}", reason=reason or "—")),
        ((back_button(t, OpenStaffVotes()),),),
    )
