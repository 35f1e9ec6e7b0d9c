"""Log lines of tests: tracebacks without the values of variables, which take seconds to print."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def _short_tracebacks() -> Iterator[None]:
    before = structlog.get_config()
    renderer = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(processors=[structlog.processors.add_log_level, renderer])
    yield
    structlog.configure(**before)
