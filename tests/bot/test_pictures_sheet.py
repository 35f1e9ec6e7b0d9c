"""The sheet of a vote's options: numbers beside pictures, and what bad pictures get."""

import random
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from bot.pictures import SheetOption, UnreadablePicture, option_sheet
from bot.pictures.canvas import BLUE, SAND
from bot.pictures.sheet import MOST_BYTES

RED, GREEN = (200, 30, 30), (30, 160, 60)
ORIENTATION = 0x0112
GPS = 0x8825
TILE = (32, 32, 352, 272)  # where the first of up to four pictures lies when there is no title


def saved(picture: Image.Image, form: str, orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[0x010E] = "secret-description"
    exif.get_ifd(GPS)[1] = "N"
    file = BytesIO()
    picture.save(file, form, exif=exif)
    return file.getvalue()


def red_left_of_green(size: tuple[int, int] = (640, 480)) -> Image.Image:
    picture = Image.new("RGB", size, GREEN)
    picture.paste(RED, (0, 0, size[0] // 2, size[1]))
    return picture


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds no pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    ends = [struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))]
    pixels = b"IDAT" + zlib.compress(b"")
    ends.append(struct.pack(">I", len(pixels) - 4) + pixels + struct.pack(">I", zlib.crc32(pixels)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(ends)


def sheet(*pictures: bytes | None, title: str = "") -> Image.Image:
    options = tuple(
        SheetOption(number, "Таза суу", "1 500 000 сом", picture)
        for number, picture in enumerate(pictures, start=1)
    )
    return Image.open(BytesIO(option_sheet(options, title)))


def near(pixel: object, ink: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(a - b) < 40 for a, b in zip(pixel, ink, strict=True))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("size", [(640, 480), (2400, 1800)])
@pytest.mark.parametrize(
    ("orientation", "red", "green"),
    [
        (1, (100, 200), (300, 200)),
        (3, (300, 200), (180, 200)),
        (6, (192, 150), (192, 260)),
        (8, (192, 260), (300, 60)),
    ],
)
def test_a_picture_is_turned_as_the_camera_says(
    form: str,
    size: tuple[int, int],
    orientation: int,
    red: tuple[int, int],
    green: tuple[int, int],
) -> None:
    picture = sheet(saved(red_left_of_green(size), form, orientation))

    assert near(picture.getpixel(red), RED)
    assert near(picture.getpixel(green), GREEN)


def test_nothing_but_pixels_is_left_of_a_photo() -> None:
    options = (SheetOption(1, "Суу", "", saved(red_left_of_green(), "JPEG", 6)),)

    content = option_sheet(options, "")

    assert b"Exif" not in content
    assert b"secret-description" not in content
    picture = Image.open(BytesIO(content))
    assert not picture.getexif()
    assert picture.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_transparent_picture_lies_on_white_paper() -> None:
    clear = Image.new("RGBA", (400, 300), (0, 0, 0, 0))
    assert near(sheet(saved(clear, "PNG")).getpixel((200, 200)), (255, 255, 255))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK"])
def test_pictures_of_other_colour_modes_are_shown(mode: str) -> None:
    form = "JPEG" if mode == "CMYK" else "PNG"
    grey = Image.new("RGB", (800, 600), "white").convert(mode)
    assert near(sheet(saved(grey, form)).convert("RGB").getpixel((200, 200)), (255, 255, 255))


def test_an_option_without_a_picture_gets_a_calm_tile_with_its_number() -> None:
    content = option_sheet((SheetOption(1, "Суу"), SheetOption(2, "Жол")), "Тандаңыз")

    picture = Image.open(BytesIO(content))
    assert picture.format == "PNG"
    inks = {ink for _, ink in picture.convert("RGB").getcolors() or []}
    assert {tuple(bytes.fromhex(ink[1:])) for ink in (SAND, BLUE)} <= inks


def test_two_numbers_make_two_different_sheets() -> None:
    assert option_sheet((SheetOption(1, "Суу"),), "") != option_sheet((SheetOption(2, "Суу"),), "")


def test_pictures_and_tiles_stand_on_one_sheet() -> None:
    picture = sheet(saved(red_left_of_green(), "JPEG"), None, title="Тандаңыз")
    assert picture.format == "JPEG"
    assert picture.width == 900


@pytest.mark.parametrize("count", [2, 4, 6, 10])
def test_no_word_of_a_short_name_is_lost_beside_a_long_line(count: int) -> None:
    long_line = "Баасы: 33 485 685 сом, пайдасын көрөт: 2 450 киши"
    short = tuple(SheetOption(place + 1, "Суу", "") for place in range(count))
    tall = tuple(
        SheetOption(place + 1, "Мектептин чатырын, терезелерин жана эшиктерин оңдоо", long_line)
        for place in range(count)
    )
    heights = [Image.open(BytesIO(option_sheet(rows, ""))).height for rows in (short, tall)]
    assert heights[0] < 2200
    assert heights[1] >= heights[0]


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        (b"", "damaged"),
        (b"not a picture", "damaged"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "damaged"),
        (b"GIF89a" + bytes(40), "damaged"),
        (saved(red_left_of_green(), "JPEG")[:900], "damaged"),
        (saved(red_left_of_green(), "PNG")[:120], "damaged"),
        (saved(red_left_of_green(), "WEBP")[:60], "damaged"),
        (png_header(1000, 1000), "damaged"),
        (png_header(3000, 3000), "too_many_pixels"),
        (png_header(10_000, 10_000), "too_many_pixels"),
        (png_header(60_000, 60_000), "too_many_pixels"),
        (bytes(MOST_BYTES + 1), "too_many_bytes"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)}-bytes",
)
def test_a_bad_picture_is_named_by_its_option_and_flaw(content: bytes, flaw: str) -> None:
    good = saved(red_left_of_green(), "JPEG")
    options = (SheetOption(4, "Суу", "", good), SheetOption(7, "Жол", "", content))

    with pytest.raises(UnreadablePicture) as caught:
        option_sheet(options, "")

    assert (caught.value.number, caught.value.flaw) == (7, flaw)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # what Pillow says of damaged metadata
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_damaged_bytes_are_shown_or_refused_and_never_break_anything(form: str) -> None:
    dice = random.Random(form)
    whole = saved(red_left_of_green((120, 90)), form, 6)
    outcomes = set()
    for _ in range(200):
        damaged = bytearray(whole)
        for _ in range(dice.choice((1, 3, 20))):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        try:
            option_sheet((SheetOption(1, "", "", bytes(damaged)),), "")
            outcomes.add("shown")
        except UnreadablePicture:
            outcomes.add("refused")
    assert outcomes == {"shown", "refused"}
