"""Delivers updates to webhooks: again and again until they are taken, in order for each person."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self

import aiohttp

from simulator.model import Bot, Webhook
from simulator.telegram import Telegram
from simulator.updates import Pending

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 64.0
"""Real seconds between attempts; each pause is twice the one before."""

TIMEOUT = 60.0
"""Real seconds that a webhook has for its answer."""

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


class WebhookDelivery:
    """Watches every bot of a Telegram while it is open (`async with`)."""

    def __init__(
        self, telegram: Telegram, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ):
        self._telegram = telegram
        self._sleep = sleep
        self._couriers: dict[str, _Courier] = {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=TIMEOUT),
        )
        self._telegram.on_webhook_change = self._changed
        for bot in self._telegram.bots.values():
            self._changed(bot)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._telegram.on_webhook_change = None
        for courier in self._couriers.values():
            await courier.stop()
        assert self._session is not None
        await self._session.close()

    def _changed(self, bot: Bot) -> None:
        """Start, replace or end the delivery for a bot."""
        former = self._couriers.pop(bot.token, None)
        if former is not None:
            former.cancel()
        if bot.webhook is not None:
            assert self._session is not None
            courier = _Courier(self._telegram, bot, bot.webhook, self._session, self._sleep)
            self._couriers[bot.token] = courier
            courier.look()


class _Courier:
    """Delivers one bot's updates; different people's side by side, one person's one by one."""

    def __init__(
        self,
        telegram: Telegram,
        bot: Bot,
        webhook: Webhook,
        session: aiohttp.ClientSession,
        sleep: Callable[[float], Awaitable[None]],
    ):
        self._telegram = telegram
        self._bot = bot
        self._webhook = webhook
        self._session = session
        self._sleep = sleep
        self._places = asyncio.Semaphore(webhook.max_connections)
        self._rounds: dict[int, asyncio.Task[None]] = {}
        bot.updates.woken = self.look

    def cancel(self) -> None:
        self._bot.updates.woken = None
        for task in self._rounds.values():
            task.cancel()

    async def stop(self) -> None:
        tasks = list(self._rounds.values())
        self.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def look(self) -> None:
        """Start a round for everyone who has an update and no round under way."""
        for pending in self._bot.updates.pending():
            if pending.owner not in self._rounds:
                task = asyncio.create_task(self._serve(pending.owner))
                self._rounds[pending.owner] = task

    async def _serve(self, owner: int) -> None:
        pause = FIRST_PAUSE
        try:
            while (pending := self._first(owner)) is not None:
                async with self._places:
                    taken = await self._deliver(pending)
                if taken:
                    self._bot.updates.confirm_one(pending.id)
                    pause = FIRST_PAUSE
                else:
                    await self._sleep(pause)
                    pause = min(pause * 2, LONGEST_PAUSE)
        finally:
            del self._rounds[owner]

    def _first(self, owner: int) -> Pending | None:
        return next((p for p in self._bot.updates.pending() if p.owner == owner), None)

    async def _deliver(self, pending: Pending) -> bool:
        """Post an update; whether it was taken, that is, answered with 2xx."""
        headers = {"Content-Type": "application/json"}
        if self._webhook.secret is not None:
            headers[SECRET_HEADER] = self._webhook.secret
        body = json.dumps(pending.body, ensure_ascii=False).encode()
        try:
            async with self._session.post(
                self._webhook.url, data=body, headers=headers, allow_redirects=False
            ) as response:
                answer = await response.read()
                status, reason = response.status, response.reason
        except (aiohttp.ClientError, TimeoutError) as error:
            self._note(str(error) or type(error).__name__)
            return False
        if not 200 <= status < 300:
            self._note(f"Wrong response from the webhook: {status} {reason}")
            return False
        await self._carry_out(answer)
        return True

    def _note(self, words: str) -> None:
        self._webhook.last_error_at = self._telegram.clock.now()
        self._webhook.last_error = words

    async def _carry_out(self, answer: bytes) -> None:
        """A webhook may answer with one call, whose own answer nobody reads."""
        call = _call_in(answer)
        if call is not None:
            method = call.pop("method")
            await self._telegram.call(self._bot.token, str(method), call)


def _call_in(answer: bytes) -> dict[str, Any] | None:
    try:
        call = json.loads(answer)
    except ValueError:
        return None
    return call if isinstance(call, dict) and "method" in call else None
