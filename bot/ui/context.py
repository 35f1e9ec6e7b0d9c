"""What a handler works with: the session, who is speaking, and the ways to answer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Message, Update

from bot.ui.callbacks import Callback
from bot.ui.i18n import Translator, Translators
from bot.ui.screens import Payload, Screen, plain
from models import Account, Lane, Resident
from services import people
from services.access.rights import Rights, rights_of
from services.ahead import KEY, ahead_of
from services.outbox import Letter, next_id
from services.places.current import Places
from services.places.directory import Directory
from services.terms import Terms

ANSWER_LIMIT = 200
Follow: TypeAlias = Callable[["Context", Callback], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tap gets at once: a toast, or an alert that has to be closed."""

    text: str = ""
    alert: bool = False


@dataclass(slots=True)
class Context:
    """One update's handler; what it says is sent after the commit, or not at all."""

    session: AsyncSession
    account: Account
    update: Update
    now: datetime
    translators: Translators
    terms: Terms
    places: Places
    follow: Follow
    letters: list[Letter] = field(default_factory=list)
    answer: Answer | None = None
    _residents: list[Resident] | None = None
    _rights: Rights | None = None
    _fresh: bool = True
    _keeps_tapped: bool = False

    async def go(self, action: Callback) -> None:
        """Hands over to the dialogue that answers to this button, as if it had been tapped."""
        await self.follow(self, action)

    async def directory(self) -> Directory:
        """Today's places."""
        return await self.places.current(self.session, self.now.astimezone(self.terms.zone).date())

    async def residents(self) -> list[Resident]:
        """The people of this phone, its owner first."""
        if self._residents is None:
            ahead = ahead_of(self.session)
            if ahead is not None and self._fresh and ahead.knows_account(self.account.id):
                self._residents = ahead.residents[self.account.id]
            else:
                self._residents = await people.residents_of(self.session, self.account)
        return self._residents

    async def rights(self) -> Rights:
        """What this account may do for its places."""
        if self._rights is None:
            directory = await self.directory()
            ahead = ahead_of(self.session)
            if ahead is not None and self._fresh and ahead.knows_account(self.account.id):
                self._rights = Rights(tuple(ahead.grants[self.account.id]), directory)
            else:
                self._rights = await rights_of(self.session, self.account, directory)
        return self._rights

    def changed(self) -> None:
        """Residents or rights were changed: they are read anew, here and by who comes next."""
        self._residents = None
        self._rights = None
        self._fresh = False
        self.session.info.pop(KEY, None)

    @property
    def t(self) -> Translator:
        return self.translators[self.account.language]

    @property
    def message(self) -> Message:
        """The message that arrived, or the one whose button was tapped."""
        message = self.update.effective_message
        assert message is not None, "this update brings no message"
        return message

    @property
    def chat_id(self) -> int:
        chat = self.update.effective_chat
        assert chat is not None, "this update comes from no chat"
        return chat.id

    @property
    def phone_language(self) -> str | None:
        """The language of the phone, two letters: a hint, which decides nothing by itself."""
        person = self.update.effective_user
        return (person.language_code or "")[:2] or None if person else None

    def taps(self, *actions: Callback) -> bool:
        """Whether one of these buttons was tapped itself, and not one that led here."""
        query = self.update.callback_query
        return query is not None and query.data in [action.pack() for action in actions]

    def keep_tapped(self) -> None:
        """The tapped message stays as it is: what is shown comes below it."""
        self._keeps_tapped = True

    def show(self, screen: Screen) -> None:
        """Puts the screen in place of the tapped one, or sends it as a new message."""
        tapped = self.tapped_id
        if tapped is not None and screen.is_text and screen.keyboard is None:
            self.replace(tapped, screen)
            return
        self.say(screen)

    def replace(self, message_id: int, screen: Screen) -> None:
        """Puts a screen of text in place of an earlier message of text in this chat."""
        self._call(*screen.edit(message_id), ballot_of=screen.ballot_of)

    @property
    def tapped_id(self) -> int | None:
        """The message whose button was tapped, if a screen of text can take its place."""
        query = None if self._keeps_tapped else self.update.callback_query
        tapped = query.message if query else None
        if isinstance(tapped, Message) and tapped.text is not None:
            return tapped.message_id
        return None

    def say(self, screen: Screen) -> None:
        """Sends the screen as a new message to this chat."""
        self._call(*screen.call(), ballot_of=screen.ballot_of)

    def album(self, pictures: list[str], caption: str) -> None:
        """Sends pictures (file ids) together; a single one alone.

        The caption goes to the first: of captions on several pictures Telegram shows none.
        """
        if len(pictures) == 1:
            self.say(Screen(caption, picture=pictures[0]))
            return
        media: list[Payload] = [{"type": "photo", "media": file} for file in pictures]
        media[0] |= {"caption": str(caption), "parse_mode": "HTML"}
        self._call("sendMediaGroup", {"media": media})

    def point(self, latitude: float, longitude: float) -> None:
        self._call("sendLocation", {"latitude": latitude, "longitude": longitude})

    def call(self, method: str, payload: Payload) -> None:
        """Any other method of the Bot API, in this chat, in order with the rest."""
        self._call(method, payload)

    def post(self, account: Account, screen: Screen, lane: Lane = Lane.REPLY) -> None:
        """Sends the screen to somebody else; it has to be in their language (`their_t`)."""
        method, payload = screen.call()
        self.letters.append(Letter(next_id(), account.id, method, payload, lane))

    def their_t(self, account: Account) -> Translator:
        return self.translators[account.language]

    def toast(self, text: str) -> None:
        self.answer = Answer(plain(text)[:ANSWER_LIMIT])

    def alert(self, text: str) -> None:
        self.answer = Answer(plain(text)[:ANSWER_LIMIT], alert=True)

    def forget_what_was_said(self) -> None:
        """Drops the letters and the answer, because their transaction was rolled back."""
        self.letters.clear()
        self.answer = None

    def _call(self, method: str, payload: Payload, *, ballot_of: int | None = None) -> None:
        letter = Letter(next_id(), self.chat_id, method, payload, ballot_of=ballot_of)
        self.letters.append(letter)
