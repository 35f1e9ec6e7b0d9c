"""Forms: questions by taps and messages, kept in a draft that outlives the process."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.transactions import Dialogues
from bot.ui import forms
from bot.ui.context import Context
from bot.ui.forms import BACK, CANCEL, SEND, SKIP, Form, Forms, Moment, Number, Text, read_moment
from bot.ui.routes import OpenTo, Routes, Tap
from bot.ui.screens import Screen
from models import Draft
from tests.bot.machine import Machine, Tapped, running

AIDA = 501


def _ask(words: str) -> Any:
    return lambda t, data: t("{words}", words=words)


async def _come_all_the_way(context: Context) -> OpenTo:
    return OpenTo.RESIDENT


class Desk:
    """One form of four questions, and what came of it."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.submitted: list[dict[str, Any]] = []
        self.form = Form(
            "wish",
            (
                Text(name="title", limit=20, ask=_ask("title?")),
                Number(name="cost", least=1, most=1000, optional=True, ask=_ask("cost?")),
                Text(
                    name="why",
                    limit=20,
                    when=lambda d: (d.get("cost") or 0) > 500,
                    ask=_ask("why?"),
                ),
                Moment(
                    name="until",
                    days=(1, 7),
                    hour=18,
                    longest=timedelta(days=366),
                    ask=_ask("until?"),
                ),
            ),
            submit=self._submit,
            leads_to=lambda data: Tapped(0),
            review=_ask("right?"),
        )
        self.forms = Forms((self.form,), self._otherwise, self._otherwise)
        routes = Routes((*self.forms.routes(), Tap(Tapped, self._tap, OpenTo.ANYONE)))
        machine.transactions._dialogues = Dialogues(
            routes=routes,
            stage=_come_all_the_way,
            next_step=machine.transactions._dialogues.next_step,
            explain=machine.transactions._dialogues.explain,
            apologise=machine.transactions._dialogues.apologise,
        )
        (handler,) = machine.ptb.handlers[0]
        handler._routes = routes  # type: ignore[attr-defined]

    async def _submit(self, context: Context, data: dict[str, Any]) -> None:
        self.submitted.append(data)
        context.say(Screen("thanks"))

    async def _otherwise(self, context: Context) -> None:
        context.say(Screen("menu"))

    async def _tap(self, context: Context, tap: Tapped) -> None:
        if tap.number == 1:
            await forms.begin(context, self.form, {})
        else:
            context.say(Screen("menu"))

    async def begins(self) -> None:
        await self.machine.run(self.machine.taps(AIDA, Tapped(1).pack()))

    async def says(self, text: str) -> None:
        await self.machine.run(self.machine.says(AIDA, text))

    async def presses(self, value: str, keyboard: list[Any] | None = None) -> None:
        found = [data for data in keyboard or self.keyboard if data.endswith(f":{value}:")]
        assert found, f"no {value!r} in {self.keyboard}"
        await self.machine.run(self.machine.taps(AIDA, found[0]))

    @property
    def last(self) -> str:
        return self.machine.said_to(AIDA)[-1]

    @property
    def keyboard(self) -> list[str]:
        markup = self.machine.mailbox.letters[-1].payload.get("reply_markup", {})
        return [b["callback_data"] for row in markup.get("inline_keyboard", []) for b in row]


@pytest.fixture
async def desk(sqlite_url: str) -> AsyncIterator[Desk]:
    async with running(sqlite_url) as machine:
        yield Desk(machine)


async def test_a_form_is_filled_in_reviewed_and_sent(desk: Desk) -> None:
    await desk.begins()
    assert desk.last.endswith("title?")
    await desk.says("  Water \u202e ")
    await desk.says("1 000 сом")
    assert desk.last.endswith("why?")
    await desk.says("old pipes")
    await desk.presses("2026-11-09")
    assert desk.last == "right?"
    await desk.presses(SEND)
    assert desk.last == "thanks"
    ((answers),) = desk.submitted
    assert answers == {
        "title": "Water",
        "cost": 1000,
        "why": "old pipes",
        "until": "2026-11-09T18:00:00+06:00",
    }
    async with desk.machine.database.read() as session:
        assert list(await session.scalars(select(Draft))) == []


async def test_a_question_that_is_not_asked_is_passed_over_there_and_back(desk: Desk) -> None:
    await desk.begins()
    await desk.says("Water")
    await desk.presses(SKIP)
    assert desk.last.endswith("until?")
    await desk.presses(BACK)
    assert desk.last.endswith("cost?")
    await desk.presses(BACK)
    assert desk.last.endswith("title?")


async def test_an_answer_whose_question_is_asked_no_more_is_dropped(desk: Desk) -> None:
    await desk.begins()
    await desk.says("Water")
    await desk.says("1000")
    await desk.says("old pipes")
    await desk.presses(BACK)
    await desk.presses(BACK)
    await desk.presses(SKIP)
    await desk.presses("2026-11-09")
    await desk.presses(SEND)
    ((answers),) = desk.submitted
    assert "why" not in answers


@pytest.mark.parametrize("text", ["/unknown", "/Суу", " /x y", "\u200b/x"])
async def test_a_command_is_no_text(desk: Desk, text: str) -> None:
    await desk.begins()
    await desk.says(text)
    assert desk.last.startswith("no: wrong_kind")
    await desk.says("1/2 / 3")
    assert desk.last.endswith("cost?")


