"""GraphQL types for the path to a target."""

from __future__ import annotations

from enum import Enum
from fractions import Fraction
from typing import Annotated

import strawberry

from engine import model
from engine.path import plan
from resolvers import path as resolved
from schema.assessment import Assessment
from schema.descriptions import NOT_COMPUTED
from schema.enums import AssessmentKind
from schema.figure import Figure
from schema.info import Info
from schema.instrument import indicator_names
from schema.plan import (
    POINTS,
    BrokenPrecedence,
    CostPoint,
    ExcludedStep,
    MaintainedLevel,
    PathStep,
    PathYear,
    UnreachableTarget,
)
from schema.rule_table import RuleTableReference
from schema.scalars import Decimal, exact_decimal


@strawberry.enum(description="Whether a path to the target exists.")
class PathOutcome(Enum):
    FOUND = strawberry.enum_value(
        "FOUND", description="The steps lead to the target, or it is already reached."
    )
    UNREACHABLE = strawberry.enum_value(
        "UNREACHABLE",
        description="The target cannot be reached; `unreachable` states how far the index can "
        "rise.",
    )
    NO_LEVELS = strawberry.enum_value(
        "NO_LEVELS",
        description="There are no levels to start from: the viewer may read no assessment with "
        "levels, and no levels can be estimated from published values of domains.",
    )


@strawberry.input(description="A target, and the conditions that a path to it must meet.")
class PathInput:
    target: Decimal = strawberry.field(
        description="The index to reach: above the lowest level of the instrument, up to its "
        "highest. Together with `buffer` it may be out of reach although the target itself is not; "
        "`unreachable.reachesTarget` then says so."
    )
    buffer: Decimal = strawberry.field(
        default=Decimal("0.1"),
        description="A margin in index points that is added to the target, for levels that may "
        "fall or may not be accepted; from 0 to 1.",
    )
    years: int = strawberry.field(
        default=1,
        description="The number of years over which the steps are distributed, from 1 to 3. The "
        "hardest year becomes as light as possible.",
    )
    must_rise: list[int] | None = strawberry.field(
        default=None,
        description="Numbers of indicators that must rise by one level or more. They must be below "
        "their highest level. Null requires none.",
    )
    exclude: list[int] | None = strawberry.field(
        default=None,
        description="Numbers of indicators that must not rise. None of them may be in `mustRise`. "
        "Null excludes none.",
    )
    kind: AssessmentKind = strawberry.field(
        default=model.AssessmentKind.SELF,
        description="The kind of assessment whose levels the path starts from. If the viewer may "
        "read none of this kind, the path starts from an official result. The newest assessment "
        "may be an unfinished draft, in which indicators without a claim count at the lowest "
        "level: see `origin.state` and `unclaimedIndicators`.",
    )
    year: int | None = strawberry.field(
        default=None,
        description="The calendar year of the assessment that the path starts from. Null takes the "
        "newest.",
    )


