"""A village in a test: the whole bot, a fake Telegram, people who type and tap."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.app import Ashar, Parts
from bot.clock import Clock
from bot.pacer import Pacer
from bot.settings import read_settings
from bot.ui.i18n import Translator
from bot.ui.screens import plain
from bot.updates import read_update
from models import (
    Account,
    AgeBand,
    Grant,
    Place,
    PlaceLevel,
    PlaceParent,
    Resident,
    Role,
    Sex,
    Vote,
)
from services.terms import CONSENT_VERSION
from services.votes import lifecycle, oversight, preparing
from services.votes.preparing import NewOption
from simulator.model import Message
from simulator.telegram import Telegram
from tests.fake import API, FakeRequest

TOKEN = "123456:TEST-token"
START = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
"""Ten in the morning in Bishkek, a Monday."""

PLACES = (
    # code, level, parent, Kyrgyz, Russian, adults: women, men
    ("41703", "oblast", None, "Жалал-Абад облусу", "Джалал-Абадская область", None),
    ("4170321", "rayon", "41703", "Сузак району", "Сузакский район", None),
    ("417032101", "aimak", "4170321", "Бөстөр айыл аймагы", "Бостерский айылный аймак", None),
    ("41703210101", "village", "417032101", "Бөстөр", "Бостер", (210, 190)),
    ("41703210102", "village", "417032101", "Бешик-Жон", "Бешик-Джон", (120, 110)),
    (
        "417032102",
        "aimak",
        "4170321",
        "Тогуз-Торо айыл аймагы",
        "Тогуз-Тороуский айылный аймак",
        None,
    ),
    ("41703210201", "village", "417032102", "Тогуз-Торо", "Тогуз-Торо", (60, 50)),
    ("41703210202", "village", "417032102", "Өзгөн-Сай", "Узген-Сай", None),
)
BOSTER, BESHIK_JON, TOGUZ_TORO = "41703210101", "41703210102", "41703210201"
BOSTER_AIMAK = "417032101"


class World:
    """The bot and everybody around it.

    `mode`: "one" process; "restarts", a new process for each update; "repeats", each update twice.
    """

    def __init__(self, database_url: str, mode: str = "one", **settings: Any) -> None:
        self.telegram = Telegram(limits=False)
        self.telegram.add_bot(TOKEN, "ashar_test_bot", "Ashar")
        self.request = FakeRequest(self.telegram)
        self.clock = Clock(lambda: START)
        self.mode = mode
        self.settings = read_settings(
            _env_file=None,
            bot_token=TOKEN,
            bot_api_url=API,
            database_url=database_url,
            **settings,
        )
        self.ashar = self._make()
        self._seen_updates = 0

    def _make(self) -> Ashar:
        parts = Parts(clock=self.clock, request=self.request, pacer=Pacer(1000, chat_gap=0.0))
        return Ashar(self.settings, parts)

    async def open(self) -> None:
        await self.ashar.open()

    async def close(self) -> None:
        await self.ashar.close()
        self.telegram.stop()

    async def restart(self) -> None:
        """A new process on the same database."""
        await self.ashar.close()
        self.ashar = self._make()
        await self.ashar.open()

    async def settle(self) -> None:
        """Carries out every update and sends every letter that is due."""
        while updates := self.telegram.updates(TOKEN):
            for data in updates:
                if self.mode == "restarts":
                    await self.restart()
                await self.deliver(data)
                if self.mode == "repeats":
                    await self.deliver(data)
                self.telegram.confirm(TOKEN, data["update_id"])
        await self.ashar.sender.drain()

    async def deliver(self, data: dict[str, Any]) -> None:
        """One update, as polling or the webhook hands it over."""
        await self.ashar.unit.run(read_update(data, self.ashar.ptb.bot))

    async def tick(self) -> None:
        """What the clock does, until nothing is left to do."""
        for _ in range(3):
            await self.ashar.ticker.tick()
            await self.ashar.sender.drain()

    async def advance(self, **time: float) -> None:
        """Time goes by, and the clock does its work."""
        self.clock.advance(timedelta(**time))
        self.telegram.clock.advance(timedelta(**time))
        await self.tick()

    @property
    def now(self) -> datetime:
        return self.clock.now()

    async def add_places(self) -> None:
        async with self.ashar.database.begin() as session:
            ids: dict[str | None, int | None] = {None: None}
            for code, level, parent, name_ky, name_ru, adults in PLACES:
                place = Place(
                    code=code,
                    level=PlaceLevel(level),
                    parent_id=ids[parent],
                    name_ky=name_ky,
                    name_ru=name_ru,
                    adults_f=adults[0] if adults else None,
                    adults_m=adults[1] if adults else None,
                )
                session.add(place)
                await session.flush()
                session.add(PlaceParent(place_id=place.id, parent_id=ids[parent]))
                ids[code] = place.id
        self.ashar.places.forget()

    async def place_id(self, code: str) -> int:
        async with self.ashar.database.read() as session:
            directory = await self.ashar.places.current(session, self.now.date())
            place = directory.by_code(code)
        assert place is not None
        return place.id

    def stranger(self, name: str = "Айда", language: str = "ky") -> "Person":
        """Somebody whom the bot has never met."""
        person = self.telegram.add_person(name, language_code=language)
        return Person(self, person.id, language)

    async def villager(
        self,
        name: str = "Айда",
        language: str = "ky",
        *,
        village: str = BOSTER,
        sex: Sex = Sex.FEMALE,
        age_band: AgeBand = AgeBand.ADULT,
    ) -> "Person":
        """Somebody who has been through the first minutes."""
        person = self.stranger(name, language)
        self.telegram.people.says(person.id, "/start")
        for update in self.telegram.updates(TOKEN):
            self.telegram.confirm(TOKEN, update["update_id"])
        village_id = await self.place_id(village)
        async with self.ashar.database.begin() as session:
            session.add(self._consented(person))
            await session.flush()
            resident = Resident(
                account_id=person.id,
                village_id=village_id,
                sex=sex,
                age_band=age_band,
                created_at=self.now,
            )
            session.add(resident)
        return person

    async def staff(
        self,
        name: str = "Бакыт",
        language: str = "ky",
        *,
        role: Role = Role.MOBILIZER,
        place: str | None = BOSTER_AIMAK,
    ) -> "Person":
        """Somebody with a role on a place (None: the whole country) and no village."""
        person = self.stranger(name, language)
        self.telegram.people.says(person.id, "/start")
        for update in self.telegram.updates(TOKEN):
            self.telegram.confirm(TOKEN, update["update_id"])
        place_id = await self.place_id(place) if place else None
        async with self.ashar.database.begin() as session:
            session.add(self._consented(person))
            await session.flush()
            session.add(
                Grant(
                    account_id=person.id,
                    role=role,
                    place_id=place_id,
                    name=name,
                    granted_at=self.now,
                )
            )
        return person

    def _consented(self, person: "Person") -> Account:
        return Account(
            id=person.id,
            language=person.language,
            consent_version=CONSENT_VERSION,
            consent_at=self.now,
            created_at=self.now,
            seen_at=self.now,
        )

    async def vote(
        self,
        titles: Iterable[tuple[str, str]] = (
            ("Таза суу", "Чистая вода"),
            ("Мектеп", "Школа"),
            ("Жол", "Дорога"),
        ),
        *,
        maker: "Person",
        villages: tuple[str, ...] = (BOSTER,),
        days: float = 7,
        change: Callable[[Vote], None] = lambda vote: None,
        announce: bool = True,
    ) -> int:
        """A vote that `maker` has prepared and, if wanted, announced; its id."""
        village_ids = [await self.place_id(code) for code in villages]
        async with self.ashar.database.begin() as session:
            directory = await self.ashar.places.current(session, self.now.date())
            from services.access.rights import rights_of

            account = await session.get_one(Account, maker.id)
            rights = await rights_of(session, account, directory)
            vote = await preparing.prepare(
                session, rights, village_ids[0], village_ids, by=maker.id, now=self.now
            )
            vote = await oversight.vote_to_steer(session, rights, vote.id)
            preparing.set_title(vote, "Айылга эмне керек?", "Что нужно селу?", 1_500_000)
            for title_ky, title_ru in titles:
                await preparing.add_option(session, vote, NewOption(title_ky, title_ru))
            preparing.set_dates(vote, None, self.now + timedelta(days=days), now=self.now)
            change(vote)
            if announce:
                await lifecycle.announce(session, vote, by=maker.id, now=self.now)
            return vote.id


class Person:
    """A hand with a phone. Texts and labels are given as English msgids and are looked for in
    the person's language; what has no translation (names, titles) is looked for as it is."""

    def __init__(self, world: World, id: int, language: str) -> None:
        self.world = world
        self.id = id
        self.language = language
        self._before: dict[int, str] = {}

    @property
    def t(self) -> Translator:
        return self.world.ashar.translators[self.language]

    def words(self, text: str, **parameters: Any) -> str:
        return plain(self.t(text, **parameters)) if parameters else _plainly(self.t, text)

    async def says(self, text: str) -> None:
        await self._act(lambda: self.world.telegram.people.says(self.id, text))

    async def opens(self, payload: str) -> None:
        """Opens a deep link of the bot and presses START."""
        await self._act(lambda: self.world.telegram.people.opens_link(self.id, payload))

    async def taps(self, label: str, **parameters: Any) -> None:
        """Taps the newest button with this label (or a part of it)."""
        message, shown = self.find(label, **parameters)
        await self._act(lambda: self.world.telegram.people.taps(self.id, message.id, shown))

    async def taps_at(self, message: Message, label: str) -> None:
        """Taps a button of a message that is known, however old."""
        await self._act(lambda: self.world.telegram.people.taps(self.id, message.id, label))

    async def forges(self, data: str, message: Message | None = None) -> None:
        """Sends callback data that no button has, or none any more; from the last message."""
        message = message or self.last
        await self._act(lambda: self.world.telegram.people.taps(self.id, message.id, data=data))

    async def does(self, act: Callable[[], Any]) -> None:
        """Anything else of `telegram.people`."""
        await self._act(act)

    async def _act(self, act: Callable[[], Any]) -> None:
        self._before = self._shown()
        self._alerts_before = len(self.world.telegram.alerts(self.id))
        act()
        await self.world.settle()

    def find(self, label: str, **parameters: Any) -> tuple[Message, str]:
        """The newest message with such a button, and the button's whole label."""
        wanted = self.words(label, **parameters)
        for message in reversed(self.messages):
            for shown in message.buttons:
                if wanted == shown:
                    return message, shown
            for shown in message.buttons:
                if wanted in shown:
                    return message, shown
        raise AssertionError(f"no button {wanted!r} among {[m.buttons for m in self.messages]}")

    @property
    def messages(self) -> list[Message]:
        """What the bot said and is still to be seen, oldest first."""
        return [m for m in self.world.telegram.screen(self.id) if m.sender == "bot"]

    @property
    def last(self) -> Message:
        return self.messages[-1]

    @property
    def buttons(self) -> list[str]:
        """Labels under the newest message."""
        return self.last.buttons

    @property
    def news(self) -> str:
        """What appeared or changed since the last act, as plain text."""
        shown = self._shown()
        return "\n".join(text for id, text in shown.items() if self._before.get(id) != text)

    @property
    def alerts(self) -> list[str]:
        return [
            a.text for a in self.world.telegram.alerts(self.id)[self._alerts_before :] if a.text
        ]

    def sees(self, *texts: str, **parameters: Any) -> None:
        """Each text is in what appeared or changed since the last act."""
        for text in texts:
            wanted = self.words(text, **parameters)
            assert wanted in self.news, f"{wanted!r} is not in:\n{self.news}"

    def sees_no(self, *texts: str) -> None:
        for text in texts:
            assert self.words(text) not in self.news, f"{text!r} is in:\n{self.news}"

    def is_told(self, text: str, **parameters: Any) -> None:
        """A toast or an alert says so."""
        wanted = self.words(text, **parameters)
        assert any(wanted in alert for alert in self.alerts), f"{wanted!r} not in {self.alerts}"

    def _shown(self) -> dict[int, str]:
        return {message.id: message.plain for message in self.messages}

    _alerts_before: int = 0


def _plainly(t: Translator, text: str) -> str:
    """A msgid without parameters as it is read, or a text that is none as it is."""
    return plain(t(text)) if "{" not in text and t.knows(text) else text
