"""Personal data: what is held, as a screen and as a file, and being forgotten."""

from collections.abc import Iterable
from datetime import datetime

from markupsafe import Markup

from bot.files import Maker, Order
from bot.request import Upload
from bot.ui.callbacks import Callback, callback
from bot.ui.context import Context
from bot.ui.i18n import CLDR, LANGUAGES, Translator
from bot.ui.routes import Command, OpenTo, Route, Tap
from bot.ui.screens import Attachment, Button, Screen, lines, plain
from handlers.doors import OpenData, OpenLanguages, OpenSettings
from handlers.words import (
    age_name,
    back_button,
    menu_button,
    place_label,
    resident_name,
    role_name,
    sex_name,
    shorten,
    status_name,
    usual_commands,
)
from models import Account, AgeBand, Channel, Draft, Grant, Resident, Sex
from services import people
from services.personal_data import PersonalData, personal_data, personal_data_of
from services.places.directory import Directory, load_directory
from services.refusal import Reason, Refused
from services.votes.participation import Participation

FILE_NAME = "ashar-mydata.txt"
VOTES_NAMED = 10
TITLE_SHOWN = 80
"""So many votes are named on one screen, in so many letters each."""


@callback("mydata")
class SendMyData(Callback):
    """What is held, as a file."""


@callback("askforget")
class AskForget(Callback):
    """What goes, what stays, and the question."""


@callback("forgetme")
class ForgetMe(Callback):
    """The yes. It holds for the account as it was when asked: somebody who was forgotten and
    came back is not deleted by an old button."""

    since: int
    """Unix time of the account's beginning."""
    language: str
    """Of the goodbye, when the account no longer knows one."""


# --- what arrives -----------------------------------------------------------------------------


async def show_data(context: Context, _tap: OpenData | None = None) -> None:
    if context.account.language is None:
        await context.go(OpenLanguages())
        return
    held = await personal_data(context.session, context.account)
    context.show(data_screen(context.t, held, await context.directory()))


async def send_my_data(context: Context, _tap: SendMyData) -> None:
    if context.account.language is None:
        await context.go(OpenLanguages())
        return
    t = context.t
    context.say(
        Screen(
            t("📄 What we keep about you. It is sent only to you."),
            ((menu_button(t),),),
            document=Attachment("mydata", context.account.id, t.language),
        )
    )


async def ask_forget(context: Context, _tap: AskForget | None = None) -> None:
    if context.account.language is None:
        await context.go(OpenLanguages())
        return
    held = await personal_data(context.session, context.account)
    context.show(forget_screen(context.t, held))


async def forget_me(context: Context, tap: ForgetMe) -> None:
    """Speaks the language that goes with the rest; a second tap changes nothing."""
    t = context.translators[tap.language if tap.language in LANGUAGES else None]
    account = context.account
    if account.language is None:
        context.alert(t("Your data is deleted already."))
        return
    if tap.since != _since(account):
        raise Refused(Reason.OUTDATED)
    is_staff = bool(await context.rights())
    await people.forget(context.session, account, now=context.now)
    context.changed()
    if is_staff:
        context.call(*usual_commands(account.id))
    context.show(goodbye_screen(t))


async def mydata_file(order: Order) -> Upload:
    """A text that any phone opens; with a byte order mark, which old Windows needs for Cyrillic."""
    held = await personal_data_of(order.session, order.subject)
    t = order.t
    if held is None:
        words: Iterable[Markup | str] = (t("Nothing is kept about you."),)
    else:
        today = t.local(held.account.seen_at).date()
        words = file_lines(t, held, await load_directory(order.session, today))
    text = "\r\n".join(plain(line) for line in words) + "\r\n"
    return Upload(FILE_NAME, text.encode("utf-8-sig"), "text/plain")


# --- what is shown ----------------------------------------------------------------------------


