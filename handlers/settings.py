"""Settings: language, village, the people on this phone, notices, data."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from bot.ui import forms
from bot.ui.callbacks import Callback, callback
from bot.ui.context import Context
from bot.ui.forms import Data, Form, Text
from bot.ui.i18n import CLDR, Translator
from bot.ui.routes import Command, OpenTo, Route, Tap
from bot.ui.screens import Button, Row, Screen, grid, lines, plain
from handlers.doors import OpenData, OpenLanguages, OpenProfile, OpenSettings, OpenVillages
from handlers.words import (
    age_name,
    back_button,
    menu_button,
    place_label,
    resident_name,
    sex_name,
    shorten,
)
from models import AgeBand, Resident, Sex, Vote
from services import people
from services.people import AGE_BANDS, LABEL_LIMIT, SEXES
from services.refusal import Reason, Refused
from services.votes import participation

LABEL_SHOWN = 30


@callback("notices")
class SetNotices(Callback):
    """Whether the bot writes by itself when votes start and end."""

    wanted: bool


@callback("home")
class OpenHousehold(Callback):
    """The people on this phone."""


@callback("homeadd")
class AddPerson(Callback):
    """One more person on this phone."""


@callback("homewho")
class OpenPerson(Callback):
    """Sex and age of somebody on this phone, and taking them off it."""

    resident_id: int


@callback("homesex")
class ChangeSex(Callback):
    resident_id: int
    sex: Sex


@callback("homeage")
class ChangeAge(Callback):
    resident_id: int
    age_band: AgeBand


@callback("homeask")
class AskRemove(Callback):
    """The question before somebody is taken off this phone."""

    resident_id: int


@callback("homeout")
class RemovePerson(Callback):
    resident_id: int


# --- what arrives -----------------------------------------------------------------------------


async def show_settings(context: Context, _tap: OpenSettings | None = None) -> None:
    residents, directory = await context.residents(), await context.directory()
    place = directory.get(residents[0].village_id) if residents else None
    village = place_label(context.t, directory, place) if place else None
    context.show(
        settings_screen(context.t, village, len(residents), muted=context.account.mute_votes)
    )


async def set_notices(context: Context, tap: SetNotices) -> None:
    context.account.mute_votes = not tap.wanted
    t = context.t
    context.toast(
        t("🔔 We will write to you when a vote starts and ends.")
        if tap.wanted
        else t("🔔 We will not write to you about votes. Answers still come.")
    )
    await context.go(OpenSettings())


async def show_household(context: Context, _tap: OpenHousehold | None = None) -> None:
    residents = await context.residents()
    context.show(household_screen(context.t, residents, context.terms.household_limit))


async def add_person(context: Context, _tap: AddPerson) -> None:
    if len(await context.residents()) >= context.terms.household_limit:
        raise Refused(Reason.HOUSEHOLD_FULL, limit=context.terms.household_limit)
    await forms.begin(context, PERSON, {})


async def show_person(context: Context, tap: OpenPerson) -> None:
    resident = await people.resident(context.session, context.account, tap.resident_id)
    context.show(person_screen(context.t, resident))


async def change_sex(context: Context, tap: ChangeSex) -> None:
    resident = await people.resident(context.session, context.account, tap.resident_id)
    resident.sex = tap.sex
    context.show(person_screen(context.t, resident))


async def change_age(context: Context, tap: ChangeAge) -> None:
    resident = await people.resident(context.session, context.account, tap.resident_id)
    resident.age_band = tap.age_band
    context.show(person_screen(context.t, resident))


async def ask_remove(context: Context, tap: AskRemove) -> None:
    leaving = await _other_than_the_owner(context, tap.resident_id)
    losing = await participation.open_votes(context.session, [leaving])
    context.show(remove_screen(context.t, leaving, losing))


async def remove_person(context: Context, tap: RemovePerson) -> None:
    """A second tap finds nobody to remove and shows the household again."""
    residents = await context.residents()
    if any(resident.id == tap.resident_id for resident in residents):
        leaving = await _other_than_the_owner(context, tap.resident_id)
        name = resident_name(context.t, leaving)
        await people.leave_household(context.session, context.account, leaving.id)
        context.changed()
        context.toast(context.t("✅ {name} is no longer on this phone.", name=name))
    await context.go(OpenHousehold())


async def _other_than_the_owner(context: Context, resident_id: int) -> Resident:
    """Somebody of this phone but its owner, who leaves by being forgotten."""
    resident = await people.resident(context.session, context.account, resident_id)
    if resident.label is None:
        raise Refused(Reason.NOT_FOUND)
    return resident


# --- the form ---------------------------------------------------------------------------------


async def _save_person(context: Context, data: Data) -> None:
    added = await people.add_to_household(
        context.session, context.account, data["label"], context.terms, now=context.now
    )
    context.changed()
    await context.go(OpenProfile(added.id))


def _to_household(_data: dict[str, Any]) -> Callback:
    return OpenHousehold()


PERSON = Form(
    "household-person",
    (
        Text(
            name="label",
            limit=LABEL_LIMIT,
            ask=lambda t, data: lines(
                t("<b>👤 Who votes on this phone too?</b>"),
                t("Write what you call this person at home. For example: mother."),
                t("The full name is not needed."),
            ),
        ),
    ),
    _save_person,
    _to_household,
)
FORMS: tuple[Form, ...] = (PERSON,)


# --- what is shown ----------------------------------------------------------------------------


def settings_screen(t: Translator, village: str | None, count: int, *, muted: bool) -> Screen:
    """`count`: how many people answer on this phone."""
    own_name = CLDR[t.language].language_name or ""
    rows: list[Row] = [
        (Button(t("🌐 Language: {language}", language=own_name), OpenLanguages()),),
        (
            Button(
                t("📍 Change the village") if village else t("📍 Choose my village"),
                OpenVillages(),
            ),
        ),
    ]
    if count:
        rows.append((Button(t("👥 People on this phone: {count}", count=count), OpenHousehold()),))
        rows.append(
            (Button(t("🔔 Turn on news of votes"), SetNotices(True)),)
            if muted
            else (Button(t("🔔 Turn off news of votes"), SetNotices(False)),)
        )
    rows += [(Button(t("🔒 My data"), OpenData()),), (menu_button(t),)]
    return Screen(
        lines(
            t("<b>⚙️ Settings</b>"),
            t("📍 {village}", village=village) if village else None,
            _notices(t, muted=muted) if count else None,
        ),
        tuple(rows),
    )


def household_screen(t: Translator, residents: Sequence[Resident], limit: int) -> Screen:
    rows: list[Row] = [
        (Button(shorten(plain(resident_name(t, r)), LABEL_SHOWN), OpenPerson(r.id)),)
        for r in residents
    ]
    if len(residents) < limit:
        rows.append((Button(t("➕ Add a person"), AddPerson()),))
    return Screen(
        lines(
            t("<b>👥 People on this phone</b>"),
            t("One phone, several people: each votes for themselves."),
            "",
            *(_described(t, resident) for resident in residents),
            "",
            t("At most {max} people can answer on one phone.", max=limit)
            if len(residents) >= limit
            else t("Press a name to change sex or age, or to take the person off."),
        ),
        (*rows, (back_button(t, OpenSettings()),)),
    )


def person_screen(t: Translator, resident: Resident) -> Screen:
    """Sex and age band with the present answers ticked; another answer is one tap away."""

    def sex_button(sex: Sex) -> Button:
        label = _ticked(sex_name(t, sex), is_on=sex is resident.sex)
        return Button(label, ChangeSex(resident.id, sex))

    def age_button(band: AgeBand) -> Button:
        label = _ticked(age_name(t, band), is_on=band is resident.age_band)
        return Button(label, ChangeAge(resident.id, band))

    said_sexes = [sex for sex in SEXES if sex is not Sex.UNSAID]
    said_bands = [band for band in AGE_BANDS if band is not AgeBand.UNSAID]
    remove: tuple[Row, ...] = ()
    if resident.label is not None:
        remove = ((Button(t("🗑 Take off this phone"), AskRemove(resident.id)),),)
    return Screen(
        lines(
            _described(t, resident),
            "",
            t("Woman or man? How old? Press what is right."),
            t("Votes that were sent stay as they are."),
        ),
        (
            *grid([sex_button(sex) for sex in said_sexes], 2),
            (_unsaid(t, t("Sex"), sex_button(Sex.UNSAID)),),
            *grid([age_button(band) for band in said_bands], 2),
            (_unsaid(t, t("Age"), age_button(AgeBand.UNSAID)),),
            *remove,
            (back_button(t, OpenHousehold()),),
        ),
    )


def remove_screen(t: Translator, leaving: Resident, losing: Sequence[Vote]) -> Screen:
    """`losing`: open votes from which this person's ballot is withdrawn."""
    name = resident_name(t, leaving)
    return Screen(
        lines(
            t("<b>Take {name} off this phone?</b>", name=name),
            t("In these open votes the vote of this person is withdrawn:") if losing else None,
            *(Markup("🗳 {}").format(vote.title(t.language)) for vote in losing),
            t("Votes that have ended stay as they were counted."),
        ),
        (
            (Button(t("✅ Yes, take off"), RemovePerson(leaving.id)),),
            (Button(t("❌ No, keep"), OpenPerson(leaving.id)),),
        ),
    )


