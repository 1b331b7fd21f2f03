"""The mark of the files that belong to this database."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from rekindle.infra.db.base import Base


class FilesMarkRow(Base):
    """What the file with the mark has to say, and who wrote it where: one row for all processes."""

    __tablename__ = "files_mark"

    name: Mapped[str] = mapped_column(primary_key=True)
    mark: Mapped[str]
    written_by: Mapped[str]
    """The machine, and the place as its settings named it."""
    at: Mapped[datetime]
