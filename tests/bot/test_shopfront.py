"""How the bot looks before anybody has written."""

from typing import Any

import pytest
from telegram.error import NetworkError, RetryAfter

from bot.request import BotApi
from bot.shopfront import dress
from simulator.telegram import Telegram
from tests.bot.machine import TOKEN, TRANSLATORS, ScriptedApi
from tests.fake import API, FakeRequest


class Counting(BotApi):
    """Passes calls on to the simulator and notes their names."""

    def __init__(self) -> None:
        self.telegram = Telegram(limits=False)
        self.telegram.add_bot(TOKEN, "ashar_test_bot", "Ashar")
        super().__init__(FakeRequest(self.telegram), API, TOKEN)
        self.methods: list[str] = []

    async def call(self, method: str, *args: Any, **named: Any) -> Any:
        self.methods.append(method)
        return await super().call(method, *args, **named)


async def test_texts_and_commands_are_set_for_both_languages_and_for_all_others() -> None:
    api = Counting()
    await dress(api, TRANSLATORS)
    for what in ("setMyDescription", "setMyShortDescription", "setMyCommands"):
        assert api.methods.count(what) == 3
    for code in ("ky", "ru", None):
        person = api.telegram.add_person("A", language_code=code or "en")
        api.telegram.people.says(person.id, "/start")
        commands = {c["command"]: c["description"] for c in api.telegram.commands(person.id)}
        assert {"menu", "vote", "help"} <= set(commands)
        if code is None:
            assert " / " in commands["help"]


async def test_at_the_next_start_nothing_is_set_again() -> None:
    api = Counting()
    await dress(api, TRANSLATORS)
    api.methods.clear()
    await dress(api, TRANSLATORS)
    assert [method for method in api.methods if method.startswith("set")] == []


@pytest.mark.parametrize("error", [RetryAfter(86_400), NetworkError("down")])
async def test_what_telegram_refuses_does_not_stop_the_start(error: Exception) -> None:
    api = ScriptedApi()
    api.script.extend([error] * 12)
    await dress(api, TRANSLATORS)
    assert len(api.calls) == 12
