"""How a vote in preparation looks to its makers."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from bot.ui.i18n import Translator
from bot.ui.screens import Button, Row, Screen, column, lines
from handlers.doors import CancelVote, EditVote, OpenStaffVotes
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
from handlers.words import back_button, ballot_text, menu_button, method_name, place_label, shorten
from models import Vote, VoteMethod, VoteOption
from services.places.directory import Directory
from services.votes import preparing
from services.votes.ballots import RANKS


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
    rows.append((Button(t("🗑 Delete the draft"), CancelVote(vote.id)),))
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
    ]
    if len(vote.options) >= RANKS:
        ranking = SetMethod(vote.id, VoteMethod.RANKING, RANKS)
        buttons.append(Button(method_name(t, VoteMethod.RANKING, RANKS), ranking))
    return Screen(
        lines(
            t("<b>☑️ How do people choose?</b>"),
            t("Ranking: the first place gets 3 points, the second 2, the third 1.")
            if len(vote.options) >= RANKS
            else None,
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


def announce_screen(t: Translator, vote: Vote, people: int, *, now: datetime) -> Screen:
    opens = vote.opens_at if vote.opens_at and vote.opens_at > now else None
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
