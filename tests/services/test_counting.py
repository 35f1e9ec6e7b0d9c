"""The published count: totals in full, and nobody to be read out of the breakdowns."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import TallyGroup, VoteMethod
from services.votes.counting import Group, points, tally_rows
from services.votes.hiding import NONE_OF_THESE, VOTERS

Choice = tuple[int, ...]
Ballots = list[tuple[Choice, str]]
"""What was chosen, and the sex of who chose it."""
Shown = dict[tuple[int, str], int | None]
METHODS = list(VoteMethod)
SEXES = ("female", "male", "unsaid")


def choices_of(method: VoteMethod, positions: Sequence[int]) -> list[Choice]:
    """Every way to fill in a ballot."""
    match method:
        case VoteMethod.ONE:
            return [(), *((p,) for p in positions)]
        case VoteMethod.SEVERAL:
            return [c for size in (0, 1, 2) for c in combinations(positions, size)]
        case VoteMethod.RANKING:
            return [
                c
                for size in range(min(3, len(positions)) + 1)
                for c in permutations(positions, size)
            ]


def groups_of(ballots: Ballots) -> list[Group]:
    counted = Counter(ballots)
    return [Group(choice, "7", sex, "29-45", count) for (choice, sex), count in counted.items()]


def published(
    method: VoteMethod, positions: list[int], ballots: Ballots, hide_below: int
) -> tuple[dict[int, int], Shown]:
    """Totals by position, and the breakdown by sex."""
    rows = tally_rows(method, positions, groups_of(ballots), hide_below=hide_below)
    totals = {r["position"]: r["score"] for r in rows if r["grouping"] is TallyGroup.ALL}
    shown = {
        (r["position"], r["value"]): r["score"] for r in rows if r["grouping"] is TallyGroup.SEX
    }
    return totals, shown  # type: ignore[return-value]


def score_vector(method: VoteMethod, positions: Sequence[int], ballots: Sequence[Choice]) -> Choice:
    every = (VOTERS, NONE_OF_THESE, *positions)
    total: Counter[int] = Counter()
    for choice in ballots:
        total.update(points(method, choice))
    return tuple(total[position] for position in every)


def possible_columns(method: VoteMethod, positions: Sequence[int], most: int) -> set[Choice]:
    """The figures of every group of at most so many people, whatever they chose."""
    singles = [
        score_vector(method, positions, [choice]) for choice in choices_of(method, positions)
    ]
    found = {tuple(0 for _ in singles[0])}
    newest = found
    for _ in range(most):
        newest = {
            tuple(map(sum, zip(column, one, strict=True))) for column in newest for one in singles
        }
        found = found | newest
    return found


def agreeing_tables(
    columns: Sequence[list[Choice]], totals: Choice
) -> Iterator[tuple[Choice, ...]]:
    """Every choice of one column each that adds up to the totals."""
    *first, last = columns
    known = set(last)
    for chosen in product(*first):
        sums = map(sum, zip(*chosen, strict=True)) if chosen else (0 for _ in totals)
        rest = tuple(total - sum_ for total, sum_ in zip(totals, sums, strict=True))
        if rest in known:
            yield (*chosen, rest)


def worked_out(
    method: VoteMethod, positions: list[int], ballots: Ballots, hide_below: int
) -> list[tuple[int, str]]:
    """Hidden cells that have the same figure in every table that agrees with what is public."""
    totals, shown = published(method, positions, ballots, hide_below)
    hidden = [cell for cell, score in shown.items() if score is None]
    if not hidden:
        return []
    every = (VOTERS, NONE_OF_THESE, *positions)
    values = sorted({value for _, value in shown})
    columns = possible_columns(method, positions, totals[VOTERS])
    fitting = [
        [
            column
            for column in columns
            if all(shown[p, v] in (None, score) for p, score in zip(every, column, strict=True))
        ]
        for v in values
    ]
    fitting.sort(key=len)
    order = sorted(
        values,
        key=lambda v: sum(
            all(shown[p, v] in (None, score) for p, score in zip(every, column, strict=True))
            for column in columns
        ),
    )
    open_: dict[tuple[int, str], set[int]] = {cell: set() for cell in hidden}
    waiting = set(hidden)
    for table in agreeing_tables(fitting, tuple(totals[p] for p in every)):
        for cell in tuple(waiting):
            open_[cell].add(table[order.index(cell[1])][every.index(cell[0])])
            if len(open_[cell]) > 1:
                waiting.discard(cell)
        if not waiting:
            break
    return sorted(waiting)


@st.composite
def small_votes(draw: st.DrawFn) -> tuple[VoteMethod, list[int], Ballots, int]:
    method = draw(st.sampled_from(METHODS))
    positions = [1, 2, 3] if method is VoteMethod.ONE else [1, 2]
    ballot = st.tuples(st.sampled_from(choices_of(method, positions)), st.sampled_from(SEXES))
    ballots = draw(st.lists(ballot, max_size=7 if method is VoteMethod.ONE else 6))
    return method, positions, ballots, draw(st.sampled_from([2, 3]))


@settings(max_examples=150, deadline=None)
@given(small_votes())
def test_no_hidden_cell_can_be_worked_out_from_what_is_published(
    vote: tuple[VoteMethod, list[int], Ballots, int],
) -> None:
    assert worked_out(*vote) == []


@settings(max_examples=150, deadline=None)
@given(small_votes())
def test_no_cell_of_few_people_is_shown(
    vote: tuple[VoteMethod, list[int], Ballots, int],
) -> None:
    _, _, ballots, hide_below = vote
    totals, shown = published(*vote)
    for (position, value), score in shown.items():
        people = sum(
            value == sex and (position in (VOTERS, *choice) or (position == 0 and not choice))
            for choice, sex in ballots
        )
        if totals[position] > 0 and people < hide_below:
            assert score is None, (position, value, people)


@settings(max_examples=150, deadline=None)
@given(small_votes(), st.randoms(use_true_random=False))
def test_what_is_hidden_does_not_depend_on_the_order_of_counting(
    vote: tuple[VoteMethod, list[int], Ballots, int], chance: random.Random
) -> None:
    method, positions, ballots, hide_below = vote
    shuffled = list(ballots)
    chance.shuffle(shuffled)
    assert published(method, positions, ballots, hide_below) == published(
        method, positions, shuffled, hide_below
    )


@settings(max_examples=150, deadline=None)
@given(small_votes())
def test_totals_are_whole_and_shown_cells_are_true(
    vote: tuple[VoteMethod, list[int], Ballots, int],
) -> None:
    method, positions, ballots, _ = vote
    totals, shown = published(*vote)
    every = (VOTERS, NONE_OF_THESE, *positions)
    assert tuple(totals[p] for p in every) == score_vector(
        method, positions, [choice for choice, _ in ballots]
    )
    for value in {value for _, value in shown}:
        column = score_vector(method, positions, [c for c, sex in ballots if sex == value])
        for position, score in zip(every, column, strict=True):
            assert shown[position, value] in (None, score)


def by_sex(*columns: tuple[str, dict[Choice, int]]) -> Ballots:
    return [
        (choice, sex) for sex, chosen in columns for choice, n in chosen.items() for _ in range(n)
    ]


def test_a_ranking_hides_by_people_and_not_by_points() -> None:
    """Two women give six points to one option: six is over five, two people are not."""
    ballots = by_sex(
        ("female", {(1,): 2, (2,): 30}),
        ("male", {(1,): 30, (2,): 30}),
        ("unsaid", {(1,): 9, (2,): 9}),
    )
    _, shown = published(VoteMethod.RANKING, [1, 2], ballots, 5)
    assert shown[1, "female"] is None
    assert shown[VOTERS, "female"] is None


def test_two_circles_of_hidden_cells_do_not_give_away_the_bridge_between_them() -> None:
    """Each line has two hidden cells of enough people, and still the one in the middle follows
    from the others unless more is hidden."""
    counts = {
        1: (2, 2, 1, 9),
        2: (2, 1, 9, 9),
        3: (9, 9, 1, 2),
        4: (9, 9, 2, 1),
    }
    ages = ("18-28", "29-45", "46-59", "60+")
    groups = [
        Group((position,), "7", "female", age, count)
        for position, row in counts.items()
        for age, count in zip(ages, row, strict=True)
    ]
    rows = tally_rows(VoteMethod.ONE, [1, 2, 3, 4], groups, hide_below=3)
    hidden = {(r["position"], r["value"]) for r in rows if r["score"] is None}
    few = {(p, a) for p, row in counts.items() for a, n in zip(ages, row, strict=True) if n < 3}
    assert few < hidden


def test_a_breakdown_with_a_single_value_is_left_out() -> None:
    _, shown = published(VoteMethod.ONE, [1, 2], by_sex(("female", {(1,): 8, (2,): 2})), 5)
    assert shown == {}


def test_an_option_that_nobody_chose_is_an_open_nought_for_everybody() -> None:
    ballots = by_sex(("female", {(1,): 20}), ("male", {(1,): 12}))
    totals, shown = published(VoteMethod.ONE, [1, 2], ballots, 5)
    assert totals[2] == 0
    assert shown[2, "female"] == shown[2, "male"] == 0
    assert shown[1, "female"] == 20


@pytest.mark.parametrize("method", METHODS)
def test_a_vote_without_ballots_has_totals_of_nought_and_no_breakdown(method: VoteMethod) -> None:
    totals, shown = published(method, [1, 2, 3], [], 5)
    assert totals == {VOTERS: 0, NONE_OF_THESE: 0, 1: 0, 2: 0, 3: 0}
    assert shown == {}


def test_large_groups_are_shown_in_full() -> None:
    ballots = by_sex(
        ("female", {(1,): 30, (2,): 20, (3,): 15, (): 6}),
        ("male", {(1,): 35, (2,): 18, (3,): 18, (): 7}),
    )
    _, shown = published(VoteMethod.ONE, [1, 2, 3], ballots, 5)
    assert None not in shown.values()
    assert shown[VOTERS, "female"] == 71


def test_nothing_is_hidden_when_the_terms_hide_nothing() -> None:
    ballots = by_sex(("female", {(1,): 1}), ("male", {(2,): 1}))
    _, shown = published(VoteMethod.ONE, [1, 2], ballots, 0)
    assert None not in shown.values()


def test_thirty_villages_and_ten_options_are_hidden_quickly() -> None:
    """A table of the size of an aimak ends, and still hides each small cell."""
    chance = random.Random(1)
    groups = [
        Group((position,), str(village), "female", "29-45", chance.randrange(12))
        for village in range(100, 130)
        for position in range(1, 11)
    ]
    groups = [group for group in groups if group.count]
    rows = tally_rows(VoteMethod.ONE, list(range(1, 11)), groups, hide_below=5)
    by_cell = {
        (r["position"], r["value"]): r["score"] for r in rows if r["grouping"] is TallyGroup.VILLAGE
    }
    for group in groups:
        score = by_cell[group.choice[0], group.village]
        assert score is None or score == group.count >= 5
