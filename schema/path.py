"""GraphQL types for the path to a target."""

from __future__ import annotations

from enum import Enum

import strawberry

from engine import model
from engine.decimals import format_exact
from engine.path import plan
from resolvers import path as resolved
from schema.descriptions import NOT_COMPUTED
from schema.enums import AssessmentKind
from schema.figure import Figure
from schema.info import Info
from schema.instrument import Instrument, schema_instrument
from schema.plan import (
    BrokenPrecedence,
    CostPoint,
    DeclaredScale,
    HeldLevel,
    StepRefusal,
    UnreachableTarget,
    UpgradeStep,
    UpgradeYear,
)


@strawberry.enum(description="Whether there is a path.")
class PathOutcome(Enum):
    FOUND = "FOUND"
    UNREACHABLE = strawberry.enum_value("UNREACHABLE", description="See `unreachable`.")
    NO_LEVELS = strawberry.enum_value(
        "NO_LEVELS",
        description="No visible assessment has levels, and no published domain values tell which "
        "could lie behind them: nothing is known to start from.",
    )


@strawberry.type(description="The assessment or published result whose levels a path starts from.")
class PathOrigin:
    assessment: strawberry.ID
    instrument: Instrument
    year: int
    kind: AssessmentKind
    estimated: bool = strawberry.field(
        description="True: nobody claimed the levels, they only print the published figures. See "
        "`Region.estimatedProfile` for how open they are."
    )


@strawberry.type(
    description="The steps with the least effort to a target. A step is taken as certain; what "
    "regions really reached in a year is told by `Region.outlook`."
)
class UpgradePath:
    outcome: PathOutcome
    estimated: bool = strawberry.field(
        description="True: the levels it starts from are ESTIMATED, so it is an example of a path."
    )
    origin: PathOrigin | None = strawberry.field(
        default=None, description="Null where there are no levels."
    )
    index_before: Figure | None = None
    index_after: Figure | None = None
    predicate_before: str | None = None
    predicate_after: str | None = None
    steps: list[UpgradeStep] = strawberry.field(
        default_factory=list, description="By year, indicator and level."
    )
    years: list[UpgradeYear] = strawberry.field(default_factory=list)
    effort: str | None = strawberry.field(
        default=None, description="Of all steps, without penalties."
    )
    penalty: str | None = strawberry.field(default=None, description="Of the broken precedences.")
    broken: list[BrokenPrecedence] = strawberry.field(default_factory=list)
    hold: list[HeldLevel] = strawberry.field(
        default_factory=list, description="Highest first: the hardest to keep."
    )
    proven: bool = strawberry.field(
        description="No other set of steps costs less with penalties; of an unreachable target: "
        "no set reaches it."
    )
    at_least: str | None = strawberry.field(
        default=None, description="Proven lower bound of effort and penalties together."
    )
    unclaimed: list[int] = strawberry.field(
        default_factory=list,
        description="Indicators that count at the lowest level because none is claimed.",
    )
    effort_scale: DeclaredScale | None = None
    effort_assumed: bool = strawberry.field(
        default=True,
        description="An effort is the declared default: an assumption of ours.",
    )
    precedence_rules: DeclaredScale | None = None
    inputs: str | None = strawberry.field(
        default=None, description="SHA-256 of all it was computed from."
    )
    unreachable: UnreachableTarget | None = strawberry.field(
        default=None, description="Why there is no path; null where there is one."
    )
    _path: strawberry.Private[resolved.PlannedPath | None]

    @strawberry.field(
        description="The cheapest path that leaves out a step of this one, and so on, 5 deep at "
        "most; null where there is none. A search of its own."
    )
    async def next_best(self, info: Info) -> UpgradePath | None:
        if self._path is None:
            return None
        path = await resolved.next_best_path(info.context, self._path)
        return None if path is None else upgrade_path(path)

    @strawberry.field(
        description="What refusing each of the `first` steps (10 at most) costs: a search per step."
    )
    async def refusals(self, info: Info, first: int = 5) -> list[StepRefusal]:
        if self._path is None:
            return []
        refusals = await resolved.path_refusals(info.context, self._path, first)
        return [StepRefusal.from_model(refusal) for refusal in refusals]

    @strawberry.field(
        description="What every tenth and predicate above the present index takes: a search each."
    )
    async def cost_curve(self, info: Info) -> list[CostPoint]:
        if self._path is None:
            return []
        points = await resolved.path_cost_curve(info.context, self._path)
        return [CostPoint.from_model(point) for point in points]


