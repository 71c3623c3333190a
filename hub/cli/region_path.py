"""`simpul path` for a region of the database."""

from __future__ import annotations

from engine.model import AssessmentKind
from engine.path.path import cheapest_plan
from hub.app import opened
from hub.cli.console import fail
from hub.cli.path_report import Planned, Wish, valued
from hub.cli.region_report import OPERATOR
from hub.exit_codes import Exit
from hub.settings import Settings
from resolvers import path as resolved
from resolvers.context import Context
from resolvers.operation_budget import OperationBudget
from resolvers.problems import InvalidArgument


async def of_region(settings: Settings, code: str, wish: Wish) -> Planned:
    """Plan for a region from what the API plans from, or end with what is wrong.

    These are its newest levels, else the levels that were estimated of its published figures.
    """
    async with opened(settings) as instance:
        context = Context(instance, OPERATOR, OperationBudget(bounded=False))
        if await context.loaders.regions.load(code) is None:
            expected = "the code of a region, as 32.11, or a .csv file of levels"
            fail(f"expected {expected}, got {code!r}", Exit.INPUT)
        try:
            path = await resolved.find_path_to_target(
                context,
                code,
                resolved.PathRequest(wish.target, wish.buffer, wish.years, wish.lock, wish.refuse),
                AssessmentKind.SELF,
                None,
            )
        except InvalidArgument as invalid:
            fail(str(invalid), Exit.INPUT)
    if path is None:
        fail(f"{code}: expected levels or published figures to plan from, got none", Exit.STATE)
    origin = path.origin
    if origin.instrument.id != wish.instrument:
        found = f"{origin.assessment.year} by {origin.instrument.id}"
        fail(f"--instrument: the newest levels of {code} are of {found}", Exit.INPUT)
    plan = path.result
    if wish.effort is not None:
        situation = valued(path.situation, wish.effort)
        plan = cheapest_plan(situation, plan.request)
    return Planned(origin.instrument, plan, origin.assessment)
