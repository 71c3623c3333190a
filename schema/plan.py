"""GraphQL types for the parts of a path to a target."""

from __future__ import annotations

import strawberry

from engine.path import effort, maintained_levels, plan
from engine.path.precedence import PrecedenceRule
from schema.enums import LevelRequirement, PrecedenceKind
from schema.figure import Figure
from schema.scalars import Decimal, exact_decimal

POINTS = "in points of the effort scale, not in money"
INDICATOR = "The number of the indicator in the instrument of `origin`."
INDICATOR_NAME = "The name of the indicator."
CRITERION = "The criterion of the level, in Indonesian; null if it is unknown."


@strawberry.type(description="The step of one indicator to a level, from the level below it.")
class LevelStep:
    indicator: int = strawberry.field(description=INDICATOR)
    level: int = strawberry.field(description="The level that is reached.")

    @classmethod
    def from_model(cls, value: effort.LevelStep) -> LevelStep:
        return cls(indicator=value.indicator, level=value.level)


@strawberry.type(
    description="A step of a path: one indicator rises by one level. An indicator that rises by "
    "two levels has two steps."
)
class PathStep:
    indicator: int = strawberry.field(description=INDICATOR)
    name: str = strawberry.field(description=INDICATOR_NAME)
    from_level: int = strawberry.field(description="The level before the step.")
    to_level: int = strawberry.field(description="The level after the step, one above `fromLevel`.")
    year: int = strawberry.field(
        description="The year of the path in which the step is taken, from 1 to 3. The first year "
        "is 1."
    )
    gain: Figure = strawberry.field(
        description="The index points that the step adds: the weight of the indicator in percent, "
        "divided by 100."
    )
    effort: Decimal = strawberry.field(description=f"The effort of the step, {POINTS}.")
    is_effort_edited: bool = strawberry.field(
        description="Whether the region recorded this effort itself. If not, it is the default."
    )
    must_rise: bool = strawberry.field(
        description="Whether the input requires the step by `mustRise`."
    )
    criterion: str | None = strawberry.field(description=CRITERION)
    requirements: list[LevelRequirement] = strawberry.field(
        description="The requirements of the level that the level below it does not have; at most "
        "one of each kind."
    )
    required_evidence: str | None = strawberry.field(
        description="The evidence to gather for the integration that the level requires, in "
        "Indonesian. Null if the step adds no such requirement, or if the evidence is unknown."
    )

    @classmethod
    def from_model(cls, value: plan.PlannedStep, name: str) -> PathStep:
        return cls(
            indicator=value.id.indicator,
            name=name,
            from_level=value.id.level - 1,
            to_level=value.id.level,
            year=value.year,
            gain=Figure.from_difference(value.gain),
            effort=exact_decimal(value.effort),
            is_effort_edited=value.effort_edited,
            must_rise=value.must_rise,
            criterion=value.criterion or None,
            requirements=list(value.requirements),
            required_evidence=value.evidence or None,
        )


@strawberry.type(description="A year of a path, with the index that is reached at its end.")
class PathYear:
    year: int = strawberry.field(
        description="The number of the year in the path, from 1 to 3. It is not a calendar year."
    )
    effort: Decimal = strawberry.field(
        description=f"The effort of all steps of the year, {POINTS}. It is 0 without steps."
    )
    index: Figure = strawberry.field(description="The index at the end of the year.")
    predicate: str = strawberry.field(description="The predicate of that index, such as Baik.")

    @classmethod
    def from_model(cls, value: plan.PlannedYear) -> PathYear:
        return cls(
            year=value.year,
            effort=exact_decimal(value.effort),
            index=Figure.from_fraction(value.index),
            predicate=value.predicate,
        )


@strawberry.type(
    description="A level that the path relies on without raising it. Levels fall without "
    "maintenance."
)
class MaintainedLevel:
    indicator: int = strawberry.field(description=INDICATOR)
    name: str = strawberry.field(description=INDICATOR_NAME)
    level: int = strawberry.field(description="The level to maintain.")
    criterion: str | None = strawberry.field(description=CRITERION)
    requirements: list[LevelRequirement] = strawberry.field(
        description="All requirements that the level has in addition to its criterion; at most one "
        "of each kind."
    )

    @classmethod
    def from_model(cls, value: maintained_levels.MaintainedLevel, name: str) -> MaintainedLevel:
        return cls(
            indicator=value.indicator,
            name=name,
            level=value.level,
            criterion=value.criterion or None,
            requirements=list(value.requirements),
        )


