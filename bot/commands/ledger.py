"""The record of many votes in one file: a workbook of sheets, or lines that a program reads."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.ui.i18n import Translator
from bot.ui.screens import plain
from handlers.exports import Table
from handlers.words import age_group, sex_group
from models import AgeBand, Place, Sex, TallyGroup, Vote
from services.votes import results
from services.votes.hiding import NONE_OF_THESE, VOTERS

FORMULA = ("=", "+", "-", "@", "\t", "\r")
SHEET_NAME = 31
"""Characters that a spreadsheet allows in the name of a sheet."""


Line = Mapping[str, str | int | None]
"""One figure of a vote, by COLUMNS."""

COLUMNS = (
    "vote",
    "title",
    "place",
    "place_name",
    "method",
    "opened",
    "closed",
    "published",
    "option",
    "option_title",
    "group",
    "value",
    "value_name",
    "score",
)
"""`place` is a code; times are UTC. `option` is a position, 0 "none of these", -1 everybody who
voted. `value` is a word of the group (female, 18-28) or the code of a village, `value_name` the
same for a reader. An empty `score` is hidden, because it would show single people."""


async def lines_of(session: AsyncSession, vote_id: int, t: Translator) -> list[Line]:
    """Every figure of a counted vote: the totals, then by sex, age group and village.

    Raises:
        services.refusal.Refused: as `results.result_of`.
    """
    result = await results.result_of(session, vote_id)
    titles = {VOTERS: plain(t("Everybody who voted")), NONE_OF_THESE: plain(t("None of these"))}
    scores: dict[int, dict[tuple[TallyGroup, str], int | None]] = {
        VOTERS: {(TallyGroup.ALL, ""): result.voters}
    }
    for line in result.lines:
        position = line.option.position if line.option else NONE_OF_THESE
        if line.option:
            titles[position] = line.option.title(t.language)
        scores[position] = {(TallyGroup.ALL, ""): line.score}
    for group, breakdown in result.groups.items():
        for position, row in {VOTERS: breakdown.voters, **breakdown.scores}.items():
            scores[position] |= {(group, value): score for value, score in row.items()}
    places = await results.places_of(session, result)
    facts = _facts(result.vote, places[result.vote.place_id], t)
    return [
        {
            **facts,
            "option": position,
            "option_title": titles[position],
            "group": group.value,
            **_value(group, value, places, t),
            "score": score,
        }
        for position in sorted(scores)
        for (group, value), score in scores[position].items()
    ]


def _facts(vote: Vote, place: Place, t: Translator) -> Line:
    return {
        "vote": vote.id,
        "title": vote.title(t.language),
        "place": place.code,
        "place_name": place.name(t.language),
        "method": vote.method.value,
        "opened": _utc(vote.opens_at),
        "closed": _utc(vote.closed_at),
        "published": _utc(vote.published_at),
    }


def _value(group: TallyGroup, value: str, places: Mapping[int, Place], t: Translator) -> Line:
    match group:
        case TallyGroup.SEX:
            return {"value": value, "value_name": plain(sex_group(t, Sex(value)))}
        case TallyGroup.AGE:
            return {"value": value, "value_name": plain(age_group(t, AgeBand(value)))}
        case TallyGroup.VILLAGE:
            village = places[int(value)]
            return {"value": village.code, "value_name": village.name(t.language)}
        case TallyGroup.ALL:
            return {"value": "", "value_name": ""}


def _utc(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else ""


def as_csv(lines: Sequence[Line]) -> bytes:
    """UTF-8 with a mark, commas, a head line with the names of the columns."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for line in lines:
        writer.writerow({name: _harmless(cell) for name, cell in line.items()})
    return ("\ufeff" + file.getvalue()).encode()


def _harmless(cell: object) -> object:
    """A text that a spreadsheet would run as a formula gets an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def as_workbook(tables: Sequence[Table]) -> bytes:
    """An XLSX file with a sheet for each table."""
    import xlsxwriter

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    for table in tables:
        sheet = book.add_worksheet(table.name[:SHEET_NAME])
        top = len(table.facts) + 1
        for row, column, cell, is_heading in _cells(table):
            sheet.write(row, column, cell, bold if is_heading else None)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, len(table.head), 14)
        sheet.freeze_panes(top + 1, 1)
    book.close()
    return file.getvalue()


def _cells(table: Table) -> Iterator[tuple[int, int, object, bool]]:
    """Row, column, what is there, whether it is a heading."""
    for row, (name, value) in enumerate(table.facts):
        yield row, 0, name, True
        yield row, 1, value, False
    top = len(table.facts) + 1
    for column, name in enumerate(table.head):
        yield top, column, name, True
    for row, cells in enumerate(table.rows, start=top + 1):
        for column, cell in enumerate(cells):
            yield row, column, cell, False
