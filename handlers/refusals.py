"""What is said when something can't be done: the reason, and the way on."""

from typing import assert_never

from markupsafe import Markup

from bot.errors import Incident
from bot.ui.callbacks import Callback, UnreadableCallback, unpack
from bot.ui.context import Context
from bot.ui.i18n import Translator
from bot.ui.screens import Screen, lines
from handlers.doors import OpenLanguages, OpenMenu, OpenResult, OpenStaffVote
from handlers.words import menu_button
from services.refusal import Reason, Refused

STALE = (
    Reason.OUTDATED,
    Reason.NOT_FOUND,
    Reason.NO_RIGHT,
    Reason.VOTE_CLOSED,
    Reason.VOTE_CANCELLED,
    Reason.VOTE_NOT_OPEN,
    Reason.NOT_YOUR_VOTE,
)
"""After these the screen with the tapped button is of no use any more."""
MOVED_ON = (Reason.VOTE_MOVED_ON, Reason.VOTE_UNCHANGEABLE)


async def explain(context: Context, refused: Refused) -> None:
    """A tap gets an alert and, if its screen is of no use any more, the menu, or the result of the
    vote; a message gets an answer.

    Whoever steers a vote that has moved on sees where it is now. Who hasn't chosen a language yet
    gets no words that they may not read, but the choice.
    """
    if context.account.language is None:
        await context.go(OpenLanguages())
        return
    words = words_for(context.t, refused)
    query = context.update.callback_query
    if query is None:
        context.say(Screen(words, ((menu_button(context.t),),)))
        return
    context.alert(words)
    if (result := refused.parameters.get("result")) is not None:
        await context.go(OpenResult(result))
    elif refused.reason in STALE:
        await context.go(OpenMenu())
    elif refused.reason in MOVED_ON and (vote_id := _vote_of(query.data or "")) is not None:
        await _show_where_it_is(context, vote_id)


async def _show_where_it_is(context: Context, vote_id: int) -> None:
    """The staff's screen of a vote; the menu for whom it is none."""
    try:
        await context.go(OpenStaffVote(vote_id))
    except Refused:
        await context.go(OpenMenu())


async def explain_end(context: Context, refused: Refused, door: Callback) -> None:
    """A form that can't be sent any more: the reason, then where it leads, else the menu."""
    words = words_for(context.t, refused)
    if context.update.callback_query is None:
        context.say(Screen(words))
    else:
        context.alert(words)
    try:
        await context.go(door)
    except Refused:
        await context.go(OpenMenu())


def _vote_of(data: str) -> int | None:
    """The vote that a button speaks of."""
    try:
        vote_id = getattr(unpack(data), "vote_id", None)
    except UnreadableCallback:
        return None
    return vote_id if isinstance(vote_id, int) else None


async def apologise(context: Context, incident: Incident) -> None:
    """A bug: nothing was changed, and a number to tell; in both languages if none is chosen yet."""
    if context.account.language is None:
        for t in context.translators.all():
            context.say(sorry_screen(t, incident))
        return
    words = sorry_screen(context.t, incident)
    if context.update.callback_query is not None:
        context.alert(context.t("⚠️ An error. Please try again a little later."))
    context.say(words)


def sorry_screen(t: Translator, incident: Incident) -> Screen:
    return Screen(
        lines(
            t("⚠️ An error occurred. Please try again a little later."),
            t("What you did before is kept."),
            t("Number of the error: <code>{id}</code>", id=incident.id),
        ),
        ((menu_button(t),),),
    )


def words_for(t: Translator, refused: Refused) -> Markup:
    """A sentence for each reason."""
    p = refused.parameters
    match refused.reason:
        case Reason.OUTDATED | Reason.NOT_FOUND:
            return t("This button is out of date. Here is the present screen.")
        case Reason.NO_RIGHT:
            return t("You don't have the right to do this.")
        case Reason.VOTE_NOT_OPEN:
            return t("This vote has not started yet. We will write to you when it does.")
        case Reason.VOTE_CLOSED:
            if p.get("result") is not None:
                return t("The vote has ended. Here is the result.")
            return t("The vote has ended. The result comes to this chat.")
        case Reason.VOTE_CANCELLED:
            why = p["ru"] if t.language == "ru" else p["ky"]
            if not why:
                return t("The vote was cancelled.")
            return t("The vote was cancelled. Reason: {reason}", reason=why)
        case Reason.NOT_YOUR_VOTE:
            return t("This vote is held in another village.")
        case Reason.TOO_YOUNG:
            return t(
                "People from the age of {age} vote. Thank you for your interest!", age=p["age"]
            )
        case Reason.NOTHING_CHOSEN:
            return t("Nothing is chosen yet. Choose an option, or «None of these».")
        case Reason.TOO_MANY_CHOSEN:
            return t("You may choose up to {max}. Take one back first.", max=p["limit"])
        case Reason.VOTE_INCOMPLETE:
            return t("Something is still missing. The screen shows what.")
        case Reason.VOTE_MOVED_ON:
            return t("The vote has moved on meanwhile: this can't be done any more.")
        case Reason.VOTE_UNCHANGEABLE:
            return t("The vote is announced: it can't be changed any more.")
        case Reason.TOO_MANY_OPTIONS:
            return t("A vote has at most {max} options.", max=p["limit"])
        case Reason.DATE_PASSED:
            return t("This time has passed already. Choose a later one.")
        case Reason.DATE_TOO_FAR:
            return t("This date is too far off. Choose one within a year.")
        case Reason.CLOSES_BEFORE_OPENING:
            return t("The vote should be open for an hour at least.")
        case Reason.INVITATION_INVALID:
            return t("This invitation is not valid. Ask for a new one.")
        case Reason.INVITATION_USED:
            return t("This invitation was used already. Ask for a new one.")
        case Reason.INVITATION_EXPIRED:
            return t("This invitation has expired. Ask for a new one.")
        case Reason.INVITATION_OWN:
            return t(
                "This invitation works. You sent it yourself: pass the link on to the right person."
            )
        case Reason.LAST_ADMINISTRATOR:
            return t("The last administrator can't be removed.")
        case Reason.ALREADY_GRANTED:
            return t("You have this role already.")
        case Reason.HOUSEHOLD_FULL:
            return t("At most {max} people can answer on one phone.", max=p["limit"])
        case Reason.NAME_TAKEN:
            return t("Somebody on this phone is called so already. Please choose another name.")
        case Reason.PLACE_UNKNOWN:
            return t("There is no such village. Choose one from the list.")
        case Reason.TEXT_TOO_LONG:
            return t(
                "The text is too long: {length} letters, the limit is {limit}. Please shorten it.",
                length=p["length"],
                limit=p["limit"],
            )
        case Reason.TEXT_EMPTY:
            return t("The text is empty. Please write something.")
        case Reason.WRONG_KIND:
            wanted: str = p["wanted"]
            return t(wanted)
        case Reason.NOT_A_NUMBER:
            return t(
                "Please write a number from {least} to {most}.", least=p["least"], most=p["most"]
            )
        case Reason.NOT_A_MOMENT:
            return t("This is no date. Write it like this: 25.11 18:00")
    assert_never(refused.reason)
