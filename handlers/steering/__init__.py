"""A vote in the hands of its makers: turnout while it runs, closing, publishing, the record."""

from bot.ui.routes import OpenTo, Route, Tap
from handlers.doors import CancelVote, OpenStaffVote, OpenStaffVotes
from handlers.steering import cancelling, counted, files, listing, running, taps

FORMS = (counted.WORD, cancelling.REASON)
MAKERS = files.MAKERS

ROUTES: tuple[Route, ...] = tuple(
    Tap(kind, handler, OpenTo.CONSENTED)
    for kind, handler in (
        (OpenStaffVotes, listing.show_staff_votes),
        (OpenStaffVote, listing.show_staff_vote),
        (taps.OpenNow, running.open_now),
        (taps.AskClose, running.ask_close),
        (taps.CloseNow, running.close_now),
        (taps.LookAtResult, counted.look_at_result),
        (taps.AddWord, counted.add_word),
        (taps.AskPublish, counted.ask_publish),
        (taps.Publish, counted.publish),
        (CancelVote, cancelling.cancel_vote),
        (taps.DropDraft, cancelling.drop_draft),
        (taps.Export, files.export),
    )
)
