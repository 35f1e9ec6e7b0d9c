"""A new invitation: the role, the place, the name, and the link to send."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from markupsafe import Markup

from bot.ui import forms
from bot.ui.callbacks import Callback
from bot.ui.context import Context
from bot.ui.forms import Data, Form, Text
from bot.ui.i18n import Translator, Translators
from bot.ui.screens import Button, Row, Screen, column, grid, lines, plain
from handlers.doors import Below, OpenTeam
from handlers.team.admission import turn_away
from handlers.team.taps import BrowsePlaces, ChoosePlace, FindPlace, InviteSomebody
from handlers.team.words import page_of, person_line, place_line, role_line, where, where_briefly
from handlers.words import back_button, place_label, role_name
from models import Role
from services.access import invitations
from services.access.invitations import INVITATION_DAYS, NAME_LIMIT
from services.access.rights import Rights
from services.places.directory import Directory, KnownPlace
from services.refusal import Reason, Refused

NARROW = 20
"""Names up to so many letters fit two in a row."""
QUERY_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Level:
    """A step down the places: where one stands, and what lies below."""

    role: Role
    directory: Directory
    here: int | None
    """None: the whole country, or, if not `choosable`, above several places of one's own."""
    choosable: bool
    """Whether the role may be given for `here` itself."""
    below: Sequence[KnownPlace]
    page: int
    back: Callback


@dataclass(frozen=True, slots=True)
class Offer:
    """An invitation that was just made; its link can't be shown again."""

    role: Role
    place_id: int | None
    name: str
    link: str
    until: datetime


# --- what arrives -----------------------------------------------------------------------------


async def invite_somebody(context: Context, _tap: InviteSomebody) -> None:
    context.show(roles_screen(context.t, (await context.rights()).invitable()))


async def browse_places(context: Context, tap: BrowsePlaces) -> None:
    rights = await context.rights()
    context.show(places_screen(context.t, _level(rights, tap, context.t.language)))


async def find_place(context: Context, tap: FindPlace) -> None:
    if not (await context.rights()).inviting_places(tap.role):
        raise Refused(Reason.NO_RIGHT)
    await forms.begin(context, FIND, {"role": tap.role.value})


async def choose_place(context: Context, tap: ChoosePlace) -> None:
    rights = await context.rights()
    reason = invitations.why_not_invite(rights, tap.role, tap.place_id)
    if reason is not None:
        raise Refused(reason)
    place = tap.place_id
    names = {t.language: where(t, rights.directory, place) for t in context.translators.all()}
    data = {"role": tap.role.value, "place": place, "where": names}
    await forms.begin(context, NAME, data)


async def _show_found(context: Context, data: Data) -> None:
    """Places by the typed name; nothing found asks again."""
    rights, role = await context.rights(), Role(data["role"])
    if not rights.inviting_places(role):
        await turn_away(context)
        return
    places = invitations.find_inviting_places(rights, role, data["query"])
    if places:
        context.show(found_screen(context.t, role, places, rights.directory))
    else:
        # The draft that has just ended has to be gone before another takes its key.
        await context.session.flush()
        await forms.begin(context, FIND, {"role": data["role"], "missed": data["query"]})


async def _send_link(context: Context, data: Data) -> None:
    """Rights that ended meanwhile drop the form, so that it holds up no later message.

    The link comes in a message of its own, which no second tap on the question can cover: it is
    shown once.
    """
    rights, role, place_id = await context.rights(), Role(data["role"]), data["place"]
    if invitations.why_not_invite(rights, role, place_id) is not None:
        await turn_away(context)
        return
    name = data["name"] or ""
    token = await invitations.invite(
        context.session, rights, role, place_id, by=context.account.id, now=context.now, name=name
    )
    until = context.now + timedelta(days=INVITATION_DAYS)
    offer = Offer(role, place_id, name, context.terms.link(f"i_{token}"), until)
    if context.tapped_id is not None:
        context.show(answered_screen(context.t, offer, rights.directory))
    context.say(link_screen(context.t, context.translators, offer, rights.directory))


def _level(rights: Rights, tap: BrowsePlaces, language: str) -> Level:
    """The step of the button; a single place of one's own is stepped into at once.

    Raises:
        Refused: NO_RIGHT, PLACE_UNKNOWN.
    """
    directory, role, here = rights.directory, tap.role, tap.place_id
    tops = rights.inviting_places(role)
    if not tops:
        raise Refused(Reason.NO_RIGHT)
    if here is None and len(tops) == 1:
        here = tops[0]
    if here is None and tops != [None]:
        own = [place for top in tops if (place := directory.get(top))]
        return Level(role, directory, None, False, own, tap.page, InviteSomebody())
    reason = invitations.why_not_invite(rights, role, here)
    if reason is not None:
        raise Refused(reason)
    back: Callback = InviteSomebody()
    if here is not None and here not in tops:
        back = BrowsePlaces(role, directory[here].parent_id, 0)
    elif len(tops) > 1:
        back = BrowsePlaces(role, None, 0)
    return Level(role, directory, here, True, directory.children(here, language), tap.page, back)


