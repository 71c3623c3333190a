"""`simpul verify`, `proposals`, `diagnose` and `graph`: queries the API for a region and prints it."""

from __future__ import annotations

from typing import Any

from rich.markup import escape
from rich.table import Table

from engine.model import AssessmentKind, Role, Viewer
from hub.app import open_instance
from hub.cli.console import exit_with_error, out
from hub.cli.region_hint import how_to_record
from hub.exit_codes import ExitCode
from hub.settings import Settings
from resolvers.context import Context
from resolvers.operation_budget import OperationBudget
from schema.schema import schema

OPERATOR = Viewer("operator", Role.ADMIN)  # a user of the command has access to the database

VERIFICATION = """
query ($code: ID!, $instrument: ID!, $year: Int, $kind: AssessmentKind!) {
  region(code: $code) {
    code name
    verification(instrument: $instrument, year: $year, kind: $kind) {
      instrument { id name } year asOf documentsClosed
      rules { id version confirmed note sources }
      assessment { id kind year state }
      claimed { value display predicate complete }
      supported { value display predicate }
      notRefuted { value display predicate }
      verdicts {
        indicator name rule confirmed claim ceiling notRefuted flag integrations inputs
        open {
          level ask state text integrations documents missingCount
          missing(first: 200) { gap subject name details }
        }
      }
    }
  }
}
"""
GRAPH = """
query ($code: ID!, $around: ID, $depth: Int!, $limit: Int!) {
  region(code: $code) {
    code name
    integrationGraph(around: $around, depth: $depth, limit: $limit) {
      revision asOf basis
      nodes { id name kind regionCode opdId function status degree distance hidden x y }
      edges {
        id source target counts undecided defects
        integration { dataObject mode direction status evidenceGrade verifiedOn }
      }
      leftOut { nodesOverLimit nodesBeyond edges notCounted { defect count } }
    }
  }
}
"""
PROPOSALS = """
query ($code: ID!) {
  region(code: $code) {
    code name
    proposals(first: 200) {
      id kind rule status legalBasis missing evidence inputs
      applications { id application { name } }
      survivor { id application { name } } commonApplication { id name }
      survivorBecause { code values { name value } } reasons { code values { name value } }
      impact { integrationCount applicationCount outside }
      saving { yearly display unknown } confidence { value { value } parts { name value { value } } }
      decision { decision reason at }
    }
  }
}
"""
DIAGNOSTICS = """
query ($code: ID!) {
  region(code: $code) {
    code name
    diagnostics(basis: RECORDED) {
      basis asOf applications outside edges modeUnknown ownerUnknown silo
      required { value } bus { value } reciprocity { value } propagation { value } producers { value }
      pointToPointDebtCount cutPointCount isolatedCount severalProducersCount
      cutPoints(first: 200) { node { id name } cutOffCount cutOff { id name } }
      isolated(first: 200) { id name }
    }
  }
}
"""
SHARES = {
    "Required exchanges that are there": "required",
    "Exchanges over the bus": "bus",
    "Both ways where both are asked": "reciprocity",
    "Propagation cost": "propagation",
    "Producers beyond the first": "producers",
}
COUNTS = {  # unknown if no exchange is recorded
    "Point to point beside the bus": "pointToPointDebtCount",
    "Single points of failure": "cutPointCount",
    "Data with several producers": "severalProducersCount",
}
SCORES = {"claimed": "claimed", "supported": "supported", "not refuted": "notRefuted"}


async def query_region(
    settings: Settings, document: str, code: str, **given: object
) -> dict[str, Any]:
    """Return the region in the response to a query; exit with the error if it fails.

    Args:
        given: variables of the document, in addition to `code`.
    """
    async with open_instance(settings) as instance:
        result = await schema.execute(
            document,
            variable_values={"code": code, **given},
            context_value=Context(instance, OPERATOR, OperationBudget(bounded=False)),
        )
    if result.errors:
        if "code" not in (result.errors[0].extensions or {}):
            raise result.errors[0]
        exit_with_error(result.errors[0].message, ExitCode.INPUT)
    found: dict[str, Any] | None = (result.data or {})["region"]
    if found is None:
        exit_with_error(f"there is no region {code!r}{how_to_record(code)}", ExitCode.INPUT)
    return found


