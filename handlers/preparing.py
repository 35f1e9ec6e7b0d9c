"""A mobilizer prepares a vote: for whom, what is asked, the options, the dates, a last look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from bot.ui import drafts, forms
from bot.ui.callbacks import Callback, callback
from bot.ui.context import Context
from bot.ui.forms import Data, Form, Moment, Number, Photo, Text, Voice
from bot.ui.i18n import LANGUAGES, Translator
from bot.ui.routes import OpenTo, Route, Tap
from bot.ui.screens import Button, Row, Screen, column, grid, lines
from handlers.doors import (
    CancelVote,
    EditVote,
    OpenStaffVote,
    OpenStaffVotes,
    OpenWork,
    PrepareVote,
)
from handlers.words import (
    back_button,
    ballot_text,
    menu_button,
    method_name,
    numbered,
    place_label,
    shorten,
)
from models import Vote, VoteMethod, VoteOption, VoteStatus
from services.access.rights import VOTE_MAKERS, Rights
from services.places.directory import Directory, KnownPlace
from services.refusal import Reason, Refused
from services.votes import lifecycle, oversight, preparing, results
from services.votes.preparing import NewOption

SCOPE = "vote-scope"


@callback("pvplace")
class BrowseScope(Callback):
    """One level down: a place's children."""

    place_id: int


@callback("pvmark")
class MarkVillage(Callback):
    place_id: int
    village_id: int
    token: str
    marked: bool


@callback("pvmake")
class MakeVote(Callback):
    """For the marked villages of a place, or (`whole`) for all of it."""

    place_id: int
    token: str
    whole: bool


@callback("pvtitle")
class EditTitle(Callback):
    vote_id: int


@callback("pvadd")
class AddOption(Callback):
    vote_id: int


@callback("pvopts")
class EditOptions(Callback):
    vote_id: int


@callback("pvdel")
class RemoveOption(Callback):
    vote_id: int
    option_id: int


@callback("pvmethod")
class EditMethod(Callback):
    vote_id: int


@callback("pvset")
class SetMethod(Callback):
    vote_id: int
    method: VoteMethod
    max_choices: int


@callback("pvdates")
class EditDates(Callback):
    vote_id: int


@callback("pvlook")
class Preview(Callback):
    """The ballot as a villager sees it, in one of the languages."""

    vote_id: int
    language: str


@callback("pvask")
class AskAnnounce(Callback):
    vote_id: int


@callback("pvgo")
class Announce(Callback):
    vote_id: int


# --- for whom ---------------------------------------------------------------------------------


async def choose_scope(context: Context, _tap: PrepareVote) -> None:
    """The places that this person works for; a single one is opened at once."""
    rights = await context.rights()
    if not rights.has(VOTE_MAKERS):
        raise Refused(Reason.NO_RIGHT)
    places = _own_places(rights, await context.directory(), context.t.language)
    if len(places) == 1:
        await context.go(BrowseScope(places[0].id))
        return
    context.show(places_screen(context.t, places))


async def browse_scope(context: Context, tap: BrowseScope) -> None:
    directory = await context.directory()
    place = directory.get(tap.place_id)
    rights = await context.rights()
    if place is None:
        raise Refused(Reason.PLACE_UNKNOWN)
    rights.require(VOTE_MAKERS, place.id)
    children = directory.children(place.id, context.t.language)
    villages = [child for child in children if directory.is_settlement(child)]
    if directory.is_settlement(place) or (children and len(villages) == len(children)):
        draft = await drafts.begin(context, SCOPE, "villages", {"place": place.id, "marked": []})
        context.show(scope_screen(context.t, Scope(directory, place, villages, draft.token, ())))
        return
    if not children:
        raise Refused(Reason.PLACE_UNKNOWN)
    context.show(places_screen(context.t, children))


