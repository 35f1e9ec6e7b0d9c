"""The result of a vote as a picture, with figures of real assemblies."""

from dataclasses import replace
from io import BytesIO
from itertools import groupby

import pytest
from PIL import Image

from bot.pictures import Bar, ResultChart, result_chart
from bot.pictures.canvas import BLUE, MIST, PAPER, SUN

BOSTER_KY = ResultChart(
    title="Айылга биринчи кезекте эмне керек?",
    subtitle="Бостери айылы · 5-ноябрь 2026",
    bars=(
        Bar("Таза суу түтүгүн алмаштыруу", 65, "65 · 48%", winner=True),
        Bar("Мектептин чатырын жана терезелерин оңдоо", 38, "38 · 28%"),
        Bar("Көчө жарыгы: Ысык-Көл көчөсүнө чырак", 33, "33 · 24%"),
    ),
    footer=("Катышты: 136 киши",),
    source="@AsharBot · 05.11.2026",
)
TOGUZ_TORO_RU = ResultChart(
    title="Что селу нужнее всего?",
    subtitle="Тогуз-Тороуский район",
    bars=(
        Bar("Детский сад", 32, "32 · 54 %", winner=True),
        Bar("Ремонт оросительного канала", 27, "27 · 46 %"),
        Bar("Спортивная площадка", 0, "0 · 0 %"),
    ),
    footer=("Участвовали: 59 человек",),
)


def drawn(chart: ResultChart) -> Image.Image:
    return Image.open(BytesIO(result_chart(chart))).convert("RGB")


def rgb(ink: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(ink[1:])
    return red, green, blue


def bar_lengths(picture: Image.Image) -> list[int]:
    """The length of each bar from the axis on, top to bottom: runs of equal rows of a bar's ink."""
    inks = {rgb(BLUE), rgb(MIST)}
    rows = [
        sum(picture.getpixel((x, y)) in inks for x in range(picture.width))
        for y in range(picture.height)
    ]
    return [length for length, run in groupby(rows) if length and len(list(run)) > 20]


def stars(picture: Image.Image) -> int:
    """How many stars stand in the column before the labels."""
    column = []
    for y in range(picture.height):
        row = {picture.getpixel((x, y)) for x in range(30, 82)}
        column.append(rgb(SUN) in row and len(row) > 1)  # a frame's edge is one ink all along
    return sum(1 for lit, run in groupby(column) if lit and len(list(run)) > 8)


def test_the_boster_vote_is_drawn_to_scale() -> None:
    longest, middle, shortest = bar_lengths(drawn(BOSTER_KY))

    axis = 4  # covers the first pixels of every bar
    assert (middle + axis) / (longest + axis) == pytest.approx(38 / 65, abs=0.003)
    assert (shortest + axis) / (longest + axis) == pytest.approx(33 / 65, abs=0.003)


def test_a_zero_has_its_label_and_no_bar() -> None:
    chart = TOGUZ_TORO_RU
    with_zero = drawn(chart)
    without = drawn(replace(chart, bars=chart.bars[:2]))

    assert len(bar_lengths(with_zero)) == 2
    assert with_zero.height > without.height + 80


def test_one_vote_among_thousands_can_be_seen() -> None:
    bars = (Bar("Суу", 4000, "4000", winner=True), Bar("Жол", 1, "1"))
    few = drawn(ResultChart("Добуш", "", bars))
    assert bar_lengths(few)[1] >= 5


def test_a_vote_that_nobody_came_to_is_drawn_without_bars() -> None:
    nobody = ResultChart("Добуш", "Айыл", (Bar("Суу", 0, "0"), Bar("Жол", 0, "0")))
    assert bar_lengths(drawn(nobody)) == []


def test_a_winner_is_marked_by_a_star_and_not_by_colour_alone() -> None:
    assert stars(drawn(BOSTER_KY)) == 1

    nobody_wins = tuple(replace(bar, winner=False) for bar in BOSTER_KY.bars)
    assert stars(drawn(replace(BOSTER_KY, bars=nobody_wins))) == 0


def test_winners_of_a_tie_are_all_marked() -> None:
    tie = tuple(replace(bar, count=45, text="45", winner=True) for bar in BOSTER_KY.bars)

    picture = drawn(replace(BOSTER_KY, bars=tie))

    assert stars(picture) == 3
    assert len(set(bar_lengths(picture))) == 1


def test_winner_and_other_bars_differ_in_brightness() -> None:
    def brightness(ink: str) -> float:
        red, green, blue = ((level / 255) ** 2.2 for level in rgb(ink))
        return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)

    assert (brightness(MIST) + 0.05) / (brightness(BLUE) + 0.05) > 2.5


@pytest.mark.parametrize("count", range(2, 12))
def test_two_to_eleven_options_with_long_names_stay_inside_the_paper(count: int) -> None:
    name = "Көк-Жар айылындагы мектептин спорт залын оңдоп, жылытуу системасын алмаштыруу " * 3
    bars = tuple(
        Bar(name, 900 - place, f"{900 - place} · 9,1%", place == 0) for place in range(count)
    )
    chart = ResultChart(name, name, bars, (name, name), name)

    picture = drawn(chart)

    assert picture.width == 800
    assert picture.height < 2600
    edges = [
        picture.crop(box).getcolors()
        for box in (
            (0, 0, 14, picture.height),
            (786, 0, 800, picture.height),
            (0, 0, 800, 36),
            (0, picture.height - 20, 800, picture.height),
        )
    ]
    assert all(colours and [ink for _, ink in colours] == [rgb(PAPER)] for colours in edges)


@pytest.mark.parametrize("chart", [BOSTER_KY, TOGUZ_TORO_RU])
def test_a_chart_is_a_light_palette_png(chart: ResultChart) -> None:
    content = result_chart(chart)

    assert len(content) <= 25 * 1024
    picture = Image.open(BytesIO(content))
    assert (picture.format, picture.mode) == ("PNG", "P")


def test_emoji_in_a_label_change_nothing_in_the_picture() -> None:
    first, *others = TOGUZ_TORO_RU.bars
    decorated = replace(first, label=f"🏫 {first.label} 🧸")
    chart = replace(TOGUZ_TORO_RU, bars=(decorated, *others))
    assert result_chart(chart) == result_chart(TOGUZ_TORO_RU)


def test_a_chart_without_footer_and_source_ends_after_its_bars() -> None:
    bare = replace(TOGUZ_TORO_RU, footer=(), source="")
    assert drawn(bare).height < drawn(TOGUZ_TORO_RU).height - 60
