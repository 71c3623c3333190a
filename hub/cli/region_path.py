"""`simpul path REGION`: the path to a target for a region in the database."""

from __future__ import annotations

from gettext import gettext as _

from engine.model import AssessmentKind
from engine.path.planning import cheapest_plan
from hub.cli.console import exit_with_error
from hub.cli.known_messages import translate_refusal
from hub.cli.path_report import PathOptions, PathResult, apply_effort_option
from hub.cli.region_queries import OPERATOR
from hub.exit_codes import ExitCode
from hub.instance import open_instance
from hub.settings import Settings
from resolvers import path as path_resolver
from resolvers.context import Context
from resolvers.operation_budget import OperationBudget
from resolvers.problems import InvalidArgument


async def plan_region_path(settings: Settings, code: str, options: PathOptions) -> PathResult:
    """Return the plan for a region; exit with an error if there is nothing to plan from.

    As in the API, it starts from the newest levels, or else from levels that are estimated from the
    region's published figures.
    """
    async with open_instance(settings) as instance:
        context = Context(instance, OPERATOR, OperationBudget(bounded=False))
        if await context.loaders.regions.load(code) is None:
            exit_with_error(
                _(
                    "expected the code of a region, such as 32.11, or a .csv file of levels, got {code!r}"
                ).format(code=code),
                ExitCode.INPUT,
            )
        try:
            path = await path_resolver.find_path_to_target(
                context,
                code,
                path_resolver.PathRequest(
                    options.target,
                    options.buffer,
                    options.years,
                    options.must_rise,
                    options.exclude,
                ),
                AssessmentKind.SELF,
                None,
            )
        except InvalidArgument as invalid:
            exit_with_error(translate_refusal(str(invalid)), ExitCode.INPUT)
    if path is None:
        exit_with_error(
            _("{code}: expected levels or published figures to plan from, got none").format(
                code=code
            ),
            ExitCode.STATE,
        )
    origin = path.origin
    if origin.instrument.id != options.instrument:
        exit_with_error(
            _("--instrument: the newest levels of {code} are of {year} by {instrument}").format(
                code=code, year=origin.assessment.year, instrument=origin.instrument.id
            ),
            ExitCode.INPUT,
        )
    plan = path.result
    if options.effort is not None:
        situation = apply_effort_option(path.situation, options.effort)
        plan = cheapest_plan(situation, plan.request)
    return PathResult(origin.instrument, plan, origin.assessment)
