"""The menu, help, and what to say when nothing else fits."""

from markupsafe import Markup

from bot.ui import drafts, forms
from bot.ui.callbacks import UnreadableCallback, unpack
from bot.ui.context import Context
from bot.ui.i18n import Translator
from bot.ui.routes import Command, Event, OpenTo, Route, Tap
from bot.ui.screens import Button, Row, Screen, lines
from handlers.doors import (
    Below,
    OpenHelp,
    OpenLanguages,
    OpenMenu,
    OpenProfile,
    OpenSettings,
    OpenVillages,
    OpenVote,
    OpenVotes,
    OpenWork,
)
from handlers.words import menu_button, place_label, shorten
from models import Vote, VoteStatus
from services import people
from services.refusal import Reason, Refused
from services.terms import Terms
from services.votes import ballots


async def show_menu(context: Context, _tap: OpenMenu | None = None) -> None:
    """The main menu; an open vote that waits for this person is its first button.

    Who presses its button leaves what they had begun: a text is no answer to it any more.
    """
    if _tap is not None and context.taps(OpenMenu(), Below.before(OpenMenu())):
        await drafts.set_aside(context, older_than=forms.ANSWER_AWAITED)
    residents = await context.residents()
    rights = await context.rights()
    if residents and not people.is_complete(residents[0]):
        await context.go(OpenProfile(residents[0].id))
        return
    if not residents and not rights:
        await context.go(OpenVillages())
        return
    directory = await context.directory()
    place = directory.get(residents[0].village_id) if residents else None
    if place is not None and not place.exists:
        await context.go(OpenVillages())
        return
    current = await ballots.current_votes(context.session, residents)
    votes = [vote for vote in current if vote.status is VoteStatus.OPEN]
    done = await ballots.taken_part(context.session, [vote.id for vote in votes], residents)
    voters = [r for r in residents if people.may_vote_by_age(r, context.terms)]
    waiting = next((v for v in votes if any((v.id, r.id) not in done for r in voters)), None)
    village = place_label(context.t, directory, place) if place else None
    context.show(menu_screen(context.t, village, waiting, staff=bool(rights)))


async def open_below(context: Context, tap: Below) -> None:
    context.keep_tapped()
    try:
        door = unpack(tap.callback_data)
    except UnreadableCallback:
        raise Refused(Reason.OUTDATED) from None
    await context.go(door)


async def show_help(context: Context, _tap: OpenHelp | None = None) -> None:
    if context.account.language is None:
        await context.go(OpenLanguages())
        return
    context.show(help_screen(context.t, context.terms))


async def cancel(context: Context) -> None:
    """/cancel with nothing to cancel: forms answer to it before this does."""
    if context.account.language is None:
        await context.go(OpenLanguages())
        return
    context.say(Screen(context.t("There is nothing to cancel."), ((menu_button(context.t),),)))


async def tell_not_understood(context: Context) -> None:
    """A message that nothing waits for; the menu follows."""
    context.say(Screen(context.t("I didn't understand that. Please press one of the buttons 👇")))


async def tell_edited(context: Context) -> None:
    """An edited message: what it said first is what counts. A live location edits itself."""
    if context.message.location is not None:
        return
    if context.account.language is None:
        await context.go(OpenLanguages())
        return
    context.say(
        Screen(
            context.t("✏️ An edited message changes nothing here. Please send a new one."),
            ((menu_button(context.t),),),
        )
    )


async def meet_group(context: Context) -> None:
    """In a group the bot only says where to talk with it, and only when it is called."""
    message = context.update.message
    if message is None or not (message.text or "").startswith("/"):
        return
    screen = group_screen(context)
    context.say(screen)


async def tell_tapped_in_group(context: Context) -> None:
    """A button in a group opens nothing there: whatever it showed, all would see."""
    context.alert("\n".join(_private_chats_only(context)))


def menu_screen(t: Translator, village: str | None, waiting: Vote | None, *, staff: bool) -> Screen:
    rows: list[Row] = []
    if waiting is not None:
        title = waiting.title(t.language)
        rows.append((Button(t("🗳 Vote: {title}", title=shorten(title, 30)), OpenVote(waiting.id)),))
    if village is not None:
        rows.append((Button(t("🗳 Votes and results"), OpenVotes()),))
    else:
        rows.append((Button(t("📍 Choose my village"), OpenVillages()),))
    if staff:
        rows.append((Button(t("🧰 My work"), OpenWork()),))
    rows.append((Button(t("⚙️ Settings"), OpenSettings()), Button(t("❓ Help"), OpenHelp())))
    return Screen(
        lines(
            t("<b>🏠 Main menu</b>"),
            t("📍 {village}", village=village) if village else None,
            t("🗳 A vote is open in your village.") if waiting else None,
            t("What shall we do?"),
        ),
        tuple(rows),
    )


def help_screen(t: Translator, terms: Terms) -> Screen:
    return Screen(
        lines(
            t("<b>❓ Help</b>"),
            t("🗳 /vote — vote, change your vote, see results."),
            t("⚙️ /settings — language, village, people on this phone."),
            t("🔒 /mydata — what we keep about you. /forget — delete it."),
            t("✖️ /cancel — stop what you have begun."),
            t("🏠 /menu — the main menu."),
            t("📞 ARIS: {phone} (free)", phone=terms.organisation_phone)
            if terms.organisation_phone
            else None,
        ),
        ((menu_button(t),),),
    )


def group_screen(context: Context) -> Screen:
    """Both languages: a group speaks neither."""
    words = context.translators.all()
    return Screen(
        Markup("\n").join(_private_chats_only(context)),
        tuple((Button(t("Open the bot"), url=context.terms.link("group")),) for t in words),
    )


def _private_chats_only(context: Context) -> list[Markup]:
    return [
        t("🔒 Votes are secret: write to the bot in a private chat.")
        for t in context.translators.all()
    ]


ROUTES: tuple[Route, ...] = (
    Command("menu", show_menu, OpenTo.CONSENTED),
    Tap(OpenMenu, show_menu, OpenTo.CONSENTED),
    Tap(Below, open_below, OpenTo.ANYONE),
    Command("help", show_help, OpenTo.ANYONE),
    Tap(OpenHelp, show_help, OpenTo.ANYONE),
    Event("edited", tell_edited),
    Event("group", meet_group),
    Event("tapped in group", tell_tapped_in_group),
)
