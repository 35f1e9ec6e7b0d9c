"""Choosing the village: by its link, its name, the location, or down the list."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from markupsafe import Markup

from bot.ui import drafts
from bot.ui.callbacks import Callback, callback
from bot.ui.context import Context
from bot.ui.i18n import Translator, msg
from bot.ui.routes import Command, OpenTo, Route, Tap
from bot.ui.screens import Button, RemoveKeyboard, ReplyKeyboard, Row, Rows, Screen, lines, plain
from handlers.doors import ArriveInVillage, OpenMenu, OpenVillages
from handlers.words import back_button, menu_button, place_label, shorten
from models import Draft, PlaceLevel, Resident, Vote
from services import people
from services.places.directory import Directory, KnownPlace
from services.places.nearest import Near, nearest
from services.places.search import MOST_LETTERS, search
from services.refusal import Reason, Refused
from services.votes import ballots

SEARCH = "village-search"
"""The draft of somebody who looks for a village; its step is what the bot waits for."""
BY_NAME, BY_LOCATION = "name", "location"
NAME_AWAITED = timedelta(hours=1)
"""After it a text is no longer taken for a name by somebody who has a village."""

FAR_KM = 100
"""Beyond it the nearest village is no likely home: somebody looks from abroad."""
LIST_ROWS = 12
HALF_ROW = 20
"""Letters of a label that leaves room for another beside it."""
WHOLE_ROW = 40
LISTS_OFFERED = 2


@callback("vname")
class TypeName(Callback):
    """Look for the village by its name."""


@callback("vnear")
class ShareLocation(Callback):
    """Look for the village by where the phone is."""


@callback("vlist")
class Browse(Callback):
    """What lies in a place (None: the oblasts), one page of it."""

    place_id: int | None
    page: int


@callback("vask")
class ProposeVillage(Callback):
    """Asks whether this village is the right one."""

    place_id: int


@callback("vset")
class SettleIn(Callback):
    place_id: int


@callback("vstay")
class Stay(Callback):
    """No move: everything stays as it is."""


@callback("vmiss")
class ReportMissing(Callback):
    """What to do when the village is in no list."""


# --- what arrives -----------------------------------------------------------------------------


async def show_ways(context: Context, _tap: OpenVillages | None = None) -> None:
    """The ways to find the village; a person without one may type its name right here."""
    await _show_ways(context)


async def ask_name(context: Context, _tap: TypeName) -> None:
    await _stop_looking(context)
    await drafts.begin(context, SEARCH, BY_NAME, {})
    context.show(name_screen(context.t))


async def ask_location(context: Context, _tap: ShareLocation) -> None:
    await drafts.begin(context, SEARCH, BY_LOCATION, {})
    context.say(location_screen(context.t))


async def take_location(context: Context) -> bool:
    """A location: the nearest villages. Whether the message was one that somebody looks with."""
    location = context.message.location
    if location is None or not await _is_looking(context):
        return False
    directory = await context.directory()
    found = nearest(directory, location.latitude, location.longitude)
    await _stop_looking(context)
    await drafts.begin(context, SEARCH, BY_NAME, {})
    if not found or found[0].km > FAR_KM:
        context.say(far_away_screen(context.t))
    else:
        context.say(nearest_screen(context.t, directory, found))
    return True


async def take_search(context: Context) -> bool:
    """A typed name: the villages called so. Whether the message came from somebody who looks."""
    message = context.message
    if message.location is not None or not await _is_looking(context):
        return False
    if message.text is None:
        raise Refused(
            Reason.WRONG_KIND, wanted=msg("Please write the name of the village as a text message.")
        )
    if message.text.startswith("/"):
        return False
    waited_for_location = await _stop_looking(context)
    if waited_for_location and message.text in _back_labels(context):
        await context.go(OpenVillages())
        return True
    await drafts.begin(context, SEARCH, BY_NAME, {})
    context.say(await _found_screen(context, " ".join(message.text.split())))
    return True


async def cancel_search(context: Context) -> bool:
    """Ends a search by name or location; whether there was one."""
    if await _search_draft(context) is None:
        return False
    await _stop_looking(context)
    return True


async def browse(context: Context, tap: Browse) -> None:
    directory = await context.directory()
    place = directory.get(tap.place_id)
    if tap.place_id is not None and (place is None or not place.exists):
        raise Refused(Reason.PLACE_UNKNOWN)
    context.show(list_screen(context.t, directory, place, tap.page))


async def propose(context: Context, tap: ProposeVillage) -> None:
    """The question before the village is kept, because names repeat."""
    await _propose(context, await _village(context, tap.place_id))


async def settle(context: Context, tap: SettleIn) -> None:
    place = await _village(context, tap.place_id)
    if _live_in(await context.residents(), place):
        await _already_there(context)
        return
    await people.settle(context.session, context.account, place.id, now=context.now)
    context.changed()
    await _stop_looking(context)
    context.toast(context.t("✅ Saved. You can change the village in the settings."))
    await context.go(OpenMenu())


async def stay(context: Context, _tap: Stay) -> None:
    await _stop_looking(context)
    context.toast(context.t("All right. Nothing has changed."))
    await context.go(OpenMenu())


async def arrive(context: Context, tap: ArriveInVillage) -> None:
    """The link of a poster: a newcomer is settled at once, somebody from elsewhere is asked."""
    directory = await context.directory()
    place = directory.by_code(tap.code)
    if place is None or not _can_live_in(directory, place):
        await _show_ways(context, unknown=True)
    elif await context.residents():
        await _propose(context, place)
    else:
        await people.settle(context.session, context.account, place.id, now=context.now)
        context.changed()
        await _stop_looking(context)
        await context.go(OpenMenu())


async def report_missing(context: Context, _tap: ReportMissing) -> None:
    context.show(missing_screen(context.t, context.terms.organisation_phone))


# --- what is shown ----------------------------------------------------------------------------


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
        (*_village_rows(t, directory, places), *_other_ways(t)),
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
            *_village_rows(t, directory, places),
            *(
                (Button(Markup("🗂 {}").format(area.name(t.language)), Browse(area.id, 0)),)
                for area in around
            ),
            *_other_ways(t),
        ),
    )


def not_found_screen(t: Translator, query: str) -> Screen:
    return Screen(
        lines(
            t("There is no village called «{query}».", query=query),
            t("Write the name again, or choose from the list."),
        ),
        _other_ways(t),
    )


def far_away_screen(t: Translator) -> Screen:
    return Screen(
        lines(
            t("There is no village near this point."),
            t("Write the name of your village, or choose from the list."),
        ),
        _other_ways(t),
    )


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


def confirm_screen(t: Translator, directory: Directory, place: KnownPlace) -> Screen:
    """The first village."""
    return Screen(
        t("Your village is <b>{village}</b>. Right?", village=place_label(t, directory, place)),
        (
            (Button(t("✅ Yes, right"), SettleIn(place.id)),),
            (Button(t("❌ No, another one"), OpenVillages()),),
        ),
    )


def move_screen(
    t: Translator,
    directory: Directory,
    place: KnownPlace,
    residents: Sequence[Resident],
    losing: Sequence[Vote],
) -> Screen:
    """Another village than the present one. `losing`: open votes from which a ballot of this
    phone is withdrawn."""
    home = directory.get(residents[0].village_id)
    return Screen(
        lines(
            t("📍 Your village: <b>{village}</b>", village=place_label(t, directory, home))
            if home
            else None,
            t("<b>Move to {village}?</b>", village=place_label(t, directory, place)),
            "",
            t("From now on you take part in the votes of the new village."),
            t("In these open votes your vote is withdrawn:") if losing else None,
            *(Markup("🗳 {}").format(vote.title(t.language)) for vote in losing),
            t("If you stay, nothing changes."),
            t("Everybody on this phone moves: {count}.", count=len(residents))
            if len(residents) > 1
            else None,
        ),
        (
            (Button(t("✅ Yes, move"), SettleIn(place.id)),),
            (Button(t("❌ No, stay"), Stay()),),
        ),
    )


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


# --- how it is put together -------------------------------------------------------------------


def _other_ways(t: Translator) -> Rows:
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


def _village_rows(t: Translator, directory: Directory, places: Iterable[KnownPlace]) -> Rows:
    def label(number: int, place: KnownPlace) -> str:
        above = directory.get(place.parent_id)
        name = f"{number}. {place.name(t.language)}"
        return shorten(f"{name}, {above.name(t.language)}" if above else name, WHOLE_ROW)

    return tuple(
        (Button(label(number, place), ProposeVillage(place.id)),)
        for number, place in enumerate(places, start=1)
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


def _can_live_in(directory: Directory, place: KnownPlace) -> bool:
    return place.exists and directory.is_settlement(place)


def _live_in(residents: Sequence[Resident], place: KnownPlace) -> bool:
    """Whether this phone's people live there already."""
    return bool(residents) and all(r.village_id == place.id for r in residents)