async def mark_village(context: Context, tap: MarkVillage) -> None:
    draft = await drafts.present(context, SCOPE, tap.token)
    directory = await context.directory()
    place = directory.get(draft.data["place"])
    if place is None:
        raise Refused(Reason.PLACE_UNKNOWN)
    villages = directory.children(place.id, context.t.language)
    wanted = set(draft.data["marked"]) - {tap.village_id}
    if tap.marked:
        wanted.add(tap.village_id)
    marked = [village.id for village in villages if village.id in wanted]
    await drafts.change(context, SCOPE, {**draft.data, "marked": marked})
    context.show(
        scope_screen(context.t, Scope(directory, place, villages, draft.token, tuple(marked)))
    )


async def make_vote(context: Context, tap: MakeVote) -> None:
    draft = await drafts.present(context, SCOPE, tap.token)
    directory = await context.directory()
    place_id: int = draft.data["place"]
    whole = [place.id for place in directory.settlements_below(place_id)]
    marked = set(draft.data["marked"])
    villages = [village for village in whole if tap.whole or village in marked]
    vote = await preparing.prepare(
        context.session,
        await context.rights(),
        villages[0] if len(villages) == 1 else place_id,
        villages,
        by=context.account.id,
        now=context.now,
    )
    await drafts.end(context, SCOPE)
    await forms.begin(context, TITLE, {"vote": vote.id})


# --- the draft --------------------------------------------------------------------------------


async def show_draft(context: Context, tap: EditVote) -> None:
    vote = await _vote(context, tap.vote_id)
    if vote.status is not VoteStatus.DRAFT:
        await context.go(OpenStaffVote(vote.id))
        return
    directory = await context.directory()
    villages = await preparing.villages_of(context.session, vote.id)
    context.show(draft_screen(context.t, vote, directory, villages, now=context.now))


async def edit_title(context: Context, tap: EditTitle) -> None:
    preparing.require_draft(await _vote(context, tap.vote_id))
    await forms.begin(context, TITLE, {"vote": tap.vote_id})


async def add_option(context: Context, tap: AddOption) -> None:
    vote = await _vote(context, tap.vote_id)
    preparing.require_draft(vote)
    if len(vote.options) >= preparing.MOST_OPTIONS:
        raise Refused(Reason.TOO_MANY_OPTIONS, limit=preparing.MOST_OPTIONS)
    await forms.begin(context, OPTION, {"vote": tap.vote_id, "number": len(vote.options) + 1})


async def edit_options(context: Context, tap: EditOptions) -> None:
    vote = await _vote(context, tap.vote_id)
    preparing.require_draft(vote)
    context.show(options_screen(context.t, vote))


async def remove_option(context: Context, tap: RemoveOption) -> None:
    vote = await _vote(context, tap.vote_id)
    await preparing.remove_option(context.session, vote, tap.option_id)
    context.show(options_screen(context.t, vote))


async def edit_method(context: Context, tap: EditMethod) -> None:
    vote = await _vote(context, tap.vote_id)
    preparing.require_draft(vote)
    context.show(method_screen(context.t, vote))


async def set_method(context: Context, tap: SetMethod) -> None:
    vote = await _vote(context, tap.vote_id)
    preparing.set_method(vote, tap.method, tap.max_choices)
    await context.go(EditVote(vote.id))


async def edit_dates(context: Context, tap: EditDates) -> None:
    preparing.require_draft(await _vote(context, tap.vote_id))
    await forms.begin(context, DATES, {"vote": tap.vote_id})


async def preview(context: Context, tap: Preview) -> None:
    """What a villager will see, with the pictures first; the buttons of the ballot do nothing."""
    vote = await _vote(context, tap.vote_id)
    if tap.language not in LANGUAGES:
        raise Refused(Reason.OUTDATED)
    t = context.translators[tap.language]
    pictures = [
        (option.picture, str(numbered(number, option.title(t.language))))
        for number, option in enumerate(vote.options, start=1)
        if option.picture
    ]
    if pictures:
        context.album(pictures)
    context.say(preview_screen(t, context.t, vote))


