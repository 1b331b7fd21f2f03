"""What limits remember that are counted in the database."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from rekindle.infra.db.base import Base, Json


class LimitCountRow(Base):
    """What was taken under one key of one limit; it counts nothing any more from `whole_at` on."""

    __tablename__ = "limit_counts"

    name: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    taken: Mapped[Json]
    """`{at: [...]}`: moments in microseconds, as `rules.py` keeps them."""
    whole_at: Mapped[datetime]
