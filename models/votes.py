"""Votes: what is asked, who took part, what was chosen; the last two are kept apart.

Turnout says who voted and through which channel. A ballot says what was chosen and knows no one:
while the vote is open it is found by HMAC(secret of the vote, resident), and at the close the
secret is destroyed. Both tables are ordered by their keys, never by the time of insertion.
"""

import enum
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.people import AgeBand, Sex
from models.schema import BigId, Model, Word


class VoteStatus(enum.StrEnum):
    DRAFT = "draft"
    ANNOUNCED = "announced"
    OPEN = "open"
    CLOSED = "closed"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class VoteMethod(enum.StrEnum):
    ONE = "one"
    SEVERAL = "several"
    """Up to `max_choices` options, all alike."""
    RANKING = "ranking"
    """First, second, third: 3, 2 and 1 points."""


class Channel(enum.StrEnum):
    BOT = "bot"
    ASSISTED = "assisted"


class TallyGroup(enum.StrEnum):
    """By what a tally is broken down; `sex` and `age` are never crossed."""

    ALL = "all"
    SEX = "sex"
    AGE = "age"
    VILLAGE = "village"


class Vote(Model):
    __tablename__ = "vote"
    __table_args__ = (Index("ix_vote_status_closes_at", "status", "closes_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    status: Mapped[VoteStatus] = mapped_column(Word(VoteStatus))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    """The village or aimak that is named on the screens; who votes is `vote_village`."""
    title_ky: Mapped[str] = mapped_column(String(150), default="")
    title_ru: Mapped[str] = mapped_column(String(150), default="")
    method: Mapped[VoteMethod] = mapped_column(Word(VoteMethod))
    max_choices: Mapped[int] = mapped_column(SmallInteger, default=1)
    budget: Mapped[int | None] = mapped_column(BigInteger)
    """Money allotted, in som."""
    opens_at: Mapped[datetime | None]
    """Null in a draft: opens when confirmed."""
    closes_at: Mapped[datetime | None]
    secret: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Finds a resident's ballot while the vote is open; destroyed at the close."""
    created_by: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    sealed_at: Mapped[datetime | None]
    """When single ballots were removed after the count."""
    cancel_reason_ky: Mapped[str | None] = mapped_column(Text)
    cancel_reason_ru: Mapped[str | None] = mapped_column(Text)
    word_ky: Mapped[str | None] = mapped_column(Text)
    """The mobilizer's word with the result."""
    word_ru: Mapped[str | None] = mapped_column(Text)

    options: Mapped[list["VoteOption"]] = relationship(
        order_by="VoteOption.position", lazy="raise", passive_deletes=True
    )

    def title(self, language: str) -> str:
        return self.title_ru if language == "ru" else self.title_ky


class VoteVillage(Model):
    """The villages whose residents vote, as they were when the vote was prepared."""

    __tablename__ = "vote_village"

    vote_id: Mapped[int] = mapped_column(
        ForeignKey("vote.id", ondelete="CASCADE"), primary_key=True
    )
    village_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True, index=True)


class VoteOption(Model):
    __tablename__ = "vote_option"
    __table_args__ = (Index("ix_vote_option_vote_id_position", "vote_id", "position"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("vote.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(SmallInteger)
    """From 1, unique in the vote; written into ballots."""
    title_ky: Mapped[str] = mapped_column(String(80))
    title_ru: Mapped[str] = mapped_column(String(80))
    description_ky: Mapped[str] = mapped_column(String(400), default="")
    description_ru: Mapped[str] = mapped_column(String(400), default="")
    cost: Mapped[int | None] = mapped_column(BigInteger)
    """In som."""
    people: Mapped[int | None] = mapped_column(Integer)
    """How many people it serves."""
    picture: Mapped[str | None] = mapped_column(String(200))
    """Telegram's file id."""
    voice_ky: Mapped[str | None] = mapped_column(String(200))
    voice_ru: Mapped[str | None] = mapped_column(String(200))

    def title(self, language: str) -> str:
        return self.title_ru if language == "ru" else self.title_ky

    def description(self, language: str) -> str:
        return self.description_ru if language == "ru" else self.description_ky

    def voice(self, language: str) -> str | None:
        return self.voice_ru if language == "ru" else self.voice_ky


class Turnout(Model):
    """That a resident voted, not when and not what."""

    __tablename__ = "turnout"
    __table_args__ = (
        Index("ix_turnout_resident_id", "resident_id"),
        {"sqlite_with_rowid": False},
    )

    vote_id: Mapped[int] = mapped_column(ForeignKey("vote.id"), primary_key=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), primary_key=True)
    channel: Mapped[Channel] = mapped_column(Word(Channel))
    village_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    sex: Mapped[Sex] = mapped_column(Word(Sex))
    age_band: Mapped[AgeBand] = mapped_column(Word(AgeBand))


class Ballot(Model):
    """What somebody chose; sex, age band and village are frozen as they were then."""

    __tablename__ = "ballot"
    __table_args__ = ({"sqlite_with_rowid": False},)

    vote_id: Mapped[int] = mapped_column(ForeignKey("vote.id"), primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    choice: Mapped[str] = mapped_column(String(32))
    """Positions of the options, by rank if ranked, parted by commas; empty: none of these."""
    village_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    sex: Mapped[Sex] = mapped_column(Word(Sex))
    age_band: Mapped[AgeBand] = mapped_column(Word(AgeBand))
    receipt: Mapped[str] = mapped_column(String(12))


class VoteReceipt(Model):
    """Receipts of a closed vote, parted from ballots: they prove "counted", never what."""

    __tablename__ = "vote_receipt"
    __table_args__ = ({"sqlite_with_rowid": False},)

    vote_id: Mapped[int] = mapped_column(ForeignKey("vote.id"), primary_key=True)
    receipt: Mapped[str] = mapped_column(String(12), primary_key=True)


class Tally(Model):
    """The count of a closed vote; a hidden cell keeps no figure."""

    __tablename__ = "tally"
    __table_args__ = (
        CheckConstraint("score IS NULL OR score >= 0", name="score"),
        {"sqlite_with_rowid": False},
    )

    vote_id: Mapped[int] = mapped_column(ForeignKey("vote.id"), primary_key=True)
    grouping: Mapped[TallyGroup] = mapped_column(Word(TallyGroup), primary_key=True)
    value: Mapped[str] = mapped_column(String(24), primary_key=True)
    """Which sex, age band or village id; empty for all."""
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    """The option's position, 0: none of these, -1: everybody who voted."""
    score: Mapped[int | None] = mapped_column(Integer)
    """Votes, or points of a ranking; null: hidden, because it would show single people."""
    firsts: Mapped[int | None] = mapped_column(Integer)
    """First places of a ranking."""
