"""Forms: questions one after the other, declared as values, answered by taps or messages.

What was answered is a draft row, so a crash, a restart or a second phone loses nothing. Every
button carries the draft's token and its step: one of an older question is outdated. Back, skip
and cancel come for free. Anything odd is a plain handler, not a new kind of step.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, TypeAlias

from markupsafe import Markup
from telegram import Message

from bot.ui import drafts
from bot.ui.callbacks import Callback, UnreadableCallback, callback, unpack
from bot.ui.context import Context
from bot.ui.i18n import Translator, msg
from bot.ui.routes import Command, Event, OpenTo, Route, Tap
from bot.ui.screens import Button, Row, Screen, column, len_in_telegram, lines
from models import Draft
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
THOUSAND, MILLION, MILLIARD = 10**3, 10**6, 10**9
TIMES = {
    "миң": THOUSAND,
    "тыс": THOUSAND,
    "млн": MILLION,
    "миллион": MILLION,
    "млрд": MILLIARD,
    "миллиард": MILLIARD,
}
"""Beginnings of words that multiply the number before them, in both languages."""
NUMBER = re.compile(
    r"\s*(?P<whole>[0-9]{1,3}(?:[ \u00a0\u202f.,'’][0-9]{3})+|[0-9]+)(?:[.,](?P<part>[0-9]{1,2}))?"
    r"\s*(?P<word>[^\W\d]*)\.?(?:\s+[^\W\d]+\.?)?\s*"
)


@callback("f")
class Press(Callback):
    """A button of a form: the value of a choice, or one of BACK, SKIP, CANCEL, SEND.

    `about`: what the form is about, so that its door is found when the draft is gone.
    """

    form: str
    token: str
    step: str
    value: str
    about: int | None = None


BACK, SKIP, CANCEL, SEND = "<", ">", "x", "ok"


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

    wants: ClassVar[str] = msg("Please send a picture 📷")

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


def read_number(text: str) -> int | None:
    """1500000, 1 500 000 сом, 1,5 млн → 1500000; None for anything else, such as 1,5 or -5."""
    found = NUMBER.fullmatch(text)
    if found is None or len(found["whole"]) > 20:
        return None
    whole, part = re.sub(r"[^0-9]", "", found["whole"]), found["part"] or ""
    word = found["word"].lower()
    times = next((times for begins, times in TIMES.items() if word.startswith(begins)), 1)
    number = int(whole + part) * times
    return None if number % 10 ** len(part) else number // 10 ** len(part)


def read_moment(text: str, local: datetime, hour: int) -> datetime | None:
    """25.11, 25.11.26, 25.11.2026, 25.11 15:00, 25/11 15.30 → the next such moment; else None.

    Without a year, the next that exists: 29.02 may be years away. What passed less than two months
    ago is taken as passed, and not as a day of next year.
    """
    found = re.fullmatch(
        r"\s*(\d{1,2})[./-](\d{1,2})(?:[./-](\d{4}|\d{2}))?\.?"
        r"(?:[\s,]+(\d{1,2})(?:[:.-](\d{2}))?)?\s*",
        text,
    )
    if not found:
        return None
    day, month, year, at_hour, minute = (int(part) if part else None for part in found.groups())
    if year is not None and year < 100:
        year += 2000
    years = range(local.year, local.year + 9) if year is None else (year,)
    for each in years:
        try:
            moment = local.replace(
                year=each,
                month=month or 0,
                day=day or 0,
                hour=hour if at_hour is None else at_hour,
                minute=minute or 0,
                second=0,
                microsecond=0,
            )
        except ValueError:
            continue
        if year is not None or moment >= local - timedelta(days=60):
            return moment
    return None


@dataclass(frozen=True)
class Form:
    """A whole form.

    `submit` gets the answers when the review is confirmed, or after the last question without a
    review. `leads_to`: where a cancelled form leads. `about`: the datum with the id of what the
    form is about, which is all that `leads_to` needs.
    """

    name: str
    steps: tuple[Step, ...]
    submit: Callable[[Context, Data], Awaitable[None]]
    leads_to: Callable[[Data], Callback]
    review: Ask | None = None
    about: str | None = None

    def step(self, name: str) -> Step:
        found = next((step for step in self.steps if step.name == name), None)
        if found is None:
            raise Refused(Reason.OUTDATED)
        return found

    def asked(self, data: Data) -> list[Step]:
        """The questions that are asked, given what was answered."""
        return [step for step in self.steps if step.when(data)]

    def answered(self, data: Data) -> Data:
        """Without answers to questions that are not asked any more."""
        kept = dict(data)
        for step in self.steps:
            if not step.when(kept):
                kept.pop(step.name, None)
        return kept


REVIEW = "review"
ANSWER_AWAITED = timedelta(hours=1)
"""After it a message is no longer taken for an answer; the buttons of the form still work."""
OVER = (Reason.NO_RIGHT, Reason.VOTE_MOVED_ON, Reason.VOTE_UNCHANGEABLE)
"""After these no answer can help: the form ends."""


class FormOver(Refused):
    """A form can't be submitted any more, whatever is answered."""

    def __init__(self, refused: Refused, form: str, leads_to: Callback) -> None:
        super().__init__(refused.reason, **refused.parameters)
        self.form = form
        self.leads_to = leads_to


