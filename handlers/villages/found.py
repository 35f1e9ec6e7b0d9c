"""What a search shows: villages with what tells them apart, or the ways on."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from bot.ui.i18n import Translator
from bot.ui.screens import Button, ReplyKeyboard, Rows, Screen, lines
from handlers.doors import OpenVillages
from handlers.villages.listing import WHOLE_ROW
from handlers.villages.taps import Browse, ProposeVillage, ReportMissing, TypeName
from handlers.words import back_button, shorten
from services.places.directory import Directory, KnownPlace
from services.places.nearest import Near

LISTS_OFFERED = 2


def name_screen(t: Translator) -> Screen:
    return Screen(
        lines(
            t("🔎 Write the name of your village. For example: Kok-Jar."),
            t("The letters ө, ү, ң may be written as о, у, н."),
            t("You may add the aimak or the rayon: «Kyzyl-Tuu Sokuluk»."),
        ),
        (
            (Button(t("🗂 Choose from the list"), Browse(None, 0)),),
            (back_button(t, OpenVillages()),),
        ),
    )


def location_screen(t: Translator) -> Screen:
    """The only screen whose button is in place of the phone's keyboard: Telegram wants it so."""
    return Screen(
        lines(
            t("Press «{button}» at the bottom of the screen.", button=t("📍 Send my location")),
            t("The bot shows the nearest villages. It doesn't keep where you are."),
            t("You may also write the name of the village."),
        ),
        keyboard=ReplyKeyboard(t("📍 Send my location"), (t("⬅️ Back"),)),
    )


def results_screen(t: Translator, directory: Directory, places: Sequence[KnownPlace]) -> Screen:
    """Villages found by name, each with what tells it from its namesakes."""
    return Screen(
        lines(
            t("These villages were found. Press yours 👇"),
            "",
            *(_numbered(t, directory, place, at) for at, place in enumerate(places, start=1)),
            "",
            t("Not here? Write the name with the aimak or the rayon."),
        ),
        (*village_rows(t, directory, places), *other_ways(t)),
    )


def nearest_screen(t: Translator, directory: Directory, found: Sequence[Near]) -> Screen:
    """Of villages without a point of their own the distance is that of their aimak."""
    places = [near.place for near in found]
    parents = list(dict.fromkeys(place.parent_id for place in places))[:LISTS_OFFERED]
    around = [area for area in map(directory.get, parents) if area is not None]
    return Screen(
        lines(
            t("The villages nearest to you. Press yours 👇"),
            "",
            *(
                Markup("{} · {}").format(
                    _numbered(t, directory, near.place, at), _distance(t, near)
                )
                for at, near in enumerate(found, start=1)
            ),
            "",
            t("If yours is not here, open the list of its aimak."),
        ),
        (
            *village_rows(t, directory, places),
            *(
                (Button(Markup("🗂 {}").format(area.name(t.language)), Browse(area.id, 0)),)
                for area in around
            ),
            *other_ways(t),
        ),
    )


def not_found_screen(t: Translator, query: str) -> Screen:
    return Screen(
        lines(
            t("There is no village called «{query}».", query=query),
            t("Write the name again, or choose from the list."),
        ),
        other_ways(t),
    )


def far_away_screen(t: Translator) -> Screen:
    return Screen(
        lines(
            t("There is no village near this point."),
            t("Write the name of your village, or choose from the list."),
        ),
        other_ways(t),
    )


def other_ways(t: Translator) -> Rows:
    return (
        (Button(t("🔎 Write another name"), TypeName()),),
        (Button(t("🗂 Choose from the list"), Browse(None, 0)),),
        (Button(t("❓ My village is not in the list"), ReportMissing()),),
        (back_button(t, OpenVillages()),),
    )


def _numbered(t: Translator, directory: Directory, place: KnownPlace, number: int) -> Markup:
    where = directory.where(place, t.language)
    name = Markup("{}. <b>{}</b>").format(number, place.name(t.language))
    return Markup("{} — {}").format(name, where) if where else name


def _distance(t: Translator, near: Near) -> Markup:
    km = max(round(near.km), 1)
    return t("about {km} km", km=km) if near.approximate else t("{km} km", km=km)


def village_rows(t: Translator, directory: Directory, places: Iterable[KnownPlace]) -> Rows:
    def label(number: int, place: KnownPlace) -> str:
        above = directory.get(place.parent_id)
        name = f"{number}. {place.name(t.language)}"
        return shorten(f"{name}, {above.name(t.language)}" if above else name, WHOLE_ROW)

    return tuple(
        (Button(label(number, place), ProposeVillage(place.id)),)
        for number, place in enumerate(places, start=1)
    )
