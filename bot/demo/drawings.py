"""Calm drawings of what a village votes on; Pillow loads with the first one."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

WIDTH, HEIGHT = 800, 520
SMOOTH = 2
"""Drawn so many times larger, then made smaller, which rounds the edges."""

SKY = "#d8e9f3"
FAR = "#9fbdd1"
NEAR = "#7fa5a0"
GRASS = "#b9cf98"
SNOW = "#f4f8fa"
SUN = "#f6d98b"
INK = "#45606e"
WATER = "#4f93bf"
WALL = "#f3e6cf"
ROOF = "#bf6a54"
WOOD = "#a9825a"
GRAVEL = "#cbbfae"

Points = Sequence[tuple[float, float]]


def drawing(name: str) -> bytes:
    """A JPEG of some 20 KB."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (WIDTH * SMOOTH, HEIGHT * SMOOTH), SKY)
    brush = Brush(ImageDraw.Draw(picture))
    _land(brush)
    DRAWINGS[name](brush)
    small = picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    small.save(file, "JPEG", quality=82, optimize=True)
    return file.getvalue()


class Brush:
    """Draws in units of the finished picture."""

    def __init__(self, draw: ImageDraw) -> None:
        self._draw = draw

    def shape(self, points: Points, colour: str) -> None:
        self._draw.polygon([(x * SMOOTH, y * SMOOTH) for x, y in points], fill=colour)

    def box(
        self, left: float, top: float, right: float, bottom: float, colour: str, corner: float = 0
    ) -> None:
        edges = (left * SMOOTH, top * SMOOTH, right * SMOOTH, bottom * SMOOTH)
        self._draw.rounded_rectangle(edges, corner * SMOOTH, fill=colour)

    def disc(self, x: float, y: float, radius: float, colour: str) -> None:
        edges = (x - radius, y - radius, x + radius, y + radius)
        self._draw.ellipse([edge * SMOOTH for edge in edges], fill=colour)

    def line(self, points: Points, width: float, colour: str) -> None:
        scaled = [(x * SMOOTH, y * SMOOTH) for x, y in points]
        self._draw.line(scaled, fill=colour, width=round(width * SMOOTH), joint="curve")


def _land(brush: Brush) -> None:
    """Sun, snowy mountains, hills and meadow."""
    brush.disc(668, 96, 46, SUN)
    for left, peak, right, top in (
        (-60, 130, 330, 150),
        (220, 400, 590, 110),
        (470, 690, 900, 165),
    ):
        brush.shape([(left, 350), (peak, top), (right, 350)], FAR)
        slope_left, slope_right = (peak - left) / (350 - top), (right - peak) / (350 - top)
        brush.shape(
            [
                (peak, top),
                (peak - 46 * slope_left, top + 46),
                (peak - 12, top + 34),
                (peak + 4, top + 52),
                (peak + 20, top + 36),
                (peak + 46 * slope_right, top + 46),
            ],
            SNOW,
        )
    brush.shape(
        [(0, 330), (170, 290), (420, 340), (640, 296), (800, 322), (800, 420), (0, 420)], NEAR
    )
    brush.box(0, 366, WIDTH, HEIGHT, GRASS)


def _tree(brush: Brush, x: float, ground: float, height: float) -> None:
    """A poplar."""
    brush.box(x - 4, ground - height * 0.3, x + 4, ground, WOOD)
    brush.shape(
        [
            (x, ground - height),
            (x + height * 0.15, ground - height * 0.5),
            (x + height * 0.11, ground - height * 0.2),
            (x - height * 0.11, ground - height * 0.2),
            (x - height * 0.15, ground - height * 0.5),
        ],
        "#6f9a6b",
    )


def _water(brush: Brush) -> None:
    """A standpipe that fills a bucket."""
    for x in (80, 128, 716):
        _tree(brush, x, 402, 150)
    brush.box(300, 470, 560, 492, GRAVEL, 10)
    brush.box(340, 210, 372, 474, INK, 10)
    brush.line([(356, 226), (356, 216), (420, 216), (470, 232), (470, 268)], 26, INK)
    brush.box(316, 176, 396, 192, ROOF, 8)
    brush.box(350, 184, 362, 214, ROOF)
    brush.box(463, 270, 477, 392, WATER, 7)
    brush.shape([(420, 388), (520, 388), (506, 472), (434, 472)], "#e8eef1")
    brush.shape([(424, 398), (516, 398), (514, 410), (426, 410)], WATER)
    brush.line([(424, 388), (440, 350), (500, 350), (516, 388)], 4, INK)
    for x, y, radius in ((500, 366, 6), (440, 372, 5), (520, 346, 4)):
        brush.disc(x, y, radius, WATER)


def _school(brush: Brush) -> None:
    """A long house with many windows and a red roof."""
    for x in (70, 730):
        _tree(brush, x, 420, 170)
    brush.box(140, 286, 660, 446, WALL)
    brush.shape([(116, 290), (196, 214), (604, 214), (684, 290)], ROOF)
    brush.shape([(330, 290), (400, 190), (470, 290)], "#a95a46")
    brush.box(344, 286, 456, 446, "#ead9bb")
    brush.disc(400, 252, 16, SNOW)
    brush.line([(400, 252), (400, 242)], 3, INK)
    brush.line([(400, 252), (407, 255)], 3, INK)
    brush.box(378, 352, 422, 446, WOOD, 4)
    brush.disc(414, 402, 4, SUN)
    for x in (164, 224, 284, 476, 536, 596):
        brush.box(x, 320, x + 42, 384, "#a8cbe0", 3)
        brush.line([(x + 21, 320), (x + 21, 384)], 3, WALL)
        brush.line([(x, 350), (x + 42, 350)], 3, WALL)
    brush.shape([(378, 446), (422, 446), (468, 520), (332, 520)], GRAVEL)


def _road(brush: Brush) -> None:
    """A road to the mountains, with poplars that get smaller."""
    brush.shape([(388, 366), (412, 366), (640, 520), (160, 520)], GRAVEL)
    brush.shape([(388, 366), (392, 366), (200, 520), (160, 520)], "#b5a892")
    brush.shape([(408, 366), (412, 366), (640, 520), (600, 520)], "#b5a892")
    for near, far in ((516, 478), (462, 436), (426, 410), (402, 392)):
        wide, narrow = (near - 360) / 22, (far - 360) / 22
        brush.shape(
            [(400 - narrow, far), (400 + narrow, far), (400 + wide, near), (400 - wide, near)], SNOW
        )
    for x, ground, height in ((318, 392, 70), (252, 420, 120), (132, 470, 210)):
        _tree(brush, x, ground, height)
        _tree(brush, WIDTH - x, ground, height)


DRAWINGS: dict[str, Callable[[Brush], None]] = {"water": _water, "school": _school, "road": _road}