def data_screen(t: Translator, held: PersonalData, directory: Directory) -> Screen:
    """Everything that is held, in words and numbers."""
    account = held.account
    roles = [grant for grant in held.grants if grant.revoked_at is None]
    return Screen(
        lines(
            t("<b>🔒 What we keep about you</b>"),
            t("• Telegram number (id): {id}", id=str(account.id)),
            t("• Language: {language}", language=_language(account)),
            _consent(t, account),
            *_people(t, held, directory),
            t(
                "• Votes taken part in: {count}. Nobody sees what you chose.",
                count=len(held.taken_part),
            ),
            *(t("• Role: {role}", role=_role(t, directory, grant)) for grant in roles),
            t("• Begun and not finished: {count}", count=len(held.drafts)) if held.drafts else None,
            "",
            t("We don't keep your name and phone number.") if not held.is_staff else None,
            t("To correct something: /settings"),
        ),
        (
            (Button(t("📄 Send me the file"), SendMyData()),),
            (Button(t("🗑 Delete my data"), AskForget()),),
            (back_button(t, OpenSettings()), menu_button(t)),
        ),
    )


def forget_screen(t: Translator, held: PersonalData) -> Screen:
    """What goes, what stays and why."""
    return Screen(
        lines(
            t("<b>🗑 Delete all your data?</b>"),
            "",
            t(
                "<b>What goes at once:</b> language, consent, village, sex, age, "
                "the people on this phone, what you have begun."
            ),
            *_withdrawn(t, held),
            t("Your roles end.") if any(g.revoked_at is None for g in held.grants) else None,
            "",
            t(
                "<b>What stays:</b> in votes that have ended, your village, sex and age group are "
                "counted, without your number. Otherwise the result of the village would be wrong."
            ),
            t("The journal of what you did as staff stays too: nobody can change it.")
            if held.is_staff
            else None,
            "",
            t("This is also how you withdraw your consent."),
            t("It can't be undone. You can begin anew at any time: /start"),
            t("⚠️ If you are the only administrator, invite another one first.")
            if held.is_administrator
            else None,
        ),
        (
            (Button(t("✅ Yes, delete"), ForgetMe(_since(held.account), t.language)),),
            (Button(t("❌ No, keep"), OpenData()),),
        ),
    )


def goodbye_screen(t: Translator) -> Screen:
    return Screen(
        lines(
            t("✅ Your data is deleted and your consent is withdrawn."),
            t("Thank you for having been with us. Goodbye!"),
            t("If you want to begin anew, press /start."),
        ),
        ((Button(t("🏠 Begin anew"), OpenLanguages()),),),
    )


def file_lines(t: Translator, held: PersonalData, directory: Directory) -> list[Markup | str]:
    """The file, line by line."""
    account = held.account
    return [
        t("What the bot of ARIS keeps about you"),
        t("As of: {moment}", moment=_moment(t, account.seen_at)),
        "",
        t("• Telegram number (id): {id}", id=str(account.id)),
        t("• Language: {language}", language=_language(account)),
        _consent(t, account),
        t("• First contact: {moment}", moment=_moment(t, account.created_at)),
        t("• News of votes: off") if account.mute_votes else t("• News of votes: on"),
        "",
        t("People on this phone: {count}", count=len(held.residents)),
        *_people(t, held, directory),
        "",
        *_votes(t, held),
        *_as_staff(t, held, directory),
        *_begun(t, held),
        "",
        t("Messages that wait to be sent to you: {count}", count=held.letters_waiting),
        t(
            "Messages sent in the last days: {count} (only when they were sent, no text)",
            count=held.letters_settled,
        ),
        "",
        t("To correct something: /settings"),
        t("To delete everything and withdraw the consent: /forget"),
    ]


# --- how it is put together -------------------------------------------------------------------


def _withdrawn(t: Translator, held: PersonalData) -> list[Markup]:
    """The open votes that lose a ballot."""
    if not held.open_votes:
        return []
    more = len(held.open_votes) - VOTES_NAMED
    return [
        t("<b>In open votes the votes from this phone are withdrawn:</b>"),
        *(
            Markup("🗳 {}").format(shorten(vote.title(t.language), TITLE_SHOWN))
            for vote in held.open_votes[:VOTES_NAMED]
        ),
        *([t("and {count} more", count=more)] if more > 0 else []),
    ]


def _votes(t: Translator, held: PersonalData) -> list[Markup]:
    count = t("Votes taken part in: {count}", count=len(held.taken_part))
    if not held.taken_part:
        return [count]
    why_no_choice = t(
        "What was chosen is not in this file: a choice is kept apart from names, so that "
        "nobody can make you show it. When a vote ends, what joins the two is destroyed. Your "
        "receipt proves that your vote is counted."
    )
    return [count, *(_part(t, held, part) for part in held.taken_part), why_no_choice]


