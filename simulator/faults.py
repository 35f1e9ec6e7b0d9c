"""What can be made to go wrong."""

from dataclasses import dataclass

FLOOD_RETRY_AFTER = 3
"""Seconds that a bot is told to wait while the `flood` fault is on."""


@dataclass(slots=True)
class Faults:
    """Switches, all off at first. A count instead of True means: only so many times.

    `slow_ms`            every call waits so long before it is carried out
    `lose_answers`       a call that changes something is carried out, its answer never arrives
    `duplicate_updates`  each update is delivered twice, with the same update_id
    `flood`              each call that sends a message is refused with 429
    `down`               every call gets the 502 page of Telegram's front server
    """

    slow_ms: int = 0
    lose_answers: bool | int = False
    duplicate_updates: bool = False
    flood: bool | int = False
    down: bool = False

    def loses_answer(self) -> bool:
        lost, self.lose_answers = _spend(self.lose_answers)
        return lost

    def floods(self) -> bool:
        flooded, self.flood = _spend(self.flood)
        return flooded

    def clear(self) -> None:
        self.slow_ms = 0
        self.lose_answers = self.duplicate_updates = self.flood = self.down = False


def _spend(switch: bool | int) -> tuple[bool, bool | int]:
    """Whether it happens now, and what remains of the switch."""
    if isinstance(switch, bool):
        return switch, switch
    return switch > 0, max(switch - 1, 0)
