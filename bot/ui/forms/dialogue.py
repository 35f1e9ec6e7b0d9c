"""All forms of the bot, and the routes by which they are answered."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from telegram import Message

from bot.ui import drafts
from bot.ui.callbacks import Callback, UnreadableCallback, unpack
from bot.ui.context import Context
from bot.ui.forms.form import (
    BACK,
    CANCEL,
    REVIEW,
    SEND,
    SKIP,
    Form,
    Press,
    form_screen,
    go_back,
    submit_form,
    take_answer,
)
from bot.ui.forms.steps import Step
from bot.ui.routes import Command, Event, OpenTo, Route, Tap
from bot.ui.screens import Screen
from models import Draft
from services.refusal import Reason, Refused

ANSWER_AWAITED = timedelta(hours=1)
"""After it a message is no longer taken for an answer; the buttons of the form still work."""


TOO_LONG = "too long"
"""When a message was refused for its length; kept in the draft."""
TAIL_SECONDS = 2
"""No reader answers a refusal sooner."""


def _is_tail(draft: Draft, message: Message) -> bool:
    begun: float | None = draft.data.get(TOO_LONG)
    if begun is None or message.text is None:
        return False
    return message.date.timestamp() - begun <= TAIL_SECONDS


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
            context.show(form_screen(context, form, draft))
            return
        if tap.value == CANCEL:
            await self._drop(context, form, draft)
        elif tap.value == BACK:
            await go_back(context, form, draft)
        elif tap.step == REVIEW:
            if tap.value != SEND:
                raise Refused(Reason.OUTDATED)
            await submit_form(context, form, draft)
        else:
            step = form.step(tap.step)
            if tap.value == SKIP and step.optional:
                await take_answer(context, form, draft, None)
            else:
                await take_answer(context, form, draft, step.choose(tap.value, context, draft.data))

    async def _take(self, context: Context) -> None:
        """A message: the answer to the question asked last, or nothing this bot understands."""
        found = await self._waiting(context, within=ANSWER_AWAITED)
        if found is None:
            await self._otherwise(context)
            return
        form, draft = found
        if _is_tail(draft, context.message):
            return
        if draft.step == REVIEW:
            raise Refused(Reason.WRONG_KIND, wanted=Step.wants)
        answer = form.step(draft.step).read(context.message, context)
        await take_answer(context, form, draft, answer)

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
        cancelled = context.t("Cancelled. Nothing was sent.")
        context.toast(context.t(form.left) if form.left else cancelled)
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
        context.show(form_screen(context, *found))
        return True

    async def ask_left(self, context: Context) -> bool:
        """Shows the question that somebody left some time ago; whether there is one.

        What was written is not taken for its answer: it may be about something else.
        """
        found = await self._waiting(context)
        if found is None:
            return False
        form, draft = found
        draft.touched_at = context.now
        context.say(Screen(context.t("You had stopped here. Please answer once more, or cancel.")))
        context.say(form_screen(context, form, draft))
        return True

    async def expect_tail(self, context: Context) -> None:
        """What follows at once is the rest of the message that was too long, and no answer.

        Phones send a text of more than 4,096 characters in several messages.
        """
        found = await self._waiting(context, within=ANSWER_AWAITED)
        if found is not None:
            form, draft = found
            data = {**draft.data, TOO_LONG: int(context.message.date.timestamp())}
            await drafts.change(context, form.name, data)

    async def ask_again(self, context: Context) -> bool:
        """Shows the present question once more; whether there is one."""
        found = await self._waiting(context, within=ANSWER_AWAITED)
        if found is None:
            return False
        context.say(form_screen(context, *found))
        return True
