"""Texts, dates and sums as people in Kyrgyzstan write them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from markupsafe import Markup

from bot.ui.i18n import LANGUAGES, Translator, Translators

NIGHT = datetime(2026, 11, 4, 18, 30, tzinfo=UTC)
"""Half past midnight of the fifth in Bishkek."""


@pytest.fixture
def ky() -> Translator:
    return Translators(ZoneInfo("Asia/Bishkek"))["ky"]


@pytest.fixture
def ru() -> Translator:
    return Translators(ZoneInfo("Asia/Bishkek"))["ru"]


def test_dates_are_those_of_bishkek(ky: Translator, ru: Translator) -> None:
    assert (ky.day(NIGHT), ru.day(NIGHT)) == ("5-ноябрь, бейшемби", "четверг, 5 ноября")
    assert (ky.day_short(NIGHT), ru.day_short(NIGHT)) == ("5-ноябрь", "5 ноября")
    assert ky.day_full(date(2026, 11, 5)) == "2026-жылдын 5-ноябры"
    assert ru.day_full(date(2026, 11, 5)) == "5 ноября 2026 года"
    assert ky.moment(NIGHT) == "5-ноябрь, бейшемби, 00:30"
    assert ru.moment(NIGHT) == "четверг, 5 ноября, 00:30"


def test_numbers_do_not_break_over_lines(ky: Translator, ru: Translator) -> None:
    for t in (ky, ru):
        shown = t.number(1_500_000)
        assert " " not in shown
        assert "".join(shown.split()) == "1500000"


@pytest.mark.parametrize(
    ("amount", "word"), [(1, "сом"), (2, "сома"), (5, "сомов"), (11, "сомов"), (21, "сом")]
)
def test_som_is_declined_in_russian_only(
    ky: Translator, ru: Translator, amount: int, word: str
) -> None:
    assert ru.som(amount) == f"{amount}\u00a0{word}"
    assert ky.som(amount) == f"{amount}\u00a0сом"


def test_parameters_are_escaped_and_markup_of_the_text_stays(ky: Translator) -> None:
    shown = ky("<b>{name}</b>", name="<i>&")
    assert shown == Markup("<b>&lt;i&gt;&amp;</b>")
    assert ky("{name}", name=Markup("<b>x</b>")) == "<b>x</b>"


def test_both_languages_are_there_and_who_has_none_reads_kyrgyz() -> None:
    translators = Translators(ZoneInfo("Asia/Bishkek"))
    assert tuple(t.language for t in translators.all()) == LANGUAGES
    assert translators[None].language == "ky"
    both = [t("🏠 Main menu") for t in translators.all()]
    assert len(set(both)) == 2
    assert all("Main menu" not in text for text in both)
