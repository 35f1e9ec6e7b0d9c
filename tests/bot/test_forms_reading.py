"""How numbers, dates and texts are read as people write them."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from bot.ui.forms import Text, read_moment, read_number
from services.refusal import Reason, Refused

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=ZoneInfo("Asia/Bishkek"))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("1500000", 1_500_000),
        (" 1 500 000 сом ", 1_500_000),
        ("1\u00a0500\u00a0000 сомов", 1_500_000),
        ("1.500.000", 1_500_000),
        ("1,500,000", 1_500_000),
        ("1500000.00", 1_500_000),
        ("1,5 млн", 1_500_000),
        ("1.5 миллиона сомов", 1_500_000),
        ("2,25 млрд", 2_250_000_000),
        ("850 миң сом", 850_000),
        ("3 тыс.", 3_000),
        ("850 киши", 850),
        ("1,5", None),
        ("1.555 млн", 1_555_000_000),
        ("-5", None),
        ("5-6", None),
        ("1 50 000", None),
        ("беш", None),
        ("", None),
        ("٣", None),
        ("9" * 40, None),
    ],
)
def test_a_number_is_read_as_it_is_written(text: str, number: int | None) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("25.11", "2026-11-25 18:00"),
        ("25.11 15:30", "2026-11-25 15:30"),
        ("25/11 15.30", "2026-11-25 15:30"),
        ("25-11-2026, 9", "2026-11-25 09:00"),
        ("25.11.26 09-30", "2026-11-25 09:30"),
        ("5.1 12:00", "2027-01-05 12:00"),
        ("1.11", "2026-11-01 18:00"),
        ("29.02.2028 10:00", "2028-02-29 10:00"),
        ("31.02", None),
        ("29.02.2027", None),
        ("29.02", "2028-02-29 18:00"),
        ("0.11", None),
        ("25.13", None),
        ("25.11 24:00", None),
        ("25.11 10:60", None),
        ("2511", None),
        ("25 ноября", None),
    ],
)
def test_a_date_is_read_as_it_is_written(text: str, moment: str | None) -> None:
    read = read_moment(text, NOW, 18)
    assert (read.strftime("%Y-%m-%d %H:%M") if read else None) == moment


def test_a_leap_day_is_the_next_one_that_exists() -> None:
    read = read_moment("29.02", NOW.replace(year=2027, month=3), 18)
    assert read is not None
    assert read.strftime("%Y-%m-%d") == "2028-02-29"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Таза   суу\n", "Таза суу"),
        ("<b>Суу</b> & \u202eжол\u202c", "<b>Суу</b> & жол"),
        ("👨\u200d👩\u200d👧 үй", "👨\u200d👩\u200d👧 үй"),
        ("а\x00б\x1bв", "абв"),
        ("a\ud800b", "ab"),
    ],
)
def test_a_name_is_kept_without_what_shows_nothing(written: str, kept: str) -> None:
    assert _name(written) == kept


@pytest.mark.parametrize(
    "written", ["", " \n\t", "\u200b\u200e", "\u200d", "\u3164", "\u2800 \u2800"]
)
def test_a_name_that_shows_nothing_is_empty(written: str) -> None:
    with pytest.raises(Refused) as refused:
        _name(written)
    assert refused.value.reason is Reason.TEXT_EMPTY


def _name(written: str) -> str:
    step = Text(name="name", limit=80, one_line=True, ask=cast(Any, None))
    return step.read(cast(Any, SimpleNamespace(text=written)), cast(Any, None))
