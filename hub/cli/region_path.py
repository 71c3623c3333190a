"""`simpul path REGION`: the path to a target for a region in the database."""

from __future__ import annotations

from engine.model import AssessmentKind
from engine.path.path import cheapest_plan
from hub.app import open_instance
from hub.cli.console import exit_with_error
from hub.cli.path_report import PathOptions, PathResult, apply_effort_option
from hub.cli.region_report import OPERATOR
from hub.exit_codes import ExitCode
from hub.settings import Settings
from resolvers import path as resolved
from resolvers.context import Context
from resolvers.operation_budget import OperationBudget
from resolvers.problems import InvalidArgument


async def plan_region_path(settings: Settings, code: str, wish: PathOptions) -> PathResult:
    """Return the plan for a region; exit with an error if there is nothing to plan from.

    As in the API, it starts from the newest levels, or else from levels that are estimated from the
    region's published figures.
    """
    async with open_instance(settings) as instance:
        context = Context(instance, OPERATOR, OperationBudget(bounded=False))
        if await context.loaders.regions.load(code) is None:
            expected = "the code of a region, as 32.11, or a .csv file of levels"
            exit_with_error(f"expected {expected}, got {code!r}", ExitCode.INPUT)
        try:
            path = await resolved.find_path_to_target(
                context,
                code,
                resolved.PathRequest(wish.target, wish.buffer, wish.years, wish.lock, wish.refuse),
                AssessmentKind.SELF,
                None,
            )
        except InvalidArgument as invalid:
            exit_with_error(str(invalid), ExitCode.INPUT)
    if path is None:
        exit_with_error(
            f"{code}: expected levels or published figures to plan from, got none", ExitCode.STATE
        )
    origin = path.origin
    if origin.instrument.id != wish.instrument:
        found = f"{origin.assessment.year} by {origin.instrument.id}"
        exit_with_error(f"--instrument: the newest levels of {code} are of {found}", ExitCode.INPUT)
    plan = path.result
    if wish.effort is not None:
        situation = apply_effort_option(path.situation, wish.effort)
        plan = cheapest_plan(situation, plan.request)
    return PathResult(origin.instrument, plan, origin.assessment)