async def _village(context: Context, place_id: int) -> KnownPlace:
    """Raises Refused(PLACE_UNKNOWN) for what is no village of today."""
    directory = await context.directory()
    place = directory.get(place_id)
    if place is None or not _can_live_in(directory, place):
        raise Refused(Reason.PLACE_UNKNOWN)
    return place


async def _show_ways(context: Context, *, unknown: bool = False) -> None:
    """Staff without a village write other texts too, so theirs is awaited from here on."""
    await _stop_looking(context)
    home = await _home(context)
    if home is None and await context.rights():
        await drafts.begin(context, SEARCH, BY_NAME, {})
    context.show(ways_screen(context.t, home, unknown=unknown))


async def _propose(context: Context, place: KnownPlace) -> None:
    residents = await context.residents()
    if _live_in(residents, place):
        await _already_there(context)
        return
    context.show(await _question(context, place))


async def _question(context: Context, place: KnownPlace) -> Screen:
    residents, directory = await context.residents(), await context.directory()
    if residents:
        losing = await ballots.lost_by_moving(context.session, residents, place.id)
        return move_screen(context.t, directory, place, residents, losing)
    return confirm_screen(context.t, directory, place)


async def _already_there(context: Context) -> None:
    await _stop_looking(context)
    context.toast(context.t("This is your village already."))
    await context.go(OpenMenu())


