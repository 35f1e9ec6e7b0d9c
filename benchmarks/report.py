"""Tables as plain text, and the line that says on which machine the figures were measured."""

import math
import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("python-telegram-bot", "aiogram", "SQLAlchemy", "aiosqlite", "asyncpg", "aiohttp")


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns aligned with two spaces between; text columns to the left, figures to the right."""
    cells = [list(headings), *[list(row) for row in rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(headings))]
    right = [_is_figures([row[i] for row in cells[1:]]) for i in range(len(headings))]
    lines = [_line(row, widths, right) for row in cells]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _line(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    cells = (
        cell.rjust(width) if to_right else cell.ljust(width)
        for cell, width, to_right in zip(row, widths, right, strict=True)
    )
    return "  ".join(cells).rstrip()


def _is_figures(cells: Sequence[str]) -> bool:
    return all(cell[:1].isdigit() or cell in ("", "-") for cell in cells)


def figure(value: float, digits: int = 0) -> str:
    """A number with thousands apart; a dash for not-a-number."""
    return "-" if math.isnan(value) else f"{value:,.{digits}f}"


def ratio(value: float, yardstick: float | None) -> str:
    """`value` in units of the yardstick; a dash when there is none."""
    if yardstick is None or not yardstick or math.isnan(yardstick) or math.isnan(value):
        return "-"
    return f"{value / yardstick:.2f}×"


def section(title: str) -> str:
    return f"\n{title}\n{'=' * len(title)}"


def progress(line: str) -> None:
    """What is being measured, for who watches; not part of the tables."""
    print(f"  … {line}", file=sys.stderr, flush=True)


def machine_line() -> str:
    """Cores, load, interpreter and versions."""
    packages = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{os.cpu_count()} cores ({_processor()}), load {load}, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, {packages}"
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
