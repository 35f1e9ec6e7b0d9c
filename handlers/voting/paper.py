"""A ballot paper in somebody's hands: whose it is, what is ticked, and which message shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.ui import drafts
from bot.ui.context import Context
from handlers.voting.taps import Confirm, Pick, PickNone, Rechoose, Review, ShowPictures
from models import Resident, Vote, VoteOption
from services import people
from services.refusal import Reason, Refused
from services.votes import ballots
from services.votes.ballots import Picks


@dataclass(frozen=True, slots=True)
class Paper:
    """A ballot paper in somebody's hands."""

    vote: Vote
    resident: Resident
    token: str
    picks: Picks
    again: bool = False
    """Whether there is a ballot already, which this one would replace."""

    def with_picks(self, picks: Picks) -> "Paper":
        return Paper(self.vote, self.resident, self.token, picks, self.again)

    @property
    def options(self) -> list[VoteOption]:
        return ballots.order_for(self.vote, self.resident.id)


async def voters_of(
    context: Context, vote_id: int, residents: Sequence[Resident]
) -> tuple[Vote, list[Resident]]:
    """The vote, and those of this phone who may cast a ballot in it.

    Raises:
        Refused: as `ballots.open_vote`, when nobody may.
    """
    voters: list[Resident] = []
    refusals: list[Refused] = []
    for resident in residents:
        try:
            await open_vote(context, vote_id, resident)
        except Refused as refused:
            refusals.append(refused)
        else:
            voters.append(resident)
    if not voters:
        raise refusals[0]
    return await ballots.load(context.session, vote_id), voters


async def open_vote(context: Context, vote_id: int, resident: Resident) -> Vote:
    return await ballots.open_vote(
        context.session, vote_id, resident, context.terms, now=context.now
    )


async def paper_of(
    context: Context, tap: Pick | PickNone | Review | Confirm | Rechoose | ShowPictures
) -> Paper:
    """The ballot paper that the button belongs to.

    Raises:
        Refused: OUTDATED, when it was replaced by another; as `ballots.open_vote`.
    """
    resident = await people.resident(context.session, context.account, tap.resident_id)
    vote = await open_vote(context, tap.vote_id, resident)
    draft = await drafts.present(context, ballots.draft_name(tap.vote_id), tap.token)
    if draft.data["resident"] != resident.id:
        raise Refused(Reason.OUTDATED)
    again = await ballots.has_voted(context.session, vote.id, resident)
    return Paper(vote, resident, draft.token, tuple(draft.data["picks"]), again=again)


async def keep(context: Context, paper: Paper, picks: Picks, *, below: bool = False) -> None:
    """The picks and the message that shows them; `below`: a message that has no number yet."""
    data = {
        "resident": paper.resident.id,
        "picks": list(picks),
        "message": None if below else context.tapped_id,
    }
    await drafts.change(context, ballots.draft_name(paper.vote.id), data)


def written(picks: Picks) -> str:
    return ",".join(map(str, picks))
