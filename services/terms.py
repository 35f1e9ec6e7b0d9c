"""The rules of the organisation that services go by; made from the settings in one place."""

from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

CONSENT_VERSION = "2026-11"
"""Changes when the text of the consent does; people are then asked anew."""


@dataclass(frozen=True, slots=True)
class Terms:
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Bishkek"))
    voting_age: int = 18
    household_limit: int = 4
    hide_below: int = 5
    """Published cells with fewer people are hidden."""
    reminder: timedelta = timedelta(hours=24)
    """How long before the closing an unfinished ballot is reminded of."""
    without_consent: timedelta = timedelta(days=1)
    """How long id and language are kept without a yes."""
    keep_sent: timedelta = timedelta(days=7)
    keep_drafts: timedelta = timedelta(days=30)
    bot_username: str = "ashar_bot"
    organisation_phone: str = ""

    def link(self, payload: str) -> str:
        """A deep link that opens the bot with `/start payload`."""
        return f"https://t.me/{self.bot_username}?start={payload}"
