"""A villager votes: choose, review, confirm, keep the receipt."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bot.ui import drafts
from bot.ui.callbacks import Callback, callback
from bot.ui.context import Context
from bot.ui.i18n import Translator
from bot.ui.routes import Command, Route, Tap
from bot.ui.screens import Button, Row, Screen, lines
from handlers.doors import OpenProfile, OpenResult, OpenVote, OpenVotes
from handlers.words import back_button, ballot_text, menu_button, numbered, shorten
from models import AgeBand, Resident, Vote, VoteMethod, VoteOption, VoteStatus
from services import people
from services.refusal import Reason, Refused
from services.votes import ballots
from services.votes.ballots import Picks

RANK_SIGNS = ("🥇", "🥈", "🥉")


@callback("pick")
class Pick(Callback):
    """Chooses an option, or takes the choice back; says what is wanted, so twice is as once."""

    vote_id: int
    resident_id: int
    token: str
    position: int
    chosen: bool


@callback("none")
class PickNone(Callback):
    """None of these."""

    vote_id: int
    resident_id: int
    token: str


@callback("review")
class Review(Callback):
    vote_id: int
    resident_id: int
    token: str


@callback("cast")
class Confirm(Callback):
    """Casts what is shown above the button: the picks are in it, so nothing else can be cast."""

    vote_id: int
    resident_id: int
    token: str
    picks: str


@callback("again")
class Rechoose(Callback):
    """Back from the review to the options."""

    vote_id: int
    resident_id: int
    token: str


@callback("pics")
class ShowPictures(Callback):
    vote_id: int
    resident_id: int
    token: str


@callback("hear")
class Hear(Callback):
    """The voice message of an option."""

    vote_id: int
    position: int


@callback("mine")
class CheckReceipt(Callback):
    """Is my receipt among the counted?"""

    vote_id: int
    receipt: str


# --- what arrives -----------------------------------------------------------------------------


async def show_votes(context: Context, _tap: OpenVotes | None = None) -> None:
    """/vote: straight to the ballot if there is just one to fill in."""
    residents = await context.residents()
    current = await ballots.current_votes(context.session, residents)
    done = await ballots.taken_part(context.session, [vote.id for vote in current], residents)
    voted = {
        (vote.id, resident.id): (vote.id, resident.id) in done
        for vote in current
        if vote.status is VoteStatus.OPEN
        for resident in residents
    }
    waiting = [key for key, done in voted.items() if not done]
    if _tap is None and len(residents) == 1 and len(waiting) == 1:
        await context.go(OpenVote(waiting[0][0], waiting[0][1]))
        return
    votes = [*current, *await ballots.past_votes(context.session, residents)]
    voters = [r for r in residents if people.may_vote_by_age(r, context.terms)]
    context.show(votes_screen(context.t, votes, voters, voted))


async def show_ballot(context: Context, tap: OpenVote) -> None:
    """The options, in this resident's own order; asks for whom if several share the phone."""
    residents = await context.residents()
    if tap.resident_id is None and len(residents) > 1:
        vote, voters = await _voters(context, tap.vote_id, residents)
        context.show(whose_ballot_screen(context.t, vote, voters))
        return
    resident_id = residents[0].id if tap.resident_id is None else tap.resident_id
    resident = await people.resident(context.session, context.account, resident_id)
    if not people.is_complete(resident):
        await context.go(OpenProfile(resident.id))
        return
    vote = await _open_vote(context, tap.vote_id, resident)
    await _clear_other_copy(context, vote)
    draft = await drafts.begin(
        context, ballots.draft_name(vote.id), "options", {"resident": resident.id, "picks": []}
    )
    again = await ballots.has_voted(context.session, vote.id, resident)
    context.show(ballot_screen(context.t, Paper(vote, resident, draft.token, (), again=again)))


