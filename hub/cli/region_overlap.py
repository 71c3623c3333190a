"""`simpul overlap REGION`: the findings for the inventory of a region in the database."""

from __future__ import annotations

from gettext import gettext as _

from hub.cli.console import exit_with_error
from hub.cli.file_overlap import OverlapFindings
from hub.cli.region_queries import OPERATOR
from hub.exit_codes import ExitCode
from hub.instance import open_instance
from hub.settings import Settings
from resolvers import inventory_analysis, reuse
from resolvers.context import Context
from resolvers.operation_budget import OperationBudget


async def find_region_overlaps(settings: Settings, code: str) -> OverlapFindings:
    """Analyse a region's inventory as the API does; exit with an error for an unknown region."""
    async with open_instance(settings) as instance:
        context = Context(instance, OPERATOR, OperationBudget(bounded=False))
        region = await context.loaders.regions.load(code)
        if region is None:
            exit_with_error(
                _(
                    "expected a .csv or .xlsx file, or the code of a region, such as 32.11, got {code!r}"
                ).format(code=code),
                ExitCode.INPUT,
            )
        analysis = await inventory_analysis.analyse_region_inventory(context, code)
        candidates = await reuse.find_reuse_candidates(context, region)
        applications = await context.loaders.applications.load_many(
            [candidate.system for candidate in candidates]
        )
    return OverlapFindings(
        title=region.name,
        listings=analysis.listings,
        inventory=analysis.inventory,
        tags=analysis.tags,
        clusters=analysis.clusters,
        oversized=(),
        candidates=candidates,
        names={
            application.id: application.name
            for application in applications
            if application is not None
        },
        workbook=None,
    )
