"""What is sent unasked: to everybody in the scope of a vote, to the undecided, to its maker."""

from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from bot.ui.i18n import Translator
from bot.ui.screens import Attachment, Button, Screen, lines
from handlers.doors import OpenStaffVote, OpenVote
from handlers.results import result_screen
from handlers.words import from_which_age, menu_button
from models import Campaign, Vote
from services.votes import ballots
from services.votes.results import Result, result_of


class Writer(Protocol):
    """What a broadcast says in a language.

    `too_young`: the age from which one votes, for a phone on which nobody has come to it.
    """

    def __call__(self, t: Translator, *, too_young: int | None = None) -> Screen: ...


async def broadcast_writer(session: AsyncSession, campaign: Campaign) -> Writer:
    """What a campaign says, for any language."""
    if campaign.kind == "vote_result":
        result = await result_of(session, campaign.subject_id)
        return lambda t, **_: result_screen(t, result)
    vote = await ballots.load(session, campaign.subject_id)
    if campaign.kind == "vote_cancelled":
        return lambda t, **_: cancelled_screen(t, vote)
    screen = {"vote_announced": announced_screen, "vote_opened": opened_screen}[campaign.kind]
    return lambda t, too_young=None: screen(t, vote, too_young=too_young)


async def closed_notice(session: AsyncSession, t: Translator, vote: Vote) -> Screen:
    """To the maker of a vote that has just been counted."""
    return closed_screen(t, await result_of(session, vote.id))


def announced_screen(t: Translator, vote: Vote, *, too_young: int | None = None) -> Screen:
    """To everybody in the scope, when a vote is announced for later. As `opened_screen`."""
    assert vote.opens_at is not None
    assert vote.closes_at is not None
    return Screen(
        lines(
            t("📣 A vote will be held in your village."),
            t("<b>{title}</b>", title=vote.title(t.language)),
            t("Starts: {moment}", moment=t.moment(vote.opens_at)),
            t("⏰ Open until {moment}", moment=t.moment(vote.closes_at)),
            from_which_age(t, too_young)
            if too_young
            else t("We will write to you when it starts."),
        ),
        ((menu_button(t),),),
    )


def opened_screen(t: Translator, vote: Vote, *, too_young: int | None = None) -> Screen:
    """To everybody in the scope, when a vote opens. `too_young`: see `news.Writer`."""
    assert vote.closes_at is not None
    return Screen(
        lines(
            t("🗳 A vote has started in your village!"),
            t("<b>{title}</b>", title=vote.title(t.language)),
            t("💰 Money allotted: {sum}", sum=t.som(vote.budget)) if vote.budget else None,
            t("⏰ Open until {moment}", moment=t.moment(vote.closes_at)),
            from_which_age(t, too_young) if too_young else None,
        ),
        (() if too_young else ((Button(t("🗳 Vote"), OpenVote(vote.id)),),)) + ((menu_button(t),),),
    )


def reminder_screen(t: Translator, vote: Vote) -> Screen:
    """To who began and didn't confirm."""
    assert vote.closes_at is not None
    return Screen(
        lines(
            t("⏰ Your vote is not sent yet."),
            t("<b>🗳 {title}</b>", title=vote.title(t.language)),
            t("Open until {moment}.", moment=t.moment(vote.closes_at)),
        ),
        ((Button(t("🗳 Vote"), OpenVote(vote.id)),), (menu_button(t),)),
    )


def cancelled_screen(t: Translator, vote: Vote) -> Screen:
    reason = vote.cancel_reason_ru if t.language == "ru" else vote.cancel_reason_ky
    return Screen(
        lines(
            t("❌ The vote is cancelled: {title}.", title=vote.title(t.language)),
            t("Reason: {reason}", reason=reason or ""),
            t("Votes that were sent are deleted."),
        ),
        ((menu_button(t, below=True),),),
    )


def closed_screen(t: Translator, result: Result) -> Screen:
    """To the maker when a vote was closed: the result is to be published."""
    vote = result.vote
    return Screen(
        lines(
            t("🔒 The vote has ended and is counted: {title}.", title=vote.title(t.language)),
            t.plural("👥 {count} person voted.", "👥 {count} people voted.", result.voters),
            t("Look at the result and publish it: villagers are waiting."),
        ),
        ((Button(t("📊 Look and publish"), OpenStaffVote(vote.id)),),),
        picture=Attachment("chart", vote.id, t.language, reuse=True),
    )
