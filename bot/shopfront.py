"""How the bot looks before anybody has written: its name, description and commands."""

import structlog
from telegram.error import RetryAfter, TelegramError

import handlers
from bot.request import BotApi, seconds_of
from bot.ui.i18n import Translator, Translators
from bot.ui.screens import plain

log = structlog.get_logger()


async def dress(api: BotApi, translators: Translators) -> None:
    """Sets the texts for Kyrgyz and Russian phones, and both together for all others.

    Telegram allows few changes of a name a day, so only what differs is set; what it refuses is
    logged, and the start goes on.
    """
    both = translators.all()
    for language in (*both, None):
        words = (language,) if language else both
        code: dict[str, object] = {"language_code": language.language} if language else {}
        name = " · ".join(dict.fromkeys(plain(handlers.bot_name(t)) for t in words))
        description = "\n\n".join(plain(handlers.bot_description(t)) for t in words)
        short = " · ".join(plain(handlers.bot_short_description(t)) for t in words)
        await _set(api, "MyName", {"name": name[:64]}, code)
        await _set(api, "MyDescription", {"description": description[:512]}, code)
        await _set(api, "MyShortDescription", {"short_description": short[:120]}, code)
        scope = {"scope": {"type": "all_private_chats"}, **code}
        await _set(api, "MyCommands", {"commands": commands(words, handlers.COMMANDS)}, scope)


def commands(
    words: tuple[Translator, ...], named: tuple[tuple[str, str], ...]
) -> list[dict[str, str]]:
    """The menu of commands, described in one or both languages."""
    return [
        {
            "command": name,
            "description": " / ".join(plain(t(description)) for t in words)[:256],
        }
        for name, description in named
    ]


async def _set(api: BotApi, what: str, wanted: dict[str, object], where: dict[str, object]) -> None:
    try:
        found = await api.call(f"get{what}", where)
        if found not in (wanted, *wanted.values()):
            await api.call(f"set{what}", {**wanted, **where})
    except RetryAfter as error:
        log.info("shopfront_later", what=what, seconds=seconds_of(error))
    except TelegramError as error:
        log.warning("shopfront_refused", what=what, error=error.message)
