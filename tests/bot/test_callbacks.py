"""Callback data: fits, comes back as it was, and forged data is refused."""

import dataclasses
import enum
import types
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

import handlers
from bot.ui.callbacks import (
    MAX_BYTES,
    Callback,
    UnreadableCallback,
    callback,
    known_callbacks,
    unpack,
)
from bot.ui.forms import BACK, CANCEL, SEND, SKIP, Press
from handlers.doors import OpenVote
from services.terms import CONSENT_VERSION

LARGEST_ID = 10**11
"""Ids count up from one; a country of seven million people stays far below."""
LONGEST = {
    "token": "abcDE_",
    "language": "ky",
    "kind": "receipts",
    "picks": ",".join(str(position) for position in range(1, 11)),
    "receipt": "ABCDEFGHJK",
    "version": CONSENT_VERSION,
    "payload": "x" * 40,
    "code": "4" * 20,
    "door": OpenVote(LARGEST_ID, LARGEST_ID).pack().replace(":", "~"),
}
"""The longest that a field of this name holds."""

CLASSES = [
    kind
    for kind in known_callbacks()
    if kind is not Press and kind.__module__.startswith(("handlers", "bot"))
]


def _extremes(name: str, kind: Any) -> list[Any]:
    if get_origin(kind) in (Union, types.UnionType):
        inner = next(part for part in get_args(kind) if part is not type(None))
        return [None, *_extremes(name, inner)]
    if kind is bool:
        return [True, False]
    if kind is int:
        return [0, 1 if name in ("page", "position") else -LARGEST_ID + 1, LARGEST_ID]
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return sorted(kind, key=lambda word: len(str(word.value)))
    assert name in LONGEST, f"how long can the text {name!r} become?"
    return ["", LONGEST[name]]


def _examples(kind: type[Callback]) -> list[Callback]:
    hints = get_type_hints(kind)
    fields = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]
    values = [_extremes(name, hints[name]) for name in fields]
    most = max((len(of_field) for of_field in values), default=1)
    return [kind(*(v[min(i, len(v) - 1)] for v in values)) for i in range(most)]


def test_there_are_callbacks_to_look_at() -> None:
    assert handlers.ROUTES
    assert len(CLASSES) > 30


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_the_longest_button_fits_and_comes_back_as_it_was(kind: type[Callback]) -> None:
    for example in _examples(kind):
        data = example.pack()
        assert len(data.encode()) <= MAX_BYTES
        assert unpack(data) == example


def test_every_button_of_a_form_fits() -> None:
    for form in handlers.FORMS._forms.values():
        for step in [*(step.name for step in form.steps), "review"]:
            for value in (BACK, SKIP, CANCEL, SEND, "x" * 16):
                press = Press(form.name, LONGEST["token"], step, value, LARGEST_ID)
                assert unpack(press.pack()) == press


def test_no_two_callbacks_share_a_prefix() -> None:
    prefixes = [kind.prefix for kind in known_callbacks()]
    assert len(prefixes) == len(set(prefixes))
    with pytest.raises(ValueError, match="is taken by"):

        @callback(CLASSES[0].prefix)
        class Another(Callback):
            pass


def test_a_renamed_prefix_is_still_read() -> None:
    @callback("test_new", "test_old")
    class Renamed(Callback):
        number: int

    assert unpack("test_old:7") == Renamed(7)
    assert Renamed(7).pack() == "test_new:7"


def test_what_does_not_fit_is_a_bug_noticed_at_once() -> None:
    with pytest.raises(ValueError, match="over 64 bytes") as too_long:
        Press("form", "secret", "step", "Ө" * 30).pack()
    with pytest.raises(ValueError, match="colon") as colon:
        Press("form", "token", "step", "secret:b").pack()
    for error in (too_long, colon):
        assert "secret" not in str(error.value), "a token would be in the log"


@pytest.mark.parametrize(
    "data",
    [
        "",
        ":",
        "unheard_of",
        "mine",
        "mine:1",
        "mine:1:2:3",
        "mine:x:ABC",
        "mine:1.5:ABC",
        "mine:٣:ABC",
        "mine:--1:ABC",
        "mine:-:ABC",
        "mine:99999999999999999999:ABC",
        "mine:9223372036854775808:ABC",
        "notices:2",
        "notices:",
        "sex:1:dragon",
        "mine:1:AB\x00C",
        "mine:1:AB\nC",
        "mine:1:АВС",
        "mine:1:AB\ud800",
        "f:vote-title:Ө:title_ky:ok:",
        "\x00",
        "🗳",
    ],
)
def test_forged_data_is_unreadable(data: str) -> None:
    with pytest.raises(UnreadableCallback):
        unpack(data)


@given(
    prefix=st.sampled_from([kind.prefix for kind in known_callbacks()]),
    rest=st.lists(st.text(max_size=20), max_size=6),
)
def test_whatever_is_forged_is_read_or_refused(prefix: str, rest: list[str]) -> None:
    try:
        action = unpack(":".join([prefix, *rest]))
    except UnreadableCallback:
        return
    for field in dataclasses.fields(action):  # type: ignore[arg-type]
        value = getattr(action, field.name)
        assert not isinstance(value, int) or -(2**63) <= value < 2**63
        assert not isinstance(value, str) or (value.isascii() and value.isprintable())
