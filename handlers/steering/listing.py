"""All votes of somebody's places, and the screen that fits the state of one."""

from collections.abc import Sequence

from markupsafe import Markup

from bot.ui.context import Context
from bot.ui.i18n import Translator
from bot.ui.screens import Button, Row, Screen, lines
from handlers.doors import EditVote, OpenStaffVote, OpenStaffVotes, OpenWork
from handlers.steering.cancelling import cancelled_screen
from handlers.steering.counted import counted_screen
from handlers.steering.finding import vote_to_watch
from handlers.steering.running import Seen, announced_screen, turnout_screen
from handlers.words import back_button, menu_button, shorten, status_name
from models import Vote, VoteStatus
from services.access.rights import VOTE_MAKERS
from services.places.directory import Directory
from services.refusal import Reason, Refused
from services.votes import oversight, results

LISTED_VOTES = 20


async def show_staff_votes(context: Context, _tap: OpenStaffVotes) -> None:
    rights = await context.rights()
    if not rights:
        raise Refused(Reason.NO_RIGHT)
    votes = await oversight.votes_of_staff(context.session, rights)
    context.show(staff_votes_screen(context.t, votes, await context.directory()))


async def show_staff_vote(context: Context, tap: OpenStaffVote) -> None:
    """The screen that fits the state of the vote."""
    vote = await vote_to_watch(context, tap.vote_id)
    t = context.t
    steers = (await context.rights()).allow(VOTE_MAKERS, vote.place_id)
    match vote.status:
        case VoteStatus.DRAFT:
            await context.go(EditVote(vote.id))
        case VoteStatus.ANNOUNCED:
            context.show(announced_screen(t, vote, steers=steers))
        case VoteStatus.OPEN:
            live = await results.live_turnout(context.session, vote.id, context.terms)
            seen = Seen(live, await context.directory(), context.t.time(context.now))
            context.show(turnout_screen(t, vote, seen, steers=steers))
        case VoteStatus.CLOSED | VoteStatus.PUBLISHED:
            result = await results.result_of(context.session, vote.id)
            people = await results.reachable(context.session, vote.id)
            context.show(counted_screen(t, result, people, steers=steers))
        case VoteStatus.CANCELLED:
            context.show(cancelled_screen(t, vote))


def staff_votes_screen(t: Translator, votes: Sequence[Vote], directory: Directory) -> Screen:
    rows: list[Row] = []
    parts: list[Markup] = [t("<b>🗳 Votes of my places</b>")]
    for vote in votes[:LISTED_VOTES]:
        place = directory.get(vote.place_id)
        title = shorten(vote.title(t.language), 60) or t("without a question yet")
        parts.append(
            Markup("{}: {} ({})").format(
                status_name(t, vote.status), title, place.name(t.language) if place else "—"
            )
        )
        rows.append((Button(shorten(f"{title}", 40), OpenStaffVote(vote.id)),))
    if not votes:
        parts.append(t("There is none yet."))
    return Screen(lines(*parts), (*rows, (back_button(t, OpenWork()), menu_button(t))))
