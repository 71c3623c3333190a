"""Reads everything of a region's inventory that the plan of an import compares with, in bulk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.model import Application, ApplicationStatus, Integration, Opd, Region
from storage import application, function_correction, integration, inventory_import, opd
from storage.database import Session


@dataclass(frozen=True, slots=True)
class InventoryState:
    """The inventory of a region before an import, with retired applications and dissolved OPDs."""

    region: Region
    opds: tuple[Opd, ...]  # also dissolved ones, whose names lead to their successors
    applications: tuple[Application, ...]  # also retired ones
    integrations: tuple[Integration, ...]  # those of this region's log that are not withdrawn
    functions: Mapping[str, str] = field(default_factory=dict)  # assigned by people
    # The version and the reason of the applications that undone imports retired, by id.
    undone: Mapping[str, tuple[int, str]] = field(default_factory=dict)

    def is_undone(self, application: Application) -> bool:
        """Whether an application is retired because its import was undone, and only for that."""
        state = (application.version, application.retired_reason)
        is_retired = application.status is ApplicationStatus.RETIRED
        return is_retired and self.undone.get(application.id) == state


async def read_inventory_state(session: Session, region: Region) -> InventoryState:
    """Read the inventory of a region with one statement for each kind of row."""
    code = region.code
    applications = await application.list_applications_by_region(session, code)
    return InventoryState(
        region=region,
        opds=tuple(await opd.list_opds_by_region(session, code, include_dissolved=True)),
        applications=tuple(applications),
        integrations=tuple(await integration.list_integrations_in_log(session, code)),
        functions=await function_correction.corrected_functions(session, [code]),
        undone=await inventory_import.undone_applications(session, code),
    )
