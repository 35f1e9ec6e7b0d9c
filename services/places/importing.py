"""Brings places in from a CSV file: all or nothing, and the same file twice changes nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models import Place, PlaceParent
from services.places.checks import Standing, check
from services.places.history import Stay, stay_on
from services.places.planning import FACTS, Known, Planned, compare, plan
from services.places.report import Report
from services.places.table import read_table

BATCH = 500
"""Rows removed by one statement."""


async def import_places(
    session: AsyncSession, content: bytes, today: date, dry_run: bool = False
) -> Report:
    """Adds and changes places as the file says; places that it doesn't name stay as they are.

    A column that the file has not is left alone, an empty cell of one that it has empties it.
    Several rows of one code are its whole history by dates; a single row tells its parent since
    `valid_from` or, without a date, as of today. Nothing is ever deleted: a place ends by
    `valid_to`. With an error anywhere nothing is written. The caller commits.
    """
    report = Report(dry_run=dry_run)
    table = read_table(content, report)
    known = await _read(session)
    planned = plan(table, known, today, report)
    standing = {
        code: Standing(code, place.facts["level"], place.facts["name_ky"], place.history)
        for code, place in known.items()
    }
    for place in planned:
        standing[place.code] = Standing(
            place.code, place.facts["level"], place.facts["name_ky"], place.history, place.line
        )
    check(standing, table.broken, today, report)
    touched = [place for place in planned if compare(place, known.get(place.code), report)]
    if touched and not report.has_errors and not dry_run:
        await _write(session, touched, known, today)
        report.written = True
    return report


async def move_due(session: AsyncSession, today: date) -> int:
    """Brings `Place.parent_id` up to the moves that have come due; how many places moved."""
    holds = and_(
        PlaceParent.place_id == Place.id,
        or_(PlaceParent.valid_from.is_(None), PlaceParent.valid_from <= today),
        or_(PlaceParent.valid_to.is_(None), PlaceParent.valid_to > today),
    )
    rows = await session.execute(
        select(Place.id, PlaceParent.parent_id)
        .join(PlaceParent, holds)
        .where(Place.parent_id.is_distinct_from(PlaceParent.parent_id))
    )
    moves = [{"id": place_id, "parent_id": parent_id} for place_id, parent_id in rows]
    if moves:
        await session.execute(update(Place), moves)
    return len(moves)


async def _read(session: AsyncSession) -> dict[str, Known]:
    """All places by code; one without rows of `place_parent` has always had its parent."""
    columns = Place.__table__.c
    places = (await session.execute(select(*columns))).all()
    code_of: dict[int | None, str | None] = {place.id: place.code for place in places}
    stays: dict[int, list[Any]] = defaultdict(list)
    for stay in await session.execute(select(*PlaceParent.__table__.c)):
        stays[stay.place_id].append(stay)
    known = {}
    for place in places:
        rows = sorted(stays[place.id], key=lambda stay: stay.valid_from or date.min)
        history = tuple(
            Stay(code_of.get(row.parent_id), row.valid_from, row.valid_to) for row in rows
        )
        alone = Stay(code_of.get(place.parent_id), place.valid_from, place.valid_to)
        known[place.code] = Known(
            id=place.id,
            facts={fact: getattr(place, fact) for fact in FACTS},
            history=history or (alone,),
            stay_ids=tuple(row.id for row in rows),
        )
    return known


async def _write(
    session: AsyncSession, places: Sequence[Planned], known: Mapping[str, Known], today: date
) -> None:
    new = [{"code": place.code, **place.facts} for place in places if place.code not in known]
    if new:
        await session.execute(insert(Place), new)
    ids: dict[str | None, int] = {}
    for code, place_id in await session.execute(select(Place.code, Place.id)):
        ids[code] = place_id
    changes = [
        {
            "id": ids[place.code],
            **place.facts,
            "parent_id": ids.get(stay_on(place.history, today).parent),
            "valid_from": place.history[0].start,
            "valid_to": place.history[-1].end,
        }
        for place in places
    ]
    await session.execute(update(Place), changes)
    await _write_stays(session, places, known, ids)


async def _write_stays(
    session: AsyncSession,
    places: Sequence[Planned],
    known: Mapping[str, Known],
    ids: Mapping[str | None, int],
) -> None:
    """New rows come before the old ones go, so that ids never repeat (see `current.Places`)."""
    stays = [
        {
            "place_id": ids[place.code],
            "parent_id": ids.get(stay.parent),
            "valid_from": stay.start,
            "valid_to": stay.end,
        }
        for place in places
        for stay in place.history
    ]
    await session.execute(insert(PlaceParent), stays)
    former = [known[place.code].stay_ids for place in places if place.code in known]
    old = [stay_id for stay_ids in former for stay_id in stay_ids]
    for start in range(0, len(old), BATCH):
        some = old[start : start + BATCH]
        await session.execute(delete(PlaceParent).where(PlaceParent.id.in_(some)))
