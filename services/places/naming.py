"""An index of names by their search keys: exact, from the start, from a later word, or mistyped."""

from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from services.places import folding

SAME = 99.0
STARTS = 90.0
INSIDE = 80.0
MISTYPED = 70.0
"""Where the scores of each way to match begin; a longer share of the name scores within 8 more."""

LEAST_STARTING = 3
"""Letters of its beginning that a name needs to be found by."""
LEAST_INSIDE = 4
"""Letters that a later word of a name needs to be found by."""


@dataclass(frozen=True, slots=True)
class Match:
    place_id: int
    score: float


class NameIndex:
    """Names of places, sorted by their keys; it never changes."""

    def __init__(self, names: Iterable[tuple[int, str]]) -> None:
        whole: set[tuple[str, int]] = set()
        later: set[tuple[str, int]] = set()
        for place_id, name in names:
            whole.add((folding.fold(name), place_id))
            words = folding.tokens(name.replace("-", " "))
            tails = (folding.join(words[start:]) for start in range(1, len(words)))
            later.update((tail, place_id) for tail in tails if len(tail) >= LEAST_INSIDE)
        self._whole = sorted(pair for pair in whole if pair[0])
        self._later = sorted(later)
        self._keys = [key for key, _ in self._whole]

    def matches(
        self, key: str, among: Container[int] | None = None, *, mistyped: bool = True
    ) -> Iterator[Match]:
        """Places by name, one perhaps several times; `among` leaves out all others."""
        found = [*self._starting(key), *(self._mistyped(key) if mistyped else ())]
        return (match for match in found if among is None or match.place_id in among)

    def _starting(self, key: str) -> Iterator[Match]:
        for name, place_id in _from_start(self._whole, key):
            if name == key:
                yield Match(place_id, SAME)
            elif len(key) >= LEAST_STARTING:
                yield Match(place_id, STARTS + _share(key, name))
            else:
                break
        if len(key) >= LEAST_INSIDE:
            for name, place_id in _from_start(self._later, key):
                yield Match(place_id, INSIDE + _share(key, name))

    def _mistyped(self, key: str) -> Iterator[Match]:
        allowed = slips_allowed(key)
        if not allowed:
            return
        near = process.extract(
            key, self._keys, scorer=OSA.distance, score_cutoff=allowed, limit=None
        )
        for name, slips, at in near:
            if not slips:
                continue
            score = MISTYPED - 10 * slips + 8 * (1 - slips / max(len(key), len(name)))
            yield Match(self._whole[at][1], score)


def slips_allowed(key: str) -> int:
    """How many letters may be wrong, missing, extra or swapped with the next."""
    if len(key) < 3:
        return 0
    return 1 if len(key) < 5 else 2


def _from_start(pairs: list[tuple[str, int]], key: str) -> Iterator[tuple[str, int]]:
    for at in range(bisect_left(pairs, (key, -1)), len(pairs)):
        if not pairs[at][0].startswith(key):
            return
        yield pairs[at]


def _share(key: str, name: str) -> float:
    return 8 * len(key) / len(name)
