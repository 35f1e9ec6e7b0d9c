"""`ashar poster`: the sheet for a village's notice board, with its QR code."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands import house

if TYPE_CHECKING:
    from bot.pictures import Poster
    from bot.settings import Settings

KINDS = (".pdf", ".png")
PlaceWord = Annotated[
    str, typer.Argument(metavar="PLACE", help="The code of a village, or its name.")
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="FILE.pdf|.png", help="Where to write it; poster-<code>.pdf by default."
    ),
]


def poster(place: PlaceWord, out: Out = None) -> None:
    """Make an A4 poster with the village's link as a QR code, in both languages."""
    if out is not None and out.suffix.lower() not in KINDS:
        raise typer.BadParameter(f"{out} ends neither in .pdf nor in .png", param_hint="--out")
    settings = house.read()
    code, drawn = asyncio.run(_words(settings, place))
    path = out or Path(f"poster-{code}.pdf")
    from bot.pictures import village_poster

    kind = "png" if path.suffix.lower() == ".png" else "pdf"
    path.write_bytes(village_poster(drawn, kind))
    print(path)


async def _words(settings: "Settings", word: str) -> tuple[str, "Poster"]:
    """The code of the place, and what its poster says."""
    from bot.app import terms_of
    from bot.commands.poster_words import poster_of

    terms = terms_of(settings, await house.bot_name(settings))
    async with house.database(settings, create=False) as database, database.read() as session:
        places = await house.directory(session, settings)
        place = house.find_place(places, word)
    return place.code, poster_of(places, place, terms)