async def test_a_text_may_begin_with_a_stroke(desk: Desk) -> None:
    await desk.begins()
    await desk.says("/ 2 /")
    assert desk.last.endswith("cost?")


async def test_a_limit_counts_as_telegram_does(desk: Desk) -> None:
    await desk.begins()
    await desk.says("🏫" * 11)
    assert desk.last.startswith("no: text_too_long")
    await desk.says("🏫" * 10)
    assert desk.last.endswith("cost?")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("25.11.9999", "date_too_far"),
        ("31.12.9999 23:59", "date_too_far"),
        ("01.01.0001", "date_passed"),
        ("29.02", "date_too_far"),
        ("30.02", "not_a_moment"),
    ],
)
async def test_a_day_that_is_too_far_away_is_said_so(desk: Desk, said: str, reason: str) -> None:
    await desk.begins()
    await desk.says("Water")
    await desk.presses(SKIP)
    (press,) = (data for data in desk.keyboard if data.endswith(":2026-11-09:"))
    await desk.says(said)
    assert desk.last.startswith(f"no: {reason}")
    for day in ("9999-12-31", "0001-01-01"):
        forged = press.replace("2026-11-09", day)
        await desk.machine.run(desk.machine.taps(AIDA, forged))
        assert desk.last.startswith("no: date_")
    assert not desk.machine.incidents


@pytest.mark.parametrize("token", ["ө", "x\x00", "🗳"])
async def test_a_token_of_odd_letters_is_outdated(desk: Desk, token: str) -> None:
    await desk.begins()
    await desk.machine.run(desk.machine.taps(AIDA, f"f:wish:{token}:title:x:"))
    assert desk.last.startswith("no: outdated")
    assert not desk.machine.incidents


async def test_old_buttons_change_nothing(desk: Desk) -> None:
    await desk.begins()
    old = desk.keyboard
    await desk.says("Water")
    await desk.presses(CANCEL, old)
    assert desk.last.endswith("cost?"), "the present question is shown"
    await desk.presses(CANCEL)
    await desk.begins()
    await desk.presses(CANCEL, old)
    assert desk.last.startswith("no: outdated")
    await desk.says("Water")
    assert desk.last.endswith("cost?")


async def test_who_comes_back_goes_on_where_they_stopped(desk: Desk) -> None:
    await desk.begins()
    await desk.says("Water")
    await desk.begins()
    assert desk.last.endswith("cost?")
    await desk.presses(CANCEL)
    await desk.begins()
    assert not desk.last.endswith("cost?")


async def test_two_taps_at_once_send_the_form_once(desk: Desk) -> None:
    await desk.begins()
    await desk.says("Water")
    await desk.presses(SKIP)
    await desk.presses("2026-11-03")
    (send,) = (data for data in desk.keyboard if data.endswith(f":{SEND}:"))
    await desk.machine.run(desk.machine.taps(AIDA, send), desk.machine.taps(AIDA, send))
    assert desk.machine.said_to(AIDA).count("thanks") == 1


async def test_cancel_leads_to_the_door(desk: Desk) -> None:
    await desk.begins()
    await desk.presses(CANCEL)
    assert desk.last == "menu"
    await desk.says("Water")
    assert desk.last == "menu"


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "wrong_kind"), (" \u200b ", "text_empty"), ("x" * 21, "text_too_long")],
)
async def test_a_wrong_answer_is_refused_and_the_question_stays(
    desk: Desk, text: str, reason: str
) -> None:
    await desk.begins()
    if text:
        await desk.says(text)
    else:
        photo = desk.machine.says(AIDA, "")
        del photo["message"]["text"]
        await desk.machine.run(photo)
    assert desk.last.startswith(f"no: {reason}")
    await desk.says("Water")
    assert desk.last.endswith("cost?")


@pytest.mark.parametrize("text", ["water", "0", "1001", "-5", "9" * 5000, "1e3", "٣٣٣٣٣"])
async def test_what_is_no_number_is_refused(desk: Desk, text: str) -> None:
    await desk.begins()
    await desk.says("Water")
    await desk.says(text)
    assert desk.last.startswith("no: not_a_number")


async def test_a_form_goes_on_in_a_new_process(desk: Desk, sqlite_url: str) -> None:
    await desk.begins()
    await desk.says("Water")
    keyboard = desk.keyboard
    async with running(sqlite_url) as machine:
        machine._ids = iter(range(50_000, 60_000))
        other = Desk(machine)
        await other.presses(SKIP, keyboard)
        assert other.last.endswith("until?")


LOCAL = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("25.11", "2026-11-25T18:00"),
        ("25/11 15.30", "2026-11-25T15:30"),
        ("1.2.2027 9", "2027-02-01T09:00"),
        ("05.01", "2027-01-05T18:00"),
        ("31.02", None),
        ("31 февраля", None),
        ("25.11 25:00", None),
        ("25.13", None),
        ("29.02", "2028-02-29T18:00"),
        ("25.11.0000", "2000-11-25T18:00"),
        ("29.02.2028", "2028-02-29T18:00"),
        ("0.0", None),
        ("", None),
        ("9" * 5000, None),
    ],
)
def test_dates_are_read_as_people_write_them(text: str, moment: str | None) -> None:
    found = read_moment(text, LOCAL, 18)
    assert (found.isoformat()[:16] if found else None) == moment
