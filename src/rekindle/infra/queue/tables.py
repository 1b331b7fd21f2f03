"""The tasks of the embedded queue."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from rekindle.infra.db.base import Base, Json


class TaskRow(Base):
    """A message that somebody has to work on; gone when it is done."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index("ix_tasks_rank_created_at", "rank", "created_at"),
        Index("ix_tasks_lane_rank", "lane", "rank"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    payload: Mapped[Json]
    priority: Mapped[int]
    rank: Mapped[int] = mapped_column(server_default="0")
    """Who is next: the lowest (infra/queue/order.py)."""
    lane: Mapped[str | None]
    """Whose it is, as far as turns go."""
    kind: Mapped[str] = mapped_column(server_default="photos")
    baggage: Mapped[Json | None]
    available_at: Mapped[datetime]
    """When it may be handed out: in the future while it is leased or put off."""
    lease: Mapped[UUID | None]
    deliveries: Mapped[int]
    created_at: Mapped[datetime]
