"""The first minutes: language, consent, village, sex and age band; then the menu.

With the village's link it takes four taps and no typing. Nothing but id and language is kept
before the yes: the link's payload travels in the buttons.
"""

import re

from markupsafe import Markup

from bot.ui.callbacks import Callback, callback
from bot.ui.context import Context
from bot.ui.i18n import LANGUAGES, Translator, Translators
from bot.ui.routes import Command, Event, Link, OpenTo, Route, Tap
from bot.ui.screens import Button, Screen, grid, lines
from handlers.doors import (
    AcceptInvitation,
    ArriveInVillage,
    OpenData,
    OpenLanguages,
    OpenMenu,
    OpenProfile,
    OpenVillages,
)
from handlers.words import age_name, chat_commands, place_label, sex_name
from models import AgeBand, Resident, Sex
from services import people
from services.places.directory import Directory
from services.refusal import Reason, Refused
from services.terms import CONSENT_VERSION

PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,40}")
"""What fits into a button beside the rest; no link of this bot is longer."""
NAMES = {"ky": "Кыргызча", "ru": "Русский"}


@callback("speak")
class ChooseLanguage(Callback):
    language: str
    payload: str
    """Of the deep link that brought the person here; empty without one."""


@callback("agree")
class Decide(Callback):
    """The answer to the question of consent."""

    yes: bool
    version: str
    payload: str


@callback("terms")
class ReadTerms(Callback):
    """The full text of the consent."""

    payload: str


@callback("sex")
class ChooseSex(Callback):
    resident_id: int
    sex: Sex


@callback("age")
class ChooseAge(Callback):
    resident_id: int
    age_band: AgeBand


# --- what arrives -----------------------------------------------------------------------------


async def start(context: Context) -> None:
    """/start without a payload."""
    await _go_on(context, "")


async def start_in_village(context: Context, code: str) -> None:
    await _go_on(context, f"v_{code}")


async def start_with_invitation(context: Context, token: str) -> None:
    await _go_on(context, f"i_{token}")


async def next_step(context: Context) -> None:
    """What has to be asked before anything else can be done."""
    await _go_on(context, "")


async def stage(context: Context) -> OpenTo:
    """How far this person has come; the others of the phone are asked when it is their turn."""
    account = context.account
    if account.language is None or not people.has_consented(account):
        return OpenTo.ANYONE
    residents = await context.residents()
    if residents and people.is_complete(residents[0]):
        return OpenTo.RESIDENT
    return OpenTo.CONSENTED


async def show_languages(context: Context, _tap: OpenLanguages | None = None) -> None:
    context.show(language_screen(context.translators, ""))


async def choose_language(context: Context, tap: ChooseLanguage) -> None:
    if tap.language not in LANGUAGES:
        raise Refused(Reason.OUTDATED)
    changed = context.account.language not in (None, tap.language)
    context.account.language = tap.language
    if changed:
        context.toast(context.t("The language is changed."))
    if changed or context.phone_language != tap.language:
        staff = bool(await context.rights())
        context.call(*chat_commands(context.t, context.account.id, staff=staff))
    await _go_on(context, tap.payload)


async def read_terms(context: Context, tap: ReadTerms) -> None:
    context.show(terms_screen(context.t, _fitting(tap.payload)))


async def decide(context: Context, tap: Decide) -> None:
    """A yes to an older text asks again with the present one; a no after a yes leads to where
    consent is taken back, so that nobody believes it was by an old button."""
    if tap.version != CONSENT_VERSION:
        raise Refused(Reason.OUTDATED)
    if not tap.yes and people.has_consented(context.account):
        context.alert(context.t("You have given your consent. Here you can take it back."))
        await context.go(OpenData())
        return
    if not tap.yes:
        context.show(refused_screen(context.t, _fitting(tap.payload)))
        return
    people.give_consent(context.account, now=context.now)
    await _go_on(context, tap.payload)


