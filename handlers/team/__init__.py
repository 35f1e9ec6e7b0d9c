"""The staff's side of rights: taking up an invitation, the desk, the team, the journal."""

from bot.ui.routes import Command, OpenTo, Route, Tap
from handlers.doors import AcceptInvitation, OpenTeam, OpenWork
from handlers.team import desk, inviting, journal, members, taps
from handlers.team.admission import for_inviters

ROUTES: tuple[Route, ...] = (
    Tap(AcceptInvitation, desk.accept_invitation, OpenTo.CONSENTED),
    Command("work", desk.show_desk, OpenTo.CONSENTED),
    Tap(OpenWork, desk.show_desk, OpenTo.CONSENTED),
    *for_inviters(
        (OpenTeam, members.show_team),
        (taps.ListTeam, members.list_team),
        (taps.OpenGrant, members.show_grant),
        (taps.AskEnd, members.ask_end),
        (taps.EndRole, members.end_role),
        (taps.OpenInvitations, members.show_invitations),
        (taps.OpenInvitation, members.show_invitation),
        (taps.Withdraw, members.withdraw),
        (taps.InviteSomebody, inviting.invite_somebody),
        (taps.BrowsePlaces, inviting.browse_places),
        (taps.FindPlace, inviting.find_place),
        (taps.ChoosePlace, inviting.choose_place),
        (taps.OpenJournal, journal.show_journal),
    ),
)

FORMS = (inviting.FIND, inviting.NAME)
