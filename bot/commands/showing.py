"""`ashar demo`: a village on this machine, without Telegram."""

from pathlib import Path
from typing import Annotated

import typer

Port = Annotated[
    int, typer.Option(min=0, max=65535, metavar="N", help="Where the page is; 0: any free port.")
]
Host = Annotated[str, typer.Option(help="The address to listen on.")]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="DIR", help="Keep the database there instead of throwing it away."
    ),
]


def demo(port: Port = 8080, host: Host = "127.0.0.1", data: Data = None) -> None:
    """Show the bot in the browser.

    With a simulated Telegram and a village of people and votes. Needs no token and no network.
    Ctrl-C ends it.
    """
    import asyncio

    from bot.demo.show import show

    asyncio.run(show(host, port, data))
