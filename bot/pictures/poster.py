"""The sheet for a village's notice board: its name, a QR code and a link into the bot."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias, assert_never

from bot.pictures.canvas import BLACK, BLUE, INK, PAPER, SUN, Box, Canvas
from bot.pictures.lettering import Face, Paragraph, Weight, fitting, legible, paragraph
from bot.pictures.pdf import one_page

PosterKind: TypeAlias = Literal["pdf", "png"]

DOTS_PER_INCH = 200
# A4, 210 by 297 mm, at that resolution.
_WIDTH = 1654
_HEIGHT = 2339
# 15 mm: printers leave the edge white, and pins and tape cover it.
_MARGIN = 118
_ROOM = _WIDTH - 2 * _MARGIN
_STRIP = 56
_QR = 736
_QR_ALONE = 880
_QUIET = 4  # modules of white around the code, as the QR standard asks
_FRAME = 20  # around the quiet modules, so that round corners do not reach into them
_BETWEEN = 64
_TEETH = 18


@dataclass(frozen=True, slots=True)
class Poster:
    """The words of a poster; `link` is the whole address, https://t.me/<bot>?start=v_<code>.

    A line invites, a hint says how to scan or type; either hint may be empty.
    """

    village_ky: str
    village_ru: str
    aimak_ky: str
    aimak_ru: str
    link: str
    line_ky: str
    line_ru: str
    hint_ky: str = ""
    hint_ru: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class _Block:
    """A part of the page: what it takes, and how it is drawn from a y downwards."""

    height: int
    draw: Callable[[Canvas, int], object]


def village_poster(poster: Poster, kind: PosterKind) -> bytes:
    """One A4 page: a PNG at 200 dots per inch, or a PDF of it in which the link can be tapped.

    Raises ValueError for a link that is not printable ASCII without spaces.
    """
    if not re.fullmatch(r"[!-~]+", poster.link):
        raise ValueError(f"not a link: {poster.link!r}")
    canvas = Canvas(_WIDTH, _HEIGHT)
    blocks = [*_names(poster), _lines(poster), _code(poster), _address(poster.link)]
    source = paragraph(legible(poster.source, ""), Face(Weight.BOOK, 30), _ROOM, 1)
    top = _MARGIN + _STRIP
    bottom = _HEIGHT - _MARGIN - _STRIP - source.height - (20 if source.lines else 0)
    gap = (bottom - top - sum(block.height for block in blocks)) // (len(blocks) + 1)
    y = top + gap
    for block in blocks:
        block.draw(canvas, y)
        y += block.height + gap
    canvas.write(_WIDTH // 2, bottom, source, INK, "centre")
    _ornament(canvas, _MARGIN, 1)
    _ornament(canvas, _HEIGHT - _MARGIN, -1)
    return _file(canvas, poster, kind)


def _file(canvas: Canvas, poster: Poster, kind: PosterKind) -> bytes:
    picture = canvas.png(DOTS_PER_INCH)
    match kind:
        case "png":
            return picture
        case "pdf":
            title = f"{legible(poster.village_ky)} · {legible(poster.village_ru)}"
            return one_page(picture, DOTS_PER_INCH, title, poster.link)
        case _:
            assert_never(kind)


def _names(poster: Poster) -> list[_Block]:
    """The village and its aimak, Kyrgyz first; a name that is the same in both stands once."""
    name_ky, name_ru = legible(poster.village_ky), legible(poster.village_ru)
    aimak_ky, aimak_ru = _aimak(poster.aimak_ky), _aimak(poster.aimak_ru)
    if name_ky == name_ru:
        return [_stack(_village(name_ky), aimak_ky, aimak_ru)]
    return [_stack(_village(name_ky), aimak_ky), _stack(_village(name_ru), aimak_ru)]


def _village(name: str) -> Paragraph:
    one_line = fitting(name, Face(Weight.BOLD, 156), _ROOM, 1, 104)
    if " ".join(one_line.lines) == name:
        return one_line
    return fitting(name, Face(Weight.BOLD, 112), _ROOM, 2, 60)


def _aimak(name: str) -> Paragraph:
    return fitting(legible(name, ""), Face(Weight.BOOK, 50), _ROOM, 1, 34)


def _stack(*parts: Paragraph) -> _Block:
    def draw(canvas: Canvas, y: int) -> None:
        for part in parts:
            bold = part.face.weight is Weight.BOLD
            y = canvas.write(_WIDTH // 2, y, part, BLUE if bold else BLACK, "centre")

    return _Block(sum(part.height for part in parts), draw)


def _lines(poster: Poster) -> _Block:
    texts = (legible(poster.line_ky, ""), legible(poster.line_ru, ""))
    parts = [fitting(text, Face(Weight.BOLD, 56), _ROOM, 2, 40) for text in texts]
    size = min(part.face.size for part in parts)  # both languages in the same size
    ky, ru = (paragraph(text, Face(Weight.BOLD, size), _ROOM, 2) for text in texts)

    def draw(canvas: Canvas, y: int) -> None:
        y = canvas.write(_WIDTH // 2, y, ky, BLACK, "centre")
        canvas.write(_WIDTH // 2, y + 20, ru, BLACK, "centre")

    return _Block(ky.height + 20 + ru.height, draw)


def _code(poster: Poster) -> _Block:
    import segno

    code = segno.make_qr(poster.link, error="h", boost_error=False)
    modules = [bytes(row) for row in code.matrix_iter(border=_QUIET)]
    texts = [text for text in (legible(poster.hint_ky, ""), legible(poster.hint_ru, "")) if text]
    dot = (_QR if texts else _QR_ALONE) // len(modules)
    size = dot * len(modules)

    def draw(canvas: Canvas, y: int) -> None:
        left = _MARGIN + _FRAME if texts else (_WIDTH - size) // 2
        frame = (left - _FRAME, y, left + size + _FRAME, y + size + 2 * _FRAME)
        canvas.rounded(frame, 36, BLUE)
        canvas.rounded((frame[0] + 8, y + 8, frame[2] - 8, frame[3] - 8), 28, PAPER)
        for down, row in enumerate(modules):
            for across, dark in enumerate(row):
                if dark:
                    x, top = left + across * dot, y + _FRAME + down * dot
                    canvas.box((x, top, x + dot, top + dot), BLACK)
        _draw_hints(canvas, frame, texts)

    return _Block(size + 2 * _FRAME, draw)


def _draw_hints(canvas: Canvas, beside: Box, texts: list[str]) -> None:
    left = beside[2] + 52
    room = _WIDTH - _MARGIN - left
    parts = [fitting(text, Face(Weight.BOOK, 46), room, 7, 30) for text in texts]
    size = min((part.face.size for part in parts), default=30)
    parts = [paragraph(text, Face(Weight.BOOK, size), room, 7) for text in texts]
    height = sum(part.height for part in parts) + _BETWEEN * (len(parts) - 1)
    y = (beside[1] + beside[3] - height) // 2
    for place, part in enumerate(parts):
        if place:
            canvas.box((left, y - _BETWEEN // 2 - 2, left + 120, y - _BETWEEN // 2 + 2), BLUE)
        y = canvas.write(left, y, part, BLACK) + _BETWEEN


def _address(link: str) -> _Block:
    """The link as one would type it, in a face that tells l, I, 1 and 0, O apart."""
    typed = link.removeprefix("https://")
    room = _ROOM - 80
    words = fitting(typed, Face(Weight.MONO, 58), room, 1, 36)
    if words.lines != (typed,):
        words = paragraph(typed, Face(Weight.MONO, 36), room, 3)

    def draw(canvas: Canvas, y: int) -> None:
        canvas.rounded((_MARGIN, y, _WIDTH - _MARGIN, y + words.height + 52), 36, BLUE)
        inner = (_MARGIN + 5, y + 5, _WIDTH - _MARGIN - 5, y + words.height + 47)
        canvas.rounded(inner, 31, PAPER)
        canvas.write(_WIDTH // 2, y + 24, words, BLACK, "centre")

    return _Block(words.height + 52, draw)


def _ornament(canvas: Canvas, edge: int, inwards: Literal[1, -1]) -> None:
    """A felt carpet's edge: a line, teeth that point into the page, a diamond between each two."""
    line = sorted((edge, edge + 10 * inwards))
    canvas.box((_MARGIN, line[0], _WIDTH - _MARGIN, line[1]), BLUE)
    tooth = _ROOM / _TEETH
    base, tip = edge + 10 * inwards, edge + _STRIP * inwards
    for place in range(_TEETH):
        left = _MARGIN + place * tooth
        canvas.polygon([(left, base), (left + tooth, base), (left + tooth / 2, tip)], BLUE)
        if place:
            middle = tip - 12 * inwards
            diamond = [(left, middle - 14), (left + 14, middle), (left, middle + 14)]
            canvas.polygon([*diamond, (left - 14, middle)], SUN)
