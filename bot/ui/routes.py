"""The table of contents of the dialogues: what arrives → which handler."""

import enum
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from bot.ui.callbacks import Callback
from bot.ui.context import Context

Handler: TypeAlias = Callable[[Context], Awaitable[None]]
C = TypeVar("C", bound=Callback)
TapHandler: TypeAlias = Callable[[Context, C], Awaitable[None]]
LinkHandler: TypeAlias = Callable[[Context, str], Awaitable[None]]


class OpenTo(enum.Enum):
    """How far somebody must have come; who hasn't is shown the next step first."""

    ANYONE = 0
    CONSENTED = 1
    RESIDENT = 2


@dataclass(frozen=True, slots=True)
class Command:
    """/name, in a private chat."""

    name: str
    handler: Handler
    open_to: OpenTo = OpenTo.RESIDENT


@dataclass(frozen=True, slots=True)
class Tap:
    """A button whose callback is `kind`."""

    kind: type[Any]
    handler: Callable[[Context, Any], Awaitable[None]]
    open_to: OpenTo = OpenTo.RESIDENT


@dataclass(frozen=True, slots=True)
class Link:
    """/start with a payload that begins with `prefix`; the handler gets the rest."""

    prefix: str
    handler: LinkHandler
    open_to: OpenTo = OpenTo.ANYONE


@dataclass(frozen=True, slots=True)
class Event:
    """What is no command, tap or link: `input`, `edited`, `blocked`, `unblocked`, `group`,
    `tapped in group`."""

    name: str
    handler: Handler
    open_to: OpenTo = OpenTo.ANYONE


Route: TypeAlias = Command | Tap | Link | Event


@dataclass(frozen=True)
class Routes:
    """The routes by what they answer to, so that finding one takes a look-up.

    Raises:
        ValueError: two routes answer to the same.
    """

    table: tuple[Route, ...]
    commands: dict[str, Command] = field(default_factory=dict)
    taps: dict[type[Callback], Tap] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for route in self.table:
            match route:
                case Command():
                    _put(self.commands, route.name, route)
                case Tap():
                    _put(self.taps, route.kind, route)
                case Link():
                    _put(self.links, route.prefix, route)
                case Event():
                    _put(self.events, route.name, route)


K = TypeVar("K")
R = TypeVar("R")


def _put(routes: dict[K, R], key: K, route: R) -> None:
    if key in routes:
        raise ValueError(f"two routes answer to {key!r}")
    routes[key] = route
