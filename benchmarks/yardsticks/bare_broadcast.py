"""The least that a broadcast can cost: aiohttp, a clock, and answers that nobody reads."""

import asyncio
import signal
from typing import Any

from aiohttp import ClientSession, TCPConnector

from benchmarks.contestants import FIRST_RECIPIENT
from benchmarks.yardsticks.surroundings import BROADCAST_TEXT, Surroundings, read_surroundings

MARGIN = 1.02
"""Slower than the limit by this factor, because arrival times jitter."""
SHORTEST_PAUSE = 0.02
POLL_SECONDS = 10


class BareBot:
    """Sends on a clock that makes up for small delays only, and answers taps in between."""

    def __init__(self, session: ClientSession, surroundings: Surroundings) -> None:
        self._session = session
        self._surroundings = surroundings
        self._base = f"{surroundings.api_url}/bot{surroundings.token}"
        self._running: set[asyncio.Task[None]] = set()

    async def broadcast(self) -> None:
        rate = 1000 if self._surroundings.paid else 30
        batch = max(1, int(rate * SHORTEST_PAUSE))
        loop = asyncio.get_running_loop()
        due = loop.time()
        for first in range(0, self._surroundings.broadcast, batch):
            for number in range(first, min(first + batch, self._surroundings.broadcast)):
                self._call("sendMessage", **self._message(FIRST_RECIPIENT + number))
            due = max(due + MARGIN * batch / rate, loop.time())
            await asyncio.sleep(due - loop.time())

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

    def _call(self, method: str, **parameters: Any) -> None:
        task = asyncio.ensure_future(self._post(method, parameters))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _post(self, method: str, parameters: dict[str, Any]) -> None:
        async with self._session.post(f"{self._base}/{method}", json=parameters) as response:
            await response.read()


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
