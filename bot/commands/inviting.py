"""`ashar invite`: a one-time link that gives a role, the first administrator's above all."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands import house
from bot.commands.failing import Failed

if TYPE_CHECKING:
    from bot.settings import Settings

ROLES = (
    "mobilizer",
    "coordinator",
    "feedback_officer",
    "protection_focal_point",
    "analyst",
    "administrator",
)
RoleName = Annotated[str, typer.Argument(metavar="ROLE", help=f"One of: {', '.join(ROLES)}.")]
PlaceCode = Annotated[
    str | None,
    typer.Option(
        "--place", metavar="CODE", help="Where the role holds; without it, in the whole country."
    ),
]
Days = Annotated[
    int, typer.Option(min=1, max=365, metavar="N", help="How long the link can be used.")
]
Name = Annotated[str, typer.Option(metavar="TEXT", help="What staff call this person.")]


def invite(role: RoleName, place: PlaceCode = None, days: Days = 7, name: Name = "") -> None:
    """Print a link that gives a role.

    Whoever opens it first gets the role. The bot's name comes from Telegram, or without any
    network from ASHAR_BOT_USERNAME.
    """
    if role not in ROLES:
        raise typer.BadParameter(f"{role!r} is not one of {', '.join(ROLES)}", param_hint="ROLE")
    settings = house.read()
    link, where = asyncio.run(_invite(settings, role, place, days, name))
    until = datetime.now(settings.zone) + timedelta(days=days)
    print(f"{role}, {where}; can be used once, until {until:%Y-%m-%d %H:%M}", file=sys.stderr)
    print(link)


async def _invite(
    settings: "Settings", role: str, place: str | None, days: int, name: str
) -> tuple[str, str]:
    """The link, and the place in words."""
    from models import Role
    from services.access import invitations
    from services.refusal import Refused
    from services.terms import Terms

    terms = Terms(bot_username=await house.bot_name(settings))
    async with house.database(settings) as database, database.begin() as session:
        where, place_id = "the whole country", None
        if place is not None:
            places = await house.directory(session, settings)
            found = house.find_place(places, place)
            where, place_id = house.described(places, found), found.id
        try:
            token = await invitations.invite(
                session,
                None,
                Role(role),
                place_id,
                by=None,
                now=datetime.now(UTC),
                name=name,
                days=days,
            )
        except Refused as refused:
            limit = refused.parameters.get("limit")
            raise Failed(f"--name: at most {limit} characters") from None
    return terms.link(f"i_{token}"), where
