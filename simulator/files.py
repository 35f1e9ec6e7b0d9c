"""The files that were sent, by their file_id."""

import base64
import mimetypes
from collections.abc import Iterator, Mapping
from pathlib import PurePath

from simulator import pictures
from simulator.model import Json, Media, MediaKind, UploadedFile
from simulator.refusal import bad_request

MAX_DOWNLOAD = 20 * 1024 * 1024
MAX_PHOTO = 10 * 1024 * 1024
MAX_UPLOAD = 50 * 1024 * 1024
"""Bytes; https://core.telegram.org/bots/api#sending-files and #getfile."""

SMALLER_SIZES = (90, 320)
"""The longer side, in pixels, of the copies that Telegram makes of a photo, largest left out."""

FOLDERS: dict[MediaKind, str] = {
    "photo": "photos",
    "document": "documents",
    "voice": "voice",
    "video": "videos",
    "audio": "music",
    "animation": "animations",
    "sticker": "stickers",
}
_PREFIXES: dict[MediaKind, str] = {
    "photo": "AgACAgIAAxkD",
    "document": "BQACAgIAAxkD",
    "voice": "AwACAgIAAxkD",
    "video": "BAACAgIAAxkD",
    "audio": "CQACAgIAAxkD",
    "animation": "CgACAgIAAxkD",
    "sticker": "CAACAgIAAxkD",
}
_DEFAULT_MIME: dict[MediaKind, str] = {
    "photo": "image/jpeg",
    "document": "application/octet-stream",
    "voice": "audio/ogg",
    "video": "video/mp4",
    "audio": "audio/mpeg",
    "animation": "video/mp4",
    "sticker": "image/webp",
}


class StoredFile:
    """A file on the simulated servers; smaller photos are drawn when somebody asks for them."""

    def __init__(
        self,
        kind: MediaKind,
        number: int,
        upload: UploadedFile,
        size: tuple[int, int] | None = None,
        original: bool = True,
    ):
        suffix = PurePath(upload.name).suffix
        if kind == "photo":
            suffix = pictures.extension(upload.bytes)
        tail = base64.urlsafe_b64encode(number.to_bytes(9, "big")).decode()
        self.kind = kind
        self.file_id = f"{_PREFIXES[kind]}{tail}"
        self.file_unique_id = f"AQAD{tail}"
        self.name = upload.name
        self.mime = _mime(kind, upload)
        self.path = f"{FOLDERS[kind]}/file_{number}{suffix or '.oga' * (kind == 'voice')}"
        self.dimensions = size
        self._upload = upload.bytes
        self._drawn = upload.bytes if original else None

    @property
    def bytes(self) -> bytes:
        if self._drawn is None:
            assert self.dimensions is not None
            self._drawn = pictures.scaled(self._upload, *self.dimensions)
        return self._drawn

    @property
    def ids(self) -> Json:
        return {"file_id": self.file_id, "file_unique_id": self.file_unique_id}


class Files(Mapping[str, StoredFile]):
    """Every stored file by file_id."""

    def __init__(self) -> None:
        self._files: dict[str, StoredFile] = {}
        self._paths: dict[str, StoredFile] = {}
        self._media: dict[str, Media] = {}

    def __getitem__(self, file_id: str) -> StoredFile:
        return self._files[file_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def at(self, path: str) -> StoredFile | None:
        """The file that getFile gave this path."""
        return self._paths.get(path)

    def sent_again(self, kind: MediaKind, file_id: str) -> Media:
        """The media that a file_id stands for. Raises Refusal: unknown, or of another kind."""
        media = self._media.get(file_id)
        if media is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        if media.kind != kind:
            real, wanted = media.kind.capitalize(), kind.capitalize()
            raise bad_request(f"can't use file of type {real} as {wanted}")
        return media

    def store(self, kind: MediaKind, upload: UploadedFile, **details: object) -> Media:
        """Keep an upload and describe it as the Bot API does; `details` join the description.

        Raises Refusal for an empty file, one that is too big, or a photo that is no picture.
        """
        if not upload.bytes:
            raise bad_request("file must be non-empty")
        if len(upload.bytes) > MAX_UPLOAD:
            raise bad_request("file is too big")
        return self._photo(upload) if kind == "photo" else self._file(kind, upload, details)

    def _keep(self, file: StoredFile, media: Media | None = None) -> None:
        self._files[file.file_id] = file
        self._paths[file.path] = file
        if media is not None:
            self._media[file.file_id] = media

    def _file(self, kind: MediaKind, upload: UploadedFile, details: dict[str, object]) -> Media:
        file = StoredFile(kind, len(self._files) + 1, upload)
        known = {name: value for name, value in details.items() if value is not None}
        payload: Json = known | {"mime_type": file.mime}
        if kind == "sticker":
            del payload["mime_type"]
        if kind in {"document", "audio", "video", "animation"}:
            payload["file_name"] = file.name
        payload |= file.ids | {"file_size": len(upload.bytes)}
        media = Media(kind, payload)
        self._keep(file, media)
        return media

    def _photo(self, upload: UploadedFile) -> Media:
        if len(upload.bytes) > MAX_PHOTO:
            raise bad_request("file is too big")
        size = pictures.dimensions(upload.bytes)
        if size is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        width, height = size
        if not width or not height or width + height > 10_000 or max(size) > 20 * min(size):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        media = Media("photo", [])
        for longer in (side for side in SMALLER_SIZES if side < max(size)):
            ratio = longer / max(size)
            small = max(round(width * ratio), 1), max(round(height * ratio), 1)
            self._add_size(media, StoredFile("photo", len(self) + 1, upload, small, False))
        largest = StoredFile("photo", len(self) + 1, upload, size)
        self._add_size(media, largest)
        media.payload[-1]["file_size"] = len(upload.bytes)
        return media

    def _add_size(self, media: Media, file: StoredFile) -> None:
        assert file.dimensions is not None
        width, height = file.dimensions
        media.payload.append(file.ids | {"width": width, "height": height})
        self._keep(file, media)


def _mime(kind: MediaKind, upload: UploadedFile) -> str:
    guessed = mimetypes.guess_type(upload.name)[0]
    if kind in {"voice", "sticker"}:
        return upload.mime or _DEFAULT_MIME[kind]
    return upload.mime or guessed or _DEFAULT_MIME[kind]
