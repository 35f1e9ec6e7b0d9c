"""The one place where an exception becomes an answer, a log line and a status."""

import secrets
from dataclasses import dataclass

import structlog

from bot.database import is_out_of_reach

log = structlog.get_logger()


class OutOfReach(Exception):
    """The database can't be used now: the update stays with Telegram and comes again."""


@dataclass(frozen=True, slots=True)
class Incident:
    """A bug that met a person; the id is what they and the log have in common."""

    id: str


def judge(error: Exception, *, where: str) -> Incident:
    """Logs a bug and gives it an id.

    Raises:
        OutOfReach: the database is at fault, not the code.
    """
    if is_out_of_reach(error):
        log.error("database_out_of_reach", where=where, error=type(error).__name__)
        raise OutOfReach from error
    incident = Incident(secrets.token_hex(3).upper())
    log.error(
        "incident", incident=incident.id, where=where, error=type(error).__name__, exc_info=error
    )
    return incident
