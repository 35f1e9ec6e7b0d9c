"""Type for the pictures: the shipped faces, text cleaned for them, lines broken to a width."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

FONTS = Path(__file__).parent / "fonts"

# What the book and bold files hold: Latin, Cyrillic (Kyrgyz and its neighbours), signs.
COVERED = (
    *((0x0020, 0x007E), (0x00A0, 0x017F), (0x018F, 0x018F), (0x0192, 0x0192), (0x0218, 0x021B)),
    *((0x0259, 0x0259), (0x02BB, 0x02BC), (0x0400, 0x0525), (0x1E9E, 0x1E9E), (0x2009, 0x200A)),
    *((0x2010, 0x2015), (0x2018, 0x201E), (0x2020, 0x2022), (0x2026, 0x2026), (0x202F, 0x2030)),
    *((0x2032, 0x2033), (0x2039, 0x203A), (0x2044, 0x2044), (0x20AC, 0x20AC), (0x20B8, 0x20B8)),
    *((0x20BD, 0x20BD), (0x2116, 0x2116), (0x2122, 0x2122), (0x2190, 0x2199), (0x2212, 0x2212)),
    *((0x221E, 0x221E), (0x2248, 0x2248), (0x2260, 0x2260), (0x2264, 0x2265), (0x25A0, 0x25A1)),
    *((0x25B2, 0x25B2), (0x25B6, 0x25B6), (0x25BA, 0x25BA), (0x25BC, 0x25BC), (0x25C0, 0x25C0)),
    *((0x25CB, 0x25CB), (0x25CF, 0x25CF), (0x2605, 0x2606), (0x2713, 0x2718)),
)
_DRAWABLE = frozenset(chr(code) for first, last in COVERED for code in range(first, last + 1)) - {
    "\u00ad"  # the soft hyphen, which would show in the middle of a line
}
_WRITTEN_OUT = {"⃀": "сом", "✅": "✓", "☑": "✓", "➡": "→", "⬅": "←", "⭐": "★", "❌": "✗"}
_NOTHING = "—"


def legible(text: str, otherwise: str = _NOTHING) -> str:
    """One line that the fonts can draw.

    Emoji, control characters and foreign scripts leave a space or nothing, never an empty box;
    `otherwise` stands for a text of which nothing is left.
    """
    drawn = "".join(_drawable(sign) for sign in unicodedata.normalize("NFC", text))
    tidy = re.sub(r" +([,.;:!?»)])", r"\1", re.sub(r" {2,}", " ", drawn)).strip(" ")
    # A dash stays with the word before it: no line begins with one.
    return re.sub(r" (?=[–—])", "\N{NO-BREAK SPACE}", tidy) or otherwise


def _drawable(sign: str) -> str:
    if sign in _DRAWABLE:
        return sign
    if sign in _WRITTEN_OUT:
        return _WRITTEN_OUT[sign]
    plain = "".join(s for s in unicodedata.normalize("NFKC", sign) if s in _DRAWABLE)
    if plain:
        return plain
    joins = unicodedata.category(sign) in {"Mn", "Me", "Cf"}
    return "" if joins else " "


class Weight(StrEnum):
    BOOK = "DejaVuSans.ttf"
    BOLD = "DejaVuSans-Bold.ttf"
    MONO = "DejaVuSansMono-Bold.ttf"


@dataclass(frozen=True, slots=True)
class Face:
    """A typeface at a size in pixels."""

    weight: Weight
    size: int

    @property
    def leading(self) -> int:
        """Pixels from one baseline to the next."""
        return round(self.size * 1.26)

    @property
    def baseline(self) -> int:
        """Pixels from the top of a line to its baseline."""
        return round(self.size * 0.98)

    def font(self) -> FreeTypeFont:
        return _font(self.weight, self.size)

    def width(self, text: str) -> int:
        """Pixels that the text takes on one line."""
        return round(self.font().getlength(text))


@lru_cache(maxsize=64)
def _font(weight: Weight, size: int) -> FreeTypeFont:
    from PIL import ImageFont

    # The basic engine is part of every Pillow, so the same text measures the same everywhere.
    return ImageFont.truetype(FONTS / weight, size, layout_engine=ImageFont.Layout.BASIC)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines broken to a width, ready to be written."""

    lines: tuple[str, ...]
    face: Face

    @property
    def height(self) -> int:
        return len(self.lines) * self.face.leading

    @property
    def width(self) -> int:
        return max(map(self.face.width, self.lines), default=0)


def paragraph(text: str, face: Face, width: int, most_lines: int) -> Paragraph:
    """Break a text into at most so many lines of about equal length, whole words if it can.

    What is left over becomes an ellipsis.
    """
    lines = _broken(text, face, width, most_lines)
    if len(lines) > 1 and " ".join(lines) == text:
        lines = _evened(lines, text, face, width)
    return Paragraph(tuple(lines), face)


def _evened(lines: list[str], text: str, face: Face, width: int) -> list[str]:
    """The same number of lines in the narrowest column that holds them, by halving the search."""
    narrowest = max(map(face.width, text.split(" ")))
    while width - narrowest > face.size:
        tried = (narrowest + width) // 2
        narrower = _broken(text, face, tried, len(lines))
        if " ".join(narrower) == text:
            lines, width = narrower, tried
        else:
            narrowest = tried
    return lines


def _broken(text: str, face: Face, width: int, most_lines: int) -> list[str]:
    lines: list[str] = []
    for piece in _pieces(text, face, width):
        longer = f"{lines[-1]} {piece}" if lines else piece
        if lines and face.width(longer) <= width:
            lines[-1] = longer
        elif len(lines) == most_lines:
            lines[-1] = _shortened(lines[-1], face, width)
            break
        else:
            lines.append(piece)
    return lines


def fitting(text: str, face: Face, width: int, most_lines: int, smallest: int) -> Paragraph:
    """The paragraph in the largest size, from the face's down to `smallest`, that loses no word.

    A word is not broken while a smaller size would keep it whole.
    """
    longest_word = max(text.split(" "), key=len)
    for size in range(face.size, smallest, -2):
        smaller = Face(face.weight, size)
        tried = paragraph(text, smaller, width, most_lines)
        if smaller.width(longest_word) <= width and " ".join(tried.lines) == text:
            return tried
    return paragraph(text, Face(face.weight, smallest), width, most_lines)


def _pieces(text: str, face: Face, width: int) -> Iterator[str]:
    """The words; a word wider than a line comes in parts, cut after a late hyphen or slash."""
    for word in filter(None, text.split(" ")):
        rest = word
        while face.width(rest) > width and len(rest) > 1:
            cut = _cut(rest, face, width)
            yield rest[:cut]
            rest = rest[cut:]
        yield rest


def _cut(word: str, face: Face, width: int) -> int:
    fits = 1
    while fits < len(word) and face.width(word[: fits + 1]) <= width:
        fits += 1
    after_hyphen = max(word.rfind("-", 0, fits), word.rfind("/", 0, fits)) + 1
    return after_hyphen if after_hyphen * 2 > fits else fits


def _shortened(line: str, face: Face, width: int) -> str:
    """The line with an ellipsis, shorter by whole words or, where only one is left, by letters."""
    kept = line
    while kept and face.width(f"{kept}…") > width:
        kept = kept.rpartition(" ")[0] or kept[:-1]
    return f"{kept.rstrip(' ,.;:–—-')}…"
