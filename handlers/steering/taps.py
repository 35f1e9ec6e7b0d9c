"""The buttons of a vote as its makers and staff see it."""

from bot.ui.callbacks import Callback, callback


@callback("svopen")
class OpenNow(Callback):
    vote_id: int


@callback("svclose")
class AskClose(Callback):
    vote_id: int


@callback("svclosed")
class CloseNow(Callback):
    vote_id: int


@callback("svlook")
class LookAtResult(Callback):
    """The result as villagers will see it, in one of the languages, before it is published."""

    vote_id: int
    language: str


@callback("svword")
class AddWord(Callback):
    vote_id: int


@callback("svask")
class AskPublish(Callback):
    vote_id: int


@callback("svpub")
class Publish(Callback):
    vote_id: int


@callback("svdrop")
class DropDraft(Callback):
    """The end of a vote that was never announced."""

    vote_id: int


@callback("svexport")
class Export(Callback):
    vote_id: int
    kind: str
    """csv or xlsx."""
