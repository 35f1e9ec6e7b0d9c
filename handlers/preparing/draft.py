"""A vote in preparation: looked at, changed piece by piece, announced."""

from bot.ui import forms
from bot.ui.context import Context
from bot.ui.i18n import LANGUAGES
from bot.ui.screens import Screen
from handlers.doors import EditVote, OpenStaffVote
from handlers.preparing.questions import DATES, OPTION, TITLE, note_change, vote_in_hand
from handlers.preparing.screens import (
    announce_screen,
    draft_screen,
    method_screen,
    options_screen,
    preview_screen,
)
from handlers.preparing.taps import (
    AddOption,
    Announce,
    AskAnnounce,
    EditDates,
    EditMethod,
    EditOptions,
    EditTitle,
    Preview,
    RemoveOption,
    SetMethod,
)
from handlers.words import numbered, pictures_of
from models import VoteStatus
from services.refusal import Reason, Refused
from services.votes import lifecycle, preparing, results


async def show_draft(context: Context, tap: EditVote) -> None:
    vote = await vote_in_hand(context, tap.vote_id)
    if vote.status is not VoteStatus.DRAFT:
        await context.go(OpenStaffVote(vote.id))
        return
    directory = await context.directory()
    villages = await preparing.villages_of(context.session, vote.id)
    context.show(draft_screen(context.t, vote, directory, villages, now=context.now))


async def edit_title(context: Context, tap: EditTitle) -> None:
    preparing.require_draft(await vote_in_hand(context, tap.vote_id))
    await forms.begin(context, TITLE, {"vote": tap.vote_id})


async def add_option(context: Context, tap: AddOption) -> None:
    vote = await vote_in_hand(context, tap.vote_id)
    preparing.require_draft(vote)
    if len(vote.options) >= preparing.MOST_OPTIONS:
        raise Refused(Reason.TOO_MANY_OPTIONS, limit=preparing.MOST_OPTIONS)
    await forms.begin(context, OPTION, {"vote": tap.vote_id, "number": len(vote.options) + 1})


async def edit_options(context: Context, tap: EditOptions) -> None:
    vote = await vote_in_hand(context, tap.vote_id)
    preparing.require_draft(vote)
    context.show(options_screen(context.t, vote))


async def remove_option(context: Context, tap: RemoveOption) -> None:
    vote = await vote_in_hand(context, tap.vote_id)
    await preparing.remove_option(context.session, vote, tap.option_id)
    note_change(context, vote, "option removed")
    context.show(options_screen(context.t, vote))


async def edit_method(context: Context, tap: EditMethod) -> None:
    vote = await vote_in_hand(context, tap.vote_id)
    preparing.require_draft(vote)
    context.show(method_screen(context.t, vote))


async def set_method(context: Context, tap: SetMethod) -> None:
    vote = await vote_in_hand(context, tap.vote_id)
    preparing.set_method(vote, tap.method, tap.max_choices)
    note_change(context, vote, "method")
    await context.go(EditVote(vote.id))


async def edit_dates(context: Context, tap: EditDates) -> None:
    preparing.require_draft(await vote_in_hand(context, tap.vote_id))
    await forms.begin(context, DATES, {"vote": tap.vote_id})


async def preview(context: Context, tap: Preview) -> None:
    """What a villager will see, pictures and voices first; the ballot has no buttons."""
    vote = await vote_in_hand(context, tap.vote_id)
    if tap.language not in LANGUAGES:
        raise Refused(Reason.OUTDATED)
    t = context.translators[tap.language]
    pictures, names = pictures_of(t, vote.options)
    if pictures:
        context.album(pictures, names)
    for number, option in enumerate(vote.options, start=1):
        if voice := option.voice(t.language):
            context.say(Screen(numbered(number, option.title(t.language)), voice=voice))
    context.say(preview_screen(t, context.t, vote))


async def ask_announce(context: Context, tap: AskAnnounce) -> None:
    """The last question before everybody is told."""
    vote = await vote_in_hand(context, tap.vote_id)
    preparing.require_draft(vote)
    if preparing.missing(vote):
        raise Refused(Reason.VOTE_INCOMPLETE)
    if preparing.dates_have_passed(vote, now=context.now):
        raise Refused(Reason.DATE_PASSED)
    people = await results.reachable(context.session, vote.id)
    context.show(announce_screen(context.t, vote, people, now=context.now))


async def announce(context: Context, tap: Announce) -> None:
    vote = await vote_in_hand(context, tap.vote_id)
    if vote.status not in (VoteStatus.ANNOUNCED, VoteStatus.OPEN):
        await lifecycle.announce(context.session, vote, by=context.account.id, now=context.now)
    context.toast(context.t("📣 Done: the vote is announced."))
    await context.go(OpenStaffVote(vote.id))
