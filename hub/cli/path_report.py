"""`simpul path`: the cheapest steps to a target index, from a sheet's or a region's levels."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, replace
from fractions import Fraction
from gettext import gettext as _
from pathlib import Path
from typing import Any

from engine.assessment.instrument import Instrument
from engine.decimals import format_exact
from engine.model import Assessment
from engine.path import effort as scale
from engine.path.plan import (
    Plan,
    PlanRequest,
    PlanRequestInvalid,
    Situation,
    UnreachableTarget,
    next_levels,
)
from engine.path.planning import cheapest_plan
from engine.path.precedence import NO_PRECEDENCE
from engine.spreadsheet.sheet import SheetInvalid
from facts.path_rule import effort_scale, precedence_rules
from hub.cli import score_report, sheet_file
from hub.cli.console import exit_with_error, open_output
from hub.cli.known_messages import translate_message
from hub.cli.translation import N_
from hub.exit_codes import ExitCode

UNIFORM = "uniform"
REQUEST_PARTS = (  # that can be invalid
    N_("indicator"),
    N_("years"),
    N_("buffer"),
    N_("required and excluded"),
    N_("required or excluded"),
)


@dataclass(frozen=True, slots=True)
class PathOptions:
    """The options of the command; `effort` is None, `uniform` or the name of a file."""

    instrument: str
    target: Fraction
    buffer: Fraction
    years: int
    must_rise: tuple[int, ...]
    exclude: tuple[int, ...]
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
            "isEstimated": not self.origin.levels,
        }

    def document(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        plan, request = self.plan, self.plan.request
        common = {
            "instrument": self.instrument.id,
            "target": format_exact(request.target),
            "buffer": format_exact(request.buffer),
            "indexBefore": format_exact(plan.index_before),
            "inputsHash": plan.inputs_hash,
            "origin": self.basis,
        }
        if isinstance(plan, UnreachableTarget):
            unreachable = {
                "maximumIndex": format_exact(plan.maximum),
                "reachesTarget": plan.reaches_target,
            }
            return common | {"outcome": "UNREACHABLE", "unreachable": unreachable, "steps": []}
        return common | {
            "outcome": "FOUND",
            "indexAfter": format_exact(plan.index_after),
            "predicateBefore": plan.predicate_before,
            "predicateAfter": plan.predicate_after,
            "effort": format_exact(plan.effort),
            "penalty": format_exact(plan.penalty),
            "effortScale": dict(zip(("id", "version"), plan.effort_scale, strict=True)),
            "isEffortAssumed": plan.effort_assumed,
            "precedenceRules": dict(zip(("id", "version"), plan.precedence_rules, strict=True)),
            "steps": [
                {
                    "indicator": step.id.indicator,
                    "fromLevel": step.id.level - 1,
                    "toLevel": step.id.level,
                    "year": step.year,
                    "gain": format_exact(step.gain),
                    "effort": format_exact(step.effort),
                    "isEffortEdited": step.effort_edited,
                    "criterion": step.criterion or None,
                    "requirements": [requirement.value for requirement in step.requirements],
                    "requiredEvidence": step.evidence or None,
                }
                for step in plan.steps
            ],
            "years": [
                {
                    "year": year.year,
                    "effort": format_exact(year.effort),
                    "index": format_exact(year.index),
                    "predicate": year.predicate,
                }
                for year in plan.years
            ],
            "brokenPrecedences": [
                {
                    "kind": rule.kind.value,
                    "step": rule.step._asdict(),
                    "prerequisite": rule.prerequisite._asdict(),
                }
                for rule in plan.broken_rules
            ],
            "levelsToMaintain": [
                {"indicator": level.indicator, "level": level.level}
                for level in plan.maintained_levels
            ],
        }


def exact_target(target: float) -> Fraction:
    """Return the target exactly as it was typed; exit with an error if it is nan or infinite."""
    if not math.isfinite(target):
        exit_with_error(
            _("--target: expected a number, got {target}").format(target=target), ExitCode.INPUT
        )
    return Fraction(str(target))


def plan_sheet_path(path: Path, options: PathOptions) -> PathResult:
    """Return the plan for the sheet in a file; exit with an error if the input is invalid."""
    instrument, levels = score_report.read_level_file(path, options.instrument)
    target = options.target
    if not instrument.level_min < target <= instrument.level_max:
        exit_with_error(
            _("--target: expected an index above {lowest}, up to {highest}, got {target}").format(
                lowest=instrument.level_min,
                highest=instrument.level_max,
                target=format_exact(target),
            ),
            ExitCode.INPUT,
        )
    highest = sorted(
        number for number in options.must_rise if levels.get(number) == instrument.level_max
    )
    if highest:
        numbers = ", ".join(map(str, highest))
        exit_with_error(
            _("--must-rise: expected indicators below the highest level, got {indicators}").format(
                indicators=numbers
            ),
            ExitCode.INPUT,
        )
    situation = Situation(
        instrument,
        levels,
        scale.default_effort(instrument, effort_scale()),
        precedence_rules(instrument.id),
    )
    if options.effort is not None:
        situation = apply_effort_option(situation, options.effort)
    try:
        request = PlanRequest(
            target=target,
            buffer=options.buffer,
            years=options.years,
            must_rise=next_levels(instrument, levels, options.must_rise),
            excluded=next_levels(instrument, levels, options.exclude),
        )
        return PathResult(instrument, cheapest_plan(situation, request))
    except PlanRequestInvalid as invalid:
        exit_with_error(
            _("{part}: expected {expected}, got {got}").format(
                part=_(invalid.part) if invalid.part in REQUEST_PARTS else invalid.part,
                expected=translate_message(invalid.expected),
                got=invalid.found,
            ),
            ExitCode.INPUT,
        )


def apply_effort_option(situation: Situation, option: str) -> Situation:
    """Return the situation with the effort of the option; exit with an error if it is invalid.

    With `uniform` each level costs one point and no order is preferred, so the plan has the fewest
    steps.
    """
    if option == UNIFORM:
        effort = scale.uniform_effort(situation.instrument)
        return replace(situation, effort=effort, precedence=NO_PRECEDENCE)
    path = Path(option)
    rows = sheet_file.read_sheet_rows(path, sheet_file.LEVELS_BYTES)
    try:
        effort = scale.parse_effort_sheet(rows, situation.effort, situation.instrument)
    except SheetInvalid as invalid:
        sheet_file.exit_with_sheet_problems(path, invalid, _("nothing was planned"))
    return replace(situation, effort=effort)


def redirect_solver_output() -> None:
    """Redirect the solver's output to standard error, because the solver prints to standard output.

    It stays redirected until the process exits, because the solver may flush its output only then.
    """
    open_output(os.dup(1))
    os.dup2(2, 1)
