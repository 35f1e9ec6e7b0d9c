"""Pictures made from plain values: results, options, posters; Pillow loads with the first one."""

from bot.pictures.chart import Bar, ResultChart, result_chart
from bot.pictures.poster import Poster, PosterKind, village_poster
from bot.pictures.sheet import SheetOption, UnreadablePicture, option_sheet

__all__ = [
    "Bar",
    "Poster",
    "PosterKind",
    "ResultChart",
    "SheetOption",
    "UnreadablePicture",
    "option_sheet",
    "result_chart",
    "village_poster",
]