class Forms:
    """All forms of the bot, and the routes by which they are answered.

    A second tap on a question that is answered shows the question that is open now.
    """

    def __init__(
        self,
        forms: Sequence[Form],
        otherwise: Callable[[Context], Awaitable[None]],
        nothing_to_cancel: Callable[[Context], Awaitable[None]],
        elsewhere: frozenset[str] = frozenset(),
        leading: tuple[type[Callback], ...] = (),
    ) -> None:
        """`elsewhere`: drafts whose messages `otherwise` takes.

        `leading`: buttons with a draft of their own that lead into a form.
        """
        self._forms = {form.name: form for form in forms}
        self._otherwise = otherwise
        self._nothing_to_cancel = nothing_to_cancel
        self._elsewhere = elsewhere
        self._leading = leading

    def routes(self) -> tuple[Route, ...]:
        return (
            Tap(Press, self._press, OpenTo.CONSENTED),
            Event("input", self._take, OpenTo.ANYONE),
            Command("cancel", self._cancel, OpenTo.ANYONE),
        )

    async def _press(self, context: Context, tap: Press) -> None:
        form = self._forms.get(tap.form)
        if form is None:
            raise Refused(Reason.OUTDATED)
        draft = await drafts.present(context, form.name, tap.token)
        if draft.step != tap.step:
            context.toast(context.t("This button is out of date. Here is the present screen."))
            context.show(_screen(context, form, draft))
            return
        if tap.value == CANCEL:
            await self._drop(context, form, draft)
        elif tap.value == BACK:
            await _go_back(context, form, draft)
        elif tap.step == REVIEW:
            if tap.value != SEND:
                raise Refused(Reason.OUTDATED)
            await _submit(context, form, draft)
        else:
            step = form.step(tap.step)
            if tap.value == SKIP and step.optional:
                await _answer(context, form, draft, None)
            else:
                await _answer(context, form, draft, step.choose(tap.value, context, draft.data))

    async def _take(self, context: Context) -> None:
        """A message: the answer to the question asked last, or nothing this bot understands."""
        found = await self._waiting(context, within=ANSWER_AWAITED)
        if found is None:
            await self._otherwise(context)
            return
        form, draft = found
        if draft.step == REVIEW:
            context.say(_screen(context, form, draft))
            return
        answer = form.step(draft.step).read(context.message, context)
        await _answer(context, form, draft, answer)

    async def _cancel(self, context: Context) -> None:
        found = await self._waiting(context)
        if found is None:
            await self._nothing_to_cancel(context)
        else:
            await self._drop(context, *found)

    async def _waiting(
        self, context: Context, *, within: timedelta = timedelta.max
    ) -> tuple[Form, Draft] | None:
        """The form that was touched last, unless something else has asked since.

        `within`: only one touched so short a time ago.
        """
        for draft in await drafts.latest(context):
            if draft.form in self._elsewhere or context.now - draft.touched_at > within:
                return None
            if form := self._forms.get(draft.form):
                return form, draft
        return None

    async def _drop(self, context: Context, form: Form, draft: Draft) -> None:
        """Ends the draft, also where its door has been shut: nobody is kept in a form."""
        door = form.leads_to(draft.data)
        await drafts.end(context, form.name)
        context.toast(context.t("Cancelled. Nothing was sent."))
        try:
            await context.go(door)
        except Refused:
            await self._nothing_to_cancel(context)

    async def show_present(self, context: Context, data: str) -> bool:
        """What an outdated button of a form has led to meanwhile; False: nothing is known of it.

        The second of two taps finds its draft ended or replaced by the first.
        """
        try:
            tapped = unpack(data)
        except UnreadableCallback:
            return False
        if not isinstance(tapped, (Press, *self._leading)):
            return False
        words = context.t("This button is out of date. Here is the present screen.")
        form = self._forms.get(tapped.form) if isinstance(tapped, Press) else None
        draft = await drafts.find(context, form.name) if form else None
        found = (form, draft) if form and draft else None
        if found is None and form and form.about and isinstance(tapped, Press) and tapped.about:
            try:
                await context.go(form.leads_to({form.about: tapped.about}))
            except Refused:
                return False
            context.toast(words)
            return True
        found = found or await self._waiting(context)
        if found is None:
            return False
        context.toast(words)
        context.show(_screen(context, *found))
        return True

    async def ask_again(self, context: Context) -> bool:
        """Shows the present question once more; whether there is one."""
        found = await self._waiting(context, within=ANSWER_AWAITED)
        if found is None:
            return False
        context.say(_screen(context, *found))
        return True


