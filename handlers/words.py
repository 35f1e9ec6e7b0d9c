"""Words that several dialogues share: names of the closed sets, and the buttons of every screen."""

import re
from collections.abc import Sequence
from typing import assert_never

from markupsafe import Markup

from bot.ui.callbacks import Callback
from bot.ui.i18n import Translator, msg
from bot.ui.screens import Button, Payload, len_in_telegram, lines, plain
from handlers.doors import Below, OpenMenu
from models import AgeBand, Resident, Role, Sex, Vote, VoteMethod, VoteOption, VoteStatus
from services.places.directory import Directory, KnownPlace
from services.votes.results import Line, Result


def menu_button(t: Translator, *, below: bool = False) -> Button:
    """`below`: the menu leaves the message with this button as it is."""
    return Button(t("🏠 Main menu"), Below.before(OpenMenu()) if below else OpenMenu())


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


def ballot_text(
    t: Translator, vote: Vote, options: Sequence[VoteOption], whom: Markup | None = None
) -> Markup:
    """What a ballot says above its question, the options in the order in which they are given."""
    in_order = enumerate(options, start=1)
    return lines(
        t("<b>🗳 {title}</b>", title=vote.title(t.language)),
        whom,
        t("💰 Money allotted: {sum}", sum=t.som(vote.budget)) if vote.budget else None,
        t("⏰ Open until {moment}", moment=t.moment(vote.closes_at)) if vote.closes_at else None,
        "",
        *(_described(t, number, option) for number, option in in_order),
    )


def from_which_age(t: Translator, age: int) -> Markup:
    """To who has not come to it."""
    return t("People from the age of {age} vote. Thank you for your interest!", age=age)


def pictures_of(t: Translator, options: Sequence[VoteOption]) -> tuple[list[str], Markup]:
    """The pictures of options, numbered as they are given, and a caption that names them in the
    order of the pictures."""
    shown = [(number, o) for number, o in enumerate(options, start=1) if o.picture]
    names = [numbered(number, option.title(t.language)) for number, option in shown]
    return [option.picture or "" for _, option in shown], lines(*names)


def numbered(number: int, title: str) -> Markup:
    """An option's name with its number on the ballot."""
    return Markup("<b>{}. {}</b>").format(number, title)


def _described(t: Translator, number: int, option: VoteOption) -> Markup:
    return lines(
        numbered(number, option.title(t.language)),
        option.description(t.language) or None,
        t("💰 Cost: {sum}", sum=t.som(option.cost)) if option.cost else None,
        t.plural("👥 Serves {count} person", "👥 Serves {count} people", option.people)
        if option.people
        else None,
    )


def result_text(t: Translator, result: Result, *, limit: int) -> Markup:
    """Everything that the picture of a result says; the makers' word as far as there is room.

    `limit` in Telegram's units: characters, those beyond U+FFFF twice.
    """
    word = word_of(result.vote, t.language)
    for title_limit in (45, 30, 20, 12):
        text = lines(
            t("<b>📊 Result: {title}</b>", title=result.vote.title(t.language)),
            *(_result_line(t, result.vote, line, title_limit) for line in result.lines),
            t.plural("👥 {count} person voted.", "👥 {count} people voted.", result.voters),
            turnout_of_adults(t, result),
        )
        room = limit - len_in_telegram(_as_read(text)) - 1
        if room >= 0:
            break
    if not word or room < SHORTEST_WORD:
        return text
    return lines(text, cut(word, room))


def says_all(t: Translator, result: Result, text: str) -> bool:
    """Whether the makers' word is whole in a text of `result_text`."""
    return _as_read(text).endswith(word_of(result.vote, t.language))


def word_of(vote: Vote, language: str) -> str:
    """What the makers say with the result; empty if nothing."""
    return (vote.word_ru if language == "ru" else vote.word_ky) or ""


def turnout_of_adults(t: Translator, result: Result) -> Markup | None:
    if not result.adults:
        return None
    share = t.percent(result.voters / result.adults)
    return t("That is {share} of {adults} adults.", share=share, adults=result.adults)


def _result_line(t: Translator, vote: Vote, line: Line, title_limit: int) -> Markup:
    sign = "🏆" if line.winner else "▫️"
    if line.option is None:
        return Markup("{} {}: {}").format(sign, t("None of these"), t.number(line.score))
    title = cut(line.option.title(t.language), title_limit)
    if vote.method is VoteMethod.RANKING:
        score = t.plural("{count} point", "{count} points", line.score)
        return Markup("{} {}: {}").format(sign, title, score)
    return Markup("{} {}: {} · {}").format(sign, title, t.number(line.score), t.percent(line.share))


def _as_read(text: str) -> str:
    """An HTML text without its tags, line by line."""
    return Markup(re.sub(r"<[^>]*>", "", text)).unescape()


def cut(text: str, limit: int) -> str:
    """At most so many of Telegram's units, with … for what is left out."""
    if len_in_telegram(text) <= limit:
        return text
    kept = text[: limit - 1]
    while len_in_telegram(kept) > limit - 1:
        kept = kept[:-1]
    return kept.rstrip() + "…"


SHORTEST_WORD = 20
"""Less room than this isn't worth beginning a sentence."""


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


def chat_commands(t: Translator, account_id: int, *, staff: bool) -> tuple[str, Payload]:
    """The call that gives one chat its commands, in the language of `t`.

    A chat's own list hides the others whatever the phone's language, so it follows `/language`.
    """
    named = [
        {"command": name, "description": plain(t(description))}
        for name, description in (STAFF_COMMANDS if staff else COMMANDS)
    ]
    return "setMyCommands", {"commands": named, "scope": _chat_scope(account_id)}


def usual_commands(account_id: int) -> tuple[str, Payload]:
    """The call that gives one chat the commands of everybody again."""
    return "deleteMyCommands", {"scope": _chat_scope(account_id)}


def _chat_scope(account_id: int) -> Payload:
    return {"type": "chat", "chat_id": account_id}
