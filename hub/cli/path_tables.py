"""The tables of `simpul path`: the steps and years of a plan."""

from __future__ import annotations

from gettext import gettext as _

from rich.table import Table

from engine.decimals import format_exact, format_rounded
from engine.path.plan import UnreachableTarget
from engine.path.precedence import PrecedenceKind
from hub.cli.console import out
from hub.cli.path_report import PathResult
from hub.cli.translation import N_

PRECEDENCE_REASONS = {
    PrecedenceKind.POLICY_BEFORE_PRACTICE: N_("policy before practice"),
    PrecedenceKind.ARCHITECTURE_BEFORE_ROADMAP: N_("architecture before roadmap"),
    PrecedenceKind.ROADMAP_BEFORE_BUDGET: N_("roadmap before budget"),
    PrecedenceKind.BUS_BEFORE_COLLABORATION: N_("service bus before collaboration"),
}


def show_path_report(result: PathResult) -> None:
    """Print the plan as tables."""
    plan, request = result.plan, result.plan.request
    if result.basis is not None:
        origin = (
            _("From {region} {year} {kind}: levels ESTIMATED of its published figures")
            if result.basis["isEstimated"]
            else _("From {region} {year} {kind}: its levels")
        )
        out.print(origin.format(**result.basis))
    goal = _("{target} with a buffer of {buffer}").format(
        target=format_rounded(request.target), buffer=format_rounded(request.buffer)
    )
    if isinstance(plan, UnreachableTarget):
        out.print(
            _("No steps reach {goal}: all that are not excluded give {maximum}.").format(
                goal=goal, maximum=format_rounded(plan.maximum)
            )
        )
        return
    names = {indicator.number: indicator.name for indicator in result.instrument.indicators}
    change = (
        f"{format_rounded(plan.index_before)} {plan.predicate_before} → "
        f"{format_rounded(plan.index_after)} {plan.predicate_after}"
    )
    out.print(_("[bold]{change}[/bold], for a target of {goal}").format(change=change, goal=goal))
    out.print(
        _("Effort {effort} (no other steps cost less; {basis}), {count} steps").format(
            effort=format_exact(plan.effort),
            basis=_("a declared scale of ours, not money")
            if plan.effort_assumed
            else _("as edited"),
            count=len(plan.steps),
        )
    )
    steps = Table(
        _("Year"), _("Step"), _("Level"), _("Gain"), _("Effort"), _("Criterion"), box=None
    )
    for step in plan.steps:
        steps.add_row(
            str(step.year),
            f"{step.id.indicator} {names[step.id.indicator]}",
            f"{step.id.level - 1} → {step.id.level}",
            f"+{format_exact(step.gain)}",
            format_exact(step.effort),
            step.criterion or _("not known"),
        )
    out.print(steps)
    for year in plan.years:
        out.print(
            _("Year {year}: effort {effort}, index {index} {predicate}").format(
                year=year.year,
                effort=format_exact(year.effort),
                index=format_rounded(year.index),
                predicate=year.predicate,
            )
        )
    for rule in plan.broken_rules:
        out.print(
            _(
                "{indicator} at level {level} is better built on "
                "{basis} at level {basis_level} ({reason})"
            ).format(
                indicator=rule.step.indicator,
                level=rule.step.level,
                basis=rule.prerequisite.indicator,
                basis_level=rule.prerequisite.level,
                reason=_(PRECEDENCE_REASONS[rule.kind]),
            )
        )
    out.print(
        _("{count} levels must be maintained, because levels fall without maintenance.").format(
            count=len(plan.maintained_levels)
        )
    )
