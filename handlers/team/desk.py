"""The desk of staff, and the link that leads to it."""

from typing import assert_never

from markupsafe import Markup

from bot.ui.context import Context
from bot.ui.i18n import Translator
from bot.ui.screens import Button, Row, Screen, lines
from handlers.doors import AcceptInvitation, OpenStaffVotes, OpenTeam, OpenWork, PrepareVote
from handlers.team.admission import turn_away
from handlers.team.taps import OpenGrant
from handlers.team.words import person_line, place_line, role_line, where
from handlers.words import chat_commands, menu_button, role_name
from models import Grant, Role
from services.access import grants, invitations
from services.access.rights import INVITERS, TURNOUT_READERS, VOTE_MAKERS, Rights
from services.places.directory import Directory
from services.refusal import Reason


async def accept_invitation(context: Context, tap: AcceptInvitation) -> None:
    """A one-time link; one that is of no use says why, and the menu leads on."""
    session, account, t = context.session, context.account, context.t
    directory = await context.directory()
    reason = await invitations.obstacle(session, account, tap.token, directory, now=context.now)
    if reason is not None:
        context.show(useless_invitation_screen(t, reason, staff=bool(await context.rights())))
        return
    grant = await invitations.accept(session, account, tap.token, directory, now=context.now)
    context.changed()
    context.show(accepted_screen(t, grant, directory))
    context.call(*chat_commands(t, account.id, staff=True))
    inviter = await grants.inviter_of(session, grant, directory)
    if inviter is not None and inviter.unreachable_at is None:
        context.post(inviter, taken_up_screen(context.their_t(inviter), grant, directory))


async def show_desk(context: Context, _tap: OpenWork | None = None) -> None:
    rights = await context.rights()
    if rights:
        context.show(desk_screen(context.t, rights))
        return
    t = context.t
    words = lines(
        t("🧰 This part is for mobilizers and staff."),
        t("If you work with ARIS, ask your coordinator for an invitation."),
    )
    await turn_away(context, words)


# --- what is shown ----------------------------------------------------------------------------


def accepted_screen(t: Translator, grant: Grant, directory: Directory) -> Screen:
    """What the role may do, and where."""
    return Screen(
        lines(
            t("<b>✅ The invitation is accepted.</b>"),
            role_line(t, grant.role),
            place_line(t, directory, grant.place_id),
            "",
            *duties(t, grant.role),
            t("🔒 Nobody sees what a villager voted for, not even staff."),
            t("Press «My work», or write /work at any time."),
        ),
        ((Button(t("🧰 My work"), OpenWork()),), (menu_button(t),)),
    )


def useless_invitation_screen(t: Translator, reason: Reason, *, staff: bool) -> Screen:
    match reason:
        case Reason.INVITATION_USED:
            words = t("This invitation was used already. Ask for a new one.")
        case Reason.INVITATION_EXPIRED:
            words = t("This invitation has expired. Ask for a new one.")
        case Reason.INVITATION_OWN:
            words = t(
                "This invitation works. You sent it yourself: pass the link on to the right person."
            )
        case Reason.ALREADY_GRANTED:
            words = t("You have this role already.")
        case _:
            words = t("This invitation is not valid. Ask for a new one.")
    desk: tuple[Row, ...] = ((Button(t("🧰 My work"), OpenWork()),),) if staff else ()
    return Screen(words, (*desk, (menu_button(t),)))


def taken_up_screen(t: Translator, grant: Grant, directory: Directory) -> Screen:
    """To who invited: the link may have come into wrong hands."""
    return Screen(
        lines(
            t("✅ Your invitation was taken up."),
            person_line(t, grant.name),
            role_line(t, grant.role),
            place_line(t, directory, grant.place_id),
            t("If this is not the right person, end the role."),
        ),
        ((Button(t("👤 Open"), OpenGrant(grant.id)),), (menu_button(t),)),
    )


def desk_screen(t: Translator, rights: Rights) -> Screen:
    """Roles and places, and buttons by rights; a role without tasks in the bot is told so."""
    rows: list[Row] = []
    if rights.has(TURNOUT_READERS):
        rows.append((Button(t("🗳 Votes of my places"), OpenStaffVotes()),))
    if rights.has(VOTE_MAKERS):
        rows.append((Button(t("✏️ Prepare a vote"), PrepareVote()),))
    if rights.has(INVITERS):
        rows.append((Button(t("👥 Team"), OpenTeam()),))
    held = (
        t(
            "• {role}: {place}",
            role=role_name(t, grant.role),
            place=where(t, rights.directory, grant.place_id),
        )
        for grant in rights.grants
    )
    ask = t("What shall we do?") if rows else t("There is nothing to do for your role here yet.")
    return Screen(lines(t("<b>🧰 My work</b>"), *held, "", ask), (*rows, (menu_button(t),)))


def duties(t: Translator, role: Role) -> tuple[Markup, ...]:
    """What a role may do, in plain words."""
    makes = t("🗳 You prepare votes, open and close them, and publish the results.")
    watches = t("📊 You see how many people have voted.")
    match role:
        case Role.MOBILIZER:
            return makes, watches
        case Role.COORDINATOR:
            return makes, watches, t("👥 You invite mobilizers and analysts, and end their roles.")
        case Role.ADMINISTRATOR:
            return makes, watches, t("👥 You invite everybody of staff, and end their roles.")
        case Role.ANALYST:
            return watches, t("You change nothing in the votes.")
        case Role.FEEDBACK_OFFICER:
            return (t("✉️ You answer for appeals. There is nothing to do in the bot yet."),)
        case Role.PROTECTION_FOCAL_POINT:
            return (t("🔒 You answer for sensitive cases. There is nothing to do in the bot yet."),)
    assert_never(role)
