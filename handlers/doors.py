"""Buttons that lead from one dialogue into another."""

from bot.ui.callbacks import SEPARATOR, Callback, callback


@callback("menu")
class OpenMenu(Callback):
    """The main menu."""


@callback("below")
class Below(Callback):
    """A door that opens in a message of its own, because the tapped one is worth keeping."""

    door: str
    """The callback behind it, with a sign that no callback holds in place of its separator."""

    @classmethod
    def before(cls, door: Callback) -> "Below":
        return cls(door.pack().replace(SEPARATOR, "~"))

    @property
    def callback_data(self) -> str:
        return self.door.replace("~", SEPARATOR)


@callback("votes")
class OpenVotes(Callback):
    """What is open for me, what I have answered, past results."""


@callback("vote")
class OpenVote(Callback):
    """The ballot of a vote; `resident_id` None: whoever it is for, ask if several."""

    vote_id: int
    resident_id: int | None = None


@callback("result")
class OpenResult(Callback):
    vote_id: int


@callback("settings")
class OpenSettings(Callback):
    """Language, village, people of this phone, data."""


@callback("lang")
class OpenLanguages(Callback):
    """The choice of the language."""


@callback("village")
class OpenVillages(Callback):
    """The choice of the village."""


@callback("who")
class OpenProfile(Callback):
    """Sex and age band of a resident that are still unasked."""

    resident_id: int


@callback("data")
class OpenData(Callback):
    """What is held, and being forgotten."""


@callback("help")
class OpenHelp(Callback):
    pass


@callback("work")
class OpenWork(Callback):
    """The desk of mobilizers and staff."""


@callback("staffvote")
class OpenStaffVote(Callback):
    """A vote as its makers see it: the draft, the turnout, the result to publish."""

    vote_id: int


@callback("team")
class OpenTeam(Callback):
    """Invitations, grants, the journal."""


@callback("newvote")
class PrepareVote(Callback):
    """A new vote: for which place?"""


@callback("invited")
class AcceptInvitation(Callback):
    """A one-time link to a role."""

    token: str


@callback("arrive")
class ArriveInVillage(Callback):
    """The link of a village's poster."""

    code: str


@callback("svcancel")
class CancelVote(Callback):
    """The end of a vote without a result: why?"""

    vote_id: int


@callback("editvote")
class EditVote(Callback):
    """A vote in preparation."""

    vote_id: int


@callback("staffvotes")
class OpenStaffVotes(Callback):
    """All votes of the places that somebody works for."""
