"""What the people of a benchmark do: which update comes next, and when its tap is done."""

import json
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol

from benchmarks.parameters import Parameters, buttons
from benchmarks.results import BOT

Update = dict[str, Any]
FIRST_PERSON = 700_000_000
"""Telegram id of person 0; person n has this plus n, and so has their private chat."""


class Scenario(Protocol):
    """The play of all people; one object plays them all and may remember each."""

    def next_update(self, person: int, step: int) -> Update:
        """The update of the person's tap number `step` (from 0), without `update_id`."""
        ...

    def is_done(self, person: int, method: str, parameters: Parameters) -> bool:
        """Whether this call is the screen that the person waits for.

        Called for every call to the person's chat, in order of arrival, until one is the screen;
        `answerCallbackQuery` is matched by the server itself. `parameters` hold what the bot
        sent, with `message_id` of the message as it now stands in the chat.
        """
        ...


ScenarioFactory = Callable[[str], Scenario]


def load_scenario(name: str, argument: str) -> Scenario:
    """Make the scenario `package.module:factory` by calling the factory with `argument`."""
    module, _, attribute = name.partition(":")
    factory: ScenarioFactory = getattr(import_module(module), attribute)
    return factory(argument)


def telegram_id(person: int) -> int:
    return FIRST_PERSON + person


def person_update(person: int, language: str = "ky") -> Update:
    """The `from` of an update."""
    return {
        "id": telegram_id(person),
        "is_bot": False,
        "first_name": f"Айгүл {person}",
        "language_code": language,
    }


def message_update(person: int, text: str, message_id: int) -> Update:
    """The person writes `text`; a leading slash makes it a command."""
    message: Update = {
        "message_id": message_id,
        "date": int(time.time()),
        "from": person_update(person),
        "chat": {"id": telegram_id(person), "type": "private", "first_name": f"Айгүл {person}"},
        "text": text,
    }
    if text.startswith("/"):
        length = len(text.split(maxsplit=1)[0])
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
    return {"message": message}


def tap_update(person: int, step: int, data: str, message_id: int = 1) -> Update:
    """The person taps the button with callback `data` under the bot's message `message_id`."""
    return {
        "callback_query": {
            "id": f"{telegram_id(person)}{step:06d}",
            "from": person_update(person),
            "message": {
                "message_id": message_id,
                "date": int(time.time()),
                "from": BOT,
                "chat": {
                    "id": telegram_id(person),
                    "type": "private",
                    "first_name": f"Айгүл {person}",
                },
                "text": "Добуш бериңиз",
            },
            "chat_instance": str(telegram_id(person)),
            "data": data,
        }
    }


class PlainTaps:
    """Each tap carries `tap:<step>` and is done when the message is edited to end with it."""

    def __init__(self, argument: str = "") -> None:
        self._waiting: dict[int, str] = {}

    def next_update(self, person: int, step: int) -> Update:
        self._waiting[person] = f"tap:{step}"
        return tap_update(person, step, f"tap:{step}")

    def is_done(self, person: int, method: str, parameters: Parameters) -> bool:
        text = str(parameters.get("text", ""))
        return method == "editMessageText" and text.endswith(self._waiting[person])


class Walk:
    """People who go round a path of commands and buttons, learning the buttons as they appear.

    The argument is a JSON list: an entry with a leading slash is sent as a command, any other is
    the beginning of the callback data of a button on the newest keyboard in the chat; of several
    such buttons person and step choose one. Any message or edit is the screen of a tap.
    """

    def __init__(self, argument: str) -> None:
        self._path: list[str] = json.loads(argument)
        self._keyboards: dict[int, tuple[int, list[str]]] = {}

    def next_update(self, person: int, step: int) -> Update:
        """Raises LookupError when the person has no button that the path asks for."""
        wanted = self._path[step % len(self._path)]
        message_id, seen = self._keyboards.get(person, (1, []))
        if wanted.startswith("/"):
            return message_update(person, wanted, message_id + 1)
        fitting = [data for data in seen if data.startswith(wanted)] or self._older(wanted)
        if not fitting:
            raise LookupError(f"person {person} has no button {wanted}… among {seen}")
        return tap_update(person, step, fitting[(person + step) % len(fitting)], message_id)

    def _older(self, wanted: str) -> list[str]:
        """Buttons of earlier screens that fit: none."""
        return []

    def is_done(self, person: int, method: str, parameters: Parameters) -> bool:
        if not method.startswith(("send", "edit")) or method == "sendChatAction":
            return False
        seen = [data for _, data in buttons(parameters)]
        if seen:
            self._keyboards[person] = (parameters["message_id"], seen)
        return True


MENU = "menu"


class Round(Walk):
    """A walk that only edits: each person begins with /menu once, then taps round the path.

    The menu under a receipt comes in a message of its own, so an older button of the menu is tapped
    there.
    """

    def _older(self, wanted: str) -> list[str]:
        return [MENU] if wanted == MENU else []

    def next_update(self, person: int, step: int) -> Update:
        if person not in self._keyboards:
            return message_update(person, "/menu", 1)
        return super().next_update(person, step - 1)
