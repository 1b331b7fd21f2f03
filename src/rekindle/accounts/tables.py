"""Users, and everything by which one is known: sessions, API keys, logins elsewhere, links in mails."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from rekindle.infra.db.base import Base, Json

OF_A_USER = "users.id"


class UserRow(Base):
    """Somebody. A deleted account keeps its row, without anything that says who it was: the ledger points at it."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("role IN ('guest', 'user', 'operator')", name="role"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str]
    plan: Mapped[str]
    email: Mapped[str | None] = mapped_column(unique=True)
    """Folded to lower case; None for guests and deleted accounts."""
    verified_at: Mapped[datetime | None]
    """When the owner of the address showed that it is theirs."""
    password: Mapped[str | None]
    """A hash that says how it was made; None for who logs in elsewhere."""
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    local_only: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether nothing of theirs may leave this machine."""


class IdentityRow(Base):
    """A login elsewhere: the subject of an OIDC issuer."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(OF_A_USER, ondelete="CASCADE"), index=True)
    issuer: Mapped[str]
    subject: Mapped[str]
    created_at: Mapped[datetime]


class SessionRow(Base):
    """A browser that is logged in."""

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(OF_A_USER, ondelete="CASCADE"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ApiKeyRow(Base):
    """A key for programs. `hint` is how it begins, so that its owner knows which it is."""

    __tablename__ = "api_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(OF_A_USER, ondelete="CASCADE"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    name: Mapped[str]
    hint: Mapped[str]
    scopes: Mapped[Json]
    """`{names: [...]}`"""
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class LinkRow(Base):
    """A link in a mail that proves an address or sets a new password. It works once."""

    __tablename__ = "mail_links"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(OF_A_USER, ondelete="CASCADE"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    purpose: Mapped[str]
    email: Mapped[str]
    """The address that it was sent to: it proves that one and no other."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
