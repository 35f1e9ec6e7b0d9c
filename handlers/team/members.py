"""Who works where: grants and waiting invitations, and how they end."""

from collections.abc import Sequence

from bot.ui.context import Context
from bot.ui.i18n import Translator
from bot.ui.screens import Button, Row, Screen, column, lines
from handlers.doors import OpenMenu, OpenTeam, OpenWork
from handlers.team.taps import (
    AskEnd,
    EndRole,
    InviteSomebody,
    ListTeam,
    OpenGrant,
    OpenInvitation,
    OpenInvitations,
    OpenJournal,
    Withdraw,
)
from handlers.team.words import holder_label, page_of, person_line, place_line, role_line
from handlers.words import back_button, menu_button, role_name, usual_commands
from models import Grant, Invitation
from services.access import grants, invitations
from services.access.grants import Ending
from services.access.rights import INVITERS, JOURNAL_READERS, Rights
from services.outbox import Letter, next_id
from services.places.directory import Directory


async def show_team(context: Context, _tap: OpenTeam) -> None:
    await list_team(context, ListTeam(0))


async def list_team(context: Context, tap: ListTeam) -> None:
    rights = await context.rights()
    held = await grants.below(context.session, rights)
    waiting = await invitations.pending(context.session, rights, now=context.now)
    context.show(team_screen(context.t, rights, held, len(waiting), tap.page))


async def show_grant(context: Context, tap: OpenGrant) -> None:
    grant = await grants.find_below(context.session, await context.rights(), tap.grant_id)
    context.show(grant_screen(context.t, grant, await context.directory()))


async def ask_end(context: Context, tap: AskEnd) -> None:
    grant = await grants.find_below(context.session, await context.rights(), tap.grant_id)
    context.show(ask_end_screen(context.t, grant, await context.directory()))


async def end_role(context: Context, tap: EndRole) -> None:
    """Ends the role at once; the second of two quick taps changes and tells nothing."""
    rights = await context.rights()
    ending = await grants.revoke(
        context.session, rights, tap.grant_id, by=context.account.id, now=context.now
    )
    context.changed()
    if ending.fresh:
        await _tell_holder(context, ending)
    context.toast(context.t("The role has ended."))
    await context.go(OpenTeam() if (await context.rights()).has(INVITERS) else OpenMenu())


async def show_invitations(context: Context, tap: OpenInvitations) -> None:
    rights = await context.rights()
    waiting = await invitations.pending(context.session, rights, now=context.now)
    context.show(invitations_screen(context.t, waiting, rights.directory, tap.page))


async def show_invitation(context: Context, tap: OpenInvitation) -> None:
    invitation = await invitations.find_pending(
        context.session, await context.rights(), tap.invitation_id, now=context.now
    )
    context.show(invitation_screen(context.t, invitation, await context.directory()))


async def withdraw(context: Context, tap: Withdraw) -> None:
    rights = await context.rights()
    await invitations.withdraw(
        context.session, rights, tap.invitation_id, by=context.account.id, now=context.now
    )
    context.toast(context.t("The invitation is withdrawn: its link opens nothing any more."))
    await context.go(OpenInvitations(0))


async def _tell_holder(context: Context, ending: Ending) -> None:
    """The holder hears of it in their language; the commands of staff go with the last role."""
    account, directory = ending.account, await context.directory()
    if account.id != context.account.id and account.unreachable_at is None:
        context.post(account, ended_screen(context.their_t(account), ending.grant, directory))
    if not ending.works_on:
        context.letters.append(Letter(next_id(), account.id, *usual_commands(account.id)))


# --- what is shown ----------------------------------------------------------------------------


def team_screen(
    t: Translator, rights: Rights, grants: Sequence[Grant], waiting: int, page: int
) -> Screen:
    people = len({grant.account_id for grant in grants})
    shown, turning = page_of(t, grants, page, ListTeam)
    holders = (
        Button(holder_label(t, grant, rights.directory), OpenGrant(grant.id)) for grant in shown
    )
    rows: list[Row] = [*column(*holders), *turning]
    rows.append((Button(t("📤 Invite somebody"), InviteSomebody()),))
    if waiting:
        label = t("⏰ Invitations that wait: {count}", count=waiting)
        rows.append((Button(label, OpenInvitations(0)),))
    if rights.allow(JOURNAL_READERS, None):
        rows.append((Button(t("📖 Journal"), OpenJournal(None)),))
    rows.append((back_button(t, OpenWork()), menu_button(t)))
    return Screen(
        lines(
            t("<b>👥 Team</b>"),
            t("People with a role in your places: {count}", count=people),
            t("Press a name to see the role or to end it.") if grants else None,
        ),
        tuple(rows),
    )


def grant_screen(t: Translator, grant: Grant, directory: Directory) -> Screen:
    return Screen(
        lines(
            person_line(t, grant.name),
            role_line(t, grant.role),
            place_line(t, directory, grant.place_id),
            t("✅ Since: {day}", day=t.day_full(grant.granted_at)),
        ),
        ((Button(t("❌ End this role"), AskEnd(grant.id)),), (back_button(t, OpenTeam()),)),
    )


def ask_end_screen(t: Translator, grant: Grant, directory: Directory) -> Screen:
    return Screen(
        lines(
            t("<b>End this role?</b>"),
            person_line(t, grant.name),
            role_line(t, grant.role),
            place_line(t, directory, grant.place_id),
            "",
            t("It ends at once, and the person is told."),
        ),
        (
            (Button(t("❌ Yes, end it"), EndRole(grant.id)),),
            (back_button(t, OpenGrant(grant.id)),),
        ),
    )


def ended_screen(t: Translator, grant: Grant, directory: Directory) -> Screen:
    """To who held the role."""
    return Screen(
        lines(
            t("Your role has ended."),
            role_line(t, grant.role),
            place_line(t, directory, grant.place_id),
            t("Thank you for your work. Your own votes stay as they were."),
        ),
        ((menu_button(t),),),
    )


def invitations_screen(
    t: Translator, waiting: Sequence[Invitation], directory: Directory, page: int
) -> Screen:
    shown, turning = page_of(t, waiting, page, OpenInvitations)
    buttons = (
        Button(holder_label(t, invitation, directory), OpenInvitation(invitation.id))
        for invitation in shown
    )
    words = (
        t("Press one to see it or to withdraw it.")
        if waiting
        else t("No invitation waits for an answer.")
    )
    return Screen(
        lines(t("<b>⏰ Invitations</b>"), words),
        (*column(*buttons), *turning, (back_button(t, OpenTeam()),)),
    )


def invitation_screen(t: Translator, invitation: Invitation, directory: Directory) -> Screen:
    return Screen(
        lines(
            t("<b>📤 Invitation: {role}</b>", role=role_name(t, invitation.role)),
            person_line(t, invitation.name),
            place_line(t, directory, invitation.place_id),
            t("⏰ Open until {moment}", moment=t.moment(invitation.expires_at)),
            t("The link can't be shown again. If it is lost, withdraw it and invite anew."),
        ),
        (
            (Button(t("✖️ Withdraw"), Withdraw(invitation.id)),),
            (back_button(t, OpenInvitations(0)),),
        ),
    )