@strawberry.type(
    description="The steps with the least effort to a target. Every step is assumed to succeed; "
    "`Region.outlook` states how often regions reached a target within a year."
)
class UpgradePath:
    outcome: PathOutcome = strawberry.field(
        description="Whether there is a path. Without one, only the fields about the reason have "
        "values."
    )
    is_estimated: bool = strawberry.field(
        description="Whether the levels that the path starts from are estimated from published "
        "figures, because no levels are published. Such a path is an example; "
        "`Region.estimatedProfile` states how uncertain the levels are."
    )
    origin: Assessment | None = strawberry.field(
        default=None,
        description="The assessment or published result that the path starts from. Null if there "
        "are no levels.",
    )
    index_before: Figure | None = strawberry.field(
        default=None, description="The index of the origin. Null if there are no levels."
    )
    index_after: Figure | None = strawberry.field(
        default=None,
        description="The index after all steps: the target with its buffer, or more. Null if there "
        "is no path.",
    )
    predicate_before: str | None = strawberry.field(
        default=None, description="The predicate of `indexBefore`. Null if there is no path."
    )
    predicate_after: str | None = strawberry.field(
        default=None, description="The predicate of `indexAfter`. Null if there is no path."
    )
    steps: list[PathStep] = strawberry.field(
        default_factory=list,
        description="The steps, ordered by year, indicator and level; fewer than 200. Empty if the "
        "target is already reached, or if there is no path.",
    )
    years: list[PathYear] = strawberry.field(
        default_factory=list,
        description="The years of the path, at most 3. Empty if there is no path.",
    )
    effort: Decimal | None = strawberry.field(
        default=None,
        description=f"The effort of all steps without penalties, {POINTS}. Null if there is no "
        "path.",
    )
    penalty: Decimal | None = strawberry.field(
        default=None,
        description=f"The sum of the penalties of `brokenPrecedences`, {POINTS}. Null if there is "
        "no path.",
    )
    broken_precedences: list[BrokenPrecedence] = strawberry.field(
        default_factory=list,
        description="The recommended orders that the path does not follow; fewer than 100.",
    )
    levels_to_maintain: list[MaintainedLevel] = strawberry.field(
        default_factory=list,
        description="The levels that the path relies on without raising them, the highest first; "
        "at most one per indicator.",
    )
    is_proven: bool = strawberry.field(
        description="Whether the result is proven: no other steps have less effort and penalties "
        "together or, for an unreachable target, no steps reach it. False if there are no levels.",
    )
    lower_bound: Decimal | None = strawberry.field(
        default=None,
        description="The least effort and penalties together that any path to the target can have, "
        f"{POINTS}. Null if there is no path.",
    )
    unclaimed_indicators: list[int] = strawberry.field(
        default_factory=list,
        description="The numbers of the indicators without a claimed level, which count at the "
        "lowest level; at most all of the instrument.",
    )
    effort_scale: RuleTableReference | None = strawberry.field(
        default=None,
        description="The table with the default efforts. Null if there are no levels.",
    )
    is_effort_assumed: bool = strawberry.field(
        default=False,
        description="Whether the effort of at least one step is a default that Simpul assumes, "
        "because no figures are published.",
    )
    precedence_rules: RuleTableReference | None = strawberry.field(
        default=None,
        description="The table with the recommended orders. Null if there are no levels.",
    )
    inputs_hash: str | None = strawberry.field(
        default=None,
        description="A SHA-256 hash, in hexadecimal, of everything that the result is computed "
        "from. The same inputs give the same result. Null if there are no levels.",
    )
    unreachable: UnreachableTarget | None = strawberry.field(
        default=None,
        description="How far the index can rise. Null unless `outcome` is UNREACHABLE.",
    )
    _path: strawberry.Private[resolved.PlannedPath | None]

    @strawberry.field(
        description="The cheapest path that leaves out at least one step of this path, and of each "
        "path before it in a chain of `nextBest`, which may be 5 deep. Null if there is none. It "
        f"counts as one search. {NOT_COMPUTED}"
    )
    async def next_best(self, info: Info) -> UpgradePath | None:
        if self._path is None:
            return None
        path = await resolved.next_best_path(info.context, self._path)
        return None if path is None else upgrade_path(path)

    @strawberry.field(
        description="What it would cost to exclude each of the first steps that the input does not "
        f"require. It counts as one search for each step. Empty if there is no path. {NOT_COMPUTED}"
    )
    async def exclusions(
        self,
        info: Info,
        step_count: Annotated[
            int,
            strawberry.argument(description="The number of steps to examine, from 1 to 10."),
        ] = 5,
    ) -> list[ExcludedStep] | None:
        if self._path is None:
            return []
        exclusions = await resolved.path_exclusions(info.context, self._path, step_count)
        return [ExcludedStep.from_model(exclusion) for exclusion in exclusions]

    @strawberry.field(
        description="The cost of other targets under the same conditions: every tenth of a point "
        "above the present index, and the thresholds of predicates; at most 50. It counts as 40 "
        f"searches. Empty if there are no levels. {NOT_COMPUTED}"
    )
    async def cost_curve(self, info: Info) -> list[CostPoint] | None:
        if self._path is None:
            return []
        points = await resolved.path_cost_curve(info.context, self._path)
        return [CostPoint.from_model(point) for point in points]


