"""What an import is to make of each place, and how that differs from what is there."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.places import history as parents
from services.places.history import History, Stay
from services.places.report import Report, What
from services.places.table import Row, Table

FACTS = (
    "level",
    "name_ky",
    "name_ru",
    "aliases",
    "lat",
    "lon",
    "population",
    "adults_f",
    "adults_m",
)
"""What a row says of a place besides its parent and its dates."""


@dataclass(frozen=True, slots=True)
class Known:
    """A place of the database before the import."""

    id: int
    facts: Mapping[str, Any]
    history: History
    stay_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """A place of the file as it is to be."""

    code: str
    rows: tuple[Row, ...]
    facts: Mapping[str, Any]
    history: History

    @property
    def line(self) -> int:
        return self.rows[0].line


def plan(table: Table, known: Mapping[str, Known], today: date, report: Report) -> list[Planned]:
    """Places of the good rows; codes whose rows contradict one another join `table.broken`."""
    by_code: dict[str, list[Row]] = defaultdict(list)
    for row in table.rows:
        if row.code not in table.broken:
            by_code[row.code].append(row)
    planned = []
    for code, rows in by_code.items():
        before = known.get(code)
        try:
            history = _history(rows, before, table.columns, today)
        except ValueError as wrong:
            report.fail(rows[-1].line, code, str(wrong))
            table.broken.add(code)
            continue
        facts = _facts(rows, before, table.columns, today, report)
        planned.append(Planned(code, tuple(rows), facts, history))
    return planned


def _history(
    rows: Sequence[Row], before: Known | None, columns: frozenset[str], today: date
) -> History:
    """Raises ValueError with a sentence when the dates of the rows contradict one another."""
    if len(rows) > 1:
        _refuse_repeats(rows)
        return parents.from_versions(
            [Stay(row.parent_code, row.valid_from, row.valid_to) for row in rows]
        )
    row = rows[0]
    if before is None:
        return (Stay(row.parent_code, row.valid_from, row.valid_to),)
    history = parents.told(before.history, row.parent_code, row.valid_from, today)
    return parents.ended(history, row.valid_to) if "valid_to" in columns else history


def _refuse_repeats(rows: Sequence[Row]) -> None:
    lines: dict[tuple[date | None, date | None], int] = {}
    for row in rows:
        first = lines.setdefault((row.valid_from, row.valid_to), row.line)
        if first != row.line:
            raise ValueError(f"line {row.line} repeats the code and the dates of line {first}")


def _facts(
    rows: Sequence[Row],
    before: Known | None,
    columns: frozenset[str],
    today: date,
    report: Report,
) -> dict[str, Any]:
    """What the version of today says; names of the other versions become aliases."""
    ordered = sorted(rows, key=lambda row: row.valid_from or date.min)
    begun = [row for row in ordered if (row.valid_from or date.min) <= today]
    present = begun[-1] if begun else ordered[0]
    facts = {fact: getattr(present, fact) for fact in FACTS}
    if before is not None:
        facts |= {fact: before.facts[fact] for fact in FACTS if fact not in columns}
    names = [facts["name_ky"], facts["name_ru"]]
    aliases = facts["aliases"].splitlines()
    for row in ordered:
        aliases += [name for name in (row.name_ky, row.name_ru) if name not in names]
        later = row.valid_from is not None and row.valid_from > today
        if later and (row.name_ky, row.name_ru, row.level) != (*names, facts["level"]):
            report.warn(
                row.line,
                row.code,
                f"only the parent changes by itself on {row.valid_from}: "
                "import the file again on that day for the new name or level",
            )
    facts["aliases"] = "\n".join(dict.fromkeys(aliases))
    return facts


def compare(place: Planned, before: Known | None, report: Report) -> bool:
    """Writes the entries of a place's rows; whether there is anything to write."""
    if before is None:
        first = place.history[0]
        under = f" under {parents.described(place.history)}" if first.parent else ""
        what, text = What.ADDED, f"{place.facts['level']} {place.facts['name_ky']}{under}"
    else:
        changes = _changes(place, before)
        what = What.CHANGED if changes else What.UNCHANGED
        text = "; ".join(changes)
    report.note(place.line, place.code, what, text)
    for row in place.rows[1:]:
        report.note(row.line, place.code, what, f"as said on line {place.line}" if text else "")
    return what is not What.UNCHANGED


def _changes(place: Planned, before: Known) -> list[str]:
    old, new = before.history, place.history
    changes = [
        f"{fact} {_shown(before.facts[fact])} → {_shown(place.facts[fact])}"
        for fact in FACTS
        if before.facts[fact] != place.facts[fact]
    ]
    if parents.described(old) != parents.described(new):
        changes.append(f"parent {parents.described(old)} → {parents.described(new)}")
    if old[0].start != new[0].start:
        changes.append(f"valid_from {_shown(old[0].start)} → {_shown(new[0].start)}")
    if old[-1].end != new[-1].end:
        changes.append(f"valid_to {_shown(old[-1].end)} → {_shown(new[-1].end)}")
    return changes


def _shown(value: object) -> str:
    if value is None or value == "":
        return "empty"
    return f'"{value.replace(chr(10), " | ")}"' if isinstance(value, str) else str(value)
