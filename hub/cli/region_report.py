"""The tables of `simpul verify`, `proposals`, `diagnose` and `graph`."""

from __future__ import annotations

from gettext import gettext as _
from typing import Any

from rich.markup import escape
from rich.table import Table

from engine.model import AssessmentKind
from hub.cli.console import out
from hub.cli.translation import N_

RATIOS = {
    N_("Required exchanges that are there"): "requiredExchangeCoverage",
    N_("Exchanges over the bus"): "busUsage",
    N_("Both ways where both are asked"): "reciprocity",
    N_("Propagation cost"): "propagationCost",
    N_("Producers beyond the first"): "producerRedundancy",
}
COUNTS = {  # unknown if no exchange is recorded
    N_("Point to point beside the bus"): "pointToPointDebt",
    N_("Single points of failure"): "cutPoints",
    N_("Data with several producers"): "severalProducers",
}


def show_verification(region: dict[str, Any], kind: AssessmentKind, year: int | None) -> None:
    """Print a verification as a table; the heading names the assessment.

    Args:
        kind, year: the requested assessment, which the heading names if there is none.
    """
    verification = region["verification"]
    rules, claims = verification["ruleTable"], verification["assessment"]
    if claims is None:
        heading = (
            _(": no {kind} assessment with levels")
            if year is None
            else _(": no {kind} assessment of {year} with levels")
        ).format(kind=kind.value, year=year)
        summary = _("Bounds only, as for an assessment of {year}").format(year=verification["year"])
    else:
        heading = f" {claims['year']} {claims['kind']}"
        summary = _(
            "{state}: claimed {claimed}, supported {supported}, not refuted {not_refuted}"
        ).format(
            state=claims["state"],
            claimed=verification["claimed"]["index"]["display"],
            supported=verification["supported"]["index"]["display"],
            not_refuted=verification["notRefuted"]["index"]["display"],
        )
    rule_template = (
        _("Rules {id} {version}, as of {date}")
        if rules["isConfirmed"]
        else _("Rules {id} {version}, on secondary sources, as of {date}")
    )
    out.print(f"[bold]{region['name']}[/bold] · {verification['instrument']['name']}{heading}")
    out.print(
        rule_template.format(id=rules["id"], version=rules["version"], date=verification["asOf"])
    )
    out.print(summary)
    table = Table(
        _("Indicator"),
        _("Claim"),
        _("Shown"),
        _("Not refuted"),
        _("Flag"),
        _("Missing"),
        box=None,
    )
    for verdict in verification["verdicts"]:
        table.add_row(
            f"{verdict['indicator']} {verdict['name']}",
            "–" if verdict["claim"] is None else str(verdict["claim"]),
            str(verdict["ceiling"]),
            str(verdict["notRefuted"]),
            verdict["flag"] or "",
            str(sum(finding["missing"]["totalCount"] for finding in verdict["openFindings"])),
        )
    out.print(table)


def show_proposals(region: dict[str, Any]) -> None:
    """Print the proposals of a region as a table."""
    out.print(
        _("[bold]{region}[/bold] · {count} proposals").format(
            region=region["name"], count=len(region["proposals"])
        )
    )
    table = Table(_("Kind"), _("About"), _("By"), _("Reasons"), _("Saving"), _("Status"), box=None)
    for proposal in region["proposals"]:
        survivor = (
            proposal["commonApplication"] or (proposal["survivor"] or {}).get("application") or {}
        )
        applications = [
            reference["application"] or {"name": reference["id"]}
            for reference in proposal["applications"]
        ]
        table.add_row(
            proposal["kind"],
            "\n".join(escape(application["name"]) for application in applications),
            escape(survivor.get("name", "")),
            "\n".join(reason["code"] for reason in proposal["reasons"]),
            proposal["saving"]["display"],
            proposal["status"],
        )
    out.print(table)


def show_diagnostics(region: dict[str, Any]) -> None:
    """Print the diagnostics of a region as a table."""
    diagnostics = region["diagnostics"]
    out.print(
        _(
            "[bold]{region}[/bold] · {applications} applications, {exchanges} exchanges, "
            "as of {date}"
        ).format(
            region=region["name"],
            applications=diagnostics["applicationCount"],
            exchanges=diagnostics["exchangeCount"],
            date=diagnostics["asOf"],
        )
    )
    table = Table(_("Diagnosis"), _("Value"), box=None)
    figures = {name: diagnostics[key]["value"] for name, key in RATIOS.items()}
    figures[N_("Silo index")] = diagnostics["siloIndex"]
    for name, figure in figures.items():
        table.add_row(_(name), _("unknown") if figure is None else figure["value"])
    for name, key in COUNTS.items():
        count = str(diagnostics[key]["totalCount"])
        table.add_row(_(name), count if diagnostics["exchangeCount"] else _("unknown"))
    table.add_row(_("Isolated applications"), str(diagnostics["isolated"]["totalCount"]))
    out.print(table)


def show_graph(region: dict[str, Any]) -> None:
    """Print the exchanges of a region's integration graph as a table."""
    graph = region["integrationGraph"]
    names = {node["nodeId"]: node["name"] for node in graph["nodes"]}
    out.print(
        _("[bold]{region}[/bold] · {nodes} nodes, {exchanges} exchanges, as of {date}").format(
            region=region["name"],
            nodes=len(names),
            exchanges=len(graph["edges"]),
            date=graph["asOf"],
        )
    )
    table = Table(
        _("Source"),
        _("Target"),
        _("Data"),
        _("Mode"),
        _("Grade"),
        _("Does not count for"),
        box=None,
    )
    for edge in graph["edges"]:
        integration = edge["integration"]
        table.add_row(
            names[edge["sourceId"]],
            names[edge["targetId"]],
            integration["dataObject"] or _("unknown"),
            integration["mode"] or _("unknown"),
            integration["evidenceGrade"] or _("unknown"),
            ", ".join(edge["defects"]),
        )
    out.print(table)
