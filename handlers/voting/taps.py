"""The buttons of a ballot."""

from bot.ui.callbacks import Callback, callback


@callback("pick")
class Pick(Callback):
    """Chooses an option, or takes the choice back; says what is wanted, so twice is as once."""

    vote_id: int
    resident_id: int
    token: str
    position: int
    chosen: bool


@callback("none")
class PickNone(Callback):
    """None of these."""

    vote_id: int
    resident_id: int
    token: str


@callback("review")
class Review(Callback):
    vote_id: int
    resident_id: int
    token: str


@callback("cast")
class Confirm(Callback):
    """Casts what is shown above the button: the picks are in it, so nothing else can be cast."""

    vote_id: int
    resident_id: int
    token: str
    picks: str


@callback("again")
class Rechoose(Callback):
    """Back from the review to the options."""

    vote_id: int
    resident_id: int
    token: str


@callback("pics")
class ShowPictures(Callback):
    vote_id: int
    resident_id: int
    token: str


@callback("hear")
class Hear(Callback):
    """The voice message of an option."""

    vote_id: int
    position: int


@callback("mine")
class CheckReceipt(Callback):
    """Is my receipt among the counted?"""

    vote_id: int
    receipt: str
