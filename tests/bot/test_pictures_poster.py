"""The village's poster: A4, both names, a QR code that leads into the bot."""

import re
import zlib
from dataclasses import replace
from io import BytesIO

import pytest
import segno
from PIL import Image

from bot.pictures import Poster, village_poster
from bot.pictures.pdf import one_page

LINK = "https://t.me/AsharKyrgyzstanBot?start=v_41702205805010"
POSTER = Poster(
    village_ky="Көк-Жар",
    village_ru="Кок-Жар",
    aimak_ky="Ак-Булуң айыл аймагы",
    aimak_ru="Ак-Булунский айылный аймак",
    link=LINK,
    line_ky="Айылыңызга эмне керек? Айтыңыз — үнүңүз эсепке алынат",
    line_ru="Что нужно вашему селу? Скажите — ваш голос будет учтён",
    hint_ky="Телефондун камерасын ушул сүрөткө алып келиңиз.",
    hint_ru="Наведите камеру телефона на этот рисунок.",
    source="АРИС",
)
LONG = "Имени пятидесятилетия образования Союза (часть Новопокровки), верхняя"
FULLEST = Poster(
    village_ky=f"{LONG} (ky)",
    village_ru=LONG,
    aimak_ky=LONG * 2,
    aimak_ru=LONG * 2,
    link=f"https://t.me/{'A' * 32}?start={'v' * 64}",
    line_ky=LONG * 3,
    line_ru=LONG * 3,
    hint_ky=LONG * 5,
    hint_ru=LONG * 5,
    source=LONG * 3,
)
POSTERS = [POSTER, FULLEST, replace(POSTER, hint_ky="", hint_ru="", source="")]


def drawn(poster: Poster) -> Image.Image:
    return Image.open(BytesIO(village_poster(poster, "png"))).convert("L")


def code_of(page: Image.Image) -> tuple[int, int, int]:
    """Left, top and module size of the QR code, found by its first finder pattern.

    Its left edge is the first run of black down the page that is taller than any letter.
    """
    for x in range(page.width):
        column = page.crop((x, 0, x + 1, page.height)).tobytes()
        top = column.find(bytes(60))
        if top >= 0:
            run = len(column[top:]) - len(column[top:].lstrip(b"\0"))
            return x, top, run // 7
    raise AssertionError("no QR code on the page")


