"""What is sent unasked: to everybody in the scope of a vote, to the undecided, to its maker."""

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncSession

from bot.ui.i18n import Translator
from bot.ui.screens import Screen
from handlers import preparing, results, voting
from models import Campaign, Vote
from services.votes import ballots
from services.votes.results import result_of

Writer = Callable[[Translator], Screen]


async def broadcast_writer(session: AsyncSession, campaign: Campaign) -> Writer:
    """What a campaign says, for any language."""
    if campaign.kind == "vote_result":
        result = await result_of(session, campaign.subject_id)
        return lambda t: results.result_screen(t, result)
    vote = await ballots.load(session, campaign.subject_id)
    screen: Callable[[Translator, Vote], Screen] = {
        "vote_announced": voting.announced_screen,
        "vote_opened": voting.opened_screen,
        "vote_cancelled": voting.cancelled_screen,
    }[campaign.kind]
    return lambda t: screen(t, vote)


def reminder(t: Translator, vote: Vote) -> Screen:
    """To who began a ballot and didn't confirm it."""
    return voting.reminder_screen(t, vote)


async def closed_notice(session: AsyncSession, t: Translator, vote: Vote) -> Screen:
    """To the maker of a vote that has just been counted."""
    return preparing.closed_screen(t, await result_of(session, vote.id))
