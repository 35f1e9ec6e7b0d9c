"""Reads a file of places: its encoding, its delimiter, and each row checked by itself."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from models import PlaceLevel
from services.places import cells
from services.places.report import Report

REQUIRED: dict[str, Callable[[str], Any]] = {
    "code": cells.code,
    "level": cells.level,
    "parent_code": cells.parent,
    "name_ky": cells.name,
    "name_ru": cells.name,
}
OPTIONAL: dict[str, Callable[[str], Any]] = {
    "aliases": cells.aliases,
    "lat": cells.degrees,
    "lon": cells.degrees,
    "population": cells.people,
    "adults_f": cells.people,
    "adults_m": cells.people,
    "valid_from": cells.day,
    "valid_to": cells.day,
}
"""How each column is understood; a missing one like an empty cell."""
COLUMNS = REQUIRED | OPTIONAL
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How files of Excel begin, new and old."""
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file: a place, or one version of it by dates."""

    line: int
    code: str
    level: PlaceLevel
    parent_code: str | None
    name_ky: str
    name_ru: str
    aliases: str
    lat: float | None
    lon: float | None
    population: int | None
    adults_f: int | None
    adults_m: int | None
    valid_from: date | None
    valid_to: date | None


@dataclass(slots=True)
class Table:
    columns: frozenset[str] = frozenset()
    rows: list[Row] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    """Codes of rows with errors of their own; they are not among `rows`."""


def read_table(content: bytes, report: Report) -> Table:
    """The good rows; what is wrong with the others goes into the report."""
    table = Table()
    try:
        records = list(_records(_decode(content, report)))
    except ValueError as wrong:
        report.fail(0, "", str(wrong))
        return table
    if not records:
        report.fail(0, "", "is empty")
        return table
    _, header = records[0]
    names = [title.strip().lower() for title in header]
    report.ignored = tuple(name for name in names if name and name not in COLUMNS)
    problem = _header_problem(names)
    if problem:
        report.fail(records[0][0], "", problem)
        return table
    table.columns = frozenset(names)
    for line, record in records[1:]:
        _read_row(table, line, names, record, report)
    return table


def _decode(content: bytes, report: Report) -> str:
    if content.startswith(WORKBOOKS):
        raise ValueError("is a workbook of Excel: save it as CSV UTF-8")
    if content.startswith(UTF_16):
        raise ValueError("is in UTF-16: save it as CSV UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode("cp1251")
    except UnicodeDecodeError:
        raise ValueError("is neither in UTF-8 nor in cp1251") from None
    report.warn(0, "", "is in cp1251, which has no ө, ү, ң: look at the Kyrgyz names")
    return text


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Records that are not blank, each with the number of its first line."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                yield line, record
            line = reader.line_num + 1
    except csv.Error as wrong:
        raise ValueError(f"can't be read from line {line} on: {wrong}") from wrong


def _header_problem(names: list[str]) -> str:
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        return f"the columns {', '.join(missing)} are missing"
    twice = sorted({name for name in names if name and names.count(name) > 1})
    return f"the columns {', '.join(twice)} stand there twice" if twice else ""


def _read_row(table: Table, line: int, names: list[str], record: list[str], report: Report) -> None:
    cell = dict(zip(names, record, strict=False))
    code = "".join(cell.get("code", "").split())
    values, problems = _understood(cell)
    if len(record) < len(names) or any(extra.strip() for extra in record[len(names) :]):
        problems.insert(0, f"has {len(record)} cells, the header has {len(names)}")
    for problem in problems:
        report.fail(line, code, problem)
    if problems:
        table.broken.add(code)
        return
    for column in ("name_ky", "name_ru"):
        written, kept = cells.tidy(cell[column]), values[column]
        if written != kept:
            report.warn(line, code, f'{column} "{written}" had look-alike letters: now "{kept}"')
    values["lat"], values["lon"], moved = cells.point(values["lat"], values["lon"])
    if moved:
        report.warn(line, code, moved)
    table.rows.append(Row(line=line, **values))


def _understood(cell: dict[str, str]) -> tuple[dict[str, Any], list[str]]:
    """The values of a row by column, and what is wrong with its cells."""
    values: dict[str, Any] = {}
    problems = []
    for column, understand in COLUMNS.items():
        try:
            values[column] = understand(cell.get(column, ""))
        except ValueError as wrong:
            problems.append(f"{column} {wrong}")
    begins, ends = values.get("valid_from"), values.get("valid_to")
    if begins and ends and ends <= begins:
        problems.append(f"valid_to {ends} is not after valid_from {begins}")
    return values, problems
