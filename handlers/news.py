"""What is sent unasked: to everybody in the scope of a vote, to the undecided, to its maker."""

from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from bot.ui.i18n import Translator
from bot.ui.screens import Screen
from handlers import preparing, results, voting
from models import Campaign, Vote
from services.votes import ballots
from services.votes.results import result_of


class Writer(Protocol):
    """What a broadcast says in a language.

    `too_young`: the age from which one votes, for a phone on which nobody has come to it.
    """

    def __call__(self, t: Translator, *, too_young: int | None = None) -> Screen: ...


async def broadcast_writer(session: AsyncSession, campaign: Campaign) -> Writer:
    """What a campaign says, for any language."""
    if campaign.kind == "vote_result":
        result = await result_of(session, campaign.subject_id)
        return lambda t, **_: results.result_screen(t, result)
    vote = await ballots.load(session, campaign.subject_id)
    if campaign.kind == "vote_cancelled":
        return lambda t, **_: voting.cancelled_screen(t, vote)
    screen = {
        "vote_announced": voting.announced_screen,
        "vote_opened": voting.opened_screen,
    }[campaign.kind]
    return lambda t, too_young=None: screen(t, vote, too_young=too_young)


def reminder(t: Translator, vote: Vote) -> Screen:
    """To who began a ballot and didn't confirm it."""
    return voting.reminder_screen(t, vote)


async def closed_notice(session: AsyncSession, t: Translator, vote: Vote) -> Screen:
    """To the maker of a vote that has just been counted."""
    return preparing.closed_screen(t, await result_of(session, vote.id))
