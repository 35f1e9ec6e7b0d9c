"""A vote in the hands of its makers: turnout while it runs, closing, publishing, the record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bot.files import Order
from bot.request import Upload
from bot.ui import forms
from bot.ui.callbacks import Callback, callback
from bot.ui.context import Context
from bot.ui.forms import Data, Form, Text
from bot.ui.i18n import LANGUAGES, Translator
from bot.ui.routes import OpenTo, Route, Tap
from bot.ui.screens import CAPTION_LIMIT, Attachment, Button, Row, Screen, lines
from handlers.doors import (
    CancelVote,
    EditVote,
    OpenResult,
    OpenStaffVote,
    OpenStaffVotes,
    OpenWork,
)
from handlers.words import (
    age_group,
    back_button,
    menu_button,
    result_text,
    sex_group,
    shorten,
    status_name,
)
from models import Vote, VoteStatus
from services.access.rights import VOTE_MAKERS
from services.places.directory import Directory
from services.refusal import Reason, Refused
from services.votes import counting, lifecycle, oversight, results
from services.votes.results import LiveTurnout, Result

LISTED_VILLAGES = 20
LISTED_VOTES = 20


@callback("svopen")
class OpenNow(Callback):
    vote_id: int


@callback("svclose")
class AskClose(Callback):
    vote_id: int


@callback("svclosed")
class CloseNow(Callback):
    vote_id: int


@callback("svlook")
class LookAtResult(Callback):
    """The result as villagers will see it, in one of the languages, before it is published."""

    vote_id: int
    language: str


@callback("svword")
class AddWord(Callback):
    vote_id: int


@callback("svask")
class AskPublish(Callback):
    vote_id: int


@callback("svpub")
class Publish(Callback):
    vote_id: int


@callback("svexport")
class Export(Callback):
    vote_id: int
    kind: str
    """csv or xlsx."""


# --- what arrives -----------------------------------------------------------------------------


async def show_staff_votes(context: Context, _tap: OpenStaffVotes) -> None:
    rights = await context.rights()
    if not rights:
        raise Refused(Reason.NO_RIGHT)
    votes = await oversight.votes_of_staff(context.session, rights)
    context.show(staff_votes_screen(context.t, votes, await context.directory()))


async def show_staff_vote(context: Context, tap: OpenStaffVote) -> None:
    """The screen that fits the state of the vote."""
    vote = await _watched(context, tap.vote_id)
    t = context.t
    steers = (await context.rights()).allow(VOTE_MAKERS, vote.place_id)
    match vote.status:
        case VoteStatus.DRAFT:
            await context.go(EditVote(vote.id))
        case VoteStatus.ANNOUNCED:
            context.show(announced_screen(t, vote, steers=steers))
        case VoteStatus.OPEN:
            live = await results.live_turnout(context.session, vote.id)
            seen = Seen(live, await context.directory(), context.t.time(context.now))
            context.show(turnout_screen(t, vote, seen, steers=steers))
        case VoteStatus.CLOSED | VoteStatus.PUBLISHED:
            result = await results.result_of(context.session, vote.id)
            people = await results.reachable(context.session, vote.id)
            context.show(counted_screen(t, result, people, steers=steers))
        case VoteStatus.CANCELLED:
            context.show(cancelled_screen(t, vote))


async def open_now(context: Context, tap: OpenNow) -> None:
    vote = await _vote(context, tap.vote_id)
    if vote.status is not VoteStatus.OPEN:
        await lifecycle.open_now(context.session, vote, by=context.account.id, now=context.now)
    await context.go(OpenStaffVote(vote.id))


async def ask_close(context: Context, tap: AskClose) -> None:
    vote = await _vote(context, tap.vote_id)
    if vote.status is not VoteStatus.OPEN:
        raise Refused(Reason.VOTE_MOVED_ON)
    count = await oversight.turnout_count(context.session, vote.id)
    context.show(close_screen(context.t, vote, count))


async def close_now(context: Context, tap: CloseNow) -> None:
    vote = await _vote(context, tap.vote_id)
    closed = await counting.close_vote(
        context.session, vote.id, context.terms, by=context.account.id, now=context.now
    )
    context.toast(
        context.t("🔒 Closed and counted.") if closed else context.t("It is closed already.")
    )
    await context.go(OpenStaffVote(vote.id))


async def look_at_result(context: Context, tap: LookAtResult) -> None:
    vote = await _watched(context, tap.vote_id)
    result = await results.result_of(context.session, vote.id)
    if tap.language not in LANGUAGES:
        raise Refused(Reason.OUTDATED)
    context.say(look_screen(context.translators[tap.language], context.t, result))


async def add_word(context: Context, tap: AddWord) -> None:
    vote = await _vote(context, tap.vote_id)
    if vote.status is not VoteStatus.CLOSED:
        raise Refused(Reason.VOTE_MOVED_ON)
    await forms.begin(context, WORD, {"vote": vote.id})


async def ask_publish(context: Context, tap: AskPublish) -> None:
    vote = await _vote(context, tap.vote_id)
    if vote.status is not VoteStatus.CLOSED:
        raise Refused(Reason.VOTE_MOVED_ON)
    people = await results.reachable(context.session, vote.id)
    context.show(publish_screen(context.t, vote, people))


async def publish(context: Context, tap: Publish) -> None:
    vote = await _vote(context, tap.vote_id)
    await lifecycle.publish(context.session, vote, by=context.account.id, now=context.now)
    context.toast(context.t("📊 Published: the result is on its way to everybody."))
    await context.go(OpenStaffVote(vote.id))


async def cancel_vote(context: Context, tap: CancelVote) -> None:
    vote = await _vote(context, tap.vote_id)
    if VoteStatus.CANCELLED not in lifecycle.MOVES[vote.status]:
        raise Refused(Reason.VOTE_MOVED_ON)
    await forms.begin(context, REASON, {"vote": vote.id, "title": vote.title(context.t.language)})


async def export(context: Context, tap: Export) -> None:
    vote = await _watched(context, tap.vote_id)
    if vote.status not in (VoteStatus.CLOSED, VoteStatus.PUBLISHED) or tap.kind not in MAKER_OF:
        raise Refused(Reason.VOTE_MOVED_ON)
    title = context.t("📄 {title}", title=vote.title(context.t.language))
    file = Attachment(MAKER_OF[tap.kind], vote.id, context.t.language)
    back = back_button(context.t, OpenStaffVote(vote.id))
    context.say(Screen(title, ((back,),), document=file))


async def _vote(context: Context, vote_id: int) -> Vote:
    """For who may steer it."""
    return await oversight.vote_to_steer(context.session, await context.rights(), vote_id)


async def _watched(context: Context, vote_id: int) -> Vote:
    """For who may see its turnout."""
    return await oversight.vote_to_watch(context.session, await context.rights(), vote_id)


# --- forms ------------------------------------------------------------------------------------


async def _save_word(context: Context, data: Data) -> None:
    vote = await _vote(context, data["vote"])
    lifecycle.set_word(vote, data["word_ky"], data["word_ru"])
    await context.go(OpenStaffVote(vote.id))


async def _cancel(context: Context, data: Data) -> None:
    vote = await _vote(context, data["vote"])
    await lifecycle.cancel(
        context.session,
        vote,
        data["reason_ky"],
        data["reason_ru"],
        by=context.account.id,
        now=context.now,
    )
    await context.go(OpenStaffVotes())


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
)


# --- what is shown ----------------------------------------------------------------------------


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


def announced_screen(t: Translator, vote: Vote, *, steers: bool) -> Screen:
    """`steers`: for who may act, and not only look."""
    acts: tuple[Row, ...] = (
        (Button(t("🗳 Open now"), OpenNow(vote.id)),),
        (Button(t("❌ Cancel the vote"), CancelVote(vote.id)),),
    )
    return Screen(
        lines(*_head(t, vote)),
        (*(acts if steers else ()), (back_button(t, OpenStaffVotes()),)),
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """The turnout as it was at a time of the day."""

    live: LiveTurnout
    directory: Directory
    at: str


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
            *_head(t, vote),
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
            *_head(t, vote),
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


def publish_screen(t: Translator, vote: Vote, people: int) -> Screen:
    return Screen(
        lines(
            t("<b>📣 Publish the result?</b>"),
            vote.title(t.language),
            t.plural(
                "{count} phone will get the result.", "{count} phones will get the result.", people
            ),
        ),
        (
            (Button(t("📣 Yes, publish"), Publish(vote.id)),),
            (back_button(t, OpenStaffVote(vote.id)),),
        ),
    )


def cancelled_screen(t: Translator, vote: Vote) -> Screen:
    reason = vote.cancel_reason_ru if t.language == "ru" else vote.cancel_reason_ky
    return Screen(
        lines(*_head(t, vote), t("Reason: {reason}", reason=reason or "—")),
        ((back_button(t, OpenStaffVotes()),),),
    )


def _head(t: Translator, vote: Vote) -> list[Markup | None]:
    ends = vote.closed_at or vote.closes_at
    return [
        Markup("<b>{}</b>").format(vote.title(t.language) or t("without a question yet")),
        status_name(t, vote.status),
        t("Starts: {moment}", moment=t.moment(vote.opens_at)) if vote.opens_at else None,
        t("Ends: {moment}", moment=t.moment(ends)) if ends else None,
    ]


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


# --- files ------------------------------------------------------------------------------------


async def votes_csv(order: Order) -> Upload:
    from handlers import exports

    table = await exports.vote_table(order.session, order.subject, order.t)
    return Upload(f"vote-{order.subject}.csv", exports.as_csv(table), "text/csv")


async def votes_xlsx(order: Order) -> Upload:
    from handlers import exports

    table = await exports.vote_table(order.session, order.subject, order.t)
    mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Upload(f"vote-{order.subject}.xlsx", exports.as_xlsx(table), mime)


MAKERS = {"votes_csv": votes_csv, "votes_xlsx": votes_xlsx}
MAKER_OF = {"csv": "votes_csv", "xlsx": "votes_xlsx"}

FORMS = (WORD, REASON)

ROUTES: tuple[Route, ...] = tuple(
    Tap(kind, handler, OpenTo.CONSENTED)
    for kind, handler in (
        (OpenStaffVotes, show_staff_votes),
        (OpenStaffVote, show_staff_vote),
        (OpenNow, open_now),
        (AskClose, ask_close),
        (CloseNow, close_now),
        (LookAtResult, look_at_result),
        (AddWord, add_word),
        (AskPublish, ask_publish),
        (Publish, publish),
        (CancelVote, cancel_vote),
        (Export, export),
    )
)