async def ask_profile(context: Context, tap: OpenProfile) -> None:
    resident = await people.resident(context.session, context.account, tap.resident_id)
    directory = await context.directory()
    context.show(profile_screen(context.t, resident, directory))


async def choose_sex(context: Context, tap: ChooseSex) -> None:
    resident = await people.resident(context.session, context.account, tap.resident_id)
    resident.sex = tap.sex
    await _profile_or_on(context, resident)


async def choose_age(context: Context, tap: ChooseAge) -> None:
    resident = await people.resident(context.session, context.account, tap.resident_id)
    resident.age_band = tap.age_band
    await _profile_or_on(context, resident)


async def leave(context: Context) -> None:
    """Somebody blocked the bot: nothing is sent to them until they are heard of again."""
    context.account.unreachable_at = context.now


async def _profile_or_on(context: Context, resident: Resident) -> None:
    if people.is_complete(resident):
        await _go_on(context, "")
        return
    context.show(profile_screen(context.t, resident, await context.directory()))


def _fitting(payload: str) -> str:
    """The payload, or none instead of one that fits into no button."""
    return payload if PAYLOAD.fullmatch(payload) else ""


async def _go_on(context: Context, payload: str) -> None:
    """The next thing that is missing, or where the link leads, or the menu."""
    account = context.account
    payload = _fitting(payload)
    if account.language is None:
        context.show(language_screen(context.translators, payload))
        return
    if not people.has_consented(account):
        context.show(consent_screen(context.t, payload))
        return
    kind, _, rest = payload.partition("_")
    if kind == "i":
        await context.go(AcceptInvitation(rest))
        return
    if kind == "v":
        await context.go(ArriveInVillage(rest))
        return
    residents = await context.residents()
    if residents and not people.is_complete(residents[0]):
        context.show(profile_screen(context.t, residents[0], await context.directory()))
        return
    if not residents and not await context.rights():
        await context.go(OpenVillages())
        return
    await context.go(OpenMenu())


# --- what is shown ----------------------------------------------------------------------------


def language_screen(translators: Translators, payload: str) -> Screen:
    """Both languages, each in its own words; nothing is preselected."""
    words = translators.all()
    return Screen(
        Markup("\n\n").join(_welcome(t) for t in words),
        tuple((Button(NAMES[t.language], ChooseLanguage(t.language, payload)),) for t in words),
    )


def _welcome(t: Translator) -> Markup:
    return lines(
        t("Hello! 👋 This is the ARIS bot. Here you"),
        t("🗳 choose what your village needs."),
        t("The bot is free."),
        t("<b>Choose the language</b> 👇"),
    )


def consent_screen(t: Translator, payload: str) -> Screen:
    return Screen(
        lines(
            t("To keep a record of you we need your consent."),
            "",
            t("📌 What we keep: your village, sex and age group, and that you voted."),
            t("📌 What for: to count the choice of the village and to write to you."),
            t("📌 Who keeps it: ARIS. Only its responsible staff see it."),
            t("📌 Nobody sees what you voted for."),
            t("📌 How long: until you delete it. You can at any time: /forget"),
            t("📌 Messages pass through Telegram, whose servers are abroad."),
            "",
            t("<b>Do you consent to the processing of your personal data?</b>"),
        ),
        (
            (Button(t("✅ I consent"), Decide(True, CONSENT_VERSION, payload)),),
            (Button(t("❌ I don't consent"), Decide(False, CONSENT_VERSION, payload)),),
            (Button(t("📄 Full text"), ReadTerms(payload)),),
        ),
    )


