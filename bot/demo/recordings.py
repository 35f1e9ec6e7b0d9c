"""Short recordings of the options, as a mobilizer would send them by voice."""

from pathlib import Path

FOLDER = Path(__file__).parent / "voices"
OPUS_HZ = 48_000


def recording(name: str, language: str) -> bytes:
    """OGG with Opus, as Telegram's voice messages are."""
    return (FOLDER / f"{name}-{language}.ogg").read_bytes()


def seconds(voice: bytes) -> int:
    """How long it plays: the position of its last page, in whole seconds (RFC 7845, 4)."""
    page = voice.rindex(b"OggS")
    return max(round(int.from_bytes(voice[page + 6 : page + 14], "little") / OPUS_HZ), 1)
