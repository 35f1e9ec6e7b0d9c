"""The ways to find the village, and what to do when it is in no list."""

from bot.ui import drafts
from bot.ui.context import Context
from bot.ui.i18n import Translator
from bot.ui.screens import Button, Row, Screen, lines
from handlers.doors import OpenVillages
from handlers.villages.looking import BY_NAME, SEARCH, stop_looking
from handlers.villages.taps import Browse, ReportMissing, ShareLocation, TypeName
from handlers.words import back_button, menu_button, place_label


async def show_ways(context: Context, _tap: OpenVillages | None = None) -> None:
    """The ways to find the village; a person without one may type its name right here."""
    await show_ways_to_find(context)


async def show_ways_to_find(context: Context, *, unknown: bool = False) -> None:
    """Staff without a village write other texts too, so theirs is awaited from here on."""
    await stop_looking(context)
    home = await home_of(context)
    if home is None and await context.rights():
        await drafts.begin(context, SEARCH, BY_NAME, {})
    context.show(ways_screen(context.t, home, unknown=unknown))


async def home_of(context: Context) -> str | None:
    """The label of the present village."""
    residents, directory = await context.residents(), await context.directory()
    place = directory.get(residents[0].village_id) if residents else None
    return place_label(context.t, directory, place) if place else None


async def report_missing(context: Context, _tap: ReportMissing) -> None:
    context.show(missing_screen(context.t, context.terms.organisation_phone))


def ways_screen(t: Translator, home: str | None, *, unknown: bool = False) -> Screen:
    """`home`: the label of the present village. `unknown`: a link led to no village."""
    question = (
        lines(
            t("📍 Your village: <b>{village}</b>", village=home),
            t("Do you live in another one now? Find it 👇"),
        )
        if home
        else lines(
            t("<b>📍 Where do you live?</b>"),
            t("Write the name of your village. For example: Kok-Jar."),
            t("Or press a button 👇"),
        )
    )
    rows: tuple[Row, ...] = (
        (Button(t("🔎 Type the name"), TypeName()),),
        (Button(t("📍 Share my location"), ShareLocation()),),
        (Button(t("🗂 Choose from the list"), Browse(None, 0)),),
    )
    if home:
        rows = (*rows, (menu_button(t),))
    note = t("There is no such village. Choose one from the list.") if unknown else None
    return Screen(lines(note, "" if note else None, question), rows)


def missing_screen(t: Translator, phone: str) -> Screen:
    return Screen(
        lines(
            t("<b>❓ Your village is not in the list?</b>"),
            t("New villages are added by ARIS."),
            t("Tell the mobilizer of your aimak its name, aimak and rayon."),
            t("📞 ARIS: {phone} (free)", phone=phone) if phone else None,
            t("Until it is added, vote at the village meeting."),
        ),
        (
            (Button(t("🔎 Type the name"), TypeName()),),
            (Button(t("🗂 Choose from the list"), Browse(None, 0)),),
            (back_button(t, OpenVillages()),),
        ),
    )
