"""Votes, their results and what is kept of them, as screens are shown them; see `samples`."""

from collections.abc import Sequence

from models import (
    Account,
    AgeBand,
    Channel,
    Draft,
    Grant,
    JournalEntry,
    Resident,
    Sex,
    TallyGroup,
    Vote,
    VoteMethod,
    VoteOption,
    VoteStatus,
)
from services.access.journal import JournalLine
from services.personal_data import PersonalData
from services.places.directory import KnownPlace
from services.votes.lifecycle import WORD_LIMIT
from services.votes.participation import Participation
from services.votes.preparing import DESCRIPTION_LIMIT, MOST_OPTIONS, OPTION_LIMIT, TITLE_LIMIT
from services.votes.results import Breakdown, Line, LiveTurnout, Result, VillageTurnout
from tests.handlers.samples import (
    ACCOUNT,
    BOSTER,
    LARGE_ID,
    LONG_NAME,
    LONG_VILLAGE,
    NOW,
    OWNER,
    SOON,
    full,
)

MOST_MONEY, MOST_PEOPLE = 10**12, 10_000_000
"""The greatest numbers that the questions about an option take."""
REASON_LIMIT = 300
"""Letters of the reason for which a vote is cancelled."""


def _option(position: int, **texts: str) -> VoteOption:
    words = {"description_ky": "", "description_ru": "", **texts}
    return VoteOption(id=position, vote_id=1, position=position, **words)


def small_options() -> list[VoteOption]:
    """Names alone, and numbers of one person."""
    options = [
        _option(1, title_ky="Таза суу <b>&", title_ru="Чистая вода <b>&"),
        _option(2, title_ky="Мектеп", title_ru="Школа"),
        _option(3, title_ky="Жол", title_ru="Дорога"),
    ]
    options[1].people, options[1].cost = 1, 1
    return options


def full_options() -> list[VoteOption]:
    """As many as are taken, with the longest texts, the greatest numbers, and every medium."""
    return [
        VoteOption(
            id=LARGE_ID - position,
            vote_id=LARGE_ID,
            position=position,
            title_ky=full("Таза суу", OPTION_LIMIT),
            title_ru=full("Чистая вода", OPTION_LIMIT),
            description_ky=full("Айылга түтүк тартылат", DESCRIPTION_LIMIT),
            description_ru=full("В село проводят трубы", DESCRIPTION_LIMIT),
            cost=MOST_MONEY,
            people=MOST_PEOPLE,
            picture="photo",
            voice_ky="voice",
            voice_ru="voice",
        )
        for position in range(1, MOST_OPTIONS + 1)
    ]


def small_vote(
    status: VoteStatus = VoteStatus.OPEN,
    method: VoteMethod = VoteMethod.ONE,
    options: Sequence[VoteOption] | None = None,
) -> Vote:
    """Without money, pictures and words."""
    return Vote(
        id=1,
        status=status,
        place_id=BOSTER.id,
        title_ky="Айылга эмне керек?",
        title_ru="Что нужно селу?",
        method=method,
        max_choices=2 if method is VoteMethod.SEVERAL else 1,
        opens_at=NOW,
        closes_at=SOON,
        options=small_options() if options is None else list(options),
    )


def full_vote(
    status: VoteStatus = VoteStatus.OPEN, method: VoteMethod = VoteMethod.SEVERAL
) -> Vote:
    """With everything at its limit."""
    vote = small_vote(status, method, full_options())
    vote.id, vote.place_id, vote.max_choices = LARGE_ID, LONG_VILLAGE.id, 5
    vote.budget = MOST_MONEY
    vote.title_ky = full("Айылга эмне керек?", TITLE_LIMIT)
    vote.title_ru = full("Что нужно селу?", TITLE_LIMIT)
    vote.word_ky, vote.word_ru = full("Рахмат!", WORD_LIMIT), full("Спасибо!", WORD_LIMIT)
    vote.cancel_reason_ky = full("Акча жок.", REASON_LIMIT)
    vote.cancel_reason_ru = full("Денег нет.", REASON_LIMIT)
    return vote


def blank_vote() -> Vote:
    """A draft in which nothing is written."""
    vote = small_vote(VoteStatus.DRAFT, options=())
    vote.title_ky = vote.title_ru = ""
    vote.opens_at = vote.closes_at = None
    return vote


def result(vote: Vote, voters: int, *, adults: int | None = None) -> Result:
    """All for the first option; a column of each breakdown is hidden."""
    lines = [
        Line(option, voters if at == 0 else 0, voters, 1.0 if at == 0 else 0.0, winner=at == 0)
        for at, option in enumerate(vote.options)
    ]
    groups = {
        TallyGroup.SEX: _breakdown([sex.value for sex in Sex], vote, voters),
        TallyGroup.AGE: _breakdown([band.value for band in AgeBand], vote, voters),
    }
    none = Line(None, 0, None, 0.0, winner=voters == 0)
    return Result(vote, (*lines, none), voters, adults, groups)


def _breakdown(values: Sequence[str], vote: Vote, voters: int) -> Breakdown:
    column: dict[str, int | None] = dict.fromkeys(values, voters)
    scores = {**column, values[-1]: None}
    positions = (0, *(option.position for option in vote.options))
    return Breakdown(tuple(values), column, dict.fromkeys(positions, scores))


def without_groups(of: Result) -> Result:
    nothing = Breakdown((), {}, {})
    groups = dict.fromkeys((TallyGroup.SEX, TallyGroup.AGE), nothing)
    return Result(of.vote, of.lines, of.voters, of.adults, groups)


def turnout(voted: int, villages: Sequence[KnownPlace], adults: int | None) -> LiveTurnout:
    return LiveTurnout(
        voted,
        dict.fromkeys(Sex, voted),
        dict.fromkeys(AgeBand, voted),
        tuple(VillageTurnout(place.id, voted, voted, adults) for place in villages),
    )


def journal_line(
    id: int, action: str, vote: Vote | None = None, actor_id: int | None = 1
) -> JournalLine:
    """A line about a vote, or about a role with the longest names."""
    details = {} if vote else {"role": "protection_focal_point", "place": LONG_VILLAGE.id}
    entry = JournalEntry(
        id=id, at=NOW, actor_id=actor_id, action=action, subject_id=id, details=details
    )
    return JournalLine(entry, "" if vote else LONG_NAME, "" if vote else LONG_NAME, vote)


def personal_data(
    *grants: Grant,
    votes: int = 0,
    household: Sequence[Resident] = (),
    account: Account = ACCOUNT,
) -> PersonalData:
    """`votes`: in how many this phone has taken part, all of them open."""
    taken = [full_vote() for _ in range(votes)]
    return PersonalData(
        account=account,
        residents=list(household),
        taken_part=[Participation(vote, OWNER.id, Channel.BOT) for vote in taken],
        open_votes=taken,
        grants=list(grants),
        drafts=[Draft(account_id=1, form="vote-title", data={})] * votes,
        ballots_begun=[],
        letters_waiting=0,
        letters_settled=0,
        journal_lines=0,
    )
