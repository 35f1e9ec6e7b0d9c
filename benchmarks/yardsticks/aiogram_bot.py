"""An aiogram 3 bot as its guide writes it: a dispatcher with its defaults, one upsert a tap."""

import asyncio
import logging

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import CallbackQuery, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

from benchmarks.yardsticks.surroundings import Ballots, Surroundings, read_surroundings


def build(ballots: Ballots) -> Dispatcher:
    dispatcher = Dispatcher()

    @dispatcher.callback_query()
    async def vote(query: CallbackQuery) -> None:
        assert query.data is not None
        assert isinstance(query.message, Message)
        await ballots.cast(query.from_user.id, query.data)
        await query.answer()
        await query.message.edit_text(f"Добушуңуз кабыл алынды: {query.data}")

    dispatcher.startup.register(ballots.create)
    dispatcher.shutdown.register(ballots.close)
    return dispatcher


def run_webhook(dispatcher: Dispatcher, bot: Bot, surroundings: Surroundings) -> None:
    async def set_webhook() -> None:
        await bot.set_webhook(surroundings.webhook_url, secret_token=surroundings.secret)

    dispatcher.startup.register(set_webhook)
    application = web.Application()
    handler = SimpleRequestHandler(dispatcher, bot, secret_token=surroundings.secret)
    handler.register(application, path="/" + surroundings.webhook_url.rpartition("/")[2])
    setup_application(application, dispatcher, bot=bot)
    web.run_app(
        application,
        host=surroundings.listen_host,
        port=surroundings.listen_port,
        print=None,
        access_log=None,
    )


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    surroundings = read_surroundings()
    session = AiohttpSession(api=TelegramAPIServer.from_base(surroundings.api_url))
    bot = Bot(surroundings.token, session=session)
    dispatcher = build(Ballots(surroundings.database_url))
    if surroundings.mode == "webhook":
        run_webhook(dispatcher, bot, surroundings)
    else:
        asyncio.run(dispatcher.start_polling(bot))


if __name__ == "__main__":
    main()
