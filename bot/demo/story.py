"""Two weeks of a village: staff and villagers arrive, one vote ends, another begins.

What the people on the page do goes through the dialogues; the villagers without a phone vote
through a mobilizer, whom the services stand for.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from itertools import repeat

from sqlalchemy.ext.asyncio import AsyncSession

from bot.demo import people, votes
from bot.demo.drawings import drawing
from bot.demo.people import Character
from bot.demo.phone import Phone
from bot.demo.recordings import recording, seconds
from bot.demo.stage import Stage
from bot.demo.votes import Choice, Question
from bot.ui.callbacks import Callback
from handlers.doors import OpenStaffVote, OpenStaffVotes, OpenVote
from handlers.onboarding import ChooseAge, ChooseLanguage, ChooseSex, Decide
from handlers.preparing.taps import Announce, AskAnnounce
from handlers.steering.taps import AskPublish, Publish
from handlers.voting.taps import Confirm, Pick
from models import Account, AgeBand, Channel, Resident, Sex
from services.access import invitations
from services.access.rights import rights_of
from services.places.directory import Directory
from services.votes import ballots, lifecycle, oversight, preparing
from simulator import UploadedFile

MORNING, NOON, EVENING = time(10, 0), time(12, 30), time(18, 0)

OVER_CHOICES = {
    people.AIGUL: 1,
    people.BAKYT: 1,
    people.UMUT: 2,
    people.TIMUR: 2,
    people.GULNARA: 1,
    people.JENISH: 3,
}
"""What people with a phone chose in the vote that is over: the option's position."""
OPEN_CHOICES = {people.UMUT: 1, people.TIMUR: 3, people.MEERIM: 1}

WOMEN = 49
"""Of those who voted with a mobilizer's help."""
AGES = (
    *repeat(AgeBand.YOUTH, 24),
    *repeat(AgeBand.ADULT, 47),
    *repeat(AgeBand.MIDDLE, 33),
    *repeat(AgeBand.ELDERLY, 26),
)