async def begin(context: Context, form: Form, data: Data) -> None:
    """Asks the first question."""
    draft = await drafts.begin(context, form.name, form.asked(data)[0].name, data)
    context.show(_screen(context, form, draft))


async def _answer(context: Context, form: Form, draft: Draft, value: Any) -> None:
    data = form.answered({**draft.data, draft.step: value})
    asked = form.asked(data)
    names = [step.name for step in asked]
    place = names.index(draft.step) + 1
    if place < len(names):
        await drafts.change(context, form.name, data, names[place])
    elif form.review is not None:
        await drafts.change(context, form.name, data, REVIEW)
    else:
        draft.data = data
        await _submit(context, form, draft)
        return
    context.show(_screen(context, form, draft))


async def _go_back(context: Context, form: Form, draft: Draft) -> None:
    names = [step.name for step in form.asked(draft.data)]
    place = len(names) if draft.step == REVIEW else names.index(draft.step)
    if place == 0:
        raise Refused(Reason.OUTDATED)
    await drafts.change(context, form.name, draft.data, names[place - 1])
    context.show(_screen(context, form, draft))


async def _submit(context: Context, form: Form, draft: Draft) -> None:
    data = dict(draft.data)
    await drafts.end(context, form.name)
    try:
        await form.submit(context, data)
    except Refused as refused:
        if refused.reason in OVER:
            raise FormOver(refused, form.name, form.leads_to(data)) from refused
        raise


def _screen(context: Context, form: Form, draft: Draft) -> Screen:
    t = context.t
    about = draft.data[form.about] if form.about else None

    def button(label: str, value: str) -> Button:
        return Button(label, Press(form.name, draft.token, draft.step, value, about))

    cancel = button(t("✖️ Cancel"), CANCEL)
    back = button(t("⬅️ Back"), BACK)
    if draft.step == REVIEW:
        assert form.review is not None
        rows: tuple[Row, ...] = ((button(t("✅ Confirm"), SEND),), (back, cancel))
        return Screen(form.review(t, draft.data), rows)
    step = form.step(draft.step)
    names = [asked.name for asked in form.asked(draft.data)]
    place = names.index(step.name) + 1
    answers = column(*(button(label, value) for label, value in _labels(step, context, draft)))
    last = (back, cancel) if place > 1 else (cancel,)
    skip = ((button(t("⏭ Skip"), SKIP),),) if step.optional else ()
    progress = t("<i>{place} of {all}</i>", place=place, all=len(names)) if len(names) > 1 else None
    return Screen(lines(progress, step.ask(t, draft.data)), (*answers, *skip, last))


def _labels(step: Step, context: Context, draft: Draft) -> Sequence[tuple[str, str]]:
    local = context.now.astimezone(context.terms.zone)
    return step.buttons(context.t, draft.data, local)


def _seconds(duration: Any) -> float:
    return duration.total_seconds() if isinstance(duration, timedelta) else float(duration)
