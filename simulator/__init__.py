"""Telegram on your own machine: a small, strict Bot API server to develop and test bots against.

    telegram = Telegram()
    telegram.add_bot("42:secret", "village_bot", "Village")
    aida = telegram.add_person("Айда", language_code="ky")
    telegram.people.says(aida.id, "/start")
    answer = await telegram.call("42:secret", "getUpdates", {})
    await telegram.call("42:secret", "sendMessage", {"chat_id": aida.id, "text": "Салам!"})
    telegram.screen(aida.id)[-1].plain          # "Салам!"

- `Telegram`: the whole state and the rules, without sockets. `add_bot`, `add_person`, `add_group`,
  `add_channel`, `migrate`; `call` carries out a Bot API method; `updates` and `confirm` stand in
  for getUpdates; `screen`, `alerts`, `reply_keyboard`, `commands` are what a person sees; `files`,
  `calls`, `faults`, `clock`, `events`.
- `Telegram.people`: what a person can do (`says`, `taps`, `presses`, `opens_link`, `sends_photo`,
  `blocks` …); raises `Impossible` with the reason.
- `simulator.server.make_app(telegram)`: the same over HTTP; `python -m simulator` runs it.

The simulator knows nothing of any bot and uses no Telegram library.

What it takes from Telegram: the words of refusals, the parsing of HTML, the times that updates are
kept, from the sources of Telegram's own Bot API server (tdlib/telegram-bot-api, tdlib/td) where
they say it. What is its own: the words of "too few messages to send as an album", of a bot's name
or description that is too long and of mistyped optional values (Telegram silently takes the
default for them); the figures that `simulator.limits` calls assumed; the 15 seconds within which a
tap must be answered.

What it leaves out: Markdown, forwarding, polls, payments, inline mode, topics, reactions, files
by address, re-encoding of pictures. Such methods are answered with 404, parameters that a method
does not know are ignored as at Telegram and named in the log of calls.
"""

from simulator.clock import Clock
from simulator.events import Event, Events
from simulator.faults import Faults
from simulator.files import StoredFile
from simulator.limits import Rates
from simulator.model import (
    Answer,
    Bot,
    CallbackAnswer,
    CallRecord,
    Chat,
    Media,
    Message,
    Person,
    UploadedFile,
)
from simulator.people import Impossible
from simulator.telegram import Telegram

__all__ = [
    "Answer",
    "Bot",
    "CallRecord",
    "CallbackAnswer",
    "Chat",
    "Clock",
    "Event",
    "Events",
    "Faults",
    "Impossible",
    "Media",
    "Message",
    "Person",
    "Rates",
    "StoredFile",
    "Telegram",
    "UploadedFile",
]