# --- how it is put together -------------------------------------------------------------------


def _notices(t: Translator, *, muted: bool) -> Markup:
    if muted:
        return t("🔔 News of votes: off. Answers to what you press still come.")
    return t("🔔 News of votes: on.")


def _described(t: Translator, resident: Resident) -> Markup:
    """Apa: woman, 60 and older."""
    said = [
        sex_name(t, resident.sex) if resident.sex not in (None, Sex.UNSAID) else None,
        age_name(t, resident.age_band) if resident.age_band not in (None, AgeBand.UNSAID) else None,
    ]
    facts = Markup(", ").join(fact for fact in said if fact)
    name = resident_name(t, resident)
    return (
        Markup("<b>{}</b>: {}").format(name, facts) if facts else Markup("<b>{}</b>").format(name)
    )


def _ticked(label: Markup, *, is_on: bool) -> Markup:
    return Markup("✅ {}").format(label) if is_on else label


def _unsaid(t: Translator, what: Markup, button: Button) -> Button:
    """«Prefer not to say» stands twice on the screen, so it says of what."""
    return Button(Markup("{}: {}").format(what, button.label), button.action)


ROUTES: tuple[Route, ...] = (
    Command("settings", show_settings, OpenTo.CONSENTED),
    Tap(OpenSettings, show_settings, OpenTo.CONSENTED),
    Tap(SetNotices, set_notices, OpenTo.CONSENTED),
    Tap(OpenHousehold, show_household),
    Tap(AddPerson, add_person),
    Tap(OpenPerson, show_person),
    Tap(ChangeSex, change_sex),
    Tap(ChangeAge, change_age),
    Tap(AskRemove, ask_remove),
    Tap(RemovePerson, remove_person),
)
