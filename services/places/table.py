"""Reads a file of places: its encoding, its delimiter, and each row checked by itself."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from models import PlaceLevel
from services.places import cells
from services.places.report import Report

REQUIRED = ("code", "level", "parent_code", "name_ky", "name_ru")
OPTIONAL = (
    "aliases",
    "lat",
    "lon",
    "population",
    "adults_f",
    "adults_m",
    "valid_from",
    "valid_to",
)
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How files of Excel begin, new and old."""
UTF_16 = (b"\xff\xfe", b"\xfe\xff")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file: a place, or one version of it by dates."""

    line: int
    code: str
    level: PlaceLevel
    parent: str | None
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
    except (ValueError, csv.Error) as wrong:
        report.fail(0, "", str(wrong))
        return table
    if not records:
        report.fail(0, "", "is empty")
        return table
    _, header = records[0]
    names = [title.strip().lower() for title in header]
    report.ignored = tuple(name for name in names if name and name not in REQUIRED + OPTIONAL)
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
    for record in reader:
        if any(cell.strip() for cell in record):
            yield line, record
        line = reader.line_num + 1


def _header_problem(names: list[str]) -> str:
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        return f"the columns {', '.join(missing)} are missing"
    twice = sorted({name for name in names if name and names.count(name) > 1})
    return f"the columns {', '.join(twice)} stand there twice" if twice else ""


def _read_row(table: Table, line: int, names: list[str], record: list[str], report: Report) -> None:
    cell = dict(zip(names, record, strict=False))
    written_code = "".join(cell.get("code", "").split())
    problems: list[str] = []
    if len(record) > len(names):
        problems.append(f"has {len(record)} cells, the header has {len(names)}")

    def take(column: str, understand: Callable[[str], T]) -> T | None:
        try:
            return understand(cell.get(column, ""))
        except ValueError as wrong:
            problems.append(f"{column} {wrong}")
            return None

    code, level = take("code", cells.code), take("level", cells.level)
    name_ky, name_ru = take("name_ky", cells.name), take("name_ru", cells.name)
    parent = take("parent_code", cells.parent)
    lat, lon, moved = cells.point(take("lat", cells.degrees), take("lon", cells.degrees))
    begins, ends = take("valid_from", cells.day), take("valid_to", cells.day)
    aliases = take("aliases", cells.aliases)
    population, adults_f, adults_m = (
        take(column, cells.people) for column in ("population", "adults_f", "adults_m")
    )
    if begins and ends and ends <= begins:
        problems.append(f"valid_to {ends} is not after valid_from {begins}")
    for problem in problems:
        report.fail(line, written_code, problem)
    if problems or code is None or level is None or name_ky is None or name_ru is None:
        table.broken.add(written_code)
        return
    _warn(report, line, code, cell, {"name_ky": name_ky, "name_ru": name_ru}, moved)
    table.rows.append(
        Row(
            line=line,
            code=code,
            level=level,
            parent=parent,
            name_ky=name_ky,
            name_ru=name_ru,
            aliases=aliases or "",
            lat=lat,
            lon=lon,
            population=population,
            adults_f=adults_f,
            adults_m=adults_m,
            valid_from=begins,
            valid_to=ends,
        )
    )


def _warn(
    report: Report,
    line: int,
    code: str,
    cell: dict[str, str],
    names: dict[str, str],
    moved: str,
) -> None:
    """Says where a cell is kept otherwise than it was written."""
    for column, kept in names.items():
        written = cells.tidy(cell[column])
        if written != kept:
            report.warn(line, code, f'{column} "{written}" had look-alike letters: now "{kept}"')
    if moved:
        report.warn(line, code, moved)
