"""Who may do what where, how the right was passed on, and the journal of what staff did."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.schema import BigId, Model, Word


class Role(enum.StrEnum):
    MOBILIZER = "mobilizer"
    COORDINATOR = "coordinator"
    FEEDBACK_OFFICER = "feedback_officer"
    PROTECTION_FOCAL_POINT = "protection_focal_point"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"


class Grant(Model):
    """A role on a place and all below it (null: the whole country)."""

    __tablename__ = "role_grant"
    __table_args__ = (Index("ix_role_grant_account_id_revoked_at", "account_id", "revoked_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    role: Mapped[Role] = mapped_column(Word(Role))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    name: Mapped[str] = mapped_column(String(80), default="")
    """What staff call this person; the inviter writes it."""
    granted_by: Mapped[int | None] = mapped_column(BigInteger)
    granted_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[int | None] = mapped_column(BigInteger)


class Invitation(Model):
    """A one-time link to a role; only a hash of its token is kept."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the token, hex."""
    role: Mapped[Role] = mapped_column(Word(Role))
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    name: Mapped[str] = mapped_column(String(80), default="")
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    """Null: made on the command line."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[int | None] = mapped_column(BigInteger)


class JournalEntry(Model):
    """What somebody of staff did; triggers of the database refuse changes and deletions."""

    __tablename__ = "journal"
    __table_args__ = (
        Index("ix_journal_actor_id", "actor_id"),
        Index("ix_journal_subject_subject_id", "subject", "subject_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    """Null: the clock or the command line."""
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
