"""The least that a broadcast can cost: aiohttp, a clock, and answers that nobody reads."""

import asyncio
import signal
from collections import deque
from typing import Any

from aiohttp import ClientSession, TCPConnector

from benchmarks.contestants import FIRST_RECIPIENT
from benchmarks.yardsticks.surroundings import BROADCAST_TEXT, Surroundings, read_surroundings

SPREAD = 0.97
"""Share of the limit's interval that is kept between sends, so that they do not come in bursts."""
SHORTEST_PAUSE = 0.001
"""Seconds; a send may be so early on its interval, never on the limit itself."""
POLL_SECONDS = 10


class BareBot:
    """Sends message k a second after the answer to message k less the limit; answers taps.

    A refused message is lost: nothing is sent again.
    """

    def __init__(self, session: ClientSession, surroundings: Surroundings) -> None:
        self._session = session
        self._surroundings = surroundings
        self._base = f"{surroundings.api_url}/bot{surroundings.token}"
        self._running: set[asyncio.Task[float]] = set()

    async def broadcast(self) -> None:
        rate = 1000 if self._surroundings.paid else 30
        loop = asyncio.get_running_loop()
        flying: deque[asyncio.Task[float]] = deque()
        due = loop.time()
        for number in range(self._surroundings.broadcast):
            due = max(due + SPREAD / rate, loop.time())
            allowed = await flying.popleft() + 1.0 if len(flying) == rate else 0.0
            if due - loop.time() > SHORTEST_PAUSE:
                await asyncio.sleep(due - loop.time())
            if loop.time() < allowed:
                await asyncio.sleep(allowed - loop.time())
            flying.append(self._call("sendMessage", **self._message(FIRST_RECIPIENT + number)))

    async def reply(self) -> None:
        """Poll for taps and answer each at once, for ever."""
        offset = 0
        while True:
            poll = {"offset": offset, "timeout": POLL_SECONDS}
            async with self._session.post(f"{self._base}/getUpdates", json=poll) as response:
                updates = (await response.json())["result"]
            for update in updates:
                offset = update["update_id"] + 1
                self._answer(update["callback_query"])

    def _answer(self, query: dict[str, Any]) -> None:
        self._call("answerCallbackQuery", callback_query_id=query["id"])
        message = query["message"]
        self._call(
            "editMessageText",
            chat_id=message["chat"]["id"],
            message_id=message["message_id"],
            text=f"Добушуңуз кабыл алынды: {query['data']}",
        )

    def _message(self, chat_id: int) -> dict[str, Any]:
        message: dict[str, Any] = {"chat_id": chat_id, "text": BROADCAST_TEXT}
        return {**message, "allow_paid_broadcast": True} if self._surroundings.paid else message

    def _call(self, method: str, **parameters: Any) -> asyncio.Task[float]:
        task = asyncio.ensure_future(self._post(method, parameters))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _post(self, method: str, parameters: dict[str, Any]) -> float:
        """When the answer was there, in the event loop's seconds; what it says is not read."""
        async with self._session.post(f"{self._base}/{method}", json=parameters) as response:
            await response.read()
        return asyncio.get_running_loop().time()


async def run(surroundings: Surroundings) -> None:
    async with ClientSession(connector=TCPConnector(limit=0)) as session:
        bot = BareBot(session, surroundings)
        both = asyncio.gather(bot.broadcast(), bot.reply())
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, both.cancel)
        try:
            await both
        except asyncio.CancelledError:
            return


if __name__ == "__main__":
    asyncio.run(run(read_surroundings()))
