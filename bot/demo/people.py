"""Who lives in the demo's village, and who works for it."""

from dataclasses import dataclass

from models import AgeBand, Role, Sex

AIMAK = "41702215808000"
BOSTERI = "41702215808010"
DOLONOTU = "41702215808020"
TAMCHY = "41702215830010"
OBLAST = "41702000000000"


@dataclass(frozen=True, slots=True)
class Character:
    """Somebody with a phone; `note` is for who looks at the page."""

    name: str
    surname: str
    language: str
    note: str
    sex: Sex = Sex.UNSAID
    age_band: AgeBand = AgeBand.UNSAID
    village: str | None = None
    role: Role | None = None
    place: str | None = None
    """On which the role holds; None: the whole country."""
    phone_language: str | None = None
    """Of the phone's menus; None: the same as the person's."""


AIGUL = Character(
    "Айгүл", "Токтосунова", "ky", "villager of Bosteri", Sex.FEMALE, AgeBand.ADULT, BOSTERI
)
NIKOLAI = Character(
    "Николай", "Ковалёв", "ru", "villager of Bosteri", Sex.MALE, AgeBand.MIDDLE, BOSTERI
)
BAKYT = Character(
    "Бакыт",
    "Асанов",
    "ky",
    "mobilizer of the Bosteri aimak, lives there",
    Sex.MALE,
    AgeBand.ADULT,
    BOSTERI,
    Role.MOBILIZER,
    AIMAK,
)
ANARA = Character("Анара", "Жакыпова", "ru", "administrator of the bot", role=Role.ADMINISTRATOR)
NURGUL = Character(
    "Нургүл",
    "Садыкова",
    "ky",
    "coordinator of the Issyk-Kul oblast",
    role=Role.COORDINATOR,
    place=OBLAST,
    phone_language="ru",
)
UMUT = Character(
    "Үмүт", "Бейшеналиева", "ky", "villager of Bosteri", Sex.FEMALE, AgeBand.ELDERLY, BOSTERI
)
TIMUR = Character("Тимур", "Ахметов", "ru", "villager of Bosteri", Sex.MALE, AgeBand.YOUTH, BOSTERI)
GULNARA = Character(
    "Гүлнара",
    "Орозова",
    "ky",
    "villager of Bosteri, phone in Russian",
    Sex.FEMALE,
    AgeBand.MIDDLE,
    BOSTERI,
    phone_language="ru",
)
JENISH = Character(
    "Жеңиш", "Кадыров", "ky", "villager of Bosteri", Sex.MALE, AgeBand.ELDERLY, BOSTERI
)
MEERIM = Character(
    "Мээрим",
    "Алиева",
    "ky",
    "villager of Baktuu-Dolonotu",
    Sex.FEMALE,
    AgeBand.YOUTH,
    DOLONOTU,
    phone_language="en",
)
SVETLANA = Character(
    "Светлана",
    "Ким",
    "ru",
    "villager of Baktuu-Dolonotu, hasn't sent her vote",
    Sex.FEMALE,
    AgeBand.ADULT,
    DOLONOTU,
)
ADILET = Character(
    "Адилет", "Сыдыков", "ky", "15 years old, Bosteri", Sex.MALE, AgeBand.UNDER_18, BOSTERI
)
ERMEK = Character("Эрмек", "Турдубаев", "ky", "has never opened the bot")

STAFF = (ANARA, NURGUL, BAKYT)
"""In the order in which they invited each other."""
VILLAGERS = (
    AIGUL,
    NIKOLAI,
    UMUT,
    TIMUR,
    GULNARA,
    JENISH,
    MEERIM,
    SVETLANA,
    ADILET,
)
EVERYBODY = (
    AIGUL,
    NIKOLAI,
    BAKYT,
    NURGUL,
    ANARA,
    UMUT,
    TIMUR,
    GULNARA,
    JENISH,
    MEERIM,
    SVETLANA,
    ADILET,
    ERMEK,
)
"""In the order of the page."""
