"""Made-up places for tests: a few villages by hand, and a country as large as the real one."""

from datetime import date
from itertools import cycle

from bot.database import Database
from services.places.directory import Directory, load_directory
from services.places.importing import import_places
from services.places.report import Report

TODAY = date(2026, 11, 2)
HEADER = "code,level,parent_code,name_ky,name_ru"
SMALL = f"""{HEADER},aliases,lat,lon,adults_f,adults_m
1,oblast,,Чүй облусу,Чуйская область,,,,,
11,rayon,1,Сокулук району,Сокулукский район,,,,,
111,aimak,11,Кызыл-Туу айыл аймагы,Кызыл-Тууский айылный аймак,,42.80,74.20,,
1111,village,111,Кызыл-Туу,Кызыл-Туу,,,,310,290
1112,village,111,Өзгөн,Узген,Узгенд,42.85,74.25,,
1113,village,111,Үч-Эмчек,Уч-Эмчек,,,,,
112,aimak,11,Жаңы-Жер айыл аймагы,Джаны-Джерский айылный аймак,,,,,
1121,village,112,Көк-Жар,Кек-Джар,,,,,
1122,village,112,Кызыл-Туу,Кызыл-Туу,,,,,
12,rayon,1,Кемин району,Кеминский район,,,,,
121,aimak,12,Боролдой айыл аймагы,Боролдойский айылный аймак,,,,,
1211,village,121,Кызыл-Туу,Кызыл-Туу,,,,,
1212,village,121,Арал,Арал,,,,,
123,town,12,Кемин шаары,г. Кемин,,42.786,75.692,,
2,city_rep,,Бишкек шаары,г. Бишкек,Фрунзе,42.87,74.59,,
21,rayon,2,Ленин району,Ленинский район,,,,,
"""

_FIRST = "Кызыл Ак Кара Көк Жаңы Чоң Сары Кош Таш Боз Үч Беш Орто Кең Төрт Жети"
_SECOND = (
    "Туу Суу Арык Булак Дөбө Жар Көл Булуң Сай Өзөн Жол Тал Терек Кыя Коргон "
    "Башат Эмчек Чат Дыйкан Кум Өрүк Чий Айрык Түз Бел Жылга"
)
RUSSIAN = str.maketrans({"ө": "е", "Ө": "О", "ү": "ю", "Ү": "У", "ң": "н", "ж": "дж", "Ж": "Дж"})


def whole_country() -> str:
    """7 oblasts, 42 rayons, 462 aimaks, 1,848 villages; namesakes as in life."""
    second_words = _SECOND.split()
    names = cycle(f"{first}-{second}" for second in second_words for first in _FIRST.split())
    rows = [HEADER]
    for oblast in range(1, 8):
        rows.append(f"{oblast},oblast,,{oblast}-облус,{oblast}-я область")
        for rayon in range(1, 7):
            here = f"{oblast}{rayon}"
            rows.append(f"{here},rayon,{oblast},{here}-район,{here}-й район")
            for aimak in range(1, 12):
                below = f"{here}{aimak:02}"
                name = next(names)
                rows.append(
                    f"{below},aimak,{here},{name} айыл аймагы,"
                    f"{name.translate(RUSSIAN)}ский айылный аймак"
                )
                for village in range(1, 5):
                    name = next(names)
                    rows.append(
                        f"{below}{village},village,{below},{name},{name.translate(RUSSIAN)}"
                    )
    return "\n".join(rows)


async def bring_in(
    database: Database, text: str | bytes, today: date = TODAY, *, dry_run: bool = False
) -> Report:
    """Imports a file in a transaction of its own."""
    content = text.encode() if isinstance(text, str) else text
    async with database.begin() as session:
        return await import_places(session, content, today, dry_run)


async def directory_of(database: Database, today: date = TODAY) -> Directory:
    async with database.read() as session:
        return await load_directory(session, today)


def id_of(directory: Directory, code: str) -> int:
    place = directory.by_code(code)
    assert place is not None, code
    return place.id
