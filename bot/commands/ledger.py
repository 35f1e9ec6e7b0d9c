"""The record of many votes in one file: a workbook of sheets, or lines that a program reads."""

import csv
import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

from sqlalchemy.ext.asyncio import AsyncSession

from bot.ui.i18n import Translator
from bot.ui.screens import plain
from handlers.exports import Table
from handlers.words import age_group, sex_group
from models import AgeBand, Place, Sex, TallyGroup
from services.votes import results
from services.votes.results import Result

FORMULA = ("=", "+", "-", "@", "\t", "\r")
SHEET_NAME = 31
"""Characters that a spreadsheet allows."""


@dataclass(frozen=True, slots=True)
class Line:
    """One figure. Times are UTC; `option` 0 is "none of these", -1 everybody who voted.

    `score` None: hidden, because it would show single people. `value` is a word of the group
    (female, 18-28) or a place's code, `value_name` the same for a reader.
    """

    vote: int
    title: str
    place_code: str
    place: str
    method: str
    opened: str
    closed: str
    status: str
    option: int
    option_title: str
    group: str
    value: str
    value_name: str
    score: int | None


async def lines_of(session: AsyncSession, vote_id: int, t: Translator) -> list[Line]:
    """Every figure of a counted vote."""
    result = await results.result_of(session, vote_id)
    places = await _places(session, result)
    titles = {
        line.option.position if line.option else 0: line.option.title(t.language)
        if line.option
        else plain(t("None of these"))
        for line in result.lines
    }
    scores = {line.option.position if line.option else 0: line.score for line in result.lines}
    found = [_line(result, places, t, position, title, scores[position]) for position, title in titles.items()]
    return found


def _harmless(cell: object) -> object:
    """A text that a spreadsheet would run as a formula gets an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
