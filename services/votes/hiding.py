"""Which figures of a breakdown are left out, so that nobody can be read out of the rest.

Public are the totals of every choice and of all who voted, and every figure that is shown. Hidden
are figures of fewer people than the terms allow, and as many more as it takes that no hidden one
follows from what is public. What nobody chose anywhere is public as 0 and stays so in every cell.
"""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence

NONE_OF_THESE = 0
VOTERS = -1

Cell = tuple[int, str]
"""A position (or NONE_OF_THESE, VOTERS) and a value of the grouping."""


def hidden_cells(
    people: Mapping[Cell, int],
    positions: Sequence[int],
    values: Sequence[str],
    *,
    hide_below: int,
    adds_up: bool,
) -> frozenset[Cell]:
    """What is to be left out of a table of at least two values, each of which somebody has.

    `people`: how many people each cell stands for, VOTERS and NONE_OF_THESE included among the
    `positions`. `adds_up`: everybody chose exactly one thing, so a column adds up to its voters.
    """
    if hide_below <= 1:
        return frozenset()
    chosen = [p for p in positions if any(people[p, v] for v in values)]
    if adds_up:
        return frozenset(_Table(people, chosen, values, hide_below).hide())
    return frozenset(
        (p, v) for v in _hidden_columns(people, chosen, values, hide_below) for p in chosen
    )


def _hidden_columns(
    people: Mapping[Cell, int], chosen: Sequence[int], values: Sequence[str], hide_below: int
) -> set[str]:
    """Whole columns, for ballots with several choices: their figures are bound to each other.

    What is hidden could be any ballots of the hidden columns, dealt to these in any way, so no
    figure follows as long as there are two columns with a ballot of every kind of figure.
    """
    hidden = {v for v in values if any(people[p, v] < hide_below for p in chosen)}
    if not hidden:
        return hidden
    by_size = sorted(values, key=lambda value: (people[VOTERS, value], value))
    for value in by_size:
        together = min(sum(people[p, v] for v in hidden) for p in chosen)
        if len(hidden) > 1 and together >= hide_below:
            break
        hidden.add(value)
    return hidden


class _Table:
    """A table whose rows add up to public totals and whose columns add up to their voters."""

    def __init__(
        self,
        people: Mapping[Cell, int],
        chosen: Sequence[int],
        values: Sequence[str],
        hide_below: int,
    ) -> None:
        self._hide_below = hide_below
        self._values = list(values)
        self._cells = {(p, v): people[p, v] for p in chosen for v in values}
        self._rows = [[(p, v) for v in values] for p in chosen]
        self._columns = [[(p, v) for p in chosen] for v in values]
        self._hidden = {cell for cell, count in self._cells.items() if count < hide_below}

    def hide(self) -> set[Cell]:
        while self._hide_whole_columns() or self._protect_lines() or self._protect_exposed():
            pass
        return self._hidden

    def _hide_whole_columns(self) -> bool:
        """A value with hidden voters shows nothing; whether anything was hidden."""
        more = {
            cell
            for column in self._columns
            if (VOTERS, column[0][1]) in self._hidden
            for cell in column
        } - self._hidden
        self._hidden |= more
        return bool(more)

    def _protect_lines(self) -> bool:
        """The hidden cells of a line are at least two, of at least `hide_below` people together."""
        columns = [c for c in self._columns if (VOTERS, c[0][1]) not in self._hidden]
        for line in (*self._rows, *columns):
            secret = [cell for cell in line if cell in self._hidden]
            if not secret:
                continue
            if len(secret) > 1 and sum(map(self._cells.__getitem__, secret)) >= self._hide_below:
                continue
            if self._hide_smallest(line):
                return True
        return False

    def _protect_exposed(self) -> bool:
        """Lines may protect each other in a circle and still give a cell away."""
        for position, value in sorted(self._hidden):
            if self._may_differ((position, value)):
                continue
            row = [cell for cell in self._cells if cell[0] == position]
            column = [cell for cell in self._cells if cell[1] == value]
            if any(self._hide_smallest(line) for line in (row, column, list(self._cells))):
                return True
        return False

    def _hide_smallest(self, line: Sequence[Cell]) -> bool:
        shown = [cell for cell in line if cell not in self._hidden]
        if not shown:
            return False
        self._hidden.add(min(shown, key=lambda cell: (self._cells[cell], cell[0] == VOTERS, cell)))
        return True

    def _may_differ(self, cell: Cell) -> bool:
        """Whether another table agrees with everything public but for this cell.

        The table is a flow from the choices through the values to the voters, hidden cells are
        the edges that may change: one is open if it lies on a circle of edges that can be changed
        by one person each, an empty one only upwards.
        """
        edges: dict[object, list[object]] = defaultdict(list)
        for other in self._hidden - {cell}:
            start, end = _edge(other)
            edges[start].append(end)
            if self._cells[other]:
                edges[end].append(start)
        start, end = _edge(cell)
        return _reaches(edges, end, start) or (
            self._cells[cell] > 0 and _reaches(edges, start, end)
        )


def _edge(cell: Cell) -> tuple[object, object]:
    position, value = cell
    return (value, VOTERS) if position == VOTERS else (position, value)


def _reaches(edges: Mapping[object, Sequence[object]], start: object, end: object) -> bool:
    waiting, seen = deque([start]), {start}
    while waiting:
        node = waiting.popleft()
        if node == end:
            return True
        for following in edges.get(node, ()):
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return False
