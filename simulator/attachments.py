"""What a person can attach: pictures, sound, documents, places, contacts."""

import itertools
from collections.abc import Sequence
from typing import Any

from simulator.entities import plain
from simulator.model import Json, Media, MediaKind, Message, UploadedFile
from simulator.phone import Impossible, Phone
from simulator.refusal import Refusal

_album_ids = itertools.count(13_800_000_000_000_001)


class Attachments(Phone):
    def sends_photo(
        self,
        person_id: int,
        data: bytes,
        caption: str = "",
        *,
        name: str = "photo.jpg",
        chat_id: int | None = None,
    ) -> Message:
        media = self._store("photo", UploadedFile(name, data))
        return self._sends_media(person_id, chat_id, media, caption)

    def sends_voice(
        self,
        person_id: int,
        data: bytes,
        duration: int = 3,
        *,
        mime: str = "audio/ogg",
        caption: str = "",
        chat_id: int | None = None,
    ) -> Message:
        """`duration` is in seconds."""
        media = self._store("voice", UploadedFile("voice.oga", data, mime), duration=duration)
        return self._sends_media(person_id, chat_id, media, caption)

    def sends_video(
        self,
        person_id: int,
        data: bytes,
        caption: str = "",
        *,
        name: str = "video.mp4",
        duration: int = 3,
        chat_id: int | None = None,
    ) -> Message:
        size = {"width": 640, "height": 360, "duration": duration}
        media = self._store("video", UploadedFile(name, data), **size)
        return self._sends_media(person_id, chat_id, media, caption)

    def sends_document(
        self,
        person_id: int,
        data: bytes,
        name: str = "document.pdf",
        caption: str = "",
        *,
        mime: str | None = None,
        chat_id: int | None = None,
    ) -> Message:
        media = self._store("document", UploadedFile(name, data, mime))
        return self._sends_media(person_id, chat_id, media, caption)

    def sends_sticker(
        self,
        person_id: int,
        emoji: str = "👍",
        data: bytes = b"RIFF\0\0\0\0WEBP",
        *,
        chat_id: int | None = None,
    ) -> Message:
        sticker: Json = {"type": "regular", "width": 512, "height": 512, "emoji": emoji}
        sticker |= {"is_animated": False, "is_video": False}
        media = self._store("sticker", UploadedFile("sticker.webp", data), **sticker)
        return self._sends_media(person_id, chat_id, media)

    def sends_album(
        self,
        person_id: int,
        photos: Sequence[bytes],
        caption: str = "",
        *,
        chat_id: int | None = None,
    ) -> list[Message]:
        """Two to ten photos at once; the caption belongs to the first."""
        if not 2 <= len(photos) <= 10:
            raise Impossible("an album has two to ten photos")
        album = str(next(_album_ids))
        media = [self._store("photo", UploadedFile("photo.jpg", data)) for data in photos]
        return [
            self._sends_media(person_id, chat_id, one, "" if i else caption, media_group_id=album)
            for i, one in enumerate(media)
        ]

    def sends_location(
        self, person_id: int, latitude: float, longitude: float, *, chat_id: int | None = None
    ) -> Message:
        point = {"latitude": latitude, "longitude": longitude}
        return self._sends_media(person_id, chat_id, Media("location", point))

    def sends_contact(
        self,
        person_id: int,
        *,
        phone: str | None = None,
        first_name: str | None = None,
        user_id: int | None = None,
        chat_id: int | None = None,
    ) -> Message:
        """The own contact, or with `phone` that of somebody else."""
        me = self._person(person_id)
        name = first_name or me.first_name
        contact: Json = {"phone_number": phone or me.phone, "first_name": name}
        if phone is None:
            contact["user_id"] = me.id
            if me.last_name:
                contact["last_name"] = me.last_name
        elif user_id is not None:
            contact["user_id"] = user_id
        return self._sends_media(person_id, chat_id, Media("contact", contact))

    def _store(self, kind: MediaKind, upload: UploadedFile, **details: Any) -> Media:
        try:
            return self._telegram.files.store(kind, upload, **details)
        except Refusal as refusal:
            raise Impossible(refusal.description) from refusal

    def _sends_media(
        self,
        person_id: int,
        chat_id: int | None,
        media: Media,
        caption: str = "",
        media_group_id: str | None = None,
    ) -> Message:
        shown = plain(caption)
        return self._sends(
            person_id,
            chat_id,
            media=media,
            caption=shown.text or None,
            entities=shown.entities,
            media_group_id=media_group_id,
        )