@strawberry.type(
    description="A step that the path takes without its recommended prerequisite. Such an order "
    "adds a penalty to the effort, but it is not forbidden."
)
class BrokenPrecedence:
    kind: PrecedenceKind = strawberry.field(description="The reason of the recommended order.")
    step: LevelStep = strawberry.field(description="The step that the path takes.")
    prerequisite: LevelStep = strawberry.field(
        description="The step that is better taken before, and that the path does not take."
    )
    penalty: Decimal = strawberry.field(description=f"The penalty, {POINTS}.")

    @classmethod
    def from_model(cls, value: PrecedenceRule) -> BrokenPrecedence:
        return cls(
            kind=value.kind,
            step=LevelStep.from_model(value.step),
            prerequisite=LevelStep.from_model(value.prerequisite),
            penalty=exact_decimal(value.penalty),
        )


@strawberry.type(description="How far the index can rise if the target cannot be reached.")
class UnreachableTarget:
    maximum_index: Figure = strawberry.field(
        description="The index with all steps that the input does not exclude."
    )
    reaches_target: bool = strawberry.field(
        description="Whether the maximum reaches the target, so that only the buffer is out of "
        "reach."
    )

    @classmethod
    def from_model(cls, value: plan.UnreachableTarget) -> UnreachableTarget:
        return cls(
            maximum_index=Figure.from_fraction(value.maximum),
            reaches_target=value.reaches_target,
        )


@strawberry.type(
    description="What it costs to exclude one step of a path, and which steps replace it."
)
class ExcludedStep:
    step: LevelStep = strawberry.field(
        description="The step that is excluded. All higher levels of its indicator are excluded "
        "too."
    )
    extra_effort: Decimal | None = strawberry.field(
        description=f"The additional effort of the cheapest path without the step, {POINTS}. It is "
        "negative if that path has less effort and more penalties. Null if the target cannot be "
        "reached without the step."
    )
    extra_penalty: Decimal | None = strawberry.field(
        description=f"The additional penalties of that path, {POINTS}. They are negative if it has "
        "fewer. Null if the target cannot be reached without the step."
    )
    replacements: list[LevelStep] = strawberry.field(
        description="The steps of that path that the original path does not have; fewer than 200. "
        "Empty if the target cannot be reached without the step."
    )
    maximum_index: Figure | None = strawberry.field(
        description="The highest index without the step. Null if the target can be reached."
    )

    @classmethod
    def from_model(cls, value: plan.ExcludedStep) -> ExcludedStep:
        effort, penalty = value.extra_effort, value.extra_penalty
        return cls(
            step=LevelStep.from_model(value.step),
            extra_effort=None if effort is None else exact_decimal(effort),
            extra_penalty=None if penalty is None else exact_decimal(penalty),
            replacements=[LevelStep.from_model(step) for step in value.replacements],
            maximum_index=Figure.from_optional(value.maximum),
        )


@strawberry.type(description="The cost of the cheapest path to one target, without its steps.")
class CostPoint:
    target: Decimal = strawberry.field(
        description="The target index. The buffer of the input is added to it."
    )
    effort: Decimal | None = strawberry.field(
        description=f"The effort of the path, {POINTS}. Null if the target cannot be reached."
    )
    penalty: Decimal | None = strawberry.field(
        description=f"The penalties of the path, {POINTS}. Null if the target cannot be reached."
    )
    step_count: int | None = strawberry.field(
        description="The number of steps of the path. Null if the target cannot be reached."
    )

    @classmethod
    def from_model(cls, value: plan.CostPoint) -> CostPoint:
        effort, penalty = value.effort, value.penalty
        return cls(
            target=exact_decimal(value.target),
            effort=None if effort is None else exact_decimal(effort),
            penalty=None if penalty is None else exact_decimal(penalty),
            step_count=value.steps,
        )
