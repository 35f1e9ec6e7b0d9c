"""A simulated Telegram behind a real socket on loopback."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from simulator import Telegram
from simulator.server import make_server


@asynccontextmanager
async def served(telegram: Telegram) -> AsyncIterator[str]:
    """The address of the server, which stops at the end."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server = make_server(telegram, signals=False)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task
