"""Lines and buttons that the team's screens share."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from markupsafe import Markup

from bot.ui.callbacks import Callback
from bot.ui.i18n import Translator
from bot.ui.screens import Button, Rows, plain
from handlers.words import place_label, role_name, shorten
from models import Grant, Invitation, Role
from services.places.directory import Directory

PAGE = 8
"""Buttons on a page."""
LABEL_LIMIT = 60
T = TypeVar("T")


def where(t: Translator, directory: Directory, place_id: int | None) -> str:
    """The place's name, with what tells it from its namesakes."""
    place = directory.get(place_id)
    return place_label(t, directory, place) if place else where_briefly(t, directory, place_id)


def where_briefly(t: Translator, directory: Directory, place_id: int | None) -> str:
    """The place's name; None is the whole country."""
    if place_id is None:
        return plain(t("the whole country"))
    place = directory.get(place_id)
    return t.name(place) if place else plain(t("an unknown place"))


def person_line(t: Translator, name: str) -> Markup:
    return t("👤 {name}", name=name or t("without a name"))


def role_line(t: Translator, role: Role) -> Markup:
    return t("🧰 Role: {role}", role=role_name(t, role))


def place_line(t: Translator, directory: Directory, place_id: int | None) -> Markup:
    return t("📍 Place: {place}", place=where(t, directory, place_id))


def holder_label(t: Translator, held: Grant | Invitation, directory: Directory) -> str:
    """Name, role and place on one button."""
    name = held.name or plain(t("without a name"))
    role = plain(role_name(t, held.role))
    place = where_briefly(t, directory, held.place_id)
    return shorten(f"{name} · {role} · {place}", LABEL_LIMIT)


def page_of(
    t: Translator, listed: Sequence[T], page: int, turn: Callable[[int], Callback]
) -> tuple[Sequence[T], Rows]:
    """What is on the page, and the buttons that turn it; past the end is the last page."""
    last = max(0, (len(listed) - 1) // PAGE)
    page = min(max(page, 0), last)
    turning = []
    if page > 0:
        turning.append(Button(t("◀️ Previous"), turn(page - 1)))
    if page < last:
        turning.append(Button(t("Next ▶️"), turn(page + 1)))
    return listed[page * PAGE : (page + 1) * PAGE], (tuple(turning),) if turning else ()
