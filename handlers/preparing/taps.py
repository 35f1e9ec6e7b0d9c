"""The buttons with which a vote is prepared."""

from bot.ui.callbacks import Callback, callback
from models import VoteMethod


@callback("pvplace")
class BrowseScope(Callback):
    """One level down: a place's children."""

    place_id: int


@callback("pvmark")
class MarkVillage(Callback):
    place_id: int
    village_id: int
    token: str
    marked: bool


@callback("pvmake")
class MakeVote(Callback):
    """For the marked villages of a place, or (`whole`) for all of it."""

    place_id: int
    token: str
    whole: bool


@callback("pvtitle")
class EditTitle(Callback):
    vote_id: int


@callback("pvadd")
class AddOption(Callback):
    vote_id: int


@callback("pvopts")
class EditOptions(Callback):
    vote_id: int


@callback("pvdel")
class RemoveOption(Callback):
    vote_id: int
    option_id: int


@callback("pvmethod")
class EditMethod(Callback):
    vote_id: int


@callback("pvset")
class SetMethod(Callback):
    vote_id: int
    method: VoteMethod
    max_choices: int


@callback("pvdates")
class EditDates(Callback):
    vote_id: int


@callback("pvlook")
class Preview(Callback):
    """The ballot as a villager sees it, in one of the languages."""

    vote_id: int
    language: str


@callback("pvask")
class AskAnnounce(Callback):
    vote_id: int


@callback("pvgo")
class Announce(Callback):
    vote_id: int
