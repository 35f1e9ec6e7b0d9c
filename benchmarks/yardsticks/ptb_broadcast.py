"""A python-telegram-bot broadcast through its AIORateLimiter, all messages handed over at once."""

import asyncio
import logging

from telegram import Update
from telegram.error import TelegramError
from telegram.ext import (
    AIORateLimiter,
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    ContextTypes,
)

from benchmarks.contestants import FIRST_RECIPIENT
from benchmarks.yardsticks.surroundings import BROADCAST_TEXT, Surroundings, read_surroundings

MAX_RETRIES = 5


async def broadcast(application: Application, surroundings: Surroundings) -> None:  # type: ignore[type-arg]
    async def send(chat_id: int) -> None:
        try:
            await application.bot.send_message(
                chat_id, BROADCAST_TEXT, allow_paid_broadcast=surroundings.paid or None
            )
        except TelegramError as error:
            logging.warning("not sent to %s: %s", chat_id, error)

    await asyncio.gather(*(send(FIRST_RECIPIENT + n) for n in range(surroundings.broadcast)))


async def reply(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    assert query is not None
    await query.answer()
    await query.edit_message_text(f"Добушуңуз кабыл алынды: {query.data}")


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    surroundings = read_surroundings()

    async def start(application: Application) -> None:  # type: ignore[type-arg]
        running.add(asyncio.ensure_future(broadcast(application, surroundings)))

    running: set[asyncio.Future[None]] = set()
    asyncio.set_event_loop(asyncio.new_event_loop())
    application = (
        ApplicationBuilder()
        .token(surroundings.token)
        .base_url(f"{surroundings.api_url}/bot")
        .rate_limiter(AIORateLimiter(max_retries=MAX_RETRIES))
        .post_init(start)
        .build()
    )
    application.add_handler(CallbackQueryHandler(reply))
    application.run_polling()


if __name__ == "__main__":
    main()
