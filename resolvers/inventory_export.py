"""Collects the applications of a region with the names that an exported file needs."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model import Application, ApplicationStatus, Opd, Region
from engine.spreadsheet.export_sheet import SheetNames, target_names_by_source
from resolvers.application import list_common_applications
from resolvers.context import Context
from resolvers.problems import NotFound
from resolvers.shipped_functions import filter_shipped_functions, functions_by_id


@dataclass(frozen=True, slots=True)
class RegionExport:
    """The applications of a region, in order of OPD and name, and the names that they refer to."""

    region: Region
    applications: tuple[Application, ...]
    opds: tuple[Opd, ...]  # those that exist, in order of name
    names: SheetNames
    digest: str  # changes whenever the inventory changes


async def load_region_export(
    context: Context, region_code: str, *, include_retired: bool = False
) -> RegionExport:
    """Return the applications of a region for an export.

    Raises:
        NotFound: there is no such region.
    """
    region = await context.loaders.regions.load(region_code)
    if region is None:
        raise NotFound("region", region_code)
    record = await context.loaders.inventories.load(region_code)
    opd_names = {opd.id: opd.name for opd in record.opds}
    functions = functions_by_id()
    applications = sorted(
        (
            application
            for application in record.applications
            if include_retired or application.status is not ApplicationStatus.RETIRED
        ),
        key=lambda application: (
            opd_names.get(application.opd or "", ""),
            application.name,
            application.id,
        ),
    )
    return RegionExport(
        region=region,
        applications=tuple(applications),
        opds=tuple(opd for opd in record.opds if opd.dissolved_reason is None),
        names=SheetNames(
            opds=opd_names,
            functions={
                application: functions[function].name
                for application, function in filter_shipped_functions(record.functions).items()
            },
            common_applications={
                application.id: application.name for application in list_common_applications()
            },
            integrated_with=target_names_by_source(record.integrations, record.applications),
        ),
        digest=record.digest,
    )


def list_function_names() -> list[str]:
    """Return the names of the shipped functions of applications, in alphabetical order."""
    return sorted(function.name for function in functions_by_id().values())
