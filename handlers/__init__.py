"""The table of contents of the dialogues, and what the machine asks of them."""

from markupsafe import Markup

from bot.files import Maker
from bot.ui import drafts
from bot.ui.context import Context
from bot.ui.forms import FormOver, Forms
from bot.ui.i18n import Translator
from bot.ui.routes import Route
from handlers import (
    menu,
    onboarding,
    preparing,
    privacy,
    refusals,
    results,
    settings,
    steering,
    team,
    villages,
    voting,
)
from handlers.doors import OpenLanguages, OpenMenu
from handlers.news import broadcast_writer, closed_notice, reminder_screen
from handlers.onboarding import next_step, stage
from handlers.refusals import apologise
from handlers.words import COMMANDS
from services.refusal import Reason, Refused

__all__ = [
    "COMMANDS",
    "MAKERS",
    "ROUTES",
    "apologise",
    "bot_description",
    "bot_name",
    "bot_short_description",
    "broadcast_writer",
    "closed_notice",
    "explain",
    "next_step",
    "reminder_screen",
    "stage",
]


CUT_FROM = 3900
"""Units of a message that a phone may have cut: at 4,096, or at the space before."""


async def _otherwise(context: Context) -> None:
    """A message that no question asked for: perhaps the name or the location of a village."""
    if context.account.language is None:
        await context.go(OpenLanguages())
        return
    if await villages.take_location(context) or await villages.take_search(context):
        return
    if await FORMS.ask_left(context):
        return
    await menu.tell_not_understood(context)
    await context.go(OpenMenu())


async def _nothing_to_cancel(context: Context) -> None:
    if not await villages.cancel_search(context):
        await menu.cancel(context)


FORMS = Forms(
    (*preparing.FORMS, *steering.FORMS, *settings.FORMS, *team.FORMS),
    _otherwise,
    _nothing_to_cancel,
    elsewhere=frozenset({villages.SEARCH}),
    leading=preparing.LEADING_TO_FORMS,
)


async def explain(context: Context, refused: Refused) -> None:
    """The reason in the person's words; a message that was no answer is asked for again.

    An outdated button of a form shows the present question, or what came of the form.
    """
    query = context.update.callback_query
    if isinstance(refused, FormOver):
        await drafts.end(context, refused.form)
        await refusals.explain_end(context, refused, refused.leads_to)
    elif query is None:
        await refusals.explain(context, refused)
        if refused.parameters.get("length", 0) >= CUT_FROM:
            await FORMS.expect_tail(context)
        await FORMS.ask_again(context)
    elif not (
        refused.reason is Reason.OUTDATED and await FORMS.show_present(context, query.data or "")
    ):
        await refusals.explain(context, refused)


ROUTES: tuple[Route, ...] = (
    *onboarding.ROUTES,
    *villages.ROUTES,
    *menu.ROUTES,
    *settings.ROUTES,
    *privacy.ROUTES,
    *voting.ROUTES,
    *results.ROUTES,
    *preparing.ROUTES,
    *steering.ROUTES,
    *team.ROUTES,
    *FORMS.routes(),
)

MAKERS: dict[str, Maker] = {**results.MAKERS, **steering.MAKERS, **privacy.MAKERS}


def bot_name(t: Translator) -> Markup:
    return t("Ashar")


def bot_short_description(t: Translator) -> Markup:
    return t("Choose what your village needs. Free.")


def bot_description(t: Translator) -> Markup:
    return t(
        "What does your village need most? Vote here and see the results. "
        "Your vote is secret. The bot belongs to ARIS and is free. Press START."
    )