async def _found_screen(context: Context, query: str) -> Screen:
    if len(query) > MOST_LETTERS:
        raise Refused(Reason.TEXT_TOO_LONG, limit=MOST_LETTERS, length=len(query))
    directory = await context.directory()
    hits = search(directory, query)
    if not hits:
        return not_found_screen(context.t, query)
    return results_screen(context.t, directory, [hit.place for hit in hits])


async def _home(context: Context) -> str | None:
    """The label of the present village."""
    residents, directory = await context.residents(), await context.directory()
    place = directory.get(residents[0].village_id) if residents else None
    return place_label(context.t, directory, place) if place else None


async def _is_looking(context: Context) -> bool:
    """Whether a name or a location is awaited: always, as long as nobody here has a village."""
    if not people.has_consented(context.account):
        return False
    draft = await _search_draft(context)
    if draft is not None and (
        draft.step == BY_LOCATION or context.now - draft.touched_at < NAME_AWAITED
    ):
        return True
    return not await context.residents() and not await context.rights()


async def _search_draft(context: Context) -> Draft | None:
    found = await drafts.latest(context)
    return next((draft for draft in found if draft.form == SEARCH), None)


async def _stop_looking(context: Context) -> bool:
    """Ends the search and takes its keyboard away; whether it waited for a location."""
    draft = await _search_draft(context)
    if draft is None:
        return False
    has_keyboard = draft.step == BY_LOCATION
    await drafts.end(context, SEARCH)
    if has_keyboard:
        context.say(Screen(context.t("All right."), keyboard=RemoveKeyboard()))
    return has_keyboard


def _back_labels(context: Context) -> set[str]:
    return {plain(t("⬅️ Back")) for t in context.translators.all()}


ROUTES: tuple[Route, ...] = (
    Command("village", show_ways, OpenTo.CONSENTED),
    Tap(OpenVillages, show_ways, OpenTo.CONSENTED),
    Tap(TypeName, ask_name, OpenTo.CONSENTED),
    Tap(ShareLocation, ask_location, OpenTo.CONSENTED),
    Tap(Browse, browse, OpenTo.CONSENTED),
    Tap(ProposeVillage, propose, OpenTo.CONSENTED),
    Tap(SettleIn, settle, OpenTo.CONSENTED),
    Tap(Stay, stay, OpenTo.CONSENTED),
    Tap(ArriveInVillage, arrive, OpenTo.CONSENTED),
    Tap(ReportMissing, report_missing, OpenTo.CONSENTED),
)
