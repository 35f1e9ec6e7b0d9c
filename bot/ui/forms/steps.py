"""The kinds of questions: what answers them, and the buttons that do."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, TypeAlias

from markupsafe import Markup
from telegram import Message

from bot.ui.context import Context
from bot.ui.forms.answers import read_moment, read_number
from bot.ui.i18n import Translator, msg
from bot.ui.screens import len_in_telegram
from services.refusal import Reason, Refused

Data: TypeAlias = dict[str, Any]
Ask: TypeAlias = Callable[[Translator, Data], Markup]
CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b\u200c\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ufeff\uffa0\ud800-\udfff]"
)
"""What shows nothing, or turns the direction of what follows; the joiner inside emoji stays."""
JOINER = "\u200d"
COMMAND = re.compile(r"/[^\W\d_]")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One question. `when`: whether it is asked at all, by what was answered before."""

    name: str
    ask: Ask
    optional: bool = False
    when: Callable[[Data], bool] = field(default=lambda data: True)

    wants: ClassVar[str] = msg("Please press one of the buttons 👇")

    def read(self, message: Message, context: Context) -> Any:
        """The answer in a message.

        Raises:
            Refused: the message is no answer to this question.
        """
        raise Refused(Reason.WRONG_KIND, wanted=self.wants)

    def choose(self, value: str, context: Context, data: Data) -> Any:
        """The answer in a button."""
        raise Refused(Reason.OUTDATED)

    def buttons(self, t: Translator, data: Data, now: datetime) -> Sequence[tuple[str, str]]:
        """Labels and values of the buttons that answer."""
        return ()


@dataclass(frozen=True, kw_only=True)
class Text(Step):
    """A text; `one_line`: a name or a question, which goes into lists and onto buttons.

    `limit` in Telegram's units, so that what is put together from texts fits into a message.
    """

    limit: int
    one_line: bool = False
    wants: ClassVar[str] = msg("Please write it as a text message.")
    no_command: ClassVar[str] = msg(
        "There is no such command. If this is your answer, write it without / at the beginning."
    )

    def read(self, message: Message, context: Context) -> str:
        if message.text is None:
            raise Refused(Reason.WRONG_KIND, wanted=self.wants)
        text = CONTROL.sub("", message.text).strip()
        if self.one_line:
            text = " ".join(text.split())
        if not text.strip(JOINER):
            raise Refused(Reason.TEXT_EMPTY)
        if COMMAND.match(text):
            raise Refused(Reason.WRONG_KIND, wanted=self.no_command)
        length = len_in_telegram(text)
        if length > self.limit:
            raise Refused(Reason.TEXT_TOO_LONG, limit=self.limit, length=length)
        return text


@dataclass(frozen=True, kw_only=True)
class Number(Step):
    """A whole number, also as «1,5 млн»; a word such as «сом» behind it is overlooked."""

    least: int = 0
    most: int = 10**12
    wants: ClassVar[str] = msg("Please write a number.")

    def read(self, message: Message, context: Context) -> int:
        number = read_number(message.text or "")
        if number is None or not self.least <= number <= self.most:
            raise Refused(Reason.NOT_A_NUMBER, least=self.least, most=self.most)
        return number


@dataclass(frozen=True, kw_only=True)
class Photo(Step):
    """Telegram's file id of a picture."""

    wants: ClassVar[str] = msg("Please send a picture 📷 as a photo, not as a file.")

    def read(self, message: Message, context: Context) -> str:
        if not message.photo:
            raise Refused(Reason.WRONG_KIND, wanted=self.wants)
        return message.photo[-1].file_id


@dataclass(frozen=True, kw_only=True)
class Voice(Step):
    """Telegram's file id of a voice message."""

    longest: timedelta = timedelta(minutes=3)
    wants: ClassVar[str] = msg("Please send a voice message 🎤 of at most 3 minutes.")

    def read(self, message: Message, context: Context) -> str:
        voice = message.voice
        if voice is None or _seconds(voice.duration) > self.longest.total_seconds():
            raise Refused(Reason.WRONG_KIND, wanted=self.wants)
        return voice.file_id


@dataclass(frozen=True, kw_only=True)
class Choice(Step):
    """One of several buttons; `options` gives labels and values."""

    options: Callable[[Translator, Data], Sequence[tuple[str, str]]]

    def buttons(self, t: Translator, data: Data, now: datetime) -> Sequence[tuple[str, str]]:
        return self.options(t, data)

    def choose(self, value: str, context: Context, data: Data) -> str:
        if value not in (known for _, known in self.options(context.t, data)):
            raise Refused(Reason.OUTDATED)
        return value


@dataclass(frozen=True, kw_only=True)
class Moment(Step):
    """A date and time, ISO, by buttons (days ahead, at `hour`) or typed: 25.11 15:00."""

    days: tuple[int, ...]
    hour: int
    now_too: bool = False
    after: str | None = None
    """The question whose answer the days are counted from; None: from today."""
    longest: timedelta
    """How far from now it may be."""
    wants: ClassVar[str] = msg("Please press a button or write a date: 25.11 18:00")

    def buttons(self, t: Translator, data: Data, now: datetime) -> Sequence[tuple[str, str]]:
        found = [(str(t("Now")), "now")] if self.now_too else []
        for moment in self._offered(data, now):
            found.append((t.moment(moment), moment.date().isoformat()))
        return found

    def _offered(self, data: Data, now: datetime) -> list[datetime]:
        earlier = data.get(self.after) if self.after else None
        start = datetime.fromisoformat(earlier).astimezone(now.tzinfo) if earlier else now
        day = start.replace(hour=self.hour, minute=0, second=0, microsecond=0)
        moments = [day + timedelta(days=days) for days in self.days]
        return [moment for moment in moments if moment <= now + self.longest]

    def choose(self, value: str, context: Context, data: Data) -> str | None:
        if value == "now" and self.now_too:
            return None
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise Refused(Reason.OUTDATED) from None
        moment = datetime(day.year, day.month, day.day, self.hour, tzinfo=context.terms.zone)
        return self._checked(moment, context)

    def read(self, message: Message, context: Context) -> str:
        local = context.now.astimezone(context.terms.zone)
        moment = read_moment(message.text or "", local, self.hour)
        if moment is None:
            raise Refused(Reason.NOT_A_MOMENT)
        return self._checked(moment, context)

    def _checked(self, moment: datetime, context: Context) -> str:
        local = context.now.astimezone(context.terms.zone)
        if moment <= local:
            raise Refused(Reason.DATE_PASSED)
        if moment > local + self.longest:
            raise Refused(Reason.DATE_TOO_FAR)
        return moment.isoformat()


def _seconds(duration: Any) -> float:
    return duration.total_seconds() if isinstance(duration, timedelta) else float(duration)
