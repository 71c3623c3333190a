"""`simpul path`: the cheapest steps from a sheet of levels to a target index."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from rich.table import Table

from engine.decimals import exact, rounded
from engine.effort import default_effort, uniform_effort
from engine.instrument import Instrument
from engine.path import cheapest_plan
from engine.plan import Plan, Request, RequestInvalid, Situation, Unreachable, next_levels
from engine.precedence import NONE, precedence
from hub import scoring
from hub.console import Exit, fail, out


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan for a sheet, or how far it can get."""

    instrument: Instrument
    plan: Plan | Unreachable

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        plan, request = self.plan, self.plan.request
        asked = {
            "instrument": self.instrument.id,
            "target": exact(request.target),
            "buffer": exact(request.buffer),
            "indexBefore": exact(plan.index_before),
            "inputs": plan.inputs,
        }
        if isinstance(plan, Unreachable):
            unreachable = {"maximum": exact(plan.maximum), "reachesTarget": plan.reaches_target}
            return asked | {"outcome": "UNREACHABLE", "unreachable": unreachable, "steps": []}
        return asked | {
            "outcome": "FOUND",
            "indexAfter": exact(plan.index_after),
            "predicateBefore": plan.predicate_before,
            "predicateAfter": plan.predicate_after,
            "effort": exact(plan.effort),
            "penalty": exact(plan.penalty),
            "effortScale": dict(zip(("id", "version"), plan.effort_scale, strict=True)),
            "effortAssumed": plan.effort_assumed,
            "precedenceRules": dict(zip(("id", "version"), plan.precedence_rules, strict=True)),
            "steps": [
                {
                    "number": each.id.indicator,
                    "from": each.id.level - 1,
                    "to": each.id.level,
                    "year": each.year,
                    "gain": exact(each.gain),
                    "effort": exact(each.effort),
                    "criterion": each.criterion,
                    "asks": [ask.value for ask in each.asks],
                    "evidence": each.evidence,
                }
                for each in plan.steps
            ],
            "years": [
                {
                    "year": each.year,
                    "effort": exact(each.effort),
                    "index": exact(each.index),
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


def planned(
    path: Path,
    instrument_id: str,
    *,
    target: float,
    buffer: float,
    years: int,
    lock: Sequence[int],
    refuse: Sequence[int],
    uniform: bool,
) -> Planned:
    """Plan for the sheet in a file, or end with what is wrong.

    With `uniform` every level costs one point and no order is preferred: the fewest steps.
    """
    instrument, levels = scoring.read(path, instrument_id)
    effort = uniform_effort(instrument) if uniform else default_effort(instrument)
    rules = NONE if uniform else precedence(instrument.id)
    if not instrument.level_min < target <= instrument.level_max:
        expected = f"an index above {instrument.level_min}, up to {instrument.level_max}"
        fail(f"--target: expected {expected}, got {target}", Exit.INPUT)
    highest = sorted(number for number in lock if levels.get(number) == instrument.level_max)
    if highest:
        found = ", ".join(map(str, highest))
        fail(f"--lock: expected indicators below the highest level, got {found}", Exit.INPUT)
    keep_output_apart()
    try:
        request = Request(
            target=Fraction(str(target)),
            buffer=Fraction(str(buffer)),
            years=years,
            locked=next_levels(instrument, levels, lock),
            refused=next_levels(instrument, levels, refuse),
        )
        plan = cheapest_plan(Situation(instrument, levels, effort, rules), request)
    except RequestInvalid as invalid:
        fail(str(invalid), Exit.INPUT)
    return Planned(instrument, plan)


def keep_output_apart() -> None:
    """Let only this program write to standard output: the solver prints there as it likes.

    For the rest of the process, since what the solver printed may be written as late as its end.
    """
    sys.stdout = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)


def show(planned: Planned) -> None:
    """Print it for a person."""
    plan, request = planned.plan, planned.plan.request
    goal = f"{rounded(request.target)} with a buffer of {rounded(request.buffer)}"
    if isinstance(plan, Unreachable):
        out.print(f"No steps reach {goal}: all that are not refused give {rounded(plan.maximum)}.")
        return
    names = {each.number: each.name for each in planned.instrument.indicators}
    out.print(
        f"[bold]{rounded(plan.index_before)} {plan.predicate_before} → "
        f"{rounded(plan.index_after)} {plan.predicate_after}[/bold], for a target of {goal}"
    )
    scale = "a declared scale of ours, not money" if plan.effort_assumed else "as edited"
    out.print(
        f"Effort {exact(plan.effort)} (no other steps cost less; {scale}), {len(plan.steps)} steps"
    )
    steps = Table("Year", "Step", "Level", "Gain", "Effort", "Criterion", box=None)
    for each in plan.steps:
        steps.add_row(
            str(each.year),
            f"{each.id.indicator} {names[each.id.indicator]}",
            f"{each.id.level - 1} → {each.id.level}",
            f"+{exact(each.gain)}",
            exact(each.effort),
            each.criterion or "not known",
        )
    out.print(steps)
    for year in plan.years:
        out.print(
            f"Year {year.year}: effort {exact(year.effort)}, "
            f"index {rounded(year.index)} {year.predicate}"
        )
    for rule in plan.broken:
        out.print(
            f"{rule.step.indicator} at level {rule.step.level} is better built on "
            f"{rule.asks.indicator} at level {rule.asks.level} ({rule.kind})"
        )
    out.print(f"{len(plan.hold)} levels are to hold: they fall where nothing is done.")
