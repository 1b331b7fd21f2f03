"""What was deleted, until no backup can hold it any more."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from rekindle.infra.db.base import Base


class TombstoneRow(Base):
    """An account or a photo that was deleted: its identifier and nothing else of it."""

    __tablename__ = "tombstones"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """`account` or `photo`."""
    at: Mapped[datetime] = mapped_column(index=True)
    file: Mapped[str | None] = mapped_column(index=True)
    """The file beside the photos that tells it, too; None until there is one."""
