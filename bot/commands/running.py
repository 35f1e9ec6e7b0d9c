"""`ashar run` and `ashar migrate`: the bot itself, and the schema that it needs."""

import asyncio
import gc

from bot.commands import house

NEVER = 1000
"""Collections of the second generation before a whole one: more than all imports need. What is
imported stays for good, and looking through it again and again takes a fifth of the start."""


def run() -> None:
    """Run the bot.

    By webhook if ASHAR_WEBHOOK_URL is set, by polling otherwise. SIGTERM ends it when
    everything under way is done; a second one ends it at once.
    """
    thresholds = gc.get_threshold()
    gc.set_threshold(*thresholds[:2], NEVER)
    from bot import app
    from bot.logs import set_up
    from bot.settings import read_settings

    gc.freeze()
    gc.set_threshold(*thresholds)
    settings = read_settings()
    set_up(settings.log_format, settings.log_level)
    settings.token()
    asyncio.run(app.run(settings))


def migrate() -> None:
    """Bring the schema up to date.

    SQLite does it by itself at the start; PostgreSQL waits for this command.
    """
    settings = house.read()
    asyncio.run(_migrate(settings.database_url))


async def _migrate(url: str) -> None:
    from bot import migrations
    from bot.database import Database

    database = Database(url)
    try:
        found = await migrations.present(database.engine)
        migrations.require_known(found)
        if found == migrations.newest():
            print(f"the schema is up to date: {found}")
            return
        await migrations.upgrade(database.engine)
        print(f"migrated: {found or 'empty'} → {migrations.newest()}")
    finally:
        await database.close()
