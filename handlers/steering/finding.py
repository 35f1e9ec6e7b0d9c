"""The vote that a button is about, and how every screen about it begins."""

from markupsafe import Markup

from bot.ui.context import Context
from bot.ui.i18n import Translator
from handlers.words import status_name
from models import Vote
from services.votes import oversight


async def vote_to_steer(context: Context, vote_id: int) -> Vote:
    """For who may steer it."""
    return await oversight.vote_to_steer(context.session, await context.rights(), vote_id)


async def vote_to_watch(context: Context, vote_id: int) -> Vote:
    """For who may see its turnout."""
    return await oversight.vote_to_watch(context.session, await context.rights(), vote_id)


def head_of(t: Translator, vote: Vote) -> list[Markup | None]:
    ends = vote.closed_at or vote.closes_at
    return [
        Markup("<b>{}</b>").format(vote.title(t.language) or t("without a question yet")),
        status_name(t, vote.status),
        t("Starts: {moment}", moment=t.moment(vote.opens_at)) if vote.opens_at else None,
        t("Ends: {moment}", moment=t.moment(ends)) if ends else None,
    ]
