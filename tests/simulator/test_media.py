"""Pictures, documents, voice, albums, places; uploads and what is refused."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from simulator import UploadedFile, pictures
from tests.simulator.village import Village

Draw = Callable[..., bytes]


def upload(data: bytes, name: str = "a.jpg", mime: str | None = None) -> UploadedFile:
    return UploadedFile(name, data, mime)


async def photo(village: Village, data: bytes, **params: Any) -> Any:
    return await village.result(
        "sendPhoto", {"photo": upload(data)}, chat_id=village.aida.id, **params
    )


async def test_a_photo_comes_in_several_sizes(village: Village, picture: Draw) -> None:
    sent = await photo(village, picture(640, 480), caption="<i>суу</i>", parse_mode="HTML")
    assert [(size["width"], size["height"]) for size in sent["photo"]] == [
        (90, 68),
        (320, 240),
        (640, 480),
    ]
    assert len({size["file_unique_id"] for size in sent["photo"]}) == 3
    assert sent["caption"] == "суу"
    assert sent["caption_entities"] == [{"offset": 0, "length": 3, "type": "italic"}]
    assert "text" not in sent


async def test_a_small_photo_has_one_size(village: Village, picture: Draw) -> None:
    assert len((await photo(village, picture(40, 80)))["photo"]) == 1


async def test_a_file_is_downloaded_by_its_path(village: Village, picture: Draw) -> None:
    data = picture()
    sent = await photo(village, data)
    large = await village.result("getFile", file_id=sent["photo"][-1]["file_id"])
    assert large["file_size"] == len(data)
    file = village.telegram.files.at(large["file_path"])
    assert file is not None
    assert file.bytes == data
    small = await village.result("getFile", file_id=sent["photo"][0]["file_id"])
    thumbnail = village.telegram.files.at(small["file_path"])
    assert thumbnail is not None
    with Image.open(BytesIO(thumbnail.bytes)) as drawn:
        assert drawn.size == (90, 68)


async def test_a_photo_is_sent_again_by_its_file_id(village: Village, picture: Draw) -> None:
    sent = await photo(village, picture())
    again = await village.result(
        "sendPhoto", chat_id=village.aida.id, photo=sent["photo"][0]["file_id"]
    )
    assert again["photo"] == sent["photo"]


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("AgACAgIAAxkDnobody", "wrong file identifier/HTTP URL specified"),
        ("суу", "wrong file identifier/HTTP URL specified"),
        ("https://aris.kg/a.jpg", "failed to get HTTP URL content"),
        ("attach://nothing", "there is no photo in the request"),
        (None, "there is no photo in the request"),
    ],
)
async def test_a_file_that_is_not_there_is_refused(
    village: Village, reference: str | None, words: str
) -> None:
    refusal = await village.refusal("sendPhoto", chat_id=village.aida.id, photo=reference)
    assert refusal == f"Bad Request: {words}"


async def test_a_file_id_of_another_kind_is_refused(village: Village, picture: Draw) -> None:
    sent = await photo(village, picture())
    refusal = await village.refusal(
        "sendDocument", chat_id=village.aida.id, document=sent["photo"][-1]["file_id"]
    )
    assert refusal == "Bad Request: can't use file of type Photo as Document"


@pytest.mark.parametrize(
    ("size", "words"),
    [((5001, 5000), "PHOTO_INVALID_DIMENSIONS"), ((2100, 100), "PHOTO_INVALID_DIMENSIONS")],
)
async def test_odd_dimensions_are_refused(
    village: Village, picture: Draw, size: tuple[int, int], words: str
) -> None:
    files = {"photo": upload(picture(*size, kind="GIF"))}
    refusal = await village.refusal("sendPhoto", files, chat_id=village.aida.id)
    assert refusal == f"Bad Request: {words}"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "file must be non-empty"),
        (b"not a picture", "IMAGE_PROCESS_FAILED"),
        (b"\xff\xd8" + bytes(10 * 1024 * 1024), "file is too big"),
    ],
)
async def test_what_is_no_photo_is_refused(village: Village, data: bytes, words: str) -> None:
    refusal = await village.refusal("sendPhoto", {"photo": upload(data)}, chat_id=village.aida.id)
    assert refusal == f"Bad Request: {words}"


async def test_a_caption_has_at_most_1024_units(village: Village, picture: Draw) -> None:
    await photo(village, picture(), caption="<b>" + "ө" * 1024 + "</b>", parse_mode="HTML")
    refusal = await village.refusal(
        "sendPhoto",
        {"photo": upload(picture())},
        chat_id=village.aida.id,
        caption="🌾" * 513,
    )
    assert refusal == "Bad Request: message caption is too long"


async def test_a_document_keeps_its_name(village: Village) -> None:
    file = upload("Айдай".encode(), "Тизме.csv")
    sent = await village.result("sendDocument", {"document": file}, chat_id=village.aida.id)
    assert sent["document"]["file_name"] == "Тизме.csv"
    assert sent["document"]["mime_type"] == "text/csv"
    assert sent["document"]["file_size"] == 10
    stored = village.telegram.files[sent["document"]["file_id"]]
    assert (stored.bytes, stored.name, stored.mime) == (file.bytes, "Тизме.csv", "text/csv")
    assert stored.path == "documents/file_1.csv"


async def test_a_file_can_be_attached_under_another_name(village: Village) -> None:
    sent = await village.result(
        "sendDocument",
        {"f1": upload(b"x", "a.txt")},
        chat_id=village.aida.id,
        document="attach://f1",
    )
    assert sent["document"]["file_name"] == "a.txt"


async def test_a_voice_message(village: Village) -> None:
    sent = await village.result(
        "sendVoice", {"voice": upload(b"OggS", "v.ogg")}, chat_id=village.aida.id, duration="7"
    )
    assert sent["voice"]["duration"] == 7
    assert sent["voice"]["mime_type"] == "audio/ogg"


@pytest.mark.parametrize(
    ("method", "kind"),
    [("sendVideo", "video"), ("sendAudio", "audio"), ("sendAnimation", "animation")],
)
async def test_other_media(village: Village, method: str, kind: str) -> None:
    sent = await village.result(method, {kind: upload(b"x", "x.mp4")}, chat_id=village.aida.id)
    assert sent[kind]["duration"] == 0


async def test_a_sticker(village: Village) -> None:
    sent = await village.result(
        "sendSticker", {"sticker": upload(b"x", "x.webp")}, chat_id=village.aida.id, emoji="👍"
    )
    assert (sent["sticker"]["emoji"], sent["sticker"]["type"]) == ("👍", "regular")


async def test_an_album_is_one_group_of_messages(village: Village, picture: Draw) -> None:
    first = await photo(village, picture())
    sent = await village.result(
        "sendMediaGroup",
        {"new": upload(picture(300, 200))},
        chat_id=village.aida.id,
        media=[
            {"type": "photo", "media": first["photo"][-1]["file_id"], "caption": "1. Суу"},
            {"type": "photo", "media": "attach://new", "caption": "<b>2</b>", "parse_mode": "HTML"},
        ],
    )
    assert len({message["media_group_id"] for message in sent}) == 1
    assert [message["caption"] for message in sent] == ["1. Суу", "2"]


@pytest.mark.parametrize(
    ("media", "words"),
    [
        ([], "there are no messages to send"),
        (["photo"], "too few messages to send as an album"),
        (["photo"] * 11, "too many messages to send as an album"),
        (["photo", "document"], "document can't be mixed with other media types"),
        (
            ["photo", "animation"],
            "can't parse InputMedia: type \"animation\" can't be used in sendMediaGroup",
        ),
        (["photo", "pebble"], 'can\'t parse InputMedia: type "pebble" is unsupported'),
    ],
)
async def test_a_wrong_album_is_refused(
    village: Village, picture: Draw, media: list[str], words: str
) -> None:
    items = [{"type": kind, "media": "attach://a"} for kind in media]
    refusal = await village.refusal(
        "sendMediaGroup", {"a": upload(picture())}, chat_id=village.aida.id, media=items
    )
    assert refusal == f"Bad Request: {words}"
    assert len(village.telegram.screen(village.aida.id)) == 1


async def test_the_caption_and_the_medium_are_edited(village: Village, picture: Draw) -> None:
    sent = await photo(village, picture(), caption="эски")
    where = {"chat_id": village.aida.id, "message_id": sent["message_id"]}
    edited = await village.result("editMessageCaption", **where, caption="жаңы")
    assert edited["caption"] == "жаңы"
    again = await village.refusal("editMessageCaption", **where, caption="жаңы")
    assert again.startswith("Bad Request: message is not modified")
    text = await village.refusal("editMessageText", **where, text="x")
    assert text == "Bad Request: there is no text in the message to edit"
    swapped = await village.result(
        "editMessageMedia",
        {"m": upload(b"pdf", "a.pdf")},
        **where,
        media={"type": "document", "media": "attach://m", "caption": "файл"},
    )
    assert swapped["document"]["file_name"] == "a.pdf"
    assert "photo" not in swapped


async def test_places_and_contacts(village: Village) -> None:
    aida = village.aida.id
    point = {"latitude": 40.51, "longitude": "72.81"}
    sent = await village.result("sendLocation", chat_id=aida, **point)
    assert sent["location"] == {"latitude": 40.51, "longitude": 72.81}
    sent = await village.result("sendVenue", chat_id=aida, **point, title="Мектеп", address="Ош")
    assert sent["venue"]["title"] == "Мектеп"
    assert sent["location"] == sent["venue"]["location"]
    sent = await village.result(
        "sendContact", chat_id=aida, phone_number="+996555000111", first_name="АРИС"
    )
    assert sent["contact"] == {"phone_number": "+996555000111", "first_name": "АРИС"}


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"longitude": 72.8}, "latitude is empty"),
        ({"latitude": 91, "longitude": 72.8}, "wrong location coordinates specified"),
        ({"latitude": "түндүк", "longitude": 1}, 'parameter "latitude" must be of type Float'),
    ],
)
async def test_a_wrong_place_is_refused(
    village: Village, params: dict[str, Any], words: str
) -> None:
    refusal = await village.refusal("sendLocation", chat_id=village.aida.id, **params)
    assert refusal == f"Bad Request: {words}"


async def test_unknown_files_are_not_found(village: Village) -> None:
    assert await village.refusal("getFile", file_id="x") == "Bad Request: invalid file_id"


async def test_what_is_too_big_to_download_is_refused(village: Village) -> None:
    big = upload(bytes(20 * 1024 * 1024 + 1), "big.bin")
    sent = await village.result("sendDocument", {"document": big}, chat_id=village.aida.id)
    refusal = await village.refusal("getFile", file_id=sent["document"]["file_id"])
    assert refusal == "Bad Request: file is too big"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_dimensions_are_read_from_the_first_bytes(picture: Draw, kind: str) -> None:
    assert pictures.dimensions(picture(123, 45, kind)) == (123, 45)


def test_webp_without_loss_and_with_alpha() -> None:
    for mode, options in (("RGB", {"lossless": True}), ("RGBA", {"exif": b"Exif\0\0x"})):
        out = BytesIO()
        Image.new(mode, (77, 33)).save(out, "WEBP", **options)
        assert pictures.dimensions(out.getvalue()) == (77, 33)


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"\xff\xd8\xff\xe0\0\x04", b"RIFF0000WEBPVP8 "])
def test_broken_pictures_have_no_dimensions(data: bytes) -> None:
    assert pictures.dimensions(data) is None


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        (
            "AgACnobody",
            'failed to send message #2 with the error message "Wrong file identifier/HTTP URL '
            'specified"',
        ),
        ("attach://nothing", "can't parse InputMedia: media not found"),
    ],
)
async def test_a_wrong_file_in_an_album_is_named(
    village: Village, picture: Draw, reference: str, words: str
) -> None:
    media = [{"type": "photo", "media": one} for one in ("attach://a", reference)]
    refusal = await village.refusal(
        "sendMediaGroup", {"a": upload(picture())}, chat_id=village.aida.id, media=media
    )
    assert refusal == f"Bad Request: {words}"
    assert len(village.telegram.screen(village.aida.id)) == 1
