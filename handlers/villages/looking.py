"""Looking for the village by its name or by where the phone is."""

from datetime import timedelta

from bot.ui import drafts
from bot.ui.context import Context
from bot.ui.i18n import msg
from bot.ui.screens import RemoveKeyboard, Screen, plain
from handlers.doors import OpenVillages
from handlers.villages.found import (
    far_away_screen,
    location_screen,
    name_screen,
    nearest_screen,
    not_found_screen,
    results_screen,
)
from handlers.villages.taps import ShareLocation, TypeName
from models import Draft
from services import people
from services.places.nearest import nearest
from services.places.search import MOST_LETTERS, search
from services.refusal import Reason, Refused

SEARCH = "village-search"
"""The draft of somebody who looks for a village; its step is what the bot waits for."""
BY_NAME, BY_LOCATION = "name", "location"
NAME_AWAITED = timedelta(hours=1)
"""After it a text is no longer taken for a name by somebody who has a village."""
FAR_KM = 100
"""Beyond it the nearest village is no likely home: somebody looks from abroad."""


async def ask_name(context: Context, _tap: TypeName) -> None:
    await stop_looking(context)
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
    await stop_looking(context)
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
    waited_for_location = await stop_looking(context)
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
    await stop_looking(context)
    return True


async def stop_looking(context: Context) -> bool:
    """Ends the search and takes its keyboard away; whether it waited for a location."""
    draft = await _search_draft(context)
    if draft is None:
        return False
    has_keyboard = draft.step == BY_LOCATION
    await drafts.end(context, SEARCH)
    if has_keyboard:
        context.say(Screen(context.t("All right."), keyboard=RemoveKeyboard()))
    return has_keyboard


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


async def _found_screen(context: Context, query: str) -> Screen:
    if len(query) > MOST_LETTERS:
        raise Refused(Reason.TEXT_TOO_LONG, limit=MOST_LETTERS, length=len(query))
    directory = await context.directory()
    hits = search(directory, query)
    if not hits:
        return not_found_screen(context.t, query)
    return results_screen(context.t, directory, [hit.place for hit in hits])


def _back_labels(context: Context) -> set[str]:
    return {plain(t("⬅️ Back")) for t in context.translators.all()}