@strawberry.type
class RegionPath:
    """The field of Region for its path to a target."""

    _value: strawberry.Private[model.Region]

    @strawberry.field(
        description="The cheapest steps to a target from the newest levels of that kind which the "
        "viewer may see; else from the official ones, which are ESTIMATED where only figures are "
        "published. `locked` indicators rise by a level at least, `refused` ones stay. `buffer`: 0 "
        "to 1, `years`: 1 to 3. " + NOT_COMPUTED
    )
    async def path_to_target(
        self,
        info: Info,
        target: float,
        buffer: float = 0.1,
        years: int = 1,
        locked: list[int] | None = None,
        refused: list[int] | None = None,
        kind: AssessmentKind = model.AssessmentKind.SELF,
        year: int | None = None,
    ) -> UpgradePath | None:
        request = resolved.PathRequest(
            target, buffer, years, tuple(locked or ()), tuple(refused or ())
        )
        return upgrade_path(
            await resolved.find_path_to_target(info.context, self._value.code, request, kind, year)
        )


def upgrade_path(path: resolved.PlannedPath | None) -> UpgradePath:
    """Return the GraphQL type of a plan, or of the reason why there is none."""
    if path is None:
        return UpgradePath(outcome=PathOutcome.NO_LEVELS, estimated=False, proven=False, _path=None)
    result = path.result
    if isinstance(result, plan.UnreachableTarget):
        return _unreachable_path(path, result)
    names = {indicator.number: indicator.name for indicator in path.situation.instrument.indicators}
    return UpgradePath(
        outcome=PathOutcome.FOUND,
        estimated=result.is_estimated,
        origin=_path_origin(path.origin),
        index_before=Figure.from_fraction(result.index_before),
        index_after=Figure.from_fraction(result.index_after),
        predicate_before=result.predicate_before,
        predicate_after=result.predicate_after,
        steps=[UpgradeStep.from_model(step, names[step.id.indicator]) for step in result.steps],
        years=[UpgradeYear.from_model(year) for year in result.years],
        effort=format_exact(result.effort),
        penalty=format_exact(result.penalty),
        broken=[BrokenPrecedence.from_model(rule) for rule in result.broken_rules],
        hold=[
            HeldLevel.from_model(level, names[level.indicator])
            for level in result.maintained_levels
        ],
        proven=True,
        at_least=format_exact(result.effort + result.penalty),
        unclaimed=list(result.unclaimed),
        effort_scale=DeclaredScale.from_id_and_version(result.effort_scale),
        effort_assumed=result.effort_assumed,
        precedence_rules=DeclaredScale.from_id_and_version(result.precedence_rules),
        inputs=result.inputs_hash,
        _path=path,
    )


def _unreachable_path(path: resolved.PlannedPath, result: plan.UnreachableTarget) -> UpgradePath:
    effort, rules = path.situation.effort, path.situation.precedence
    return UpgradePath(
        outcome=PathOutcome.UNREACHABLE,
        estimated=path.situation.estimated,
        origin=_path_origin(path.origin),
        index_before=Figure.from_fraction(result.index_before),
        proven=True,
        unclaimed=[
            indicator.number
            for indicator in path.situation.instrument.indicators
            if indicator.number not in path.situation.levels
        ],
        effort_scale=DeclaredScale.from_id_and_version((effort.id, effort.version)),
        precedence_rules=DeclaredScale.from_id_and_version((rules.id, rules.version)),
        inputs=result.inputs_hash,
        unreachable=UnreachableTarget.from_model(result),
        _path=path,
    )


def _path_origin(value: resolved.Origin) -> PathOrigin:
    return PathOrigin(
        assessment=strawberry.ID(value.assessment.id),
        instrument=schema_instrument(value.assessment.instrument),
        year=value.assessment.year,
        kind=value.assessment.kind,
        estimated=value.estimated,
    )
