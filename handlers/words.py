"""Words that several dialogues share: names of the closed sets, and the buttons of every screen."""

from typing import assert_never

from markupsafe import Markup

from bot.ui.callbacks import Callback
from bot.ui.i18n import Translator, msg
from bot.ui.screens import Button, Payload, plain
from handlers.doors import OpenMenu
from models import AgeBand, Resident, Role, Sex, VoteMethod, VoteStatus
from services.places.directory import Directory, KnownPlace


def menu_button(t: Translator) -> Button:
    return Button(t("🏠 Main menu"), OpenMenu())


def back_button(t: Translator, to: Callback) -> Button:
    return Button(t("⬅️ Back"), to)


def resident_name(t: Translator, resident: Resident) -> Markup:
    """How somebody on this phone is called: by the household's word, its owner «Me»."""
    if resident.label is None:
        return t("👤 Me")
    return t("👤 {name}", name=resident.label)


def sex_name(t: Translator, sex: Sex) -> Markup:
    match sex:
        case Sex.FEMALE:
            return t("Woman")
        case Sex.MALE:
            return t("Man")
        case Sex.UNSAID:
            return t("Prefer not to say")
    assert_never(sex)


def sex_group(t: Translator, sex: Sex) -> Markup:
    match sex:
        case Sex.FEMALE:
            return t("women")
        case Sex.MALE:
            return t("men")
        case Sex.UNSAID:
            return t("not said")
    assert_never(sex)


def age_name(t: Translator, band: AgeBand) -> Markup:
    match band:
        case AgeBand.UNDER_18:
            return t("Under 18")
        case AgeBand.UNSAID:
            return t("Prefer not to say")
        case AgeBand.ELDERLY:
            return t("60 and older")
    return Markup(band.value.replace("-", "–"))


def age_group(t: Translator, band: AgeBand) -> Markup:
    return t("not said") if band is AgeBand.UNSAID else age_name(t, band)


def method_name(t: Translator, method: VoteMethod, max_choices: int) -> Markup:
    match method:
        case VoteMethod.ONE:
            return t("one choice")
        case VoteMethod.SEVERAL:
            return t("up to {max}", max=max_choices)
        case VoteMethod.RANKING:
            return t("ranking: first, second, third")
    assert_never(method)


def status_name(t: Translator, status: VoteStatus) -> Markup:
    match status:
        case VoteStatus.DRAFT:
            return t("✏️ being prepared")
        case VoteStatus.ANNOUNCED:
            return t("📣 announced")
        case VoteStatus.OPEN:
            return t("🗳 open")
        case VoteStatus.CLOSED:
            return t("🔒 closed, not published")
        case VoteStatus.PUBLISHED:
            return t("📊 published")
        case VoteStatus.CANCELLED:
            return t("❌ cancelled")
    assert_never(status)


def role_name(t: Translator, role: Role) -> Markup:
    match role:
        case Role.MOBILIZER:
            return t("mobilizer")
        case Role.COORDINATOR:
            return t("coordinator")
        case Role.FEEDBACK_OFFICER:
            return t("feedback officer")
        case Role.PROTECTION_FOCAL_POINT:
            return t("protection focal point")
        case Role.ANALYST:
            return t("analyst")
        case Role.ADMINISTRATOR:
            return t("administrator")
    assert_never(role)


def shorten(text: str, limit: int) -> str:
    """At most so many letters, with … for what is left out."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def place_label(t: Translator, directory: Directory, place: KnownPlace) -> str:
    """A name with what tells it from its namesakes: Aral (Kochkor aimak, Kochkor rayon)."""
    where = directory.where(place, t.language)
    return f"{place.name(t.language)} ({where})" if where else place.name(t.language)


COMMANDS: tuple[tuple[str, str], ...] = (
    ("menu", msg("🏠 Main menu")),
    ("vote", msg("🗳 Vote, see results")),
    ("settings", msg("⚙️ Settings")),
    ("village", msg("📍 My village")),
    ("language", msg("Тил · Язык")),
    ("mydata", msg("🔒 What is kept about me")),
    ("forget", msg("🗑 Delete my data")),
    ("help", msg("❓ Help")),
    ("cancel", msg("✖️ Stop what I have begun")),
)
"""What every villager's menu of commands shows."""
STAFF_COMMANDS: tuple[tuple[str, str], ...] = (("work", msg("🧰 My work")), *COMMANDS)


def staff_commands(t: Translator, account_id: int) -> tuple[str, Payload]:
    """The call that gives one chat the commands of staff, in the language of `t`.

    A chat's own list hides the others whatever the phone's language, so it follows `/language`.
    """
    named = [
        {"command": name, "description": plain(t(description))}
        for name, description in STAFF_COMMANDS
    ]
    return "setMyCommands", {"commands": named, "scope": _chat_scope(account_id)}


def usual_commands(account_id: int) -> tuple[str, Payload]:
    """The call that gives one chat the commands of everybody again."""
    return "deleteMyCommands", {"scope": _chat_scope(account_id)}


def _chat_scope(account_id: int) -> Payload:
    return {"type": "chat", "chat_id": account_id}