class Story:
    """Told once, on a stage whose clock stands two weeks back."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.phones = {who: self._phone(who) for who in people.EVERYBODY}

    def _phone(self, who: Character) -> Phone:
        person = self._stage.telegram.add_person(
            who.name,
            last_name=who.surname,
            language_code=who.phone_language or who.language,
            note=who.note,
        )
        return Phone(self._stage.telegram, person.id)

    async def tell(self) -> None:
        """The whole story; afterwards it is now."""
        await self._stage.open_for_story()
        await self._staff_comes()
        await self._villagers_come()
        over = await self._first_vote()
        await self._result(over)
        await self._second_vote()
        await self._stage.end_story()

    # --- people -------------------------------------------------------------------------------

    async def _each(
        self, those: Iterable[Character], act: Callable[[Character, Phone], None]
    ) -> None:
        """All of them do it, then the bot answers."""
        for who in those:
            act(who, self.phones[who])
        await self._stage.settle()

    async def _staff_comes(self) -> None:
        self._turn_to(14, time(9, 0))
        inviter: Phone | None = None
        for who in people.STAFF:
            phone = self.phones[who]
            phone.opens(f"i_{await self._invitation(who, inviter)}")
            await self._stage.settle()
            await self._consent([who])
            inviter = phone

    async def _villagers_come(self) -> None:
        """By the poster's link; the mobilizer is one of them."""
        self._turn_to(14, MORNING)
        everybody = (*people.VILLAGERS, people.BAKYT)
        await self._each(everybody, lambda who, phone: phone.opens(f"v_{who.village}"))
        await self._consent(people.VILLAGERS)
        await self._each(everybody, lambda who, phone: phone.taps(ChooseSex, sex=who.sex))
        await self._each(everybody, lambda who, phone: phone.taps(ChooseAge, age_band=who.age_band))

    async def _consent(self, those: Sequence[Character]) -> None:
        await self._each(
            those, lambda who, phone: phone.taps(ChooseLanguage, language=who.language)
        )
        await self._each(those, lambda _, phone: phone.taps(Decide, yes=True))

    async def _invitation(self, who: Character, inviter: Phone | None) -> str:
        """A token from the one who invites; from the command line if it is nobody."""
        assert who.role is not None, "staff has a role"
        async with self._stage.ashar.database.begin() as session:
            directory = await self._directory(session)
            place = directory.by_code(who.place) if who.place else None
            rights = None
            if inviter is not None:
                account = await session.get_one(Account, inviter.id)
                rights = await rights_of(session, account, directory)
            return await invitations.invite(
                session,
                rights,
                who.role,
                place.id if place else None,
                by=inviter.id if inviter else None,
                now=self._now,
                name=f"{who.name} {who.surname}",
            )

    # --- votes --------------------------------------------------------------------------------

    async def _first_vote(self) -> int:
        """A vote of the village of Bosteri that ends by the clock."""
        self._turn_to(13, MORNING)
        closes = self._stage.past.moment(6, EVENING)
        vote = await self._draft(votes.OVER, (people.BOSTERI,), closes)
        await self._announce(vote)
        await self._vote(vote, OVER_CHOICES)
        self._turn_to(8, NOON)
        await self._meeting(vote)
        self._turn_to(6, time(18, 0, 5))
        await self._stage.tick()
        return vote

    async def _result(self, vote: int) -> None:
        """The mobilizer looks, adds a word and publishes."""
        self._turn_to(5, MORNING)
        async with self._stage.ashar.database.begin() as session:
            loaded = await ballots.load(session, vote)
            now = self._stage.ashar.clock.now()
            words = (votes.WORD_KY, votes.WORD_RU)
            lifecycle.set_word(session, loaded, *words, by=loaded.created_by, now=now)
        await self._mobilizer_taps(OpenStaffVote, AskPublish, Publish, vote=vote)
        await self._stage.tick()

    async def _second_vote(self) -> None:
        """A vote of the whole aimak, still open: some voted, one has not sent the ballot."""
        self._turn_to(1, MORNING)
        closes = self._stage.past.moment(-5, EVENING)
        villages = (people.BOSTERI, people.DOLONOTU)
        vote = await self._draft(votes.OPEN, villages, closes)
        await self._announce(vote)
        self._turn_to(1, NOON)
        await self._vote(vote, OPEN_CHOICES)
        await self._each([people.SVETLANA], lambda _, phone: phone.taps(OpenVote, vote_id=vote))
        await self._each([people.SVETLANA], lambda _, phone: phone.taps(Pick, position=2))

    async def _draft(self, question: Question, villages: Sequence[str], closes: datetime) -> int:
        """Prepared by the mobilizer; for the aimak if it has several villages."""
        bakyt = self.phones[people.BAKYT]
        async with self._stage.ashar.database.begin() as session:
            directory = await self._directory(session)
            account = await session.get_one(Account, bakyt.id)
            rights = await rights_of(session, account, directory)
            ids = [place.id for code in villages if (place := directory.by_code(code))]
            aimak = directory.by_code(people.AIMAK)
            assert aimak is not None, "the example has the aimak of Bosteri"
            scope = ids[0] if len(ids) == 1 else aimak.id
            prepared = await preparing.prepare(
                session, rights, scope, ids, by=bakyt.id, now=self._now
            )
            vote = await oversight.vote_to_steer(session, rights, prepared.id)
            preparing.set_title(vote, question.title_ky, question.title_ru, question.budget)
            for choice in question.choices:
                await preparing.add_option(session, vote, self._with_media(choice))
            preparing.set_dates(vote, None, closes, now=self._now)
            return vote.id

    def _with_media(self, choice: Choice) -> preparing.NewOption:
        """The option with what the mobilizer has sent Telegram before."""
        files = self._stage.telegram.files

        def voice_of(language: str) -> str | None:
            if choice.voice is None:
                return None
            voice = recording(choice.voice, language)
            upload = UploadedFile(f"{choice.voice}.ogg", voice, "audio/ogg")
            return files.store("voice", upload, duration=seconds(voice)).file_id

        picture = None
        if choice.picture is not None:
            upload = UploadedFile(f"{choice.picture}.jpg", drawing(choice.picture), "image/jpeg")
            picture = files.store("photo", upload).file_id
        return replace(
            choice.option, picture=picture, voice_ky=voice_of("ky"), voice_ru=voice_of("ru")
        )

    async def _announce(self, vote: int) -> None:
        """By the mobilizer's buttons; then everybody in the scope is told."""
        await self._each([people.BAKYT], lambda _, phone: phone.says("/work"))
        await self._each([people.BAKYT], lambda _, phone: phone.taps(OpenStaffVotes))
        await self._mobilizer_taps(OpenStaffVote, AskAnnounce, Announce, vote=vote)
        await self._stage.tick()

    async def _mobilizer_taps(self, *kinds: type[Callback], vote: int) -> None:
        for kind in kinds:
            self.phones[people.BAKYT].taps(kind, vote_id=vote)
            await self._stage.settle()

    async def _vote(self, vote: int, choices: Mapping[Character, int]) -> None:
        await self._each(choices, lambda _, phone: phone.taps(OpenVote, vote_id=vote))
        await self._each(
            choices, lambda who, phone: phone.taps(Pick, vote_id=vote, position=choices[who])
        )
        await self._each(choices, lambda _, phone: phone.taps(Confirm, vote_id=vote))

    async def _meeting(self, vote: int) -> None:
        """Villagers without a phone vote with the mobilizer's help, up to the known figures."""
        by_phone = list(OVER_CHOICES.values())
        choices = [
            position
            for position, count in enumerate(votes.FIGURES, start=1)
            for _ in range(count - by_phone.count(position))
        ]
        chance = random.Random(136)
        chance.shuffle(choices)
        async with self._stage.ashar.database.begin() as session:
            village = (await self._directory(session)).by_code(people.BOSTERI)
            assert village is not None, "the example has the village of Bosteri"
            neighbours = [
                Resident(
                    village_id=village.id,
                    sex=Sex.FEMALE if at < WOMEN else Sex.MALE,
                    age_band=AGES[at * 7 % len(AGES)],
                    created_at=self._now,
                )
                for at in range(len(choices))
            ]
            session.add_all(neighbours)
            await session.flush()
            for neighbour, position in zip(neighbours, choices, strict=True):
                await ballots.cast_ballot(
                    session,
                    vote,
                    neighbour,
                    (position,),
                    self._stage.ashar.terms,
                    now=self._now,
                    channel=Channel.ASSISTED,
                )

    # --- time and place -------------------------------------------------------------------------

    @property
    def _now(self) -> datetime:
        return self._stage.past.now()

    def _turn_to(self, days_ago: int, at: time) -> None:
        self._stage.past.turn_to(self._stage.past.moment(days_ago, at))

    async def _directory(self, session: AsyncSession) -> Directory:
        day = self._now.astimezone(self._stage.settings.zone).date()
        return await self._stage.ashar.places.current(session, day)
