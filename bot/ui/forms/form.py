"""A form as a value, and its way from the first question to the end."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.ui import drafts
from bot.ui.callbacks import Callback, callback
from bot.ui.context import Context
from bot.ui.forms.steps import Ask, Data, Step
from bot.ui.screens import Button, Row, Screen, column, lines
from models import Draft
from services.refusal import Reason, Refused


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
REVIEW = "review"
OVER = (Reason.NO_RIGHT, Reason.VOTE_MOVED_ON, Reason.VOTE_UNCHANGEABLE)
"""After these no answer can help: the form ends."""


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
    left: str | None = None
    """What somebody reads who leaves it before the end, if «cancelled» would say something else."""

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


class FormOver(Refused):
    """A form can't be submitted any more, whatever is answered."""

    def __init__(self, refused: Refused, form: str, leads_to: Callback) -> None:
        super().__init__(refused.reason, **refused.parameters)
        self.form = form
        self.leads_to = leads_to


async def begin(context: Context, form: Form, data: Data) -> None:
    """Asks the first question, or the one at which somebody stopped who had begun the same."""
    first = form.asked(data)[0].name
    draft = await drafts.find(context, form.name)
    if draft is not None and draft.step != first and data.items() <= draft.data.items():
        draft.touched_at = context.now
        context.toast(context.t("You go on where you stopped."))
    else:
        draft = await drafts.begin(context, form.name, first, data)
    context.show(form_screen(context, form, draft))


async def take_answer(context: Context, form: Form, draft: Draft, value: Any) -> None:
    """Keeps the answer to the present question and shows what comes next."""
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
        await submit_form(context, form, draft)
        return
    context.show(form_screen(context, form, draft))


async def go_back(context: Context, form: Form, draft: Draft) -> None:
    """Shows the question before; its earlier answer stays until it is answered anew."""
    names = [step.name for step in form.asked(draft.data)]
    place = len(names) if draft.step == REVIEW else names.index(draft.step)
    if place == 0:
        raise Refused(Reason.OUTDATED)
    await drafts.change(context, form.name, draft.data, names[place - 1])
    context.show(form_screen(context, form, draft))


async def submit_form(context: Context, form: Form, draft: Draft) -> None:
    """Hands the answers over and drops the draft.

    Raises:
        FormOver: no answer can help any more.
        Refused: what `submit` says; the draft stays with the rollback.
    """
    data = dict(draft.data)
    await drafts.end(context, form.name)
    try:
        await form.submit(context, data)
    except Refused as refused:
        if refused.reason in OVER:
            raise FormOver(refused, form.name, form.leads_to(data)) from refused
        raise


def form_screen(context: Context, form: Form, draft: Draft) -> Screen:
    """The present question with its buttons, or the review."""
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
