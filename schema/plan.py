"""GraphQL types for the parts of a path to a target."""

from __future__ import annotations

import strawberry

from engine.decimals import format_exact
from engine.path import effort, maintained_levels, plan
from engine.path.precedence import PrecedenceRule
from schema.figure import Figure

strawberry.enum(
    maintained_levels.LevelRequirement,
    name="LevelAsk",
    description="What a level asks besides its criterion. ALL_OPDS: every OPD takes part. REVIEW: "
    "a dated periodic review. IMPROVEMENT: a new one from the review each year. LINK: a link "
    "between applications whose evidence counts. DOCUMENT: one that shows the integration.",
)


@strawberry.type(description="One level of one indicator.")
class StepId:
    indicator: int
    level: int = strawberry.field(description="The level that is reached.")

    @classmethod
    def from_model(cls, value: effort.StepId) -> StepId:
        return cls(indicator=value.indicator, level=value.level)


@strawberry.type(description="A level to reach: of an indicator that rises by two there are two.")
class UpgradeStep:
    indicator: int
    name: str
    from_level: int
    to_level: int
    year: int = strawberry.field(description="1: the next one.")
    gain: str = strawberry.field(description="Index points: weight / 100, exact.")
    effort: str = strawberry.field(description="In points of the effort scale: not money.")
    effort_edited: bool = strawberry.field(description="The region's own figure.")
    locked: bool
    criterion: str = strawberry.field(description="Of the level; empty where it is not known.")
    asks: list[maintained_levels.LevelRequirement] = strawberry.field(
        description="What the level below does not ask."
    )
    evidence: str = strawberry.field(
        description="To gather for the integration that the level asks; empty: not known."
    )

    @classmethod
    def from_model(cls, value: plan.PlannedStep, name: str) -> UpgradeStep:
        return cls(
            indicator=value.id.indicator,
            name=name,
            from_level=value.id.level - 1,
            to_level=value.id.level,
            year=value.year,
            gain=format_exact(value.gain),
            effort=format_exact(value.effort),
            effort_edited=value.effort_edited,
            locked=value.locked,
            criterion=value.criterion,
            asks=list(value.requirements),
            evidence=value.evidence,
        )


@strawberry.type(description="What a year takes, and the index and predicate at its end.")
class UpgradeYear:
    year: int
    effort: str
    index: Figure
    predicate: str

    @classmethod
    def from_model(cls, value: plan.PlannedYear) -> UpgradeYear:
        return cls(
            year=value.year,
            effort=format_exact(value.effort),
            index=Figure.from_fraction(value.index),
            predicate=value.predicate,
        )


@strawberry.type(description="A level to keep: levels fall where nothing is done.")
class HeldLevel:
    indicator: int
    name: str
    level: int
    criterion: str = strawberry.field(description="Empty where it is not known.")
    asks: list[maintained_levels.LevelRequirement]

    @classmethod
    def from_model(cls, value: maintained_levels.MaintainedLevel, name: str) -> HeldLevel:
        return cls(
            indicator=value.indicator,
            name=name,
            level=value.level,
            criterion=value.criterion,
            asks=list(value.requirements),
        )


@strawberry.type(
    description="A step that the path takes without what it is better built on: an assumption of "
    "ours, which costs a penalty and forbids nothing."
)
class BrokenPrecedence:
    kind: str
    step: StepId
    asks: StepId
    penalty: str

    @classmethod
    def from_model(cls, value: PrecedenceRule) -> BrokenPrecedence:
        return cls(
            kind=value.kind,
            step=StepId.from_model(value.step),
            asks=StepId.from_model(value.prerequisite),
            penalty=format_exact(value.penalty),
        )


@strawberry.type(description="How far all steps go that are not refused.")
class UnreachableTarget:
    maximum: Figure
    reaches_target: bool = strawberry.field(description="True: only the buffer is out of reach.")

    @classmethod
    def from_model(cls, value: plan.UnreachableTarget) -> UnreachableTarget:
        return cls(maximum=Figure.from_fraction(value.maximum), reaches_target=value.reaches_target)


@strawberry.type(description="A declared table of rules or figures.")
class DeclaredScale:
    id: strawberry.ID
    version: str

    @classmethod
    def from_id_and_version(cls, value: tuple[str, str]) -> DeclaredScale:
        """Return the scale with this id and version."""
        return cls(id=strawberry.ID(value[0]), version=value[1])


@strawberry.type(description="What refusing one step costs, and which steps come instead.")
class StepRefusal:
    step: StepId
    extra_effort: str | None = strawberry.field(description="Null: out of reach without it.")
    extra_penalty: str | None
    instead: list[StepId]
    maximum: Figure | None = strawberry.field(description="Where it is out of reach without it.")

    @classmethod
    def from_model(cls, value: plan.StepRefusal) -> StepRefusal:
        effort, penalty = value.extra_effort, value.extra_penalty
        return cls(
            step=StepId.from_model(value.step),
            extra_effort=None if effort is None else format_exact(effort),
            extra_penalty=None if penalty is None else format_exact(penalty),
            instead=[StepId.from_model(step) for step in value.replacements],
            maximum=Figure.from_optional(value.maximum),
        )


@strawberry.type(description="What a target takes; nulls where it is out of reach.")
class CostPoint:
    target: str = strawberry.field(description="Without the buffer, which is added to it.")
    effort: str | None
    penalty: str | None
    steps: int | None
    proven: bool

    @classmethod
    def from_model(cls, value: plan.CostPoint) -> CostPoint:
        effort, penalty = value.effort, value.penalty
        return cls(
            target=format_exact(value.target),
            effort=None if effort is None else format_exact(effort),
            penalty=None if penalty is None else format_exact(penalty),
            steps=value.steps,
            proven=True,
        )
