"""Every screen that villagers see, with the data that tries it most."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import TypeAlias, cast

from bot.errors import Incident
from bot.ui.context import Context
from bot.ui.i18n import Translator, Translators
from bot.ui.screens import Screen
from handlers import menu, news, onboarding, privacy, refusals, results, settings
from handlers.villages import found, listing, settling, ways
from handlers.voting import listing as votes
from handlers.voting import screens as voting
from handlers.voting.paper import Paper
from handlers.words import place_label
from models import Resident, Role, Vote, VoteMethod, VoteStatus
from services.people import LABEL_LIMIT
from services.places.directory import KnownPlace
from services.places.nearest import Near
from services.terms import Terms
from services.votes.ballots import RANKS, Picks
from tests.handlers import samples as some
from tests.handlers.sample_votes import full_vote, personal_data, result, small_vote, without_groups
from tests.handlers.samples import DIRECTORY

Samples: TypeAlias = dict[Callable[..., Screen], dict[str, Callable[..., Screen]]]
"""For each function that makes a screen: screens it makes, by what is special, for a translator."""

LINK = "i_" + "aB-_" * 5
"""As long as an invitation's link is."""
LONGEST_PAYLOAD = "v_" + "0" * 38
TRANSLATORS = Translators(some.TERMS.zone)
GROUP = cast(Context, SimpleNamespace(translators=TRANSLATORS, terms=some.TERMS))
"""All of a context that the screen of a group looks at."""
FULL_RESULT = result(full_vote(VoteStatus.PUBLISHED), some.COUNTS[-1], adults=2 * some.COUNTS[-1])
FIVE_VOTES = [full_vote(status) for status in (VoteStatus.OPEN,) * 4] + [
    small_vote(VoteStatus.OPEN)
]
LISTED_VOTES = [
    *FIVE_VOTES,
    full_vote(VoteStatus.ANNOUNCED),
    *(full_vote(VoteStatus.PUBLISHED) for _ in range(5)),
]


def label(t: Translator, place: KnownPlace) -> str:
    return place_label(t, DIRECTORY, place)


def paper(
    vote: Vote, picks: Picks = (), resident: Resident = some.OWNER, *, again: bool = False
) -> Paper:
    return Paper(vote, resident, some.TOKEN, picks, again)


