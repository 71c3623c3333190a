"""`simpul overlap REGION`: the findings for the inventory of a region in the database."""

from __future__ import annotations

from hub.app import open_instance
from hub.cli.console import exit_with_error
from hub.cli.overlap import OverlapFindings
from hub.cli.region_report import OPERATOR
from hub.exit_codes import ExitCode
from hub.settings import Settings
from resolvers import inventory_analysis, sharing
from resolvers.context import Context
from resolvers.operation_budget import OperationBudget


async def find_region_overlaps(settings: Settings, code: str) -> OverlapFindings:
    """Analyse a region's inventory as the API does; exit with an error if there is no such region."""
    async with open_instance(settings) as instance:
        context = Context(instance, OPERATOR, OperationBudget(bounded=False))
        region = await context.loaders.regions.load(code)
        if region is None:
            expected = "a .csv or .xlsx file, or the code of a region, as 32.11"
            exit_with_error(f"expected {expected}, got {code!r}", ExitCode.INPUT)
        read = await inventory_analysis.analyse_region_inventory(context, code)
        candidates = await sharing.find_reuse_candidates(context, region)
        offered = await context.loaders.applications.load_many([each.system for each in candidates])
    return OverlapFindings(
        title=region.name,
        listings=read.listings,
        inventory=read.inventory,
        tags=read.tags,
        clusters=read.clusters,
        crowds=(),
        candidates=candidates,
        names={each.id: each.name for each in offered if each is not None},
        sheet=None,
    )
