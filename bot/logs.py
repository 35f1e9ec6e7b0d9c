"""Log lines for people or machines, without what people wrote, who they are, or the token.

Lines go to stderr, so that what a command prints stays clean. What is known to name somebody is
left out by its key; of every other text and of exceptions' messages, quotations, letters other
than Latin, long numbers and statements of SQL are left out, because they may come from a chat.
"""

import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import structlog

LEFT_OUT = "…"
PERSONAL = frozenset(
    {"account", "account_id", "chat", "chat_id", "name", "person", "phone", "resident"}
    | {"resident_id", "text", "title", "token", "user", "user_id", "username"}
)
"""Keys whose values are never written."""
QUIET = {
    "apscheduler": logging.ERROR,
    "httpcore": logging.ERROR,
    "httpx": logging.ERROR,
    "telegram": logging.CRITICAL,
    "uvicorn.access": logging.ERROR,
}
"""Loggers that tell of every tick or call, or of what they also raise: the least that counts."""

_SECRETS = re.compile(r"\d{5,}:[\w-]{20,}|://[^\s/@]+@")
_STATEMENT = re.compile(r"\s*\[(?:SQL|parameters):.*", re.DOTALL)
_QUOTED = re.compile(r"(?<!\w)b?('[^'\n]*'|\"[^\"\n]*\"|`[^`\n]*`)(?!\w)|«[^»]*»|“[^”]*”")
_LETTERS = re.compile(r"[^\x00-\x7f…]+(?:[^\x00-\x7f]|\s(?=[^\x00-\x7f]))*")
_NUMBER = re.compile(r"\d{6,}")


def set_up(log_format: Literal["console", "json"], log_level: str) -> None:
    """Makes structlog and the standard library's logging write such lines to stderr."""
    level = logging.getLevelNamesMapping()[log_level]
    renderer: structlog.typing.Processor
    if log_format == "json":
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        renderer = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    cleaning: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        without_people,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*cleaning, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *cleaning],
            keep_exc_info=False,
        )
    )
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(least)
    logging.captureWarnings(True)


def without_people(
    _logger: Any, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """A structlog processor: cleans every value, and turns an exception into clean lines."""
    cleaned = {key: _clean_value(key, value) for key, value in event.items()}
    error = _exception(event.get("exc_info"))
    if "exc_info" in cleaned:
        del cleaned["exc_info"]
        if error is not None:
            cleaned["exception"] = told(error)
    return cleaned


def clean(text: str) -> str:
    """The text without what might have come from a chat."""
    text = _STATEMENT.sub("", text)
    for pattern in (_SECRETS, _QUOTED, _LETTERS, _NUMBER):
        text = pattern.sub(LEFT_OUT, text)
    return text


def told(error: BaseException) -> str:
    """The traceback without values: files, lines, code, and clean messages."""
    parts = []
    for heading, link in _chain(error):
        frames = "".join(traceback.format_tb(link.__traceback__))
        words = clean(str(link))
        name = type(link).__qualname__
        parts.append(f"{heading}{frames}{name}{': ' if words else ''}{words}")
    return "\n".join(parts)


def _chain(error: BaseException) -> Iterator[tuple[str, BaseException]]:
    """The causes, the first cause first, and the members of groups."""
    before = error.__cause__
    if before is None and not error.__suppress_context__:
        before = error.__context__
    if before is not None:
        yield from _chain(before)
        yield "then:\n", error
    else:
        yield "", error
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions:
            yield from _chain(member)


def _exception(info: Any) -> BaseException | None:
    """What `exc_info` stands for: an exception, the usual triple, or True for the present one."""
    match info:
        case BaseException():
            return info
        case (_, BaseException() as error, _):
            return error
        case True:
            return sys.exc_info()[1]
    return None


def _clean_value(key: str, value: Any) -> Any:
    if key in PERSONAL:
        return LEFT_OUT
    match value:
        case str():
            return clean(value)
        case bool() | int() | float() | None:
            return value
        case Mapping():
            return {name: _clean_value(str(name), part) for name, part in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_clean_value("", part) for part in value]
    return value if key.startswith("_") or key == "exc_info" else clean(str(value))
