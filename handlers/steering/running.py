"""A vote that is announced or open: who takes part, and opening or closing it by hand."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from bot.ui.context import Context
from bot.ui.i18n import Translator
from bot.ui.screens import Button, Row, Screen, lines
from handlers.doors import CancelVote, OpenStaffVote, OpenStaffVotes
from handlers.steering.finding import head_of, vote_to_steer
from handlers.steering.taps import AskClose, CloseNow, OpenNow
from handlers.words import age_group, back_button, sex_group
from models import Vote, VoteStatus
from services.places.directory import Directory
from services.refusal import Reason, Refused
from services.votes import counting, lifecycle, oversight
from services.votes.results import LiveTurnout

LISTED_VILLAGES = 20


async def open_now(context: Context, tap: OpenNow) -> None:
    vote = await vote_to_steer(context, tap.vote_id)
    if vote.status is not VoteStatus.OPEN:
        await lifecycle.open_now(context.session, vote, by=context.account.id, now=context.now)
    await context.go(OpenStaffVote(vote.id))


async def ask_close(context: Context, tap: AskClose) -> None:
    vote = await vote_to_steer(context, tap.vote_id)
    if vote.status is not VoteStatus.OPEN:
        raise Refused(Reason.VOTE_MOVED_ON)
    count = await oversight.turnout_count(context.session, vote.id)
    context.show(close_screen(context.t, vote, count))


async def close_now(context: Context, tap: CloseNow) -> None:
    vote = await vote_to_steer(context, tap.vote_id)
    closed = await counting.close_vote(
        context.session, vote.id, context.terms, by=context.account.id, now=context.now
    )
    context.toast(
        context.t("🔒 Closed and counted.") if closed else context.t("It is closed already.")
    )
    await context.go(OpenStaffVote(vote.id))


@dataclass(frozen=True, slots=True)
class Seen:
    """The turnout as it was at a time of the day."""

    live: LiveTurnout
    directory: Directory
    at: str


def announced_screen(t: Translator, vote: Vote, *, steers: bool) -> Screen:
    """`steers`: for who may act, and not only look."""
    acts: tuple[Row, ...] = (
        (Button(t("🗳 Open now"), OpenNow(vote.id)),),
        (Button(t("❌ Cancel the vote"), CancelVote(vote.id)),),
    )
    return Screen(
        lines(*head_of(t, vote)),
        (*(acts if steers else ()), (back_button(t, OpenStaffVotes()),)),
    )


def turnout_screen(t: Translator, vote: Vote, seen: Seen, *, steers: bool) -> Screen:
    """Who took part so far; what was chosen is known to nobody before the close."""
    live = seen.live
    acts: tuple[Row, ...] = (
        (Button(t("🔒 Close now"), AskClose(vote.id)),),
        (Button(t("❌ Cancel the vote"), CancelVote(vote.id)),),
    )
    sexes = _counts({sex_group(t, sex): count for sex, count in live.by_sex.items()}, t)
    ages = _counts({age_group(t, band): count for band, count in live.by_age.items()}, t)
    return Screen(
        lines(
            *head_of(t, vote),
            "",
            t.plural(
                "<b>👥 {count} person has voted.</b>",
                "<b>👥 {count} people have voted.</b>",
                live.voted,
            ),
            sexes,
            ages,
            *_villages(t, live, seen.directory),
            "",
            t("As of {time}. What was chosen, nobody knows before the end.", time=seen.at),
        ),
        (
            (Button(t("🔄 Refresh"), OpenStaffVote(vote.id)),),
            *(acts if steers else ()),
            (back_button(t, OpenStaffVotes()),),
        ),
    )


def close_screen(t: Translator, vote: Vote, count: int) -> Screen:
    return Screen(
        lines(
            t("<b>🔒 Close the vote now?</b>"),
            vote.title(t.language),
            t.plural("👥 {count} person voted.", "👥 {count} people voted.", count),
            t("It ends at once and is counted; it can't be opened again."),
        ),
        (
            (Button(t("🔒 Yes, close"), CloseNow(vote.id)),),
            (back_button(t, OpenStaffVote(vote.id)),),
        ),
    )


def _counts(counts: Mapping[Markup, int], t: Translator) -> Markup | None:
    shown = [
        Markup("{}: {}").format(name, t.number(count)) for name, count in counts.items() if count
    ]
    return Markup(" · ").join(shown) if shown else None


def _villages(t: Translator, live: LiveTurnout, directory: Directory) -> list[Markup]:
    """Voted, of how many adults (or of how many the bot knows)."""
    if len(live.villages) > LISTED_VILLAGES:
        return []
    rows = []
    for village in live.villages:
        place = directory.get(village.village_id)
        name = place.name(t.language) if place else "—"
        if village.adults:
            share = t.percent(village.voted / village.adults)
            rows.append(
                t(
                    "📍 {village}: {voted} of {adults} adults ({share})",
                    village=name,
                    voted=village.voted,
                    adults=village.adults,
                    share=share,
                )
            )
        else:
            rows.append(
                t(
                    "📍 {village}: {voted} of {known} registered",
                    village=name,
                    voted=village.voted,
                    known=village.registered,
                )
            )
    return rows