# --- forms ------------------------------------------------------------------------------------


def _ask_query(t: Translator, data: Data) -> Markup:
    missed = data.get("missed")
    return lines(
        t("Nothing named «{query}» was found in your places.", query=missed) if missed else None,
        t("🔎 Write the name of the village, aimak, rayon or oblast."),
        t("The letters ө, ү, ң may be left out."),
    )


def _ask_name(t: Translator, data: Data) -> Markup:
    return lines(
        t("<b>📤 Invitation: {role}</b>", role=role_name(t, Role(data["role"]))),
        t("📍 Place: {place}", place=data["where"][t.language]),
        "",
        t("What do colleagues call this person? Write a name."),
        t("🔒 Only administrators and coordinators see it."),
    )


def _to_team(data: Data) -> Callback:
    return OpenTeam()


FIND = Form(
    "team-find",
    (Text(name="query", limit=QUERY_LIMIT, ask=_ask_query),),
    _show_found,
    _to_team,
)
NAME = Form(
    "team-name",
    (Text(name="name", limit=NAME_LIMIT, optional=True, ask=_ask_name),),
    _send_link,
    _to_team,
)


# --- what is shown ----------------------------------------------------------------------------


def roles_screen(t: Translator, roles: Sequence[Role]) -> Screen:
    buttons = (Button(role_name(t, role), BrowsePlaces(role, None, 0)) for role in roles)
    return Screen(
        lines(t("<b>📤 Invite somebody</b>"), t("What will this person be?")),
        (*column(*buttons), (back_button(t, OpenTeam()),)),
    )


def places_screen(t: Translator, level: Level) -> Screen:
    """A place to choose as a whole, or a part of it; a place without parts is chosen at once."""
    shown, turning = page_of(
        t, level.below, level.page, lambda page: BrowsePlaces(level.role, level.here, page)
    )
    rows: list[Row] = []
    if level.choosable:
        name = where_briefly(t, level.directory, level.here)
        rows.append((Button(t("✅ {place}", place=name), ChoosePlace(level.role, level.here)),))
    width = 2 if all(len(t.name(place)) <= NARROW for place in shown) else 1
    rows += grid([_part_button(t, level, place) for place in shown], width)
    rows += turning
    rows.append((Button(t("🔎 Find by name"), FindPlace(level.role)),))
    rows.append((back_button(t, level.back),))
    return Screen(
        lines(
            t("<b>📤 Invitation: {role}</b>", role=role_name(t, level.role)),
            place_line(t, level.directory, level.here) if level.choosable else None,
            t("Where will this person work? A button with ✅ takes the whole place."),
        ),
        tuple(rows),
    )


def found_screen(
    t: Translator, role: Role, places: Sequence[KnownPlace], directory: Directory
) -> Screen:
    buttons = (
        Button(place_label(t, directory, place), ChoosePlace(role, place.id)) for place in places
    )
    return Screen(
        lines(
            t("<b>📤 Invitation: {role}</b>", role=role_name(t, role)),
            t("These places were found. Press the right one:"),
        ),
        (
            *column(*buttons),
            (Button(t("🔎 Find by name"), FindPlace(role)),),
            (back_button(t, BrowsePlaces(role, None, 0)),),
        ),
    )


def answered_screen(t: Translator, offer: Offer, directory: Directory) -> Screen:
    """What the last question leaves behind when it was answered by a button."""
    return Screen(
        lines(
            t("<b>📤 Invitation: {role}</b>", role=role_name(t, offer.role)),
            place_line(t, directory, offer.place_id),
        )
    )


def link_screen(
    t: Translator, translators: Translators, offer: Offer, directory: Directory
) -> Screen:
    """The link, once; the words to share it with are in both languages."""
    words = "\n".join(_sharing_words(each, offer, directory) for each in translators.all())
    share = f"https://t.me/share/url?url={quote(offer.link, safe='')}&text={quote(words, safe='')}"
    return Screen(
        lines(
            t("<b>✅ The invitation is ready.</b>"),
            person_line(t, offer.name),
            role_line(t, offer.role),
            place_line(t, directory, offer.place_id),
            "",
            t("<code>{link}</code>", link=offer.link),
            "",
            t("⏰ It works once, until {moment}.", moment=t.moment(offer.until)),
            t("Send it to this person only: who opens it first gets the role."),
        ),
        (
            (Button(t("📤 Send the link"), url=share),),
            (Button(t("👥 Team"), Below.before(OpenTeam())),),
        ),
    )


def _sharing_words(t: Translator, offer: Offer, directory: Directory) -> str:
    return plain(
        t(
            "Invitation to the bot of ARIS: {role}, {place}. Open the link and press START.",
            role=role_name(t, offer.role),
            place=where_briefly(t, directory, offer.place_id),
        )
    )


def _part_button(t: Translator, level: Level, place: KnownPlace) -> Button:
    if level.directory.children(place.id, t.language):
        return Button(t.name(place), BrowsePlaces(level.role, place.id, 0))
    return Button(t("✅ {place}", place=t.name(place)), ChoosePlace(level.role, place.id))
