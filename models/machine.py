"""What the machine needs to lose nothing: seen updates, drafts, the outbox, media, broadcasts."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, SmallInteger, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.schema import BigId, Model, Utc, Word


class ProcessedUpdate(Model):
    """An update of Telegram that has been carried out; a repeat of it is dropped."""

    __tablename__ = "processed_update"

    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Utc, index=True)


class Draft(Model):
    """What somebody has filled in so far; `token` tells the present draft from buttons of older."""

    __tablename__ = "draft"
    __table_args__ = (
        Index("ix_draft_form", "form"),
        Index("ix_draft_touched_at", "touched_at"),
    )

    account_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    form: Mapped[str] = mapped_column(String(40), primary_key=True)
    token: Mapped[str] = mapped_column(String(8))
    step: Mapped[str] = mapped_column(String(24))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    touched_at: Mapped[datetime]


class Lane(enum.IntEnum):
    REPLY = 0
    BULK = 1


class Outbox(Model):
    """A call of the Bot API that is to be made; a sent row keeps no payload."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_waiting",
            "lane",
            "id",
            sqlite_where=text("sent_at IS NULL AND error IS NULL"),
            postgresql_where=text("sent_at IS NULL AND error IS NULL"),
        ),
        Index(
            "ix_outbox_chat_waiting",
            "chat_id",
            "lane",
            "id",
            sqlite_where=text("sent_at IS NULL AND error IS NULL"),
            postgresql_where=text("sent_at IS NULL AND error IS NULL"),
        ),
        Index("ix_outbox_chat_id", "chat_id"),
        Index("ix_outbox_created_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """Grows with time, so that it is the order within a chat (`services.outbox.next_id`)."""
    chat_id: Mapped[int] = mapped_column(BigInteger)
    method: Mapped[str] = mapped_column(String(32))
    payload: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
    )
    lane: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(200))
    campaign_id: Mapped[int | None] = mapped_column(BigInteger)
    ballot_of: Mapped[int | None] = mapped_column(BigInteger)
    """The vote of which it shows somebody's unsent choice: blanked when that is over."""


class Media(Model):
    """A file that Telegram already has, by what it shows: sent again without an upload."""

    __tablename__ = "media"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    file_id: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]


class CampaignStatus(enum.StrEnum):
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class Campaign(Model):
    """One message to many: who comes next is `cursor`, so memory stays flat and nobody is twice."""

    __tablename__ = "campaign"
    __table_args__ = (Index("ix_campaign_status", "status"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[CampaignStatus] = mapped_column(Word(CampaignStatus))
    cursor: Mapped[int] = mapped_column(BigInteger, default=0)
    """The greatest account id that is served."""
    total: Mapped[int] = mapped_column(Integer, default=0)
    """Rows handed to the outbox so far."""
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    finished_at: Mapped[datetime | None]