def _as_staff(t: Translator, held: PersonalData, directory: Directory) -> list[Markup | str]:
    if not held.is_staff:
        return []
    return [
        "",
        t("Your roles:"),
        *(_held_role(t, directory, grant) for grant in held.grants),
        t("Lines in the journal of staff: {count}", count=held.journal_lines),
    ]


def _begun(t: Translator, held: PersonalData) -> list[Markup | str]:
    """What is unfinished: votes by their titles, never the picks; of forms what was written."""
    if not held.drafts:
        return []
    written = [text for draft in held.drafts if (text := _written(draft))]
    return [
        "",
        t("Begun and not finished: {count}", count=len(held.drafts)),
        *(
            t("• a vote that is not sent: {title}", title=vote.title(t.language))
            for vote in held.ballots_begun
        ),
        *(t("• written: {text}", text=text) for text in written),
    ]


def _written(draft: Draft) -> str:
    """The texts that somebody typed into a form; a ballot's picks are no texts."""
    return "; ".join(value for value in draft.data.values() if isinstance(value, str))


def _consent(t: Translator, account: Account) -> Markup:
    if account.consent_at is None:
        return t("• Consent: not given. Then everything is deleted after a day.")
    return t(
        "• Consent: {moment}, version {version}",
        moment=_moment(t, account.consent_at),
        version=account.consent_version or "",
    )


def _people(t: Translator, held: PersonalData, directory: Directory) -> list[Markup]:
    return [Markup("• {}").format(_person(t, directory, person)) for person in held.residents]


def _person(t: Translator, directory: Directory, resident: Resident) -> Markup:
    """Apa: woman, 60 and older; Boster (Boster aimak, Suzak rayon)."""
    place = directory.get(resident.village_id)
    sex, age_band = resident.sex or Sex.UNSAID, resident.age_band or AgeBand.UNSAID
    return Markup("{}: {}, {}; {}").format(
        resident_name(t, resident),
        t("sex not said") if sex is Sex.UNSAID else sex_name(t, sex),
        t("age not said") if age_band is AgeBand.UNSAID else age_name(t, age_band),
        place_label(t, directory, place) if place else "—",
    )


def _role(t: Translator, directory: Directory, grant: Grant) -> Markup:
    place = directory.get(grant.place_id)
    where = place_label(t, directory, place) if place else t("the whole country")
    role = Markup("{}, {}").format(role_name(t, grant.role), where)
    return Markup("{} — {}").format(role, grant.name) if grant.name else role


def _held_role(t: Translator, directory: Directory, grant: Grant) -> Markup:
    role, since = _role(t, directory, grant), t.day_full(grant.granted_at)
    if grant.revoked_at is None:
        return t("• {role}, since {day}", role=role, day=since)
    end = t.day_full(grant.revoked_at)
    return t("• {role}, since {day}, ended {end}", role=role, day=since, end=end)


def _part(t: Translator, held: PersonalData, part: Participation) -> Markup:
    vote = part.vote
    who = next(r for r in held.residents if r.id == part.resident_id)
    facts = [_dates(t, part), status_name(t, vote.status), resident_name(t, who)]
    if part.channel is Channel.ASSISTED:
        facts.append(t("entered by a mobilizer"))
    return Markup("• {} — {}").format(vote.title(t.language), Markup("; ").join(facts))


def _dates(t: Translator, part: Participation) -> str:
    ends = (part.vote.opens_at, part.vote.closed_at or part.vote.closes_at)
    return " – ".join(t.local(moment).strftime("%d.%m.%Y") for moment in ends if moment)


def _language(account: Account) -> str:
    if account.language is None:
        return "—"
    return CLDR[account.language].language_name or account.language


def _moment(t: Translator, moment: datetime) -> str:
    return f"{t.day_full(moment)}, {t.time(moment)}"


def _since(account: Account) -> int:
    return int(account.created_at.timestamp())


MAKERS: dict[str, Maker] = {"mydata": mydata_file}

ROUTES: tuple[Route, ...] = (
    Command("mydata", show_data, OpenTo.ANYONE),
    Tap(OpenData, show_data, OpenTo.ANYONE),
    Tap(SendMyData, send_my_data, OpenTo.ANYONE),
    Command("forget", ask_forget, OpenTo.ANYONE),
    Tap(AskForget, ask_forget, OpenTo.ANYONE),
    Tap(ForgetMe, forget_me, OpenTo.ANYONE),
)
