"""Log lines: readable by people and machines, and silent about who people are and what they say."""

import asyncio
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from bot import logs

WORDS = "менин сырым"
NAME = "aida"
TOKEN = "123456789:AAH-secret_secret_secret_secret_secre"
log = structlog.get_logger()


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Gives logging back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    quiet = {name: logging.getLogger(name).level for name in logs.QUIET}
    yield
    structlog.reset_defaults()
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in quiet.items():
        logging.getLogger(name).setLevel(before)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def raised(act: Any) -> BaseException:
    try:
        act()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def test_a_line_of_json_has_time_level_event_and_values(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.set_up("json", "INFO")
    log.info("ready", inlet="polling", seconds=1.5)
    (line,) = lines(capsys)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "ready", "level": "info", "inlet": "polling", "seconds": 1.5}


def test_the_console_shows_the_same_without_colours_when_it_is_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.set_up("console", "INFO")
    log.warning("flood_wait", seconds=3)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "flood_wait" in captured.err
    assert "seconds=3" in captured.err
    assert "\x1b" not in captured.err


def test_lines_below_the_level_are_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json", "WARNING")
    log.info("ready")
    log.error("incident")
    assert [line["event"] for line in lines(capsys)] == ["incident"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Айда Токтосунова", "…"),
        ('Bad Request: can\'t parse entities: unsupported start tag "aida" at byte offset 5',) * 2,
        ("invalid literal for int() with base 10: 'aida 0555 123'",) * 2,
        ("chat 701000001 not found", "chat … not found"),
        (
            f"POST https://api.telegram.org/bot{TOKEN}/getMe",
            "POST https://api.telegram.org/bot…/getMe",
        ),
        ("postgresql://ashar:hunter2@db/ashar", "postgresql…db/ashar"),
        ("Telegram can't be reached, it isn't there (TimedOut)",) * 2,
        (
            "Parsing the server response b'<html>\\r\\n' failed",
            "Parsing the server response … failed",
        ),
        ("UNIQUE failed\n[SQL: INSERT …]\n[parameters: ('x',)]", "UNIQUE failed"),
    ],
)
def test_what_may_come_from_a_chat_is_left_out_of_values(
    said: str, kept: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.set_up("json", "INFO")
    log.error("letter_refused", error=said)
    (line,) = lines(capsys)
    expected = kept.replace('"aida"', "…").replace("'aida 0555 123'", "…")
    assert line["error"] == expected


@pytest.mark.parametrize("key", sorted(logs.PERSONAL))
def test_keys_that_name_somebody_have_no_value(
    key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.set_up("json", "INFO")
    log.info("seen", **{key: 701000001})
    (line,) = lines(capsys)
    assert line[key] == logs.LEFT_OUT


def test_personal_values_are_left_out_of_nested_ones_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.set_up("json", "INFO")
    log.info("seen", update={"from": {"user_id": 5, "words": ["Салам", 7]}}, when=None)
    (line,) = lines(capsys)
    assert line["update"] == {"from": {"user_id": "…", "words": ["…", 7]}}
    assert line["when"] is None


def test_a_traceback_shows_the_code_and_no_values(capsys: pytest.CaptureFixture[str]) -> None:
    def parse(words: str) -> None:
        try:
            int(words)
        except ValueError as error:
            raise KeyError(words) from error

    logs.set_up("json", "INFO")
    log.error("incident", exc_info=raised(lambda: parse(WORDS)))
    (line,) = lines(capsys)
    assert "int(words)" in line["exception"]
    assert "ValueError: invalid literal for int() with base 10: …" in line["exception"]
    assert "then:" in line["exception"]
    assert line["exception"].endswith("KeyError: …")
    assert WORDS not in json.dumps(line, ensure_ascii=False)


def test_members_of_a_group_of_exceptions_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json", "INFO")
    group = ExceptionGroup("both", [ValueError("one"), TypeError("two")])
    log.error("incident", exc_info=group)
    (line,) = lines(capsys)
    assert "ValueError: one" in line["exception"]
    assert "TypeError: two" in line["exception"]


def test_statements_and_their_parameters_never_reach_the_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.set_up("json", "INFO")
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE t (words TEXT UNIQUE)"))
        connection.execute(text("INSERT INTO t VALUES (:words)"), {"words": NAME})
        with pytest.raises(IntegrityError) as refused:
            connection.execute(text("INSERT INTO t VALUES (:words)"), {"words": NAME})
    engine.dispose()
    log.error("incident", exc_info=refused.value)
    (line,) = lines(capsys)
    assert "UNIQUE constraint failed: t.words" in line["exception"]
    assert NAME not in line["exception"]
    assert "INSERT" not in line["exception"].rpartition("IntegrityError")[2]


def test_other_libraries_write_clean_lines_of_the_same_shape(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.set_up("json", "INFO")
    logging.getLogger("aiohttp").error("failed for %s", f"https://x/bot{TOKEN}/getMe")
    logging.getLogger("aiohttp").info("chatter")
    (line,) = lines(capsys)
    assert line["logger"] == "aiohttp"
    assert line["level"] == "error"
    assert TOKEN not in line["event"]


@pytest.mark.parametrize("name", logs.QUIET)
def test_libraries_that_tell_of_every_tick_are_quiet(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.set_up("json", "DEBUG")
    logging.getLogger(name).warning("tick")
    logging.getLogger(name).info("tick")
    assert lines(capsys) == []


async def test_what_nobody_awaited_is_told_without_values(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.set_up("json", "INFO")

    async def fail() -> None:
        raise ValueError(WORDS)

    asyncio.get_running_loop().call_exception_handler(
        {"message": "Task exception was never retrieved", "exception": (await _failed(fail()))}
    )
    (line,) = lines(capsys)
    assert line["logger"] == "asyncio"
    assert "ValueError: …" in line["exception"]
    assert WORDS not in json.dumps(line, ensure_ascii=False)


async def _failed(work: Any) -> BaseException:
    try:
        await work
    except ValueError as error:
        return error
    raise AssertionError("nothing was raised")
