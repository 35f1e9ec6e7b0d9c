"""The buttons by which somebody finds their village."""

from bot.ui.callbacks import Callback, callback


@callback("vname")
class TypeName(Callback):
    """Look for the village by its name."""


@callback("vnear")
class ShareLocation(Callback):
    """Look for the village by where the phone is."""


@callback("vlist")
class Browse(Callback):
    """What lies in a place (None: the oblasts), one page of it."""

    place_id: int | None
    page: int


@callback("vask")
class ProposeVillage(Callback):
    """Asks whether this village is the right one."""

    place_id: int


@callback("vset")
class SettleIn(Callback):
    place_id: int


@callback("vstay")
class Stay(Callback):
    """No move: everything stays as it is."""


@callback("vmiss")
class ReportMissing(Callback):
    """What to do when the village is in no list."""
