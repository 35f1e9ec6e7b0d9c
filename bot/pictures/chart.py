"""The result of a vote as a bar chart for a small phone."""

from dataclasses import dataclass

from bot.pictures.canvas import BLUE, GREY, INK, LINE, MIST, SAND, SUN, Canvas
from bot.pictures.lettering import Face, Paragraph, Weight, fitting, legible, paragraph

_WIDTH = 800
_MARGIN = 40
_ROOM = _WIDTH - 2 * _MARGIN
_AXIS = 4
_SHORTEST = 6
_STAR = 52


@dataclass(frozen=True, slots=True)
class Bar:
    """One option; `text` is what stands beside the bar, such as "65 · 48%"."""

    label: str
    count: int
    text: str
    winner: bool = False


@dataclass(frozen=True, slots=True)
class ResultChart:
    """A result in the reader's language, bars in the order to show; all words are the caller's."""

    title: str
    subtitle: str
    bars: tuple[Bar, ...]
    footer: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class _Type:
    """Sizes in pixels: more options are set in smaller type, so that the picture stays short."""

    title: int
    label: int
    label_lines: int
    bar: int
    above: int
    below: int
    gap: int


_ROOMY = _Type(title=46, label=38, label_lines=3, bar=46, above=10, below=16, gap=22)
_DENSE = _Type(title=42, label=32, label_lines=2, bar=34, above=9, below=12, gap=8)
_MOST_ROOMY_BARS = 5


@dataclass(frozen=True, slots=True)
class _Row:
    bar: Bar
    label: Paragraph
    number: Paragraph
    length: int


def result_chart(chart: ResultChart) -> bytes:
    """A PNG 800 pixels wide: horizontal bars on one scale from zero, winners starred and framed."""
    sizes = _ROOMY if len(chart.bars) <= _MOST_ROOMY_BARS else _DENSE
    title = fitting(legible(chart.title, ""), Face(Weight.BOLD, sizes.title), _ROOM, 3, 36)
    subtitle = _block(chart.subtitle, Face(Weight.BOOK, 32), 2)
    rows = _rows(chart.bars, sizes)
    footer = [_block(line, Face(Weight.BOOK, 32), 3) for line in chart.footer]
    source = _block(chart.source, Face(Weight.BOOK, 24), 2)
    footer_height = sum(part.height + 6 for part in footer) + source.height

    rows_top = _MARGIN + title.height + 8 + subtitle.height + 24
    rows_height = sum(_height(row, sizes) + sizes.gap for row in rows)
    rule = rows_top + rows_height + 2
    canvas = Canvas(_WIDTH, rule + (footer_height + 52 if footer_height else 12))

    y = canvas.write(_MARGIN, _MARGIN, title)
    canvas.write(_MARGIN, y + 8, subtitle, GREY)
    y = rows_top
    for row in rows:
        _draw_row(canvas, y, row, sizes)
        y += _height(row, sizes) + sizes.gap
    if footer_height:
        canvas.box((_MARGIN, rule, _WIDTH - _MARGIN, rule + 2), LINE)
    y = rule + 16
    for part in footer:
        y = canvas.write(_MARGIN, y, part) + 6
    canvas.write(_MARGIN, y + 6, source, GREY)
    return canvas.png()


def _block(text: str, face: Face, most_lines: int) -> Paragraph:
    return paragraph(legible(text, ""), face, _ROOM, most_lines)


def _rows(bars: tuple[Bar, ...], sizes: _Type) -> list[_Row]:
    numbers = [
        paragraph(legible(bar.text), Face(Weight.BOLD, sizes.label), _ROOM // 2, 1) for bar in bars
    ]
    longest = _ROOM - max((number.width for number in numbers), default=0) - 18
    most = max((bar.count for bar in bars), default=0) or 1
    return [
        _Row(bar, _label(bar, sizes), number, _length(bar.count, most, longest))
        for bar, number in zip(bars, numbers, strict=True)
    ]


def _label(bar: Bar, sizes: _Type) -> Paragraph:
    weight, room = (Weight.BOLD, _ROOM - _STAR) if bar.winner else (Weight.BOOK, _ROOM)
    return paragraph(legible(bar.label), Face(weight, sizes.label), room, sizes.label_lines)


def _length(count: int, most: int, longest: int) -> int:
    """Pixels of a bar; a single vote among thousands can still be seen, none has no bar."""
    return max(round(longest * count / most), _AXIS + _SHORTEST) if count else 0


def _height(row: _Row, sizes: _Type) -> int:
    return sizes.above + row.label.height + 6 + sizes.bar + sizes.below


def _draw_row(canvas: Canvas, y: int, row: _Row, sizes: _Type) -> None:
    winner = row.bar.winner
    if winner:
        frame = (14, y, _WIDTH - 14, y + _height(row, sizes))
        canvas.rounded(frame, 18, SUN)
        canvas.rounded((frame[0] + 3, frame[1] + 3, frame[2] - 3, frame[3] - 3), 15, SAND)
        middle = y + sizes.above + row.label.face.leading // 2
        canvas.star(_MARGIN + 18, middle, 23, INK)
        canvas.star(_MARGIN + 18, middle, 17, SUN)
    y = canvas.write(_MARGIN + (_STAR if winner else 0), y + sizes.above, row.label) + 6
    right = _MARGIN + row.length
    if row.length:
        canvas.box((_MARGIN, y, right, y + sizes.bar), BLUE if winner else MIST)
    canvas.box((_MARGIN, y - 4, _MARGIN + _AXIS, y + sizes.bar + 4), INK)
    number_y = y + (sizes.bar - row.number.face.leading) // 2
    canvas.write(max(right, _MARGIN + _AXIS) + 16, number_y, row.number)
