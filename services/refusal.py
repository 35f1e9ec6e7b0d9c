"""How a service says no: a reason and parameters, never a sentence."""

import enum
from typing import Any


class Reason(enum.StrEnum):
    """Why something can't be done; the dialogues have words for each in every language."""

    OUTDATED = "outdated"
    NO_RIGHT = "no_right"
    NOT_FOUND = "not_found"
    VOTE_NOT_OPEN = "vote_not_open"
    VOTE_CLOSED = "vote_closed"
    VOTE_CANCELLED = "vote_cancelled"
    NOT_YOUR_VOTE = "not_your_vote"
    TOO_YOUNG = "too_young"
    NOTHING_CHOSEN = "nothing_chosen"
    TOO_MANY_CHOSEN = "too_many_chosen"
    VOTE_INCOMPLETE = "vote_incomplete"
    VOTE_MOVED_ON = "vote_moved_on"
    VOTE_UNCHANGEABLE = "vote_unchangeable"
    TOO_MANY_OPTIONS = "too_many_options"
    DATE_PASSED = "date_passed"
    DATE_TOO_FAR = "date_too_far"
    CLOSES_BEFORE_OPENING = "closes_before_opening"
    INVITATION_INVALID = "invitation_invalid"
    INVITATION_USED = "invitation_used"
    INVITATION_EXPIRED = "invitation_expired"
    INVITATION_OWN = "invitation_own"
    LAST_ADMINISTRATOR = "last_administrator"
    ALREADY_GRANTED = "already_granted"
    HOUSEHOLD_FULL = "household_full"
    NAME_TAKEN = "name_taken"
    PLACE_UNKNOWN = "place_unknown"
    TEXT_TOO_LONG = "text_too_long"
    TEXT_EMPTY = "text_empty"
    WRONG_KIND = "wrong_kind"
    NOT_A_NUMBER = "not_a_number"
    NOT_A_MOMENT = "not_a_moment"


class Refused(Exception):
    """A use case can't be carried out; nothing of it was kept."""

    def __init__(self, reason: Reason, **parameters: Any) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.parameters = parameters
