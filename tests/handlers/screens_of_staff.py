"""Every screen that staff see, with the data that tries it most."""

from bot.ui.callbacks import Callback
from bot.ui.i18n import Translator
from handlers.preparing import scope
from handlers.preparing import screens as preparing
from handlers.steering import cancelling, counted, listing, running
from handlers.team import desk, inviting, journal, members
from handlers.team.inviting import Level, Offer
from handlers.team.taps import BrowsePlaces, InviteSomebody
from models import Role, VoteMethod, VoteStatus
from services.places.directory import KnownPlace
from services.refusal import Reason
from tests.handlers import samples as some
from tests.handlers.sample_votes import (
    blank_vote,
    full_vote,
    journal_line,
    result,
    small_vote,
    turnout,
)
from tests.handlers.samples import DIRECTORY
from tests.handlers.screens_of_villagers import FULL_RESULT, LINK, TRANSLATORS, Samples

MANY_GRANTS = [some.LONG_GRANT] * 20
FULL_DRAFT = full_vote(VoteStatus.DRAFT)
OFFER = Offer(Role.MOBILIZER, some.BOSTER.id, "", some.TERMS.link(LINK), some.SOON)
LONG_OFFER = Offer(
    Role.PROTECTION_FOCAL_POINT,
    some.LONG_VILLAGE.id,
    some.LONG_NAME,
    some.TERMS.link(LINK),
    some.SOON,
)
DEEDS = (
    "invite", "withdraw", "accept", "revoke", "leave", "prepare_vote", "announce_vote",
    "open_vote", "postpone_vote", "close_vote", "publish_vote", "cancel_vote", "change_vote",
    "write_word", "export_vote", "import_places",
)  # fmt: skip
STATES = [small_vote(status) for status in VoteStatus]


def level(
    t: Translator, here: KnownPlace | None, back: Callback, *, page: int = 0, whole: bool = True
) -> Level:
    below = DIRECTORY.children(here.id if here else None, t.language)
    role = Role.PROTECTION_FOCAL_POINT
    return Level(role, DIRECTORY, here.id if here else None, whole, below, page, back)


def villages_of(place: KnownPlace, marked: tuple[int, ...]) -> scope.Scope:
    below = DIRECTORY.children(place.id, "ky")
    return scope.Scope(DIRECTORY, place, below, some.TOKEN, marked)


def seen(voted: int, villages: list[KnownPlace], adults: int | None) -> running.Seen:
    return running.Seen(turnout(voted, villages, adults), DIRECTORY, "14:30")


