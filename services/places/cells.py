"""What may stand in a cell of a file of places, and how it is understood."""

import re
import unicodedata
from datetime import date

from models import PlaceLevel

LEVELS = {
    PlaceLevel.OBLAST: "oblast oblus область облус облусу",
    PlaceLevel.CITY_REP: "city_rep republican_city",
    PlaceLevel.RAYON: "rayon raion район району district",
    PlaceLevel.CITY: "city город шаар шаары",
    PlaceLevel.TOWN: "town",
    PlaceLevel.PGT: "pgt пгт шаарча шаарчасы",
    PlaceLevel.AIMAK: "aimak aiyl_aimak ayil_aimak аймак айыл_аймагы айылный_аймак",
    PlaceLevel.VILLAGE: "village село айыл кыштак",
}
_LEVEL_OF = {word: level for level, words in LEVELS.items() for word in words.split()}

CODE = re.compile(r"[0-9A-Za-z_-]{1,20}")
"""Codes travel in Telegram's deep links, which take no other characters."""
SPOILED_NUMBER = re.compile(r"\d[.,]\d+[eE]\+?\d+")
NAME_LIMIT = 120
LAT = (39.0, 43.5)
LON = (69.0, 80.5)
"""A box around Kyrgyzstan, in degrees."""

LOOK_ALIKE = str.maketrans("ѳѲӊӉ", "өӨңҢ")
LATIN_SHAPES = str.maketrans("aceopxyABCEHKMOPTXY", "асеорхуАВСЕНКМОРТХУ")
_MIXED = re.compile(r"\w*(?:[a-zA-Z][а-яёөүңА-ЯЁӨҮҢ]|[а-яёөүңА-ЯЁӨҮҢ][a-zA-Z])\w*")
_UNKNOWN_LETTER = re.compile("[?\N{REPLACEMENT CHARACTER}]")


def code(text: str) -> str:
    """Raises ValueError with an English sentence, as everything here does."""
    compact = "".join(text.split())
    if not compact:
        raise ValueError("is empty")
    if SPOILED_NUMBER.fullmatch(compact):
        raise ValueError(f'"{text}" was cut by a spreadsheet: format the column as text')
    if not CODE.fullmatch(compact):
        raise ValueError(f'"{text}" is not 1 to 20 letters, digits, "-" or "_"')
    return compact


def parent(text: str) -> str | None:
    return code(text) if text.strip() else None


def level(text: str) -> PlaceLevel:
    found = _LEVEL_OF.get("_".join(text.lower().split()))
    if found is None:
        raise ValueError(f'"{text}" is none of {", ".join(PlaceLevel)}')
    return found


def tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def name(text: str) -> str:
    """Letters that only look like the right ones are replaced."""
    clean = tidy(text)
    if not clean:
        raise ValueError("is empty")
    if len(clean) > NAME_LIMIT:
        raise ValueError(f"is {len(clean)} characters long, at most {NAME_LIMIT} fit")
    if _UNKNOWN_LETTER.search(clean):
        raise ValueError(f'"{clean}" has lost letters: save the file as UTF-8')
    return _MIXED.sub(lambda word: word[0].translate(LATIN_SHAPES), clean.translate(LOOK_ALIKE))


def aliases(text: str) -> str:
    """One a line; in the file they stand between `|`, `;` or `,`."""
    parts = (part.strip() for part in re.split(r"[|;,\n]", text))
    return "\n".join(dict.fromkeys(name(part) for part in parts if part))


def degrees(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        raise ValueError(f'"{text}" is not a number') from None
    if not -180 <= value <= 180:
        raise ValueError(f'"{text}" is not between -180 and 180 degrees')
    return value


def people(text: str) -> int | None:
    digits = "".join(text.split())
    if not digits:
        return None
    if not re.fullmatch(r"\d{1,9}", digits, re.ASCII):
        raise ValueError(f'"{text}" is not a whole number of people')
    return int(digits)


def day(text: str) -> date | None:
    """2026-01-31 or 31.01.2026."""
    written = text.strip()
    if not written:
        return None
    if re.fullmatch(r"\d{2}\.\d{2}\.\d{4}", written):
        written = "-".join(reversed(written.split(".")))
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", written):
            raise ValueError
        return date.fromisoformat(written)
    except ValueError:
        raise ValueError(f'"{text}" is not a date such as 2026-01-31') from None


def point(lat: float | None, lon: float | None) -> tuple[float | None, float | None, str]:
    """Coordinates as they are to be kept, and what was done to them ("" for nothing)."""
    if lat is None and lon is None:
        return None, None, ""
    if lat is None or lon is None:
        return None, None, "one of lat and lon is missing: the other is left out"
    if _within(lat, LAT) and _within(lon, LON):
        return lat, lon, ""
    if _within(lon, LAT) and _within(lat, LON):
        return lon, lat, "lat and lon were the wrong way round: turned"
    return None, None, f"{lat}, {lon} is not in Kyrgyzstan: left out"


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]
