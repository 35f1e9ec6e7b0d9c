"""How a ballot, its review and its receipt look."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bot.ui.i18n import Translator
from bot.ui.screens import Button, Row, Screen, lines
from handlers.doors import Below, OpenVote, OpenVotes
from handlers.voting.paper import Paper, written
from handlers.voting.taps import (
    CheckReceipt,
    Confirm,
    Hear,
    Pick,
    PickNone,
    Rechoose,
    Review,
    ShowPictures,
)
from handlers.words import back_button, ballot_text, menu_button, resident_name, shorten
from models import AgeBand, Resident, Vote, VoteMethod, VoteOption
from services.votes import ballots

RANK_SIGNS = ("🥇", "🥈", "🥉")


def whose_ballot_screen(
    t: Translator, vote: Vote, residents: Sequence[Resident], voted: frozenset[int]
) -> Screen:
    """`voted`: ids of those who have."""

    def button(resident: Resident) -> Button:
        name = resident_name(t, resident)
        label = Markup("✅ {}").format(name) if resident.id in voted else name
        return Button(label, OpenVote(vote.id, resident.id))

    rows = tuple((button(resident),) for resident in residents)
    text = lines(
        t("<b>🗳 {title}</b>", title=vote.title(t.language)), "", t("Who votes now on this phone?")
    )
    return Screen(text, (*rows, (back_button(t, OpenVotes()),)))


def ballot_screen(t: Translator, paper: Paper) -> Screen:
    """The question, the numbered options, and a button for each."""
    vote = paper.vote
    in_order = list(enumerate(paper.options, start=1))
    parts: list[Markup | str | None] = [
        ballot_text(t, vote, paper.options, _for_whom(t, paper)),
        "",
        _question(t, paper),
        t("You have voted already: this choice will take the place of the earlier one.")
        if paper.again
        else None,
    ]
    rows: list[Row] = [(_option_button(t, paper, number, option),) for number, option in in_order]
    here = (vote.id, paper.resident.id, paper.token)
    rows.append((Button(t("❌ None of these"), PickNone(*here)),))
    if paper.picks and vote.method is not VoteMethod.ONE:
        rows.append((Button(t("➡️ Next: check"), Review(*here)),))
    media = _media_buttons(t, paper, in_order)
    back = (back_button(t, OpenVotes()),)
    return Screen(lines(*parts), (*rows, *media, back), ballot_of=vote.id)


def review_screen(t: Translator, paper: Paper) -> Screen:
    """What will be cast, before it is."""
    titles = {option.position: option.title(t.language) for option in paper.vote.options}
    chosen: list[Markup]
    if not paper.picks:
        chosen = [t("<b>None of these</b>")]
    elif paper.vote.method is VoteMethod.RANKING:
        chosen = [
            Markup("{} <b>{}</b>").format(RANK_SIGNS[rank], titles[position])
            for rank, position in enumerate(paper.picks)
        ]
    else:
        chosen = [Markup("• <b>{}</b>").format(titles[position]) for position in paper.picks]
    asked_age = paper.resident.age_band is AgeBand.UNSAID
    here = (paper.vote.id, paper.resident.id, paper.token)
    return Screen(
        lines(
            t("<b>🗳 {title}</b>", title=paper.vote.title(t.language)),
            _for_whom(t, paper),
            "",
            t("You have chosen:"),
            *chosen,
            "",
            t("Send your vote?"),
            t("By sending you confirm that you are 18 or older.") if asked_age else None,
        ),
        (
            (Button(t("📤 Send my vote"), Confirm(*here, written(paper.picks))),),
            (Button(t("✏️ Choose again"), Rechoose(*here)),),
        ),
        ballot_of=paper.vote.id,
    )


def copy_screen(t: Translator, vote: Vote) -> Screen:
    """In place of a ballot that goes on in another message: it says nothing of what was ticked."""
    return Screen(
        t("<b>🗳 {title}</b>", title=vote.title(t.language)),
        ((Button(t("🗳 Vote"), OpenVote(vote.id)),), (menu_button(t),)),
    )


@dataclass(frozen=True, slots=True)
class Slip:
    """What proves that a ballot is counted."""

    vote: Vote
    receipt: str
    resident: Resident | None
    """Whose it is, where several share the phone."""


def receipt_screen(
    t: Translator, slip: Slip, heading: Markup, waiting: Sequence[Resident] = ()
) -> Screen:
    """The same whatever was chosen, but for the receipt; no button takes its place.

    `waiting`: who votes next on this phone.
    """
    vote, resident = slip.vote, slip.resident
    assert vote.closes_at is not None
    return Screen(
        lines(
            heading,
            resident_name(t, resident) if resident else None,
            t("🧾 Receipt: <code>{receipt}</code>", receipt=split_receipt(slip.receipt)),
            "",
            t("🔒 Nobody sees what you voted for."),
            t("You can change your vote until {moment}.", moment=t.moment(vote.closes_at)),
            t("Then the result comes to this chat."),
        ),
        (
            (Button(t("🧾 Is it counted?"), CheckReceipt(vote.id, slip.receipt)),),
            *(
                (
                    Button(
                        t("🗳 Next: {name}", name=resident_name(t, other)),
                        Below.before(OpenVote(vote.id, other.id)),
                    ),
                )
                for other in waiting
            ),
            (menu_button(t, below=True),),
        ),
    )


def _question(t: Translator, paper: Paper) -> Markup:
    match paper.vote.method:
        case VoteMethod.ONE:
            return t("Choose one 👇")
        case VoteMethod.SEVERAL:
            return t(
                "You may choose up to {max}. Chosen: {count}.",
                max=ballots.most_choices(paper.vote),
                count=len(paper.picks),
            )
        case VoteMethod.RANKING:
            rank = min(len(paper.picks) + 1, ballots.most_choices(paper.vote))
            return t(
                "What comes first, second, third? Tap in this order. Now: {sign}",
                sign=RANK_SIGNS[rank - 1],
            )


def _option_button(t: Translator, paper: Paper, number: int, option: VoteOption) -> Button:
    chosen = option.position in paper.picks
    sign = ""
    if chosen and paper.vote.method is VoteMethod.RANKING:
        sign = RANK_SIGNS[paper.picks.index(option.position)] + " "
    elif chosen:
        sign = "✅ "
    toggles = paper.vote.method is not VoteMethod.ONE
    return Button(
        f"{sign}{number}. {shorten(option.title(t.language), 40)}",
        Pick(
            paper.vote.id,
            paper.resident.id,
            paper.token,
            option.position,
            chosen=not (chosen and toggles),
        ),
    )


def _media_buttons(
    t: Translator, paper: Paper, numbered: Sequence[tuple[int, VoteOption]]
) -> tuple[Row, ...]:
    rows: list[Row] = []
    here = (paper.vote.id, paper.resident.id, paper.token)
    if any(option.picture for _, option in numbered):
        rows.append((Button(t("🖼 Pictures"), ShowPictures(*here)),))
    voices = tuple(
        Button(f"▶️ 🎤 {number}", Hear(paper.vote.id, option.position))
        for number, option in numbered
        if option.voice(t.language)
    )
    rows += [voices[start : start + 5] for start in range(0, len(voices), 5)]
    return tuple(rows)


def _for_whom(t: Translator, paper: Paper) -> Markup | None:
    label = paper.resident.label
    return t("👤 Voting: {name}", name=label) if label else None


def split_receipt(receipt: str) -> str:
    """A receipt in two parts, easier to read aloud."""
    return f"{receipt[:5]}-{receipt[5:]}"
