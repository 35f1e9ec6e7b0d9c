"""Where texts have to fit: alerts, buttons, commands, the bot's own card."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

ROOT = Path(__file__).resolve().parents[1]
CODE = ("bot", "handlers")
LANGUAGES = ("ky", "ru")

ALERT_LIMIT = 200
LABEL_LIMIT = 40
COMMAND_LIMIT = 256
SHOP_WINDOW = {"bot_name": 64, "bot_description": 512, "bot_short_description": 120}
"""Letters that Telegram shows; both languages stand together on phones in other languages."""
ROOM = 30
"""Letters reckoned for a parameter."""

Translation: TypeAlias = Callable[[str, str], str]
"""The words of a language for a msgid; empty, if there are none."""


def faults(translation: Translation) -> Iterator[str]:
    for place in places():
        yield from too_long(place, translation)
    yield from shop_window(translation)


@dataclass(frozen=True, slots=True)
class Place:
    """Texts that are shown together where only so many letters fit."""

    name: str
    ids: tuple[str, ...]
    limit: int


def too_long(place: Place, translation: Translation) -> Iterator[str]:
    for language in LANGUAGES:
        letters = sum(_letters(translation(language, id), place.limit) for id in place.ids)
        letters += len(place.ids) - 1
        if letters > place.limit:
            yield (
                f"{language} «{place.ids[0]}»: {letters} letters in {place.name}, {place.limit} fit"
            )


def _letters(words: str, limit: int) -> int:
    """With room for parameters, but in a label, whose parameters are shortened by the code."""
    bare = re.sub(r"<[^<>]*>", "", words)
    room = "" if limit == LABEL_LIMIT else "x" * ROOM
    return len(re.sub(r"\{\w*\}", room, bare))


def places() -> Iterator[Place]:
    """Every alert, toast and button of the code."""
    for path in sorted(file for folder in CODE for file in (ROOT / folder).rglob("*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        functions = {
            node.name: node
            for node in ast.walk(module)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        for function in functions.values():
            yield from _places_in(function, functions)
        yield from _toasts_of_forms(module)


def _toasts_of_forms(module: ast.Module) -> Iterator[Place]:
    """What is read by somebody who leaves a form that has words of its own for it."""
    for call in ast.walk(module):
        if isinstance(call, ast.Call) and _called(call) == "Form":
            for keyword in call.keywords:
                if keyword.arg == "left":
                    yield Place("toast", tuple(_literals(keyword.value)), ALERT_LIMIT)


Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
LIMITS = {
    "alert": ALERT_LIMIT,
    "toast": ALERT_LIMIT,
    "turn_away": ALERT_LIMIT,
    "Button": LABEL_LIMIT,
}


def _places_in(function: Function, functions: dict[str, Function]) -> Iterator[Place]:
    for call in ast.walk(function):
        if not isinstance(call, ast.Call) or (limit := LIMITS.get(_called(call))) is None:
            continue
        shown = call.args[:1] if limit == LABEL_LIMIT else call.args
        for argument in shown:
            sources = [argument, *_meant(argument, function, functions)]
            ids = tuple(dict.fromkeys(id for node in sources for id in _literals(node)))
            name = _called(call)
            if any(_called(node) == "lines" for source in sources for node in ast.walk(source)):
                yield Place(name, ids, limit)
            else:
                yield from (Place(name, (id,), limit) for id in ids)


def _meant(node: ast.AST, function: Function, functions: dict[str, Function]) -> Iterator[ast.AST]:
    """What a variable of the function was set to, and what a function of the module returns."""
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    for part in ast.walk(function):
        if isinstance(part, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id in names for target in part.targets
        ):
            yield part.value
            called = functions.get(_called(part.value))
            if called is not None and called.name == "words_for":
                yield called


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _literals(node: ast.AST) -> Iterator[str]:
    """The msgids in an expression."""
    for call in ast.walk(node):
        if _called(call) in ("t", "msg", "plural"):
            assert isinstance(call, ast.Call)
            for argument in call.args[:2]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def shop_window(translation: Translation) -> Iterator[str]:
    """The bot's name, descriptions and commands, alone and in both languages together."""
    import handlers
    from handlers.words import STAFF_COMMANDS

    ids: list[tuple[str, str, int]] = [
        (f"/{name}", str(description), COMMAND_LIMIT) for name, description in STAFF_COMMANDS
    ]
    untranslated: Any = str
    for name, limit in SHOP_WINDOW.items():
        ids.append((name, getattr(handlers, name)(untranslated), limit))
    for name, id, limit in ids:
        both = " / ".join(translation(language, id) for language in LANGUAGES)
        if len(both) > limit:
            yield f"{name}: {len(both)} letters in both languages, {limit} fit"
