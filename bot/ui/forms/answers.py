"""Answers as people write them: numbers with words, dates without a year."""

import re
from datetime import datetime, timedelta

THOUSAND, MILLION, MILLIARD = 10**3, 10**6, 10**9
TIMES = {
    "миң": THOUSAND,
    "тыс": THOUSAND,
    "млн": MILLION,
    "миллион": MILLION,
    "млрд": MILLIARD,
    "миллиард": MILLIARD,
}
"""Beginnings of words that multiply the number before them, in both languages."""
NUMBER = re.compile(
    r"\s*(?P<whole>[0-9]{1,3}(?:[ \u00a0\u202f.,'’][0-9]{3})+|[0-9]+)(?:[.,](?P<part>[0-9]{1,2}))?"
    r"\s*(?P<word>[^\W\d]*)\.?(?:\s+[^\W\d]+\.?)?\s*"
)


def read_number(text: str) -> int | None:
    """1500000, 1 500 000 сом, 1,5 млн → 1500000; None for anything else, such as 1,5 or -5."""
    found = NUMBER.fullmatch(text)
    if found is None or len(found["whole"]) > 20:
        return None
    whole, part = re.sub(r"[^0-9]", "", found["whole"]), found["part"] or ""
    word = found["word"].lower()
    times = next((times for begins, times in TIMES.items() if word.startswith(begins)), 1)
    number = int(whole + part) * times
    return None if number % 10 ** len(part) else number // 10 ** len(part)


def read_moment(text: str, local: datetime, hour: int) -> datetime | None:
    """25.11, 25.11.26, 25.11.2026, 25.11 15:00, 25/11 15.30 → the next such moment; else None.

    Without a year, the next that exists: 29.02 may be years away. What passed less than two months
    ago is taken as passed, and not as a day of next year.
    """
    found = re.fullmatch(
        r"\s*(\d{1,2})[./-](\d{1,2})(?:[./-](\d{4}|\d{2}))?\.?"
        r"(?:[\s,]+(\d{1,2})(?:[:.-](\d{2}))?)?\s*",
        text,
    )
    if not found:
        return None
    day, month, year, at_hour, minute = (int(part) if part else None for part in found.groups())
    if year is not None and year < 100:
        year += 2000
    years = range(local.year, local.year + 9) if year is None else (year,)
    for each in years:
        try:
            moment = local.replace(
                year=each,
                month=month or 0,
                day=day or 0,
                hour=hour if at_hour is None else at_hour,
                minute=minute or 0,
                second=0,
                microsecond=0,
            )
        except ValueError:
            continue
        if year is not None or moment >= local - timedelta(days=60):
            return moment
    return None