SAMPLES: Samples = {
    menu.menu_screen: {
        "staff alone": lambda t: menu.menu_screen(t, None, None, staff=True),
        "nothing open": lambda t: menu.menu_screen(t, label(t, some.BOSTER), None, staff=False),
        "all": lambda t: menu.menu_screen(t, label(t, some.LONG_VILLAGE), full_vote(), staff=True),
    },
    menu.help_screen: {
        "phone": lambda t: menu.help_screen(t, some.TERMS),
        "no phone": lambda t: menu.help_screen(t, Terms()),
    },
    menu.group_screen: {"group": lambda t: menu.group_screen(GROUP)},
    refusals.sorry_screen: {"bug": lambda t: refusals.sorry_screen(t, Incident("123456"))},
    # --- the first minutes ---
    onboarding.language_screen: {
        "no link": lambda t: onboarding.language_screen(TRANSLATORS, ""),
        "link": lambda t: onboarding.language_screen(TRANSLATORS, LONGEST_PAYLOAD),
    },
    onboarding.consent_screen: {
        "no link": lambda t: onboarding.consent_screen(t, ""),
        "link": lambda t: onboarding.consent_screen(t, LONGEST_PAYLOAD),
    },
    onboarding.terms_screen: {"link": lambda t: onboarding.terms_screen(t, LONGEST_PAYLOAD)},
    onboarding.refused_screen: {"link": lambda t: onboarding.refused_screen(t, LONGEST_PAYLOAD)},
    onboarding.profile_screen: {
        "owner's sex": lambda t: onboarding.profile_screen(t, some.UNASKED, DIRECTORY),
        "another's sex": lambda t: onboarding.profile_screen(
            t, some.resident(some.LARGE_ID, "Апа <b>&", None, None, some.LONG_VILLAGE), DIRECTORY
        ),
        "owner's age": lambda t: onboarding.profile_screen(
            t, some.resident(age_band=None), DIRECTORY
        ),
        "another's age": lambda t: onboarding.profile_screen(t, some.HALF_ASKED, DIRECTORY),
    },
    # --- the village ---
    ways.ways_screen: {
        "homeless": lambda t: ways.ways_screen(t, None),
        "wrong link": lambda t: ways.ways_screen(t, None, unknown=True),
        "home": lambda t: ways.ways_screen(t, label(t, some.LONG_VILLAGE)),
    },
    ways.missing_screen: {
        "phone": lambda t: ways.missing_screen(t, "1234 <b>&"),
        "no phone": lambda t: ways.missing_screen(t, ""),
    },
    found.name_screen: {"question": lambda t: found.name_screen(t)},
    found.location_screen: {"question": lambda t: found.location_screen(t)},
    found.results_screen: {
        "one": lambda t: found.results_screen(t, DIRECTORY, [some.BOSTER]),
        "eight of the longest": lambda t: found.results_screen(
            t, DIRECTORY, [some.LONG_VILLAGE] * 8
        ),
        "without an aimak": lambda t: found.results_screen(t, DIRECTORY, [some.CITY]),
    },
    found.nearest_screen: {
        "near and far": lambda t: found.nearest_screen(
            t, DIRECTORY, [Near(some.BOSTER, 0.2, False), Near(some.BESHIK, 12.7, True)]
        ),
        "five of the longest": lambda t: found.nearest_screen(
            t, DIRECTORY, [Near(some.LONG_VILLAGE, 1234.5, True)] * 5
        ),
    },
    found.not_found_screen: {
        "marks": lambda t: found.not_found_screen(t, "Жок <b>&"),
        "longest": lambda t: found.not_found_screen(t, some.full("Жок", 100)),
    },
    found.far_away_screen: {"far": lambda t: found.far_away_screen(t)},
    listing.list_screen: {
        "oblasts": lambda t: listing.list_screen(t, DIRECTORY, None, 0),
        "rayons": lambda t: listing.list_screen(t, DIRECTORY, some.OBLAST, 0),
        "aimaks": lambda t: listing.list_screen(t, DIRECTORY, some.RAYON, 0),
        "villages": lambda t: listing.list_screen(t, DIRECTORY, some.AIMAK, 0),
        "town": lambda t: listing.list_screen(t, DIRECTORY, some.TOWN, 0),
        "first of pages": lambda t: listing.list_screen(t, DIRECTORY, some.LONG_AIMAK, 0),
        "last of pages": lambda t: listing.list_screen(t, DIRECTORY, some.LONG_AIMAK, 9),
    },
    settling.confirm_screen: {
        "short": lambda t: settling.confirm_screen(t, DIRECTORY, some.BOSTER),
        "longest": lambda t: settling.confirm_screen(t, DIRECTORY, some.LONG_VILLAGE),
    },
    settling.move_screen: {
        "alone": lambda t: settling.move_screen(t, DIRECTORY, some.BESHIK, [some.OWNER], ()),
        "household, votes": lambda t: settling.move_screen(
            t, DIRECTORY, some.LONG_VILLAGE, some.HOUSEHOLD, FIVE_VOTES
        ),
    },
    # --- settings and data ---
    settings.settings_screen: {
        "staff alone": lambda t: settings.settings_screen(t, None, 0, muted=False),
        "muted": lambda t: settings.settings_screen(t, label(t, some.BOSTER), 1, muted=True),
        "household": lambda t: settings.settings_screen(
            t, label(t, some.LONG_VILLAGE), 4, muted=False
        ),
    },
    settings.household_screen: {
        "alone": lambda t: settings.household_screen(t, [some.OWNER], 4),
        "full": lambda t: settings.household_screen(t, some.HOUSEHOLD, len(some.HOUSEHOLD)),
        "ten, cut at any letter": lambda t: settings.household_screen(
            t, [some.resident(at, some.full("а" * at, LABEL_LIMIT)) for at in range(1, 11)], 10
        ),
    },
    settings.person_screen: {
        "owner": lambda t: settings.person_screen(t, some.OWNER),
        "unsaid": lambda t: settings.person_screen(t, some.MOTHER),
        "child": lambda t: settings.person_screen(t, some.SON),
        "unasked": lambda t: settings.person_screen(t, some.UNASKED),
    },
    settings.remove_screen: {
        "no votes": lambda t: settings.remove_screen(t, some.SON, ()),
        "votes": lambda t: settings.remove_screen(t, some.MOTHER, FIVE_VOTES),
    },
    privacy.data_screen: {
        "nothing": lambda t: privacy.data_screen(t, personal_data(), DIRECTORY),
        "villager": lambda t: privacy.data_screen(
            t, personal_data(household=some.HOUSEHOLD, votes=2), DIRECTORY
        ),
        "staff": lambda t: privacy.data_screen(
            t, personal_data(some.LONG_GRANT, *some.EVERY_GRANT, votes=5), DIRECTORY
        ),
        "no consent": lambda t: privacy.data_screen(
            t, personal_data(account=some.STRANGER), DIRECTORY
        ),
    },
    privacy.forget_screen: {
        "nothing": lambda t: privacy.forget_screen(t, personal_data()),
        "eleven votes": lambda t: privacy.forget_screen(t, personal_data(votes=11)),
        "administrator": lambda t: privacy.forget_screen(
            t, personal_data(*some.EVERY_GRANT, votes=1)
        ),
        "former staff": lambda t: privacy.forget_screen(
            t, personal_data(some.grant(Role.ANALYST, revoked_at=some.NOW))
        ),
    },
    privacy.goodbye_screen: {"gone": lambda t: privacy.goodbye_screen(t)},
    # --- voting ---
    votes.votes_screen: {
        "none": lambda t: votes.votes_screen(t, (), [some.OWNER], {}, 18),
        "waiting": lambda t: votes.votes_screen(
            t, [small_vote()], [some.OWNER], {(1, some.OWNER.id): False}, 18
        ),
        "all voted": lambda t: votes.votes_screen(
            t, [small_vote()], [some.OWNER], {(1, some.OWNER.id): True}, 18
        ),
        "too young": lambda t: votes.votes_screen(
            t, LISTED_VOTES, (), {(1, some.SON.id): False}, 18
        ),
        "of each kind": lambda t: votes.votes_screen(
            t,
            LISTED_VOTES,
            some.HOUSEHOLD,
            {(v.id, r.id): r is some.OWNER for v in LISTED_VOTES for r in some.HOUSEHOLD},
            18,
        ),
    },
    voting.whose_ballot_screen: {
        "household": lambda t: voting.whose_ballot_screen(
            t, full_vote(), some.HOUSEHOLD, frozenset({some.MOTHER.id})
        ),
    },
    voting.ballot_screen: {
        "one": lambda t: voting.ballot_screen(t, paper(small_vote())),
        "one, back at it": lambda t: voting.ballot_screen(t, paper(small_vote(), (2,))),
        "several, all full": lambda t: voting.ballot_screen(
            t, paper(full_vote(), (1, 2, 10), some.MOTHER, again=True)
        ),
        "ranking": lambda t: voting.ballot_screen(
            t, paper(full_vote(method=VoteMethod.RANKING), (10, 1), some.SON, again=True)
        ),
        "ranking, ended": lambda t: voting.ballot_screen(
            t, paper(full_vote(method=VoteMethod.RANKING), (10, 1, 9)[:RANKS], some.SON)
        ),
    },
    voting.review_screen: {
        "none of these": lambda t: voting.review_screen(t, paper(small_vote())),
        "one": lambda t: voting.review_screen(t, paper(small_vote(), (1,))),
        "five of ten": lambda t: voting.review_screen(
            t, paper(full_vote(), (6, 7, 8, 9, 10), some.MOTHER)
        ),
        "ranking": lambda t: voting.review_screen(
            t, paper(full_vote(method=VoteMethod.RANKING), (10, 9, 8), some.SON)
        ),
    },
    voting.copy_screen: {"full": lambda t: voting.copy_screen(t, full_vote())},
    voting.receipt_screen: {
        "accepted": lambda t: voting.receipt_screen(
            t,
            voting.Slip(full_vote(), some.RECEIPT, None),
            t("✅ Your vote is accepted. Thank you!"),
        ),
        "one of a household": lambda t: voting.receipt_screen(
            t,
            voting.Slip(full_vote(), some.RECEIPT, some.MOTHER),
            t("✅ Your vote is accepted. Thank you!"),
            [some.OWNER],
        ),
    },
    # --- results and news ---
    results.result_screen: {
        **{
            f"{count} voted": lambda t, count=count: results.result_screen(
                t, result(small_vote(VoteStatus.PUBLISHED), count, adults=400)
            )
            for count in some.COUNTS
        },
        "ranking": lambda t: results.result_screen(
            t, result(full_vote(method=VoteMethod.RANKING), some.COUNTS[-1])
        ),
        "full": lambda t: results.result_screen(t, FULL_RESULT),
    },
    results.word_screen: {"full": lambda t: results.word_screen(t, FULL_RESULT)},
    results.groups_screen: {
        "small": lambda t: results.groups_screen(t, result(small_vote(), 5)),
        "full": lambda t: results.groups_screen(t, FULL_RESULT),
        "no groups": lambda t: results.groups_screen(t, without_groups(FULL_RESULT)),
    },
    results.receipts_screen: {"full": lambda t: results.receipts_screen(t, FULL_RESULT)},
    news.announced_screen: {
        "full": lambda t: news.announced_screen(t, full_vote(VoteStatus.ANNOUNCED)),
        "too young": lambda t: news.announced_screen(
            t, small_vote(VoteStatus.ANNOUNCED), too_young=18
        ),
    },
    news.opened_screen: {
        "full": lambda t: news.opened_screen(t, full_vote()),
        "no money, too young": lambda t: news.opened_screen(t, small_vote(), too_young=18),
    },
    news.reminder_screen: {"full": lambda t: news.reminder_screen(t, full_vote())},
    news.cancelled_screen: {
        "full": lambda t: news.cancelled_screen(t, full_vote(VoteStatus.CANCELLED)),
        "no reason": lambda t: news.cancelled_screen(t, small_vote(VoteStatus.CANCELLED)),
    },
    news.closed_screen: {
        "nobody": lambda t: news.closed_screen(t, result(small_vote(), 0)),
        "full": lambda t: news.closed_screen(t, FULL_RESULT),
    },
}
