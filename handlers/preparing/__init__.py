"""A mobilizer prepares a vote: for whom, what is asked, the options, the dates, a last look."""

from bot.ui.routes import OpenTo, Route, Tap
from handlers.doors import EditVote, PrepareVote
from handlers.preparing import draft, questions, scope, taps

FORMS = (questions.TITLE, questions.OPTION, questions.DATES)
LEADING_TO_FORMS = (taps.MarkVillage, taps.MakeVote)

ROUTES: tuple[Route, ...] = tuple(
    Tap(kind, handler, OpenTo.CONSENTED)
    for kind, handler in (
        (PrepareVote, scope.choose_scope),
        (taps.BrowseScope, scope.browse_scope),
        (taps.MarkVillage, scope.mark_village),
        (taps.MakeVote, scope.make_vote),
        (EditVote, draft.show_draft),
        (taps.EditTitle, draft.edit_title),
        (taps.AddOption, draft.add_option),
        (taps.EditOptions, draft.edit_options),
        (taps.RemoveOption, draft.remove_option),
        (taps.EditMethod, draft.edit_method),
        (taps.SetMethod, draft.set_method),
        (taps.EditDates, draft.edit_dates),
        (taps.Preview, draft.preview),
        (taps.AskAnnounce, draft.ask_announce),
        (taps.Announce, draft.announce),
    )
)
