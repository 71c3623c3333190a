"""The record of an import into a region's inventory, from which the import can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ImportedApplication:
    """An application that an import registered or changed, with its versions before and after."""

    application: str  # id
    row: int  # row number in the sheet, from 1
    before: int | None  # version before the import; None if the import registered it
    after: int


@dataclass(frozen=True, slots=True)
class InventoryImport:
    """An import of a file: what it registered and changed, by whom and when."""

    id: str
    region: str
    file_name: str
    by: str  # actor
    at: datetime
    applications: tuple[ImportedApplication, ...]
    integrations: tuple[str, ...] = ()  # ids of the integrations that it connected
    left: int = 0  # number of rows that were as in the inventory already
    refused: int = 0  # number of rows that were not written because of their problems
    undone_by: str | None = None  # actor; None while the import stands
    undone_at: datetime | None = None

    @property
    def registered_count(self) -> int:
        """The number of applications that the import registered."""
        return sum(application.before is None for application in self.applications)

    @property
    def changed_count(self) -> int:
        """The number of applications that the import changed."""
        return len(self.applications) - self.registered_count


def undo_reason(file_name: str) -> str:
    """Return the reason with which the undo of an import retires what it registered."""
    return f"impor {file_name} dibatalkan"
