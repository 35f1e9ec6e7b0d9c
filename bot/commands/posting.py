"""`ashar poster`: the sheet for a village's notice board, with its QR code."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands import house
from bot.commands.failing import Failed

if TYPE_CHECKING:
    from bot.pictures import Poster
    from bot.settings import Settings
    from bot.ui.i18n import Translators
    from services.places.directory import Directory, KnownPlace

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
    """Make the poster of a village.

    One A4 page with the village's link as a QR code, in both languages. The bot's name comes
    from Telegram, or without any network from ASHAR_BOT_USERNAME.
    """
    if out is not None and out.suffix.lower() not in KINDS:
        raise typer.BadParameter(f"{out} ends neither in .pdf nor in .png", param_hint="--out")
    settings = house.read()
    code, sheet = asyncio.run(_sheet(settings, place))
    path = out or Path(f"poster-{code}.pdf")
    from bot.pictures import village_poster

    path.write_bytes(village_poster(sheet, "png" if path.suffix.lower() == ".png" else "pdf"))
    print(path)


async def _sheet(settings: "Settings", word: str) -> tuple[str, "Poster"]:
    """The code of the place, and its poster."""
    from bot.ui.i18n import Translators
    from services.terms import Terms

    terms = Terms(bot_username=await house.bot_name(settings))
    async with house.database(settings, create=False) as database, database.read() as session:
        places = await house.directory(session, settings)
    place = house.find_place(places, word)
    if not places.is_settlement(place):
        raise Failed(
            f"{house.described(places, place)} is no village: nobody lives in it by itself"
        )
    link = terms.link(f"v_{place.code}")
    return place.code, poster_of(places, place, link, Translators(settings.zone))


def poster_of(
    places: "Directory", place: "KnownPlace", link: str, translators: "Translators"
) -> "Poster":
    """The poster of a village, each of its texts in both languages."""
    from bot.pictures import Poster
    from bot.ui.screens import plain

    ky, ru = translators["ky"], translators["ru"]
    above = places.get(place.parent_id)
    line_ky, line_ru = (
        plain(t("What does your village need? Say it: your voice is counted")) for t in (ky, ru)
    )
    hint_ky, hint_ru = (
        plain(t("Point the camera of your phone at this picture and press the link that appears."))
        for t in (ky, ru)
    )
    return Poster(
        village_ky=place.name_ky,
        village_ru=place.name_ru,
        aimak_ky=above.name_ky if above else "",
        aimak_ru=above.name_ru if above else "",
        link=link,
        line_ky=line_ky,
        line_ru=line_ru,
        hint_ky=hint_ky,
        hint_ru=hint_ru,
        source="АРИС",
    )