def show_verification(found: dict[str, Any], kind: AssessmentKind, year: int | None) -> None:
    """Print a verification as a table; the heading names the assessment.

    Args:
        kind, year: of the requested assessment, which the heading names if there is none.
    """
    given = found["verification"]
    rules, claims = given["rules"], given["assessment"]
    confirmed = "" if rules["confirmed"] else ", on secondary sources"
    if claims is None:
        of_year = "" if year is None else f" of {year}"
        edition = f": no {kind.value} assessment{of_year} with levels"
        standing = f"Bounds only, as for an assessment of {given['year']}"
    else:
        edition = f" {claims['year']} {claims['kind']}"
        scores = [f"{name} {given[key]['display']}" for name, key in SCORES.items()]
        standing = f"{claims['state']}: {', '.join(scores)}"
    out.print(f"[bold]{found['name']}[/bold] · {given['instrument']['name']}{edition}")
    out.print(f"Rules {rules['id']} {rules['version']}{confirmed}, as of {given['asOf']}")
    out.print(standing)
    table = Table("Indicator", "Claim", "Shown", "Not refuted", "Flag", "Missing", box=None)
    for each in given["verdicts"]:
        table.add_row(
            f"{each['indicator']} {each['name']}",
            "–" if each["claim"] is None else str(each["claim"]),
            str(each["ceiling"]),
            str(each["notRefuted"]),
            each["flag"] or "",
            str(sum(one["missingCount"] for one in each["open"])),
        )
    out.print(table)


def show_proposals(found: dict[str, Any]) -> None:
    """Print the proposals of a region as a table."""
    out.print(f"[bold]{found['name']}[/bold] · {len(found['proposals'])} proposals")
    table = Table("Kind", "About", "By", "Reasons", "Saving", "Status", box=None)
    for each in found["proposals"]:
        survivor = each["commonApplication"] or (each["survivor"] or {}).get("application") or {}
        about = [one["application"] or {"name": one["id"]} for one in each["applications"]]
        table.add_row(
            each["kind"],
            "\n".join(escape(one["name"]) for one in about),
            escape(survivor.get("name", "")),
            "\n".join(one["code"] for one in each["reasons"]),
            each["saving"]["display"],
            each["status"],
        )
    out.print(table)


def show_diagnostics(found: dict[str, Any]) -> None:
    """Print the diagnostics of a region as a table."""
    diagnostics = found["diagnostics"]
    out.print(
        f"[bold]{found['name']}[/bold] · {diagnostics['applications']} applications, "
        f"{diagnostics['edges']} exchanges, as of {diagnostics['asOf']}"
    )
    table = Table("Diagnosis", "Value", box=None)
    for name, key in SHARES.items():
        table.add_row(name, diagnostics[key]["value"] or "unknown")
    table.add_row("Silo index", diagnostics["silo"] or "unknown")
    for name, key in COUNTS.items():
        table.add_row(name, str(diagnostics[key]) if diagnostics["edges"] else "unknown")
    table.add_row("Isolated applications", str(diagnostics["isolatedCount"]))
    out.print(table)


def show_graph(found: dict[str, Any]) -> None:
    """Print the exchanges of a region's integration graph as a table."""
    graph = found["integrationGraph"]
    names = {each["id"]: each["name"] for each in graph["nodes"]}
    out.print(
        f"[bold]{found['name']}[/bold] · {len(names)} nodes, {len(graph['edges'])} exchanges, "
        f"as of {graph['asOf']}"
    )
    table = Table("Source", "Target", "Data", "Mode", "Grade", "Does not count for", box=None)
    for each in graph["edges"]:
        drawn = each["integration"]
        table.add_row(
            names[each["source"]],
            names[each["target"]],
            drawn["dataObject"],
            drawn["mode"],
            str(drawn["evidenceGrade"]),
            ", ".join(each["defects"]),
        )
    out.print(table)
