"""The tables of `simpul verify`, `proposals`, `diagnose` and `graph`."""

from __future__ import annotations

from gettext import gettext as _
from typing import Any

from rich.markup import escape
from rich.table import Table

from engine.consolidation.proposal import MissingInputKind
from engine.model import AssessmentKind
from engine.visible_text import to_visible_values
from hub.cli.console import out
from hub.cli.translation import N_

RATIOS = {
    N_("Required exchanges that take place"): "requiredExchangeCoverage",
    N_("Exchanges over the bus"): "busUsage",
    N_("Two-way exchanges that go both ways"): "reciprocity",
    N_("Propagation cost"): "propagationCost",
    N_("Producers beyond the first"): "producerRedundancy",
}
COUNTS = {  # unknown if no exchange is recorded
    N_("Direct exchanges that bypass the bus"): "pointToPointDebt",
    N_("Single points of failure"): "cutPoints",
    N_("Data with several producers"): "severalProducers",
}


MISSING_INPUTS = {
    MissingInputKind.YEARLY_COST: N_("yearly cost of {application}"),
    MissingInputKind.MIGRATION_COST: N_("cost of leaving {application}"),
    MissingInputKind.ADDED_YEARLY_COST: N_("added yearly cost of {application}"),
    MissingInputKind.ALTERNATIVE_COST: N_("cost of not carrying it out"),
    MissingInputKind.MANDATE: N_("whether the common application is mandatory"),
    MissingInputKind.NEED_FOR_FUNCTION: N_("whether the function is needed here"),
    MissingInputKind.NEED_FOR_EXCHANGE: N_("whether the exchange is needed here"),
    MissingInputKind.SOURCE_CODE_PERMISSION: N_("whether the source code may be shared"),
    MissingInputKind.CHOICE_OF_APPLICATION: N_("which of {count} applications is the right one"),
    MissingInputKind.INVENTORY_COMPLETENESS: N_("completeness of the inventory"),
}


def show_verification(region: dict[str, Any], kind: AssessmentKind, year: int | None) -> None:
    """Print a verification as a table; the heading names the assessment.

    Args:
        kind, year: the requested assessment, which the heading names if there is none.
    """
    region = to_visible_values(region)
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
    out.print(
        f"[bold]{escape(region['name'])}[/bold] · {verification['instrument']['name']}{heading}"
    )
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
    region = to_visible_values(region)
    out.print(
        _("[bold]{region}[/bold] · {count} proposals").format(
            region=escape(region["name"]), count=region["proposals"]["totalCount"]
        )
    )
    table = Table(
        _("Kind"),
        _("About"),
        _("By"),
        _("Reasons"),
        _("Saving"),
        _("Not known"),
        _("Status"),
        box=None,
    )
    for proposal in region["proposals"]["nodes"]:
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
            format_saving(proposal["saving"]["yearly"]),
            "\n".join(
                escape(_describe_missing_input(missing, proposal))
                for missing in proposal["missingInputs"]
            ),
            proposal["status"],
        )
    out.print(table)


def format_saving(rupiah: int | None) -> str:
    """Return a saving in rupiah a year in the notation of Indonesia."""
    if rupiah is None:
        return _("unknown")
    sign = "-" if rupiah < 0 else ""
    return f"{sign}Rp{abs(rupiah):,}".replace(",", ".")


def _describe_missing_input(missing: dict[str, Any], proposal: dict[str, Any]) -> str:
    """Return a missing input of a proposal as a phrase.

    An input without the id of an application may be about the common application.
    """
    names = {
        reference["id"]: reference["application"]["name"]
        for reference in (*proposal["applications"], proposal["survivor"])
        if reference is not None and reference["application"] is not None
    }
    id = missing["applicationId"]
    common_name = (proposal["commonApplication"] or {}).get("name", "")
    return _(MISSING_INPUTS[MissingInputKind(missing["kind"])]).format(
        application=common_name if id is None else names.get(id, id),
        count=missing["candidateCount"],
    )


def show_diagnostics(region: dict[str, Any]) -> None:
    """Print the diagnostics of a region as a table."""
    region = to_visible_values(region)
    diagnostics = region["diagnostics"]
    out.print(
        _(
            "[bold]{region}[/bold] · {applications} applications, {exchanges} exchanges, "
            "as of {date}"
        ).format(
            region=escape(region["name"]),
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
    region = to_visible_values(region)
    graph = region["integrationGraph"]
    names = {node["nodeId"]: node["name"] for node in graph["nodes"]}
    out.print(
        _("[bold]{region}[/bold] · {nodes} nodes, {exchanges} exchanges, as of {date}").format(
            region=escape(region["name"]),
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
            escape(names[edge["sourceId"]]),
            escape(names[edge["targetId"]]),
            escape(integration["dataObject"] or _("unknown")),
            integration["mode"] or _("unknown"),
            integration["evidenceGrade"] or _("unknown"),
            ", ".join(edge["defects"]),
        )
    out.print(table)