@pytest.mark.parametrize("poster", POSTERS)
def test_the_code_on_the_page_is_the_links_with_high_error_correction(poster: Poster) -> None:
    page = drawn(poster)
    left, top, dot = code_of(page)
    expected = segno.make_qr(poster.link, error="h", boost_error=False)
    side = len(expected.matrix)

    seen = [
        [
            page.getpixel((left + across * dot + dot // 2, top + down * dot + dot // 2)) == 0
            for across in range(side)
        ]
        for down in range(side)
    ]

    assert seen == [[bool(module) for module in row] for row in expected.matrix]
    assert expected.error == "H"


@pytest.mark.parametrize("poster", POSTERS)
def test_the_code_has_four_white_modules_around_it(poster: Poster) -> None:
    page = drawn(poster)
    left, top, dot = code_of(page)
    side = len(segno.make_qr(poster.link, error="h", boost_error=False).matrix) * dot
    quiet = 4 * dot
    page.paste(255, (left, top, left + side, top + side))

    around = page.crop((left - quiet, top - quiet, left + side + quiet, top + side + quiet))
    assert around.getextrema() == (255, 255)


def test_a_module_is_large_enough_for_a_cheap_camera() -> None:
    _, _, dot = code_of(drawn(POSTER))
    assert dot / 200 * 25.4 >= 1.5  # millimetres


@pytest.mark.parametrize("poster", POSTERS)
def test_the_png_is_an_a4_page_at_200_dots_per_inch_with_free_margins(poster: Poster) -> None:
    page = Image.open(BytesIO(village_poster(poster, "png")))

    across, down = page.info["dpi"]
    assert (round(across), round(down)) == (200, 200)
    assert page.width / 200 * 25.4 == pytest.approx(210, abs=0.2)
    assert page.height / 200 * 25.4 == pytest.approx(297, abs=0.2)
    grey = page.convert("L")
    inner = (118, 118, page.width - 118, page.height - 118)
    grey.paste(255, inner)
    assert grey.getextrema() == (255, 255)


def test_a_name_that_is_the_same_in_both_languages_stands_once() -> None:
    def blue(poster: Poster) -> int:
        page = Image.open(BytesIO(village_poster(poster, "png"))).convert("RGB")
        return sum(count for count, ink in page.getcolors() or [] if ink == (11, 79, 138))

    nameless = blue(replace(POSTER, village_ky=".", village_ru=","))
    once = blue(replace(POSTER, village_ru=POSTER.village_ky)) - nameless
    twice = blue(POSTER) - nameless

    assert once == pytest.approx(twice / 2, rel=0.1)


def test_both_names_are_on_the_poster() -> None:
    assert drawn(POSTER).tobytes() != drawn(replace(POSTER, village_ru="Кок-Жар 2")).tobytes()
    assert drawn(POSTER).tobytes() != drawn(replace(POSTER, village_ky="Көк-Жар 2")).tobytes()


@pytest.mark.parametrize("link", ["", "https://t.me/бот", "https://t.me/a b", "x\ny"])
def test_what_is_no_link_is_refused(link: str) -> None:
    with pytest.raises(ValueError, match="not a link"):
        village_poster(replace(POSTER, link=link), "png")


def test_the_pdf_is_one_a4_page_with_the_pixels_of_the_png() -> None:
    pdf = village_poster(POSTER, "pdf")
    png = village_poster(POSTER, "png")

    media_box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert media_box
    assert [float(side) for side in media_box.groups()] == pytest.approx([595.28, 841.89], abs=0.2)
    assert pdf.count(b"/Type /Page ") == 1
    start = pdf.index(b"stream\n", pdf.index(b"/Subtype /Image")) + len(b"stream\n")
    rows = zlib.decompressobj().decompress(pdf[start:])
    width, height = 1654, 2339
    assert len(rows) == (width + 1) * height
    assert {rows[y * (width + 1)] for y in range(height)} == {0}, "rows are stored unfiltered"
    pixels = b"".join(rows[y * (width + 1) + 1 :][:width] for y in range(height))
    assert pixels == Image.open(BytesIO(png)).tobytes()


def test_the_pdf_opens_the_link_and_is_titled_with_both_names() -> None:
    pdf = village_poster(POSTER, "pdf")

    address = re.search(rb"/URI <([0-9a-f]+)>", pdf)
    assert address
    assert bytes.fromhex(address.group(1).decode()).decode() == LINK
    title = re.search(rb"/Title <([0-9a-f]+)>", pdf)
    assert title
    assert bytes.fromhex(title.group(1).decode()).decode("utf-16") == "Көк-Жар · Кок-Жар"


def test_every_entry_of_the_pdfs_table_points_at_its_object() -> None:
    pdf = village_poster(POSTER, "pdf")

    table = int(pdf.rsplit(b"startxref\n", 1)[1].split()[0])
    assert pdf[table:].startswith(b"xref\n0 8\n")
    offsets = [int(offset) for offset in re.findall(rb"(\d{10}) 00000 n", pdf[table:])]
    assert len(offsets) == 7
    for number, offset in enumerate(offsets, start=1):
        assert pdf[offset:].startswith(b"%d 0 obj\n" % number)
    for length, content in re.findall(
        rb"/Length (\d+)>>\nstream\n(.*?)\nendstream", pdf, re.DOTALL
    ):
        assert len(content) == int(length)


def test_the_same_village_gets_the_same_bytes() -> None:
    assert village_poster(POSTER, "pdf") == village_poster(POSTER, "pdf")


def test_a_picture_without_a_palette_is_no_page() -> None:
    file = BytesIO()
    Image.new("RGB", (4, 4)).save(file, "PNG")
    with pytest.raises(ValueError, match="not a plain palette PNG"):
        one_page(file.getvalue(), 200, "", LINK)
