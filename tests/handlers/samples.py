"""What screens are shown with: places and people, some as large as the rules let them be.

All of it is in Cyrillic, so that a Latin word on a screen is one that nobody has translated.
"""

from datetime import UTC, date, datetime, timedelta
from itertools import cycle, islice

from models import (
    Account,
    AgeBand,
    Grant,
    Invitation,
    PlaceLevel,
    Resident,
    Role,
    Sex,
)
from services.access.invitations import NAME_LIMIT
from services.access.rights import Rights
from services.people import LABEL_LIMIT
from services.places.directory import Directory, KnownPlace
from services.terms import CONSENT_VERSION, Terms

NOW = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
SOON = NOW + timedelta(days=7)
LARGE_ID = 2**31 - 1
"""The greatest number that an id of 32 bits has; no row of a village comes near it."""
TOKEN = "aB-_09"
"""Of a draft; shaped as `secrets.token_urlsafe(4)`."""
RECEIPT = "2345678923"
COUNTS = (0, 1, 2, 5, 1_500_000)
PLACE_LIMIT = 120
"""Letters that the table of places takes."""
TERMS = Terms(organisation_phone="1234")


def full(text: str, limit: int) -> str:
    """The text again and again, up to exactly so many letters, full of what looks like HTML."""
    return "".join(islice(cycle(f"{text} <b>& "), limit - 1)) + "&"


# --- places -----------------------------------------------------------------------------------


def _place(id: int, level: str, above: int | None, name_ky: str, name_ru: str) -> KnownPlace:
    settled = level == "village"
    return KnownPlace(
        id=id,
        code=str(id),
        level=PlaceLevel(level),
        parent_id=above,
        name_ky=name_ky,
        name_ru=name_ru,
        aliases=(),
        lat=None,
        lon=None,
        population=None,
        adults_f=210 if settled else None,
        adults_m=190 if settled else None,
        exists=True,
    )


OBLAST = _place(1, "oblast", None, "Талас облусу", "Таласская область")
RAYON = _place(2, "rayon", 1, "Сузак району", "Сузакский район")
AIMAK = _place(3, "aimak", 2, "Бөстөр айыл аймагы", "Бостерский айылный аймак")
BESHIK = _place(4, "village", 3, "Бешик-Жон", "Бешик-Джон")
BOSTER = _place(5, "village", 3, "Бөстөр", "Бостер")
LONG_AIMAK = _place(
    LARGE_ID - 1,
    "aimak",
    2,
    full("Тогуз-Торо айыл аймагы", PLACE_LIMIT),
    full("Тогуз-Тороуский айылный аймак", PLACE_LIMIT),
)
LONG_VILLAGE = _place(
    LARGE_ID,
    "village",
    LONG_AIMAK.id,
    full("Чоң-Кара-Буура", PLACE_LIMIT),
    full("Чон-Кара-Буура", PLACE_LIMIT),
)
TOWN = _place(6, "town", 1, "Майлуу-Суу шаары", "город Майлуу-Суу")
CITY = _place(8, "city_rep", None, "Бишкек шаары", "Бишкек")
SUBURB = _place(7, "village", 6, "Сары-Бээ", "Сары-Бия")
MANY = tuple(
    _place(100 + at, "village", LONG_AIMAK.id, f"Ак-Өргө {at}", f"Ак-Орго {at}") for at in range(30)
)
DIRECTORY = Directory(
    (OBLAST, RAYON, AIMAK, BESHIK, BOSTER, LONG_AIMAK, LONG_VILLAGE, TOWN, SUBURB, CITY, *MANY),
    date(2026, 11, 2),
)

# --- people -----------------------------------------------------------------------------------


def resident(
    id: int = 1,
    label: str | None = None,
    sex: Sex | None = Sex.FEMALE,
    age_band: AgeBand | None = AgeBand.ADULT,
    village: KnownPlace = BOSTER,
) -> Resident:
    return Resident(
        id=id,
        account_id=1,
        village_id=village.id,
        sex=sex,
        age_band=age_band,
        label=label,
        created_at=NOW,
    )


OWNER = resident()
UNASKED = resident(sex=None, age_band=None)
HALF_ASKED = resident(label="Апа <b>&", age_band=None)
MOTHER = resident(2, full("Апа", LABEL_LIMIT), Sex.UNSAID, AgeBand.UNSAID, LONG_VILLAGE)
SON = resident(LARGE_ID, "Уул & <i>", Sex.MALE, AgeBand.UNDER_18)
GRANDMOTHER = resident(3, "Чоң эне", Sex.FEMALE, AgeBand.ELDERLY)
HOUSEHOLD = (OWNER, MOTHER, SON, GRANDMOTHER)

ACCOUNT = Account(
    id=7_000_000_000,
    language="ky",
    consent_version=CONSENT_VERSION,
    consent_at=NOW,
    created_at=NOW,
    seen_at=NOW,
    mute_votes=False,
)
STRANGER = Account(id=1, language=None, created_at=NOW, seen_at=NOW, mute_votes=False)
LONG_NAME = full("Бакыт Асанов", NAME_LIMIT)


def grant(
    role: Role = Role.MOBILIZER,
    place: KnownPlace | None = AIMAK,
    name: str = "",
    revoked_at: datetime | None = None,
    id: int = 1,
) -> Grant:
    return Grant(
        id=id,
        account_id=id,
        role=role,
        place_id=place.id if place else None,
        name=name,
        granted_at=NOW,
        revoked_at=revoked_at,
    )


LONG_GRANT = grant(Role.PROTECTION_FOCAL_POINT, LONG_VILLAGE, LONG_NAME, id=LARGE_ID)
EVERY_GRANT = tuple(grant(role, None, "Гүл & <b>", id=at) for at, role in enumerate(Role, start=1))


def invitation(id: int, name: str, place: KnownPlace | None) -> Invitation:
    return Invitation(
        id=id,
        role=Role.COORDINATOR,
        place_id=place.id if place else None,
        name=name,
        created_at=NOW,
        expires_at=SOON,
    )


LONG_INVITATION = invitation(LARGE_ID, LONG_NAME, LONG_VILLAGE)


def rights(*grants: Grant) -> Rights:
    return Rights(grants, DIRECTORY)
