"""Who may enter the team's screens, and what the others get."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from markupsafe import Markup

from bot.ui.callbacks import Callback
from bot.ui.context import Context
from bot.ui.routes import OpenTo, Tap
from bot.ui.screens import Screen
from handlers.doors import OpenMenu
from handlers.words import menu_button
from services.access.rights import INVITERS

TapHandler: TypeAlias = Callable[[Context, Any], Awaitable[None]]


def for_inviters(*handlers: tuple[type[Callback], TapHandler]) -> tuple[Tap, ...]:
    """Routes for who may invite; others are turned away, whatever old button they pressed."""
    return tuple(Tap(kind, _guarded(handler), OpenTo.CONSENTED) for kind, handler in handlers)


def _guarded(handler: TapHandler) -> TapHandler:
    async def guarded(context: Context, tap: Callback) -> None:
        if (await context.rights()).has(INVITERS):
            await handler(context, tap)
        else:
            await turn_away(context)

    return guarded


async def turn_away(context: Context, words: Markup | None = None) -> None:
    """A tap gets an alert, and the menu in the place of its screen; a message gets an answer."""
    words = words or context.t("You don't have the right to do this.")
    if context.update.callback_query is None:
        context.say(Screen(words, ((menu_button(context.t),),)))
        return
    context.alert(words)
    await context.go(OpenMenu())