def terms_screen(t: Translator, payload: str) -> Screen:
    """The full text: who, why, how long, rights, and Telegram's servers abroad."""
    return Screen(
        lines(
            t("<b>Consent to the processing of personal data</b>"),
            "",
            t(
                "<b>Who holds the data.</b> ARIS, the Community Development and Investment "
                "Agency of the Kyrgyz Republic."
            ),
            t(
                "<b>What.</b> Your Telegram number (id), language, village, sex, age group, "
                "and in which votes you took part. Names and phone numbers are not asked."
            ),
            t("<b>Why.</b> To count the choice of the village, to send you calls and results."),
            t(
                "<b>Your choice is secret.</b> It is kept apart from you; when the vote "
                "closes, the key that joins them is destroyed."
            ),
            t(
                "<b>How long.</b> Until you delete it with /forget or ARIS ends this bot. "
                "Without your consent your id and language are deleted after a day."
            ),
            t(
                "<b>Your rights.</b> To see what is held (/mydata), to correct it (/settings), "
                "to withdraw the consent and delete it (/forget). A request is answered within "
                "a week."
            ),
            t(
                "<b>Telegram.</b> Messages pass through the servers of Telegram, which are "
                "outside Kyrgyzstan."
            ),
            t("<b>Saying no</b> has no consequence: you can vote at the meeting as before."),
        ),
        (
            (Button(t("✅ I consent"), Decide(True, CONSENT_VERSION, payload)),),
            (Button(t("❌ I don't consent"), Decide(False, CONSENT_VERSION, payload)),),
        ),
    )


def refused_screen(t: Translator, payload: str) -> Screen:
    return Screen(
        lines(
            t("All right. We have recorded nothing about you."),
            t("Without consent you can't vote here, but you can vote at the village meeting."),
            t("If you change your mind, press the button."),
        ),
        (
            (Button(t("✅ I consent"), Decide(True, CONSENT_VERSION, payload)),),
            (Button(t("📄 Full text"), ReadTerms(payload)),),
        ),
    )


def profile_screen(t: Translator, resident: Resident, directory: Directory) -> Screen:
    """Sex, then age band; each may be left unsaid."""
    place = directory.get(resident.village_id)
    where = t("📍 {village}", village=place_label(t, directory, place)) if place else None
    whom = t("👤 {name}", name=resident.label) if resident.label else None
    if resident.sex is None:
        question = (
            t("<b>Woman or man?</b> We ask so that everybody is heard.")
            if resident.label
            else t("<b>Are you a woman or a man?</b> We ask so that everybody is heard.")
        )
        return Screen(
            lines(where, whom, "", question),
            (
                tuple(
                    Button(sex_name(t, sex), ChooseSex(resident.id, sex))
                    for sex in (Sex.FEMALE, Sex.MALE)
                ),
                (Button(sex_name(t, Sex.UNSAID), ChooseSex(resident.id, Sex.UNSAID)),),
            ),
        )
    bands = [band for band in AgeBand if band is not AgeBand.UNSAID]
    buttons = [Button(age_name(t, band), ChooseAge(resident.id, band)) for band in bands]
    last = Button(age_name(t, AgeBand.UNSAID), ChooseAge(resident.id, AgeBand.UNSAID))
    return Screen(
        lines(where, whom, "", t("<b>How old are you?</b>") if not whom else t("<b>How old?</b>")),
        (*grid(buttons, 2), (last,)),
    )


ROUTES: tuple[Route, ...] = (
    Command("start", start, OpenTo.ANYONE),
    Link("v_", start_in_village),
    Link("i_", start_with_invitation),
    Command("language", show_languages, OpenTo.ANYONE),
    Tap(OpenLanguages, show_languages, OpenTo.ANYONE),
    Tap(ChooseLanguage, choose_language, OpenTo.ANYONE),
    Tap(ReadTerms, read_terms, OpenTo.ANYONE),
    Tap(Decide, decide, OpenTo.ANYONE),
    Tap(OpenProfile, ask_profile, OpenTo.CONSENTED),
    Tap(ChooseSex, choose_sex, OpenTo.CONSENTED),
    Tap(ChooseAge, choose_age, OpenTo.CONSENTED),
    Event("blocked", leave),
)
