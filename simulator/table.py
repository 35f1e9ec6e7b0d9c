"""The table of methods: a method's signature is the declaration of its parameters.

    @method
    def send_venue(call: Call, chat_id: ChatId, latitude: Coordinate, ..., how: Sending) -> Json:

makes `sendVenue`. A parameter without a default is required; its annotation (of
`simulator.parameters`) says how it is read and what is said when it is missing. An annotation
that is a dataclass stands for all fields of it, for what many methods share.
"""

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from simulator.model import Bot, UploadedFile
from simulator.parameters import Reads
from simulator.refusal import Refusal, bad_request

if TYPE_CHECKING:
    from simulator.telegram import Telegram

TABLE: dict[str, "Method"] = {}
"""By lower-case name: Telegram's methods are case-insensitive."""

MISSING = object()
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Call:
    """One call: in which world, of which bot, with which files."""

    telegram: "Telegram"
    bot: Bot
    files: Mapping[str, UploadedFile]


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    reads: Reads
    required: bool

    def read(self, params: Mapping[str, Any], files: Mapping[str, UploadedFile]) -> Any:
        """The value, or MISSING where the default holds; an empty string counts as absent."""
        raw = params.get(self.name)
        if raw is None or raw == "":
            raw = files.get(self.name)
            if raw is None:
                if self.required:
                    raise bad_request(self.reads.missing.format(name=self.name))
                return MISSING
        return self.reads.parse(raw, self.name, files)


@dataclass(frozen=True, slots=True)
class Method:
    """`spread` holds the parameters that arrive as one dataclass."""

    name: str
    run: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    spread: dict[str, tuple[type, tuple[Parameter, ...]]]
    names: frozenset[str]
    waits: bool

    @property
    def changes(self) -> bool:
        """Whether a call leaves something behind; only such answers can be lost."""
        return not self.name.startswith("get")

    def read(self, params: Mapping[str, Any], files: Mapping[str, UploadedFile]) -> dict[str, Any]:
        """The arguments of a call. Raises Refusal."""
        arguments = _read_all(self.parameters, params, files)
        for argument, (bundle, parameters) in self.spread.items():
            arguments[argument] = bundle(**_read_all(parameters, params, files))
        return arguments


def _read_all(
    parameters: tuple[Parameter, ...],
    params: Mapping[str, Any],
    files: Mapping[str, UploadedFile],
) -> dict[str, Any]:
    values = {}
    for parameter in parameters:
        value = parameter.read(params, files)
        if value is not MISSING:
            values[parameter.name] = value
    return values


def method(function: F) -> F:
    """Put a function into the table under its name in camel case."""
    first, *rest = function.__name__.split("_")
    name = first + "".join(word.capitalize() for word in rest)
    parameters, spread = [], {}
    hints = get_type_hints(function, localns={"Telegram": Any}, include_extras=True)
    for argument in list(inspect.signature(function).parameters.values())[1:]:
        hint = hints[argument.name]
        if dataclasses.is_dataclass(hint):
            assert isinstance(hint, type)
            spread[argument.name] = (hint, _fields(hint))
        else:
            required = argument.default is inspect.Parameter.empty
            parameters.append(Parameter(argument.name, _reads(hint), required))
    spread_parameters = [part for _, parts in spread.values() for part in parts]
    TABLE[name.lower()] = Method(
        name,
        function,
        tuple(parameters),
        spread,
        frozenset(p.name for p in [*parameters, *spread_parameters]),
        inspect.iscoroutinefunction(function),
    )
    return function


def _fields(bundle: type) -> tuple[Parameter, ...]:
    hints = get_type_hints(bundle, include_extras=True)
    return tuple(
        Parameter(field.name, _reads(hints[field.name]), field.default is dataclasses.MISSING)
        for field in dataclasses.fields(bundle)
    )


def _reads(hint: Any) -> Reads:
    (reads,) = hint.__metadata__
    assert isinstance(reads, Reads)
    return reads


def find(name: str) -> Method:
    """Raises Refusal (404) for a method that the simulator does not know."""
    found = TABLE.get(name.lower())
    if found is None:
        raise Refusal(404, "Not Found")
    return found
