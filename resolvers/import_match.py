"""Finds the application of the inventory that a row means."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from engine.identifier import entity_id, parse_entity_id
from engine.model import Application, ApplicationStatus
from engine.plain_text import name_key
from engine.spreadsheet.application_values import ApplicationRow
from engine.spreadsheet.sheet import SheetProblem, quote_cell
from resolvers.import_cell_problem import CellProblems, Code
from resolvers.inventory_state import InventoryState


@dataclass
class ApplicationMatcher:
    """Finds applications by id, else by OPD and name, else by name and address.

    Attributes:
        stated_ids: the ids in the file; other rows do not match their applications by name.
    """

    inventory: InventoryState
    cells: CellProblems
    stated_ids: frozenset[str]

    def find_stated(self, id: str) -> Application | None:
        """Return the application of the inventory with the id in a row, if there is one."""
        return self._by_id.get(id)

    def match(
        self, row: ApplicationRow, opd: str | None
    ) -> tuple[Application | None, SheetProblem | None]:
        """Return the application that a row means, and the problem with its id, if any."""
        id, region = row.values.id, self.inventory.region.code
        if not id:
            return self._match_name(row, opd), None
        if id in self._by_id:
            return self._by_id[id], None
        parsed = parse_entity_id(id)
        if parsed is not None and parsed.kind == "application":
            return None, self.cells.problem(
                row,
                "id",
                Code.ID_UNKNOWN,
                "the id of an application of region {region}",
                quote_cell(id),
                advice="leave the cell empty to add the application",
                values={"region": region},
            )
        return self._match_name(row, opd), self.cells.problem(
            row,
            "id",
            Code.ID_UNKNOWN,
            "an id that Simpul gave, such as {example}",
            quote_cell(id),
            is_blocking=False,
            values={"example": entity_id(region, "application", "…")},
        )

    def _match_name(self, row: ApplicationRow, opd: str | None) -> Application | None:
        namesakes = [
            application
            for application in self._by_name.get(name_key(row.values.name), ())
            if application.id not in self.stated_ids
        ]
        for application in namesakes:
            if application.opd == opd:
                return application
        address = _address_key(row.values.url)
        same_address = [
            application
            for application in namesakes
            if (application.opd is None or opd is None)
            and address
            and _address_key(application.url) == address
        ]
        return same_address[0] if len(same_address) == 1 else None

    @cached_property
    def _by_id(self) -> dict[str, Application]:
        return {application.id: application for application in self.inventory.applications}

    @cached_property
    def _by_name(self) -> dict[str, list[Application]]:
        """The applications by name; those in use come first, then those of undone imports."""
        by_name: dict[str, list[Application]] = defaultdict(list)
        for application in self.inventory.applications:
            by_name[name_key(application.name)].append(application)
        for applications in by_name.values():
            applications.sort(
                key=lambda application: (
                    application.status is ApplicationStatus.RETIRED,
                    not self.inventory.is_undone(application),
                )
            )
        return by_name


def _address_key(url: str | None) -> str:
    """Return an address without scheme, `www.` and a final slash, in lower case."""
    address = (url or "").strip().casefold()
    address = address.removeprefix("https://").removeprefix("http://")
    return address.removeprefix("www.").rstrip("/")
