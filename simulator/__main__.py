"""Run the simulator alone: python -m simulator [--port 8081] [--token 42:SIMULATED]."""

import argparse
import asyncio
from contextlib import suppress

from simulator.page import page_routes
from simulator.server import make_server
from simulator.telegram import Telegram


def main() -> None:
    options = _options()
    telegram = Telegram(limits=not options.no_limits)
    bot = telegram.add_bot(options.token, options.username, options.name)
    for described in options.person or ("Айда:ky", "Николай:ru"):
        name, _, language = described.partition(":")
        telegram.add_person(name, language_code=language or None)
    base = f"http://{options.host}:{options.port}"
    print(f"Bot API   {base}/bot{bot.token}/getMe")
    print(f"Files     {base}/file/bot{bot.token}/<file_path>")
    print(f"Chats     {base}/")
    routes = page_routes(telegram)
    server = make_server(telegram, routes, host=options.host, port=options.port)
    with suppress(KeyboardInterrupt):
        asyncio.run(server.serve())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--token", default="42:SIMULATED", help="the bot's token, <id>:<secret>")
    parser.add_argument("--username", default="village_bot", help="the bot's name after t.me/")
    parser.add_argument("--name", default="Village", help="the name that people see")
    parser.add_argument(
        "--person",
        action="append",
        metavar="NAME[:LANGUAGE]",
        help="somebody with a phone in that language; may be given again",
    )
    parser.add_argument(
        "--no-limits", action="store_true", help="never answer 429 for too many messages"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