async def pick(context: Context, tap: Pick) -> None:
    paper = await _paper(context, tap)
    picks = tuple(p for p in paper.picks if p != tap.position)
    if paper.vote.method is VoteMethod.ONE:
        picks = ()
    if tap.chosen:
        picks = (*picks, tap.position)
        ballots.check(paper.vote, picks)
    await _keep(context, paper, picks)
    done = paper.vote.method is VoteMethod.ONE or (
        paper.vote.method is VoteMethod.RANKING and len(picks) == ballots.most_choices(paper.vote)
    )
    screen = review_screen if done and tap.chosen else ballot_screen
    context.show(screen(context.t, paper.with_picks(picks)))


async def pick_none(context: Context, tap: PickNone) -> None:
    paper = await _paper(context, tap)
    await _keep(context, paper, ())
    context.show(review_screen(context.t, paper.with_picks(())))


async def review(context: Context, tap: Review) -> None:
    paper = await _paper(context, tap)
    if not paper.picks:
        raise Refused(Reason.NOTHING_CHOSEN)
    context.show(review_screen(context.t, paper))


async def rechoose(context: Context, tap: Rechoose) -> None:
    context.show(ballot_screen(context.t, await _paper(context, tap)))


async def confirm(context: Context, tap: Confirm) -> None:
    if await _has_gone(context, tap):
        return
    paper = await _paper(context, tap)
    if tap.picks != _written(paper.picks):
        context.alert(context.t("Your choice has changed meanwhile. Please check it once more."))
        context.show(review_screen(context.t, paper))
        return
    cast = await ballots.cast_ballot(
        context.session, tap.vote_id, paper.resident, paper.picks, context.terms, now=context.now
    )
    await drafts.end(context, ballots.draft_name(tap.vote_id))
    t = context.t
    heading = (
        t("✅ Your new vote is accepted. Thank you!")
        if cast.changed
        else t("✅ Your vote is accepted. Thank you!")
    )
    context.show(receipt_screen(t, paper.vote, cast.receipt, heading=heading))


async def show_pictures(context: Context, tap: ShowPictures) -> None:
    """All pictures in one album, numbered as on this resident's ballot, then the ballot anew."""
    paper = await _paper(context, tap)
    if not any(option.picture for option in paper.options):
        raise Refused(Reason.OUTDATED)
    in_order = enumerate(paper.options, start=1)
    if context.tapped_id is not None:
        context.replace(context.tapped_id, copy_screen(context.t, paper.vote))
    context.album(
        [
            (option.picture, str(numbered(number, option.title(context.t.language))))
            for number, option in in_order
            if option.picture
        ]
    )
    await _keep(context, paper, paper.picks, below=True)
    context.say(ballot_screen(context.t, paper))


async def hear(context: Context, tap: Hear) -> None:
    vote = await ballots.load(context.session, tap.vote_id)
    option = next((o for o in vote.options if o.position == tap.position), None)
    voice = option.voice(context.t.language) if option else None
    if option is None or voice is None or vote.status is VoteStatus.DRAFT:
        raise Refused(Reason.NOT_FOUND)
    context.say(
        Screen(context.t("🎤 {title}", title=option.title(context.t.language)), voice=voice)
    )


async def check_receipt(context: Context, tap: CheckReceipt) -> None:
    counted = await ballots.is_counted(context.session, tap.vote_id, tap.receipt)
    t = context.t
    if counted:
        context.alert(t("✅ Receipt {receipt} is among the counted.", receipt=_split(tap.receipt)))
    else:
        context.alert(
            t("⚠️ Receipt {receipt} is not among the counted.", receipt=_split(tap.receipt))
        )


# --- what is shown ----------------------------------------------------------------------------


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


