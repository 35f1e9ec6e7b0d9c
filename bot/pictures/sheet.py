"""The options of a vote on one sheet: big numbers, pictures and names, for "press 2"."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Literal, TypeAlias

from bot.pictures.canvas import BLUE, GREY, LINE, PAPER, SAND, Canvas
from bot.pictures.lettering import Face, Paragraph, Weight, fitting, legible, paragraph

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

Flaw: TypeAlias = Literal["damaged", "too_many_bytes", "too_many_pixels"]

# By format, as each decodes to at most some 130 MB: a JPEG is shrunk on the way, a WebP is not.
MOST_PIXELS = {"JPEG": 25_000_000, "PNG": 8_000_000, "WEBP": 8_000_000}
MOST_BYTES = 20_000_000  # what a bot can download from Telegram

_WIDTH = 900
_MARGIN = 32
# What Pillow's decoders raise on damaged bytes.
_DAMAGED = (OSError, ValueError, SyntaxError, EOFError, struct.error)


class UnreadablePicture(Exception):
    """The bytes of the option with this number are no picture that can be shown."""

    def __init__(self, flaw: Flaw, number: int) -> None:
        super().__init__(f"unreadable picture of option {number}: {flaw}")
        self.flaw: Flaw = flaw
        self.number = number


@dataclass(frozen=True, slots=True)
class SheetOption:
    """One option; `line` is a short second line such as the cost, `picture` JPEG, PNG or WebP."""

    number: int
    title: str
    line: str = ""
    picture: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Type:
    """Sizes in pixels: more options are set smaller, so that the sheet stays short."""

    tile: tuple[int, int]
    title: int
    line: int
    gap: int
    badge: int


_LARGE = _Type(tile=(320, 240), title=42, line=34, gap=28, badge=46)
_MEDIUM = _Type(tile=(264, 198), title=38, line=32, gap=22, badge=40)
_SMALL = _Type(tile=(208, 156), title=34, line=30, gap=16, badge=36)
_BESIDE = 28
_RADIUS = 18


@dataclass(frozen=True, slots=True)
class _Row:
    number: str
    picture: Image | None
    title: Paragraph
    line: Paragraph

    @property
    def words_height(self) -> int:
        return self.title.height + (self.line.height + 6 if self.line.lines else 0)


def option_sheet(options: tuple[SheetOption, ...], title: str) -> bytes:
    """A sheet 900 pixels wide: JPEG if an option has a picture, else a lighter PNG.

    Pictures are turned as their EXIF says, cropped to 4:3 and freed of all metadata.
    Raises UnreadablePicture, with the option's number, for bytes that cannot be shown.
    """
    sizes = _sizes(options)
    heading = fitting(legible(title, ""), Face(Weight.BOLD, 44), _WIDTH - 2 * _MARGIN, 3, 34)
    rows = [_row(option, sizes) for option in options]
    heights = [max(row.words_height, sizes.tile[1]) for row in rows]
    y = _MARGIN + heading.height + (20 if heading.lines else 0)
    canvas = Canvas(_WIDTH, y + sum(heights) + sizes.gap * (len(rows) - 1) + _MARGIN)
    canvas.write(_MARGIN, _MARGIN, heading)
    for row, height in zip(rows, heights, strict=True):
        _draw_row(canvas, y, height, row, sizes)
        y += height + sizes.gap
        if row is not rows[-1]:
            rule = y - sizes.gap // 2
            canvas.box((_MARGIN, rule - 1, _WIDTH - _MARGIN, rule + 1), LINE)
    return canvas.jpeg() if any(row.picture for row in rows) else canvas.png()


def _sizes(options: tuple[SheetOption, ...]) -> _Type:
    sizes = _LARGE if len(options) <= 4 else _MEDIUM if len(options) <= 6 else _SMALL
    if any(option.picture is not None for option in options):
        return sizes
    return replace(sizes, tile=(sizes.tile[1], sizes.tile[1]))


def _row(option: SheetOption, sizes: _Type) -> _Row:
    room = _WIDTH - 2 * _MARGIN - sizes.tile[0] - _BESIDE
    return _Row(
        number=str(option.number),
        picture=None if option.picture is None else _opened(option, sizes.tile),
        title=paragraph(legible(option.title), Face(Weight.BOLD, sizes.title), room, 3),
        line=paragraph(legible(option.line, ""), Face(Weight.BOOK, sizes.line), room, 2),
    )


def _draw_row(canvas: Canvas, y: int, height: int, row: _Row, sizes: _Type) -> None:
    tile_width, tile_height = sizes.tile
    top = y + (height - tile_height) // 2
    tile = (_MARGIN, top, _MARGIN + tile_width, top + tile_height)
    if row.picture is None:
        canvas.rounded(tile, _RADIUS, SAND)
        face = Face(Weight.BOLD, tile_height * 5 // 9)
        canvas.sign(_MARGIN + tile_width // 2, top + tile_height // 2, row.number, face, BLUE)
    else:
        canvas.picture(tile, row.picture, _RADIUS)
        inset = sizes.badge + 8
        _badge(canvas, _MARGIN + inset, top + inset, row.number, sizes.badge)
    x = _MARGIN + tile_width + _BESIDE
    below = canvas.write(x, y + (height - row.words_height) // 2, row.title)
    canvas.write(x, below + 6, row.line, GREY)


def _badge(canvas: Canvas, x: int, y: int, number: str, radius: int) -> None:
    canvas.disc(x, y, radius, PAPER)
    canvas.disc(x, y, radius - 5, BLUE)
    size = radius * (6 if len(number) == 1 else 5) // 5
    canvas.sign(x, y, number, Face(Weight.BOLD, size), PAPER)


def _opened(option: SheetOption, size: tuple[int, int]) -> Image:
    """The picture, upright and cropped to the size; nothing but pixels is left of the file."""
    from PIL import Image

    content = option.picture or b""
    if len(content) > MOST_BYTES:
        raise UnreadablePicture("too_many_bytes", option.number)
    try:
        picture = Image.open(BytesIO(content), formats=tuple(MOST_PIXELS))
        if picture.width * picture.height > MOST_PIXELS[picture.format or ""]:
            raise UnreadablePicture("too_many_pixels", option.number)
        return _cropped(picture, size)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadablePicture("too_many_pixels", option.number) from error
    except _DAMAGED as error:
        raise UnreadablePicture("damaged", option.number) from error


def _cropped(picture: ImageFile, size: tuple[int, int]) -> Image:
    """Shrinks before it turns, so that a large picture takes memory once."""
    from PIL import Image, ImageOps

    picture.draft("RGB", (max(size), max(size)))  # a JPEG decoder can skip what is not needed
    pixels: Image.Image = picture
    if picture.mode not in ("RGB", "RGBA"):
        pixels = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    shrink = min(pixels.size) // max(size)
    if shrink > 1:
        pixels = pixels.reduce(shrink)
    upright = ImageOps.exif_transpose(pixels)
    fitted = ImageOps.fit(upright, size, Image.Resampling.LANCZOS)
    if fitted.mode == "RGB":
        return fitted
    paper = Image.new("RGBA", size, PAPER)
    return Image.alpha_composite(paper, fitted).convert("RGB")
