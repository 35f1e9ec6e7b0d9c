"""A python-telegram-bot bot as its guide writes it: defaults everywhere, one upsert a tap."""

import asyncio
import logging

from telegram import Update
from telegram.ext import Application, ApplicationBuilder, CallbackQueryHandler, ContextTypes

from benchmarks.yardsticks.surroundings import Ballots, Surroundings, read_surroundings


def build(surroundings: Surroundings, ballots: Ballots) -> Application:  # type: ignore[type-arg]
    async def create(application: Application) -> None:  # type: ignore[type-arg]
        await ballots.create()

    async def close(application: Application) -> None:  # type: ignore[type-arg]
        await ballots.close()

    async def vote(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.callback_query
        assert query is not None
        assert query.data is not None
        await ballots.cast(query.from_user.id, query.data)
        await query.answer()
        await query.edit_message_text(f"Добушуңуз кабыл алынды: {query.data}")

    application = (
        ApplicationBuilder()
        .token(surroundings.token)
        .base_url(f"{surroundings.api_url}/bot")
        .base_file_url(f"{surroundings.api_url}/file/bot")
        .post_init(create)
        .post_shutdown(close)
        .build()
    )
    application.add_handler(CallbackQueryHandler(vote))
    return application


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    surroundings = read_surroundings()
    asyncio.set_event_loop(asyncio.new_event_loop())
    application = build(surroundings, Ballots(surroundings.database_url))
    if surroundings.mode == "polling":
        application.run_polling()
        return
    application.run_webhook(
        listen=surroundings.listen_host,
        port=surroundings.listen_port,
        url_path=surroundings.webhook_url.rpartition("/")[2],
        webhook_url=surroundings.webhook_url,
        secret_token=surroundings.secret,
    )


if __name__ == "__main__":
    main()
