"""Which route an update takes, and who is speaking: read off the update, nothing is changed."""

from typing import Any

from telegram import Update

from bot.ui.callbacks import UnreadableCallback, unpack
from bot.ui.routes import Route, Routes
from services.refusal import Reason, Refused


def find_route(routes: Routes, update: Update) -> tuple[Route, tuple[Any, ...]] | None:
    """The route of an update and what its handler is called with besides the context.

    Raises:
        Refused: a button that no dialogue answers to any more.
    """
    if update.callback_query is not None and is_private(update):
        return _tap(routes, update.callback_query.data or "")
    name = _event(update)
    if name != "input":
        event = routes.events.get(name)
        return (event, ()) if event else None
    text = (update.message.text if update.message else None) or ""
    if text.startswith("/"):
        word, _, rest = text[1:].partition(" ")
        command = word.partition("@")[0].lower()
        if command == "start" and (link := _link(routes, rest.strip())):
            return link
        if command in routes.commands:
            return routes.commands[command], ()
    return routes.events["input"], ()


def _tap(routes: Routes, data: str) -> tuple[Route, tuple[Any, ...]]:
    try:
        action = unpack(data)
    except UnreadableCallback:
        raise Refused(Reason.OUTDATED) from None
    route = routes.taps.get(type(action))
    if route is None:
        raise Refused(Reason.OUTDATED)
    return route, (action,)


def _link(routes: Routes, payload: str) -> tuple[Route, tuple[Any, ...]] | None:
    prefix, separator, rest = payload.partition("_")
    link = routes.links.get(prefix + separator)
    return (link, (rest,)) if link else None


def _event(update: Update) -> str:
    """The name of what is neither command, link nor a tap in a private chat; "ignored" has no
    route."""
    if update.callback_query is not None:
        return "tapped in group"
    if update.my_chat_member is not None:
        if not is_private(update):
            return "group"
        left = update.my_chat_member.new_chat_member.status in ("kicked", "left")
        return "blocked" if left else "unblocked"
    if update.edited_message is not None:
        return "edited" if is_private(update) else "ignored"
    if update.message is None:
        return "ignored"
    return "input" if is_private(update) else "group"


def is_private(update: Update) -> bool:
    chat = update.effective_chat
    return chat is not None and chat.type == "private" and update.effective_user is not None


def speaker(update: Update) -> int:
    """Whose updates have to stay in order: the person's, or the group's."""
    if is_private(update) and update.effective_user:
        return update.effective_user.id
    return update.effective_chat.id if update.effective_chat else 0


def kind_of(update: Update) -> str:
    """What arrived, in a word for the log: never its text."""
    if update.callback_query is not None:
        return f"tap {(update.callback_query.data or '').partition(':')[0][:12]}"
    return _event(update)
