"""Puts the demo on: a free port, an empty database, the village's places, the story, the page."""

import asyncio
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot import migrations
from bot.app import heed_signals, unless
from bot.commands.failing import Failed
from bot.database import Database
from bot.demo import people
from bot.demo.stage import Stage
from bot.demo.story import Story
from bot.logs import set_up
from models import PlaceLevel, Role
from services.access import invitations
from services.places.directory import Directory, load_directory
from services.places.importing import import_places
from services.terms import Terms
from simulator.page import DemoLink, DemoPlace, page_routes
from simulator.server import make_server

HOUSE = Path(__file__).resolve().parents[2]
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Addresses to listen on that nobody can be called at, and where to call instead."""
INVITATION_DAYS = 30


async def show(host: str, port: int, data: Path | None) -> None:
    """Runs until SIGINT or SIGTERM.

    Raises:
        Failed: the port is taken, or `data` holds a database already.
    """
    stop = asyncio.Event()
    heed_signals(stop)
    set_up("console", "WARNING")
    with _listener(host, port) as listener, _folder(data) as folder:
        print("A village is being made …", flush=True)
        async with staged(listener, folder) as stage:
            if not await unless(stop, Story(stage).tell()):
                return
            await stage.start()
            print(f"Open {stage.address}/ in the browser. Ctrl-C ends the demo.", flush=True)
            await stop.wait()


@asynccontextmanager
async def staged(listener: socket.socket, folder: Path) -> AsyncIterator[Stage]:
    """The village before its story, and the page; at the end the bot stops, then the server."""
    host, port = listener.getsockname()[:2]
    host = EVERYWHERE.get(host, host)
    stage = Stage(f"http://{f'[{host}]' if ':' in host else host}:{port}", folder)
    links, locations = await _furnish(stage)
    routes = page_routes(
        stage.telegram,
        restart=stage.restart,
        links=links,
        locations=locations,
        time_zone=stage.settings.timezone,
    )
    server = make_server(stage.telegram, routes, signals=False)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield stage
    finally:
        await stage.stop()
        server.should_exit = True
        await serving


def _listener(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        advice = "; choose another by --port" if port else ""
        raise Failed(f"can't listen on {host}:{port}: {error.strerror}{advice}") from None


@contextmanager
def _folder(data: Path | None) -> Iterator[Path]:
    """Where the database is: a folder of one's own choice, or one that is thrown away."""
    if data is None:
        with tempfile.TemporaryDirectory(prefix="ashar-demo-") as folder:
            yield Path(folder)
        return
    data.mkdir(parents=True, exist_ok=True)
    if (data / "ashar.db").exists():
        raise Failed(f"{data / 'ashar.db'} is there already; the demo begins with a new database")
    yield data


async def _furnish(stage: Stage) -> tuple[list[DemoLink], list[DemoPlace]]:
    """A database with places and an unused invitation; links and locations for the page."""
    database = Database(stage.settings.database_url)
    try:
        await migrations.make_ready(database)
        async with database.begin() as session:
            now = datetime.now(UTC)
            today = stage.past.now().astimezone(stage.settings.zone).date()
            report = await import_places(session, _example().read_bytes(), today)
            assert not report.has_errors, report.lines()
            directory = await load_directory(session, today)
            aimak = directory.by_code(people.AIMAK)
            assert aimak is not None, "the example has the aimak of Bosteri"
            invitation = await invitations.invite(
                session, None, Role.MOBILIZER, aimak.id, by=None, now=now, days=INVITATION_DAYS
            )
    finally:
        await database.close()
    return _links(directory, invitation, stage.settings.bot_username), _locations(directory)


def _links(directory: Directory, invitation: str, username: str) -> list[DemoLink]:
    terms = Terms(bot_username=username)
    posters = [directory.by_code(code) for code in (people.BOSTERI, people.TAMCHY)]
    return [
        *(
            DemoLink(
                f"Poster of {place.name_ru}",
                terms.link(f"v_{place.code}"),
                "What the QR code on the village's notice board holds",
            )
            for place in posters
            if place is not None
        ),
        DemoLink(
            "Invitation for a mobilizer",
            terms.link(f"i_{invitation}"),
            "Of the Bosteri aimak; works once",
        ),
    ]


def _locations(directory: Directory) -> list[DemoPlace]:
    """Points to stand at: the aimaks and towns of which the example knows where they are."""
    return [
        DemoPlace(place.name_ru, place.lat, place.lon)
        for place in directory
        if place.lat is not None
        and place.lon is not None
        and place.level not in (PlaceLevel.OBLAST, PlaceLevel.RAYON)
    ]


def _example() -> Path:
    """The places of the example: beside the packages, or inside this one once it is installed."""
    here = HOUSE / "examples/places.csv"
    return here if here.is_file() else Path(__file__).parent / "places.csv"
