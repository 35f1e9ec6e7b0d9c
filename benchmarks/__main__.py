"""`python -m benchmarks [taps|where|pace|growth|size|all] [--quick]`: one table per section."""

import argparse
from collections.abc import Callable

from benchmarks import growth, pace, size, taps, where
from benchmarks.report import machine_line

Section = Callable[[bool, list[str]], None]


def _taps(quick: bool, names: list[str]) -> None:
    taps.run(taps.QUICK if quick else taps.FULL, names)


def _where(quick: bool, names: list[str]) -> None:
    where.run(2.0 if quick else 6.0, names)


def _pace(quick: bool, names: list[str]) -> None:
    pace.run(quick, names)


def _size(quick: bool, names: list[str]) -> None:
    size.run(1 if quick else 5, names)


def _growth(quick: bool, _names: list[str]) -> None:
    growth.run(quick)


SECTIONS: dict[str, Section] = {
    "taps": _taps,
    "where": _where,
    "pace": _pace,
    "growth": _growth,
    "size": _size,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measures the bot beside its yardsticks."
    )
    parser.add_argument("section", nargs="?", default="all", choices=[*SECTIONS, "all"])
    parser.add_argument("--quick", action="store_true", help="a small part of each section")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="only this contestant"
    )
    arguments = parser.parse_args()
    print(machine_line(), flush=True)
    for name, run in SECTIONS.items():
        if arguments.section in (name, "all"):
            run(arguments.quick, arguments.only)


if __name__ == "__main__":
    main()
