"""`simpul verify` and `simpul graph`: what the API tells of a region, at the operator's terminal."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from engine.model import Role, Viewer
from hub.app import opened
from hub.console import Exit, fail, out
from hub.settings import Settings
from resolvers.context import Context
from schema.schema import schema

OPERATOR = Viewer("operator", Role.ADMIN)  # who runs the command has the database

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
SCORES = {"claimed": "claimed", "supported": "supported", "not refuted": "notRefuted"}


async def region(settings: Settings, document: str, code: str, **given: object) -> dict[str, Any]:
    """Return what the API tells of a region, or end with what is wrong."""
    async with opened(settings) as instance:
        result = await schema.execute(
            document,
            variable_values={"code": code, **given},
            context_value=Context(instance, OPERATOR),
        )
    if result.errors:
        if "code" not in (result.errors[0].extensions or {}):
            raise result.errors[0]
        fail(result.errors[0].message, Exit.INPUT)
    found: dict[str, Any] | None = (result.data or {})["region"]
    if found is None:
        fail(f"expected the code of a region, as 32.11, got {code!r}", Exit.INPUT)
    return found


def show_verification(found: dict[str, Any]) -> None:
    """Print it for a person."""
    given = found["verification"]
    rules, claims = given["rules"], given["assessment"]
    confirmed = "" if rules["confirmed"] else ", on secondary sources"
    out.print(f"[bold]{found['name']}[/bold] · {given['instrument']['name']} {given['year']}")
    out.print(f"Rules {rules['id']} {rules['version']}{confirmed}, as of {given['asOf']}")
    if claims is None:
        out.print("No assessment with levels: bounds only")
    else:
        scores = [f"{name} {given[key]['display']}" for name, key in SCORES.items()]
        out.print(f"{claims['kind']} {claims['year']} {claims['state']}: {', '.join(scores)}")
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


def show_graph(found: dict[str, Any]) -> None:
    """Print it for a person."""
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