def votes_screen(
    t: Translator,
    votes: Sequence[Vote],
    voters: Sequence[Resident],
    voted: dict[tuple[int, int], bool],
) -> Screen:
    """The list of /vote. `voters`: those of this phone who are old enough."""
    if not votes:
        text = t("There is no vote now. We will write to you when one starts.")
        return Screen(text, ((menu_button(t),),))
    rows: list[Row] = []
    parts: list[Markup] = [t("<b>🗳 Votes</b>")]
    for vote in votes:
        title = vote.title(t.language)
        match vote.status:
            case VoteStatus.ANNOUNCED:
                assert vote.opens_at is not None
                parts.append(
                    t("📣 {title}: starts {moment}", title=title, moment=t.moment(vote.opens_at))
                )
            case VoteStatus.OPEN:
                assert vote.closes_at is not None
                done = [r for r in voters if voted[vote.id, r.id]]
                all_done = bool(voters) and len(done) == len(voters)
                line = (
                    t(
                        "✅ {title}: you have voted, open until {moment}",
                        title=title,
                        moment=t.moment(vote.closes_at),
                    )
                    if all_done
                    else t(
                        "🗳 {title}: open until {moment}",
                        title=title,
                        moment=t.moment(vote.closes_at),
                    )
                )
                parts.append(line)
                if not voters:
                    continue
                label = t("✏️ Change my vote") if all_done else t("🗳 Vote")
                rows.append(
                    (Button(Markup("{}: {}").format(label, shorten(title, 40)), OpenVote(vote.id)),)
                )
            case _:
                parts.append(t("📊 {title}: the result is here", title=title))
                rows.append(
                    (Button(t("📊 {title}", title=shorten(title, 40)), OpenResult(vote.id)),)
                )
    return Screen(lines(*parts), (*rows, (menu_button(t),)))


def whose_ballot_screen(t: Translator, vote: Vote, residents: Sequence[Resident]) -> Screen:
    rows = tuple(
        (Button(resident.label or t("👤 Me"), OpenVote(vote.id, resident.id)),)
        for resident in residents
    )
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
    return Screen(lines(*parts), (*rows, *media, (back_button(t, OpenVotes()),)))


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
            (Button(t("📤 Send my vote"), Confirm(*here, _written(paper.picks))),),
            (Button(t("✏️ Choose again"), Rechoose(*here)),),
        ),
    )


def copy_screen(t: Translator, vote: Vote) -> Screen:
    """In place of a ballot that goes on in another message: it says nothing of what was ticked."""
    return Screen(
        t("<b>🗳 {title}</b>", title=vote.title(t.language)),
        ((Button(t("🗳 Vote"), OpenVote(vote.id)),), (menu_button(t),)),
    )


def receipt_screen(t: Translator, vote: Vote, receipt: str, *, heading: Markup) -> Screen:
    """The same whatever was chosen, but for the receipt."""
    assert vote.closes_at is not None
    return Screen(
        lines(
            heading,
            t("🧾 Receipt: <code>{receipt}</code>", receipt=_split(receipt)),
            "",
            t("🔒 Nobody sees what you voted for."),
            t("You can change your vote until {moment}.", moment=t.moment(vote.closes_at)),
            t("Then the result comes to this chat."),
        ),
        (
            (Button(t("🧾 Is it counted?"), CheckReceipt(vote.id, receipt)),),
            (menu_button(t),),
        ),
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


def opened_screen(t: Translator, vote: Vote, *, too_young: int | None = None) -> Screen:
    """To everybody in the scope, when a vote opens. `too_young`: see `news.Writer`."""
    assert vote.closes_at is not None
    return Screen(
        lines(
            t("🗳 A vote has started in your village!"),
            t("<b>{title}</b>", title=vote.title(t.language)),
            t("💰 Money allotted: {sum}", sum=t.som(vote.budget)) if vote.budget else None,
            t("⏰ Open until {moment}", moment=t.moment(vote.closes_at)),
            _from_which_age(t, too_young),
        ),
        (() if too_young else ((Button(t("🗳 Vote"), OpenVote(vote.id)),),)) + ((menu_button(t),),),
    )


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
            _from_which_age(t, too_young) or t("We will write to you when it starts."),
        ),
        ((menu_button(t),),),
    )


def cancelled_screen(t: Translator, vote: Vote) -> Screen:
    reason = vote.cancel_reason_ru if t.language == "ru" else vote.cancel_reason_ky
    return Screen(
        lines(
            t("❌ The vote is cancelled: {title}.", title=vote.title(t.language)),
            t("Reason: {reason}", reason=reason or ""),
            t("Votes that were sent are deleted."),
        ),
        ((menu_button(t),),),
    )


