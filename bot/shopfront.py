"""How the bot looks before anybody has written: its name, description and commands."""

import structlog
from telegram.error import RetryAfter, TelegramError

import handlers
from bot.request import BotApi
from bot.ui.i18n import Translator, Translators
from bot.ui.screens import plain

log = structlog.get_logger()


async def dress(api: BotApi, translators: Translators) -> None:
    """Sets the texts for Kyrgyz and Russian phones, and both together for all others.

    Telegram allows few changes of a name a day: what it refuses is logged, and the start goes on.
    """
    both = translators.all()
    for language in (*both, None):
        words = (language,) if language else both
        code = {"language_code": language.language} if language else {}
        name = " · ".join(dict.fromkeys(plain(handlers.bot_name(t)) for t in words))
        description = "\n\n".join(plain(handlers.bot_description(t)) for t in words)
        short = " · ".join(plain(handlers.bot_short_description(t)) for t in words)
        await _try(api, "setMyName", {"name": name[:64], **code})
        await _try(api, "setMyDescription", {"description": description[:512], **code})
        await _try(api, "setMyShortDescription", {"short_description": short[:120], **code})
        await _try(
            api,
            "setMyCommands",
            {
                "commands": commands(words, handlers.COMMANDS),
                "scope": {"type": "all_private_chats"},
                **code,
            },
        )


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


async def _try(api: BotApi, method: str, payload: dict[str, object]) -> None:
    try:
        await api.call(method, payload)
    except RetryAfter as error:
        log.info("shopfront_later", method=method, seconds=str(error.retry_after))
    except TelegramError as error:
        log.warning("shopfront_refused", method=method, error=error.message)