async def ask_announce(context: Context, tap: AskAnnounce) -> None:
    """The last question before everybody is told."""
    vote = await _vote(context, tap.vote_id)
    preparing.require_draft(vote)
    if preparing.missing(vote):
        raise Refused(Reason.VOTE_INCOMPLETE)
    if preparing.dates_have_passed(vote, now=context.now):
        raise Refused(Reason.DATE_PASSED)
    people = await results.reachable(context.session, vote.id)
    context.show(announce_screen(context.t, vote, people))


async def announce(context: Context, tap: Announce) -> None:
    vote = await _vote(context, tap.vote_id)
    if vote.status not in (VoteStatus.ANNOUNCED, VoteStatus.OPEN):
        await lifecycle.announce(context.session, vote, by=context.account.id, now=context.now)
    context.toast(context.t("📣 Done: the vote is announced."))
    await context.go(OpenStaffVote(vote.id))


async def _vote(context: Context, vote_id: int) -> Vote:
    return await oversight.vote_to_steer(context.session, await context.rights(), vote_id)


# --- forms ------------------------------------------------------------------------------------


def _to_draft(data: Data) -> Callback:
    return EditVote(data["vote"])


async def _save_title(context: Context, data: Data) -> None:
    vote = await _vote(context, data["vote"])
    preparing.set_title(
        vote, data["title_ky"], data["title_ru"] or data["title_ky"], data["budget"]
    )
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
    vote = await _vote(context, data["vote"])
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
    context.toast(context.t("✅ Option {number} is saved.", number=len(vote.options)))
    await context.go(EditVote(vote.id))


