"""Pictures made from plain values: results and posters; Pillow loads with the first one."""

from bot.pictures.chart import Bar, ResultChart, result_chart
from bot.pictures.poster import Poster, PosterKind, village_poster

__all__ = [
    "Bar",
    "Poster",
    "PosterKind",
    "ResultChart",
    "result_chart",
    "village_poster",
]
