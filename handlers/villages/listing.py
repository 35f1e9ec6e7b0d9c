"""Down the list: oblast, rayon, aimak, village."""

from collections.abc import Iterable

from markupsafe import Markup

from bot.ui.context import Context
from bot.ui.i18n import Translator
from bot.ui.screens import Button, Screen, lines
from handlers.doors import OpenVillages
from handlers.villages.taps import Browse, ProposeVillage, ReportMissing
from handlers.words import back_button, shorten
from models import PlaceLevel
from services.places.directory import Directory, KnownPlace
from services.refusal import Reason, Refused

LIST_ROWS = 12
HALF_ROW = 20
"""Letters of a label that leaves room for another beside it."""
WHOLE_ROW = 40


async def browse(context: Context, tap: Browse) -> None:
    directory = await context.directory()
    place = directory.get(tap.place_id)
    if tap.place_id is not None and (place is None or not place.exists):
        raise Refused(Reason.PLACE_UNKNOWN)
    context.show(list_screen(context.t, directory, place, tap.page))


def list_screen(t: Translator, directory: Directory, place: KnownPlace | None, page: int) -> Screen:
    """What lies in a place; a town with villages around it is itself the first choice."""
    pages = _pages(_listed(directory, place, t.language), t.language)
    page = min(max(page, 0), len(pages) - 1)
    here = place.id if place else None
    rows = [
        tuple(_list_button(directory, place, listed, t.language) for listed in row)
        for row in pages[page]
    ]
    turns: list[Button] = []
    if page > 0:
        turns.append(Button(t("◀️ Previous"), Browse(here, page - 1)))
    if page + 1 < len(pages):
        turns.append(Button(t("Next ▶️"), Browse(here, page + 1)))
    if turns:
        rows.append(tuple(turns))
    rows.append((Button(t("❓ My village is not in the list"), ReportMissing()),))
    back = _list_above(directory, place, t.language) if place else OpenVillages()
    rows.append((back_button(t, back),))
    path = [upper.name(t.language) for upper in directory.path(here)]
    return Screen(
        lines(
            t("📍 {village}", village=", ".join(reversed(path))) if path else None,
            _list_question(t, directory, place),
            t("Page {page} of {pages}", page=page + 1, pages=len(pages))
            if len(pages) > 1
            else None,
        ),
        tuple(rows),
    )


def _listed(directory: Directory, place: KnownPlace | None, language: str) -> list[KnownPlace]:
    """The choices of a list: an aimak without villages is none."""
    below = [
        child
        for child in directory.children(place.id if place else None, language)
        if directory.is_settlement(child) or directory.children(child.id, language)
    ]
    return [place, *below] if place and directory.is_settlement(place) else below


def _pages(places: Iterable[KnownPlace], language: str) -> list[list[list[KnownPlace]]]:
    """Pages of rows, two short names beside each other; at least one page."""

    def is_short(place: KnownPlace) -> bool:
        return len(place.name(language)) <= HALF_ROW

    rows: list[list[KnownPlace]] = []
    for place in places:
        if rows and len(rows[-1]) == 1 and is_short(rows[-1][0]) and is_short(place):
            rows[-1].append(place)
        else:
            rows.append([place])
    return [rows[at : at + LIST_ROWS] for at in range(0, len(rows), LIST_ROWS)] or [[]]


def _list_button(
    directory: Directory, here: KnownPlace | None, place: KnownPlace, language: str
) -> Button:
    leads_on = place != here and directory.children(place.id, language)
    action = Browse(place.id, 0) if leads_on else ProposeVillage(place.id)
    return Button(shorten(place.name(language), WHOLE_ROW), action)


def _list_above(directory: Directory, place: KnownPlace, language: str) -> Browse:
    """The list from which one came to this place, on the same page."""
    above = directory.get(place.parent_id)
    pages = _pages(_listed(directory, above, language), language)
    page = next((at for at, rows in enumerate(pages) if any(place in row for row in rows)), 0)
    return Browse(place.parent_id, page)


def _list_question(t: Translator, directory: Directory, place: KnownPlace | None) -> Markup:
    if place is None:
        return t("<b>Which oblast do you live in?</b>")
    if place.level is PlaceLevel.OBLAST:
        return t("<b>Choose the rayon or the city:</b>")
    levels = {child.level for child in _listed(directory, place, t.language)}
    if PlaceLevel.AIMAK in levels:
        return t("<b>Choose the aiyl aimak:</b>")
    return t("<b>Choose your village:</b>")
