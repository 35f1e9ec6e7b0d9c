"""Accounts of Telegram and the residents of a village who use them."""

import enum
from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.schema import BigId, Model, Word


class Sex(enum.StrEnum):
    FEMALE = "female"
    MALE = "male"
    UNSAID = "unsaid"


class AgeBand(enum.StrEnum):
    UNDER_18 = "0-17"
    YOUTH = "18-28"
    ADULT = "29-45"
    MIDDLE = "46-59"
    ELDERLY = "60+"
    UNSAID = "unsaid"


class Account(Model):
    """A Telegram user. Before consent only the id, the language and the time are known."""

    __tablename__ = "account"
    __table_args__ = (
        Index(
            "ix_account_undecided",
            "seen_at",
            sqlite_where=text("consent_at IS NULL"),
            postgresql_where=text("consent_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """Telegram's user id."""
    language: Mapped[str | None] = mapped_column(String(2))
    consent_version: Mapped[str | None] = mapped_column(String(16))
    consent_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    unreachable_at: Mapped[datetime | None]
    """Since when Telegram refuses messages to it (blocked, deactivated)."""
    mute_votes: Mapped[bool] = mapped_column(Boolean, default=False, server_default="0")


class Resident(Model):
    """A person of a village; several may share one account, and one without a phone has none.

    A forgotten resident keeps only village, sex, age band and the day on which it was made, so that
    closed counts stay whole.
    """

    __tablename__ = "resident"
    __table_args__ = (Index("ix_resident_village_id_account_id", "village_id", "account_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("account.id", ondelete="SET NULL"), index=True
    )
    village_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    sex: Mapped[Sex | None] = mapped_column(Word(Sex))
    """Null until asked."""
    age_band: Mapped[AgeBand | None] = mapped_column(Word(AgeBand))
    label: Mapped[str | None] = mapped_column(String(40))
    """How the household calls this person; null for the phone's owner."""
    created_at: Mapped[datetime]
