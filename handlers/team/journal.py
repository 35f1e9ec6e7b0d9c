"""The journal of what staff did, in words."""

from collections.abc import Sequence

from markupsafe import Markup

from bot.ui.context import Context
from bot.ui.i18n import Translator
from bot.ui.screens import Button, Row, Screen, lines, plain
from handlers.doors import OpenTeam
from handlers.team.taps import OpenJournal
from handlers.team.words import where_briefly
from handlers.words import back_button, role_name
from models import Role
from services.access import journal
from services.access.journal import JournalLine
from services.places.directory import Directory

PAGE = 8


async def show_journal(context: Context, tap: OpenJournal) -> None:
    rights = await context.rights()
    found = await journal.read(context.session, rights, limit=PAGE + 1, before=tap.before)
    context.show(journal_screen(context.t, found, rights.directory, newest=tap.before is None))


def journal_screen(
    t: Translator, found: Sequence[JournalLine], directory: Directory, *, newest: bool
) -> Screen:
    """A page, newest first; one line more than a page says that there are older ones."""
    shown = found[:PAGE]
    turning: list[Button] = []
    if not newest:
        turning.append(Button(t("📖 The newest"), OpenJournal(None)))
    if len(found) > PAGE:
        turning.append(Button(t("Older ▶️"), OpenJournal(shown[-1].entry.id)))
    rows: list[Row] = [tuple(turning)] if turning else []
    return Screen(
        lines(
            t("<b>📖 Journal</b>"),
            *(_line(t, line, directory) for line in shown),
            None if shown else t("Nothing more is written here."),
        ),
        (*rows, (back_button(t, OpenTeam()),)),
    )


def _line(t: Translator, line: JournalLine, directory: Directory) -> Markup:
    """Who and when, then what."""
    entry = line.entry
    nameless = t("the program") if entry.actor_id is None else t("somebody without a name")
    when = f"{t.day_short(entry.at)}, {t.time(entry.at)}"
    head = t("<b>{when}</b> · {who}", when=when, who=line.actor or nameless)
    return lines("", head, _deed(t, line, directory))


def _deed(t: Translator, line: JournalLine, directory: Directory) -> Markup:
    """What was done, as a noun, so that it fits anybody; an unknown deed is shown as it is kept."""
    what = _about(t, line, directory)
    match line.entry.action:
        case "invite":
            return t("📤 Invitation: {what}", what=what)
        case "withdraw":
            return t("✖️ Invitation withdrawn: {what}", what=what)
        case "accept":
            return t("✅ Role taken up: {what}", what=what)
        case "revoke":
            return t("❌ Role ended: {what}", what=what)
        case "leave":
            return t("❌ Role given up: {what}", what=what)
        case "prepare_vote":
            return t("✏️ Vote prepared: {what}", what=what)
        case "announce_vote":
            return t("📣 Vote announced: {what}", what=what)
        case "open_vote":
            return t("🗳 Vote opened: {what}", what=what)
        case "change_vote":
            return t("✏️ Vote changed: {what}", what=what)
        case "write_word":
            return t("💬 Word written with the result: {what}", what=what)
        case "export_vote":
            return t("📄 Record taken out: {what}", what=what)
        case "import_places":
            return t(
                "📍 Places imported: {added} new, {changed} changed",
                added=line.entry.details.get("added", 0),
                changed=line.entry.details.get("changed", 0),
            )
        case "postpone_vote":
            return t("⏰ Vote held later, because the bot was down: {what}", what=what)
        case "close_vote":
            return t("🔒 Vote closed: {what}", what=what)
        case "publish_vote":
            return t("📊 Result published: {what}", what=what)
        case "cancel_vote":
            return t("❌ Vote cancelled: {what}", what=what)
    return Markup("{}: {}").format(line.entry.action, what)


def _about(t: Translator, line: JournalLine, directory: Directory) -> str:
    """Name, role and place, or title of the vote: whatever is known, or else the number."""
    details = line.entry.details
    parts = [line.person]
    if details.get("role") in set(Role):
        parts.append(plain(role_name(t, Role(details["role"]))))
    if line.vote is not None:
        parts.append(line.vote.title(t.language))
    if "place" in details:
        parts.append(where_briefly(t, directory, details["place"]))
    return ", ".join(part for part in parts if part) or str(line.entry.subject_id or "")
