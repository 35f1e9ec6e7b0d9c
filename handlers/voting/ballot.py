"""The ballot: what a tap on it does."""

from markupsafe import Markup

from bot.ui import drafts
from bot.ui.context import Context
from bot.ui.screens import Screen, lines
from handlers.doors import OpenProfile, OpenVote
from handlers.voting.paper import Paper, keep, open_vote, paper_of, voters_of, written
from handlers.voting.screens import (
    Slip,
    ballot_screen,
    copy_screen,
    receipt_screen,
    review_screen,
    split_receipt,
    whose_ballot_screen,
)
from handlers.voting.taps import (
    CheckReceipt,
    Confirm,
    Hear,
    Pick,
    PickNone,
    Rechoose,
    Review,
    ShowPictures,
)
from handlers.words import pictures_of
from models import Resident, Vote, VoteMethod, VoteStatus
from services import people
from services.refusal import Reason, Refused
from services.votes import ballots


async def show_ballot(context: Context, tap: OpenVote) -> None:
    """The options, in this resident's own order; asks for whom if several share the phone."""
    residents = await context.residents()
    if tap.resident_id is None and len(residents) > 1:
        vote, voters = await voters_of(context, tap.vote_id, residents)
        done = await ballots.taken_part(context.session, [vote.id], voters)
        voted = frozenset(resident_id for _, resident_id in done)
        context.show(whose_ballot_screen(context.t, vote, voters, voted))
        return
    resident_id = residents[0].id if tap.resident_id is None else tap.resident_id
    resident = await people.resident(context.session, context.account, resident_id)
    if not people.is_complete(resident):
        await context.go(OpenProfile(resident.id))
        return
    vote = await open_vote(context, tap.vote_id, resident)
    await _clear_other_copy(context, vote)
    draft = await drafts.begin(
        context, ballots.draft_name(vote.id), "options", {"resident": resident.id, "picks": []}
    )
    again = await ballots.has_voted(context.session, vote.id, resident)
    context.show(ballot_screen(context.t, Paper(vote, resident, draft.token, (), again=again)))


async def pick(context: Context, tap: Pick) -> None:
    paper = await paper_of(context, tap)
    picks = tuple(p for p in paper.picks if p != tap.position)
    if paper.vote.method is VoteMethod.ONE:
        picks = ()
    if tap.chosen:
        picks = (*picks, tap.position)
        ballots.check(paper.vote, picks)
    await keep(context, paper, picks)
    done = paper.vote.method is VoteMethod.ONE or (
        paper.vote.method is VoteMethod.RANKING and len(picks) == ballots.most_choices(paper.vote)
    )
    screen = review_screen if done and tap.chosen else ballot_screen
    context.show(screen(context.t, paper.with_picks(picks)))


async def pick_none(context: Context, tap: PickNone) -> None:
    paper = await paper_of(context, tap)
    await keep(context, paper, ())
    context.show(review_screen(context.t, paper.with_picks(())))


async def review(context: Context, tap: Review) -> None:
    paper = await paper_of(context, tap)
    if not paper.picks:
        raise Refused(Reason.NOTHING_CHOSEN)
    context.show(review_screen(context.t, paper))


async def rechoose(context: Context, tap: Rechoose) -> None:
    context.show(ballot_screen(context.t, await paper_of(context, tap)))


async def confirm(context: Context, tap: Confirm) -> None:
    if await _has_gone(context, tap):
        return
    paper = await paper_of(context, tap)
    if tap.picks != written(paper.picks):
        context.alert(context.t("Your choice has changed meanwhile. Please check it once more."))
        context.show(review_screen(context.t, paper))
        return
    cast = await ballots.cast_ballot(
        context.session, tap.vote_id, paper.resident, paper.picks, context.terms, now=context.now
    )
    await drafts.end(context, ballots.draft_name(tap.vote_id))
    t = context.t
    heading = (
        t("✅ Your new vote is accepted. Thank you!")
        if cast.changed
        else t("✅ Your vote is accepted. Thank you!")
    )
    context.show(await _receipt(context, paper.vote, paper.resident, cast.receipt, heading))


async def show_pictures(context: Context, tap: ShowPictures) -> None:
    """All pictures in one album, numbered as on this resident's ballot, then the ballot anew."""
    paper = await paper_of(context, tap)
    if not any(option.picture for option in paper.options):
        raise Refused(Reason.OUTDATED)
    if context.tapped_id is not None:
        context.replace(context.tapped_id, copy_screen(context.t, paper.vote))
    context.album(*pictures_of(context.t, paper.options))
    await keep(context, paper, paper.picks, below=True)
    context.say(ballot_screen(context.t, paper))


async def hear(context: Context, tap: Hear) -> None:
    vote = await ballots.load(context.session, tap.vote_id)
    option = next((o for o in vote.options if o.position == tap.position), None)
    voice = option.voice(context.t.language) if option else None
    if option is None or voice is None or vote.status is VoteStatus.DRAFT:
        raise Refused(Reason.NOT_FOUND)
    context.say(
        Screen(context.t("🎤 {title}", title=option.title(context.t.language)), voice=voice)
    )


async def check_receipt(context: Context, tap: CheckReceipt) -> None:
    vote = await ballots.load(context.session, tap.vote_id)
    if vote.status is VoteStatus.CANCELLED:
        t = context.t
        context.alert(lines(t("The vote was cancelled."), t("Votes that were sent are deleted.")))
        return
    counted = await ballots.is_counted(context.session, tap.vote_id, tap.receipt)
    t = context.t
    if counted:
        context.alert(
            t("✅ Receipt {receipt} is among the counted.", receipt=split_receipt(tap.receipt))
        )
    else:
        context.alert(
            t(
                "⚠️ Receipt {receipt} is not among the counted. "
                "If you have moved to another village since, your vote was withdrawn.",
                receipt=split_receipt(tap.receipt),
            )
        )


async def _has_gone(context: Context, tap: Confirm) -> bool:
    """The second of two taps on «send», or an old one, finds a ballot in the box: its receipt is
    shown, and that this tap changed nothing.

    What it would have cast is not known to be what was, so it is not called accepted.
    """
    name = ballots.draft_name(tap.vote_id)
    if await drafts.find(context, name) is not None:
        return False
    resident = await people.resident(context.session, context.account, tap.resident_id)
    vote = await open_vote(context, tap.vote_id, resident)
    receipt = await ballots.own_receipt(context.session, vote, resident)
    if receipt is None:
        return False
    t = context.t
    context.toast(t("You have voted already; this tap changed nothing."))
    heading = t("✅ You have voted already.")
    context.show(await _receipt(context, vote, resident, receipt, heading))
    return True


async def _receipt(
    context: Context, vote: Vote, resident: Resident, receipt: str, heading: Markup
) -> Screen:
    """The receipt, and the way to the next person of this phone who has not voted."""
    residents = await context.residents()
    done = await ballots.taken_part(context.session, [vote.id], residents)
    waiting = [
        other
        for other in residents
        if other.id != resident.id
        and (vote.id, other.id) not in done
        and people.may_vote_by_age(other, context.terms)
    ]
    slip = Slip(vote, receipt, resident if len(residents) > 1 else None)
    return receipt_screen(context.t, slip, heading, waiting[:1])


async def _clear_other_copy(context: Context, vote: Vote) -> None:
    """A ballot begun in another message is emptied there, so that no tick stays on the screen."""
    name = ballots.draft_name(vote.id)
    draft = await drafts.find(context, name)
    other = draft.data.get("message") if draft else None
    if other is not None and other != context.tapped_id:
        context.replace(other, copy_screen(context.t, vote))
