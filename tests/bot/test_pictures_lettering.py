"""The type of the pictures: every letter has a shape, every line fits."""

import subprocess
import sys

import pytest

from bot.pictures.lettering import COVERED, Face, Weight, fitting, legible, paragraph

BOOK = Face(Weight.BOOK, 32)
LABEL = "Көк-Жар айылындагы мектептин спорт залын оңдоп, жылытуу системасын алмаштыруу"


def shape(weight: Weight, sign: str) -> bytes:
    return bytes(Face(weight, 40).font().getmask(sign))


@pytest.mark.parametrize("weight", [Weight.BOOK, Weight.BOLD])
def test_every_covered_character_has_a_shape_of_its_own_in_the_font(weight: Weight) -> None:
    box = shape(weight, "中")
    assert box, "the font draws a box for what it does not hold"

    boxes = [
        hex(code)
        for first, last in COVERED
        for code in range(first, last + 1)
        if shape(weight, chr(code)) == box
    ]

    assert boxes == []


def test_the_mono_face_holds_what_a_link_is_made_of() -> None:
    box = shape(Weight.MONO, "中")
    assert all(shape(Weight.MONO, chr(code)) != box for code in range(0x21, 0x7F))


@pytest.mark.parametrize("letters", ["ңн", "өо", "үу", "ҢН", "ӨО", "ҮУ"])
@pytest.mark.parametrize("weight", [Weight.BOOK, Weight.BOLD])
def test_kyrgyz_letters_differ_from_their_russian_neighbours(letters: str, weight: Weight) -> None:
    assert shape(weight, letters[0]) != shape(weight, letters[1])


@pytest.mark.parametrize(
    ("typed", "drawn"),
    [
        ("💧 Таза суу", "Таза суу"),
        ("Мектеп 🏫, жол 🛣️!", "Мектеп, жол!"),
        ("Суу💧жол", "Суу жол"),
        ("👨‍👩‍👧‍👦 Үй-бүлө", "Үй-бүлө"),
        ("1️⃣ Бала бакча 🇰🇬", "1 Бала бакча"),
        ("✅ Даяр ➡️ ⭐", "✓ Даяр → ★"),
        ("1500 ⃀", "1500 сом"),
        ("й кошмо", "й кошмо"),
        ("𝐁𝐨𝐥𝐝 Ｗ ①", "Bold W 1"),
        ("эки\nсап\tжана  боштук", "эки сап жана боштук"),
        ("жок\u200bөң\u202e\x00дөө", "жокөң дөө"),
        ("<b>Жол</b> & «көпүрө»", "<b>Жол</b> & «көпүрө»"),
        ("1 500 000 сом", "1 500 000 сом"),
    ],
)
def test_what_the_fonts_cannot_draw_leaves_no_trace(typed: str, drawn: str) -> None:
    assert legible(typed) == drawn


@pytest.mark.parametrize("typed", ["", "   ", "🏫🏥", "中文", "\u200b"])
def test_a_text_of_which_nothing_is_left_has_a_stand_in(typed: str) -> None:
    assert legible(typed) == "—"
    assert legible(typed, otherwise="") == ""


def test_no_line_begins_with_a_dash() -> None:
    text = legible("Айтыңыз — үнүңүз эсепке алынат")
    broken = paragraph(text, BOOK, BOOK.width("Айтыңыз үнү"), 5)
    assert broken.lines[0] == "Айтыңыз\N{NO-BREAK SPACE}—"


def test_a_text_is_broken_into_even_lines_that_fit_and_lose_nothing() -> None:
    broken = paragraph(LABEL, BOOK, 720, 3)

    assert " ".join(broken.lines) == LABEL
    assert broken.width <= 720
    widths = [BOOK.width(line) for line in broken.lines]
    assert min(widths) > max(widths) / 2


def test_what_is_left_over_becomes_an_ellipsis_after_a_whole_word() -> None:
    broken = paragraph(LABEL, BOOK, 400, 2)

    assert len(broken.lines) == 2
    assert broken.width <= 400
    kept = " ".join(broken.lines).removesuffix("…")
    assert LABEL.startswith(kept)
    assert LABEL[len(kept)] in " ,"


def test_a_word_longer_than_a_line_is_cut_and_still_fits() -> None:
    broken = paragraph("А" * 5000, BOOK, 300, 3)

    assert len(broken.lines) == 3
    assert broken.width <= 300
    assert broken.lines[-1].endswith("…")


def test_a_long_name_is_cut_after_its_hyphen() -> None:
    name = "Электр-жабдууларды"
    broken = paragraph(name, BOOK, BOOK.width("Электр-жабду"), 2)
    assert broken.lines == ("Электр-", "жабдууларды")


def test_a_name_gets_smaller_before_it_is_broken() -> None:
    name = "Кызыл-Октябрь"
    fitted = fitting(name, Face(Weight.BOLD, 100), 500, 1, 20)

    assert fitted.lines == (name,)
    assert 400 < fitted.width <= 500


def test_importing_the_pictures_loads_neither_pillow_nor_segno() -> None:
    program = "import sys, bot.pictures; sys.exit(bool({'PIL', 'segno'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
