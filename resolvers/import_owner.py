"""Finds the region and the OPD that a row names, as far as the viewer may write for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from engine.matching.opd_names import OpdNames
from engine.matching.region_names import RegionMatch
from engine.model import Application, Opd, Role, Viewer
from engine.plain_text import name_key
from engine.spreadsheet.application_values import ApplicationRow
from engine.spreadsheet.import_edits import ImportEdits
from engine.spreadsheet.sheet import SheetProblem, quote_cell
from facts.region import region_names
from facts.tables import opd_aliases
from resolvers.import_cell_problem import CellProblems, Code
from resolvers.inventory_state import InventoryState


@dataclass
class OwnerFinder:
    """Finds the owner of each row of one file."""

    inventory: InventoryState
    edits: ImportEdits
    viewer: Viewer
    cells: CellProblems
    _opds_by_text: dict[str, Opd | None] = field(default_factory=dict)
    _regions_by_text: dict[str, RegionMatch] = field(default_factory=dict)

    @cached_property
    def opd_names(self) -> OpdNames:
        """The names of the region's OPDs."""
        return OpdNames(self.inventory.opds, self.inventory.region.name, opd_aliases())

    @cached_property
    def default_opd(self) -> Opd | None:
        """The owner of rows that name no OPD: the only OPD of a viewer who works for one."""
        if self.viewer.role is not Role.OPD or len(self.viewer.opds) != 1:
            return None
        return self._opds.get(next(iter(self.viewer.opds)))

    def may_edit(self, opd: str | None) -> bool:
        """Whether the viewer may write applications of an OPD of the region."""
        return self.viewer.role is not Role.OPD or opd in self.viewer.opds

    def region_problem(self, row: ApplicationRow) -> SheetProblem | None:
        """Return the problem of a row that names another region, if any."""
        region, written = self.inventory.region, row.values.region
        if written in ("", region.code) or name_key(written) == name_key(region.name):
            return None
        if written not in self._regions_by_text:
            self._regions_by_text[written] = region_names().match(written)
        match = self._regions_by_text[written]
        meant = {match.code, *(candidate.code for candidate in match.candidates)}
        if region.code in meant and match.former_code_of is None:
            return None
        is_former_code = match.former_code_of == region.code
        return self.cells.problem(
            row,
            "region",
            Code.REGION_UNKNOWN if match.code is None else Code.OTHER_REGION,
            "the region {region}",
            quote_cell(written),
            is_blocking=not is_former_code,
            advice="{region} is its present code" if is_former_code else "",
            values={"region": region.code},
        )

    def find_owner(
        self, row: ApplicationRow, stated: Application | None
    ) -> tuple[str | None, SheetProblem | None]:
        """Return the id of the OPD that a row names, and the problem with it, if any.

        Args:
            stated: the application whose id the row has. It keeps its owner if the row names none,
                or if the row names it as it is on record, although others may have that name.
        """
        written = row.values.opd
        owner = None if stated is None or stated.opd is None else self._opds.get(stated.opd)
        is_named = owner is not None and name_key(written) == name_key(owner.name)
        if owner is not None and is_named and self.may_edit(owner.id):
            return owner.id, None
        if written not in self._opds_by_text:
            chosen = self._choices.get(name_key(written))
            by_name = self.opd_names.match(written) if written else self.default_opd
            self._opds_by_text[written] = by_name if chosen is None else self._opds.get(chosen)
        opd = self._opds_by_text[written]
        if opd is not None and self.may_edit(opd.id):
            return opd.id, None
        if opd is not None:
            expected = "an OPD for which you may write"
            return opd.id, self.cells.problem(
                row, "opd", Code.OPD_NOT_YOURS, expected, quote_cell(written)
            )
        if written:
            expected = "an OPD of region {region}, by name or acronym"
            values = {"region": self.inventory.region.code}
            return None, self.cells.problem(
                row, "opd", Code.OPD_UNKNOWN, expected, quote_cell(written), values=values
            )
        is_refused = self.viewer.role is Role.OPD
        if stated is not None:
            return None, None
        return None, self.cells.problem(
            row,
            "opd",
            Code.OPD_MISSING,
            "the name of an OPD",
            "nothing",
            is_blocking=is_refused,
        )

    @cached_property
    def _opds(self) -> dict[str, Opd]:
        existing_opds = (opd for opd in self.inventory.opds if opd.dissolved_reason is None)
        return {opd.id: opd for opd in existing_opds}

    @cached_property
    def _choices(self) -> dict[str, str]:
        return {name_key(choice.name): choice.opd for choice in self.edits.opds}
