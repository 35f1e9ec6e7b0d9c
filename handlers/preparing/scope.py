"""For whom a new vote is: one village, several, or a whole aimak."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.ui import drafts, forms
from bot.ui.context import Context
from bot.ui.i18n import Translator
from bot.ui.screens import Button, Row, Screen, column, grid, lines
from handlers.doors import OpenWork, PrepareVote
from handlers.preparing.questions import TITLE
from handlers.preparing.taps import BrowseScope, MakeVote, MarkVillage
from handlers.words import back_button, place_label
from services.access.rights import VOTE_MAKERS, Rights
from services.places.directory import Directory, KnownPlace
from services.refusal import Reason, Refused
from services.votes import preparing

SCOPE = "vote-scope"


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


def _own_places(rights: Rights, directory: Directory, language: str) -> list[KnownPlace]:
    held = rights.places(VOTE_MAKERS)
    if None in held:
        return list(directory.children(None, language))
    return [found for place in held if place is not None and (found := directory.get(place))]
