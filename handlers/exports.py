"""The record of a vote as a table: CSV for machines, XLSX for offices."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.ui.i18n import Translator
from bot.ui.screens import plain
from handlers.words import age_group, method_name, sex_group
from models import AgeBand, Sex, TallyGroup
from services.votes import results

Cell = str | int | None


@dataclass(frozen=True, slots=True)
class Table:
    """Facts about the vote, then the figures: a head and rows of the same length."""

    name: str
    facts: tuple[tuple[str, Cell], ...]
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


async def vote_table(session: AsyncSession, vote_id: int, t: Translator) -> Table:
    """The count by option and by sex, age group and village; a hidden cell is empty.

    Raises:
        services.refusal.Refused: NOT_FOUND; VOTE_MOVED_ON, while there is no count.
    """
    result = await results.result_of(session, vote_id)
    vote = result.vote
    places = await results.places_of(session, result)
    groups = [
        *(
            (TallyGroup.SEX, value, _sex(t, value))
            for value in result.groups[TallyGroup.SEX].values
        ),
        *(
            (TallyGroup.AGE, value, _age(t, value))
            for value in result.groups[TallyGroup.AGE].values
        ),
    ]
    for value in result.groups[TallyGroup.VILLAGE].values:
        village = places.get(int(value))
        groups.append((TallyGroup.VILLAGE, value, village.name(t.language) if village else value))
    rows: list[tuple[Cell, ...]] = []
    for line in result.lines:
        position = line.option.position if line.option else 0
        rows.append(
            (
                line.option.title(t.language) if line.option else plain(t("None of these")),
                line.score,
                *(result.groups[group].scores[position][value] for group, value, _ in groups),
            )
        )
    rows.append(
        (
            plain(t("Everybody who voted")),
            result.voters,
            *(result.groups[group].voters[value] for group, value, _ in groups),
        )
    )
    facts: tuple[tuple[str, Cell], ...] = (
        (plain(t("Vote")), vote.title(t.language)),
        (plain(t("Place")), places[vote.place_id].name(t.language)),
        (plain(t("How people chose")), plain(method_name(t, vote.method, vote.max_choices))),
        (plain(t("Opened")), _when(t, vote.opens_at)),
        (plain(t("Closed")), _when(t, vote.closed_at)),
        (plain(t("Adults")), plain(t("not known")) if result.adults is None else result.adults),
        (plain(t("Note")), plain(t("An empty cell is hidden: it would show single people."))),
    )
    head = (plain(t("Option")), plain(t("Votes")), *(name for _, _, name in groups))
    return Table(f"vote-{vote_id}", facts, head, tuple(rows))


def _when(t: Translator, moment: datetime | None) -> str:
    """With the year: a record is read long afterwards."""
    return f"{t.day_full(moment)}, {t.time(moment)}" if moment else ""


def _sex(t: Translator, value: str) -> str:
    return plain(sex_group(t, Sex(value)))


def _age(t: Translator, value: str) -> str:
    return plain(age_group(t, AgeBand(value)))


def as_csv(table: Table) -> bytes:
    """UTF-8 with a mark, semicolons: what an office's spreadsheet opens by itself."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerows([(_harmless(name), _harmless(value)) for name, value in table.facts])
    writer.writerow([])
    writer.writerow([_harmless(name) for name in table.head])
    writer.writerows([[_harmless(cell) for cell in row] for row in table.rows])
    return ("\ufeff" + file.getvalue()).encode()


def _harmless(cell: Cell) -> Cell:
    """A text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if isinstance(cell, str) and cell.lstrip().startswith(FORMULA):
        return f"'{cell}"
    return cell


FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
"""A cell is what somebody wrote, and neither a formula nor a link."""


def as_xlsx(table: Table) -> bytes:
    import xlsxwriter

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, OPTIONS)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(table.name[:31])
    for row, (name, value) in enumerate(table.facts):
        sheet.write(row, 0, name, bold)
        sheet.write(row, 1, value)
    top = len(table.facts) + 1
    for column, name in enumerate(table.head):
        sheet.write(top, column, name, bold)
    for offset, cells in enumerate(table.rows, start=1):
        for column, cell in enumerate(cells):
            sheet.write(top + offset, column, cell)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, len(table.head), 14)
    sheet.freeze_panes(top + 1, 1)
    book.close()
    return file.getvalue()
