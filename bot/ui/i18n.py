"""Texts, dates and sums in the reader's language.

Msgids are English; a `Translator` belongs to one language and is handed to every screen. CLDR's
Kyrgyz lacks the forms people write (short dates, the long date's possessive month), so dates are
put together here from its month and day names; see docs/decisions.
"""

import gettext
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup

LANGUAGES = ("ky", "ru")
LOCALES = Path(__file__).resolve().parents[2] / "locales"
CLDR = {"ky": Locale("ky", "KG"), "ru": Locale("ru", "KG")}
MONTHS_OF_YEAR = (
    "январы", "февралы", "марты", "апрели", "майы", "июну",
    "июлу", "августу", "сентябры", "октябры", "ноябры", "декабры",
)  # fmt: skip
"""Kyrgyz months with the ending that the year before them asks for; CLDR lacks it."""
NBSP = "\u00a0"


class Named(Protocol):
    """Something with a name in each language, such as a place."""

    def name(self, language: str) -> str: ...


def msg(text: str) -> str:
    """Marks a msgid that is translated later, through `t(variable)`."""
    return text


class Translator:
    """Texts of one language; call it with an English msgid and parameters.

    The result is HTML: parameters are escaped, markup of the msgid stays.
    """

    def __init__(self, language: str, zone: ZoneInfo) -> None:
        self.language = language
        self.zone = zone
        self._catalog = catalog(language)

    def __call__(self, text: str, /, **parameters: Any) -> Markup:
        return Markup(self._catalog.gettext(text)).format(**self._ready(parameters))

    def plural(self, one: str, other: str, count: int, /, **parameters: Any) -> Markup:
        text = Markup(self._catalog.ngettext(one, other, count))
        return text.format(**self._ready({"count": count, **parameters}))

    def knows(self, text: str) -> bool:
        """Whether the catalog has this msgid."""
        return self._catalog.gettext(text) != text

    def _ready(self, parameters: dict[str, Any]) -> dict[str, Any]:
        return {
            name: self.number(value)
            if isinstance(value, int) and not isinstance(value, bool)
            else value
            for name, value in parameters.items()
        }

    def name(self, named: Named) -> str:
        return named.name(self.language)

    def number(self, number: int) -> str:
        """1500000 → 1 500 000, with spaces that don't break the line."""
        return _grouped(number, self.language)

    def percent(self, share: float) -> str:
        space = NBSP if self.language == "ru" else ""
        return f"{round(share * 100)}{space}%"

    def som(self, amount: int) -> str:
        """A sum of money: 1 500 000 сом, 1 500 000 сомов."""
        form = CLDR["ru"].plural_form(amount) if self.language == "ru" else ""
        return f"{self.number(amount)}{NBSP}{ {'few': 'сома', 'many': 'сомов'}.get(form, 'сом') }"

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def day(self, moment: datetime | date) -> str:
        """For after a label or an icon: 5-ноябрь, бейшемби; четверг, 5 ноября."""
        pattern = "d-MMMM, EEEE" if self.language == "ky" else "EEEE, d MMMM"
        return _written(self._date(moment), pattern, self.language)

    def day_short(self, moment: datetime | date) -> str:
        """For inside a sentence: 5-ноябрь (күнү …), (до) 5 ноября."""
        pattern = "d-MMMM" if self.language == "ky" else "d MMMM"
        return _written(self._date(moment), pattern, self.language)

    def day_full(self, moment: datetime | date) -> str:
        """With the year, as offices write it: 2026-жылдын 5-ноябры; 5 ноября 2026 года."""
        day = self._date(moment)
        if self.language == "ky":
            return f"{day.year}-жылдын {day.day}-{MONTHS_OF_YEAR[day.month - 1]}"
        return _written(day, "d MMMM y 'года'", self.language)

    def time(self, moment: datetime) -> str:
        return self.local(moment).strftime("%H:%M")

    def moment(self, moment: datetime) -> str:
        """Day and time: 5-ноябрь, бейшемби, 14:30."""
        return f"{self.day(moment)}, {self.time(moment)}"

    def _date(self, moment: datetime | date) -> date:
        return self.local(moment).date() if isinstance(moment, datetime) else moment


@lru_cache(maxsize=1024)
def _written(day: date, pattern: str, language: str) -> str:
    return format_date(day, pattern, locale=CLDR[language])


@lru_cache(maxsize=4096)
def _grouped(number: int, language: str) -> str:
    return format_decimal(number, "#,##0", locale=CLDR[language])


@lru_cache(maxsize=len(LANGUAGES))
def catalog(language: str) -> gettext.NullTranslations:
    """The language's texts.

    Raises:
        FileNotFoundError: the catalogs are not compiled (`make setup` does it).
    """
    return gettext.translation("messages", LOCALES, languages=[language])


class Translators:
    """One translator for each language."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._by_language = {language: Translator(language, zone) for language in LANGUAGES}

    def __getitem__(self, language: str | None) -> Translator:
        """The language's translator; Kyrgyz for somebody who hasn't chosen yet."""
        return self._by_language[language or "ky"]

    def all(self) -> tuple[Translator, ...]:
        return tuple(self._by_language.values())