SAMPLES: Samples = {
    # --- the team ---
    desk.accepted_screen: {
        role.value: lambda t, role=role: desk.accepted_screen(
            t, some.grant(role, some.LONG_VILLAGE), DIRECTORY
        )
        for role in Role
    },
    desk.useless_invitation_screen: {
        reason.value: lambda t, reason=reason: desk.useless_invitation_screen(
            t, reason, staff=reason is Reason.ALREADY_GRANTED
        )
        for reason in (
            Reason.INVITATION_USED,
            Reason.INVITATION_EXPIRED,
            Reason.INVITATION_INVALID,
            Reason.ALREADY_GRANTED,
        )
    },
    desk.taken_up_screen: {
        "longest": lambda t: desk.taken_up_screen(t, some.LONG_GRANT, DIRECTORY),
        "nameless": lambda t: desk.taken_up_screen(t, some.grant(), DIRECTORY),
    },
    desk.desk_screen: {
        "no tasks": lambda t: desk.desk_screen(t, some.rights(some.LONG_GRANT)),
        "analyst": lambda t: desk.desk_screen(t, some.rights(some.grant(Role.ANALYST))),
        "every role": lambda t: desk.desk_screen(t, some.rights(*some.EVERY_GRANT)),
    },
    members.team_screen: {
        "nobody": lambda t: members.team_screen(
            t, some.rights(some.grant(Role.COORDINATOR)), (), 0, 0
        ),
        "each": lambda t: members.team_screen(
            t, some.rights(*some.EVERY_GRANT), some.EVERY_GRANT, 1, 0
        ),
        "middle of pages": lambda t: members.team_screen(
            t, some.rights(*some.EVERY_GRANT), MANY_GRANTS, some.COUNTS[-1], 1
        ),
    },
    members.grant_screen: {
        "nameless": lambda t: members.grant_screen(t, some.grant(place=None), DIRECTORY),
        "longest": lambda t: members.grant_screen(t, some.LONG_GRANT, DIRECTORY),
    },
    members.ask_end_screen: {
        "longest": lambda t: members.ask_end_screen(t, some.LONG_GRANT, DIRECTORY)
    },
    members.ended_screen: {
        "longest": lambda t: members.ended_screen(t, some.LONG_GRANT, DIRECTORY)
    },
    members.invitations_screen: {
        "none": lambda t: members.invitations_screen(t, (), DIRECTORY, 0),
        "last of pages": lambda t: members.invitations_screen(
            t, [some.LONG_INVITATION] * 9, DIRECTORY, 5
        ),
    },
    members.invitation_screen: {
        "longest": lambda t: members.invitation_screen(t, some.LONG_INVITATION, DIRECTORY),
        "nameless": lambda t: members.invitation_screen(t, some.invitation(1, "", None), DIRECTORY),
    },
    inviting.roles_screen: {"every": lambda t: inviting.roles_screen(t, list(Role))},
    inviting.places_screen: {
        "country": lambda t: inviting.places_screen(t, level(t, None, InviteSomebody())),
        "own places": lambda t: inviting.places_screen(
            t, level(t, None, InviteSomebody(), whole=False)
        ),
        "aimak": lambda t: inviting.places_screen(t, level(t, some.AIMAK, InviteSomebody())),
        "middle of pages": lambda t: inviting.places_screen(
            t,
            level(
                t,
                some.LONG_AIMAK,
                BrowsePlaces(Role.PROTECTION_FOCAL_POINT, some.LONG_VILLAGE.id, 0),
                page=1,
            ),
        ),
    },
    inviting.found_screen: {
        "eight of the longest": lambda t: inviting.found_screen(
            t, Role.PROTECTION_FOCAL_POINT, [some.LONG_VILLAGE] * 8, DIRECTORY
        ),
    },
    inviting.answered_screen: {
        "longest": lambda t: inviting.answered_screen(t, LONG_OFFER, DIRECTORY)
    },
    inviting.link_screen: {
        "nameless": lambda t: inviting.link_screen(t, TRANSLATORS, OFFER, DIRECTORY),
        "longest": lambda t: inviting.link_screen(t, TRANSLATORS, LONG_OFFER, DIRECTORY),
    },
    journal.journal_screen: {
        "empty": lambda t: journal.journal_screen(t, (), DIRECTORY, newest=True),
        "roles": lambda t: journal.journal_screen(
            t, [journal_line(1, deed) for deed in DEEDS[:5]], DIRECTORY, newest=True
        ),
        "votes": lambda t: journal.journal_screen(
            t,
            [journal_line(1, deed, full_vote()) for deed in DEEDS[5:]],
            DIRECTORY,
            newest=True,
        ),
        "middle of pages": lambda t: journal.journal_screen(
            t, [journal_line(some.LARGE_ID, "revoke")] * 9, DIRECTORY, newest=False
        ),
        "clock": lambda t: journal.journal_screen(
            t,
            [journal_line(1, "open_vote", small_vote(), None)],
            DIRECTORY,
            newest=False,
        ),
    },
    # --- a vote in preparation ---
    scope.places_screen: {
        "oblasts": lambda t: scope.places_screen(t, DIRECTORY.children(None, t.language)),
        "longest": lambda t: scope.places_screen(t, [some.LONG_AIMAK] * 25),
    },
    scope.scope_screen: {
        "village": lambda t: scope.scope_screen(t, villages_of(some.BOSTER, ())),
        "nothing marked": lambda t: scope.scope_screen(t, villages_of(some.AIMAK, ())),
        "many, marked": lambda t: scope.scope_screen(
            t, villages_of(some.LONG_AIMAK, (some.LONG_VILLAGE.id, some.MANY[0].id))
        ),
    },
    preparing.draft_screen: {
        "blank": lambda t: preparing.draft_screen(
            t, blank_vote(), DIRECTORY, [some.BOSTER.id], now=some.NOW
        ),
        "ready": lambda t: preparing.draft_screen(
            t, FULL_DRAFT, DIRECTORY, [some.LONG_VILLAGE.id] * 20, now=some.NOW
        ),
        "late": lambda t: preparing.draft_screen(
            t, small_vote(VoteStatus.DRAFT), DIRECTORY, [some.BOSTER.id], now=some.SOON
        ),
    },
    preparing.options_screen: {
        "none": lambda t: preparing.options_screen(t, blank_vote()),
        "ten": lambda t: preparing.options_screen(t, FULL_DRAFT),
    },
    preparing.method_screen: {
        "none": lambda t: preparing.method_screen(t, blank_vote()),
        "ten": lambda t: preparing.method_screen(t, FULL_DRAFT),
    },
    preparing.preview_screen: {
        "small": lambda t: preparing.preview_screen(t, t, small_vote(VoteStatus.DRAFT)),
        "full": lambda t: preparing.preview_screen(t, t, FULL_DRAFT),
    },
    preparing.announce_screen: {
        f"{count} phones": lambda t, count=count: preparing.announce_screen(
            t, FULL_DRAFT, count, now=some.NOW
        )
        for count in some.COUNTS
    },
    # --- a vote that runs ---
    listing.staff_votes_screen: {
        "none": lambda t: listing.staff_votes_screen(t, (), DIRECTORY),
        "each state": lambda t: listing.staff_votes_screen(t, [*STATES, blank_vote()], DIRECTORY),
        "thirty": lambda t: listing.staff_votes_screen(t, [full_vote()] * 30, DIRECTORY),
    },
    running.announced_screen: {
        "looks on": lambda t: running.announced_screen(
            t, small_vote(VoteStatus.ANNOUNCED), steers=False
        ),
        "steers": lambda t: running.announced_screen(
            t, full_vote(VoteStatus.ANNOUNCED), steers=True
        ),
    },
    running.turnout_screen: {
        **{
            f"{count} voted": lambda t, count=count: running.turnout_screen(
                t, small_vote(), seen(count, [some.BOSTER], None), steers=False
            )
            for count in some.COUNTS
        },
        "twenty villages": lambda t: running.turnout_screen(
            t,
            full_vote(),
            seen(some.COUNTS[-1], [*some.MANY[:19], some.LONG_VILLAGE], some.COUNTS[-1]),
            steers=True,
        ),
    },
    running.close_screen: {
        f"{count} voted": lambda t, count=count: running.close_screen(t, full_vote(), count)
        for count in some.COUNTS
    },
    cancelling.drop_screen: {
        "blank": lambda t: cancelling.drop_screen(t, blank_vote()),
        "full": lambda t: cancelling.drop_screen(t, FULL_DRAFT),
    },
    cancelling.cancelled_screen: {
        "no reason": lambda t: cancelling.cancelled_screen(t, small_vote(VoteStatus.CANCELLED)),
        "full": lambda t: cancelling.cancelled_screen(t, full_vote(VoteStatus.CANCELLED)),
    },
    counted.counted_screen: {
        "nobody": lambda t: counted.counted_screen(
            t, result(small_vote(VoteStatus.CLOSED), 0), 1, steers=True
        ),
        "looks on": lambda t: counted.counted_screen(
            t, result(full_vote(VoteStatus.CLOSED), 1), 0, steers=False
        ),
        "published": lambda t: counted.counted_screen(t, FULL_RESULT, some.COUNTS[-1], steers=True),
    },
    counted.look_screen: {
        "nobody": lambda t: counted.look_screen(t, t, result(small_vote(), 0)),
        "ranking": lambda t: counted.look_screen(
            t, t, result(full_vote(method=VoteMethod.RANKING), some.COUNTS[-1])
        ),
        "full": lambda t: counted.look_screen(t, t, FULL_RESULT),
    },
    counted.publish_screen: {
        f"{count} phones": lambda t, count=count: counted.publish_screen(
            t, full_vote(VoteStatus.CLOSED), count, few=count == 1
        )
        for count in some.COUNTS
    },
}