@strawberry.type
class RegionPath:
    """The field of Region for its path to a target."""

    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description="The steps with the least effort to a target. They start from the newest "
        "levels of the given kind that the viewer may read, or else from the newest official "
        "result, whose levels are estimated if only figures are published. It counts as one "
        f"search; an operation may use 100 searches. {NOT_COMPUTED}"
    )
    async def path_to_target(
        self,
        info: Info,
        input: Annotated[
            PathInput, strawberry.argument(description="The target and the conditions.")
        ],
    ) -> UpgradePath | None:
        request = resolved.PathRequest(
            Fraction(input.target),
            Fraction(input.buffer),
            input.years,
            tuple(input.must_rise or ()),
            tuple(input.exclude or ()),
        )
        path = await resolved.find_path_to_target(
            info.context, self._value.code, request, input.kind, input.year
        )
        return upgrade_path(path)


def upgrade_path(path: resolved.PlannedPath | None) -> UpgradePath:
    """Return the GraphQL type of a plan, or of the reason why there is none."""
    if path is None:
        return UpgradePath(
            outcome=PathOutcome.NO_LEVELS, is_estimated=False, is_proven=False, _path=None
        )
    result = path.result
    if isinstance(result, plan.UnreachableTarget):
        return _unreachable_path(path, result)
    names = indicator_names(path.situation.instrument.id)
    return UpgradePath(
        outcome=PathOutcome.FOUND,
        is_estimated=result.is_estimated,
        origin=Assessment.from_model(path.origin.assessment, path.origin.score),
        index_before=Figure.from_fraction(result.index_before),
        index_after=Figure.from_fraction(result.index_after),
        predicate_before=result.predicate_before,
        predicate_after=result.predicate_after,
        steps=[PathStep.from_model(step, names[step.id.indicator]) for step in result.steps],
        years=[PathYear.from_model(year) for year in result.years],
        effort=exact_decimal(result.effort),
        penalty=exact_decimal(result.penalty),
        broken_precedences=[BrokenPrecedence.from_model(rule) for rule in result.broken_rules],
        levels_to_maintain=[
            MaintainedLevel.from_model(level, names[level.indicator])
            for level in result.maintained_levels
        ],
        is_proven=True,
        lower_bound=exact_decimal(result.effort + result.penalty),
        unclaimed_indicators=list(result.unclaimed),
        effort_scale=RuleTableReference.from_id_and_version(*result.effort_scale),
        is_effort_assumed=result.effort_assumed,
        precedence_rules=RuleTableReference.from_id_and_version(*result.precedence_rules),
        inputs_hash=result.inputs_hash,
        _path=path,
    )


def _unreachable_path(path: resolved.PlannedPath, result: plan.UnreachableTarget) -> UpgradePath:
    effort, rules = path.situation.effort, path.situation.precedence
    return UpgradePath(
        outcome=PathOutcome.UNREACHABLE,
        is_estimated=path.situation.estimated,
        origin=Assessment.from_model(path.origin.assessment, path.origin.score),
        index_before=Figure.from_fraction(result.index_before),
        is_proven=True,
        unclaimed_indicators=[
            indicator.number
            for indicator in path.situation.instrument.indicators
            if indicator.number not in path.situation.levels
        ],
        effort_scale=RuleTableReference.from_id_and_version(effort.id, effort.version),
        precedence_rules=RuleTableReference.from_id_and_version(rules.id, rules.version),
        inputs_hash=result.inputs_hash,
        unreachable=UnreachableTarget.from_model(result),
        _path=path,
    )