def _option_review(t: Translator, data: Data) -> Markup:
    yes, no = t("✅ yes"), t("no")
    return lines(
        t("<b>Option {number}: is everything right?</b>", number=data["number"]),
        t("Kyrgyz: {text}", text=data["title_ky"]),
        data["about_ky"],
        t("Russian: {text}", text=data["title_ru"]),
        data.get("about_ru"),
        t("💰 Cost: {sum}", sum=t.som(data["cost"])) if data["cost"] else None,
        t.plural("👥 Serves {count} person", "👥 Serves {count} people", data["people"])
        if data["people"]
        else None,
        t("🖼 Picture: {has}", has=yes if data["picture"] else no),
        t("🎤 Voice: {has}", has=yes if data["voice_ky"] or data["voice_ru"] else no),
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
    vote = await _vote(context, data["vote"])
    preparing.set_dates(
        vote, _moment(data["opens_at"]), _moment(data["closes_at"]), now=context.now
    )
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


# --- what is shown ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scope:
    directory: Directory
    place: KnownPlace
    villages: Sequence[KnownPlace]
    token: str
    marked: tuple[int, ...]


def places_screen(t: Translator, places: Sequence[KnownPlace]) -> Screen:
    buttons = [Button(f"📍 {place.name(t.language)}", BrowseScope(place.id)) for place in places]
    return Screen(
        t("<b>🗳 A new vote.</b> For which place?"),
        (*column(*buttons), (back_button(t, OpenWork()),)),
    )


def scope_screen(t: Translator, scope: Scope) -> Screen:
    """Who votes: one village, several, or the whole aimak."""
    name = place_label(t, scope.directory, scope.place)
    if scope.directory.is_settlement(scope.place):
        return Screen(
            lines(t("<b>🗳 A new vote.</b>"), t("📍 {village}", village=name)),
            (
                (Button(t("➡️ Prepare it"), MakeVote(scope.place.id, scope.token, True)),),
                (back_button(t, OpenWork()),),
            ),
        )
    marks = [
        Button(
            f"{'✅' if village.id in scope.marked else '▫️'} {village.name(t.language)}",
            MarkVillage(
                scope.place.id, village.id, scope.token, marked=village.id not in scope.marked
            ),
        )
        for village in scope.villages
    ]
    rows: list[Row] = list(grid(marks, 2))
    if scope.marked:
        label = t("➡️ Prepare for these: {count}", count=len(scope.marked))
        rows.append((Button(label, MakeVote(scope.place.id, scope.token, False)),))
    rows.append((Button(t("🗳 For all villages"), MakeVote(scope.place.id, scope.token, True)),))
    return Screen(
        lines(
            t("<b>🗳 A new vote.</b> Who votes?"),
            t("📍 {village}", village=name),
            t("Mark the villages, or take all of them."),
        ),
        (*rows, (back_button(t, OpenWork()),)),
    )


def draft_screen(
    t: Translator,
    vote: Vote,
    directory: Directory,
    village_ids: Sequence[int],
    *,
    now: datetime,
) -> Screen:
    """Everything that is written so far, and what is missing."""
    lacks = preparing.missing(vote)
    late = preparing.dates_have_passed(vote, now=now)
    rows: list[Row] = [
        (Button(t("✏️ Question"), EditTitle(vote.id)), Button(t("⏰ Dates"), EditDates(vote.id))),
        (Button(t("➕ Add an option"), AddOption(vote.id)),),
    ]
    if vote.options:
        rows.append((Button(t("🗑 Remove an option"), EditOptions(vote.id)),))
        rows.append((Button(t("☑️ How to choose"), EditMethod(vote.id)),))
    if vote.title_ky and vote.options:
        rows.append(
            (
                Button(t("👁 In Kyrgyz"), Preview(vote.id, "ky")),
                Button(t("👁 In Russian"), Preview(vote.id, "ru")),
            )
        )
    if not lacks and not late:
        rows.append((Button(t("📣 Announce the vote"), AskAnnounce(vote.id)),))
    rows.append((Button(t("❌ Cancel the vote"), CancelVote(vote.id)),))
    rows.append((back_button(t, OpenStaffVotes()), menu_button(t)))
    return Screen(
        lines(
            t("<b>✏️ A vote in preparation</b>"),
            _where(t, vote, directory, village_ids),
            "",
            _titles(t, vote),
            t("💰 Money allotted: {sum}", sum=t.som(vote.budget)) if vote.budget else None,
            *(_option_line(option) for option in vote.options),
            t(
                "☑️ Choice: {method}",
                method=method_name(t, vote.method, vote.max_choices),
            ),
            _dates(t, vote),
            "",
            _what_next(t, lacks, late=late),
        ),
        tuple(rows),
    )


def options_screen(t: Translator, vote: Vote) -> Screen:
    buttons = [
        Button(
            f"🗑 {option.position}. {shorten(option.title(t.language), 40)}",
            RemoveOption(vote.id, option.id),
        )
        for option in vote.options
    ]
    return Screen(
        t("<b>Which option shall be removed?</b>"),
        (*column(*buttons), (back_button(t, EditVote(vote.id)),)),
    )


def method_screen(t: Translator, vote: Vote) -> Screen:
    most = min(max(len(vote.options) - 1, 1), 5)
    buttons = [
        Button(t("One choice (usual)"), SetMethod(vote.id, VoteMethod.ONE, 1)),
        *(
            Button(
                method_name(t, VoteMethod.SEVERAL, count),
                SetMethod(vote.id, VoteMethod.SEVERAL, count),
            )
            for count in range(2, most + 1)
        ),
        Button(method_name(t, VoteMethod.RANKING, 3), SetMethod(vote.id, VoteMethod.RANKING, 3)),
    ]
    return Screen(
        lines(
            t("<b>☑️ How do people choose?</b>"),
            t("Ranking: the first place gets 3 points, the second 2, the third 1."),
        ),
        (*column(*buttons), (back_button(t, EditVote(vote.id)),)),
    )


def preview_screen(t: Translator, own: Translator, vote: Vote) -> Screen:
    """The ballot in `t`, the buttons below it in the mobilizer's own language."""
    return Screen(
        lines(
            ballot_text(t, vote, vote.options),
            "",
            t("Each voter sees the options in an order of their own."),
        ),
        ((back_button(own, EditVote(vote.id)),),),
    )


def announce_screen(t: Translator, vote: Vote, people: int) -> Screen:
    opens = vote.opens_at
    return Screen(
        lines(
            t("<b>📣 Announce the vote?</b>"),
            t("{title}", title=vote.title(t.language)),
            t("Starts: {moment}", moment=t.moment(opens)) if opens else t("Starts: at once"),
            t("Ends: {moment}", moment=t.moment(vote.closes_at)) if vote.closes_at else None,
            t.plural(
                "{count} phone will get a message.", "{count} phones will get a message.", people
            ),
            t("After that the question and the options can't be changed."),
        ),
        (
            (Button(t("📣 Yes, announce"), Announce(vote.id)),),
            (back_button(t, EditVote(vote.id)),),
        ),
    )


def _where(
    t: Translator, vote: Vote, directory: Directory, village_ids: Sequence[int]
) -> Markup | None:
    place = directory.get(vote.place_id)
    if place is None:
        return None
    label = t("📍 {village}", village=place_label(t, directory, place))
    if len(village_ids) == 1:
        return label
    named = [directory[id].name(t.language) for id in village_ids if directory.get(id)]
    return lines(label, shorten(", ".join(named), 300))


def _titles(t: Translator, vote: Vote) -> Markup | None:
    if not vote.title_ky:
        return None
    if vote.title_ky == vote.title_ru:
        return Markup("<b>{}</b>").format(vote.title_ky)
    return lines(
        Markup("<b>{}</b>").format(vote.title_ky), Markup("<b>{}</b>").format(vote.title_ru)
    )


def _option_line(option: VoteOption) -> Markup:
    signs = ("🖼" if option.picture else "") + ("🎤" if option.voice_ky or option.voice_ru else "")
    return Markup("{}. {} / {} {}").format(option.position, option.title_ky, option.title_ru, signs)


def _dates(t: Translator, vote: Vote) -> Markup | None:
    if vote.closes_at is None:
        return None
    opens = t.moment(vote.opens_at) if vote.opens_at else t("at once")
    return lines(
        t("Starts: {moment}", moment=opens), t("Ends: {moment}", moment=t.moment(vote.closes_at))
    )


def _what_next(t: Translator, lacks: Sequence[str], *, late: bool) -> Markup:
    """`late`: whether the dates that were chosen have passed."""
    if late:
        passed = t("⚠️ The dates have passed. Press «⏰ Dates» and choose new ones.")
        return lines(passed, _missing(t, lacks) if lacks else None)
    if lacks:
        return _missing(t, lacks)
    return t("✅ Everything is ready. Look at it, then announce.")


def _missing(t: Translator, lacks: Sequence[str]) -> Markup:
    names = {
        "title": t("the question"),
        "options": t("at least two options"),
        "closes_at": t("the dates"),
    }
    return t("⚠️ Still missing: {what}.", what=Markup(", ").join(names[name] for name in lacks))


def _own_places(rights: Rights, directory: Directory, language: str) -> list[KnownPlace]:
    held = rights.places(VOTE_MAKERS)
    if None in held:
        return list(directory.children(None, language))
    return [found for place in held if place is not None and (found := directory.get(place))]


FORMS = (TITLE, OPTION, DATES)
LEADING_TO_FORMS = (MarkVillage, MakeVote)

ROUTES: tuple[Route, ...] = tuple(
    Tap(kind, handler, OpenTo.CONSENTED)
    for kind, handler in (
        (PrepareVote, choose_scope),
        (BrowseScope, browse_scope),
        (MarkVillage, mark_village),
        (MakeVote, make_vote),
        (EditVote, show_draft),
        (EditTitle, edit_title),
        (AddOption, add_option),
        (EditOptions, edit_options),
        (RemoveOption, remove_option),
        (EditMethod, edit_method),
        (SetMethod, set_method),
        (EditDates, edit_dates),
        (Preview, preview),
        (AskAnnounce, ask_announce),
        (Announce, announce),
    )
)
