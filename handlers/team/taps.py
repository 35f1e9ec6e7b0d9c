"""The buttons of the team's screens."""

from bot.ui.callbacks import Callback, callback
from models import Role


@callback("tmlist")
class ListTeam(Callback):
    """Who works where, a page of it."""

    page: int


@callback("tmgrant")
class OpenGrant(Callback):
    grant_id: int


@callback("tmask")
class AskEnd(Callback):
    """The question before a role ends."""

    grant_id: int


@callback("tmend")
class EndRole(Callback):
    grant_id: int


@callback("tmout")
class OpenInvitations(Callback):
    """Invitations that nobody took up yet, a page of them."""

    page: int


@callback("tminv")
class OpenInvitation(Callback):
    invitation_id: int


@callback("tmback")
class Withdraw(Callback):
    invitation_id: int


@callback("tmnew")
class InviteSomebody(Callback):
    """A new invitation: for which role?"""


@callback("tmrole")
class BrowsePlaces(Callback):
    """Where will the invited person work? `place_id` None: the topmost places."""

    role: Role
    place_id: int | None
    page: int


@callback("tmfind")
class FindPlace(Callback):
    """Asks for the name of the place."""

    role: Role


@callback("tmplace")
class ChoosePlace(Callback):
    """The role is for this place and all below it; None: the whole country."""

    role: Role
    place_id: int | None


@callback("tmlog")
class OpenJournal(Callback):
    """Lines older than the line `before`; None: the newest."""

    before: int | None
