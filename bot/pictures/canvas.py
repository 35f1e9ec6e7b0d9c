"""A sheet of paper to draw on: written paragraphs, smooth shapes, small files."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Literal, TypeAlias

from bot.pictures.lettering import Paragraph

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

Ink: TypeAlias = str
Box: TypeAlias = tuple[int, int, int, int]
Point: TypeAlias = tuple[float, float]

# Dark blue, mid blue and yellow stay apart for colour-blind eyes and on a black-and-white printer.
PAPER: Ink = "#FFFFFF"
BLACK: Ink = "#000000"
INK: Ink = "#17242F"
GREY: Ink = "#53616D"
LINE: Ink = "#D5DCE2"
BLUE: Ink = "#0B4F8A"
MIST: Ink = "#86A3BF"
SUN: Ink = "#F2B233"
SAND: Ink = "#FFF5DC"


class Canvas:
    """Measures are pixels from the top left corner; boxes are left, top, right, bottom."""

    def __init__(self, width: int, height: int, paper: Ink = PAPER) -> None:
        from PIL import Image, ImageDraw

        self.width = width
        self.height = height
        self.image = Image.new("RGB", (width, height), paper)
        self._draw = ImageDraw.Draw(self.image)

    def write(
        self,
        x: int,
        y: int,
        words: Paragraph,
        ink: Ink = INK,
        align: Literal["left", "centre"] = "left",
    ) -> int:
        """Write with the first line's top at y, from x or centred on x; return the y below."""
        anchor = "ls" if align == "left" else "ms"
        for line in words.lines:
            place = (x, y + words.face.baseline)
            self._draw.text(place, line, fill=ink, font=words.face.font(), anchor=anchor)
            y += words.face.leading
        return y

    def box(self, box: Box, ink: Ink) -> None:
        left, top, right, bottom = box
        self._draw.rectangle((left, top, right - 1, bottom - 1), fill=ink)

    def rounded(self, box: Box, radius: int, ink: Ink) -> None:
        self._smooth(
            box,
            ink,
            lambda draw, zoom: draw.rounded_rectangle(
                (0, 0, (box[2] - box[0]) * zoom - 1, (box[3] - box[1]) * zoom - 1),
                radius * zoom,
                fill=255,
            ),
        )

    def disc(self, x: int, y: int, radius: int, ink: Ink) -> None:
        self.rounded((x - radius, y - radius, x + radius, y + radius), radius, ink)

    def polygon(self, points: Sequence[Point], ink: Ink) -> None:
        left, top = (math.floor(min(axis)) for axis in zip(*points, strict=True))
        right, bottom = (math.ceil(max(axis)) + 1 for axis in zip(*points, strict=True))
        self._smooth(
            (left, top, right, bottom),
            ink,
            lambda draw, zoom: draw.polygon(
                [((x - left) * zoom, (y - top) * zoom) for x, y in points], fill=255
            ),
        )

    def star(self, x: int, y: int, radius: int, ink: Ink) -> None:
        turns = [(math.pi * step / 5, radius * (0.42 if step % 2 else 1)) for step in range(10)]
        self.polygon([(x + far * math.sin(a), y - far * math.cos(a)) for a, far in turns], ink)

    def _smooth(self, box: Box, ink: Ink, shape: Callable[[ImageDraw, int], object]) -> None:
        """Pillow's shapes have jagged edges: draw four times as large, then shrink the mask."""
        from PIL import Image, ImageDraw

        zoom = 4
        left, top, right, bottom = box
        mask = Image.new("L", ((right - left) * zoom, (bottom - top) * zoom))
        shape(ImageDraw.Draw(mask), zoom)
        self.image.paste(ink, box, mask.reduce(zoom))

    def png(self, dots_per_inch: int = 72) -> bytes:
        """A palette PNG of the inks above and their soft edges: small, and quick to make."""
        from PIL import Image

        palette = Image.new("P", (1, 1))
        palette.putpalette([level for colour in _palette() for level in colour])
        few = self.image.quantize(palette=palette, dither=Image.Dither.NONE)
        file = BytesIO()
        # Level 9 takes twice the time of level 8 for one percent.
        few.save(file, "PNG", compress_level=8, dpi=(dots_per_inch, dots_per_inch))
        return file.getvalue()


@lru_cache
def _palette() -> tuple[tuple[int, int, int], ...]:
    """The inks, and the steps between ink and paper that smooth letters and curves."""
    ramps = [(PAPER, INK, 5), (SAND, INK, 5), (PAPER, GREY, 3), (BLUE, PAPER, 5), (PAPER, BLUE, 5)]
    steps = [_between(*ramp) for ramp in ramps]
    flat = [_rgb(ink) for ink in (BLACK, LINE, BLUE, MIST, SUN, SAND)]
    return tuple(dict.fromkeys([*flat, *(step for ramp in steps for step in ramp)]))


def _between(start: Ink, end: Ink, count: int) -> list[tuple[int, int, int]]:
    shares = [step / (count - 1) for step in range(count)]
    ends = list(zip(_rgb(start), _rgb(end), strict=True))
    mixed = [[round(a + (b - a) * share) for a, b in ends] for share in shares]
    return [(red, green, blue) for red, green, blue in mixed]


def _rgb(ink: Ink) -> tuple[int, int, int]:
    return int(ink[1:3], 16), int(ink[3:5], 16), int(ink[5:7], 16)
