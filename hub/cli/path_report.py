"""`simpul path`: the cheapest steps to a target index, from a sheet's or a region's levels."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from rich.table import Table

from engine.assessment.instrument import Instrument
from engine.decimals import format_exact, format_rounded
from engine.model import Assessment
from engine.path import effort as scale
from engine.path.path import cheapest_plan
from engine.path.plan import (
    Plan,
    PlanRequest,
    PlanRequestInvalid,
    Situation,
    UnreachableTarget,
    next_levels,
)
from engine.path.precedence import NONE
from engine.spreadsheet.sheet import SheetInvalid
from facts.path_rule import effort_scale, precedence_rules
from hub.cli import score, sheet_file
from hub.cli.console import exit_with_error, open_output, out
from hub.exit_codes import ExitCode

UNIFORM = "uniform"


@dataclass(frozen=True, slots=True)
class PathOptions:
    """The options of the command; `effort` is None, `uniform` or the name of a file."""

    instrument: str
    target: float
    buffer: float
    years: int
    lock: tuple[int, ...]
    refuse: tuple[int, ...]
    effort: str | None


@dataclass(frozen=True, slots=True)
class PathResult:
    """The plan, or the highest index that can be reached."""

    instrument: Instrument
    plan: Plan | UnreachableTarget
    origin: Assessment | None = None  # None: the levels are from a sheet

    @property
    def basis(self) -> dict[str, Any] | None:
        """The assessment that the plan starts from, as JSON values; None for a sheet."""
        if self.origin is None:
            return None
        return {
            "region": self.origin.region,
            "assessment": self.origin.id,
            "year": self.origin.year,
            "kind": self.origin.kind.value,
            "estimated": not self.origin.levels,
        }

    def document(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        plan, request = self.plan, self.plan.request
        asked = {
            "instrument": self.instrument.id,
            "target": format_exact(request.target),
            "buffer": format_exact(request.buffer),
            "indexBefore": format_exact(plan.index_before),
            "inputs": plan.inputs,
            "origin": self.basis,
        }
        if isinstance(plan, UnreachableTarget):
            unreachable = {
                "maximum": format_exact(plan.maximum),
                "reachesTarget": plan.reaches_target,
            }
            return asked | {"outcome": "UNREACHABLE", "unreachable": unreachable, "steps": []}
        return asked | {
            "outcome": "FOUND",
            "indexAfter": format_exact(plan.index_after),
            "predicateBefore": plan.predicate_before,
            "predicateAfter": plan.predicate_after,
            "effort": format_exact(plan.effort),
            "penalty": format_exact(plan.penalty),
            "effortScale": dict(zip(("id", "version"), plan.effort_scale, strict=True)),
            "effortAssumed": plan.effort_assumed,
            "precedenceRules": dict(zip(("id", "version"), plan.precedence_rules, strict=True)),
            "steps": [
                {
                    "number": each.id.indicator,
                    "from": each.id.level - 1,
                    "to": each.id.level,
                    "year": each.year,
                    "gain": format_exact(each.gain),
                    "effort": format_exact(each.effort),
                    "effortEdited": each.effort_edited,
                    "criterion": each.criterion,
                    "asks": [ask.value for ask in each.asks],
                    "evidence": each.evidence,
                }
                for each in plan.steps
            ],
            "years": [
                {
                    "year": each.year,
                    "effort": format_exact(each.effort),
                    "index": format_exact(each.index),
                    "predicate": each.predicate,
                }
                for each in plan.years
            ],
            "broken": [
                {"kind": each.kind, "step": [*each.step], "asks": [*each.asks]}
                for each in plan.broken
            ],
            "hold": [{"number": each.indicator, "level": each.level} for each in plan.hold],
        }


def of_sheet(path: Path, wish: PathOptions) -> PathResult:
    """Return the plan for the sheet in a file; exit with an error if the input is invalid."""
    instrument, levels = score.read_level_file(path, wish.instrument)
    target = wish.target
    if not instrument.level_min < target <= instrument.level_max:
        expected = f"an index above {instrument.level_min}, up to {instrument.level_max}"
        exit_with_error(f"--target: expected {expected}, got {target}", ExitCode.INPUT)
    highest = sorted(number for number in wish.lock if levels.get(number) == instrument.level_max)
    if highest:
        found = ", ".join(map(str, highest))
        exit_with_error(
            f"--lock: expected indicators below the highest level, got {found}", ExitCode.INPUT
        )
    situation = Situation(
        instrument,
        levels,
        scale.default_effort(instrument, effort_scale()),
        precedence_rules(instrument.id),
    )
    if wish.effort is not None:
        situation = apply_effort_option(situation, wish.effort)
    try:
        request = PlanRequest(
            target=Fraction(str(target)),
            buffer=Fraction(str(wish.buffer)),
            years=wish.years,
            locked=next_levels(instrument, levels, wish.lock),
            refused=next_levels(instrument, levels, wish.refuse),
        )
        return PathResult(instrument, cheapest_plan(situation, request))
    except PlanRequestInvalid as invalid:
        exit_with_error(str(invalid), ExitCode.INPUT)


def apply_effort_option(situation: Situation, wished: str) -> Situation:
    """Return the situation with the effort of the option; exit with an error if it is invalid.

    With `uniform` each level costs one point and no order is preferred, so the plan has the fewest
    steps.
    """
    if wished == UNIFORM:
        effort = scale.uniform_effort(situation.instrument)
        return replace(situation, effort=effort, precedence=NONE)
    path = Path(wished)
    text = sheet_file.read_sheet_text(path, sheet_file.LEVELS_BYTES)
    try:
        effort = scale.parse_effort_sheet(text, situation.effort, situation.instrument)
    except SheetInvalid as invalid:
        sheet_file.exit_with_sheet_problems(path, invalid, "nothing was planned")
    return replace(situation, effort=effort)


def keep_output_apart() -> None:
    """Redirect the solver's output to standard error, because the solver prints to standard output.

    It stays redirected until the process exits, because the solver may flush its output only then.
    """
    open_output(os.dup(1))
    os.dup2(2, 1)


def show_path_report(planned: PathResult) -> None:
    """Print the plan as tables."""
    plan, request = planned.plan, planned.plan.request
    if planned.basis is not None:
        basis = planned.basis
        levels = "levels ESTIMATED of its published figures" if basis["estimated"] else "its levels"
        out.print(f"From {basis['region']} {basis['year']} {basis['kind']}: {levels}")
    goal = f"{format_rounded(request.target)} with a buffer of {format_rounded(request.buffer)}"
    if isinstance(plan, UnreachableTarget):
        out.print(
            f"No steps reach {goal}: all that are not refused give {format_rounded(plan.maximum)}."
        )
        return
    names = {each.number: each.name for each in planned.instrument.indicators}
    out.print(
        f"[bold]{format_rounded(plan.index_before)} {plan.predicate_before} → "
        f"{format_rounded(plan.index_after)} {plan.predicate_after}[/bold], for a target of {goal}"
    )
    whose = "a declared scale of ours, not money" if plan.effort_assumed else "as edited"
    out.print(
        f"Effort {format_exact(plan.effort)} (no other steps cost less; {whose}), {len(plan.steps)} steps"
    )
    steps = Table("Year", "Step", "Level", "Gain", "Effort", "Criterion", box=None)
    for each in plan.steps:
        steps.add_row(
            str(each.year),
            f"{each.id.indicator} {names[each.id.indicator]}",
            f"{each.id.level - 1} → {each.id.level}",
            f"+{format_exact(each.gain)}",
            format_exact(each.effort),
            each.criterion or "not known",
        )
    out.print(steps)
    for year in plan.years:
        out.print(
            f"Year {year.year}: effort {format_exact(year.effort)}, "
            f"index {format_rounded(year.index)} {year.predicate}"
        )
    for rule in plan.broken:
        out.print(
            f"{rule.step.indicator} at level {rule.step.level} is better built on "
            f"{rule.asks.indicator} at level {rule.asks.level} ({rule.kind})"
        )
    out.print(f"{len(plan.hold)} levels are to hold: they fall where nothing is done.")