# --- how it is put together ---------------------------------------------------------------------


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
        Button(f"▶️ {number}", Hear(paper.vote.id, option.position))
        for number, option in numbered
        if option.voice(t.language)
    )
    rows += [voices[start : start + 5] for start in range(0, len(voices), 5)]
    return tuple(rows)


def _for_whom(t: Translator, paper: Paper) -> Markup | None:
    label = paper.resident.label
    return t("👤 Voting: {name}", name=label) if label else None


def _from_which_age(t: Translator, age: int | None) -> Markup | None:
    return (
        t("People from the age of {age} vote. Thank you for your interest!", age=age)
        if age
        else None
    )


def _split(receipt: str) -> str:
    """A receipt in two parts, easier to read aloud."""
    return f"{receipt[:5]}-{receipt[5:]}"


def _written(picks: Picks) -> str:
    return ",".join(map(str, picks))


async def _voters(
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
            await _open_vote(context, vote_id, resident)
        except Refused as refused:
            refusals.append(refused)
        else:
            voters.append(resident)
    if not voters:
        raise refusals[0]
    return await ballots.load(context.session, vote_id), voters


async def _open_vote(context: Context, vote_id: int, resident: Resident) -> Vote:
    return await ballots.open_vote(
        context.session, vote_id, resident, context.terms, now=context.now
    )


async def _paper(
    context: Context, tap: Pick | PickNone | Review | Confirm | Rechoose | ShowPictures
) -> Paper:
    """The ballot paper that the button belongs to.

    Raises:
        Refused: OUTDATED, when it was replaced by another; as `ballots.open_vote`.
    """
    resident = await people.resident(context.session, context.account, tap.resident_id)
    vote = await _open_vote(context, tap.vote_id, resident)
    draft = await drafts.present(context, ballots.draft_name(tap.vote_id), tap.token)
    if draft.data["resident"] != resident.id:
        raise Refused(Reason.OUTDATED)
    again = await ballots.has_voted(context.session, vote.id, resident)
    return Paper(vote, resident, draft.token, tuple(draft.data["picks"]), again=again)


async def _has_gone(context: Context, tap: Confirm) -> bool:
    """An old «send» finds a ballot in the box: its receipt is shown, and that nothing changed.

    What it would have cast is not known to be what was, so it is not called accepted.
    """
    name = ballots.draft_name(tap.vote_id)
    if await drafts.find(context, name) is not None:
        return False
    resident = await people.resident(context.session, context.account, tap.resident_id)
    vote = await _open_vote(context, tap.vote_id, resident)
    receipt = await ballots.own_receipt(context.session, vote, resident)
    if receipt is None:
        return False
    context.alert(context.t("You have voted already; this old button changed nothing."))
    context.show(
        receipt_screen(context.t, vote, receipt, heading=context.t("✅ You have voted already."))
    )
    return True


async def _clear_other_copy(context: Context, vote: Vote) -> None:
    """A ballot begun in another message is emptied there, so that no tick stays on the screen."""
    name = ballots.draft_name(vote.id)
    draft = await drafts.find(context, name)
    other = draft.data.get("message") if draft else None
    if other is not None and other != context.tapped_id:
        context.replace(other, copy_screen(context.t, vote))


async def _keep(context: Context, paper: Paper, picks: Picks, *, below: bool = False) -> None:
    """The picks and the message that shows them; `below`: a message that has no number yet."""
    data = {
        "resident": paper.resident.id,
        "picks": list(picks),
        "message": None if below else context.tapped_id,
    }
    await drafts.change(context, ballots.draft_name(paper.vote.id), data)


ROUTES: tuple[Route, ...] = (
    Command("vote", show_votes),
    Tap(OpenVotes, show_votes),
    Tap(OpenVote, show_ballot),
    Tap(Pick, pick),
    Tap(PickNone, pick_none),
    Tap(Review, review),
    Tap(Rechoose, rechoose),
    Tap(Confirm, confirm),
    Tap(ShowPictures, show_pictures),
    Tap(Hear, hear),
    Tap(CheckReceipt, check_receipt),
)
