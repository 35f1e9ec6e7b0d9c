"""How a command ends when it can't do what was asked: one readable line and an exit code."""

import os
import socket
import traceback

FAILED = 1
"""Refused, or it didn't work. Wrong arguments are 2."""


class Failed(Exception):
    """The command can't do it; the message is one readable line."""


def explain(error: Exception) -> str:
    """What went wrong, in one line; with ASHAR_LOG_LEVEL=DEBUG the traceback comes before it."""
    line = " ".join(_words(error).split())
    if os.environ.get("ASHAR_LOG_LEVEL") == "DEBUG":
        return f"{''.join(traceback.format_exception(error))}{line}"
    return line


def _is_unconnected(error: OSError) -> bool:
    """Whether a connection failed; Telegram's own are errors of another kind."""
    return isinstance(error, ConnectionError | TimeoutError | socket.gaierror) or (
        error.errno is None
    )


def _words(error: Exception) -> str:
    import sqlite3

    from sqlalchemy.exc import DBAPIError, SQLAlchemyError
    from telegram.error import BadRequest, InvalidToken, NetworkError, TelegramError

    from bot.migrations import OldSchema
    from bot.settings import WrongSettings

    match error:
        case Failed() | WrongSettings() | OldSchema():
            return str(error)
        case InvalidToken():
            return "ASHAR_BOT_TOKEN: Telegram doesn't know this token"
        case NetworkError() if not isinstance(error, BadRequest):
            return f"Telegram can't be reached: {error.message}"
        case TelegramError():
            return f"Telegram refused: {error.message}"
        case DBAPIError():
            return f"the database can't be used: {error.orig}"
        case SQLAlchemyError() | sqlite3.Error():
            return f"the database can't be used: {error}"
        case OSError() if error.filename is None and _is_unconnected(error):
            return f"ASHAR_DATABASE_URL: the database can't be reached: {error}"
        case OSError():
            where = f"{error.filename}: " if error.filename else ""
            return f"{where}{error.strerror or error}"
    return (
        f"unexpected {type(error).__name__}: {error} "
        "(ASHAR_LOG_LEVEL=DEBUG shows where; please tell the developers)"
    )
