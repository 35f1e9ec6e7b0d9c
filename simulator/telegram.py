"""The simulated Telegram: one Bot API call after another, and what people see of it; no sockets."""

import asyncio
import itertools
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from simulator.clock import real_time
from simulator.faults import FLOOD_RETRY_AFTER
from simulator.limits import Rates
from simulator.methods.commands import shown_commands
from simulator.model import (
    Answer,
    Bot,
    CallbackAnswer,
    CallLog,
    CallRecord,
    Chat,
    Json,
    Message,
    Person,
    Query,
    UploadedFile,
)
from simulator.people import People
from simulator.refusal import Refusal
from simulator.table import Call, Method, find
from simulator.world import World

CALLS_KEPT = 2000


class Telegram(World):
    """A world of people, bots and chats. `limits=False` turns the flood model off."""

    def __init__(
        self,
        now: Callable[[], datetime] = real_time,
        *,
        limits: bool = True,
        rates: Rates | None = None,
    ):
        super().__init__(now, rates or Rates())
        self.limits = limits
        self.people = People(self)
        self.queries: dict[str, Query] = {}
        """Callback queries without an answer yet, by id."""
        self.calls: CallLog = deque(maxlen=CALLS_KEPT)
        """The latest calls; a getUpdates that brought nothing is not kept."""
        self.on_webhook_change: Callable[[Bot], None] | None = None
        self._answers: dict[int, list[CallbackAnswer]] = {}
        self._query_ids = itertools.count(3_010_800_000_000_000_001)

    # ------------------------------------------------------------ what a person sees

    def screen(self, person_id: int, chat_id: int | None = None) -> list[Message]:
        """What is visible in the chat, oldest first, in its present state."""
        return list(self.chat_of(person_id, chat_id).messages.values())

    def alerts(self, person_id: int) -> list[CallbackAnswer]:
        """The toasts and alerts that the person has got."""
        return list(self._answers.get(person_id, ()))

    def reply_keyboard(self, person_id: int, chat_id: int | None = None) -> Json | None:
        """The ReplyKeyboardMarkup under the person's input field, None without one."""
        return self.chat_of(person_id, chat_id).reply_keyboard

    def commands(self, person_id: int, chat_id: int | None = None) -> list[Json]:
        """The menu of commands that the person sees in the chat."""
        chat = self.chat_of(person_id, chat_id)
        language = self.persons[person_id].language_code
        if chat.bot is not None:
            return shown_commands(chat.bot, chat, person_id, language)
        present = [bot for bot in self.bots.values() if chat.has(bot.id)]
        return [c for bot in present for c in shown_commands(bot, chat, person_id, language)]

    def show_answer(self, person_id: int, answer: CallbackAnswer) -> None:
        data = {
            "person_id": person_id,
            "query_id": answer.query_id,
            "text": answer.text,
            "show_alert": answer.show_alert,
            "url": answer.url,
        }
        self.events.emit("answer", **data)
        if answer.text:
            self._answers.setdefault(person_id, []).append(answer)
            self.events.emit("alert", **data)

    # ------------------------------------------------------------ what a bot does

    def updates(self, token: str) -> list[Json]:
        """The updates that the bot has not confirmed, oldest first."""
        return self.bots[token].updates.bodies()

    def confirm(self, token: str, up_to_update_id: int) -> None:
        self.bots[token].updates.confirm(up_to_update_id)

    async def call(
        self,
        token: str,
        method: str,
        params: Mapping[str, Any] | None = None,
        files: Mapping[str, UploadedFile] | None = None,
    ) -> Answer:
        """Carry out a Bot API call; refusals come as the answer, not as exceptions.

        `params` are what came over the wire: JSON values or strings. An answer of status 0 was
        lost on its way (`faults.lose_answers`), one of status 502 has no JSON body.
        """
        bot = self.bots.get(token)
        if bot is None:
            return Answer(401, Refusal(401, "Unauthorized").body())
        began = time.perf_counter()
        params = params or {}
        if self.faults.slow_ms:
            await asyncio.sleep(self.faults.slow_ms / 1000)
        if self.faults.down:
            answer, found = Answer(502, {}), None
        else:
            answer, found = await self._carry_out(bot, method, params, files or {})
            if found is not None and found.changes and self.faults.loses_answer():
                answer = Answer(0, {})
        self._log(bot, found, method, params, files, answer, began)
        return answer

    async def _carry_out(
        self,
        bot: Bot,
        name: str,
        params: Mapping[str, Any],
        files: Mapping[str, UploadedFile],
    ) -> tuple[Answer, Method | None]:
        method: Method | None = None
        try:
            method = find(name)
            result = method.run(Call(self, bot, files), **method.read(params, files))
            if method.waits:
                result = await result
        except Refusal as refusal:
            return Answer(refusal.status, refusal.body()), method
        return Answer(200, {"ok": True, "result": result}), method

    def _log(
        self,
        bot: Bot,
        method: Method | None,
        name: str,
        params: Mapping[str, Any],
        files: Mapping[str, UploadedFile] | None,
        answer: Answer,
        began: float,
    ) -> None:
        if method is not None and method.name == "getUpdates" and answer.ok and not answer.result:
            return
        shown = dict(params)
        for field, file in (files or {}).items():
            shown[field] = f"<{file.name}, {len(file.bytes)} bytes>"
        record = CallRecord(
            self.clock.now(),
            bot.username,
            method.name if method else name,
            shown,
            answer.status,
            (time.perf_counter() - began) * 1000,
            answer.body.get("description"),
            tuple(field for field in params if method and field not in method.names),
        )
        self.calls.append(record)
        self.events.emit("call", record=record)

    # ------------------------------------------------------------ what a method needs

    def ask(self, bot: Bot, person: Person, body: Json) -> str:
        """Queue a callback query and return its id."""
        query = Query(str(next(self._query_ids)), bot, person.id, self.clock.now())
        self.queries[query.id] = query
        bot.updates.put("callback_query", {"id": query.id, **body}, person.id)
        return query.id

    def charge(self, bot: Bot, chat: Chat, count: int, *, paid: bool) -> int | None:
        """Count messages against the limits; seconds to wait if they are over them."""
        if self.faults.floods():
            return FLOOD_RETRY_AFTER
        if not self.limits:
            return None
        return bot.flood.charge(
            self.clock.timestamp(), chat.id, group=not chat.private, count=count, paid=paid
        )

    def webhook_changed(self, bot: Bot) -> None:
        if self.on_webhook_change is not None:
            self.on_webhook_change(bot)

    def stop(self) -> None:
        """End what waits: long polls come back empty, subscriptions to events end."""
        for bot in self.bots.values():
            bot.updates.end_poll(None)
        self.events.close()
