"""What is open for me, what I have answered, and earlier results."""

from collections.abc import Sequence

from markupsafe import Markup

from bot.ui.context import Context
from bot.ui.i18n import Translator
from bot.ui.screens import Button, Row, Screen, lines
from handlers.doors import OpenResult, OpenVote, OpenVotes
from handlers.words import from_which_age, menu_button, shorten
from models import Resident, Vote, VoteStatus
from services import people
from services.votes import ballots


async def show_votes(context: Context, _tap: OpenVotes | None = None) -> None:
    """/vote: straight to the ballot if there is just one to fill in."""
    residents = await context.residents()
    current = await ballots.current_votes(context.session, residents)
    done = await ballots.taken_part(context.session, [vote.id for vote in current], residents)
    voted = {
        (vote.id, resident.id): (vote.id, resident.id) in done
        for vote in current
        if vote.status is VoteStatus.OPEN
        for resident in residents
    }
    voters = [r for r in residents if people.may_vote_by_age(r, context.terms)]
    old_enough = {r.id for r in voters}
    waiting = [key for key, done in voted.items() if not done and key[1] in old_enough]
    if _tap is None and len(residents) == 1 and len(waiting) == 1:
        await context.go(OpenVote(waiting[0][0], waiting[0][1]))
        return
    votes = [*current, *await ballots.past_votes(context.session, residents)]
    context.show(votes_screen(context.t, votes, voters, voted, context.terms.voting_age))


def votes_screen(
    t: Translator,
    votes: Sequence[Vote],
    voters: Sequence[Resident],
    voted: dict[tuple[int, int], bool],
    voting_age: int,
) -> Screen:
    """The list of /vote. `voters`: those of this phone who are old enough."""
    if not votes:
        text = t("There is no vote now. We will write to you when one starts.")
        return Screen(text, ((menu_button(t),),))
    rows: list[Row] = []
    parts: list[Markup] = [t("<b>🗳 Votes</b>")]
    for vote in votes:
        title = vote.title(t.language)
        match vote.status:
            case VoteStatus.ANNOUNCED:
                assert vote.opens_at is not None
                parts.append(
                    t("📣 {title}: starts {moment}", title=title, moment=t.moment(vote.opens_at))
                )
            case VoteStatus.OPEN:
                assert vote.closes_at is not None
                done = [r for r in voters if voted[vote.id, r.id]]
                all_done = bool(voters) and len(done) == len(voters)
                line = (
                    t(
                        "✅ {title}: you have voted, open until {moment}",
                        title=title,
                        moment=t.moment(vote.closes_at),
                    )
                    if all_done
                    else t(
                        "🗳 {title}: open until {moment}",
                        title=title,
                        moment=t.moment(vote.closes_at),
                    )
                )
                parts.append(line)
                if not voters:
                    continue
                label = t("✏️ Change my vote") if all_done else t("🗳 Vote")
                rows.append(
                    (Button(Markup("{}: {}").format(label, shorten(title, 40)), OpenVote(vote.id)),)
                )
            case _:
                parts.append(t("📊 {title}: the result is here", title=title))
                rows.append(
                    (Button(t("📊 {title}", title=shorten(title, 40)), OpenResult(vote.id)),)
                )
    if voted and not voters:
        parts.append(from_which_age(t, voting_age))
    return Screen(lines(*parts), (*rows, (menu_button(t),)))
